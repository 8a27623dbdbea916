package semdex_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

// recordSeeds are bodies, as NewRecord writes them and otherwise.
var recordSeeds = []struct{ name, body string }{
	{"every key", string(writtenFull())},
	{"an id alone", `{"id":"a"}`},
	{"every language of a text", `{"id":"a","title":{"":"U","de":"Held","en":"Hero"},"description":"one","alt":{"en":""}}`},
	{"escapes", `{"id":"a","title":"\u003cb\u003e \"R\u0026D\"\\ \u2028 \ud800","fields":{"R\u0026D":["x\\\"","y"]}}`},
	{"lists as a source gave them", `{"id":"a","tags":[" x","x ","","y"],"keywords":[],"albums":["A, B]"]}`},
	{"fields without values", `{"id":"a","fields":{"A":[],"B":[""],"C":["1"]}}`},
	{"rights", `{"id":"a","rights":{"valid_from":"2026-01-01","valid_until":"2027-03-01T10:00:00Z","channels":["web"],"editorial":true,"source":"s"}}`},
	{"rights that say nothing", `{"id":"a","rights":{}}`},
	{"rights of empty values", `{"id":"a","rights":{"territories":[],"license":""}}`},
	{"rights with a cost", `{"id":"a","rights":{"license":"l","cost":{"amount":4.5,"currency":"EUR"}}}`},
	{"rights with what is not known", `{"id":"a","rights":{"model":"yes"}}`},
	{"times", `{"id":"a","created":"2026-01-02T10:00:00.25Z","modified":"2026-02-02T10:00:00+01:00"}`},
	{"a day as a time", `{"id":"a","created":"2026-01-02"}`},
	{"numbers", `{"id":"a","size":9007199254740992,"width":0,"duration":1.5e3}`},
	{"a number out of range", `{"id":"a","size":9007199254740993}`},
	{"a whole number written otherwise", `{"id":"a","size":1e3}`},
	{"a number that is none", `{"id":"a","width":012}`},
	{"a number as a string", `{"id":"a","width":"12"}`},
	{"another order", `{"title":"T","id":"a"}`},
	{"a key twice", `{"id":"a","id":"b"}`},
	{"a language twice", `{"id":"a","title":{"EN":"1","en":"2"}}`},
	{"a key that is not known", `{"id":"a","photographer":"Bo"}`},
	{"spaces", ` { "id" : "a" } `},
	{"null", `{"id":"a","title":null,"tags":null}`},
	{"no id", `{"type":"image"}`},
	{"an empty id", `{"id":" "}`},
	{"an approval there is not", `{"id":"a","approval":"perhaps"}`},
	{"an approval in capitals", `{"id":"a","approval":"Approved"}`},
	{"another form of a language", `{"id":"a","language":"en_GB"}`},
	{"a comma too many", `{"id":"a",}`},
	{"a comma too many in a list", `{"id":"a","tags":["x",]}`},
	{"something behind", `{"id":"a"}x`},
	{"cut short", `{"id":"a","title":"T`},
	{"cut short in an escape", `{"id":"a","title":"T\`},
	{"a line break in a text", "{\"id\":\"a\",\"title\":\"T\nU\"}"},
	{"broken bytes", "{\"id\":\"a\",\"title\":\"T\xff\"}"},
	{"no object", `[]`},
	{"nothing", ``},
}

func writtenFull() []byte {
	full := fullAsset
	r, err := semdex.NewRecord(&full)
	if err != nil {
		panic(err)
	}
	return r.Body
}

// same fails where ReadRecord and UnmarshalJSON do not say the same of a body.
func same(t *testing.T, body string) {
	t.Helper()
	var want semdex.Asset
	wantErr := json.Unmarshal([]byte(body), &want)
	got, err := semdex.ReadRecord([]byte(body))
	if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		t.Fatalf("%s: got error %v, want %v", body, err, wantErr)
	}
	if err != nil {
		return
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", body, diff)
	}
}

func TestReadRecord(t *testing.T) {
	t.Parallel()
	for _, seed := range recordSeeds {
		t.Run(seed.name, func(t *testing.T) {
			t.Parallel()
			same(t, seed.body)
		})
	}
}

func TestReadRecordKeepsNothingOfTheBody(t *testing.T) {
	t.Parallel()
	body := writtenFull()
	got, err := semdex.ReadRecord(body)
	if err != nil {
		t.Fatal(err)
	}
	clear(body)
	want := fullAsset
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("after the body was overwritten (-want +got):\n%s", diff)
	}
}

func FuzzReadRecord(f *testing.F) {
	for _, seed := range recordSeeds {
		f.Add(seed.body)
	}
	f.Fuzz(same)
}

func BenchmarkReadRecord(b *testing.B) {
	full := fullAsset
	rights := *full.Rights
	rights.Cost = nil
	full.Rights = &rights
	r, err := semdex.NewRecord(&full)
	if err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func([]byte) error{
		"record": func(body []byte) error { _, err := semdex.ReadRecord(body); return err },
		"json":   func(body []byte) error { return json.Unmarshal(body, &semdex.Asset{}) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := read(r.Body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
