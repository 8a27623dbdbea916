// Command benchsearch measures the search of a generated library as a whole, and prints each figure beside its target.
//
//	SEMDEX_BENCH_ASSETS   how many assets (1000000)
//	SEMDEX_BENCH_USE      how many events of use; where it is set, search is measured beside reports on them, and nothing else
//	SEMDEX_BENCH_DIR      where libraries are kept from one run to the next (bin/bench-search)
//	SEMDEX_BENCH_SECONDS  how long each row is measured (15, below 200,000 assets 3)
//	SEMDEX_BIN            the program that is served (bin/semdex)
//
// Times hold on a quiet machine; ratios are of requests that took turns in this run.
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"semdex/cmd/internal/generate"
	"semdex/search/local/baretest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchsearch:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	*table
	library *generate.Library
	dir     string // of the kept library
	program string
	each    time.Duration // of one row
	kept    kept
	mix     []query
	words   []string // plain ones that are no label
	asked   []string // those of them that labels are compared with
	bare    *baretest.Index
}

func run(ctx context.Context) error {
	o := generate.Default()
	if err := number("SEMDEX_BENCH_ASSETS", &o.Assets); err != nil {
		return err
	}
	if err := number("SEMDEX_BENCH_USE", &o.Use); err != nil {
		return err
	}
	seconds := 15
	if o.Assets < 200_000 {
		seconds = 3
	}
	if err := number("SEMDEX_BENCH_SECONDS", &seconds); err != nil {
		return err
	}
	dir := filepath.Join(cmp.Or(os.Getenv("SEMDEX_BENCH_DIR"), filepath.Join("bin", "bench-search")), strconv.Itoa(o.Assets))
	if o.Use > 0 {
		dir += "-used"
	}
	b := &bench{table: &table{out: os.Stdout}, library: generate.New(o), dir: dir, program: cmp.Or(os.Getenv("SEMDEX_BIN"), filepath.Join("bin", "semdex")), each: time.Duration(seconds) * time.Second}
	b.words = plainWords(b.library)
	b.mix = newMix(b.library, b.words, 2000)
	defer b.close()
	steps := []func(context.Context) error{b.build, b.overHTTP, b.inProcess, b.beside, b.indexRate, b.bareExpanded} // whatever merges in the background comes last
	if o.Use > 0 {
		steps = []func(context.Context) error{b.build, b.besideReports}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	b.sum()
	return nil
}

func (b *bench) close() {
	if b.bare != nil {
		b.bare.Close()
	}
	os.RemoveAll(filepath.Join(b.dir, "rate"))
}

func number(name string, into *int) error {
	s := os.Getenv(name)
	if s == "" {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		return fmt.Errorf("%s=%s is no number above 0", name, s)
	}
	*into = n
	return nil
}
