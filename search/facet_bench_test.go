package search

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkFacetOfManyValues chooses 20 of 1,000,000 values: all as frequent, which is the worst case, and by a word.
func BenchmarkFacetOfManyValues(b *testing.B) {
	st := newState(typedVocabulary, Settings{Languages: []string{"en"}})
	g := st.grouping(&Dimension{Name: "Job", Field: "field:Job"}, false)
	counts := make([]int, st.th.Len())
	for i := range 1_000_000 {
		g.Groups(Value{"field:Job", fmt.Sprintf("Job number %07d", i*7919%1_000_000)})
		counts = append(counts, 1)
	}
	p := &Plan{Facets: []Facet{{Name: "Job", By: g}}}
	for name, typed := range map[string]string{"all": "", "by word": "0000"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				q := &querying{st: st, view: bareView{}, request: &Request{}}
				f, err := q.facet(context.Background(), p, 0, counts, &FacetRequest{Text: typed, Limit: 20})
				if err != nil || len(f.Values) != 20 {
					b.Fatal(f, err)
				}
			}
		})
	}
}
