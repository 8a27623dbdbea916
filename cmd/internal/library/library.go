// Package library puts the rooms of Semdex together for one library: the mirror as the source of truth, the
// index, the graph and the usage store as its projections, and the services over them.
//
// Everything of a library stands in one folder:
//
//	mirror.bolt      the records, their change log and the vocabularies (package mirror)
//	index/           the search index (package local)
//	usage/           the event log and the DuckDB store (package analytics)
//	rejected.jsonl   the records that the last sync of each source left out, and why
//	reports.json     which reports were delivered by the clock, and of which events
//	sources.json     when each source and vocabulary was last brought in, and what came of it
//	secret           what seals the cursors of searches
//	draft/           the draft vocabulary, if there is one
//	tokens/          access tokens of remote systems, so that a new process does not ask for new ones
package library

import (
	"context"
	"crypto/rand"
	"encoding/base32"
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
	"semdex/analytics"
	"semdex/cmd/internal/config"
	"semdex/graph"
	"semdex/indexer"
	"semdex/internal/mirror"
	"semdex/search"
)

// Library is one open library. Its methods are safe for use by many goroutines.
type Library struct {
	name   string
	dir    string
	config config.Library
	log    *slog.Logger
	now    func() time.Time

	sources      []indexer.Source
	vocabularies []indexer.Vocabulary
	drafts       []indexer.Vocabulary // what the configuration names as the draft

	mirror *mirror.Mirror
	index  *indexRef
	search *search.Service
	graph  atomic.Pointer[graph.Graph]
	usage  usageStore

	eventLog eventLog
	answers  answerMemory

	changing   sync.Mutex // over the vocabularies in the mirror and the graph that is built of them
	collecting sync.Mutex // what a change of vocabulary left behind

	syncing    chan struct{} // holds one while a sync is under way
	curating   sync.Mutex    // one changes the rules of curation at a time
	duplicates duplicates
	draft      draftStore
	saved      savedStore
	reports    reportBook
	runs       *sourceRuns
	rejected   atomic.Pointer[map[string]int] // by source, how many records are kept aside
	stop       context.CancelFunc
	background sync.WaitGroup
}

// Open opens the library in dir, makes it where there is none, and brings the index up to the mirror.
func Open(ctx context.Context, name, dir string, c config.Library, log *slog.Logger) (*Library, error) {
	l := &Library{name: name, dir: dir, config: c, log: log.With("library", name), now: time.Now, syncing: make(chan struct{}, 1)}
	l.saved.wake = make(chan struct{}, 1)
	l.eventLog.queue = make(chan *semdex.Event, logQueue)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open library %s: %w", name, err)
	}
	if err := l.open(ctx); err != nil {
		l.Close()
		return nil, fmt.Errorf("open library %s: %w", name, err)
	}
	return l, nil
}

func (l *Library) open(ctx context.Context) error {
	err := l.connect()
	if err != nil {
		return err
	}
	if l.mirror, err = mirror.Open(filepath.Join(l.dir, "mirror.bolt")); err != nil {
		return err
	}
	if l.index, err = openIndex(filepath.Join(l.dir, "index"), l.config.Languages, l.log); err != nil {
		return err
	}
	if err := l.reports.open(filepath.Join(l.dir, "reports.json"), l.log); err != nil {
		return err
	}
	l.usage = usageStore{dir: filepath.Join(l.dir, "usage"), options: l.usageOptions(), used: make(chan struct{}, 1)}
	secret, err := readSecret(filepath.Join(l.dir, "secret"))
	if err != nil {
		return err
	}
	l.search = search.New(search.Options{
		Engine: l.index, Records: l.mirror, Now: l.now, NewID: newQueryID,
		Settings: search.Settings{Languages: l.config.Languages, Dimensions: l.config.SearchDimensions(), Expansion: l.config.SearchExpansion(),
			Signals: l.config.SearchSignals(), Zone: l.config.Zone},
		Secret: secret,
	})
	if err := l.loadGraph(); err != nil {
		return err
	}
	if err := l.catchUp(ctx); err != nil {
		return err
	}
	if err := l.loadCuration(); err != nil {
		return err
	}
	background, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.background.Go(func() { l.index.keep(background) })
	l.background.Go(func() { l.keepPopularity(background) })
	l.background.Go(func() { l.keepLog(background) })
	return nil
}

// catchUp brings the index up to the mirror. An index that is ahead belongs to another mirror, such as one that
// was restored from a copy, and is filled again.
func (l *Library) catchUp(ctx context.Context) error {
	applied, err := l.index.Applied()
	if err != nil {
		return err
	}
	sequence, err := l.mirror.Sequence()
	if err != nil {
		return err
	}
	if applied > sequence {
		l.log.Warn("the search index is ahead of the mirror and is built again", "index", applied, "mirror", sequence)
		_, err = l.index.rebuild(ctx, l.mirror, nil)
	} else {
		_, err = indexer.Project(ctx, l.mirror, l.index, nil)
	}
	return err
}

// Close ends the background work and closes all stores.
func (l *Library) Close() error {
	if l.stop != nil {
		l.stop()
		l.background.Wait()
	}
	var errs []error
	errs = append(errs, l.usage.close())
	if l.index != nil {
		errs = append(errs, l.index.close())
	}
	if l.mirror != nil {
		errs = append(errs, l.mirror.Close())
	}
	return errors.Join(errs...)
}

// loadGraph builds the graph from the vocabularies in the mirror and makes it the one in use.
func (l *Library) loadGraph() error {
	l.changing.Lock()
	defer l.changing.Unlock()
	g, err := l.buildGraph(nil)
	if err != nil {
		return err
	}
	l.search.SetVocabulary(g)
	l.graph.Store(g)
	l.wake()
	return nil
}

func newQueryID() string { return "q_" + randomName() }

// randomName gives 16 letters and digits.
func randomName() string {
	var b [10]byte
	rand.Read(b[:])
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// usageStore opens the usage store when it is first wanted: most commands never do.
type usageStore struct {
	dir     string
	options analytics.Options
	used    chan struct{} // told when the store is opened, and when events came

	mu    sync.Mutex
	store *analytics.Store
}

// usageOptions is what the configuration says of the usage store.
func (l *Library) usageOptions() analytics.Options {
	return analytics.Options{Logger: l.log, LeaveOut: l.config.Analytics.LeaveOut(), PlainUsers: l.config.Analytics.Users == config.UsersPlain,
		Answerer: answerer()}
}

// pseudonyms tells under which names the store keeps actors, and need not open it.
func (u *usageStore) pseudonyms() (*analytics.Pseudonyms, error) {
	u.mu.Lock() // nobody else makes the key
	defer u.mu.Unlock()
	return analytics.OpenPseudonyms(u.dir, u.options.PlainUsers)
}

func (u *usageStore) open() (*analytics.Store, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.store != nil {
		return u.store, nil
	}
	store, err := analytics.Open(u.dir, u.options)
	if err != nil {
		return nil, err
	}
	u.store = store
	u.touch()
	return store, nil
}

// touch tells that what is in the store may have changed.
func (u *usageStore) touch() {
	select {
	case u.used <- struct{}{}:
	default: // it is told already
	}
}

// opened gives the store where it is open, else nil.
func (u *usageStore) opened() *analytics.Store {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.store
}

func (u *usageStore) close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.closeLocked()
}

// drop throws the DuckDB store away; the next to open it builds it again from the event log.
func (u *usageStore) drop() error {
	u.mu.Lock() // nobody opens it while its files go
	defer u.mu.Unlock()
	if err := u.closeLocked(); err != nil {
		return err
	}
	matches, err := filepath.Glob(filepath.Join(u.dir, "usage.duckdb*"))
	if err != nil {
		return err
	}
	for _, path := range matches {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

func (u *usageStore) closeLocked() error {
	if u.store == nil {
		return nil
	}
	err := u.store.Close()
	u.store = nil
	return err
}
