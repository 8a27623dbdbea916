package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
)

// conceptCounts gives, by concept, how many assets the access lets be seen that bear it or something narrower.
func (q *querying) conceptCounts(ctx context.Context) ([]int, error) {
	plan := &Plan{Access: q.request.Access, Facets: []Facet{{Name: everything.Name, By: q.st.grouping(&everything, false)}}}
	result, err := q.view.Search(ctx, plan)
	if err != nil {
		return nil, err
	}
	return result.Counts[0], nil
}

func (q *querying) conceptView(c int32, counts []int) ConceptView {
	th, lang := q.st.th, q.request.Lang
	v := ConceptView{
		URI: th.ID(c), Label: q.st.label(c, lang), Labels: []ConceptLabel{}, Notations: th.Notations(c), Deprecated: th.Deprecated(c),
		Path:    th.PathString(c, append([]string{lang}, q.st.settings.Languages...)...),
		Broader: q.st.conceptRefs(th.Broader(c), lang), Narrower: q.st.conceptRefs(th.Narrower(c), lang), Related: q.st.conceptRefs(th.Related(c), lang),
		Exact: q.st.conceptRefs(th.ExactMatches(c), lang), ReplacedBy: q.st.conceptRefs(th.Successors(c), lang),
	}
	if int(c) < len(counts) {
		v.Assets = counts[c]
	}
	for _, l := range th.Labels(c) {
		if l.Kind != semdex.HiddenLabel {
			v.Labels = append(v.Labels, ConceptLabel{Label: l.Text, Kind: l.Kind.String(), Lang: l.Lang})
		}
	}
	return v
}

// Concept gives one concept with its neighbours.
func (s *Service) Concept(ctx context.Context, uri, lang string, access Access) (*ConceptView, error) {
	q := s.begin(&Request{Lang: lang, Access: access})
	defer q.view.Release()
	c, ok := q.st.th.Find(semdex.ConceptID(uri))
	if !ok {
		return nil, noConcept(uri)
	}
	counts, err := q.conceptCounts(ctx)
	if err != nil {
		return nil, err
	}
	v := q.conceptView(c, counts)
	return &v, nil
}

func noConcept(uri string) error {
	return &semdex.Error{Code: semdex.NotFound, Message: "no concept " + uri, Hint: "GET /v1/concepts?q= finds concepts by their labels"}
}

// Concepts gives the concepts of a scheme ("" for any), which a dimension may name that has it, of which a label begins
// with prefix, by name.
func (s *Service) Concepts(ctx context.Context, prefix string, scheme semdex.SchemeID, lang string, offset, limit int, access Access) (int, []ConceptView, error) {
	q := s.begin(&Request{Lang: lang, Access: access})
	defer q.view.Release()
	scheme = q.st.schemeNamed(scheme)
	wanted := text.Key(prefix)
	type match struct {
		concept int32
		label   string
	}
	var found []match
	for c := range int32(q.st.th.Len()) {
		if q.st.th.InScheme(c, scheme) && (wanted == "" || slices.ContainsFunc(q.st.th.Labels(c), func(l semdex.Label) bool {
			return strings.HasPrefix(text.Key(l.Text), wanted)
		})) {
			found = append(found, match{c, q.st.label(c, lang)})
		}
	}
	slices.SortFunc(found, func(a, b match) int {
		return cmp.Or(strings.Compare(a.label, b.label), cmp.Compare(a.concept, b.concept))
	})
	total := len(found)
	found = found[min(offset, total):min(offset+limit, total)]
	counts, err := q.conceptCounts(ctx)
	if err != nil {
		return 0, nil, err
	}
	views := []ConceptView{}
	for _, m := range found {
		views = append(views, q.conceptView(m.concept, counts))
	}
	return total, views, nil
}

// Tree gives the concepts directly below uri or, where uri is empty, those of the scheme that have nothing
// broader within it, by name. A dimension may name the scheme that it has.
func (s *Service) Tree(ctx context.Context, uri string, scheme semdex.SchemeID, lang string, access Access) ([]ConceptView, error) {
	q := s.begin(&Request{Lang: lang, Access: access})
	defer q.view.Release()
	var children []int32
	if uri != "" {
		c, ok := q.st.th.Find(semdex.ConceptID(uri))
		if !ok {
			return nil, noConcept(uri)
		}
		children = q.st.th.Narrower(c)
	} else {
		scheme = q.st.schemeNamed(scheme)
		for c := range int32(q.st.th.Len()) {
			above := func(b int32) bool { return q.st.th.InScheme(b, scheme) }
			if q.st.th.InScheme(c, scheme) && !slices.ContainsFunc(q.st.th.Broader(c), above) {
				children = append(children, c)
			}
		}
	}
	counts, err := q.conceptCounts(ctx)
	if err != nil {
		return nil, err
	}
	views := []ConceptView{}
	for _, c := range children {
		views = append(views, q.conceptView(c, counts))
	}
	slices.SortFunc(views, func(a, b ConceptView) int {
		return cmp.Or(strings.Compare(a.Label, b.Label), cmp.Compare(a.URI, b.URI))
	})
	return views, nil
}
