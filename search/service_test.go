package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
	"semdex/search/local"
)

// records are assets by id.
type records map[semdex.AssetID]*semdex.Asset

func (r records) Asset(id semdex.AssetID) (*semdex.Asset, error) { return r[id], nil }

// library indexes assets and makes the service that answers about them.
func library(t testing.TB, settings search.Settings, th search.Thesaurus, assets ...*semdex.Asset) (*search.Service, records) {
	t.Helper()
	s, r, _ := openLibrary(t, settings, th, assets...)
	return s, r
}

// openLibrary gives the index too, for what changes afterwards.
func openLibrary(t testing.TB, settings search.Settings, th search.Thesaurus, assets ...*semdex.Asset) (*search.Service, records, *local.Index) {
	t.Helper()
	x, err := local.Open(t.TempDir(), settings.Languages)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	r := records{}
	var changes []local.Change
	for _, a := range assets {
		r[a.ID] = a
		changes = append(changes, local.Change{ID: a.ID, Asset: a})
	}
	if err := x.Apply(context.Background(), changes, 1); err != nil {
		t.Fatal(err)
	}
	s := search.New(search.Options{Engine: x, Records: r, Settings: settings, Now: func() time.Time { return time.Unix(0, 0) }, NewID: func() string { return "q_1" }})
	s.SetVocabulary(th)
	return s, r, x
}

var packaging = search.NewVocabulary(map[string]string{
	"packaging": "Sustainable packaging@en | Nachhaltige Verpackung@de | ~Eco packaging@en | !sustainable packging@en",
	"recycle":   "Recyclable@en | Recycelbar@de", "friendly": "Eco-friendly@en | Umweltfreundlich@de", "unboxing": "Unboxing@en",
	"kraft": "Kraft paper@en", "jacket": "Rain jacket@en | Regenjacke@de | ~Anorak@en", "liner": "Rain jacket liner@en", "hut": "Hut@en", "hat": "Hut@de | Hat@en",
	"old": "PFC-free@en", "new": "PFAS-free@en", "bird": "bird - non-specific@en", "cabin": "Cabin@en",
}, map[string]string{
	"packaging narrower": "recycle friendly", "recycle narrower": "kraft", "packaging related": "unboxing", "old replaced": "new", "hut exact": "cabin",
})

func story() []*semdex.Asset {
	asset := func(id, title, tags string) *semdex.Asset {
		a := &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"en": title}, Approval: semdex.Approved, Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		if tags != "" {
			a.Tags = strings.Split(tags, "|")
		}
		return a
	}
	german := asset("german", "", "")
	german.Title = semdex.Text{"de": "Unsere nachhaltigen Verpackungen"}
	field := asset("field", "A parcel", "")
	field.Fields = map[string][]string{"Claim": {"Kraft <paper>"}, "Region": {"DACH", "dach"}}
	field.Modified = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	hidden := asset("hidden", "Sustainable packaging for everyone", "recyclable")
	hidden.Approval = semdex.Pending
	return []*semdex.Asset{
		asset("tagged", "A box", "Sustainable Packaging"), asset("words", "Sustainable packaging & friends", ""), asset("synonym", "New eco packaging", ""), german,
		asset("recyclable", "A bottle", "Recyclable"), asset("friendly", "A bag", "eco-friendly"), asset("kraft", "A roll", "kraft paper"),
		asset("narrow-text", "Umweltfreundlich gedacht", ""), asset("misspelt", "sustainable packging", ""), asset("unboxing", "A hand", "unboxing"), field, hidden,
		asset("jacket", "A coat", "anorak"), asset("both", "A jacket in its bag", "rain jacket|recyclable"), asset("liner", "Rain jacket liner", ""),
		asset("old", "A tent", "pfc-free"), asset("new", "A tarp", "PFAS-free"), asset("cabin", "Above the lake", "cabin"), asset("sentence", "Birds that are specific", ""),
		asset("bird", "A gull", "bird - non-specific"),
	}
}

var settings = search.Settings{Languages: []string{"en", "de"}, Dimensions: []search.Dimension{{Name: "topic", HasScheme: true}}}

// everyone is a plain reader.
var everyone = search.Access{Use: semdex.Use{On: "2026-03-01"}}

func ask(t testing.TB, s *search.Service, r search.Request) *search.Answer {
	t.Helper()
	a, err := s.Search(context.Background(), r)
	if err != nil {
		t.Fatalf("search %+v: %v", r, err)
	}
	return a
}

func hitIDs(a *search.Answer) string {
	var out []string
	for _, h := range a.Hits {
		out = append(out, strings.TrimPrefix(string(h.ID), "files:"))
	}
	return strings.Join(out, " ")
}

// sorted puts words into one order, for what comes in any.
func sorted(list string) string {
	words := strings.Fields(list)
	slices.Sort(words)
	return strings.Join(words, " ")
}

func TestSustainablePackaging(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	because := map[string]string{
		"tagged":      "tagged Sustainable packaging",
		"words":       "“Sustainable packaging” in the title",
		"synonym":     "“Eco packaging” in the title, a name of Sustainable packaging",
		"german":      "“Nachhaltige Verpackung” in the title, a name of Sustainable packaging",
		"misspelt":    "a spelling of Sustainable packaging in the title",
		"recyclable":  "tagged Recyclable, narrower than Sustainable packaging",
		"both":        "tagged Recyclable, narrower than Sustainable packaging",
		"friendly":    "tagged Eco-friendly, narrower than Sustainable packaging",
		"kraft":       "tagged Kraft paper, narrower than Sustainable packaging",
		"narrow-text": "“Umweltfreundlich” in the title, a name of Eco-friendly, narrower than Sustainable packaging",
		"field":       "“Kraft paper” in the Claim, narrower than Sustainable packaging",
		"unboxing":    "tagged Unboxing, related to Sustainable packaging",
	}
	steps := []struct {
		mode   search.Mode
		places []string // hits, best first; several in a place come in any order
	}{
		{search.ExpandNone, []string{"words tagged", "misspelt synonym"}},
		{search.ExpandSynonyms, []string{"tagged", "words", "synonym", "german", "misspelt"}},
		{search.ExpandNarrower, []string{"tagged", "words", "synonym", "german", "misspelt", "recyclable friendly both", "kraft", "field narrow-text"}},
		{search.ExpandRelated, []string{"tagged", "words", "synonym", "german", "misspelt", "recyclable friendly both", "kraft", "field narrow-text", "unboxing"}},
	}
	for _, step := range steps {
		t.Run(string(step.mode), func(t *testing.T) {
			a := ask(t, s, search.Request{Query: "sustainable packaging", Lang: "en", Expand: step.mode, Access: everyone, Limit: 50})
			got := strings.Fields(hitIDs(a))
			for i, place := range step.places {
				n := min(len(strings.Fields(place)), len(got))
				if here := sorted(strings.Join(got[:n], " ")); here != sorted(place) {
					t.Errorf("place %d: got %s, want %s", i, here, sorted(place))
				}
				got = got[n:]
			}
			if len(got) > 0 {
				t.Errorf("found besides: %v", got)
			}
			if named := len(a.Expansion.Concepts) > 0; named != (step.mode != search.ExpandNone) {
				t.Errorf("names concepts: %t", named)
			}
			for _, h := range a.Hits {
				want := because[strings.TrimPrefix(string(h.ID), "files:")]
				if step.mode == search.ExpandNone {
					want = h.Matched.Because // words alone, each by itself
				}
				if h.Matched.Because != want {
					t.Errorf("%s: because %q, want %q", h.ID, h.Matched.Because, want)
				}
			}
		})
	}
}

func TestSearch(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	tests := []struct{ name, query, lang, want string }{
		{"what suits both concepts comes first", "rain jacket recyclable", "en", "both recyclable jacket kraft liner field"},
		{"a longer label is another thing", "rain jacket liner", "en", "liner"},
		{"a query that is a label is that label, signs and all", "Bird - non-specific", "en", "bird"},
		{"else the signs do not matter", "bird specific", "en", "sentence bird"},
		{"a quoted phrase is not expanded", `"eco packaging"`, "en", "synonym"},
		{"nor are its words inflected", `"nachhaltige Verpackung"`, "de", ""},
		{"-word", "box -sustainable", "en", ""},
		{"-field:value", "jacket -topic:recyclable", "en", "liner"},
		{"-id:value", "liner jacket -id:both", "en", "liner"},
		{"only what is left out", "-a -in -bird -birds -new -sustainable -nachhaltigen -umweltfreundlich -rain -above", "en", ""},
		{"field:value", `topic:"kraft paper"`, "en", "kraft"},
		{"field:value among words", `box OR roll topic:recyclable`, "en", "kraft"},
		{"OR joins alternatives", "tarp OR gull tent", "en", "bird new old"},
		{"OR joins labels", "tarp OR rain jacket", "en", "jacket both new liner"},
		{"- after OR still leaves out", "jacket OR -liner", "en", "both"},
		{"prefix", "packa* -new", "en", "words tagged"},
		{"a deprecated concept brings what took its place", "PFC-free", "en", "old new"},
		{"and is brought by that", "PFAS-free", "en", "new old"},
		{"an exact match is as good as the concept", "hut", "en", "cabin"},
		{"nothing found", "zeppelin", "en", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ask(t, s, search.Request{Query: tt.query, Lang: tt.lang, Access: everyone})
			got, want := hitIDs(a), tt.want
			if strings.Contains(tt.name, "OR joins") || strings.Contains(tt.name, "prefix") || strings.Contains(tt.name, "deprecated") || strings.Contains(tt.name, "brought") {
				got, want = sorted(got), sorted(want)
			}
			if got != want || a.Total != len(strings.Fields(want)) {
				t.Errorf("%q finds %q of %d, want %q", tt.query, got, a.Total, want)
			}
		})
	}
}

func TestBothConceptsComeFirst(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	a := ask(t, s, search.Request{Query: "anorak umweltfreundlich recycelbar", Lang: "de", Access: everyone, Explain: true})
	if !strings.HasPrefix(hitIDs(a), "both ") {
		t.Fatalf("got %s, want both first", hitIDs(a))
	}
	want := search.Matched{Terms: []string{"jacket", "rain jacket"}, Concepts: []semdex.ConceptID{search.Base + "jacket", search.Base + "recycle"}, Fields: []string{"tags"}, Found: semdex.FoundByExpansion}
	h := a.Hits[0]
	want.Because, want.Terms = "tagged Regenjacke; tagged Recycelbar", h.Matched.Terms
	if d := cmp.Diff(want, h.Matched); d != "" {
		t.Errorf("matched (-want +got)\n%s", d)
	}
	if d := cmp.Diff(map[string][]string{"tags": {"<em>rain jacket</em>", "<em>recyclable</em>"}}, h.Highlights); d != "" {
		t.Errorf("highlights (-want +got)\n%s", d)
	}
	explain := []search.Explanation{{Part: "anorak", Class: "tagged", Weight: 1, Because: "tagged Regenjacke"}, {Part: "recycelbar", Class: "tagged", Weight: 1, Because: "tagged Recycelbar"}}
	if d := cmp.Diff(explain, h.Explain); d != "" {
		t.Errorf("explain (-want +got)\n%s", d)
	}
}

func TestExpansionIsTold(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	a := ask(t, s, search.Request{Query: "Ökö sustainable packging", Lang: "en", Access: everyone})
	want := []search.NamedConcept{{URI: search.Base + "packaging", Label: "Sustainable packaging", Span: [2]int{4, 24}, Matched: &search.MatchedLabel{Kind: "hiddenLabel", Lang: "en"}, AddedTotal: 3,
		Added: []search.AddedConcept{{URI: search.Base + "friendly", Label: "Eco-friendly", Via: "narrower", Distance: 1, Weight: .8},
			{URI: search.Base + "recycle", Label: "Recyclable", Via: "narrower", Distance: 1, Weight: .8},
			{URI: search.Base + "kraft", Label: "Kraft paper", Via: "narrower", Distance: 2, Weight: .68}}}}
	if d := cmp.Diff(want, a.Expansion.Concepts, cmp.Comparer(func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 })); d != "" {
		t.Errorf("a hidden label is not told, the span counts characters (-want +got)\n%s", d)
	}
	a = ask(t, s, search.Request{Query: "hut", Access: everyone})
	if len(a.Expansion.Concepts) != 2 || !a.Expansion.Concepts[0].Ambiguous || !a.Expansion.Concepts[1].Ambiguous {
		t.Errorf("hut names two concepts, got %+v", a.Expansion.Concepts)
	}
	if a = ask(t, s, search.Request{Query: "hut", Lang: "en-US", Access: everyone}); len(a.Expansion.Concepts) != 1 || a.Expansion.Concepts[0].Ambiguous || a.Expansion.Concepts[0].URI != search.Base+"hut" {
		t.Errorf("in English it names one, got %+v", a.Expansion.Concepts)
	}
}

func TestFacets(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	facet := func(r search.Request, name string) string {
		r.Access, r.Lang = everyone, "en"
		f, err := s.Facet(context.Background(), search.FacetRequest{Field: name}, r)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, v := range f.Values {
			selected := map[bool]string{true: "*"}[v.Selected]
			out = append(out, fmt.Sprintf("%s%s %d", strings.TrimPrefix(v.Value, search.Base), selected, v.Count))
		}
		return strings.Join(out, ", ")
	}
	tests := []struct {
		name    string
		filters map[string][]string
		facet   string
		want    string
	}{
		{"raw values as they are written", nil, "Region", "DACH 1, dach 1"},
		{"a facet does not see its own filter", map[string][]string{"Region": {"dach"}}, "Region", "DACH 1, dach* 1"},
		{"but the others'", map[string][]string{"topic": {"Unboxing"}}, "Region", ""},
		{"a filter by URI is selected, too", map[string][]string{"topic": {search.Base + "unboxing"}, "id": {"unboxing"}}, "topic", "Unboxing* 1"},
		{"so is one in another language", map[string][]string{"topic": {"Regenjacke"}, "id": {"jacket"}}, "topic", "Rain jacket* 1"},
		{"a label that names two is told by URI", map[string][]string{"id": {"cabin"}}, "topic", "Cabin 1, hut 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := facet(search.Request{Filters: tt.filters}, tt.facet); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	a := ask(t, s, search.Request{Access: everyone, Facets: []string{"topic", "type", "approval"}, Lang: "en", Limit: 100})
	for _, f := range a.Facets {
		for _, v := range f.Values {
			b := ask(t, s, search.Request{Access: everyone, Filters: map[string][]string{f.Field: {v.Value}}})
			if b.Total != v.Count {
				t.Errorf("%s=%s counts %d, the filter gives %d", f.Field, v.Value, v.Count, b.Total)
			}
		}
	}
}

// TestWhatHiddenAssetsBearDoesNotNarrowAFilter has a filter written as a hidden asset alone writes it.
func TestWhatHiddenAssetsBearDoesNotNarrowAFilter(t *testing.T) {
	t.Parallel()
	asset := func(id, season string, approval semdex.Approval) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Approval: approval, Fields: map[string][]string{"Season": {season}, "season": {"exact " + season}}}
	}
	s, r, x := openLibrary(t, settings, packaging, asset("a", "spring", semdex.Approved), asset("b", "SPRING", semdex.Approved), asset("c", "Spring", semdex.Pending), asset("d", "Summer", semdex.Approved))
	all := search.Access{All: true}
	springs := search.Access{All: true, Only: search.OnlyWhere(map[string][]string{"Season": {"Spring"}})}
	tests := []struct {
		name, field, value string
		access             search.Access
		want               string
	}{
		{"it is read as if that one were not there", "Season", "Spring", everyone, "a b"},
		{"who sees that one gets it alone", "Season", "Spring", all, "c"},
		{"one that is seen stands for itself", "Season", "spring", everyone, "a"},
		{"what a key is restricted to is alike for all", "Season", "Spring", springs, "c"},
		{"a field by its very name", "season", "exact spring", everyone, "a"},
	}
	for _, tt := range tests {
		a := ask(t, s, search.Request{Filters: map[string][]string{tt.field: {tt.value}}, Access: tt.access, Facets: []string{tt.field}})
		selected := 0
		for _, v := range a.Facets[0].Values {
			if v.Selected {
				selected += v.Count
			}
		}
		if got := sorted(hitIDs(a)); got != tt.want || selected != a.Total {
			t.Errorf("%s: got %q and %d selected, want %q", tt.name, got, selected, tt.want)
		}
	}
	delete(r, "files:a")
	if err := x.Apply(context.Background(), []local.Change{{ID: "files:a"}}, 2); err != nil {
		t.Fatal(err)
	}
	if got := hitIDs(ask(t, s, search.Request{Filters: map[string][]string{"Season": {"spring"}}, Access: everyone})); got != "b" {
		t.Errorf("a value that nothing bears any longer: got %q, want b", got)
	}
}

func TestAccess(t *testing.T) {
	s, r := library(t, settings, packaging, story()...)
	all := search.Access{All: true}
	request := search.Request{Query: "sustainable packaging", Lang: "en", Limit: 50}
	request.Access = everyone
	plain := ask(t, s, request)
	request.Access = all
	owner := ask(t, s, request)
	if strings.Contains(hitIDs(plain), "hidden") || owner.Total != plain.Total+1 {
		t.Errorf("a plain reader finds %d, the owner %d", plain.Total, owner.Total)
	}
	if _, err := s.Asset(context.Background(), "hidden", everyone, "en"); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("got %v, want it not found", err)
	}
	if v, err := s.Asset(context.Background(), "hidden", all, "en"); err != nil || v.Rights.Usable {
		t.Errorf("the owner sees it, as not usable: %+v, %v", v, err)
	}
	// A withdrawal that the index has not seen yet holds all the same.
	withdrawn := *r["files:tagged"]
	withdrawn.Approval = semdex.Restricted
	r["files:tagged"] = &withdrawn
	request.Access = everyone
	if got := hitIDs(ask(t, s, request)); strings.Contains(got, "tagged") {
		t.Errorf("what was withdrawn is shown: %s", got)
	}
}

func TestCursor(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	request := search.Request{Query: "sustainable packaging", Lang: "en", Access: everyone, Limit: 3, Filters: map[string][]string{"approval": {"approved"}}}
	var got []string
	for page := 0; ; page++ {
		a := ask(t, s, request)
		got = append(got, strings.Fields(hitIDs(a))...)
		if a.NextCursor == "" || page > 9 {
			break
		}
		request.Cursor = a.NextCursor
		request.Access.Use.On = "2026-03-02" // midnight passed
	}
	request.Cursor, request.Limit = "", 100
	if want := hitIDs(ask(t, s, request)); strings.Join(got, " ") != want {
		t.Errorf("by cursor %v, at once %s", got, want)
	}
	request.Limit = 3
	cursor := ask(t, s, request).NextCursor
	refused := map[string]search.Request{
		"another query":    {Query: "recyclable", Lang: "en", Access: everyone, Limit: 3, Filters: request.Filters, Cursor: cursor},
		"another language": {Query: request.Query, Lang: "de", Access: everyone, Limit: 3, Filters: request.Filters, Cursor: cursor},
		"another filter":   {Query: request.Query, Lang: "en", Access: everyone, Limit: 3, Cursor: cursor},
		"another access":   {Query: request.Query, Lang: "en", Access: search.Access{All: true}, Limit: 3, Filters: request.Filters, Cursor: cursor},
		"another sort":     {Query: request.Query, Lang: "en", Access: everyone, Limit: 3, Filters: request.Filters, Sort: []search.SortKey{{Field: "title"}}, Cursor: cursor},
		"nonsense":         {Query: request.Query, Lang: "en", Access: everyone, Filters: request.Filters, Cursor: "%%%"},
		"base64 nonsense":  {Query: request.Query, Lang: "en", Access: everyone, Filters: request.Filters, Cursor: "bm9uc2Vuc2U"},
		"a long one":       {Query: request.Query, Lang: "en", Access: everyone, Filters: request.Filters, Cursor: strings.Repeat("A", 5000)},
	}
	for name, r := range refused {
		if _, err := s.Search(context.Background(), r); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%s: got %v, want the cursor refused", name, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	for name, r := range map[string]search.Request{
		"no such expansion: wide":       {Expand: "wide"},
		"no such filter: colour":        {Filters: map[string][]string{"colour": {"red"}}},
		"no such facet: colour":         {Facets: []string{"colour"}},
		"no such sort field: colour":    {Sort: []search.SortKey{{Field: "colour"}}},
		"offset 10001":                  {Offset: 10_001},
		"limit -1":                      {Limit: -1},
		"the query is too long":         {Query: strings.Repeat("x", 10_000)},
		`"soon" is no range of created`: {Filters: map[string][]string{"created": {"soon"}}},
	} {
		_, err := s.Search(context.Background(), r)
		if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), name) || err.(*semdex.Error).Hint == "" {
			t.Errorf("got %v, want %q, and a hint", err, name)
		}
	}
}

func TestRelated(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	like, err := s.Related(context.Background(), search.SimilarRequest{ID: "recyclable", MinScore: -1, Lang: "en", Access: everyone})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range like {
		got = append(got, strings.TrimPrefix(string(l.ID), "files:"))
		if l.Score <= 0 || l.Score > 1 || len(l.Reasons) == 0 {
			t.Errorf("%+v has no reason, or a score beyond 0 to 1", l)
		}
	}
	if len(got) == 0 || slices.Contains(got, "hidden") || slices.Contains(got, "recyclable") || !slices.Contains(got, "both") {
		t.Errorf("like recyclable: %v", got)
	}
	if like[0].Reasons[0] != "both are about Recyclable" {
		t.Errorf("reasons %v", like[0].Reasons)
	}
	if _, err := s.Related(context.Background(), search.SimilarRequest{ID: "hidden", Access: everyone}); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("got %v, want it not found", err)
	}
}

func TestChangedVocabularyNeedsNothingFromTheIndex(t *testing.T) {
	s, _ := library(t, settings, search.NewVocabulary(map[string]string{"a": "Anything@en"}, nil), story()...)
	if a := ask(t, s, search.Request{Query: "sustainable packaging", Lang: "en", Access: everyone}); strings.Contains(hitIDs(a), "friendly") {
		t.Errorf("without the vocabulary found %s", hitIDs(a))
	}
	s.SetVocabulary(packaging)
	a := ask(t, s, search.Request{Query: "sustainable packaging", Lang: "en", Access: everyone, Facets: []string{"topic"}})
	if !strings.Contains(hitIDs(a), "friendly") || len(a.Facets[0].Values) == 0 {
		t.Errorf("with the vocabulary found %s, facet %v", hitIDs(a), a.Facets[0].Values)
	}
}

func TestWhatDoesNotParseIsPlainText(t *testing.T) {
	s, _ := library(t, settings, packaging, story()...)
	for _, tt := range []struct {
		query string
		all   bool // finds everything
	}{
		{"created:monday", false}, {"-modified:now qqq", false}, {"!!!", false}, {"::", false}, {"-", false}, {"*", true}, {"  ", true},
	} {
		a, err := s.Search(context.Background(), search.Request{Query: tt.query, Access: search.Access{All: true}})
		if err != nil {
			t.Errorf("%q: got error %v, want plain text", tt.query, err)
		} else if found := a.Total == len(story()); found != tt.all {
			t.Errorf("%q: got %d hits of %d, want all of them to be %v", tt.query, a.Total, len(story()), tt.all)
		}
	}
}
