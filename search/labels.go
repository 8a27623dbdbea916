package search

import (
	"slices"
	"strings"
	"sync"

	"semdex"
	"semdex/internal/text"
)

// maxLabelWords bounds how many words of a query are tried as one label.
const maxLabelWords = 12

// LabelRef is one label of one concept.
type LabelRef struct {
	Concept int32
	Label   semdex.Label
}

// Labels finds concepts by what they are called. It is made once for a vocabulary and then only read.
type Labels struct {
	langs    []string
	exact    map[string][]LabelRef           // text.Exact
	whole    readings                        // whole labels
	bare     readings                        // labels without a qualifier in brackets at their end
	heads    readings                        // labels of several words by the last one
	within   func() within                   // labels of one word; sorted when they are first asked for
	longer   func() map[string][]longerLabel // places in labels of several words; made when they are first asked for
	joined   map[string][]LabelRef           // terms written as one word
	verbs    map[string][]LabelRef           // German verbs, by infinitiveStem
	notation map[string][]int32
	texts    [][]labelText // by concept: its labels as words to search for
	longest  int
	read     map[labelKey]*labelReading

	before map[labelKey]*labelReading // of the vocabulary before, while these are made
	added  []addedLabel               // while these are made

	varieties varieties
}

// labelText is a label as words to search for, each position with the forms that may stand there.
type labelText struct {
	terms [][]string
	label semdex.Label
}

// NewLabels reads all labels of th. langs are the library's languages: inflected forms are recognised in
// these. A label that a concept in use bears is not that of a deprecated one too: a merge hands labels on.
func NewLabels(th Thesaurus, langs []string) *Labels {
	l, ready := newLabels(th, langs, &Labels{})
	ready()
	return l
}

// newLabels is NewLabels, which does not read again what stood in the labels before. What links values, whole labels and
// notations, is there when it returns; the rest when ready does.
func newLabels(th Thesaurus, langs []string, before *Labels) (l *Labels, ready func()) {
	size := max(len(before.read), th.Len())
	l = &Labels{
		langs: langs, exact: make(map[string][]LabelRef, size), whole: newReadings(langs, size), bare: newReadings(langs, 0), heads: newReadings(langs, len(before.heads.key)),
		joined: make(map[string][]LabelRef, size),
		verbs:  map[string][]LabelRef{}, notation: map[string][]int32{}, texts: make([][]labelText, th.Len()),
		read: make(map[labelKey]*labelReading, size), before: before.read,
	}
	var deprecated []int32
	for c := range int32(th.Len()) {
		if th.Deprecated(c) {
			deprecated = append(deprecated, c)
			continue
		}
		for _, label := range th.Labels(c) {
			l.add(c, label)
		}
		for _, n := range th.Notations(c) {
			l.notation[n] = append(l.notation[n], c)
		}
	}
	l.addDeprecated(th, deprecated)
	l.within = sync.OnceValue(func() within { return newWithin(l.single()) })
	l.longer = sync.OnceValue(l.newLonger)
	added := l.added
	l.before, l.added = nil, nil
	whole, rest := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(rest)
		l.indexRest(added)
		<-whole
		l.tellApart()
	}()
	for i := range added {
		l.whole.add(l.langs, &added[i].words.spelt, added[i].ref)
	}
	close(whole)
	return l, func() { <-rest }
}

// addDeprecated adds what names deprecated concepts and no concept in use.
func (l *Labels) addDeprecated(th Thesaurus, deprecated []int32) {
	taken := func(refs []LabelRef) bool { return len(refs) > 0 && !th.Deprecated(refs[0].Concept) }
	for _, c := range deprecated {
		for _, label := range th.Labels(c) {
			if !taken(l.exact[l.words(label).exact]) {
				l.add(c, label)
			}
		}
		for _, n := range th.Notations(c) {
			if named := l.notation[n]; len(named) == 0 || th.Deprecated(named[0]) {
				l.notation[n] = append(named, c)
			}
		}
	}
}

// addedLabel is a label that is found by what it reads like.
type addedLabel struct {
	ref   LabelRef
	words *labelReading
}

func (l *Labels) add(c int32, label semdex.Label) {
	ref := LabelRef{c, label}
	w := l.words(label)
	l.exact[w.exact] = append(l.exact[w.exact], ref)
	if len(w.tokens) > 0 {
		l.added = append(l.added, addedLabel{ref, w})
	}
}

// indexRest makes labels to be found in other ways than whole.
func (l *Labels) indexRest(added []addedLabel) {
	for i := range added {
		ref, w := added[i].ref, added[i].words
		l.longest = max(l.longest, min(len(w.tokens), maxLabelWords))
		l.bare.add(l.langs, &w.bare, ref)
		l.heads.add(l.langs, &w.head, ref)
		l.addSpellings(w, ref)
		l.addText(ref.Concept, ref.Label, w)
	}
}

// stemLanguages are the library's languages that the label may be inflected in: its own, or all where it is
// untagged.
func (l *Labels) stemLanguages(label semdex.Label) []string {
	if label.Lang == "" {
		return l.langs
	}
	var langs []string
	for _, lang := range l.langs {
		if semdex.LanguageMatches(lang, label.Lang) {
			langs = append(langs, lang)
		}
	}
	return langs
}

func (l *Labels) addText(c int32, label semdex.Label, w *labelReading) {
	if len(w.tokens) == 1 && (len(w.tokens[0].Term) < 2 || text.IsStop(w.tokens[0].Term, l.langs)) {
		return // "IT" is no evidence in a text that says "it"
	}
	terms := w.forms
	if len(terms) == 1 { // tellApart may take some away
		terms = [][]string{slices.Clone(terms[0])}
	}
	same := func(t labelText) bool {
		return slices.EqualFunc(t.terms, terms, func(a, b []string) bool { return a[0] == b[0] })
	}
	if !slices.ContainsFunc(l.texts[c], same) { // labels come strongest kind first
		l.texts[c] = append(l.texts[c], labelText{terms, label})
	}
}

// single gives the labels of one word.
func (l *Labels) single() []string {
	var out []string
	for key := range l.whole.key {
		if !strings.Contains(key, " ") {
			out = append(out, key)
		}
	}
	return out
}

// tellApart takes forms from the words to search for that name another concept: where a vocabulary has both
// "Tent" and "Tenting", the one is no inflected form of the other, though their stems are the same.
func (l *Labels) tellApart() {
	for c := range l.texts {
		other := func(form string) bool {
			refs := l.whole.key[form]
			return len(refs) > 0 && !slices.ContainsFunc(refs, func(r LabelRef) bool { return r.Concept == int32(c) })
		}
		for _, t := range l.texts[c] {
			if len(t.terms) == 1 {
				t.terms[0] = append(t.terms[0][:1], slices.DeleteFunc(t.terms[0][1:], other)...)
			}
		}
	}
}

// Whole gives the labels that are the whole of s: equal but for case and spaces, else none.
func (l *Labels) Whole(s string) []LabelRef { return l.exact[text.Exact(s)] }

// Reading is a stretch of tokens that names one or more concepts.
type Reading struct {
	From, To int // tokens
	Refs     []LabelRef
	Weight   float64 // 1 for a whole label
}

const (
	weightBare = 0.9 // of a label of which a qualifier in brackets was left out
	weightDone = 0.9 // of a verb that a noun is made of
)

// Read finds the longest labels in tokens from left to right, none overlapping. A label matches by its
// terms or, where none does, by its stems in a language of the library, written as one word or as several,
// or without what stands in brackets at its end. lang, where given, prefers labels of that language, then untagged
// ones, then others.
func (l *Labels) Read(tokens []text.Token, lang string) []Reading {
	return l.readAmong(tokens, lang, func(int32) bool { return true })
}

// readAmong is Read where only the labels of the concepts count for which in holds.
func (l *Labels) readAmong(tokens []text.Token, lang string, in func(int32) bool) []Reading {
	var readings []Reading
	for i := 0; i < len(tokens); {
		r := l.longestAt(tokens, i, lang, in)
		if r.To == 0 {
			i++
			continue
		}
		readings = append(readings, r)
		i = r.To
	}
	return readings
}

func (l *Labels) longestAt(tokens []text.Token, from int, lang string, in func(int32) bool) Reading {
	langs := l.langs
	if lang != "" {
		langs = []string{lang} // "hat" says nothing in German, but in English
	}
	for n := min(max(l.longest, maxJoined), len(tokens)-from); n > 0; n-- {
		span := tokens[from : from+n]
		if n == 1 && len(tokens) > 1 && text.IsStop(span[0].Term, langs) {
			continue // a label that is a stop word is meant only where it stands alone
		}
		if refs, weight := l.named(span, lang, in); len(refs) > 0 {
			return Reading{from, from + n, preferLanguage(refs, lang), weight}
		}
	}
	return Reading{}
}

// named gives the labels that the tokens are, by the first way of reading that finds any.
func (l *Labels) named(span []text.Token, lang string, in func(int32) bool) (refs []LabelRef, weight float64) {
	ways := []func() []LabelRef{
		func() []LabelRef { return l.whole.key[text.Join(span)] },
		func() []LabelRef { return l.whole.inflected(span, l.langs) },
		func() []LabelRef { return l.joined[unspaced(span)] },
		func() []LabelRef { return l.verb(span, lang) },
	}
	for _, way := range ways {
		if refs := among(way(), in); len(refs) > 0 {
			return refs, 1
		}
	}
	if refs := among(l.bare.key[text.Join(span)], in); len(refs) > 0 {
		return refs, weightBare
	}
	if refs := among(l.bare.inflected(span, l.langs), in); len(refs) > 0 {
		return refs, weightBare
	}
	return among(l.done(span, lang), in), weightDone
}

// among keeps the labels of the concepts for which in holds.
func among(refs []LabelRef, in func(int32) bool) []LabelRef {
	var out []LabelRef
	for _, r := range refs {
		if in(r.Concept) {
			out = append(out, r)
		}
	}
	return out
}

// preferLanguage keeps the refs of the best tier of languages for each reading of the words.
func preferLanguage(refs []LabelRef, lang string) []LabelRef {
	if lang == "" {
		return refs
	}
	tier := func(r LabelRef) int {
		switch {
		case semdex.LanguageMatches(lang, r.Label.Lang):
			return 0
		case r.Label.Lang == "":
			return 1
		}
		return 2
	}
	best := 2
	for _, r := range refs {
		best = min(best, tier(r))
	}
	return slices.DeleteFunc(slices.Clone(refs), func(r LabelRef) bool { return tier(r) != best })
}

// Named gives the concepts for which in holds that s is a label of: the ones whose label equals s but
// for case and spaces, else those whose label reads alike.
func (l *Labels) Named(s string, in func(int32) bool) []int32 {
	if found := conceptsOf(l.exact[text.Exact(s)], in); len(found) > 0 {
		return found
	}
	return conceptsOf(l.whole.key[text.Key(s)], in)
}

// Noted gives the concepts with that notation.
func (l *Labels) Noted(notation string, in func(int32) bool) []int32 {
	var found []int32
	for _, c := range l.notation[strings.TrimSpace(notation)] {
		if in(c) && !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	return found
}

// notedAlike gives the concepts with that notation as it is written, else in upper or in lower case.
func (l *Labels) notedAlike(notation string, in func(int32) bool) []int32 {
	for _, form := range []string{notation, strings.ToUpper(notation), strings.ToLower(notation)} {
		if found := l.Noted(form, in); len(found) > 0 {
			return found
		}
	}
	return nil
}

func conceptsOf(refs []LabelRef, in func(int32) bool) []int32 {
	var found []int32
	for _, r := range refs {
		if in(r.Concept) && !slices.Contains(found, r.Concept) {
			found = append(found, r.Concept)
		}
	}
	return found
}
