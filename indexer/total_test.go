package indexer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer"
)

// counting is a source that tells what changed since a cursor, and how many assets it holds, but not what was
// deleted. Assets whose ids begin with "hidden" it counts and does not list whole; Confirm finds them.
type counting struct {
	all     []indexer.Item // what it holds
	changed []indexer.Item // what it lists after a cursor
	fetched []string       // "all" or "changed"
	asked   []semdex.AssetID
}

func (c *counting) Name() string { return "f" }

func (c *counting) Fetch(_ context.Context, cursor []byte, yield func(indexer.Item) error) (indexer.Listing, error) {
	listed, what := c.changed, "changed"
	if cursor == nil {
		listed, what = c.all, "all"
	}
	c.fetched = append(c.fetched, what)
	for _, item := range listed {
		if item.Asset != nil && what == "all" && strings.HasPrefix(string(item.Asset.ID), "f:hidden") {
			continue
		}
		if err := yield(item); err != nil {
			return indexer.Listing{}, err
		}
	}
	return indexer.Listing{Cursor: []byte("c"), Complete: what == "all", Total: len(c.all)}, nil
}

func (c *counting) Confirm(_ context.Context, ids []semdex.AssetID, yield func(indexer.Item) error) ([]semdex.AssetID, error) {
	c.asked = append(c.asked, ids...)
	var gone []semdex.AssetID
	for _, id := range ids {
		at := slices.IndexFunc(c.all, func(i indexer.Item) bool { return i.Asset != nil && i.Asset.ID == id })
		if at < 0 {
			gone = append(gone, id)
		} else if err := yield(c.all[at]); err != nil {
			return nil, err
		}
	}
	return gone, nil
}

func TestSyncListsWholeWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	first := "a=1 b=1 c=1 d=1 e=1 g=1 h=1 i=1 j=1 k=1 l=1 m=1"
	tests := []struct {
		name         string
		all, changed string // at the second sync
		want         string // counts of the second sync, and how it listed
		stored       string
	}{
		{"nothing changed", first, "", "+0 ~0 -0 changed", first},
		{"an addition adds up", first + " n=1", "n=1", "+1 ~0 -0 changed", first + " n=1"},
		{"a change does", strings.Replace(first, "b=1", "b=2", 1), "b=2", "+0 ~1 -0 changed", strings.Replace(first, "b=1", "b=2", 1)},
		{"a deletion without a word does not", strings.Replace(first, "b=1 ", "", 1), "", "+0 ~0 -1 changed all", strings.Replace(first, "b=1 ", "", 1)},
		{"a deletion beside an addition does not, and counts once", strings.Replace(first, "b=1 ", "", 1) + " n=1 o=1", "n=1 o=1",
			"+2 ~0 -1 changed all", strings.Replace(first, "b=1 ", "", 1) + " n=1 o=1"},
		{"a deletion behind a new record that cannot be read", strings.Replace(first, "b=1 ", "", 1) + " !x", "!x", "+0 ~0 -1 changed all", strings.Replace(first, "b=1 ", "", 1)},
		{"an addition that was not told of does not", first + " n=1", "", "+1 ~0 -0 changed all", first + " n=1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMirror(t)
			sync(t, m, &counting{all: items(first)}, indexer.Options{})
			src := &counting{all: items(tt.all), changed: items(tt.changed)}
			r := sync(t, m, src, indexer.Options{})
			if got := counts(r) + " " + strings.Join(src.fetched, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if diff := cmp.Diff(shownAs(tt.stored), stored(t, m)); diff != "" {
				t.Errorf("stored (-want +got):\n%s", diff)
			}
			src.fetched, src.changed = nil, nil
			if r = sync(t, m, src, indexer.Options{}); counts(r) != "+0 ~0 -0" || !slices.Equal(src.fetched, []string{"changed"}) {
				t.Errorf("the next sync: got %s by %q, want nothing, by what changed", counts(r), src.fetched)
			}
		})
	}
}

func TestSyncDoesNotListWholeForWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	m := newMirror(t)
	src := &counting{all: items("a=1 b=1 !x !")}
	if r := sync(t, m, src, indexer.Options{}); counts(r) != "+2 ~0 -0" || len(r.Rejected) != 2 {
		t.Fatalf("got %+v, want two assets and two rejections", r)
	}
	src.fetched = nil
	sync(t, m, src, indexer.Options{})
	if diff := cmp.Diff([]string{"changed"}, src.fetched); diff != "" {
		t.Errorf("two records that cannot be read are counted by the source (-want +got):\n%s", diff)
	}
}

func TestWhatIsNotListedIsLookedUp(t *testing.T) {
	t.Parallel()
	m := newMirror(t)
	sync(t, m, &fake{items: items("a=1 b=1 c=1 d=1 e=1 g=1 h=1 i=1 j=1 k=1 hidden=1 l=1 m=1 n=1 o=1 p=1 q=1 r=1 s=1 u=1 v=1")}, indexer.Options{})
	src := &counting{all: items("a=1 b=1 c=1 d=1 e=1 g=1 h=1 i=1 j=1 k=1 hidden=2 m=1 n=1 o=1 p=1 q=1 r=1 s=1 u=1 v=1")}
	r := sync(t, m, src, indexer.Options{Full: true})
	if diff := cmp.Diff([]semdex.AssetID{"f:hidden", "f:l"}, src.asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if counts(r) != "+0 ~1 -1" {
		t.Errorf("got %s, want the one that is there changed and the other deleted", counts(r))
	}
}

// counts shows a result as "+added ~changed -deleted".
func counts(r indexer.Result) string {
	return fmt.Sprintf("+%d ~%d -%d", r.Added, r.Changed, r.Deleted)
}

// shownAs gives "a=1 b=1" as stored shows it.
func shownAs(s string) string {
	list := strings.Fields(s)
	slices.Sort(list)
	return "f:" + strings.Join(list, " f:")
}

func TestAListingThatIsNeitherWholeNorGoesOnIsAnError(t *testing.T) {
	t.Parallel()
	m := newMirror(t)
	_, err := indexer.Sync(t.Context(), &fake{items: items("a=1 b=1"), partial: true}, m, indexer.Options{})
	if semdex.CodeOf(err) != semdex.Upstream || !strings.Contains(err.Error(), "fewer assets could be listed") || semdex.HintOf(err) == "" {
		t.Errorf("got error %v, want one that says that the listing is not whole", err)
	}
	if diff := cmp.Diff("f:a=1 f:b=1", stored(t, m)); diff != "" {
		t.Errorf("what was listed is in (-want +got):\n%s", diff)
	}
}
