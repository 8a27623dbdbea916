package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex/cmd/internal/demo"
	"semdex/indexer/canto/cantotest"
	"semdex/indexer/poolparty/poolpartytest"
	"semdex/testdata/brand"
)

// imitated starts imitations of Canto and PoolParty with the content, and gives a function that makes folders
// with a configuration for them.
func imitated(t *testing.T, base []byte, library string, c demo.Content) (*demo.Systems, func(*testing.T) string) {
	t.Helper()
	systems, err := demo.Start(t.TempDir(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { systems.Close() })
	if rejected, err := systems.Fill(t.Context()); err != nil || len(rejected) > 0 {
		t.Fatalf("fill: got %d rejections and error %v, want none", len(rejected), err)
	}
	text, err := systems.Configure(base, library, "")
	if err != nil {
		t.Fatal(err)
	}
	return systems, func(t *testing.T) string {
		dir := t.TempDir()
		writeTo(t, dir, "semdex.yaml", string(text))
		return dir
	}
}

func imitatedBrand(t *testing.T) (*demo.Systems, func(*testing.T) string) {
	t.Helper()
	base, err := brand.Files.ReadFile("semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join("..", "..", "testdata", "brand")
	return imitated(t, base, "brand", demo.Content{Assets: filepath.Join(folder, "assets.jsonl"), Vocabulary: filepath.Join(folder, "taxonomy.ttl"),
		Title: "Firnhain", Languages: []string{"en", "de"}, Zone: inZone(t, "Europe/Berlin")})
}

func inZone(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestKilledSyncThroughImitationsEndsLikeAnUndisturbedOne(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes; not with -short")
	}
	_, folder := imitatedBrand(t)
	killedSyncs(t, folder, kills(t, 5), 3)
}

// TestThroughImitationsAsFromFiles holds that a library comes out of Canto and PoolParty as it does from files.
func TestThroughImitationsAsFromFiles(t *testing.T) {
	t.Parallel()
	systems, folder := imitatedBrand(t)
	from, through := underPrefix(t, brandFolder(t)), folder(t)
	output(t, from, "index")
	output(t, through, "index")
	sameLibrary(t, output(t, from, "export", "state"), output(t, through, "export", "state"))
	systems.Canto.ResetStats()
	exports, before := systems.PoolParty.Stats().Exports, treeOf(t, filepath.Join(through, "data"))
	output(t, through, "index")
	if pages, more := systems.Canto.Stats().ListPages, systems.PoolParty.Stats().Exports-exports; pages > 1 || more > 0 {
		t.Errorf("a second sync with nothing changed read %d list pages and %d exports, want one page at most", pages, more)
	}
	if after := treeOf(t, filepath.Join(through, "data")); after != before {
		t.Errorf("a second sync with nothing changed wrote:\n%s\nwas:\n%s", after, before)
	}
}

// underPrefix gives the assets of a folder's configuration the prefix that those of Canto have.
func underPrefix(t *testing.T, dir string) string {
	t.Helper()
	config := readFile(t, filepath.Join(dir, "semdex.yaml"))
	writeTo(t, dir, "semdex.yaml", regexp.MustCompile("prefix: [a-z]+").ReplaceAllString(config, "prefix: canto"))
	return dir
}

// sameLibrary compares the assets, the graph and the index of two states, one from files and one from Canto, but
// for what is Canto's own: ids that name the kind of the asset, and links.
func sameLibrary(t *testing.T, files, canto string) {
	t.Helper()
	want, got := dump(t, files), dump(t, canto)
	if len(want) < 1000 {
		t.Fatalf("the state has %d lines", len(want))
	}
	if !slices.Equal(want, got) {
		t.Errorf("through Canto and PoolParty: %s", firstDifference(strings.Join(got, "\n"), strings.Join(want, "\n")))
	}
	t.Logf("%d lines of assets, graph and index are the same from files and through Canto and PoolParty", len(want))
}

// idPrefix is the part of a document in the index that tells what its id begins with.
var idPrefix = regexp.MustCompile(`[\t ]v:#prefix="[^"]*"`)

// dump gives the lines of a state from the assets on, sorted, with the asset ids of files.
func dump(t *testing.T, state string) []string {
	t.Helper()
	_, state, found := strings.Cut(state, "\nassets\n")
	if !found {
		t.Fatal("the state has no assets")
	}
	state, _, _ = strings.Cut(state, "\nevents\n")
	for _, scheme := range []string{"image:", "video:", "audio:", "document:", "presentation:", "other:"} {
		state = strings.ReplaceAll(state, "canto:"+scheme, "canto:")
	}
	state = idPrefix.ReplaceAllString(state, "")
	var lines []string
	for line := range strings.SplitSeq(state, "\n") {
		if strings.HasPrefix(line, "index through ") {
			continue
		}
		var asset map[string]json.RawMessage
		if strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &asset) == nil {
			delete(asset, "links")
			body, err := json.Marshal(asset)
			if err != nil {
				t.Fatal(err)
			}
			line = string(body)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// TestRealTateThroughImitations brings Tate's works in from Canto and PoolParty, and compares with files.
func TestRealTateThroughImitations(t *testing.T) {
	data := realData(t)
	works := readTate(t, data)
	assets, vocabulary := filepath.Join(data, "tate", "assets.jsonl.gz"), filepath.Join(data, "tate", "tate-subjects.ttl.gz")
	systems, folder := imitated(t, []byte("libraries: {tate: {}}\n"), "tate",
		demo.Content{Assets: assets, Vocabulary: vocabulary, Title: "Tate subjects", Languages: []string{"en"}, Zone: inZone(t, "Europe/London")})
	from, through := underPrefix(t, tateFolder(t, data)), folder(t)
	output(t, from, "index")
	systems.Canto.ResetStats()
	started := time.Now()
	output(t, through, "index")
	t.Logf("first sync of 41,693 works and 16,632 concepts over HTTP: %.1f s, %d list pages", time.Since(started).Seconds(), systems.Canto.Stats().ListPages)
	sameLibrary(t, output(t, from, "export", "state"), output(t, through, "export", "state"))
	systems.Canto.ResetStats()
	output(t, through, "index")
	if pages := systems.Canto.Stats().ListPages; pages > 1 {
		t.Errorf("a second sync with nothing changed read %d list pages, want one at most", pages)
	}
	t.Run("label queries", func(t *testing.T) { works.checkLabelQueries(t, through) })
	t.Run("concept sets", func(t *testing.T) { works.checkConceptSets(t, through, 100) })
}

// checkConceptSets compares what filter[concept] finds over HTTP with the raw files, for n subjects.
func (c *tate) checkConceptSets(t *testing.T, dir string, n int) {
	key := strings.TrimSpace(output(t, dir, "keys", "create", "--scope", "search,unapproved"))
	server := startServer(t, dir)
	var subjects []string
	for id, works := range c.below {
		if len(works) >= 20 && len(works) <= 2000 {
			subjects = append(subjects, id)
		}
	}
	slices.Sort(subjects)
	compared := 0
	for i := range n {
		subject := subjects[i*len(subjects)/n]
		got := server.all(t, key, "https://data.example.org/tate/subject/"+subject)
		want := slices.Clone(c.below[subject])
		slices.Sort(want)
		if !slices.Equal(got, slices.Compact(want)) {
			t.Errorf("subject %s: got %d works, want %d", subject, len(got), len(want))
		}
		compared += len(got)
	}
	t.Logf("%d concept sets with %d works in all equal those of the raw files", n, compared)
}

// all gives the ids, without what stands before them, of all assets about a concept.
func (s *server) all(t *testing.T, key, concept string) []string {
	t.Helper()
	var ids []string
	cursor := ""
	for {
		query := url.Values{"filter[concept]": {concept}, "limit": {"100"}}
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		request, err := http.NewRequest(http.MethodGet, s.url+"/v1/search?"+query.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+key)
		var page struct {
			Hits []struct{ ID string }
			Next string `json:"next_cursor"`
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || json.Unmarshal(body, &page) != nil {
			t.Fatalf("%s: %s", answer.Status, body)
		}
		for _, hit := range page.Hits {
			ids = append(ids, hit.ID[strings.LastIndexByte(hit.ID, ':')+1:])
		}
		if cursor = page.Next; cursor == "" || len(page.Hits) == 0 {
			slices.Sort(ids)
			return ids
		}
	}
}

// TestDemo starts the demo twice, as a newcomer does, and asks it what it says can be asked.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes; not with -short")
	}
	dir := t.TempDir()
	first := startDemo(t, dir)
	if !strings.Contains(first.said(), `"sustainable packaging" finds`) {
		t.Errorf("the demo said %q", first.said())
	}
	found := output(t, dir, "search", "sustainable packaging", "--config", "semdex-demo/semdex.yaml", "--limit", "3")
	if !strings.Contains(found, "canto:document:doc-0004") {
		t.Errorf("got %q, want it to find a document of Canto", found)
	}
	first.stop(t)
	assets := filepath.Join(dir, "semdex-demo", "assets.jsonl")
	body, err := os.ReadFile(assets)
	if err != nil {
		t.Fatal(err)
	}
	edited := bytes.Replace(body, []byte(`"Four days, four huts"`), []byte(`"Zwillingsjoch at dawn"`), 1)
	if err := os.WriteFile(assets, edited, 0o600); err != nil {
		t.Fatal(err)
	}
	second := startDemo(t, dir)
	defer second.stop(t)
	if found := output(t, dir, "search", "Zwillingsjoch", "--config", "semdex-demo/semdex.yaml"); !strings.Contains(found, "canto:image:img-0001") {
		t.Errorf("what was changed between two starts is not found: %q", found)
	}
	if !strings.Contains(second.said(), "0 added, 1 changed, 0 deleted") {
		t.Errorf("the second start said %q, want one change alone", second.said())
	}
}

// running is a demo under way.
type running struct {
	*server
	out, err *lockedBuffer
}

func (r *running) said() string { return r.err.String() + r.out.String() }

// startDemo starts a demo on a free port and waits until it has said all.
func startDemo(t *testing.T, dir string, args ...string) *running {
	t.Helper()
	c := process(t, dir, append([]string{"demo", "--listen", "127.0.0.1:0"}, args...)...)
	r := &running{server: &server{cmd: c}, out: &lockedBuffer{}, err: &lockedBuffer{}}
	c.Stdout, c.Stderr = r.out, r.err
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	deadline := time.Now().Add(2 * time.Minute)
	for !strings.Contains(r.out.String(), "Stop with Ctrl-C") {
		if time.Now().After(deadline) {
			t.Fatalf("the demo was not ready in time:\n%s", r.said())
		}
		time.Sleep(20 * time.Millisecond)
	}
	return r
}

// stop interrupts the demo, and waits for its end.
func (r *running) stop(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("the interrupted demo ended with %v, want a clean end", err)
	}
}

// TestDemoLosesNoField shows files with values of every kind, and gets them back.
func TestDemoLosesNoField(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes; not with -short")
	}
	dir := t.TempDir()
	const line = `{"id":"a/1 ü","type":"sculpture","mime":"model/gltf","name":"x.glb","title":{"en":"One","fr":"Un"},"description":{"de":"Ein Text"},"alt":"Alt",` +
		`"language":"en","keywords":["k, 1","k2"],"tags":["t1"],"concepts":["https://voc.example/x"],"albums":["A/B","C"],` +
		`"fields":{"Title":["mine"],"Subjects":["own"],"Region":["DACH","UK"]},"Fabric":"wool","approval":"archived","created":"2020-10-25T00:30:00Z","modified":"2021-10-31T01:30:00Z",` +
		`"size":10,"width":20,"height":30,"duration":1.5,"md5":"0f","phash":"ff","credit":"C","copyright":"(c)",` +
		`"rights":{"valid_from":"2020-01-01","valid_until":"2030-01-01","territories":["DE","AT"],"channels":["web"],"license":"rm","editorial":true,"source":"s","cost":{"amount":1.5,"currency":"EUR"}},` +
		`"links":{"thumbnail":"https://t.example/1","preview":"https://t.example/2","original":"https://t.example/3","detail":"https://t.example/4"}}`
	writeTo(t, dir, "assets.jsonl", line+"\n"+`{"id":"b"}`+"\n"+`{"id":"bad","size":"huge"}`+"\n"+`{"id":"b","type":"video"}`+"\n")
	demo := startDemo(t, dir, "--assets", "assets.jsonl")
	defer demo.stop(t)
	for _, bad := range []string{"assets.jsonl:3: size:", "assets.jsonl:4: duplicate id"} {
		if !strings.Contains(demo.said(), bad) {
			t.Errorf("%s is not named in %q", bad, demo.said())
		}
	}
	exported := output(t, dir, "export", "assets", "--config", "semdex-demo/semdex.yaml")
	byID := map[string]map[string]any{}
	for l := range strings.SplitSeq(strings.TrimSpace(exported), "\n") {
		var asset map[string]any
		if err := json.Unmarshal([]byte(l), &asset); err != nil {
			t.Fatal(err)
		}
		byID[asset["id"].(string)] = asset
	}
	writeTo(t, dir, "semdex.yaml", "libraries: {mine: {sources: [{type: files, assets: assets.jsonl, prefix: canto}]}}\n")
	run(t.Context(), []string{"index", "--config", filepath.Join(dir, "semdex.yaml")}, io.Discard, io.Discard) // exit code 3: one line is bad
	for l := range strings.SplitSeq(strings.TrimSpace(output(t, dir, "export", "assets")), "\n") {
		var want map[string]any
		if err := json.Unmarshal([]byte(l), &want); err != nil {
			t.Fatal(err)
		}
		id := strings.TrimPrefix(want["id"].(string), "canto:")
		got := byID["canto:other:"+id]
		if got == nil {
			t.Errorf("%s is not there; there are %d", id, len(byID))
			continue
		}
		for key, value := range want {
			if key == "id" {
				continue
			}
			if fmt.Sprint(got[key]) != fmt.Sprint(value) {
				t.Errorf("%s: %s: got %v, want %v", id, key, got[key], value)
			}
		}
	}
}

// plant breaks something of a set-up that is right, and gives the configuration from there on.
type plant func(systems *demo.Systems, config string) string

// configured puts a text in the place of what matches a pattern in the configuration.
func configured(old, with string) plant {
	return func(_ *demo.Systems, config string) string {
		return regexp.MustCompile(old).ReplaceAllString(config, with)
	}
}

func cantoFaults(f cantotest.Faults) plant {
	return func(s *demo.Systems, config string) string {
		s.Canto.SetFaults(f)
		return config
	}
}

func poolFaults(f poolpartytest.Faults) plant {
	return func(s *demo.Systems, config string) string {
		s.PoolParty.SetFaults(f)
		return config
	}
}

// cantoAt and poolAt lead to another address.
func cantoAt(address string) plant {
	return func(s *demo.Systems, config string) string { return strings.ReplaceAll(config, s.Canto.URL(), address) }
}

func poolAt(address string) plant {
	return func(s *demo.Systems, config string) string {
		return strings.ReplaceAll(config, s.PoolParty.URL(), address)
	}
}

// renamedField is a custom field of Canto that has another name now.
func renamedField(t *testing.T, from, to string) plant {
	return func(s *demo.Systems, config string) string {
		if err := s.Canto.RenameField(from, to); err != nil {
			t.Error(err)
		}
		return config
	}
}

// unsigned is the address of a Canto whose certificate nobody signed.
func unsigned(t *testing.T) string {
	t.Helper()
	s, err := cantotest.New(cantotest.Options{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.URL()
}
