package canto

import (
	"semdex/indexer"
)

// maxPasses is how often a scheme is listed at most until as many assets were seen as there are said to be.
const maxPasses = 3

// everything lists all assets, scheme by scheme, in the order of their upload.
func (f *fetching) everything(now *cursor) (indexer.Listing, error) {
	complete, total := true, 0
	for _, scheme := range f.config.Schemes {
		n, whole, err := f.sweep(scheme)
		if err != nil {
			return indexer.Listing{}, err
		}
		complete, total = complete && whole, total+n
	}
	if complete && total < now.Found {
		var err error
		if complete, err = f.stable(now.Found); err != nil {
			return indexer.Listing{}, err
		}
	}
	if !complete {
		return indexer.Listing{}, nil
	}
	body, err := now.encode()
	return indexer.Listing{Cursor: body, Complete: true, Total: max(0, now.Found)}, err
}

// stable reports whether as many assets are found as before. Where the schemes have fewer, Canto counts otherwise in a
// search; where the search has fewer now, too, they may have become invisible on the way.
func (f *fetching) stable(found int) (bool, error) {
	now, err := f.found(f.recent())
	return now == found, err
}

// schemeList is the list of a scheme, in the order of upload.
func schemeList(scheme string) listing {
	return listing{name: "canto list " + scheme, path: "/" + scheme, query: byUpload(), scheme: scheme}
}

// sweep lists a scheme, again where assets were missed, and gives how many were seen, and whether these are all that
// can be.
func (f *fetching) sweep(scheme string) (n int, whole bool, err error) {
	l := schemeList(scheme)
	seen := map[uint64]struct{}{}
	before := -1
	for range maxPasses {
		w, err := f.pass(l, seen)
		if err != nil {
			return 0, false, err
		}
		steady := len(seen) == before && w.first == w.last // what is counted beyond that cannot be listed; deletions are confirmed one by one
		if len(seen) >= w.most() || steady {
			return len(seen), true, nil
		}
		before = len(seen)
	}
	return len(seen), false, nil
}

// pass lists a scheme once, in parts where it is too large to be paged through.
func (f *fetching) pass(l listing, seen map[uint64]struct{}) (walked, error) {
	take := func(entries []entry) (bool, error) { return false, f.take(entries, seen) }
	first, err := f.page(l, 0, f.config.PageSize)
	if err != nil {
		return walked{}, err
	}
	if f.config.MaxOffset < 0 || first.found <= f.config.MaxOffset {
		w, err := f.walk(l, &first, take)
		if err != nil || !w.tooDeep {
			return w, err
		}
	}
	return f.parts(l, first, take)
}

// parts lists a scheme in windows of the time of upload; where these are not understood, as far as it goes.
func (f *fetching) parts(l listing, first page, take func([]entry) (bool, error)) (walked, error) {
	windows, err := f.windows(l, first)
	if err != nil {
		return walked{}, err
	}
	if windows == nil {
		l.deep = true
		return f.walk(l, nil, take)
	}
	for _, w := range windows {
		part := l.with(rangeParameter, w.text)
		part.name, part.deep = l.name+" "+w.text, w.deep
		if _, err := f.walk(part, nil, take); err != nil {
			return walked{}, err
		}
	}
	last, err := f.found(l)
	return walked{first: first.found, last: last}, err
}
