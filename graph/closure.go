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
	for c := range g.concepts {
		steps := walk(int32(c), func(n int32) []int32 { return g.concepts[n].broader })
		above := make([]int32, len(steps))
		for i, s := range steps {
			above[i] = s.Concept
		}
		slices.Sort(above)
		g.ancestors[c] = above
	}
}

// Path gives the names from a top concept down to c. Where several paths lead there, it is the first by
// name, compared from the top.
func (g *Graph) Path(c int32, langs ...string) []string {
	return g.path(c, langs, map[int32]bool{})
}

func (g *Graph) path(c int32, langs []string, above map[int32]bool) []string {
	var best []string
	above[c] = true
	for _, b := range g.concepts[c].broader {
		if above[b] {
			continue
		}
		if p := g.path(b, langs, above); best == nil || slices.Compare(p, best) < 0 {
			best = p
		}
	}
	delete(above, c)
	return append(slices.Clone(best), g.PrefLabel(c, langs...))
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
