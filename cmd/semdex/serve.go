package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/api"
	"semdex/cmd/internal/config"
	"semdex/cmd/internal/owner"
	"semdex/indexer"
)

func (p *program) serve() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use: "serve", Short: "Serve the API",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.runServe(cmd.Context(), listen)
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "address to listen on (default: that of the configuration)")
	return c
}

func (p *program) runServe(ctx context.Context, listen string) error {
	c, err := config.Load(p.path(p.configPath))
	if err != nil {
		return err
	}
	own, err := p.alone(ctx, c.Data, "serve")
	if err != nil {
		return err
	}
	return p.own(ctx, own, newSession(c, p.logger()), func(ctx context.Context, s *session) error {
		address := cmp.Or(listen, s.config.Listen)
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return &semdex.Error{Code: semdex.Conflict, Message: "cannot listen on " + address, Err: err, Hint: "choose another address with --listen"}
		}
		p.say("semdex: listening on http://%s", listener.Addr())
		return p.serveAPI(ctx, s, listener, nil)
	})
}

// alone gives a server the right to its data directory. Another command that has it ends soon, and is waited
// for; another server does not.
func (p *program) alone(ctx context.Context, data, command string) (*owner.Owner, error) {
	deadline := time.Now().Add(askAgain)
	for {
		own, err := owner.Acquire(data, command)
		if own != nil || err != nil {
			return own, err
		}
		if other := owner.Command(data); other == "serve" || other == "demo" || time.Now().After(deadline) {
			return nil, &semdex.Error{Code: semdex.Conflict, Message: "the data directory is owned by " + owner.Describe(data),
				Hint: "stop it first, or give this server a data directory of its own"}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// drain is how long running requests have to end.
const drain = 20 * time.Second

// serveAPI serves until ctx ends, then lets running requests end. prepare, if any, runs once the server
// listens and before it is ready.
func (p *program) serveAPI(ctx context.Context, s *session, listener net.Listener, prepare func(context.Context) error) error {
	defer boundHeap()()
	keys, err := s.keys()
	if err != nil {
		listener.Close()
		return err
	}
	log := slog.New(slog.NewTextHandler(p.logWriter(), nil))
	s.setLogger(log)
	s.setReady(&semdex.Error{Code: semdex.Busy, Message: "the libraries are being opened", Hint: "try again in a moment"})
	server := api.NewServer(api.New(api.Options{Libraries: s, Keys: keys, Log: log, Version: version}))
	failed := make(chan error, 2)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var opening sync.WaitGroup
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	opening.Go(func() {
		err := p.openAll(ctx, s, prepare)
		if err == nil {
			keepWatch(ctx, s, &opening)
			opening.Go(func() { warm(ctx, s) })
			err = runByClock(ctx, s, log)
		}
		if err != nil {
			failed <- err
		}
	})
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stop()
	opening.Wait() // with what runs by the clock: whoever called closes the libraries next
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if late := server.Shutdown(end); late != nil { // what still runs now is cut off
		err = errors.Join(err, late, server.Close())
	}
	return err
}

// openAll opens every library and its usage store, so that the first request waits for nothing.
func (p *program) openAll(ctx context.Context, s *session, prepare func(context.Context) error) error {
	for _, name := range s.Names() {
		l, err := s.library(ctx, name)
		if err != nil {
			return err
		}
		if prepare == nil {
			if _, err := l.Status(ctx); err != nil {
				return fmt.Errorf("library %s: %w", name, err)
			}
		}
	}
	if prepare != nil {
		if err := prepare(ctx); err != nil {
			return err
		}
	}
	s.setReady(nil)
	return nil
}

// keepWatch follows the saved searches of all libraries, and delivers their reports by the clock, until ctx ends.
func keepWatch(ctx context.Context, s *session, under *sync.WaitGroup) {
	for _, name := range s.Names() {
		if l := s.opened(name); l != nil {
			under.Go(func() { l.KeepWatch(ctx) })
			under.Go(func() { l.KeepReports(ctx) })
		}
	}
}

// warm makes ready what the first queries would wait for, one library after the other, until ctx ends.
func warm(ctx context.Context, s *session) {
	for _, name := range s.Names() {
		if l := s.opened(name); l != nil {
			l.Warm(ctx)
		}
	}
}

// runByClock does what the libraries' schedules say, until ctx ends.
func runByClock(ctx context.Context, s *session, log *slog.Logger) error {
	var jobs []indexer.Job
	for _, name := range s.Names() {
		l, err := s.library(ctx, name)
		if err != nil {
			return err
		}
		own, err := l.Jobs()
		if err != nil {
			return err
		}
		if len(own) == 0 && l.Remote() {
			log.Warn("nothing brings this library in step with its sources: it has no schedule", "library", name, "hint", `set schedule: "*/15 * * * *" in the configuration, or run semdex index`)
		}
		jobs = append(jobs, own...)
	}
	indexer.RunJobs(ctx, jobs, func(job string, times int) {
		log.Warn("a run took longer than its schedule leaves; times were left out", "job", job, "times", times)
	})
	return nil
}

// logWriter is where the server logs: standard error.
func (p *program) logWriter() io.Writer { return p.stderr }
