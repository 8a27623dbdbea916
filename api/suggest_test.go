package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.get("/v1/suggest?q=%C3%B6k&lang=de-AT&limit=7&scheme=https://voc.example/topics&territory=AT&channel=web&on=2026-05-01")
	if rec.Code != http.StatusOK {
		t.Fatalf("got %d: %s", rec.Code, rec.Body)
	}
	want := search.SuggestRequest{Query: "ök", Lang: "de-at", Limit: 7, Scheme: "https://voc.example/topics",
		Access: search.Access{Use: semdex.Use{On: "2026-05-01", Territory: "AT", Channel: "web"}, DenyMissing: true}}
	if d := cmp.Diff(want, w.lib.typed); d != "" {
		t.Errorf("the library was asked otherwise (-want +got)\n%s", d)
	}
	for _, part := range []string{`"q":"ök"`, `"kind":"concept"`, `"count":0`, `"matched":{"label":"Öko","kind":"prefLabel","lang":"de"}`, `"scheme":"Things"`,
		`{"kind":"title","text":"R&D <x>","id":"files:a1"}`} {
		if !strings.Contains(rec.Body.String(), part) {
			t.Errorf("the answer lacks %s: %s", part, rec.Body)
		}
	}
}

func TestSuggestSeesWhatTheKeySees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.key("sees", KeyRequest{Scopes: []string{"search", "unapproved"}})
	w.get("/v1/suggest?q=eco")
	if w.lib.access.All || w.lib.typed.Limit != search.DefaultSuggestions {
		t.Errorf("a plain key asks as %+v", w.lib.typed)
	}
	w.do("GET", "/v1/suggest?q=eco", "sees", "")
	if !w.lib.access.All || w.lib.access.Rights {
		t.Errorf("a key that sees the unapproved asks as %+v", w.lib.access)
	}
	w.do("GET", "/v1/suggest?q=eco&territory=AT", "sees", "")
	if !w.lib.access.All || !w.lib.access.Rights {
		t.Errorf("a use was asked about, the library as %+v", w.lib.access)
	}
}

func TestSuggestRefusesWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, query := range []string{"", "q=", "q=eco&limit=0", "q=eco&limit=51", "q=eco&limit=x", "q=eco&lang=!", "q=eco&on=tomorrow", "q=" + strings.Repeat("a", 257), "q=eco&filter[type]=image", "q=%2B%2B"} {
		if p := problem(t, w.get("/v1/suggest?"+query), 422, semdex.Invalid); p.Hint == "" && len(p.Errors) == 0 {
			t.Errorf("%s: no hint: %+v", query, p)
		}
	}
	problem(t, w.do("GET", "/v1/suggest?q=eco", "events", ""), 403, semdex.Forbidden)
}
