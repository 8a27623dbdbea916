package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
	"semdex/search/local"
)

func suggest(t testing.TB, s *search.Service, r search.SuggestRequest) []search.Suggestion {
	t.Helper()
	a, err := s.Suggest(context.Background(), r)
	if err != nil {
		t.Fatalf("suggest %+v: %v", r, err)
	}
	if a.Query != r.Query || a.Suggestions == nil {
		t.Errorf("suggest %+v: %+v", r, a)
	}
	return a.Suggestions
}

// inBrief gives suggestions in words: "Label 3 (matched)", "Title", "~" before what suits but for typing errors.
func inBrief(list []search.Suggestion) string {
	out := []string{}
	for _, s := range list {
		brief := fmt.Sprintf("%q", s.Text)
		if s.Kind == search.ConceptSuggestion {
			brief = fmt.Sprintf("%s %d", s.Label, *s.Count)
			if s.Matched != nil && s.Matched.Label != s.Label {
				brief += " (" + s.Matched.Label + ")"
			}
		}
		if s.Fuzzy {
			brief = "~" + brief
		}
		out = append(out, brief)
	}
	return strings.Join(out, ", ")
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	s, _ := library(t, settings, packaging, story()...)
	all := search.Access{All: true}
	tests := []struct {
		name  string
		typed string
		lang  string
		limit int
		who   search.Access
		want  string
	}{
		{"concepts, then titles that begin so, then titles with such words", "sustainable", "en", 0, everyone,
			`Sustainable packaging 5, "Sustainable packaging & friends", "sustainable packging"`},
		{"who sees all has more titles and counts", "sustainable pack", "en", 0, all,
			`Sustainable packaging 6, "Sustainable packaging & friends", "Sustainable packaging for everyone", "sustainable packging"`},
		{"another language, told in the reader's", "verpack", "en", 0, everyone, `Sustainable packaging 5 (Nachhaltige Verpackung), "Unsere nachhaltigen Verpackungen"`},
		{"told in the language of the typed label", "verpack", "de", 0, everyone, `Nachhaltige Verpackung 5, "Unsere nachhaltigen Verpackungen"`},
		{"a hidden label completes and is not told", "sustainable packgi", "en", 0, everyone, `Sustainable packaging 5, "sustainable packging"`},
		{"a typing error", "sustainble", "en", 0, everyone, `~Sustainable packaging 5`},
		{"a deprecated concept gives way", "pfc", "en", 0, everyone, `PFAS-free 2 (PFC-free)`},
		{"the limit counts concepts and titles", "sustainable", "en", 2, everyone, `Sustainable packaging 5, "Sustainable packaging & friends"`},
		{"the same title once", "a b", "en", 0, everyone, `"A bag", "A bottle", "A box", "A jacket in its bag"`},
		{"nothing", "zzzz", "en", 0, everyone, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := inBrief(suggest(t, s, search.SuggestRequest{Query: tt.typed, Lang: tt.lang, Limit: tt.limit, Access: tt.who}))
			if d := cmp.Diff(strings.Split(tt.want, ", "), strings.Split(got, ", ")); d != "" {
				t.Errorf("%q (-want +got)\n%s", tt.typed, d)
			}
		})
	}
}

// TestSuggestTellsNothingHidden guards that an asset that may not be seen changes no suggestion at all.
func TestSuggestTellsNothingHidden(t *testing.T) {
	t.Parallel()
	with := story()
	without := []*semdex.Asset{}
	for _, a := range with {
		if a.Approval == semdex.Approved {
			without = append(without, a)
		}
	}
	a, _ := library(t, settings, packaging, with...)
	b, _ := library(t, settings, packaging, without...)
	for _, typed := range []string{"s", "sust", "sustainable packaging for", "recyc", "every", "a", "eco", "sustainble"} {
		r := search.SuggestRequest{Query: typed, Access: everyone}
		if d := cmp.Diff(inBrief(suggest(t, b, r)), inBrief(suggest(t, a, r))); d != "" {
			t.Errorf("%q tells of what is hidden (-without +with)\n%s", typed, d)
		}
	}
}

func TestSuggestCountsByRights(t *testing.T) {
	t.Parallel()
	assets := story()
	for _, a := range assets {
		if a.ID == "files:jacket" {
			a.Rights = &semdex.Rights{ValidUntil: "2026-03-01", Territories: []string{"DE"}}
		}
	}
	s, _ := library(t, settings, packaging, assets...)
	tests := []struct {
		name string
		use  semdex.Use
		want string
	}{
		{"in rights", semdex.Use{On: "2026-03-01"}, "Rain jacket 2 (Anorak)"},
		{"out of rights", semdex.Use{On: "2026-03-02"}, "Rain jacket 1 (Anorak)"},
		{"cleared for the territory, in any case", semdex.Use{On: "2026-03-01", Territory: "de"}, "Rain jacket 2 (Anorak)"},
		{"not for this one", semdex.Use{On: "2026-03-01", Territory: "FR"}, "Rain jacket 1 (Anorak)"},
		{"in rights again", semdex.Use{On: "2026-02-01"}, "Rain jacket 2 (Anorak)"},
	}
	for _, tt := range tests {
		if got := inBrief(suggest(t, s, search.SuggestRequest{Query: "anor", Lang: "en", Access: search.Access{Use: tt.use}})); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestSuggestFollowsTheIndex guards that counts and titles are those of the newest state.
func TestSuggestFollowsTheIndex(t *testing.T) {
	t.Parallel()
	s, r, x := openLibrary(t, settings, packaging, story()...)
	ask := func() string { return inBrief(suggest(t, s, search.SuggestRequest{Query: "cab", Access: everyone})) }
	if got, want := ask(), "Cabin 1"; got != want {
		t.Fatalf("before: got %s, want %s", got, want)
	}
	more := &semdex.Asset{ID: "files:more", Title: semdex.Text{"en": "Cabin at night"}, Tags: []string{"cabin"}, Approval: semdex.Approved}
	r[more.ID] = more
	if err := x.Apply(context.Background(), []local.Change{{ID: more.ID, Asset: more}, {ID: "files:cabin"}}, 2); err != nil {
		t.Fatal(err)
	}
	if got, want := ask(), `Cabin 1, "Cabin at night"`; got != want {
		t.Errorf("after: got %s, want %s", got, want)
	}
	s.SetVocabulary(search.NewVocabulary(map[string]string{"cabin": "Cabinet@en"}, nil))
	if got, want := ask(), `Cabinet 0, "Cabin at night"`; got != want {
		t.Errorf("with another vocabulary: got %s, want %s", got, want)
	}
}

func TestSuggestRefusesWhatHasNoWord(t *testing.T) {
	t.Parallel()
	s, _ := library(t, settings, packaging)
	for _, typed := range []string{"", "  ", "++", "\xff"} {
		if a, err := s.Suggest(context.Background(), search.SuggestRequest{Query: typed}); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%q: got %+v, %v", typed, a, err)
		}
	}
	if got := suggest(t, s, search.SuggestRequest{Query: "p", Limit: 1000}); len(got) > search.MaxSuggestions {
		t.Errorf("%d suggestions", len(got))
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	filled, _ := library(t, settings, packaging, story()...)
	if _, err := filled.Suggest(ctx, search.SuggestRequest{Query: "pack"}); err == nil {
		t.Error("a cancelled request is answered")
	}
}

const firnhain = "https://voc.firnhain.example/"

// TestBrandSuggestions types into the demo library.
func TestBrandSuggestions(t *testing.T) {
	t.Parallel()
	s := brandLibrary(t)
	schemes := []search.SchemeName{{ID: firnhain + "topics", Name: "Topics"}, {ID: firnhain + "products", Name: "Products"}}
	ask := func(typed, lang string) []search.Suggestion {
		return suggest(t, s, search.SuggestRequest{Query: typed, Lang: lang, Schemes: schemes, Access: search.Access{Use: semdex.Use{On: "2026-06-30"}}})
	}
	tests := []struct{ typed, lang, label, matched, kind, scheme string }{
		{"sustaina", "en", "Sustainability", "Sustainability", "prefLabel", "Topics"}, // broader, so with more assets
		{"sustainable", "en", "Sustainable packaging", "Sustainable packaging", "prefLabel", "Topics"},
		{"SUST PACK", "en", "Sustainable packaging", "Sustainable packaging", "prefLabel", "Topics"},
		{"hut", "en", "Mountain hut", "Hut", "altLabel", "Topics"},
		{"hut", "de", "Hut", "Hut", "prefLabel", "Products"},
		{"hüttenw", "en", "Hut-to-hut hiking", "Hüttenwanderung", "altLabel", "Topics"},
	}
	for _, tt := range tests {
		first := ask(tt.typed, tt.lang)[0]
		want := &search.MatchedLabel{Label: tt.matched, Kind: tt.kind, Lang: first.Matched.Lang}
		if first.Label != tt.label || !cmp.Equal(first.Matched, want) || first.Scheme != tt.scheme || *first.Count == 0 || first.Fuzzy {
			t.Errorf("%q in %s: got %s %+v, want %+v", tt.typed, tt.lang, inBrief([]search.Suggestion{first}), first, tt)
		}
	}
	if got := ask("sust", "en"); indexOf(got, firnhain+"topics/sustainable-packaging") != 1 {
		t.Errorf("sust: %s", inBrief(got))
	}
	verpackung := ask("Verpack", "de")
	if i := indexOf(verpackung, firnhain+"topics/sustainable-packaging"); i < 0 || !strings.Contains(verpackung[i].Label, "erpackung") {
		t.Errorf("Verpack: %s", inBrief(verpackung))
	}
	huts := ask("hut", "en")
	hut, hat := indexOf(huts, firnhain+"topics/mountain-hut"), indexOf(huts, firnhain+"products/hat")
	if hut < 0 || hat < 0 || huts[hut].Scheme == huts[hat].Scheme || huts[hut].Path == huts[hat].Path || !strings.HasSuffix(huts[hat].Path, " > Hat") {
		t.Errorf("hut: %s\n%+v", inBrief(huts), huts)
	}
	misspelt := ask("sustainble", "en")
	if i := indexOf(misspelt, firnhain+"topics/sustainable-packaging"); i < 0 || !misspelt[i].Fuzzy {
		t.Errorf("sustainble: %s", inBrief(misspelt))
	}
}

func indexOf(list []search.Suggestion, uri semdex.ConceptID) int {
	return slices.IndexFunc(list, func(s search.Suggestion) bool { return s.URI == uri })
}

// TestBrandSuggestionCounts guards that a concept counts as many assets as its filter finds, and that what the
// scheme leaves out stays out.
func TestBrandSuggestionCounts(t *testing.T) {
	t.Parallel()
	s := brandLibrary(t)
	access := search.Access{Use: semdex.Use{On: "2026-06-30"}}
	for letter := 'a'; letter <= 'z'; letter++ {
		for _, found := range suggest(t, s, search.SuggestRequest{Query: string(letter), Lang: "de", Limit: 50, Scheme: firnhain + "topics", Access: access}) {
			if !strings.HasPrefix(string(found.URI), firnhain+"topics/") {
				t.Errorf("%c: %+v is of another scheme", letter, found)
				continue
			}
			a := ask(t, s, search.Request{Access: access, Filters: map[string][]string{"concept": {string(found.URI)}}})
			if a.Total != *found.Count {
				t.Errorf("%s counts %d, the filter finds %d", found.URI, *found.Count, a.Total)
			}
		}
	}
}

// TestASchemeByItsDimension compares what the URI of a scheme gives with what the dimension that has it gives.
func TestASchemeByItsDimension(t *testing.T) {
	t.Parallel()
	s, ctx := brandLibrary(t), context.Background()
	for dimension, uri := range map[semdex.SchemeID]semdex.SchemeID{"region": firnhain + "regions", "topic": firnhain + "topics"} {
		number, byURI, err := s.Concepts(ctx, "", uri, "en", 0, 50, everyone)
		if err != nil || number == 0 {
			t.Fatal(number, err)
		}
		same, byName, err := s.Concepts(ctx, "", dimension, "en", 0, 50, everyone)
		if d := cmp.Diff(byURI, byName); err != nil || same != number || d != "" {
			t.Errorf("%s has %d concepts, %s %d, %v (-URI +dimension)\n%s", uri, number, dimension, same, err, d)
		}
		top, err := s.Tree(ctx, "", uri, "en", everyone)
		if err != nil || len(top) == 0 || len(top) == number {
			t.Fatal(len(top), err)
		}
		level, err := s.Tree(ctx, "", dimension, "en", everyone)
		if d := cmp.Diff(top, level); err != nil || d != "" {
			t.Errorf("the top of %s (-URI +dimension) %v\n%s", dimension, err, d)
		}
		ask := func(scheme semdex.SchemeID) string {
			return inBrief(suggest(t, s, search.SuggestRequest{Query: "al", Lang: "en", Scheme: scheme, Access: everyone}))
		}
		if want, got := ask(uri), ask(dimension); want == "" || got != want {
			t.Errorf("%s suggests %s, want %s", dimension, got, want)
		}
	}
}
