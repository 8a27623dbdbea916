package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"semdex"
	"semdex/search"

	"github.com/google/go-cmp/cmp"
)

func TestWrongInput(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("x", search.MaxQuery+1)
	tests := []struct {
		rule, target string
		parameter    string // that is complained of
		hint         string // a part of it
	}{
		{"page starts at 1", "/v1/search?page=0", "page", "1 or more"},
		{"page is a number", "/v1/search?page=two", "page", ""},
		{"page is not empty", "/v1/search?page=", "page", ""},
		{"page ends where offset does", "/v1/search?page=502", "page", "cursor"},
		{"a huge page does not overflow", "/v1/search?page=9223372036854775807&per_page=100", "page", "cursor"},
		{"per_page goes to 100", "/v1/search?per_page=101", "per_page", "1 to 100"},
		{"per_page starts at 1", "/v1/search?per_page=0", "per_page", "1 to 100"},
		{"limit goes to 100", "/v1/search?limit=101", "limit", "1 to 100"},
		{"limit is not negative", "/v1/search?limit=-1", "limit", "1 to 100; as csv or xlsx"},
		{"limit is a number", "/v1/search?limit=ten", "limit", "1 to 100; as csv or xlsx"},
		{"offset goes to 10000", "/v1/search?offset=10001", "offset", "0 to 10000"},
		{"page and offset", "/v1/search?page=1&offset=0", "offset", "cursor"},
		{"page and limit", "/v1/search?page=1&limit=5", "limit", ""},
		{"page and cursor", "/v1/search?page=1&cursor=c", "cursor", ""},
		{"offset and cursor", "/v1/search?offset=1&cursor=c", "cursor", ""},
		{"per_page and offset", "/v1/search?per_page=5&offset=1", "offset", ""},
		{"per_page and limit", "/v1/search?per_page=5&limit=5", "limit", ""},
		{"depth is not below 0", "/v1/search?depth=-1", "depth", ""},
		{"expand is one of four", "/v1/search?expand=all", "expand", "one of none, synonyms"},
		{"a long query", "/v1/search?q=" + long, "q", ""},
		{"a query that is no UTF-8", "/v1/search?q=%ff", "q", ""},
		{"a parameter twice", "/v1/search?q=a&q=b", "q", "give it once"},
		{"a mistyped name", "/v1/search?perpage=5", "perpage", "did you mean per_page?"},
		{"a mistyped filter", "/v1/search?filtr[region]=DACH", "filtr[region]", "did you mean filter[region]?"},
		{"a filter without its field", "/v1/search?filter=DACH", "filter", "filter[field]"},
		{"a filter with an empty field", "/v1/search?filter[]=DACH", "filter[]", ""},
		{"a filter without a value", "/v1/search?filter[region]=", "filter[region]", ""},
		{"a filter of commas", "/v1/search?filter[region]=,,", "filter[region]", ""},
		{"a parameter that takes no field", "/v1/search?q[x]=1", "q[x]", ""},
		{"an unknown name far from any", "/v1/search?flavour=csv&zzzzzzzzzz=1", "flavour", ""},
		{"a sort field without a name", "/v1/search?sort=-", "sort", "one of score"},
		{"a sort field twice", "/v1/search?sort=title,-title", "sort", ""},
		{"explain is true or false", "/v1/search?explain=maybe", "explain", "true or false"},
		{"lang is a language tag", "/v1/search?lang=<script>", "lang", ""},
		{"on is a day", "/v1/search?on=2026-02-30", "on", "2026-01-31"},
		{"min_score goes to 1", "/v1/assets/a/related?min_score=1.5", "min_score", "0 to 1"},
		{"min_score is a number", "/v1/assets/a/related?min_score=NaN", "min_score", ""},
		{"related takes no page", "/v1/assets/a/related?page=1", "page", ""},
		{"a concept needs its uri", "/v1/concept", "uri", ""},
		{"a file has no pages", "/v1/search?format=csv&page=2", "page", "the whole answer comes"},
		{"a file has no cursor", "/v1/search?format=xlsx&cursor=x", "cursor", "the whole answer comes"},
		{"a file has no facets", "/v1/search?format=csv&facets=region", "facets", "the whole answer comes"},
		{"a file has no end beyond its rows", "/v1/search?format=csv&limit=100001", "limit", "as csv or xlsx up to 100000"},
		{"an unknown form", "/v1/search?format=pdf", "format", "json, csv, xlsx"},
		{"so many values of facets", "/v1/search?facet_limit=101", "facet_limit", ""},
		{"no value of facets", "/v1/search?facet_limit=0", "facet_limit", ""},
		{"corrected or not", "/v1/search?correct=maybe", "correct", ""},
		{"so many values of one facet", "/v1/facets/region?limit=101", "limit", ""},
		{"q and prefix mean the same", "/v1/facets/region?q=a&prefix=b", "prefix", ""},
		{"concepts have no cursor", "/v1/concepts?cursor=x", "cursor", ""},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			p := problem(t, w.get(tt.target), http.StatusUnprocessableEntity, semdex.Invalid)
			for _, c := range p.Errors {
				if c.Parameter == tt.parameter && c.In == "query" && strings.Contains(c.Hint, tt.hint) && c.Detail != "" {
					return
				}
			}
			t.Errorf("no complaint of %s with hint %q in %+v", tt.parameter, tt.hint, p)
		})
	}
}

func TestManyWrongNames(t *testing.T) {
	w := newWorld(t)
	var keys []string
	for i := range 50_000 {
		keys = append(keys, fmt.Sprintf(`"key%d":1`, i))
	}
	rec := w.do("POST", "/v1/search", "search", "{"+strings.Join(keys, ",")+"}")
	if p := problem(t, rec, http.StatusUnprocessableEntity, semdex.Invalid); len(p.Errors) != maxComplaints {
		t.Errorf("%d complaints, %d bytes", len(p.Errors), rec.Body.Len())
	}
}

func TestLibraryInTheBody(t *testing.T) {
	w := newWorld(t)
	if rec := w.do("POST", "/v1/search", "search", `{"library":"acme"}`); rec.Code != http.StatusOK {
		t.Errorf("got %d", rec.Code)
	}
	if rec := w.do("POST", "/v1/search", "search", `{"library":"other"}`); rec.Code != http.StatusNotFound {
		t.Errorf("got %d", rec.Code)
	}
	problem(t, w.do("POST", "/v1/search?library=acme", "search", `{"library":"acme"}`), http.StatusUnprocessableEntity, semdex.Invalid)
}

func TestEveryWrongParameterIsNamed(t *testing.T) {
	p := problem(t, newWorld(t).get("/v1/search?page=0&lang=!&foo=1"), http.StatusUnprocessableEntity, semdex.Invalid)
	var got []string
	for _, c := range p.Errors {
		got = append(got, c.Parameter)
	}
	if want := []string{"foo", "lang", "page"}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBadQueryString(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{"/v1/search?q=%zz", "/v1/search?q=a;b=c"} {
		problem(t, w.get(target), http.StatusUnprocessableEntity, semdex.Invalid)
	}
}

func TestWrongBody(t *testing.T) {
	w := newWorld(t)
	tests := []struct{ rule, body, parameter, hint string }{
		{"empty", ``, "", ""},
		{"blank", `  `, "", ""},
		{"malformed", `{"q":`, "", ""},
		{"no object", `["q"]`, "", ""},
		{"null", `null`, "", ""},
		{"two objects", `{} {}`, "", ""},
		{"an unknown key", `{"filter":{}}`, "filter", "did you mean filters?"},
		{"q is a string", `{"q":1}`, "q", ""},
		{"page is a number", `{"page":"1"}`, "page", ""},
		{"page is a whole number", `{"page":1.5}`, "page", ""},
		{"page starts at 1", `{"page":0}`, "page", ""},
		{"per_page goes to 100", `{"per_page":101}`, "per_page", "1 to 100"},
		{"paging is not mixed", `{"page":1,"offset":1}`, "offset", ""},
		{"explain is a boolean", `{"explain":"true"}`, "explain", "true or false"},
		{"filters is an object", `{"filters":["a"]}`, "filters", `{"type": ["image", "video"]}`},
		{"a filter is an array", `{"filters":{"region":"DACH"}}`, "filters.region", `["one", "two"]`},
		{"a filter of numbers is an array of strings", `{"filters":{"width":[4000]}}`, "filters.width", `["one", "two"]`},
		{"a key twice", `{"q":"a","page":2,"q":"b"}`, "q", "give it once"},
		{"a key three times", `{"q":"a","q":"b","q":"c"}`, "q", "give it once"},
		{"a filter twice", `{"filters":{"region":["DACH"],"type":["image"],"region":["UK"]}}`, "filters.region", "give it once"},
		{"a filter has values", `{"filters":{"region":[]}}`, "filters.region", ""},
		{"a value is not empty", `{"filters":{"region":[""]}}`, "filters.region", ""},
		{"facets is an array", `{"facets":"region"}`, "facets", `["one", "two"]`},
		{"a limit beyond both", `{"limit":100001}`, "limit", "1 to 100; as csv or xlsx"},
		{"a sort field without a name", `{"sort":"title,-"}`, "sort", "one of score"},
		{"on is a day", `{"on":"tomorrow"}`, "on", ""},
		{"a long query", `{"q":"` + strings.Repeat("x", search.MaxQuery+1) + `"}`, "q", ""},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			p := problem(t, w.do("POST", "/v1/search", "search", tt.body), http.StatusUnprocessableEntity, semdex.Invalid)
			if tt.parameter == "" {
				return
			}
			if len(p.Errors) != 1 || p.Errors[0].Parameter != tt.parameter || p.Errors[0].In != "body" || !strings.Contains(p.Errors[0].Hint, tt.hint) {
				t.Errorf("want one complaint of %s with hint %q, got %+v", tt.parameter, tt.hint, p.Errors)
			}
		})
	}
}

func TestSearchRequest(t *testing.T) {
	access := search.Access{DenyMissing: true, Use: semdex.Use{On: "2026-03-02"}} // today where the library is
	plain := search.Request{Limit: 20, Page: 1, Access: access}
	with := func(f func(*search.Request)) search.Request { r := plain; f(&r); return r }
	tests := []struct {
		rule, query, body string
		want              search.Request
	}{
		{"nothing asks for the first page", ``, `{}`, plain},
		{"null is nothing", ``, `{"q":null,"page":null,"filters":null}`, plain},
		{"words", `q=eco+box%20%26`, `{"q":"eco box &"}`, with(func(r *search.Request) { r.Query = "eco box &" })},
		{"language and mode", `lang=de_AT&expand=none`, `{"lang":"de_AT","expand":"none"}`, with(func(r *search.Request) { r.Lang, r.Expand = "de-at", "none" })},
		{"how far concepts are followed", `depth=0&exclude=Brand,https://voc.example/x&exclude=hut&scheme=topic`,
			`{"depth":0,"exclude":["Brand","https://voc.example/x","hut"],"scheme":["topic"]}`, with(func(r *search.Request) {
				none := 0
				r.Depth, r.Exclude, r.Schemes = &none, []string{"Brand", "https://voc.example/x", "hut"}, []string{"topic"}
			})},
		{"filters repeat and take commas", `filter[region]=DACH,%20UK&filter[region]=US&filter[SKU]=1`, `{"filters":{"region":["DACH","UK","US"],"SKU":["1"]}}`,
			with(func(r *search.Request) {
				r.Filters = map[string][]string{"region": {"DACH", "UK", "US"}, "SKU": {"1"}}
			})},
		{"an escaped comma is a comma, any other backslash itself", `filter[a]=x%5C,y,C:%5Cz`, `{"filters":{"a":["x,y","C:\\z"]}}`,
			with(func(r *search.Request) { r.Filters = map[string][]string{"a": {"x,y", `C:\z`}} })},
		{"brackets may be encoded", `filter%5BAlt%20Text%5D=x`, `{"filters":{"Alt Text":["x"]}}`,
			with(func(r *search.Request) { r.Filters = map[string][]string{"Alt Text": {"x"}} })},
		{"facets", `facets=region,region`, `{"facets":["region"]}`, with(func(r *search.Request) { r.Facets = []string{"region"} })},
		{"sort, by either name", `sort=-modified,title`, `{"sort":"-modified_at,title"}`,
			with(func(r *search.Request) { r.Sort = []search.SortKey{{Field: "modified", Desc: true}, {Field: "title"}} })},
		{"a page", `page=3&per_page=10`, `{"page":3,"per_page":10}`, with(func(r *search.Request) { r.Page, r.Offset, r.Limit = 3, 20, 10 })},
		{"the last page", `page=101&per_page=100`, `{"page":101,"per_page":100}`, with(func(r *search.Request) { r.Page, r.Offset, r.Limit = 101, 10000, 100 })},
		{"an offset", `offset=30&limit=5`, `{"offset":30,"limit":5}`, with(func(r *search.Request) { r.Page, r.Offset, r.Limit = 0, 30, 5 })},
		{"a limit alone", `limit=5`, `{"limit":5}`, with(func(r *search.Request) { r.Page, r.Limit = 0, 5 })},
		{"a cursor with its size", `cursor=abc&per_page=7`, `{"cursor":"abc","limit":7}`, with(func(r *search.Request) { r.Page, r.Limit, r.Cursor = 0, 7, "abc" })},
		{"explain", `explain=true`, `{"explain":true}`, with(func(r *search.Request) { r.Explain = true })},
		{"as typed", `correct=false`, `{"correct":false}`, with(func(r *search.Request) { r.AsTyped = true })},
		{"values of facets", `facets=region&facet_limit=7`, `{"facets":["region"],"facet_limit":7}`,
			with(func(r *search.Request) { r.Facets, r.FacetLimit = []string{"region"}, 7 })},
		{"ranges", `filter[width]=1000..4000,..10`, `{"filters":{"width":["1000..4000","..10"]}}`,
			with(func(r *search.Request) { r.Filters = map[string][]string{"width": {"1000..4000", "..10"}} })},
		{"use", `territory=AT&channel=web&on=2026-05-06`, `{"territory":"AT","channel":"web","on":"2026-05-06"}`,
			with(func(r *search.Request) {
				r.Access.Use = semdex.Use{On: "2026-05-06", Territory: "AT", Channel: "web"}
			})},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			w := newWorld(t)
			for _, rec := range []interface{ Result() *http.Response }{w.get("/v1/search?" + tt.query), w.do("POST", "/v1/search?library=acme", "search", tt.body)} {
				if res := rec.Result(); res.StatusCode != http.StatusOK {
					t.Fatalf("got %d: %v", res.StatusCode, rec)
				}
				if diff := cmp.Diff(tt.want, w.lib.asked); diff != "" {
					t.Errorf("request (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestIDs(t *testing.T) {
	w := newWorld(t)
	for target, want := range map[string]string{
		"/v1/assets/files:a1":                   "files:a1",
		"/v1/assets/canto%3Aimage%3Aabc":        "canto:image:abc",
		"/v1/assets/a1":                         "a1",
		"/v1/assets/files:a%2Fb+c%20d%25":       "files:a/b+c d%",
		"/v1/assets/f%C3%BCr/related":           "für",
		"/v1/assets/canto:image:abc/duplicates": "canto:image:abc",
		"/v1/assets/canto%3Aimage%3Aabc/rights": "canto:image:abc",
	} {
		if rec := w.get(target); rec.Code != http.StatusOK || w.lib.id != want {
			t.Errorf("%s: %d, asked for %q, want %q", target, rec.Code, w.lib.id, want)
		}
	}
	problem(t, w.get("/v1/assets/"+strings.Repeat("x", 2000)), http.StatusUnprocessableEntity, semdex.Invalid)
	if rec := w.get("/v1/facets/a%2Fb%20c?q=Da&query=eco&filter[type]=image&limit=3"); rec.Code != http.StatusOK || w.lib.facet != (search.FacetRequest{Field: "a/b c", Text: "Da", Limit: 3}) || w.lib.asked.Query != "eco" {
		t.Errorf("facet: %d %s", rec.Code, rec.Body)
	}
}

func TestBodySize(t *testing.T) {
	w := newWorld(t)
	big := `{"events":[` + strings.Repeat(" ", MaxBody) + `]}`
	problem(t, w.do("POST", "/v1/events", "events", big), http.StatusRequestEntityTooLarge, semdex.TooLarge)
	many := `{"events":[` + strings.TrimSuffix(strings.Repeat(`{},`, MaxEvents+1), ",") + `]}`
	problem(t, w.do("POST", "/v1/events", "events", many), http.StatusRequestEntityTooLarge, semdex.TooLarge)
	ids := fmt.Sprintf(`{"ids":["x"%s]}`, strings.Repeat(`,"x"`, 100))
	problem(t, w.do("POST", "/v1/assets/batch", "search", ids), http.StatusUnprocessableEntity, semdex.Invalid)
}

func FuzzReadQuery(f *testing.F) {
	for _, seed := range []string{"q=eco&page=2", "filter[a]=b,c\\,d", "filtr[x]=1", "sort=-title&cursor=x", "%zz", "filter[[]]=a&filter[]=b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		a := args{}
		if err := readQuery(searchRoutes[0].queryParams(), query, a); err != nil {
			problemOf(err)
			return
		}
		if w, err := readWindow(a, inQuery); err == nil && (w.offset < 0 || w.offset > search.MaxOffset || w.limit < 1 || w.limit > search.MaxLimit) {
			t.Errorf("%q asks for %+v", query, w)
		}
	})
}
