package local

import (
	"math/bits"
	"slices"
	"sync"

	"semdex/search"
)

// counts counts facets. Where no document bears two values, or very many values are each a group of their own, values are
// counted and groups get their sum; else a table says which groups each document is in.
type counts struct {
	view   *view
	facets []facet
	room   int // documents that tables may still be made for, so that no search pays for all of them
}

// facet is a facet of the plan with what was counted so far.
type facet struct {
	plan   *search.Facet
	by     *grouped      // nil for ranges
	values [][]uint32    // by field, by value number plus 1
	groups []uint32      // by group, or by range
	narrow *narrowCounts // by code; nil where no table of two bytes was counted
	wide   []uint32      // by code
}

// narrowCounts has room for every code of two bytes.
type narrowCounts [1 << 16]uint32

var narrowPool = sync.Pool{New: func() any { return new(narrowCounts) }}

// tableRoom is for how many documents one search makes tables.
var tableRoom = 1 << 17

func newCounts(r *run) *counts {
	c := &counts{view: r.view, facets: make([]facet, len(r.plan.Facets)), room: tableRoom}
	for i := range r.plan.Facets {
		f := facet{plan: &r.plan.Facets[i], by: r.grouped[i]}
		if f.by == nil {
			f.groups = make([]uint32, len(f.plan.Ranges.From))
		} else {
			f.values = make([][]uint32, len(f.by.fields))
			f.groups = make([]uint32, f.by.groups)
		}
		c.facets[i] = f
	}
	return c
}

func (c *counts) add(partIndex int, f *found) error {
	p := &c.view.parts[partIndex]
	for i := range c.facets {
		set, docs := f.hits, f.listed()
		if f.others[i] != nil {
			set = f.others[i]
			f.ranks.others = set.appendTo(f.ranks.others[:0])
			docs = f.ranks.others
		}
		if c.facets[i].by != nil {
			c.count(&c.facets[i], p.arrays, set, docs)
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

// count counts the documents of a set, listed too, for a facet.
func (c *counts) count(f *facet, a *segmentArrays, set bitset, docs []uint32) {
	sources := f.by.sources(a)
	if !f.by.tabled(sources) {
		f.countValues(sources, set, docs)
		return
	}
	table := a.table(f.by)
	if table == nil && c.room > 0 {
		c.room -= int(a.docs)
		table = a.makeTable(f.by)
	}
	if table != nil {
		f.tableCount(table, set, docs)
		return
	}
	if !f.by.shared {
		f.countValues(sources, set, docs)
		return
	}
	w := newWalker(f.by, a)
	for _, doc := range docs {
		w.each(doc, func(group int32) { f.groups[group]++ })
	}
}

// tabled reports whether documents are counted by a table.
func (g *grouped) tabled(sources []source) bool {
	if len(sources) == 1 && sources[0].column.values().single() {
		return false
	}
	return g.shared || g.sets.len() <= fewSets
}

// fewSets is how many values of their own groups a table is made for: more of them are as quickly counted one by one.
const fewSets = 1 << 12

// countValues counts values, of which no two that a document bears are in the same group.
func (f *facet) countValues(sources []source, set bitset, docs []uint32) {
	for _, s := range sources {
		if f.values[s.field] == nil {
			f.values[s.field] = make([]uint32, len(s.sets)+1)
		}
		s.column.values().count(set, docs, f.values[s.field])
	}
}

// settle is for when no more is counted.
func (c *counts) settle() {
	for i := range c.facets {
		c.facets[i].settle()
	}
}

// join adds the counts of another worker. Both are settled.
func (c *counts) join(other *counts) {
	for i := range c.facets {
		f, o := &c.facets[i], &other.facets[i]
		addTo(f.groups, o.groups)
		for field := range f.values {
			if f.values[field] == nil {
				f.values[field] = o.values[field]
			} else if o.values[field] != nil {
				addTo(f.values[field], o.values[field])
			}
		}
	}
}

// settle adds what was counted by codes to the groups.
func (f *facet) settle() {
	if f.narrow == nil && f.wide == nil {
		return
	}
	list := f.by.codes.all()
	if f.narrow != nil {
		f.settleCodes(list, f.narrow[:])
		narrowPool.Put(f.narrow)
		f.narrow = nil
	}
	f.settleCodes(list, f.wide)
	f.wide = nil
}

func (f *facet) settleCodes(list groupList, counts []uint32) {
	for code := range min(len(counts), len(list.starts)-1) {
		if n := counts[code]; n != 0 {
			for _, group := range list.of(uint32(code)) {
				f.groups[group] += n
			}
		}
	}
}

func addTo(sums, more []uint32) {
	for i, n := range more {
		sums[i] += n
	}
}

// sum gives the counts of all facets, by group. They are settled.
func (c *counts) sum() [][]int {
	out := make([][]int, len(c.facets))
	for i := range c.facets {
		f := &c.facets[i]
		for field, values := range f.values {
			for value := range max(0, len(values)-1) {
				if n := values[value+1]; n != 0 {
					for _, group := range f.by.sets.of(f.by.values[field][value]) {
						f.groups[group] += n
					}
				}
			}
		}
		most := len(f.groups)
		for f.by != nil && most > 0 && f.groups[most-1] == 0 {
			most--
		}
		out[i] = make([]int, most)
		for group := range most {
			out[i][group] = int(f.groups[group])
		}
	}
	return out
}

// count adds, for each value number plus 1, how many documents of the set bear it.
func (f *forward) count(set bitset, docs []uint32, counts []uint32) {
	switch {
	case f.narrow != nil && f.starts == nil:
		countSingle(f.narrow, docs, counts)
	case f.narrow != nil:
		countMany(f.starts, f.narrow, set, counts)
	case f.wide != nil && f.starts == nil:
		countSingle(f.wide, docs, counts)
	case f.wide != nil:
		countMany(f.starts, f.wide, set, counts)
	}
}

func countSingle[T uint16 | uint32](values []T, docs []uint32, counts []uint32) {
	for _, doc := range docs {
		counts[values[doc]]++
	}
}

func countMany[T uint16 | uint32](starts []uint32, values []T, set bitset, counts []uint32) {
	eachSpan(set, starts, values, func(spans []span) {
		for _, s := range spans {
			for _, v := range values[s.from:s.to] {
				counts[int(v)+1]++
			}
		}
	})
}

// tableCount counts the documents of a set by a table.
func (f *facet) tableCount(t *groupTable, set bitset, docs []uint32) {
	if t.places == nil {
		if f.narrow == nil {
			f.narrow = narrowPool.Get().(*narrowCounts)
			clear(f.narrow[:])
		}
		t.cells.count(set, docs, f.narrow)
		return
	}
	if more := len(f.by.codes.all().starts) - len(f.wide); more > 0 {
		f.wide = append(f.wide, make([]uint32, more)...)
	}
	eachSpan(set, t.places, t.wide, func(spans []span) {
		for _, s := range spans {
			for _, code := range t.wide[s.from:s.to] {
				f.wide[code]++
			}
		}
	})
}

// span is what documents that follow one another have in a list: from one place to before another.
type span struct{ from, to uint32 }

// spanBatch is how many spans are looked up together.
const spanBatch = 128

// spanShare is how many documents there are for a hit, at least, where hits are few.
var spanShare = 8

// eachSpan calls yield with the spans of the documents of a set, some at a time. Few hits among many documents are found
// by waiting for memory. So all places of a batch are read first, then the first of each span in the list, which does
// not depend on the one before and so is waited for at once.
func eachSpan[T uint16 | uint32](set bitset, starts []uint32, list []T, yield func([]span)) {
	few := set.count()*spanShare < len(starts)
	var spans [spanBatch]span
	n := 0
	for i, w := range set {
		for w != 0 {
			from := bits.TrailingZeros64(w)
			to := from + bits.TrailingZeros64(^(w >> from))
			spans[n] = span{uint32(i<<6 + from), uint32(i<<6 + to)}
			if n++; n == spanBatch {
				lookUp(spans[:], starts, list, few)
				yield(spans[:])
				n = 0
			}
			w &= ^uint64(0) << (to & 63)
			if to == 64 {
				break
			}
		}
	}
	lookUp(spans[:n], starts, list, few)
	yield(spans[:n])
}

// lookUp turns spans of documents into spans of a list and, where hits are few, touches what they begin with.
func lookUp[T uint16 | uint32](spans []span, starts []uint32, list []T, few bool) {
	for i := range spans {
		s := &spans[i]
		s.from, s.to = starts[s.from], starts[s.to]
	}
	if !few {
		return
	}
	touched := T(0)
	for _, s := range spans {
		if int(s.from) < len(list) {
			touched += list[s.from]
		}
	}
	keepTouched(uint32(touched))
}

// keepTouched keeps the compiler from leaving out what is read for its own sake.
//
//go:noinline
func keepTouched(uint32) {}

// addRanges counts the documents of a set in each range.
func addRanges(totals []uint32, ranges *search.Ranges, numbers *numbers, set bitset) {
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
