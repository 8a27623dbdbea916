package search

import (
	"slices"
	"strings"

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
	exact    map[string][]LabelRef            // text.Exact
	key      map[string][]LabelRef            // text.Key
	stems    map[string]map[string][]LabelRef // language -> text.StemKey
	notation map[string][]int32
	texts    [][]labelText // by concept: its labels as words to search for
	longest  int
	read     map[string]labelWords // by the text of a label
}

// labelWords is a label as it reads.
type labelWords struct {
	exact  string
	tokens []text.Token
}

// labelText is a label as words to search for, each position with the forms that may stand there.
type labelText struct {
	terms [][]string
	label semdex.Label
}

// NewLabels reads all labels of th. langs are the library's languages: inflected forms are recognised in
// these. A label that a concept in use bears is not that of a deprecated one too: a merge hands labels on.
func NewLabels(th Thesaurus, langs []string) *Labels { return newLabels(th, langs, &Labels{}) }

// newLabels is NewLabels, which does not read again what stood in the labels before.
func newLabels(th Thesaurus, langs []string, before *Labels) *Labels {
	size := max(len(before.read), th.Len())
	l := &Labels{
		langs: langs, exact: make(map[string][]LabelRef, size), key: make(map[string][]LabelRef, size), stems: map[string]map[string][]LabelRef{},
		notation: map[string][]int32{}, texts: make([][]labelText, th.Len()), read: make(map[string]labelWords, size),
	}
	for _, lang := range langs {
		l.stems[lang] = map[string][]LabelRef{}
	}
	l.readAll(th, before)
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
	return l
}

// readAll reads the texts of all labels.
func (l *Labels) readAll(th Thesaurus, before *Labels) {
	for c := range int32(th.Len()) {
		for _, label := range th.Labels(c) {
			if _, again := l.read[label.Text]; again {
				continue
			}
			w, known := before.read[label.Text]
			if !known {
				w = labelWords{text.Exact(label.Text), text.Tokens(label.Text)}
			}
			l.read[label.Text] = w
		}
	}
}

// addDeprecated adds what names deprecated concepts and no concept in use.
func (l *Labels) addDeprecated(th Thesaurus, deprecated []int32) {
	taken := func(refs []LabelRef) bool { return len(refs) > 0 && !th.Deprecated(refs[0].Concept) }
	for _, c := range deprecated {
		for _, label := range th.Labels(c) {
			if !taken(l.exact[l.read[label.Text].exact]) {
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

func (l *Labels) add(c int32, label semdex.Label) {
	ref := LabelRef{c, label}
	exact, tokens := l.read[label.Text].exact, l.read[label.Text].tokens
	l.exact[exact] = append(l.exact[exact], ref)
	if len(tokens) == 0 {
		return
	}
	l.longest = max(l.longest, min(len(tokens), maxLabelWords))
	key := text.Join(tokens)
	l.key[key] = append(l.key[key], ref)
	for _, lang := range l.stemLanguages(label) {
		if stemmed := text.StemKey(tokens, lang); stemmed != "" {
			l.stems[lang][stemmed] = append(l.stems[lang][stemmed], ref)
		}
	}
	l.addText(c, label, tokens)
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

func (l *Labels) addText(c int32, label semdex.Label, tokens []text.Token) {
	if len(tokens) == 1 && (len(tokens[0].Term) < 2 || text.IsStop(tokens[0].Term, l.langs)) {
		return // "IT" is no evidence in a text that says "it"
	}
	terms := make([][]string, len(tokens))
	langs := l.stemLanguages(label)
	for i, t := range tokens {
		terms[i] = text.Forms(t, langs)
	}
	same := func(t labelText) bool {
		return slices.EqualFunc(t.terms, terms, func(a, b []string) bool { return a[0] == b[0] })
	}
	if !slices.ContainsFunc(l.texts[c], same) { // labels come strongest kind first
		l.texts[c] = append(l.texts[c], labelText{terms, label})
	}
}

// Whole gives the labels that are the whole of s: equal but for case and spaces, else none.
func (l *Labels) Whole(s string) []LabelRef { return l.exact[text.Exact(s)] }

// Reading is a stretch of tokens that names one or more concepts.
type Reading struct {
	From, To int // tokens
	Refs     []LabelRef
}

// Read finds the longest labels in tokens from left to right, none overlapping. A label matches by its
// terms or, where none does, by its stems in a language of the library. lang, where given, prefers labels of
// that language, then untagged ones, then others.
func (l *Labels) Read(tokens []text.Token, lang string) []Reading {
	var readings []Reading
	for i := 0; i < len(tokens); {
		r := l.longestAt(tokens, i, lang)
		if r.To == 0 {
			i++
			continue
		}
		readings = append(readings, r)
		i = r.To
	}
	return readings
}

func (l *Labels) longestAt(tokens []text.Token, from int, lang string) Reading {
	langs := l.langs
	if lang != "" {
		langs = []string{lang} // "hat" says nothing in German, but in English
	}
	for n := min(l.longest, len(tokens)-from); n > 0; n-- {
		span := tokens[from : from+n]
		if n == 1 && len(tokens) > 1 && text.IsStop(span[0].Term, langs) {
			continue // a label that is a stop word is meant only where it stands alone
		}
		if refs := l.named(span); len(refs) > 0 {
			return Reading{from, from + n, preferLanguage(refs, lang)}
		}
	}
	return Reading{}
}

func (l *Labels) named(span []text.Token) []LabelRef {
	if refs := l.key[text.Join(span)]; len(refs) > 0 {
		return refs
	}
	var refs []LabelRef
	for _, lang := range l.langs {
		refs = append(refs, l.stems[lang][text.StemKey(span, lang)]...)
	}
	return refs
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
	return conceptsOf(l.key[text.Key(s)], in)
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

func conceptsOf(refs []LabelRef, in func(int32) bool) []int32 {
	var found []int32
	for _, r := range refs {
		if in(r.Concept) && !slices.Contains(found, r.Concept) {
			found = append(found, r.Concept)
		}
	}
	return found
}
