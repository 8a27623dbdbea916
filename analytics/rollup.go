package analytics

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"semdex"
)

// Rollup says which sums are kept. Over each of the dimensions by day, and over all of them together for all time.
type Rollup struct {
	By []string       // at most three dimensions
	TZ *time.Location // where days begin
}

const (
	rollChunk  = 4_000_000 // events that are rolled up at once
	rollMost   = 3         // dimensions
	allDays    = math.MinInt32
	everything = 0 // the number of the value that stands for all others
)

// rollups keeps sums of usage for reports without uniques: of each value of its dimensions by day, and of each combination of them over
// all time. What was added to the log since is counted live, so a report sees all events whether or not they are rolled up.
//
// Its cells are right for one state of the library's dimensions. It is left aside as soon as the library is in another
// one, until maintain has found that the values of what events name are the same, or has made all sums anew.
type rollups struct {
	mu      sync.Mutex // one maintenance at a time
	current struct {
		sync.RWMutex
		*rolled
	}
}

// rolled is what is known of the cells in DuckDB.
type rolled struct {
	by      []string
	tz      string
	rules   string // of what is left out
	version string // of the dimensions for which they are right
	seq     int64  // of the last event in them
	print   uint64 // of the values of all that was named up to then
	names   [kinds]int32
	values  [rollMost]*rolledValues
}

// rolledValues number the values of a dimension as the cells have them: from 1.
type rolledValues struct {
	mu     sync.Mutex
	number map[string]int32
	list   []Value
	saved  int
}

func newRolledValues() *rolledValues {
	return &rolledValues{number: make(map[string]int32), list: []Value{{}}}
}

func (r *rolledValues) of(v Value) int32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := cmp.Or(v.URI, "\x00"+v.Name)
	n, known := r.number[key]
	if !known {
		n = int32(len(r.list))
		r.number[key], r.list = n, append(r.list, v)
	}
	return n
}

func (r *rolledValues) all() []Value {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.list)
}

const rollSchema = `
CREATE TABLE usage.rollup (by_dims VARCHAR, tz VARCHAR, rules VARCHAR, seq BIGINT, print UBIGINT, names INTEGER[]);
CREATE TABLE usage.rollup_values (dim UTINYINT, number INTEGER, name VARCHAR, uri VARCHAR, path VARCHAR);
CREATE TABLE usage.rollup_cells (mask UTINYINT, day INTEGER, v0 INTEGER, v1 INTEGER, v2 INTEGER,
	n0 BIGINT, n1 BIGINT, n2 BIGINT, n3 BIGINT, n4 BIGINT, n5 BIGINT)`

// Keep brings the sums that are kept up to the events that DuckDB has, if there are enough new ones. It takes a while where the values of
// assets have changed. A caller calls it after events came, and after the library changed.
func (s *Store) Keep(ctx context.Context, d Dimensions, what Rollup) error {
	if s.o.LeaveOut.acrossEvents() { // an event that comes late could change what older ones count
		return nil
	}
	if err := s.Flush(ctx); err != nil {
		return err
	}
	s.rollups.mu.Lock()
	defer s.rollups.mu.Unlock()
	what.By = slices.DeleteFunc(slices.Clone(what.By), func(name string) bool {
		_, _, ok := findDimension(d, name)
		return !ok
	})
	what.By = what.By[:min(len(what.By), rollMost)]
	if what.TZ == nil {
		what.TZ = time.UTC
	}
	end := s.Stats().Events
	known := s.rollups.get()
	if known == nil {
		var err error
		if known, err = s.readRollup(ctx); err != nil {
			return fmt.Errorf("roll-ups: %w", err)
		}
	}
	if known.seq == 0 && end < int64(s.o.RollAfter) {
		return nil
	}
	k := &keeping{s: s, ctx: ctx, d: d, what: what, rolled: *known}
	if err := k.run(end); err != nil {
		return fmt.Errorf("roll-ups: %w", err)
	}
	return nil
}

func (r *rollups) get() *rolled {
	r.current.RLock()
	defer r.current.RUnlock()
	return r.current.rolled
}

func (r *rollups) set(now *rolled) {
	r.current.Lock()
	defer r.current.Unlock()
	r.current.rolled = now
}

// readRollup reads what there is from the process before.
func (s *Store) readRollup(ctx context.Context) (_ *rolled, err error) {
	r := &rolled{}
	for i := range r.values {
		r.values[i] = newRolledValues()
	}
	var by string
	var names []any
	row := s.db.QueryRowContext(ctx, "SELECT by_dims, tz, rules, seq, print, names FROM usage.rollup")
	if err := row.Scan(&by, &r.tz, &r.rules, &r.seq, &r.print, &names); errors.Is(err, sql.ErrNoRows) {
		return r, nil
	} else if err != nil {
		return nil, err
	}
	r.by = strings.Split(by, "\n")
	for i, n := range names {
		r.names[i], _ = n.(int32)
	}
	rows, err := s.db.QueryContext(ctx, "SELECT dim, name, uri, path FROM usage.rollup_values ORDER BY dim, number")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var dim int
		var v Value
		if err := rows.Scan(&dim, &v.Name, &v.URI, &v.Path); err != nil {
			return nil, err
		}
		r.values[dim].of(v)
		r.values[dim].saved = len(r.values[dim].list)
	}
	return r, rows.Err()
}

// keeping is one maintenance.
type keeping struct {
	s    *Store
	ctx  context.Context
	d    Dimensions
	what Rollup
	rolled
}

func (k *keeping) run(end int64) error {
	version := k.d.Version()
	rules := k.s.o.LeaveOut.print()
	same := slices.Equal(k.by, k.what.By) && k.tz == k.what.TZ.String() && k.rules == rules
	if k.seq > 0 && (k.version != version || !same) {
		if same {
			print, err := k.fingerprint(k.names)
			if err != nil {
				return err
			}
			same = print == k.print
		}
		if !same {
			k.s.o.Logger.Info("usage roll-ups are made anew: values of assets or concepts, or what is counted, have changed", slog.Int64("events", end))
			if err := k.reset(); err != nil {
				return err
			}
		}
	}
	k.version, k.by, k.tz, k.rules = version, k.what.By, k.what.TZ.String(), rules
	k.publish()
	for end-k.seq >= int64(k.s.o.RollAfter) {
		if err := k.chunk(min(end, k.seq+rollChunk)); err != nil {
			return err
		}
		k.publish()
	}
	return nil
}

// publish makes what is kept known to reports.
func (k *keeping) publish() {
	now := k.rolled
	k.s.rollups.set(&now)
}

// reset forgets all sums.
func (k *keeping) reset() error {
	k.s.rollups.set(nil)
	return k.s.db.inTx(k.ctx, func(tx *sql.Tx, _ *sql.Conn) error {
		k.rolled = rolled{}
		for i := range k.values {
			k.values[i] = newRolledValues()
		}
		return dropRollup(k.ctx, tx)
	})
}

func dropRollup(ctx context.Context, tx *sql.Tx) error {
	for _, table := range []string{"rollup", "rollup_values", "rollup_cells"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM usage."+table); err != nil {
			return err
		}
	}
	return nil
}

// chunk adds the events up to a number.
func (k *keeping) chunk(end int64) error {
	conn, err := k.s.db.Conn(k.ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := &counting{s: k.s, ctx: k.ctx, d: k.d, words: make(map[kind]int),
		r: Request{By: k.by, TZ: k.what.TZ, Interval: "day"}, what: counted{slot: k.s.usageSlots(), slots: usageSlotCount, after: k.seq, rolled: true}}
	if err := c.prepare(conn); err != nil {
		return err
	}
	c.last = end
	g := c.gather()
	if err := scan(k.ctx, conn, c.fields, c.source(), g.block); err != nil {
		return err
	}
	t, err := g.tally()
	if err != nil {
		return err
	}
	names, print, err := k.printed()
	if err != nil {
		return err
	}
	return k.save(c, t, end, names, print)
}

// printed gives the fingerprint of all names there are now.
func (k *keeping) printed() (names [kinds]int32, print uint64, err error) {
	for i := range names {
		names[i] = k.s.names.count(kind(i))
	}
	print, err = k.fingerprint(names)
	return names, print, err
}

// save adds the cells of a tally.
func (k *keeping) save(c *counting, t *tally, end int64, names [kinds]int32, print uint64) error {
	numbers := make([][]int32, len(c.by)) // of the values of an axis, those of the roll-up
	for i, a := range c.by {
		_, values := a.frozen()
		numbers[i] = make([]int32, len(values)+1)
		for n, v := range values {
			numbers[i][n] = k.values[i].of(v)
		}
		numbers[i][len(values)] = everything
	}
	err := k.s.db.inTx(k.ctx, func(tx *sql.Tx, conn *sql.Conn) error {
		err := fill(conn, "usage", "rollup_cells", func(add func(...driver.Value) error) error {
			row := make([]driver.Value, 5+usageSlotCount)
			for i := range t.lines {
				l := &t.lines[i]
				k.cell(c, t, l, numbers, row)
				if err := add(row...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := k.saveValues(conn); err != nil {
			return err
		}
		if _, err := tx.ExecContext(k.ctx, "DELETE FROM usage.rollup"); err != nil {
			return err
		}
		list := make([]string, len(names))
		for i, n := range names {
			list[i] = fmt.Sprint(n)
		}
		_, err = tx.ExecContext(k.ctx, fmt.Sprintf("INSERT INTO usage.rollup VALUES (?, ?, ?, %d, %d, [%s])", end, print, strings.Join(list, ", ")), strings.Join(k.by, "\n"), k.tz, k.rules)
		return err
	})
	if err != nil {
		return err
	}
	for _, v := range k.values {
		v.saved = len(v.all())
	}
	k.seq, k.names, k.print = end, names, print
	return k.compact()
}

// cell fills a row of the table of cells in.
func (k *keeping) cell(c *counting, t *tally, l *line, numbers [][]int32, row []driver.Value) {
	mask, other := 0, 0
	for i := range rollMost {
		v := int32(everything)
		if i < len(c.by) {
			if i == c.wide {
				v = numbers[i][l.value]
			} else {
				v = numbers[i][t.values[l.combo][other]]
				other++
			}
		}
		if v != everything {
			mask |= 1 << i
		}
		row[2+i] = v
	}
	day := int32(allDays)
	if p := t.periods[l.combo]; p != allPeriods {
		day = int32(p / (24 * 60 * 60))
		mask |= 1 << rollMost
	}
	row[0], row[1] = uint8(mask), day
	for i, n := range l.sums {
		row[5+i] = n
	}
}

func (k *keeping) saveValues(conn *sql.Conn) error {
	return fill(conn, "usage", "rollup_values", func(add func(...driver.Value) error) error {
		for dim, values := range k.values {
			list := values.all()
			for n := max(1, values.saved); n < len(list); n++ {
				if err := add(uint8(dim), int32(n), list[n].Name, list[n].URI, list[n].Path); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// compact adds up cells of the same values, once there are many of them, and brings them into the order in which they are asked for.
func (k *keeping) compact() error {
	var rows, different int64
	row := k.s.db.QueryRowContext(k.ctx, "SELECT count(*), approx_count_distinct(hash(mask, day, v0, v1, v2)) FROM usage.rollup_cells")
	if err := row.Scan(&rows, &different); err != nil || rows < different+different/2 {
		return err
	}
	return k.s.db.inTx(k.ctx, func(tx *sql.Tx, _ *sql.Conn) error {
		for _, q := range []string{
			`CREATE TEMP TABLE whole AS SELECT mask, day, v0, v1, v2, least(sum(n0), 9223372036854775807)::BIGINT AS n0, least(sum(n1), 9223372036854775807)::BIGINT AS n1,
				least(sum(n2), 9223372036854775807)::BIGINT AS n2, least(sum(n3), 9223372036854775807)::BIGINT AS n3, least(sum(n4), 9223372036854775807)::BIGINT AS n4,
				least(sum(n5), 9223372036854775807)::BIGINT AS n5 FROM usage.rollup_cells GROUP BY mask, day, v0, v1, v2`,
			"DROP TABLE usage.rollup_cells",
			"CREATE TABLE usage.rollup_cells AS SELECT * FROM whole ORDER BY mask, day",
		} {
			if _, err := tx.ExecContext(k.ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
}

// fingerprint tells the values of all that was named up to some numbers: it is the same as long as they are, in any process.
func (k *keeping) fingerprint(names [kinds]int32) (uint64, error) {
	conn, err := k.s.db.Conn(k.ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	c := &counting{s: k.s, ctx: k.ctx, d: k.d, words: make(map[kind]int), r: Request{By: k.what.By, TZ: k.what.TZ}, what: counted{slot: "0", slots: 1}}
	if err := c.prepare(conn); err != nil {
		return 0, err
	}
	sum := uint64(0)
	for _, a := range c.by {
		sets, dimension := make(map[int32]uint64), hashText(a.Name)
		for source, of := range []func(int32) int32{a.ofWord, a.ofAsset, a.ofConcepts} {
			for n := range names[[]kind{a.own, kindAsset, kindConcepts}[source]] {
				if k.ctx.Err() != nil {
					return 0, k.ctx.Err()
				}
				if source > 0 && !a.asked {
					continue
				}
				set := of(n + 1)
				print, known := sets[set]
				if !known {
					print = hashText(fmt.Sprintf("%q", a.sorted(set)))
					sets[set] = print
				}
				sum += scramble(print ^ scramble(dimension^uint64(source)<<56^uint64(n)))
			}
		}
	}
	return sum, nil
}

// scramble spreads the bits of a number, as the finalizer of MurmurHash3 does.
func scramble(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// sorted gives the values of a set as texts, in order.
func (t *axisTable) sorted(set int32) (out []string) {
	if set == no {
		return nil
	}
	for _, v := range t.valuesOf(set) {
		out = append(out, v.URI+"\n"+v.Name+"\n"+v.Path)
	}
	slices.Sort(out)
	return out
}

// rolledUsage makes a usage report of the sums that are kept and of the events that came since; false where these cannot tell.
func (s *Store) rolledUsage(ctx context.Context, d Dimensions, r Request) (*Report, bool, error) {
	kept := s.rollups.get()
	if kept == nil || !kept.serves(d, r) {
		return nil, false, nil
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, false, err
	}
	defer conn.Close()
	c := &counting{s: s, ctx: ctx, d: d, r: r, words: make(map[kind]int), what: counted{slot: s.usageSlots(), slots: usageSlotCount, after: kept.seq}}
	if err := c.prepare(conn); err != nil {
		return nil, false, err
	}
	if c.last-kept.seq > 4*int64(s.o.RollAfter) { // a roll-up is under way: all of it is as fast
		return nil, false, nil
	}
	g := c.gather()
	if err := scan(ctx, conn, c.fields, c.source(), g.block); err != nil {
		return nil, false, err
	}
	since, err := g.tally()
	if err != nil {
		return nil, false, err
	}
	m := &merging{c: c, kept: kept}
	t, ok, err := m.tally(conn, since)
	if err != nil || !ok {
		return nil, false, err
	}
	return c.usage(t), true, nil
}

// serves reports whether the cells can tell what a request asks for.
func (k *rolled) serves(d Dimensions, r Request) bool {
	if !r.Counters || floorOf(d) > 0 || r.Direct || r.Recorded || len(r.Filter) > 0 || r.TZ.String() != k.tz || r.Interval == "hour" || d.Version() != k.version {
		return false
	}
	for _, name := range r.By {
		dim, _, ok := findDimension(d, name)
		if !ok || !slices.Contains(k.by, dim.Name) {
			return false
		}
	}
	return len(r.By) <= 1 || r.From == "" && r.To == "" && r.Interval == ""
}

// merging brings the cells of DuckDB and the lines of the events since into one tally.
type merging struct {
	c    *counting
	kept *rolled
	t    *tally
	late map[rolledKey]int // of the lines of the events since, which is which
	seen []bool            // they were found among the cells
}

type rolledKey struct {
	period int64
	values [rollMost]int32 // in the order of by
}

func (m *merging) tally(conn *sql.Conn, since *tally) (*tally, bool, error) {
	m.late = make(map[rolledKey]int, len(since.lines))
	for i := range since.lines {
		m.late[m.keyOf(since, &since.lines[i])] = i
	}
	m.t = &tally{columns: make([][]int32, len(m.c.by)), totals: line{sums: slices.Clone(since.totals.sums)}}
	for _, a := range m.c.by {
		m.t.axes = append(m.t.axes, m.kept.values[slices.Index(m.kept.by, a.Name)].all())
	}
	m.seen = make([]bool, len(since.lines))
	ok, err := m.cells(conn, since)
	if err != nil || !ok {
		return nil, false, err
	}
	for key, i := range m.late {
		if !m.seen[i] {
			m.add(key, since.lines[i].sums)
		}
	}
	return m.t, true, nil
}

// keyOf gives the key that a line of the events since has among the cells.
func (m *merging) keyOf(since *tally, l *line) (key rolledKey) {
	key.period = since.periods[l.combo]
	other := 0
	for i, a := range m.c.by {
		n := l.value
		if i != m.c.wide {
			n = since.values[l.combo][other]
			other++
		}
		key.values[i] = m.kept.values[slices.Index(m.kept.by, a.Name)].of(since.axes[i][n])
	}
	return key
}

func (m *merging) add(key rolledKey, sums []int64) {
	m.t.lines = append(m.t.lines, line{combo: int32(len(m.t.lines)), sums: sums})
	m.t.periods = append(m.t.periods, key.period)
	for i := range m.t.columns {
		m.t.columns[i] = append(m.t.columns[i], key.values[i])
	}
}

// cells reads the cells that are asked for, those of equal values and periods summed.
func (m *merging) cells(conn *sql.Conn, since *tally) (ok bool, err error) {
	mask := 0
	for _, a := range m.c.by {
		mask |= 1 << slices.Index(m.kept.by, a.Name)
	}
	period, where := "0", ""
	if m.c.r.Interval != "" || m.c.r.From != "" || m.c.r.To != "" {
		mask |= 1 << rollMost
		where = dayWindow(m.c.r.From, m.c.r.To)
		if m.c.r.Interval != "" {
			period = fmt.Sprintf("epoch(date_trunc(%s, make_timestamp(day * 86400000000)))::BIGINT", quote(m.c.r.Interval))
		}
	}
	ctx := m.c.ctx
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	var seq int64
	if err := tx.QueryRowContext(ctx, "SELECT seq FROM usage.rollup").Scan(&seq); err != nil || seq != m.kept.seq {
		return false, ignoreNoRows(err) // another maintenance has come in between
	}
	columns, group := "", "p"
	for i, a := range m.c.by {
		columns += fmt.Sprintf(", v%d AS w%d", slices.Index(m.kept.by, a.Name), i)
		group += fmt.Sprintf(", w%d", i)
	}
	grouped := func(mask int, columns, group string) string {
		sums := ""
		for i := range usageSlotCount {
			sums += fmt.Sprintf(", least(sum(n%d), 9223372036854775807)::BIGINT AS m%d", i, i)
		}
		return fmt.Sprintf("(SELECT %s AS p%s%s FROM usage.rollup_cells WHERE mask = %d%s GROUP BY %s)", period, columns, sums, mask, where, group)
	}
	if err := m.totals(tx, grouped(mask&(1<<rollMost), "", "p")); err != nil {
		return false, err
	}
	most := make([]int64, usageSlotCount)
	for i := range most {
		most[i] = m.t.totals.sums[i]
	}
	var fields []field
	for i := range m.c.by {
		fields = append(fields, field{fmt.Sprintf("w%d", i), int64(len(m.t.axes[i]))})
	}
	for i := range most {
		fields = append(fields, field{fmt.Sprintf("m%d", i), most[i]})
	}
	if period != "0" {
		fields = append(fields, field{"p", allBits})
	}
	err = scan(ctx, conn, fields, grouped(mask, columns, group), func(block [][]int64) error {
		m.block(block, since)
		return nil
	})
	return true, err
}

func ignoreNoRows(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// totals adds what the cells over no dimension add up to.
func (m *merging) totals(tx *sql.Tx, cells string) error {
	sums := make([]sql.NullInt64, usageSlotCount)
	into := make([]any, usageSlotCount)
	list := make([]string, usageSlotCount)
	for i := range sums {
		into[i], list[i] = &sums[i], fmt.Sprintf("least(sum(m%d), 9223372036854775807)::BIGINT", i)
	}
	if err := tx.QueryRowContext(m.c.ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+cells).Scan(into...); err != nil {
		return err
	}
	for i, n := range sums {
		m.t.totals.sums[i] = addBounded(m.t.totals.sums[i], n.Int64)
	}
	return nil
}

func (m *merging) block(block [][]int64, since *tally) {
	rows := len(block[0])
	dims := len(m.c.by)
	all := make([]int64, rows*usageSlotCount)
	for j := range rows {
		var key rolledKey
		for i := range dims {
			key.values[i] = int32(block[i][j])
		}
		if len(block) > dims+usageSlotCount {
			key.period = block[dims+usageSlotCount][j]
		}
		sums := all[j*usageSlotCount : (j+1)*usageSlotCount : (j+1)*usageSlotCount]
		for i := range sums {
			sums[i] = block[dims+i][j]
		}
		if i, late := m.late[key]; late {
			m.seen[i] = true
			for n, x := range since.lines[i].sums {
				sums[n] = addBounded(sums[n], x)
			}
		}
		m.add(key, sums)
	}
}

// dayWindow is SQL for the days asked for.
func dayWindow(from, to semdex.Date) (where string) {
	const day = 24 * 60 * 60
	if from != "" {
		where += fmt.Sprintf(" AND day >= %d", midnight(from).Unix()/day)
	}
	if to != "" {
		where += fmt.Sprintf(" AND day <= %d", midnight(to).Unix()/day)
	}
	return where
}
