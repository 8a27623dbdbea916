package search_test

import (
	"fmt"
	"strings"
	"testing"

	"semdex"
	"semdex/search"
)

var travel = search.NewVocabulary(map[string]string{
	"alps": "Alps@en | Alpen@de", "mountains": "Mountains@en | Berge@de", "nature": "Nature@en", "place": "Place@en", "huts": "Huts@en", "glacier": "Glacier@en", "peaks": "Peaks@en | !Tops@en",
	"old": "Lodges@en", "meadow": "Meadow flowers@en | Wiesenblumen@de", "flower": "Flower shop@en", "berry": "Berry picking@en", "empty": "Empty flower@en",
}, map[string]string{
	"mountains narrower": "alps", "nature narrower": "mountains", "place narrower": "nature", "alps related": "huts glacier", "alps narrower": "peaks", "old replaced": "huts",
})

func travelAssets() []*semdex.Asset {
	asset := func(id, kind string, tags ...string) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Type: kind, Tags: tags, Approval: semdex.Approved, Width: 100}
	}
	uri := func(id, concept string) *semdex.Asset { // without its words
		a := asset(id, "image")
		a.Concepts = []string{search.Base + concept}
		return a
	}
	hidden := asset("hidden", "image", "Mountains", "Glacier")
	hidden.Approval = semdex.Pending
	return []*semdex.Asset{
		asset("a", "image", "Huts"), asset("b", "image", "Huts"), asset("c", "video", "Huts"), asset("d", "video", "Peaks"), asset("e", "image", "Nature"),
		uri("f", "meadow"), uri("g", "flower"), uri("h", "flower"), uri("i", "berry"), hidden,
	}
}

func TestAnEmptyAnswerOffersWhatIsThere(t *testing.T) {
	t.Parallel()
	s, _ := library(t, settings, travel, travelAssets()...)
	images := map[string][]string{"type": {"image"}}
	tests := []struct {
		name    string
		request search.Request
		offers  string
		without string
	}{
		{"broader and related concepts with their assets, what has none left out", search.Request{Query: "alps", Filters: images}, "related Huts 2, broader Nature 1, broader Place 1", "type 1"},
		{"what is narrower, where it was not followed", search.Request{Query: "alps", Expand: search.ExpandSynonyms}, "narrower Peaks 1, broader Mountains 1, related Huts 3, broader Nature 2, broader Place 2", ""},
		{"in the reader's language", search.Request{Query: "alps", Lang: "de", Expand: search.ExpandSynonyms, Filters: map[string][]string{"type": {"video"}}},
			"narrower Peaks 1, broader Berge 1, related Huts 1, broader Nature 1, broader Place 1", ""},
		{"to those who see them, those of hidden assets too", search.Request{Query: "alps", Filters: images, Access: search.Access{All: true}},
			"broader Mountains 1, related Huts 2, related Glacier 1, broader Nature 2, broader Place 2", "type 1"},
		{"of a filter in the query, too", search.Request{Query: "alps type:image"}, "related Huts 2, broader Nature 1, broader Place 1", "type 1"},
		{"of a range in the query, too", search.Request{Query: "alps width:500.."}, "", "width 1"},
		{"a range in the query that is to blame beside a filter that is not", search.Request{Query: "huts width:500..", Filters: images}, "", "width 2"},
		{"a filter and a range in the query that both do are none", search.Request{Query: "huts width:500..", Filters: map[string][]string{"type": {"audio"}}}, "", ""},
		{"nothing that the query leaves out", search.Request{Query: "alps -type:image -type:video"}, "", ""},
		{"what is left beside what the query leaves out", search.Request{Query: "alps -type:video"}, "related Huts 2, broader Nature 1, broader Place 1", ""},
		{"each filter that alone keeps everything out", search.Request{Query: "huts", Filters: map[string][]string{"type": {"audio"}, "width": {"..500"}}}, "", "type 3"},
		{"beside a range in the query", search.Request{Query: "huts width:..50", Filters: map[string][]string{"type": {"audio"}}}, "", ""},
		{"which is one of them", search.Request{Query: "huts width:..50", Filters: map[string][]string{"type": {"video"}}}, "", "width 1"},
		{"however often it stands there", search.Request{Query: "huts width:..50 width:60..70", Filters: map[string][]string{"type": {"video"}, "width": {"1..200"}}}, "", "width 1"},
		{"beside what the query leaves out", search.Request{Query: "huts -type:video", Filters: map[string][]string{"width": {"500.."}}}, "", "width 2"},
		{"two that both do are none", search.Request{Query: "huts", Filters: map[string][]string{"type": {"audio"}, "width": {"500.."}}}, "", ""},
		{"a query that named no concept: labels that have words of it, most of them first", search.Request{Query: "flowers of the meadow"}, "words Meadow flowers 1, words Flower shop 2", ""},
		{"by inflected words", search.Request{Query: "berries"}, "words Berry picking 1", ""},
		{"text alone", search.Request{Query: "meadow flowers", Expand: search.ExpandNone}, "words Meadow flowers 1, words Flower shop 2", ""},
		{"under the same filters", search.Request{Query: "flowers of the meadow", Filters: map[string][]string{"id": {"files:f"}}}, "words Meadow flowers 1", ""},
		{"no query", search.Request{Filters: map[string][]string{"type": {"audio"}}}, "", "type 9"},
		{"nothing anywhere", search.Request{Query: "xyzzy"}, "", ""},
		{"hidden labels do not tell", search.Request{Query: "tops xyzzy", Expand: search.ExpandNone}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := tt.request
			if r.Lang == "" {
				r.Lang = "en"
			}
			if r.Access == (search.Access{}) {
				r.Access = everyone
			}
			a := ask(t, s, r)
			var offers, without []string
			for _, o := range a.Offers {
				offers = append(offers, fmt.Sprintf("%s %s %d", o.Via, o.Label, o.Count))
			}
			for _, w := range a.Without {
				without = append(without, fmt.Sprintf("%s %d", w.Field, w.Count))
			}
			if got := strings.Join(offers, ", "); got != tt.offers {
				t.Errorf("offers %s\nwant   %s", got, tt.offers)
			}
			if got := strings.Join(without, ", "); got != tt.without {
				t.Errorf("without %s, want %s", got, tt.without)
			}
		})
	}
}

func TestOffersFindWhatTheyCount(t *testing.T) {
	t.Parallel()
	s, _ := library(t, settings, travel, travelAssets()...)
	for _, access := range []search.Access{everyone, {All: true}} {
		r := search.Request{Query: "alps", Lang: "en", Access: access, Filters: map[string][]string{"type": {"image"}}}
		a := ask(t, s, r)
		if len(a.Offers) == 0 {
			t.Fatal("nothing is offered")
		}
		for _, o := range a.Offers {
			b := ask(t, s, search.Request{Access: access, Filters: map[string][]string{"type": {"image"}, "concept": {string(o.URI)}}})
			if b.Total != o.Count {
				t.Errorf("%s is offered with %d assets, the filter finds %d", o.Label, o.Count, b.Total)
			}
		}
	}
}
