package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"semdex"
	"semdex/analytics"
	"semdex/search"
)

// fakeDraft is the fake's draft vocabulary: it answers as the library does, and finds one asset more.
type fakeDraft struct{ *fakeLibrary }

func (f fakeDraft) Search(ctx context.Context, r search.Request) (*search.Answer, error) {
	a, err := f.fakeLibrary.Search(ctx, r)
	if err == nil {
		a.Total = fakeTotal + 1
	}
	return a, err
}

func (f *fakeLibrary) hasDraft() error {
	if f.draft == "" {
		return &semdex.Error{Code: semdex.NotFound, Message: "there is no draft vocabulary", Hint: "PUT one"}
	}
	return nil
}

func (f *fakeLibrary) WithDraft(context.Context) (Searcher, error) {
	if err := f.hasDraft(); err != nil {
		return nil, err
	}
	return fakeDraft{f}, nil
}

func (f *fakeLibrary) DraftInfo(context.Context) (DraftInfo, error) {
	return DraftInfo{Origin: "upload", Taken: noon, Concepts: 3}, f.hasDraft()
}

func (f *fakeLibrary) PutDraft(ctx context.Context, format string, body []byte) (DraftInfo, error) {
	if !strings.Contains(string(body), "Concept") {
		return DraftInfo{}, &semdex.Error{Code: semdex.Invalid, Message: "no concept"}
	}
	f.draft = format
	return f.DraftInfo(ctx)
}

func (f *fakeLibrary) DropDraft(context.Context) error {
	err := f.hasDraft()
	f.draft = ""
	return err
}

func (f *fakeLibrary) DraftImpact(_ context.Context, r analytics.QueryRequest, access search.Access) (DraftImpact, error) {
	f.queries, f.access = r, access
	return DraftImpact{From: r.From, Compared: 1, Queries: []QueryImpact{{Query: "tent", Impact: search.Impact{Before: 1, After: 2}}}}, f.hasDraft()
}

// TestARequestNamesTheVocabulary guards that every route that answers by the vocabulary takes the draft.
func TestARequestNamesTheVocabulary(t *testing.T) {
	w := newWorld(t)
	routes := []string{"/v1/search?q=eco", "/v1/suggest?q=eco", "/v1/facets/region?q=d", "/v1/concepts?q=eco", "/v1/concept?uri=https://voc.example/eco", "/v1/concept/tree?lang=en", "/v1/schemes?lang=en"}
	for _, route := range routes {
		p := problem(t, w.get(route+"&vocabulary=draft"), 422, semdex.Invalid)
		if len(p.Errors) != 1 || p.Errors[0].Parameter != "vocabulary" || p.Errors[0].In != "query" {
			t.Errorf("%s: without a draft got %+v", route, p)
		}
		problem(t, w.get(route+"&vocabulary=other"), 422, semdex.Invalid)
	}
	w.lib.draft = "ttl"
	for _, route := range routes {
		for _, vocabulary := range []string{"live", "draft"} {
			if rec := w.get(route + "&vocabulary=" + vocabulary); rec.Code != 200 {
				t.Errorf("%s by %s: %d %s", route, vocabulary, rec.Code, rec.Body)
			}
		}
	}
	for body, want := range map[string]int{`{"q":"eco"}`: fakeTotal, `{"q":"eco","vocabulary":"live"}`: fakeTotal, `{"q":"eco","vocabulary":"draft"}`: fakeTotal + 1} {
		if got := decode[search.Answer](t, w.do("POST", "/v1/search", "search", body)); got.Total != want {
			t.Errorf("%s finds %d, want %d", body, got.Total, want)
		}
	}
}

func TestADraftIsSentAsRDF(t *testing.T) {
	w := newWorld(t)
	const turtle = "<urn:a> a <http://www.w3.org/2004/02/skos/core#Concept> ."
	tests := []struct {
		rule, target, key, body, header string
		status                          int
		format                          string
	}{
		{"turtle", "/v1/vocabulary/draft", "manage", turtle, "Content-Type: text/turtle; charset=utf-8", 200, "ttl"},
		{"RDF/XML", "/v1/vocabulary/draft", "manage", turtle, "Content-Type: application/rdf+xml", 200, "rdf"},
		{"a format goes before", "/v1/vocabulary/draft?format=nt", "manage", turtle, "Content-Type: application/x-www-form-urlencoded", 200, "nt"},
		{"more than other routes take", "/v1/vocabulary/draft?format=ttl", "manage", turtle + strings.Repeat(" ", MaxBody), "", 200, "ttl"},
		{"an unknown form", "/v1/vocabulary/draft", "manage", turtle, "Content-Type: application/json", 422, ""},
		{"an unknown format", "/v1/vocabulary/draft?format=doc", "manage", turtle, "", 422, ""},
		{"no concept", "/v1/vocabulary/draft?format=ttl", "manage", "#", "", 422, ""},
		{"too much", "/v1/vocabulary/draft?format=ttl", "manage", strings.Repeat(" ", MaxVocabulary+1), "", 413, ""},
		{"a key that only searches", "/v1/vocabulary/draft?format=ttl", "search", turtle, "", 403, ""},
	}
	for _, tt := range tests {
		w.lib.draft = ""
		var headers []string
		if tt.header != "" {
			headers = append(headers, tt.header)
		}
		if rec := w.do(http.MethodPut, tt.target, tt.key, tt.body, headers...); rec.Code != tt.status || w.lib.draft != tt.format {
			t.Errorf("%s: got %d and format %q: %.200s", tt.rule, rec.Code, w.lib.draft, rec.Body)
		}
	}
}

func TestADraftIsShownAndDropped(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/v1/vocabulary/draft", "/v1/vocabulary/draft/impact"} {
		problem(t, w.do("GET", path, "manage", ""), 404, semdex.NotFound)
		problem(t, w.do("GET", path, "search", ""), 403, semdex.Forbidden)
	}
	problem(t, w.do("DELETE", "/v1/vocabulary/draft", "manage", ""), 404, semdex.NotFound)
	w.lib.draft = "ttl"
	if got := decode[DraftInfo](t, w.do("GET", "/v1/vocabulary/draft", "manage", "")); got.Concepts != 3 {
		t.Errorf("got %+v", got)
	}
	if got := decode[DraftImpact](t, w.do("GET", "/v1/vocabulary/draft/impact?limit=5&from=2026-01-01", "manage", "")); got.From != "2026-01-01" || got.Queries[0].After != 2 {
		t.Errorf("got %+v", got)
	}
	if w.lib.queries.Limit != 5 || w.lib.queries.TZ != w.lib.TimeZone() && w.lib.queries.TZ.String() != "Far East" || w.lib.access.All {
		t.Errorf("the library was asked %+v as %+v", w.lib.queries, w.lib.access)
	}
	if rec := w.do("DELETE", "/v1/vocabulary/draft", "manage", ""); rec.Code != http.StatusNoContent || rec.Body.Len() != 0 || w.lib.draft != "" {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
}
