package plot

import (
	"math"
	"slices"
)

// scale puts numbers on a length from 0 to 1.
type scale struct {
	low, high float64
	log       bool
	zero      float64 // of a logarithmic scale: where its positive part begins; below it, at 0, stands zero
	ticks     []float64
}

// linear spans the values and zero. Its ticks are round numbers, at most as many as asked for, and one; it goes on a little beyond the extremes.
func linear(values []float64, ticks int) scale {
	low, high := 0.0, 0.0
	for _, v := range values {
		low, high = math.Min(low, v), math.Max(high, v)
	}
	if high-low < 1e-9 {
		high = low + 1
	}
	step := niceStep((high - low) / float64(ticks))
	if !slices.ContainsFunc(values, func(v float64) bool { return v != math.Trunc(v) }) {
		step = math.Max(step, 1) // of what is counted, there are no halves
	}
	first, last := math.Floor(low/step+1e-9), math.Ceil(high/step-1e-9)
	beyond := 0.06 * (high - low)
	s := scale{low: math.Max(first*step, low-beyond), high: math.Min(last*step, high+beyond)}
	for i := first; i <= last; i++ {
		if v := i * step; s.low <= v && v <= s.high {
			s.ticks = append(s.ticks, v)
		}
	}
	return s
}

// niceStep is the next of 1, 2, 5, 10 times a power of ten.
func niceStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// fitting is logarithmic where a linear scale would press most values into a corner: where the largest is more than
// forty times the median. Zero has a place of its own on it.
func fitting(values []float64, ticks int) scale {
	var positive []float64
	zero := false
	for _, v := range values {
		if v < 0 {
			return linear(values, ticks)
		}
		if v > 0 {
			positive = append(positive, v)
		}
		zero = zero || v == 0
	}
	if len(positive) < 3 {
		return linear(values, ticks)
	}
	low, high := slices.Min(positive), slices.Max(positive)
	if high/median(positive) <= 40 || high/low > 1e9 || low < 1e-9 {
		return linear(values, ticks)
	}
	return logarithmic(low, high, zero)
}

func logarithmic(low, high float64, zero bool) scale {
	s := scale{log: true, low: math.Pow(10, math.Floor(math.Log10(low)+1e-9)), high: high * 1.3}
	if zero {
		s.zero = 0.08
		s.ticks = append(s.ticks, 0)
	}
	decades := math.Log10(s.high / s.low)
	for p := s.low; p <= s.high*(1+1e-9); p *= 10 {
		s.ticks = append(s.ticks, p)
		if decades < 2.5 {
			for _, m := range []float64{2, 5} {
				if p*m <= s.high {
					s.ticks = append(s.ticks, p*m)
				}
			}
		}
	}
	return s
}

// at gives the place of a value.
func (s scale) at(v float64) float64 {
	switch {
	case !s.log:
		return (v - s.low) / (s.high - s.low)
	case v <= 0:
		return 0
	}
	return s.zero + (1-s.zero)*math.Log10(v/s.low)/math.Log10(s.high/s.low)
}

// median of at least one value.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
