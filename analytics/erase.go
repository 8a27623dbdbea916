package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
)

// Erase removes all events of an actor that were acknowledged before the call, from the log and from DuckDB, and says how many. user is the
// id as it came, or the pseudonym. With dryRun it only counts. When it returns without error they are gone; where it fails or the
// process is killed in between, all of them are still there or will be gone at the next Open. An actor that is not known has none.
//
// What only these events said goes with them: the pseudonym, the words that were searched for, the rest of the context.
func (s *Store) Erase(ctx context.Context, user string, dryRun bool) (int64, error) {
	if user == "" {
		return 0, invalid("give the id of the actor, or the pseudonym", "no user is named")
	}
	var actors []string
	if err := s.Flush(ctx); err != nil {
		return 0, err
	}
	for _, name := range s.who.Known(user) {
		if n := s.names.find(kindActor, name); n > 0 {
			actors = append(actors, fmt.Sprint(n))
		}
	}
	if len(actors) == 0 {
		return 0, nil
	}
	n, err := s.takeBack(ctx, "actor IN ("+strings.Join(actors, ", ")+")", dryRun)
	if err != nil {
		return 0, fmt.Errorf("erase events: %w", err)
	}
	return n, nil
}

// takeBack removes the events of a condition, which is SQL over the table events.
func (s *Store) takeBack(ctx context.Context, where string, dryRun bool) (int64, error) {
	s.erasing.Lock()
	defer s.erasing.Unlock()
	s.lines.Lock()
	defer s.lines.Unlock()
	if err := s.resume(ctx); err != nil {
		return 0, err
	}
	if err := s.Flush(ctx); err != nil {
		return 0, err
	}
	b, n, err := s.rangesOf(ctx, where)
	if err != nil || n == 0 || dryRun {
		return n, err
	}
	if err := s.log.begin(b); err != nil {
		return 0, err
	}
	return n, s.finish(context.WithoutCancel(ctx), b)
}

// resume ends what was begun and failed.
func (s *Store) resume(ctx context.Context) error {
	b, err := s.log.begun()
	if err != nil || b == nil {
		return err
	}
	return s.finish(ctx, b)
}

// rangesOf gives where the lines of the events stand for which a condition holds, and how many there are.
func (s *Store) rangesOf(ctx context.Context, where string) (_ *blanking, n int64, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT seq, log_file, log_offset, log_bytes FROM usage.events WHERE "+where+" ORDER BY seq")
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	b := &blanking{}
	last := int64(-1)
	for rows.Next() {
		var seq int64
		r := lineRange{Lines: 1}
		if err := rows.Scan(&seq, &r.File, &r.Start, &r.Bytes); err != nil {
			return nil, 0, err
		}
		n++
		if end := len(b.Ranges) - 1; end >= 0 && seq == last+1 && b.Ranges[end].File == r.File && b.Ranges[end].Start+b.Ranges[end].Bytes == r.Start {
			b.Ranges[end].Bytes += r.Bytes
			b.Ranges[end].Lines++
		} else {
			b.Ranges = append(b.Ranges, r)
		}
		last = seq
	}
	return b, n, rows.Err()
}

// finish does what is noted: in the log first, then in DuckDB. It may be done again from any point.
func (s *Store) finish(ctx context.Context, b *blanking) error {
	if err := s.log.carryOut(b); err != nil {
		return err
	}
	s.rollups.mu.Lock() // nobody else writes to DuckDB
	defer s.rollups.mu.Unlock()
	s.tables.Lock()
	defer s.tables.Unlock()
	s.rollups.set(nil)
	d := &dropping{s: s, ctx: ctx}
	err := s.db.inTx(ctx, func(tx *sql.Tx, conn *sql.Conn) error {
		d.tx, d.conn = tx, conn
		return d.run(b)
	})
	if err != nil {
		s.names.forget()
		return err
	}
	s.names.settle()
	s.names.blank(d.blanked)
	s.state.Store(nil) // which may know the texts
	select {
	case s.forget <- struct{}{}:
	default:
	}
	s.tidy(ctx)
	return s.log.ended()
}

// dropping follows in DuckDB what was taken back in the log, in one transaction.
type dropping struct {
	s       *Store
	ctx     context.Context
	tx      *sql.Tx
	conn    *sql.Conn
	blanked []blankedName
}

// ownTexts are the kinds of texts that go with the last event that has them, and the columns of events that they stand in.
var ownTexts = []struct {
	kind   kind
	column string
}{{kindActor, "actor"}, {kindQuery, "q"}, {kindUnit, "business_unit"}, {kindContext, "context"}, {kindFilters, "filters"}, {kindRendition, "rendition"}}

func (d *dropping) run(b *blanking) error {
	if err := d.exec("CREATE TEMP TABLE ranges (file INTEGER, start BIGINT, lines BIGINT)"); err != nil {
		return err
	}
	err := fill(d.conn, "temp", "ranges", func(add func(...driver.Value) error) error {
		for _, r := range b.Ranges {
			if err := add(int32(r.File), r.Start, r.Lines); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	columns := ""
	for _, own := range ownTexts {
		columns += ", " + own.column
	}
	err = d.exec("CREATE TEMP TABLE gone AS SELECT seq, type, query"+columns+` FROM usage.events WHERE seq IN (SELECT unnest(range(e.seq, e.seq + r.lines))
			FROM usage.events e JOIN ranges r ON e.log_file = r.file AND e.log_offset = r.start)`,
		"DELETE FROM usage.events WHERE seq IN (SELECT seq FROM gone)",
		"DELETE FROM usage.expanded WHERE query IN (SELECT query FROM gone WHERE query > 0 AND "+d.s.isType("type", searchTypes...)+")")
	if err != nil {
		return err
	}
	if err := d.texts(); err != nil {
		return err
	}
	if b.Past {
		if err := d.s.fillPast(d.ctx, d.tx, d.conn); err != nil {
			return err
		}
	}
	return dropRollup(d.ctx, d.tx)
}

func (d *dropping) exec(queries ...string) error {
	for _, q := range queries {
		if _, err := d.tx.ExecContext(d.ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// blankedName is a number whose text is no more. It is told apart by another hash from then on.
type blankedName struct {
	kind     kind
	number   int32
	was, now uint64
}

// texts takes back the texts that no event has any more. Their numbers stay.
func (d *dropping) texts() error {
	for _, own := range ownTexts {
		if err := d.orphans(own.kind, own.column); err != nil {
			return err
		}
	}
	if len(d.blanked) == 0 {
		return nil
	}
	if err := d.exec("CREATE TEMP TABLE blanked (kind UTINYINT, number INTEGER, hash UBIGINT)"); err != nil {
		return err
	}
	err := fill(d.conn, "temp", "blanked", func(add func(...driver.Value) error) error {
		for _, b := range d.blanked {
			if err := add(uint8(b.kind), b.number, b.now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.exec("UPDATE usage.names n SET text = '', hash = b.hash FROM blanked b WHERE n.kind = b.kind AND n.number = b.number")
}

func (d *dropping) orphans(k kind, column string) (err error) {
	rows, err := d.tx.QueryContext(d.ctx, fmt.Sprintf(`SELECT number, hash FROM usage.names WHERE kind = %d AND number IN (
		SELECT %[2]s FROM gone WHERE %[2]s > 0 EXCEPT SELECT %[2]s FROM usage.events)`, k, column))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		b := blankedName{kind: k, now: rand.Uint64()}
		if err := rows.Scan(&b.number, &b.was); err != nil {
			return err
		}
		d.blanked = append(d.blanked, b)
	}
	return rows.Err()
}

// blank takes texts back.
func (n *names) blank(list []blankedName) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = [kinds]lastName{}
	own := make(map[kind]bool) // slices that nobody else has
	for _, b := range list {
		delete(n.numbers[b.kind], b.was)
		n.numbers[b.kind][b.now] = b.number
		if int(b.number) >= len(n.texts[b.kind]) {
			continue
		}
		if !own[b.kind] {
			n.texts[b.kind], own[b.kind] = slices.Clone(n.texts[b.kind]), true
		}
		n.texts[b.kind][b.number] = ""
	}
}

// tidy frees what is no longer needed: files of the log that are blank, pages of DuckDB, and a file of DuckDB that was set aside. What
// fails is done the next time.
func (s *Store) tidy(ctx context.Context) {
	note := func(err error) {
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			s.o.Logger.Warn("usage store: what was taken back is not all freed yet", slog.Any("err", err))
		}
	}
	note(os.Remove(s.db.path + ".old"))
	_, _ = s.db.ExecContext(ctx, "CHECKPOINT usage") // not while a report runs; DuckDB does it by itself later
	files, err := s.log.files()
	note(err)
	for _, n := range files {
		var used bool
		if n >= s.stats.Load().Applied.File {
			return
		}
		err := s.db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM usage.events WHERE log_file = ?", n).Scan(&used)
		note(err)
		if err == nil && !used {
			note(s.log.dropBlank(n))
		}
	}
}
