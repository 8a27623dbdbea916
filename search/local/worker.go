package local

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// worker searches some parts of a view, one after the other.
type worker struct {
	run    *run
	top    *topHits
	counts *counts
	total  int
	err    error
}

// helpedDocs is how many documents a view must have for a search to be helped.
var helpedDocs = 1 << 15

// helpers bounds how many workers help others at a time: processors that have nothing else to do may.
type helpers chan struct{}

func newHelpers() helpers { return make(helpers, max(0, runtime.GOMAXPROCS(0)-1)) }

func (h helpers) take() bool {
	select {
	case h <- struct{}{}:
		return true
	default:
		return false
	}
}

func (h helpers) giveBack() { <-h }

// eachPart calls do with the place of every part, with whatever help there is, the largest first. It gives the first
// error.
func (v *view) eachPart(do func(partIndex int) error) error {
	var next atomic.Int32
	var failed atomic.Pointer[error]
	work := func() {
		for i := int(next.Add(1)) - 1; i < len(v.bySize) && failed.Load() == nil; i = int(next.Add(1)) - 1 {
			if err := do(v.bySize[i]); err != nil {
				failed.CompareAndSwap(nil, &err)
			}
		}
	}
	var helping sync.WaitGroup
	for n := 1; v.total >= helpedDocs && n < len(v.parts) && v.helpers.take(); n++ {
		helping.Go(func() {
			defer v.helpers.giveBack()
			work()
		})
	}
	work()
	helping.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// work searches all parts, with whatever help there is.
func (r *run) work(ctx context.Context) (*worker, error) {
	workers := []*worker{r.newWorker()}
	var next atomic.Int32
	var helping sync.WaitGroup
	for r.view.total >= helpedDocs && len(workers) < len(r.view.parts) && r.view.helpers.take() {
		w := r.newWorker()
		workers = append(workers, w)
		helping.Go(func() {
			defer r.view.helpers.giveBack()
			w.search(ctx, &next)
		})
	}
	workers[0].search(ctx, &next)
	helping.Wait()
	for _, w := range workers[1:] {
		workers[0].join(w)
	}
	return workers[0], workers[0].err
}

func (r *run) newWorker() *worker {
	return &worker{run: r, top: newTopHits(r.plan, r), counts: newCounts(r)}
}

// search takes parts, the largest first, until none is left.
func (w *worker) search(ctx context.Context, next *atomic.Int32) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	for i := int(next.Add(1)) - 1; i < len(w.run.view.bySize) && w.err == nil; i = int(next.Add(1)) - 1 {
		if w.err = ctx.Err(); w.err == nil {
			s.reset()
			w.err = w.part(w.run.view.bySize[i], s)
		}
	}
	w.counts.settle()
}

func (w *worker) part(partIndex int, s *scratch) error {
	found, err := w.run.evaluate(partIndex, s)
	if err != nil {
		return err
	}
	w.total += found.hits.count()
	if err := w.counts.add(partIndex, found); err != nil {
		return err
	}
	return w.top.add(partIndex, found)
}

// join adds what another worker found.
func (w *worker) join(other *worker) {
	w.total += other.total
	w.counts.join(other.counts)
	w.top.join(other.top)
	if w.err == nil {
		w.err = other.err
	}
}
