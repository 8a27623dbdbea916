package analytics

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Before gives the window before one: as many whole months, where it is one of whole months, else as many days.
func Before(from, to semdex.Date) (semdex.Date, semdex.Date) {
	first, end := midnight(from), midnight(to).AddDate(0, 0, 1)
	if first.Day() == 1 && end.Day() == 1 {
		months := 12*(end.Year()-first.Year()) + int(end.Month()-first.Month())
		return semdex.DateOf(first.AddDate(0, -months, 0)), semdex.DateOf(first.AddDate(0, 0, -1))
	}
	days := int(end.Sub(first) / (24 * time.Hour))
	return semdex.DateOf(first.AddDate(0, 0, -days)), semdex.DateOf(first.AddDate(0, 0, -1))
}

// checkCompare says what is wrong with a request for the window before.
func (r *Request) checkCompare() error {
	switch {
	case !r.Compare:
		return nil
	case r.From == "" || r.To == "":
		return invalid("give from and to", "there is a window before only where one has a beginning and an end")
	case r.Interval != "":
		return invalid("leave out interval or compare", "periods are compared with one another as they are")
	}
	return nil
}

// compared makes a report of a window and of the one before, and puts them beside each other: after each figure come NAME_before, what it was, and
// NAME_change, by which share of that it has changed (0.25 is a quarter more; empty where it was 0). A row that was there before only has
// nothing now.
func compared(r Request, make func(Request) (*Report, error)) (*Report, error) {
	before := r
	before.Limit, before.Compare = 0, false
	now := before
	before.From, before.To = Before(r.From, r.To)
	report, err := make(now)
	if err != nil {
		return nil, err
	}
	old, err := make(before)
	if err != nil {
		return nil, err
	}
	return report.beside(old, before, r.Limit), nil
}

func (r *Report) beside(old *Report, before Request, limit int) *Report {
	keys := r.keyColumns()
	was := make(map[string][]any, old.Len())
	order := make([]string, 0, old.Len())
	for row := range old.Rows() {
		key := keyOf(row[:keys])
		was[key], order = append([]any(nil), row...), append(order, key)
	}
	var rows [][]any
	for row := range r.Rows() {
		key := keyOf(row[:keys])
		rows = append(rows, r.pair(keys, row, was[key]))
		delete(was, key)
	}
	for _, key := range order {
		if row, only := was[key]; only {
			rows = append(rows, r.pair(keys, r.nothing(keys, row), row))
		}
	}
	if limit > 0 && len(rows) > limit {
		rows = rows[:limit]
	}
	out := *r
	out.Columns, out.Totals = append([]Column(nil), r.Columns[:keys]...), nil
	for _, c := range r.Columns[keys:] {
		out.Columns = append(out.Columns, c)
		if c.figure() {
			out.Columns = append(out.Columns, Column{c.Name + "_before", c.Kind, c.Unit}, Column{c.Name + "_change", Number, ""})
		}
	}
	out.Totals = totalsBeside(r.Totals, old.Totals)
	for _, note := range old.Notes {
		if !slices.Contains(out.Notes, note) {
			out.Notes = append(slices.Clip(out.Notes), note)
		}
	}
	out.cells, out.order = nil, ascending(len(rows))
	for i := range out.Columns {
		out.cells = append(out.cells, &rowCells{rows, i})
	}
	out.BeforeFrom, out.BeforeTo = before.From, before.To
	return &out
}

// totalsBeside puts what totals were after them. A total that is told of one window only is nil in the other, or 0 where it is a count.
func totalsBeside(now, before []Total) (out []Total) {
	find := func(totals []Total, t Total) any {
		if i := slices.IndexFunc(totals, func(x Total) bool { return x.Name == t.Name }); i >= 0 {
			return totals[i].Value
		}
		if _, count := t.Value.(int64); count {
			return int64(0)
		}
		return nil
	}
	for _, t := range now {
		out = append(out, t, Total{t.Name + "_before", find(before, t)})
	}
	for _, t := range before {
		if !slices.ContainsFunc(now, func(x Total) bool { return x.Name == t.Name }) {
			out = append(out, Total{t.Name, find(nil, t)}, Total{t.Name + "_before", t.Value})
		}
	}
	return out
}

func (c *Column) figure() bool { return c.Kind == Count || c.Kind == Number }

// keyColumns is how many columns tell rows apart: where the report does not say, those before the first figure.
func (r *Report) keyColumns() int {
	if r.keys > 0 {
		return r.keys
	}
	for i := range r.Columns {
		if r.Columns[i].figure() {
			return i
		}
	}
	return len(r.Columns)
}

func keyOf(cells []any) string {
	var b strings.Builder
	for _, c := range cells {
		fmt.Fprintf(&b, "%v\x00", c)
	}
	return b.String()
}

// pair puts the figures of a row beside those of before, nil for none.
func (r *Report) pair(keys int, row, was []any) []any {
	out := append([]any(nil), row[:keys]...)
	for i := keys; i < len(row); i++ {
		out = append(out, row[i])
		if !r.Columns[i].figure() {
			continue
		}
		before := zero(r.Columns[i].Kind)
		if was != nil {
			before = was[i]
		}
		out = append(out, before, change(row[i], before))
	}
	return out
}

// nothing is a row of the same keys in which there was nothing.
func (r *Report) nothing(keys int, row []any) []any {
	out := append([]any(nil), row...)
	for i := keys; i < len(out); i++ {
		if r.Columns[i].figure() {
			out[i] = zero(r.Columns[i].Kind)
		}
	}
	return out
}

// zero is a count of nothing; an average of nothing is none.
func zero(k Kind) any {
	if k == Count {
		return int64(0)
	}
	return nil
}

func change(now, before any) any {
	a, known := float(now)
	b, compares := float(before)
	if !known || !compares || b == 0 {
		return nil
	}
	return (a - b) / b
}

func float(cell any) (float64, bool) {
	switch v := cell.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
