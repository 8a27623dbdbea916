package analytics

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"semdex"
)

const (
	importBatch = 8_000   // events sent to the recorder at once
	importBytes = 8 << 20 // and the bytes of them
	rejectsKept = 1_000   // rejections that the receipt of a file names
	rejectShown = 4 << 10 // bytes of an overlong line that are passed on
)

// Import takes a file of events in: JSON, one event a line, plain or gzip; name is for messages. A bad line
// is given to reject with its number from 1, the reason and its bytes, and stops nothing; the receipt names
// the first thousand of them. Importing the same file again finds duplicates only. An error means that
// reading or writing stopped; the receipt says what was done until then.
func (s *Store) Import(ctx context.Context, r io.Reader, name string, now time.Time,
	reject func(line int, reason string, raw []byte)) (Receipt, error) {
	lines, err := newLineReader(r)
	if err != nil {
		return Receipt{Rejected: []Rejection{}}, fmt.Errorf("import %s: %w", name, err)
	}
	return s.ImportFrom(ctx, &eventLines{lines: lines}, name, now, reject)
}

// EventReader gives events one after the other. *intake.Reader satisfies it.
type EventReader interface {
	// Next gives an event, the line that it begins in, from 1, and its bytes, which are valid until the next call. After the last one
	// it gives io.EOF. An error of type *semdex.Error is about one record, which line and raw tell of; any other ends the reading.
	Next() (e semdex.Event, line int, raw []byte, err error)
}

// PlainReader is an EventReader that tells whether the bytes of the last event are its own JSON, with each key once and no other. Such
// an event need not be written anew for the log.
type PlainReader interface {
	EventReader
	Plain() bool
}

// ImportFrom is Import for events that are read by somebody else.
func (s *Store) ImportFrom(ctx context.Context, events EventReader, name string, now time.Time,
	reject func(line int, reason string, raw []byte)) (Receipt, error) {
	im := &importer{s: s, in: s.newIntake(now), reject: reject, next: newRequest(), receipt: Receipt{Rejected: []Rejection{}}}
	s.importing.Add(1)
	defer s.importing.Add(-1)
	err := im.read(ctx, events)
	err = errors.Join(err, im.send(ctx), im.settle(ctx))
	if err != nil {
		err = fmt.Errorf("import %s, line %d: %w", name, im.line, err)
	}
	return im.receipt, err
}

// importer reads one batch while the one before is on its way to disk.
type importer struct {
	s       *Store
	in      *intake
	reject  func(line int, reason string, raw []byte)
	line    int // of the event at hand, from 1
	next    *request
	bytes   int
	sent    *request
	receipt Receipt
}

func newRequest() *request { return &request{done: make(chan error, 1)} }

// roomy is a request with room for about as much as another one holds.
func roomy(as *request) *request {
	rq := newRequest()
	n := len(as.events) + 1
	rq.events, rq.hashes, rq.ends = make([]semdex.Event, 0, n), make([]uint64, 0, n), make([]int, 0, n)
	rq.lines = make([]byte, 0, len(as.lines)+len(as.lines)/16)
	return rq
}

func (im *importer) read(ctx context.Context, events EventReader) error {
	plain, _ := events.(PlainReader)
	for {
		e, line, raw, err := events.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if line > 0 {
			im.line = line
		}
		if err := im.take(e, raw, plain != nil && plain.Plain(), err); err != nil {
			return err
		}
		if len(im.next.events) < importBatch && im.bytes < importBytes {
			continue
		}
		if err := im.send(ctx); err != nil {
			return err
		}
	}
}

// take puts an event into the next batch, or refuses a record that could not be read.
func (im *importer) take(e semdex.Event, raw []byte, plain bool, err error) error {
	bad, ok := err.(*semdex.Error)
	if err != nil && !ok {
		return err
	}
	if bad == nil {
		own := raw
		if !plain {
			own = nil
		}
		bad = im.in.add(im.next, e, own)
	}
	if bad != nil {
		im.refuse(string(bad.Code), bad.Message, raw)
		return nil
	}
	im.bytes += len(raw)
	return nil
}

func (im *importer) refuse(code, message string, raw []byte) {
	if len(im.receipt.Rejected) < rejectsKept {
		im.receipt.Rejected = append(im.receipt.Rejected, Rejection{im.line - 1, code, message})
	}
	if im.reject != nil {
		im.reject(im.line, message, raw)
	}
}

// send hands the next batch over, after the one before is on disk.
func (im *importer) send(ctx context.Context) error {
	if err := im.settle(ctx); err != nil {
		return err
	}
	if err := im.s.queue.room(ctx); err != nil {
		return err
	}
	if err := im.s.send(ctx, im.next); err != nil {
		return err
	}
	im.sent, im.next, im.bytes = im.next, roomy(im.next), 0
	return nil
}

// settle waits for the batch that was handed over.
func (im *importer) settle(ctx context.Context) error {
	if im.sent == nil {
		return nil
	}
	sent := im.sent
	im.sent = nil
	if err := im.s.wait(ctx, sent); err != nil {
		return err
	}
	im.receipt.Accepted += sent.result.Accepted
	im.receipt.Duplicates += sent.result.Duplicates
	return nil
}

// eventLines reads an event from each line that is not blank.
type eventLines struct {
	lines *lineReader
	line  int
	plain bool
}

// Plain is PlainReader's.
func (l *eventLines) Plain() bool { return l.plain }

// Next is EventReader's.
func (l *eventLines) Next() (e semdex.Event, line int, raw []byte, err error) {
	for {
		raw, long, err := l.lines.next()
		if err != nil {
			return e, l.line, nil, err
		}
		l.line++
		if long {
			return e, l.line, raw, &semdex.Error{Code: "too_long", Message: fmt.Sprintf("the line is longer than %d bytes", MaxLine)}
		}
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		e, plain, err := semdex.ReadEventLine(raw)
		l.plain = plain
		if err != nil {
			return e, l.line, raw, &semdex.Error{Code: "invalid_json", Message: "not an event in JSON: " + err.Error()}
		}
		return e, l.line, raw, nil
	}
}

// lineReader gives the lines of a file, plain or gzip, with or without a byte order mark.
type lineReader struct{ r *bufio.Reader }

func newLineReader(r io.Reader) (*lineReader, error) {
	buf := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := buf.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(buf)
		if err != nil {
			return nil, err
		}
		buf = bufio.NewReaderSize(z, 64<<10)
	}
	if mark, _ := buf.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = buf.Discard(3)
	}
	return &lineReader{buf}, nil
}

// next gives a line without its end. Of one that is longer than MaxLine it gives the beginning, and long.
func (l *lineReader) next() (line []byte, long bool, err error) {
	for {
		part, err := l.r.ReadSlice('\n')
		if !long {
			line = append(line, part...)
		}
		if len(line) > MaxLine {
			line, long = line[:rejectShown:rejectShown], true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, long, nil
		case err != nil:
			return nil, false, err
		}
		return bytes.TrimRight(line, "\r\n"), long, nil
	}
}
