package analytics

import (
	"bytes"
	"context"
	"fmt"
	"slices"
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
	batch
	done   chan error
	result Receipt
}

// batch is events with what the log and the look for duplicates need of them.
type batch struct {
	events []semdex.Event
	hashes []uint64 // of their ids
	lines  []byte   // of the log, one after the other
	ends   []int    // of each in lines
}

func (b *batch) line(i int) []byte {
	start := 0
	if i > 0 {
		start = b.ends[i-1]
	}
	return b.lines[start:b.ends[i]]
}

// Record takes a batch of events in and returns when the accepted ones are on disk. Events that are wrong
// are refused one by one; an error means that nothing is known of the batch, and that it may be sent again:
// what was taken in the first time is a duplicate then, and so are events of a time of which only sums are kept (see Retain). now is the time the events came in at.
func (s *Store) Record(ctx context.Context, events []semdex.Event, now time.Time) (Receipt, error) {
	rq, in := &request{done: make(chan error, 1)}, s.newIntake(now)
	rejected := []Rejection{} // in JSON a list, though it be empty
	for i := range events {
		if bad := in.add(rq, events[i], nil); bad != nil {
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

// intake checks events and gives them ids, pseudonyms of their actors and the time of receipt.
type intake struct {
	who  *Pseudonyms
	now  time.Time
	same map[uint64]int // events without an id so far, by content
	own  []byte         // of an event with another id of its actor
}

func (s *Store) newIntake(now time.Time) *intake {
	return &intake{who: s.who, now: now.UTC().Truncate(time.Microsecond), same: make(map[uint64]int)}
}

// add puts an event into rq, or says why not. own is its JSON as it came, if that is plain: else nil.
func (in *intake) add(rq *request, e semdex.Event, own []byte) *semdex.Error {
	if bad := e.Check(in.now); bad != nil {
		return bad
	}
	at := e.OccurredAt.UTC().Truncate(time.Microsecond)
	asItIs := own != nil && e.ID != "" && e.ReceivedAt.IsZero() && at == e.OccurredAt && e.OccurredAt.Location() == time.UTC
	if who := in.who.Of(e.Actor.ID); who != e.Actor.ID {
		if asItIs {
			own, asItIs = in.renamed(own, e.Actor.ID, who)
		}
		e.Actor.ID = who
	}
	in.identify(&e)
	e.ReceivedAt, e.OccurredAt = in.now, at
	start := len(rq.lines)
	lines, err := in.line(rq.lines, &e, own, asItIs)
	if err != nil {
		return &semdex.Error{Code: "invalid_value", Message: "the event cannot be written: " + err.Error()}
	}
	if size := len(lines) + 1 - start; size > MaxLine {
		return &semdex.Error{Code: "too_long", Message: fmt.Sprintf("the event has %d bytes, at most %d are taken", size, MaxLine)}
	}
	if bytes.Contains(lines[start:], []byte(`\ufffd`)) { // it had bytes that are no text
		if e, err = semdex.ReadEvent(lines[start:]); err != nil {
			return &semdex.Error{Code: "invalid_value", Message: "the event cannot be written: " + err.Error()}
		}
	}
	rq.lines = append(lines, '\n')
	rq.events, rq.hashes, rq.ends = append(rq.events, e), append(rq.hashes, hashText(e.ID)), append(rq.ends, len(rq.lines))
	return nil
}

// actorStart is how the actor begins in an event as we write it. No text can hold it, for its quotes would be escaped there.
const actorStart = `"actor":{"id":"`

// renamed gives an event's JSON with another id of the actor; false where the id does not stand in it as we would write it. It is valid until
// the next call.
func (in *intake) renamed(own []byte, id, as string) ([]byte, bool) {
	at := bytes.Index(own, []byte(actorStart))
	if at < 0 {
		return nil, false
	}
	at += len(actorStart)
	rest, is := bytes.CutPrefix(own[at:], []byte(id))
	if !is || len(rest) == 0 || rest[0] != '"' {
		return nil, false
	}
	in.own = append(append(append(in.own[:0], own[:at]...), as...), rest...)
	return in.own, true
}

// line appends an event as JSON. One that came as the log would have it only gets its time of receipt.
func (in *intake) line(lines []byte, e *semdex.Event, own []byte, asItIs bool) ([]byte, error) {
	body, whole := bytes.CutSuffix(bytes.TrimRight(own, " \t\r\n"), []byte("}"))
	if !asItIs || !whole || bytes.IndexByte(body, '\n') >= 0 {
		return semdex.AppendEvent(lines, e)
	}
	lines = append(append(lines, body...), `,"received_at":"`...)
	lines = e.ReceivedAt.AppendFormat(lines, time.RFC3339Nano)
	return append(lines, `"}`...), nil
}

// identify gives an event an id. Events of the same content are told apart by how many came before.
func (in *intake) identify(e *semdex.Event) {
	if e.ID != "" {
		e.ID = strings.ToValidUTF8(e.ID, "\uFFFD") // as it is in the log
		return
	}
	e.Identify(0)
	content := hashText(e.ID)
	if n := in.same[content]; n > 0 {
		e.ID = ""
		e.Identify(n)
	}
	in.same[content]++
}

// send hands a batch to the recorder, and wait gives what became of it.
func (s *Store) send(ctx context.Context, rq *request) error {
	if len(rq.events) == 0 {
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
	group, size := []*request{first}, len(first.events)
	for size < groupSize {
		select {
		case rq := <-s.requests:
			group, size = append(group, rq), size+len(rq.events)
		default:
			return group
		}
	}
	return group
}

// write appends what is new of a group of batches to the log, and hands it on to the applier.
func (s *Store) write(ctx context.Context, group []*request) error {
	all := group[0].batch
	if len(group) > 1 {
		all = batch{}
		for _, rq := range group {
			for i := range rq.events {
				all.add(rq.events[i], rq.hashes[i], rq.line(i))
			}
		}
	}
	select {
	case <-s.forget:
		if err := s.seen.again(ctx, s.stats.Load().Events); err != nil {
			return fmt.Errorf("look for duplicates: %w", err)
		}
	default:
	}
	known, err := s.seen.known(ctx, all.events, all.hashes, s.stats.Load().Applied)
	if err != nil {
		return fmt.Errorf("look for duplicates: %w", err)
	}
	i := 0
	for _, rq := range group {
		for range rq.events {
			if known[i] {
				rq.result.Duplicates++
			} else {
				rq.result.Accepted++
			}
			i++
		}
	}
	fresh := all
	if slices.Contains(known, true) {
		fresh = batch{}
		for i, twice := range known {
			if !twice {
				fresh.add(all.events[i], all.hashes[i], all.line(i))
			}
		}
	}
	from, end, err := s.log.appendLines(fresh.lines)
	if err != nil {
		return err
	}
	s.taken.Add(int64(len(fresh.events)))
	s.seen.logged(fresh.events, fresh.hashes, end)
	s.queue.put(fresh, from, end)
	return nil
}

func (b *batch) add(e semdex.Event, hash uint64, line []byte) {
	b.lines = append(b.lines, line...)
	b.events, b.hashes, b.ends = append(b.events, e), append(b.hashes, hash), append(b.ends, len(b.lines))
}
