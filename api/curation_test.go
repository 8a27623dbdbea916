package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
)

func (f *fakeLibrary) Why(_ context.Context, id string, r search.Request, eyes search.Access) (*search.Why, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.access, f.eyes, f.id = r, r.Access, eyes, id
	if id == "secret" && !eyes.All || id == "a99" {
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "no asset " + id}
	}
	return &search.Why{ID: "files:a1", Query: r.Query, Of: fakeTotal, Reasons: []search.WhyReason{{Code: "filter", Field: "region", Message: "the filter on region asks for DACH; the asset has nothing"}},
		Changes: []search.WhyChange{{Kind: search.ChangeFilter, Field: "region"}}, Alternatives: [][]search.WhyChange{{{Kind: search.ChangeTag, Concept: "https://voc.example/eco", Label: "Eco"}}}}, nil
}

func (f *fakeLibrary) Curation(_ context.Context, access search.Access) ([]search.CurationRule, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.eyes = access
	return []search.CurationRule{{ID: "cur_1", Query: "eco", Pins: []semdex.AssetID{"files:a1"}, At: noon}}, nil
}

func (f *fakeLibrary) AddRule(ctx context.Context, r search.CurationRule, access search.Access) (*search.CurationRule, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	r.ID = "cur_1"
	return f.SetRule(ctx, r, access)
}

func (f *fakeLibrary) SetRule(_ context.Context, r search.CurationRule, access search.Access) (*search.CurationRule, error) {
	if r.ID != "cur_1" {
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "no such rule"}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rule, f.eyes = r, access
	return &r, nil
}

func (f *fakeLibrary) DropRule(_ context.Context, id, by string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.id, f.caller = id, by
	if id != "cur_1" {
		return &semdex.Error{Code: semdex.NotFound, Message: "no such rule"}
	}
	return nil
}

func TestWhyTakesWhatASearchTakes(t *testing.T) {
	w := newWorld(t)
	target := "/v1/assets/a1/why?q=eco+box&lang=de&expand=related&depth=2&exclude=Brand&filter[region]=DACH,UK&sort=-modified&territory=AT&channel=web"
	if rec := w.get(target); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"changes":[{"kind":"remove_filter","field":"region"}]`) {
		t.Fatalf("got %d %s", rec.Code, rec.Body)
	}
	depth := 2
	use := semdex.Use{On: "2026-03-02", Territory: "AT", Channel: "web"}
	want := search.Request{Query: "eco box", Lang: "de", Expand: search.ExpandRelated, Depth: &depth, Exclude: []string{"Brand"}, Filters: map[string][]string{"region": {"DACH", "UK"}},
		Sort: []search.SortKey{{Field: "modified", Desc: true}}, Access: search.Access{Use: use, DenyMissing: true}}
	if d := cmp.Diff(want, w.lib.asked); d != "" {
		t.Errorf("asked (-want +got)\n%s", d)
	}
	if d := cmp.Diff(search.Access{Use: semdex.Use{On: "2026-03-02"}, DenyMissing: true}, w.lib.eyes); d != "" {
		t.Errorf("what the key may see does not depend on the use asked about (-want +got)\n%s", d)
	}
	if rec := w.do("GET", target+"&as=client", "admin", ""); rec.Code != http.StatusOK || w.lib.access.All || w.lib.access.Rights || !w.lib.eyes.All {
		t.Errorf("as=client: got %d, access %+v, eyes %+v", rec.Code, w.lib.access, w.lib.eyes)
	}
	if rec := w.do("GET", target, "admin", ""); rec.Code != http.StatusOK || !w.lib.access.All || !w.lib.access.Rights {
		t.Errorf("with the scope unapproved: got %d, access %+v", rec.Code, w.lib.access)
	}
}

// TestWhyKeepsSecrets compares the answers about an asset that the key may not see and one that is not there.
func TestWhyKeepsSecrets(t *testing.T) {
	w := newWorld(t)
	for _, query := range []string{"?q=eco", "", "?q=eco&as=client", "?q=-eco&territory=AT"} {
		secret := w.do("GET", "/v1/assets/secret/why"+query, "search", "", "X-Request-Id: one")
		missing := w.do("GET", "/v1/assets/a99/why"+query, "search", "", "X-Request-Id: one")
		problem(t, secret, http.StatusNotFound, semdex.NotFound)
		if secret.Body.String() != missing.Body.String() {
			t.Errorf("%s: %s, for one that is not there %s", query, secret.Body, missing.Body)
		}
	}
}

func TestCurationNeedsAKeyThatManages(t *testing.T) {
	w := newWorld(t)
	rule := `{"query":"eco","contains":true,"pins":["files:a1","a2"],"boosts":["a3"],"hides":["a4"],"from":"2026-01-01","until":"2026-02-01","note":"the fair"}`
	tests := []struct {
		method, target, key, body string
		status                    int
	}{
		{"GET", "/v1/curation", "search", "", 403}, {"GET", "/v1/curation", "manage", "", 200}, {"GET", "/v1/curation", "admin", "", 200},
		{"POST", "/v1/curation", "unapproved", rule, 403}, {"POST", "/v1/curation", "manage", rule, 201},
		{"PUT", "/v1/curation/cur_1", "search", rule, 403}, {"PUT", "/v1/curation/cur_1", "manage", rule, 200}, {"PUT", "/v1/curation/cur_2", "manage", rule, 404},
		{"DELETE", "/v1/curation/cur_1", "search", "", 403}, {"DELETE", "/v1/curation/cur_1", "manage", "", 204}, {"DELETE", "/v1/curation/cur_2", "manage", "", 404},
		{"POST", "/v1/curation", "manage", `{}`, 422}, {"POST", "/v1/curation", "manage", `{"query":"eco","pins":"a1"}`, 422},
		{"POST", "/v1/curation", "manage", `{"query":"eco","pins":["a1"],"until":"someday"}`, 422}, {"POST", "/v1/curation", "manage", `{"query":"eco","pinned":["a1"]}`, 422},
	}
	for _, tt := range tests {
		if rec := w.do(tt.method, tt.target, tt.key, tt.body); rec.Code != tt.status {
			t.Errorf("%s %s with %s: got %d, want %d: %s", tt.method, tt.target, tt.key, rec.Code, tt.status, rec.Body)
		}
	}
	rec := w.do("POST", "/v1/curation", "manage", rule)
	want := search.CurationRule{ID: "cur_1", Query: "eco", Contains: true, Pins: []semdex.AssetID{"files:a1", "a2"}, Boosts: []semdex.AssetID{"a3"}, Hides: []semdex.AssetID{"a4"},
		From: "2026-01-01", Until: "2026-02-01", Note: "the fair", By: "client manage"}
	if d := cmp.Diff(want, w.lib.rule); d != "" || rec.Header().Get("Location") != "/v1/curation/cur_1" {
		t.Errorf("at %s (-want +got)\n%s", rec.Header().Get("Location"), d)
	}
	if w.lib.eyes.All {
		t.Error("a key that manages sees what is not approved")
	}
}
