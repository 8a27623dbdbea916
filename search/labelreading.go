package search

import (
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
)

// labelKey is what the reading of a label depends on.
type labelKey struct{ text, lang string }

// labelReading is a label as it reads: by what it is found, and the words to search for. It is read once, and taken over
// as long as the label stands in one vocabulary after the other.
type labelReading struct {
	exact  string
	tokens []text.Token
	spelt  spelt
	bare   spelt      // without a qualifier in brackets at its end
	head   spelt      // of several words the last one, which says what kind of thing is meant: "Carbon-neutral shipping"
	joined string     // as one word
	verb   string     // of a German verb, its stem
	forms  [][]string // by token: the forms that may stand there
}

// spelt is the terms and the stems of some words.
type spelt struct {
	key   string
	stems []string // by language of the library, "" where the label is not of that language
}

// words gives the reading of a label.
func (l *Labels) words(label semdex.Label) *labelReading {
	key := labelKey{label.Text, label.Lang}
	w := l.read[key]
	if w == nil {
		if w = l.before[key]; w == nil {
			w = l.readLabel(label)
		}
		l.read[key] = w
	}
	return w
}

func (l *Labels) readLabel(label semdex.Label) *labelReading {
	label.Text = strings.Clone(label.Text) // the reading lives on, all other labels that were read with this one need not
	langs := l.stemLanguages(label)
	w := &labelReading{exact: text.Exact(label.Text), tokens: text.Tokens(label.Text)}
	w.spelt = l.spell(w.tokens, langs)
	if bare := unqualified(label.Text); bare != "" {
		w.bare = l.spell(text.Tokens(bare), langs)
	}
	if n := len(w.tokens); n > 1 {
		w.head = l.spell(w.tokens[n-1:], langs)
	}
	w.joined = unspaced(w.tokens)
	if len(w.tokens) == 1 && slices.ContainsFunc(langs, isGerman) {
		w.verb = infinitiveStem(w.tokens[0].Term)
	}
	w.forms = make([][]string, len(w.tokens))
	for i, t := range w.tokens {
		w.forms[i] = text.Forms(t, langs)
	}
	return w
}

func (l *Labels) spell(tokens []text.Token, langs []string) spelt {
	if len(tokens) == 0 {
		return spelt{}
	}
	s := spelt{text.Join(tokens), make([]string, len(l.langs))}
	for i, lang := range l.langs {
		if slices.Contains(langs, lang) {
			s.stems[i] = text.StemKey(tokens, lang)
		}
	}
	return s
}
