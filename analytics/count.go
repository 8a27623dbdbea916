package analytics

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"semdex"
)

// counting is one count of events by dimensions: the heart of all reports that group by them. It reads events as numbers, turns
// these into sets of values, and spreads the sums over the values.
type counting struct {
	s     *Store
	ctx   context.Context
	d     Dimensions
	r     Request
	what  counted
	state *state
	texts texts

	by      []*axis // columns
	filters []*axis
	wide    int // which of by is the wide axis; -1 for none
	time    *timeline
	until   *time.Time
	last    int64 // seq of the last event that counts
	heavy   int64 // the largest weight
	notes   []string
	floor   int64 // users below whom a line is withheld; 0 withholds none

	assets []atomic.Int32
	fields []field
	at     struct{ period, asset, actor, newUser, concepts, slot, weight, moment, more int }
	past   *past        // nil for values of now
	words  map[kind]int // fields of own words
}

// counted says what a counting sums.
type counted struct {
	slot    string // SQL for the slot that an event adds to
	slots   int
	amount  string // SQL for what it adds, not negative; "" for the event's weight
	from    string // SQL in the place of the events; "" for them
	where   string // SQL for further conditions; "" for none
	members bool   // count assets and users
	newUser string // SQL for the number of an actor to count in the place of assets; "" for assets
	after   int64  // only events beyond that seq
	rolled  bool   // as roll-ups have it: with a value on each axis, and a period, that stand for all

	// ready may fill in the rest when the time zone, the texts and the tables of assets are known; nil does nothing.
	ready func(*counting, *sql.Conn) error

	each    bool                                     // a line for each asset: an axis before the dimensions asked for
	apart   bool                                     // events that are alike stay apart in byAsset
	need    []kind                                   // whose texts more and prepare use
	more    func(*counting) []field                  // what else is read of each event: numbers of 32 bits
	prepare func(*counting, *sql.Conn) error         // runs before the events are read, on the connection that reads them
	take    func(asset int32, more [][]int64, i int) // gets the events in place of the facts: more[k][i] is what else was read
}

// tally is the outcome: lines over periods and values, and what all facts add up to.
type tally struct {
	lines   []line
	periods []int64   // of each combination, the number of its period
	values  [][]int32 // of each combination, the values on the axes but the wide one, in the order of by
	axes    [][]Value // the values on each axis of by, by their numbers; in a roll-up the next number stands for all
	columns [][]int32 // of each axis of by, the number in each line, where combinations do not tell
	totals  line
	facts   *spreading
}

// allPeriods is the number of a period that stands for all.
const allPeriods = math.MinInt64

// count runs a counting to its end.
func (s *Store) count(ctx context.Context, d Dimensions, r Request, what counted) (*counting, *tally, error) {
	g, err := s.gathered(ctx, d, r, what)
	if err != nil {
		return nil, nil, err
	}
	t, err := g.tally()
	return g.counting, t, err
}

// gathered reads the events of a counting.
func (s *Store) gathered(ctx context.Context, d Dimensions, r Request, what counted) (g *gathering, err error) {
	err = s.prepared(ctx, d, r, what, func(c *counting, conn *sql.Conn) error {
		g = c.gather()
		return scan(ctx, conn, c.fields, c.source(), g.block)
	})
	return g, err
}

// prepared has do work with a counting that knows its dimensions, and the connection that it has for itself.
func (s *Store) prepared(ctx context.Context, d Dimensions, r Request, what counted, do func(*counting, *sql.Conn) error) error {
	c := newCounting(ctx, s, d, r, what)
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := c.prepare(conn); err != nil {
		return err
	}
	if what.prepare != nil {
		if err := what.prepare(c, conn); err != nil {
			return err
		}
	}
	return do(c, conn)
}

func newCounting(ctx context.Context, s *Store, d Dimensions, r Request, what counted) *counting {
	c := &counting{s: s, ctx: ctx, d: d, r: r, what: what, words: make(map[kind]int), floor: floorOf(d)}
	c.what.members = c.what.members || c.floor > 0
	return c
}

// sift reads further fields of the events that the filters let pass, for a report that groups them in its own way: yield gets
// columns of numbers, of which number i is the event's.
func (s *Store) sift(ctx context.Context, d Dimensions, r Request, what counted, fields []field, yield func(columns [][]int64, i int)) (c *counting, err error) {
	what.slot, what.slots = "0", 1
	err = s.prepared(ctx, d, r, what, func(made *counting, conn *sql.Conn) error {
		c = made
		own := len(c.fields)
		c.fields = append(c.fields, fields...)
		return scan(ctx, conn, c.fields, c.source(), func(block [][]int64) error {
			for i := range block[0] {
				if c.passes(block, i) {
					yield(block[own:], i)
				}
			}
			return nil
		})
	})
	return c, err
}

// prepare finds the dimensions and lays out what is read of an event.
func (c *counting) prepare(conn *sql.Conn) error {
	c.last = c.s.Stats().Events
	if _, err := conn.ExecContext(c.ctx, "CREATE OR REPLACE TEMP VIEW counted AS SELECT * FROM "+c.s.counted("true")); err != nil {
		return err
	}
	if err := c.span(conn); err != nil {
		return err
	}
	if !c.what.rolled && c.what.from == "" {
		var err error
		if c.notes, err = c.s.leftOut(c.ctx, conn, c.within(), fmt.Sprintf("seq <= %d AND %s", c.last, c.time.window())); err != nil {
			return err
		}
	}
	c.state = c.s.stateOf(c.d)
	if err := c.axes(conn); err != nil {
		return err
	}
	need := append([]kind{kindAsset}, c.what.need...)
	if slices.ContainsFunc(c.all(), func(a *axis) bool { return a.asked }) {
		need = append(need, kindConcepts)
	}
	for _, a := range c.all() {
		need = append(need, a.own)
	}
	for _, k := range need {
		if c.texts[k] != nil {
			continue
		}
		texts, err := c.s.names.all(c.ctx, conn, k)
		if err != nil {
			return err
		}
		c.texts[k] = texts
	}
	if c.r.Recorded {
		var err error
		if c.past, err = readPast(c.d, len(c.texts[kindAsset])); err != nil {
			return err
		}
	}
	c.tables()
	if c.what.ready != nil {
		if err := c.what.ready(c, conn); err != nil {
			return err
		}
	}
	c.layout()
	return nil
}

func (c *counting) all() []*axis { return append(slices.Clone(c.by), c.filters...) }

// span learns from when to when there are events.
func (c *counting) span(conn *sql.Conn) error {
	var first, last sql.NullTime
	var heavy sql.NullInt64
	row := conn.QueryRowContext(c.ctx, `SELECT min(first), max(last), max(heavy) FROM (
		SELECT min(occurred_at) AS first, max(occurred_at) AS last, max(weight) AS heavy FROM usage.events WHERE seq <= ?
		UNION ALL SELECT min(month), max(last), max(weight) FROM usage.past)`, c.last)
	if err := row.Scan(&first, &last, &heavy); err != nil {
		return err
	}
	if last.Valid {
		until := last.Time.UTC()
		c.until = &until
	}
	c.heavy = heavy.Int64
	c.time = newTimeline(c.r, first.Time, last.Time)
	return nil
}

// axes finds the dimensions that the request names.
func (c *counting) axes(*sql.Conn) error {
	c.wide = -1
	var names []string
	if c.what.each {
		c.by = append(c.by, c.assetAxis())
	}
	for _, name := range c.r.By {
		a, err := c.axis(name)
		if err != nil {
			return err
		}
		if slices.Contains(names, a.Name) {
			continue
		}
		c.by, names = append(c.by, a), append(names, a.Name)
	}
	c.r.By = names
	for i, a := range c.by {
		if c.wide < 0 || a.breadth() > c.by[c.wide].breadth() {
			c.wide = i
		}
	}
	for name, filter := range c.r.Filter {
		if len(filter) == 0 {
			continue
		}
		a, err := c.axis(name)
		if err != nil {
			return err
		}
		a.filter = filter
		c.filters = append(c.filters, a)
	}
	slices.SortFunc(c.filters, func(a, b *axis) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// breadth guesses how many sets of values a dimension has: the widest are those of assets.
func (t *axisTable) breadth() int {
	_, own := ownKinds[t.Name]
	n := 0
	for _, yes := range []bool{t.asked, t.Hierarchical, !own} {
		n *= 2
		if yes {
			n++
		}
	}
	return n
}

// assetAxis has a value for each asset, by whatever name events name it.
func (c *counting) assetAxis() *axis {
	table := c.state.table(axisKey{"\x00asset", true}, Dimension{Name: "asset"}, kindAsset, false)
	return &axis{axisTable: table, d: c.d, texts: &c.texts}
}

func (c *counting) axis(name string) (*axis, error) {
	dim, asked, ok := findDimension(c.d, name)
	if !ok {
		return nil, invalid("dimensions are "+strings.Join(knownDimensions(c.d), ", "), "no such dimension: %s", name)
	}
	return &axis{axisTable: c.state.axis(dim, asked, c.r.Direct), d: c.d, texts: &c.texts}, nil
}

// axis gives the table of a dimension, a new one where nobody asked for it.
func (st *state) axis(dim Dimension, asked, direct bool) *axisTable {
	own, ok := ownKinds[dim.Name]
	if !ok {
		own = kindContext
	}
	return st.table(axisKey{dim.Name, direct}, dim, own, asked)
}

func (st *state) table(key axisKey, dim Dimension, own kind, asked bool) *axisTable {
	st.mu.Lock()
	defer st.mu.Unlock()
	t := st.axes[key]
	if t == nil {
		t = &axisTable{Dimension: dim, own: own, asked: asked, direct: key.direct, values: newValueSets(dim.Hierarchical)}
		st.axes[key] = t
	}
	return t
}

// stateOf gives what is known of a state of the library's dimensions. That of the state before is dropped.
func (s *Store) stateOf(d Dimensions) *state {
	version := d.Version()
	for {
		old := s.state.Load()
		if old != nil && old.version == version && version != "" {
			return old
		}
		st := &state{version: version, axes: make(map[axisKey]*axisTable)}
		st.assets.number = make(map[semdex.AssetID]int32)
		if s.state.CompareAndSwap(old, st) {
			return st
		}
	}
}

// tables makes room in the tables for all numbers there are.
func (c *counting) tables() {
	for _, a := range c.all() {
		a.wordOf = func(n int32) string { return c.texts[a.own][n] }
		if a.own == kindContext {
			a.wordOf = contextWord(a.Name, c.texts[kindContext])
		}
		if a.own == kindAsset {
			a.wordOf = func(n int32) string { return string(c.idOf(n)) }
		}
		a.wordHits, a.past = make([]int8, len(c.texts[a.own])), c.past
		a.axisTable.mu.Lock()
		t := &a.axisTable.bySource
		t.byWord = growTable(t.byWord, len(c.texts[a.own]))
		t.byAsset = growTable(t.byAsset, len(c.texts[kindAsset]))
		t.byConcepts = growTable(t.byConcepts, max(1, len(c.texts[kindConcepts])))
		a.bySource = *t
		if c.past != nil { // for a while the numbers go on: nothing of it is kept
			a.byAsset = make([]atomic.Int32, len(c.texts[kindAsset])+len(c.past.records))
		}
		a.axisTable.mu.Unlock()
	}
	c.state.assets.mu.Lock()
	defer c.state.assets.mu.Unlock()
	c.state.assets.resolved = growTable(c.state.assets.resolved, len(c.texts[kindAsset]))
	c.assets = c.state.assets.resolved
}

// layout says what is read of each event.
func (c *counting) layout() {
	add := func(sql string, most int64) int {
		c.fields = append(c.fields, field{sql, most})
		return len(c.fields) - 1
	}
	most := func(k kind) int64 { return int64(c.s.names.count(k)) }
	c.at.period, c.at.actor, c.at.concepts, c.at.weight, c.at.moment = -1, -1, -1, -1, -1
	c.at.asset = add("e.asset", most(kindAsset))
	c.at.slot = add(c.what.slot, int64(c.what.slots-1))
	if c.what.members {
		c.at.actor = add("e.actor", most(kindActor))
	}
	if c.what.newUser != "" {
		c.at.newUser = add(c.what.newUser, most(kindActor))
	}
	for _, a := range c.all() {
		if _, there := c.words[a.own]; !there {
			c.words[a.own] = add(columnOf[a.own], most(a.own))
		}
		if a.asked && c.at.concepts < 0 {
			c.at.concepts = add("CASE WHEN "+c.s.isType("e.type", searchTypes...)+" THEN e.concepts ELSE 0 END", most(kindConcepts))
		}
	}
	switch {
	case c.what.amount != "":
		c.at.weight = add(c.what.amount, allBits)
	case c.heavy > 1:
		c.at.weight = add("e.weight", c.heavy)
	}
	if c.past != nil {
		c.at.moment = add("epoch_us(e.occurred_at)", allBits)
	}
	if c.r.Interval != "" {
		c.at.period = len(c.fields)
		c.fields = append(c.fields, field{c.time.period(), allBits})
	}
	c.at.more = len(c.fields)
	if c.what.more != nil {
		c.fields = append(c.fields, c.what.more(c)...)
	}
}

// allBits is the most of a field that may be any BIGINT: it is alone in its word.
const allBits = 1<<63 - 1

func (c *counting) source() string {
	from := c.what.from
	if from == "" {
		from = c.s.counted(c.within())
	}
	where := fmt.Sprintf("e.seq <= %d AND %s", c.last, c.time.window())
	if c.what.after > 0 { // else the sums of old events count too
		where = fmt.Sprintf("e.seq > %d AND %s", c.what.after, where)
	}
	if c.what.where != "" {
		where += " AND " + c.what.where
	}
	return from + " WHERE " + where
}

// within bounds what the rules look at of events: up to the last that counts, and about the days asked for.
func (c *counting) within() string {
	return fmt.Sprintf("seq <= %d AND %s", c.last, c.time.around(c.s.o.LeaveOut.Repeats))
}

// gathering turns rows into facts.
type gathering struct {
	*counting
	facts   facts
	more    [][]int32        // of each fact, what else was read
	tuples  map[string]int32 // by period and sets but that of the wide axis
	keys    [][]int32
	periods []int64
	period  map[int64]int32
	sets    []int32
	key     []byte
	recent  map[[4]int32]int32 // tuples of at most four parts, which are found without making a text of them
}

func (c *counting) gather() *gathering {
	return &gathering{counting: c, tuples: make(map[string]int32), period: make(map[int64]int32), recent: make(map[[4]int32]int32),
		sets: make([]int32, 1+len(c.by)), more: make([][]int32, len(c.fields)-c.at.more)}
}

// block takes rows in.
func (g *gathering) block(block [][]int64) error {
	for i := range block[g.at.asset] {
		if !g.passes(block, i) {
			continue
		}
		asset, as, concepts := g.named(block, i)
		if g.what.take != nil {
			g.what.take(asset, block[g.at.more:], i)
			continue
		}
		wide, sets := int32(0), g.sets[:1]
		sets[0] = 0
		if g.at.period >= 0 {
			sets[0] = g.periodNumber(block[g.at.period][i])
		}
		for j, by := range g.by {
			set := by.set(int32(block[g.words[by.own]][i]), as, concepts)
			if j == g.wide {
				wide = set
			} else {
				sets = append(sets, set)
			}
		}
		g.fact(block, i, asset, g.tuple(sets), wide)
	}
	return nil
}

// named gives the asset that event i of a block names, the number by which the asset's values are asked for, and the concepts.
func (c *counting) named(block [][]int64, i int) (asset, as, concepts int32) {
	asset = int32(block[c.at.asset][i])
	as = asset
	if c.past != nil {
		as = c.past.at(asset, c.texts[kindAsset][asset], c.d, block[c.at.moment][i])
	}
	if c.at.concepts >= 0 {
		concepts = int32(block[c.at.concepts][i])
	}
	return asset, as, concepts
}

// passes says whether the filters let event i of a block pass.
func (c *counting) passes(block [][]int64, i int) bool {
	_, as, concepts := c.named(block, i)
	for _, f := range c.filters {
		word := int32(block[c.words[f.own]][i])
		if !f.wants(word, f.set(word, as, concepts)) {
			return false
		}
	}
	return true
}

func (g *gathering) fact(block [][]int64, i int, asset, tuple, wide int32) {
	f := &g.facts
	f.tuple, f.set, f.slot = append(f.tuple, tuple), append(f.set, wide), append(f.slot, uint8(block[g.at.slot][i]))
	if g.at.weight >= 0 {
		f.amount = append(f.amount, block[g.at.weight][i])
	}
	if g.what.members {
		first := int32(-1)
		switch {
		case g.what.newUser != "":
			first = int32(block[g.at.newUser][i]) - 1
		case asset > 0:
			first = g.state.assets.of(&g.assets[asset], asset, g.texts[kindAsset][asset], g.d)
		}
		f.first, f.second = append(f.first, first), append(f.second, int32(block[g.at.actor][i])-1)
	}
	for k := range g.more {
		g.more[k] = append(g.more[k], int32(block[g.at.more+k][i]))
	}
}

func (g *gathering) periodNumber(p int64) int32 {
	n, known := g.period[p]
	if !known {
		n = int32(len(g.periods))
		g.period[p], g.periods = n, append(g.periods, p)
	}
	return n
}

// tuple gives the number of a tuple of the period and sets.
func (g *gathering) tuple(sets []int32) int32 {
	if len(sets) <= 4 {
		var short [4]int32
		copy(short[:], sets)
		n, known := g.recent[short]
		if !known {
			n = g.newTuple(sets)
			g.recent[short] = n
		}
		return n
	}
	g.key = g.key[:0]
	for _, s := range sets {
		g.key = binary.LittleEndian.AppendUint32(g.key, uint32(s))
	}
	n, known := g.tuples[string(g.key)]
	if !known {
		n = g.newTuple(sets)
		g.tuples[string(g.key)] = n
	}
	return n
}

func (g *gathering) newTuple(sets []int32) int32 {
	g.keys = append(g.keys, slices.Clone(sets))
	return int32(len(g.keys) - 1)
}

// tally spreads the facts over the values.
func (g *gathering) tally() (*tally, error) {
	t, s := g.spreading()
	var err error
	if t.lines, err = s.run(g.ctx); err != nil {
		return nil, err
	}
	t.facts = &s
	t.totals, err = g.total(s)
	return t, err
}

// spreading lays out what the facts are to be spread over.
func (g *gathering) spreading() (*tally, spreading) {
	t := &tally{}
	s := spreading{facts: g.facts, slots: g.what.slots, wide: [][]int32{{0}}, values: 1}
	if g.what.members {
		s.count = [2]int32{max(g.s.names.count(kindAsset), g.s.names.count(kindActor)) + 1, g.s.names.count(kindActor) + 1}
	}
	var sets [][][]int32
	for i, a := range g.by {
		of, values := a.frozen()
		t.axes = append(t.axes, values)
		if g.what.rolled {
			of = withAll(of, int32(len(values)))
		}
		if i != g.wide {
			sets = append(sets, of)
			continue
		}
		s.wide, s.values, s.all = of, len(values)+1, int32(len(values))
	}
	g.combine(&s, t, sets)
	return t, s
}

// withAll adds to each set the value that stands for all.
func withAll(sets [][]int32, all int32) [][]int32 {
	out := make([][]int32, len(sets))
	for i, set := range sets {
		out[i] = append(slices.Clip(set), all)
	}
	return out
}

// combine finds the combinations of a period and one value from every axis but the wide one, whose sets are given, and which tuples belong
// to each.
func (g *gathering) combine(s *spreading, t *tally, sets [][][]int32) {
	b := &combiner{s: s, t: t, number: make(map[string]int32)}
	s.tuples = make([][]int32, len(g.keys))
	for n, key := range g.keys {
		b.tuple = int32(n)
		of := make([][]int32, len(sets))
		for i := range sets {
			of[i] = sets[i][key[1+i]]
		}
		period := int64(0)
		if len(g.periods) > 0 {
			period = g.periods[key[0]]
		}
		if !g.what.rolled {
			b.each(period, of, nil, false)
			continue
		}
		b.each(allPeriods, of, nil, false)
		b.ofDay(period, of)
	}
	s.combos = len(t.values)
}

// combiner numbers combinations.
type combiner struct {
	s      *spreading
	t      *tally
	tuple  int32
	number map[string]int32
}

// each adds the tuple to all combinations that begin with some values and have one from each of the other sets.
func (b *combiner) each(period int64, of [][]int32, values []int32, flat bool) {
	if len(values) < len(of) {
		for _, v := range of[len(values)] {
			b.each(period, of, append(values, v), flat)
		}
		return
	}
	k := binary.LittleEndian.AppendUint64(nil, uint64(period))
	for _, v := range values {
		k = binary.LittleEndian.AppendUint32(k, uint32(v))
	}
	c, known := b.number[string(k)]
	if !known {
		c = int32(len(b.t.values))
		b.number[string(k)] = c
		b.t.periods, b.t.values, b.s.flat = append(b.t.periods, period), append(b.t.values, slices.Clone(values)), append(b.s.flat, flat)
	}
	b.s.tuples[b.tuple] = append(b.s.tuples[b.tuple], c)
}

// ofDay adds the tuple to the combinations of a day: with no value but that for all, and with one other value.
func (b *combiner) ofDay(period int64, of [][]int32) {
	single := make([][]int32, len(of))
	for i := range of {
		single[i] = of[i][len(of[i])-1:]
	}
	b.each(period, single, nil, false)
	for i := range of {
		all := single[i]
		single[i] = of[i][:len(of[i])-1]
		b.each(period, single, nil, true)
		single[i] = all
	}
}

// total counts each fact once.
func (g *gathering) total(s spreading) (line, error) {
	all := s
	all.wide, all.values, all.combos, all.flat = [][]int32{{0}}, 1, 1, nil
	all.set, all.tuple, all.tuples = make([]int32, s.len()), make([]int32, s.len()), [][]int32{{0}}
	lines, err := all.run(g.ctx)
	if len(lines) == 0 {
		return line{sums: make([]int64, s.slots)}, err
	}
	return lines[0], err
}
