package search

import (
	"maps"
	"slices"
)

// supposing gives the state and the view of a query as they would be if assets bore these values, too. Nothing of
// the originals changes.
func (q *querying) supposing(values []Value) (*state, View) {
	if len(values) == 0 {
		return q.st, q.view
	}
	probe := &links{th: q.st.th, labels: q.st.labels, dimensions: q.st.dimensions, scopes: q.st.scopes} // what it notes as ambiguous is of no interest
	st := &state{links: q.st.links, settings: q.st.settings, predecessors: q.st.predecessors, groupings: map[groupingKey]*Groups{},
		supposed: supposed{concepts: map[Value][]int32{}, values: map[int32][]Value{}}}
	view := supposingView{q.view, map[string][]string{}}
	for _, v := range values {
		if len(q.st.of(v)) > 0 || slices.Contains(q.view.Values(v.Field), v.Value) {
			continue
		}
		view.more[v.Field] = append(view.more[v.Field], v.Value)
		if !slices.Contains(q.st.linkedFields(), v.Field) {
			continue
		}
		st.supposed.concepts[v] = probe.resolve(v)
		for _, c := range st.supposed.concepts[v] {
			st.supposed.values[c] = append(st.supposed.values[c], v)
		}
	}
	return st, view
}

// supposed are links beside those of the library.
type supposed struct {
	concepts map[Value][]int32
	values   map[int32][]Value
}

// of gives the concepts that a raw value names.
func (st *state) of(v Value) []int32 {
	if found := st.supposed.concepts[v]; found != nil {
		return found
	}
	return st.links.of(v)
}

// supposingView is a View in which some values are borne beside those that are.
type supposingView struct {
	View
	more map[string][]string
}

func (v supposingView) Values(field string) []string {
	values := v.View.Values(field)
	return append(values[:len(values):len(values)], v.more[field]...)
}

func (v supposingView) Fields() []string {
	fields := v.View.Fields()
	for _, f := range slices.Sorted(maps.Keys(v.more)) {
		if !slices.Contains(fields, f) {
			fields = append(fields[:len(fields):len(fields)], f)
		}
	}
	return fields
}
