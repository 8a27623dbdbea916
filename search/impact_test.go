package search_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
)

func assetIDs(list string) []semdex.AssetID {
	var out []semdex.AssetID
	for _, id := range strings.Fields(list) {
		out = append(out, semdex.AssetID(id))
	}
	return out
}

func TestAverageOverlap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		rule, a, b string
		depth      int
		want       float64
	}{
		{"two empty rankings are the same", "", "", 10, 1},
		{"the same ranking", "a b c", "a b c", 10, 1},
		{"nothing in common", "a b", "c d", 10, 0},
		{"nothing where there was something", "", "a b", 10, 0},
		{"two that changed places", "a b", "b a", 10, .5},
		{"a change at the top counts more", "a b c d", "x b c d", 4, (0 + 1./2 + 2./3 + 3./4) / 4},
		{"than one at the end", "a b c d", "a b c x", 4, (1 + 1 + 1 + 3./4) / 4},
		{"what is below the depth does not count", "a b c", "a b x", 2, 1},
		{"one that is shorter lacks the rest", "a b c d", "a b", 10, (1 + 1 + 2./3 + 2./4) / 4},
	}
	for _, tt := range tests {
		for _, lists := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := search.AverageOverlap(assetIDs(lists[0]), assetIDs(lists[1]), tt.depth); math.Abs(got-tt.want) > 1e-9 {
				t.Errorf("%s: got %v, want %v", tt.rule, got, tt.want)
			}
		}
	}
}

func TestCompareOutcomes(t *testing.T) {
	t.Parallel()
	packaging, box := search.ConceptRef{URI: "p", Label: "Packaging"}, search.ConceptRef{URI: "b", Label: "Box"}
	renamed := search.ConceptRef{URI: "p", Label: "Packs"}
	ten := "0 1 2 3 4 5 6 7 8 9"
	tests := []struct {
		rule          string
		before, after search.Outcome
		want          search.Impact
		changed       bool
	}{
		{"nothing changed but a label", search.Outcome{Total: 2, IDs: assetIDs("a b"), Concepts: []search.ConceptRef{packaging}},
			search.Outcome{Total: 2, IDs: assetIDs("a b"), Concepts: []search.ConceptRef{renamed}}, search.Impact{Before: 2, After: 2, Overlap: 1}, false},
		{"a concept is named and an asset gained", search.Outcome{Total: 1, IDs: assetIDs("a")}, search.Outcome{Total: 2, IDs: assetIDs("a b"), Concepts: []search.ConceptRef{box}},
			search.Impact{Before: 1, After: 2, Overlap: .75, Top: search.TopImpact{Gained: 1}, Deep: search.TopImpact{Gained: 1}, Gained: assetIDs("b"), NewlyNamed: []search.ConceptRef{box}}, true},
		{"the top loses what the deep keeps", search.Outcome{Total: 11, IDs: assetIDs(ten + " x")}, search.Outcome{Total: 11, IDs: assetIDs("x " + ten)},
			search.Impact{Before: 11, After: 11, Overlap: search.AverageOverlap(assetIDs(ten), assetIDs("x 0 1 2 3 4 5 6 7 8"), 10),
				Top: search.TopImpact{Gained: 1, Lost: 1}, Gained: assetIDs("x"), Lost: assetIDs("9")}, true},
		{"a concept is named no longer", search.Outcome{Concepts: []search.ConceptRef{packaging, box}}, search.Outcome{Concepts: []search.ConceptRef{box}},
			search.Impact{Overlap: 1, NotNamed: []search.ConceptRef{packaging}}, true},
	}
	for _, tt := range tests {
		got := search.CompareOutcomes(&tt.before, &tt.after)
		if diff := cmp.Diff(tt.want, got, cmp.Transformer("none", func(list []semdex.AssetID) string {
			return strings.Join(strings.Fields(strings.Join(texts(list), " ")), " ")
		}),
			cmp.Comparer(func(a, b []search.ConceptRef) bool { return len(a) == len(b) && (len(a) == 0 || a[0] == b[0]) })); diff != "" || got.Changed() != tt.changed {
			t.Errorf("%s: changed is %v %s", tt.rule, got.Changed(), diff)
		}
	}
}

func texts(ids []semdex.AssetID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}

func TestAnOutcomeTellsTotalOrderAndConcepts(t *testing.T) {
	t.Parallel()
	s, _ := library(t, search.Settings{Languages: []string{"en"}}, packaging, tagged("f:1", "recyclable"), tagged("f:2", "sustainable packaging"), tagged("f:3", "hat"))
	got, err := s.Outcome(context.Background(), search.Request{Query: "eco packaging", Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := &search.Outcome{Total: 2, IDs: assetIDs("f:2"), Concepts: []search.ConceptRef{{URI: search.Base + "packaging", Label: "Sustainable packaging"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	beside := s.With(search.NewVocabulary(map[string]string{"packaging": "Sustainable packaging@en", "hat": "Hat@en | ~Eco packaging@en"}, nil))
	got, err = beside.Outcome(context.Background(), search.Request{Query: "eco packaging"})
	if err != nil || got.Total != 1 || got.IDs[0] != "f:3" {
		t.Errorf("by another vocabulary: %+v, %v", got, err)
	}
}

// TestServicesBesideOneAnother guards what they have in common, and that a cursor of one is no good for the other.
func TestServicesBesideOneAnother(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, _ := library(t, search.Settings{Languages: []string{"en"}}, packaging, tagged("f:1", "hat"), tagged("f:2", "hat"), tagged("f:3", "hat"))
	beside := s.With(packaging)
	s.SetCuration([]search.CurationRule{{ID: "r", Query: "hat", Hides: assetIDs("f:2")}})
	for name, one := range map[string]*search.Service{"live": s, "beside": beside} {
		if o, err := one.Outcome(ctx, search.Request{Query: "hat"}); err != nil || o.Total != 2 {
			t.Errorf("%s: the curation does not hold: %+v, %v", name, o, err)
		}
	}
	page, err := s.Search(ctx, search.Request{Query: "hat", Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Search(ctx, search.Request{Query: "hat", Limit: 1, Cursor: page.NextCursor}); err != nil {
		t.Error(err)
	}
	if _, err := beside.Search(ctx, search.Request{Query: "hat", Limit: 1, Cursor: page.NextCursor}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("a cursor of another vocabulary: got %v", err)
	}
}
