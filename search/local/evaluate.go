package local

import (
	"math"
	"slices"

	"semdex/search"
)

// found is what a search finds in one part. It lies in memory that the next part takes over.
type found struct {
	hits     bitset
	list     []uint32    // hits, where they were listed; else nil
	others   []bitset    // for each facet that has a filter of its own: the hits without that filter; else nil
	evidence []strengths // by group
	tags     []uint8     // by document
	scores   [][]float32 // by group, by document; nil where no text of the group is scored, or none yet
	texted   bitset      // documents to which texts may add a score; nil for none
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
	if f.texted != nil && special.titled != nil {
		f.texted.or(special.titled)
	}
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

// listed gives the hits, rising.
func (f *found) listed() []uint32 {
	if f.list == nil {
		f.ranks.docs = f.hits.appendTo(f.ranks.docs[:0])
		f.list = f.ranks.docs
	}
	return f.list
}

// suit narrows a set to the documents that suit the groups, and notes how well.
func (r *run) suit(matching bitset, partIndex int, f *found) {
	suited := f.bitset(r.view.parts[partIndex].arrays.docs)
	for i, g := range r.groups {
		f.evidence[i] = r.strengths(g, partIndex, f.scratch)
		f.noteTexts(g, partIndex, matching)
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

// noteTexts adds the documents with a scored text of a group to texted.
func (f *found) noteTexts(g *group, partIndex int, matching bitset) {
	if !g.scored {
		return
	}
	for _, t := range g.texts {
		if !t.evidence.Scored {
			continue
		}
		if f.texted == nil {
			f.texted = f.words.take(len(matching))
		}
		t.parts[partIndex].addTo(f.texted)
	}
}

// fieldValues are values of a field by their numbers, which rise: so the documents that bear them are read in the order in
// which they lie.
type fieldValues struct {
	field   string
	numbers []uint32
}

// addBearing adds the documents that bear one of the values to a set.
func (a *segmentArrays) addBearing(set bitset, values []fieldValues) {
	for _, v := range values {
		c := a.columns[v.field]
		if c == nil {
			continue
		}
		for _, number := range v.numbers {
			c.addTo(set, number)
		}
	}
}

// filter is a filter of the plan, made ready.
type filter struct {
	plan   *search.Filter
	values []fieldValues
	ids    []string
}

func newFilter(p *search.Filter, d *dictionary) filter {
	f := filter{plan: p}
	known := map[string][]uint32{}
	for _, v := range p.Values {
		if v.Field == "id" {
			f.ids = append(f.ids, v.Value)
		} else if n, ok := d.lookup(v.Field, v.Value); ok {
			known[v.Field] = append(known[v.Field], n)
		}
	}
	for field, numbers := range known {
		slices.Sort(numbers)
		f.values = append(f.values, fieldValues{field, slices.Compact(numbers)})
	}
	return f
}

// filter narrows matching by all filters, and for each facet by all but the facet's own. A facet without a name has
// none of its own.
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
		own := func(fl search.Filter) bool { return facet.Name != "" && fl.Name == facet.Name }
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
	p.arrays.addBearing(set, f.values)
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

// boundSteps is how finely the bounds of a score are told apart.
const boundSteps = 1e6

// boundOf gives the number of a score that lies within the bounds of its document.
func boundOf(score float64) int64 { return int64(math.Floor(boundSteps * score)) }

// bounds gives two numbers for each document that its score lies between, without scoring texts. Where no scored text
// stands in a document, they are next to each other. Where a document stays below the bound whatever its signals and
// texts are, they are not looked at, and both numbers may be too low.
func (r *run) bounds(f *found, docs []uint32, bound int64, least, most []int64) {
	var sums [batch]float64
	r.base(f, docs, sums[:len(docs)])
	more := int64(0)
	if f.texted != nil {
		more = boundOf(r.mostText())
	}
	enough := math.Inf(-1)
	if bound > math.MinInt64 {
		enough = float64(bound-more-4)/boundSteps - f.signals.most()
	}
	for i, sum := range sums[:len(docs)] {
		if sum+f.signals.popularity(docs[i]) < enough {
			least[i], most[i] = math.MinInt64, math.MinInt64
			continue
		}
		n := boundOf(sum + min(maxSignals, f.signals.of(docs[i])))
		least[i], most[i] = n-1, n+2
		if more > 0 && f.texted.has(docs[i]) {
			most[i] += more
		}
	}
	if f.pinned == nil {
		return
	}
	for i, doc := range docs {
		if place, ok := r.pins(f, doc); ok {
			least[i] = boundOf(scorePinned - float64(place))
			most[i] = least[i]
		}
	}
}

// base gives the score of each document apart from texts and signals.
func (r *run) base(f *found, docs []uint32, sums []float64) {
	clear(sums)
	for i, g := range r.groups {
		if g.plan.Excluded {
			continue
		}
		if e := &f.evidence[i]; e.narrow != nil {
			for j, doc := range docs {
				l := e.narrow[doc]
				sums[j] += g.base[l] + g.focus[l]*focusBy[f.tags[doc]]
			}
		} else {
			for j, doc := range docs {
				l := e.at(doc)
				sums[j] += g.base[l] + g.focus[l]*focusBy[f.tags[doc]]
			}
		}
	}
	if f.raised == nil || r.ranked == 0 {
		return
	}
	for j, doc := range docs {
		if f.raised.has(doc) {
			sums[j] += scoreRaised
		}
	}
}

// mostText is the most that texts add to a score.
func (r *run) mostText() float64 {
	if !r.parts {
		return shareText
	}
	sum := 0.0
	for _, g := range r.groups {
		sum += shareSuits * g.share()
	}
	return sum
}

// score joins the evidence of all groups: the whole part, then weights, texts and signals, below 1 together.
func (r *run) score(f *found, doc uint32) float64 {
	if place, ok := r.pins(f, doc); ok {
		return scorePinned - float64(place)
	}
	if r.parts {
		return r.cover(f, doc)
	}
	whole, within := 0.0, 0.0
	for i, g := range r.groups {
		l := f.evidence[i].at(doc)
		if l == 0 || g.plan.Excluded {
			continue
		}
		strength := &g.levels[l-1]
		whole += r.step() + classSteps - scoreClass*float64(strength.class)
		within += shareWeight * strength.weight
		if isTag(strength.class) {
			within += focusBy[f.tags[doc]]
		}
		if f.scores[i] != nil {
			within += shareText * f.fitting(i, doc)
		}
	}
	if f.raised != nil && r.ranked > 0 && f.raised.has(doc) {
		whole += scoreRaised
	}
	return whole + within/float64(max(r.ranked, 1)) + min(maxSignals, f.signals.of(doc))
}
