package plot

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSquarify holds to areas that are as the shares, fill their box, lie within it and do not overlap.
func TestSquarify(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		in := box{10, 20, 10 + 1 + 900*r.Float64(), 20 + 1 + 500*r.Float64()}
		shares, sum := make([]float64, 1+r.IntN(40)), 0.0
		for i := range shares {
			shares[i] = math.Exp(6 * r.NormFloat64())
			sum += shares[i]
		}
		slices.SortFunc(shares, descending)
		for i := range shares {
			shares[i] /= sum
		}
		boxes, all := squarify(shares, in), in.width()*in.height()
		if len(boxes) != len(shares) {
			t.Fatalf("%d boxes for %d shares", len(boxes), len(shares))
		}
		for i, b := range boxes {
			if got := b.width() * b.height() / all; math.Abs(got-shares[i]) > 1e-9 {
				t.Errorf("share %g has an area of %g in %v", shares[i], got, in)
			}
			if !in.within(-1e-6).holds(b) {
				t.Errorf("%v is not within %v", b, in)
			}
			for _, o := range boxes[:i] {
				if w, h := math.Min(b.x1, o.x1)-math.Max(b.x0, o.x0), math.Min(b.y1, o.y1)-math.Max(b.y0, o.y0); w > 1e-6 && h > 1e-6 {
					t.Errorf("%v overlaps %v", b, o)
				}
			}
		}
	}
}

func TestSquarifyEdges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		shares []float64
		in     box
	}{
		{"nothing", nil, box{0, 0, 10, 10}},
		{"no room", []float64{0.5, 0.5}, box{5, 5, 5, 5}},
		{"a line", []float64{0.5, 0.5}, box{0, 0, 10, 0}},
		{"next to nothing", []float64{1, 5e-324, 0}, box{0, 0, 10, 10}},
	}
	for _, tt := range tests {
		boxes := squarify(tt.shares, tt.in)
		if len(boxes) != len(tt.shares) {
			t.Errorf("%s: %d boxes for %d shares", tt.name, len(boxes), len(tt.shares))
		}
		for _, b := range boxes {
			if !tt.in.holds(b) {
				t.Errorf("%s: %v is not within %v", tt.name, b, tt.in)
			}
		}
	}
}

// TestSquares shows that it is worth the while: rectangles are near to squares.
func TestSquares(t *testing.T) {
	t.Parallel()
	for _, b := range squarify(slices.Repeat([]float64{1.0 / 12}, 12), box{0, 0, 400, 300}) {
		if aspect := math.Max(b.width()/b.height(), b.height()/b.width()); aspect > 1.01 {
			t.Errorf("%v has an aspect of %g", b, aspect)
		}
	}
}

func TestRankedParts(t *testing.T) {
	t.Parallel()
	nodes := []Node{{Name: "small", Value: 1}, {Name: "none"}, {Name: "large", Children: []Node{{Value: 4}, {Value: 5}}}, {Name: "tiny", Value: 0.5}, {Name: "", Value: 3}}
	parts, shown, all := rankedParts(nodes, 2)
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	if want := []string{"large", "(no name)", "2 others"}; !slices.Equal(names, want) || shown != 2 || all != 4 || parts[2].value != 1.5 {
		t.Errorf("got %v, %d of %d, the others %g", names, shown, all, parts[2].value)
	}
}

// TestDeeperLevels shows that what is not drawn counts for what is.
func TestDeeperLevels(t *testing.T) {
	t.Parallel()
	deep := Node{Name: "a", Children: []Node{{Name: "b", Children: []Node{{Name: "c", Value: 30}, {Name: "d", Value: 12}}}}}
	got := texts(svg(t, Chart{Data: Treemap{[]Node{deep}}}))
	if want := []string{"42", "a", "b", "42"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
