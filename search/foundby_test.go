package search_test

import (
	"context"
	"slices"
	"testing"

	"semdex"
	"semdex/search"
)

// TestFoundBy guards that hits tell whether the same request with expand=none finds them.
func TestFoundBy(t *testing.T) {
	t.Parallel()
	s := brandLibrary(t)
	all := search.Access{All: true}
	tests := []struct {
		name      string
		request   search.Request
		id        string
		want      string
		otherwise string // what another hit has; "" where all are alike
	}{
		{"tagged with a narrower concept alone", search.Request{Query: "sustainable packaging", Access: all}, "brand:img-0024", semdex.FoundByExpansion, semdex.FoundByText},
		{"by words in another language", search.Request{Query: "nachhaltige Verpackung", Lang: "de", Access: all}, "brand:img-0024", semdex.FoundByExpansion, semdex.FoundByText},
		{"text alone", search.Request{Query: "rain jacket", Expand: search.ExpandNone, Access: all}, "", semdex.FoundByText, ""},
		{"an id", search.Request{Query: "img-0053", Access: all}, "brand:img-0053", semdex.FoundByText, ""},
		{"browsing", search.Request{Access: all}, "", "", ""},
		{"a filter written as a query", search.Request{Query: "type:video", Access: all}, "", "", ""},
		{"a word that was corrected", search.Request{Query: "lantrn", Lang: "en", Access: all}, "", semdex.FoundByExpansion, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.request.Limit = 100
			a := ask(t, s, tt.request)
			if len(a.Hits) == 0 {
				t.Fatal("nothing is found")
			}
			told := map[string]bool{}
			for _, h := range a.Hits {
				if told[h.Matched.Found] = true; tt.id == "" || string(h.ID) == tt.id {
					if h.Matched.Found != tt.want {
						t.Errorf("%s: got %q, want %q", h.ID, h.Matched.Found, tt.want)
					}
				}
			}
			if tt.otherwise != "" && !told[tt.otherwise] {
				t.Errorf("got %v, want %q among them", told, tt.otherwise)
			}
		})
	}
}

// TestFoundByIsWhatExpandNoneFinds compares what hits tell with a second search.
func TestFoundByIsWhatExpandNoneFinds(t *testing.T) {
	t.Parallel()
	s := brandLibrary(t)
	s.SetCuration([]search.CurationRule{
		{ID: "c", Concept: "https://voc.firnhain.example/topics/hiking", Pins: []semdex.AssetID{"brand:img-0053"}, Boosts: []semdex.AssetID{}, Hides: []semdex.AssetID{"brand:img-0083"}},
		{ID: "q", Query: "tent", Contains: true, Pins: []semdex.AssetID{"brand:img-0024"}},
	})
	queries := randomQueries(brandWords(t), 400)
	queries = append(queries, "sustainable packaging", "back-to-school", "hiking", "tent hiking", "concept:jackets", `concept:hiking tent`, `"rain jacket" -yellow`, "-packaging jacket", "lantrn", "Griesel gelb",
		"type:video OR hut", "jack* hut", "Region:DACH wandern", "Winterzelt", "FH-RJ-210-YEL", "FH-PO")
	told := map[string]int{}
	for i, query := range queries {
		r := search.Request{Query: query, Lang: []string{"", "en", "de"}[i%3], Expand: search.Modes[1+i%3], Access: search.Access{All: i%2 == 0, Use: semdex.Use{On: "2026-06-01"}}, Limit: 60}
		if i%5 == 0 {
			r.Filters = map[string][]string{"type": {"image", "document"}}
		}
		if i%7 == 0 {
			r.Offset = 3
		}
		plain := r
		plain.Expand, plain.Offset, plain.Limit = search.ExpandNone, 0, 1000
		ids, err := s.Rank(context.Background(), plain)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		for _, h := range ask(t, s, r).Hits {
			want := semdex.FoundByExpansion
			if slices.Contains(ids, h.ID) {
				want = semdex.FoundByText
			}
			if h.Matched.Found == "" { // nothing is searched for: its filters hold in any mode
				want = ""
			}
			if told[want]++; h.Matched.Found != want {
				t.Errorf("%q, expand=%s: %s is told to be found by %q, want %q", query, r.Expand, h.ID, h.Matched.Found, want)
			}
		}
	}
	if told[semdex.FoundByText] < 500 || told[semdex.FoundByExpansion] < 500 {
		t.Errorf("only %v", told)
	}
}
