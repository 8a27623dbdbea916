package local

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"semdex"
	"semdex/search"
)

// rotated puts the tag "t0" into group turn, "t1" into the next one, and so on, and all of them into group 7.
type rotated struct{ turn int }

func (*rotated) Fields() []string { return []string{"tags"} }

func (r *rotated) Groups(v search.Value) []int32 {
	var tag int
	fmt.Sscanf(v.Value, "t%d", &tag)
	return []int32{int32((tag + r.turn) % 7), 7}
}

// openTagged gives a view of fifty assets with two tags each, "t0" to "t49".
func openTagged(t *testing.T) *view {
	t.Helper()
	x, err := Open(t.TempDir(), []string{"en"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	var changes []Change
	for i := range 50 {
		a := &semdex.Asset{ID: semdex.AssetID(fmt.Sprint("files:", i)), Tags: []string{fmt.Sprint("t", i), fmt.Sprint("t", (i+1)%50)}}
		changes = append(changes, Change{ID: a.ID, Asset: a})
	}
	if err := x.Apply(context.Background(), changes, 1); err != nil {
		t.Fatal(err)
	}
	v := x.View().(*view)
	t.Cleanup(v.Release)
	return v
}

// TestFollowWhatIsForgotten has groupings forgotten while others follow them.
func TestFollowWhatIsForgotten(t *testing.T) {
	t.Parallel()
	v := openTagged(t)
	done := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				v.dictionary.grouping(&rotated{})
			}
		}
	})
	for range 2000 {
		before, now := &rotated{1}, &rotated{2}
		v.grouped(before)
		if f := v.follow(search.Following{Before: before, Now: now}); f != nil && f.now.codes != f.before.codes {
			t.Error("a grouping follows another and has codes of its own")
		}
	}
	close(done)
	others.Wait()
}

// TestTableIsKeptOnce makes a table twice, as two searches do that ask for it at the same time.
func TestTableIsKeptOnce(t *testing.T) {
	t.Parallel()
	v := openTagged(t)
	a, one, other := v.parts[0].arrays, v.grouped(&rotated{1}), v.grouped(&rotated{2})
	for _, g := range []*grouped{one, other, one, one} {
		a.makeTable(g)
	}
	if len(a.tables) != 2 || a.tables[0].of != one.groupsOf || a.tables[1].of != other.groupsOf {
		t.Errorf("%d tables are kept, want the one used last and the other", len(a.tables))
	}
}
