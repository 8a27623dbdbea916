package search

import (
	"slices"
	"strings"
	"sync"

	"semdex"
	"semdex/internal/text"
)

// maxLonger bounds how many longer labels are minded for one piece of evidence.
const maxLonger = 64

// longerLabel is a place in a label behind which it goes on.
type longerLabel struct {
	concept int32
	label   *labelText
	at      int // the word there
}

// newLonger finds the places in labels of several words by the forms of the word there. Languages in which what a word is
// about may stand before it are left out.
func (l *Labels) newLonger() map[string][]longerLabel {
	by := make(map[string][]longerLabel, len(l.texts))
	for c := range l.texts {
		for i := range l.texts[c] {
			t := &l.texts[c][i]
			if t.label.Kind == semdex.HiddenLabel {
				break // labels come strongest kind first
			}
			if lang, _, _ := strings.Cut(t.label.Lang, "-"); slices.Contains(nounFirst, lang) {
				continue
			}
			for at := range len(t.terms) - 1 {
				for _, form := range t.terms[at] {
					by[form] = append(by[form], longerLabel{int32(c), t, at})
				}
			}
		}
	}
	return by
}

// longerThan gives the words of labels in which terms only say more of the word behind them: "Rain jacket liner" is no rain
// jacket. Labels that a concept bears for which in holds are not among them.
func (l *Labels) longerThan(terms [][]string, in func(int32) bool) [][][]string {
	var out [][][]string
	again := func(t *labelText) bool {
		return slices.ContainsFunc(out, func(words [][]string) bool { return &words[0] == &t.terms[0] })
	}
	for _, form := range terms[0] {
		for _, x := range l.longer()[form] {
			if !x.goesOn(terms) || in(x.concept) || again(x.label) {
				continue
			}
			label := x.label.label
			read := l.read[labelKey{label.Text, label.Lang}]
			if !x.goesWith(read, len(terms), l.langs) || slices.ContainsFunc(l.exact[read.exact], func(r LabelRef) bool { return in(r.Concept) }) {
				continue
			}
			if out = append(out, x.label.terms); len(out) == maxLonger {
				return out
			}
		}
	}
	return out
}

// goesOn reports whether the terms stand at the place, and another word behind them.
func (x *longerLabel) goesOn(terms [][]string) bool {
	words := x.label.terms[x.at:]
	if len(words) <= len(terms) {
		return false
	}
	for i := range terms {
		if !slices.ContainsFunc(terms[i], func(form string) bool { return slices.Contains(words[i], form) }) {
			return false
		}
	}
	return true
}

// goesWith reports whether so many words at the place belong to the word behind them: it is no stop word, and no sign stands
// between. "Camping, hiking", "Camping with children" and "Camping (leisure)" are about camping.
func (x *longerLabel) goesWith(read *labelReading, words int, langs []string) bool {
	last, next := read.tokens[x.at+words-1], read.tokens[x.at+words]
	return strings.Trim(x.label.label.Text[last.End:next.Start], " -\u00a0") == "" && !text.IsStop(next.Term, langs)
}

// inside tells of a concept whether it is among the expanded ones, apart from those that are merely related, or below
// what these begin with.
func (st *state) inside(expanded []Expanded) func(int32) bool {
	var roots []int32
	for _, x := range expanded {
		if x.Class == Tagged {
			roots = append(roots, x.Concept)
		}
	}
	narrower := sync.OnceValue(func() map[int32]bool {
		set := make(map[int32]bool, len(expanded))
		for _, x := range expanded {
			if x.Class == Narrower {
				set[x.Concept] = true
			}
		}
		return set
	})
	isRoot := func(c int32) bool { return slices.Contains(roots, c) }
	return func(c int32) bool {
		return isRoot(c) || slices.ContainsFunc(st.th.Ancestors(c), isRoot) || narrower()[c]
	}
}
