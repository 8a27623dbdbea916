package search

import (
	"slices"
	"strings"
	"sync"

	"semdex"
)

// leastVarietyPart is how many letters of a word that another one ends with say what it is a kind of.
const leastVarietyPart = 4

// nounFirst are the languages in which what a kind is called may stand behind what it is a kind of: "Regenjacke Griesel".
var nounFirst = []string{"de", "es", "fr", "it", "pt"}

// varieties remembers what isVariety found.
type varieties struct {
	mu sync.Mutex
	of map[int32]map[int32]bool // by the broader concept, by the narrower one
}

// varietiesAmong tells of each expanded concept whether it is a variety of the one that they were reached from.
func (l *Labels) varietiesAmong(expanded []Expanded, of int32) []bool {
	out := make([]bool, len(expanded))
	v := &l.varieties
	v.mu.Lock()
	defer v.mu.Unlock()
	known := v.of[of]
	if known == nil {
		if v.of == nil {
			v.of = map[int32]map[int32]bool{}
		}
		known = make(map[int32]bool, len(expanded))
		v.of[of] = known
	}
	for i, x := range expanded {
		if x.Via != "narrower" {
			continue
		}
		is, asked := known[x.Concept]
		if !asked {
			is = l.isVariety(x, of)
			known[x.Concept] = is
		}
		out[i] = is
	}
	return out
}

// isVariety reports whether a narrower concept bears the name of the concept that it was reached from, as "Griesel rain
// jacket" and "Hardshell" do below "Rain jacket" and "Shell". What is tagged so bears that name too, and so
// comes first among what is tagged with something narrower.
func (l *Labels) isVariety(x Expanded, of int32) bool {
	if x.Via != "narrower" {
		return false
	}
	for i := range l.texts[x.Concept] {
		kind := &l.texts[x.Concept][i]
		if kind.label.Kind != semdex.PrefLabel {
			break // labels come strongest kind first
		}
		for j := range l.texts[of] {
			if kind.isKindOf(&l.texts[of][j]) {
				return true
			}
		}
	}
	return false
}

// isKindOf reports whether a label says by its last words, or where its language permits by its first ones, that it is a
// kind of what the other says.
func (t *labelText) isKindOf(of *labelText) bool {
	n, m := len(t.terms), len(of.terms)
	if of.label.Kind == semdex.HiddenLabel || of.label.Lang != t.label.Lang || m > n {
		return false
	}
	if endsWith(t.terms[n-m:], of.terms, maxForms) {
		return true
	}
	lang, _, _ := strings.Cut(t.label.Lang, "-")
	return slices.Contains(nounFirst, lang) && endsWith(t.terms[:m], of.terms, 1) // "nachhaltige" is no "Nachhaltigkeit"
}

// maxForms is more than the forms of any word.
const maxForms = 1 << 10

// endsWith reports whether words, each in one of its first so many forms, are others, or a single one ends with the other.
func endsWith(words, others [][]string, forms int) bool {
	for i := range words {
		if !endsWithOne(words[i][:min(forms, len(words[i]))], others[i][:min(forms, len(others[i]))], len(words) == 1) {
			return false
		}
	}
	return true
}

// endsWithOne reports whether a word in one of its forms is another one, or, where it stands alone, ends with it.
func endsWithOne(word, other []string, alone bool) bool {
	for _, w := range word {
		for _, o := range other {
			if w == o || alone && len(o) >= leastVarietyPart && strings.HasSuffix(w, o) {
				return true
			}
		}
	}
	return false
}
