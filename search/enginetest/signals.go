package enginetest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
)

// signals checks that each signal orders equal hits, and that none lifts a hit over a better class.
func (s *suite) signals(t *testing.T) {
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	popular := &search.Popularity{By: map[semdex.AssetID]float32{}}
	for i, a := range s.assets {
		popular.By[a.ID] = float32(i%7) / 7
	}
	tagged := func(field, value string, class search.Class) search.Group {
		return search.Group{Values: []search.ValueEvidence{{Value: search.Value{Field: field, Value: value}, Class: class, Weight: 1}}}
	}
	tests := []struct {
		name   string
		signal search.Signals
		of     func(*document, *search.Signals) float64
	}{
		{"the fresher first", search.Signals{Freshness: .1}, func(d *document, s *search.Signals) float64 {
			if d.asset.Created.IsZero() {
				return 0
			}
			return s.Fresh(d.asset.Created.Unix())
		}},
		{"the more popular first", search.Signals{Popularity: .1, Popular: popular}, func(d *document, s *search.Signals) float64 { return float64(popular.By[d.asset.ID]) }},
		{"the approved first", search.Signals{Approval: .1}, func(d *document, _ *search.Signals) float64 {
			if d.asset.Approval == semdex.Approved {
				return 1
			}
			return 0
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.signal.Now = now
			either := search.Group{Values: slices.Concat(tagged("type", "image", search.Words).Values, tagged("type", "video", search.Synonym).Values)}
			hits := run(t, s.view, &search.Plan{Groups: []search.Group{either}, Access: everything, Limit: 1000, Signals: &tt.signal}).Hits
			if len(hits) < 100 {
				t.Fatalf("only %d hits", len(hits))
			}
			before := s.document(hits[0].ID)
			for _, h := range hits[1:] {
				here := s.document(h.ID)
				if before.asset.Type == "video" && here.asset.Type == "image" {
					t.Errorf("%s comes before %s, whose class is better", before.asset.ID, h.ID)
				}
				if before.asset.Type == here.asset.Type && tt.of(before, &tt.signal) < tt.of(here, &tt.signal)-1e-6 {
					t.Errorf("%s comes before %s", before.asset.ID, h.ID)
				}
				before = here
			}
		})
	}
}

// few checks that the hits of a small answer are the first ones of a large answer, whatever signals count: an engine may
// leave out what cannot be among them.
func (s *suite) few(t *testing.T) {
	p := &planner{rand.New(rand.NewPCG(3, 8)), s.assets, newGrouping(s.assets)}
	popular := &search.Popularity{By: map[semdex.AssetID]float32{}}
	for _, a := range s.assets[:len(s.assets)/2] {
		popular.By[a.ID] = p.Float32()
	}
	for i := range 200 {
		plan := p.plan()
		plan.Groups = append(plan.Groups[:min(len(plan.Groups), p.IntN(2))], p.group())
		plan.Signals = &search.Signals{Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), Freshness: .04 * p.Float64(), Popularity: .05 * p.Float64()}
		if p.IntN(4) > 0 {
			plan.Signals.Popular = popular
		}
		if p.IntN(2) == 0 {
			plan.Signals.Approval = .01
		}
		if plan.Limit = 1000; p.IntN(4) > 0 {
			plan.Pinned, plan.Raised = nil, nil
		}
		all := ids(run(t, s.view, plan).Hits)
		plan.Limit = 1 + p.IntN(8)
		if d := cmp.Diff(all[:min(len(all), plan.Limit)], ids(run(t, s.view, plan).Hits)); d != "" {
			t.Fatalf("plan %d: %s\nthe first of all, and the hits of a small answer (-want +got)\n%s", i, describe(plan), d)
		}
	}
}

func (s *suite) document(id semdex.AssetID) *document {
	return s.reference.docs[slices.IndexFunc(s.reference.docs, func(d *document) bool { return d.asset.ID == id })]
}

// statistics checks that words are scored by what a plan brings along.
func (s *suite) statistics(t *testing.T) {
	plan := &search.Plan{Groups: []search.Group{{Texts: []search.TextEvidence{evidence("rain", search.Words), evidence("snow", search.Words)}}}, Access: everything, Limit: 50}
	first := run(t, s.view, plan)
	if st := first.Statistics; len(st.Frequent) != 2 || st.Assets != len(s.assets) || st.Words <= 1 || st.Frequent[0] < 2 {
		t.Fatalf("statistics are %+v", st)
	}
	scores := func(r *search.Result) (out []float64) {
		for _, h := range r.Hits {
			out = append(out, h.Score)
		}
		return out
	}
	plan.Statistics = &first.Statistics
	if again := run(t, s.view, plan); !slices.Equal(scores(first), scores(again)) || !cmp.Equal(first.Statistics, again.Statistics) {
		t.Error("the statistics of a search give other scores than it")
	}
	plan.Statistics = &search.Statistics{Assets: 100_000, Words: 20, Frequent: []float64{5, 5}}
	if other := run(t, s.view, plan); slices.Equal(scores(first), scores(other)) || !cmp.Equal(*plan.Statistics, other.Statistics) {
		t.Error("other statistics do not change the scores")
	}
	plan.Statistics = &search.Statistics{Assets: 100_000, Words: 20}
	if misfit := run(t, s.view, plan); !slices.Equal(scores(first), scores(misfit)) {
		t.Error("statistics of another plan are taken")
	}
}

// spellings compares words found with those of a walk over all words.
func (s *suite) spellings(t *testing.T) {
	for _, word := range []string{"jaket", "jackets", "rian", "shcool", "hutte", "verpakung", "recycable", "x", "zzz", "nord"} {
		for _, access := range []search.Access{everything, {Use: semdex.Use{On: "2026-03-15"}}} {
			for edits := range 3 {
				want := s.spelled(word, edits, access)
				got, err := s.view.Spellings(context.Background(), &search.Spelling{Word: word, Edits: edits, Access: access, Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				found := map[string]int{}
				for i, g := range got {
					found[g.Word] = g.Assets
					if want[g.Word] != g.Assets {
						t.Errorf("%s, %d edits: %s in %d assets, want %d", word, edits, g.Word, g.Assets, want[g.Word])
					}
					if i > 0 && (g.Edits < got[i-1].Edits || g.Edits == got[i-1].Edits && g.Assets > got[i-1].Assets) {
						t.Errorf("%s: %+v comes after %+v", word, g, got[i-1])
					}
				}
				some, err := s.view.Spellings(context.Background(), &search.Spelling{Word: word, Edits: edits, Access: access, Limit: 1000, Enough: 2})
				if err != nil || len(some) != len(want) {
					t.Errorf("%s, %d edits: %d words where two assets of each are enough, want %d; %v", word, edits, len(some), len(want), err)
				}
				for _, g := range some {
					if g.Assets < min(2, want[g.Word]) || g.Assets > want[g.Word] {
						t.Errorf("%s in %d assets, want %d, or two at least", g.Word, g.Assets, want[g.Word])
					}
				}
				if len(found) != min(10, len(want)) {
					t.Errorf("%s, %d edits: %v, want %v", word, edits, found, want)
				}
			}
		}
	}
}

// spelled counts, by word like the given one, the assets that have it.
func (s *suite) spelled(word string, edits int, access search.Access) map[string]int {
	out := map[string]int{}
	for _, d := range s.reference.docs {
		if !d.permitted(access) {
			continue
		}
		seen := map[string]bool{}
		for _, words := range slices.Concat(d.main, d.rest) {
			for _, forms := range words {
				for _, form := range forms {
					if !seen[form] && form[0] == word[0] && alike(word, form, edits) {
						seen[form] = true
						out[form]++
					}
				}
			}
		}
	}
	return out
}

// alike tries whether so few edits turn a into b, at each place where they differ.
func alike(a, b string, edits int) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case a == b:
		return true
	case edits == 0:
		return false
	}
	return a != "" && alike(a[1:], b, edits-1) || b != "" && alike(a, b[1:], edits-1) ||
		a != "" && b != "" && alike(a[1:], b[1:], edits-1) ||
		len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && alike(a[2:], b[2:], edits-1)
}
