package local

import (
	"container/heap"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// bound keeps the highest numbers seen: a document below the least of them cannot be among the hits to give.
type bound struct {
	size    int
	highest numberHeap
}

// least gives what a number must reach.
func (b *bound) least() int64 {
	if len(b.highest) < b.size {
		return math.MinInt64
	}
	return b.highest[0]
}

func (b *bound) add(n int64) {
	switch {
	case len(b.highest) < b.size:
		heap.Push(&b.highest, n)
	case n > b.highest[0]:
		b.highest[0] = n
		heap.Fix(&b.highest, 0)
	}
}

type numberHeap []int64

func (h numberHeap) Len() int           { return len(h) }
func (h numberHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h numberHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *numberHeap) Push(x any)        { *h = append(*h, x.(int64)) }
func (h *numberHeap) Pop() any {
	n := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return n
}

// first is a number that decides the order of hits before everything else, the higher the better, or what it lies
// between.
type first struct {
	of    func(docs []uint32, bound int64, least, most []int64) // what is surely below bound need not be told any closer
	after int64                                                 // of the hit to go on after; what is surely higher was given before
	local bool                                                  // it says nothing of other parts
	score bool                                                  // it is the score
}

// batch is how many documents are looked at together.
const batch = 512

// unscreened is how many documents are looked at before others are screened.
var unscreened = batch

// promising gives the hits of a part that may be among those to give, rising.
func (t *topHits) promising(f *found) []uint32 {
	first, ok := t.first(f)
	if !ok {
		return f.listed()
	}
	best := &t.best
	if first.local {
		best = &bound{size: t.wanted}
	}
	screen := t.screenOf(f, first)
	var least, most [batch]int64
	bound := best.least()
	docs := f.listed()
	kept, numbers := docs[:0], f.ranks.numbers[:0]
	for from, n := 0, unscreened; from < len(docs); from, n = from+n, 2*n {
		n = min(n, len(docs)-from)
		for chunk := range slices.Chunk(screen.let(docs[from:from+n], bound), batch) {
			first.of(chunk, bound, least[:len(chunk)], most[:len(chunk)])
			for i, doc := range chunk {
				if most[i] < bound || least[i] > first.after {
					continue
				}
				if least[i] > bound && (most[i] < first.after || t.after == nil) {
					best.add(least[i])
					bound = best.least()
				}
				kept, numbers = append(kept, doc), append(numbers, most[i])
			}
		}
	}
	f.ranks.numbers = numbers
	docs, kept = kept, kept[:0]
	for i, doc := range docs {
		if numbers[i] >= bound {
			kept = append(kept, doc)
		}
	}
	return kept
}

// first gives what decides first among the hits of a part; not ok where that is no number.
func (t *topHits) first(f *found) (first, bool) {
	if len(t.sort) == 0 {
		return t.byScore(f), true
	}
	if f.pinned != nil && len(t.run.plan.Sort) == 0 {
		return first{}, false // a pin decides before the key
	}
	out, ok := t.byKey(f)
	if ok && !t.sort[0].Desc { // the least comes first
		of := out.of
		out.of = func(docs []uint32, _ int64, least, most []int64) {
			of(docs, math.MinInt64, most, least)
			for i := range docs {
				least[i], most[i] = ^least[i], ^most[i]
			}
		}
		out.after, out.score = ^out.after, false
	}
	if t.after == nil || t.after.score > scoreFound { // what is pinned comes first whatever its key
		out.after = math.MaxInt64
	}
	return out, ok
}

func (t *topHits) byScore(f *found) first {
	out := first{after: math.MaxInt64, score: true, of: func(docs []uint32, bound int64, least, most []int64) { t.run.bounds(f, docs, bound, least, most) }}
	if t.after != nil {
		out.after = boundOf(t.after.score)
	}
	return out
}

// byKey reads the first sort key, where it is a number or has the order of one.
func (t *topHits) byKey(f *found) (out first, ok bool) {
	var after sortValue
	if t.after != nil && len(t.after.keys) > 0 {
		after = t.after.keys[0]
	}
	switch c := t.columns[0]; {
	case c.isNumber:
		return first{of: exactly(c.numbers.at), after: after.number}, true
	case c.isString && c.strings != nil: // even numbers are places, odd ones lie between them
		place, found := c.strings.find(after.text)
		if out.after = int64(2 * place); !found {
			out.after--
		}
		out.of, out.local = exactly(func(doc uint32) int64 { return 2 * int64(c.strings.places[doc]) }), true
		return out, true
	case t.sort[0].Field == "score":
		return t.byScore(f), true
	}
	return out, false
}

// exactly is for a number that is known of each document.
func exactly(of func(doc uint32) int64) func(docs []uint32, bound int64, least, most []int64) {
	return func(docs []uint32, _ int64, least, most []int64) {
		for i, doc := range docs {
			least[i] = of(doc)
			most[i] = least[i]
		}
	}
}

// scoreTexts scores the texts of a part, for the documents given.
func (r *run) scoreTexts(partIndex int, f *found, docs []uint32) error {
	var s *scorer
	part := &r.view.parts[partIndex]
	for i, g := range r.groups {
		if !g.scored {
			continue
		}
		if s == nil {
			s = r.newScorer(part, f, docs)
		}
		f.scores[i] = f.borrow(part.arrays.docs)
		for _, t := range g.texts {
			if !t.evidence.Scored || t.parts[partIndex].docs == 0 {
				continue
			}
			if err := s.add(t, t.parts[partIndex], f.scores[i]); err != nil {
				return err
			}
		}
	}
	if s != nil {
		f.giveBack(s.seen)
		f.giveBack(s.sums)
		f.giveBack(s.times)
	}
	return nil
}

func (r *run) newScorer(p *part, f *found, docs []uint32) *scorer {
	n := p.arrays.docs
	s := &scorer{matcher: newMatcher(p.segment), lexis: p.lexis, wanted: roaring.BitmapOf(docs...), set: f.bitset(n), found: len(docs),
		length: p.arrays.length, statistics: &r.statistics, seen: f.borrow(n), sums: f.borrow(n), times: f.borrow(n)}
	for _, doc := range docs {
		s.set.set(doc)
	}
	return s
}

// returnScores gives back what scoreTexts borrowed.
func (f *found) returnScores(docs []uint32) {
	for i, scores := range f.scores {
		if scores == nil {
			continue
		}
		for _, doc := range docs {
			scores[doc] = 0
		}
		f.giveBack(scores)
		f.scores[i] = nil
	}
}
