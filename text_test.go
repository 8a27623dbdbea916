package semdex_test

import (
	"encoding/json"
	"testing"

	"semdex"
)

func TestTextIn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		text   semdex.Text
		wanted []string
		want   string
	}{
		{"the first wanted language that is there", semdex.Text{"en": "E", "de": "D"}, []string{"fr", "de", "en"}, "D"},
		{"a language covers its regions", semdex.Text{"en-gb": "G", "de": "D"}, []string{"en"}, "G"},
		{"the language itself before its regions", semdex.Text{"en": "E", "en-gb": "G"}, []string{"en"}, "E"},
		{"a region takes its language where there is nothing nearer", semdex.Text{"en-gb": "G", "en": "E", "": "U"}, []string{"en-us"}, "E"},
		{"or else another region of it", semdex.Text{"en-gb": "G", "": "U"}, []string{"en-us"}, "G"},
		{"a language is no beginning of a word", semdex.Text{"enm": "M", "": "U"}, []string{"en"}, "U"},
		{"then the untagged text", semdex.Text{"de": "D", "": "U"}, []string{"fr"}, "U"},
		{"then the first by tag", semdex.Text{"ru": "R", "de": "D", "fr": "F"}, []string{"en"}, "D"},
		{"nothing wanted", semdex.Text{"ru": "R", "de": "D"}, nil, "D"},
		{"the untagged text may be wanted", semdex.Text{"de": "D", "": "U"}, []string{"", "de"}, "U"},
		{"no text", nil, []string{"en"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for range 20 { // maps are walked in another order each time
				if got := tt.text.In(tt.wanted...); got != tt.want {
					t.Fatalf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}

func TestTextWritesWhatItReads(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"untagged alone is a string", `{"":"x"}`, `"x"`},
		{"a string stays one", `"x"`, `"x"`},
		{"languages are an object, sorted", `{"fr":"f","DE_at":"d","":"u"}`, `{"":"u","de-at":"d","fr":"f"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var text semdex.Text
			if err := json.Unmarshal([]byte(tt.in), &text); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(text)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s (error %v), want %s", got, err, tt.want)
			}
		})
	}
}

func TestLanguageTag(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "en": "en", "EN_GB": "en-gb", "zh-Hant-TW": "zh-hant-tw"} {
		if got := semdex.LanguageTag(in); got != want {
			t.Errorf("tag %q: got %q, want %q", in, got, want)
		}
	}
}
