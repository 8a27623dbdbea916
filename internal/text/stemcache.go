package text

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// stemCache remembers the stems of words that came lately: a few thousand words make up most of all texts. A word
// has one place, and takes it from whatever stood there, so that it never grows. It is safe for use by many goroutines.
var stemCache [1 << 15]atomic.Pointer[stemmed]

type stemmed struct{ lower, lang, stem string }

var stemSeed = maphash.MakeSeed()

func stemPlace(lower, lang string) *atomic.Pointer[stemmed] {
	h := maphash.String(stemSeed, lower)
	for i := range len(lang) {
		h = h*31 + uint64(lang[i])
	}
	return &stemCache[h%uint64(len(stemCache))]
}

// cachedStem gives the stem of a word, by stem where it is not remembered.
func cachedStem(lower, lang string, stem func() string) string {
	place := stemPlace(lower, lang)
	if known := place.Load(); known != nil && known.lower == lower && known.lang == lang {
		return known.stem
	}
	// Words are mostly parts of a text, which should not be kept for their sake.
	s := &stemmed{strings.Clone(lower), strings.Clone(lang), strings.Clone(stem())}
	place.Store(s)
	return s.stem
}
