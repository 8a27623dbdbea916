package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tate is the collection as its raw files have it, read without any code of ours.
type tate struct {
	labels  map[string]string   // subject -> label
	broader map[string]string   // subject -> the one above it
	works   map[string][]string // work -> subjects it is tagged with
	same    map[string][]string // label in small letters -> subjects
	below   map[string][]string // subject -> works tagged with it or something below, sorted
}

var (
	tateConcept = regexp.MustCompile(`^ts:(\d+) a skos:Concept`)
	tateLabel   = regexp.MustCompile(`skos:prefLabel ("(?:[^"\\]|\\.)*")@en`)
	tateBroader = regexp.MustCompile(`skos:broader ts:(\d+)`)
)

func realData(t *testing.T) string {
	t.Helper()
	data := os.Getenv("SEMDEX_REAL_DATA")
	if data == "" {
		t.Skip("needs SEMDEX_REAL_DATA, the folder of the public data sets; make real sets it")
	}
	return data
}

func gunzip(t *testing.T, path string) io.Reader {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readTate(t *testing.T, data string) *tate {
	t.Helper()
	c := &tate{labels: map[string]string{}, broader: map[string]string{}, works: map[string][]string{}, below: map[string][]string{}}
	subject := ""
	lines := bufio.NewScanner(gunzip(t, filepath.Join(data, "tate", "tate-subjects.ttl.gz")))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if m := tateConcept.FindStringSubmatch(line); m != nil {
			subject = m[1]
		}
		if m := tateLabel.FindStringSubmatch(line); m != nil && subject != "" {
			label, err := strconv.Unquote(m[1])
			if err != nil {
				t.Fatal(err)
			}
			c.labels[subject] = label
		}
		if m := tateBroader.FindStringSubmatch(line); m != nil {
			c.broader[subject] = m[1]
		}
	}
	keywords := readKeywords(t, data)
	in := json.NewDecoder(gunzip(t, filepath.Join(data, "tate", "artworks.jsonl.gz")))
	for {
		var work struct {
			ID       int   `json:"id"`
			Subjects []int `json:"subjectIds"`
		}
		if err := in.Decode(&work); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		id := strconv.Itoa(work.ID)
		c.add(id, work.Subjects, keywords[id])
	}
	if len(c.labels) != 16_632 || len(c.works) != 41_693 {
		t.Fatalf("read %d subjects and %d works, want 16632 and 41693", len(c.labels), len(c.works))
	}
	return c
}

// readKeywords gives the keywords of works, which stand in the asset lines alone.
func readKeywords(t *testing.T, data string) map[string][]string {
	t.Helper()
	keywords := map[string][]string{}
	in := json.NewDecoder(gunzip(t, filepath.Join(data, "tate", "assets.jsonl.gz")))
	for {
		var asset struct {
			ID       string   `json:"id"`
			Keywords []string `json:"keywords"`
		}
		if err := in.Decode(&asset); err == io.EOF {
			return keywords
		} else if err != nil {
			t.Fatal(err)
		}
		keywords[asset.ID] = asset.Keywords
	}
}

// named gives the one subject of that label, "" where there is none or more than one.
func (c *tate) named(label string) string {
	if c.same == nil {
		c.same = map[string][]string{}
		for id, l := range c.labels {
			c.same[strings.ToLower(l)] = append(c.same[strings.ToLower(l)], id)
		}
	}
	if ids := c.same[strings.ToLower(label)]; len(ids) == 1 {
		return ids[0]
	}
	return ""
}

// add notes a work with the subjects it is tagged with, and those that its keywords name.
func (c *tate) add(work string, subjects []int, keywords []string) {
	c.works[work] = nil
	reached := map[string]bool{}
	var ids []string
	for _, s := range subjects {
		ids = append(ids, strconv.Itoa(s))
	}
	for _, k := range keywords {
		if id := c.named(k); id != "" {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		c.works[work] = append(c.works[work], id)
		for ; id != ""; id = c.broader[id] {
			reached[id] = true
		}
	}
	for id := range reached {
		c.below[id] = append(c.below[id], work)
	}
}

// labelQueries writes queries and judgements: the labels of n subjects with 20 to 2,000 works below, the
// works of all subjects of that label being the relevant ones.
func (c *tate) labelQueries(t *testing.T, dir string, n int) (queries, qrels string) {
	t.Helper()
	var candidates []string
	for id, works := range c.below {
		if len(works) >= 20 && len(works) <= 2000 {
			candidates = append(candidates, id)
		}
	}
	slices.Sort(candidates)
	rand.New(rand.NewPCG(2026, 150)).Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	var q, r strings.Builder
	for _, id := range candidates[:n] {
		text, err := json.Marshal(c.labels[id])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&q, "{\"qid\":\"s%s\",\"text\":%s,\"lang\":\"en\"}\n", id, text)
		var relevant []string
		for _, other := range c.same[strings.ToLower(c.labels[id])] {
			relevant = append(relevant, c.below[other]...)
		}
		slices.Sort(relevant)
		for _, work := range slices.Compact(relevant) {
			fmt.Fprintf(&r, "s%s\t0\t%s\t1\n", id, work)
		}
	}
	return writeTo(t, dir, "queries.jsonl", q.String()), writeTo(t, dir, "qrels.tsv", r.String())
}

func writeTo(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRealTate mirrors, indexes, searches, reports and checks Tate's works as a user would, by commands.
func TestRealTate(t *testing.T) {
	data := realData(t)
	works := readTate(t, data)
	dir := tateFolder(t, data)
	events := works.events()
	writeTo(t, dir, "events.jsonl", events)
	text := fmt.Sprintf("libraries:\n  tate:\n    sources:\n      - {type: files, assets: %q, prefix: tate, events: ./events.jsonl}\n    vocabularies:\n      - {type: file, path: %q}\n",
		filepath.Join(data, "tate", "assets.jsonl.gz"), filepath.Join(data, "tate", "tate-subjects.ttl.gz"))
	writeTo(t, dir, "semdex.yaml", text)
	started := time.Now()
	output(t, dir, "index")
	t.Logf("first sync of 41,693 works, 16,632 concepts and 5,000 events: %.1f s", time.Since(started).Seconds())
	started = time.Now()
	found := output(t, dir, "search", "bridge", "--limit", "1")
	t.Logf("second start to the first answer: %.1f s", time.Since(started).Seconds())
	if !strings.Contains(found, "tagged bridge") {
		t.Errorf("search bridge printed %q", found)
	}
	t.Run("label queries", func(t *testing.T) { works.checkLabelQueries(t, dir) })
	t.Run("report", func(t *testing.T) { works.checkReport(t, dir, events) })
	t.Run("nothing changed", func(t *testing.T) {
		before := treeOf(t, filepath.Join(dir, "data", "tate"))
		output(t, dir, "index")
		if after := treeOf(t, filepath.Join(dir, "data", "tate")); after != before {
			t.Errorf("a second sync with nothing changed wrote:\n%s\nwas:\n%s", after, before)
		}
	})
}

func (c *tate) checkLabelQueries(t *testing.T, dir string) {
	queries, qrels := c.labelQueries(t, dir, 150)
	for _, mode := range []string{"none", "synonyms", "narrower"} {
		var report struct {
			Mean struct {
				AP float64 `json:"ap"`
			} `json:"mean"`
			Judged int `json:"judged"`
		}
		out := output(t, dir, "eval", "--queries", queries, "--qrels", qrels, "--expand", mode, "--depth", "5000", "--json")
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatal(err)
		}
		t.Logf("expand=%s: mean average precision %.4f over %d label queries, to depth 5000", mode, report.Mean.AP, report.Judged)
		if mode == "narrower" && (report.Judged != 150 || report.Mean.AP < 0.97) {
			t.Errorf("mean average precision %.4f over %d queries, want 0.97 or more over 150", report.Mean.AP, report.Judged)
		}
	}
}

// events makes 5,000 views and downloads of works, with a fixed seed.
func (c *tate) events() string {
	var ids []string
	for id := range c.works {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	random := rand.New(rand.NewPCG(7, 41_693))
	var b strings.Builder
	for i := range 5000 {
		kind := []string{"asset.view", "asset.view", "asset.download"}[random.IntN(3)]
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.IntN(90*24)) * time.Hour)
		fmt.Fprintf(&b, `{"event_id":"e%d","type":%q,"occurred_at":%q,"asset_id":%q,"actor":{"id":"u%d"},"source":"simulated"}`+"\n",
			i, kind, at.Format(time.RFC3339), ids[random.IntN(len(ids))], random.IntN(200))
	}
	return b.String()
}

// checkReport compares usage by topic with a plain recomputation from the raw files.
func (c *tate) checkReport(t *testing.T, dir, events string) {
	type row struct {
		events, views, downloads int
		assets, users            map[string]bool
	}
	want := map[string]*row{}
	for line := range strings.SplitSeq(strings.TrimSpace(events), "\n") {
		var e struct {
			Type  string `json:"type"`
			Asset string `json:"asset_id"`
			Actor struct {
				ID string `json:"id"`
			} `json:"actor"`
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		topics := map[string]bool{}
		for _, s := range c.works[e.Asset] {
			for ; s != ""; s = c.broader[s] {
				topics["https://data.example.org/tate/subject/"+s] = true
			}
		}
		if len(topics) == 0 {
			topics[""] = true
		}
		for topic := range topics {
			r := want[topic]
			if r == nil {
				r = &row{assets: map[string]bool{}, users: map[string]bool{}}
				want[topic] = r
			}
			r.events++
			if e.Type == "asset.view" {
				r.views++
			} else {
				r.downloads++
			}
			r.assets[e.Asset], r.users[e.Actor.ID] = true, true
		}
	}
	rows, err := csv.NewReader(strings.NewReader(output(t, dir, "report", "usage", "--by", "topic"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows)-1 != len(want) {
		t.Errorf("the report has %d rows, want %d", len(rows)-1, len(want))
	}
	for _, got := range rows[1:] {
		w := want[got[1]]
		if w == nil {
			t.Errorf("row %q is not expected", got)
			continue
		}
		expected := fmt.Sprint([]int{w.events, w.views, w.downloads, 0, 0, 0, len(w.assets), len(w.users)})
		if s := "[" + strings.Join(got[3:], " ") + "]"; s != expected {
			t.Errorf("%s: got %s, want %s", got[0], s, expected)
		}
	}
	t.Logf("%d rows of usage by topic equal a plain recomputation", len(rows)-1)
}

// treeOf lists the files below a folder with their sizes and content. bleve tidies its list of snapshots,
// root.bolt, whenever it opens an index; documents and segments are in the other files. sources.json says when each
// source was last looked at.
func treeOf(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "root.bolt" || d.Name() == "sources.json" {
			return err
		}
		body, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %d %08x\n", strings.TrimPrefix(path, dir), len(body), checksum(body))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
