package local

import (
	"math"

	"github.com/RoaringBitmap/roaring/v2"
)

// tally says how often a text stands in each document of a segment: bleve unpacks that slowly, so it is kept with where
// the text stands.
type tally struct {
	docs  []uint32
	times []uint16   // in all
	again [][]uint16 // by boosted
}

func (t *tally) size() int { return 4*len(t.docs) + 2*(1+len(boosted))*len(t.docs) }

// tallyShare is how few of the documents of a text may be wanted for all of them to be counted: one of so many.
var tallyShare = 8

// tally gives what is known of a text in the segment, or finds it out where much of it is wanted; else nil.
func (s *scorer) tally(t *scored, known *matched) (*tally, error) {
	if c := known.tally.Load(); c != nil {
		return c, nil
	}
	if s.found*tallyShare < known.docs {
		return nil, nil
	}
	c, err := s.countEverywhere(t, known)
	if err == nil && c != nil && known.tally.CompareAndSwap(nil, c) {
		s.lexis.grow(c.size())
	}
	return c, err
}

// countEverywhere counts a text in all documents where it stands; nil where it stands too often somewhere.
func (s *scorer) countEverywhere(t *scored, known *matched) (*tally, error) {
	all := *s
	all.wanted = known.bitmap
	if all.wanted == nil {
		all.wanted = roaring.BitmapOf(known.list...)
	}
	c := &tally{docs: all.wanted.ToArray()}
	most := float32(0)
	take := func(count func(func(doc uint32, times float32)) error) ([]uint16, error) {
		times := make([]uint16, len(c.docs))
		err := count(func(doc uint32, n float32) {
			most = max(most, n)
			s.times[doc] = n
		})
		for i, doc := range c.docs {
			times[i] = uint16(min(s.times[doc], math.MaxUint16))
			s.times[doc] = 0
		}
		return times, err
	}
	var err error
	if c.times, err = take(func(yield func(uint32, float32)) error { return all.countAll(t, known, yield) }); err != nil {
		return nil, err
	}
	for i := range boosted {
		times, err := take(func(yield func(uint32, float32)) error { return all.count(boosted[i].field, t, yield) })
		if err != nil {
			return nil, err
		}
		c.again = append(c.again, times)
	}
	if most > math.MaxUint16 {
		return nil, nil
	}
	return c, nil
}

// read gives what a tally says of the wanted documents.
func (s *scorer) read(c *tally, whole func(doc uint32, times float32), again func(field int) func(doc uint32, times float32)) {
	for i, doc := range c.docs {
		if n := c.times[i]; n > 0 && s.set.has(doc) {
			whole(doc, float32(n))
		}
	}
	for field, times := range c.again {
		yield := again(field)
		for i, n := range times {
			if n > 0 && s.set.has(c.docs[i]) {
				yield(c.docs[i], float32(n))
			}
		}
	}
}
