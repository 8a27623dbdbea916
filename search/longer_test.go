package search_test

import (
	"strings"
	"testing"

	"semdex"
	"semdex/search"
)

// TestWordsWithinLongerNames tells where a word that names a concept counts as written though it stands in a longer label,
// and where the longer label says that something else is meant, so that it comes behind what bears a narrower concept.
func TestWordsWithinLongerNames(t *testing.T) {
	vocabulary := search.NewVocabulary(map[string]string{
		"camping": "Camping@en | Camping@de | ~Life in a tent@en | ~Holiday under canvas@en", "van": "Van camping@en | ~Camping van trip@en", "bivouac": "Bivouac@en",
		"stove": "Camping stove@en | Campingkocher@de | ~Old camping stove mark two@en", "kids": "Camping with children@en", "fair": "Camping, hiking@en",
		"shop": "Camping (shop)@en", "site": "Camping Waldsee@de", "canvas": "Holiday under canvas house@en", "hidden": "Tarpaulin@en | !camping tarp@en",
		"beside": "Tents@en | ~Camping tents@en", "trailer": "Trailer@en | ~Camping van trip@en", "rel": "Camping chair@en",
	}, map[string]string{"camping narrower": "van bivouac", "camping close": "beside", "camping related": "rel"})
	title := func(s string) semdex.Asset { return semdex.Asset{Title: semdex.Text{"en": s}} }
	tests := []struct {
		name  string
		asset semdex.Asset
		class string
	}{
		{"alone", title("Camping in May"), "words"},
		{"before another word", title("The camping stove"), "narrower label"},
		{"between others", title("An old camping stove, mark two"), "narrower label"},
		{"the longer label inflected", title("Two camping stoves"), "narrower label"},
		{"in a tag", semdex.Asset{Tags: []string{"my camping stove"}}, "narrower label"},
		{"outside as well", title("Camping stove for camping"), "words"},
		{"outside in another text", semdex.Asset{Title: semdex.Text{"en": "Camping stove"}, Description: semdex.Text{"en": "At home in camping"}}, "words"},
		{"with a sign between", title("Camping-stove"), "narrower label"},
		{"only part of the longer label", title("Camping by the stove"), "words"},
		{"within a label that something narrower bears too", title("A camping van trip"), "words"},
		{"of something close", title("Camping tents"), "words"},
		{"of something related", title("A camping chair"), "narrower label"},
		{"before a stop word", title("Camping with children"), "words"},
		{"in an enumeration", title("Camping, hiking"), "words"},
		{"before a qualifier", title("Camping shop"), "words"},
		{"in front of a name, where the language puts it there", title("Camping Waldsee"), "words"},
		{"within a hidden label", title("A camping tarp"), "words"},
		{"another label", title("Holiday under canvas"), "synonym"},
		{"another label before a word", title("A holiday under canvas house"), "narrower label"},
	}
	var assets []*semdex.Asset
	for i := range tests {
		a := &tests[i].asset
		a.ID, a.Approval = semdex.AssetID("files:"+strings.NewReplacer(" ", "-", ",", "").Replace(tests[i].name)), semdex.Approved
		assets = append(assets, a)
	}
	s, _ := library(t, settings, vocabulary, assets...)
	for _, mode := range search.Modes {
		found := map[semdex.AssetID]search.Hit{}
		for _, h := range ask(t, s, search.Request{Query: "camping", Lang: "en", Expand: mode, Access: everyone, Limit: 50, Explain: true}).Hits {
			found[h.ID] = h
		}
		for _, tt := range tests {
			h, ok := found[tt.asset.ID]
			switch {
			case mode == search.ExpandNone && strings.HasPrefix(tt.name, "another label"):
				continue // as written it is not there
			case mode == search.ExpandSynonyms && tt.name == "of something close":
				continue // which is not searched for
			case mode == search.ExpandNone:
				tt.class = "words"
			}
			if !ok || len(h.Explain) != 1 || h.Explain[0].Class != tt.class {
				t.Errorf("expand=%s, %s: got %+v, want %s", mode, tt.name, h.Explain, tt.class)
			}
		}
	}
}

// TestTextsComeBeforeVarieties guards that what is tagged with a narrower concept comes behind texts with the words of the
// broader one, though it bears their name, and before what is tagged with another narrower one.
func TestTextsComeBeforeVarieties(t *testing.T) {
	vocabulary := search.NewVocabulary(map[string]string{"packaging": "Packaging@en", "green": "Sustainable packaging@en", "box": "Box@en"}, map[string]string{"packaging narrower": "box green"})
	asset := func(id, title string, tags ...string) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"en": title}, Tags: tags, Approval: semdex.Approved}
	}
	s, _ := library(t, settings, vocabulary, asset("box", "A", "box"), asset("green", "B", "Sustainable packaging"), asset("green-too", "C", "Sustainable packaging", "x"),
		asset("text", "Of packaging and much else"), asset("tagged", "D", "packaging", "x", "y", "z"))
	want := "tagged text green green-too box"
	if got := hitIDs(ask(t, s, search.Request{Query: "packaging", Lang: "en", Access: everyone})); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestCustomFieldsComeBehindTags guards that of equal evidence what an asset is about comes before whom or where it is for.
func TestCustomFieldsComeBehindTags(t *testing.T) {
	vocabulary := search.NewVocabulary(map[string]string{"norway": "Norway@en", "oslo": "Oslo@en"}, map[string]string{"norway narrower": "oslo"})
	set := settings
	set.Dimensions = []search.Dimension{{Name: "region", Field: "field:Region", HasScheme: true}}
	asset := func(id, region string, tags ...string) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Fields: map[string][]string{"Region": {region}}, Tags: tags, Approval: semdex.Approved}
	}
	s, _ := library(t, set, vocabulary, asset("field", "Norway"), asset("tag", "Sweden", "Norway", "x", "y", "z"), asset("both", "Norway", "norway", "x", "y", "z"),
		asset("narrower-field", "Oslo"), asset("narrower-tag", "Sweden", "Oslo", "x", "y", "z"))
	want := "both tag field narrower-tag narrower-field"
	if got := hitIDs(ask(t, s, search.Request{Query: "norway", Lang: "en", Access: everyone})); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
