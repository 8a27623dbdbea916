package search

import (
	"context"
	"strings"
	"testing"

	"semdex"
)

// speakingView is a valueView in which some words stand.
type speakingView struct {
	valueView
	words map[string]int // term -> assets
}

func (v speakingView) Spellings(_ context.Context, s *Spelling) ([]Spelled, error) {
	if n := v.words[s.Word]; n > 0 {
		return []Spelled{{Word: s.Word, Assets: n}}, nil
	}
	return nil, nil
}

func (v speakingView) Search(context.Context, *Plan) (*Result, error) {
	counts := make([]int, linkVocabulary.Len())
	for i := range counts {
		counts[i] = i
	}
	return &Result{Total: 1000, Counts: [][]int{counts}}, nil
}

func (v speakingView) Len() int { return 1000 }

// speaking is a small library in which a few words stand.
var speaking = speakingView{linkView, map[string]int{"winter": 100, "rucksack": 20, "abend": 3, "wald": 7, "school": 900}}

// planned plans a query of the small library.
func planned(r *Request) (*querying, *Plan, error) {
	st := newState(linkVocabulary, linkSettings)
	st.update(speaking)
	if err := normalize(r); err != nil {
		return nil, nil, err
	}
	q := &querying{st: st, view: speaking, request: r}
	p, err := q.plan(context.Background())
	return q, p, err
}

func FuzzPlan(f *testing.F) {
	for _, s := range []string{"", "rain jacket", `concept:"rain jacket" OR concept:hat -concept:<https://voc.example/cap>`, "type:video OR type:image OR hat", "created:2025 OR created:2026 OR hat",
		"created:2025 created:2026", "created.direct:2026", "FH-RJ X1 4711", "Winterrucksack OR Waldabend", "concept:<https://elsewhere.example/x>", `concept:"" concept:"?" -concept:"nothing"`,
		`type:"" OR -type:x "hat`, "a. b c d e f. g h i j k", strings.Repeat("hat rain shoe trail x1 ", 12), "no hat. not\na trail, without", "\xff OR \xfe-\xff.1", "ß1 İstanbulabend Öö-1 ", "id:a OR hat",
		"*", "!!!", "-a OR -b", "concept.direct:hat OR year:2020", "hat OR hat OR hat"} {
		f.Add(s, uint8(2), "de")
		f.Add(s, uint8(0), "")
	}
	f.Fuzz(func(t *testing.T, query string, mode uint8, lang string) {
		depth := int(mode / 8)
		q, p, err := planned(&Request{Query: query, Expand: Modes[mode%4], Lang: lang, Depth: &depth, Exclude: []string{"cap"}, Schemes: []string{"topic", "products"}[:mode%3]})
		if len(query) > MaxQuery {
			if semdex.CodeOf(err) != semdex.Invalid {
				t.Fatalf("a query of %d bytes: got %v, want it refused", len(query), err)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		if len(p.Groups) > maxParts || len(p.Groups) != len(q.parts) {
			t.Fatalf("%q: %d groups for %d parts", query, len(p.Groups), len(q.parts))
		}
		for i := range p.Groups {
			checkGroup(t, query, q, &p.Groups[i])
		}
		for _, c := range q.expansion().Concepts {
			if c.Span[0] >= c.Span[1] || c.Span[1] > len(query) {
				t.Fatalf("%q: %s spans %v", query, c.URI, c.Span)
			}
		}
	})
}

// checkGroup checks that evidence has a reason, a class and a weight.
func checkGroup(t *testing.T, query string, q *querying, g *Group) {
	t.Helper()
	check := func(class Class, weight float64, reason int) {
		if class < Exact || class > Misspelt || weight <= 0 || weight > 1 || reason < 0 || reason >= len(q.reasons) {
			t.Fatalf("%q: evidence of class %d, weight %v, reason %d of %d", query, class, weight, reason, len(q.reasons))
		}
	}
	for _, v := range g.Values {
		check(v.Class, v.Weight, v.Reason)
	}
	for _, c := range g.Codes {
		check(c.Class, c.Weight, c.Reason)
	}
	for _, e := range g.Texts {
		check(e.Class, e.Weight, e.Reason)
		if len(e.Terms) == 0 {
			t.Fatalf("%q: a text without words", query)
		}
	}
	if g.Share < 0 || g.Share > 1 || g.Required && g.Excluded {
		t.Fatalf("%q: group %+v", query, g)
	}
}
