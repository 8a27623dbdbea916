package poolparty

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("", 2*3600)
	want := time.Date(2026, 3, 4, 8, 11, 12, 0, time.UTC)
	tests := []struct {
		name, text string
		want       time.Time
	}{
		{"ISO without a zone is in the server's", "2026-03-04T10:11:12", want},
		{"ISO in UTC", "2026-03-04T08:11:12Z", want},
		{"ISO with a zone", "2026-03-04T09:11:12+01:00", want},
		{"a zone without a colon, and parts of a second", "2026-03-04T09:11:12.250+0100", want.Add(250 * time.Millisecond)},
		{"with a space", "2026-03-04 10:11:12", want},
		{"as Java prints it", "Wed Mar 04 08:11:12 UTC 2026", want},
		{"as parameters take it", "04.03.2026T10.11.12", want},
		{"a day", "04.03.2026", time.Date(2026, 3, 3, 22, 0, 0, 0, time.UTC)},
		{"milliseconds", "1772611872000", want},
		{"seconds", "1772611872", want},
		{"nothing", "", time.Time{}},
		{"a word", "yesterday", time.Time{}},
		{"a year that cannot be", "9999-01-01T00:00:00Z", time.Time{}},
	}
	for _, tt := range tests {
		got, ok := parseTime(tt.text, east)
		if ok == tt.want.IsZero() || ok && !got.Equal(tt.want) {
			t.Errorf("%s: got %v and %v, want %v", tt.name, got, ok, tt.want)
		}
	}
}

func TestDecodeEvents(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 10, 11, 12, 0, time.UTC)
	const iso = "2026-03-04T10:11:12"
	tests := []struct {
		name, body string
		want       []event
		fails      bool
	}{
		{"as assumed", `[{"uri":"e:1","date":"2026-03-04T10:11:12","concept":"c:1","changeType":"UPDATE"}]`, []event{{"e:1", "c:1", iso, at}}, false},
		{"other names and nested ones", `{"history":[{"eventURI":"e:1","Timestamp":"2026-03-04T10:11:12","resource":{"uri":"c:1","prefLabel":"x"}}]}`, []event{{"e:1", "c:1", iso, at}}, false},
		{"a list of one", `[{"uri":["e:1"],"date":"2026-03-04T10:11:12"}]`, []event{{"e:1", "", iso, at}}, false},
		{"without a URI, but a concept", `[{"date":1772619072000,"concept":"c:1"}]`, []event{{"", "c:1", "1772619072000", at}}, false},
		{"one that says nothing counts by its text", `[{"n":1},{"uri":"e:1","date":"2026-03-04T10:11:12"}]`, []event{{URI: `{"n":1}`}, {"e:1", "", iso, at}}, false},
		{"no events", `[]`, []event{}, false},
		{"none that says anything", `[{"n":1},{"n":2}]`, nil, true},
		{"no list", `{"status":"ok"}`, nil, true},
		{"no JSON", `<html>`, nil, true},
	}
	for _, tt := range tests {
		got, err := decodeEvents([]byte(tt.body), time.UTC)
		if (err != nil) != tt.fails {
			t.Errorf("%s: got error %v, want failing to be %v", tt.name, err, tt.fails)
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(event{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestDecodeProjects(t *testing.T) {
	t.Parallel()
	want := []project{{ID: "A-1", Title: "Outdoor", Supplement: "out", Languages: []string{"en", "de"}}}
	tests := []struct {
		name, body string
		want       []project
		fails      bool
	}{
		{"as documented", `[{"id":"A-1","title":"Outdoor","uriSupplement":"out","availableLanguages":["en","de"],"new":{"x":1}}]`, want, false},
		{"the names of the extractor", `{"projects":[{"uuid":"A-1","label":"Outdoor","urisupplement":"out","languages":"en,de"}]}`, want, false},
		{"none", `[]`, nil, false},
		{"items without an id", `[{"title":"Outdoor"}]`, nil, true},
		{"no list", `"no"`, nil, true},
		{"a page", `<html>`, nil, true},
	}
	for _, tt := range tests {
		got, err := decodeProjects([]byte(tt.body))
		if (err != nil) != tt.fails {
			t.Errorf("%s: got error %v, want failing to be %v", tt.name, err, tt.fails)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestFindProject(t *testing.T) {
	t.Parallel()
	list := []project{{ID: "1DCE0ED2-D7E8-0001-86A1-18652DF0D7A0", Title: "Brand", Supplement: "brand"}, {ID: "2", Title: "Twin", Supplement: "a"},
		{ID: "3", Title: "Twin", Supplement: "b"}, {ID: "4", Title: "a", Supplement: "c"}}
	tests := []struct{ name, project, want, message string }{
		{"by id", "1DCE0ED2-D7E8-0001-86A1-18652DF0D7A0", "1DCE0ED2-D7E8-0001-86A1-18652DF0D7A0", ""},
		{"by id in lower case", "1dce0ed2-d7e8-0001-86a1-18652df0d7a0", "1DCE0ED2-D7E8-0001-86A1-18652DF0D7A0", ""},
		{"by id as a URN", "urn:uuid:1dce0ed2-d7e8-0001-86a1-18652df0d7a0", "1DCE0ED2-D7E8-0001-86A1-18652DF0D7A0", ""},
		{"by id in braces, without hyphens", "{1DCE0ED2D7E8000186A118652DF0D7A0}", "1DCE0ED2-D7E8-0001-86A1-18652DF0D7A0", ""},
		{"by URI supplement", "Brand", "1DCE0ED2-D7E8-0001-86A1-18652DF0D7A0", ""},
		{"a URI supplement comes before a title", "a", "2", ""},
		{"two of one title", "Twin", "", `more than one PoolParty project is called "Twin"`},
		{"none", "Other", "", `the PoolParty account sees no project "Other"`},
	}
	for _, tt := range tests {
		got, err := findProject(list, tt.project)
		if got.ID != tt.want || (err == nil) != (tt.message == "") || err != nil && err.Error() != tt.message {
			t.Errorf("%s: got %q and error %v, want %q and %q", tt.name, got.ID, err, tt.want, tt.message)
		}
	}
	_, err := findProject(nil, "x")
	if public := semdex.Public(err); !strings.Contains(public.Message, "nor any other") || !strings.Contains(public.Hint, "user group") {
		t.Errorf("an account that sees nothing: got %q and %q, want it said", public.Message, public.Hint)
	}
	if got := named(slices.Repeat(list, 10)); strings.Count(got, "Brand") != 5 || !strings.HasSuffix(got, "and 20 more") {
		t.Errorf("many projects: got %q, want 20 of them", got)
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	const line = "<x:a> <x:p> \"b\"@en .\n"
	tests := []struct {
		name, body string
		whole      bool
	}{
		{"statements", line + line, true},
		{"no line end at the end", line + "<x:a> <x:p> <x:b> .", true},
		{"no space before the dot", "<x:a> <x:p> \"b\"^^<x:d>.", true},
		{"a graph name", "_:a <x:p> _:b <x:g> .\n", true},
		{"a comment at the end", line + "# done", true},
		{"a byte order mark and a blank line", "\uFEFF\n" + line, true},
		{"a quote in a literal", `<x:a> <x:p> "say \"yes\"." .`, true},
		{"nothing", "", true},
		{"blank lines", "\n\n", true},
		{"cut within an IRI", line + "<x:a> <x:p> <x:b", false},
		{"cut before the dot", line + "<x:a> <x:p> <x:b> ", false},
		{"cut within a literal, after a dot", line + `<x:a> <x:p> "That is all.`, false},
		{"cut after an escaped quote", line + `<x:a> <x:p> "He said \" .`, false},
		{"cut after the subject", line + "<x:a>.", false},
		{"what is no RDF is not cut", "<!DOCTYPE html><p>", true},
	}
	for _, tt := range tests {
		if err := whole([]byte(tt.body)); (err == nil) != tt.whole {
			t.Errorf("%s: got %v, want whole to be %v", tt.name, err, tt.whole)
		}
	}
}

func TestCheckLines(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"": true, "# made by x\n": true, "<http://x/a> <x:p> <x:b> .": true, "\n _:a <x:p> <x:b> .": true, "\uFEFF<urn:a> <x:p> <x:b> .": true,
		"<html><body>": false, "<!DOCTYPE html>": false, "<?xml version='1.0'?>": false, `<rdf:RDF xmlns:rdf="x">`: false, "{}": false, "@prefix : <x:> .": false, "error": false,
	} {
		if err := checkLines([]byte(body)); (err == nil) != want {
			t.Errorf("%q: got %v, want it taken to be %v", body, err, want)
		}
	}
}

func TestCountConcepts(t *testing.T) {
	t.Parallel()
	const isConcept = " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .\n"
	const isDeprecated = ` <http://www.w3.org/2002/07/owl#deprecated> "true"^^<http://www.w3.org/2001/XMLSchema#boolean> .` + "\n"
	tests := []struct {
		name string
		body []string
		want int
	}{
		{"concepts count once", []string{"<x:a>" + isConcept + "<x:b>" + isConcept, "<x:a>" + isConcept}, 2},
		{"what is left of a concept does not count", []string{"<x:a>" + isDeprecated + "<x:a>" + isConcept}, 0},
		{"nor in another module", []string{"<x:a>" + isConcept + "<x:b>" + isConcept, "<x:a>" + isDeprecated}, 1},
		{"a mention in a text is none", []string{`<x:a> <x:p> "core#Concept>" .`}, 0},
	}
	for _, tt := range tests {
		var documents []indexer.Document
		for _, body := range tt.body {
			documents = append(documents, indexer.Document{Body: []byte(body)})
		}
		if got := countConcepts(documents); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestDigestIsThatOfTheSet(t *testing.T) {
	t.Parallel()
	digest := func(bodies ...string) string {
		var documents []indexer.Document
		for _, b := range bodies {
			documents = append(documents, indexer.Document{Body: []byte(b)})
		}
		return digestStatements(documents)
	}
	want := digest("<a> .\n<b> .\n")
	for name, got := range map[string]string{
		"another order": digest("<b> .\n<a> .\n"), "twice": digest("<a> .\n<b> .\n<a> .\n"), "two documents": digest("<b> .", "<a> ."),
		"comments and line ends": digest("# now\r\n<a> .\r\n\r\n<b> ."),
	} {
		if got != want {
			t.Errorf("%s: got another digest, want the same", name)
		}
	}
	if digest("<a> .\n") == want || digest("<a> .\n<c> .\n") == want {
		t.Error("other statements: got the same digest, want another")
	}
}

func FuzzProjects(f *testing.F) {
	for _, seed := range []string{`[{"id":"1","title":"a","availableLanguages":["en"]}]`, `{"projects":[{"uuid":1}]}`, `null`, `[{"id":{"uri":["x"]}}]`, `<html>`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := decodeProjects(body)
		if err != nil && list != nil {
			t.Fatalf("got projects %v with error %v, want one of them", list, err)
		}
		for _, p := range list {
			if p.ID == "" {
				t.Fatalf("got a project without an id: %+v", p)
			}
			if _, err := findProject(list, p.ID); err != nil && semdex.CodeOf(err) != semdex.Invalid && semdex.CodeOf(err) != semdex.NotFound {
				t.Fatalf("got error %v for a project of the list", err)
			}
		}
	})
}

func FuzzEvents(f *testing.F) {
	for _, seed := range []string{`[{"uri":"e","date":"2026-03-04T10:11:12","concept":"c"}]`, `{"events":[{"id":7,"time":1772619072000}]}`, `[1,"x",null,{"date":{"value":"04.03.2026"},"uri":"e"}]`, `[]`, `{`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := decodeEvents(body, time.UTC)
		if err != nil && list != nil {
			t.Fatalf("got events %v with error %v, want one of them", list, err)
		}
		again, _ := decodeEvents(body, time.UTC)
		for i, e := range list {
			if e.key() != again[i].key() {
				t.Fatalf("got keys %q and %q for the same event", e.key(), again[i].key())
			}
			if !e.at.IsZero() && (e.at.Year() < 1970 || e.at.Year() >= 2200) {
				t.Fatalf("got time %v, want one that can be", e.at)
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	good, err := cursor{Config: "c", Export: "e", From: time.Unix(0, 0).UTC(), Events: "x"}.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"v":1,"config":"c","from":"0000-01-01T00:00:00Z"}`))
	f.Add([]byte(`{"v":2}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c := readCursor(body, "c")
		if c == nil {
			return
		}
		again, err := c.encode()
		if err != nil || readCursor(again, "c") == nil {
			t.Fatalf("got error %v, want %+v written and read again", err, c)
		}
	})
}

func FuzzExport(f *testing.F) {
	for _, seed := range []string{"<x:a> <x:p> \"b\"@en .\n", "_:a <x:p> _:b <x:g> .", "# x\n", "<html>", "<x:a> <x:p> \"cut.", "\uFEFF"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		cut := whole(body) != nil
		if cut && checkLines(body) != nil {
			t.Fatal("got a body that is no RDF called cut off")
		}
		documents := []indexer.Document{{Body: body}}
		if n, most := countConcepts(documents), bytes.Count(body, []byte("core#Concept>")); n > most {
			t.Fatalf("got %d concepts, want no more than %d", n, most)
		}
		if digestStatements(documents) != digestStatements(slices.Repeat(documents, 2)) {
			t.Fatal("got another digest for the same statements twice, want the same")
		}
	})
}

// canned answers every call with one answer.
type canned struct {
	status int
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(c.body)), Request: r}, nil
}

func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{`{"errorMessage":"no","status":400}`, `{"responseBase":{"message":"no"}}`, `<html>Tomcat</html>`, "", "\xff\xfe", `{"error":"invalid_grant","error_description":"no"}`} {
		f.Add(400, []byte(seed))
		f.Add(503, []byte(seed))
		f.Add(401, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		status = 400 + (status%200+200)%200
		for _, auth := range []string{authBasic, authOAuth} {
			s, err := New(Config{URL: "https://pp.example", Project: "p", Username: "u", Password: "hush-hush", Auth: auth, Attempts: 1, Transport: canned{status, body}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Fetch(t.Context(), nil)
			public := semdex.Public(err)
			if semdex.CodeOf(err) != semdex.Upstream || public.Message == "" || public.Hint == "" || !utf8.ValidString(err.Error()) {
				t.Fatalf("got %v (%+v), want an error of the other side with a hint, in UTF-8", err, public)
			}
			if len(err.Error()) > 2000 || strings.Contains(err.Error(), "hush-hush") && !bytes.Contains(body, []byte("hush-hush")) {
				t.Fatalf("got %q, want it short and without the password", fmt.Sprintf("%.3000s", err))
			}
		}
	})
}
