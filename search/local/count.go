package local

import (
	"math/bits"
	"slices"

	"semdex/search"
)

// counts counts facets. Where no group of a facet has two values, or no document does, values are counted and groups
// get their sum; else a table says which groups each document is in.
type counts struct {
	view   *view
	facets []facet
	room   int // documents that tables may still be made for, so that no search pays for all of them
}

// facet is a facet of the plan with what was counted so far.
type facet struct {
	plan   *search.Facet
	by     *grouped   // nil for ranges
	values [][]uint32 // by field, by value number
	groups []int      // by group, or by range
}

// tableRoom is for how many documents one search makes tables.
var tableRoom = 1 << 17

func newCounts(v *view, p *search.Plan) *counts {
	c := &counts{view: v, facets: make([]facet, len(p.Facets)), room: tableRoom}
	for i := range p.Facets {
		f := facet{plan: &p.Facets[i]}
		if f.plan.Ranges != nil {
			f.groups = make([]int, len(f.plan.Ranges.From))
		} else {
			f.by = v.grouped(f.plan.By)
			f.values = make([][]uint32, len(f.by.fields))
			f.groups = make([]int, f.by.groups)
		}
		c.facets[i] = f
	}
	return c
}

func (c *counts) add(partIndex int, f *found) error {
	p := &c.view.parts[partIndex]
	for i := range c.facets {
		set := f.hits
		if f.others[i] != nil {
			set = f.others[i]
		}
		if c.facets[i].by != nil {
			c.count(&c.facets[i], p.arrays, set)
			continue
		}
		ranges := c.facets[i].plan.Ranges
		n, err := p.arrays.number(p.segment, ranges.Field)
		if err != nil {
			return err
		}
		addRanges(c.facets[i].groups, ranges, n, set)
	}
	return nil
}

// count counts the documents of a set for a facet.
func (c *counts) count(f *facet, a *segmentArrays, set bitset) {
	sources := f.by.sources(a)
	if !f.by.shared || len(sources) == 1 && sources[0].column.values().single() {
		for _, s := range sources {
			if f.values[s.field] == nil {
				f.values[s.field] = make([]uint32, len(s.groups.starts)+1)
			}
			s.column.values().count(set, f.values[s.field])
		}
		return
	}
	table := a.table(f.by)
	if table == nil && c.room > 0 {
		c.room -= int(a.docs)
		table = a.makeTable(f.by)
	}
	if table != nil {
		table.count(set, f.groups)
		return
	}
	w := newWalker(f.by, a)
	set.each(func(doc uint32) { w.each(doc, func(group int32) { f.groups[group]++ }) })
}

// sum gives the counts of all facets, by group.
func (c *counts) sum() [][]int {
	out := make([][]int, len(c.facets))
	for i := range c.facets {
		f := &c.facets[i]
		for field, values := range f.values {
			list := f.by.lists[field]
			for value := range max(0, len(values)-2) {
				if n := values[value+1]; n != 0 {
					for _, group := range list.of(uint32(value)) {
						f.groups[group] += int(n)
					}
				}
			}
		}
		most := len(f.groups)
		for f.by != nil && most > 0 && f.groups[most-1] == 0 {
			most--
		}
		out[i] = f.groups[:most]
	}
	return out
}

// count adds, for each value number plus 1, how many documents of the set bear it.
func (f *forward) count(set bitset, counts []uint32) {
	switch {
	case f.narrow != nil && f.starts == nil:
		countSingle(f.narrow, set, counts)
	case f.narrow != nil:
		countMany(f.starts, f.narrow, set, counts)
	case f.wide != nil && f.starts == nil:
		countSingle(f.wide, set, counts)
	case f.wide != nil:
		countMany(f.starts, f.wide, set, counts)
	}
}

func countSingle[T uint16 | uint32](values []T, set bitset, counts []uint32) {
	for i, w := range set {
		for ; w != 0; w &= w - 1 {
			counts[values[i<<6+bits.TrailingZeros64(w)]]++
		}
	}
}

func countMany[T uint16 | uint32](starts []uint32, values []T, set bitset, counts []uint32) {
	for i, w := range set {
		for ; w != 0; w &= w - 1 {
			doc := i<<6 + bits.TrailingZeros64(w)
			for _, v := range values[starts[doc]:starts[doc+1]] {
				counts[int(v)+1]++
			}
		}
	}
}

// count adds how many documents of the set are in each group.
func (t *groupTable) count(set bitset, counts []int) {
	if t.narrow != nil {
		countGroups(t.starts, t.narrow, set, counts)
	} else {
		countGroups(t.starts, t.wide, set, counts)
	}
}

func countGroups[T uint16 | int32](starts []uint32, groups []T, set bitset, counts []int) {
	for i, w := range set {
		for ; w != 0; w &= w - 1 {
			doc := i<<6 + bits.TrailingZeros64(w)
			for _, g := range groups[starts[doc]:starts[doc+1]] {
				counts[g]++
			}
		}
	}
}

// addRanges counts the documents of a set in each range.
func addRanges(totals []int, ranges *search.Ranges, numbers *numbers, set bitset) {
	set.each(func(doc uint32) {
		n := numbers.at(doc)
		at, found := slices.BinarySearch(ranges.From, n)
		if n != missingNumber && (found || at > 0) {
			if !found {
				at--
			}
			totals[at]++
		}
	})
}
