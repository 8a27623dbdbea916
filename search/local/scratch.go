package local

import (
	"slices"
	"sync"
)

// scratch is memory that a search needs for one part and gives back before the next one. Whoever takes from it
// gets zeros, and keeps nothing of it beyond reset.
type scratch struct {
	words   pool[uint64]
	bytes   pool[uint8]
	shorts  pool[uint16]
	spare   [][]float32 // zeros
	borne   []borne
	columns []*column // by field of a group
	ranks   struct {
		docs    []uint32
		others  []uint32
		numbers []int64
	}
}

// pool hands out parts of one slice that grows to what is needed at once.
type pool[T any] struct {
	all   []T
	taken int
}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

// take gives n zeros.
func (p *pool[T]) take(n int) []T {
	if p.taken+n > len(p.all) {
		p.all, p.taken = make([]T, max(2*len(p.all), n)), 0 // what was taken before stays with its taker
	}
	out := p.all[p.taken : p.taken+n : p.taken+n]
	clear(out)
	p.taken += n
	return out
}

func (s *scratch) bitset(docs uint32) bitset { return s.words.take(words(docs)) }

// copy gives a set to write to.
func (s *scratch) copy(b bitset) bitset {
	out := bitset(s.words.take(len(b)))
	copy(out, b)
	return out
}

// borrow gives zeros, one for each document. Whoever has them writes zeros where it wrote something else, and returns
// them: a part has many documents, of which few are written to.
func (s *scratch) borrow(docs uint32) []float32 {
	for i, zeros := range s.spare {
		if len(zeros) >= int(docs) {
			s.spare = slices.Delete(s.spare, i, i+1)
			return zeros
		}
	}
	return make([]float32, docs)
}

// maxSpare is how many borrowed slices are kept, the largest.
const maxSpare = 8

func (s *scratch) giveBack(zeros []float32) {
	if zeros == nil {
		return
	}
	if len(s.spare) < maxSpare {
		s.spare = append(s.spare, zeros)
		return
	}
	least := 0
	for i, spare := range s.spare {
		if len(spare) < len(s.spare[least]) {
			least = i
		}
	}
	if len(s.spare[least]) < len(zeros) { // a large part needs it more than a small one
		s.spare[least] = zeros
	}
}

// reset takes everything back that was taken.
func (s *scratch) reset() {
	s.words.taken, s.bytes.taken, s.shorts.taken = 0, 0, 0
}
