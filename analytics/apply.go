package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"semdex"
)

// applyBatch is how many events DuckDB takes in one transaction at most.
const applyBatch = 50_000

// Flush returns when DuckDB has all events that were acknowledged before the call.
func (s *Store) Flush(ctx context.Context) error {
	select {
	case <-s.quit:
		return errClosed
	default:
	}
	if s.Stats().Pending == 0 {
		return nil
	}
	done := make(chan error, 1)
	select {
	case s.flushes <- done:
	case <-s.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// applyAlways is the one goroutine that writes to DuckDB, until the Store is closed.
func (s *Store) applyAlways() {
	defer close(s.applied)
	tick := time.NewTicker(s.o.ApplyEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.quit:
			return
		case done := <-s.flushes:
			done <- s.apply(context.Background())
			continue
		case <-tick.C:
		case <-s.logged:
			if s.ids.pendingCount() < int64(s.o.ApplyAfter) {
				continue
			}
		}
		if err := s.apply(context.Background()); err != nil {
			s.o.Logger.Error("usage store: events wait in the log", slog.Any("err", err))
		}
	}
}

// apply brings DuckDB up to the end of the log.
func (s *Store) apply(ctx context.Context) error {
	for {
		st := *s.stats.Load()
		if !st.Applied.before(s.log.End()) {
			return nil
		}
		var ids []string
		from := st.Applied
		err := s.db.inTx(ctx, func(tx *sql.Tx, conn *sql.Conn) (err error) {
			ids, st.Applied, err = s.take(conn, from)
			if err != nil || st.Applied == from {
				return err
			}
			st.Events += int64(len(ids))
			_, err = tx.ExecContext(ctx, "UPDATE usage.applied SET file = ?, bytes = ?, count = ?",
				st.Applied.File, st.Applied.Offset, st.Events)
			return err
		})
		if err != nil {
			return fmt.Errorf("apply events from file %d, byte %d: %w", from.File, from.Offset, err)
		}
		if st.Applied == from { // the log's last file is new and empty
			return nil
		}
		s.stats.Store(&st)
		s.ids.settle(ids)
	}
}

var errEnough = errors.New("enough for one transaction")

// take appends the next events of the log to the table, and says which they were and where they end.
func (s *Store) take(conn *sql.Conn, from Position) (ids []string, to Position, err error) {
	to = from
	err = fill(conn, "usage", "events", func(add func(...driver.Value) error) error {
		err := s.log.scan(from, func(line []byte, at, next Position) error {
			to = next
			e, ok := s.log.decode(line, at)
			if !ok {
				return nil
			}
			ids = append(ids, strings.Clone(e.ID)) // not the whole line
			if err := add(row(&e, at, next)...); err != nil {
				return err
			}
			if len(ids) == applyBatch {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
	return ids, to, err
}

// row gives an event in the order of the table's columns.
func row(e *semdex.Event, at, next Position) []driver.Value {
	var total, amount driver.Value
	if e.Total != nil {
		total = int64(*e.Total)
	}
	var currency string
	if e.Value != nil {
		amount, currency = e.Value.Amount, e.Value.Currency
	}
	return []driver.Value{
		e.ID, hashID(e.ID), int32(at.File), at.Offset, int32(next.Offset - at.Offset),
		e.Type, e.OccurredAt.UTC(), e.ReceivedAt.UTC(),
		e.Asset, e.Rendition, e.QueryID, int64(e.Position),
		e.Query, e.Lang, total, conceptSet(e.Concepts),
		e.Actor.ID, e.Actor.Type, e.Actor.BusinessUnit, e.Session,
		e.Client.Name, e.Client.Integration,
		e.Context["region"], e.Context["campaign"], e.Context["audience"], e.Context["channel"],
		e.Context["intended_use"], contextMap(e.Context),
		amount, currency, e.Weight(), e.Source,
	}
}

// conceptSet joins URIs to one text, the same for the same set.
func conceptSet(uris []string) string {
	if len(uris) == 0 {
		return ""
	}
	clean := make([]string, 0, len(uris))
	for _, u := range uris {
		if u = strings.TrimSpace(strings.ReplaceAll(u, "\n", " ")); u != "" {
			clean = append(clean, u)
		}
	}
	slices.Sort(clean)
	return strings.Join(slices.Compact(clean), "\n")
}

func contextMap(m map[string]string) driver.Value {
	if len(m) == 0 {
		return nil
	}
	out := make(duckdb.Map, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}
