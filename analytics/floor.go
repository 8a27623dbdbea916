package analytics

import (
	"fmt"
	"slices"
)

// floorOf gives how many users a row needs for its figures to be told; 0 is none.
func floorOf(d Dimensions) int64 {
	if l, ok := d.(Library); ok {
		return int64(l.Rules().MinGroup)
	}
	return 0
}

// withheld says which figures of a report are not told, for they are of too few people.
type withheld struct {
	floor  int64
	lines  []bool // nil for none
	count  int    // of lines
	beside int    // of these, lines that are withheld for the sake of another one
	totals bool
}

// withheld finds the lines of fewer users than the floor; one without any user is told. Where it is one line alone of its period, the next larger one is
// withheld too: else it would be what the others leave of the totals. The totals are withheld where they are of too few users themselves.
func (c *counting) withheld(t *tally) (w withheld) {
	if c.floor <= 0 {
		return w
	}
	w = withheld{floor: c.floor, lines: make([]bool, len(t.lines)), totals: c.few(&t.totals)}
	few := make(map[int64][]int) // of each period, lines
	for i := range t.lines {
		if c.few(&t.lines[i]) {
			w.lines[i] = true
			w.count++
			period := t.periodOf(&t.lines[i])
			few[period] = append(few[period], i)
		}
	}
	next := make(map[int64]int) // of each period with one, the line to withhold beside it
	for i := range t.lines {
		l := &t.lines[i]
		period := t.periodOf(l)
		if len(few[period]) != 1 || w.lines[i] || l.users == 0 {
			continue
		}
		if best, found := next[period]; !found || c.smaller(t, i, best) {
			next[period] = i
		}
	}
	for _, i := range next {
		w.lines[i] = true
		w.count++
		w.beside++
	}
	return w
}

func (c *counting) few(l *line) bool { return l.users > 0 && l.users < c.floor }

func (t *tally) periodOf(l *line) int64 {
	if t.periods == nil {
		return 0
	}
	return t.periods[l.combo]
}

// smaller orders lines by users, then by events; of equal ones the first found is the smaller.
func (c *counting) smaller(t *tally, a, b int) bool {
	x, y := &t.lines[a], &t.lines[b]
	if x.users != y.users {
		return x.users < y.users
	}
	if n, m := usageCount(0)(x), usageCount(0)(y); n != m {
		return n < m
	}
	return a < b
}

// withhold leaves out the cells of some rows.
func withhold(c cells, rows []bool) cells {
	if !slices.Contains(rows, true) {
		return c
	}
	out := make(numberCells, len(rows))
	for i, hidden := range rows {
		if !hidden {
			out[i] = c.at(int32(i))
		}
	}
	return out
}

func (w *withheld) notes() (notes []string) {
	if w.count > 0 {
		note := fmt.Sprintf("withheld: the figures of %d rows, for fewer than %d users are behind them", w.count, w.floor)
		if w.beside > 0 {
			note += fmt.Sprintf(", or, for %d of them, behind a row that they would tell", w.beside)
		}
		notes = append(notes, note)
	}
	if w.totals {
		notes = append(notes, fmt.Sprintf("withheld: the totals, for fewer than %d users are behind them", w.floor))
	}
	return notes
}
