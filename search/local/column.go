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
	numbers []uint32 // of the values, rising; nil where starts goes by number, as it does where values are many
	starts  []uint32 // by value: where its documents begin in posts
	posts   []uint32 // document numbers, rising; of a value that very many bear, the place of its set instead, with setBit
	sets    []bitset

	once    sync.Once
	forward *forward
}

// setBit tells the place of a set from a document number.
const setBit = 1 << 31

// denseShare is how many documents a set takes as much memory as one document in a list.
var denseShare = uint32(32)

// readColumn reads a field from its term dictionary, and numbers its values.
func readColumn(s segment.Segment, field string, docs uint32, values *valueTable) (*column, error) {
	c := &column{docs: docs}
	var terms []termPosts
	err := eachTerm(s, field, func(term string, found documents) {
		t := termPosts{values.number(term), span{from: uint32(len(c.posts))}}
		if found.bitmap != nil && found.bitmap.GetCardinality() > uint64(docs/denseShare) {
			set := newBitset(docs)
			set.addBitmap(found.bitmap)
			c.posts = append(c.posts, setBit|uint32(len(c.sets)))
			c.sets = append(c.sets, set)
		} else {
			found.each(func(doc uint32) { c.posts = append(c.posts, doc) })
		}
		t.to = uint32(len(c.posts))
		terms = append(terms, t)
	})
	c.order(terms)
	return c, err
}

// termPosts is a value with where its documents lie.
type termPosts struct {
	number uint32
	span
}

// order puts posts into the order of value numbers.
func (c *column) order(terms []termPosts) {
	slices.SortFunc(terms, func(a, b termPosts) int { return cmp.Compare(a.number, b.number) })
	posts := make([]uint32, 0, len(c.posts))
	many := len(terms) > 0 && int(terms[len(terms)-1].number) < 4*len(terms)+4096
	for _, t := range terms {
		if many {
			for len(c.starts) < int(t.number) {
				c.starts = append(c.starts, uint32(len(posts)))
			}
		} else {
			c.numbers = append(c.numbers, t.number)
		}
		c.starts = append(c.starts, uint32(len(posts)))
		posts = append(posts, c.posts[t.from:t.to]...)
	}
	c.posts = posts
	c.starts, c.numbers = slices.Clip(append(c.starts, uint32(len(posts)))), slices.Clip(c.numbers)
}

// find gives the place of a value in starts.
func (c *column) find(value uint32) (int, bool) {
	if c.numbers == nil {
		return int(value), int(value) < len(c.starts)-1
	}
	return slices.BinarySearch(c.numbers, value)
}

// findAll calls yield with the spans in posts of those of the values that the segment holds. Their numbers rise.
func (c *column) findAll(values []numbered, yield func(span)) {
	switch {
	case c == nil:
	case c.numbers == nil || 16*len(values) < len(c.numbers):
		for i := range values {
			if at, ok := c.find(values[i].number()); ok && c.starts[at] < c.starts[at+1] {
				yield(span{c.starts[at], c.starts[at+1]})
			}
		}
	default: // side by side
		at := 0
		for i := range values {
			for at < len(c.numbers) && c.numbers[at] < values[i].number() {
				at++
			}
			if at < len(c.numbers) && c.numbers[at] == values[i].number() {
				yield(span{c.starts[at], c.starts[at+1]})
			}
		}
	}
}

// documents gives those of a span, as bearing does.
func (c *column) documents(s span) (list []uint32, set bitset) {
	list = c.posts[s.from:s.to]
	if len(list) == 1 && list[0]&setBit != 0 {
		return nil, c.sets[list[0]&^setBit]
	}
	return list, nil
}

// count gives how many documents a span has at most.
func (c *column) count(s span) int {
	if s.to-s.from == 1 && c.posts[s.from]&setBit != 0 {
		return int(c.docs)
	}
	return int(s.to - s.from)
}

// bearing gives the documents with that value number: a list or, where there are very many, a set. The caller must not
// write to either.
func (c *column) bearing(value uint32) (list []uint32, set bitset) {
	if c == nil {
		return nil, nil
	}
	at, ok := c.find(value)
	if !ok {
		return nil, nil
	}
	return c.documents(span{c.starts[at], c.starts[at+1]})
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

// each calls yield with every value number that the segment holds and every document that bears it, both rising.
func (c *column) each(yield func(value, doc uint32)) {
	for at := range len(c.starts) - 1 {
		value := uint32(at)
		if c.numbers != nil {
			value = c.numbers[at]
		}
		list, set := c.documents(span{c.starts[at], c.starts[at+1]})
		for _, doc := range list {
			yield(value, doc)
		}
		set.each(func(doc uint32) { yield(value, doc) })
	}
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
	c.each(func(value, doc uint32) {
		most = max(most, value)
		counts[doc+1]++
		many = many || counts[doc+1] > 1
		total++
	})
	put := f.room(most, many, int(c.docs), int(total))
	if !many {
		c.each(func(value, doc uint32) { put(doc, value+1) })
		return f
	}
	for i := range c.docs {
		counts[i+1] += counts[i]
	}
	f.starts = counts
	next := slices.Clone(counts[:c.docs])
	c.each(func(value, doc uint32) { put(next[doc], value); next[doc]++ })
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
