package local

import (
	"slices"
	"sync"

	"semdex/search"
)

// groupsOf remembers for each value number of a field which groups a grouping puts it in.
type groupsOf struct {
	mu     sync.RWMutex
	fields map[string][][]int32
}

// maxGroupings bounds how many groupings are remembered; those of a vocabulary that is gone go with the rest.
const maxGroupings = 64

// grouped gives the groups by value number for a field, for the values that a view knows. Later values are not
// asked about: the caller may have linked only those that its view gives.
func (d *dictionary) grouped(g search.Grouping, field string, values []string) [][]int32 {
	t := d.grouping(g)
	t.mu.RLock()
	groups := t.fields[field]
	t.mu.RUnlock()
	if len(groups) >= len(values) {
		return groups
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	groups = t.fields[field]
	if whole, ok := g.(search.WholeGrouping); ok {
		groups = append(groups, whole.AllGroups(field, len(groups), values[len(groups):])...)
	}
	for n := len(groups); n < len(values); n++ {
		groups = append(groups, g.Groups(search.Value{Field: field, Value: values[n]}))
	}
	t.fields[field] = groups
	return groups
}

func (d *dictionary) grouping(g search.Grouping) *groupsOf {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.groupings[g]
	if t == nil {
		if len(d.groupings) >= maxGroupings {
			clear(d.groupings)
		}
		t = &groupsOf{fields: map[string][][]int32{}}
		d.groupings[g] = t
	}
	return t
}

// counts counts facets.
type counts struct {
	view   *view
	facets []search.Facet
	totals [][]int
}

func newCounts(v *view, p *search.Plan) *counts {
	return &counts{view: v, facets: p.Facets, totals: make([][]int, len(p.Facets))}
}

func (c *counts) add(partIndex int, f *found) {
	for i, facet := range c.facets {
		set := f.hits
		if f.others[i] != nil {
			set = f.others[i]
		}
		if facet.Ranges != nil {
			c.totals[i] = addRanges(c.totals[i], facet.Ranges, c.view.parts[partIndex].arrays, set)
			continue
		}
		walker := newWalker(c.view, partIndex, facet.By)
		set.each(func(doc uint32) {
			walker.each(doc, func(group int32) {
				for int(group) >= len(c.totals[i]) {
					c.totals[i] = append(c.totals[i], make([]int, int(group)+1-len(c.totals[i]))...)
				}
				c.totals[i][group]++
			})
		})
	}
}

// addRanges counts the documents of a set in each range.
func addRanges(totals []int, ranges *search.Ranges, a *segmentArrays, set bitset) []int {
	if totals == nil {
		totals = make([]int, len(ranges.From))
	}
	set.each(func(doc uint32) {
		n := a.number(ranges.Field, doc)
		at, found := slices.BinarySearch(ranges.From, n)
		if n != missingNumber && (found || at > 0) {
			if !found {
				at--
			}
			totals[at]++
		}
	})
	return totals
}

// walker gives the groups of the documents of one part, each group once per document.
type walker struct {
	columns []*column
	tables  [][][]int32
	seen    []uint32 // by group: the last document (plus 1) it was given for
}

func newWalker(v *view, partIndex int, g search.Grouping) *walker {
	w := &walker{}
	for _, field := range g.Fields() {
		if c := v.parts[partIndex].arrays.columns[field]; c != nil {
			w.columns = append(w.columns, c)
			w.tables = append(w.tables, v.dictionary.grouped(g, field, v.values[field]))
		}
	}
	return w
}

func (w *walker) each(doc uint32, yield func(group int32)) {
	for i, c := range w.columns {
		for _, value := range c.of(doc) {
			for _, group := range w.tables[i][value] {
				if int(group) >= len(w.seen) {
					w.seen = append(w.seen, make([]uint32, int(group)+1-len(w.seen))...)
				}
				if w.seen[group] != doc+1 {
					w.seen[group] = doc + 1
					yield(group)
				}
			}
		}
	}
}
