package search

import (
	"slices"
	"strings"

	"semdex/internal/text"
)

// readings finds labels by their terms and by their stems.
type readings struct {
	key   map[string][]LabelRef            // text.Key
	stems map[string]map[string][]LabelRef // language -> text.StemKey
}

// newReadings has room for about so many labels.
func newReadings(langs []string, labels int) readings {
	r := readings{key: make(map[string][]LabelRef, labels), stems: map[string]map[string][]LabelRef{}}
	for _, lang := range langs {
		r.stems[lang] = make(map[string][]LabelRef, labels/len(langs))
	}
	return r
}

func (r readings) add(langs []string, s *spelt, ref LabelRef) {
	if s.key == "" {
		return
	}
	r.key[s.key] = append(r.key[s.key], ref)
	for i, lang := range langs {
		if stemmed := s.stems[i]; stemmed != "" {
			r.stems[lang][stemmed] = append(r.stems[lang][stemmed], ref)
		}
	}
}

// inflected gives the labels with the same stems. Where these are written in several ways, those nearest to
// what is asked for count: "tents" is "Tent" rather than "Tenting".
func (r readings) inflected(span []text.Token, langs []string) []LabelRef {
	var refs []LabelRef
	for _, lang := range langs {
		refs = append(refs, r.stems[lang][text.StemKey(span, lang)]...)
	}
	if len(refs) < 2 {
		return refs
	}
	wanted := text.Join(span)
	distances := make([]int, len(refs))
	for i, ref := range refs {
		distances[i] = endings(wanted, text.Key(ref.Label.Text))
	}
	least := slices.Min(distances)
	i := -1
	return slices.DeleteFunc(refs, func(LabelRef) bool { i++; return distances[i] > least })
}

// endings counts the bytes of two words behind what they begin with alike; of several words, all of their
// endings.
func endings(a, b string) int {
	as, bs := strings.Fields(a), strings.Fields(b)
	sum := 0
	for i := range max(len(as), len(bs)) {
		var s, t string
		if i < len(as) {
			s = as[i]
		}
		if i < len(bs) {
			t = bs[i]
		}
		same := 0
		for same < min(len(s), len(t)) && s[same] == t[same] {
			same++
		}
		sum += len(s) + len(t) - 2*same
	}
	return sum
}

// unqualified gives a label without what stands in brackets at its end, "" where nothing does or nothing is left.
func unqualified(label string) string {
	label = strings.TrimSpace(label)
	open := strings.LastIndexByte(label, '(')
	if open <= 0 || !strings.HasSuffix(label, ")") {
		return ""
	}
	return strings.TrimSpace(label[:open])
}

// within finds single words of which labels are made by how they begin or end.
type within struct {
	forward, backward []string // sorted; backward ones are written from their end
}

func newWithin(words []string) within {
	w := within{forward: slices.Clone(words), backward: make([]string, len(words))}
	for i, word := range words {
		w.backward[i] = reversed(word)
	}
	slices.Sort(w.forward)
	slices.Sort(w.backward)
	return w
}

func reversed(s string) string {
	letters := []rune(s)
	slices.Reverse(letters)
	return string(letters)
}

// beginning gives the words that begin with a part and go on.
func (w within) beginning(part string) []string { return longer(w.forward, part) }

// ending gives the words that end with a part and have something before it.
func (w within) ending(part string) []string {
	var out []string
	for _, word := range longer(w.backward, reversed(part)) {
		out = append(out, reversed(word))
	}
	return out
}

// longer gives the words of a sorted list that begin with a part and go on for at least leastLabelPart letters.
func longer(words []string, part string) []string {
	from, _ := slices.BinarySearch(words, part)
	var out []string
	for _, word := range words[from:] {
		if !strings.HasPrefix(word, part) {
			break
		}
		if len(word) >= len(part)+leastLabelPart {
			out = append(out, word)
		}
	}
	return out
}

// kinds gives the labels that name a kind of what a word means: of several words the last of which it is and, where
// compounds are one word, those that end with it.
func (l *Labels) kinds(t text.Token, compounded bool) []LabelRef {
	refs := slices.Clone(l.heads.inflected([]text.Token{t}, l.langs))
	if compounded && len(t.Term) >= leastWordPart {
		for _, word := range l.within().ending(t.Term) {
			refs = append(refs, l.whole.key[word]...)
		}
	}
	return refs
}

// about gives the labels that are compounds of a word and of one that labels are or end with: "Beruf" is what "Berufsausbildung" has to
// do with, but "Stein" is no part of "Steinbock".
func (l *Labels) about(t text.Token) []LabelRef {
	var refs []LabelRef
	if len(t.Term) >= leastWordPart {
		for _, word := range l.within().beginning(t.Term) {
			if l.endsCompound(word[len(t.Term):]) {
				refs = append(refs, l.whole.key[word]...)
			}
		}
	}
	return refs
}

// endsCompound reports whether the rest of a word, perhaps behind linking letters, is a label, or the end of several.
func (l *Labels) endsCompound(rest string) bool {
	return slices.ContainsFunc(linking, func(letters string) bool {
		label, ok := strings.CutPrefix(rest, letters)
		return ok && len(label) >= leastLabelPart && (len(l.whole.inflected(text.Tokens(label), l.langs)) > 0 || len(l.within().ending(label)) > 1)
	})
}

const (
	maxJoined     = 3 // words that are tried as one
	leastJoined   = 6 // letters of them together
	leastVerbStem = 4
	leastDoneStem = 3 // of a noun with a longer ending
)

// unspaced gives the terms of a few tokens as one word, "" where that says too little.
func unspaced(tokens []text.Token) string {
	if len(tokens) > maxJoined {
		return ""
	}
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.Term)
	}
	if b.Len() < leastJoined {
		return ""
	}
	return b.String()
}

// addSpellings adds other ways in which a label may be written: as one word, and a German verb in another person.
func (l *Labels) addSpellings(w *labelReading, ref LabelRef) {
	if w.joined != "" {
		l.joined[w.joined] = append(l.joined[w.joined], ref)
	}
	if w.verb != "" {
		l.verbs[w.verb] = append(l.verbs[w.verb], ref)
	}
}

// Endings of German words that are made of a verb's stem and that stemming leaves on: of a verb in another person and of
// its present participle; of nouns for who does it and for where it is done, of verbs that end with "ern" too.
var (
	verbEndings   = []string{"est", "et", "st", "t", "e", "endem", "enden", "ender", "endes", "ende", "end", "ndem", "nden", "nder", "ndes", "nde", "nd"}
	doneEndings   = []string{"erinnen", "erin", "erei"}
	erDoneEndings = []string{"innen", "in", "ei"}
)

// verb gives the labels that are the infinitive of a verb, for German: "wandert" and "Wandernde" find "Wandern", which
// has another stem.
func (l *Labels) verb(span []text.Token, lang string) []LabelRef {
	if len(span) != 1 || !isGerman(lang) {
		return nil
	}
	return l.verbOf(span[0].Term, verbEndings, func(stem string) bool { return len(stem) >= leastVerbStem })
}

// done gives the labels that are the infinitive of the verb that a German noun is made of: "Näherei" and "Näherin" find
// "Nähen", "Wanderin" finds "Wandern".
func (l *Labels) done(span []text.Token, lang string) []LabelRef {
	if len(span) != 1 || !isGerman(lang) {
		return nil
	}
	word := span[0].Term
	if refs := l.verbOf(word, doneEndings, func(stem string) bool { return len(stem) >= leastDoneStem }); len(refs) > 0 {
		return refs
	}
	return l.verbOf(word, erDoneEndings, func(stem string) bool { return len(stem) >= leastVerbStem && strings.HasSuffix(stem, "er") })
}

// verbOf gives the labels that are the infinitive of a verb of whose stem, if it will do, and one of the endings a word
// is made.
func (l *Labels) verbOf(word string, endings []string, do func(stem string) bool) []LabelRef {
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(word, e); ok && do(stem) && len(l.verbs[stem]) > 0 {
			return l.verbs[stem]
		}
	}
	return nil
}

// infinitiveStem is the stem of a word that may be the infinitive of a German verb; "" where it is none, or little is left.
func infinitiveStem(term string) string {
	stem, ok := strings.CutSuffix(term, "n")
	if !ok {
		return ""
	}
	if stem = strings.TrimSuffix(stem, "e"); len(stem) < leastDoneStem {
		return ""
	}
	return stem
}

func isGerman(lang string) bool { return lang == "de" || strings.HasPrefix(lang, "de-") }
