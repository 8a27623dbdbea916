package enginetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/internal/text"
	"semdex/search"
)

// evidence reads a text as a query does: "rain jacket", with "*" at its end a prefix.
func evidence(s string, class search.Class) search.TextEvidence {
	e := search.TextEvidence{Class: class, Weight: .9, Scored: true, Prefix: strings.HasSuffix(s, "*")}
	for _, t := range text.Tokens(s) {
		e.Terms = append(e.Terms, text.Forms(t, languages))
	}
	return e
}

// words tries what counts as standing in a text.
func words(t *testing.T, open Open) {
	asset := func(id, title string) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"en": title}}
	}
	split := asset("split", "red rain")
	split.Tags = []string{"jacket"}
	german := asset("german", "")
	german.Title, german.Language = semdex.Text{"": "Schöne Verpackungen"}, "de"
	view := pin(t, open(t, languages, []*semdex.Asset{
		asset("exact", "Rain jacket"), asset("plural", "three rain jackets"), asset("apart", "rain on a jacket"),
		asset("turned", "jacket rain"), asset("hyphen", "the rain-jacket liner"), split, german, asset("café", "Café Zoë"),
	}))
	tests := []struct{ name, text, want string }{
		{"words of a phrase stand one after the other, in order", "rain jacket", "exact hyphen plural"},
		{"a phrase does not run over from one text into the next", "red rain jacket", ""},
		{"a word meets its inflected forms", "jacket", "apart exact hyphen plural split turned"},
		{"an inflected word meets the plain one", "jackets", "apart exact hyphen plural split turned"},
		{"a text is inflected in its language", "Verpackung", "german"},
		{"a prefix", "jack*", "apart exact hyphen plural split turned"},
		{"a prefix at the end of a phrase", "rain jackets*", "plural"},
		{"a whole word is a prefix too", "liner*", "hyphen"},
		{"accents and case fold", "CAFE zoe", "café"},
		{"no such word", "umbrella", ""},
		{"no such prefix", "umbr*", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan := &search.Plan{Groups: []search.Group{{Texts: []search.TextEvidence{evidence(tt.text, search.Words)}}}, Access: everything, Limit: 10}
			got := []string{}
			for _, id := range ids(run(t, view, plan).Hits) {
				got = append(got, strings.TrimPrefix(string(id), "files:"))
			}
			slices.Sort(got)
			if d := cmp.Diff(strings.Fields(tt.want), got); d != "" {
				t.Errorf("%s (-want +got)\n%s", tt.text, d)
			}
		})
	}
	title := run(t, view, &search.Plan{Groups: []search.Group{{Texts: []search.TextEvidence{evidence("rain", search.Words)}}}, Access: everything, Limit: 10})
	if !slices.IsSortedFunc(title.Hits, func(a, b search.Found) int { return int(b.Score*1e9 - a.Score*1e9) }) {
		t.Errorf("hits are not in the order of their scores: %+v", title.Hits)
	}
}

// groups tries how groups make the order, one case a line.
func groups(t *testing.T, open Open) {
	asset := func(id, title string, concepts ...string) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"": title}, Concepts: concepts, Created: time.Unix(1, 0)}
	}
	view := pin(t, open(t, languages, []*semdex.Asset{
		asset("both", "", "a-narrow", "b-narrow"), asset("a", "", "a"), asset("a-twice", "alpha alpha alpha", "a-related"), asset("b-text", "beta"),
		asset("a-light", "alpha", "a-narrow"), asset("other", "gamma"),
	}))
	value := func(v string, class search.Class, weight float64) search.ValueEvidence {
		return search.ValueEvidence{Value: search.Value{Field: "concepts", Value: v}, Class: class, Weight: weight}
	}
	a := search.Group{Values: []search.ValueEvidence{value("a", search.Tagged, .01), value("a-narrow", search.Narrower, .8), value("a-related", search.Related, 1)}}
	withText := a
	withText.Texts = []search.TextEvidence{evidence("alpha", search.Synonym)}
	b := search.Group{Values: []search.ValueEvidence{value("b-narrow", search.Narrower, .15)}, Texts: []search.TextEvidence{evidence("beta", search.Words)}}
	required, excluded, nothing := a, b, search.Group{}
	required.Required, excluded.Excluded = true, true
	tests := []struct {
		name   string
		groups []search.Group
		want   string
	}{
		{"the class decides before weights", []search.Group{a}, "a a-light|both a-twice"},
		{"the best evidence counts", []search.Group{withText}, "a a-light|a-twice both"},
		{"more groups come first", []search.Group{a, b}, "both a b-text a-light a-twice"},
		{"required leaves out", []search.Group{b, required}, "both a a-light a-twice"},
		{"excluded leaves out", []search.Group{a, excluded}, "a a-light a-twice"},
		{"only excluded leaves the rest", []search.Group{excluded}, "a|a-twice|a-light|other"},
		{"a group that nothing suits finds nothing", []search.Group{nothing}, ""},
		{"required and unsuited finds nothing", []search.Group{a, {Required: true}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, h := range run(t, view, &search.Plan{Groups: tt.groups, Access: everything, Limit: 10}).Hits {
				got = append(got, strings.TrimPrefix(string(h.ID), "files:"))
			}
			if !inOrder(tt.want, got) {
				t.Errorf("got %q, want %q (| in any order)", got, tt.want)
			}
		})
	}
}

// inOrder compares a list with "a b|c d": b and c in any order.
func inOrder(want string, got []string) bool {
	for _, place := range strings.Fields(want) {
		alike := strings.Split(place, "|")
		if len(got) < len(alike) {
			return false
		}
		here := slices.Clone(got[:len(alike)])
		got = got[len(alike):]
		slices.Sort(alike)
		slices.Sort(here)
		if !slices.Equal(alike, here) {
			return false
		}
	}
	return len(got) == 0
}

// resolve tries ids with leading parts left out.
func resolve(t *testing.T, open Open) {
	var assets []*semdex.Asset
	for _, id := range []string{"canto:image:1", "canto:image:2", "canto:video:2", "files:1x", "files:a:b", "files:b", "plain"} {
		assets = append(assets, &semdex.Asset{ID: semdex.AssetID(id)})
	}
	view := pin(t, open(t, languages, assets))
	tests := []struct{ name, id, want string }{
		{"the full id", "canto:image:1", "canto:image:1"},
		{"one part left out", "image:2", "canto:image:2"},
		{"all parts left out", "1", "canto:image:1"},
		{"several fit", "2", "canto:image:2 canto:video:2"},
		{"the middle may not be left out", "canto:1", ""},
		{"the id may hold a colon", "a:b", "files:a:b"},
		{"a part of a part is none", "mage:1", ""},
		{"an id without a source", "plain", "plain"},
		{"none", "zzz", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := []string{}
			for _, id := range view.Resolve(tt.id) {
				got = append(got, string(id))
			}
			if d := cmp.Diff(strings.Fields(tt.want), got); d != "" {
				t.Errorf("Resolve(%q) (-want +got)\n%s", tt.id, d)
			}
		})
	}
	if got := view.Resolve("b"); len(got) != 2 {
		t.Errorf("Resolve(b) = %v, want both files:b and files:a:b", got)
	}
}

// empty tries an engine without any asset.
func empty(t *testing.T, open Open) {
	view := pin(t, open(t, languages, nil))
	plan := &search.Plan{
		Groups: []search.Group{{Texts: []search.TextEvidence{evidence("rain", search.Words)}, Values: []search.ValueEvidence{{Value: search.Value{Field: "tags", Value: "x"}, Class: search.Tagged}}}},
		Access: everything, Limit: 10, Facets: []search.Facet{{Name: "tags", By: newGrouping(nil)}},
	}
	if r := run(t, view, plan); r.Total != 0 || len(r.Hits) != 0 || len(r.Counts) != 1 {
		t.Errorf("got %+v of an empty engine", r)
	}
	if view.Len() != 0 || len(view.Fields()) != 0 || len(view.Resolve("1")) != 0 {
		t.Error(fmt.Sprint("an empty engine holds ", view.Len(), view.Fields()))
	}
}
