package local_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
)

// sorting puts tags and keywords into groups as a table says.
type sorting struct{ groups map[string][]int32 }

func (*sorting) Fields() []string                { return []string{"tags", "keywords"} }
func (s *sorting) Groups(v search.Value) []int32 { return s.groups[v.Value] }

// count is what a facet by s must show.
func (s *sorting) count(assets []*semdex.Asset) []int {
	var counts []int
	for _, a := range assets {
		seen := map[int32]bool{}
		for _, v := range slices.Concat(a.Tags, a.Keywords) {
			for _, group := range s.groups[v] {
				for int(group) >= len(counts) {
					counts = append(counts, 0)
				}
				if !seen[group] {
					seen[group] = true
					counts[group]++
				}
			}
		}
	}
	for len(counts) > 0 && counts[len(counts)-1] == 0 {
		counts = counts[:len(counts)-1]
	}
	return counts
}

// with puts some values elsewhere: out of a group, into another, or into none at all.
func (s *sorting) with(r *rand.Rand, values []string, changes, groups int) *sorting {
	out := &sorting{map[string][]int32{}}
	for v, list := range s.groups {
		out.groups[v] = list
	}
	for range changes {
		v := values[r.IntN(len(values))]
		list := slices.Clone(out.groups[v])
		group := int32(r.IntN(groups))
		switch i := slices.Index(list, group); {
		case r.IntN(8) == 0:
			list = nil
		case i >= 0:
			list = slices.Delete(list, i, i+1)
		default:
			list = slices.Insert(list, r.IntN(len(list)+1), group)
		}
		out.groups[v] = list
	}
	return out
}

func TestFollow(t *testing.T) {
	tests := []struct {
		name                        string
		values, groups, borne, each int // each: groups of a value, at most
	}{
		{"few values and few of them borne", 6, 4, 2, 3},
		{"many combinations", 60, 30, 12, 5},
		{"more codes than cells", 60, 40, 30, 2},
		{"values of very many groups", 20, 150, 5, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(5, uint64(tt.values*tt.borne)))
			var values []string
			for i := range tt.values {
				values = append(values, fmt.Sprintf("v%d", i))
			}
			var assets []*semdex.Asset
			for i := range 400 {
				a := asset(fmt.Sprint(i), "asset")
				for range r.IntN(tt.borne + 1) {
					a.Tags = append(a.Tags, values[r.IntN(len(values))])
				}
				for range r.IntN(3) {
					a.Keywords = append(a.Keywords, values[r.IntN(len(values))])
				}
				assets = append(assets, a)
			}
			x := openAt(t, t.TempDir(), []string{"en"})
			for i := 0; i < len(assets); i += 150 {
				apply(t, x, put(assets[i:min(i+150, len(assets))]...), uint64(i+1))
			}
			view := x.View()
			defer view.Release()
			now := &sorting{map[string][]int32{}}
			for _, v := range values {
				for range r.IntN(tt.each + 1) {
					if group := int32(r.IntN(tt.groups)); !slices.Contains(now.groups[v], group) {
						now.groups[v] = append(now.groups[v], group)
					}
				}
			}
			for round := range 30 {
				plan := &search.Plan{Access: search.Access{All: true}, Facets: []search.Facet{{Name: "tags", By: now}}}
				result, err := view.Search(context.Background(), plan)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(now.count(assets), result.Counts[0]); d != "" {
					t.Fatalf("round %d (-want +got)\n%s", round, d)
				}
				next := now.with(r, values, 1+r.IntN(10), tt.groups)
				view.(search.Follower).Follow([]search.Following{{Before: now, Now: next}})
				now = next
			}
		})
	}
}
