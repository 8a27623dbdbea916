package cantotest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer/canto/cantotest"
	"semdex/testdata/brand"
)

// brandAssets are those of the demo library.
func brandAssets(t testing.TB) []*semdex.Asset {
	t.Helper()
	in, err := fs.ReadFile(brand.Files, "assets.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var assets []*semdex.Asset
	lines := bufio.NewScanner(strings.NewReader(string(in)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		assets = append(assets, asset(t, lines.Text()))
	}
	return assets
}

// asset reads a line as the files source does.
func asset(t testing.TB, line string) *semdex.Asset {
	t.Helper()
	a := &semdex.Asset{}
	if err := json.Unmarshal([]byte(line), a); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if a.Approval == "" {
		a.Approval = semdex.Approved
	}
	return a
}

// served lists everything, as JSON objects by the id of the asset.
func (c *caller) served(limit int) map[string]map[string]any {
	c.t.Helper()
	all := map[string]map[string]any{}
	for start := 0; ; start += limit {
		page := c.object(fmt.Sprintf("/api/v1/search?start=%d&limit=%d&sortBy=time&sortDirection=ascending", start, limit))
		results, _ := page["results"].([]any)
		for _, r := range results {
			r := r.(map[string]any)
			all[r["id"].(string)] = r
		}
		if len(results) < limit {
			return all
		}
	}
}

// read makes an asset line of a record, by the rule that a custom field in the map is the only source of its target.
func read(t *testing.T, record map[string]any, fields map[string]string) *semdex.Asset {
	t.Helper()
	text := func(in map[string]any, key string) string { s, _ := in[key].(string); return s }
	standard := record["default"].(map[string]any)
	line := map[string]any{"id": record["id"], "type": record["scheme"], "name": record["name"], "mime": standard["Content Type"],
		"credit": standard["Author"], "copyright": record["copyright"], "description": record["description"], "size": record["size"],
		"width": record["width"], "height": record["height"], "md5": record["md5"], "tags": record["tag"], "keywords": record["keyword"],
		"approval": strings.ToLower(text(record, "approvalStatus"))}
	var albums []string
	related, _ := record["relatedAlbums"].([]any)
	for _, album := range related {
		albums = append(albums, text(album.(map[string]any), "namePath"))
	}
	line["albums"] = albums
	own := map[string]any{}
	for _, target := range fields {
		put(line, target, nil)
	}
	for name, value := range record["additional"].(map[string]any) {
		target, mapped := fields[name]
		switch {
		case mapped:
			put(line, target, value)
		case value != nil && value != "Rendition-is-not-published-to-MDC":
			own[name] = value
		}
	}
	line["fields"] = own
	body, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	return asset(t, string(body))
}

// put sets a part of an asset line. A text becomes an object by language, so "title" is its untagged one.
func put(line map[string]any, target string, value any) {
	parts := strings.SplitN(target, ".", 2)
	if parts[0] == "rights" {
		parts = strings.Split(target, ".")
	}
	if target == "title" || target == "description" || target == "alt" {
		parts = append(parts, "")
	}
	for _, part := range parts[:len(parts)-1] {
		inner, ok := line[part].(map[string]any)
		if !ok && value == nil {
			delete(line, part) // what stands there came from Canto itself
			return
		}
		if !ok {
			inner = map[string]any{}
			line[part] = inner
		}
		line = inner
	}
	if value == nil {
		delete(line, parts[len(parts)-1])
		return
	}
	line[parts[len(parts)-1]] = value
}

// back fills a server with assets and reads them again.
func back(t *testing.T, assets []*semdex.Asset) map[string]*semdex.Asset {
	t.Helper()
	c := start(t, cantotest.Options{})
	fields, err := c.Fill(assets)
	if err != nil {
		t.Fatal(err)
	}
	if fields["Created at"] == "" && fields["Created at 2"] == "" {
		t.Errorf("got the fields %v, want the time of creation among them", fields)
	}
	if c.Len() != len(assets) {
		t.Errorf("got a library of %d assets, want %d", c.Len(), len(assets))
	}
	all := map[string]*semdex.Asset{}
	for id, record := range c.served(100) {
		all[id] = read(t, record, fields)
	}
	return all
}

func compare(t *testing.T, assets []*semdex.Asset) {
	t.Helper()
	got := back(t, assets)
	if len(got) != len(assets) {
		t.Errorf("got %d assets back, want %d", len(got), len(assets))
	}
	for _, want := range assets {
		if diff := cmp.Diff(want, got[string(want.ID)]); diff != "" {
			t.Errorf("asset %s (-want +got):\n%s", want.ID, diff)
		}
	}
}

func TestFillLosesNothingOfTheDemoLibrary(t *testing.T) {
	t.Parallel()
	assets := brandAssets(t)
	if len(assets) < 100 {
		t.Fatalf("got %d assets, want the whole library", len(assets))
	}
	compare(t, assets)
}

func TestFillLosesNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		lines []string
	}{
		{"nothing but an id", []string{`{"id":"a"}`}},
		{"ids with slashes, spaces and signs", []string{`{"id":"a/b c?d#e%2F&f"}`, `{"id":"files:ä+\"\\"}`, `{"id":".."}`}},
		{"one untagged description", []string{`{"id":"a","description":"One, \"two\"\nthree"}`, `{"id":"b"}`}},
		{"descriptions with and without a language", []string{`{"id":"a","description":"plain"}`, `{"id":"b","description":{"en":"tagged","de":"markiert"}}`,
			`{"id":"c","description":{"":"both","pt-br":"ambos"}}`}},
		{"titles and alternative texts", []string{`{"id":"a","title":{"":"T","en":"E"},"alt":{"de":"Ä <b>"}}`, `{"id":"b","title":" spaced "}`, `{"id":"c","alt":"x"}`}},
		{"types that are no schemes", []string{`{"id":"a","type":"image"}`, `{"id":"b","type":"3d model"}`, `{"id":"c"}`, `{"id":"d","type":"other"}`}},
		{"all approvals", []string{`{"id":"a","approval":"rejected"}`, `{"id":"b","approval":"archived"}`, `{"id":"c","approval":"expired"}`,
			`{"id":"d","approval":"restricted"}`, `{"id":"e","approval":"pending"}`}},
		{"fields named like ours", []string{`{"id":"a","title":{"en":"E"},"fields":{"Title (en)":["mine"],"title (EN) 2":["too"],"Created at":"x","MDC Image URL":"u","meta_text_0":"m"}}`,
			`{"id":"b","fields":{"Owner":"o","":"no name","Subjects":["a, b","c;d"]},"concepts":["https://voc.example/x"]}`}},
		{"fields with one value, several and structure", []string{`{"id":"a","fields":{"One":"1","Two":["1","2"],"Deep":{"a":[1]}}}`, `{"id":"b","One":["1","x"]}`}},
		{"albums in albums, with signs and without names", []string{`{"id":"a","albums":["A","A/B","A/B/C","A//B","/","Ä \"q\""]}`, `{"id":"b","albums":["A/B"]}`}},
		{"rights with all parts", []string{`{"id":"a","rights":{"valid_from":"2026-01-01","valid_until":"2027-03-01","territories":["DE","AT, CH"],"channels":["web"],` +
			`"license":"rights-managed","editorial":true,"source":"smintio","cost":{"amount":49.9,"currency":"EUR"}}}`, `{"id":"b","rights":{"license":"own"}}`,
			`{"id":"c","rights":{"cost":{"amount":0,"currency":"EUR"}}}`, `{"id":"d"}`}},
		{"links", []string{`{"id":"a","links":{"thumbnail":"https://x.example/t?a=1&b=2","preview":"p","original":"o","detail":"d"}}`, `{"id":"b","links":{"detail":"d"}}`}},
		{"everything that is plain", []string{`{"id":"a","type":"video","mime":"video/mp4","name":"Ünï 汉字 \u2028.mp4","language":"de-at","keywords":["k, 1","k\"2"],"tags":["t1","t2"],` +
			`"concepts":["one"],"created":"2026-01-02T10:00:00.123456789Z","modified":"0001-02-03T00:00:00Z","size":9007199254740992,"width":1,"height":2,` +
			`"duration":12.345678901234,"md5":"m","phash":"p","credit":"c","copyright":"© \t"}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var assets []*semdex.Asset
			for _, line := range tt.lines {
				assets = append(assets, asset(t, line))
			}
			compare(t, assets)
		})
	}
}

// TestFillLosesNothingOfMixtures fills libraries whose assets have parts of a few others each.
func TestFillLosesNothingOfMixtures(t *testing.T) {
	t.Parallel()
	pieces := []string{`"title":{"en":"a"}`, `"title":"b"`, `"description":{"de":"c, d"}`, `"description":"e"`, `"alt":"f"`, `"type":"image"`, `"type":"cad"`,
		`"tags":["g","h"]`, `"fields":{"Title":["i"],"Tag":["j","k"]}`, `"rights":{"valid_until":"2027-01-01"}`, `"rights":{"channels":["a","b"],"editorial":true}`,
		`"albums":["x/y","z"]`, `"links":{"preview":"l"}`, `"duration":0.5`, `"created":"2020-01-01"`, `"language":"EN_us"`, `"concepts":["m"]`}
	for seed := range 12 {
		var assets []*semdex.Asset
		for i := range 10 {
			keys := map[string]string{}
			for n, piece := range pieces {
				if (n*7+i*3+seed*(n+5)+i*n)%4 == 0 {
					key, _, _ := strings.Cut(piece, ":")
					keys[key] = piece
				}
			}
			line := `{"id":"` + strconv.Itoa(i) + `"`
			for _, piece := range keys {
				line += "," + piece
			}
			assets = append(assets, asset(t, line+"}"))
		}
		compare(t, assets)
	}
}

func TestFillRefusesWhatItCannotHold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		assets []*semdex.Asset
	}{
		{"two assets with one id", []*semdex.Asset{{ID: "a"}, {ID: "a"}}},
		{"an asset without an id", []*semdex.Asset{{Name: "x"}}},
	}
	for _, tt := range tests {
		c := start(t, cantotest.Options{}, cantotest.Record{Scheme: "image", ID: "before"})
		if _, err := c.Fill(tt.assets); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%s: got error %v, want one that says invalid", tt.name, err)
		}
		if c.Len() != 1 {
			t.Errorf("%s: got %d assets, want the one from before", tt.name, c.Len())
		}
	}
}

// stamps are the upload and the modification of each asset, as they are served.
func (c *caller) stamps() map[string]string {
	c.t.Helper()
	all := map[string]string{}
	for id, r := range c.served(100) {
		all[id] = r["time"].(string) + " " + r["default"].(map[string]any)["Date modified"].(string)
	}
	return all
}

func TestFillKeepsTheStampsOfWhatIsTheSame(t *testing.T) {
	t.Parallel()
	lines := []string{`{"id":"a","type":"image"}`, `{"id":"b","title":"T","albums":["A/B"]}`, `{"id":"c","fields":{"F":"1"}}`}
	fill := func(c *caller, lines ...string) {
		var assets []*semdex.Asset
		for _, line := range lines {
			assets = append(assets, asset(t, line))
		}
		if _, err := c.Fill(assets); err != nil {
			t.Fatal(err)
		}
	}
	now := &clock{at(0)}
	first := start(t, cantotest.Options{Now: now.Now})
	fill(first, lines...)
	if err := first.Edit("other", "c", func(r *cantotest.Record) { r.Name = "edited" }); err != nil {
		t.Fatal(err)
	}
	want, fields, tree := first.stamps(), first.get("/api/v1/custom/field").body, first.get("/api/v1/tree").body
	late := &clock{at(30)}
	again := start(t, cantotest.Options{Now: late.Now, State: first.State()})
	fill(again, lines[0], strings.Replace(lines[1], `"T"`, `"U"`, 1), lines[2], `{"id":"d"}`)
	got := again.stamps()
	if got["a"] != want["a"] {
		t.Errorf("what is the same: got stamps %s, want %s", got["a"], want["a"])
	}
	for _, id := range []string{"b", "c"} { // changed since, by its owner and by a curator
		uploaded, modified, _ := strings.Cut(got[id], " ")
		if !strings.HasPrefix(want[id], uploaded+" ") || !strings.HasPrefix(modified, "20260110123") && !strings.HasPrefix(modified, "20260110122959") {
			t.Errorf("what changed: got stamps %s of %s, want the old upload of %s and a new modification", got[id], id, want[id])
		}
	}
	if uploaded, modified, _ := strings.Cut(got["d"], " "); uploaded != modified || uploaded != "20260110123000000" {
		t.Errorf("what is new: got stamps %s, want the present", got["d"])
	}
	if got := again.get("/api/v1/custom/field").body; got != fields {
		t.Errorf("custom fields after a restart: got %s, want %s", got, fields)
	}
	if got := again.get("/api/v1/tree").body; got != tree {
		t.Errorf("tree after a restart: got %s, want %s", got, tree)
	}
}

func TestFillAgainHoldsTheseAssetsAndNoOthers(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, cantotest.Record{Scheme: "image", ID: "old", Albums: []string{"Old"}, Additional: map[string]any{"Old": "x"}})
	for range 2 {
		if _, err := c.Fill([]*semdex.Asset{asset(t, `{"id":"a","albums":["New"],"fields":{"New":["x"]}}`)}); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.ids("/api/v1/search"); got != "a" {
		t.Errorf("assets: got %s, want a", got)
	}
	for _, path := range []string{"/api/v1/tree", "/api/v1/custom/field"} {
		if got := c.get(path).body; strings.Contains(got, "Old") || !strings.Contains(got, "New") {
			t.Errorf("%s: got %s, want what is new and nothing old", path, got)
		}
	}
}

func TestStampsAreInOrderAndApart(t *testing.T) {
	t.Parallel()
	now := &clock{at(0)}
	c := start(t, cantotest.Options{Now: now.Now})
	if _, err := c.Fill(brandAssets(t)); err != nil {
		t.Fatal(err)
	}
	var uploads []string
	for _, r := range c.served(1000) {
		uploads = append(uploads, r["time"].(string))
	}
	slices.Sort(uploads)
	if n := len(slices.Compact(slices.Clone(uploads))); n != len(uploads) {
		t.Errorf("got %d different stamps of %d assets, want each to have its own", n, len(uploads))
	}
	if last := uploads[len(uploads)-1]; last != "20260110120000000" {
		t.Errorf("the last upload: got %s, want the present", last)
	}
	first, _ := c.object("/api/v1/search?limit=1&sortDirection=ascending")["results"].([]any)
	if got, want := first[0].(map[string]any)["id"], string(brandAssets(t)[0].ID); got != want {
		t.Errorf("the first upload: got %s, want that of the first asset, %s", got, want)
	}
}

// large is a library as large as that of a museum.
func large() []*semdex.Asset {
	assets := make([]*semdex.Asset, 41_693)
	for i := range assets {
		n := strconv.Itoa(i)
		assets[i] = &semdex.Asset{ID: semdex.AssetID("A" + n), Type: "image", Name: n + ".jpg", Title: semdex.Text{"": "Untitled work no. " + n},
			Concepts: []string{"https://voc.example/a" + n, "https://voc.example/b" + strconv.Itoa(i%500)}, Albums: []string{"Artists/" + strconv.Itoa(i%1000)},
			Fields: map[string][]string{"Medium": {"Graphite on paper"}, "Year": {"1835"}}, Approval: semdex.Approved, Created: time.Unix(int64(i), 0).UTC()}
	}
	return assets
}

func BenchmarkFill(b *testing.B) {
	assets := large()
	for b.Loop() {
		s, err := cantotest.New(cantotest.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Fill(assets); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

func BenchmarkListPage(b *testing.B) {
	s, err := cantotest.New(cantotest.Options{CallsPerMinute: map[string]int{"list": -1}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Fill(large()); err != nil {
		b.Fatal(err)
	}
	source, err := open(none)(s)
	if err != nil {
		b.Fatal(err)
	}
	n := source.(*naive)
	for b.Loop() {
		if _, _, err := n.call(b.Context(), "list", s.URL()+"/api/v1/image?limit=1000&start=20000&sortBy=time&sortDirection=ascending"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestFilledRecordsHaveTheHabitsOfCanto(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{})
	if _, err := c.Fill(brandAssets(t)); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range c.served(1000) {
		additional := r["additional"].(map[string]any)
		alt, has := additional["Alt Text (de)"]
		seen["an absent custom field"] = seen["an absent custom field"] || !has
		seen["a custom field that is null"] = seen["a custom field that is null"] || has && alt == nil
		seen["an unpublished rendition"] = seen["an unpublished rendition"] || additional["MDC Image URL"] == "Rendition-is-not-published-to-MDC"
		_, tagged := r["tag"]
		seen["no key tag"] = seen["no key tag"] || !tagged
		for _, invented := range []string{"owner", "smartTags"} {
			if v, has := r[invented]; has {
				t.Errorf("%s: got %s = %v, which no asset says", r["id"], invented, v)
			}
		}
	}
	for _, habit := range []string{"an absent custom field", "a custom field that is null", "an unpublished rendition", "no key tag"} {
		if !seen[habit] {
			t.Errorf("no record has %s", habit)
		}
	}
}
