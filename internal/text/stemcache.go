package text

import (
	"hash/maphash"
	"sync/atomic"
)

// stemCache remembers the stems of words that came lately: a few thousand words make up most of all texts. A word
// has one place, and takes it from whatever stood there, so that it never grows. It is safe for use by many goroutines.
var stemCache [1 << 15]atomic.Pointer[stemmed]

// stemmed is a word and its stem, side by side in memory: to look one up takes longer to fetch than to compare.
type stemmed struct {
	both  string // the word in lower case, then its stem
	lower int    // where the stem begins, in bytes
	lang  string
}

var stemSeed = maphash.MakeSeed()

func stemPlace(lower, lang string) *atomic.Pointer[stemmed] {
	h := maphash.String(stemSeed, lower)
	for i := range len(lang) {
		h = h*31 + uint64(lang[i])
	}
	return &stemCache[h%uint64(len(stemCache))]
}

// cachedStem gives the stem of a word, by stem where it is not remembered. lang is kept.
func cachedStem(lower, lang string, stem func() string) string {
	place := stemPlace(lower, lang)
	if known := place.Load(); known != nil && known.both[:known.lower] == lower && known.lang == lang {
		return known.both[known.lower:]
	}
	// Words are mostly parts of a text, which should not be kept for their sake.
	s := &stemmed{lower + stem(), len(lower), lang}
	place.Store(s)
	return s.both[s.lower:]
}
