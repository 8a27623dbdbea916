// Package enginetest holds a search.Engine to its contract. Whatever engine runs Semdex's plans must pass
// Run, so that one can take the place of another.
//
// Answers to random plans over generated assets are compared with a reference that looks at every asset.
// What is fixed: which assets are found, facet counts, how many groups a hit satisfies, the class and weight
// of the evidence for each, their order, paging, access, likeness. What is free: how words score within a
// class.
package enginetest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"semdex"
	"semdex/internal/text"
	"semdex/search"
)

// Open makes an engine that holds the assets, for a library with these languages. It closes it at the end of
// the test.
type Open func(t *testing.T, languages []string, assets []*semdex.Asset) search.Engine

var languages = []string{"en", "de"}

// everything is the access of the owner.
var everything = search.Access{All: true}

// Run tests an engine.
func Run(t *testing.T, open Open) {
	assets := Generate(7, 300, 120)
	s := &suite{view: pin(t, open(t, languages, assets)), assets: assets, reference: newReference(languages, assets)}
	t.Run("Plans", s.plans)
	t.Run("Access", s.access)
	t.Run("Paging", s.paging)
	t.Run("Sort", s.sort)
	t.Run("Signals", s.signals)
	t.Run("Few", s.few)
	t.Run("Statistics", s.statistics)
	t.Run("Spellings", s.spellings)
	t.Run("Ties", s.ties)
	t.Run("Overlap", s.overlap)
	t.Run("Values", s.values)
	t.Run("Titles", s.titles)
	t.Run("TitleOrder", func(t *testing.T) { titleOrder(t, open) })
	t.Run("Words", func(t *testing.T) { words(t, open) })
	t.Run("Groups", func(t *testing.T) { groups(t, open) })
	t.Run("Resolve", func(t *testing.T) { resolve(t, open) })
	t.Run("Empty", func(t *testing.T) { empty(t, open) })
	t.Run("Cancelled", s.cancelled)
}

func pin(t *testing.T, e search.Engine) search.View {
	t.Helper()
	v := e.View()
	t.Cleanup(v.Release)
	return v
}

type suite struct {
	view      search.View
	assets    []*semdex.Asset
	reference *reference
}

func run(t *testing.T, v search.View, p *search.Plan) *search.Result {
	t.Helper()
	r, err := v.Search(context.Background(), p)
	if err != nil {
		t.Fatalf("Search(%+v): %v", p, err)
	}
	return r
}

func ids(hits []search.Found) []semdex.AssetID {
	out := []semdex.AssetID{}
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out
}

// plans compares answers to random plans with those of the reference.
func (s *suite) plans(t *testing.T) {
	p := &planner{rand.New(rand.NewPCG(11, 2)), s.assets, newGrouping(s.assets)}
	n := 400
	if testing.Short() {
		n = 100
	}
	for i := range n {
		plan := p.plan()
		got := run(t, s.view, plan)
		if !s.same(t, plan, got) {
			t.Fatalf("plan %d: %s", i, describe(plan))
		}
	}
}

func (s *suite) same(t *testing.T, plan *search.Plan, got *search.Result) bool {
	t.Helper()
	hits, counts := s.reference.run(plan)
	byID := map[semdex.AssetID]*hit{}
	for _, h := range hits {
		byID[h.asset.ID] = h
	}
	ok := true
	fail := func(format string, args ...any) { ok = false; t.Helper(); t.Errorf(format, args...) }
	if got.Total != len(hits) || len(got.Hits) != min(plan.Limit, len(hits)) {
		fail("got %d hits of %d, want %d of %d", len(got.Hits), got.Total, min(plan.Limit, len(hits)), len(hits))
	}
	for i := range counts {
		if d := cmp.Diff(trim(counts[i]), trim(got.Counts[i]), cmpopts.EquateEmpty()); d != "" {
			fail("facet %s (-want +got)\n%s", plan.Facets[i].Name, d)
		}
	}
	last, bound := math.Inf(1), math.Inf(1)
	for i, found := range got.Hits {
		want := byID[found.ID]
		if want == nil {
			fail("%s is no hit, or came twice", found.ID)
			continue
		}
		delete(byID, found.ID)
		if at := hits[i]; shared(plan) && want.pinned == 0 {
			bound = min(bound, want.most)
			if want.least > bound+1e-9 {
				fail("hit %d, %s, covers at least %v, one before it at most %v", i, found.ID, want.least, bound)
			}
		} else if want.rank() != at.rank() {
			fail("hit %d is %s, with %d groups of classes %d; before it belong those with %d of %d", i, found.ID, want.groups, want.classes, at.groups, at.classes)
		}
		if found.Pinned != (want.pinned > 0) {
			fail("%s: pinned %t", found.ID, found.Pinned)
		}
		if found.Score > last {
			fail("hit %d scores %v, the one before %v", i, found.Score, last)
		}
		last = found.Score
		if d := cmp.Diff(want.strengths, strengths(t, plan, want, found.Matches), cmp.AllowUnexported(strength{})); d != "" {
			fail("evidence of %s (-want +got)\n%s", found.ID, d)
		}
	}
	return ok
}

// strengths reads the matches of a hit back, and checks that the evidence they name holds.
func strengths(t *testing.T, p *search.Plan, h *hit, matches []search.Match) []strength {
	t.Helper()
	out := make([]strength, len(p.Groups))
	for _, m := range matches {
		g := &p.Groups[m.Group]
		holds := false
		for _, v := range g.Values {
			if v.Reason == m.Reason {
				out[m.Group] = strength{m.Class, v.Weight}
				holds = m.Value != nil && *m.Value == v.Value && h.bears(v.Value) && m.Class == v.Class
			}
		}
		for i := range g.Texts {
			if g.Texts[i].Reason == m.Reason {
				out[m.Group] = strength{m.Class, g.Texts[i].Weight}
				holds = m.Value == nil && h.says(&g.Texts[i]) && m.Class == g.Texts[i].Class
			}
		}
		for i := range g.Codes {
			if g.Codes[i].Reason == m.Reason {
				out[m.Group] = strength{m.Class, g.Codes[i].Weight}
				holds = m.Value != nil && h.coded(g.Codes[i].Code) && m.Class == g.Codes[i].Class
			}
		}
		if !holds {
			t.Errorf("%s: match %+v names evidence that does not hold", h.asset.ID, m)
		}
	}
	return out
}

func trim(counts []int) []int {
	for len(counts) > 0 && counts[len(counts)-1] == 0 {
		counts = counts[:len(counts)-1]
	}
	return counts
}

func describe(p *search.Plan) string {
	return strings.ReplaceAll(fmt.Sprintf("%+v", *p), "} {", "}\n\t{")
}

// access compares what random uses may see with semdex.Rights.Refuses.
func (s *suite) access(t *testing.T) {
	g := &generator{rand.New(rand.NewPCG(5, 5)), 1}
	for range 200 {
		a := search.Access{DenyMissing: g.IntN(2) == 0, Use: semdex.Use{On: g.day()}}
		if g.IntN(8) == 0 {
			a.Use.On = ""
		}
		if g.IntN(2) == 0 {
			a.Use.Territory = pick(g, append([]string{"fr", "\x00"}, codePool...))
		}
		if g.IntN(2) == 0 {
			a.Use.Channel = pick(g, append([]string{"tv"}, channelPool...))
		}
		var want []semdex.AssetID
		for _, d := range s.reference.docs {
			if d.permitted(a) {
				want = append(want, d.asset.ID)
			}
		}
		got := ids(run(t, s.view, &search.Plan{Access: a, Limit: 1000}).Hits)
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("access %+v (-want +got)\n%s", a, d)
		}
	}
}

// paging goes through answers by offset and by cursor: nothing twice, nothing lost.
func (s *suite) paging(t *testing.T) {
	p := &planner{rand.New(rand.NewPCG(3, 9)), s.assets, newGrouping(s.assets)}
	sorts := [][]search.SortKey{nil, {{Field: "title"}}, {{Field: "size", Desc: true}}, {{Field: "created"}, {Field: "name", Desc: true}}, {{Field: "id"}}, {{Field: "score", Desc: true}}, {{Field: "score"}}, {{Field: "field:Region", Desc: true}, {Field: "width"}}}
	for i := range 60 {
		plan := p.plan()
		plan.Facets, plan.Limit, plan.Sort = nil, 1000, sorts[i%len(sorts)]
		want := ids(run(t, s.view, plan).Hits)
		plan.Limit = 1 + p.IntN(40)
		byOffset, byCursor := []semdex.AssetID{}, []semdex.AssetID{}
		for plan.Offset = 0; plan.Offset <= len(want); plan.Offset += plan.Limit {
			byOffset = append(byOffset, ids(run(t, s.view, plan).Hits)...)
		}
		plan.Offset = 0
		for {
			r := run(t, s.view, plan)
			if r.Total != len(want) {
				t.Errorf("a later page tells a total of %d, the first one %d", r.Total, len(want))
			}
			if len(r.Hits) == 0 {
				break
			}
			byCursor = append(byCursor, ids(r.Hits)...)
			after := r.Hits[len(r.Hits)-1].Position
			plan.After = &after
		}
		if d := cmp.Diff(want, byOffset); d != "" {
			t.Fatalf("paging by offset, %d a page, sort %v (-want +got)\n%s", plan.Limit, plan.Sort, d)
		}
		if d := cmp.Diff(want, byCursor); d != "" {
			t.Fatalf("paging by cursor, %d a page, sort %v (-want +got)\n%s", plan.Limit, plan.Sort, d)
		}
	}
}

// sort tries every sort key in both directions.
func (s *suite) sort(t *testing.T) {
	byID := map[semdex.AssetID]*document{}
	for _, d := range s.reference.docs {
		byID[d.asset.ID] = d
	}
	popular := &search.Popularity{By: map[semdex.AssetID]float32{}}
	for i, a := range s.assets[:100] {
		popular.By[a.ID] = float32(i) / 100
	}
	key := func(d *document, field string) string {
		switch field {
		case "title":
			return text.Fold(d.asset.Title.In(languages...))
		case "name":
			return text.Fold(d.asset.Name)
		case "id":
			return string(d.asset.ID)
		case "popularity":
			return fmt.Sprint(popular.By[d.asset.ID])
		case "field:Region", "type":
			var folded []string
			for _, v := range d.values[field] {
				folded = append(folded, text.Fold(v))
			}
			slices.Sort(folded)
			return append(folded, "")[0]
		}
		n, ok := d.number(field)
		if !ok {
			return "" // what has none is less than what has one
		}
		return fmt.Sprintf("n%020d", n)
	}
	for _, field := range append([]string{"field:Region", "type"}, search.SortFields...) {
		if field == "score" {
			continue
		}
		for _, desc := range []bool{false, true} {
			hits := run(t, s.view, &search.Plan{Access: everything, Limit: 1000, Sort: []search.SortKey{{Field: field, Desc: desc}}, Signals: &search.Signals{Popular: popular}}).Hits
			if len(hits) != len(s.assets) {
				t.Fatalf("sort by %s gives %d of %d", field, len(hits), len(s.assets))
			}
			for i := 1; i < len(hits); i++ {
				before, here := key(byID[hits[i-1].ID], field), key(byID[hits[i].ID], field)
				if before > here && !desc || before < here && desc {
					t.Errorf("sort by %s, desc %t: %q comes before %q", field, desc, before, here)
				}
			}
		}
	}
}

// ties checks the order of equal hits: the newer first; and without any query the last modified first.
func (s *suite) ties(t *testing.T) {
	byID := map[semdex.AssetID]*semdex.Asset{}
	for _, a := range s.assets {
		byID[a.ID] = a
	}
	newer := func(name string, hits []search.Found, when func(*semdex.Asset) time.Time) {
		for i := 1; i < len(hits); i++ {
			if before, here := when(byID[hits[i-1].ID]), when(byID[hits[i].ID]); before.Before(here) {
				t.Errorf("%s: %v comes before %v", name, before, here)
			}
		}
	}
	tagged := search.Group{Values: []search.ValueEvidence{{Value: search.Value{Field: "type", Value: "image"}, Class: search.Exact, Weight: 1}}}
	newer("equal hits", run(t, s.view, &search.Plan{Groups: []search.Group{tagged}, Access: everything, Limit: 1000}).Hits, func(a *semdex.Asset) time.Time { return a.Created })
	newer("no query", run(t, s.view, &search.Plan{Access: everything, Limit: 1000}).Hits, func(a *semdex.Asset) time.Time { return a.Modified })
	s.focus(t)
}

// focus checks that of assets that bear the same value those come first that bear fewer others.
func (s *suite) focus(t *testing.T) {
	tags := map[semdex.AssetID]int{}
	for _, a := range s.assets {
		for _, values := range [][]string{a.Concepts, a.Tags, a.Keywords} {
			tags[a.ID] += len(slices.Compact(slices.Sorted(slices.Values(values))))
		}
	}
	tagged := search.Group{Values: []search.ValueEvidence{{Value: search.Value{Field: "concepts", Value: ConceptURI(0)}, Class: search.Tagged, Weight: 1}}}
	hits := run(t, s.view, &search.Plan{Groups: []search.Group{tagged}, Access: everything, Limit: 1000}).Hits
	if len(hits) < 10 {
		t.Fatalf("only %d assets bear %s", len(hits), ConceptURI(0))
	}
	for i := 1; i < len(hits); i++ {
		if before, here := tags[hits[i-1].ID], tags[hits[i].ID]; before > here {
			t.Errorf("what bears %d values comes before what bears %d", before, here)
		}
	}
}

// overlap compares likeness with Lin's formula, computed pair by pair.
func (s *suite) overlap(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	by := newGrouping(s.assets)
	weights := make([]float64, by.size-3) // the last groups weigh nothing
	for i := range weights {
		weights[i] = float64(r.IntN(4)) / 3
	}
	for range 30 {
		one := s.reference.docs[r.IntN(len(s.reference.docs))]
		o := &search.Overlap{ID: one.asset.ID, By: by, Weights: weights, Access: search.Access{All: r.IntN(2) == 0, Use: semdex.Use{On: "2026-03-15"}}, MinScore: r.Float64() / 4, Limit: 1 + r.IntN(400)}
		want := map[semdex.AssetID]search.Overlapping{}
		var scores []float64
		for _, other := range s.reference.docs {
			if score, shared := likeness(one, other, o); other != one && other.permitted(o.Access) && score >= o.MinScore && score > 0 {
				want[other.asset.ID] = search.Overlapping{ID: other.asset.ID, Score: score, Shared: shared}
				scores = append(scores, score)
			}
		}
		got, err := s.view.Overlap(context.Background(), o)
		if err != nil || len(got) != min(o.Limit, len(want)) {
			t.Fatalf("%v: %d alike, want %d", err, len(got), min(o.Limit, len(want)))
		}
		slices.SortFunc(scores, func(a, b float64) int { return -int(math.Copysign(1, a-b)) })
		for i, g := range got {
			if d := cmp.Diff(want[g.ID], g, cmpopts.EquateApprox(0, 1e-9)); d != "" {
				t.Errorf("likeness (-want +got)\n%s", d)
			}
			if math.Abs(g.Score-scores[i]) > 1e-9 {
				t.Errorf("place %d has likeness %v, want %v", i, g.Score, scores[i])
			}
		}
	}
	if _, err := s.view.Overlap(context.Background(), &search.Overlap{ID: "files:none", By: by, Limit: 1}); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("overlap with an asset that is not there: got %v, want not_found", err)
	}
}

// values checks that the view gives every distinct value of every field once.
func (s *suite) values(t *testing.T) {
	want := map[string][]string{}
	for _, d := range s.reference.docs {
		for field, values := range d.values {
			for _, v := range values {
				if field != "id" && v != "" && !slices.Contains(want[field], v) {
					want[field] = append(want[field], v)
				}
			}
		}
	}
	var fields []string
	for field, values := range want {
		fields = append(fields, field)
		got := slices.Clone(s.view.Values(field))
		slices.Sort(got)
		slices.Sort(values)
		if d := cmp.Diff(values, got); d != "" {
			t.Errorf("values of %s (-want +got)\n%s", field, d)
		}
	}
	slices.Sort(fields)
	if d := cmp.Diff(fields, s.view.Fields()); d != "" {
		t.Errorf("fields (-want +got)\n%s", d)
	}
	if s.view.Values("field:None") != nil || s.view.Len() != len(s.assets) {
		t.Errorf("got values of no field, or a length of %d, want %d", s.view.Len(), len(s.assets))
	}
}

func (s *suite) cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.view.Search(ctx, &search.Plan{Access: everything}); err == nil {
		t.Error("a cancelled search gives an answer")
	}
	if _, err := s.view.Titles(ctx, titleStart("a", everything, 10)); err == nil {
		t.Error("a cancelled search for titles gives an answer")
	}
}

// mapGrouping puts each value into a group of its own, and into one of few that many values share.
type mapGrouping struct {
	groups map[search.Value][]int32
	size   int
}

func newGrouping(assets []*semdex.Asset) *mapGrouping {
	g := &mapGrouping{groups: map[search.Value][]int32{}, size: 5}
	for _, d := range newReference(nil, assets).docs {
		for _, field := range g.Fields() {
			for _, v := range d.values[field] {
				if value := (search.Value{Field: field, Value: v}); g.groups[value] == nil {
					g.groups[value] = []int32{int32(g.size), int32(len(v) % 5)}
					g.size++
				}
			}
		}
	}
	return g
}

func (g *mapGrouping) Fields() []string              { return []string{"concepts", "tags", "field:Region"} }
func (g *mapGrouping) Groups(v search.Value) []int32 { return g.groups[v] }
