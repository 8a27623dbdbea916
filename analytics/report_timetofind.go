package analytics

import (
	"database/sql"
	"fmt"
	"slices"

	"semdex"
)

// timeToFindReport is the report on how long people look for what they take.
var timeToFindReport = Definition{
	Name: "time-to-find", Title: "Time to find", About: "how long it takes from the first search of a session to the first select",
	Formula: "Counts sessions that have a search.executed event, each once whatever the counts of its events. " + selectsAre + "The first search of a session is the earliest, at the same moment the one that came in first. found: a select stands in the session at the same moment " +
		"or at most the library's find_within (30 minutes unless set) later, whatever its query_id; the time to find is that from the first search to the first such select, in seconds to the millisecond. found_share is found by sessions. median_seconds and p90_seconds are " +
		"over found sessions, by nearest rank: of n times in order, number n/2 and 9n/10, rounded up. A session falls into the window, the period, the filters and the rows that its first search falls into. Events without a session, and those whose count is 0, are left out.",
	Groups:  true,
	Columns: timeToFindColumns,
	make:    timeToFind,
}

var timeToFindColumns = []Figure{
	{"sessions", Count, "", "sessions with a search"}, {"found", Count, "", "of them, those with a select soon after"}, {"found_share", Number, "%", "found by sessions"},
	{"median_seconds", Number, "s", "time to find that half of the found sessions took at most"}, {"p90_seconds", Number, "s", "time to find that nine in ten of them took at most"},
}

func timeToFind(q *run) (*Report, error) {
	within := q.l.Rules().findWithin()
	what := counted{slot: "0", slots: 1, amount: "e.took", ready: func(c *counting, _ *sql.Conn) error {
		c.what.from = fmt.Sprintf(`(SELECT e.*, coalesce(f.took, 0) AS took FROM counted e JOIN (
				SELECT s.seq, CASE WHEN epoch_us(a.acted) - epoch_us(s.occurred_at) <= %d THEN epoch_us(a.acted) - epoch_us(s.occurred_at) + 1 END AS took
				FROM (SELECT seq, session, occurred_at FROM counted e WHERE %s AND session <> 0 QUALIFY row_number() OVER (PARTITION BY session ORDER BY occurred_at, seq) = 1) s
				ASOF LEFT JOIN (SELECT session, occurred_at AS acted FROM counted a WHERE %s AND session <> 0) a ON a.session = s.session AND a.acted >= s.occurred_at
			) f ON f.seq = e.seq) e`, within.Microseconds(), c.happened("e", semdex.SearchExecuted), c.happened("a", selectTypes...))
		return nil
	}}
	c, t, err := q.s.count(q.ctx, q.l, q.r, what)
	if err != nil {
		return nil, err
	}
	t.spreadTimes()
	return c.table("time-to-find", t, figured(timeToFindColumns, func(l *line) []any {
		n := l.sums
		return []any{n[0], n[1], percentOf(n[1], n[0]), seconds(n[2]), seconds(n[3])}
	}), 0), nil
}

// spreadTimes puts in the place of a line's sums the number of its facts, how many of them have found something, and the median and 90th percentile
// of the microseconds that took, -1 where there are none. A fact's amount is a microsecond more than it took, or 0.
func (t *tally) spreadTimes() {
	f := t.facts
	number := make(map[[2]int32]int)
	for i, l := range t.lines {
		number[[2]int32{l.combo, l.value}] = i
	}
	times := make([][]int64, len(t.lines))
	for i, amount := range f.amount {
		for _, combo := range f.tuples[f.tuple[i]] {
			for _, value := range f.wide[f.set[i]] {
				at := number[[2]int32{combo, value}]
				times[at] = append(times[at], amount)
			}
		}
	}
	for i := range t.lines {
		t.lines[i].sums = timesOf(times[i])
	}
	t.totals.sums = timesOf(slices.Clone(f.amount))
}

func timesOf(amounts []int64) []int64 {
	slices.Sort(amounts)
	none, _ := slices.BinarySearch(amounts, 1)
	found := amounts[none:]
	out := []int64{int64(len(amounts)), int64(len(found)), -1, -1}
	if n := len(found); n > 0 {
		out[2], out[3] = found[(n+1)/2-1]-1, found[(9*n+9)/10-1]-1
	}
	return out
}

// seconds gives microseconds as seconds to the millisecond, nil for -1.
func seconds(micros int64) any {
	if micros < 0 {
		return nil
	}
	return round(float64(micros)/1e6, 3)
}
