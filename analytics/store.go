package analytics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"semdex"
)

// Options says how much a Store may use. Zero values take the defaults.
type Options struct {
	Memory       int64         // bytes that DuckDB may use before it spills to disk; default 1 GiB
	Spill        int64         // bytes that it may spill; default 16 GiB
	Threads      int           // default 2
	Reports      int           // reports that run at once, others wait; default 2
	ApplyEvery   time.Duration // how long an event waits for DuckDB at most; default 1 s
	ApplyAfter   int           // how many events wait at most; default 1,000
	SegmentBytes int64         // size of a file of the log; default SegmentBytes
	RollAfter    int           // events that are counted one by one before they are rolled up; default 250,000
	Answerer     []string      // command line of a program that runs AnswerQuestion; without it Ask answers nothing
	AnswerMemory int64         // bytes that an own question may use before it spills to disk; default 512 MiB
	AnswerTime   time.Duration // that an own question may take; default 30 s
	LeaveOut     LeaveOut      // what is kept but not counted
	PlainUsers   bool          // ids of actors are kept as they come, without pseudonyms
	Logger       *slog.Logger  // default slog.Default()
}

func (o Options) withDefaults() Options {
	set := func(v *int64, to int64) {
		if *v <= 0 {
			*v = to
		}
	}
	count := func(v *int, to int) {
		if *v <= 0 {
			*v = to
		}
	}
	set(&o.Memory, 1<<30)
	set(&o.Spill, 16<<30)
	set(&o.SegmentBytes, SegmentBytes)
	set(&o.AnswerMemory, 512<<20)
	set((*int64)(&o.AnswerTime), int64(30*time.Second))
	count(&o.Threads, 2)
	count(&o.Reports, 2)
	count(&o.ApplyAfter, 1000)
	count(&o.RollAfter, 250_000)
	if o.ApplyEvery <= 0 {
		o.ApplyEvery = time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// Store takes usage events in and reports on them. Its methods may be called from many goroutines at once.
type Store struct {
	o         Options
	log       *Log
	db        *database
	reports   chan struct{} // a token for each report that runs
	asking    chan struct{} // a token for the own question or export that runs
	shown     shownFiles    // whoever has the token uses it
	names     *names
	who       *Pseudonyms
	seen      *seen // the recorder's
	queue     *queue
	rollups   rollups
	state     atomic.Pointer[state] // of the library's dimensions, as the last report found it
	taken     atomic.Int64          // events acknowledged
	importing atomic.Int32          // files that come in
	before    atomic.Int64          // microsecond before which only sums are kept; 0 where nothing was summed up

	requests chan *request     // to the recorder
	flushes  chan chan<- error // to the applier
	logged   chan struct{}     // wakes the applier
	forget   chan struct{}     // tells the recorder that events were taken back
	quit     chan struct{}     // closed by Close
	recorded chan struct{}     // closed when the recorder has ended
	applied  chan struct{}     // closed when the applier has ended
	closing  sync.Once
	stats    atomic.Pointer[Stats]

	retainAtOnce int64 // retainAtOnce, or less in a test

	erasing sync.Mutex   // one takes events back at a time, and Close waits for it
	lines   sync.RWMutex // of the log: held by who reads single ones, and by who takes some back
	tables  sync.Mutex   // of events and names in DuckDB, for who writes to them
}

// Stats says how far a Store is.
type Stats struct {
	Events  int64    // number of the last event in DuckDB; reports see all up to it without waiting
	Pending int64    // acknowledged, but not yet there
	Applied Position // how far in the log DuckDB is
}

// Open opens the usage data in dir, and makes it where there is none. It returns when DuckDB has all that is
// in the log; after the DuckDB file was lost that takes about ten seconds for a million events.
func Open(dir string, o Options) (*Store, error) {
	if strings.Contains(dir, "?") {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "the data folder's name holds a question mark, which DuckDB cannot open",
			Hint: "choose another folder"}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("usage store: %w", err)
	}
	o = o.withDefaults()
	log, err := OpenLog(filepath.Join(dir, "events"))
	if err != nil {
		return nil, err
	}
	log.segment = o.SegmentBytes
	log.onBad = func(p Position, err error) {
		o.Logger.Warn("line of the event log is skipped", slog.Int("file", p.File), slog.Int64("offset", p.Offset), slog.Any("err", err))
	}
	s, err := newStore(context.Background(), dir, log, o)
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return s, nil
}

func newStore(ctx context.Context, dir string, log *Log, o Options) (*Store, error) {
	who, err := OpenPseudonyms(dir, o.PlainUsers)
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, filepath.Join(dir, "usage.duckdb"), log, o)
	if err != nil {
		return nil, err
	}
	s := &Store{
		o: o, log: log, db: db, names: newNames(), who: who, queue: newQueue(), retainAtOnce: retainAtOnce,
		reports:  make(chan struct{}, o.Reports),
		asking:   make(chan struct{}, 1),
		shown:    shownFiles{dir: parquetFolder(filepath.Join(dir, "usage.duckdb"))},
		requests: make(chan *request),
		flushes:  make(chan chan<- error),
		logged:   make(chan struct{}, 1),
		forget:   make(chan struct{}, 1),
		quit:     make(chan struct{}),
		recorded: make(chan struct{}),
		applied:  make(chan struct{}),
	}
	s.stats.Store(&Stats{Events: db.count, Applied: db.applied})
	if err := s.catchUp(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	go s.record()
	go s.applyAlways()
	return s, nil
}

// catchUp brings DuckDB up to the log before anything is taken in.
func (s *Store) catchUp(ctx context.Context) (err error) {
	var named bool
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM usage.names").Scan(&named); err != nil {
		return err
	}
	if named {
		if err := s.names.load(ctx, s.db.DB); err != nil {
			return err
		}
	}
	if err := s.loadPast(ctx); err != nil {
		return err
	}
	if err := s.apply(ctx); err != nil {
		return err
	}
	if err := s.resume(ctx); err != nil {
		return err
	}
	s.taken.Store(s.Stats().Events)
	s.seen, err = newSeen(ctx, s.db, s.Stats().Events, &s.before)
	return err
}

// Close takes nothing more in, lets DuckDB have what is pending, and lets the files go.
func (s *Store) Close() error {
	var err error
	s.closing.Do(func() {
		close(s.quit)
		<-s.recorded
		<-s.applied
		s.erasing.Lock()
		defer s.erasing.Unlock()
		err = s.apply(context.Background())
		if _, e := s.db.Exec("CHECKPOINT usage"); e != nil {
			s.o.Logger.Warn("usage store: checkpoint at close", slog.Any("err", e)) // a report may still run
		}
		err = errors.Join(err, s.db.Close(), s.log.Close())
	})
	return err
}

var errClosed = &semdex.Error{Code: semdex.Busy, Message: "the usage store is closed", Hint: "try again when the server is up"}

// Stats says how far the Store is, without asking DuckDB.
func (s *Store) Stats() Stats {
	st := *s.stats.Load()
	st.Pending = max(0, s.taken.Load()-st.Events)
	return st
}

// Count gives the number of events acknowledged so far.
func (s *Store) Count(ctx context.Context) (int64, error) {
	if err := s.Flush(ctx); err != nil {
		return 0, err
	}
	var n int64
	err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM usage.events").Scan(&n)
	return n, err
}
