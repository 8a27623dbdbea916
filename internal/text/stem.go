package text

import (
	"slices"
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
)

// stemmers are the Snowball stemmers (M. F. Porter, snowballstem.org) by primary language subtag.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "de": german.Stem, "en": english.Stem, "es": spanish.Stem, "fi": finnish.Stem,
	"fr": french.Stem, "it": italian.Stem, "nb": norwegian.Stem, "nl": dutch.Stem, "nn": norwegian.Stem,
	"no": norwegian.Stem, "pt": portuguese.Stem, "ru": russian.Stem, "sv": swedish.Stem,
}

// Languages are the languages with a stemmer, sorted. Text in any other is compared by its terms alone.
func Languages() []string {
	langs := make([]string, 0, len(stemmers))
	for l := range stemmers {
		langs = append(langs, l)
	}
	slices.Sort(langs)
	return langs
}

func primary(lang string) string {
	sub, _, _ := strings.Cut(lang, "-")
	return sub
}

// Stem gives the folded stem of a token in lang, a language tag; its term where lang has no stemmer.
func Stem(t Token, lang string) string {
	by, ok := stemmersByLanguage[primary(lang)]
	if !ok || len(t.Lower) > 64 {
		return t.Term
	}
	return cachedStem(t.Lower, by.lang, func() string {
		env := snowballstem.NewEnv(t.Lower)
		by.stem(env)
		if s := strip(env.Current()); s != "" {
			return s
		}
		return t.Term
	})
}

// stemmer is a stemmer with the name of its language, which may be kept.
type stemmer struct {
	lang string
	stem func(*snowballstem.Env) bool
}

var stemmersByLanguage = func() map[string]stemmer {
	out := map[string]stemmer{}
	for lang, stem := range stemmers {
		out[lang] = stemmer{lang, stem}
	}
	return out
}()

// Forms gives the term of t and then its stems in langs, each form once. Two words match where they have
// a form in common: "jackets" (jackets, jacket) meets "jacket" (jacket).
func Forms(t Token, langs []string) []string {
	forms := append(make([]string, 0, 1+len(langs)), t.Term)
	for _, l := range langs {
		if s := Stem(t, l); !slices.Contains(forms, s) {
			forms = append(forms, s)
		}
	}
	return forms
}

// StemKey is Key with stems of lang in the place of terms: the form in which inflected labels meet.
func StemKey(tokens []Token, lang string) string {
	stems := make([]string, len(tokens))
	for i, t := range tokens {
		stems[i] = Stem(t, lang)
	}
	return strings.Join(stems, " ")
}
