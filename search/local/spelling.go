package local

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"

	"semdex/internal/text"
	"semdex/search"
)

// maxSpellings bounds how many words like one are looked at.
const maxSpellings = 256

// Spellings walks the dictionary of words with a Levenshtein automaton.
func (v *view) Spellings(ctx context.Context, s *search.Spelling) ([]search.Spelled, error) {
	words, err := v.alike(s)
	if err != nil {
		return nil, err
	}
	counts := make([]int, len(words))
	enough := cmp.Or(max(0, s.Enough), math.MaxInt)
	memory := scratches.Get().(*scratch)
	defer scratches.Put(memory)
	for i := range v.parts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		memory.reset()
		permitted, err := v.parts[i].permitted(s.Access, v.dictionary, memory)
		if err != nil {
			return nil, err
		}
		if err := v.parts[i].count(words, counts, enough, permitted); err != nil {
			return nil, err
		}
	}
	var out []search.Spelled
	for i, w := range words {
		if counts[i] > 0 {
			out = append(out, search.Spelled{Word: w, Edits: text.Edits(s.Word, w), Assets: counts[i]})
		}
	}
	slices.SortFunc(out, func(a, b search.Spelled) int {
		return cmp.Or(a.Edits-b.Edits, b.Assets-a.Assets, strings.Compare(a.Word, b.Word))
	})
	return out[:min(len(out), max(0, s.Limit))], nil
}

// alike gives the words of the index that differ from one by few letters.
func (v *view) alike(s *search.Spelling) ([]string, error) {
	if s.Word == "" {
		return nil, nil
	}
	if s.Edits <= 0 {
		return []string{s.Word}, nil
	}
	_, first := utf8.DecodeRuneInString(s.Word)
	var words []string
	for _, field := range anywhere {
		found, err := v.alikeIn(field, s, s.Word[:first])
		if err != nil {
			return nil, err
		}
		words = append(words, found...)
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(text.Edits(s.Word, a)-text.Edits(s.Word, b), strings.Compare(a, b))
	})
	words = slices.Compact(words)
	return words[:min(len(words), maxSpellings)], nil
}

// alikeIn is alike for one field, for words that begin with prefix.
func (v *view) alikeIn(field string, s *search.Spelling, prefix string) ([]string, error) {
	dictionary, _, err := v.snapshot.FieldDictFuzzyAutomaton(field, s.Word, min(s.Edits, 2), prefix)
	if err != nil {
		return nil, err
	}
	defer dictionary.Close()
	var words []string
	for {
		entry, err := dictionary.Next()
		if err != nil || entry == nil {
			return words, err
		}
		words = append(words, strings.Clone(entry.Term))
	}
}

// count adds for each word the documents of the set that hold it, up to enough.
func (p *part) count(words []string, counts []int, enough int, among bitset) error {
	m := newMatcher(p.segment)
	for i, word := range words {
		if counts[i] >= enough {
			continue
		}
		var all []*roaring.Bitmap
		for _, field := range anywhere {
			var err error
			if all, err = m.appendBitmaps(all, field, []string{word}); err != nil {
				return err
			}
		}
		if docs, _ := unionOf(all); docs != nil {
			counts[i] += among.having(docs, enough-counts[i])
		}
	}
	return nil
}

// having counts the documents of a bitmap that are in the set, up to enough.
func (b bitset) having(docs *roaring.Bitmap, enough int) int {
	n := 0
	docs.Iterate(func(doc uint32) bool {
		if b.has(doc) {
			n++
		}
		return n < enough
	})
	return n
}
