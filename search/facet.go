package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"semdex/internal/text"
)

// facetValues is how many values of a facet an answer lists.
const facetValues = 20

// facets turns the counts of a result into the facets of an answer.
func (q *querying) facets(p *Plan, result *Result) []FacetCounts {
	out := []FacetCounts{}
	for i, f := range p.Facets {
		groups := f.By.(*Groups) // plan makes no other
		out = append(out, q.facet(groups, result.Counts[i], "", facetValues))
	}
	return out
}

func (q *querying) facet(g *Groups, counts []int, prefix string, limit int) FacetCounts {
	f := FacetCounts{Field: g.dimension.Name, Label: facetLabel(g.dimension.Name), Values: []FacetValue{}}
	wanted := text.Fold(prefix)
	for group, n := range counts {
		if n == 0 {
			continue
		}
		name, uri := g.Name(int32(group), q.request.Lang)
		if !strings.HasPrefix(text.Fold(name), wanted) {
			continue
		}
		f.Values = append(f.Values, FacetValue{Value: name, Label: name, URI: uri, Count: n})
	}
	slices.SortFunc(f.Values, func(a, b FacetValue) int {
		return cmp.Or(-cmp.Compare(a.Count, b.Count), cmp.Compare(a.Label, b.Label), cmp.Compare(a.URI, b.URI))
	})
	f.TotalValues = len(f.Values)
	limit = max(0, limit)
	for _, v := range f.Values[min(limit, len(f.Values)):] {
		f.OtherCount += v.Count
	}
	f.Values = f.Values[:min(limit, len(f.Values))]
	selected := q.selected(&g.dimension)
	for i := range f.Values {
		v := &f.Values[i]
		v.Selected = slices.ContainsFunc(selected, func(s string) bool { return s == cmp.Or(string(v.URI), v.Label) })
		if v.URI != "" && len(q.conceptsNamed(&g.dimension, v.Label)) != 1 {
			v.Value = string(v.URI) // the label alone would filter by others too
		}
	}
	return f
}

func facetLabel(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

// selected gives what the dimension is filtered by: the URIs of concepts, and raw values.
func (q *querying) selected(d *Dimension) []string {
	var out []string
	for name, values := range q.filtered {
		of, known := q.st.dimension(strings.TrimSuffix(name, ".direct"), q.view.Fields())
		if !known || of.Name != d.Name {
			continue
		}
		for _, v := range values {
			if d.HasScheme {
				for _, c := range q.conceptsNamed(d, v) {
					out = append(out, string(q.st.th.ID(c)))
				}
			}
			if d.Field != "" {
				for _, raw := range q.fieldValues(d, v, true) {
					out = append(out, raw.Value)
				}
			}
		}
	}
	return out
}

// Facet gives the values of one facet among the hits of a request, those that begin with prefix.
func (s *Service) Facet(ctx context.Context, field, prefix string, limit int, r Request) (*FacetCounts, error) {
	r.Facets, r.Cursor, r.Offset = []string{field}, "", 0
	q, plan, result, err := s.run(ctx, &r, func(p *Plan) { p.Limit = 0 })
	if err != nil {
		return nil, err
	}
	defer q.view.Release()
	f := q.facet(plan.Facets[0].By.(*Groups), result.Counts[0], prefix, cmp.Or(limit, facetValues))
	return &f, nil
}
