package local

import (
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"semdex/search"
)

// matcher finds texts in one segment. It reads each dictionary once, and looks each term up once: the labels of concepts
// that belong together share their words. One goroutine at a time uses it.
type matcher struct {
	segment      segment.Segment
	dictionaries map[string]segment.TermDictionary
	lists        map[fieldTerm]segment.PostingsList // nil where the field does not hold the term
}

type fieldTerm struct{ field, term string }

func newMatcher(s segment.Segment) *matcher {
	return &matcher{segment: s, dictionaries: map[string]segment.TermDictionary{}, lists: map[fieldTerm]segment.PostingsList{}}
}

func (m *matcher) dictionary(field string) (segment.TermDictionary, error) {
	if d := m.dictionaries[field]; d != nil {
		return d, nil
	}
	d, err := m.segment.Dictionary(field)
	m.dictionaries[field] = d
	return d, err
}

// anywhere are the fields that hold every word of an asset once; a text of it lies in one of them.
var anywhere = []string{fieldMain, fieldRest}

// fieldsOf gives the fields in which the text counts.
func fieldsOf(t *search.TextEvidence) []string {
	if t.Where == search.Main {
		return anywhere[:1]
	}
	return anywhere
}

// find gives the documents in which the text stands, and of scored phrases how often.
func (m *matcher) find(t *search.TextEvidence) (*matched, error) {
	found, err := m.stands(t)
	if err != nil {
		return nil, fmt.Errorf("look for %q: %w", describe(t), err)
	}
	return found, nil
}

func (m *matcher) stands(t *search.TextEvidence) (*matched, error) {
	switch {
	case len(t.Except) > 0:
		return m.outside(t)
	case len(t.Terms) == 1:
		return m.word(t)
	}
	found := &counted{}
	for _, field := range fieldsOf(t) {
		positions, err := m.positions(field, t)
		if err != nil || len(positions) == 0 {
			return nowhere, err
		}
		here, err := m.phrase(field, positions, nil)
		if err != nil {
			return nowhere, err
		}
		found = found.with(here.count())
	}
	switch {
	case len(found.docs) == 0:
		return nowhere, nil
	case t.Scored:
		return &matched{docs: len(found.docs), list: found.docs, times: found.times}, nil
	}
	return matchedBy(roaring.BitmapOf(found.docs...), true), nil
}

// word is stands for a text of one word.
func (m *matcher) word(t *search.TextEvidence) (*matched, error) {
	var all []*roaring.Bitmap
	for _, field := range fieldsOf(t) {
		positions, err := m.positions(field, t)
		if err != nil {
			return nowhere, err
		}
		if all, err = m.appendBitmaps(all, field, positions[0]); err != nil {
			return nowhere, err
		}
	}
	docs, own := unionOf(all)
	return matchedBy(docs, own), nil
}

// counted are documents, rising, and how often something stands in each.
type counted struct {
	docs  []uint32
	times []float32
}

// with adds up both.
func (c *counted) with(other *counted) *counted {
	if len(c.docs) == 0 {
		return other
	}
	if len(other.docs) == 0 {
		return c
	}
	sum := &counted{}
	for i, j := 0, 0; i < len(c.docs) || j < len(other.docs); {
		switch {
		case j == len(other.docs) || i < len(c.docs) && c.docs[i] < other.docs[j]:
			sum.add(c.docs[i], c.times[i])
			i++
		case i == len(c.docs) || other.docs[j] < c.docs[i]:
			sum.add(other.docs[j], other.times[j])
			j++
		default:
			sum.add(c.docs[i], c.times[i]+other.times[j])
			i, j = i+1, j+1
		}
	}
	return sum
}

func (c *counted) add(doc uint32, times float32) {
	c.docs, c.times = append(c.docs, doc), append(c.times, times)
}

// positions gives the words that may stand at each position of a text, a prefix completed.
func (m *matcher) positions(field string, t *search.TextEvidence) ([][]string, error) {
	if !t.Prefix || len(t.Terms) == 0 {
		return t.Terms, nil
	}
	last := len(t.Terms) - 1
	completed, err := m.complete(field, t.Terms[last][0])
	return append(t.Terms[:last:last], completed), err
}

// complete gives the words of the field that begin so.
func (m *matcher) complete(field, prefix string) ([]string, error) {
	d, err := m.dictionary(field)
	if err != nil {
		return nil, err
	}
	var words []string
	all := terms(d, []byte(prefix), append([]byte(prefix), 0xff))
	for {
		entry, err := all.Next()
		if err != nil || entry == nil {
			return words, err
		}
		words = append(words, entry.Term)
	}
}

// postings gives the list of a term, nil where the field does not hold it.
func (m *matcher) postings(field, term string) (segment.PostingsList, error) {
	key := fieldTerm{field, term}
	if list, known := m.lists[key]; known {
		return list, nil
	}
	d, err := m.dictionary(field)
	if err != nil {
		return nil, err
	}
	list, err := d.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return nil, err
	}
	if list != nil && list.Count() == 0 {
		list = nil
	}
	m.lists[key] = list
	return list, nil
}

// bitmap gives the documents that hold a term, nil for none. It may belong to the segment.
func (m *matcher) bitmap(field, term string) (*roaring.Bitmap, error) {
	list, err := m.postings(field, term)
	if err != nil || list == nil {
		return nil, err
	}
	return bitmapOf(list.Iterator(false, false, false, nil))
}

// union gives the documents that hold any of the forms, nil for none. Unless own, the bitmap may belong to the segment.
func (m *matcher) union(field string, forms []string) (docs *roaring.Bitmap, own bool, err error) {
	all, err := m.appendBitmaps(nil, field, forms)
	docs, own = unionOf(all)
	return docs, own, err
}

// appendBitmaps appends the documents of each form that any holds.
func (m *matcher) appendBitmaps(all []*roaring.Bitmap, field string, forms []string) ([]*roaring.Bitmap, error) {
	for _, form := range forms {
		found, err := m.bitmap(field, form)
		if err != nil {
			return nil, err
		}
		if found != nil {
			all = append(all, found)
		}
	}
	return all, nil
}

// unionOf gives the documents of any of the bitmaps, nil for none. Unless own, the bitmap is one of them.
func unionOf(all []*roaring.Bitmap) (docs *roaring.Bitmap, own bool) {
	switch len(all) {
	case 0:
		return nil, false
	case 1:
		return all[0], false
	}
	return roaring.FastOr(all...), true
}

// outside is stands for a text of which some occurrences do not count, as they lie within longer phrases.
func (m *matcher) outside(t *search.TextEvidence) (*matched, error) {
	var all []*roaring.Bitmap
	for _, field := range fieldsOf(t) {
		positions, err := m.positions(field, t)
		if err != nil {
			return nowhere, err
		}
		docs, err := m.outsideIn(field, positions, t.Except)
		if err != nil {
			return nowhere, err
		}
		if docs != nil {
			all = append(all, docs)
		}
	}
	docs, own := unionOf(all)
	return matchedBy(docs, own), nil
}

// outsideIn gives the documents in which the positions stand in a field outside of all longer phrases, nil for none. Only
// those in which a longer phrase stands are looked into.
func (m *matcher) outsideIn(field string, positions [][]string, longer [][][]string) (*roaring.Bitmap, error) {
	docs, own, err := m.standing(field, positions)
	if err != nil || docs == nil {
		return nil, err
	}
	var phrases []*placed
	var lengths []int
	touched := roaring.New()
	for _, words := range longer {
		found, err := m.phrase(field, words, docs)
		if err != nil {
			return nil, err
		}
		if len(found.docs) > 0 {
			phrases, lengths = append(phrases, found), append(lengths, len(words))
			touched.AddMany(found.docs)
		}
	}
	if len(phrases) == 0 {
		return docs, nil
	}
	if !own {
		docs = docs.Clone()
	}
	found, err := m.phrase(field, positions, touched)
	if err != nil {
		return nil, err
	}
	for i, doc := range found.docs {
		free := slices.DeleteFunc(found.starts[i], func(start uint64) bool {
			for j, p := range phrases {
				if p.covers(doc, start, len(positions), lengths[j]) {
					return true
				}
			}
			return false
		})
		if len(free) == 0 {
			docs.Remove(doc)
		}
	}
	return docs, nil
}

// standing gives the documents in which the positions stand one after the other, nil for none. Unless own, the bitmap may
// belong to the segment.
func (m *matcher) standing(field string, positions [][]string) (docs *roaring.Bitmap, own bool, err error) {
	if len(positions) == 1 {
		return m.union(field, positions[0])
	}
	found, err := m.phrase(field, positions, nil)
	if err != nil || len(found.docs) == 0 {
		return nil, false, err
	}
	return roaring.BitmapOf(found.docs...), true, nil
}

// placed are documents, rising, and where something begins in each.
type placed struct {
	docs   []uint32
	starts [][]uint64
}

// covers reports whether so many words at start lie within one of the phrases, which are so long.
func (p *placed) covers(doc uint32, start uint64, words, length int) bool {
	i, found := slices.BinarySearch(p.docs, doc)
	return found && slices.ContainsFunc(p.starts[i], func(begin uint64) bool {
		return begin <= start && start+uint64(words) <= begin+uint64(length)
	})
}

func (p *placed) count() *counted {
	c := &counted{docs: p.docs, times: make([]float32, len(p.docs))}
	for i := range p.starts {
		c.times[i] = float32(len(p.starts[i]))
	}
	return c
}

// phrase gives the documents in which the positions stand one after the other, and where, those of a set alone
// unless that is nil. Most labels have a word that is nowhere, or never near the others: those end before any position
// is read.
func (m *matcher) phrase(field string, positions [][]string, within *roaring.Bitmap) (*placed, error) {
	candidates := within
	for _, forms := range positions {
		docs, _, err := m.union(field, forms)
		if err != nil || docs == nil {
			return &placed{}, err
		}
		if candidates == nil {
			candidates = docs
		} else {
			candidates = roaring.And(candidates, docs)
		}
		if candidates.IsEmpty() {
			return &placed{}, nil
		}
	}
	return m.adjacent(field, positions, candidates)
}

// adjacent keeps the candidates in which the positions follow one another, and tells where they begin.
func (m *matcher) adjacent(field string, positions [][]string, candidates *roaring.Bitmap) (*placed, error) {
	all := candidates.ToArray()
	starts := make([][]uint64, len(all)) // positions where the phrase so far would have begun
	for i, forms := range positions {
		here := make([][]uint64, len(all))
		for _, form := range forms {
			if err := m.follow(field, form, uint64(i), all, candidates, starts, here); err != nil {
				return nil, err
			}
		}
		starts = here
	}
	found := &placed{}
	for i, doc := range all {
		if len(starts[i]) > 0 {
			found.docs, found.starts = append(found.docs, doc), append(found.starts, starts[i])
		}
	}
	return found, nil
}

// follow notes for each candidate where the phrase would begin if form, its word number at, stands there.
func (m *matcher) follow(field, form string, at uint64, all []uint32, candidates *roaring.Bitmap, before, here [][]uint64) error {
	list, err := m.postings(field, form)
	if err != nil || list == nil {
		return err
	}
	it := list.Iterator(true, true, true, nil)
	among(it, candidates)
	for i := 0; ; {
		p, err := it.Next()
		if err != nil || p == nil {
			return err
		}
		for i < len(all) && uint64(all[i]) < p.Number() {
			i++
		}
		if i == len(all) {
			return nil
		}
		if uint64(all[i]) != p.Number() {
			continue
		}
		for _, l := range p.Locations() {
			if start := l.Pos() - at; at == 0 || contains(before[i], start) {
				here[i] = addNew(here[i], start)
			}
		}
	}
}

func contains(list []uint64, n uint64) bool {
	for _, m := range list {
		if m == n {
			return true
		}
	}
	return false
}

func addNew(list []uint64, n uint64) []uint64 {
	if contains(list, n) {
		return list
	}
	return append(list, n)
}

// among restricts an iterator to documents of a set, where it has a bitmap. It reports whether it did.
func among(it segment.PostingsIterator, docs *roaring.Bitmap) bool {
	o, ok := it.(segment.OptimizablePostingsIterator)
	if !ok || o.ActualBitmap() == nil {
		return false
	}
	if both := roaring.And(o.ActualBitmap(), docs); both.GetCardinality() < o.ActualBitmap().GetCardinality() {
		o.ReplaceActual(both)
	}
	return true
}

// scored is a text with its matches in every part.
type scored struct {
	evidence *search.TextEvidence
	order    int // of the evidence in its group
	level    uint16
	parts    []*matched
	frequent float64 // documents that hold it
	number   int     // among the scored texts of the plan
}

// holds reports whether the text stands in the document.
func (s *scored) holds(partIndex int, doc uint32) bool { return s.parts[partIndex].has(doc) }

// match finds all texts of a plan in all parts.
func (v *view) match(groups []search.Group) ([]*scored, error) {
	var texts []*search.TextEvidence
	for i := range groups {
		for j := range groups[i].Texts {
			texts = append(texts, &groups[i].Texts[j])
		}
	}
	if len(texts) == 0 {
		return nil, nil
	}
	out := v.unmatched(groups, len(texts))
	lexicon := v.lexicons.newest()
	numbers := lexicon.number(texts)
	err := v.eachPart(func(i int) error {
		found, err := v.parts[i].lexis.find(lexicon, numbers, texts)
		for j, m := range found {
			out[j].parts[i] = m
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, s := range out {
		for _, m := range s.parts {
			if m != nowhere {
				s.frequent += float64(m.docs)
			}
		}
	}
	return out, nil
}

// unmatched makes room for what is found of n texts in one piece: a large concept has thousands of labels.
func (v *view) unmatched(groups []search.Group, n int) []*scored {
	all, parts, out := make([]scored, n), make([]*matched, n*len(v.parts)), make([]*scored, 0, n)
	for i := range groups {
		for j := range groups[i].Texts {
			s := &all[len(out)]
			*s = scored{evidence: &groups[i].Texts[j], order: j, parts: parts[:len(v.parts):len(v.parts)]}
			parts, out = parts[len(v.parts):], append(out, s)
		}
	}
	return out
}
