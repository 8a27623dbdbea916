package search

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/internal/text"
)

// filters turns the filters of a request into those of a plan.
func (q *querying) filters(request map[string][]string) ([]Filter, error) {
	var out []Filter
	for _, name := range sortedKeys(request) {
		f, err := q.filter(name, request[name])
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func sortedKeys(m map[string][]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (q *querying) filter(name string, values []string) (Filter, error) {
	f := Filter{Name: name}
	switch name {
	case "id":
		for _, v := range values {
			for _, id := range q.view.Resolve(v) {
				f.Values = append(f.Values, Value{"id", string(id)})
			}
		}
		return f, nil
	case "created", "modified":
		r, err := timeRange(name, values)
		f.Range = r
		return f, err
	}
	base, direct := strings.CutSuffix(name, ".direct")
	d, known := q.st.dimension(base, q.view.Fields())
	if !known {
		return f, unknownField("filter", name, append(q.st.dimensionNames(q.view.Fields()), "id", "created", "modified"))
	}
	f.Name = d.Name
	for _, v := range values {
		f.Values = append(f.Values, q.dimensionValues(d, v, direct)...)
	}
	return f, nil
}

func unknownField(what, name string, known []string) error {
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("no such %s: %s", what, name), Hint: "try one of: " + strings.Join(known, ", ")}
}

// dimensionValues gives the raw values that a filter value stands for: those that name the concept it
// names, or one below it, and those that read as it does.
func (q *querying) dimensionValues(d *Dimension, value string, direct bool) []Value {
	var out []Value
	if d.HasScheme {
		for _, c := range q.conceptsNamed(d, value) {
			out = append(out, q.borne(d, c, direct)...)
		}
	}
	if d.Field != "" {
		for _, raw := range q.view.Values(d.Field) {
			if sameValue(d, raw, value) && (!d.HasScheme || len(q.st.of(Value{d.Field, raw})) == 0) {
				out = append(out, Value{d.Field, raw})
			}
		}
	}
	if d.Field == "" && len(out) == 0 { // a URI that no vocabulary knows is still what assets may bear
		out = append(out, Value{"concepts", value})
	}
	return out
}

func sameValue(d *Dimension, raw, value string) bool {
	if raw == value || sameText(raw, value) {
		return true
	}
	return d.Field == "album" && strings.HasPrefix(text.Exact(raw), text.Exact(value)+"/") // an album holds those below it
}

// conceptsNamed finds concepts of the dimension's scheme by URI, label or, where the dimension links so,
// notation.
func (q *querying) conceptsNamed(d *Dimension, value string) []int32 {
	in := func(c int32) bool { return q.st.th.InScheme(c, d.Scheme) }
	if c, ok := q.st.th.Find(semdex.ConceptID(value)); ok {
		if in(c) {
			return []int32{c}
		}
		return nil
	}
	if named := q.st.labels.Named(value, in); len(named) > 0 {
		return named
	}
	if d.ByNotation || d.Field == "" {
		return q.st.labels.Noted(value, in)
	}
	return nil
}

// borne gives the raw values by which assets are in the group of concept c of the dimension.
func (q *querying) borne(d *Dimension, c int32, direct bool) []Value {
	var out []Value
	fields := q.st.grouping(d, direct).Fields()
	add := func(c int32) {
		for _, v := range q.st.bearing(c) {
			if slices.Contains(fields, v.Field) {
				out = append(out, v)
			}
		}
	}
	roots := append([]int32{c}, q.st.th.ExactMatches(c)...)
	for _, r := range roots {
		add(r)
	}
	if direct {
		return out
	}
	for _, below := range descendants(q.st.th, roots) {
		add(below)
	}
	return out
}

// descendants walks down from several concepts at once, these left out.
func descendants(th Thesaurus, roots []int32) []int32 {
	seen := map[int32]bool{}
	for _, r := range roots {
		seen[r] = true
	}
	var out []int32
	for queue := slices.Clone(roots); len(queue) > 0; queue = queue[1:] {
		for _, n := range th.Narrower(queue[0]) {
			if !seen[n] {
				seen[n] = true
				out = append(out, n)
				queue = append(queue, n)
			}
		}
	}
	return out
}

// timeRange reads "2026", "2026-03", "2026-03-05", and "from..to" with either side open.
func timeRange(field string, values []string) (*Range, error) {
	if len(values) != 1 {
		return nil, badRange(field, strings.Join(values, ","))
	}
	from, to, isRange := strings.Cut(values[0], "..")
	if !isRange {
		to = from
	}
	r := &Range{Field: field, From: -1 << 62, To: 1 << 62}
	if from != "" {
		first, _, ok := period(from)
		if !ok {
			return nil, badRange(field, values[0])
		}
		r.From = first
	}
	if to != "" {
		_, last, ok := period(to)
		if !ok {
			return nil, badRange(field, values[0])
		}
		r.To = last
	}
	return r, nil
}

func badRange(field, value string) error {
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("%q is no range of %s", value, field),
		Hint: "give a year, a month, a day, or two of them: 2026, 2026-03, 2026-03-05, 2026-01..2026-03, 2026-03.."}
}

// period gives the first and the last second of a year, month, day or moment.
func period(s string) (first, last int64, ok bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.Unix(), t.Unix(), true
	}
	for _, p := range []struct {
		layout              string
		years, months, days int
	}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {"2006-01-02", 0, 0, 1}} {
		if t, err := time.Parse(p.layout, s); err == nil {
			return t.Unix(), t.AddDate(p.years, p.months, p.days).Unix() - 1, true
		}
	}
	return 0, 0, false
}
