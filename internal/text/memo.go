package text

import "slices"

// Memo reads texts one after the other and remembers the forms of their words, for they have most of them in common. It
// keeps the texts alive. One goroutine may use it at a time.
type Memo struct {
	read []memoOf
	room []Word // empty, for those to come
}

// roomWords is for how many words room is made at once.
const roomWords = 256

// memoOf is what is remembered of texts in the same languages.
type memoOf struct {
	langs []string
	forms map[string][]string // by the word as it stands in a text
}

// Word is a word of a text: where it stands there, in bytes, and its Forms, which belong to the Memo.
type Word struct {
	Start, End int
	Forms      []string
}

// Words gives the Tokens of s with the Forms of each in langs.
func (m *Memo) Words(s string, langs []string) []Word {
	forms := m.of(langs)
	if cap(m.room) == 0 {
		m.room = make([]Word, 0, roomWords)
	}
	words := m.room
	eachWord(s, func(start, end int) {
		word := s[start:end]
		known, met := forms[word]
		if !met {
			known = Forms(newToken(word, 0, len(word)), langs)
			forms[word] = known
		}
		words = append(words, Word{start, end, known})
	})
	n := len(words)
	if n <= cap(m.room) {
		m.room = m.room[n:n]
	} else { // append has made more
		m.room = nil
	}
	return words[:n:n]
}

func (m *Memo) of(langs []string) map[string][]string {
	for i := range m.read {
		if slices.Equal(m.read[i].langs, langs) {
			return m.read[i].forms
		}
	}
	forms := map[string][]string{}
	m.read = append(m.read, memoOf{langs, forms})
	return forms
}
