package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"semdex"
	"semdex/cmd/internal/library"
)

// beside measures on a copy of the library what changes it, so that the kept one stays as it was built.
func (b *bench) beside(ctx context.Context) error {
	dir := b.dir + ".copy"
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if out, err := exec.CommandContext(ctx, "cp", "-r", b.dir, dir).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the library: %w: %s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(dir, keptFile)); err != nil {
		return err
	}
	if err := settle(ctx, dir); err != nil {
		return err
	}
	steps := &stepLog{}
	l, err := b.openLogged(ctx, dir, slog.New(steps))
	if err != nil {
		return err
	}
	return errors.Join(b.taxonomy(ctx, l, steps), b.writing(ctx, l), l.Close())
}

const (
	changesASecond = 500
	writesASecond  = 5
)

// writing asks the mix while assets change, any of the library, as a sync stores and indexes them.
func (b *bench) writing(ctx context.Context, l *library.Library) error {
	b.heading("The service in this process beside %d changes a second, in %d batches", changesASecond, writesASecond)
	writing, stop := context.WithCancel(ctx)
	defer stop()
	var written atomic.Int64
	ended := make(chan error, 1)
	go func() { ended <- b.write(writing, l, &written) }()
	began := time.Now()
	t, _, err := b.load(ctx, 1, asker(l))
	rate := float64(written.Load()) / time.Since(began).Seconds()
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	b.atMost("service, one client, beside the writer, p95", t.quantile(.95), 40, "ms")
	b.note("service, one client, beside the writer", "%s", t)
	b.note("changes written", "%.0f a second", rate)
	return nil
}

// write changes assets, a batch whenever it is time, until ctx ends.
func (b *bench) write(ctx context.Context, l *library.Library, written *atomic.Int64) error {
	tick := time.NewTicker(time.Second / writesASecond)
	defer tick.Stop()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		var assets []*semdex.Asset
		for range changesASecond / writesASecond {
			a := b.library.Revision((n*7919)%b.library.Assets, 1+n/b.library.Assets)
			a.ID = "files:" + a.ID
			assets = append(assets, a)
			n++
		}
		if err := l.Put(context.WithoutCancel(ctx), assets); err != nil {
			return err
		}
		written.Add(int64(len(assets)))
	}
}
