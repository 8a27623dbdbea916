package search_test

import (
	"context"
	"slices"
	"testing"

	"semdex"
	"semdex/search"
	"semdex/search/local"
)

func watch(t *testing.T, s *search.Service, r search.Request) *search.Watch {
	t.Helper()
	w, err := s.Watch(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Release)
	return w
}

func sortedIDs(t *testing.T, ids []semdex.AssetID, err error) []semdex.AssetID {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(ids))
}

// tagged makes an asset that everybody may see.
func tagged(id string, tags ...string) *semdex.Asset {
	return &semdex.Asset{ID: semdex.AssetID(id), Tags: tags, Approval: semdex.Approved}
}

func TestAWatchTellsAllOrSome(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pending := tagged("f:3", "recyclable")
	pending.Approval = semdex.Pending
	s, _, x := openLibrary(t, search.Settings{Languages: []string{"en"}}, packaging, tagged("f:1", "recyclable"), tagged("f:2", "hat"), pending, tagged("f:4", "sustainable packaging"))
	w := watch(t, s, search.Request{Query: "sustainable packaging", Sort: []search.SortKey{{Field: "name"}}, Limit: 1})
	ids, err := w.All(ctx, 100)
	if got := sortedIDs(t, ids, err); w.Total != 2 || !slices.Equal(got, []semdex.AssetID{"f:1", "f:4"}) {
		t.Errorf("of %d it tells %v", w.Total, got)
	}
	ids, err = w.All(ctx, 1)
	if got := sortedIDs(t, ids, err); len(got) != 1 {
		t.Errorf("at most one is %v", got)
	}
	ids, err = w.Of(ctx, []semdex.AssetID{"f:1", "f:2", "f:3", "f:9"})
	if got := sortedIDs(t, ids, err); !slices.Equal(got, []semdex.AssetID{"f:1"}) {
		t.Errorf("of some it tells %v", got)
	}
	if err := x.Apply(ctx, []local.Change{{ID: "f:1"}}, 2); err != nil {
		t.Fatal(err)
	}
	ids, err = w.All(ctx, 100)
	if got := sortedIDs(t, ids, err); len(got) != 2 {
		t.Errorf("a watch saw a later state: %v", got)
	}
}

// TestAPlanPrintChangesWithWhatIsSearchedFor guards what decides between comparing all and comparing what changed.
func TestAPlanPrintChangesWithWhatIsSearchedFor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _, x := openLibrary(t, search.Settings{Languages: []string{"en"}}, packaging, tagged("f:1", "recyclable"), tagged("f:2", "hat"))
	base := search.Request{Query: "sustainable packaging", Access: search.Access{Use: semdex.Use{On: "2026-01-01"}}}
	print := func(change func(*search.Request)) search.PlanPrint {
		r := base
		change(&r)
		return watch(t, s, r).Plan
	}
	all := func(day semdex.Date) func(*search.Request) {
		return func(r *search.Request) { r.Access = search.Access{All: true, Use: semdex.Use{On: day}} }
	}
	same := func(*search.Request) {}
	tests := []struct {
		rule string
		a, b func(*search.Request)
		same bool
	}{
		{"the same request", same, same, true},
		{"order and page do not count", same, func(r *search.Request) { r.Sort, r.Limit = []search.SortKey{{Field: "id"}}, 3 }, true},
		{"the day counts", same, func(r *search.Request) { r.Access.Use.On = "2026-01-02" }, false},
		{"but not for those who see all", all("2026-01-01"), all("2026-01-02"), true},
		{"the access counts", same, all("2026-01-01"), false},
		{"words count", same, func(r *search.Request) { r.Query = "recyclable" }, false},
		{"expansion counts", same, func(r *search.Request) { r.Expand = search.ExpandNone }, false},
		{"a filter counts", same, func(r *search.Request) { r.Filters = map[string][]string{"type": {"image"}} }, false},
	}
	for _, tt := range tests {
		if got := print(tt.a) == print(tt.b); got != tt.same {
			t.Errorf("%s: same is %v", tt.rule, got)
		}
	}
	before := print(same)
	if err := x.Apply(ctx, []local.Change{{Asset: tagged("f:3", "recyclable")}}, 2); err != nil {
		t.Fatal(err)
	}
	if print(same) != before {
		t.Error("an asset with a known value changed the plan")
	}
	if err := x.Apply(ctx, []local.Change{{Asset: tagged("f:4", "eco-friendly")}}, 3); err != nil {
		t.Fatal(err)
	}
	if print(same) == before {
		t.Error("a value that names a concept of the query for the first time did not change the plan")
	}
	before = print(same)
	s.SetVocabulary(search.NewVocabulary(map[string]string{"packaging": "Sustainable packaging@en"}, nil))
	if print(same) == before {
		t.Error("a changed vocabulary did not change the plan")
	}
}
