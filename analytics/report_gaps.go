package analytics

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"slices"

	"semdex"
)

// gapsReport is the report on what is asked for and cannot be given.
var gapsReport = Definition{
	Name: "gaps", Title: "Content gaps", About: "concepts that are searched for and of which there are few assets that may be used",
	Formula: "demand sums the count of the search.executed events that named a concept or something narrower (with direct, the concept itself); what only expansion added to a search does not count. zero is the demand of searches whose total is 0, and " +
		"unanswered_share is zero by demand. supply is the number of the library's assets that are approved, whose rights are in force on the last day of the window (today, where it is open) in some territory and channel (an asset without a rights record counts unless the library denies these), and that bear the concept or something narrower. " +
		"score is demand / (supply + 1). Grouped by several dimensions, a search counts in the rows of its own values, and an asset in those whose value in the first dimension it has and of whose every other dimension it has the value or none at all; where the search " +
		"has none there, every asset will do. Rows " +
		"without a value in the first dimension are left out, though totals count every search and every asset that may be used. Filters choose searches, and periods are of searches: supply is that of the one day in each. Events whose count is 0 are left out.",
	Groups:  true,
	By:      []string{"topic"},
	Columns: gapsColumns,
	make:    gaps,
}

var gapsColumns = []Figure{
	{"demand", Count, "searches", "searches that named it"}, {"supply", Count, "assets", "assets of it that may be used on the last day"}, {"score", Number, "", "demand by supply and one more"},
	{"zero", Count, "", "searches that named it and found nothing"}, {"unanswered_share", Number, "%", "zero by demand"},
}

func gaps(q *run) (*Report, error) {
	what := counted{slot: "CASE WHEN e.total = 0 THEN 1 ELSE 0 END", slots: 2, ready: func(c *counting, _ *sql.Conn) error {
		c.what.where = c.happened("e", semdex.SearchExecuted)
		return nil
	}}
	c, t, err := q.s.count(q.ctx, q.l, q.r, what)
	if err != nil {
		return nil, err
	}
	c.leaveOutNone(t)
	supply, err := c.supplied(q.l)
	if err != nil {
		return nil, err
	}
	put := func(l *line, supply int64) {
		l.sums = []int64{addBounded(l.sums[0], l.sums[1]), l.sums[1], supply}
	}
	for i := range t.lines {
		put(&t.lines[i], supply.of(c.numbersOf(t, &t.lines[i])))
	}
	put(&t.totals, supply.all)
	return c.table("gaps", t, figured(gapsColumns, func(l *line) []any {
		demand, zero, supply := l.sums[0], l.sums[1], l.sums[2]
		return []any{demand, supply, ratioOf(demand, supply+1), zero, percentOf(zero, demand)}
	}), 2), nil
}

// numbersOf gives the numbers of the values of a line in the order of the columns.
func (c *counting) numbersOf(t *tally, l *line) []int32 {
	out, others := make([]int32, len(c.by)), t.values[l.combo]
	for i := range c.by {
		if i == c.wide {
			out[i] = l.value
			continue
		}
		out[i], others = others[0], others[1:]
	}
	return out
}

// leaveOutNone drops the lines that have no value in the first dimension.
func (c *counting) leaveOutNone(t *tally) {
	if len(c.by) > 0 {
		t.lines = slices.DeleteFunc(t.lines, func(l line) bool { return c.numbersOf(t, &l)[0] == 0 })
	}
}

// supply counts assets by the values they have, one in each dimension.
type supply struct {
	assets map[string]int64
	all    int64
}

// Numbers of values in the dimensions but the first.
const (
	suitsAll = -1 // of an asset that has no value
	whatever = -2 // of every asset
)

// supplied counts the assets of a library that may be used on the last day by the values of the columns, as far as events have these.
func (c *counting) supplied(l Library) (*supply, error) {
	out := &supply{assets: make(map[string]int64)}
	on, rules := cmp.Or(c.r.To, l.Today()), l.Rules()
	values := make([][]int32, len(c.by))
	key := make([]byte, 0, 4*len(c.by))
	var each func(i int)
	each = func(i int) {
		if i == len(values) {
			out.assets[string(key)]++
			return
		}
		for _, v := range values[i] {
			key = binary.LittleEndian.AppendUint32(key[:4*i], uint32(v))
			each(i + 1)
		}
	}
	err := l.Assets(func(a *semdex.Asset) error {
		if a.Approval != semdex.Approved || a.Rights.Refuses(semdex.Use{On: on}, rules.Missing) != semdex.Allowed {
			return c.ctx.Err()
		}
		out.all++
		for i, by := range c.by {
			var own []Value
			if by.asked {
				own = l.OfAsset(by.Name, a.ID, c.r.Direct)
			}
			values[i] = by.numbers(own)
			if len(own) == 0 && i > 0 {
				values[i] = []int32{suitsAll}
			}
			if i > 0 {
				values[i] = append(values[i], whatever)
			}
		}
		each(0)
		return c.ctx.Err()
	})
	return out, err
}

// of gives the assets that have the first of some values, and each other one or none of its dimension, or any where that is None.
func (s *supply) of(values []int32) (n int64) {
	if len(values) == 0 {
		return s.all
	}
	var each func(key []byte, rest []int32)
	each = func(key []byte, rest []int32) {
		add := func(v int32) { each(binary.LittleEndian.AppendUint32(slices.Clip(key), uint32(v)), rest[1:]) }
		switch {
		case len(rest) == 0:
			n += s.assets[string(key)]
		case rest[0] == 0:
			add(whatever)
		default:
			add(rest[0])
			add(suitsAll)
		}
	}
	each(binary.LittleEndian.AppendUint32(nil, uint32(values[0])), values[1:])
	return n
}

// numbers gives the numbers of those values that have one, each once.
func (t *axisTable) numbers(values []Value) (out []int32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, v := range values {
		if n, known := t.values.number[t.values.key(&v)]; known {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
