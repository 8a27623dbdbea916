package local

import (
	"cmp"
	"context"
	"math"
	"slices"

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
	values []numbered
	texts  []*scored
	codes  []*coded
}

type numbered struct {
	field  string
	number uint32
	level  uint16
	order  int
}

// run is the state of one search.
type run struct {
	view   *view
	plan   *search.Plan
	groups []*group
	ranked int  // groups that count for the order
	parts  bool // groups have shares

	statistics search.Statistics
}

// Search runs a plan.
func (v *view) Search(ctx context.Context, p *search.Plan) (*search.Result, error) {
	r := &run{view: v, plan: p}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	top := newTopHits(p, r)
	counts := newCounts(v, p)
	result := &search.Result{}
	for i := range v.parts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found, err := r.evaluate(i)
		if err != nil {
			return nil, err
		}
		result.Total += found.hits.count()
		counts.add(i, found)
		top.add(i, found)
	}
	result.Counts, result.Statistics = counts.totals, r.statistics
	for _, c := range top.sorted() {
		hit, err := r.hit(c)
		if err != nil {
			return nil, err
		}
		result.Hits = append(result.Hits, hit)
	}
	return result, nil
}

func (r *run) prepare(ctx context.Context) error {
	matchers := make([]*matcher, len(r.view.parts))
	for i := range r.view.parts {
		matchers[i] = newMatcher(&r.view.parts[i])
	}
	for i := range r.plan.Groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		g := r.newGroup(&r.plan.Groups[i])
		for j := range g.plan.Texts {
			t := &g.plan.Texts[j]
			s, err := r.view.match(matchers, t, j, g.levelOf(t.Class, t.Weight))
			if err != nil {
				return err
			}
			if t.Scored {
				r.statistics.Frequent = append(r.statistics.Frequent, s.frequent)
				s.number = len(r.statistics.Frequent) - 1
			}
			if s.frequent > 0 {
				g.texts = append(g.texts, s)
			}
		}
		for j := range g.plan.Codes {
			e := &g.plan.Codes[j]
			c, err := r.view.decode(e, g.levelOf(e.Class, e.Weight))
			if err != nil {
				return err
			}
			g.codes = append(g.codes, c)
		}
		r.groups = append(r.groups, g)
		if !g.plan.Excluded {
			r.ranked++
		}
	}
	r.parts = r.shared()
	r.takeStatistics()
	return nil
}

// takeStatistics decides what words are scored by: what the plan brings along, if it fits, else what the view has.
func (r *run) takeStatistics() {
	r.statistics.Assets, r.statistics.Words = r.view.live, 1
	if total := r.view.total(); total > 0 {
		r.statistics.Words = max(1, float64(r.view.words)/float64(total))
	}
	if given := r.plan.Statistics; given != nil && len(given.Frequent) == len(r.statistics.Frequent) {
		r.statistics = *given
	}
}

func (r *run) newGroup(p *search.Group) *group {
	g := &group{plan: p}
	for _, v := range p.Values {
		g.levels = append(g.levels, level{v.Class, v.Weight})
	}
	for _, t := range p.Texts {
		g.levels = append(g.levels, level{t.Class, t.Weight})
	}
	for _, c := range p.Codes {
		g.levels = append(g.levels, level{c.Class, c.Weight})
	}
	slices.SortFunc(g.levels, compareLevels)
	g.levels = slices.Compact(g.levels)
	for i, v := range p.Values {
		if n, known := r.view.dictionary.lookup(v.Field, v.Value.Value); known {
			g.values = append(g.values, numbered{v.Field, n, g.levelOf(v.Class, v.Weight), i})
		}
	}
	return g
}

func compareLevels(a, b level) int {
	return cmp.Or(cmp.Compare(a.class, b.class), -cmp.Compare(a.weight, b.weight))
}

func (g *group) levelOf(class search.Class, weight float64) uint16 {
	n, _ := slices.BinarySearchFunc(g.levels, level{class, weight}, compareLevels)
	return uint16(min(n+1, maxLevels))
}

// found is what a search finds in one part.
type found struct {
	hits   bitset
	others []bitset    // for each facet that has a filter of its own: the hits without that filter; else nil
	levels [][]uint16  // by group, by document; 0: no evidence
	scores [][]float32 // by group, by document; nil where no text of the group is scored
	curated
	*signals
}

// evaluate finds the hits of one part.
func (r *run) evaluate(partIndex int) (*found, error) {
	part := &r.view.parts[partIndex]
	special, err := r.curated(partIndex)
	if err != nil {
		return nil, err
	}
	f := &found{levels: make([][]uint16, len(r.groups)), scores: make([][]float32, len(r.groups)), curated: special, signals: r.signals(partIndex)}
	permitted := part.permitted(r.plan.Access, r.view.dictionary)
	matching := permitted.clone()
	suited := newBitset(part.arrays.docs)
	for i, g := range r.groups {
		f.levels[i], f.scores[i] = r.levels(g, partIndex)
		has := newBitset(part.arrays.docs)
		for doc, l := range f.levels[i] {
			if l != 0 {
				has.set(uint32(doc))
			}
		}
		switch {
		case g.plan.Excluded:
			matching.andNot(has)
		case g.plan.Required:
			matching.and(has)
			suited.or(has)
		default:
			suited.or(has)
		}
	}
	if r.ranked > 0 {
		matching.and(suited)
	}
	for doc := range special.pinned {
		if permitted.has(doc) {
			matching.set(doc)
		}
	}
	if special.hidden != nil {
		matching.andNot(special.hidden)
	}
	r.filter(part, matching, f)
	return f, nil
}

// levels gives the best strength of evidence for a group, and the score of its texts, by document.
func (r *run) levels(g *group, partIndex int) ([]uint16, []float32) {
	arrays := r.view.parts[partIndex].arrays
	levels := make([]uint16, arrays.docs)
	raise := func(doc uint32, l uint16) {
		if old := levels[doc]; old == 0 || l < old {
			levels[doc] = l
		}
	}
	for _, v := range g.values {
		if c := arrays.columns[v.field]; c != nil {
			for _, doc := range c.bearing(v.number) {
				raise(doc, v.level)
			}
		}
	}
	for _, c := range g.codes {
		for _, n := range c.parts[partIndex] {
			raise(n.doc, c.level)
		}
	}
	var scores []float32
	for _, t := range g.texts {
		for _, doc := range t.parts[partIndex][fieldText].docs {
			raise(doc, t.level)
		}
		if t.evidence.Scored {
			if scores == nil {
				scores = make([]float32, arrays.docs)
			}
			r.bm25(t, partIndex, scores)
		}
	}
	return levels, scores
}

// filter narrows matching by all filters, and for each facet by all but the facet's own.
func (r *run) filter(part *part, matching bitset, f *found) {
	sets := make([]bitset, len(r.plan.Filters))
	for i := range r.plan.Filters {
		sets[i] = r.view.passing(part, &r.plan.Filters[i])
	}
	f.others = make([]bitset, len(r.plan.Facets))
	for i, facet := range r.plan.Facets {
		own := func(fl search.Filter) bool { return fl.Name == facet.Name }
		if !slices.ContainsFunc(r.plan.Filters, own) {
			continue
		}
		f.others[i] = matching.clone()
		for j := range sets {
			if !own(r.plan.Filters[j]) {
				f.others[i].and(sets[j])
			}
		}
	}
	f.hits = matching
	for _, s := range sets {
		f.hits.and(s)
	}
}

// passing gives the documents of a part that a filter lets through.
func (v *view) passing(p *part, f *search.Filter) bitset {
	set := v.bearing(p, f)
	if f.Not {
		all := newBitset(p.arrays.docs)
		all.fill(p.arrays.docs)
		all.andNot(set)
		return all
	}
	return set
}

func (v *view) bearing(p *part, f *search.Filter) bitset {
	set := newBitset(p.arrays.docs)
	for _, value := range f.Values {
		if value.Field == "id" {
			if docs, err := p.segment.DocNumbers([]string{value.Value}); err == nil && docs != nil {
				docs.Iterate(func(doc uint32) bool { set.set(doc); return true })
			}
			continue
		}
		c := p.arrays.columns[value.Field]
		n, known := v.dictionary.lookup(value.Field, value.Value)
		if c == nil || !known {
			continue
		}
		for _, doc := range c.bearing(n) {
			set.set(doc)
		}
	}
	if f.Range != nil {
		for doc := range p.arrays.docs {
			if n := p.arrays.number(f.Range.Field, doc); n != missingNumber && n >= f.Range.From && n <= f.Range.To {
				set.set(doc)
			}
		}
	}
	return set
}

// Shares of a group's score: where the class is equal, the weight of the evidence counts for more than how
// well its words suit. With the signals they stay below 1 over all groups together; what is raised gets 1, and a
// class makes a difference of 2.
const (
	shareWeight = 0.54
	shareText   = 0.35
	halfText    = 8.0 // the BM25 score that gives half of shareText
	maxSignals  = 0.1
	scoreRaised = 1.0
	scoreClass  = 2.0
	classSteps  = scoreClass * float64(search.Misspelt)
	scorePinned = 1e9 // of the first one pinned, the next has 1 less
	scoreFound  = 1e8 // more than any other score
)

// score joins the evidence of all groups: how many there is evidence for, then the classes, then weights,
// texts and signals. A step for one group more is larger than all that classes can differ by.
func (r *run) score(f *found, doc uint32) float64 {
	if place, ok := f.pinned[doc]; ok && len(r.plan.Sort) == 0 {
		return scorePinned - float64(place)
	}
	if r.parts {
		return r.cover(f, doc)
	}
	step := (classSteps + scoreClass) * float64(r.ranked)
	total, within := 0.0, 0.0
	for i, g := range r.groups {
		l := f.levels[i][doc]
		if l == 0 || g.plan.Excluded {
			continue
		}
		strength := g.levels[l-1]
		total += step + classSteps - scoreClass*float64(strength.class)
		within += shareWeight * strength.weight
		if f.scores[i] != nil {
			s := float64(f.scores[i][doc])
			within += shareText * s / (s + halfText)
		}
	}
	if f.raised != nil && r.ranked > 0 && f.raised.has(doc) {
		total += scoreRaised
	}
	return total + within/float64(max(r.ranked, 1)) + min(maxSignals, f.signals.of(doc))
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
		if column := arrays.columns[v.field]; column != nil && slices.Contains(column.of(c.doc), v.number) {
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
