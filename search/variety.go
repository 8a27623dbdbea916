package search

import (
	"slices"
	"strings"

	"semdex"
)

// leastVarietyPart is how many letters of a word that another one ends with say what it is a kind of.
const leastVarietyPart = 4

// nounFirst are the languages in which what a kind is called may stand behind what it is a kind of: "Regenjacke Griesel".
var nounFirst = []string{"de", "es", "fr", "it", "pt"}

// isVariety reports whether a narrower concept bears the name of the concept that it was reached from, as "Griesel rain
// jacket" and "Hardshell" do below "Rain jacket" and "Shell". What is tagged so is tagged with that name too, and so
// comes with what bears the concept itself, before texts that have its words.
func (l *Labels) isVariety(x Expanded, of int32) bool {
	if x.Via != "narrower" {
		return false
	}
	for i := range l.texts[x.Concept] {
		kind := &l.texts[x.Concept][i]
		if kind.label.Kind != semdex.PrefLabel {
			break // labels come strongest kind first
		}
		if slices.ContainsFunc(l.texts[of], kind.isKindOf) {
			return true
		}
	}
	return false
}

// isKindOf reports whether a label says by its last words, or where its language permits by its first ones, that it is a
// kind of what the other says.
func (t *labelText) isKindOf(of labelText) bool {
	n, m := len(t.terms), len(of.terms)
	if of.label.Kind == semdex.HiddenLabel || of.label.Lang != t.label.Lang || m > n {
		return false
	}
	if endsWith(t.terms[n-m:], of.terms) {
		return true
	}
	lang, _, _ := strings.Cut(t.label.Lang, "-")
	return slices.Contains(nounFirst, lang) && endsWith(firstForms(t.terms[:m]), firstForms(of.terms)) // "nachhaltige" is no "Nachhaltigkeit"
}

// endsWith reports whether words, each in one of its forms, are others, or a single one ends with the other.
func endsWith(words, others [][]string) bool {
	for i := range words {
		if !slices.ContainsFunc(words[i], func(word string) bool {
			return slices.ContainsFunc(others[i], func(other string) bool {
				return word == other || len(words) == 1 && len(other) >= leastVarietyPart && strings.HasSuffix(word, other)
			})
		}) {
			return false
		}
	}
	return true
}
