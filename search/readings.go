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

// about gives the labels that are compounds of which a word is the first part: "Beruf" is what "Berufsausbildung" has
// to do with.
func (l *Labels) about(t text.Token) []LabelRef {
	var refs []LabelRef
	if len(t.Term) >= leastWordPart {
		for _, word := range l.within().beginning(t.Term) {
			refs = append(refs, l.whole.key[word]...)
		}
	}
	return refs
}

const (
	maxJoined     = 3 // words that are tried as one
	leastJoined   = 6 // letters of them together
	leastVerbStem = 4
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

// verb gives the labels that are the infinitive of a verb, for German: "wandert" finds "Wandern", which have
// different stems.
func (l *Labels) verb(span []text.Token, lang string) []LabelRef {
	if len(span) != 1 || !isGerman(lang) {
		return nil
	}
	return l.verbs[verbStem(span[0].Term, "est", "et", "st", "t", "nd", "e")]
}

// verbStem takes the first of the endings off that the term has; "" where it has none, or little is left.
func verbStem(term string, endings ...string) string {
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(term, e); ok && len(stem) >= leastVerbStem {
			return stem
		}
	}
	return ""
}

func isGerman(lang string) bool { return lang == "de" || strings.HasPrefix(lang, "de-") }
