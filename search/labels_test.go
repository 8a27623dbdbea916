package search

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/internal/text"
)

func everyConcept(int32) bool { return true }

var labelVocabulary = NewVocabulary(map[string]string{
	"jacket":    "Jacket@en | Jacke@de | ~Coat@en",
	"rain":      "Rain jacket@en | Regenjacke@de | !rainjaket@en",
	"liner":     "Rain jacket liner@en",
	"hat":       "Hat@en | Hut@de",
	"hut":       "Hut@en | Hütte@de",
	"it":        "IT@en",
	"bird":      "bird - non-specific@en",
	"cap":       "hat, cap@en",
	"music":     "Music (recorded)@en",
	"expressed": "actions: expressive@en",
	"vu":        "Déjà vu",
	"plus":      "C++ | ~++",
	"school":    "Back to school@en",
	"packaging": "Verpackung@de | packaging@en-gb",
}, map[string]string{"rain notation": "FH-RJ", "liner notation": "FH-RJ"})

func TestLabelsRead(t *testing.T) {
	labels := NewLabels(labelVocabulary, []string{"en", "de"})
	tests := []struct{ name, query, lang, want string }{
		{"one word", "jacket", "", "jacket[jacket]"},
		{"the longest label", "rain jacket", "", "rain jacket[rain]"},
		{"a label nested in a longer one", "rain jacket liner", "", "rain jacket liner[liner]"},
		{"a label, then another", "rain jacket jacket", "", "rain jacket[rain] jacket[jacket]"},
		{"none overlap", "rain jacket liner jacket liner", "", "rain jacket liner[liner] jacket[jacket]"},
		{"words that name nothing are left", "red rain jacket for sale", "", "rain jacket[rain]"},
		{"inflected, where no label is so written", "Rain Jackets", "", "Rain Jackets[rain]"},
		{"inflected in another language", "Regenjacken", "", "Regenjacken[rain]"},
		{"a word as it stands before its stem", "hut", "", "hut[hat hut]"},
		{"the language of the query decides", "hut", "en", "hut[hut]"},
		{"in German it is another thing", "Hut", "de", "Hut[hat]"},
		{"a label of another language, where there is none of the query's", "Hütte", "en", "Hütte[hut]"},
		{"en covers en-GB", "packaging", "en", "packaging[packaging]"},
		{"accents do not matter", "deja vu", "en", "deja vu[vu]"},
		{"nor do they in the query", "jäcket", "", "jäcket[jacket]"},
		{"signs do not matter", "bird non specific", "", "bird non specific[bird]"},
		{"commas neither", "hat cap", "en", "hat cap[cap]"},
		{"brackets neither", "music recorded", "", "music recorded[music]"},
		{"hyphens neither", "back-to-school", "", "back-to-school[school]"},
		{"a hidden label finds its concept", "rainjaket", "", "rainjaket[rain]"},
		{"an altLabel finds its concept", "coats", "", "coats[jacket]"},
		{"a stop word alone is a label", "it", "", "it[it]"},
		{"a stop word in a sentence is none", "it rains", "", ""},
		{"a stop word of another language is a label", "red hat", "en", "hat[hat]"},
		{"where the language is not known it is none", "red hat", "", ""},
		{"nothing", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			tokens := text.Tokens(tt.query)
			for _, r := range labels.Read(tokens, tt.lang) {
				words := tt.query[tokens[r.From].Start:tokens[r.To-1].End]
				got = append(got, fmt.Sprintf("%s[%s]", words, labelVocabulary.Names(conceptsOf(r.Refs, everyConcept))))
			}
			if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
				t.Errorf("Read(%q, %q) (-want +got)\n%s", tt.query, tt.lang, d)
			}
		})
	}
}

func TestLabelsOfVerbs(t *testing.T) {
	voc := NewVocabulary(map[string]string{
		"sew": "Sewing@en | Nähen@de", "hike": "Hiking@en | Wandern@de", "runner": "Runners@en | Läufer@de", "run": "Laufen@de",
	}, nil)
	labels := NewLabels(voc, []string{"en", "de"})
	tests := []struct{ name, word, lang, want string }{
		{"in another person", "wandert", "de", "hike 1"},
		{"present participle", "Wandernde", "de", "hike 1"},
		{"in another case", "wandernden", "de", "hike 1"},
		{"of a verb with en", "laufendes", "de", "run 1"},
		{"where it is done", "Näherei", "de", "sew 0.9"},
		{"who does it", "Näherin", "de", "sew 0.9"},
		{"several who do it", "Näherinnen", "de", "sew 0.9"},
		{"who does it, of a verb with ern", "Wanderinnen", "de", "hike 0.9"},
		{"a label is that label", "Läufern", "de", "runner 1"},
		{"what begins like a short verb is another word", "Naht", "de", ""},
		{"not in English", "Wanderin", "en", ""},
	}
	for _, tt := range tests {
		got := ""
		for _, r := range labels.Read(text.Tokens(tt.word), tt.lang) {
			got = fmt.Sprintf("%s %g", voc.Names(conceptsOf(r.Refs, everyConcept)), r.Weight)
		}
		if got != tt.want {
			t.Errorf("%s: %q reads as %q, want %q", tt.name, tt.word, got, tt.want)
		}
	}
}

func TestLabelsBesideConcepts(t *testing.T) {
	voc := NewVocabulary(map[string]string{
		"training": "Berufsausbildung@de", "education": "Ausbildung@de", "ibex": "Steinbock@de", "case": "Kindergartentasche@de", "bag": "Einkaufstasche@de", "safety": "Mountain safety@en",
	}, nil)
	labels := NewLabels(voc, []string{"en", "de"})
	tests := []struct{ name, word, kinds, about string }{
		{"the last word of a label", "safety", "safety", ""},
		{"the last part of a compound", "Tasche", "bag case", ""},
		{"the first part, before a label", "Beruf", "", "training"},
		{"the first part, before what labels end with", "Kindergarten", "", "case"},
		{"the beginning of a word that is no compound", "Stein", "", ""},
		{"too short", "Bag", "", ""},
	}
	for _, tt := range tests {
		word := text.Tokens(tt.word)[0]
		kinds := voc.Names(conceptsOf(labels.kinds(word, true), everyConcept))
		about := voc.Names(conceptsOf(labels.about(word), everyConcept))
		if kinds != tt.kinds || about != tt.about {
			t.Errorf("%s: kinds of %q are %q, about it are %q; want %q and %q", tt.name, tt.word, kinds, about, tt.kinds, tt.about)
		}
	}
}

func TestLabelsWhole(t *testing.T) {
	labels := NewLabels(labelVocabulary, []string{"en", "de"})
	for query, want := range map[string]string{
		"bird - non-specific": "bird", "Actions:  Expressive": "expressed", "C++": "plus", "++": "plus", "DÉJÀ VU": "vu",
		"hut": "hat hut", "deja vu": "", "rain": "", "it": "it",
	} {
		if got := labelVocabulary.Names(conceptsOf(labels.Whole(query), everyConcept)); got != want {
			t.Errorf("Whole(%q) = %q, want %q", query, got, want)
		}
	}
}

func TestLabelsNamed(t *testing.T) {
	labels := NewLabels(labelVocabulary, []string{"en", "de"})
	only := func(names string) func(int32) bool {
		return func(c int32) bool { return strings.Contains(names, labelVocabulary.names[c]) }
	}
	tests := []struct{ name, value, in, want string }{
		{"equal but for case", "RAIN JACKET", "rain", "rain"},
		{"reads alike", "rain-jacket", "rain", "rain"},
		{"equal comes before alike", "déjà vu", "vu", "vu"},
		{"not inflected", "rain jackets", "rain", ""},
		{"a hidden label counts", "Rainjaket", "rain", "rain"},
		{"several", "hut", "hat hut", "hat hut"},
		{"one of them in the scheme", "hut", "hat", "hat"},
		{"none in the scheme", "hut", "rain", ""},
	}
	for _, tt := range tests {
		if got := labelVocabulary.Names(labels.Named(tt.value, only(tt.in))); got != tt.want {
			t.Errorf("%s: Named(%q) = %q, want %q", tt.name, tt.value, got, tt.want)
		}
	}
	if got := labelVocabulary.Names(labels.Noted(" FH-RJ ", everyConcept)); got != "liner rain" {
		t.Errorf("Noted = %q, want both", got)
	}
	if got := labels.Noted("fh-rj", everyConcept); got != nil {
		t.Errorf("a notation is a code: its case counts, got %v", got)
	}
}

func TestPreferLanguage(t *testing.T) {
	refs := []LabelRef{{1, semdex.Label{Lang: "de"}}, {2, semdex.Label{Lang: ""}}, {3, semdex.Label{Lang: "en-gb"}}, {4, semdex.Label{Lang: "en"}}}
	for lang, want := range map[string]string{"": "1234", "en": "34", "de": "1", "fr": "2"} {
		got := ""
		for _, r := range preferLanguage(refs, lang) {
			got += fmt.Sprint(r.Concept)
		}
		if got != want {
			t.Errorf("for %q got %s, want %s", lang, got, want)
		}
	}
}

func TestALabelIsOfTheConceptInUse(t *testing.T) {
	voc := NewVocabulary(map[string]string{
		"bag": "Bag@en | ~Satchel@en", "satchel": "satchel@en | ~Schoolbag@en", "purse": "Purse@en",
	}, map[string]string{"satchel replaced": "bag", "satchel notation": "B1", "purse notation": "B1"})
	labels := NewLabels(voc, []string{"en"})
	for label, want := range map[string]string{"satchel": "bag", "schoolbag": "satchel", "purse": "purse"} {
		if got := voc.Names(labels.Named(label, everyConcept)); got != want {
			t.Errorf("%s: got %q, want %q", label, got, want)
		}
	}
	if got := voc.Names(labels.Noted("B1", everyConcept)); got != "purse" {
		t.Errorf("the notation: got %q, want that of the concept in use alone", got)
	}
}
