package search_test

import (
	"strings"
	"testing"

	"semdex"
	"semdex/search"
)

// TestWordsOfAConceptCountAsWrittenInMainTexts tells where a word that names a concept is as good as its class, and
// where it comes behind what bears a narrower concept.
func TestWordsOfAConceptCountAsWrittenInMainTexts(t *testing.T) {
	vocabulary := search.NewVocabulary(map[string]string{"nationality": "Nationality@en | ~Federal state@en", "island": "Island@en"}, map[string]string{"nationality narrower": "island"})
	tests := []struct {
		name    string
		asset   semdex.Asset
		class   string // and why
		because string
	}{
		{"title", semdex.Asset{Title: semdex.Text{"en": "A proud nationality"}}, "words", "“nationality” in the title"},
		{"description", semdex.Asset{Description: semdex.Text{"en": "A proud nationality"}}, "words", "“nationality” in the description"},
		{"alt", semdex.Asset{Alt: semdex.Text{"en": "A proud nationality"}}, "words", "“nationality” in the alt"},
		{"tag", semdex.Asset{Tags: []string{"one nationality"}}, "words", "“nationality” in the tags"},
		{"keyword", semdex.Asset{Keywords: []string{"one nationality"}}, "words", "“nationality” in the keywords"},
		{"inflected in the title, as written in the description", semdex.Asset{Title: semdex.Text{"en": "Many nations"}, Description: semdex.Text{"en": "Of each nationality"}}, "words", "“nationality” in the description"},
		{"label", semdex.Asset{Title: semdex.Text{"en": "Our federal state"}}, "synonym", "“Federal state” in the title, a name of Nationality"},
		{"inflected label of several words", semdex.Asset{Title: semdex.Text{"en": "Two federal states"}}, "synonym", "“Federal state” in the title, a name of Nationality"},
		{"narrower", semdex.Asset{Tags: []string{"Island"}}, "narrower", "tagged Island, narrower than Nationality"},
		{"inflected", semdex.Asset{Title: semdex.Text{"en": "A proud nation"}}, "narrower label", "“nation” in the title"},
		{"inflected in the credit", semdex.Asset{Credit: "Accepted by the nation"}, "narrower label", "“nation” in the credit"},
		{"credit", semdex.Asset{Credit: "Accepted by the nationality"}, "narrower label", "“nationality” in the credit"},
		{"copyright", semdex.Asset{Copyright: "The nationality"}, "narrower label", "“nationality” in the credit"},
		{"album", semdex.Asset{Albums: []string{"Gifts to the nationality"}}, "narrower label", "“nationality” in the albums"},
		{"field", semdex.Asset{Fields: map[string][]string{"Owner": {"the nationality"}}}, "narrower label", "“nationality” in the Owner"},
		{"file name", semdex.Asset{Name: "proud nationality.jpg"}, "narrower label", "“nationality” in the filename"},
		{"label in the credit", semdex.Asset{Credit: "A federal state"}, "narrower label", "“Federal state” in the credit, a name of Nationality"},
	}
	var assets []*semdex.Asset
	for i := range tests {
		a := &tests[i].asset
		a.ID, a.Approval = semdex.AssetID("files:"+strings.NewReplacer(" ", "-", ",", "").Replace(tests[i].name)), semdex.Approved
		assets = append(assets, a)
	}
	s, _ := library(t, settings, vocabulary, assets...)
	found := map[semdex.AssetID]search.Hit{}
	for _, h := range ask(t, s, search.Request{Query: "nationality", Lang: "en", Access: everyone, Limit: 50, Explain: true}).Hits {
		found[h.ID] = h
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, ok := found[tt.asset.ID]
			if !ok || len(h.Explain) != 1 || h.Explain[0].Class != tt.class || h.Matched.Because != tt.because {
				t.Errorf("got %+v, because %s; want %s, because %s", h.Explain, h.Matched.Because, tt.class, tt.because)
			}
		})
	}
	plain, _ := library(t, settings, search.NewVocabulary(nil, nil), assets...)
	for _, h := range ask(t, plain, search.Request{Query: "nationality", Lang: "en", Access: everyone, Limit: 50, Explain: true}).Hits {
		if h.Explain[0].Class != "words" {
			t.Errorf("%s is %s where the word names no concept, want words", h.ID, h.Explain[0].Class)
		}
	}
}
