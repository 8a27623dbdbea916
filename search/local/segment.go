package local

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"semdex/internal/text"
	"semdex/search"
)

// dictionary numbers the distinct values of each field, for all segments alike. Numbers are never reused.
type dictionary struct {
	mu        sync.RWMutex
	fields    map[string]*valueTable
	groupings map[search.Grouping]*groupsOf
	popular   *popularity
	sorted    map[string][]string // by field: its values folded, by number
}

type valueTable struct {
	numbers map[string]uint32
	values  []string
}

func newDictionary() *dictionary {
	return &dictionary{fields: map[string]*valueTable{}, groupings: map[search.Grouping]*groupsOf{}, sorted: map[string][]string{}}
}

func (d *dictionary) number(field string, value []byte) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.fields[field]
	if t == nil {
		t = &valueTable{numbers: map[string]uint32{}}
		d.fields[field] = t
	}
	n, known := t.numbers[string(value)]
	if !known {
		n = uint32(len(t.values))
		s := string(value)
		t.numbers[s] = n
		t.values = append(t.values, s)
	}
	return n
}

func (d *dictionary) lookup(field, value string) (uint32, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	t := d.fields[field]
	if t == nil {
		return 0, false
	}
	n, known := t.numbers[value]
	return n, known
}

// values gives all values of a field by number. The slice is never written to again.
func (d *dictionary) values(field string) []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	t := d.fields[field]
	if t == nil {
		return nil
	}
	return t.values[:len(t.values):len(t.values)]
}

// folded gives the values of a field in the form that they are sorted by, by number.
func (d *dictionary) folded(field string) []string {
	values := d.values(field)
	d.mu.Lock()
	defer d.mu.Unlock()
	folded := d.sorted[field]
	for n := len(folded); n < len(values); n++ {
		folded = append(folded, text.Fold(values[n]))
	}
	d.sorted[field] = folded
	return folded
}

// all gives the values of all fields.
func (d *dictionary) all() map[string][]string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	all := make(map[string][]string, len(d.fields))
	for field, t := range d.fields {
		all[field] = t.values[:len(t.values):len(t.values)]
	}
	return all
}

// column holds the values of one field in one segment, in both directions.
type column struct {
	docStart  []uint32 // by document: where its values begin in docValues
	docValues []uint32 // value numbers
	entry     map[uint32]uint32
	postStart []uint32 // by entry: where its documents begin in posts
	posts     []uint32 // document numbers, rising
}

// of gives the value numbers of a document.
func (c *column) of(doc uint32) []uint32 { return c.docValues[c.docStart[doc]:c.docStart[doc+1]] }

// bearing gives the documents with that value number.
func (c *column) bearing(value uint32) []uint32 {
	e, ok := c.entry[value]
	if !ok {
		return nil
	}
	return c.posts[c.postStart[e]:c.postStart[e+1]]
}

// segmentArrays is what is read from a segment once. It belongs to the segment's id and never changes.
type segmentArrays struct {
	docs    uint32
	columns map[string]*column  // by field of Value
	numbers map[string][]int64  // missingNumber where there is none
	strings map[string][]string // "" where there is none
	ties    []uint64            // hash of the id, the last word between equal hits
	words   int64               // sum of lengths

	mu        sync.Mutex
	allowed   map[search.Access]bitset
	popular   []float32
	popularOf *search.Popularity
}

const missingNumber = -1 << 63

// readSegment reads the arrays from the term dictionaries.
func readSegment(s segment.Segment, docs int64, d *dictionary) (*segmentArrays, error) {
	a := &segmentArrays{docs: uint32(docs), columns: map[string]*column{}, numbers: map[string][]int64{}, strings: map[string][]string{},
		ties: make([]uint64, docs), allowed: map[search.Access]bitset{}}
	for _, field := range s.Fields() {
		var err error
		switch {
		case field == "_id":
			err = a.readTies(s)
		case strings.HasPrefix(field, prefixValue):
			name := field[len(prefixValue):]
			a.columns[name], err = a.readColumn(s, field, name, d)
		case strings.HasPrefix(field, prefixNumber):
			a.numbers[field[len(prefixNumber):]], err = a.readNumbers(s, field)
		case strings.HasPrefix(field, prefixString):
			a.strings[field[len(prefixString):]], err = a.readStrings(s, field)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s of a segment: %w", field, err)
		}
	}
	for _, n := range a.numbers["length"] {
		a.words += max(n, 0)
	}
	return a, nil
}

// eachTerm calls yield with every term of a field and the documents it stands in.
func eachTerm(s segment.Segment, field string, yield func(term []byte, docs *roaring.Bitmap)) error {
	dict, err := s.Dictionary(field)
	if err != nil {
		return err
	}
	terms := dict.AutomatonIterator(nil, nil, nil)
	var list segment.PostingsList
	var iterator segment.PostingsIterator
	for {
		entry, err := terms.Next()
		if err != nil || entry == nil {
			return err
		}
		term := []byte(entry.Term)
		if list, err = dict.PostingsList(term, nil, list); err != nil {
			return err
		}
		iterator = list.Iterator(false, false, false, iterator)
		docs, err := bitmapOf(iterator)
		if err != nil {
			return err
		}
		yield(term, docs)
	}
}

// bitmapOf gives the documents of an iterator. The bitmap may belong to the segment: it is read, not kept.
func bitmapOf(it segment.PostingsIterator) (*roaring.Bitmap, error) {
	if o, ok := it.(segment.OptimizablePostingsIterator); ok {
		if b := o.ActualBitmap(); b != nil {
			return b, nil
		}
		if doc, one := o.DocNum1Hit(); one {
			return roaring.BitmapOf(uint32(doc)), nil
		}
	}
	docs := roaring.New()
	for {
		p, err := it.Next()
		if err != nil || p == nil {
			return docs, err
		}
		docs.Add(uint32(p.Number()))
	}
}

func (a *segmentArrays) readTies(s segment.Segment) error {
	return eachTerm(s, "_id", func(term []byte, docs *roaring.Bitmap) {
		tie := hashOf(term)
		docs.Iterate(func(doc uint32) bool { a.ties[doc] = tie; return true })
	})
}

func (a *segmentArrays) readColumn(s segment.Segment, field, name string, d *dictionary) (*column, error) {
	c := &column{docStart: make([]uint32, a.docs+1), entry: map[uint32]uint32{}, postStart: []uint32{0}}
	var numbers []uint32
	err := eachTerm(s, field, func(term []byte, docs *roaring.Bitmap) {
		n := d.number(name, term)
		c.entry[n] = uint32(len(numbers))
		numbers = append(numbers, n)
		docs.Iterate(func(doc uint32) bool {
			c.posts = append(c.posts, doc)
			c.docStart[doc+1]++
			return true
		})
		c.postStart = append(c.postStart, uint32(len(c.posts)))
	})
	if err != nil {
		return nil, err
	}
	for i := range a.docs {
		c.docStart[i+1] += c.docStart[i]
	}
	c.docValues = make([]uint32, len(c.posts))
	next := append([]uint32{}, c.docStart[:a.docs]...)
	for e, n := range numbers {
		for _, doc := range c.posts[c.postStart[e]:c.postStart[e+1]] {
			c.docValues[next[doc]] = n
			next[doc]++
		}
	}
	return c, nil
}

func (a *segmentArrays) readNumbers(s segment.Segment, field string) ([]int64, error) {
	numbers := make([]int64, a.docs)
	for i := range numbers {
		numbers[i] = missingNumber
	}
	var fault error
	err := eachTerm(s, field, func(term []byte, docs *roaring.Bitmap) {
		n, err := strconv.ParseInt(string(term), 10, 64)
		if err != nil {
			fault = err
		}
		docs.Iterate(func(doc uint32) bool { numbers[doc] = n; return true })
	})
	if err == nil {
		err = fault
	}
	return numbers, err
}

func (a *segmentArrays) readStrings(s segment.Segment, field string) ([]string, error) {
	out := make([]string, a.docs)
	err := eachTerm(s, field, func(term []byte, docs *roaring.Bitmap) {
		value := string(term)
		docs.Iterate(func(doc uint32) bool { out[doc] = value; return true })
	})
	return out, err
}

// number gives a number of a document, missingNumber where it has none.
func (a *segmentArrays) number(field string, doc uint32) int64 {
	if column := a.numbers[field]; column != nil {
		return column[doc]
	}
	return missingNumber
}

func (a *segmentArrays) str(field string, doc uint32) string {
	if column := a.strings[field]; column != nil {
		return column[doc]
	}
	return ""
}
