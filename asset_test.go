package semdex_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

// fullLine has every key that an assets file knows, and one that it does not.
const fullLine = `{"id":"a1","type":"image","mime":"image/jpeg","name":"hero_v2.jpg","title":{"en":"Hero","de":"Held"},
 "description":"a hero","alt":"alone","language":"en_GB","keywords":["school"],"tags":["kids"],
 "concepts":["https://voc.example/back-to-school"],"albums":["Campaigns/2026/Spring"],
 "fields":{"Region":["DACH"],"Campaign":["Spring"],"SKU":["4711"]},
 "approval":"Approved","created":"2026-01-02T10:00:00Z","modified":"2026-02-02T10:00:00+01:00",
 "size":1843201,"width":4000,"height":2667,"duration":12.5,"md5":"d41d","phash":"ff00","credit":"Ann","copyright":"Us",
 "rights":{"valid_from":"2026-01-01","valid_until":"2027-03-01","territories":["DE","AT"],"channels":["web"],
           "license":"rights-managed","editorial":false,"source":"smintio","cost":{"amount":49,"currency":"EUR"}},
 "links":{"thumbnail":"https://t.example/1","preview":"https://p.example/1","original":"https://o.example/1","detail":"https://d.example/1"},
 "photographer":"Bo"}`

var fullAsset = semdex.Asset{
	ID: "a1", Type: "image", MIME: "image/jpeg", Name: "hero_v2.jpg", Title: semdex.Text{"en": "Hero", "de": "Held"},
	Description: semdex.Text{"": "a hero"}, Alt: semdex.Text{"": "alone"}, Language: "en-gb", Keywords: []string{"school"}, Tags: []string{"kids"},
	Concepts: []string{"https://voc.example/back-to-school"}, Albums: []string{"Campaigns/2026/Spring"},
	Fields:   map[string][]string{"Region": {"DACH"}, "Campaign": {"Spring"}, "SKU": {"4711"}, "photographer": {"Bo"}},
	Approval: semdex.Approved, Created: time.Date(2026, 1, 2, 10, 0, 0, 0, time.UTC), Modified: time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC),
	Size: 1843201, Width: 4000, Height: 2667, Duration: 12.5, MD5: "d41d", PHash: "ff00", Credit: "Ann", Copyright: "Us",
	Rights: &semdex.Rights{ValidFrom: "2026-01-01", ValidUntil: "2027-03-01", Territories: []string{"DE", "AT"}, Channels: []string{"web"},
		License: "rights-managed", Source: "smintio", Cost: &semdex.Money{Amount: 49, Currency: "EUR"}},
	Links: semdex.Links{Thumbnail: "https://t.example/1", Preview: "https://p.example/1", Original: "https://o.example/1", Detail: "https://d.example/1"},
}

func TestAssetReads(t *testing.T) {
	t.Parallel()
	fields := func(pairs ...string) map[string][]string {
		m := map[string][]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = append(m[pairs[i]], pairs[i+1])
		}
		return m
	}
	tests := []struct {
		name, line string
		want       semdex.Asset
	}{
		{"every key of the file format", fullLine, fullAsset},
		{"only id is required", `{"id":"a"}`, semdex.Asset{ID: "a"}},
		{"id may be a number, spaces around it go", `{"id":4711}`, semdex.Asset{ID: "4711"}},
		{"id is trimmed", `{"id":" a "}`, semdex.Asset{ID: "a"}},
		{"null is as if absent", `{"id":"a","title":null,"keywords":null,"size":null,"rights":null,"x":null}`, semdex.Asset{ID: "a"}},
		{"a text as a string has no language", `{"id":"a","title":"T"}`, semdex.Asset{ID: "a", Title: semdex.Text{"": "T"}}},
		{"a text as an object has its languages, in one form", `{"id":"a","title":{"EN_gb":"T","":"U","fr":""}}`, semdex.Asset{ID: "a", Title: semdex.Text{"en-gb": "T", "": "U"}}},
		{"an empty text is none", `{"id":"a","title":"","alt":{"en":""}}`, semdex.Asset{ID: "a"}},
		{"two spellings of one language: always the same one", `{"id":"a","title":{"en":"small","EN":"great"}}`, semdex.Asset{ID: "a", Title: semdex.Text{"en": "small"}}},
		{"a single value where a list is meant", `{"id":"a","tags":"x","keywords":7}`, semdex.Asset{ID: "a", Tags: []string{"x"}, Keywords: []string{"7"}}},
		{"values are trimmed, blank and double ones go", `{"id":"a","tags":[" x ","x","",null,"y"]}`, semdex.Asset{ID: "a", Tags: []string{"x", "y"}}},
		{"an unknown key is kept under fields", `{"id":"a","Region":"DACH","n":1,"b":true,"list":["x","y"]}`,
			semdex.Asset{ID: "a", Fields: fields("Region", "DACH", "n", "1", "b", "true", "list", "x", "list", "y")}},
		{"an unknown structure is kept as it is", `{"id":"a","exif":{"iso": 100}}`, semdex.Asset{ID: "a", Fields: fields("exif", `{"iso":100}`)}},
		{"keys count case", `{"id":"a","Title":"T"}`, semdex.Asset{ID: "a", Fields: fields("Title", "T")}},
		{"a key and fields may name the same field", `{"id":"a","fields":{"R":["1","2"]},"R":["2","3"]}`, semdex.Asset{ID: "a", Fields: fields("R", "2", "R", "3", "R", "1")}},
		{"numbers may be strings", `{"id":"a","size":"10","width":"4e3","duration":"1.5"}`, semdex.Asset{ID: "a", Size: 10, Width: 4000, Duration: 1.5}},
		{"an empty string is no number", `{"id":"a","size":""}`, semdex.Asset{ID: "a"}},
		{"a time may be a day", `{"id":"a","created":"2026-03-04","modified":""}`, semdex.Asset{ID: "a", Created: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)}},
		{"approval compares without case", `{"id":"a","approval":"PENDING"}`, semdex.Asset{ID: "a", Approval: semdex.Pending}},
		{"rights that say nothing are no record", `{"id":"a","rights":{}}`, semdex.Asset{ID: "a"}},
		{"rights are as lenient as the rest", `{"id":"a","rights":{"territories":"DE","channels":[""],"editorial":"True","valid_until":"2027-03-01T23:30:00-05:00","cost":{"amount":"49.5","currency":"EUR"}}}`,
			semdex.Asset{ID: "a", Rights: &semdex.Rights{Territories: []string{"DE"}, Editorial: true, ValidUntil: "2027-03-01", Cost: &semdex.Money{Amount: 49.5, Currency: "EUR"}}}},
		{"unknown keys of rights and links are kept by their full name", `{"id":"a","rights":{"valid_untill":"2027-01-01","cost":{"amount":1,"tax":2}},"links":{"cdn":"https://c.example"}}`,
			semdex.Asset{ID: "a", Rights: &semdex.Rights{Cost: &semdex.Money{Amount: 1}},
				Fields: fields("rights.valid_untill", "2027-01-01", "rights.cost.tax", "2", "links.cdn", "https://c.example")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got semdex.Asset
			if err := json.Unmarshal([]byte(tt.line), &got); err != nil {
				t.Fatalf("got error %v, want none", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("asset (-want +got):\n%s", diff)
			}
			roundTrip(t, &got)
		})
	}
}

// roundTrip checks that what is written reads back to the same Record.
func roundTrip(t *testing.T, a *semdex.Asset) {
	t.Helper()
	first, err := semdex.NewRecord(a)
	if err != nil {
		t.Fatalf("write: got error %v, want none", err)
	}
	var again semdex.Asset
	if err := json.Unmarshal(first.Body, &again); err != nil {
		t.Fatalf("read back %s: got error %v, want none", first.Body, err)
	}
	second, err := semdex.NewRecord(&again)
	if err != nil {
		t.Fatalf("write again: got error %v, want none", err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("record after a round trip (-first +second):\n%s", diff)
	}
}

func TestAssetRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, want string }{
		{"no id", `{"title":"x"}`, "id: missing"},
		{"null id", `{"id":null}`, "id: missing"},
		{"blank id", `{"id":"  "}`, "id: missing"},
		{"structured id", `{"id":["a"]}`, "id: want a string"},
		{"control character in an id", `{"id":"a\u0007"}`, "id: holds a control character"},
		{"overlong id", `{"id":"` + strings.Repeat("x", semdex.MaxAssetID+1) + `"}`, "id: longer than 512 bytes"},
		{"text as a list", `{"id":"a","title":["T"]}`, "title: want a string or an object of language to string"},
		{"text with a list in it", `{"id":"a","alt":{"en":["T"]}}`, "alt: want a string or an object of language to string"},
		{"fields as a list", `{"id":"a","fields":["x"]}`, "fields: want an object of name to values"},
		{"string as an object", `{"id":"a","name":{"en":"x"}}`, "name: want a string"},
		{"number that is none", `{"id":"a","width":"wide"}`, `width: "wide" is no number`},
		{"number as a list", `{"id":"a","width":[1]}`, `width: [1] is no number`},
		{"negative size", `{"id":"a","size":-1}`, "size: -1 is out of range"},
		{"size beyond what JSON numbers carry", `{"id":"a","size":1e300}`, "size: 1e300 is out of range"},
		{"endless duration", `{"id":"a","duration":"Inf"}`, `duration: "Inf" is no number`},
		{"unknown approval", `{"id":"a","approval":"maybe"}`, `approval: "maybe" is none of approved, pending, restricted, rejected, expired, archived`},
		{"time that is none", `{"id":"a","created":"yesterday"}`, `created: "yesterday" is no time (want 2006-01-02T15:04:05Z or 2006-01-02)`},
		{"time that JSON cannot write in UTC", `{"id":"a","created":"9999-12-31T23:59:59-01:00"}`, `created: "9999-12-31T23:59:59-01:00" is no time (want 2006-01-02T15:04:05Z or 2006-01-02)`},
		{"rights that are no object", `{"id":"a","rights":"none"}`, "rights: want an object"},
		{"wrong date in rights", `{"id":"a","rights":{"valid_until":"soon"}}`, `rights: valid_until: "soon" is no date (want 2006-01-02)`},
		{"wrong truth in rights", `{"id":"a","rights":{"editorial":"yes"}}`, `rights: editorial: "yes" is neither true nor false`},
		{"wrong cost", `{"id":"a","rights":{"cost":49}}`, "rights: cost: want an object"},
		{"wrong amount", `{"id":"a","rights":{"cost":{"amount":"much"}}}`, `rights: cost: amount: "much" is no number`},
		{"wrong link", `{"id":"a","links":{"preview":["x"]}}`, "links: preview: want a string"},
		{"no object at all", `["a"]`, "not a JSON object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var a semdex.Asset
			err := json.Unmarshal([]byte(tt.line), &a)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got error %v, want it to begin with %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "Go struct field") {
				t.Errorf("the error speaks of Go: %v", err)
			}
		})
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	record := func(line string) semdex.Record {
		t.Helper()
		var a semdex.Asset
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		r, err := semdex.NewRecord(&a)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	base := record(`{"id":"a","title":{"en":"T","de":"U"},"fields":{"x":["1"],"y":["2"]},"size":3,"approval":"approved"}`)
	tests := []struct {
		name, line string
		same       bool
	}{
		{"order of keys", `{"approval":"approved","size":3,"fields":{"y":["2"],"x":["1"]},"title":{"de":"U","en":"T"},"id":"a"}`, true},
		{"form of values", `{"id":"a","title":{"EN":"T","de":"U"},"x":"1","y":2,"size":"3","approval":"APPROVED"}`, true},
		{"null and empty values", `{"id":"a","title":{"en":"T","de":"U","fr":""},"fields":{"x":["1"],"y":["2"],"z":[]},"size":3,"approval":"approved","tags":null}`, true},
		{"another text", `{"id":"a","title":{"en":"T","de":"V"},"fields":{"x":["1"],"y":["2"]},"size":3,"approval":"approved"}`, false},
		{"another field", `{"id":"a","title":{"en":"T","de":"U"},"fields":{"x":["1"],"y":["3"]},"size":3,"approval":"approved"}`, false},
		{"another id", `{"id":"b","title":{"en":"T","de":"U"},"fields":{"x":["1"],"y":["2"]},"size":3,"approval":"approved"}`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := record(tt.line); (got.Hash == base.Hash) != tt.same {
				t.Errorf("same fingerprint: got %v, want %v\n%s\n%s", got.Hash == base.Hash, tt.same, base.Body, got.Body)
			}
		})
	}
}

func TestRecordOfAnUnwritableAsset(t *testing.T) {
	t.Parallel()
	_, err := semdex.NewRecord(&semdex.Asset{ID: "a", Created: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err == nil || !strings.Contains(err.Error(), "write asset a") {
		t.Errorf("got error %v, want one that names the asset", err)
	}
}

func TestAssetID(t *testing.T) {
	t.Parallel()
	for id, want := range map[semdex.AssetID]string{"canto:image:abc": "canto", "files:a1": "files", "bare": "bare"} {
		if got := id.Source(); got != want {
			t.Errorf("source of %s: got %q, want %q", id, got, want)
		}
	}
}
