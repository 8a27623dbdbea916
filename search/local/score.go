package local

import (
	"math"

	"github.com/RoaringBitmap/roaring/v2"

	"semdex/search"
)

// BM25 (S. Robertson and H. Zaragoza, The Probabilistic Relevance Framework, 2009). A word is one term,
// whatever forms it stands in. Texts of assets are short, so length counts for less than in prose.
const (
	bm25K1 = 1.2
	bm25B  = 0.5
)

// boosted are the fields in which a word counts again, and how much.
var boosted = []struct {
	field string
	boost float64
}{{fieldTitle, 2.0}, {fieldLabels, 1.5}}

// maxCounted is for how many words it is counted how often they stand. Where a prefix stands for more, each
// document counts once.
const maxCounted = 256

// scorer scores texts in one part, for the documents that are wanted alone.
type scorer struct {
	*matcher
	lexis      *lexis
	wanted     *roaring.Bitmap
	set        bitset // wanted
	found      int    // how many are wanted
	length     *numbers
	statistics *search.Statistics
	seen       []float32 // by document, zeros: how often the forms of a word stand in a field, while they are read
	sums       []float32 // by document, zeros: how often they stand in several fields
	times      []float32 // by document, zeros: for a tally
}

// add adds the score of a text to the scores, by document.
func (s *scorer) add(t *scored, known *matched, scores []float32) error {
	assets, frequent, average := float64(s.statistics.Assets), s.statistics.Frequent[t.number], max(1, s.statistics.Words)
	idf := math.Log(1 + max(0.5, assets-frequent+0.5)/(frequent+0.5)) // deleted documents are counted until their segment is merged
	whole := func(doc uint32, times float32) {
		length := max(1, float64(s.length.at(doc)))
		norm := bm25K1 * (1 - bm25B + bm25B*length/average)
		scores[doc] += float32(idf * float64(times) * (bm25K1 + 1) / (float64(times) + norm))
	}
	again := func(field int) func(doc uint32, times float32) {
		factor := boosted[field].boost * idf * (bm25K1 + 1)
		return func(doc uint32, times float32) {
			scores[doc] += float32(factor * float64(times) / (float64(times) + bm25K1))
		}
	}
	counted, err := s.tally(t, known)
	if err != nil {
		return err
	}
	if counted != nil {
		s.read(counted, whole, again)
		return nil
	}
	if err := s.countAll(t, known, whole); err != nil {
		return err
	}
	for i := range boosted {
		if err := s.count(boosted[i].field, t, again(i)); err != nil {
			return err
		}
	}
	return nil
}

// countAll calls yield with the wanted documents in which a text stands, and how often in all. known says where it
// stands.
func (s *scorer) countAll(t *scored, known *matched, yield func(doc uint32, times float32)) error {
	if known.times != nil {
		for i, doc := range known.list {
			if s.wanted.Contains(doc) {
				yield(doc, known.times[i])
			}
		}
		return nil
	}
	var docs []uint32
	for _, field := range fieldsOf(t.evidence) {
		err := s.count(field, t, func(doc uint32, times float32) {
			if s.sums[doc] == 0 {
				docs = append(docs, doc)
			}
			s.sums[doc] += times
		})
		if err != nil {
			return err
		}
	}
	for _, doc := range docs {
		yield(doc, s.sums[doc])
		s.sums[doc] = 0
	}
	return nil
}

// count calls yield with the wanted documents in which a text stands in a field, and how often.
func (s *scorer) count(field string, t *scored, yield func(doc uint32, times float32)) error {
	positions, err := s.positions(field, t.evidence)
	switch {
	case err != nil || len(positions) == 0:
		return err
	case len(positions) > 1:
		found, err := s.phrase(field, positions, s.wanted)
		if err != nil {
			return err
		}
		for i, doc := range found.docs {
			yield(doc, float32(len(found.starts[i])))
		}
		return nil
	case len(positions[0]) > maxCounted:
		docs, _, err := s.union(field, positions[0])
		if docs != nil {
			eachOf(roaring.And(docs, s.wanted), func(doc uint32) { yield(doc, 1) })
		}
		return err
	case len(positions[0]) == 1:
		return s.form(field, positions[0][0], yield)
	}
	return s.forms(field, positions[0], yield)
}

// form counts a single form.
func (s *scorer) form(field, form string, yield func(doc uint32, times float32)) error {
	list, err := s.postings(field, form)
	if err != nil || list == nil {
		return err
	}
	it := list.Iterator(true, false, false, nil)
	restricted := among(it, s.wanted)
	for {
		p, err := it.Next()
		if err != nil || p == nil {
			return err
		}
		if doc := uint32(p.Number()); restricted || s.wanted.Contains(doc) {
			yield(doc, float32(p.Frequency()))
		}
	}
}

// forms counts a word by its most frequent form, since one word of a text may be indexed in several.
func (s *scorer) forms(field string, forms []string, yield func(doc uint32, times float32)) error {
	var docs []uint32
	for _, form := range forms {
		err := s.form(field, form, func(doc uint32, times float32) {
			if s.seen[doc] == 0 {
				docs = append(docs, doc)
			}
			s.seen[doc] = max(s.seen[doc], times)
		})
		if err != nil {
			return err
		}
	}
	for _, doc := range docs {
		yield(doc, s.seen[doc])
		s.seen[doc] = 0
	}
	return nil
}
