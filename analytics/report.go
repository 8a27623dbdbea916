package analytics

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"semdex"
)

// Report is a table with a head. A row has a cell for each of Columns.
type Report struct {
	Name     string
	From, To semdex.Date // empty is open
	TZ       string
	Interval string
	By       []string
	Direct   bool
	Columns  []Column
	Totals   []Total    // what the rows are parts of: each event counted once, whatever rows leave out or count again
	Until    *time.Time // when the last of all events occurred; nil where there is none

	cells []cells
	order []int32
}

// Column is the head of a column.
type Column struct {
	Name string
	Kind Kind
}

// Kind says what the cells of a column hold.
type Kind int

// The kinds of columns. A cell may be nil where there is no value.
const (
	Text   Kind = iota // string
	Count              // int64
	Number             // float64
)

// Total is one sum over all that a report is about.
type Total struct {
	Name  string
	Value any // int64 or float64
}

// cells are a column's content.
type cells interface{ at(row int32) any }

// textCells are texts of which many are the same.
type textCells struct {
	number []int32
	texts  []string
}

func (c *textCells) at(row int32) any { return c.texts[c.number[row]] }

type countCells []int64

func (c countCells) at(row int32) any { return c[row] }

// NewReport makes a report of rows.
func NewReport(name string, columns []Column, rows [][]any) *Report {
	r := &Report{Name: name, TZ: "UTC", Columns: columns, order: ascending(len(rows))}
	for i := range columns {
		r.cells = append(r.cells, &rowCells{rows, i})
	}
	return r
}

type rowCells struct {
	rows   [][]any
	column int
}

func (c *rowCells) at(row int32) any { return c.rows[row][c.column] }

func ascending(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

// Len is the number of rows.
func (r *Report) Len() int { return len(r.order) }

// Rows yields the rows in order. A row is yield's only until it returns.
func (r *Report) Rows() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		row := make([]any, len(r.Columns))
		for _, n := range r.order {
			for i, c := range r.cells {
				row[i] = c.at(n)
			}
			if !yield(row) {
				return
			}
		}
	}
}

// counters are the columns of a usage report after the dimensions.
var counters = []string{"events", "views", "downloads", "shares", "placements", "searches", "unique_assets", "unique_users"}

// head begins the report of a counting: its columns for period and dimensions.
func (c *counting) head(name string, t *tally) *Report {
	r := &Report{Name: name, From: c.r.From, To: c.r.To, TZ: c.r.TZ.String(), Interval: c.r.Interval,
		By: c.r.By, Direct: c.r.Direct, Until: c.until, order: ascending(len(t.lines))}
	if r.Interval != "" {
		r.add(Column{Period, Text}, c.periodCells(t))
	}
	other := 0
	for i, a := range c.by {
		number := make([]int32, len(t.lines))
		for j := range t.lines {
			if i == c.wide {
				number[j] = t.lines[j].value
			} else {
				number[j] = t.values[t.lines[j].combo][other]
			}
		}
		if i != c.wide {
			other++
		}
		_, values := a.frozen()
		texts := func(of func(Value) string) *textCells {
			out := &textCells{number, make([]string, len(values))}
			for n, v := range values {
				out.texts[n] = of(v)
			}
			return out
		}
		r.add(Column{a.Name, Text}, texts(func(v Value) string { return v.Name }))
		if a.Hierarchical {
			r.add(Column{a.Name + "_uri", Text}, texts(func(v Value) string { return v.URI }))
			r.add(Column{a.Name + "_path", Text}, texts(func(v Value) string { return v.Path }))
		}
	}
	return r
}

func (r *Report) add(head Column, c cells) {
	r.Columns, r.cells = append(r.Columns, head), append(r.cells, c)
}

func (c *counting) periodCells(t *tally) *textCells {
	out := &textCells{number: make([]int32, len(t.lines))}
	known := make(map[int64]int32)
	for j := range t.lines {
		p := t.periods[t.lines[j].combo]
		n, ok := known[p]
		if !ok {
			n = int32(len(out.texts))
			known[p], out.texts = n, append(out.texts, c.time.label(p))
		}
		out.number[j] = n
	}
	return out
}

// usage puts names to the numbers of a usage report.
func (c *counting) usage(t *tally) *Report {
	r := c.head("usage", t)
	if len(r.Columns) == 0 && len(t.lines) == 0 { // a report over nothing but the whole has one row, though it be of zeros
		t.lines, r.order = []line{t.totals}, ascending(1)
	}
	names := len(r.Columns)
	for i := range usageCells(&t.totals) {
		if i >= 6 && c.r.Counters {
			break
		}
		column := make(countCells, len(t.lines))
		for j := range t.lines {
			column[j] = usageCells(&t.lines[j])[i]
		}
		r.add(Column{counters[i], Count}, column)
		r.Totals = append(r.Totals, Total{counters[i], usageCells(&t.totals)[i]})
	}
	r.sort(names, c.r.Limit)
	return r
}

// usageCells gives the counters of a line.
func usageCells(l *line) [8]int64 {
	out := [8]int64{1: l.sums[1], 2: l.sums[2], 3: l.sums[3], 4: l.sums[4], 5: l.sums[5], 6: l.assets, 7: l.users}
	for _, n := range l.sums {
		out[0] = addBounded(out[0], n)
	}
	return out
}

// sort brings the rows into order, by the count in a column, most first, and then by the columns before it, which are
// texts. It keeps the first limit of them, all where it is 0.
func (r *Report) sort(by, limit int) {
	counts := r.cells[by].(countCells)
	ranks := make([][]int32, by)
	for i := range by {
		ranks[i] = r.cells[i].(*textCells).ranks()
	}
	slices.SortFunc(r.order, func(a, b int32) int {
		if c := cmp.Compare(counts[b], counts[a]); c != 0 {
			return c
		}
		for i := range by {
			of := r.cells[i].(*textCells).number
			if c := cmp.Compare(ranks[i][of[a]], ranks[i][of[b]]); c != 0 {
				return c
			}
		}
		return 0
	})
	if limit > 0 && len(r.order) > limit {
		r.order = r.order[:limit]
	}
}

// ranks gives each text's place among the texts; equal ones share it.
func (c *textCells) ranks() []int32 {
	order := ascending(len(c.texts))
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(c.texts[a], c.texts[b]) })
	out := make([]int32, len(c.texts))
	for i, n := range order {
		out[n] = int32(i)
		if i > 0 && c.texts[order[i-1]] == c.texts[n] {
			out[n] = out[order[i-1]]
		}
	}
	return out
}
