package search_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
	"semdex/search/eval"
)

var mistyped = search.NewVocabulary(map[string]string{
	"packaging": "Sustainable packaging@en | Nachhaltige Verpackung@de | ~Eco packaging@en", "jacket": "Rain jacket@en | Regenjacke@de | !wterproof jacket@en",
	"recycle": "Recyclable@en | !packaging bottle@en", "mail": "E-mail@en", "zebra": "Zebra@en", "animals": "Animals@en | Tiere@de | ~Tier@de",
}, map[string]string{"packaging narrower": "recycle"})

// mistypedAssets are about packaging and jackets; 40 have "tent", 2 have "tend", and one that is hidden has "quagga".
func mistypedAssets() []*semdex.Asset {
	var out []*semdex.Asset
	add := func(id, title string, tags ...string) *semdex.Asset {
		a := &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"en": title}, Tags: tags, Approval: semdex.Approved}
		out = append(out, a)
		return a
	}
	add("tagged", "A box", "Sustainable packaging")
	add("recyclable", "A bottle", "Recyclable")
	add("words", "Sustainable packaging")
	add("list", "Packing list")
	add("list2", "Another packing list")
	add("list3", "What goes first when packing")
	add("jacket", "Regenjacke", "Rain jacket")
	add("crampons", "Crampons and gaiters")
	add("code", "AB1234")
	add("hidden", "A quagga in the crampns", "Recyclable").Approval = semdex.Pending
	add("tend1", "Those who tend sheep")
	add("tend2", "They tend to the fire")
	add("lanterm1", "A lanterm, misspelt")
	add("lanterm2", "Another lanterm in the dark")
	for i := range 40 {
		add(fmt.Sprintf("tent%02d", i), fmt.Sprintf("tent %d with a lantern", i))
	}
	return out
}

func TestTypingErrorsAreForgiven(t *testing.T) {
	t.Parallel()
	s, _ := library(t, settings, mistyped, mistypedAssets()...)
	all := search.Access{All: true}
	tests := []struct {
		name    string
		request search.Request
		read    string // corrections, as typed>read[span]
		hits    string
		because string // the first hit
	}{
		{"the corrected query is read as if typed so", search.Request{Query: "sustainble packging"}, "sustainble>sustainable[0 10] packging>packaging[11 19]",
			"tagged words recyclable", "tagged Sustainable packaging, read for “sustainble” and “packging”"},
		{"beside a right word", search.Request{Query: "Sustainable pakaging"}, "pakaging>packaging[12 20]", "tagged words recyclable", "tagged Sustainable packaging, read for “pakaging”"},
		{"the words beside it tell what was meant", search.Request{Query: "packging list"}, "packging>packing[0 8]", "list list2 list3", "“Packing” in the title, read for “packging”; “list” in the title"},
		{"another language", search.Request{Query: "Regenjake", Lang: "de"}, "Regenjake>regenjacke[0 9]", "jacket", "tagged Regenjacke, read for “Regenjake”"},
		{"the language of the words is not asked for", search.Request{Query: "Regenjake", Lang: "en"}, "Regenjake>regenjacke[0 9]", "jacket", "tagged Rain jacket, read for “Regenjake”"},
		{"the span counts characters", search.Request{Query: "Ökö crampnos"}, "crampnos>crampons[4 12]", "crampons", "“Crampons” in the title, read for “crampnos”"},
		{"a word that stands in assets alone", search.Request{Query: "gaitres"}, "gaitres>gaiters[0 7]", "crampons", "“gaiters” in the title, read for “gaitres”"},
		{"a word of a label that has no asset", search.Request{Query: "zerba"}, "zerba>zebra[0 5]", "", ""},
		{"a word of assets before one of another language", search.Request{Query: "ther crampons", Lang: "en"}, "ther>the[0 4]", "crampons", "“Crampons” in the title"},
		{"in that language it is one", search.Request{Query: "Tierr", Lang: "de"}, "Tierr>tier[0 5]", "", ""},
		{"two typing errors from eight letters on", search.Request{Query: "gaietrss crammppons"}, "gaietrss>gaiters[0 8] crammppons>crampons[9 19]", "crampons", "“gaiters” in the title, read for “gaietrss”; “Crampons” in the title, read for “crammppons”"},
		{"one below", search.Request{Query: "gaietrs"}, "gaietrs>gaiters[0 7]", "crampons", "“gaiters” in the title, read for “gaietrs”"},
		{"none in three letters", search.Request{Query: "tnt"}, "", "", ""},
		{"the first letter is right", search.Request{Query: "backaging"}, "", "", ""},
		{"not in quotes", search.Request{Query: `"sustainble packging"`}, "", "", ""},
		{"not the beginning of a word", search.Request{Query: "sustainble*"}, "", "", ""},
		{"not what is left out", search.Request{Query: "packing -lits"}, "", "list list2 list3", "“Packing” in the title"},
		{"not a code", search.Request{Query: "AB1235 crampon5"}, "", "", ""},
		{"nor a part of one", search.Request{Query: "gaitres-2026 packging_777.jpg"}, "", "", ""},
		{"not where it was asked not to", search.Request{Query: "sustainble packging", AsTyped: true}, "", "", ""},
		{"not where text is searched for as written", search.Request{Query: "sustainble packging", Expand: search.ExpandNone}, "", "", ""},
		{"a word of a label is right, whatever has it", search.Request{Query: "mail zebra"}, "", "", ""},
		{"an inflected word is right", search.Request{Query: "crampon gaiter lists"}, "", "crampons list list2", "“Crampons” in the title; “gaiters” in the title"},
		{"a hidden label is not told", search.Request{Query: "wterproff"}, "", "", ""},
		{"nor do words that are read side by side spell one out", search.Request{Query: "packging bottle"}, "packging>packing[0 8]", "list list2 list3 recyclable", "“bottle” in the title"},
		{"nor is a word of an asset that may not be seen", search.Request{Query: "quaggga"}, "", "", ""},
		{"to one who sees it, it is", search.Request{Query: "quaggga", Access: all}, "quaggga>quagga[0 7]", "hidden", "“quagga” in the title, read for “quaggga”"},
		{"a word that only others may see stands nowhere", search.Request{Query: "crampns"}, "crampns>crampons[0 7]", "crampons", "“Crampons” in the title, read for “crampns”"},
		{"to one who sees it, it stands somewhere", search.Request{Query: "crampns", Access: all}, "", "hidden", "“crampns” in the title"},
		{"both sides of OR", search.Request{Query: "gaitres OR sustainble packging"}, "gaitres>gaiters[0 7] sustainble>sustainable[11 21] packging>packaging[22 30]",
			"tagged words crampons recyclable", "tagged Sustainable packaging, read for “sustainble” and “packging”"},
		{"where many words stand nowhere, it is another language", search.Request{Query: "gaitres crampnos packging sustainble regenjake zerba recyclabel"}, "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := tt.request
			if r.Access == (search.Access{}) {
				r.Access = everyone
			}
			if r.Lang == "" {
				r.Lang = "en"
			}
			a := ask(t, s, r)
			var read []string
			for _, c := range a.Corrections {
				read = append(read, fmt.Sprintf("%s>%s%v", c.Typed, c.Read, c.Span))
			}
			if got := strings.Join(read, " "); got != tt.read {
				t.Errorf("read %s, want %s", got, tt.read)
			}
			if got := hitIDs(a); sorted(got) != sorted(tt.hits) {
				t.Errorf("found %s, want %s", got, tt.hits)
			}
			if len(a.Hits) > 0 && a.Hits[0].Matched.Because != tt.because {
				t.Errorf("because %s, want %s", a.Hits[0].Matched.Because, tt.because)
			}
		})
	}
	a := ask(t, s, search.Request{Query: "a sustainble packging", Lang: "en", Access: everyone})
	if c := a.Expansion.Concepts; len(c) != 1 || c[0].Label != "Sustainable packaging" || c[0].Span != [2]int{2, 21} {
		t.Errorf("named %+v, want the concept over the words as they were typed", c)
	}
}

func TestANearWordComesLast(t *testing.T) {
	t.Parallel()
	s, _ := library(t, settings, mistyped, mistypedAssets()...)
	request := search.Request{Query: "lanterm", Lang: "en", Access: everyone, Limit: 100, Explain: true}
	a := ask(t, s, request)
	if a.Total != 42 || sorted(hitIDs(a)[:len("lanterm1 lanterm2")]) != "lanterm1 lanterm2" || len(a.Corrections) > 0 {
		t.Fatalf("found %d: %s", a.Total, hitIDs(a))
	}
	for i, h := range a.Hits {
		want := map[bool]string{true: "words", false: "misspelt"}[i < 2]
		if h.Explain[0].Class != want {
			t.Errorf("%s is there by %q, want %q", h.ID, h.Explain[0].Class, want)
		}
	}
	if got, want := a.Hits[2].Matched.Because, "“lantern” in the title, read for “lanterm”"; got != want {
		t.Errorf("because %s, want %s", got, want)
	}
	if a.DidYouMean != "lantern" {
		t.Errorf("did you mean %q, want lantern", a.DidYouMean)
	}
	for name, r := range map[string]search.Request{
		"as typed":                  {Query: "lanterm", AsTyped: true},
		"text alone":                {Query: "lanterm", Expand: search.ExpandNone},
		"in another order":          {Query: "lanterm", Sort: []search.SortKey{{Field: "title"}}},
		"with other words":          {Query: "lanterm dark"},
		"in quotes":                 {Query: `"lanterm"`},
		"a short word":              {Query: "tend"},
		"the word that has so many": {Query: "lantern"},
	} {
		r.Access, r.Lang, r.Limit, r.Explain = everyone, "en", 100, true
		for _, h := range ask(t, s, r).Hits {
			for _, e := range h.Explain {
				if e.Class == "misspelt" {
					t.Errorf("%s: %s is there by %+v", name, h.ID, e)
				}
			}
		}
	}
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	s, _ := library(t, settings, mistyped, mistypedAssets()...)
	tests := []struct {
		name    string
		request search.Request
		want    string
	}{
		{"nothing was found as typed", search.Request{Query: "a  Sustainble, packging!", AsTyped: true}, "a  sustainable, packaging!"},
		{"text alone", search.Request{Query: "sustainble packging", Expand: search.ExpandNone}, "sustainable packaging"},
		{"a phrase", search.Request{Query: `box OR "sustainble packging"`}, `box OR "sustainable packaging"`},
		{"the same word in several places", search.Request{Query: `"sustainble packging" packging`, AsTyped: true}, `"sustainable packaging" packing`},
		{"in two phrases", search.Request{Query: `"packging" OR "packging list"`}, `"packing" OR "packing list"`},
		{"something was found, but another word is far more frequent", search.Request{Query: "tend sheep"}, "tent sheep"},
		{"a short word alone", search.Request{Query: "tend"}, "tent"},
		{"only a little more frequent", search.Request{Query: "list lust"}, ""},
		{"never beside a correction", search.Request{Query: "tend packging"}, ""},
		{"nothing but the filter is to blame", search.Request{Query: "list", Filters: map[string][]string{"type": {"video"}}}, ""},
		{"what would find nothing under the same filter is not offered", search.Request{Query: "packging", AsTyped: true, Filters: map[string][]string{"id": {"files:code"}}}, ""},
		{"what would find something is", search.Request{Query: "packging", AsTyped: true, Filters: map[string][]string{"id": {"files:list", "files:list2", "files:words"}}}, "packing"},
		{"a word of hidden assets is not told", search.Request{Query: `"quaggga"`}, ""},
		{"it is told to those who see them", search.Request{Query: `"quaggga"`, Access: search.Access{All: true}}, `"quagga"`},
		{"not on later pages", search.Request{Query: "tend", Offset: 2}, ""},
		{"no query", search.Request{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := tt.request
			r.Lang = "en"
			if r.Access == (search.Access{}) {
				r.Access = everyone
			}
			if got := ask(t, s, r).DidYouMean; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestBrandIsNotCorrected guards that where all words stand somewhere, forgiving typing errors changes nothing, but
// for what it adds at the end.
func TestBrandIsNotCorrected(t *testing.T) {
	s := brandLibrary(t)
	queries, err := eval.ReadQueries(bytes.NewReader(brandFile(t, "queries.jsonl")), "queries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	judged := len(queries) // of which some are mistyped
	for _, h := range ask(t, s, search.Request{Access: search.Access{All: true}, Limit: 15}).Hits {
		for lang, title := range h.Asset.Titles {
			queries = append(queries, eval.Query{Text: title, Lang: lang})
		}
		for _, tag := range h.Asset.Tags {
			queries = append(queries, eval.Query{Text: tag})
		}
	}
	near := 0
	for i, query := range queries {
		for _, access := range []search.Access{{All: true}, everyone} {
			r := search.Request{Query: query.Text, Lang: query.Lang, Access: access, Limit: 100, Explain: true}
			got := ask(t, s, r)
			r.AsTyped = true
			want := ask(t, s, r)
			if len(got.Corrections) > 0 {
				if access.All && i >= judged {
					t.Errorf("%q is read as %+v, though its words stand somewhere", query.Text, got.Corrections)
				}
				continue
			}
			n := min(len(want.Hits), len(got.Hits))
			if d := cmp.Diff(want.Hits[:n], got.Hits[:n]); d != "" || n < len(want.Hits) {
				t.Errorf("%q: %d of %d hits are otherwise (-as typed +corrected)\n%s", query.Text, n, len(want.Hits), d)
			}
			for _, h := range got.Hits[n:] {
				near++
				if h.Explain[0].Class != "misspelt" {
					t.Errorf("%q: %s is there by %+v", query.Text, h.ID, h.Explain)
				}
			}
		}
	}
	t.Logf("%d queries, %d hits by near words", len(queries), near)
}

func TestCorrectedPages(t *testing.T) {
	t.Parallel()
	s, _ := library(t, settings, mistyped, mistypedAssets()...)
	r := search.Request{Query: "tnet packging", Lang: "en", Access: everyone, Limit: 7}
	whole := r
	whole.Limit = 100
	want := hitIDs(ask(t, s, whole))
	var got []string
	for range 20 {
		a := ask(t, s, r)
		got = append(got, strings.Fields(hitIDs(a))...)
		if r.Cursor = a.NextCursor; r.Cursor == "" {
			break
		}
	}
	if strings.Join(got, " ") != want {
		t.Errorf("by pages %v, at once %s", got, want)
	}
	first := ask(t, s, search.Request{Query: "tnet packging", Lang: "en", Access: everyone, Limit: 7})
	_, err := s.Search(context.Background(), search.Request{Query: "tnet packging", Lang: "en", Access: everyone, Limit: 7, Cursor: first.NextCursor, AsTyped: true})
	if semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("got %v, want the cursor of a corrected query refused for the one as typed", err)
	}
}
