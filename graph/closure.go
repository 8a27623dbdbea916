package graph

import (
	"math"
	"slices"
	"strings"
)

// Step is a concept reached by a walk, and in how many steps at the least.
type Step struct {
	Concept  int32
	Distance int
}

// Descendants walks down from c, nearest first, c itself left out. It ends however narrower runs.
func (g *Graph) Descendants(c int32) []Step {
	return walk(c, func(n int32) []int32 { return g.concepts[n].narrower })
}

// Ancestors gives all that is above c, over any number of steps, by number. The slice is shared.
func (g *Graph) Ancestors(c int32) []int32 { return g.ancestors[c] }

func walk(from int32, next func(int32) []int32) []Step {
	var steps []Step
	seen := map[int32]bool{from: true}
	level := []int32{from}
	for distance := 1; len(level) > 0; distance++ {
		var below []int32
		for _, n := range level {
			for _, m := range next(n) {
				if !seen[m] {
					seen[m] = true
					below = append(below, m)
					steps = append(steps, Step{m, distance})
				}
			}
		}
		level = below
	}
	return steps
}

// closeUpwards fills ancestors.
func (g *Graph) closeUpwards() {
	g.ancestors = make([][]int32, len(g.concepts))
	seen := make([]int32, len(g.concepts)) // by concept: the one (plus 1) from which it was met last
	var above []int32
	for c := range g.concepts {
		above = above[:0]
		visit := func(list []int32) {
			for _, n := range list {
				if seen[n] != int32(c)+1 {
					seen[n] = int32(c) + 1
					above = append(above, n)
				}
			}
		}
		seen[c] = int32(c) + 1
		visit(g.concepts[c].broader)
		for i := 0; i < len(above); i++ {
			visit(g.concepts[above[i]].broader)
		}
		if len(above) > 0 {
			g.ancestors[c] = slices.Sorted(slices.Values(above))
		}
	}
}

// Path gives the names from a top concept down to c. Where several paths lead there, it is the first by
// name, compared from the top. Where broader runs in a circle with nothing above it, the path may begin
// anywhere in the circle.
func (g *Graph) Path(c int32, langs ...string) []string {
	within := append(slices.Clone(g.ancestors[c]), c)
	down := make(map[int32][]int32, len(within))
	best := make(map[int32][]string, len(within)) // to each concept, as far as is known
	var open []int32                              // concepts with a best path that has not been followed yet
	for _, n := range within {
		for _, up := range g.concepts[n].broader {
			down[up] = append(down[up], n)
		}
		if g.nothingAbove(n) {
			best[n] = []string{g.PrefLabel(n, langs...)}
			open = append(open, n)
		}
	}
	// The best of all open paths cannot be bettered, since a path only comes later for being longer (E. W.
	// Dijkstra, A Note on Two Problems in Connexion with Graphs, 1959).
	followed := make(map[int32]bool, len(within))
	for {
		at := 0
		for i := range open {
			if slices.Compare(best[open[i]], best[open[at]]) < 0 {
				at = i
			}
		}
		n := open[at]
		if n == c {
			return best[c]
		}
		open = slices.Delete(open, at, at+1)
		followed[n] = true
		for _, m := range down[n] {
			if followed[m] {
				continue
			}
			path, old := append(slices.Clone(best[n]), g.PrefLabel(m, langs...)), best[m]
			if old == nil {
				open = append(open, m)
			}
			if old == nil || slices.Compare(path, old) < 0 {
				best[m] = path
			}
		}
	}
}

// nothingAbove reports whether c is at the top, alone or in a circle: all that is above it is below it too.
func (g *Graph) nothingAbove(c int32) bool {
	return !slices.ContainsFunc(g.ancestors[c], func(above int32) bool {
		_, below := slices.BinarySearch(g.ancestors[above], c)
		return !below
	})
}

// PathString is Path joined as reports show it.
func (g *Graph) PathString(c int32, langs ...string) string {
	return strings.Join(g.Path(c, langs...), " > ")
}

// InformationContent gives for every concept how much it says about an asset that bears it, 0 to 1, from
// how many of total assets bear it or something narrower: -log p, scaled so that a concept borne by one
// asset alone has 1 (P. Resnik, Using Information Content to Evaluate Semantic Similarity in a Taxonomy,
// IJCAI 1995). A concept that no asset bears has 1 too.
func InformationContent(counts []int, total int) []float64 {
	ic := make([]float64, len(counts))
	scale := math.Log(float64(max(total, 2)))
	for i, n := range counts {
		ic[i] = min(1, max(0, -math.Log(float64(max(n, 1))/float64(max(total, 1)))/scale))
	}
	return ic
}
