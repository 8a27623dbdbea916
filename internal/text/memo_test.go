package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// standing is a word as tests compare it.
type standing struct {
	Start, End int
	Forms      []string
}

// A Memo gives what Tokens and Forms give, whatever it read before.
func TestMemo(t *testing.T) {
	t.Parallel()
	texts := []string{strings.Repeat("word ", roomWords-1), strings.Repeat("more ", 2*roomWords), strings.Repeat("x ", roomWords), "", "-- ++", "Rain jackets, rain jacket and JACKETS", "l'école d’été", "de\u0301ja\u0300 vu", "東京 tower", "a\xffb Häuser häuser HÄUSER", "\uff76\uff9e x"}
	memo := &Memo{}
	var given [][]Word
	var all [][]standing
	forms := func(words []Word) (out []standing) {
		for _, w := range words {
			out = append(out, standing{w.Start, w.End, w.Forms()})
		}
		return out
	}
	for range 2 {
		for _, langs := range [][]string{nil, {"en"}, {"de", "en"}, {"xx"}} {
			for _, s := range texts {
				var want []standing
				for _, token := range Tokens(s) {
					want = append(want, standing{token.Start, token.End, Forms(token, langs)})
				}
				got := memo.Words(s, langs)
				if diff := cmp.Diff(want, forms(got)); diff != "" {
					t.Errorf("words of %q in %q (-want +got):\n%s", s, langs, diff)
				}
				given, all = append(given, got), append(all, want)
			}
		}
	}
	for i, words := range given {
		if diff := cmp.Diff(all[i], forms(words)); diff != "" {
			t.Errorf("what was given before changed (-want +got):\n%s", diff)
		}
	}
}

func TestWordHas(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, word string
		forms      []string
		prefix     string
		any, begin bool
	}{
		{"its term", "Jackets", []string{"jackets"}, "jack", true, true},
		{"its stem", "Jackets", []string{"tent", "jacket"}, "jackets", true, true},
		{"neither", "Jackets", []string{"jack", "tent", ""}, "jacke t", false, false},
		{"nothing", "Jackets", nil, "", false, true},
		{"a folded beginning", "Öfen", []string{"ofen"}, "of", true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := (&Memo{}).Words(tt.word, []string{"en"})[0]
			if got := w.HasAny(tt.forms); got != tt.any {
				t.Errorf("has any of %q: %v, want %v", tt.forms, got, tt.any)
			}
			if got := w.HasPrefix(tt.prefix); got != tt.begin {
				t.Errorf("begins with %q: %v, want %v", tt.prefix, got, tt.begin)
			}
		})
	}
}

// Word.First holds for stems because no stemmer touches the beginning of a word: here are all words of two
// letters, and such words with endings, in every language.
func TestStemsBeginAsTheirWords(t *testing.T) {
	t.Parallel()
	letters := map[string]string{"ru": "абвгдежзийклмнопрстуфхцчшщъыьэюяё"}
	endings := []string{"", "ing", "ies", "ungen", "heiten", "issement", "aciones", "amente", "ssa", "ene", "ости"}
	for _, lang := range Languages() {
		of, known := letters[lang]
		if !known {
			of = "abcdefghijklmnopqrstuvwxyzäöüßåæøéèàçîûëïñãõíú"
		}
		var walk func(word string, left int)
		walk = func(word string, left int) {
			for _, ending := range endings {
				for _, token := range Tokens(word + ending) {
					if stem := Stem(token, lang); stem[0] != token.Term[0] {
						t.Errorf("%s: %q has the stem %q", lang, token.Term, stem)
					}
				}
			}
			if left == 0 {
				return
			}
			for _, r := range of {
				walk(word+string(r), left-1)
			}
		}
		for _, r := range of {
			walk(string(r), 1)
		}
	}
}
