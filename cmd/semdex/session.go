package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"semdex"
	"semdex/api"
	"semdex/cmd/internal/config"
	"semdex/cmd/internal/library"
	"semdex/cmd/internal/owner"
)

// session is an owned data directory with its libraries, each opened when it is first wanted.
type session struct {
	config *config.Config
	log    *slog.Logger

	mu      sync.Mutex
	open    map[string]*library.Library
	opening map[string]*sync.Mutex
	ready   error
	closed  bool
	store   func() (*api.KeyStore, error)
}

func newSession(c *config.Config, log *slog.Logger) *session {
	return &session{
		config: c, log: log, open: map[string]*library.Library{}, opening: map[string]*sync.Mutex{},
		store: sync.OnceValues(func() (*api.KeyStore, error) { return api.OpenKeys(filepath.Join(c.Data, "keys.json")) }),
	}
}

// library opens a library, or gives the one that is open.
func (s *session) library(ctx context.Context, name string) (*library.Library, error) {
	name, err := s.config.Library(name)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	gate := s.opening[name]
	if gate == nil {
		gate = &sync.Mutex{}
		s.opening[name] = gate
	}
	s.mu.Unlock()
	gate.Lock()
	defer gate.Unlock()
	if l := s.opened(name); l != nil {
		return l, nil
	}
	l, err := library.Open(ctx, name, filepath.Join(s.config.Data, name), s.config.Libraries[name], s.logger())
	if err != nil {
		return nil, err
	}
	l.SetKeys(keyFinder{s})
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.open[name] = l
	}
	s.mu.Unlock()
	if closed { // the directory is being given back
		return nil, errors.Join(&semdex.Error{Code: semdex.Busy, Message: "semdex is stopping", Hint: "try again when it runs again"}, l.Close())
	}
	return l, nil
}

// logger is the log of the libraries that are opened from now on; setLogger changes it.
func (s *session) logger() *slog.Logger {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log
}

func (s *session) setLogger(log *slog.Logger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = log
}

func (s *session) opened(name string) *library.Library {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[name]
}

func (s *session) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	s.closed = true
	for _, l := range s.open {
		errs = append(errs, l.Close())
	}
	clear(s.open)
	return errors.Join(errs...)
}

// Names gives all libraries.
func (s *session) Names() []string { return s.config.Names() }

// Open gives a library to the API.
func (s *session) Open(ctx context.Context, name string) (api.Library, func(), error) {
	l, err := s.library(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	return l, func() {}, nil
}

// Status gives the state of the libraries that are open.
func (s *session) Status(ctx context.Context) []api.Status {
	var out []api.Status
	for _, name := range s.Names() {
		if l := s.opened(name); l != nil {
			if status, err := l.Status(ctx); err == nil {
				out = append(out, status)
			}
		}
	}
	return out
}

// Ready says why requests cannot be answered yet.
func (s *session) Ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ready
}

func (s *session) setReady(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = err
}

// keys gives the one key store of the session: two would write over one another.
func (s *session) keys() (*api.KeyStore, error) { return s.store() }

// keyFinder finds keys in the session's store, which is opened when the first is wanted.
type keyFinder struct{ *session }

// Find gives the key of an id.
func (f keyFinder) Find(id string, now time.Time) (api.Key, error) {
	store, err := f.keys()
	if err != nil {
		return api.Key{}, err
	}
	return store.Find(id, now)
}

// askAgain is how long a command tries to get at a data directory whose owner comes and goes.
const askAgain = 10 * time.Second

// owned runs work in the process that owns the data directory: this one, or the owner, to which the command
// line is sent. It ends within askAgain if neither can be had.
func (p *program) owned(ctx context.Context, command string, work func(context.Context, *session) error) error {
	if p.session != nil {
		return work(ctx, p.session)
	}
	c, err := config.Load(p.path(p.configPath))
	if err != nil {
		return err
	}
	deadline := time.Now().Add(askAgain)
	for {
		own, err := owner.Acquire(c.Data, command)
		if err != nil {
			return err
		}
		if own != nil {
			return p.own(ctx, own, newSession(c, p.logger()), work)
		}
		exit, err := p.forward(ctx, c)
		if !errors.Is(err, owner.ErrGone) {
			if err == nil && exit != 0 {
				err = forwarded(exit)
			}
			return err
		}
		if time.Now().After(deadline) {
			return &semdex.Error{Code: semdex.Conflict, Message: "the data directory is owned by " + owner.Describe(c.Data) + ", which does not answer",
				Hint: "wait for it to end, or end it"}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// own runs work here, and meanwhile the commands that other processes send.
func (p *program) own(ctx context.Context, own *owner.Owner, s *session, work func(context.Context, *session) error) error {
	err := own.Serve(func(ctx context.Context, r owner.Request, send func(owner.Frame)) { serveCommand(ctx, s, r, send) })
	if err == nil {
		err = work(ctx, s)
	}
	p.lend(ctx, own)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), askAgain)
	defer cancel()
	own.Drain(end)
	return errors.Join(err, s.close(), own.Close(end)) // the stores first: who has the directory next opens them
}

// lend lets commands of other processes that run in this one come to their end, unless ctx ends before.
func (p *program) lend(ctx context.Context, own *owner.Owner) {
	if ctx.Err() != nil {
		return
	}
	soon, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if own.Finish(soon) || ctx.Err() != nil {
		return
	}
	p.say("semdex: done; a command of another process runs in this one and ends first (Ctrl-C cuts it off)")
	own.Finish(ctx)
}

// serveCommand runs a command that another process sent.
func serveCommand(ctx context.Context, s *session, r owner.Request, send func(owner.Frame)) {
	p := &program{
		stdout: frameWriter{send: send}, stderr: frameWriter{send: send, err: true}, dir: r.Dir, args: r.Args, session: s,
		progress: func(step string, done, total int) { send(owner.Frame{Step: step, Done: done, Of: total}) },
	}
	if r.Config != s.config.Sum {
		p.say("semdex: note: the configuration was changed since %s was started, which goes on with what it read then", owner.Describe(s.config.Data))
	}
	code := p.run(ctx)
	send(owner.Frame{Exit: &code})
}

type frameWriter struct {
	send func(owner.Frame)
	err  bool
}

func (w frameWriter) Write(b []byte) (int, error) {
	piece := append([]byte{}, b...)
	if w.err {
		w.send(owner.Frame{Err: piece})
	} else {
		w.send(owner.Frame{Out: piece})
	}
	return len(b), nil
}

// forward sends the command line to the owner and writes out what comes back.
func (p *program) forward(ctx context.Context, c *config.Config) (int, error) {
	var fault error
	write := func(w io.Writer, b []byte) {
		if len(b) > 0 && fault == nil {
			_, fault = w.Write(b)
		}
	}
	exit, err := owner.Ask(ctx, c.Data, owner.Request{Args: p.args, Dir: p.dir, Config: c.Sum}, func(f owner.Frame) {
		p.progress(f.Step, f.Done, f.Of) // without a step it clears the bar before something is written
		write(p.stdout, f.Out)
		write(p.stderr, f.Err)
	})
	return exit, errors.Join(err, fault)
}

// path makes a path of the command line absolute.
func (p *program) path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.dir, path)
}

// output gives where -o says to write, and what to call when all is written. A file comes into its place
// only when it is whole.
func (p *program) output(path string) (io.Writer, func(error) error, error) {
	if path == "" || path == "-" {
		return p.stdout, func(err error) error { return err }, nil
	}
	path = p.path(path)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return openDevice(path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".semdex-*")
	if err != nil {
		return nil, nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot write " + path, Err: err}
	}
	return f, func(err error) error {
		if err = errors.Join(err, f.Close()); err == nil {
			err = os.Rename(f.Name(), path)
		}
		if err != nil {
			os.Remove(f.Name())
		}
		return err
	}, nil
}

// openDevice opens what is no file, such as a pipe or /dev/null: it is written to, never replaced.
func openDevice(path string) (io.Writer, func(error) error, error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot write " + path, Err: err, Hint: "name a file"}
	}
	return f, func(err error) error { return errors.Join(err, f.Close()) }, nil
}

func (p *program) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func (p *program) say(format string, args ...any) {
	p.progress("", 0, 0)
	fmt.Fprintf(p.stderr, format+"\n", args...)
}
