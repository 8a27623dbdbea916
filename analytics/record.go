package analytics

import (
	"context"
	"fmt"
	"strings"
	"time"

	"semdex"
)

// Receipt says what became of events: how many are new and on disk, how many were there already, which were
// refused.
type Receipt struct {
	Accepted   int         `json:"accepted"`
	Duplicates int         `json:"duplicates"`
	Rejected   []Rejection `json:"rejected"`
}

// Rejection says which event of a batch was refused, and why. For a file Index counts its lines from 0.
type Rejection struct {
	Index   int    `json:"index"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// MaxLine bounds, in bytes, an event as JSON.
const MaxLine = 1 << 20

// groupSize is how many events the recorder writes with one sync at most, if many callers wait.
const groupSize = 16_000

// request is a batch on its way to the log.
type request struct {
	ids    []string
	lines  [][]byte
	done   chan error
	result Receipt
}

// Record takes a batch of events in and returns when the accepted ones are on disk. Events that are wrong
// are refused one by one; an error means that nothing is known of the batch, and that it may be sent again:
// what was taken in the first time is a duplicate then. now is the time the events came in at.
func (s *Store) Record(ctx context.Context, events []semdex.Event, now time.Time) (Receipt, error) {
	rq, in := &request{done: make(chan error, 1)}, newIntake(now)
	rejected := []Rejection{} // in JSON a list, though it be empty
	for i := range events {
		if bad := in.add(rq, events[i]); bad != nil {
			rejected = append(rejected, Rejection{i, string(bad.Code), bad.Message})
		}
	}
	if err := s.send(ctx, rq); err != nil {
		return Receipt{}, err
	}
	if err := s.wait(ctx, rq); err != nil {
		return Receipt{}, err
	}
	rq.result.Rejected = rejected
	return rq.result, nil
}

// intake checks events and gives them ids and the time of receipt.
type intake struct {
	now  time.Time
	same map[uint64]int // events without an id so far, by content
}

func newIntake(now time.Time) *intake {
	return &intake{now: now.UTC().Truncate(time.Microsecond), same: make(map[uint64]int)}
}

// add puts an event into rq, or says why not.
func (in *intake) add(rq *request, e semdex.Event) *semdex.Error {
	if bad := e.Check(in.now); bad != nil {
		return bad
	}
	in.identify(&e)
	e.ReceivedAt = in.now
	e.OccurredAt = e.OccurredAt.UTC().Truncate(time.Microsecond)
	line, err := encodeLine(&e)
	if err != nil {
		return &semdex.Error{Code: "invalid_value", Message: "the event cannot be written: " + err.Error()}
	}
	if len(line) > MaxLine {
		return &semdex.Error{Code: "too_long", Message: fmt.Sprintf("the event has %d bytes, at most %d are taken", len(line), MaxLine)}
	}
	rq.ids, rq.lines = append(rq.ids, e.ID), append(rq.lines, line)
	return nil
}

// identify gives an event an id. Events of the same content are told apart by how many came before.
func (in *intake) identify(e *semdex.Event) {
	if e.ID != "" {
		e.ID = strings.Clone(strings.ToValidUTF8(e.ID, "\uFFFD")) // which is kept longer than the line that it stands in
		return
	}
	e.Identify(0)
	content := hashID(e.ID)
	if n := in.same[content]; n > 0 {
		e.ID = ""
		e.Identify(n)
	}
	in.same[content]++
}

// send hands a batch to the recorder, and wait gives what became of it.
func (s *Store) send(ctx context.Context, rq *request) error {
	if len(rq.ids) == 0 {
		rq.done <- nil
		return nil
	}
	select {
	case <-s.quit:
		return errClosed
	default:
	}
	select {
	case s.requests <- rq:
		return nil
	case <-s.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) wait(ctx context.Context, rq *request) error {
	select {
	case err := <-rq.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// record is the one goroutine that writes to the log. All batches that wait share one look-up and one sync.
func (s *Store) record() {
	defer close(s.recorded)
	for {
		var group []*request
		select {
		case rq := <-s.requests:
			group = s.gather(rq)
		case <-s.quit:
			return
		}
		err := s.write(context.Background(), group)
		for _, rq := range group {
			rq.done <- err
		}
		select {
		case s.logged <- struct{}{}:
		default:
		}
	}
}

// gather adds to a first batch those that wait already.
func (s *Store) gather(first *request) []*request {
	group, size := []*request{first}, len(first.ids)
	for size < groupSize {
		select {
		case rq := <-s.requests:
			group, size = append(group, rq), size+len(rq.ids)
		default:
			return group
		}
	}
	return group
}

// write appends what is new of a group of batches to the log.
func (s *Store) write(ctx context.Context, group []*request) error {
	var all []string
	for _, rq := range group {
		all = append(all, rq.ids...)
	}
	seen, err := s.ids.known(ctx, all)
	if err != nil {
		return fmt.Errorf("look for duplicates: %w", err)
	}
	var ids []string
	var lines [][]byte
	for _, rq := range group {
		for i, id := range rq.ids {
			if seen[id] {
				rq.result.Duplicates++
				continue
			}
			seen[id] = true
			rq.result.Accepted++
			ids, lines = append(ids, id), append(lines, rq.lines[i])
		}
	}
	s.ids.expect(ids)
	if err := s.log.appendLines(lines); err != nil {
		s.ids.settle(ids)
		return err
	}
	return nil
}
