package local_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/blevesearch/bleve/v2"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"semdex/internal/text"
	"semdex/search"
	"semdex/search/enginetest"
)

// TestBleveAgrees puts random plans to our engine, and to bleve's own searchers and facets on the same index.
func TestBleveAgrees(t *testing.T) {
	x := openAt(t, t.TempDir(), []string{"en", "de"})
	assets := enginetest.Generate(21, 400, 60)
	apply(t, x, put(assets...), 1)
	apply(t, x, put(assets[:90]...), 2) // again: the first ones are deleted
	view := x.View()
	defer view.Release()
	counted := 0
	p := &blevePlanner{rand.New(rand.NewPCG(4, 4))}
	for i := range 120 {
		plan := p.plan()
		got, err := view.Search(context.Background(), plan)
		if err != nil {
			t.Fatal(err)
		}
		want := askBleve(t, x.Bleve(), plan.Filters, groupQuery(plan.Groups, search.Misspelt))
		if got.Total != int(want.Total) {
			t.Fatalf("plan %d: %d hits, bleve finds %d: %+v", i, got.Total, want.Total, plan)
		}
		for j, f := range facetFields {
			checkFacet(t, want.Facets[f].Terms.Terms(), plan.Facets[j].By.(*byValue), got.Counts[j])
			counted += len(want.Facets[f].Terms.Terms())
		}
		if len(plan.Groups) == 1 && !plan.Groups[0].Excluded {
			checkClasses(t, x.Bleve(), plan, got)
		}
	}
	if counted < 1000 {
		t.Errorf("only %d values were counted", counted)
	}
}

// checkFacet wants the counts that bleve gives, and no others.
func checkFacet(t *testing.T, terms []*bsearch.TermFacet, by *byValue, got []int) {
	t.Helper()
	left := 0
	for _, n := range got {
		left += n
	}
	for _, term := range terms {
		n := 0
		if group := by.groups[term.Term]; int(group) < len(got) {
			n = got[group]
		}
		if left -= n; n != term.Count {
			t.Fatalf("%d with %s %q, bleve counts %d", n, by.field, term.Term, term.Count)
		}
	}
	if left != 0 {
		t.Fatalf("%d more with a value of %s than bleve counts", left, by.field)
	}
}

// checkClasses wants the hits in the order of their classes, each class as far as bleve says.
func checkClasses(t *testing.T, b bleve.Index, plan *search.Plan, got *search.Result) {
	t.Helper()
	for class := search.Exact; class <= search.Misspelt; class++ {
		upTo := int(askBleve(t, b, plan.Filters, groupQuery(plan.Groups, class)).Total)
		for i, h := range got.Hits {
			if inside := h.Matches[0].Class <= class; inside != (i < upTo) {
				t.Fatalf("hit %d of %d is of class %d; bleve finds %d up to class %d", i, len(got.Hits), h.Matches[0].Class, upTo, class)
			}
		}
	}
}

var facetFields = []string{"concepts", "type", "field:Region"}

// blevePlanner makes random plans that bleve's queries can tell.
type blevePlanner struct{ *rand.Rand }

func (p *blevePlanner) plan() *search.Plan {
	plan := &search.Plan{Access: search.Access{All: true}, Limit: 1000}
	for range 1 + p.IntN(3) {
		plan.Groups = append(plan.Groups, p.group())
	}
	plan.Groups[0].Excluded = false
	for range p.IntN(3) {
		plan.Filters = append(plan.Filters, search.Filter{Name: "none", Values: []search.Value{p.value(), p.value()}, Not: p.IntN(4) == 0})
	}
	for _, f := range facetFields {
		plan.Facets = append(plan.Facets, search.Facet{Name: f, By: newByValue(f)})
	}
	return plan
}

func (p *blevePlanner) group() search.Group {
	g := search.Group{Required: p.IntN(3) == 0, Excluded: p.IntN(5) == 0}
	for range 1 + p.IntN(30) {
		g.Values = append(g.Values, search.ValueEvidence{Value: p.value(), Class: p.class(), Weight: p.Float64()})
	}
	for range p.IntN(4) {
		token := text.Tokens(enginetest.Words[p.IntN(len(enginetest.Words))])[0]
		g.Texts = append(g.Texts, search.TextEvidence{Terms: [][]string{text.Forms(token, []string{"en", "de"})}, Scored: p.IntN(2) == 0, Class: p.class(), Weight: p.Float64()})
	}
	return g
}

func (p *blevePlanner) class() search.Class { return search.Class(1 + p.IntN(int(search.Misspelt))) }

func (p *blevePlanner) value() search.Value {
	if p.IntN(4) == 0 {
		return search.Value{Field: "field:Region", Value: []string{"DACH", "UK", "Nordics", "none"}[p.IntN(4)]}
	}
	return search.Value{Field: "concepts", Value: enginetest.ConceptURI(p.IntN(80))}
}

func valueQuery(v search.Value) query.Query {
	q := bleve.NewTermQuery(v.Value)
	q.SetField("v:" + v.Field)
	return q
}

// groupQuery gives bleve's query for groups, evidence of worse classes left out.
func groupQuery(groups []search.Group, worst search.Class) query.Query {
	all, any := bleve.NewBooleanQuery(), bleve.NewDisjunctionQuery()
	for _, g := range groups {
		evidence := bleve.NewDisjunctionQuery()
		for _, v := range g.Values {
			if v.Class <= worst {
				evidence.AddQuery(valueQuery(v.Value))
			}
		}
		for _, e := range g.Texts {
			for _, form := range e.Terms[0] {
				for _, field := range []string{"t:main", "t:rest"} {
					if q := bleve.NewTermQuery(form); e.Class <= worst {
						q.SetField(field)
						evidence.AddQuery(q)
					}
				}
			}
		}
		switch {
		case g.Excluded:
			all.AddMustNot(evidence)
			continue
		case g.Required:
			all.AddMust(evidence)
		}
		any.AddQuery(evidence)
	}
	all.AddMust(any)
	return all
}

// narrowed gives the query narrowed by filters.
func narrowed(filters []search.Filter, wanted query.Query) query.Query {
	all := bleve.NewBooleanQuery()
	all.AddMust(wanted)
	for _, f := range filters {
		var values []query.Query
		for _, v := range f.Values {
			values = append(values, valueQuery(v))
		}
		if f.Not {
			all.AddMustNot(bleve.NewDisjunctionQuery(values...))
		} else {
			all.AddMust(bleve.NewDisjunctionQuery(values...))
		}
	}
	return all
}

// askBleve narrows the query by the filters and counts the facets.
func askBleve(t *testing.T, b bleve.Index, filters []search.Filter, wanted query.Query) *bleve.SearchResult {
	t.Helper()
	r := bleve.NewSearchRequestOptions(narrowed(filters, wanted), 1000, 0, false)
	for _, f := range facetFields {
		r.AddFacet(f, bleve.NewFacetRequest("v:"+f, 1000))
	}
	result, err := b.Search(r)
	if err != nil {
		t.Fatal(err)
	}
	return result
}
