package search

import (
	"slices"
	"unicode/utf8"

	"semdex"
	"semdex/internal/text"
)

const (
	headLetters = 5  // a shorter end of a word is no word by itself
	headStart   = 3  // and so many letters stand before it
	maxBegun    = 10 // labels that begin so but for typing errors, among which a whole one is looked for
)

// Nearest gives the concept in use that words come nearest to, and its label in the library's first language: in whose label they stand, each
// perhaps only begun; else whose label they are but for typing errors; else whose label the last of them is that is one, or that ends in one, as a German
// compound does.
// Labels of all languages count, those in lang first. It gives "" where there is none.
func (r *Reader) Nearest(words, lang string) (label string, id semdex.ConceptID) {
	typed, ok := readTyping(words)
	if !ok {
		return "", ""
	}
	c := &completing{completions: r.q.st.completing.of(r.q.st.th), typing: typed, lang: lang,
		wanted: func(int32) bool { return true }, count: func(int32) int { return 0 }}
	best := c.best(1)
	if len(best) == 0 {
		best = c.misspelt()
	}
	for _, token := range slices.Backward(text.Tokens(words)) {
		if len(best) > 0 {
			break
		}
		best = c.head(token.Term)
	}
	if len(best) == 0 {
		return "", ""
	}
	return r.q.st.label(best[0].concept, ""), r.q.st.th.ID(best[0].concept)
}

// misspelt gives the concept whose whole label was typed but for typing errors, if there is one.
func (c *completing) misspelt() []completed {
	letters := utf8.RuneCountInString(c.joined())
	most := maxEdits([]rune(c.joined()))
	begun := c.forgiven(maxBegun, func(int32) bool { return false })
	i := slices.IndexFunc(begun, func(m completed) bool {
		longer := utf8.RuneCountInString(m.key) - letters
		return m.place == atStart && longer <= most && longer >= -most
	})
	if i < 0 {
		return nil
	}
	return begun[i : i+1]
}

// head gives the concept whose label is a word, or the longest end of it that may be a word, if there is one.
func (c *completing) head(word string) []completed {
	letters := utf8.RuneCountInString(word)
	for at := range word {
		before := letters - utf8.RuneCountInString(word[at:])
		if before > 0 && letters-before < headLetters {
			return nil
		}
		if before > 0 && before < headStart {
			continue
		}
		found := c.pick(1, func(yield func(completed)) {
			for _, s := range c.beginning(word[at:]) {
				if l := &c.labels[s.label]; s.at == 0 && l.key == word[at:] {
					yield(completed{completable: l, place: whole})
				}
			}
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
