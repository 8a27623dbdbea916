package local

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// column holds the values of one field in one segment: for each value the documents that bear it. What each
// document bears is made of that when it is first asked for.
type column struct {
	docs    uint32
	entry   []uint32          // by value number: its entry plus 1, 0 where no document bears it; nil where values are few
	numbers []uint32          // rising, where entry is nil
	entries []uint32          // the entry of each of numbers
	starts  []uint32          // by entry: where its documents begin in posts
	posts   []uint32          // document numbers, rising
	sets    map[uint32]bitset // by entry: the documents of values that very many bear, instead of posts

	once    sync.Once
	forward *forward
}

// denseShare is how many documents a set takes as much memory as one document in a list.
var denseShare = uint32(32)

// readColumn reads a field from its term dictionary, and numbers its values.
func readColumn(s segment.Segment, field string, docs uint32, values *valueTable) (*column, error) {
	c := &column{docs: docs, starts: []uint32{0}, sets: map[uint32]bitset{}}
	var numbers []uint32
	err := eachTerm(s, field, func(term string, found documents) {
		entry := uint32(len(numbers))
		numbers = append(numbers, values.number(term))
		if found.bitmap != nil && found.bitmap.GetCardinality() > uint64(docs/denseShare) {
			set := newBitset(docs)
			set.addBitmap(found.bitmap)
			c.sets[entry] = set
		} else {
			found.each(func(doc uint32) { c.posts = append(c.posts, doc) })
		}
		c.starts = append(c.starts, uint32(len(c.posts)))
	})
	c.posts, c.starts = slices.Clip(c.posts), slices.Clip(c.starts)
	c.index(numbers)
	return c, err
}

// index makes entries to be found by value number.
func (c *column) index(numbers []uint32) {
	if len(numbers) == 0 {
		return
	}
	if most := slices.Max(numbers); int(most) < 4*len(numbers)+4096 {
		c.entry = make([]uint32, most+1)
		for e, n := range numbers {
			c.entry[n] = uint32(e) + 1
		}
		return
	}
	c.entries = make([]uint32, len(numbers))
	for e := range c.entries {
		c.entries[e] = uint32(e)
	}
	slices.SortFunc(c.entries, func(a, b uint32) int { return int(numbers[a]) - int(numbers[b]) })
	c.numbers = make([]uint32, len(numbers))
	for i, e := range c.entries {
		c.numbers[i] = numbers[e]
	}
}

// find gives the entry of a value.
func (c *column) find(value uint32) (uint32, bool) {
	if c.entry != nil {
		if int(value) >= len(c.entry) || c.entry[value] == 0 {
			return 0, false
		}
		return c.entry[value] - 1, true
	}
	i, ok := slices.BinarySearch(c.numbers, value)
	if !ok {
		return 0, false
	}
	return c.entries[i], true
}

// findAll calls yield with the entries of those of the values that the segment holds. Their numbers rise.
func (c *column) findAll(values []numbered, yield func(entry uint32)) {
	switch {
	case c == nil:
	case c.entry != nil || 16*len(values) < len(c.numbers):
		for i := range values {
			if e, ok := c.find(values[i].number()); ok {
				yield(e)
			}
		}
	default: // side by side
		at := 0
		for i := range values {
			for at < len(c.numbers) && c.numbers[at] < values[i].number() {
				at++
			}
			if at < len(c.numbers) && c.numbers[at] == values[i].number() {
				yield(c.entries[at])
			}
		}
	}
}

// documents gives those of an entry, as bearing does.
func (c *column) documents(entry uint32) (list []uint32, set bitset) {
	list = c.posts[c.starts[entry]:c.starts[entry+1]]
	if len(list) == 0 {
		set = c.sets[entry]
	}
	return list, set
}

// bearing gives the documents with that value number: a list or, where there are very many, a set. The caller must not
// write to either.
func (c *column) bearing(value uint32) (list []uint32, set bitset) {
	if c == nil {
		return nil, nil
	}
	e, ok := c.find(value)
	if !ok {
		return nil, nil
	}
	return c.documents(e)
}

// addTo adds the documents with that value number to a set.
func (c *column) addTo(b bitset, value uint32) {
	list, set := c.bearing(value)
	for _, doc := range list {
		b.set(doc)
	}
	if set != nil {
		b.or(set)
	}
}

// borne reports whether a document bears that value number.
func (c *column) borne(value, doc uint32) bool {
	list, set := c.bearing(value)
	if set != nil {
		return set.has(doc)
	}
	_, ok := slices.BinarySearch(list, doc)
	return ok
}

// bears gives which of the values, whose numbers rise, a document bears first: its order.
func (c *column) bears(doc uint32, values []numbered) (order int, ok bool) {
	if c == nil {
		return 0, false
	}
	if len(values) < fewValues {
		for _, v := range values {
			if c.borne(v.number(), doc) {
				return v.order, true
			}
		}
		return 0, false
	}
	first := len(values)
	c.values().of(doc, func(value uint32) {
		at, found := slices.BinarySearchFunc(values, value, func(v numbered, value uint32) int { return cmp.Compare(v.number(), value) })
		if found {
			first = min(first, at)
		}
	})
	if first == len(values) {
		return 0, false
	}
	return values[first].order, true
}

// fewValues are looked for one by one, which needs not know all that a document bears.
const fewValues = 16

// each calls yield with every value number that the segment holds, and how many documents bear it.
func (c *column) each(yield func(value uint32, entry uint32)) {
	for n, e := range c.entry {
		if e != 0 {
			yield(uint32(n), e-1)
		}
	}
	for i, n := range c.numbers {
		yield(n, c.entries[i])
	}
}

// eachDocument calls yield with every document of an entry, rising.
func (c *column) eachDocument(entry uint32, yield func(doc uint32)) {
	list, set := c.documents(entry)
	for _, doc := range list {
		yield(doc)
	}
	set.each(yield)
}

// forward holds the value numbers that each document bears.
type forward struct {
	starts []uint32 // by document: where its values begin; nil where none bears two, and values has one for each, plus 1, or 0
	narrow []uint16 // values, where all fit; else
	wide   []uint32
}

// values gives what each document bears.
func (c *column) values() *forward {
	c.once.Do(func() { c.forward = c.turn() })
	return c.forward
}

func (c *column) turn() *forward {
	f := &forward{}
	counts := make([]uint32, c.docs+1)
	most, many, total := uint32(0), false, uint32(0)
	c.each(func(value, entry uint32) {
		most = max(most, value)
		c.eachDocument(entry, func(doc uint32) {
			counts[doc+1]++
			many = many || counts[doc+1] > 1
			total++
		})
	})
	put := f.room(most, many, int(c.docs), int(total))
	if !many {
		c.each(func(value, entry uint32) { c.eachDocument(entry, func(doc uint32) { put(doc, value+1) }) })
		return f
	}
	for i := range c.docs {
		counts[i+1] += counts[i]
	}
	f.starts = counts
	next := slices.Clone(counts[:c.docs])
	c.each(func(value, entry uint32) {
		c.eachDocument(entry, func(doc uint32) { put(next[doc], value); next[doc]++ })
	})
	return f
}

// room makes room for values, and gives what writes one.
func (f *forward) room(most uint32, many bool, docs, total int) func(at, value uint32) {
	if !many {
		total = docs
	}
	if most < math.MaxUint16 {
		f.narrow = make([]uint16, total)
		return func(at, value uint32) { f.narrow[at] = uint16(value) }
	}
	f.wide = make([]uint32, total)
	return func(at, value uint32) { f.wide[at] = value }
}

// single reports whether no document bears two values.
func (f *forward) single() bool { return f.starts == nil }

// of calls yield with the value numbers of a document.
func (f *forward) of(doc uint32, yield func(value uint32)) {
	if f.starts == nil {
		if n := f.at(doc); n != 0 {
			yield(n - 1)
		}
		return
	}
	for i := f.starts[doc]; i < f.starts[doc+1]; i++ {
		yield(f.at(i))
	}
}

// appendTo appends the value numbers of a document.
func (f *forward) appendTo(list []uint32, doc uint32) []uint32 {
	switch {
	case f.starts == nil:
		if n := f.at(doc); n != 0 {
			list = append(list, n-1)
		}
	case f.narrow != nil:
		for _, n := range f.narrow[f.starts[doc]:f.starts[doc+1]] {
			list = append(list, uint32(n))
		}
	default:
		list = append(list, f.wide[f.starts[doc]:f.starts[doc+1]]...)
	}
	return list
}

func (f *forward) at(i uint32) uint32 {
	if f.narrow != nil {
		return uint32(f.narrow[i])
	}
	if f.wide == nil {
		return 0
	}
	return f.wide[i]
}

// documents are those of a term: one, or a bitmap that may belong to the segment.
type documents struct {
	one    uint32
	bitmap *roaring.Bitmap // nil for one
}

func (d documents) each(yield func(doc uint32)) {
	if d.bitmap == nil {
		yield(d.one)
		return
	}
	eachOf(d.bitmap, yield)
}
