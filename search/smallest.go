package search

import (
	"context"
	"slices"
)

// Bounds of the search for the smallest set of changes.
const (
	maxProposals = 5
	maxOptional  = 6    // changes in a set beside those that it cannot do without
	maxTries     = 3000 // sets looked at
)

// slot is a place in a set of changes: changes that exclude each other, each wider than the one before. No set does
// without one that is needed.
type slot struct {
	changes []WhyChange
	needed  bool
}

// smallest gives the sets of changes with the fewest changes of all that works holds for, at most maxProposals, those
// of earlier slots first.
func smallest(ctx context.Context, slots []slot, works func([]WhyChange) bool) [][]WhyChange {
	needed := 0
	for _, s := range slots {
		if s.needed {
			needed++
		}
	}
	s := &subsets{ctx: ctx, slots: slots, works: works}
	for size := max(1, needed); size <= min(len(slots), needed+maxOptional) && len(s.found) == 0; size++ {
		s.extend(nil, 0, size)
	}
	return s.found
}

type subsets struct {
	ctx   context.Context
	slots []slot
	works func([]WhyChange) bool
	tries int
	found [][]WhyChange
}

// extend tries all sets of left changes more, from slots from number at on.
func (s *subsets) extend(set []WhyChange, at, left int) {
	if s.tries >= maxTries || len(s.found) >= maxProposals || s.ctx.Err() != nil {
		return
	}
	if left == 0 {
		if slices.ContainsFunc(s.slots[at:], func(s slot) bool { return s.needed }) {
			return
		}
		if s.tries++; s.works(set) {
			s.found = append(s.found, slices.Clone(set))
		}
		return
	}
	for i := at; i <= len(s.slots)-left; i++ {
		found := len(s.found)
		for _, c := range s.slots[i].changes {
			if s.extend(append(set[:len(set):len(set)], c), i+1, left-1); len(s.found) > found {
				break // nothing wider is needed
			}
		}
		if s.slots[i].needed {
			return
		}
	}
}
