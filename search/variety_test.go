package search

import "testing"

func TestVariety(t *testing.T) {
	tests := []struct {
		name, kind, of string
		want           bool
	}{
		{"by its last words", "Griesel rain jacket@en", "Rain jacket@en", true},
		{"inflected", "Trekking pack@en", "Packs@en", true},
		{"by any label of the broader one", "Kids shell@en", "Outer jacket@en | ~Shell@en", true},
		{"by the end of a word", "Wolkentor hardshell@en", "Shell@en", true},
		{"by the end of a compound", "Bergschuhe@de", "Schuhe@de", true},
		{"a German name stands behind", "Regenjacke Griesel@de", "Regenjacke@de", true},
		{"in English the first word does not say what it is", "Mountain hut@en", "Mountain@en", false},
		{"an adjective in front is no name", "Nachhaltige Verpackung@de", "Nachhaltigkeit@de", false},
		{"another word", "Anorak@en", "Jacket@en", false},
		{"not by an altLabel of its own", "Anorak@en | ~Hooded jacket@en", "Jacket@en", false},
		{"not by a hidden label", "Anorak jakket@en", "Jacket@en | !jakket@en", false},
		{"not by another language", "Griesel jacket@de", "Jacket@en", false},
		{"not by the end of a word that is too short", "Anthem@en", "Hem@en", false},
		{"not by more words than it has", "Jacket@en", "Rain jacket@en", false},
	}
	for _, tt := range tests {
		voc := NewVocabulary(map[string]string{"kind": tt.kind, "of": tt.of}, map[string]string{"of narrower": "kind"})
		labels := NewLabels(voc, []string{"en", "de"})
		for _, x := range Expand(voc, voc.Number("of"), ExpandNarrower)[1:] {
			if got := labels.isVariety(x, voc.Number("of")); got != tt.want {
				t.Errorf("%s: %q is a kind of %q: %t, want %t", tt.name, tt.kind, tt.of, got, tt.want)
			}
		}
	}
	voc := NewVocabulary(map[string]string{"kind": "Rain jacket@en", "of": "Jacket@en"}, map[string]string{"of related": "kind"})
	labels := NewLabels(voc, []string{"en"})
	for _, x := range Expand(voc, voc.Number("of"), ExpandRelated) {
		if labels.isVariety(x, voc.Number("of")) {
			t.Errorf("concept %d, reached as %s, is a kind", x.Concept, x.Via)
		}
	}
}
