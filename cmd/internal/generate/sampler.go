package generate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// sampler draws numbers from 0 by their weights.
type sampler []float64 // sums of the weights up to each number

func newSampler(weights []float64) sampler {
	s := make(sampler, len(weights))
	sum := 0.0
	for i, w := range weights {
		sum += w
		s[i] = sum
	}
	return s
}

func (s sampler) draw(r *rand.Rand) int {
	at, _ := slices.BinarySearch(s, r.Float64()*s[len(s)-1])
	return min(at, len(s)-1)
}

// point says what share the thing of a rank has, the most frequent being 1.
type point struct {
	rank  int
	share float64
}

// curve is how shares fall with the rank: straight lines between points, both axes being logarithms, as for Zipf's
// law. The last line goes on beyond the end.
type curve []point

func (c curve) at(rank int) float64 {
	i := 1
	for i < len(c)-1 && rank > c[i].rank {
		i++
	}
	if len(c) == 1 {
		return c[0].share
	}
	a, b := c[i-1], c[i]
	slope := math.Log(b.share/a.share) / math.Log(float64(b.rank)/float64(a.rank))
	return a.share * power(float64(rank)/float64(a.rank), slope)
}

func (c curve) weights(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = c.at(i + 1)
	}
	return w
}

// power is math.Pow without the last bits, in which machines may differ.
func power(x, y float64) float64 {
	return math.Float64frombits(math.Float64bits(math.Pow(x, y)) &^ 0xFFFF)
}
