package search

import (
	"context"
	"slices"

	"semdex"
)

// Of several concepts that the same words name, one is taken to be meant where
//
//   - the others are not in a scheme that the request is filtered by, or are named by a hidden label alone;
//   - else the others are at most half as near to what else the query names, and it is near enough;
//   - else at most a tenth as many assets bear one of the others, and enough bear it.
//
// Where that leaves several, all of them are searched for, each with less weight, and the answer says so.
const (
	leastNear  = 0.15 // of the information content of what two concepts share
	shareNear  = 0.5
	leastBorne = 10
	shareBorne = 0.1
)

// conceptShares is how much is known about the concepts of a library: how many assets are about each, and its
// information content.
type conceptShares struct {
	length int // of the index they were counted in
	assets int // that may be seen
	counts []int
	ic     []float64 // 1 for what no asset bears
}

// maxShares bounds for how many kinds of readers shares are kept.
const maxShares = 32

// conceptShares counts for those who ask, so that nobody learns from what is chosen for him about assets that he
// may not see. What was counted holds until the library has grown or shrunk by a hundredth.
func (q *querying) conceptShares(ctx context.Context) (*conceptShares, error) {
	st, access, assets := q.st, q.request.Access, q.view.Len()
	st.mu.Lock()
	key := access
	key.Restriction = nil // Only says it
	known := st.shares[key]
	st.mu.Unlock()
	if known != nil && 100*abs(known.length-assets) <= assets {
		return known, nil
	}
	result, err := q.view.Search(ctx, &Plan{Access: access, Facets: []Facet{{Name: everything.Name, By: st.grouping(&everything, false)}}})
	if err != nil {
		return nil, err
	}
	s := &conceptShares{length: assets, assets: result.Total, counts: make([]int, st.th.Len())}
	if len(result.Counts) > 0 {
		copy(s.counts, result.Counts[0])
	}
	s.ic = st.informationContent(s.counts, s.assets)
	for c, n := range s.counts {
		if n == 0 {
			s.ic[c] = 1
		}
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.shares == nil || len(st.shares) >= maxShares {
		st.shares = map[Access]*conceptShares{}
	}
	st.shares[key] = s
	return s, nil
}

func abs(n int) int { return max(n, -n) }

// disambiguate decides for each unit that names several concepts which of them are meant.
func (q *querying) disambiguate(ctx context.Context, units []unit) error {
	for i := range units {
		units[i].senses = q.st.sameOnce(units[i].senses)
	}
	if !slices.ContainsFunc(units, func(u unit) bool { return len(u.senses) > 1 }) {
		return nil
	}
	shares, err := q.conceptShares(ctx)
	if err != nil {
		return err
	}
	filters, preferred := q.filterConcepts(units), q.filteredSchemes(units)
	keys := make([]string, len(units))
	for i := range units {
		keys[i] = units[i].key()
	}
	first := map[string]*unit{} // a word means the same wherever it stands
	for i := range units {
		u := &units[i]
		if len(u.senses) < 2 {
			continue
		}
		if f := first[keys[i]]; f != nil {
			u.senses, u.others = f.senses, f.others
			continue
		}
		c := &choice{th: q.st.th, shares: shares, context: contextOf(units, keys, i, filters), preferred: preferred}
		u.senses, u.others = c.choose(u.senses)
		first[keys[i]] = u
	}
	return nil
}

// maxContext bounds how many concepts tell what a word means.
const maxContext = 128

// contextOf gives what filters and the units beside one of them name, each concept once. The same words elsewhere, which
// have the same key, tell nothing.
func contextOf(units []unit, keys []string, of int, filters []int32) []int32 {
	var out []int32
	seen := map[int32]bool{}
	add := func(c int32) {
		if !seen[c] && len(out) < maxContext {
			seen[c] = true
			out = append(out, c)
		}
	}
	for _, c := range filters {
		add(c)
	}
	for i := range units {
		if units[i].Not || keys[i] == keys[of] {
			continue
		}
		for _, s := range units[i].senses {
			add(s.concept)
		}
		if len(out) == maxContext {
			break
		}
	}
	return out
}

// sameOnce leaves out senses that are an exact match of one before: what they mean is one thing.
func (st *state) sameOnce(senses []sense) []sense {
	var out []sense
	for _, s := range senses {
		if !slices.ContainsFunc(out, func(o sense) bool { return slices.Contains(st.th.ExactMatches(o.concept), s.concept) }) {
			out = append(out, s)
		}
	}
	return out
}

// asked gives the filters of the request and of the query, by name.
func (q *querying) asked(units []unit) map[string][]string {
	filters := map[string][]string{}
	for name, values := range q.request.Filters {
		filters[name] = values
	}
	for i := range units {
		if u := &units[i]; u.Kind == Scoped && !u.Not && !u.isConcept() {
			filters[u.Field] = append(slices.Clip(filters[u.Field]), u.Value)
		}
	}
	return filters
}

// filterConcepts gives the concepts that filters name.
func (q *querying) filterConcepts(units []unit) []int32 {
	var out []int32
	asked := q.asked(units)
	for _, name := range sortedKeys(asked) {
		if d := q.schemeOf(name); d != nil {
			for _, v := range asked[name] {
				out = append(out, q.conceptsNamed(d, v)...)
			}
		}
	}
	return out
}

// filteredSchemes tells whether a concept is in a scheme of a dimension that is filtered by; nil where none is.
func (q *querying) filteredSchemes(units []unit) func(int32) bool {
	var schemes []string
	asked := q.asked(units)
	for _, name := range sortedKeys(asked) {
		if d := q.schemeOf(name); d != nil && d.Scheme != "" {
			schemes = append(schemes, string(d.Scheme))
		}
	}
	if len(schemes) == 0 {
		return nil
	}
	return q.st.inSchemes(schemes)
}

// schemeOf gives the dimension that a filter is for if it has a scheme.
func (q *querying) schemeOf(filter string) *Dimension {
	d, known := q.st.dimension(trimDirect(filter), q.view.Fields())
	if !known || !d.HasScheme {
		return nil
	}
	return d
}

// choice decides which of several concepts with one name are meant.
type choice struct {
	th        Thesaurus
	shares    *conceptShares
	context   []int32          // what else the query and its filters name
	preferred func(int32) bool // in a scheme that is filtered by; nil where none is
}

// choose parts senses into those that are meant and the concepts that are not.
func (c *choice) choose(senses []sense) (meant []sense, others []int32) {
	meant = senses
	if c.preferred != nil {
		meant = keep(meant, func(s sense) bool { return c.preferred(s.concept) })
	}
	meant = keep(meant, func(s sense) bool { return s.label.Kind != semdex.HiddenLabel })
	meant = ahead(meant, func(s sense) float64 { return c.near(s.concept) }, leastNear, shareNear)
	meant = ahead(meant, func(s sense) float64 { return float64(c.shares.counts[s.concept]) }, leastBorne, shareBorne)
	for _, s := range senses {
		if !slices.ContainsFunc(meant, func(m sense) bool { return m.concept == s.concept }) {
			others = append(others, s.concept)
		}
	}
	return meant, others
}

// keep gives the senses for which holds, all where it holds for none.
func keep(senses []sense, holds func(sense) bool) []sense {
	var out []sense
	for _, s := range senses {
		if holds(s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return senses
	}
	return out
}

// ahead gives the senses that are not far behind the best one, all where the best is below least.
func ahead(senses []sense, measure func(sense) float64, least, share float64) []sense {
	best := 0.0
	for _, s := range senses {
		best = max(best, measure(s))
	}
	if len(senses) < 2 || best < least {
		return senses
	}
	return keep(senses, func(s sense) bool { return measure(s) > share*best })
}

// near gives how near a concept is to the nearest of the context, 0 to 1: the information content of the most
// telling concept that is above both, or is one of them (P. Resnik, Using Information Content to Evaluate Semantic
// Similarity in a Taxonomy, IJCAI 1995); where they are related, the mean of their own.
func (c *choice) near(concept int32) float64 {
	best := 0.0
	above := append([]int32{concept}, c.th.Ancestors(concept)...)
	for _, other := range c.context {
		if slices.Contains(c.th.Related(concept), other) {
			best = max(best, (c.shares.ic[concept]+c.shares.ic[other])/2)
		}
		if slices.Contains(above, other) {
			best = max(best, c.shares.ic[other])
		}
		for _, a := range c.th.Ancestors(other) {
			if slices.Contains(above, a) {
				best = max(best, c.shares.ic[a])
			}
		}
	}
	return best
}

// alternatives gives concepts to offer instead of what was searched for.
func (q *querying) alternatives(concepts []int32) []Alternative {
	langs := q.st.settings.Languages
	if q.request.Lang != "" {
		langs = append([]string{q.request.Lang}, langs...)
	}
	var out []Alternative
	for _, c := range concepts {
		out = append(out, Alternative{URI: q.st.th.ID(c), Label: q.st.label(c, q.request.Lang), Path: q.st.th.PathString(c, langs...)})
	}
	return out
}
