package local_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"semdex"
	"semdex/search"
	"semdex/search/enginetest"
	"semdex/search/local"
)

func TestEngine(t *testing.T) { enginetest.Run(t, open) }

// open fills an index in several batches, so that it has several segments; some assets come in an older
// form first, some come and go.
func open(t *testing.T, languages []string, assets []*semdex.Asset) search.Engine {
	t.Helper()
	x := openAt(t, t.TempDir(), languages)
	old := []local.Change{{ID: "files:gone", Asset: &semdex.Asset{ID: "files:gone", Title: semdex.Text{"": "rain jacket"}, Approval: semdex.Approved}}}
	for i, a := range assets {
		if i%5 == 0 {
			old = append(old, local.Change{ID: a.ID, Asset: &semdex.Asset{ID: a.ID, Title: semdex.Text{"": "rain jacket"}, Approval: semdex.Approved}})
		}
	}
	apply(t, x, old, 1)
	const batch = 70
	for from := 0; from < len(assets); from += batch {
		var changes []local.Change
		for _, a := range assets[from:min(from+batch, len(assets))] {
			changes = append(changes, local.Change{ID: a.ID, Asset: a})
		}
		apply(t, x, changes, uint64(2+from))
	}
	apply(t, x, []local.Change{{ID: "files:gone"}}, uint64(len(assets)+3))
	return x
}

func openAt(t *testing.T, path string, languages []string) *local.Index {
	t.Helper()
	x, err := local.Open(path, languages)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func apply(t *testing.T, x *local.Index, changes []local.Change, through uint64) {
	t.Helper()
	if err := x.Apply(context.Background(), changes, through); err != nil {
		t.Fatal(err)
	}
}

func asset(id, title string, tags ...string) *semdex.Asset {
	return &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"": title}, Tags: tags, Approval: semdex.Approved}
}

func put(assets ...*semdex.Asset) []local.Change {
	var changes []local.Change
	for _, a := range assets {
		changes = append(changes, local.Change{ID: a.ID, Asset: a})
	}
	return changes
}

// found gives the ids of the assets with a tag, sorted, as a new view of the index sees them.
func found(t *testing.T, x *local.Index, tag string) []string {
	t.Helper()
	v := x.View()
	defer v.Release()
	return foundIn(t, v, tag)
}

func foundIn(t *testing.T, v search.View, tag string) []string {
	t.Helper()
	r, err := v.Search(context.Background(), &search.Plan{Access: search.Access{All: true}, Limit: 1000,
		Filters: []search.Filter{{Values: []search.Value{{Field: "tags", Value: tag}}}}})
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range r.Hits {
		out = append(out, strings.TrimPrefix(string(h.ID), "files:"))
	}
	slices.Sort(out)
	if len(out) != r.Total {
		t.Errorf("%d hits, but a total of %d", len(out), r.Total)
	}
	return out
}

func TestApplyIsVisible(t *testing.T) {
	x := openAt(t, t.TempDir(), []string{"en"})
	steps := []struct {
		name    string
		changes []local.Change
		hut     string
	}{
		{"new assets", put(asset("1", "one", "hut"), asset("2", "two", "hut"), asset("3", "three")), "1 2"},
		{"an update takes a tag away and gives another one", put(asset("1", "one"), asset("3", "three", "hut")), "2 3"},
		{"a delete", []local.Change{{ID: "files:2"}}, "3"},
		{"a delete of what is not there", []local.Change{{ID: "files:9"}}, "3"},
		{"nothing", nil, "3"},
		{"what was deleted comes again", put(asset("2", "two", "hut")), "2 3"},
		{"an asset twice in a batch: the last counts", append(put(asset("2", "two")), put(asset("2", "two", "hut"))...), "2 3"},
		{"an asset comes and goes in a batch", append(put(asset("4", "four", "hut")), local.Change{ID: "files:4"}), "2 3"},
	}
	for i, step := range steps {
		apply(t, x, step.changes, uint64(10*i+1))
		if d := cmp.Diff(strings.Fields(step.hut), found(t, x, "hut")); d != "" {
			t.Errorf("%s (-want +got)\n%s", step.name, d)
		}
		if n, err := x.Applied(); n != uint64(10*i+1) || err != nil {
			t.Errorf("%s: applied %d, %v, want %d", step.name, n, err, 10*i+1)
		}
	}
}

func TestHeldViewDoesNotChange(t *testing.T) {
	x := openAt(t, t.TempDir(), []string{"en"})
	apply(t, x, put(asset("1", "one", "hut"), asset("2", "two", "hut")), 1)
	held := x.View()
	for i := range 30 {
		apply(t, x, append(put(asset(strconv.Itoa(100+i), "more", "hut", "tag"+strconv.Itoa(i))), local.Change{ID: "files:1"}), uint64(2+i))
	}
	if got := foundIn(t, held, "hut"); !slices.Equal(got, []string{"1", "2"}) || held.Len() != 2 {
		t.Errorf("the held view finds %v of %d, want 1 and 2", got, held.Len())
	}
	if values := held.Values("tags"); !slices.Equal(values, []string{"hut"}) {
		t.Errorf("the held view knows the tags %v, want those of its time alone", values)
	}
	if now := found(t, x, "hut"); len(now) != 31 {
		t.Errorf("a new view finds %d, want 31", len(now))
	}
	if held.Generation() == pinned(x).Generation() {
		t.Error("the generation stayed the same though the state did not")
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if got := foundIn(t, held, "hut"); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("after Close the held view finds %v, want 1 and 2", got)
	}
	held.Release()
}

func pinned(x *local.Index) search.View {
	v := x.View()
	v.Release()
	return v
}

// TestReadersBesideAWriter moves assets between two tags in each batch. Whatever view a reader gets, each asset
// bears exactly one of them, and the facet agrees.
func TestReadersBesideAWriter(t *testing.T) {
	x := openAt(t, t.TempDir(), []string{"en"})
	const assets = 200
	all := make([]*semdex.Asset, assets)
	for i := range all {
		all[i] = asset(strconv.Itoa(i), "rain jacket", "left")
	}
	apply(t, x, put(all...), 1)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					checkSides(t, x, assets)
				}
			}
		})
	}
	random := rand.New(rand.NewPCG(1, 1))
	rounds := 60
	if testing.Short() {
		rounds = 15
	}
	for i := range rounds {
		var batch []*semdex.Asset
		for range 20 {
			side := []string{"left", "right"}[random.IntN(2)]
			batch = append(batch, asset(strconv.Itoa(random.IntN(assets)), "rain jacket", side, "round"+strconv.Itoa(i)))
		}
		apply(t, x, put(batch...), uint64(2+i))
		if err := x.Refresh(); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}

func checkSides(t *testing.T, x *local.Index, assets int) {
	v := x.View()
	defer v.Release()
	r, err := v.Search(context.Background(), &search.Plan{Access: search.Access{Use: semdex.Use{On: "2026-01-01"}}, Limit: 10,
		Groups: []search.Group{{Texts: []search.TextEvidence{{Terms: [][]string{{"rain"}, {"jacket"}}, Scored: true, Class: search.Words, Weight: 1}}}},
		Facets: []search.Facet{{Name: "side", By: sides{}}}})
	if err != nil {
		t.Error(err)
		return
	}
	if left, right := len(foundIn(t, v, "left")), len(foundIn(t, v, "right")); r.Total != assets || left+right != assets || !slices.Equal(append(r.Counts[0], 0)[:2], []int{left, right}) {
		t.Errorf("one view shows %d assets, %d left and %d right, facet %v", r.Total, left, right, r.Counts[0])
	}
}

type sides struct{}

func (sides) Fields() []string { return []string{"tags"} }
func (sides) Groups(v search.Value) []int32 {
	return map[string][]int32{"left": {0}, "right": {1}}[v.Value]
}

// TestGroupingIsAskedAboutValuesOfTheViewOnly guards the caller, who links the values of its view before it asks:
// a value that came later must not be remembered as being in no group.
func TestGroupingIsAskedAboutValuesOfTheViewOnly(t *testing.T) {
	x := openAt(t, t.TempDir(), []string{"en"})
	apply(t, x, put(asset("1", "one", "hut")), 1)
	early := x.View()
	defer early.Release()
	apply(t, x, put(asset("2", "two", "trail")), 2)
	g := &growing{groups: map[string]int32{"hut": 0}}
	facet := func(v search.View) []int {
		r, err := v.Search(context.Background(), &search.Plan{Access: search.Access{All: true}, Facets: []search.Facet{{Name: "tags", By: g}}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Counts[0]
	}
	if d := cmp.Diff([]int{1}, facet(early)); d != "" {
		t.Errorf("the early view (-want +got)\n%s", d)
	}
	g.groups["trail"] = 1 // linked now
	late := x.View()
	defer late.Release()
	if d := cmp.Diff([]int{1, 1}, facet(late)); d != "" {
		t.Errorf("the late view (-want +got)\n%s", d)
	}
}

type growing struct{ groups map[string]int32 }

func (g *growing) Fields() []string { return []string{"tags"} }
func (g *growing) Groups(v search.Value) []int32 {
	if n, known := g.groups[v.Value]; known {
		return []int32{n}
	}
	return nil
}

func TestReopenGivesTheSameAnswers(t *testing.T) {
	path := t.TempDir()
	languages := []string{"en", "de"}
	first := openAt(t, path, languages)
	assets := enginetest.Generate(3, 150, 50)
	apply(t, first, put(assets[:100]...), 7)
	apply(t, first, put(assets[50:]...), 9)
	ask := func(x *local.Index) *search.Result {
		v := x.View()
		defer v.Release()
		r, err := v.Search(context.Background(), &search.Plan{Access: search.Access{All: true}, Limit: 1000,
			Groups: []search.Group{{Texts: []search.TextEvidence{{Terms: [][]string{{"rain", "regen"}}, Scored: true, Class: search.Words, Weight: .9}}}}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	want := ask(first)
	if want.Total < 20 {
		t.Fatalf("%d hits are too few to compare", want.Total)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := openAt(t, path, languages)
	// How the words score may move a little, since deleted documents count until their segment is merged.
	if d := cmp.Diff(want, ask(again), cmpopts.EquateApprox(0, .05), cmpopts.SortSlices(func(a, b search.Found) bool { return a.ID < b.ID })); d != "" {
		t.Errorf("after opening again (-want +got)\n%s", d)
	}
	if n, err := again.Applied(); n != 9 || err != nil {
		t.Errorf("applied %d, %v, want 9", n, err)
	}
}

func TestOutdated(t *testing.T) {
	path := t.TempDir()
	x := openAt(t, path, []string{"en", "de"})
	if n, err := x.Applied(); n != 0 || err != nil {
		t.Errorf("a new index applied %d, %v", n, err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	for _, languages := range [][]string{{"en"}, {"de", "en"}, {"en", "de", "fr"}, nil} {
		if _, err := local.Open(path, languages); !errors.Is(err, local.ErrOutdated) {
			t.Errorf("open for %v: got %v, want ErrOutdated", languages, err)
		}
	}
	if err := os.WriteFile(filepath.Join(path, "semdex.json"), []byte(`{"format":0,"languages":["en","de"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := local.Open(path, []string{"en", "de"}); !errors.Is(err, local.ErrOutdated) {
		t.Errorf("open of another format: got %v, want ErrOutdated", err)
	}
}

// TestCutOff opens what a process leaves that was killed while it made an index.
func TestCutOff(t *testing.T) {
	path := t.TempDir()
	if err := os.MkdirAll(filepath.Join(path, "bleve", "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	x := openAt(t, path, []string{"en"})
	apply(t, x, put(asset("1", "one", "hut")), 1)
	if got := found(t, x, "hut"); len(got) != 1 {
		t.Errorf("found %v", got)
	}
}

func TestApplyIsCancelled(t *testing.T) {
	x := openAt(t, t.TempDir(), []string{"en"})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := x.Apply(ctx, put(asset("1", "one", "hut")), 5); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it cancelled", err)
	}
	if n, err := x.Applied(); n != 0 || err != nil || len(found(t, x, "hut")) != 0 {
		t.Errorf("a cancelled batch left %d, %v", n, err)
	}
}

// TestPrefixOfManyWords guards that a prefix finds all, however many words begin so.
func TestPrefixOfManyWords(t *testing.T) {
	x := openAt(t, t.TempDir(), []string{"en"})
	var assets []*semdex.Asset
	for i := range 700 {
		assets = append(assets, asset(strconv.Itoa(i), "w"+strconv.Itoa(i)))
	}
	apply(t, x, put(assets...), 1)
	v := x.View()
	defer v.Release()
	r, err := v.Search(context.Background(), &search.Plan{Access: search.Access{All: true},
		Groups: []search.Group{{Texts: []search.TextEvidence{{Terms: [][]string{{"w"}}, Prefix: true, Scored: true, Class: search.Words, Weight: 1}}}}})
	if err != nil || r.Total != len(assets) {
		t.Errorf("%v, found %d, want all %d", err, r.Total, len(assets))
	}
}

// TestCursorAfterPinned goes on after what is pinned to what was modified later and lies in another segment.
func TestCursorAfterPinned(t *testing.T) {
	t.Parallel()
	modified := func(id string, at int64) *semdex.Asset {
		a := asset(id, "a hut")
		a.Modified = time.Unix(at, 0)
		return a
	}
	x := openAt(t, t.TempDir(), []string{"en"})
	apply(t, x, put(modified("old", 100), modified("older", 50)), 1)
	apply(t, x, put(modified("new", 1000), modified("newer", 2000)), 2)
	v := x.View()
	defer v.Release()
	plan := &search.Plan{Access: search.Access{All: true}, Pinned: []semdex.AssetID{"files:old"}, Limit: 1}
	var got []semdex.AssetID
	for range 5 {
		r, err := v.Search(context.Background(), plan)
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Hits {
			got = append(got, r.Hits[i].ID)
			plan.After = &r.Hits[i].Position
		}
	}
	if d := cmp.Diff([]semdex.AssetID{"files:old", "files:newer", "files:new", "files:older"}, got); d != "" {
		t.Errorf("page by page (-want +got)\n%s", d)
	}
}

// TestClosed reads a view that was taken before its index was closed, which nothing can be done with any longer.
func TestClosed(t *testing.T) {
	t.Parallel()
	x := openAt(t, t.TempDir(), []string{"en"})
	apply(t, x, put(asset("1", "a hut", "hut")), 1)
	v := x.View()
	defer v.Release()
	for range 2 {
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
	hut := search.TextEvidence{Terms: [][]string{{"hut"}}, Class: search.Words, Weight: 1}
	r, err := v.Search(context.Background(), &search.Plan{Groups: []search.Group{{Texts: []search.TextEvidence{hut}}}, Access: search.Access{All: true}, Limit: 1})
	if err != nil || r.Total != 1 {
		t.Errorf("a view that is held gives %+v, %v", r, err)
	}
	if x.Refresh() == nil || x.Apply(context.Background(), nil, 2) == nil {
		t.Error("a closed index takes something in")
	}
}
