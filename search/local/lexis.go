package local

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"semdex/search"
)

// lexicon numbers the texts that queries ask for, so that what a segment knows of one is found by its number.
type lexicon struct {
	mu      sync.RWMutex
	numbers map[string]uint32
}

// maxTexts bounds how many texts have a number; then a new lexicon begins.
const maxTexts = 1 << 16

// lexicons give one lexicon after the other.
type lexicons struct{ current atomic.Pointer[lexicon] }

func newLexicons() *lexicons {
	l := &lexicons{}
	l.current.Store(newLexicon())
	return l
}

// newest gives the lexicon that a search goes by to its end, a new one where the one before is full.
func (l *lexicons) newest() *lexicon {
	now := l.current.Load()
	if now.full() {
		l.current.CompareAndSwap(now, newLexicon()) // unless another search came first
		now = l.current.Load()
	}
	return now
}

func newLexicon() *lexicon { return &lexicon{numbers: map[string]uint32{}} }

// number gives the numbers of texts.
func (l *lexicon) number(texts []*search.TextEvidence) []uint32 {
	numbers := make([]uint32, len(texts))
	var missing []int
	var key []byte
	l.mu.RLock()
	for i, t := range texts {
		key = appendText(key[:0], t)
		n, known := l.numbers[string(key)]
		if numbers[i] = n; !known {
			missing = append(missing, i)
		}
	}
	l.mu.RUnlock()
	if missing == nil {
		return numbers
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, i := range missing {
		key = appendText(key[:0], texts[i])
		n, known := l.numbers[string(key)]
		if !known {
			n = uint32(len(l.numbers))
			l.numbers[string(key)] = n
		}
		numbers[i] = n
	}
	return numbers
}

func (l *lexicon) full() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.numbers) >= maxTexts
}

// appendText writes down what decides where a text stands: its words, what they must not stand within, and its place, not its class or weight.
func appendText(key []byte, t *search.TextEvidence) []byte {
	flags := byte('a')
	if t.Prefix {
		flags++
	}
	if t.Scored {
		flags += 2
	}
	if t.Where == search.Main {
		flags += 4
	}
	key = appendWords(append(key, flags), t.Terms)
	for _, phrase := range t.Except {
		key = appendWords(append(key, 2), phrase)
	}
	return key
}

func appendWords(key []byte, terms [][]string) []byte {
	for _, forms := range terms {
		for _, form := range forms {
			key = append(append(key, form...), 0)
		}
		key = append(key, 1)
	}
	return key
}

// lexis remembers where the texts that were asked for stand in one segment. What it gives may lie in the segment's
// memory, so it is dropped with it.
type lexis struct {
	segment segment.Segment
	docs    uint32

	mu    sync.RWMutex
	by    *lexicon
	known []*matched // by number in that lexicon; nil is not known yet
	bytes int
	odd   bool // which half was kept when it was full
}

// What a lexis remembers takes little more bytes than this and so many for each document; then it forgets half of it.
var (
	lexisBytes    = 256 << 10
	lexisPerAsset = 48
)

func newLexis(s segment.Segment, docs uint32) *lexis { return &lexis{segment: s, docs: docs} }

// find gives where texts stand.
func (l *lexis) find(by *lexicon, numbers []uint32, texts []*search.TextEvidence) ([]*matched, error) {
	found := make([]*matched, len(texts))
	var missing []int
	l.mu.RLock()
	for i, n := range numbers {
		if l.by == by && int(n) < len(l.known) {
			found[i] = l.known[n]
		}
		if found[i] == nil {
			missing = append(missing, i)
		}
	}
	l.mu.RUnlock()
	if missing == nil {
		return found, nil
	}
	m := newMatcher(l.segment)
	for _, i := range missing {
		var err error
		if found[i], err = m.find(texts[i]); err != nil {
			return nil, err
		}
	}
	l.keep(by, numbers, found, missing)
	return found, nil
}

func (l *lexis) keep(by *lexicon, numbers []uint32, found []*matched, missing []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by != by {
		l.by, l.known, l.bytes = by, nil, 0
	}
	if l.bytes > lexisBytes+lexisPerAsset*int(l.docs) {
		l.forget()
	}
	for _, i := range missing {
		n := int(numbers[i])
		if n >= len(l.known) {
			l.known = append(l.known, make([]*matched, n+1-len(l.known))...)
		}
		if l.known[n] == nil { // else another search came first
			l.known[n] = found[i]
			l.bytes += found[i].size()
		}
	}
}

// grow takes in that more is remembered of a text.
func (l *lexis) grow(bytes int) {
	l.mu.Lock()
	l.bytes += bytes
	l.mu.Unlock()
}

// forget drops every other text.
func (l *lexis) forget() {
	l.odd = !l.odd
	l.bytes = 0
	for n, m := range l.known {
		switch {
		case m == nil:
		case (n%2 == 1) == l.odd:
			l.bytes += m.size()
		default:
			l.known[n] = nil
		}
	}
}

// matched are the documents of one segment in which a text stands: few in a list, many in a bitmap.
type matched struct {
	docs   int // how many they are
	list   []uint32
	bitmap *roaring.Bitmap
	own    bool      // the bitmap takes memory of its own
	times  []float32 // by place in list, how often a phrase stands; nil where it was not counted
	tally  atomic.Pointer[tally]
}

var nowhere = &matched{}

// fewMatches is how many documents are held in a list.
var fewMatches = 1024

func matchedBy(docs *roaring.Bitmap, own bool) *matched {
	switch {
	case docs == nil || docs.IsEmpty():
		return nowhere
	case docs.GetCardinality() <= uint64(fewMatches):
		list := docs.ToArray()
		return &matched{docs: len(list), list: list}
	}
	return &matched{docs: int(docs.GetCardinality()), bitmap: docs, own: own}
}

func (m *matched) has(doc uint32) bool {
	if m.bitmap != nil {
		return m.bitmap.Contains(doc)
	}
	_, found := slices.BinarySearch(m.list, doc)
	return found
}

func (m *matched) addTo(b bitset) {
	if m.bitmap != nil {
		b.addBitmap(m.bitmap)
	}
	for _, doc := range m.list {
		b.set(doc)
	}
}

// size is about how many bytes it takes.
func (m *matched) size() int {
	if m == nowhere {
		return 0
	}
	n := 80 + 4*len(m.list) + 4*len(m.times)
	if c := m.tally.Load(); c != nil {
		n += c.size()
	}
	if m.bitmap != nil {
		n += 512 // of its containers, which lie in the segment
		if m.own {
			n += int(m.bitmap.GetSizeInBytes())
		}
	}
	return n
}

// describe is for errors.
func describe(t *search.TextEvidence) string {
	var words []string
	for _, forms := range t.Terms {
		words = append(words, strings.Join(forms, "/"))
	}
	return strings.Join(words, " ")
}
