// Package intake reads usage that other systems wrote into files, in their own shapes, as events.
//
// Open takes the bytes of a file and gives a Reader, which gives one event after the other. Files may be gzip, of any size, and
// in UTF-8, UTF-16 or Windows-1252; what is held of one is a record at a time, at most MaxRecord bytes of it. JSON comes as JSON
// Lines, as an array, or as objects with an array in them (pages of an API); tables come as CSV. What always holds:
//
//   - A record that cannot be read is an error of type *semdex.Error that names column, value and what is expected. It stops
//     nothing: the next call gives the next record.
//   - The same bytes with the same options give the same events. A record with an id of its own in the other system gives an
//     event_id derived from format and id; one without leaves the event_id to whoever stores the event, who derives it from the
//     content and tells identical ones apart by their number (semdex.Event.Identify).
//   - An event that stands for many that the other system counted, not for one that it recorded, has the source "counter". Counts
//     and events of one system tell of the same acts, so they must never be summed with one another. Which system it was
//     stands in client.name, unless something else was mapped there.
//   - Addresses of networks and programs of browsers are not read.
//
// # Formats
//
//	semdex       our own events, JSON Lines
//	bynder       Bynder's analytics: JSON of its endpoints, or CSV of a year; assets with stats=1 (views, downloads) as counters
//	brandfolder  rows of Brandfolder's event feed; rows of cdn_aggregates as counters
//	acquia       items of Acquia DAM's views, downloads and shares
//	smintio      licence purchase transactions of Smint.io. An event has one amount: that in EUR where there is one, else in USD
//	placements   where assets are in use, as content management systems tell it, or Bynder's usage API
//	csv          any table, by a map of its columns; without a map, by columns that are named as our fields
//
// A column of JSON is the path to a value: user.id. Columns are compared without regard to case, blanks, _ and -.
package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"semdex"
)

// MaxRecord bounds, in bytes, a record: a line, a row or an object.
const MaxRecord = 1 << 20

// shown is how many bytes of an overlong record are passed on.
const shown = 4 << 10

// Reader gives the events of a file. One goroutine may use it.
type Reader struct {
	records source
	read    func(*record) ([]semdex.Event, error)
	queue   []semdex.Event // more of the record at hand
	at      *record
	skipped int
	plan    *plan // nil for our own events
	plain   bool  // see Plain
}

// source gives records, and io.EOF after the last. With an error of type *semdex.Error the record holds place and bytes of one
// that cannot be read; another error ends it.
type source interface {
	next() (*record, error)
}

// record is a row of a table or an object in JSON.
type record struct {
	line   int    // where it begins, from 1
	number int    // of an object within a JSON document, from 1; 0 where the line says enough
	raw    []byte // as it came, in UTF-8
	under  string // the folded key of the array that it stands in, "" where there is none
	get    func(column) string
}

// column is the name of a column, as it is told and folded.
type column struct{ name, key string }

func columns(names ...string) (list []column) {
	for _, name := range names {
		list = append(list, column{name, fold(name)})
	}
	return list
}

// text gives what stands in a column, "" where there is nothing.
func (rec *record) text(name string) string { return rec.get(column{name, fold(name)}) }

// Open begins to read a file. An error of type *semdex.Error says that options and file do not go together, such as a column that
// the file does not have; others come from r.
func Open(r io.Reader, o Options) (*Reader, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Format == Semdex {
		return openSemdex(r)
	}
	text, err := decode(r, o.Encoding)
	if err != nil {
		return nil, err
	}
	p := newPlan(o)
	opened := &Reader{read: p.events, plan: p}
	if shape := first(text); shape == '{' || shape == '[' {
		p.json()
		opened.records = newObjects(text, p.format.under)
		return opened, nil
	}
	rows, err := newRows(text, o.Separator)
	if err != nil {
		return nil, err
	}
	opened.records = rows
	if rows.header == nil { // an empty file
		return opened, nil
	}
	return opened, p.table(rows.header)
}

// Next gives the next event, the line that its record begins in, from 1, and the record as it came, which is valid until the next
// call. After the last event it gives io.EOF. An error of type *semdex.Error is about this record alone.
func (r *Reader) Next() (e semdex.Event, line int, raw []byte, err error) {
	for len(r.queue) == 0 {
		rec, err := r.records.next()
		if rec != nil && err == nil {
			r.at = rec
			r.queue, err = r.read(rec)
		}
		switch {
		case err != nil && rec != nil:
			return semdex.Event{}, rec.line, rec.raw, placed(err, rec)
		case err != nil:
			return semdex.Event{}, 0, nil, err
		case len(r.queue) == 0:
			r.skipped++
		}
	}
	e, r.queue = r.queue[0], r.queue[1:]
	return e, r.at.line, r.at.raw, nil
}

// Plain reports whether the bytes that the last call of Next gave are the event's own JSON, with each key once and no other.
func (r *Reader) Plain() bool { return r.plain }

// Skipped gives how many records held no event of use: their type is mapped to Skip, or all their counts are 0.
func (r *Reader) Skipped() int { return r.skipped }

// Unseen gives the columns of Options.Map that no record read so far had a value in, sorted.
func (r *Reader) Unseen() []string {
	if r.plan == nil {
		return nil
	}
	return r.plan.unseen()
}

// placed adds the number of a record where its line does not lead to it.
func placed(err error, rec *record) error {
	bad, ok := err.(*semdex.Error)
	if !ok || rec.number == 0 {
		return err
	}
	told := *bad
	told.Message = "record " + itoa(rec.number) + ": " + bad.Message
	return &told
}

// deriveID gives the event_id of what another system calls id.
func deriveID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "i_" + hex.EncodeToString(sum[:16])
}

// openSemdex reads our own events.
func openSemdex(r io.Reader) (*Reader, error) {
	text, _, err := unpack(r)
	if err != nil {
		return nil, err
	}
	own := &Reader{records: &ownLines{lines: newLines(text)}}
	own.read = func(rec *record) ([]semdex.Event, error) {
		e, plain, err := semdex.ReadEventLine(rec.raw)
		own.plain = plain
		if err != nil {
			return nil, bad("invalid_json", "not an event in JSON: %v", err)
		}
		return []semdex.Event{e}, nil
	}
	return own, nil
}

// ownLines gives the lines of a file that are not blank.
type ownLines struct{ lines *lines }

func (l *ownLines) next() (*record, error) {
	for {
		text, long, err := l.lines.next()
		if err != nil {
			return nil, err
		}
		rec := &record{line: l.lines.number, raw: trimEnd(text)}
		if long {
			return rec, tooLong("line")
		}
		if !blank(text) {
			return rec, nil
		}
	}
}

// fold makes the names of columns comparable.
func fold(name string) string {
	if !slices.ContainsFunc([]byte(name), func(c byte) bool {
		return 'A' <= c && c <= 'Z' || c >= 0x80 || strings.IndexByte(" _-\t\u00a0", c) >= 0
	}) {
		return name
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '_', '-', '\t', '\u00a0':
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(name)))
}
