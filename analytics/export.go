package analytics

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"semdex"
)

// Export yields all events acknowledged before the call, by the time they occurred and then in the order in which they came, each as
// it stands in the log. An error of yield ends it and is returned.
func (s *Store) Export(ctx context.Context, yield func(semdex.Event) error) (err error) {
	if err := s.Flush(ctx); err != nil {
		return err
	}
	s.lines.RLock()
	defer s.lines.RUnlock()
	rows, err := s.db.QueryContext(ctx, "SELECT log_file, log_offset, log_bytes FROM usage.events ORDER BY occurred_at, seq")
	if err != nil {
		return fmt.Errorf("export events: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	in := &logReader{log: s.log, files: make(map[int]*os.File)}
	defer in.close()
	for rows.Next() {
		e, err := in.read(rows)
		if errors.Is(err, errBlank) {
			continue
		}
		if err != nil {
			return fmt.Errorf("export events: %w", err)
		}
		if err := yield(e); err != nil {
			return err
		}
	}
	return rows.Err()
}

// logReader reads single events of the log.
type logReader struct {
	log   *Log
	files map[int]*os.File
	buf   []byte
}

func (r *logReader) read(at *sql.Rows) (e semdex.Event, err error) {
	var p Position
	var size int
	if err := at.Scan(&p.File, &p.Offset, &size); err != nil {
		return e, err
	}
	f := r.files[p.File]
	if f == nil {
		if f, err = os.Open(r.log.path(p.File)); err != nil {
			return e, err
		}
		r.files[p.File] = f
	}
	if cap(r.buf) < size {
		r.buf = make([]byte, size)
	}
	if _, err := f.ReadAt(r.buf[:size], p.Offset); err != nil {
		return e, err
	}
	if isBlank(r.buf[:size]) {
		return e, errBlank
	}
	return semdex.ReadEvent(r.buf[:size])
}

// errBlank says that a line was taken back, and DuckDB has not followed yet.
var errBlank = errors.New("the line was taken back")

func (r *logReader) close() {
	for _, f := range r.files {
		_ = f.Close() // only read from
	}
}
