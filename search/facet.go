package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"semdex"
)

const (
	facetValues    = 20  // of a facet that an answer lists, unless asked otherwise
	MaxFacetValues = 100 // that may be asked for
)

// FacetRequest asks for the values of one facet.
type FacetRequest struct {
	Field string
	Text  string // how words of a value's labels begin, in their order; "" is any
	Below string // the URI of a concept: what is directly below it; TopConcepts: what is below none; "" is all
	Limit int    // 0 is 20
}

// TopConcepts asks in FacetRequest.Below for the concepts of a dimension that have nothing broader in it.
const TopConcepts = "top"

// facetPlan gives what an engine is asked for a facet.
func (q *querying) facetPlan(name string) (Facet, error) {
	if q.isRange(name, nil) {
		return Facet{Name: name, Ranges: &Ranges{Field: name, From: rangeSteps(name)}}, nil
	}
	d, known := q.st.dimension(name, q.view.Fields())
	if !known {
		return Facet{}, unknownField("facet", name, append(q.knownNames(), NumberFields...))
	}
	return Facet{Name: d.Name, By: q.st.grouping(d, false)}, nil
}

// facets turns the counts of a result into the facets of an answer.
func (q *querying) facets(ctx context.Context, p *Plan, result *Result) ([]FacetCounts, error) {
	out := []FacetCounts{}
	for i := range p.Facets {
		f, err := q.facet(ctx, p, i, result.Counts[i], &FacetRequest{Limit: cmp.Or(q.request.FacetLimit, facetValues)})
		if err != nil {
			return nil, err
		}
		out = append(out, *f)
	}
	return out, nil
}

// facet gives the values of a facet of the plan.
func (q *querying) facet(ctx context.Context, p *Plan, i int, counts []int, r *FacetRequest) (*FacetCounts, error) {
	facet := &p.Facets[i]
	out := &FacetCounts{Field: facet.Name, Label: facetLabel(facet.Name), Values: []FacetValue{}}
	if facet.Ranges != nil {
		return out, q.rangeValues(ctx, p, facet, counts, r, out)
	}
	groups := facet.By.(*Groups) // facetPlan makes no other
	among, err := q.amongConcepts(groups, r.Below)
	if err != nil {
		return nil, err
	}
	chosen := newChosenValues(q, groups, r.Limit)
	matching, selected := q.matching(r.Text), map[int32]bool{}
	for _, key := range q.selected(&groups.dimension) {
		if group, ok := groups.group(key); ok {
			selected[group] = true
		}
	}
	for group, n := range counts {
		if n == 0 || among != nil && !among[int32(group)] {
			continue
		}
		if label, ok := matching.group(groups, int32(group)); ok {
			chosen.add(int32(group), n, label)
			if selected[int32(group)] {
				chosen.hold(int32(group), n, label)
			}
		}
	}
	listed := chosen.listed()
	out.TotalValues, out.OtherCount = chosen.values, chosen.others(listed)
	out.Values = slices.Grow(out.Values, len(listed))
	for i := range listed {
		out.Values = append(out.Values, q.facetValue(groups, &listed[i]))
	}
	if among != nil {
		q.place(groups, counts, out.Values)
	}
	return out, nil
}

// facetValue is a value as answers show it.
func (q *querying) facetValue(g *Groups, c *chosenValue) FacetValue {
	v := FacetValue{Value: c.name, Label: c.name, URI: c.uri, Count: c.count}
	if c.label != nil && c.label.Kind != semdex.HiddenLabel {
		v.Matched = &MatchedLabel{Label: c.label.Text, Kind: c.label.Kind.String(), Lang: c.label.Lang}
	}
	v.Selected = slices.Contains(q.selected(&g.dimension), cmp.Or(string(v.URI), v.Label))
	if v.URI != "" && len(q.conceptsNamed(&g.dimension, v.Label)) != 1 {
		v.Value = string(v.URI) // the label alone would filter by others too
	}
	return v
}

// amongConcepts gives the concepts directly below one, or the top ones; nil for all.
func (q *querying) amongConcepts(g *Groups, below string) (map[int32]bool, error) {
	d := &g.dimension
	if below == "" {
		return nil, nil
	}
	if !d.HasScheme {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("%s has no hierarchy", d.Name), Hint: "leave below out"}
	}
	out := map[int32]bool{}
	th := q.st.th
	in := func(c int32) bool { return th.InScheme(c, d.Scheme) }
	if below != TopConcepts {
		c, known := th.Find(semdex.ConceptID(below))
		if !known {
			return nil, noConcept(below)
		}
		for _, n := range th.Narrower(c) {
			out[n] = in(n)
		}
		return out, nil
	}
	for c := range int32(th.Len()) {
		if in(c) && !slices.ContainsFunc(th.Broader(c), in) {
			out[c] = true
		}
	}
	return out, nil
}

// place tells where in the hierarchy values are.
func (q *querying) place(g *Groups, counts []int, values []FacetValue) {
	th := q.st.th
	langs := q.st.settings.Languages
	if q.request.Lang != "" {
		langs = append([]string{q.request.Lang}, langs...)
	}
	for i := range values {
		c, _ := th.Find(values[i].URI)
		values[i].Path = th.PathString(c, langs...)
		below := 0
		for _, n := range th.Narrower(c) {
			if int(n) < len(counts) && counts[n] > 0 && th.InScheme(n, g.dimension.Scheme) {
				below++
			}
		}
		values[i].Narrower = &below
	}
}

func facetLabel(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

// selected gives what the dimension is filtered by: the URIs of concepts, and raw values.
func (q *querying) selected(d *Dimension) []string {
	if out, known := q.chosen[d.Name]; known {
		return out
	}
	out := []string{}
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
			if d.Field == albumField {
				out = append(out, v) // of which nothing but albums below it may be borne
			}
			if d.Field != "" {
				for _, raw := range q.fieldValues(d, v, true) {
					out = append(out, raw.Value)
				}
			}
		}
	}
	if q.chosen == nil {
		q.chosen = map[string][]string{}
	}
	q.chosen[d.Name] = out
	return out
}

// Facet gives the values of one facet among the hits of a request.
func (s *Service) Facet(ctx context.Context, f FacetRequest, r Request) (*FacetCounts, error) {
	r.Facets, r.Cursor, r.Offset = []string{f.Field}, "", 0
	q, plan, result, err := s.run(ctx, &r, func(_ *querying, p *Plan) { p.Limit = 0 })
	if err != nil {
		return nil, err
	}
	defer q.view.Release()
	f.Limit = cmp.Or(max(f.Limit, 0), facetValues)
	return q.facet(ctx, plan, 0, result.Counts[0], &f)
}
