package local

import (
	"context"
	"slices"
	"sync"

	"semdex/search"
)

// run is the state of one search.
type run struct {
	view    *view
	plan    *search.Plan
	groups  []*group
	grouped []*grouped // by facet; nil for ranges
	filters []filter
	ranked  int  // groups that count for the order
	parts   bool // groups have shares

	statistics search.Statistics
}

// Search runs a plan.
func (v *view) Search(ctx context.Context, p *search.Plan) (*search.Result, error) {
	r := &run{view: v, plan: p}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	whole, err := r.work(ctx)
	if err != nil {
		return nil, err
	}
	result := &search.Result{Total: whole.total, Counts: whole.counts.sum(), Statistics: r.statistics}
	for _, c := range whole.top.sorted() {
		hit, err := r.hit(c)
		if err != nil {
			return nil, err
		}
		result.Hits = append(result.Hits, hit)
	}
	return result, nil
}

func (r *run) prepare(ctx context.Context) error {
	for i := range r.plan.Groups {
		if !r.plan.Groups[i].Excluded {
			r.ranked++
		}
	}
	r.parts = r.shared()
	var texts []*scored
	var err error
	var matching sync.WaitGroup
	matching.Go(func() { texts, err = r.view.match(r.plan.Groups) })
	for i := range r.plan.Groups {
		r.groups = append(r.groups, r.newGroup(&r.plan.Groups[i]))
	}
	if matching.Wait(); err != nil {
		return err
	}
	for _, g := range r.groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.addTexts(g, texts[:len(g.plan.Texts)])
		texts = texts[len(g.plan.Texts):]
		for j := range g.plan.Codes {
			e := &g.plan.Codes[j]
			c, err := r.view.decode(e, g.levelOf(e.Class, e.Weight))
			if err != nil {
				return err
			}
			g.codes = append(g.codes, c)
		}
	}
	for i := range r.plan.Filters {
		r.filters = append(r.filters, newFilter(&r.plan.Filters[i], r.view.dictionary))
	}
	for i := range r.plan.Facets {
		var by *grouped
		if g := r.plan.Facets[i].By; r.plan.Facets[i].Ranges == nil {
			by = r.view.grouped(g)
		}
		r.grouped = append(r.grouped, by)
	}
	r.takeStatistics()
	return nil
}

// addTexts takes in the texts of a group that stand anywhere.
func (r *run) addTexts(g *group, texts []*scored) {
	for _, s := range texts {
		t := s.evidence
		s.level = g.levelOf(t.Class, t.Weight)
		if t.Scored {
			r.statistics.Frequent = append(r.statistics.Frequent, s.frequent)
			s.number = len(r.statistics.Frequent) - 1
		}
		if s.frequent > 0 {
			g.texts = append(g.texts, s)
			g.scored = g.scored || t.Scored && !g.plan.Excluded
		}
	}
	weakest := slices.Clone(g.texts)
	slices.SortStableFunc(weakest, func(a, b *scored) int { return int(b.level) - int(a.level) })
	g.standing = make([][]standing, len(r.view.parts))
	for _, s := range weakest {
		for i, m := range s.parts {
			if m != nowhere {
				g.standing[i] = append(g.standing[i], standing{m, s.level})
			}
		}
	}
}

// takeStatistics decides what words are scored by: what the plan brings along, if it fits, else what the view has.
func (r *run) takeStatistics() {
	r.statistics.Assets, r.statistics.Words = r.view.live, 1
	if total := r.view.total; total > 0 {
		r.statistics.Words = max(1, float64(r.view.words)/float64(total))
	}
	if given := r.plan.Statistics; given != nil && len(given.Frequent) == len(r.statistics.Frequent) {
		r.statistics = *given
	}
}

// hit tells which evidence was the best for each group.
func (r *run) hit(c *candidate) (search.Found, error) {
	id, err := r.view.id(c.part, c.doc)
	if err != nil {
		return search.Found{}, err
	}
	hit := search.Found{ID: id, Score: c.score, Position: c.position(), Pinned: c.pinned}
	for i, g := range r.groups {
		if g.plan.Excluded || c.levels[i] == 0 {
			continue
		}
		hit.Matches = append(hit.Matches, r.best(i, g, c))
	}
	return hit, nil
}
