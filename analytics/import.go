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
	im := &importer{s: s, in: newIntake(now), reject: reject, next: newRequest(), receipt: Receipt{Rejected: []Rejection{}}}
	err := im.read(ctx, r)
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
	line    int // of the line at hand, from 1
	next    *request
	bytes   int
	sent    *request
	receipt Receipt
}

func newRequest() *request { return &request{done: make(chan error, 1)} }

func (im *importer) read(ctx context.Context, r io.Reader) error {
	lines, err := newLineReader(r)
	if err != nil {
		return err
	}
	for {
		raw, long, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		im.line++
		im.take(raw, long)
		if len(im.next.events) < importBatch && im.bytes < importBytes {
			continue
		}
		if err := im.send(ctx); err != nil {
			return err
		}
	}
}

// take puts the event of a line into the next batch.
func (im *importer) take(raw []byte, long bool) {
	if long {
		im.refuse("too_long", fmt.Sprintf("the line is longer than %d bytes", MaxLine), raw)
		return
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return
	}
	e, err := semdex.ReadEvent(raw)
	if err != nil {
		im.refuse("invalid_json", "not an event in JSON: "+err.Error(), raw)
		return
	}
	if bad := im.in.add(im.next, e); bad != nil {
		im.refuse(string(bad.Code), bad.Message, raw)
		return
	}
	im.bytes += len(raw)
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
	im.sent, im.next, im.bytes = im.next, newRequest(), 0
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
