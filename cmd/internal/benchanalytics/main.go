// Command benchanalytics measures the usage store: how fast events come in, and how fast reports on them come out, beside what a database
// alone does in the same run.
//
//	SEMDEX_BENCH_EVENTS   how many events (10000000)
//	SEMDEX_BENCH_DIR      where the store is kept from one run to the next (bin/bench-analytics)
//	SEMDEX_BENCH_PROFILE  a file for a CPU profile
//	SEMDEX_BENCH_PLAIN    0 leaves the database alone out
//
// Times hold on a quiet machine; ratios are of this run.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/analytics/plaintest"
)

const (
	assets = 200_000
	topics = 5_000
)

func main() {
	stop := profile(os.Getenv("SEMDEX_BENCH_PROFILE"))
	err := run(context.Background())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchanalytics:", err)
		os.Exit(1)
	}
}

// profile writes where the time goes to path, if there is one, until stop is called.
func profile(path string) (stop func()) {
	if path == "" {
		return func() {}
	}
	f, err := os.Create(path)
	if err == nil {
		err = pprof.StartCPUProfile(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchanalytics: no profile:", err)
		return func() {}
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}
}

type bench struct {
	dir    string
	events int
	l      *library
	s      *analytics.Store
	missed int
}

func run(ctx context.Context) (err error) {
	b := &bench{events: 10_000_000, dir: os.Getenv("SEMDEX_BENCH_DIR")}
	if n, err := strconv.Atoi(os.Getenv("SEMDEX_BENCH_EVENTS")); err == nil {
		b.events = n
	}
	if b.dir == "" {
		b.dir = filepath.Join("bin", "bench-analytics")
	}
	b.dir = filepath.Join(b.dir, strconv.Itoa(b.events))
	fmt.Printf("%d events of %d days, %d assets, %d concepts, %d regions, %d campaigns, %d cores\n", b.events, history, assets, topics, len(regions), campaigns, runtime.GOMAXPROCS(0))
	b.l = newLibrary(assets, topics)
	for _, part := range []func(context.Context) error{b.ingest, b.reports, b.plain} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	if b.s != nil {
		err = b.s.Close()
	}
	if b.missed > 0 {
		err = errors.Join(err, fmt.Errorf("%d targets missed", b.missed))
	}
	return err
}

func (b *bench) open() (err error) {
	b.s, err = analytics.Open(b.dir, analytics.Options{Logger: slog.New(slog.DiscardHandler)})
	return err
}

// ingest fills the store, unless it is there from the run before.
func (b *bench) ingest(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(b.dir, "whole")); err == nil {
		began := time.Now()
		if err := b.open(); err != nil {
			return err
		}
		b.note("store of the run before opened", "%.2f s", time.Since(began).Seconds())
		return nil
	}
	if err := os.RemoveAll(b.dir); err != nil {
		return err
	}
	if err := b.open(); err != nil {
		return err
	}
	path, err := b.file()
	if err != nil {
		return err
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	began := time.Now()
	receipt, err := b.s.Import(ctx, in, path, firstDay.AddDate(2, 0, 0), nil)
	if err != nil {
		return err
	}
	if err := b.s.Flush(ctx); err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	if receipt.Accepted+receipt.Duplicates != b.events {
		return fmt.Errorf("%d of %d events were taken in", receipt.Accepted, b.events)
	}
	b.atLeast("events a second by file, on disk and in reports", float64(b.events)/took, 200_000, "/s")
	b.memory("after ingest")
	return os.WriteFile(filepath.Join(b.dir, "whole"), nil, 0o644)
}

// file writes the events to a file.
func (b *bench) file() (string, error) {
	path := filepath.Join(b.dir, "events.jsonl")
	out, err := os.Create(path)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, &file{maker: newMaker(b.events, assets)})
	return path, errors.Join(err, out.Close())
}

// best gives the quickest of three.
func best(do func() error) (time.Duration, error) {
	most := time.Hour
	for range 3 {
		began := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		most = min(most, time.Since(began))
	}
	return most, nil
}

func (b *bench) report(ctx context.Context, r analytics.Request) (time.Duration, plaintest.Sums, error) {
	var report *analytics.Report
	took, err := best(func() (err error) {
		report, err = b.s.Usage(ctx, b.l, r)
		return err
	})
	if err != nil {
		return 0, plaintest.Sums{}, err
	}
	m := plaintest.Sums{Rows: int64(report.Len())}
	for row := range report.Rows() {
		for i, c := range report.Columns {
			switch n, _ := row[i].(int64); c.Name {
			case "events":
				m.Events += n
			case "unique_assets", "unique_users":
				m.Members += n
			}
		}
	}
	return took, m, nil
}

var by = []string{"topic", "region", "campaign"}

func (b *bench) reports(ctx context.Context) error {
	began := time.Now()
	if err := b.s.Keep(ctx, b.l, analytics.Rollup{By: by}); err != nil {
		return err
	}
	b.note("sums for reports brought up to date", "%.2f s", time.Since(began).Seconds())
	b.memory("after that")
	last := firstDay.AddDate(0, 0, history)
	window := analytics.Request{By: by, From: semdex.DateOf(last.AddDate(0, 0, -30))}
	for _, r := range []struct {
		what   string
		r      analytics.Request
		target float64
	}{
		{"counters by topic, region and campaign, over everything", analytics.Request{By: by, Counters: true}, 1},
		{"with unique assets and users, 30 days", window, 5},
		{"with unique assets and users, over everything", analytics.Request{By: by}, 0},
		{"by topic and month, counters", analytics.Request{By: by[:1], Interval: "month", Counters: true}, 0},
		{"by region, 30 days", analytics.Request{By: by[1:2], From: window.From}, 0},
	} {
		took, m, err := b.report(ctx, r.r)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%s (%d rows)", r.what, m.Rows)
		if r.target > 0 {
			b.atMost(what, took.Seconds(), r.target, "s")
		} else {
			b.note(what, "%.2f s", took.Seconds())
		}
	}
	b.memory("after reports")
	return nil
}

// plain compares with a database alone.
func (b *bench) plain(ctx context.Context) error {
	if os.Getenv("SEMDEX_BENCH_PLAIN") == "0" {
		return nil
	}
	counters, cm, err := b.report(ctx, analytics.Request{By: by, Counters: true})
	if err != nil {
		return err
	}
	all, am, err := b.report(ctx, analytics.Request{By: by})
	if err != nil {
		return err
	}
	if err := b.s.Close(); err != nil {
		return err
	}
	b.s = nil
	p, err := plaintest.Open(filepath.Join(b.dir, "usage.duckdb"), plaintest.Topics{Asset: assetName, Assets: b.l.assets, Broad: b.l.broad})
	if err != nil {
		return err
	}
	defer p.Close()
	for _, x := range []struct {
		what    string
		uniques bool
		ours    time.Duration
		sums    plaintest.Sums
	}{{"counters", false, counters, cm}, {"counters and uniques", true, all, am}} {
		sums, took, err := p.Usage(x.uniques)
		if err != nil {
			return err
		}
		if sums != x.sums {
			return fmt.Errorf("%s: plain SQL says %+v, the report %+v", x.what, sums, x.sums)
		}
		b.note("plain SQL with a recursive closure, "+x.what, "%.2f s", took.Seconds())
		b.atLeast("report quicker by, "+x.what, took.Seconds()/x.ours.Seconds(), 3, "x")
	}
	return nil
}

func (b *bench) note(what, format string, args ...any) {
	fmt.Printf("  %-84s %s\n", what, fmt.Sprintf(format, args...))
}

func (b *bench) atMost(what string, got, target float64, unit string) {
	b.row(what, got, "<=", target, unit, got <= target)
}

func (b *bench) atLeast(what string, got, target float64, unit string) {
	b.row(what, got, ">=", target, unit, got >= target)
}

func (b *bench) row(what string, got float64, sign string, target float64, unit string, ok bool) {
	verdict := "ok"
	if !ok {
		verdict = "missed"
		b.missed++
	}
	fmt.Printf("  %-84s %10.2f %-3s  target %s %g  %s\n", what, got, unit, sign, target, verdict)
}

// memory prints what the process holds now, and the most it ever held.
func (b *bench) memory(when string) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	var now, most string
	for line := range strings.Lines(string(status)) {
		if s, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			now = strings.TrimSpace(s)
		}
		if s, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			most = strings.TrimSpace(s)
		}
	}
	b.note("memory "+when, "%s, at most %s", now, most)
}
