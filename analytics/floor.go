package analytics

import (
	"cmp"
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
	users := c.userCount()
	few := func(l *line) bool { return users(l) > 0 && users(l) < c.floor }
	w = withheld{floor: c.floor, lines: make([]bool, len(t.lines)), totals: few(&t.totals)}
	alone := make(map[int64]int) // of each period, how many lines are withheld
	for i := range t.lines {
		if few(&t.lines[i]) {
			w.lines[i] = true
			w.count++
			alone[t.periodOf(&t.lines[i])]++
		}
	}
	next := make(map[int64]int) // of each period with one, the line to withhold beside it
	for i := range t.lines {
		l := &t.lines[i]
		period := t.periodOf(l)
		if alone[period] != 1 || w.lines[i] || users(l) == 0 {
			continue
		}
		if best, found := next[period]; !found || smaller(l, &t.lines[best], users) {
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

// userCount gives how many users a line has; 0 where none are known. Of events that are no longer kept none are: there are not more of
// them than events.
func (c *counting) userCount() func(*line) int64 {
	if c.what.amount != "" || c.s.pastNote(c.r) == "" {
		return func(l *line) int64 { return l.users }
	}
	events := usageCount(0)
	return func(l *line) int64 {
		if l.users == 0 {
			return events(l)
		}
		return l.users
	}
}

func (t *tally) periodOf(l *line) int64 {
	if t.periods == nil {
		return 0
	}
	return t.periods[l.combo]
}

// smaller orders lines by users, then by events.
func smaller(a, b *line, users func(*line) int64) bool {
	events := usageCount(0)
	return cmp.Or(cmp.Compare(users(a), users(b)), cmp.Compare(events(a), events(b))) < 0
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
