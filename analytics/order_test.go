package analytics

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortByIsStable(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 255, 256, 5000} {
		for _, most := range []uint64{1, 3, 1 << 20, math.MaxUint64} {
			keys, rows := make([]uint64, n), ascending(n)
			for i := range keys {
				keys[i] = rnd.Uint64N(most)
				if i%7 == 0 {
					keys[i] = ^keys[i]
				}
			}
			want := slices.Clone(rows)
			slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(keys[a], keys[b]) })
			if got := sortBy(rows, func(r int32) uint64 { return keys[r] }); !slices.Equal(got, want) {
				t.Errorf("%d rows, keys below %d: not sorted", n, most)
			}
		}
	}
}

func TestRisingKeepsTheOrderOfCells(t *testing.T) {
	for _, cells := range [][]any{{nil, math.Inf(-1), -1e300, -2.5, -0.5, 0.0, 1e-300, 7.25, math.MaxFloat64}, {nil, int64(-1 << 62), int64(-3), int64(0), int64(5), int64(math.MaxInt64)}} {
		for i := range cells[1:] {
			if rising(cells[i]) >= rising(cells[i+1]) {
				t.Errorf("%v does not come before %v", cells[i], cells[i+1])
			}
		}
	}
}
