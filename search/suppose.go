package search

import (
	"context"
	"maps"
	"slices"

	"semdex"
)

// supposing gives the state and the view of a query as they would be if an asset bore these values, too, and was as it
// is here. Nothing of the originals changes.
func (q *querying) supposing(values []Value, asset *semdex.Asset) (*state, View) {
	probe := &links{th: q.st.th, labels: q.st.labels, dimensions: q.st.dimensions, scopes: q.st.scopes} // what it notes as ambiguous is of no interest
	st := &state{links: q.st.links, settings: q.st.settings, predecessors: q.st.predecessors, groupings: map[groupingKey]*Groups{},
		supposed: supposed{concepts: map[Value][]int32{}, values: map[int32][]Value{}}}
	view := supposingView{View: q.view, more: map[string][]string{}, asset: asset, texts: q.st.textsOf(asset, "")}
	for _, v := range values {
		if len(q.st.of(v)) > 0 || slices.Contains(q.view.Values(v.Field), v.Value) {
			continue
		}
		view.more[v.Field] = append(view.more[v.Field], v.Value)
		if !slices.Contains(q.st.linkedFields(), v.Field) {
			continue
		}
		st.supposed.concepts[v] = probe.resolve(&linkedField{}, 0, v)
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
	more  map[string][]string
	asset *semdex.Asset
	texts []assetText
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

// Spellings counts the words of the asset, too, where they are asked for as they stand.
func (v supposingView) Spellings(ctx context.Context, s *Spelling) ([]Spelled, error) {
	found, err := v.View.Spellings(ctx, s)
	known := slices.ContainsFunc(found, func(f Spelled) bool { return f.Edits == 0 })
	if err != nil || known || !s.Access.Visible(v.asset) || !v.says(s.Word) {
		return found, err
	}
	return append([]Spelled{{Word: s.Word, Assets: 1}}, found[:min(len(found), max(0, s.Limit-1))]...), nil
}

func (v supposingView) says(word string) bool {
	for i := range v.texts {
		v.texts[i].read()
		for _, forms := range v.texts[i].forms {
			if slices.Contains(forms, word) {
				return true
			}
		}
	}
	return false
}
