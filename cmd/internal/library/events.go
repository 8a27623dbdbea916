package library

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"semdex"
	"semdex/analytics"
	"semdex/analytics/intake"
	"semdex/cmd/internal/config"
	"semdex/indexer"
	"semdex/internal/mirror"
)

// EventResult counts the events of files. What was skipped are records that are no usage.
type EventResult struct{ Accepted, Duplicates, Rejected, Skipped int }

func (e *EventResult) add(other EventResult) {
	e.Accepted += other.Accepted
	e.Duplicates += other.Duplicates
	e.Rejected += other.Rejected
	e.Skipped += other.Skipped
}

// String tells the counts; skipped ones where there are any.
func (e EventResult) String() string {
	text := fmt.Sprintf("%d new, %d known, %d rejected", e.Accepted, e.Duplicates, e.Rejected)
	if e.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", e.Skipped)
	}
	return text
}

// Imported is the source of records of files that were imported by command. No source of a configuration has this name.
const Imported = "semdex import"

// maxRejected bounds how many rejected records of one file are kept aside; all are counted.
const maxRejected = 10_000

// assert that what the roof joins fits.
var _ analytics.EventReader = (*intake.Reader)(nil)

// eventsCursor is the cursor of an events file: it is read again only where its content, or how it is read, changed.
func eventsCursor(source, path string) string { return "events " + source + " " + path }

func (l *Library) syncEvents(ctx context.Context, o SyncOptions, r *SyncResult) error {
	if o.Rebuild {
		if err := l.usage.drop(); err != nil {
			return err
		}
	}
	var errs []error
	for _, s := range l.config.Sources {
		for _, f := range s.Events {
			if o.wants(s.Prefix) && ctx.Err() == nil {
				errs = append(errs, l.syncEventFile(ctx, f, s.Prefix, o, r))
			}
		}
	}
	return errors.Join(errs...)
}

// syncEventFile imports a file if it is another one than at the last time.
func (l *Library) syncEventFile(ctx context.Context, f config.EventFile, source string, o SyncOptions, r *SyncResult) error {
	file, err := os.Open(f.Path)
	if err != nil {
		return unreadable(f.Path, err)
	}
	defer file.Close()
	sum, err := fingerprint(f, file)
	if err != nil {
		return unreadable(f.Path, err)
	}
	cursor, err := l.mirror.Cursor(eventsCursor(source, f.Path))
	if err != nil || !o.Full && bytes.Equal(cursor, sum) {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return unreadable(f.Path, err)
	}
	result, rejected, err := l.takeEvents(ctx, file, f.Path, f.Intake(), source)
	r.Events.add(result)
	r.Rejected = append(r.Rejected, rejected...)
	if err != nil {
		return err
	}
	o.Say("events: %s", result)
	r.read[recordFile{source, f.Path}] = true
	if err := l.writeRejected(r); err != nil {
		return err
	}
	_, err = l.mirror.Apply(mirror.Batch{Cursors: map[string][]byte{eventsCursor(source, f.Path): sum}})
	return err
}

func unreadable(path string, err error) error {
	return &semdex.Error{Code: semdex.Invalid, Message: "cannot read the events file " + path, Err: err, Hint: "check sources: events: in the configuration"}
}

// fingerprint is one of what a file holds and how it is read.
func fingerprint(f config.EventFile, file io.Reader) ([]byte, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return nil, err
	}
	if f.Format != intake.Semdex {
		how, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(sum, "\x00%s %s", how, f.Zone)
	}
	return sum.Sum(nil), nil
}

// takeEvents imports the events that r gives, and names the rejected records, the first maxRejected of them.
func (l *Library) takeEvents(ctx context.Context, r io.Reader, path string, o intake.Options, source string) (result EventResult, rejected []indexer.Rejection, err error) {
	events, err := openEvents(r, path, o)
	if err != nil {
		return result, nil, err
	}
	store, err := l.usage.open()
	if err != nil {
		return result, nil, err
	}
	receipt, err := store.ImportFrom(ctx, events, path, l.now(), func(line int, reason string, raw []byte) {
		if result.Rejected++; result.Rejected <= maxRejected {
			rejected = append(rejected, rejection(source, path, line, reason, raw))
		}
	})
	l.usage.touch()
	result.Accepted, result.Duplicates, result.Skipped = receipt.Accepted, receipt.Duplicates, events.Skipped()
	return result, rejected, err
}

func openEvents(r io.Reader, path string, o intake.Options) (*intake.Reader, error) {
	events, err := intake.Open(r, o)
	if err != nil {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: path + " cannot be read as " + o.Format, Hint: semdex.HintOf(err), Err: err}
	}
	return events, nil
}

func rejection(source, path string, line int, reason string, raw []byte) indexer.Rejection {
	return indexer.Rejection{Source: source, File: path, Line: line, Reason: reason, Raw: string(raw[:min(len(raw), indexer.MaxRaw)])}
}

// Import takes in the events of the file at path, which no source needs to name. What it rejects is kept aside with the rest,
// until the same file is imported again. Of run it heeds Say and Progress, which is told in KiB of the file.
func (l *Library) Import(ctx context.Context, path string, o intake.Options, run SyncOptions) (EventResult, []indexer.Rejection, error) {
	if run.Say == nil {
		run.Say = func(string, ...any) {}
	}
	if err := l.turn(ctx, run); err != nil {
		return EventResult{}, nil, err
	}
	defer func() { <-l.syncing }()
	file, err := os.Open(path)
	if err != nil {
		return EventResult{}, nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot read " + path, Err: err}
	}
	defer file.Close()
	result, rejected, err := l.takeEvents(ctx, &metered{file: file, step: "import " + filepath.Base(path), tell: run.Progress}, path, l.zoned(o), Imported)
	if err != nil {
		return result, rejected, err
	}
	of := recordFile{Imported, path}
	return result, rejected, l.writeRejected(&SyncResult{Rejected: rejected, read: map[recordFile]bool{of: true}})
}

// metered tells how far a file is read.
type metered struct {
	file *os.File
	step string
	tell indexer.Progress // may be nil
	read int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.file.Read(b)
	m.read += int64(n)
	if m.tell == nil {
		return n, err
	}
	if info, failed := m.file.Stat(); failed == nil {
		m.tell(m.step, int(m.read>>10), int(info.Size()>>10))
	}
	return n, err
}

// zoned puts the library's time zone where none is told and times are likely local.
func (l *Library) zoned(o intake.Options) intake.Options {
	if o.TimeZone == nil && intake.Local(o.Format) {
		o.TimeZone = l.config.Zone
	}
	return o
}

// Preview reads the file at path as Import does and takes nothing in. It gives the first events as they would be; accepted are
// those that are right, though they may be known already.
func (l *Library) Preview(ctx context.Context, path string, o intake.Options, show int) (first []semdex.Event, result EventResult, rejected []indexer.Rejection, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, result, nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot read " + path, Err: err}
	}
	defer file.Close()
	events, err := openEvents(file, path, l.zoned(o))
	if err != nil {
		return nil, result, nil, err
	}
	who, err := l.usage.pseudonyms()
	if err != nil {
		return nil, result, nil, err
	}
	same := map[string]int{}
	for ctx.Err() == nil {
		e, line, raw, err := events.Next()
		if errors.Is(err, io.EOF) {
			result.Skipped = events.Skipped()
			return first, result, rejected, nil
		}
		bad, ok := err.(*semdex.Error)
		if err != nil && !ok {
			return first, result, rejected, fmt.Errorf("read %s: %w", path, err)
		}
		if bad == nil {
			bad = e.Check(l.now())
		}
		if bad != nil {
			if result.Rejected++; result.Rejected <= maxRejected {
				rejected = append(rejected, rejection(Imported, path, line, bad.Message, raw))
			}
			continue
		}
		if result.Accepted++; len(first) < show {
			e.Actor.ID = who.Of(e.Actor.ID)
			first = append(first, identified(e, same))
		}
	}
	return first, result, rejected, ctx.Err()
}

// identified gives an event the id that it will be kept by. same counts those of the same content.
func identified(e semdex.Event, same map[string]int) semdex.Event {
	if e.ID != "" {
		return e
	}
	e.Identify(0)
	content := e.ID
	if n := same[content]; n > 0 {
		e.ID = ""
		e.Identify(n)
	}
	same[content]++
	return e
}

// sampled is how many records of an events file a diagnosis reads.
const sampled = 100

// diagnoseEvents reads the start of each file, and tells which maps do not go together with what is there.
func (l *Library) diagnoseEvents(list []config.EventFile) []indexer.Finding {
	var findings []indexer.Finding
	for _, f := range list {
		findings = append(findings, l.diagnoseEventFile(f)...)
	}
	return findings
}

func (l *Library) diagnoseEventFile(f config.EventFile) []indexer.Finding {
	const mend = "check sources: events: in the configuration"
	file, err := os.Open(f.Path)
	if err != nil {
		return []indexer.Finding{fail(f.Path, err.Error(), mend)}
	}
	defer file.Close()
	events, err := openEvents(file, f.Path, f.Intake())
	if err != nil {
		return []indexer.Finding{fail(f.Path, err.Error(), cmp.Or(semdex.HintOf(err), mend))}
	}
	good, wrong, first := 0, 0, ""
	for good+wrong < sampled {
		e, line, _, err := events.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		bad, ok := err.(*semdex.Error)
		if err != nil && !ok {
			return []indexer.Finding{fail(f.Path, err.Error(), mend)}
		}
		if bad == nil {
			bad = e.Check(l.now())
		}
		if bad == nil {
			good++
			continue
		}
		if wrong++; wrong == 1 {
			first = fmt.Sprintf("line %d: %s", line, bad.Message)
		}
	}
	return append(sampleFindings(f, good, wrong, first), unseenFindings(f, events.Unseen(), good+wrong)...)
}

func sampleFindings(f config.EventFile, good, wrong int, first string) []indexer.Finding {
	message := fmt.Sprintf("%d of the first %d records cannot be read: %s", wrong, good+wrong, first)
	switch {
	case wrong == 0:
		return []indexer.Finding{fine(f.Path, "can be read as "+f.Format)}
	case good == 0:
		return []indexer.Finding{fail(f.Path, message, "read it in another way: format, map, values, time_layout under sources: events:")}
	}
	return []indexer.Finding{warn(f.Path, message, "mend them at the source, or map what is not known")}
}

func unseenFindings(f config.EventFile, unseen []string, read int) []indexer.Finding {
	if len(unseen) == 0 || read == 0 {
		return nil
	}
	return []indexer.Finding{warn(f.Path, fmt.Sprintf("no value of %s in the first %d records", strings.Join(unseen, ", "), read), "check the names under map:")}
}
