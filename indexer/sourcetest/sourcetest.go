// Package sourcetest is the suite that every indexer.Source must pass: what a sync relies on, and nothing
// about the system behind the source.
package sourcetest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer"
)

// Library is what stands behind a source under test.
type Library struct {
	// Assets are the ids that the source lists, two of them at least, in any order.
	Assets []semdex.AssetID
	// Add makes one more asset appear and gives its id. Where it is nil, that is not tested.
	Add func(t *testing.T) semdex.AssetID
	// Delete removes an asset as a curator would between two syncs. Where it is nil, that is not tested.
	Delete func(t *testing.T, id semdex.AssetID)
}

// Run checks the sources that open gives. It calls open once for each check; open cleans up by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) (indexer.Source, Library)) {
	for _, check := range []struct {
		name string
		run  func(t *testing.T, src indexer.Source, library Library)
	}{
		{"the name is a prefix", name},
		{"without a cursor each asset is listed once, under the prefix", listsAll},
		{"two listings give the same records", sameRecords},
		{"after the cursor there is nothing new", nothingNew},
		{"an asset that is added is listed after the cursor", added},
		{"an asset that is deleted is told after the cursor", deleted},
		{"a context that is cancelled before lists nothing", cancelledBefore},
		{"a context that is cancelled stops the listing", cancelledWithin},
		{"an error of yield stops the listing and is passed on", yieldFails},
	} {
		t.Run(check.name, func(t *testing.T) {
			src, library := open(t)
			if len(library.Assets) < 2 {
				t.Fatalf("got a library of %d assets, want 2 at least", len(library.Assets))
			}
			check.run(t, src, library)
		})
	}
}

// answer is what one Fetch gave: the records that were listed, and the ids that it said were deleted.
type answer struct {
	records []semdex.Record
	deleted []semdex.AssetID
	listing indexer.Listing
}

// fetch lists the source, and fails the test where that is an error.
func fetch(t *testing.T, src indexer.Source, cursor []byte) answer {
	t.Helper()
	var a answer
	var err error
	a.listing, err = src.Fetch(t.Context(), slices.Clone(cursor), func(item indexer.Item) error {
		switch {
		case item.Rejected != nil:
			t.Errorf("%s was rejected: %s", item.Rejected.ID, item.Rejected.Reason)
		case item.Deleted != "":
			a.deleted = append(a.deleted, item.Deleted)
		case item.Asset == nil:
			t.Error("got an item that is nothing")
		default:
			record, err := semdex.NewRecord(item.Asset)
			if err != nil {
				t.Error(err)
			}
			a.records = append(a.records, record)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("fetch: got error %v, want none", err)
	}
	slices.SortStableFunc(a.records, func(x, y semdex.Record) int { return cmp.Compare(x.ID, y.ID) })
	slices.Sort(a.deleted)
	return a
}

func (a *answer) ids() []semdex.AssetID {
	ids := make([]semdex.AssetID, 0, len(a.records))
	for _, r := range a.records {
		ids = append(ids, r.ID)
	}
	return ids
}

func name(t *testing.T, src indexer.Source, _ Library) {
	if got := src.Name(); got == "" || strings.Contains(got, ":") {
		t.Errorf("got %q, want a name that is not empty and has no colon", got)
	}
}

func listsAll(t *testing.T, src indexer.Source, library Library) {
	got := fetch(t, src, nil)
	if diff := gocmp.Diff(slices.Sorted(slices.Values(library.Assets)), got.ids()); diff != "" {
		t.Errorf("listed ids (-want +got):\n%s", diff)
	}
	if !got.listing.Complete {
		t.Error("got a listing that is not complete, want one that is")
	}
	if len(got.deleted) > 0 {
		t.Errorf("got deletions %q, want none", got.deleted)
	}
	for _, id := range got.ids() {
		if !strings.HasPrefix(string(id), src.Name()+":") || id.Source() != src.Name() {
			t.Errorf("got id %q, want it to begin with %q", id, src.Name()+":")
		}
	}
}

func sameRecords(t *testing.T, src indexer.Source, _ Library) {
	first, second := fetch(t, src, nil), fetch(t, src, nil)
	if diff := gocmp.Diff(first.records, second.records); diff != "" {
		t.Errorf("records (-first +second):\n%s", diff)
	}
}

// nothingNew lets a source list again what it listed before, since some cannot draw a sharper line.
func nothingNew(t *testing.T, src indexer.Source, _ Library) {
	first := fetch(t, src, nil)
	if first.listing.Cursor == nil {
		t.Skip("the source gives no cursor")
	}
	second := fetch(t, src, first.listing.Cursor)
	if len(second.deleted) > 0 {
		t.Errorf("got deletions %q, want none", second.deleted)
	}
	for _, r := range second.records {
		if !slices.ContainsFunc(first.records, func(o semdex.Record) bool { return o.ID == r.ID && o.Hash == r.Hash }) {
			t.Errorf("got a new record of %s, want none: %s", r.ID, r.Body)
		}
	}
	if second.listing.Complete && len(second.records) != len(first.records) {
		t.Errorf("got a listing that says to be complete with %d of %d assets", len(second.records), len(first.records))
	}
}

func added(t *testing.T, src indexer.Source, library Library) {
	if library.Add == nil {
		t.Skip("the library does not change")
	}
	first := fetch(t, src, nil)
	id := library.Add(t)
	if got := fetch(t, src, first.listing.Cursor); !slices.Contains(got.ids(), id) {
		t.Errorf("got %q, want %s among them", got.ids(), id)
	}
}

func deleted(t *testing.T, src indexer.Source, library Library) {
	if library.Delete == nil {
		t.Skip("the library does not change")
	}
	first := fetch(t, src, nil)
	id := library.Assets[0]
	library.Delete(t, id)
	got := fetch(t, src, first.listing.Cursor)
	if slices.Contains(got.ids(), id) {
		t.Errorf("the deleted %s is listed", id)
	}
	if !got.listing.Complete && !slices.Contains(got.deleted, id) {
		t.Errorf("got deletions %q and no complete listing, want %s to be told by either", got.deleted, id)
	}
}

func cancelledBefore(t *testing.T, src indexer.Source, _ Library) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	listed := 0
	_, err := src.Fetch(ctx, nil, func(indexer.Item) error { listed++; return nil })
	if !errors.Is(err, context.Canceled) || listed > 0 {
		t.Errorf("got %d items and error %v, want none and %v", listed, err, context.Canceled)
	}
}

func cancelledWithin(t *testing.T, src indexer.Source, library Library) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	listed := 0
	_, err := src.Fetch(ctx, nil, func(indexer.Item) error {
		listed++
		cancel()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) || listed != 1 {
		t.Errorf("got %d of %d items and error %v, want 1 and %v", listed, len(library.Assets), err, context.Canceled)
	}
}

func yieldFails(t *testing.T, src indexer.Source, library Library) {
	full := errors.New("the disk is full")
	listed := 0
	listing, err := src.Fetch(t.Context(), nil, func(indexer.Item) error { listed++; return full })
	if !errors.Is(err, full) || listed != 1 {
		t.Errorf("got %d of %d items and error %v, want 1 and %v", listed, len(library.Assets), err, full)
	}
	if listing.Complete {
		t.Error("got a complete listing, want none after an error")
	}
}
