package analytics

import (
	"context"
	"sync"
	"time"
)

// queueEvents is how many events wait in memory for DuckDB at most; those beyond are read from the log.
const queueEvents = 40_000

// queue holds events that are in the log and wait for DuckDB, so that they need not be read again.
type queue struct {
	mu    sync.Mutex
	items []queued
	n     int           // events in items
	last  Position      // behind the last batch that came, whether or not there was room
	space chan struct{} // told when some are taken
}

// queued is a batch that stands in the log from a place on.
type queued struct {
	batch
	from, end Position
}

func newQueue() *queue { return &queue{space: make(chan struct{}, 1)} }

// put adds a batch, or leaves it to the log where there is no room.
func (q *queue) put(b batch, from, end Position) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last = end
	if len(b.events) > 0 && q.n < 2*queueEvents { // who waits for room may be on the way already
		q.items, q.n = append(q.items, queued{b, from, end}), q.n+len(b.events)
	}
}

// take gives the first batch that begins at a place or behind it.
func (q *queue) take(at Position) (queued, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) > 0 {
		first := q.items[0]
		q.items[0] = queued{}
		q.items, q.n = q.items[1:], q.n-len(first.events)
		select {
		case q.space <- struct{}{}:
		default:
		}
		if !first.from.before(at) {
			return first, true
		}
	}
	return queued{}, false
}

// end is the place behind the last batch that came; the zero Position where none did.
func (q *queue) end() Position {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.last
}

func (q *queue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n >= queueEvents
}

// room waits until there is room, or for a while: whoever sends more than DuckDB takes should rather wait than
// have everything read twice.
func (q *queue) room(ctx context.Context) error {
	end := time.NewTimer(10 * time.Second)
	defer end.Stop()
	for q.full() {
		select {
		case <-q.space:
		case <-ctx.Done():
			return ctx.Err()
		case <-end.C:
			return nil
		}
	}
	return nil
}
