package semdex

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Text is a text in one or more languages: language tag (lower case, "" where the source named none) to
// the words in it. In JSON it is a plain string where only "" is present, and an object otherwise.
type Text map[string]string

// UnmarshalJSON reads a string, or an object of language to string.
func (t *Text) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err == nil {
		*t = nil
		if one != "" {
			*t = Text{"": one}
		}
		return nil
	}
	var many map[string]string
	if err := json.Unmarshal(data, &many); err != nil {
		return fmt.Errorf("want a string or an object of language to string")
	}
	*t = nil
	for _, lang := range slices.Sorted(maps.Keys(many)) { // one order: "EN" and "en" are the same language
		if many[lang] == "" {
			continue
		}
		if *t == nil {
			*t = Text{}
		}
		(*t)[LanguageTag(lang)] = many[lang]
	}
	return nil
}

// MarshalJSON writes the form that UnmarshalJSON reads.
func (t Text) MarshalJSON() ([]byte, error) {
	if one, ok := t[""]; ok && len(t) == 1 {
		return json.Marshal(one)
	}
	return json.Marshal(map[string]string(t))
}

// Languages gives the languages present, sorted, so that whoever walks a Text does so in one order.
func (t Text) Languages() []string {
	langs := make([]string, 0, len(t))
	for l := range t {
		langs = append(langs, l)
	}
	slices.Sort(langs)
	return langs
}

// In gives the text in the first of the wanted languages that has one ("en" takes "en-gb" too, and "en-gb"
// takes "en" where there is nothing nearer), else the untagged one, else the first by language tag: always
// the same choice for the same Text.
func (t Text) In(wanted ...string) string {
	langs := t.Languages()
	for _, w := range LanguageRanges(wanted...) {
		for _, l := range langs {
			if LanguageMatches(w, l) {
				return t[l]
			}
		}
	}
	if s, ok := t[""]; ok {
		return s
	}
	if len(langs) > 0 {
		return t[langs[0]]
	}
	return ""
}

// LanguageTag brings a language tag to the form compared everywhere: lower case, "_" as "-".
func LanguageTag(tag string) string {
	b := []byte(tag)
	for i, c := range b {
		switch {
		case 'A' <= c && c <= 'Z':
			b[i] = c + 'a' - 'A'
		case c == '_':
			b[i] = '-'
		}
	}
	return string(b)
}

// LanguageMatches says whether the language range wanted covers tag (RFC 4647 basic filtering): "en"
// covers "en" and "en-gb". The empty range covers the untagged text alone. Both are in LanguageTag form.
func LanguageMatches(wanted, tag string) bool {
	if wanted == tag {
		return true
	}
	return wanted != "" && len(tag) > len(wanted) && tag[:len(wanted)] == wanted && tag[len(wanted)] == '-'
}

// LanguageRanges gives the ranges to try for the wanted languages, in order: each one and then, subtag by
// subtag, what it is a kind of (RFC 4647 lookup): "de-at-1996" gives "de-at-1996", "de-at", "de".
func LanguageRanges(wanted ...string) []string {
	var ranges []string
	for _, w := range wanted {
		ranges = append(ranges, w)
		for cut := strings.LastIndexByte(w, '-'); cut > 0; cut = strings.LastIndexByte(w[:cut], '-') {
			ranges = append(ranges, w[:cut])
		}
	}
	return ranges
}
