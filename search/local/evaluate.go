package local

import (
	"math"
	"slices"

	"semdex/search"
)

// found is what a search finds in one part. It lies in memory that the next part takes over.
type found struct {
	hits     bitset
	others   []bitset    // for each facet that has a filter of its own: the hits without that filter; else nil
	evidence []strengths // by group
	tags     []uint8     // by document
	scores   [][]float32 // by group, by document; nil where no text of the group is scored, or none yet
	curated
	*signals
	*scratch
}

// evaluate finds the hits of one part.
func (r *run) evaluate(partIndex int, s *scratch) (*found, error) {
	part := &r.view.parts[partIndex]
	special, err := r.curated(partIndex)
	if err != nil {
		return nil, err
	}
	f := &found{evidence: make([]strengths, len(r.groups)), scores: make([][]float32, len(r.groups)), curated: special, signals: r.signals(partIndex), scratch: s, tags: part.arrays.focus()}
	permitted, err := part.permitted(r.plan.Access, r.view.dictionary, s)
	if err != nil {
		return nil, err
	}
	matching := s.copy(permitted)
	r.suit(matching, partIndex, f)
	for doc := range special.pinned {
		if permitted.has(doc) {
			matching.set(doc)
		}
	}
	if special.hidden != nil {
		matching.andNot(special.hidden)
	}
	return f, r.filter(part, matching, f)
}

// suit narrows a set to the documents that suit the groups, and notes how well.
func (r *run) suit(matching bitset, partIndex int, f *found) {
	suited := f.bitset(r.view.parts[partIndex].arrays.docs)
	for i, g := range r.groups {
		f.evidence[i] = r.strengths(g, partIndex, f.scratch)
		has := f.evidence[i].has
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
}

// filter is a filter of the plan, made ready.
type filter struct {
	plan   *search.Filter
	values []numbered
	ids    []string
}

func newFilter(p *search.Filter, d *dictionary) filter {
	f := filter{plan: p}
	for i, v := range p.Values {
		if v.Field == "id" {
			f.ids = append(f.ids, v.Value)
		} else if n, known := d.lookup(v.Field, v.Value); known {
			f.values = append(f.values, numbered{field: v.Field, number: n, order: i})
		}
	}
	return f
}

// filter narrows matching by all filters, and for each facet by all but the facet's own.
func (r *run) filter(part *part, matching bitset, f *found) error {
	sets := make([]bitset, len(r.filters))
	for i := range r.filters {
		var err error
		if sets[i], err = r.filters[i].passing(part, f.scratch); err != nil {
			return err
		}
	}
	f.others = make([]bitset, len(r.plan.Facets))
	for i, facet := range r.plan.Facets {
		own := func(fl search.Filter) bool { return fl.Name == facet.Name }
		if !slices.ContainsFunc(r.plan.Filters, own) {
			continue
		}
		f.others[i] = f.copy(matching)
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
	return nil
}

// passing gives the documents of a part that the filter lets through.
func (f *filter) passing(p *part, s *scratch) (bitset, error) {
	set := s.bitset(p.arrays.docs)
	for _, v := range f.values {
		if c := p.arrays.columns[v.field]; c != nil {
			c.addTo(set, v.number)
		}
	}
	if f.ids != nil {
		docs, err := p.segment.DocNumbers(f.ids)
		if err != nil {
			return nil, err
		}
		set.addBitmap(docs)
	}
	if f.plan.Range != nil {
		n, err := p.arrays.number(p.segment, f.plan.Range.Field)
		if err != nil {
			return nil, err
		}
		n.addWithin(set, f.plan.Range)
	}
	if f.plan.Not {
		all := s.bitset(p.arrays.docs)
		all.fill(p.arrays.docs)
		all.andNot(set)
		return all, nil
	}
	return set, nil
}

// Shares of a group's score: where the class is equal, the weight of the evidence counts for more than how
// well its words suit. With the signals they stay below 1 over all groups together; what is raised gets 1, and a
// class makes a difference of 2.
const (
	shareWeight = 0.5
	shareFocus  = 0.05 // for tags: how few others there are
	shareText   = 0.35
	halfText    = 8.0 // the BM25 score that gives half of shareText
	maxSignals  = 0.1
	scoreRaised = 1.0
	scoreClass  = 2.0
	classSteps  = scoreClass * float64(search.Misspelt)
	scorePinned = 1e9 // of the first one pinned, the next has 1 less
	scoreFound  = 1e8 // more than any other score
)

// step is what one group more adds to a score: more than all that classes can differ by.
func (r *run) step() float64 { return (classSteps + scoreClass) * float64(r.ranked) }

// pins gives the place of a document that is pinned to the top.
func (r *run) pins(f *found, doc uint32) (place int, ok bool) {
	if f.pinned == nil || len(r.plan.Sort) > 0 {
		return 0, false
	}
	place, ok = f.pinned[doc]
	return place, ok
}

// bounds gives two numbers for each document that the order of its score lies between; they are one where groups have
// no shares.
func (r *run) bounds(f *found, docs []uint32, least, most []int64) {
	if r.parts {
		for i, doc := range docs {
			least[i], most[i] = r.coverBounds(f, doc)
		}
	} else {
		r.wholes(f, docs, least)
		copy(most, least)
	}
	if f.pinned == nil {
		return
	}
	for i, doc := range docs {
		if place, ok := r.pins(f, doc); ok {
			least[i] = int64(scorePinned) - int64(place)
			most[i] = least[i]
		}
	}
}

// boundOf gives the number of a score that lies within the bounds of its document.
func (r *run) boundOf(score float64) int64 {
	if r.parts && score < scoreFound {
		score *= coverSteps
	}
	return int64(math.Floor(score))
}

// wholes gives the whole part of the score of each document: how many groups there is evidence for, then the classes,
// then what is raised. It costs little, and most hits need no more to be told from the best.
func (r *run) wholes(f *found, docs []uint32, out []int64) {
	clear(out)
	for i, g := range r.groups {
		if g.plan.Excluded {
			continue
		}
		if e := &f.evidence[i]; e.narrow != nil {
			for j, doc := range docs {
				out[j] += g.steps[e.narrow[doc]]
			}
		} else {
			for j, doc := range docs {
				out[j] += g.steps[e.at(doc)]
			}
		}
	}
	if f.raised == nil || r.ranked == 0 {
		return
	}
	for j, doc := range docs {
		if f.raised.has(doc) {
			out[j] += int64(scoreRaised)
		}
	}
}

// score joins the evidence of all groups: the whole part, then weights, texts and signals, below 1 together.
func (r *run) score(f *found, doc uint32) float64 {
	if place, ok := r.pins(f, doc); ok {
		return scorePinned - float64(place)
	}
	if r.parts {
		return r.cover(f, doc)
	}
	within, whole := 0.0, [1]int64{}
	r.wholes(f, []uint32{doc}, whole[:])
	for i, g := range r.groups {
		l := f.evidence[i].at(doc)
		if l == 0 || g.plan.Excluded {
			continue
		}
		within += shareWeight * g.levels[l-1].weight
		if isTag(g.levels[l-1].class) {
			within += focusBy[f.tags[doc]]
		}
		if f.scores[i] != nil {
			within += shareText * f.fitting(i, doc)
		}
	}
	return float64(whole[0]) + within/float64(max(r.ranked, 1)) + min(maxSignals, f.signals.of(doc))
}
