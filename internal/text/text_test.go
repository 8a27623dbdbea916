package text

import (
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"
)

func TestTokens(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string // terms
	}{
		{"signs part words", "bird - non-specific", []string{"bird", "non", "specific"}},
		{"commas and brackets part words", "hat, cap (red)", []string{"hat", "cap", "red"}},
		{"underscores part words", "hero_v2.jpg", []string{"hero", "v2", "jpg"}},
		{"apostrophes part words", "l'école d’été", []string{"l", "ecole", "d", "ete"}},
		{"case and accents fold", "SCHRÖDER Straße Łódź", []string{"schroder", "strasse", "lodz"}},
		{"an accent written apart folds too", "de\u0301ja\u0300 vu", []string{"deja", "vu"}},
		{"a Han character is a word", "東京 tower", []string{"東", "京", "tower"}},
		{"fullwidth letters fold", "ＡＢＣ", []string{"abc"}},
		{"broken bytes part words", "a\xffb", []string{"a", "b"}},
		{"no word", "-- ++", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, tok := range Tokens(tt.in) {
				got = append(got, tok.Term)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Tokens(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestTokenOffsetsCoverTheText(t *testing.T) {
	in := "Öko-Box für Kinder"
	got := []string{}
	for _, tok := range Tokens(in) {
		got = append(got, in[tok.Start:tok.End])
	}
	if want := []string{"Öko", "Box", "für", "Kinder"}; !slices.Equal(got, want) {
		t.Errorf("tokens cover %q, want %q", got, want)
	}
}

func TestFormsMeet(t *testing.T) {
	tests := []struct{ lang, a, b string }{
		{"en", "jackets", "jacket"},
		{"en", "recycled", "recycling"},
		{"de", "Verpackungen", "Verpackung"},
		{"de", "Häuser", "Haus"},
		{"fr", "écoles", "école"},
		{"fr", "nationale", "nationaux"},
		{"es", "mochilas", "mochila"},
	}
	for _, tt := range tests {
		t.Run(tt.lang+" "+tt.a, func(t *testing.T) {
			a, b := Forms(Tokens(tt.a)[0], []string{tt.lang}), Forms(Tokens(tt.b)[0], []string{tt.lang})
			if !slices.ContainsFunc(a, func(f string) bool { return slices.Contains(b, f) }) {
				t.Errorf("%q has forms %q, %q has %q: none in common", tt.a, a, tt.b, b)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	tests := []struct {
		name  string
		got   string
		equal string
	}{
		{"signs do not matter to Key", Key("Back-to-School!"), "back to school"},
		{"a label of signs alone keeps them", Key("++"), "++"},
		{"Exact keeps accents and signs", Exact("  Déjà-Vu  x"), "déjà-vu x"},
		{"Exact composes", Exact("e\u0301"), "é"},
		{"StemKey meets the plural", StemKey(Tokens("rain jackets"), "en"), StemKey(Tokens("rain jacket"), "en")},
	}
	for _, tt := range tests {
		if tt.got != tt.equal {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.equal)
		}
	}
}

func TestStopWords(t *testing.T) {
	if !IsStop("the", []string{"de", "en"}) || IsStop("the", []string{"de"}) || IsStop("packaging", []string{"en"}) {
		t.Error("stop words are told by language")
	}
	for lang, set := range stopWords {
		for w := range set {
			if Fold(w) != w {
				t.Errorf("%s stop word %q is not folded: it can never match", lang, w)
			}
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"bird - non-specific", "Öko-Box", "e\u0301\xff東", "İstanbul ﬁne ǅ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, tok := range Tokens(s) {
			if tok.Start < end || tok.End <= tok.Start || tok.End > len(s) {
				t.Fatalf("token %+v of %q stands wrong", tok, s)
			}
			end = tok.End
			if tok.Term == "" || !utf8.ValidString(tok.Term) {
				t.Fatalf("token %+v of %q has no term", tok, s)
			}
			for _, form := range Forms(tok, []string{"en", "de", "fr", "es"}) {
				if form == "" {
					t.Fatalf("token %+v of %q has an empty form", tok, s)
				}
				if form[0] != tok.Term[0] {
					t.Fatalf("token %+v of %q has the form %q, which begins otherwise", tok, s, form)
				}
			}
		}
	})
}

func TestStemsAreTheSameWhenRemembered(t *testing.T) {
	t.Parallel()
	stems := func() (out []string) {
		for _, lang := range []string{"en", "de", "fr", "xx"} {
			for _, word := range []string{"jackets", "Verpackungen", "mangeaient", "running", "die"} {
				out = append(out, Stem(Tokens(word)[0], lang))
			}
		}
		return out
	}
	first, again := stems(), stems()
	for i := range 100_000 { // enough to take the place of most other words
		Stem(Token{Lower: fmt.Sprint("w", i), Term: fmt.Sprint("w", i)}, "en")
	}
	if late := stems(); !slices.Equal(first, again) || !slices.Equal(first, late) {
		t.Errorf("got %q, then %q, later %q", first, again, late)
	}
}
