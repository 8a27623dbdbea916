package analytics

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"semdex"
)

const (
	seenRecent = 500_000   // of the events that came last, so many are known by their id alone
	seenDays   = 2_000_000 // ids that are held of days, by which the others are known
	seenLoads  = 8         // days that are read from DuckDB for one group of batches; beyond, their ids are looked for
)

// seen tells which events the log has. An event is known by its id among the last half a million that came, and among those
// that occurred on its day (UTC), however long ago they came. So what was sent twice is found whenever the second comes, and memory does not
// grow with the log. Ids are told apart by 64 bits of XXH64.
//
// The recorder alone uses it.
type seen struct {
	db     *database
	recent [2]hashes         // the newer and the older half
	days   map[int32]*hashes // of days since 1970
	turns  map[int32]int     // when each was last asked
	turn   int
	held   int // in days
	fresh  []freshID
	before *atomic.Int64 // microsecond before which all events are known: only sums are kept of that time
}

// freshID is an event that may not be in DuckDB yet.
type freshID struct {
	day  int32
	hash uint64
	end  Position
}

func dayOf(e *semdex.Event) int32 {
	const day = 24 * 60 * 60
	sec := e.OccurredAt.Unix()
	if sec < 0 {
		sec -= day - 1
	}
	return int32(sec / day)
}

// newSeen knows the events that DuckDB has, of which there are count.
func newSeen(ctx context.Context, db *database, count int64, before *atomic.Int64) (*seen, error) {
	s := &seen{db: db, before: before, days: make(map[int32]*hashes), turns: make(map[int32]int)}
	last, err := s.load(ctx, fmt.Sprintf("SELECT id_hash FROM usage.events WHERE seq > %d", count-seenRecent))
	for _, h := range last {
		s.remember(h)
	}
	return s, err
}

// again forgets the events that were taken back.
func (s *seen) again(ctx context.Context, count int64) error {
	now, err := newSeen(ctx, s.db, count, s.before)
	if err != nil {
		return err
	}
	now.fresh = s.fresh
	for _, f := range s.fresh {
		now.remember(f.hash)
	}
	*s = *now
	return nil
}

func (s *seen) remember(h uint64) {
	if s.recent[0].n >= seenRecent {
		s.recent[0], s.recent[1] = hashes{}, s.recent[0]
	}
	s.recent[0].add(h)
}

// known marks those of events that the log has, or that come twice among them. applied is how far DuckDB is: what lies
// before need not be remembered.
func (s *seen) known(ctx context.Context, events []semdex.Event, hash []uint64, applied Position) ([]bool, error) {
	for len(s.fresh) > 0 && !applied.before(s.fresh[0].end) {
		s.fresh = s.fresh[1:]
	}
	missing := make(map[int32]bool)
	for i := range events {
		if day := dayOf(&events[i]); s.days[day] == nil {
			missing[day] = true
		}
	}
	var stored hashes
	if len(missing) > seenLoads {
		ids, err := s.stored(ctx, events, hash, missing)
		if err != nil {
			return nil, err
		}
		stored = ids
	} else {
		for day := range missing {
			if err := s.loadDay(ctx, day); err != nil {
				return nil, err
			}
		}
	}
	out, past := make([]bool, len(events)), s.before.Load()
	var now hashes
	for i, h := range hash {
		day := s.days[dayOf(&events[i])]
		out[i] = s.recent[0].has(h) || s.recent[1].has(h) || stored.has(h) || day != nil && day.has(h) || now.has(h) || past != 0 && events[i].OccurredAt.UnixMicro() < past
		now.add(h)
	}
	return out, nil
}

// loadDay reads the ids of the events of a day.
func (s *seen) loadDay(ctx context.Context, day int32) error {
	ids, err := s.load(ctx, fmt.Sprintf("SELECT id_hash FROM usage.events WHERE occurred_at >= make_timestamp(%d) AND occurred_at < make_timestamp(%d)",
		int64(day)*microsecondsOfDay, (int64(day)+1)*microsecondsOfDay))
	if err != nil {
		return err
	}
	d := &hashes{}
	for _, h := range ids {
		d.add(h)
	}
	for _, f := range s.fresh {
		if f.day == day {
			d.add(f.hash)
		}
	}
	s.days[day] = d
	s.held += d.n
	return nil
}

const microsecondsOfDay = 24 * 60 * 60 * 1_000_000

// stored gives those of the ids of days not held that the log has. DuckDB reads one column for it.
func (s *seen) stored(ctx context.Context, events []semdex.Event, hash []uint64, missing map[int32]bool) (out hashes, err error) {
	var numbers []string
	for i, h := range hash {
		if missing[dayOf(&events[i])] {
			numbers = append(numbers, strconv.FormatUint(h, 10))
		}
	}
	ids, err := s.load(ctx, "SELECT id_hash FROM usage.events WHERE id_hash IN (SELECT unnest(string_split(?, ','))::UBIGINT)", strings.Join(numbers, ","))
	for _, h := range ids {
		out.add(h)
	}
	for _, f := range s.fresh {
		if missing[f.day] {
			out.add(f.hash)
		}
	}
	return out, err
}

func (s *seen) load(ctx context.Context, query string, args ...any) (out []uint64, err error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var h uint64
		if err := rows.Scan(&h); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

// logged says that events are in the log, which ends behind them.
func (s *seen) logged(events []semdex.Event, hash []uint64, end Position) {
	s.turn++
	for i, h := range hash {
		day := dayOf(&events[i])
		s.remember(h)
		s.fresh = append(s.fresh, freshID{day, h, end})
		if d := s.days[day]; d != nil && d.add(h) {
			s.held++
		}
		s.turns[day] = s.turn
	}
	s.letGo()
}

// letGo drops the days that were asked longest ago while too much is held.
func (s *seen) letGo() {
	for s.held > seenDays && len(s.days) > 1 {
		oldest, turn := int32(0), s.turn+1
		for day := range s.days {
			if s.turns[day] < turn {
				oldest, turn = day, s.turns[day]
			}
		}
		s.held -= s.days[oldest].n
		delete(s.days, oldest)
		delete(s.turns, oldest)
	}
	for day := range s.turns {
		if s.days[day] == nil {
			delete(s.turns, day)
		}
	}
}

// hashes is a set of hashes.
type hashes struct {
	slots []uint64 // a power of two of them; 0 is free
	n     int
	zero  bool
}

func (s *hashes) has(h uint64) bool {
	if h == 0 {
		return s.zero
	}
	if s.n == 0 {
		return false
	}
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; s.slots[i] != 0; i = (i + 1) & mask {
		if s.slots[i] == h {
			return true
		}
	}
	return false
}

// add says whether the hash is new.
func (s *hashes) add(h uint64) bool {
	if s.has(h) {
		return false
	}
	if h == 0 {
		s.zero = true
		return true
	}
	if 2*s.n >= len(s.slots) {
		old := s.slots
		s.slots = make([]uint64, max(16, 2*len(old)))
		for _, o := range old {
			if o != 0 {
				s.put(o)
			}
		}
	}
	s.put(h)
	s.n++
	return true
}

func (s *hashes) put(h uint64) {
	mask := uint64(len(s.slots) - 1)
	i := h & mask
	for s.slots[i] != 0 {
		i = (i + 1) & mask
	}
	s.slots[i] = h
}
