package local

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"semdex/search"
)

// maxLevels bounds how many strengths of evidence a group tells apart; the weakest share the last.
const maxLevels = math.MaxUint16

// level is one strength of evidence: class first, then weight.
type level struct {
	class  search.Class
	weight float64
}

// group is a group of the plan, made ready: values by number, texts matched, strengths numbered from 1, the
// best first.
type group struct {
	plan   *search.Group
	levels []level
	values []numbered // the weakest first, those of a field together, their numbers rising
	texts  []*scored
	codes  []*coded
	base   []float64 // by level, what it adds to a score whatever the texts; 0 is no evidence
	focus  []float64 // by level, what share of the focus it adds
	scored bool      // the score of a text counts
}

type numbered struct {
	field  string
	number uint32
	level  uint16
	order  int
}

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
	texts, err := r.view.match(r.plan.Groups)
	if err != nil {
		return err
	}
	for i := range r.plan.Groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		g := r.newGroup(&r.plan.Groups[i])
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
		r.groups = append(r.groups, g)
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

func (r *run) newGroup(p *search.Group) *group {
	g := &group{plan: p, levels: levelsOf(p)}
	for i, v := range p.Values {
		if n, known := r.view.dictionary.lookup(v.Field, v.Value.Value); known {
			g.values = append(g.values, numbered{v.Field, n, g.levelOf(v.Class, v.Weight), i})
		}
	}
	slices.SortFunc(g.values, func(a, b numbered) int {
		if a.level != b.level {
			return int(b.level) - int(a.level)
		}
		return cmp.Or(strings.Compare(a.field, b.field), cmp.Compare(a.number, b.number), cmp.Compare(a.order, b.order))
	})
	r.addBase(g)
	return g
}

// addBase notes what each level adds to a score.
func (r *run) addBase(g *group) {
	g.base, g.focus = make([]float64, len(g.levels)+1), make([]float64, len(g.levels)+1)
	ranked := float64(max(r.ranked, 1))
	for i, l := range g.levels {
		if r.parts {
			g.base[i+1] = g.share() * l.weight
			continue
		}
		g.base[i+1] = r.step() + classSteps - scoreClass*float64(l.class) + shareWeight*l.weight/ranked
		if isTag(l.class) {
			g.focus[i+1] = 1 / ranked
		}
	}
}

// levelsOf gives the strengths of a group's evidence, the best first.
func levelsOf(p *search.Group) []level {
	seen := map[level]bool{}
	var levels []level
	add := func(class search.Class, weight float64) {
		if l := (level{class, weight}); !seen[l] {
			seen[l] = true
			levels = append(levels, l)
		}
	}
	for i := range p.Values {
		add(p.Values[i].Class, p.Values[i].Weight)
	}
	for i := range p.Texts {
		add(p.Texts[i].Class, p.Texts[i].Weight)
	}
	for i := range p.Codes {
		add(p.Codes[i].Class, p.Codes[i].Weight)
	}
	slices.SortFunc(levels, compareLevels)
	return levels
}

func compareLevels(a, b level) int {
	return cmp.Or(cmp.Compare(a.class, b.class), -cmp.Compare(a.weight, b.weight))
}

func (g *group) levelOf(class search.Class, weight float64) uint16 {
	n, _ := slices.BinarySearchFunc(g.levels, level{class, weight}, compareLevels)
	return uint16(min(n+1, maxLevels))
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

// best finds the evidence behind the level of a hit; what a hit bears comes before what its texts say.
func (r *run) best(number int, g *group, c *candidate) search.Match {
	want := c.levels[number]
	arrays := r.view.parts[c.part].arrays
	for _, v := range g.values {
		if v.level != want {
			continue
		}
		if arrays.columns[v.field].borne(v.number, c.doc) {
			evidence := &g.plan.Values[v.order]
			return search.Match{Group: number, Class: evidence.Class, Reason: evidence.Reason, Value: &evidence.Value}
		}
	}
	for _, code := range g.codes {
		if value, ok := code.of(c.part, c.doc); ok && code.level == want {
			return search.Match{Group: number, Class: code.evidence.Class, Reason: code.evidence.Reason, Value: &value}
		}
	}
	for _, t := range g.texts {
		if t.level == want && t.holds(c.part, c.doc) {
			return search.Match{Group: number, Class: t.evidence.Class, Reason: t.evidence.Reason}
		}
	}
	return search.Match{Group: number, Class: g.levels[want-1].class, Reason: -1}
}
