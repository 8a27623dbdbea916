package main

import (
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
	"semdex/cmd/internal/owner"
)

func (p *program) serve() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use: "serve", Short: "Serve the API",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if p.session != nil {
				return &semdex.Error{Code: semdex.Conflict, Message: "the data directory is owned already by " + owner.Describe(p.session.config.Data),
					Hint: "stop it first, or give this server a data directory of its own"}
			}
			return p.owned(cmd.Context(), "serve", func(ctx context.Context, s *session) error {
				if listen == "" {
					listen = s.config.Listen
				}
				listener, err := net.Listen("tcp", listen)
				if err != nil {
					return &semdex.Error{Code: semdex.Conflict, Message: "cannot listen on " + listen, Err: err, Hint: "choose another address with --listen"}
				}
				p.say("semdex: listening on http://%s", listener.Addr())
				return p.serveAPI(ctx, s, listener, nil)
			})
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "address to listen on (default: that of the configuration)")
	return c
}

// drain is how long running requests have to end.
const drain = 20 * time.Second

// serveAPI serves until ctx ends, then lets running requests end. prepare, if any, runs once the server
// listens and before it is ready.
func (p *program) serveAPI(ctx context.Context, s *session, listener net.Listener, prepare func(context.Context) error) error {
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
		if err := p.openAll(ctx, s, prepare); err != nil {
			failed <- err
		}
	})
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stop()
	opening.Wait() // whoever called closes the libraries next
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	return errors.Join(err, server.Shutdown(end))
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

// logWriter is where the server logs: standard error.
func (p *program) logWriter() io.Writer { return p.stderr }
