package analytics

import (
	"context"
	"database/sql"
	"errors"
	"hash/fnv"
	"strconv"
	"strings"
	"sync"
)

// idIndex knows the id of every event in the log: of those in DuckDB by asking it, of those on their way
// there by a set.
type idIndex struct {
	db *database

	mu      sync.Mutex
	pending map[string]struct{}
}

func newIDIndex(db *database) *idIndex {
	return &idIndex{db: db, pending: make(map[string]struct{})}
}

// hashID is what ids are looked up by; equal hashes are not yet equal ids.
func hashID(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return h.Sum64()
}

// expect adds ids that are about to be logged.
func (x *idIndex) expect(ids []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range ids {
		x.pending[id] = struct{}{}
	}
}

// settle drops ids from the set: they are in DuckDB now, or did not reach the log.
func (x *idIndex) settle(ids []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range ids {
		delete(x.pending, id)
	}
}

func (x *idIndex) pendingCount() int64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return int64(len(x.pending))
}

// known gives those of ids that are in the log. The set is asked first: an id that leaves it in between is
// in DuckDB by then.
func (x *idIndex) known(ctx context.Context, ids []string) (map[string]bool, error) {
	out := make(map[string]bool)
	rest := make([]string, 0, len(ids))
	x.mu.Lock()
	for _, id := range ids {
		if _, ok := x.pending[id]; ok {
			out[id] = true
		} else {
			rest = append(rest, id)
		}
	}
	x.mu.Unlock()
	return out, x.stored(ctx, rest, out)
}

// stored marks in out those of ids that DuckDB has. Almost always none of the hashes is there, so the long
// column of ids is read only for rows whose hash is.
func (x *idIndex) stored(ctx context.Context, ids []string, out map[string]bool) error {
	if len(ids) == 0 {
		return nil
	}
	hashes := make([]string, len(ids))
	for i, id := range ids {
		hashes[i] = strconv.FormatUint(hashID(id), 10)
	}
	rows, err := x.column(ctx, "SELECT rowid FROM usage.events WHERE id_hash IN (SELECT unnest(string_split(?, ','))::UBIGINT)", hashes)
	if err != nil || len(rows) == 0 {
		return err
	}
	found, err := x.column(ctx, "SELECT id FROM usage.events WHERE rowid IN (SELECT unnest(string_split(?, ','))::BIGINT)", rows)
	if err != nil {
		return err
	}
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	for _, id := range found {
		if wanted[id] {
			out[id] = true
		}
	}
	return nil
}

// column runs a query whose one parameter is a list of numbers and gives its one column.
func (x *idIndex) column(ctx context.Context, query string, numbers []string) (out []string, err error) {
	rows, err := x.db.QueryContext(ctx, query, strings.Join(numbers, ","))
	if err != nil {
		return nil, err
	}
	return scanStrings(rows)
}

func scanStrings(rows *sql.Rows) (out []string, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
