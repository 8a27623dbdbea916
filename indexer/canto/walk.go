package canto

import (
	"fmt"

	"semdex"
	"semdex/internal/remote"
)

// overlap is by how many rows pages overlap, so that what moves while they are read falls between no two of them.
const overlap = 10

// maxRetreats is how often a walk goes back because the list moved under it.
const maxRetreats = 5

// walked is how far a walk through a list came.
type walked struct {
	first, last int  // what the first and the last page said is found; -1: nothing
	tooDeep     bool // it stopped at max_offset, and there may be more
}

// most is the larger number that a page said is found; -1 where none was said.
func (w walked) most() int { return max(w.first, w.last) }

// walk reads a list page by page to its end, or until take has enough. given is its first page, if that was read.
func (f *fetching) walk(l listing, given *page, take func([]entry) (enough bool, err error)) (walked, error) {
	at := walking{fetching: f, listing: l, seen: map[uint64]struct{}{}}
	w := walked{first: -1, last: -1}
	for first := true; ; first = false {
		p, err := at.next(given)
		if err != nil {
			return w, err
		}
		given = nil
		entries := f.entries(l, p.rows)
		if w.last = p.found; first {
			w.first = p.found
		}
		if at.moved(entries) {
			at.retreat()
			continue
		}
		enough, err := take(entries)
		if err != nil || enough {
			return w, err
		}
		if at.stuck(entries) {
			return w, nil
		}
		done, tooDeep := at.advance(len(entries), p.found)
		if w.tooDeep = tooDeep; done || tooDeep {
			return w, nil
		}
	}
}

// walking is a walk under way.
type walking struct {
	*fetching
	listing  listing
	seen     map[uint64]struct{}
	start    int
	limit    int // of the page that was read last
	known    int // how many rows of the next page are to show one that was seen; 0: none need to
	retreats int
	barren   int // pages in a row that showed nothing new
}

// next reads the page that is next.
func (w *walking) next(given *page) (page, error) {
	if given != nil {
		w.limit = len(given.rows)
		return *given, nil
	}
	w.limit = w.config.PageSize
	if bound := w.bound(); bound > 0 {
		w.limit = min(w.limit, bound-w.start)
	}
	p, err := w.page(w.listing, w.start, w.limit)
	if w.start > 0 && remote.Is(err, remote.Refused) {
		err = &semdex.Error{Code: semdex.Upstream, Err: err,
			Message: fmt.Sprintf("Canto refuses to list %s beyond %d", w.listing.name, w.start),
			Hint:    fmt.Sprintf("set max_offset to %d or less; if it is so already, ranges of time are not understood: set time_unit to s, ms or 17", max(w.start, 2))}
	}
	return p, err
}

// bound is how deep the list may be read; 0: without a bound.
func (w *walking) bound() int {
	if w.listing.deep || w.config.MaxOffset < 0 {
		return 0
	}
	return w.config.MaxOffset
}

// moved reports whether none of the rows that should be known was seen before.
func (w *walking) moved(entries []entry) bool {
	if w.known == 0 || w.start == 0 || w.retreats >= maxRetreats {
		return false
	}
	for _, e := range entries[:min(w.known, len(entries))] {
		if _, seen := w.seen[e.mark]; seen {
			return false
		}
	}
	return true
}

// maxStuck is how many pages in a row may show nothing new before the list is taken to go round in circles.
const maxStuck = 3

// stuck notes what was seen, and reports whether nothing new has come for too long.
func (w *walking) stuck(entries []entry) bool {
	before := len(w.seen)
	for _, e := range entries {
		w.seen[e.mark] = struct{}{}
	}
	if len(w.seen) > before {
		w.barren = 0
	} else {
		w.barren++
	}
	return w.barren >= maxStuck
}

// retreat goes back by a page.
func (w *walking) retreat() {
	w.retreats++
	w.start = max(0, w.start-w.config.PageSize)
	w.known = w.config.PageSize
}

// advance goes to the page after one of n rows, with an overlap.
func (w *walking) advance(n, found int) (done, tooDeep bool) {
	end := w.start + n
	switch {
	case n == 0, found >= 0 && end >= found:
		return true, false
	case w.bound() > 0 && end >= w.bound():
		return false, true
	case found < 0 && n < w.limit: // it seems to be the end; an empty page will show it
		w.start, w.known = end, 0
		return false, false
	}
	w.known = min(overlap, w.config.PageSize/2, n-1)
	w.start = end - w.known
	return false, false
}
