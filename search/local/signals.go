package local

import (
	"math"

	"semdex"
	"semdex/search"
)

// popularity is a search.Popularity by the hashes of ids.
type popularity struct {
	of     *search.Popularity
	byHash map[uint64]float32
	maybe  bitset // the last bits of the hashes: most assets are not popular, and need not be looked up
}

const maybeBits = 1 << 20

// hashOf is what ties are made of.
func hashOf(id string) uint64 {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return h
}

// popular gives how popular each document of a part is, kept until another Popularity is asked about; nil where
// none is.
func (v *view) popular(partIndex int, p *search.Popularity) []float32 {
	if p == nil || len(p.By) == 0 {
		return nil
	}
	a := v.parts[partIndex].arrays
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.popularOf != p {
		hashed := v.dictionary.hashed(p)
		a.popular, a.popularOf = make([]float32, a.docs), p
		for doc, tie := range a.ties {
			if hashed.maybe.has(uint32(tie % maybeBits)) {
				a.popular[doc] = hashed.byHash[tie]
			}
		}
	}
	return a.popular
}

// hashed keeps the newest Popularity by hash.
func (d *dictionary) hashed(p *search.Popularity) *popularity {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.popular == nil || d.popular.of != p {
		d.popular = &popularity{p, make(map[uint64]float32, len(p.By)), newBitset(maybeBits)}
		for id, n := range p.By {
			hash := hashOf(string(id))
			d.popular.byHash[hash] = n
			d.popular.maybe.set(uint32(hash % maybeBits))
		}
	}
	return d.popular
}

// signals are what the signals of a plan add to the scores in one part.
type signals struct {
	*search.Signals
	arrays   *segmentArrays
	popular  []float32
	approved bitset // nil where approval does not count
}

// signals gives nil where no signal counts.
func (r *run) signals(partIndex int) *signals {
	s := r.plan.Signals
	if s == nil {
		return nil
	}
	a := r.view.parts[partIndex].arrays
	out := &signals{Signals: s, arrays: a, popular: r.view.popular(partIndex, s.Popular)}
	if s.Approval > 0 && r.plan.Access.All {
		out.approved = a.having(newBitset(a.docs), "approval", string(semdex.Approved), r.view.dictionary)
	}
	return out
}

// most is the most that is added for a document beside its popularity.
func (s *signals) most() float64 {
	switch {
	case s == nil:
		return 0
	case s.approved == nil:
		return s.Freshness
	}
	return s.Freshness + s.Approval
}

// popularity gives the share of it in what is added for a document.
func (s *signals) popularity(doc uint32) float64 {
	if s == nil || s.popular == nil {
		return 0
	}
	return s.Popularity * float64(s.popular[doc])
}

// of gives what is added for a document.
func (s *signals) of(doc uint32) float64 {
	if s == nil {
		return 0
	}
	sum := 0.0
	if created := s.arrays.created.at(doc); s.Freshness > 0 && created != missingNumber {
		sum += s.Freshness * s.Fresh(created)
	}
	if s.popular != nil {
		sum += s.Popularity * float64(s.popular[doc])
	}
	if s.approved != nil && s.approved.has(doc) {
		sum += s.Approval
	}
	return sum
}

// ceilingSteps is how many steps of a ceiling are maxSignals.
const ceilingSteps = math.MaxUint8

// ceilings gives for each document at least what is added to its score beside approval, in steps, kept until other signals
// are asked about: a byte is read where all that they are made of need not be.
func (s *signals) ceilings() []uint8 {
	a, of := s.arrays, *s.Signals
	of.Approval = 0
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ceilings == nil || a.ceilingsOf != of {
		a.ceilings, a.ceilingsOf = make([]uint8, a.docs), of
		unapproved := *s
		unapproved.approved = nil
		for doc := range a.docs {
			a.ceilings[doc] = uint8(min(ceilingSteps, math.Ceil(unapproved.of(doc)*ceilingSteps/maxSignals)))
		}
	}
	return a.ceilings
}

// mostApproval is the most that approval adds.
func (s *signals) mostApproval() float64 {
	if s.approved == nil {
		return 0
	}
	return s.Approval
}
