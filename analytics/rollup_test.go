package analytics

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRollUp(t *testing.T) {
	g := &groups{
		levels: []level{
			{sets: [][]int32{{0}, {1, 2}}, set: []int32{1, 0, 1}, values: 3},
			{sets: [][]int32{{0}, {0, 1}}, set: []int32{0, 1, 1}, values: 2},
		},
		sums:   [][6]int64{{1, 1}, {2}, {math.MaxInt64}},
		assets: newMembers(3, []int32{0, 2, 0, 1}, []int32{0, 0, 1, 2}),
		actors: newMembers(3, nil, nil),
	}
	var got []string
	err := g.rollUp(func(values []int32, n Totals) error {
		got = append(got, fmt.Sprint(values, n.Events, n.Views, n.UniqueAssets, n.UniqueUsers))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	most := fmt.Sprint(math.MaxInt64)
	want := []string{"[0 0] 2 0 1 0", "[0 1] 2 0 1 0", "[1 0] " + most + " 1 2 0", "[1 1] " + most + " 0 1 0",
		"[2 0] " + most + " 1 2 0", "[2 1] " + most + " 0 1 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
