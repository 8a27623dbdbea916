package local

import (
	"fmt"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"semdex/search"
)

// segmentArrays is what is read from a segment: most of it when it appears, sort keys that are rarely asked for when they
// are. It belongs to the segment's id and never changes.
type segmentArrays struct {
	docs    uint32
	columns map[string]*column        // by field of Value
	numbers map[string]*late[numbers] // by field; created and length are read at once
	strings map[string]*late[sorted]  // by field
	created *numbers
	length  *numbers
	ties    []uint64 // hash of the id, the last word between equal hits
	words   int64    // sum of lengths

	focusOnce sync.Once
	tags      []uint8 // how many values say what a document is about

	mu         sync.Mutex
	allowed    map[search.Access]bitset
	popular    []float32
	popularOf  *search.Popularity
	ceilings   []uint8
	ceilingsOf search.Signals
	tables     []*groupTable // those used last first
}

// late is something that is read when it is first asked for.
type late[T any] struct {
	once  sync.Once
	value *T
	err   error
}

func (l *late[T]) get(read func() (*T, error)) (*T, error) {
	l.once.Do(func() { l.value, l.err = read() })
	return l.value, l.err
}

// readSegment reads the arrays from the term dictionaries.
func readSegment(s segment.Segment, docs int64, d *dictionary) (*segmentArrays, error) {
	a := &segmentArrays{docs: uint32(docs), columns: map[string]*column{}, numbers: map[string]*late[numbers]{}, strings: map[string]*late[sorted]{},
		ties: make([]uint64, docs), allowed: map[search.Access]bitset{}}
	for _, field := range s.Fields() {
		var err error
		switch {
		case field == "_id":
			err = eachTerm(s, field, func(id string, found documents) {
				tie := hashOf(id)
				found.each(func(doc uint32) { a.ties[doc] = tie })
			})
		case strings.HasPrefix(field, prefixValue):
			name := field[len(prefixValue):]
			a.columns[name], err = readColumn(s, field, a.docs, d.table(name))
		case strings.HasPrefix(field, prefixNumber):
			a.numbers[field[len(prefixNumber):]] = &late[numbers]{}
		case strings.HasPrefix(field, prefixString):
			a.strings[field[len(prefixString):]] = &late[sorted]{}
		}
		if err != nil {
			return nil, fmt.Errorf("read %s of a segment: %w", field, err)
		}
	}
	return a, a.readAlways(s)
}

// readAlways reads the numbers that every search needs.
func (a *segmentArrays) readAlways(s segment.Segment) (err error) {
	if a.created, err = a.number(s, "created"); err != nil {
		return err
	}
	if a.length, err = a.number(s, "length"); err != nil {
		return err
	}
	for doc := range a.docs {
		a.words += max(a.length.at(doc), 0)
	}
	return nil
}

// number gives the numbers of a field, nil where no document has one. s is the segment of the arrays.
func (a *segmentArrays) number(s segment.Segment, field string) (*numbers, error) {
	l := a.numbers[field]
	if l == nil {
		return nil, nil
	}
	return l.get(func() (*numbers, error) { return readNumbers(s, prefixNumber+field, a.docs) })
}

// sorted gives the strings of a field in their order, nil where no document has one. s is the segment of the arrays.
func (a *segmentArrays) sorted(s segment.Segment, field string) (*sorted, error) {
	l := a.strings[field]
	if l == nil {
		return nil, nil
	}
	return l.get(func() (*sorted, error) { return readSorted(s, prefixString+field, a.docs) })
}

// terms iterates over the terms of a dictionary, without counting their documents where that is not for free.
func terms(d segment.TermDictionary, from, to []byte) segment.DictionaryIterator {
	if quick, ok := d.(interface {
		AutomatonIteratorOmitCount(a segment.Automaton, from, to []byte) segment.DictionaryIterator
	}); ok {
		return quick.AutomatonIteratorOmitCount(nil, from, to)
	}
	return d.AutomatonIterator(nil, from, to)
}

// eachTerm calls yield with every term of a field, rising, and the documents it stands in.
func eachTerm(s segment.Segment, field string, yield func(term string, found documents)) error {
	dict, err := s.Dictionary(field)
	if err != nil {
		return err
	}
	all := terms(dict, nil, nil)
	var list segment.PostingsList
	var iterator segment.PostingsIterator
	var key []byte
	for {
		entry, err := all.Next()
		if err != nil || entry == nil {
			return err
		}
		key = append(key[:0], entry.Term...)
		if list, err = dict.PostingsList(key, nil, list); err != nil {
			return err
		}
		iterator = list.Iterator(false, false, false, iterator)
		found, err := documentsOf(iterator)
		if err != nil {
			return err
		}
		yield(entry.Term, found)
	}
}

// documentsOf gives the documents of an iterator. A bitmap may belong to the segment: it is read, not kept.
func documentsOf(it segment.PostingsIterator) (documents, error) {
	if o, ok := it.(segment.OptimizablePostingsIterator); ok {
		if b := o.ActualBitmap(); b != nil {
			return documents{bitmap: b}, nil
		}
		if doc, one := o.DocNum1Hit(); one {
			return documents{one: uint32(doc)}, nil
		}
	}
	docs := roaring.New()
	for {
		p, err := it.Next()
		if err != nil || p == nil {
			return documents{bitmap: docs}, err
		}
		docs.Add(uint32(p.Number()))
	}
}

// bitmapOf gives the documents of an iterator as a bitmap, which may belong to the segment: it is read, not kept.
func bitmapOf(it segment.PostingsIterator) (*roaring.Bitmap, error) {
	found, err := documentsOf(it)
	if found.bitmap == nil {
		return roaring.BitmapOf(found.one), err
	}
	return found.bitmap, err
}
