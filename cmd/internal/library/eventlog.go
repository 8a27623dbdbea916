package library

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"semdex"
	"semdex/api"
	"semdex/search"
)

// How the server's own events are written: those of a pause together, up to so many at once. So many wait at most; while they
// do, they are in memory alone.
const (
	logQueue = 4096
	logBatch = 512
	logPause = 500 * time.Millisecond
	logRetry = 10 * time.Second // after a failure
)

// eventLog takes the events that the server makes of what it is asked, to be written in the background.
type eventLog struct {
	queue           chan *semdex.Event
	logged, dropped atomic.Int64
}

func (g *eventLog) status() api.LogStatus {
	return api.LogStatus{Logged: g.logged.Load(), Dropped: g.dropped.Load()}
}

// Logs reports whether the library keeps events of a type that the server makes.
func (l *Library) Logs(kind string) bool { return l.config.Analytics.Log.Logs(kind) }

// Log takes an event to be written soon. Where too many wait already, it is left out.
func (l *Library) Log(e *semdex.Event) {
	select {
	case l.eventLog.queue <- e:
	default:
		l.eventLog.dropped.Add(1)
	}
}

// Answered remembers by what the hits of an answer were found.
func (l *Library) Answered(a *search.Answer) { l.answers.add(a) }

// keepLog writes what Log takes until ctx ends, and then what is left.
func (l *Library) keepLog(ctx context.Context) {
	for {
		var batch []semdex.Event
		select {
		case e := <-l.eventLog.queue:
			batch = l.eventLog.gather(ctx, e)
		case <-ctx.Done():
			if batch = l.eventLog.waiting(nil); len(batch) == 0 {
				return
			}
		}
		if l.writeLog(batch) {
			continue
		}
		select {
		case <-time.After(logRetry):
		case <-ctx.Done():
		}
	}
}

// gather adds to a first event those that come within a pause, or all that wait when ctx ends.
func (g *eventLog) gather(ctx context.Context, first *semdex.Event) []semdex.Event {
	batch := []semdex.Event{*first}
	pause := time.NewTimer(logPause)
	defer pause.Stop()
	for len(batch) < logBatch {
		select {
		case e := <-g.queue:
			batch = append(batch, *e)
		case <-pause.C:
			return batch
		case <-ctx.Done():
			return g.waiting(batch)
		}
	}
	return batch
}

// waiting adds to a batch what waits already.
func (g *eventLog) waiting(batch []semdex.Event) []semdex.Event {
	for len(batch) < logBatch {
		select {
		case e := <-g.queue:
			batch = append(batch, *e)
		default:
			return batch
		}
	}
	return batch
}

// writeLog hands a batch to the usage store, which it opens where need be. It tries twice: the store may just have been closed to
// be built again. A batch that it cannot write is lost, and it gives false.
func (l *Library) writeLog(batch []semdex.Event) bool {
	used := false
	for i := range batch {
		e := &batch[i]
		e.ID = "log_" + randomName()
		l.addFound(e)
		if e.Search != nil && e.Search.Expand == "" {
			e.Search.Expand = l.config.Search.Expand
		}
		used = used || strings.HasPrefix(e.Type, "asset.")
	}
	err := l.tryLog(batch)
	if err != nil {
		err = l.tryLog(batch)
	}
	if err != nil {
		l.eventLog.dropped.Add(int64(len(batch)))
		l.log.Warn("searches could not be written to the usage log", "events", len(batch), "err", err)
		return false
	}
	if used {
		l.usage.touch()
	}
	return true
}

// tryLog writes a batch. What was written before is not written again: it has the same id.
func (l *Library) tryLog(batch []semdex.Event) error {
	store, err := l.usage.open()
	if err != nil {
		return err
	}
	receipt, err := store.Record(context.Background(), batch, l.now())
	if err != nil {
		return err
	}
	l.eventLog.logged.Add(int64(receipt.Accepted))
	l.eventLog.dropped.Add(int64(len(receipt.Rejected)))
	for _, r := range receipt.Rejected {
		l.log.Warn("an event of the server's own was refused", "code", r.Code, "reason", r.Message)
	}
	return nil
}

// addFound adds to an act on a hit of a recent answer by what it was found, unless the event says so.
func (l *Library) addFound(e *semdex.Event) {
	if e.QueryID == "" || e.Asset == "" || e.Found != "" {
		return
	}
	found, known := l.answers.found(e.QueryID, e.Asset)
	if known && found == "" { // leading parts of the id may have been left out
		if full, ok := l.ResolveID(e.Asset); ok {
			found, _ = l.answers.found(e.QueryID, full)
		}
	}
	e.Found = found
}
