package local

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortNumbered(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, fewSorted - 1, fewSorted, 3 * fewSorted} {
		var values []numbered
		for i := range n {
			values = append(values, newNumbered(uint16(1+r.IntN(300)), r.IntN(4), r.Uint32N(1<<18), i))
		}
		values = append(values, values...)
		for i := range values {
			values[i].order = i
		}
		want := slices.Clone(values)
		slices.SortStableFunc(want, func(a, b numbered) int {
			if a.key < b.key {
				return -1
			}
			if a.key > b.key {
				return 1
			}
			return 0
		})
		sortNumbered(values)
		if !slices.Equal(values, want) {
			t.Errorf("%d values are not in order", len(values))
		}
	}
}
