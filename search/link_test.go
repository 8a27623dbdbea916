package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

// valueView is a View that has values, all of which are borne, and nothing else.
type valueView struct{ values map[string][]string }

func (v valueView) Search(context.Context, *Plan) (*Result, error)                { return &Result{Total: 1}, nil }
func (v valueView) Overlap(context.Context, *Overlap) ([]Overlapping, error)      { return nil, nil }
func (v valueView) Titles(context.Context, *TitleStart) ([]semdex.AssetID, error) { return nil, nil }
func (v valueView) Spellings(context.Context, *Spelling) ([]Spelled, error)       { return nil, nil }
func (v valueView) Values(field string) []string                                  { return v.values[field] }
func (v valueView) Resolve(id string) []semdex.AssetID {
	if strings.HasPrefix(id, "a") {
		return []semdex.AssetID{semdex.AssetID("files:" + id)}
	}
	return nil
}
func (v valueView) Len() int           { return 0 }
func (v valueView) Generation() uint64 { return 1 }
func (v valueView) Release()           {}
func (v valueView) Fields() []string {
	var fields []string
	for f := range v.values {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	return fields
}

var linkVocabulary = NewVocabulary(map[string]string{
	"trail": "Trail@en | ~Path@en", "shoe": "Trail@en | Trail shoe@en", "shell": "Shell@en | ~Jacket@en", "hat": "Hat@en", "cap": "Cap@en | ~Hat@en",
	"rain": "Rain jacket@en", "germany": "Germany@en | Deutschland@de", "dach": "DACH@en", "old": "Old jacket@en", "older": "Older jacket@en", "image": "Image@en",
	"sport": "Sport@en", "sports": "Sports range@en",
}, map[string]string{
	"trail scheme": "topics", "hat scheme": "topics", "cap scheme": "topics", "image scheme": "topics", "sport scheme": "topics",
	"shoe scheme": "products", "shell scheme": "products", "rain scheme": "products", "old scheme": "products", "older scheme": "products", "sports scheme": "products",
	"germany scheme": "regions", "dach scheme": "regions", "dach narrower": "germany", "shell narrower": "rain", "sports narrower": "shoe shell", "sport exact": "sports",
	"sport narrower": "trail", "rain notation": "FH-RJ", "shoe notation": "X1", "hat notation": "X1", "germany notation": "DE", "old replaced": "rain", "older replaced": "old",
})

var linkSettings = Settings{Languages: []string{"en", "de"}, Dimensions: []Dimension{
	{Name: "topic", HasScheme: true, Scheme: "topics"},
	{Name: "product", Field: "field:Product", HasScheme: true, Scheme: "products", ByNotation: true},
	{Name: "region", Field: "field:Region", HasScheme: true, Scheme: "regions"},
	{Name: "campaign", Field: "field:Campaign"},
}}

// linkView holds the values of the rows of TestLinks, and some more.
var linkView = valueView{map[string][]string{
	"tags":     {"trail", "PATH", "hat", "jacket", "FH-RJ", "Rain-Jacket", Base + "germany", "sunset", "Old jacket", "older jacket"},
	"keywords": {"Deutschland", "X1"},
	"concepts": {Base + "rain", "FH-RJ", "X1", "Germany", "hat", "nonsense", "https://elsewhere.example/x"},
	"type":     {"image", "video"}, "album": {"Campaigns", "Campaigns/2026", "campaigns/2026/Spring", "Products"},
	"field:Product": {"FH-RJ", "Trail", "germany", "4711", Base + "germany"}, "field:Region": {"DACH", "DE", "dach", "Mars", "mars"},
	"field:Campaign": {"Trail", "trail", "Spring"}, "field:Color": {"hat"},
}}

func testState() *querying {
	st := newState(linkVocabulary, linkSettings)
	st.update(linkView)
	return &querying{st: st, view: linkView, request: &Request{Lang: "en"}}
}

func TestLinks(t *testing.T) {
	q := testState()
	tests := []struct{ name, field, value, want string }{
		{"a tag names one concept in each of two schemes", "tags", "trail", "shoe trail"},
		{"by an altLabel, whatever its case", "tags", "PATH", "trail"},
		{"a label of several concepts of one scheme names none", "tags", "hat", ""},
		{"a tag does not link by notation", "tags", "FH-RJ", ""},
		{"a tag that reads alike", "tags", "Rain-Jacket", "rain"},
		{"a URI links anywhere", "tags", Base + "germany", "germany"},
		{"plain words stay words", "tags", "sunset", ""},
		{"a label in another language", "keywords", "Deutschland", "germany"},
		{"concepts take URIs", "concepts", Base + "rain", "rain"},
		{"notations that name one", "concepts", "FH-RJ", "rain"},
		{"not those that name several", "concepts", "X1", ""},
		{"labels that name one", "concepts", "Germany", "germany"},
		{"not those that name several", "concepts", "hat", ""},
		{"a field links by notation where its dimension says so", "field:Product", "FH-RJ", "rain"},
		{"and by label within its scheme", "field:Product", "Trail", "shoe"},
		{"not in another dimension's", "field:Product", "germany", ""},
		{"not by notation where the dimension does not say so", "field:Region", "DE", ""},
		{"a field without a scheme does not link", "field:Campaign", "Trail", ""},
		{"a field without a dimension does not link", "field:Color", "hat", ""},
		{"the type is no tag", "type", "image", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := linkVocabulary.Names(q.st.of(Value{tt.field, tt.value})); got != tt.want {
				t.Errorf("%s %q names %q, want %q", tt.field, tt.value, got, tt.want)
			}
		})
	}
	ambiguous, unknown := q.st.report()
	var told []string
	for _, a := range ambiguous {
		told = append(told, fmt.Sprintf("%s %s: %s", a.Value.Field, a.Value.Value, linkVocabulary.Names(a.Concepts)))
	}
	if d := cmp.Diff([]string{"concepts X1: hat shoe", "concepts hat: cap hat", "tags hat: cap hat"}, told); d != "" {
		t.Errorf("ambiguous (-want +got)\n%s", d)
	}
	if d := cmp.Diff([]Value{{"concepts", "nonsense"}, {"concepts", "https://elsewhere.example/x"}}, unknown); d != "" {
		t.Errorf("unknown (-want +got)\n%s", d)
	}
}

func TestLinksGoOnFromWhatTheySaw(t *testing.T) {
	st := newState(linkVocabulary, linkSettings)
	view := valueView{map[string][]string{"tags": {"trail"}}}
	st.update(view)
	view.values["tags"] = append(view.values["tags"], "PATH")
	st.update(view)
	st.update(view)
	want := []bearing{{Value{"tags", "trail"}, 0, 2}, {Value{"tags", "PATH"}, 1, 1}}
	if d := cmp.Diff(want, st.bearing(linkVocabulary.Number("trail")), cmp.AllowUnexported(bearing{})); d != "" {
		t.Errorf("bearing trail (-want +got)\n%s", d)
	}
}

func TestFilters(t *testing.T) {
	q := testState()
	tests := []struct{ name, filter, value, want string }{
		{"a concept by label takes in what is narrower, by whatever route", "product", "shell",
			"concepts FH-RJ|concepts " + Base + "rain|field:Product FH-RJ|tags Old jacket|tags Rain-Jacket|tags jacket|tags older jacket"},
		{"direct does not", "product.direct", "Shell", "tags jacket"},
		{"what was replaced counts for what took its place", "product.direct", Base + "rain",
			"concepts FH-RJ|concepts " + Base + "rain|field:Product FH-RJ|tags Old jacket|tags Rain-Jacket|tags older jacket"},
		{"not the other way", "product", "Older jacket", "tags older jacket"},
		{"by notation where the dimension says so", "product", "FH-RJ",
			"concepts FH-RJ|concepts " + Base + "rain|field:Product FH-RJ|tags Old jacket|tags Rain-Jacket|tags older jacket"},
		{"not where it does not", "region", "DE", "field:Region DE"},
		{"an exact match counts, and what is below it", "topic", "Sport", "concepts FH-RJ|concepts " + Base + "rain|field:Product FH-RJ|field:Product Trail|" +
			"tags Old jacket|tags PATH|tags Rain-Jacket|tags jacket|tags older jacket|tags trail"},
		{"a concept of another scheme is none", "topic", Base + "germany", ""},
		{"a raw value that names nothing", "product", "4711", "field:Product 4711"},
		{"a raw value that names something of another scheme is raw", "product", Base + "germany", "field:Product " + Base + "germany"},
		{"as it is written where one is", "region", "mars", "field:Region mars"},
		{"else without regard to case", "region", "MARS", "field:Region Mars|field:Region mars"},
		{"every concept", "concept", "Germany", "concepts Germany|field:Product " + Base + "germany|keywords Deutschland|tags " + Base + "germany"},
		{"a URI that nobody knows may be borne all the same", "concept", "https://elsewhere.example/x", "concepts https://elsewhere.example/x"},
		{"an unknown value finds nothing", "campaign", "Winter", ""},
		{"a custom field by its name", "Color", "HAT", "field:Color hat"},
		{"an album holds those below it", "album", "campaigns/2026", "album Campaigns/2026|album campaigns/2026/Spring"},
		{"an album alone", "album.direct", "Campaigns/2026", "album Campaigns/2026"},
		{"an id, leading parts left out", "id", "a1", "id files:a1"},
		{"no such id", "id", "zzz", ""},
		{"a built-in", "type", "Image", "type image"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := q.filter(tt.filter, []string{tt.value})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range f.Values {
				got = append(got, v.Field+" "+v.Value)
			}
			slices.Sort(got)
			if d := cmp.Diff(tt.want, strings.Join(slices.Compact(got), "|")); d != "" {
				t.Errorf("%s=%s (-want +got)\n%s", tt.filter, tt.value, d)
			}
		})
	}
	_, err := q.filter("colour", []string{"red"})
	if semdex.CodeOf(err) != semdex.Invalid || strings.Contains(err.(*semdex.Error).Hint, "Color") {
		t.Errorf("unknown field, to a plain key: got %v, want it refused without the names of custom fields", err)
	}
	q.request.Access.All = true
	_, err = q.filter("colour", []string{"red"})
	if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.(*semdex.Error).Hint, "Color") || !strings.Contains(err.(*semdex.Error).Hint, "product") {
		t.Errorf("unknown field: got %v, want it refused with the names there are", err)
	}
}

// TestFacetsAndFiltersAgree guards what makes facets usable: an asset counts for a value just where the filter
// by that value lets it through.
func TestFacetsAndFiltersAgree(t *testing.T) {
	q := testState()
	for _, name := range []string{"topic", "product", "region", "concept", "campaign", "Color", "type"} {
		for _, direct := range []bool{false, true} {
			d, ok := q.st.dimension(name, linkView.Fields())
			if !ok {
				t.Fatalf("no dimension %s", name)
			}
			g := q.st.grouping(d, direct)
			inGroup := map[int32][]Value{}
			for _, field := range g.Fields() {
				for _, raw := range linkView.Values(field) {
					v := Value{field, raw}
					for _, group := range g.Groups(v) {
						inGroup[group] = append(inGroup[group], v)
					}
				}
			}
			if len(inGroup) == 0 {
				t.Errorf("%s has no group", name)
			}
			for group, want := range inGroup {
				label, uri := g.Name(group, "en")
				value := label
				if uri != "" {
					value = string(uri)
				}
				got := slices.Clone(q.dimensionValues(d, value, direct))
				sortValues(got)
				sortValues(want)
				if d := cmp.Diff(want, slices.Compact(got)); d != "" {
					t.Errorf("%s=%s, direct %t (-facet +filter)\n%s", name, value, direct, d)
				}
			}
		}
	}
}

func sortValues(values []Value) {
	slices.SortFunc(values, func(a, b Value) int { return strings.Compare(a.Field+a.Value, b.Field+b.Value) })
}

func TestLanguage(t *testing.T) {
	s := Settings{Languages: []string{"en", "de-at"}}
	for tag, want := range map[string]string{"en_US": "en", "EN": "en", "de-AT": "de-at", "de-AT-1996": "de-at", "de": "de", "fr-CA": "fr-ca", "": ""} {
		if got := s.language(tag); got != want {
			t.Errorf("language(%q) = %q, want %q", tag, got, want)
		}
	}
}
