package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"semdex/graph"
)

func TestPath(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, turtle string
		want         string // to a
	}{
		{"a concept alone", ``, "a"},
		{"from the top", `:a skos:broader :b . :b skos:broader :c .`, "c > b > a"},
		{"of several the first by name", `:a skos:broader :d, :c . :d skos:broader :b . :c skos:broader :e .`, "b > d > a"},
		{"names count, not URIs", `:a skos:broader :b, :c . :b skos:prefLabel "z"@en . :c skos:prefLabel "y"@en .`, "y > a"},
		{"compared from the top", `:a skos:broader :c, :d . :c skos:broader :e . :d skos:broader :b .`, "b > d > a"},
		{"a direct and a longer path: compared at the first difference", `:b skos:broader :d, :c . :c skos:broader :d . :a skos:broader :b .`, "d > b > a"},
		{"the longer one where its name comes first", `:a skos:prefLabel "z"@en ; skos:broader :d, :c . :c skos:broader :d .`, "d > c > z"},
		{"a circle of two", `:a skos:broader :b . :b skos:broader :a .`, "a"},
		{"below a circle with nothing above it", `:a skos:broader :c . :c skos:broader :d . :d skos:broader :c .`, "c > a"},
		{"a circle with a top above it", `:a skos:broader :c . :c skos:broader :d . :d skos:broader :c, :e .`, "e > d > c > a"},
		{"within a circle with a top above it", `:a skos:broader :c . :c skos:broader :a, :e .`, "e > c > a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, concepts("a b c d e")+tt.turtle)
			for range 5 {
				if got := g.PathString(find(t, g, "a"), "en"); got != tt.want {
					t.Fatalf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}

// TestPathThroughDiamonds has 2 to the power of 60 paths from the top to the bottom.
func TestPathThroughDiamonds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, ":n%d a skos:Concept . :l%d a skos:Concept ; skos:broader :n%d . :r%d a skos:Concept ; skos:broader :n%d . :n%d skos:broader :l%d, :r%d .\n", i, i, i, i, i, i+1, i, i)
	}
	b.WriteString(":n60 a skos:Concept .")
	g := build(t, b.String())
	got := g.Path(find(t, g, "n60"))
	if len(got) != 121 || got[0] != "n0" || got[1] != "l0" || slices.ContainsFunc(got, func(s string) bool { return s[0] == 'r' }) {
		t.Errorf("got %d names: %v, want 121, left all the way", len(got), got)
	}
}

func TestDeepChain(t *testing.T) {
	t.Parallel()
	const depth = 2000
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, ":c%04d a skos:Concept ; skos:broader :c%04d .\n", i+1, i)
	}
	b.WriteString(":c0000 a skos:Concept .")
	g := build(t, b.String())
	bottom, top := find(t, g, fmt.Sprintf("c%04d", depth)), find(t, g, "c0000")
	if got := len(g.Ancestors(bottom)); got != depth {
		t.Errorf("ancestors: got %d, want %d", got, depth)
	}
	walk := g.Descendants(top)
	if len(walk) != depth || walk[depth-1] != (graph.Step{Concept: bottom, Distance: depth}) {
		t.Errorf("descendants: got %d, the last %v, want %d", len(walk), walk[len(walk)-1], depth)
	}
	if got := g.Path(bottom); len(got) != depth+1 || got[0] != "c0000" {
		t.Errorf("path: got %d names, want %d", len(got), depth+1)
	}
	if got := g.Problems(); len(got) != 0 {
		t.Errorf("problems: got %v, want none", got)
	}
}

func TestWideNode(t *testing.T) {
	t.Parallel()
	const children = 20_000
	var b strings.Builder
	b.WriteString(":top a skos:Concept .\n")
	for i := range children {
		fmt.Fprintf(&b, ":c%d a skos:Concept ; skos:broader :top .\n", i)
	}
	g := build(t, b.String())
	top := find(t, g, "top")
	if got := len(g.Narrower(top)); got != children {
		t.Errorf("narrower: got %d, want %d", got, children)
	}
	if got := len(g.Descendants(top)); got != children {
		t.Errorf("descendants: got %d, want %d", got, children)
	}
	for c := range g.All() { // quick for each of the children
		if got := len(g.Path(c)); got > 2 {
			t.Fatalf("path to %s: got %d names, want 2 at most", g.ID(c), got)
		}
	}
}

func TestCircleOfAThousand(t *testing.T) {
	t.Parallel()
	const size = 1000
	var b strings.Builder
	for i := range size {
		fmt.Fprintf(&b, ":c%04d a skos:Concept ; skos:broader :c%04d .\n", i, (i+1)%size)
	}
	g := build(t, b.String())
	if got := checks(g); !slices.Equal(got, []string{"chr c0000"}) {
		t.Errorf("problems: got %v, want one circle", got)
	}
	for _, c := range []int32{0, size - 1} {
		if got := len(g.Descendants(c)); got != size-1 {
			t.Errorf("descendants of %s: got %d, want %d", g.ID(c), got, size-1)
		}
	}
}

func TestInformationContent(t *testing.T) {
	t.Parallel()
	got := graph.InformationContent([]int{100, 10, 1, 0, 200}, 100)
	for i, want := range []float64{0, 0.5, 1, 1, 0} {
		if math.Abs(got[i]-want) > 1e-9 {
			t.Errorf("concept %d: got %v, want %v", i, got[i], want)
		}
	}
	for _, total := range []int{0, 1} {
		for _, ic := range graph.InformationContent([]int{0, 1}, total) {
			if math.IsNaN(ic) || ic < 0 || ic > 1 {
				t.Errorf("of %d assets: got %v, want it from 0 to 1", total, ic)
			}
		}
	}
	if got := graph.InformationContent(nil, 10); len(got) != 0 {
		t.Errorf("without concepts: got %v, want nothing", got)
	}
}

// TestPathAgainstAllPaths compares Path with the least of all paths, on small random hierarchies.
func TestPathAgainstAllPaths(t *testing.T) {
	t.Parallel()
	const size = 9
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 200 {
		label := random.Perm(size) // names in another order than URIs
		var b strings.Builder
		up := make([][]int, size)
		for i := range size {
			fmt.Fprintf(&b, ":c%d a skos:Concept ; skos:prefLabel \"n%d\"@en .\n", i, label[i])
			for j := range i {
				if random.IntN(3) == 0 {
					fmt.Fprintf(&b, ":c%d skos:broader :c%d .\n", i, j)
					up[i] = append(up[i], j)
				}
			}
		}
		var all func(i int) [][]string
		all = func(i int) [][]string {
			var paths [][]string
			for _, j := range up[i] {
				for _, p := range all(j) {
					paths = append(paths, append(slices.Clone(p), fmt.Sprint("n", label[i])))
				}
			}
			if len(up[i]) == 0 {
				paths = [][]string{{fmt.Sprint("n", label[i])}}
			}
			return paths
		}
		g := build(t, b.String())
		for i := range size {
			want := slices.MinFunc(all(i), slices.Compare[[]string])
			if got := g.Path(find(t, g, fmt.Sprint("c", i)), "en"); !slices.Equal(got, want) {
				t.Fatalf("round %d, path to c%d: got %v, want %v\n%s", round, i, got, want, b.String())
			}
		}
	}
}

func BenchmarkPath(b *testing.B) {
	var turtle strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&turtle, ":c%d a skos:Concept ; skos:prefLabel \"n%d\"@en ; skos:broader :c%d, :c%d .\n", i, i*7919%1000, i/3, i/4)
	}
	g := build(b, turtle.String())
	for b.Loop() {
		for c := range g.All() {
			g.Path(c, "en")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*g.Len()), "µs/path")
}
