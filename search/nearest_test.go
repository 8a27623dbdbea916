package search_test

import "testing"

// TestNearest guards which concept stands beside words that find nothing.
func TestNearest(t *testing.T) {
	t.Parallel()
	r := brandLibrary(t).Reader()
	defer r.Release()
	tests := []struct{ name, words, lang, want string }{
		{"a label", "bikepacking", "en", "Bikepacking"},
		{"another language's label", "rucksack", "de", "Packs"},
		{"the beginning of a label", "sustainable pack", "", "Sustainable packaging"},
		{"typing errors", "bikepaking", "en", "Bikepacking"},
		{"the end of a compound", "kinderrucksack", "de", "Packs"},
		{"the last word that is a label", "grandma's rucksack 1974", "", "Packs"},
		{"another word with the same beginning", "kindertrage", "de", ""},
		{"a short word that is a label", "hut 1974", "en", "Mountain hut"},
		{"nothing near", "xylophone qqq", "en", ""},
		{"no word", " ++ ", "en", ""},
	}
	for _, tt := range tests {
		label, id := r.Nearest(tt.words, tt.lang)
		if label != tt.want || (id == "") != (label == "") {
			t.Errorf("%s: %q is near to %q (%s), want %q", tt.name, tt.words, label, id, tt.want)
		}
	}
}
