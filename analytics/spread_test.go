package analytics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainSpread counts fact by fact.
func plainSpread(s *spreading) []string {
	type cell struct {
		sums          [3]int64
		assets, users map[int32]bool
	}
	cells := map[[2]int32]*cell{}
	for i := range s.set {
		for _, combo := range s.tuples[s.tuple[i]] {
			for _, v := range s.wide[s.set[i]] {
				c := cells[[2]int32{combo, v}]
				if c == nil {
					c = &cell{assets: map[int32]bool{}, users: map[int32]bool{}}
					cells[[2]int32{combo, v}] = c
				}
				c.sums[s.slot[i]] = addBounded(c.sums[s.slot[i]], s.add(i))
				if s.first != nil && s.first[i] >= 0 {
					c.assets[s.first[i]] = true
				}
				if s.second != nil && s.second[i] >= 0 {
					c.users[s.second[i]] = true
				}
			}
		}
	}
	var out []string
	for at, c := range cells {
		out = append(out, fmt.Sprint(at, c.sums[:s.slots], len(c.assets), len(c.users)))
	}
	slices.Sort(out)
	return out
}

func TestSpreadEqualsPlainSums(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		set := func(values int) (out []int32) {
			for v := range values {
				if rnd.IntN(3) == 0 {
					out = append(out, int32(v))
				}
			}
			return append(out, int32(values))
		}
		s := &spreading{slots: 1 + rnd.IntN(3), values: 1 + rnd.IntN(8), combos: 1 + rnd.IntN(6), count: [2]int32{9, 5}}
		for range 1 + rnd.IntN(20) {
			s.wide = append(s.wide, set(s.values-1))
		}
		for range 1 + rnd.IntN(9) {
			s.tuples = append(s.tuples, set(s.combos-1))
		}
		for range rnd.IntN(300) {
			s.set, s.tuple = append(s.set, int32(rnd.IntN(len(s.wide)))), append(s.tuple, int32(rnd.IntN(len(s.tuples))))
			s.slot = append(s.slot, uint8(rnd.IntN(s.slots)))
			if seed%2 == 0 {
				s.amount = append(s.amount, []int64{0, 1, 7, math.MaxInt64 / 2}[rnd.IntN(4)])
			}
			if seed%3 > 0 {
				s.first, s.second = append(s.first, int32(rnd.IntN(10)-1)), append(s.second, int32(rnd.IntN(6)-1))
			}
		}
		lines, err := s.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, fmt.Sprint([2]int32{l.combo, l.value}, l.sums, l.assets, l.users))
		}
		slices.Sort(got)
		if diff := cmp.Diff(plainSpread(s), got); diff != "" {
			t.Fatalf("seed %d: want-, got+\n%s", seed, diff)
		}
	}
}
