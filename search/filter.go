package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"semdex"
	"semdex/internal/text"
)

// filters turns the filters of a request into those of a plan.
func (q *querying) filters(request map[string][]string) ([]Filter, error) {
	var out []Filter
	for _, name := range sortedKeys(request) {
		if q.isRange(name, request[name]) {
			ranges, err := rangeFilters(name, request[name])
			if err != nil {
				return nil, err
			}
			out = append(out, ranges...)
			continue
		}
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
	if name == "id" {
		for _, v := range values {
			for _, id := range q.view.Resolve(v) {
				f.Values = append(f.Values, Value{"id", string(id)})
			}
		}
		return f, nil
	}
	if q.isRange(name, values) {
		ranges, err := rangeFilters(name, values)
		if err == nil && len(ranges) > 1 { // one filter cannot say it
			err = badRange(name, strings.Join(values, ","))
		}
		if err != nil {
			return f, err
		}
		return ranges[0], nil
	}
	base, direct := strings.CutSuffix(name, ".direct")
	d, known := q.st.dimension(base, q.view.Fields())
	if !known {
		return f, unknownField("filter", name, append(append(q.knownNames(), "id"), NumberFields...))
	}
	f.Name = d.Name
	for _, v := range values {
		f.Values = append(f.Values, q.dimensionValues(d, v, direct)...)
	}
	return f, nil
}

// isRange reports whether a filter is one of numbers. A dimension that is called like one of NumberFields is meant
// where its name is configured, or where the values are no numbers.
func (q *querying) isRange(name string, values []string) bool {
	if !isNumberField(name) || slices.ContainsFunc(q.st.settings.Dimensions, func(d Dimension) bool { return d.Name == name }) {
		return false
	}
	numbers := !slices.ContainsFunc(values, func(v string) bool { _, ok := readRange(name, v); return !ok }) // a facet has none
	_, known := q.st.dimension(name, q.view.Fields())
	return numbers || !known
}

func unknownField(what, name string, known []string) error {
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("no such %s: %s", what, name), Hint: "try one of: " + strings.Join(known, ", ")}
}

// albumField is the field whose values are paths: what is in an album is in those above it.
const albumField = "album"

// dimensionValues gives the raw values that a filter value stands for: those that name the concept it
// names, or one below it, and those that read as it does.
func (q *querying) dimensionValues(d *Dimension, value string, direct bool) []Value {
	var out []Value
	var named []int32
	if d.HasScheme {
		named = q.conceptsNamed(d, value)
	}
	for _, c := range named {
		out = append(out, q.borne(d, c, direct)...)
	}
	if d.Field != "" {
		out = append(out, q.fieldValues(d, value, direct)...)
	}
	if _, known := q.st.th.Find(semdex.ConceptID(value)); d.Field == "" && len(named) == 0 && !known {
		out = append(out, Value{"concepts", value}) // a URI that no vocabulary knows is still what assets may bear
	}
	return out
}

// fieldValues gives the values of the dimension's field that a filter value stands for: those that read like it or,
// where none does and it is a range, those of a custom field within it.
func (q *querying) fieldValues(d *Dimension, value string, direct bool) []Value {
	out := q.rawValues(d, value, direct)
	if len(out) == 0 && strings.HasPrefix(d.Field, "field:") {
		out, _ = valuesWithin(d.Field, q.view.Values(d.Field), value)
	}
	return out
}

// rawValues gives the values of the dimension's field that are no concept in it and read like value; where
// one is written exactly so in an asset that may be seen, only that, as a facet tells them apart.
func (q *querying) rawValues(d *Dimension, value string, direct bool) []Value {
	var exact, alike []Value
	groups, reads := q.st.grouping(d, direct), newReading(value)
	for _, raw := range q.view.Values(d.Field) {
		same := reads.same(raw)
		below := !same && d.Field == albumField && !direct && reads.below(raw) // an album holds those below it
		if !same && !below {
			continue
		}
		v := Value{d.Field, raw}
		if len(groups.concepts(v)) > 0 {
			continue
		}
		alike = append(alike, v)
		if raw == value || below {
			exact = append(exact, v)
		}
	}
	if slices.ContainsFunc(exact, func(v Value) bool { return v.Value == value }) && (len(exact) == len(alike) || q.isSeen(Value{d.Field, value})) {
		return exact
	}
	return alike
}

// isSeen reports whether an asset that may be seen bears a value: what hidden ones bear, or bore once, does not tell how a
// filter is read.
func (q *querying) isSeen(v Value) bool {
	is, known := q.seen[v]
	if !known {
		result, err := q.view.Search(context.Background(), &Plan{Access: q.request.Access, Filters: []Filter{{Values: []Value{v}}}}) // one look-up
		is = err == nil && result.Total > 0
		if q.seen == nil {
			q.seen = map[Value]bool{}
		}
		q.seen[v] = is
	}
	return is
}

// reading is a value as it is compared with all values of a field, most of which begin otherwise.
type reading struct{ value, exact string }

func newReading(value string) *reading { return &reading{value, text.Exact(value)} }

// same reports whether a value reads like it: the comparison of filters.
func (r *reading) same(raw string) bool {
	return raw == r.value || mayBegin(raw, r.exact) && text.Exact(raw) == r.exact
}

// below reports whether a value is a path below it.
func (r *reading) below(raw string) bool {
	return mayBegin(raw, r.exact) && strings.HasPrefix(text.Exact(raw), r.exact+"/")
}

// mayBegin is false only where the exact form of a value surely begins otherwise than exact.
func mayBegin(raw, exact string) bool {
	if raw == "" || exact == "" || raw[0] <= ' ' || raw[0] >= utf8.RuneSelf || exact[0] >= utf8.RuneSelf {
		return true
	}
	first := raw[0]
	if 'A' <= first && first <= 'Z' {
		first |= 0x20
	}
	return first == exact[0]
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
	concepts := append([]int32{c}, q.st.th.ExactMatches(c)...)
	if !direct {
		concepts = reach(q.st.th, concepts, q.st.th.Narrower)
	}
	for _, c := range concepts {
		for _, v := range q.st.bearing(c) {
			if slices.Contains(fields, v.Field) {
				out = append(out, v.Value)
			}
		}
	}
	return out
}

// reach walks from several concepts at once, along step and exact matches, these concepts first. With
// Narrower it gives what a filter of them takes in; with Broader, the filters that take one of them in.
func reach(th Thesaurus, from []int32, step func(int32) []int32) []int32 {
	seen := map[int32]bool{}
	var out []int32
	visit := func(c int32) {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	for _, c := range from {
		visit(c)
	}
	for i := 0; i < len(out); i++ {
		for _, n := range step(out[i]) {
			visit(n)
		}
		for _, m := range th.ExactMatches(out[i]) {
			visit(m)
		}
	}
	return out
}
