package local

import (
	"sort"
	"strings"

	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// sorted holds a string for each document of a segment that has one, by its place in their order.
type sorted struct {
	places []uint32 // by document: from 1, 0 where it has none
	starts []uint32 // by place: where its string begins in text
	text   []byte
}

// readSorted reads a field from its term dictionary.
func readSorted(s segment.Segment, field string, docs uint32) (*sorted, error) {
	out := &sorted{places: make([]uint32, docs), starts: []uint32{0, 0}} // place 0 is the empty string
	err := eachTerm(s, field, func(term string, found documents) {
		place := uint32(len(out.starts) - 1)
		found.each(func(doc uint32) { out.places[doc] = place })
		out.text = append(out.text, term...)
		out.starts = append(out.starts, uint32(len(out.text)))
	})
	return out, err
}

// of gives the string of a document, "" where it has none.
func (s *sorted) of(doc uint32) string {
	if s == nil {
		return ""
	}
	place := s.places[doc]
	return string(s.text[s.starts[place]:s.starts[place+1]])
}

// find gives the place of a string and whether a document has it, else the place before which it would come.
func (s *sorted) find(text string) (place int, found bool) {
	return sort.Find(len(s.starts)-1, func(i int) int {
		return strings.Compare(text, string(s.text[s.starts[i]:s.starts[i+1]]))
	})
}
