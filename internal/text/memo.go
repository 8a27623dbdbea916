package text

import (
	"slices"
	"strings"
)

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
	words map[string]*remembered // by the word as it stands in a text
}

// remembered is a word, whose stems are looked for when they are first wanted: most words of a text are none that anyone
// searches for, as their first letters tell.
type remembered struct {
	token Token
	langs []string
	forms []string
}

// Word is a word of a text, and where it stands there, in bytes. It belongs to the Memo that read it.
type Word struct {
	Start, End int
	*remembered
}

// First is the byte that all forms of the word begin with: no stemmer touches the beginning of a word.
func (r *remembered) First() byte { return r.token.Term[0] }

// Forms gives the Forms of the word, not to be changed.
func (r *remembered) Forms() []string {
	if r.forms == nil {
		r.forms = Forms(r.token, r.langs)
	}
	return r.forms
}

// HasAny reports whether any of these is a form of the word.
func (r *remembered) HasAny(forms []string) bool {
	first := r.First()
	for _, f := range forms {
		if f != "" && f[0] == first && slices.Contains(r.Forms(), f) {
			return true
		}
	}
	return false
}

// HasPrefix reports whether a form of the word begins with prefix.
func (r *remembered) HasPrefix(prefix string) bool {
	if prefix != "" && prefix[0] != r.First() {
		return false
	}
	return slices.ContainsFunc(r.Forms(), func(f string) bool { return strings.HasPrefix(f, prefix) })
}

// Words gives the words of s, where its Tokens stand, with Forms in langs.
func (m *Memo) Words(s string, langs []string) []Word {
	met := m.of(langs)
	if cap(m.room) == 0 {
		m.room = make([]Word, 0, roomWords)
	}
	words := m.room
	eachWord(s, func(start, end int) {
		word := s[start:end]
		known := met[word]
		if known == nil {
			known = &remembered{token: newToken(word, 0, len(word)), langs: langs}
			met[word] = known
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

func (m *Memo) of(langs []string) map[string]*remembered {
	for i := range m.read {
		if slices.Equal(m.read[i].langs, langs) {
			return m.read[i].words
		}
	}
	words := map[string]*remembered{}
	m.read = append(m.read, memoOf{langs, words})
	return words
}
