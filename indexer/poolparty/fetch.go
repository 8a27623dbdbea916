package poolparty

import (
	"context"
	"fmt"
	"time"

	"semdex/indexer"
)

// Fetch exports the project where it changed since the cursor, or where the cursor is nil or of another
// configuration. An export without a concept is an error, so that what was exported before stays in use.
func (s *Source) Fetch(ctx context.Context, last []byte) (indexer.Export, error) {
	export, err := s.fetch(ctx, last)
	if err != nil {
		return indexer.Export{}, fmt.Errorf("fetch %s: %w", s.Name(), err)
	}
	return export, nil
}

func (s *Source) fetch(ctx context.Context, last []byte) (indexer.Export, error) {
	p, now, err := s.project(ctx)
	if err != nil {
		return indexer.Export{}, err
	}
	old := readCursor(last, s.fingerprint(p))
	next, unchanged, err := s.look(ctx, p, now, old)
	if err != nil {
		return indexer.Export{}, err
	}
	if unchanged {
		return indexer.Export{Unchanged: true, Cursor: last}, nil
	}
	documents, err := s.export(ctx, p)
	if err != nil {
		return indexer.Export{}, err
	}
	next.Config, next.Export = s.fingerprint(p), digestStatements(documents)
	body, err := next.encode()
	if err != nil {
		return indexer.Export{}, err
	}
	if old != nil && next.Export == old.Export {
		return indexer.Export{Unchanged: true, Cursor: body}, nil
	}
	return indexer.Export{Documents: documents, Cursor: body}, nil
}

// look finds out whether anything changed, and where the next Fetch goes on. It is done before an export, so that
// what changes meanwhile is seen the next time. old is nil where there is nothing to compare with.
func (s *Source) look(ctx context.Context, p project, now time.Time, old *cursor) (next cursor, unchanged bool, err error) {
	if s.config.History == historyOff {
		return cursor{}, false, nil
	}
	next, unchanged, err = s.lookAtHistory(ctx, p, now, old)
	if noHistory(err) {
		return s.lookAtLastChange(ctx, p, old)
	}
	return next, unchanged, err
}

func (s *Source) lookAtHistory(ctx context.Context, p project, now time.Time, old *cursor) (next cursor, unchanged bool, err error) {
	next.From = now.Add(-overlap).UTC()
	known := old != nil && old.Events != ""
	if known {
		next.From = old.From
	}
	read, err := s.history(ctx, p, next.From)
	if err != nil {
		return cursor{}, false, err
	}
	if known && read.digest == old.Events {
		return *old, true, nil
	}
	newest := read.newest
	if newest.After(now) { // no clock may carry us past events to come
		newest = now
	}
	if from := newest.Add(-overlap).UTC(); known && from.After(next.From) {
		next.From = from
		if read, err = s.history(ctx, p, from); err != nil { // what the server takes to be since then, not what we do
			return cursor{}, false, err
		}
	}
	next.Events = read.digest
	return next, false, nil
}

// lookAtLastChange goes by the time of the last change, which has no history to it. It is to the second, so one that
// is told for the first time may hide a change within the same second.
func (s *Source) lookAtLastChange(ctx context.Context, p project, old *cursor) (next cursor, unchanged bool, err error) {
	next.LastChange, err = s.lastChange(ctx, p)
	if err != nil || next.LastChange == "" || old == nil || old.LastChange != next.LastChange {
		return next, false, err
	}
	if old.Settled {
		return *old, true, nil
	}
	next.Settled = true
	return next, false, nil
}
