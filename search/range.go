package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
)

// The ends of a Range that is open.
const (
	openFrom = -1 << 62
	openTo   = 1 << 62
)

// isNumberField reports whether name is one of NumberFields.
func isNumberField(name string) bool { return slices.Contains(NumberFields, name) }

// isTimeField reports whether name is one of NumberFields that holds a time.
func isTimeField(name string) bool { return name == "created" || name == "modified" }

// bounds parts "from..to", of which either side may be left out; a text without ".." is both.
func bounds(s string) (from, to string, ok bool) {
	from, to, isRange := strings.Cut(s, "..")
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	if !isRange {
		to = from
	}
	return from, to, from != "" || to != ""
}

// readRange reads a filter of one of NumberFields: for a time "2026", "2026-03", "2026-03-05", for others a number,
// in bytes, pixels or seconds; and "from..to" with either side open, both ends included.
func readRange(field, value string) (Range, bool) {
	r := Range{Field: field, From: openFrom, To: openTo}
	from, to, ok := bounds(value)
	if !ok {
		return r, false
	}
	read := measure
	if isTimeField(field) {
		read = func(_, s string) (int64, int64, bool) { return period(s) }
	}
	if from != "" {
		if r.From, _, ok = read(field, from); !ok {
			return r, false
		}
	}
	if to != "" {
		if _, r.To, ok = read(field, to); !ok {
			return r, false
		}
	}
	return r, true
}

// measure reads a number in the unit of the field as the least and the most of the whole numbers that are kept.
func measure(field, s string) (least, most int64, ok bool) {
	n, ok := plainNumber(s)
	if !ok {
		return 0, 0, false
	}
	if field == "duration" {
		ms := clamp(math.Trunc(n * 1000))
		return ms, ms, true
	}
	return clamp(math.Ceil(n)), clamp(math.Floor(n)), true
}

func clamp(n float64) int64 { return int64(max(openFrom, min(openTo, n))) }

// plainNumber reads a decimal number.
func plainNumber(s string) (float64, bool) {
	if s == "" || strings.Trim(s, "0123456789.-") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0)
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

// rangeFilters gives the filters that together hold for the assets in any of the ranges that values name: from the
// lowest to the highest, without what lies between two of them.
func rangeFilters(field string, values []string) ([]Filter, error) {
	var ranges []Range
	for _, v := range values {
		r, ok := readRange(field, v)
		if !ok {
			return nil, badRange(field, v)
		}
		if r.From <= r.To {
			ranges = append(ranges, r)
		}
	}
	if len(values) == 0 {
		return nil, badRange(field, "")
	}
	if len(ranges) == 0 { // from a later one to an earlier one
		return []Filter{{Name: field, Range: &Range{Field: field, From: 1, To: 0}}}, nil
	}
	slices.SortFunc(ranges, func(a, b Range) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	all := ranges[0]
	var out []Filter
	for _, r := range ranges[1:] {
		if r.From > all.To+1 {
			out = append(out, Filter{Name: field, Range: &Range{Field: field, From: all.To + 1, To: r.From - 1}, Not: true})
		}
		all.To = max(all.To, r.To)
	}
	return append([]Filter{{Name: field, Range: &all}}, out...), nil
}

// noRanges gives the fields of clauses that have the form of a range of numbers but are none.
func (q *querying) noRanges(clauses []Clause) []string {
	var out []string
	for i := range clauses {
		c := &clauses[i]
		if c.Kind != Scoped || !q.isRange(c.Field, []string{c.Value}) {
			continue
		}
		if _, ok := readRange(c.Field, c.Value); !ok {
			out = append(out, c.Field)
		}
	}
	return out
}

func badRange(field, value string) error {
	hint := "give a year, a month, a day, or two of them: 2026, 2026-03, 2026-03-05, 2026-01..2026-03, 2026-03.."
	switch field {
	case "size":
		hint = "give bytes, or two numbers of them: 1000000..5000000, 1000000.., ..5000000"
	case "width", "height":
		hint = "give pixels, or two numbers of them: 1920, 1000..4000, 1000.., ..4000"
	case "duration":
		hint = "give seconds, or two numbers of them: 10..30, 60.., ..7.5"
	}
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("%q is no range of %s", value, field), Hint: hint}
}

// valuesWithin gives the values of a field that are numbers, or dates, within "from..to". It is false where value is
// no such range: where there is no "..", or where a bound is neither a number nor a date.
func valuesWithin(field string, values []string, value string) ([]Value, bool) {
	from, to, ok := bounds(value)
	if !ok || !strings.Contains(value, "..") {
		return nil, false
	}
	numbers, isNumbers := numbersWithin(from, to)
	dates, isDates := datesWithin(from, to)
	if !isNumbers && !isDates {
		return nil, false
	}
	var out []Value
	for _, v := range values {
		s := strings.TrimSpace(v)
		if s != "" && s[0] <= '9' && (isNumbers && numbers(s) || isDates && dates(s)) {
			out = append(out, Value{field, v})
		}
	}
	return out, true
}

func numbersWithin(from, to string) (func(string) bool, bool) {
	least, fromOK := plainNumber(from)
	most, toOK := plainNumber(to)
	if from != "" && !fromOK || to != "" && !toOK {
		return nil, false
	}
	return func(s string) bool {
		n, ok := plainNumber(s)
		return ok && (from == "" || n >= least) && (to == "" || n <= most)
	}, true
}

// datesWithin takes in a date that lies within the bounds with all of its days.
func datesWithin(from, to string) (func(string) bool, bool) {
	least, _, fromOK := period(from)
	_, most, toOK := period(to)
	if from != "" && !fromOK || to != "" && !toOK {
		return nil, false
	}
	return func(s string) bool {
		first, last, ok := period(s)
		return ok && (from == "" || first >= least) && (to == "" || last <= most)
	}, true
}
