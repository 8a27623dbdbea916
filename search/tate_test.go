package search_test

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
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

	"semdex"
	"semdex/graph"
	"semdex/graph/rdf"
	"semdex/search"
	"semdex/search/eval"
	"semdex/search/local"
)

// tate is the collection of Tate as its own files tell it, read without any code of ours: works by subject,
// those that a movement names included, and the tree of subjects.
type tate struct {
	works    map[string][]string // subject -> works that bear it
	narrower map[string][]string
	labels   map[string]string
	subjects []string // in the order of the file
}

// realData gives the folder of the real data, or skips the test.
func realData(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("SEMDEX_REAL_DATA")
	if folder == "" {
		t.Skip("SEMDEX_REAL_DATA is not set: it names the folder with tate/assets.jsonl.gz and the other public data sets")
	}
	return folder
}

func unpack(t testing.TB, path string) io.Reader {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	in, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

var (
	subjectLine  = regexp.MustCompile(`^ts:(\d+) a skos:Concept`)
	labelLine    = regexp.MustCompile(`^\s+skos:prefLabel "((?:[^"\\]|\\.)*)"@en`)
	broaderLine  = regexp.MustCompile(`^\s+skos:broader (.*?) ?[;.]$`)
	narrowerLine = regexp.MustCompile(`^\s+skos:narrower (.*?) ?[;.]$`)
)

func readTate(t testing.TB, folder string) *tate {
	t.Helper()
	c := &tate{works: map[string][]string{}, narrower: map[string][]string{}, labels: map[string]string{}}
	movements := map[string][]string{} // name -> works
	works := json.NewDecoder(unpack(t, filepath.Join(folder, "tate", "artworks.jsonl.gz")))
	for {
		var w struct {
			ID         int      `json:"id"`
			SubjectIDs []int    `json:"subjectIds"`
			Movements  []string `json:"movements"`
		}
		if err := works.Decode(&w); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, s := range w.SubjectIDs {
			c.works[strconv.Itoa(s)] = append(c.works[strconv.Itoa(s)], strconv.Itoa(w.ID))
		}
		for _, m := range w.Movements {
			movements[m] = append(movements[m], strconv.Itoa(w.ID))
		}
	}
	lines := bufio.NewScanner(unpack(t, filepath.Join(folder, "tate", "tate-subjects.ttl.gz")))
	lines.Buffer(nil, 1<<20)
	at := ""
	for lines.Scan() {
		c.readLine(lines.Text(), &at)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	c.linkMovements(movements)
	if len(c.subjects) < 16_000 || len(c.works) < 10_000 {
		t.Fatalf("read %d subjects, %d of them borne", len(c.subjects), len(c.works))
	}
	return c
}

// linkMovements adds the works of the movements, which are the keywords of our assets: a keyword that is the
// label of one subject, and of no other, is a tag with that subject.
func (c *tate) linkMovements(movements map[string][]string) {
	named := map[string][]string{}
	for _, subject := range c.subjects {
		key := strings.ToLower(c.labels[subject])
		named[key] = append(named[key], subject)
	}
	for name, works := range movements {
		if same := named[strings.ToLower(name)]; len(same) == 1 {
			c.works[same[0]] = append(c.works[same[0]], works...)
		}
	}
}

func (c *tate) readLine(line string, at *string) {
	link := func(above, below string) {
		if !slices.Contains(c.narrower[above], below) {
			c.narrower[above] = append(c.narrower[above], below)
		}
	}
	if m := subjectLine.FindStringSubmatch(line); m != nil {
		*at = m[1]
		c.subjects = append(c.subjects, m[1])
	} else if m := labelLine.FindStringSubmatch(line); m != nil && *at != "" {
		c.labels[*at] = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(m[1])
	} else if m := broaderLine.FindStringSubmatch(line); m != nil {
		for _, b := range strings.Split(m[1], ", ") {
			link(strings.TrimPrefix(b, "ts:"), *at)
		}
	} else if m := narrowerLine.FindStringSubmatch(line); m != nil {
		for _, n := range strings.Split(m[1], ", ") {
			link(*at, strings.TrimPrefix(n, "ts:"))
		}
	}
}

// below gives the works that bear a subject or one below it, sorted, each once.
func (c *tate) below(subject string) []string {
	out := slices.Clone(c.works[subject])
	for _, n := range c.narrower[subject] {
		out = append(out, c.below(n)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// collection is Tate's works in an index, and its subjects.
type collection struct {
	index    *local.Index
	records  records
	subjects graph.Document
}

// tateCollection indexes the works.
func tateCollection(t testing.TB, folder string) *collection {
	t.Helper()
	c := &collection{records: records{}, subjects: readTriples(t, filepath.Join(folder, "tate", "tate-subjects.ttl.gz"))}
	var err error
	if c.index, err = local.Open(t.TempDir(), []string{"en"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.index.Close() })
	for part := range slices.Chunk(readAssets(t, "tate", filepath.Join(folder, "tate", "assets.jsonl.gz")), 2000) {
		var batch []local.Change
		for _, a := range part {
			c.records[a.ID] = a
			batch = append(batch, local.Change{ID: a.ID, Asset: a})
		}
		if err := c.index.Apply(context.Background(), batch, uint64(len(c.records))); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func readTriples(t testing.TB, path string) graph.Document {
	t.Helper()
	d := graph.Document{Name: filepath.Base(path)}
	err := rdf.DecodeFile(context.Background(), path, rdf.Options{}, func(tr rdf.Triple) error {
		d.Triples = append(d.Triples, tr)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// service answers about the works in some languages, by Tate's subjects and what stands beside them.
func (c *collection) service(languages []string, vocabularies ...graph.Document) *search.Service {
	s := search.New(search.Options{Engine: c.index, Records: c.records, Now: time.Now, NewID: func() string { return "q" },
		Settings: search.Settings{Languages: languages, Dimensions: []search.Dimension{{Name: "topic", HasScheme: true}}}})
	s.SetVocabulary(graph.Build(vocabularies...))
	return s
}

// tateLibrary indexes the works and makes the service that answers about them.
func tateLibrary(t testing.TB, folder string) *search.Service {
	t.Helper()
	c := tateCollection(t, folder)
	return c.service([]string{"en"}, c.subjects)
}

func TestRealTate(t *testing.T) {
	folder := realData(t)
	c := readTate(t, folder)
	works := tateCollection(t, folder)
	s := works.service([]string{"en"}, works.subjects)
	t.Run("Filter", func(t *testing.T) { tateFilter(t, c, s) })
	t.Run("Labels", func(t *testing.T) { tateLabels(t, c, s) })
	t.Run("Mapped", func(t *testing.T) { tateMapped(t, folder, c, works) })
	t.Run("NoHarm", func(t *testing.T) { tateNoHarm(t, c, works, s) })
	t.Run("Why", func(t *testing.T) { tateWhy(t, c, works, s) })
}

// tateWhy asks why for 200 random works and requests made of labels of subjects.
func tateWhy(t *testing.T, c *tate, works *collection, s *search.Service) {
	p := &pairs{Rand: rand.New(rand.NewPCG(200, 5)), words: strings.Fields("river boat woman study portrait red storm untitled landscape church hands zeppelin"),
		filters: map[string][]string{"topic": {"architecture", "nature", "sea"}, "type": {"image"}}}
	for range 400 {
		p.queries = append(p.queries, c.labels[c.subjects[p.IntN(len(c.subjects))]])
	}
	holdWhyToItsWord(t, &whyLibrary{t: t, s: s, records: works.records, index: works.index, applied: 1 << 40}, p, 200)
}

// tateFilter compares filter[concept] with the works that the tree gives, for 100 subjects: exactly the same.
func tateFilter(t *testing.T, c *tate, s *search.Service) {
	random := rand.New(rand.NewPCG(100, 1))
	for range 100 {
		subject := c.subjects[random.IntN(len(c.subjects))]
		if random.IntN(2) == 0 { // as many from the upper levels
			for len(c.narrower[subject]) == 0 {
				subject = c.subjects[random.IntN(len(c.subjects))]
			}
		}
		for filter, want := range map[string][]string{"concept": c.below(subject), "concept.direct": slices.Compact(slices.Sorted(slices.Values(c.works[subject])))} {
			ranked, err := s.Rank(context.Background(), search.Request{Filters: map[string][]string{filter: {"https://data.example.org/tate/subject/" + subject}}, Access: search.Access{All: true}, Limit: 50_000})
			if err != nil {
				t.Fatal(err)
			}
			got := bare(ranked)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s of %s, %q: %d works, want %d", filter, subject, c.labels[subject], len(got), len(want))
			}
		}
	}
}

func bare(ids []semdex.AssetID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = strings.TrimPrefix(string(id), "tate:")
	}
	return out
}

// tateLabels asks for the labels of leaves and of inner subjects as free text. What is judged relevant is what the
// tree gives for all subjects that bear the label. Of an inner subject works bear only what is narrower, which by
// the order of classes comes after what has the words in a title, rightly so or not. So these cannot do as well.
func tateLabels(t *testing.T, c *tate, s *search.Service) {
	inner := func(subject string) bool { return len(c.narrower[subject]) > 0 }
	both := 0.0
	for _, set := range []struct {
		name  string
		takes func(subject string) bool
		least float64
	}{
		{"labels of leaves", func(subject string) bool { return !inner(subject) }, .985},
		{"labels of inner subjects", inner, .97},
	} {
		qrels := eval.Qrels{}
		queries := c.labelQueries(150, set.takes, qrels)
		r := evaluate(t, s, queries, qrels, search.ExpandNarrower, tateDepth)
		logReport(t, set.name, r)
		if len(queries) != 150 || r.Mean.AP < set.least {
			t.Errorf("MAP of %d %s is %.4f, want 150 and at least %.3f", len(queries), set.name, r.Mean.AP, set.least)
		}
		both += r.Mean.AP / 2
	}
	t.Logf("all 300 labels: MAP %.4f", both)
	if both < .985 {
		t.Errorf("MAP of all 300 labels is %.4f, want at least 0.985", both)
	}
}

// labelQueries takes the labels of n subjects by chance, those with 5 works or more and as many as are looked at or
// fewer.
func (c *tate) labelQueries(n int, takes func(subject string) bool, qrels eval.Qrels) []eval.Query {
	named := map[string][]string{}
	for _, subject := range c.subjects {
		key := strings.ToLower(c.labels[subject])
		named[key] = append(named[key], subject)
	}
	var queries []eval.Query
	for _, i := range rand.New(rand.NewPCG(150, 1)).Perm(len(c.subjects)) {
		subject := c.subjects[i]
		if !takes(subject) {
			continue
		}
		grades := map[string]int{}
		for _, same := range named[strings.ToLower(c.labels[subject])] {
			for _, work := range c.below(same) {
				grades["tate:"+work] = 1
			}
		}
		if len(grades) < 5 || len(grades) > tateDepth {
			continue
		}
		qrels[subject] = grades
		if queries = append(queries, eval.Query{ID: subject, Text: c.labels[subject], Lang: "en"}); len(queries) == n {
			break
		}
	}
	return queries
}

// tateDepth is how many hits are looked at, so that large subjects can be complete.
const tateDepth = 5000

// logReport prints the means and the queries that are worst.
func logReport(t *testing.T, name string, r *eval.Report) {
	t.Helper()
	m := r.Mean
	t.Logf("%d %s: MAP %.4f, NDCG@10 %.4f, MRR %.4f, P@10 %.4f, R@100 %.4f, R@1000 %.4f", r.Judged, name, m.AP, m.NDCG10, m.MRR, m.P10, m.R100, m.R1000)
	worst := slices.SortedFunc(slices.Values(r.Queries), func(a, b eval.Result) int { return cmp.Compare(a.Metrics.AP, b.Metrics.AP) })
	for _, q := range worst[:min(3, len(worst))] {
		t.Logf("  AP %.4f, %d of %d found: %s", q.Metrics.AP, q.Found, q.Relevant, q.Text)
	}
}
