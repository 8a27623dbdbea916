package indexer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/sourcetest"
	"semdex/internal/mirror"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a source that lists what it is told to.
type fake struct {
	name     string // "f" where empty
	items    []indexer.Item
	cursor   string // where the next Fetch goes on
	partial  bool   // the listing is not complete
	fail     error  // ends the listing after the items
	deaf     bool   // goes on after an error of yield
	onItem   func(i int)
	received []string // the cursors it was called with
}

func (f *fake) Name() string {
	if f.name == "" {
		return "f"
	}
	return strings.Trim(f.name, "-")
}

func (f *fake) Fetch(ctx context.Context, cursor []byte, yield func(indexer.Item) error) (indexer.Listing, error) {
	f.received = append(f.received, string(cursor))
	for i, item := range f.items {
		if f.onItem != nil {
			f.onItem(i)
		}
		if err := yield(item); err != nil && !f.deaf {
			return indexer.Listing{}, err
		}
	}
	if f.fail != nil {
		return indexer.Listing{}, f.fail
	}
	var next []byte
	if f.cursor != "" {
		next = []byte(f.cursor)
	}
	return indexer.Listing{Cursor: next, Complete: !f.partial}, ctx.Err()
}

// asset is an item "a=1": asset f:a with title 1.
func asset(id, title string) indexer.Item {
	return indexer.Item{Asset: &semdex.Asset{ID: semdex.AssetID("f:" + id), Title: semdex.Text{"": title}}}
}

// items reads "a=1 b=2 -c !d" as two assets, a deletion and a record that could not be read.
func items(s string) []indexer.Item {
	var out []indexer.Item
	for _, word := range strings.Fields(s) {
		switch id, title, _ := strings.Cut(word, "="); word[0] {
		case '-':
			out = append(out, indexer.Item{Deleted: semdex.AssetID("f:" + word[1:])})
		case '!':
			r := &indexer.Rejection{Reason: "bad"}
			if len(word) > 1 {
				r.ID = semdex.AssetID("f:" + word[1:])
			}
			out = append(out, indexer.Item{Rejected: r})
		default:
			out = append(out, asset(id, title))
		}
	}
	return out
}

// numbered gives n assets "p0=title", "p1=title", ...
func numbered(n int, prefix, title string) []indexer.Item {
	var out []indexer.Item
	for i := range n {
		out = append(out, asset(fmt.Sprint(prefix, i), title))
	}
	return out
}

func newMirror(t *testing.T) *mirror.Mirror {
	t.Helper()
	m, err := mirror.Open(filepath.Join(t.TempDir(), "mirror.bolt"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// stored shows the mirror as "f:a=1 f:b=2".
func stored(t *testing.T, m *mirror.Mirror) string {
	t.Helper()
	var all []string
	if err := m.Each(func(a *semdex.Asset) error { all = append(all, string(a.ID)+"="+a.Title[""]); return nil }); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func cursorOf(t *testing.T, m *mirror.Mirror) string {
	t.Helper()
	c, err := m.Cursor("f")
	if err != nil {
		t.Fatal(err)
	}
	return string(c)
}

func sequence(t *testing.T, m *mirror.Mirror) uint64 {
	t.Helper()
	n, err := m.Sequence()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func sync(t *testing.T, m *mirror.Mirror, src indexer.Source, o indexer.Options) indexer.Result {
	t.Helper()
	r, err := indexer.Sync(t.Context(), src, m, o)
	if err != nil {
		t.Fatalf("sync: got error %v, want none", err)
	}
	return r
}

func TestSync(t *testing.T) {
	t.Parallel()
	ten := "a=1 b=1 c=1 d=1 e=1 g=1 h=1 i=1 j=1 k=1"
	rest := strings.TrimPrefix(ten, "a=1 ")
	shown := func(s string) string { return "f:" + strings.ReplaceAll(s, " ", " f:") }
	tests := []struct {
		name    string
		before  string // listed by a sync before
		src     fake
		options indexer.Options
		want    indexer.Result
		stored  string
		cursor  string
	}{
		{"the first sync adds all", "", fake{items: items("a=1 b=1"), cursor: "c1"}, indexer.Options{},
			indexer.Result{Added: 2, Complete: true}, "f:a=1 f:b=1", "c1"},
		{"new, changed, unchanged, gone", ten, fake{items: items("z=1 b=2 " + strings.TrimPrefix(rest, "b=1 ")), cursor: "c1"}, indexer.Options{},
			indexer.Result{Added: 1, Changed: 1, Deleted: 1, Unchanged: 8, Complete: true}, shown("b=2 " + strings.TrimPrefix(rest, "b=1 ") + " z=1"), "c1"},
		{"an incomplete listing deletes nothing", ten, fake{items: items("a=2"), cursor: "c1", partial: true}, indexer.Options{},
			indexer.Result{Changed: 1}, shown("a=2 " + rest), "c1"},
		{"a deletion that the source tells", ten, fake{items: items("-a -a -unknown"), cursor: "c1", partial: true}, indexer.Options{},
			indexer.Result{Deleted: 1}, shown(rest), "c1"},
		{"a deletion that a complete listing tells too counts once", ten, fake{items: items("-a " + rest), cursor: "c1"}, indexer.Options{},
			indexer.Result{Deleted: 1, Unchanged: 9, Complete: true}, shown(rest), "c1"},
		{"deleted and listed again stays", ten, fake{items: items("-a a=1"), cursor: "c1", partial: true}, indexer.Options{},
			indexer.Result{Deleted: 1, Changed: 1}, shown(ten), "c1"},
		{"listed and then deleted goes", "", fake{items: items("a=1 b=1 -b"), cursor: "c1", partial: true}, indexer.Options{},
			indexer.Result{Added: 2, Deleted: 1}, "f:a=1", "c1"},
		{"of duplicates the first counts", "", fake{items: items("a=1 a=2 a=1")}, indexer.Options{},
			indexer.Result{Added: 1, Complete: true, Rejected: []indexer.Rejection{{Source: "f", ID: "f:a"}, {Source: "f", ID: "f:a"}}}, "f:a=1", ""},
		{"a rejected record keeps the stored version", ten, fake{items: items("!a " + rest), cursor: "c1"}, indexer.Options{},
			indexer.Result{Unchanged: 9, Complete: true, Rejected: []indexer.Rejection{{Source: "f", ID: "f:a"}}}, shown(ten), "c1"},
		{"a rejected record without id keeps nothing", ten, fake{items: items("! " + rest), cursor: "c1"}, indexer.Options{},
			indexer.Result{Unchanged: 9, Deleted: 1, Complete: true, Rejected: []indexer.Rejection{{Source: "f"}}}, shown(rest), "c1"},
		{"a readable record after a rejected one counts", ten, fake{items: items("!a a=2 " + rest), cursor: "c1"}, indexer.Options{},
			indexer.Result{Changed: 1, Unchanged: 9, Complete: true, Rejected: []indexer.Rejection{{Source: "f", ID: "f:a"}}}, shown("a=2 " + rest), "c1"},
		{"an id of another source is rejected", "", fake{items: append(items("a=1"), indexer.Item{Asset: &semdex.Asset{ID: "g:x"}})}, indexer.Options{},
			indexer.Result{Added: 1, Complete: true, Rejected: []indexer.Rejection{{Source: "f", ID: "g:x"}}}, "f:a=1", ""},
		{"a prefix alone is no id", "", fake{items: append(items("a=1"), asset("", "1"))}, indexer.Options{},
			indexer.Result{Added: 1, Complete: true, Rejected: []indexer.Rejection{{Source: "f", ID: "f:"}}}, "f:a=1", ""},
		{"an id that could not be read back is rejected", "", fake{items: append(items("a=1"), asset("x\n", "1"))}, indexer.Options{},
			indexer.Result{Added: 1, Complete: true, Rejected: []indexer.Rejection{{Source: "f", ID: "f:x\n"}}}, "f:a=1", ""},
		{"a record that cannot be written stops nothing", "", fake{items: append([]indexer.Item{{Asset: &semdex.Asset{ID: "f:x", Created: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)}}}, items("a=1")...)}, indexer.Options{},
			indexer.Result{Added: 1, Complete: true, Rejected: []indexer.Rejection{{Source: "f", ID: "f:x"}}}, "f:a=1", ""},
		{"a dry run counts and stores nothing", ten, fake{items: items("z=1 b=2 " + strings.TrimPrefix(rest, "b=1 ")), cursor: "c1"}, indexer.Options{DryRun: true},
			indexer.Result{Added: 1, Changed: 1, Deleted: 1, Unchanged: 8, Complete: true}, shown(ten), "c0"},
		{"mass deletion where it is allowed", ten, fake{items: items("a=1"), cursor: "c1"}, indexer.Options{AllowDeletes: true},
			indexer.Result{Unchanged: 1, Deleted: 9, Complete: true}, "f:a=1", "c1"},
		{"deletions that the source tells are no guess", ten, fake{items: items("-a -b -c -d -e"), cursor: "c1", partial: true}, indexer.Options{},
			indexer.Result{Deleted: 5}, shown("g=1 h=1 i=1 j=1 k=1"), "c1"},
		{"a source without cursor leaves none", ten, fake{items: items(ten)}, indexer.Options{},
			indexer.Result{Unchanged: 10, Complete: true}, shown(ten), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMirror(t)
			if tt.before != "" {
				sync(t, m, &fake{items: items(tt.before), cursor: "c0"}, indexer.Options{})
			}
			got := sync(t, m, &tt.src, tt.options)
			tt.want.Source = "f"
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(indexer.Rejection{}, "Reason", "Raw"), cmpopts.IgnoreFields(indexer.Result{}, "Listed")); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			for _, r := range got.Rejected {
				if r.Reason == "" {
					t.Errorf("rejection of %q has no reason", r.ID)
				}
			}
			if got := stored(t, m); got != tt.stored {
				t.Errorf("stored: got %q, want %q", got, tt.stored)
			}
			if got := cursorOf(t, m); got != tt.cursor {
				t.Errorf("cursor: got %q, want %q", got, tt.cursor)
			}
		})
	}
}

func TestSyncGoesOnFromTheCursor(t *testing.T) {
	t.Parallel()
	m, src := newMirror(t), &fake{cursor: "c1", partial: true}
	sync(t, m, src, indexer.Options{})
	sync(t, m, src, indexer.Options{})
	sync(t, m, src, indexer.Options{Full: true})
	if diff := cmp.Diff([]string{"", "c1", ""}, src.received); diff != "" {
		t.Errorf("cursors that the source was given, the last time for a full sync (-want +got):\n%s", diff)
	}
}

func TestSyncGuardsAgainstMassDeletion(t *testing.T) {
	t.Parallel()
	for _, dry := range []bool{false, true} {
		t.Run(fmt.Sprintf("dry run %v", dry), func(t *testing.T) {
			t.Parallel()
			m := newMirror(t)
			sync(t, m, &fake{items: numbered(20, "old", "1"), cursor: "c0"}, indexer.Options{})
			// So many new ones that the missing are less than a tenth of what is stored afterwards, and were
			// more than a tenth of what was there before.
			listed := append(numbered(17, "old", "1"), numbered(1100, "new", "1")...)
			_, err := indexer.Sync(t.Context(), &fake{items: listed, cursor: "c1"}, m, indexer.Options{DryRun: dry})
			var told *semdex.Error
			if !errors.As(err, &told) || told.Code != semdex.Conflict || !strings.Contains(told.Hint, "--allow-deletes") {
				t.Errorf("got error %v, want a Conflict that names --allow-deletes", err)
			}
			want := 20 + 1100
			if dry {
				want = 20
			}
			if n, err := m.Count(); err != nil || n != want {
				t.Errorf("stored: got %d (error %v), want %d: nothing deleted, what is new kept", n, err, want)
			}
			if got := cursorOf(t, m); got != "c0" {
				t.Errorf("cursor: got %q, want the old one", got)
			}
		})
	}
}

func TestSyncGuardCountsTheWholeLibrary(t *testing.T) {
	t.Parallel()
	m := newMirror(t)
	other := numbered(100, "x", "1")
	for _, item := range other {
		item.Asset.ID = "g:" + item.Asset.ID[2:]
	}
	sync(t, m, &fake{name: "g", items: other}, indexer.Options{})
	sync(t, m, &fake{items: items("a=1 b=1 c=1")}, indexer.Options{})
	got := sync(t, m, &fake{items: items("a=1")}, indexer.Options{})
	if n, err := m.Count(); got.Deleted != 2 || err != nil || n != 101 {
		t.Errorf("got %d deleted and %d stored (error %v), want 2 and 101: a source deletes its own only", got.Deleted, n, err)
	}
}

func TestSyncThatFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	tests := []struct {
		name   string
		src    func(cancel func()) *fake
		want   error
		stored int // beside the one that was there
	}{
		{"an error in the middle keeps whole batches", func(func()) *fake { return &fake{items: numbered(1500, "n", "1"), fail: broken} }, broken, 1000},
		{"cancellation in the middle", func(cancel func()) *fake {
			return &fake{items: numbered(1500, "n", "1"), onItem: func(i int) {
				if i == 1200 {
					cancel()
				}
			}}
		}, context.Canceled, 1000},
		{"a source that goes on after cancellation deletes nothing", func(cancel func()) *fake {
			return &fake{items: numbered(10, "n", "1"), deaf: true, onItem: func(int) { cancel() }}
		}, context.Canceled, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMirror(t)
			sync(t, m, &fake{items: items("a=1"), cursor: "c0"}, indexer.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			src := tt.src(cancel)
			src.cursor = "c1"
			_, err := indexer.Sync(ctx, src, m, indexer.Options{AllowDeletes: true})
			if !errors.Is(err, tt.want) || !strings.HasPrefix(err.Error(), "sync f: ") {
				t.Errorf("got error %v, want %v with the source before it", err, tt.want)
			}
			if n, err := m.Count(); err != nil || n != 1+tt.stored {
				t.Errorf("stored: got %d (error %v), want %d", n, err, 1+tt.stored)
			}
			if got := cursorOf(t, m); got != "c0" {
				t.Errorf("cursor: got %q, want the old one", got)
			}
		})
	}
}

// deafMirror fails from the second Apply on.
type deafMirror struct {
	*mirror.Mirror
	applied int
}

func (d *deafMirror) Apply(b mirror.Batch) (uint64, error) {
	if d.applied++; d.applied > 1 {
		return 0, errors.New("disk full")
	}
	return d.Mirror.Apply(b)
}

func TestSyncStopsWhereTheMirrorFails(t *testing.T) {
	t.Parallel()
	d := &deafMirror{Mirror: newMirror(t)}
	last := 0
	src := &fake{items: numbered(5000, "n", "1"), cursor: "c1", onItem: func(i int) { last = i }}
	if _, err := indexer.Sync(t.Context(), src, d, indexer.Options{}); err == nil || d.applied != 2 || last != 1999 {
		t.Errorf("got error %v after %d batches and item %d, want one after 2 and 1999", err, d.applied, last)
	}
	if got := cursorOf(t, d.Mirror); got != "" {
		t.Errorf("cursor: got %q, want none", got)
	}
}

func TestSyncRefusesSources(t *testing.T) {
	t.Parallel()
	m := newMirror(t)
	for _, name := range []string{"-", "a:b"} { // the fake trims "-" to nothing
		if _, err := indexer.Sync(t.Context(), &fake{name: name}, m, indexer.Options{}); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("prefix %q: got error %v, want Invalid", name, err)
		}
	}
	if _, err := indexer.Sync(t.Context(), &fake{items: []indexer.Item{{}}}, m, indexer.Options{}); err == nil {
		t.Error("an item that is nothing: got no error, want one")
	}
}

func TestSecondSyncWritesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mirror.bolt")
	m, err := mirror.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	src := &fake{items: numbered(1500, "n", "1"), cursor: "c1"}
	sync(t, m, src, indexer.Options{})
	seq, before := sequence(t, m), contents(t, path)
	slices.Reverse(src.items) // another order is no change
	if got := sync(t, m, src, indexer.Options{Full: true}); got.Unchanged != 1500 || got.Added+got.Changed+got.Deleted != 0 {
		t.Errorf("got %+v, want 1500 unchanged and nothing else", got)
	}
	if got := sequence(t, m); got != seq {
		t.Errorf("sequence: got %d, want %d", got, seq)
	}
	if !bytes.Equal(before, contents(t, path)) {
		t.Error("the file of the mirror changed")
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRejectedRecordsAreCut(t *testing.T) {
	t.Parallel()
	raw := strings.Repeat("ä", indexer.MaxRaw)
	src := &fake{items: []indexer.Item{{Rejected: &indexer.Rejection{File: "f.jsonl", Line: 7, Reason: "bad", Raw: "x" + raw}}}}
	got := sync(t, newMirror(t), src, indexer.Options{}).Rejected
	want := []indexer.Rejection{{Source: "f", File: "f.jsonl", Line: 7, Reason: "bad", Raw: "x" + raw[:indexer.MaxRaw-2]}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rejected, cut between two letters (-want +got):\n%s", diff)
	}
}

func TestSyncShowsProgress(t *testing.T) {
	t.Parallel()
	var got []int
	progress := func(_ string, done, _ int) { got = append(got, done) }
	sync(t, newMirror(t), &fake{items: numbered(1200, "n", "1")}, indexer.Options{Progress: progress})
	if diff := cmp.Diff([]int{500, 1000}, got); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

// TestSuite runs the suite for sources over the fake one, which shows that it can be passed.
func TestSuite(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(t *testing.T) (indexer.Source, sourcetest.Library) {
		return obedient{&fake{items: items("a=1 b=1 c=1"), cursor: "c1"}}, sourcetest.Library{Assets: []semdex.AssetID{"f:b", "f:a", "f:c"}}
	})
}

// obedient is a fake that heeds the context.
type obedient struct{ *fake }

func (o obedient) Fetch(ctx context.Context, cursor []byte, yield func(indexer.Item) error) (indexer.Listing, error) {
	if err := ctx.Err(); err != nil {
		return indexer.Listing{}, err
	}
	return o.fake.Fetch(ctx, cursor, yield)
}

func TestASourceThatListsNothingIsNotEmptied(t *testing.T) {
	t.Parallel()
	m := newMirror(t)
	other := numbered(100, "x", "1")
	for _, item := range other {
		item.Asset.ID = "g:" + item.Asset.ID[2:]
	}
	sync(t, m, &fake{name: "g", items: other}, indexer.Options{})
	sync(t, m, &fake{items: items("a=1 b=1")}, indexer.Options{})
	_, err := indexer.Sync(t.Context(), &fake{}, m, indexer.Options{})
	if n, _ := m.Count(); semdex.CodeOf(err) != semdex.Conflict || n != 102 {
		t.Errorf("a small source of a large library lists nothing: got error %v and %d stored, want a Conflict and 102", err, n)
	}
}

func TestAnIncompleteListingTellsWhatItRead(t *testing.T) {
	t.Parallel()
	m := newMirror(t)
	if got := sync(t, m, &fake{items: items("a=1 b=1 !c"), cursor: "c0"}, indexer.Options{}); got.Listed != nil {
		t.Errorf("a whole listing: got %q, want nothing: all of it was read", got.Listed)
	}
	got := sync(t, m, &fake{items: items("a=1 c=1 !b -x"), cursor: "c1", partial: true}, indexer.Options{})
	if diff := cmp.Diff([]semdex.AssetID{"f:a", "f:c"}, got.Listed); diff != "" {
		t.Errorf("listed and read (-want +got):\n%s", diff)
	}
}
