package canto

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer"
)

// reader is a source that reads records with a map, and calls nobody.
func reader(t testing.TB, fields map[string]string, change ...func(*Config)) *fetching {
	t.Helper()
	c := good()
	c.Map, c.TimeZone = fields, time.FixedZone("tenant", 3600)
	for _, f := range change {
		f(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	f := s.fetching(t.Context(), nil)
	f.mapping = unresolved(s.targets)
	return f
}

var imageList = listing{name: "canto list image", scheme: "image"}

func (f *fetching) reads(raw string) indexer.Item {
	return f.item(f.entry(imageList, row{position: 41, raw: json.RawMessage(raw)}))
}

func TestRecordsBecomeAssets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fields map[string]string
		record string
		want   string // as in an assets file; approval is pending where it is not told
	}{
		{"nothing but an id", nil, `{"id":"a","scheme":"image"}`, `{"id":"canto:image:a","type":"image","approval":"pending"}`},
		{"the scheme is that of the list where there is none", nil, `{"id":"a"}`, `{"id":"canto:image:a","type":"image","approval":"pending"}`},
		{"a scheme that is new is data", nil, `{"id":"a","scheme":"hologram"}`, `{"id":"canto:hologram:a","type":"hologram","approval":"pending"}`},
		{"a number is an id, too", nil, `{"id":7}`, `{"id":"canto:image:7","type":"image","approval":"pending"}`},
		{"keys that are not known are left aside", nil, `{"id":"a","new":{"deep":[1]},"metadata":{"x":"y"}}`, `{"id":"canto:image:a","type":"image","approval":"pending"}`},
		{"nulls are nothing", nil, `{"id":"a","tag":null,"description":null,"additional":null,"default":{"Author":null},"url":null,"relatedAlbums":null,"size":null,"time":null}`,
			`{"id":"canto:image:a","type":"image","approval":"pending"}`},
		{"what has a place of its own", nil, `{"id":"a","name":"a.jpg","description":"D","tag":["t"," u ","t",""],"keyword":["k"],"md5":"m","copyright":"c","approvalStatus":"Approved",
			"default":{"Content Type":"image/jpeg","Author":"Ana"},"size":"12","width":"4000","height":2667}`,
			`{"id":"canto:image:a","type":"image","name":"a.jpg","description":"D","tags":["t","u"],"keywords":["k"],"md5":"m","copyright":"c","approval":"approved",
			"mime":"image/jpeg","credit":"Ana","size":12,"width":4000,"height":2667}`},
		{"a copyright may stand in default alone", nil, `{"id":"a","default":{"Copyright":"c"}}`, `{"id":"canto:image:a","type":"image","approval":"pending","copyright":"c"}`},
		{"a single tag", nil, `{"id":"a","tag":"t"}`, `{"id":"canto:image:a","type":"image","approval":"pending","tags":["t"]}`},
		{"no size is none", nil, `{"id":"a","size":"","width":"0"}`, `{"id":"canto:image:a","type":"image","approval":"pending"}`},
		{"an approval in other letters", nil, `{"id":"a","approvalStatus":"EXPIRED"}`, `{"id":"canto:image:a","type":"image","approval":"expired"}`},
		{"an approval that has no word here is kept and restricts", nil, `{"id":"a","approvalStatus":"On hold"}`,
			`{"id":"canto:image:a","type":"image","approval":"restricted","fields":{"Approval status":["On hold"]}}`},
		{"custom fields", nil, `{"id":"a","additional":{"Region":["EMEA","APAC","EMEA"],"Alt Text":"Cranes","Campaign":null,"Empty":"","None":[],"Yes":true,"No":false,"N":1.50,
			"Deep":{"a":[1, 2]},"MDC Image URL":"Rendition-is-not-published-to-MDC"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","fields":{"Region":["EMEA","APAC"],"Alt Text":["Cranes"],"Yes":["true"],"No":["false"],"N":["1.50"],"Deep":{"a":[1,2]}}}`},
		{"what has no place is kept under a name", nil, `{"id":"a","smartTags":["Sky","Dock"],"ownerName":"Ana","termsAndConditions":"T"}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","fields":{"Smart tags":["Sky","Dock"],"Owner":["Ana"],"Terms and conditions":["T"]}}`},
		{"a custom field of that name comes first", nil, `{"id":"a","ownerName":"Ana","additional":{"Owner":"Bo"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","fields":{"Owner":["Bo"]}}`},
		{"albums", nil, `{"id":"a","relatedAlbums":[{"scheme":"album","name":"P","namePath":"L/P"},{"name":"Q"},{"scheme":"folder","name":"L"},{"scheme":"album","namePath":"L/P"},null,{}]}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","albums":["L/P","Q"]}`},
		{"stamps", nil, `{"id":"a","created":"20240131093005123","lastUploaded":"20240201000000000","time":"20240301000000000","default":{"Date modified":"20240401010000000"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","created":"2024-01-31T08:30:05.123Z","modified":"2024-04-01T00:00:00Z"}`},
		{"stamps where some are none", nil, `{"id":"a","created":"19700101010000000","lastUploaded":"20240201010000000","time":"20240301010000000","default":{"Date modified":null}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","created":"2024-02-01T00:00:00Z","modified":"2024-03-01T00:00:00Z"}`},
		{"links that need no token", nil, `{"id":"a","url":{"preview":"https://x/api_binary/p","directUrlPreview":"https://x/direct/image/a/h/m800/500?s=1","directUrlOriginal":"https://x/o","detail":"https://x/d"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","links":{"thumbnail":"https://x/direct/image/a/h/m800/240?s=1","preview":"https://x/direct/image/a/h/m800/800?s=1","original":"https://x/o","detail":"https://x/d"}}`},
		{"a preview without sizes is given as it is", nil, `{"id":"a","url":{"directUrlPreview":"https://x/p","detail":"javascript:x"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","links":{"thumbnail":"https://x/p","preview":"https://x/p"}}`},

		{"texts by their language", map[string]string{"Title": "title", "Titel": "title.de", "Alt": "alt.en"},
			`{"id":"a","additional":{"Title":"T","Titel":" Ä ","Alt":"x","Other":"y"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","title":{"":"T","de":" Ä "},"alt":{"en":"x"},"fields":{"Other":["y"]}}`},
		{"a description in another language leaves Canto's own", map[string]string{"Text": "description.de"}, `{"id":"a","description":"D","additional":{"Text":"B"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","description":{"":"D","de":"B"}}`},
		{"a mapped field is the only source", map[string]string{"D": "description", "C": "created", "M": "modified", "S": "size", "T": "tags", "K": "keywords", "Y": "type", "N": "name",
			"X": "mime", "R": "copyright", "Z": "credit", "5": "md5", "L": "albums", "A": "approval"},
			`{"id":"a","name":"n","description":"d","created":"20240131093005123","time":"20240131093005123","size":"3","tag":["t"],"keyword":["k"],"copyright":"c","md5":"m","approvalStatus":"Approved",
			"default":{"Content Type":"x/y","Author":"z"},"relatedAlbums":[{"name":"l"}],"url":{"directUrlPreview":"https://x/1"},"additional":{"D":null,"T":[]}}`,
			`{"id":"canto:image:a","approval":"pending","links":{"thumbnail":"https://x/240","preview":"https://x/800"}}`},
		{"but links are Canto's where it has nothing", map[string]string{"P": "links.preview", "T": "links.thumbnail"},
			`{"id":"a","url":{"directUrlPreview":"https://x/1"},"additional":{"P":"","T":"https://mine/t"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","links":{"thumbnail":"https://mine/t","preview":"https://x/800"}}`},
		{"lists of several fields", map[string]string{"A": "concepts", "B": "concepts", "C": "tags"}, `{"id":"a","tag":["own"],"additional":{"A":["x","y, z"],"B":"y, z","C":"one, two"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","concepts":["x","y, z"],"tags":["one, two"]}`},
		{"rights", map[string]string{"From": "rights.valid_from", "Until": "rights.valid_until", "Where": "rights.territories", "How": "rights.channels", "L": "rights.license", "E": "rights.editorial",
			"S": "rights.source", "Cost": "rights.cost.amount", "Cur": "rights.cost.currency"},
			`{"id":"a","additional":{"From":"2026-01-01","Until":"20270301003000000","Where":"DE, AT;CH ,","How":["web","a,b"],"L":"rm","E":true,"S":"smintio","Cost":"49.90","Cur":"EUR"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","rights":{"valid_from":"2026-01-01","valid_until":"2027-03-01","territories":["DE","AT","CH"],"channels":["web","a,b"],
			"license":"rm","editorial":true,"source":"smintio","cost":{"amount":49.9,"currency":"EUR"}}}`},
		{"rights that say nothing are none", map[string]string{"Until": "rights.valid_until", "E": "rights.editorial", "Cost": "rights.cost.amount"},
			`{"id":"a","additional":{"Until":"","E":"no","Cost":null}}`, `{"id":"canto:image:a","type":"image","approval":"pending"}`},
		{"a cost of nothing is a cost", map[string]string{"Cost": "rights.cost.amount"}, `{"id":"a","additional":{"Cost":"0"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","rights":{"cost":{"amount":0,"currency":""}}}`},
		{"an approval of one's own", map[string]string{"State": "approval"}, `{"id":"a","approvalStatus":"Odd","additional":{"State":["Approved"]}}`, `{"id":"canto:image:a","type":"image","approval":"approved"}`},
		{"one that has no word here", map[string]string{"State": "approval"}, `{"id":"a","additional":{"State":"Maybe"}}`,
			`{"id":"canto:image:a","type":"image","approval":"restricted","fields":{"Approval status":["Maybe"]}}`},
		{"numbers, times and the rest", map[string]string{"C": "created", "M": "modified", "D": "duration", "W": "width", "P": "phash", "G": "language", "U": "links.detail", "B": "rights.source"},
			`{"id":"a","additional":{"C":"2026-01-02","M":"20260102010000000","D":12.5,"W":"3","P":"ff","G":"DE_at","U":"x","B":"Rendition-is-not-published-to-MDC"}}`,
			`{"id":"canto:image:a","type":"image","approval":"pending","created":"2026-01-02","modified":"2026-01-02T00:00:00Z","duration":12.5,"width":3,"phash":"ff","language":"de-at","links":{"detail":"x"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var want semdex.Asset
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			got := reader(t, tt.fields).reads(tt.record)
			if got.Rejected != nil {
				t.Fatalf("it was rejected: %s", got.Rejected.Reason)
			}
			if diff := cmp.Diff(&want, got.Asset); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestModifiedByTime(t *testing.T) {
	t.Parallel()
	f := reader(t, nil, func(c *Config) { c.Modified = "time" })
	got := f.reads(`{"id":"a","time":"20240301010000000","default":{"Date modified":"20240401010000000"}}`)
	if want := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC); got.Asset == nil || !got.Asset.Modified.Equal(want) {
		t.Errorf("got %+v, want it to be modified at %v", got, want)
	}
}

func TestRecordsThatCannotBeUnderstood(t *testing.T) {
	t.Parallel()
	fields := map[string]string{"License until": "rights.valid_until", "Cost": "rights.cost.amount", "Title": "title", "Made": "created", "Press": "rights.editorial", "Channels": "rights.channels"}
	tests := []struct {
		name, record string
		reason       string
		id           semdex.AssetID
	}{
		{"no object", `[1]`, "want an object", ""},
		{"null", `null`, "want an object", ""},
		{"no id", `{"scheme":"image"}`, "id: missing", ""},
		{"an id that is none", `{"id":{"a":1}}`, "id: want a text, not an object", ""},
		{"an id that is too long", `{"id":"` + strings.Repeat("x", 600) + `"}`, "longer than 512 bytes", ""},
		{"an id with a control character", `{"id":"a\u0007"}`, "control character", ""},
		{"a scheme with a colon", `{"id":"a","scheme":"x:y"}`, `scheme: "x:y" has a colon`, ""},
		{"a scheme that is none", `{"id":"a","scheme":["x","y"]}`, "scheme: 2 values", ""},
		{"a size that is no number", `{"id":"a","size":"4,000"}`, `size: "4,000" is no number`, "canto:image:a"},
		{"a size that is an object", `{"id":"a","size":{"value":1}}`, "size: want a text", "canto:image:a"},
		{"a width below nothing", `{"id":"a","width":"-1"}`, `width: "-1" is out of range`, "canto:image:a"},
		{"a name that is an object", `{"id":"a","name":{}}`, "name: want a text", "canto:image:a"},
		{"tags that are objects", `{"id":"a","tag":[{"name":"x"}]}`, "tag: want a text", "canto:image:a"},
		{"tags that are lists", `{"id":"a","tag":[["x"]]}`, "tag: want texts", "canto:image:a"},
		{"keywords that are an object", `{"id":"a","keyword":{}}`, "keyword: want a text", "canto:image:a"},
		{"a stamp that is none", `{"id":"a","created":"soon"}`, `created: "soon" is no stamp`, "canto:image:a"},
		{"a modification that is none", `{"id":"a","default":{"Date modified":"20241331000000000"}}`, "Date modified:", "canto:image:a"},
		{"default is no object", `{"id":"a","default":"x"}`, "default: want an object", "canto:image:a"},
		{"custom fields are no object", `{"id":"a","additional":["x"]}`, "additional: want an object", "canto:image:a"},
		{"addresses are no object", `{"id":"a","url":"x"}`, "url: want an object", "canto:image:a"},
		{"an address that is none", `{"id":"a","url":{"detail":{}}}`, "url: detail: want a text", "canto:image:a"},
		{"albums that are no list", `{"id":"a","relatedAlbums":{}}`, "relatedAlbums: want a list", "canto:image:a"},
		{"an album that is no object", `{"id":"a","relatedAlbums":["x"]}`, "relatedAlbums: want an object", "canto:image:a"},
		{"rights are not lost", `{"id":"a","additional":{"License until":"soon"}}`, `custom field "License until": rights.valid_until: "soon" is no date`, "canto:image:a"},
		{"nor are costs", `{"id":"a","additional":{"Cost":"49,90"}}`, `custom field "Cost": rights.cost.amount: "49,90" is no number`, "canto:image:a"},
		{"two values for one", `{"id":"a","additional":{"License until":["2026-01-01","2027-01-01"]}}`, "2 values where one is meant", "canto:image:a"},
		{"an object for a text", `{"id":"a","additional":{"Title":{"en":"x"}}}`, `custom field "Title": title: want a text`, "canto:image:a"},
		{"a time that is none", `{"id":"a","additional":{"Made":"yesterday"}}`, `custom field "Made": created: "yesterday" is no time`, "canto:image:a"},
		{"neither yes nor no", `{"id":"a","additional":{"Press":"maybe"}}`, `"maybe" is neither true nor false`, "canto:image:a"},
		{"a list of objects", `{"id":"a","additional":{"Channels":[{}]}}`, `custom field "Channels": rights.channels: want a text`, "canto:image:a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := reader(t, fields).reads(tt.record)
			if got.Asset != nil || got.Rejected == nil {
				t.Fatalf("got %+v, want it to be rejected", got)
			}
			r := got.Rejected
			if !strings.Contains(r.Reason, tt.reason) || r.ID != tt.id || r.File != "canto list image" || r.Line != 42 || r.Raw != tt.record {
				t.Errorf("got %+v, want reason %q, id %q, canto list image:42 and the record", r, tt.reason, tt.id)
			}
		})
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	defined := []customField{{"meta_text_0", "Title"}, {"meta_date_1", "License until"}, {"meta_text_2", "meta_text_0"}}
	targets, err := readMap(map[string]string{"meta_date_1": "rights.valid_until", "Title": "title"})
	if err != nil {
		t.Fatal(err)
	}
	m, err := resolve(targets, defined)
	if err != nil || !m.fields["License until"] || !m.fields["Title"] || len(m.targets) != 2 {
		t.Errorf("got %+v and error %v, want a field by its id and one by its name", m, err)
	}
	targets, err = readMap(map[string]string{"meta_text_0": "title"})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := resolve(targets, defined); err != nil || !m.fields["meta_text_0"] || m.fields["Title"] {
		t.Errorf("got %+v and error %v, want a name to come before an id", m, err)
	}
	targets, err = readMap(map[string]string{"License end": "rights.valid_until", "Ttile": "title"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = resolve(targets, defined)
	for _, part := range []string{`"License end" (the nearest is "License until", with the id meta_date_1`, `"Ttile" (the nearest is "Title"`} {
		if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), part) {
			t.Errorf("got error %v, want an Invalid one that says %q", err, part)
		}
	}
	if _, err := resolve(targets, nil); err == nil || !strings.Contains(err.Error(), "nor any other") {
		t.Errorf("got error %v, want it to say that there are no custom fields", err)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body  string
		rows, found int
		fails       bool
	}{
		{"a page", `{"results":[{"id":"a"},{"id":"b"}],"found":7}`, 2, 7, false},
		{"a count that stands in a string", `{"results":[],"found":"7"}`, 0, 7, false},
		{"nothing found", `{"facets":[],"limit":100,"found":0,"sortBy":"time"}`, 0, 0, false},
		{"null results and no count", `{"results":null,"sortBy":"time"}`, 0, -1, false},
		{"a count that is none", `{"results":[],"found":{"a":1}}`, 0, -1, false},
		{"a message is no list", `{"code":3301,"message":"no"}`, 0, 0, true},
		{"an empty object neither", `{}`, 0, 0, true},
		{"nor is a list of another kind", `[]`, 0, 0, true},
		{"results that are no list", `{"results":{"id":"a"},"found":1}`, 0, 0, true},
		{"no JSON", `{"results":[`, 0, 0, true},
	}
	for _, tt := range tests {
		p, err := readPage([]byte(tt.body), 10)
		if (err != nil) != tt.fails || !tt.fails && (len(p.rows) != tt.rows || p.found != tt.found) {
			t.Errorf("%s: got %d rows of %d and error %v, want %d of %d and failing to be %v", tt.name, len(p.rows), p.found, err, tt.rows, tt.found, tt.fails)
		}
		if len(p.rows) > 0 && p.rows[0].position != 10 {
			t.Errorf("%s: the first row has position %d, want 10", tt.name, p.rows[0].position)
		}
	}
}

func TestCursors(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := &cursor{Config: "x", Albums: map[string]album{"A": {"p", 3}}, First: "f", Found: 4, Watermark: at}
	body, err := c.encode()
	if err != nil {
		t.Fatal(err)
	}
	if got := readCursor(body, "x"); got == nil || !got.same(c) || !got.Watermark.Equal(at) {
		t.Errorf("got %+v, want %+v", got, c)
	}
	for name, body := range map[string]string{"none": "", "no JSON": "x", "of another version": `{"v":99,"config":"x"}`, "of other settings": `{"v":1,"config":"y"}`} {
		if got := readCursor([]byte(body), "x"); got != nil {
			t.Errorf("a cursor %s: got %+v, want none", name, got)
		}
	}
}

func TestAlbumsThatChanged(t *testing.T) {
	t.Parallel()
	before := map[string]album{"A": {"p", 3}, "B": {"q", 2}, "C": {"r", 0}}
	tests := []struct {
		name string
		now  map[string]album
		want string
		ok   bool
	}{
		{"nothing", before, "", true},
		{"one grew", map[string]album{"A": {"p", 4}, "B": {"q", 2}, "C": {"r", 0}}, "A", true},
		{"one has another name, one is new", map[string]album{"A": {"p", 3}, "B": {"x", 2}, "C": {"r", 0}, "D": {"s", 1}}, "B D", true},
		{"empty ones do not count", map[string]album{"A": {"p", 3}, "B": {"q", 2}, "E": {"s", 0}}, "", true},
		{"one shrank", map[string]album{"A": {"p", 2}, "B": {"q", 3}, "C": {"r", 0}}, "", false},
		{"one is gone", map[string]album{"A": {"p", 3}, "C": {"r", 0}}, "", false},
	}
	for _, tt := range tests {
		got, ok := (&cursor{Albums: before}).changedAlbums(&cursor{Albums: tt.now})
		if strings.Join(got, " ") != tt.want || ok != tt.ok {
			t.Errorf("%s: got %q and %v, want %q and %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"Title", "License until", "Lizenz bis"}
	for name, want := range map[string]string{"title": "Title", "Licence Until": "License until", "lizens bis": "Lizenz bis"} {
		if got := nearest(name, names); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := nearest("x", nil); got != "" {
		t.Errorf("got %q among no names, want none", got)
	}
}
