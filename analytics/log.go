package analytics

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"semdex"
)

// SegmentBytes is the size from which on the log goes on in a new file.
const SegmentBytes = 64 << 20

// Position is a place in the log between two events: a file's number and an offset in it. The zero
// Position is the start.
type Position struct {
	File   int
	Offset int64
}

func (p Position) before(q Position) bool {
	return p.File < q.File || p.File == q.File && p.Offset < q.Offset
}

// Log is an append-only log of events in a directory, one JSON object a line. Many goroutines may use it;
// one process may have it open.
type Log struct {
	dir     string
	segment int64
	lock    *os.File
	onBad   func(Position, error) // told of each line that is no event

	mu     sync.Mutex
	file   *os.File
	end    Position // all before it is on disk
	failed error    // what is on disk is no longer known; nothing more is taken
}

// OpenLog opens the log in dir, and makes one where there is none. What a crash left of an unfinished last
// line is cut off.
func OpenLog(dir string) (*Log, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("event log: %w", err)
	}
	lock, err := lockFile(filepath.Join(dir, "lock"))
	if errors.Is(err, errLocked) {
		return nil, inUse(err)
	}
	if err != nil {
		return nil, fmt.Errorf("event log: %w", err)
	}
	l := &Log{dir: dir, segment: SegmentBytes, lock: lock, onBad: func(Position, error) {}}
	if err := l.openLast(); err != nil {
		return nil, errors.Join(fmt.Errorf("event log: %w", err), lock.Close())
	}
	if err := l.blankAgain(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

var errLocked = errors.New("locked by another process")

func inUse(err error) error {
	return &semdex.Error{Code: semdex.Conflict, Message: "the usage data is in use by another process",
		Hint: "stop the other program that uses this data folder, or send the command to it", Err: err}
}

// openLast opens the last file for appending, without its torn tail.
func (l *Log) openLast() error {
	files, err := l.files()
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return l.startFile(1)
	}
	n := files[len(files)-1]
	f, err := os.OpenFile(l.path(n), os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	whole, err := wholeLines(f)
	if err == nil {
		err = f.Truncate(whole)
	}
	if err == nil {
		_, err = f.Seek(whole, io.SeekStart)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	l.file, l.end = f, Position{n, whole}
	return nil
}

// wholeLines gives the length of f up to and with its last line feed.
func wholeLines(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	buf := make([]byte, 64<<10)
	for end := info.Size(); end > 0; {
		start := max(0, end-int64(len(buf)))
		part := buf[:end-start]
		if _, err := f.ReadAt(part, start); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return start + int64(i) + 1, nil
		}
		end = start
	}
	return 0, nil
}

// startFile makes file n and goes on in it. The folder is synced too, or a crash could lose the file's name.
func (l *Log) startFile(n int) error {
	f, err := os.OpenFile(l.path(n), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err := syncDir(l.dir); err != nil {
		return errors.Join(err, f.Close(), os.Remove(l.path(n)))
	}
	old := l.file
	l.file, l.end = f, Position{n, 0}
	if old != nil {
		return old.Close()
	}
	return nil
}

// Append writes events to the log and returns when they are on disk. After an error none of them is there,
// or the log takes nothing more until it is opened again.
func (l *Log) Append(ctx context.Context, events []semdex.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var lines []byte
	for i := range events {
		var err error
		if lines, err = semdex.AppendEvent(lines, &events[i]); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		lines = append(lines, '\n')
	}
	_, _, err := l.appendLines(lines)
	return err
}

// appendLines appends whole lines, and says where they begin and end. They stand in one file.
func (l *Log) appendLines(data []byte) (from, end Position, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(data) == 0 {
		return l.end, l.end, nil
	}
	if l.failed != nil {
		return l.end, l.end, fmt.Errorf("event log is closed since: %w", l.failed)
	}
	if l.end.Offset > 0 && l.end.Offset+int64(len(data)) > l.segment {
		if err := l.startFile(l.end.File + 1); err != nil {
			return l.end, l.end, fmt.Errorf("event log: %w", err)
		}
	}
	if _, err := l.file.Write(data); err != nil {
		return l.end, l.end, fmt.Errorf("event log: %w", errors.Join(err, l.takeBack()))
	}
	if err := l.file.Sync(); err != nil {
		l.failed = err // the kernel may have dropped the pages and forgotten it
		return l.end, l.end, fmt.Errorf("event log: %w", err)
	}
	from = l.end
	l.end.Offset += int64(len(data))
	return from, l.end, nil
}

// takeBack removes what a failed write left behind the end.
func (l *Log) takeBack() error {
	err := l.file.Truncate(l.end.Offset)
	if err == nil {
		_, err = l.file.Seek(l.end.Offset, io.SeekStart)
	}
	l.failed = err
	return err
}

// End is the place behind the last event on disk.
func (l *Log) End() Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// Read yields the events from a place on to what was the end when it was called, each with the place
// behind it. An error of yield ends the reading and is returned.
func (l *Log) Read(from Position, yield func(semdex.Event, Position) error) error {
	return l.scan(from, l.End(), func(line []byte, at, next Position) error {
		if e, ok := l.decode(line, at); ok {
			return yield(e, next)
		}
		return nil
	})
}

// decode reads a line. One that is no event was never acknowledged, or was spoilt by hand: it is told of and
// stops nothing.
func (l *Log) decode(line []byte, at Position) (semdex.Event, bool) {
	if isBlank(line) { // it was taken back
		return semdex.Event{}, false
	}
	e, err := semdex.ReadEvent(line)
	if err == nil && e.ID == "" {
		err = errors.New("event without event_id")
	}
	if err != nil {
		l.onBad(at, err)
	}
	return e, err == nil
}

// scan yields the lines from a place on to another, each with its own place and the next line's. A line is yield's
// only until it returns.
func (l *Log) scan(from, end Position, yield func(line []byte, at, next Position) error) error {
	files, err := l.files()
	if err != nil {
		return fmt.Errorf("event log: %w", err)
	}
	for _, n := range files {
		if n < from.File || n > end.File {
			continue
		}
		at := Position{File: n}
		if n == from.File {
			at = from
		}
		if err := l.scanFile(at, end, yield); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) scanFile(at, end Position, yield func(line []byte, at, next Position) error) error {
	f, err := os.Open(l.path(at.File))
	if err != nil {
		return fmt.Errorf("event log: %w", err)
	}
	defer f.Close()
	if _, err := f.Seek(at.Offset, io.SeekStart); err != nil {
		return fmt.Errorf("event log: %w", err)
	}
	r := bufio.NewReaderSize(f, 256<<10)
	var long []byte
	for at.before(end) {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			long = append(long, line...)
			continue
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("event log: %w", err)
		}
		if len(long) > 0 {
			line = append(long, line...)
			long = long[:0]
		}
		next := Position{at.File, at.Offset + int64(len(line))}
		if err := yield(line, at, next); err != nil {
			return err
		}
		at = next
	}
	return nil
}

// holds says whether p is a place between two lines of the log.
func (l *Log) holds(p Position) bool {
	if p == (Position{}) {
		return true
	}
	if end := l.End(); end.before(p) {
		return false
	}
	if p.Offset == 0 {
		return true
	}
	f, err := os.Open(l.path(p.File))
	if err != nil {
		return false
	}
	defer f.Close()
	var last [1]byte
	_, err = f.ReadAt(last[:], p.Offset-1)
	return err == nil && last[0] == '\n'
}

// Close lets the log go. Everything appended is on disk already.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := errors.Join(l.file.Close(), l.lock.Close())
	l.file, l.failed = nil, os.ErrClosed
	return err
}

func (l *Log) path(n int) string { return filepath.Join(l.dir, fmt.Sprintf("%08d.jsonl", n)) }

// files gives the numbers of the log's files, ascending.
func (l *Log) files() ([]int, error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, err
	}
	var out []int
	for _, e := range entries {
		var n int
		if _, err := fmt.Sscanf(e.Name(), "%08d.jsonl", &n); err == nil && e.Name() == filepath.Base(l.path(n)) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
