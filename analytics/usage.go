package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Request says what a usage report is to show.
type Request struct {
	By       []string            // dimensions to group by, in the order of the columns; Period among them means by month
	From, To semdex.Date         // first and last day in TZ; empty is open
	Interval string              // one of Intervals, or empty for no periods
	TZ       *time.Location      // nil is UTC
	Filter   map[string][]string // dimension to names, URIs or words of the context: any of them, in each dimension
	Limit    int                 // rows at most; 0 is all
	Direct   bool                // do not count for what stands above a value
}

// check brings a request into order, or says what is wrong with it.
func (r Request) check() (Request, error) {
	if r.TZ == nil {
		r.TZ = time.UTC
	}
	var by []string
	for _, name := range r.By {
		switch {
		case strings.EqualFold(name, Period) && r.Interval == "":
			r.Interval = "month"
		case !strings.EqualFold(name, Period):
			by = append(by, name)
		}
	}
	r.By = by
	for name, day := range map[string]semdex.Date{"from": r.From, "to": r.To} {
		if _, err := time.Parse(time.DateOnly, string(day)); day != "" && err != nil {
			return r, invalid("write it as 2026-01-31", "%s is no day: %s", name, day)
		}
	}
	if r.From != "" && r.To != "" && r.From > r.To {
		return r, invalid("exchange the two", "from %s is after to %s", r.From, r.To)
	}
	if r.Limit < 0 {
		return r, invalid("give 1 or more, or leave it out for all rows", "limit is %d", r.Limit)
	}
	return r, checkInterval(r.Interval)
}

// Usage reports how often assets were viewed, downloaded, shared and placed, and how often was searched, by
// the dimensions asked for. An event's values in a dimension are those of its own word for it (such as its
// context's region); without one those of its asset; and of a search without either, those of the concepts
// it named. Rows come by events, most first, then by their columns in order.
func (s *Store) Usage(ctx context.Context, d Dimensions, r Request) (*Report, error) {
	r, err := r.check()
	if err != nil {
		return nil, err
	}
	q, err := newQuery(d, r)
	if err != nil {
		return nil, err
	}
	select {
	case s.reports <- struct{}{}:
		defer func() { <-s.reports }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := s.Flush(ctx); err != nil {
		return nil, err
	}
	var report *Report
	err = s.db.inTx(ctx, func(tx *sql.Tx, conn *sql.Conn) error {
		q.ctx, q.tx, q.conn = ctx, tx, conn
		report, err = q.run()
		return err
	})
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("usage report: %w", err)
	}
	return report, nil
}

// query is one report in the making. It runs in one transaction, so it sees one state of the events, on a
// connection of its own, so its temporary tables are seen by no other.
type query struct {
	ctx  context.Context
	tx   *sql.Tx
	conn *sql.Conn

	d     Dimensions
	r     Request
	by    []*axis // columns
	axes  []*axis // by, and then one for each filter
	time  *timeline
	until *time.Time
}

// newQuery finds the dimensions that a request names.
func newQuery(d Dimensions, r Request) (*query, error) {
	q := &query{d: d, r: r}
	q.r.By = nil
	for _, name := range r.By {
		a, ok := findAxis(d, name, r.Direct)
		if !ok {
			return nil, unknownDimension(d, name)
		}
		if slices.Contains(q.r.By, a.Name) {
			continue
		}
		a.values = newValueSets(a.Hierarchical)
		a.set = func(values []Value, _ string) int32 { return a.values.add(values) }
		q.by, q.r.By = append(q.by, a), append(q.r.By, a.Name)
	}
	q.axes = slices.Clone(q.by)
	for _, name := range slices.Sorted(maps.Keys(r.Filter)) {
		filter := r.Filter[name]
		if len(filter) == 0 {
			continue
		}
		a, ok := findAxis(d, name, r.Direct)
		if !ok {
			return nil, unknownDimension(d, name)
		}
		a.set = func(values []Value, word string) int32 {
			if wanted(filter, values, word) {
				return 1
			}
			return 0
		}
		q.axes = append(q.axes, a)
	}
	return q, nil
}

func unknownDimension(d Dimensions, name string) error {
	return invalid("dimensions are "+strings.Join(knownDimensions(d), ", "), "no such dimension: %s", name)
}

// invalid is the error for a request that is wrong.
func invalid(hint, format string, args ...any) error {
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// run makes the report: it numbers what the events name, lays the events out as rows of numbers, and sums.
func (q *query) run() (*Report, error) {
	if err := q.span(); err != nil {
		return nil, err
	}
	for _, step := range []func() error{q.assets, q.concepts, q.words, q.actors, q.facts} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	totals, err := q.totals()
	if err != nil {
		return nil, err
	}
	g, periods, err := q.groups()
	if err != nil {
		return nil, err
	}
	return q.report(totals, g, periods)
}

func (q *query) exec(statement string) error {
	_, err := q.tx.ExecContext(q.ctx, statement)
	return err
}

func (q *query) strings(statement string) ([]string, error) {
	rows, err := q.tx.QueryContext(q.ctx, statement)
	if err != nil {
		return nil, err
	}
	return scanStrings(rows)
}

// span learns from when to when there are events.
func (q *query) span() error {
	var first, last sql.NullTime
	row := q.tx.QueryRowContext(q.ctx, "SELECT min(occurred_at), max(occurred_at) FROM usage.events")
	if err := row.Scan(&first, &last); err != nil {
		return err
	}
	if last.Valid {
		until := last.Time.UTC()
		q.until = &until
	}
	q.time = newTimeline(q.r, first.Time, last.Time)
	return nil
}

// numbered gives the columns s0, s1, ... that a table has for the axes, with their type.
func (q *query) numbered(prefix, suffix string) string {
	var b strings.Builder
	for i := range q.axes {
		fmt.Fprintf(&b, ", %s%d%s", prefix, i, suffix)
	}
	return b.String()
}

// assets fills the table of assets that events name: the number of the asset, which two names of one asset
// share, and on each axis the number of its set of values, NULL where it has none.
func (q *query) assets() error {
	if err := q.exec("CREATE TEMP TABLE assets (name VARCHAR, asset INTEGER" + q.numbered("s", " INTEGER") + ")"); err != nil {
		return err
	}
	names, err := q.strings("SELECT DISTINCT asset FROM usage.events e WHERE asset <> '' AND " + q.time.window())
	if err != nil {
		return err
	}
	number := make(map[semdex.AssetID]int32, len(names))
	return q.fill("assets", names, func(name string) []driver.Value {
		id, known := q.d.Asset(name)
		if !known {
			id = semdex.AssetID(name)
		}
		n, seen := number[id]
		if !seen {
			n = int32(len(number))
			number[id] = n
		}
		row := []driver.Value{name, n}
		for _, a := range q.axes {
			var values []Value
			if known && a.asked {
				values = a.d.OfAsset(a.Name, id, a.direct)
			}
			row = append(row, a.number(values))
		}
		return row
	})
}

// number gives the number of a set of values, NULL where it is empty, so that the next source is asked.
func (a *axis) number(values []Value) driver.Value {
	if len(values) == 0 {
		return nil
	}
	return a.set(values, "")
}

// concepts fills the table of the sets of concepts that searches named.
func (q *query) concepts() error {
	if err := q.exec("CREATE TEMP TABLE concepts (uris VARCHAR" + q.numbered("s", " INTEGER") + ")"); err != nil {
		return err
	}
	if !slices.ContainsFunc(q.axes, func(a *axis) bool { return a.asked }) {
		return nil
	}
	sets, err := q.strings("SELECT DISTINCT concepts FROM usage.events e WHERE concepts <> '' AND type LIKE 'search.%' AND " + q.time.window())
	if err != nil {
		return err
	}
	return q.fill("concepts", sets, func(set string) []driver.Value {
		row, uris := []driver.Value{set}, strings.Split(set, "\n")
		for _, a := range q.axes {
			var values []Value
			if a.asked {
				values = a.d.OfConcepts(a.Name, uris, a.direct)
			}
			row = append(row, a.number(values))
		}
		return row
	})
}

// words fills for each axis the table of the events' own words for it.
func (q *query) words() error {
	for i, a := range q.axes {
		table := fmt.Sprintf("words%d", i)
		if err := q.exec("CREATE TEMP TABLE " + table + " (word VARCHAR, s INTEGER)"); err != nil {
			return err
		}
		words, err := q.strings("SELECT DISTINCT " + a.own + " AS word FROM usage.events e WHERE word <> '' AND " + q.time.window())
		if err != nil {
			return err
		}
		err = q.fill(table, words, func(word string) []driver.Value {
			return []driver.Value{word, a.set(a.ownValues(word), word)}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fill appends one row for each key.
func (q *query) fill(table string, keys []string, row func(key string) []driver.Value) error {
	return fill(q.conn, "temp", table, func(add func(...driver.Value) error) error {
		for i, key := range keys {
			if i%1024 == 0 && q.ctx.Err() != nil {
				return q.ctx.Err()
			}
			if err := add(row(key)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// actors numbers who acted.
func (q *query) actors() error {
	return q.exec(`CREATE TEMP TABLE actors AS SELECT name, (row_number() OVER () - 1)::INTEGER AS actor
		FROM (SELECT DISTINCT actor AS name FROM usage.events e WHERE actor <> '' AND ` + q.time.window() + ")")
}

// facts lays the events out: period p, set of values on each axis, asset and actor, what happened and how
// often. Filters have done their work then.
func (q *query) facts() error {
	var sets, joins strings.Builder
	where := q.time.window()
	for i, a := range q.axes {
		set := fmt.Sprintf("coalesce(w%d.s, a.s%d, c.s%d, 0)", i, i, i)
		if i < len(q.by) {
			fmt.Fprintf(&sets, ", %s AS s%d", set, i)
		} else {
			where += fmt.Sprintf(" AND coalesce(w%d.s, a.s%d, c.s%d, %d) = 1", i, i, i, a.set(nil, ""))
		}
		fmt.Fprintf(&joins, " LEFT JOIN words%d w%d ON w%d.word = %s", i, i, i, a.own)
	}
	return q.exec("CREATE TEMP TABLE facts AS SELECT " + q.time.period() + " AS p" + sets.String() + `,
			a.asset, u.actor, e.weight,
			CASE e.type WHEN 'asset.view' THEN 1 WHEN 'asset.download' THEN 2 WHEN 'asset.share' THEN 3
				WHEN 'asset.placed' THEN 4 WHEN 'asset.embed' THEN 4 WHEN 'search.executed' THEN 5 ELSE 0 END::UTINYINT AS kind
		FROM usage.events e
			LEFT JOIN assets a ON a.name = e.asset
			LEFT JOIN concepts c ON c.uris = e.concepts AND e.type LIKE 'search.%'
			LEFT JOIN actors u ON u.name = e.actor` + joins.String() + " WHERE " + where)
}

// sums are the counters over facts, one for each kind.
const sums = `sum(weight) AS n, sum(weight) FILTER (kind = 1) AS n1, sum(weight) FILTER (kind = 2) AS n2,
	sum(weight) FILTER (kind = 3) AS n3, sum(weight) FILTER (kind = 4) AS n4, sum(weight) FILTER (kind = 5) AS n5`

// boundedSums makes them BIGINTs. One that is larger, which only absurd counts reach, stops at the largest.
func boundedSums() string {
	out := make([]string, 6)
	for i, column := range []string{"n", "n1", "n2", "n3", "n4", "n5"} {
		out[i] = "least(coalesce(" + column + ", 0), 9223372036854775807)::BIGINT"
	}
	return strings.Join(out, ", ")
}

// totals counts each event once.
func (q *query) totals() (t Totals, err error) {
	row := q.tx.QueryRowContext(q.ctx, "SELECT "+boundedSums()+", assets, actors FROM (SELECT "+sums+
		", count(DISTINCT asset) AS assets, count(DISTINCT actor) AS actors FROM facts)")
	return t, row.Scan(t.fields()...)
}

// groups brings the facts together by period and by sets of values: so far DuckDB goes. Spreading them over
// the values multiplies them, by dozens in a deep hierarchy, and that is rollUp's.
func (q *query) groups() (*groups, []int64, error) {
	var sets strings.Builder
	for i := range q.by {
		fmt.Fprintf(&sets, ", s%d", i)
	}
	err := q.exec("CREATE TEMP TABLE groups AS SELECT (row_number() OVER () - 1)::INTEGER AS g, * FROM (SELECT p" +
		sets.String() + ", " + sums + " FROM facts GROUP BY ALL)")
	if err != nil {
		return nil, nil, err
	}
	g, periods, err := q.readGroups("SELECT p" + sets.String() + ", " + boundedSums() + " FROM groups ORDER BY g")
	if err != nil {
		return nil, nil, err
	}
	for column, into := range map[string]*members{"asset": &g.assets, "actor": &g.actors} {
		*into, err = q.readMembers(len(g.sums), "SELECT DISTINCT g::BIGINT << 32 | "+column+" FROM facts JOIN groups USING (p"+sets.String()+
			") WHERE "+column+" IS NOT NULL")
		if err != nil {
			return nil, nil, err
		}
	}
	return g, periods, nil
}

// readGroups reads the groups in the order of their numbers; the first level is the period, whose values are
// numbers of periods in the list beside it.
func (q *query) readGroups(statement string) (g *groups, periods []int64, err error) {
	rows, err := q.tx.QueryContext(q.ctx, statement)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	g = &groups{levels: make([]level, 1+len(q.by))}
	number := make(map[int64]int32)
	var p int64
	var sum [6]int64
	set := make([]int32, len(q.by))
	into := []any{&p}
	for i, a := range q.by {
		g.levels[1+i].sets, g.levels[1+i].values = a.values.sets, len(a.values.values)
		into = append(into, &set[i])
	}
	for i := range sum {
		into = append(into, &sum[i])
	}
	when := &g.levels[0]
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		n, known := number[p]
		if !known {
			n = int32(len(periods))
			number[p], periods, when.sets = n, append(periods, p), append(when.sets, []int32{n})
		}
		when.set = append(when.set, n)
		for i, s := range set {
			g.levels[1+i].set = append(g.levels[1+i].set, s)
		}
		g.sums = append(g.sums, sum)
	}
	when.values = len(periods)
	return g, periods, rows.Err()
}

// readMembers reads pairs of a group, of which there are n, and a member: one number each, since DuckDB
// tells single numbers apart in half the time.
func (q *query) readMembers(n int, statement string) (m members, err error) {
	rows, err := q.tx.QueryContext(q.ctx, statement)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var group, member []int32
	var pair int64
	for rows.Next() {
		if err := rows.Scan(&pair); err != nil {
			return m, err
		}
		group, member = append(group, int32(pair>>32)), append(member, int32(pair))
	}
	return newMembers(n, group, member), rows.Err()
}
