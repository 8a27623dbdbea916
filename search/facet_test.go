package search_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/search"
)

var regional = search.NewVocabulary(map[string]string{
	"world": "World@en | Welt@de", "emea": "EMEA@en | ~Europe and beyond@en | !Yurop@en", "dach": "DACH@en", "austria": "Austria@en | Österreich@de | ~Land of mountains@en",
	"germany": "Germany@en | Deutschland@de", "apac": "APAC@en | ~Asia Pacific@en", "topic": "Mountain@en | Berg@de", "pfc": "PFC-free@en | ~Fluorine-free@en", "pfas": "PFAS-free@en",
}, map[string]string{
	"world narrower": "emea apac", "emea narrower": "dach", "dach narrower": "austria germany", "pfc replaced": "pfas",
	"world scheme": "regions", "emea scheme": "regions", "dach scheme": "regions", "austria scheme": "regions", "germany scheme": "regions", "apac scheme": "regions",
	"topic scheme": "topics", "pfc scheme": "topics", "pfas scheme": "topics",
})

var regionSettings = search.Settings{Languages: []string{"en", "de"}, Dimensions: []search.Dimension{
	{Name: "region", Field: "field:Region", HasScheme: true, Scheme: "regions"}, {Name: "topic", HasScheme: true, Scheme: "topics"},
}}

func regionAssets() []*semdex.Asset {
	n := 0
	asset := func(region, tag string) *semdex.Asset {
		n++
		a := &semdex.Asset{ID: semdex.AssetID(fmt.Sprintf("files:%d", n)), Fields: map[string][]string{"Region": {region}}, Approval: semdex.Approved}
		if tag != "" {
			a.Tags = []string{tag}
		}
		return a
	}
	hidden := asset("APAC", "Mountain")
	hidden.Approval = semdex.Pending
	return []*semdex.Asset{
		asset("Austria", "Mountain"), asset("Österreich", ""), asset("Germany", "PFC-free"), asset("DACH", "PFAS-free"), asset("EMEA", ""), asset("Moon base", ""), asset("Moon \"dark\" side", ""), hidden,
	}
}

// values gives the values of a facet in words: "Label 3", "*" for what is selected, (label) for what matched.
func values(f *search.FacetCounts) string {
	var out []string
	for _, v := range f.Values {
		s := v.Label
		if v.Selected {
			s += "*"
		}
		s += fmt.Sprintf(" %d", v.Count)
		if v.Matched != nil {
			s += " (" + v.Matched.Label + ")"
		}
		if v.Path != "" {
			s += fmt.Sprintf(" [%s, %d below]", v.Path, *v.Narrower)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func askFacet(t testing.TB, s *search.Service, f search.FacetRequest, r search.Request) *search.FacetCounts {
	t.Helper()
	got, err := s.Facet(context.Background(), f, r)
	if err != nil {
		t.Fatalf("facet %+v of %+v: %v", f, r, err)
	}
	return got
}

func TestFacetValuesAreFoundByAnyLabel(t *testing.T) {
	t.Parallel()
	s, _ := library(t, regionSettings, regional, regionAssets()...)
	tests := []struct{ name, field, typed, lang, want string }{
		{"all of them", "region", "", "en", "EMEA 5, World 5, DACH 4, Austria 2, Germany 1, Moon \"dark\" side 1, Moon base 1"},
		{"in the reader's language", "region", "", "de", "EMEA 5, Welt 5, DACH 4, Österreich 2, Deutschland 1, Moon \"dark\" side 1, Moon base 1"},
		{"by the beginning of the label", "region", "wor", "en", "World 5 (World)"},
		{"in another language", "region", "öster", "en", "Austria 2 (Österreich)"},
		{"by a word within a synonym", "region", "mount", "en", "Austria 2 (Land of mountains)"},
		{"by several words in their order", "region", "europe bey", "de", "EMEA 5 (Europe and beyond)"},
		{"not in another order", "region", "beyond europe", "en", ""},
		{"a hidden label finds and is not told", "region", "yur", "en", "EMEA 5"},
		{"raw values by their words", "region", "dark", "en", "Moon \"dark\" side 1"},
		{"and by the beginning of one", "region", "MOON", "en", "Moon \"dark\" side 1, Moon base 1"},
		{"not within a word", "region", "ase", "en", ""},
		{"what only hidden assets have is not there", "region", "asia", "en", ""},
		{"labels of other dimensions do not count", "topic", "austria", "en", ""},
		{"a deprecated concept by its own labels, and what has taken its place", "topic", "fluorine", "en", "PFAS-free 2 (Fluorine-free), PFC-free 1 (Fluorine-free)"},
		{"signs alone are the beginning of a label", "region", "\"", "en", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := askFacet(t, s, search.FacetRequest{Field: tt.field, Text: tt.typed}, search.Request{Lang: tt.lang, Access: everyone})
			if got := values(f); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if f.TotalValues != len(f.Values) || f.OtherCount != 0 {
				t.Errorf("%d values and %d others, want %d and none", f.TotalValues, f.OtherCount, len(f.Values))
			}
		})
	}
}

func TestFacetBelowAConcept(t *testing.T) {
	t.Parallel()
	s, _ := library(t, regionSettings, regional, regionAssets()...)
	tests := []struct {
		name    string
		request search.FacetRequest
		filters map[string][]string
		want    string
	}{
		{"the top", search.FacetRequest{Field: "region", Below: search.TopConcepts}, nil, "World 5 [World, 1 below]"},
		{"what is directly below, with assets", search.FacetRequest{Field: "region", Below: search.Base + "world"}, nil, "EMEA 5 [EMEA, 1 below]"},
		{"counts roll up", search.FacetRequest{Field: "region", Below: search.Base + "emea"}, nil, "DACH 4 [DACH, 2 below]"},
		{"leaves", search.FacetRequest{Field: "region", Below: search.Base + "dach"}, nil, "Austria 2 [Austria, 0 below], Germany 1 [Germany, 0 below]"},
		{"nothing is below a leaf", search.FacetRequest{Field: "region", Below: search.Base + "austria"}, nil, ""},
		{"with a filter of its own, which is selected", search.FacetRequest{Field: "region", Below: search.Base + "dach"}, map[string][]string{"region": {"Österreich"}}, "Austria* 2 [Austria, 0 below], Germany 1 [Germany, 0 below]"},
		{"with another filter", search.FacetRequest{Field: "region", Below: search.Base + "dach"}, map[string][]string{"topic": {"Mountain"}}, "Austria 1 [Austria, 0 below]"},
		{"with what was typed", search.FacetRequest{Field: "region", Below: search.Base + "dach", Text: "deu"}, nil, "Germany 1 (Deutschland) [Germany, 0 below]"},
		{"another dimension's concept has nothing below it here", search.FacetRequest{Field: "topic", Below: search.Base + "dach"}, nil, ""},
		{"of all concepts", search.FacetRequest{Field: "concept", Below: search.TopConcepts}, nil, "World 5 [World, 1 below], PFAS-free 2 [PFAS-free, 0 below], Mountain 1 [Mountain, 0 below], PFC-free 1 [PFC-free, 0 below]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := values(askFacet(t, s, tt.request, search.Request{Lang: "en", Access: everyone, Filters: tt.filters})); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	for code, requests := range map[semdex.Code][]search.FacetRequest{
		semdex.Invalid:  {{Field: "type", Below: search.TopConcepts}, {Field: "created", Below: search.TopConcepts}, {Field: "colour"}},
		semdex.NotFound: {{Field: "region", Below: search.Base + "atlantis"}},
	} {
		for _, r := range requests {
			if _, err := s.Facet(context.Background(), r, search.Request{Access: everyone}); semdex.CodeOf(err) != code {
				t.Errorf("%+v: got %v, want %s", r, err, code)
			}
		}
	}
}

func TestFacetListsWhatIsSelected(t *testing.T) {
	t.Parallel()
	s, _ := library(t, regionSettings, regional, regionAssets()...)
	tests := []struct{ name, selected, want string }{
		{"among the most frequent", "EMEA", "EMEA* 5, World 5"},
		{"beyond them, by any label", "Österreich", "EMEA 5, World 5, Austria* 2"},
		{"several, in their order", "Moon base,Germany,DACH", "EMEA 5, World 5, DACH* 4, Germany* 1, Moon base* 1"},
		{"nothing that has no assets", "Atlantis", "EMEA 5, World 5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := askFacet(t, s, search.FacetRequest{Field: "region", Limit: 2}, search.Request{Lang: "en", Access: everyone, Filters: map[string][]string{"region": strings.Split(tt.selected, ",")}})
			if got := values(f); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			sum := f.OtherCount
			for _, v := range f.Values {
				sum += v.Count
			}
			if sum != 19 || f.TotalValues != 7 {
				t.Errorf("%d values count %d, want 7 and 19", f.TotalValues, sum)
			}
		})
	}
}

func TestManyFacetValues(t *testing.T) {
	t.Parallel()
	var assets []*semdex.Asset
	for i := range 150 {
		for k := range 1 + i%3 {
			assets = append(assets, &semdex.Asset{ID: semdex.AssetID(fmt.Sprintf("files:%d-%d", i, k)), Approval: semdex.Approved, Fields: map[string][]string{"Job": {fmt.Sprintf("job %03d", i)}}})
		}
	}
	s, _ := library(t, regionSettings, regional, assets...)
	for limit, want := range map[int]string{1: "job 002 3", 3: "job 002 3, job 005 3, job 008 3", 52: "job 001 2, job 004 2"} {
		f := askFacet(t, s, search.FacetRequest{Field: "Job", Limit: limit}, search.Request{Access: everyone})
		if got := values(f); !strings.HasSuffix(got, want) {
			t.Errorf("%d values: got %s, want %s", limit, got, want)
		}
		listed := 0
		for _, v := range f.Values {
			listed += v.Count
		}
		if len(f.Values) != limit || f.TotalValues != 150 || f.OtherCount != len(assets)-listed {
			t.Errorf("%d values: got %d of %d, %d others", limit, len(f.Values), f.TotalValues, f.OtherCount)
		}
	}
	a := ask(t, s, search.Request{Access: everyone, Facets: []string{"Job"}})
	b := ask(t, s, search.Request{Access: everyone, Facets: []string{"Job"}, FacetLimit: 3})
	if len(a.Facets[0].Values) != 20 || len(b.Facets[0].Values) != 3 {
		t.Errorf("an answer lists %d values, and %d where 3 were asked for", len(a.Facets[0].Values), len(b.Facets[0].Values))
	}
}

// dated are assets by days, sizes and prices.
func dated(days ...string) []*semdex.Asset {
	var out []*semdex.Asset
	for i, d := range days {
		at, err := time.Parse(time.RFC3339, d+"T12:00:00Z")
		if err != nil {
			at = time.Time{}
		}
		out = append(out, &semdex.Asset{ID: semdex.AssetID(fmt.Sprintf("files:%d", i)), Approval: semdex.Approved, Created: at,
			Width: int64(i * 700), Size: int64(i) * 400_000, Duration: float64(i) * 12.5, Fields: map[string][]string{"Price": {fmt.Sprint(i * 5), "n/a"}, "Shot": {d}}})
	}
	return out
}

func TestFacetsOfTime(t *testing.T) {
	t.Parallel()
	days := []string{"2019-05-03", "2019-12-31", "2024-02-29", "2025-01-01", "2025-01-31", "2025-02-01", "2025-11-11", "", "1066-10-14"}
	s, _ := library(t, regionSettings, regional, dated(days...)...)
	tests := []struct {
		name, query string
		filters     map[string][]string
		want        string
		others      int
	}{
		{"years", "", nil, "1066 1, 2019 2, 2024 1, 2025 4", 0},
		{"months within the filter of a year", "", map[string][]string{"created": {"2025"}}, "2025-01* 2, 2025-02* 1, 2025-11* 1", 4},
		{"of two years", "", map[string][]string{"created": {"2024..2025"}}, "2024-02* 1, 2025-01* 2, 2025-02* 1, 2025-11* 1", 3},
		{"years within that of seven", "", map[string][]string{"created": {"2019..2025"}}, "2019* 2, 2024* 1, 2025* 4", 1},
		{"up to the last where it is open", "", map[string][]string{"created": {"2019-06.."}}, "2019 2, 2024* 1, 2025* 4", 1},
		{"from the first where it is open, too", "", map[string][]string{"created": {"..2019"}}, "1066* 1, 2019* 2", 5},
		{"days within that of a month", "", map[string][]string{"created": {"2025-01"}}, "2025-01-01* 1, 2025-01-31* 1", 6},
		{"of two months", "", map[string][]string{"created": {"2025-01..2025-02"}}, "2025-01-01* 1, 2025-01-31* 1, 2025-02-01* 1", 5},
		{"of a day", "", map[string][]string{"created": {"2025-01-31"}}, "2025-01-31* 1", 7},
		{"two that are not neighbours", "", map[string][]string{"created": {"2019", "2025"}}, "2019* 2, 2024 1, 2025* 4", 1},
		{"where the filter finds nothing, as without it", "", map[string][]string{"created": {"2010"}}, "1066 1, 2019 2, 2024 1, 2025 4", 0},
		{"months where the hits lie close together", "", map[string][]string{"id": {"1", "0"}}, "2019-05 1, 2019-12 1", 0},
		{"days where they lie closer", "", map[string][]string{"id": {"3", "4", "5"}}, "2025-01-01 1, 2025-01-31 1, 2025-02-01 1", 0},
		{"years long ago", "", map[string][]string{"id": {"8", "0"}}, "1066 1, 2019 1", 0},
		{"none", "", map[string][]string{"id": {"7"}}, "", 0},
		{"those that begin so", "2", nil, "2019 2, 2024 1, 2025 4", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := askFacet(t, s, search.FacetRequest{Field: "created", Text: tt.query}, search.Request{Access: everyone, Filters: tt.filters})
			if got := values(f); got != tt.want || f.OtherCount != tt.others || f.TotalValues != len(f.Values) {
				t.Errorf("got  %s and %d others of %d values\nwant %s and %d", got, f.OtherCount, f.TotalValues, tt.want, tt.others)
			}
		})
	}
	f := askFacet(t, s, search.FacetRequest{Field: "created", Limit: 2}, search.Request{Access: everyone})
	if got := values(f); got != "2019 2, 2025 4" || f.OtherCount != 2 || f.TotalValues != 4 {
		t.Errorf("of too many the most frequent: got %s, %d others of %d", got, f.OtherCount, f.TotalValues)
	}
}

func TestFacetsOfNumbers(t *testing.T) {
	t.Parallel()
	s, _ := library(t, regionSettings, regional, dated(make([]string, 13)...)...)
	for field, want := range map[string]string{
		"width":    "500 px – 1000 px 1, 1000 px – 2000 px 1, 2000 px – 4000 px 3, 4000 px – 8000 px 6, ≥ 8000 px 1",
		"size":     "100 kB – 1 MB 2, 1 MB – 10 MB 10",
		"duration": "10 s – 30 s 2, 30 s – 1 min 2, 1 min – 5 min 8",
		"height":   "",
		"created":  "",
	} {
		if got := values(askFacet(t, s, search.FacetRequest{Field: field}, search.Request{Access: everyone})); got != want {
			t.Errorf("%s: got %s, want %s", field, got, want)
		}
	}
	f := askFacet(t, s, search.FacetRequest{Field: "width"}, search.Request{Access: everyone, Filters: map[string][]string{"width": {"2000..7999"}, "size": {"..2000000"}}})
	if got, want := values(f), "500 px – 1000 px 1, 1000 px – 2000 px 1, 2000 px – 4000 px* 3"; got != want {
		t.Errorf("a facet does not see its own filter, but the others: got %s, want %s", got, want)
	}
}

// TestRangesFindWhatTheyCount guards that each value of a facet of numbers gives, as a filter, as many assets as it
// counted.
func TestRangesFindWhatTheyCount(t *testing.T) {
	t.Parallel()
	s, _ := library(t, regionSettings, regional, dated("2019-05-03", "2019-12-31", "2024-02-29", "2025-01-01", "2025-01-31", "2025-02-01", "2025-11-11", "", "1066-10-14")...)
	for _, filters := range []map[string][]string{nil, {"created": {"2025"}}, {"created": {"2025-01"}}, {"created": {"2019", "2025-11"}}, {"width": {"..2000"}}} {
		for _, field := range search.NumberFields {
			f := askFacet(t, s, search.FacetRequest{Field: field, Limit: 100}, search.Request{Access: everyone, Filters: filters})
			for _, v := range f.Values {
				with := map[string][]string{field: {v.Value}}
				for name, list := range filters {
					if name != field {
						with[name] = list
					}
				}
				if a := ask(t, s, search.Request{Access: everyone, Filters: with}); a.Total != v.Count {
					t.Errorf("%s=%s counts %d, the filter finds %d", field, v.Value, v.Count, a.Total)
				}
			}
		}
	}
}

func TestRangesAsFilters(t *testing.T) {
	t.Parallel()
	s, _ := library(t, regionSettings, regional, dated("2019-05-03", "2019-12-31", "2024-02-29", "2025-01-01", "2025-01-31")...)
	tests := []struct {
		name    string
		query   string
		filters map[string][]string
		want    string
	}{
		{"both ends are included", "", map[string][]string{"width": {"700..1400"}}, "1 2"},
		{"an open end", "", map[string][]string{"width": {"2100.."}}, "3 4"},
		{"what has no width is not in any", "", map[string][]string{"width": {"..700"}}, "1"},
		{"several ranges", "", map[string][]string{"width": {"..700", "2000.."}}, "1 3 4"},
		{"seconds", "", map[string][]string{"duration": {"12.5..25"}}, "1 2"},
		{"bytes", "", map[string][]string{"size": {"..800000"}}, "1 2"},
		{"two fields", "", map[string][]string{"width": {"1000.."}, "created": {"2025"}}, "3 4"},
		{"several times", "", map[string][]string{"created": {"2019", "2025-01-31"}}, "0 1 4"},
		{"within a query", "width:700..1400", nil, "1 2"},
		{"left out of a query", "-width:700..1400 -created:2019-05-03", nil, "3 4"},
		{"numbers of a custom field", "", map[string][]string{"Price": {"5..12"}}, "1 2"},
		{"a plain value of it", "", map[string][]string{"Price": {"5", "15.."}}, "1 3 4"},
		{"dates of a custom field", "", map[string][]string{"Shot": {"2019-06..2024"}}, "1 2"},
		{"what is no range is a value", "", map[string][]string{"Price": {"n/a"}}, "0 1 2 3 4"},
		{"and finds nothing where none is such", "", map[string][]string{"Price": {"5..x"}}, ""},
		{"what is no range of a number is text", "width:wide", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sorted(hitIDs(ask(t, s, search.Request{Query: tt.query, Access: everyone, Filters: tt.filters}))); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	f := askFacet(t, s, search.FacetRequest{Field: "Price"}, search.Request{Access: everyone, Filters: map[string][]string{"Price": {"5..12"}}})
	if got, want := values(f), "n/a 5, 0 1, 10* 1, 15 1, 20 1, 5* 1"; got != want {
		t.Errorf("the values within a range are selected: got %s, want %s", got, want)
	}
	f = askFacet(t, s, search.FacetRequest{Field: "width"}, search.Request{Query: "width:500..999", Access: everyone})
	if got, want := values(f), "500 px – 1000 px* 1, 1000 px – 2000 px 1, 2000 px – 4000 px 2"; got != want {
		t.Errorf("the values within a range of the query are selected: got %s, want %s", got, want)
	}
	for field, value := range map[string]string{"width": "wide", "size": "5mb", "duration": "1m", "created": "monday"} {
		_, err := s.Search(context.Background(), search.Request{Access: everyone, Filters: map[string][]string{field: {value}}})
		if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), value) || err.(*semdex.Error).Hint == "" {
			t.Errorf("%s=%s: got %v, want it refused with a hint", field, value, err)
		}
	}
}

// TestAlbumsCountWhatLiesBelow guards that an album counts as many assets as its filter finds.
func TestAlbumsCountWhatLiesBelow(t *testing.T) {
	t.Parallel()
	asset := func(id string, albums ...string) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Albums: albums, Approval: semdex.Approved}
	}
	s, _ := library(t, settings, regional, asset("a", "Campaigns/2026"), asset("b", "Campaigns/2026/Spring", "Campaigns/2026/Film"), asset("c", "Campaigns/2025/Spring"),
		asset("d", "Products"), asset("e", "/Odd//path/"), asset("f"))
	f := askFacet(t, s, search.FacetRequest{Field: "album"}, search.Request{Access: everyone})
	want := "Campaigns 3, Campaigns/2026 2, /Odd 1, /Odd//path/ 1, Campaigns/2025 1, Campaigns/2025/Spring 1, Campaigns/2026/Film 1, Campaigns/2026/Spring 1, Products 1"
	if got := values(f); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, v := range f.Values {
		if a := ask(t, s, search.Request{Access: everyone, Filters: map[string][]string{"album": {v.Value}}}); a.Total != v.Count {
			t.Errorf("%s counts %d, the filter finds %d", v.Value, v.Count, a.Total)
		}
	}
	f = askFacet(t, s, search.FacetRequest{Field: "album", Text: "campaigns"}, search.Request{Access: everyone, Filters: map[string][]string{"album": {"Campaigns"}}})
	if got, want := values(f), "Campaigns* 3, Campaigns/2026 2"; !strings.HasPrefix(got, want) {
		t.Errorf("an album in which no asset lies itself is selected: got %s, want %s", got, want)
	}
}
