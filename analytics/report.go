package analytics

import (
	"cmp"
	"slices"
	"time"

	"semdex"
)

// Report is a table: Columns name the cells of each of Rows, which are strings and int64s.
type Report struct {
	Name     string
	From, To semdex.Date // empty is open
	TZ       string
	Interval string
	By       []string
	Direct   bool
	Columns  []string
	Rows     [][]any
	Totals   Totals     // each event counted once, whatever Rows leave out or count again
	Until    *time.Time // when the last of all events occurred; nil where there is none
}

// Totals are the counters of a report.
type Totals struct {
	Events       int64 `json:"events"`
	Views        int64 `json:"views"`
	Downloads    int64 `json:"downloads"`
	Shares       int64 `json:"shares"`
	Placements   int64 `json:"placements"`
	Searches     int64 `json:"searches"`
	UniqueAssets int64 `json:"unique_assets"`
	UniqueUsers  int64 `json:"unique_users"`
}

// counters are the columns after the dimensions.
var counters = []string{"events", "views", "downloads", "shares", "placements", "searches", "unique_assets", "unique_users"}

func (t *Totals) fields() []any {
	return []any{&t.Events, &t.Views, &t.Downloads, &t.Shares, &t.Placements, &t.Searches, &t.UniqueAssets, &t.UniqueUsers}
}

// report puts names to the numbers.
func (q *query) report(totals Totals, g *groups, periods []int64) (*Report, error) {
	r := &Report{Name: "usage", From: q.r.From, To: q.r.To, TZ: q.r.TZ.String(), Interval: q.r.Interval,
		By: q.r.By, Direct: q.r.Direct, Columns: q.columns(), Totals: totals, Until: q.until}
	err := g.rollUp(func(values []int32, t Totals) error {
		row := make([]any, 0, len(r.Columns))
		if r.Interval != "" {
			row = append(row, q.time.label(periods[values[0]]))
		}
		for i, a := range q.by {
			row = append(row, a.values.cells(values[1+i])...)
		}
		for _, field := range t.fields() {
			row = append(row, *field.(*int64))
		}
		r.Rows = append(r.Rows, row)
		return q.ctx.Err()
	})
	r.arrange(q.r.Limit)
	return r, err
}

func (q *query) columns() (out []string) {
	if q.r.Interval != "" {
		out = append(out, Period)
	}
	for _, a := range q.by {
		out = append(out, a.Name)
		if a.Hierarchical {
			out = append(out, a.Name+"_uri", a.Name+"_path")
		}
	}
	return append(out, counters...)
}

// arrange sorts the rows, by events and then by the columns before, and keeps the first limit of them. A
// report over nothing but the whole has one row, though it be of zeros.
func (r *Report) arrange(limit int) {
	names := len(r.Columns) - len(counters)
	if names == 0 && len(r.Rows) == 0 {
		zeros := make([]any, len(counters))
		for i := range zeros {
			zeros[i] = int64(0)
		}
		r.Rows = [][]any{zeros}
	}
	slices.SortFunc(r.Rows, func(a, b []any) int {
		if c := cmp.Compare(b[names].(int64), a[names].(int64)); c != 0 {
			return c
		}
		for i := range names {
			if c := cmp.Compare(a[i].(string), b[i].(string)); c != 0 {
				return c
			}
		}
		return 0
	})
	if limit > 0 && len(r.Rows) > limit {
		r.Rows = r.Rows[:limit]
	}
}
