package canto

import (
	"context"
	"hash/maphash"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"semdex/indexer"
	"semdex/internal/remote"
)

// firstPage is how many of the assets that were modified last are looked at for changes.
const firstPage = 100

// slack is how much earlier than the last known modification the changes are read from: an index of a search engine
// does not show everything at once.
const slack = 10 * time.Minute

// Fetch lists what changed since the cursor, or everything. See the package comment for how. An asset whose record
// cannot be understood is handed on as rejected. Where more assets are said to be there than can be listed, the
// listing is not complete and has no cursor.
func (s *Source) Fetch(ctx context.Context, stored []byte, yield func(indexer.Item) error) (indexer.Listing, error) {
	if err := ctx.Err(); err != nil {
		return indexer.Listing{}, err
	}
	f := s.fetching(ctx, yield)
	now, first, err := f.look()
	if err != nil {
		return indexer.Listing{}, err
	}
	before := readCursor(stored, now.Config)
	if before == nil || before.renamed(now) || now.Found == 0 || now.Found < before.Found || !f.ordered(first) {
		return f.everything(now)
	}
	if before.same(now) {
		return indexer.Listing{Cursor: stored, Total: max(0, now.Found)}, nil
	}
	told, err := f.changes(before, now, first)
	if err != nil {
		return indexer.Listing{}, err
	}
	if !told {
		return f.everything(now)
	}
	body, err := now.encode()
	return indexer.Listing{Cursor: body, Total: max(0, now.Found)}, err
}

// fetching is a Fetch under way, or a Confirm.
type fetching struct {
	*Source
	ctx     context.Context
	yield   func(indexer.Item) error
	mapping mapping
	seed    maphash.Seed
	offered map[uint64]struct{}     // what was listed
	broken  map[string]map[int]bool // unreadable places, by list
	unit    *unit                   // of ranges of time, once it is known

	unsorted bool // Canto refuses to sort by modification
}

func (s *Source) fetching(ctx context.Context, yield func(indexer.Item) error) *fetching {
	return &fetching{Source: s, ctx: ctx, yield: yield, seed: maphash.MakeSeed(), offered: map[uint64]struct{}{}, broken: map[string]map[int]bool{}}
}

// look sees how the tenant is, and gives the page of the assets that were modified last.
func (f *fetching) look() (*cursor, page, error) {
	now := &cursor{Config: f.fingerprint()}
	defined, err := f.resolveMap()
	if err != nil {
		return nil, page{}, err
	}
	for _, field := range defined {
		if now.Fields == nil {
			now.Fields = map[string]string{}
		}
		now.Fields[field.ID] = field.Name
	}
	if now.Albums, err = f.tree(f.ctx); err != nil {
		return nil, page{}, err
	}
	first, err := f.newest()
	if err != nil {
		return nil, page{}, err
	}
	now.First, now.Found = f.signature(first), first.found
	now.Watermark = f.watermark(first)
	return now, first, nil
}

// resolveMap finds the custom fields of the map, and gives all that there are where it had to ask. One that is
// missing is an error: what it should have told of rights would be lost without a word.
func (f *fetching) resolveMap() ([]customField, error) {
	f.mapping = unresolved(f.targets)
	if len(f.targets) == 0 || f.config.UncheckedMap {
		return nil, nil
	}
	defined, err := f.defined(f.ctx)
	if err != nil {
		return nil, err
	}
	f.mapping, err = resolve(f.targets, defined)
	return defined, err
}

// recent is the list of all assets, those modified last first.
func (f *fetching) recent() listing {
	order := "last_modified"
	if f.unsorted {
		order = "time"
	}
	return listing{name: "canto search", path: "/search", query: url.Values{
		"scheme": {strings.Join(f.config.Schemes, "|")}, "sortBy": {order}, "sortDirection": {"descending"}}}
}

// newest gives the first page of the assets that were modified last. The order is in no document of Canto, so it may
// be refused.
func (f *fetching) newest() (page, error) {
	p, err := f.page(f.recent(), 0, firstPage)
	if remote.Is(err, remote.Refused) && !f.unsorted {
		f.unsorted = true
		return f.newest()
	}
	return p, err
}

// foreign reports whether a scheme is none that this source lists. One that is not known is data like any other.
func (s *Source) foreign(scheme string) bool {
	switch scheme {
	case "album", "folder":
		return true
	}
	return slices.Contains(schemes, scheme) && !slices.Contains(s.config.Schemes, scheme)
}

// signature is a digest of the records of a page, in whatever order, but for addresses, which may be signed anew at
// each call.
func (f *fetching) signature(p page) string {
	var sums []string
	for _, r := range p.rows {
		record, err := readObject(r.raw)
		if err != nil || record == nil {
			sums = append(sums, digest("unreadable", string(r.raw)))
			continue
		}
		delete(record, "url")
		delete(record, "metadata")
		parts := []string{}
		for _, name := range slices.Sorted(maps.Keys(record)) {
			parts = append(parts, name, string(record[name]))
		}
		sums = append(sums, digest(parts...))
	}
	slices.Sort(sums)
	return digest(sums...)
}

// stamp is when an entry was modified; zero where it does not tell.
func (f *fetching) stamp(e entry) time.Time {
	if e.err != nil {
		return time.Time{}
	}
	at, err := modified(&f.config, e.record)
	if err != nil {
		return time.Time{}
	}
	return at
}

// stamps gives when the assets of a page were modified, as far as they tell.
func (f *fetching) stamps(p page) []time.Time {
	var stamps []time.Time
	for _, e := range f.entries(f.recent(), p.rows) {
		if at := f.stamp(e); !at.IsZero() {
			stamps = append(stamps, at)
		}
	}
	return stamps
}

// watermark gives when the last modification was. A stamp in the future does not count, unless all of them are: one
// that is wrong would hide what comes after it.
func (f *fetching) watermark(p page) time.Time {
	var newest, oldest time.Time
	now := f.config.Now()
	for _, at := range f.stamps(p) {
		if !at.After(now) && at.After(newest) {
			newest = at
		}
		if oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	if newest.IsZero() {
		return oldest
	}
	return newest
}

// ordered reports whether a page is in the order of modification that was asked for, so that what is new would show
// on it. An hour does not count: by that much the order of stamps without a zone is wrong where clocks are set back.
func (f *fetching) ordered(p page) bool {
	if f.unsorted {
		return false
	}
	stamps := f.stamps(p)
	for i := 1; i < len(stamps); i++ {
		if stamps[i].Sub(stamps[i-1]) > time.Hour {
			return false
		}
	}
	return len(stamps) < firstPage || !stamps[len(stamps)-1].After(f.config.Now().Add(margin))
}

// changes lists what changed since before. told is false where that is not to be known: then everything is to be
// listed.
func (f *fetching) changes(before, now *cursor, first page) (told bool, err error) {
	albums, ok := before.changedAlbums(now)
	if !ok || (now.Found > 0 && now.pages(albums, f.config.PageSize) > now.Found/f.config.PageSize+len(f.config.Schemes)) {
		return false, nil
	}
	if told, err = f.modifiedSince(f.since(before.Watermark), first); err != nil || !told {
		return false, err
	}
	for _, id := range albums {
		if told, err = f.album(id); err != nil || !told {
			return false, err
		}
	}
	return true, nil
}

// since is the stamp from which on changes are read.
func (f *fetching) since(watermark time.Time) time.Time {
	if watermark.IsZero() {
		return watermark
	}
	if setsBack(watermark, f.config.TimeZone) {
		watermark = watermark.Add(-time.Hour)
	}
	return watermark.Add(-slack)
}

// modifiedSince lists the assets that were modified since then. first is the first page of the list.
func (f *fetching) modifiedSince(since time.Time, first page) (told bool, err error) {
	l := f.recent()
	w, err := f.walk(l, &first, func(entries []entry) (enough bool, err error) {
		for _, e := range entries {
			if at := f.stamp(e); !at.IsZero() && at.Before(since) {
				enough = true
				continue
			}
			if err := f.offer(e); err != nil {
				return true, err
			}
		}
		return enough, nil
	})
	return !w.tooDeep, err
}

// album lists the assets of an album.
func (f *fetching) album(id string) (told bool, err error) {
	l := listing{name: "canto album " + id, path: "/album/" + escape(id), query: byUpload()}
	seen := map[uint64]struct{}{}
	w, err := f.walk(l, nil, func(entries []entry) (bool, error) { return false, f.take(entries, seen) })
	if remote.Is(err, remote.Missing) { // it is gone by now
		return false, nil
	}
	return !w.tooDeep && len(seen) >= w.most(), err
}

// take lists entries, and notes that they were seen.
func (f *fetching) take(entries []entry, seen map[uint64]struct{}) error {
	for _, e := range entries {
		seen[e.mark] = struct{}{}
		if err := f.offer(e); err != nil {
			return err
		}
	}
	return nil
}

// byUpload is the order in which what is new comes last.
func byUpload() url.Values {
	return url.Values{"sortBy": {"time"}, "sortDirection": {"ascending"}}
}
