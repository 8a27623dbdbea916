package local

import (
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

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

// occurrences are the documents of one part in which a text stands, rising, with how often.
type occurrences struct {
	docs  []uint32
	times []float32 // nil where it was not counted
}

// matcher finds texts in one part. It reads each dictionary once.
type matcher struct {
	part         *part
	dictionaries map[string]segment.TermDictionary
}

func newMatcher(p *part) *matcher {
	return &matcher{part: p, dictionaries: map[string]segment.TermDictionary{}}
}

func (m *matcher) dictionary(field string) (segment.TermDictionary, error) {
	if d := m.dictionaries[field]; d != nil {
		return d, nil
	}
	d, err := m.part.segment.Dictionary(field)
	m.dictionaries[field] = d
	return d, err
}

// find gives the documents in which the text stands in the field; counted says to tell how often.
func (m *matcher) find(field string, t *search.TextEvidence, counted bool) (occurrences, error) {
	if len(t.Terms) == 0 {
		return occurrences{}, nil
	}
	positions := slices.Clone(t.Terms)
	if t.Prefix {
		last := len(positions) - 1
		completed, err := m.complete(field, positions[last])
		if err != nil {
			return occurrences{}, err
		}
		positions[last] = completed
	}
	if len(positions) == 1 {
		return m.word(field, positions[0], counted)
	}
	return m.phrase(field, positions, counted)
}

// complete gives the words of the field that begin as one of the forms does.
func (m *matcher) complete(field string, forms []string) ([]string, error) {
	d, err := m.dictionary(field)
	if err != nil {
		return nil, err
	}
	var words []string
	prefix := forms[0]
	end := append([]byte(prefix), 0xff)
	terms := d.AutomatonIterator(nil, []byte(prefix), end)
	for {
		entry, err := terms.Next()
		if err != nil || entry == nil {
			return words, err
		}
		words = append(words, entry.Term)
	}
}

// word gives the documents that hold one of the forms. How often is the count of the most frequent form,
// since one word of a text may be indexed in several.
func (m *matcher) word(field string, forms []string, counted bool) (occurrences, error) {
	if !counted || len(forms) > maxCounted {
		docs, err := m.union(field, forms)
		if err != nil || docs == nil {
			return occurrences{}, err
		}
		o := occurrences{docs: docs.ToArray()}
		if counted {
			o.times = slices.Repeat([]float32{1}, len(o.docs))
		}
		return o, nil
	}
	if len(forms) == 1 {
		return m.count1(field, forms[0])
	}
	times := map[uint32]float32{}
	for _, form := range forms {
		if err := m.count(field, form, times); err != nil {
			return occurrences{}, err
		}
	}
	return inOrder(times), nil
}

func inOrder(times map[uint32]float32) occurrences {
	o := occurrences{docs: make([]uint32, 0, len(times)), times: make([]float32, len(times))}
	for doc := range times {
		o.docs = append(o.docs, doc)
	}
	slices.Sort(o.docs)
	for i, doc := range o.docs {
		o.times[i] = times[doc]
	}
	return o
}

func (m *matcher) count1(field, form string) (o occurrences, err error) {
	list, err := m.postings(field, form)
	if err != nil || list == nil {
		return o, err
	}
	it := list.Iterator(true, false, false, nil)
	for {
		p, err := it.Next()
		if err != nil || p == nil {
			return o, err
		}
		o.docs = append(o.docs, uint32(p.Number()))
		o.times = append(o.times, float32(p.Frequency()))
	}
}

func (m *matcher) count(field, form string, times map[uint32]float32) error {
	list, err := m.postings(field, form)
	if err != nil || list == nil {
		return err
	}
	it := list.Iterator(true, false, false, nil)
	for {
		p, err := it.Next()
		if err != nil || p == nil {
			return err
		}
		doc := uint32(p.Number())
		times[doc] = max(times[doc], float32(p.Frequency()))
	}
}

// postings gives the list of a term, nil where the field does not hold it.
func (m *matcher) postings(field, term string) (segment.PostingsList, error) {
	d, err := m.dictionary(field)
	if err != nil {
		return nil, err
	}
	list, err := d.PostingsList([]byte(term), nil, nil)
	if err != nil || list == nil || list.Count() == 0 {
		return nil, err
	}
	return list, nil
}

// union gives the documents that hold any of the forms, nil for none. The bitmap may belong to the segment.
func (m *matcher) union(field string, forms []string) (*roaring.Bitmap, error) {
	var docs []*roaring.Bitmap
	for _, form := range forms {
		list, err := m.postings(field, form)
		if err != nil {
			return nil, err
		}
		if list == nil {
			continue
		}
		found, err := bitmapOf(list.Iterator(false, false, false, nil))
		if err != nil {
			return nil, err
		}
		docs = append(docs, found)
	}
	switch len(docs) {
	case 0:
		return nil, nil
	case 1:
		return docs[0], nil
	}
	return roaring.FastOr(docs...), nil
}

// phrase gives the documents in which the positions stand one after the other. Most labels have a word that
// is nowhere, or never near the others: those end before any position is read.
func (m *matcher) phrase(field string, positions [][]string, counted bool) (occurrences, error) {
	var candidates *roaring.Bitmap
	for _, forms := range positions {
		docs, err := m.union(field, forms)
		if err != nil || docs == nil {
			return occurrences{}, err
		}
		if candidates == nil {
			candidates = docs
		} else {
			candidates = roaring.And(candidates, docs)
		}
		if candidates.IsEmpty() {
			return occurrences{}, nil
		}
	}
	return m.adjacent(field, positions, candidates.ToArray(), counted)
}

// adjacent keeps the candidates in which the positions follow one another, and counts how often they do.
func (m *matcher) adjacent(field string, positions [][]string, candidates []uint32, counted bool) (occurrences, error) {
	starts := make([]map[uint64]bool, len(candidates)) // positions where the phrase so far would have begun
	for i, forms := range positions {
		here := make([]map[uint64]bool, len(candidates))
		for _, form := range forms {
			if err := m.positions(field, form, uint64(i), candidates, starts, here, i == 0); err != nil {
				return occurrences{}, err
			}
		}
		starts = here
	}
	var o occurrences
	for i, doc := range candidates {
		if len(starts[i]) > 0 {
			o.docs = append(o.docs, doc)
			if counted {
				o.times = append(o.times, float32(len(starts[i])))
			}
		}
	}
	return o, nil
}

// positions notes for each candidate where the phrase would begin if form, its word number at, stands there.
func (m *matcher) positions(field, form string, at uint64, candidates []uint32, before, here []map[uint64]bool, first bool) error {
	list, err := m.postings(field, form)
	if err != nil || list == nil {
		return err
	}
	it := list.Iterator(true, true, true, nil)
	i := 0
	for p, err := it.Next(); i < len(candidates); {
		if err != nil || p == nil {
			return err
		}
		doc := uint32(p.Number())
		switch {
		case doc < candidates[i]:
			p, err = it.Advance(uint64(candidates[i]))
			continue
		case doc > candidates[i]:
			i++
			continue
		}
		for _, l := range p.Locations() {
			if start := l.Pos() - at; first || before[i][start] {
				if here[i] == nil {
					here[i] = map[uint64]bool{}
				}
				here[i][start] = true
			}
		}
		i++
		p, err = it.Next()
	}
	return nil
}

// scored is a text with its matches in every part.
type scored struct {
	evidence *search.TextEvidence
	order    int // of the evidence in its group
	level    uint16
	parts    []map[string]occurrences // by part, by field
	frequent float64                  // documents that hold it
	number   int                      // among the scored texts of the plan
}

// match finds one text in all parts.
func (v *view) match(matchers []*matcher, t *search.TextEvidence, order int, level uint16) (*scored, error) {
	s := &scored{evidence: t, order: order, level: level, parts: make([]map[string]occurrences, len(v.parts))}
	fields := []string{fieldText}
	if t.Scored {
		fields = []string{fieldText, fieldTitle, fieldLabels}
	}
	for i := range v.parts {
		found := map[string]occurrences{}
		for _, field := range fields {
			o, err := matchers[i].find(field, t, t.Scored)
			if err != nil {
				return nil, err
			}
			found[field] = o
			if field == fieldText && len(o.docs) == 0 {
				break // what t:text does not hold, the others do not either
			}
		}
		s.parts[i] = found
		s.frequent += float64(len(found[fieldText].docs))
	}
	return s, nil
}

// holds reports whether the text stands in the document.
func (s *scored) holds(partIndex int, doc uint32) bool {
	_, found := slices.BinarySearch(s.parts[partIndex][fieldText].docs, doc)
	return found
}

// bm25 adds the text's score to the documents of a part.
func (r *run) bm25(s *scored, partIndex int, scores []float32) {
	assets, frequent, average := float64(r.statistics.Assets), r.statistics.Frequent[s.number], max(1, r.statistics.Words)
	idf := math.Log(1 + max(0.5, assets-frequent+0.5)/(frequent+0.5)) // deleted documents are counted until their segment is merged
	arrays := r.view.parts[partIndex].arrays
	for i, doc := range s.parts[partIndex][fieldText].docs {
		times := float64(s.parts[partIndex][fieldText].times[i])
		length := max(1, float64(arrays.number("length", doc)))
		norm := bm25K1 * (1 - bm25B + bm25B*length/average)
		scores[doc] += float32(idf * times * (bm25K1 + 1) / (times + norm))
	}
	for _, more := range boosted {
		o := s.parts[partIndex][more.field]
		for i, doc := range o.docs {
			times := float64(o.times[i])
			scores[doc] += float32(more.boost * idf * times * (bm25K1 + 1) / (times + bm25K1))
		}
	}
}

func (v *view) total() int {
	n := 0
	for _, p := range v.parts {
		n += int(p.arrays.docs)
	}
	return n
}
