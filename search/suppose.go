package search

import (
	"context"
	"maps"
	"slices"

	"semdex"
)

// supposing gives the state and the view of a query as they would be if an asset bore these values, too, and was
// another than before. Nothing of the originals changes.
func (q *querying) supposing(values []Value, before, asset *semdex.Asset) (*state, View) {
	probe := &links{th: q.st.th, labels: q.st.labels, dimensions: q.st.dimensions, scopes: q.st.scopes} // what it notes as ambiguous is of no interest
	st := &state{links: q.st.links, settings: q.st.settings, predecessors: q.st.predecessors, groupings: map[groupingKey]*Groups{},
		supposed: supposed{concepts: map[Value][]int32{}, values: map[int32][]bearing{}}}
	q.st.mu.Lock()
	st.shares = maps.Clone(q.st.shares) // one asset more or less makes no difference
	q.st.mu.Unlock()
	st.spelled.take(&q.st.spelled.kept) // the labels are the same
	view := supposingView{View: q.view, more: map[string][]string{}, before: q.st.dossier(before), after: q.st.dossier(asset)}
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
			st.supposed.values[c] = append(st.supposed.values[c], bearing{v, -1, len(st.supposed.concepts[v])})
		}
	}
	return st, view
}

// supposed are links beside those of the library.
type supposed struct {
	concepts map[Value][]int32
	values   map[int32][]bearing
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
	more          map[string][]string
	before, after *dossier
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

// Search counts the asset as it is supposed to be among the hits. What it is in facets, and where among the hits, is as
// it was.
func (v supposingView) Search(ctx context.Context, p *Plan) (*Result, error) {
	r, err := v.View.Search(ctx, p)
	if err != nil {
		return nil, err
	}
	if was, is := v.before.judge(p).present(), v.after.judge(p).present(); is && !was {
		r.Total++
	} else if was && !is {
		r.Total--
	}
	return r, nil
}

// Spellings counts the words of the asset, too, where they are asked for as they stand.
func (v supposingView) Spellings(ctx context.Context, s *Spelling) ([]Spelled, error) {
	found, err := v.View.Spellings(ctx, s)
	known := slices.ContainsFunc(found, func(f Spelled) bool { return f.Edits == 0 })
	if err != nil || known || !s.Access.Visible(v.after.asset) || !v.after.has(s.Word) {
		return found, err
	}
	return append([]Spelled{{Word: s.Word, Assets: 1}}, found[:min(len(found), max(0, s.Limit-1))]...), nil
}

// has reports whether a word, in the form of terms, stands in the asset.
func (d *dossier) has(word string) bool {
	for i := range d.texts {
		d.texts[i].read()
		for _, w := range d.texts[i].words {
			if w.HasAny([]string{word}) {
				return true
			}
		}
	}
	return false
}
