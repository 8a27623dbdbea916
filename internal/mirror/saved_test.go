package mirror_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"semdex"
	"semdex/internal/mirror"
)

func save(t *testing.T, m *mirror.Mirror, id, record string, d mirror.ResultDelta) mirror.SavedResult {
	t.Helper()
	var result mirror.SavedResult
	err := m.SaveSearch(id, d, func(r mirror.SavedResult) ([]byte, error) {
		result = r
		return []byte(record), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// entries gives the log of a result after a number, as +asset and -asset.
func entries(t *testing.T, m *mirror.Mirror, id string, after uint64) []string {
	t.Helper()
	changes, err := m.ResultChanges(id, after, 1000)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, c := range changes {
		op := "+"
		if c.Left {
			op = "-"
		}
		out = append(out, op+string(c.ID))
	}
	return out
}

func members(t *testing.T, m *mirror.Mirror, id string) []semdex.AssetID {
	t.Helper()
	all, err := m.ResultMembers(id)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSavedSearchesKeepTheirResult(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mirror.bolt")
	m := open(t, path)
	save(t, m, "s1", "one", mirror.ResultDelta{Entered: []semdex.AssetID{"a", "b", "c"}})
	save(t, m, "s2", "two", mirror.ResultDelta{})
	tests := []struct {
		rule    string
		delta   mirror.ResultDelta
		entries []string
		members int
		newest  uint64
	}{
		{"nothing new takes no number", mirror.ResultDelta{}, []string{"+a", "+b", "+c"}, 3, 3},
		{"what left has its newest entry alone", mirror.ResultDelta{Left: []semdex.AssetID{"a"}}, []string{"+b", "+c", "-a"}, 2, 4},
		{"what is not in it cannot leave", mirror.ResultDelta{Left: []semdex.AssetID{"a", "x"}}, []string{"+b", "+c", "-a"}, 2, 4},
		{"what is in it cannot enter", mirror.ResultDelta{Entered: []semdex.AssetID{"b"}}, []string{"+b", "+c", "-a"}, 2, 4},
		{"what left may come back", mirror.ResultDelta{Entered: []semdex.AssetID{"a"}, Left: []semdex.AssetID{"b"}}, []string{"+c", "-b", "+a"}, 2, 6},
	}
	for _, tt := range tests {
		r := save(t, m, "s1", tt.rule, tt.delta)
		if got := entries(t, m, "s1", 0); !slices.Equal(got, tt.entries) || r.Members != tt.members || r.Newest != tt.newest || r.Horizon != 0 {
			t.Errorf("%s: got %v, %+v", tt.rule, got, r)
		}
	}
	if got := entries(t, m, "s1", 4); !slices.Equal(got, []string{"-b", "+a"}) {
		t.Errorf("after 4 there is %v", got)
	}
	m.Close()
	m = open(t, path)
	all, err := m.SavedSearches()
	if err != nil || len(all) != 2 || string(all[0].Record) != "what left may come back" || string(all[1].Record) != "two" {
		t.Errorf("got %+v, %v", all, err)
	}
	in, err := m.InResult("s1", []semdex.AssetID{"a", "b", "c", "d"})
	if err != nil || !slices.Equal(in, []bool{true, false, true, false}) {
		t.Errorf("in the result are %v, %v", in, err)
	}
	if sequence, err := m.Sequence(); err != nil || sequence != 0 {
		t.Errorf("saved searches took numbers of the library: %d, %v", sequence, err)
	}
}

func TestASavedSearchIsStoredWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	save(t, m, "s", "good", mirror.ResultDelta{Entered: []semdex.AssetID{"a"}})
	bad := errors.New("no record")
	err := m.SaveSearch("s", mirror.ResultDelta{Entered: []semdex.AssetID{"b"}}, func(mirror.SavedResult) ([]byte, error) { return nil, bad })
	if got := members(t, m, "s"); !errors.Is(err, bad) || len(got) != 1 {
		t.Errorf("got %v, and members %v", err, got)
	}
}

func TestADroppedSearchLeavesNothing(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	save(t, m, "s", "record", mirror.ResultDelta{Entered: []semdex.AssetID{"a"}})
	for range 2 {
		if err := m.DropSearch("s"); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := m.SavedSearch("s"); found || err != nil {
		t.Errorf("it is still there: %v, %v", found, err)
	}
	if got := members(t, m, "s"); len(got) != 0 || len(entries(t, m, "s", 0)) != 0 {
		t.Errorf("it still has members %v", got)
	}
	if r := save(t, m, "s", "again", mirror.ResultDelta{}); r != (mirror.SavedResult{}) {
		t.Errorf("a new one of that id begins with %+v", r)
	}
}

func TestTheOldestThatLeftAreForgotten(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	var ids []semdex.AssetID
	for i := range 25 {
		ids = append(ids, semdex.AssetID(fmt.Sprintf("a%02d", i)))
	}
	save(t, m, "s", "", mirror.ResultDelta{Entered: ids})
	r := save(t, m, "s", "", mirror.ResultDelta{Left: ids[:11], Remember: 10})
	if r.Horizon != 0 || len(entries(t, m, "s", 0)) != 25 {
		t.Errorf("a tenth more than the bound is kept: %+v", r)
	}
	r = save(t, m, "s", "", mirror.ResultDelta{Left: ids[11:12], Remember: 10})
	if r.Horizon != 27 || r.Members != 13 || len(entries(t, m, "s", 0)) != 23 { // 26 and 27 were the first to leave
		t.Errorf("beyond it the oldest two go: %+v, %v", r, entries(t, m, "s", 0))
	}
	save(t, m, "s", "", mirror.ResultDelta{Entered: ids[:1], Remember: 10})
	if got := entries(t, m, "s", 37); !slices.Equal(got, []string{"+a00"}) {
		t.Errorf("a forgotten one enters as a new one: %v", got)
	}
}

// TestReplayOfAResult guards that whoever follows the log from any place has the members.
func TestReplayOfAResult(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	random := rand.New(rand.NewPCG(1, 2))
	reader, at := map[semdex.AssetID]bool{}, uint64(0)
	for range 200 {
		var d mirror.ResultDelta
		for range random.IntN(5) {
			id := semdex.AssetID(fmt.Sprint(random.IntN(12)))
			if random.IntN(2) == 0 {
				d.Entered = append(d.Entered, id)
			} else if !slices.Contains(d.Left, id) {
				d.Left = append(d.Left, id)
			}
		}
		r := save(t, m, "s", "", d)
		if random.IntN(3) > 0 {
			continue
		}
		changes, err := m.ResultChanges("s", at, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			reader[c.ID], at = !c.Left, c.Number
			if c.Left {
				delete(reader, c.ID)
			}
		}
		all := members(t, m, "s")
		if len(all) != len(reader) || len(all) != r.Members || slices.ContainsFunc(all, func(id semdex.AssetID) bool { return !reader[id] }) {
			t.Fatalf("the reader has %v, the result %v, counted %d", reader, all, r.Members)
		}
	}
}
