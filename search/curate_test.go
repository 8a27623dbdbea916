package search_test

import (
	"fmt"
	"strings"
	"testing"

	"semdex"
	"semdex/search"
)

// ids are ids of story, by their last parts.
func ids(names ...string) []semdex.AssetID {
	var out []semdex.AssetID
	for _, n := range names {
		out = append(out, semdex.AssetID("files:"+n))
	}
	return out
}

func TestCuration(t *testing.T) {
	rule := func(change func(*search.CurationRule)) []search.CurationRule {
		r := search.CurationRule{ID: "r1", Query: "Rain Jacket"}
		change(&r)
		return []search.CurationRule{r}
	}
	ask1 := search.Request{Query: "rain jacket", Lang: "en", Access: everyone}
	with := func(change func(*search.Request)) search.Request {
		r := ask1
		change(&r)
		return r
	}
	pin := rule(func(r *search.CurationRule) { r.Pins = ids("unboxing", "liner") })
	tests := []struct {
		name    string
		rules   []search.CurationRule
		request search.Request
		want    string
	}{
		{"no rule", nil, ask1, "jacket both liner"},
		{"pins come first, in their order, found or not", pin, ask1, "unboxing liner jacket both"},
		{"case, accents and signs of the query do not count", pin, with(func(r *search.Request) { r.Query = "RAIN-jäcket" }), "unboxing liner jacket both"},
		{"another query is not meant", pin, with(func(r *search.Request) { r.Query = "rain jacket liner" }), "liner"},
		{"unless the rule is for what contains it", rule(func(r *search.CurationRule) { r.Contains, r.Pins = true, ids("unboxing") }), with(func(r *search.Request) { r.Query = "a rain jacket liner" }), "unboxing liner"},
		{"words that are parts of others are not contained", rule(func(r *search.CurationRule) { r.Query, r.Contains, r.Pins = "rain jack", true, ids("unboxing") }), ask1, "jacket both liner"},
		{"a rule for a concept fires by any of its labels", rule(func(r *search.CurationRule) { r.Query, r.Concept, r.Pins = "", search.Base+"jacket", ids("unboxing") }), with(func(r *search.Request) { r.Query = "Anorak" }), "unboxing jacket both liner"},
		{"but not where the words are not read as concepts", rule(func(r *search.CurationRule) { r.Query, r.Concept, r.Pins = "", search.Base+"jacket", ids("unboxing") }), with(func(r *search.Request) { r.Query, r.Expand = "Anorak", search.ExpandNone }), "jacket"},
		{"boosts come before what suits as well", rule(func(r *search.CurationRule) { r.Boosts = ids("both", "unboxing") }), ask1, "both jacket liner"},
		{"and not before what suits better", rule(func(r *search.CurationRule) { r.Boosts = ids("liner") }), ask1, "jacket both liner"},
		{"hides leave out", rule(func(r *search.CurationRule) { r.Hides = ids("jacket") }), ask1, "both liner"},
		{"what one rule hides no other pins", []search.CurationRule{{ID: "a", Query: "rain jacket", Pins: ids("jacket")}, {ID: "b", Query: "rain jacket", Hides: ids("jacket")}}, ask1, "both liner"},
		{"filters hold for pins", pin, with(func(r *search.Request) { r.Filters = map[string][]string{"topic": {"Unboxing"}} }), "unboxing"},
		{"so do approval and rights", rule(func(r *search.CurationRule) { r.Pins = ids("hidden", "unboxing") }), ask1, "unboxing jacket both liner"},
		{"the owner sees what is pinned and not approved", rule(func(r *search.CurationRule) { r.Pins = ids("hidden") }), with(func(r *search.Request) { r.Access = everythingAccess }), "hidden jacket both liner"},
		{"before its first day a rule rests", rule(func(r *search.CurationRule) { r.Pins, r.From = ids("unboxing"), "1970-01-02" }), ask1, "jacket both liner"},
		{"on its first and last day it holds", rule(func(r *search.CurationRule) { r.Pins, r.From, r.Until = ids("unboxing"), "1970-01-01", "1970-01-01" }), ask1, "unboxing jacket both liner"},
		{"after its last day it rests", rule(func(r *search.CurationRule) { r.Pins, r.Until = ids("unboxing"), "1969-12-31" }), ask1, "jacket both liner"},
		{"an asset that is gone is passed over", rule(func(r *search.CurationRule) { r.Pins = ids("gone", "unboxing") }), ask1, "unboxing jacket both liner"},
	}
	s, _ := library(t, settings, packaging, story()...)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.SetCuration(tt.rules)
			tt.request.Facets = []string{"approval"}
			a := ask(t, s, tt.request)
			got := hitIDs(a)
			if strings.HasPrefix(got, "both jacket") && !strings.HasPrefix(tt.want, "both") { // equal but for the tie
				got = strings.Replace(got, "both jacket", "jacket both", 1)
			}
			got = strings.Replace(got, "liner both jacket", "liner jacket both", 1)
			got = strings.Replace(got, "unboxing both jacket", "unboxing jacket both", 1)
			got = strings.Replace(got, "hidden both jacket", "hidden jacket both", 1)
			counted := 0
			for _, v := range a.Facets[0].Values {
				counted += v.Count
			}
			if got != tt.want || a.Total != len(strings.Fields(tt.want)) || counted != a.Total {
				t.Errorf("got %q of %d, %d counted; want %q", got, a.Total, counted, tt.want)
			}
		})
	}
}

func TestCurationIsTold(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	s.SetCuration([]search.CurationRule{{ID: "r1", Query: "rain jacket", Pins: ids("liner", "unboxing"), Boosts: ids("both"), Hides: ids("jacket")},
		{ID: "r2", Concept: search.Base + "jacket", Pins: ids("cabin")}})
	a := ask(t, s, search.Request{Query: "Rain jacket", Lang: "en", Access: everyone})
	want := map[string]string{
		"liner":    "pinned for “rain jacket”; “Rain jacket” in the title",
		"unboxing": "pinned for “rain jacket”",
		"cabin":    "pinned for Rain jacket",
		"both":     "raised for “rain jacket”; tagged Rain jacket",
	}
	for _, h := range a.Hits {
		name := strings.TrimPrefix(string(h.ID), "files:")
		if h.Matched.Because != want[name] || h.Pinned != strings.HasPrefix(want[name], "pinned") {
			t.Errorf("%s: pinned %t because %q, want %q", name, h.Pinned, h.Matched.Because, want[name])
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
	w := why(t, s, "jacket", search.Request{Query: "rain jacket", Lang: "en", Access: everythingAccess})
	if w.Found || reasonCodes(w) != "hidden" || w.Reasons[0].Rule != "r1" || said(w.Changes) != "unhide r1" {
		t.Errorf("why is jacket hidden: %+v", w)
	}
	w = why(t, s, "jacket", search.Request{Query: "rain jacket", Lang: "en", Access: everyone})
	if w.Reasons[0].Rule != "" || said(w.Changes) != "unhide" {
		t.Errorf("a plain reader is told which rule: %+v", w)
	}
	if low := why(t, s, "both", search.Request{Query: "rain jacket", Lang: "en", Access: everyone}); reasonCodes(low) != "pinned" || len(low.Changes) != 0 {
		t.Errorf("why both is low: %+v", low)
	}
}

func TestRulesAreChecked(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	tests := []struct {
		name string
		rule search.CurationRule
		want string
	}{
		{"neither query nor concept", search.CurationRule{Pins: ids("both")}, "needs a query or a concept"},
		{"both", search.CurationRule{Query: "x", Concept: search.Base + "jacket", Pins: ids("both")}, "needs a query or a concept"},
		{"a concept that nobody knows", search.CurationRule{Concept: search.Base + "nothing", Pins: ids("both")}, "no vocabulary has"},
		{"nothing to do", search.CurationRule{Query: "x"}, "does nothing"},
		{"an asset that does not exist", search.CurationRule{Query: "x", Pins: ids("nobody")}, "an asset that does not exist: files:nobody"},
		{"an asset that may not be seen", search.CurationRule{Query: "x", Hides: ids("hidden")}, "an asset that does not exist: files:hidden"},
		{"an asset twice", search.CurationRule{Query: "x", Pins: ids("both"), Hides: ids("both")}, "names files:both in pins and in hides"},
		{"an end before the beginning", search.CurationRule{Query: "x", Pins: ids("both"), From: "2026-02-01", Until: "2026-01-31"}, "before it begins"},
		{"contains with a concept", search.CurationRule{Concept: search.Base + "jacket", Contains: true, Pins: ids("both")}, "says contains"},
		{"a query too long", search.CurationRule{Query: strings.Repeat("x", 600), Pins: ids("both")}, "too long a query"},
		{"a note too long", search.CurationRule{Query: "x", Note: strings.Repeat("x", 3000), Pins: ids("both")}, "too long a note"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.CheckRule(tt.rule, everyone)
			if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	many := search.CurationRule{Query: "x"}
	for i := range search.MaxRuleAssets + 1 {
		many.Pins = append(many.Pins, semdex.AssetID(fmt.Sprint("files:", i)))
	}
	if err := many.Check(); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("too many pins: %v", err)
	}
	r, err := s.CheckRule(search.CurationRule{Query: "x", Pins: []semdex.AssetID{"both"}}, everyone)
	if err != nil || r.Pins[0] != "files:both" {
		t.Errorf("an id with its first part left out: %+v, %v, want it whole", r, err)
	}
	if r, err = s.CheckRule(search.CurationRule{Query: "x", Hides: ids("hidden")}, everythingAccess); err != nil {
		t.Errorf("the owner may name what is not approved: %v", err)
	}
}
