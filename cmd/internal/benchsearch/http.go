package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	starts  = 3
	warming = 3 * time.Second // what a server makes ready in the background after its start
)

// overHTTP measures a server in a process of its own.
func (b *bench) overHTTP(ctx context.Context) error {
	b.heading("semdex serve in a process of its own, all stores open, its files in memory")
	if err := settle(ctx, b.dir); err != nil {
		return err
	}
	key, err := b.newKey(ctx, "search")
	if err != nil {
		return err
	}
	reports, err := b.newKey(ctx, "reports")
	if err != nil {
		return err
	}
	var took times
	var s *server
	for i := range starts {
		if i > 0 {
			if err := s.stop(); err != nil {
				return err
			}
		}
		var t time.Duration
		if s, t, err = b.start(ctx, key); err != nil {
			return err
		}
		took = append(took, t)
	}
	b.atMost(fmt.Sprintf("process start to first right answer, best of %d", starts), took.quantile(0)/1000, 4, "s")
	s.reports = reports
	return errors.Join(b.serving(ctx, s), s.stop())
}

func (b *bench) serving(ctx context.Context, s *server) error {
	if body, status, err := s.get(ctx, "/v1/reports/usage?by=topic,region", s.reports); err != nil || status != http.StatusOK {
		return errors.Join(err, fmt.Errorf("report: %d %s", status, body))
	}
	time.Sleep(warming)
	one, _, err := b.load(ctx, 1, s.ask)
	if err != nil {
		return err
	}
	b.latencies("HTTP, one client, quiet index", one)
	eight, rate, err := b.load(ctx, 8, s.ask)
	if err != nil {
		return err
	}
	b.note("HTTP, 8 clients", "%.0f queries/s, %s", rate, eight)
	resident, anonymous, peak, err := s.memory()
	if err != nil {
		return err
	}
	b.atMost("anonymous memory while serving, DuckDB open", anonymous, 600, "MiB")
	b.note("resident memory with the files that are mapped, and its peak", "%.0f MiB, %.0f MiB", resident, peak)
	return nil
}

// latencies prints the times of one client beside their targets.
func (b *bench) latencies(what string, t times) {
	b.atMost(what+", p50", t.quantile(.5), 6, "ms")
	b.atMost(what+", p95", t.quantile(.95), 15, "ms")
	b.atMost(what+", p99", t.quantile(.99), 30, "ms")
	b.note(what, "%s", t)
}
