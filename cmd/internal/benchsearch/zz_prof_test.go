package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"syscall"
	"testing"
	"time"

	"semdex/cmd/internal/generate"
	"semdex/search"
)

func TestProf(t *testing.T) {
	ctx := context.Background()
	o := generate.Default()
	dir := os.Getenv("PROF_DIR")
	b := &bench{table: &table{out: os.Stdout}, library: generate.New(o), dir: dir, each: 8 * time.Second}
	b.words = plainWords(b.library)
	b.mix = newMix(b.library, b.words, 2000)
	l, err := b.open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	inners := b.inners()
	words, _, _ := b.someWords(ctx, l)
	kinds := map[string]func(i int) query{
		"mix":    func(i int) query { return b.mix[i%len(b.mix)] },
		"plain":  func(i int) query { return b.mix[i*2%len(b.mix)] },
		"labels": func(i int) query { return b.mix[(i*2+1)%len(b.mix)] },
		"word":   func(i int) query { return query{text: words[i%len(words)], lang: "en"} },
		"c50":    func(i int) query { return query{text: inners[50][i%3].label, lang: "en"} },
		"c200":   func(i int) query { return query{text: inners[200][i%3].label, lang: "en"} },
		"c1000":  func(i int) query { return query{text: inners[1000][i%3].label, lang: "en"} },
		"wc1000": func(i int) query { return query{text: words[i%len(words)] + " " + inners[1000][i%3].label, lang: "en"} },
	}
	names := []string{"word", "c50", "c200", "c1000", "wc1000", "plain", "labels"}
	if s := os.Getenv("PROF_KIND"); s != "" {
		names = []string{s}
	}
	secs := 6 * time.Second
	if os.Getenv("PROF_SHORT") != "" {
		secs = 3 * time.Second
	}
	for _, name := range names {
		ask := func(i int) *search.Answer {
			a, err := l.Search(ctx, kinds[name](i).request(l.Client()))
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		for i := range 100 {
			ask(i)
		}
		out := os.Getenv("PROF_OUT")
		if out != "" {
			f, _ := os.Create(filepath.Join(out, name+".prof"))
			pprof.StartCPUProfile(f)
		}
		var ts []float64
		hits := 0
		var m0, m1 runtime.MemStats
		runtime.ReadMemStats(&m0)
		cpu := func() float64 {
			var r syscall.Rusage
			syscall.Getrusage(0, &r)
			return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e6
		}
		c0 := cpu()
		began := time.Now()
		for i := 0; time.Since(began) < secs; i++ {
			s := time.Now()
			a := ask(i)
			ts = append(ts, time.Since(s).Seconds()*1000)
			hits += a.Total
		}
		if out != "" {
			pprof.StopCPUProfile()
		}
		runtime.ReadMemStats(&m1)
		slices.Sort(ts)
		q := func(p float64) float64 { return ts[int(p*float64(len(ts)-1))] }
		fmt.Printf("cpu %.2f ms ", (cpu()-c0)/float64(len(ts)))
		fmt.Printf("%-7s n=%d p50 %.2f p95 %.2f p99 %.2f max %.1f hits/q %d alloc/q %d KB gc %d\n", name, len(ts), q(.5), q(.95), q(.99), q(1), hits/len(ts), (m1.TotalAlloc-m0.TotalAlloc)/uint64(len(ts))/1024, m1.NumGC-m0.NumGC)
	}
	debug.FreeOSMemory()
	f, _ := os.Create("/tmp/prof/heap.prof")
	pprof.WriteHeapProfile(f)
	f.Close()
}

func TestTax(t *testing.T) {
	ctx := context.Background()
	o := generate.Default()
	dir := os.Getenv("PROF_DIR")
	b := &bench{table: &table{out: os.Stdout}, library: generate.New(o), dir: dir, each: 8 * time.Second}
	b.words = plainWords(b.library)
	b.mix = newMix(b.library, b.words, 2000)
	steps := &stepLog{}
	l, err := b.openLogged(ctx, dir, slog.New(steps))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for i := range 100 {
		asker(l)(ctx, b.mix[i])
	}
	tx := &taxonomist{bench: b, l: l, steps: steps}
	tx.from, tx.to = b.library.Vocabulary.Leaves()
	kinds := []struct {
		what string
		do   func(context.Context, int) (time.Duration, error)
	}{{"label", tx.relabel}, {"moved", tx.move}, {"link", tx.link}}
	for _, k := range kinds {
		var took times
		steps.reset()
		f, _ := os.Create(filepath.Join("/tmp/prof", k.what+".prof"))
		pprof.StartCPUProfile(f)
		for i := range changes {
			d, err := k.do(ctx, i)
			if err != nil {
				t.Fatal(err)
			}
			took = append(took, d)
		}
		pprof.StopCPUProfile()
		fmt.Printf("%s %s median %.1f best %.1f worst %.1f\n", k.what, steps, took.quantile(.5), took.quantile(0), took.quantile(1))
	}
}

func TestWordHits(t *testing.T) {
	ctx := context.Background()
	o := generate.Default()
	b := &bench{table: &table{out: os.Stdout}, library: generate.New(o), each: 8 * time.Second}
	b.words = plainWords(b.library)
	l, err := b.open(ctx, os.Getenv("PROF_DIR"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	count := func(q string, all bool) int {
		r := query{text: q, lang: "en"}.request(l.Client())
		r.Access.All = all
		r.Facets = nil
		a, err := l.Search(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		return a.Total
	}
	for _, rank := range []int{0, 1, 2, 3, 5, 8, 12, 16, 20, 25, 30, 40, 60, 100, 200} {
		w := b.library.Word("en", rank)
		fmt.Println("rank", rank, w, count(w, true), count(w, false))
	}
	for i := 0; i < 16; i++ {
		fmt.Println("plain", i, b.words[i], count(b.words[i], true), count(b.words[i], false))
	}
	for _, size := range sizes {
		for _, x := range b.inners()[size] {
			fmt.Println("inner", size, x.label, len(x.uris), count(x.label, true), count(x.label, false))
		}
	}
}

func TestSlow(t *testing.T) {
	ctx := context.Background()
	o := generate.Default()
	b := &bench{table: &table{out: os.Stdout}, library: generate.New(o), each: 8 * time.Second}
	b.words = plainWords(b.library)
	b.mix = newMix(b.library, b.words, 2000)
	l, err := b.open(ctx, os.Getenv("PROF_DIR"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.Warm(ctx)
	ask := func(q query) (float64, *search.Answer) {
		s := time.Now()
		a, err := l.Search(ctx, q.request(l.Client()))
		if err != nil {
			t.Fatal(err)
		}
		return time.Since(s).Seconds() * 1000, a
	}
	for i := range 50 {
		ask(b.mix[i])
	}
	var first, second times
	f, _ := os.Create("/tmp/prof/slow.prof")
	pprof.StartCPUProfile(f)
	for i, q := range b.mix[50:] {
		x, a := ask(q)
		y, _ := ask(q)
		first, second = append(first, time.Duration(x*1e6)), append(second, time.Duration(y*1e6))
		if x > 45 {
			n := 0
			if len(a.Expansion.Concepts) > 0 {
				n = a.Expansion.Concepts[0].AddedTotal
			}
			fmt.Printf("%d %q %v: %.1f then %.1f ms, %d hits, %d concepts +%d\n", i, q.text, q.concept, x, y, a.Total, len(a.Expansion.Concepts), n)
		}
	}
	pprof.StopCPUProfile()
	fmt.Println("first", first, "second", second)
}
