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
	Notes    []string   // what is to be known beside the figures, for people; nil for nothing
	Until    *time.Time // when the last of all events occurred; nil where there is none

	cells []cells
	order []int32
	keys  int // columns that tell rows apart: period and dimensions
}

// Column is the head of a column.
type Column struct {
	Name string
	Kind Kind
	Unit string // "s", "%", a currency; "" for a plain number
}

// Kind says what the cells of a column hold.
type Kind string

// The kinds of columns. A cell may be nil where there is no value.
const (
	Text   Kind = "text"   // string
	Count  Kind = "count"  // int64
	Number Kind = "number" // float64
	Day    Kind = "day"    // string, as 2026-01-31
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

// numberCells are int64s, float64s and nils.
type numberCells []any

func (c numberCells) at(row int32) any { return c[row] }

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

// head begins the report of a counting: its columns for period and dimensions.
func (c *counting) head(name string, t *tally) *Report {
	r := &Report{Name: name, From: c.r.From, To: c.r.To, TZ: c.r.TZ.String(), Interval: c.r.Interval,
		By: c.r.By, Direct: c.r.Direct, Until: c.until, order: ascending(len(t.lines))}
	if r.Interval != "" {
		r.add(Column{Name: Period, Kind: Text}, c.periodCells(t))
	}
	other := 0
	for i, a := range c.by {
		number := make([]int32, len(t.lines))
		for j := range t.lines {
			switch {
			case t.columns != nil:
				number[j] = t.columns[i][j]
			case i == c.wide:
				number[j] = t.lines[j].value
			default:
				number[j] = t.values[t.lines[j].combo][other]
			}
		}
		if i != c.wide {
			other++
		}
		values := t.axes[i]
		texts := func(of func(Value) string) *textCells {
			out := &textCells{number, make([]string, len(values))}
			for n, v := range values {
				out.texts[n] = of(v)
			}
			return out
		}
		r.add(Column{Name: a.Name, Kind: Text}, texts(func(v Value) string { return v.Name }))
		if a.Hierarchical {
			r.add(Column{Name: a.Name + "_uri", Kind: Text}, texts(func(v Value) string { return v.URI }))
			r.add(Column{Name: a.Name + "_path", Kind: Text}, texts(func(v Value) string { return v.Path }))
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
