package local

import (
	"math"
	"strconv"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"semdex/search"
)

const missingNumber = -1 << 63

// numbers holds a number for each document of a segment that has one, in as few bytes as they allow. What is stored is
// its distance from base; 0 stands for none.
type numbers struct {
	base   int64
	short  []uint16 // one of the three
	medium []uint32
	long   []int64 // as it is
}

// at gives the number of a document, missingNumber where it has none.
func (n *numbers) at(doc uint32) int64 {
	switch {
	case n == nil:
	case n.medium != nil:
		if d := n.medium[doc]; d != 0 {
			return n.base + int64(d)
		}
	case n.short != nil:
		if d := n.short[doc]; d != 0 {
			return n.base + int64(d)
		}
	case n.long != nil:
		return n.long[doc]
	}
	return missingNumber
}

// addWithin adds the documents whose number lies in the range to a set.
func (n *numbers) addWithin(set bitset, r *search.Range) {
	for doc := range uint32(n.docs()) {
		if at := n.at(doc); at != missingNumber && at >= r.From && at <= r.To {
			set.set(doc)
		}
	}
}

// docs is the number of documents, 0 where none has a number.
func (n *numbers) docs() int {
	if n == nil {
		return 0
	}
	return len(n.short) + len(n.medium) + len(n.long)
}

// readNumbers reads a field from its term dictionary.
func readNumbers(s segment.Segment, field string, docs uint32) (*numbers, error) {
	long := make([]int64, docs)
	for i := range long {
		long[i] = missingNumber
	}
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	var fault error
	err := eachTerm(s, field, func(term string, found documents) {
		n, err := strconv.ParseInt(term, 10, 64)
		if err != nil {
			fault = err
		}
		least, most = min(least, n), max(most, n)
		found.each(func(doc uint32) { long[doc] = n })
	})
	if err == nil {
		err = fault
	}
	return pack(long, least, most), err
}

// pack gives numbers from least to most in as few bytes as they allow.
func pack(long []int64, least, most int64) *numbers {
	switch spread := uint64(most) - uint64(least); {
	case least > most:
		return nil // there are none
	case spread < math.MaxUint16:
		return &numbers{base: least - 1, short: narrowed[uint16](long, least-1)}
	case spread < math.MaxUint32:
		return &numbers{base: least - 1, medium: narrowed[uint32](long, least-1)}
	}
	return &numbers{long: long}
}

func narrowed[T uint16 | uint32](long []int64, base int64) []T {
	out := make([]T, len(long))
	for i, n := range long {
		if n != missingNumber {
			out[i] = T(n - base)
		}
	}
	return out
}
