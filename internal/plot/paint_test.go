package plot

import (
	"fmt"
	"math"
	"testing"
)

// luminance is that of WCAG 2, from 0 for black to 1 for white.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	var rgb [3]int
	if _, err := fmt.Sscanf(color, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); err != nil {
		t.Fatalf("%q: %v", color, err)
	}
	sum := 0.0
	for i, share := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(rgb[i]) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += share * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a)+0.05, luminance(t, b)+0.05
	return math.Max(x/y, y/x)
}

// TestContrast holds to what WCAG asks for: 4.5 of texts on their grounds, 3 of bars, points and lines, of which the yellow
// ones have less on white and are never told by colour alone.
func TestContrast(t *testing.T) {
	t.Parallel()
	type pair struct {
		front, ground paint
		least         float64
	}
	pairs := []pair{{ink, paper, 7}, {soft, paper, 4.5}, {ink, pale, 7}, {soft, pale, 4.5}, {soft, shade, 4.5}, {ink, shade, 4.5}, {soft, heat[0], 4.5}}
	for _, p := range strong {
		pairs = append(pairs, pair{p, paper, 2.2})
	}
	for _, p := range faint {
		pairs = append(pairs, pair{ink, p, 7}, pair{soft, p, 4.5})
	}
	for i, p := range heat {
		if i < heatTurn {
			pairs = append(pairs, pair{ink, p, 4.5})
		} else {
			pairs = append(pairs, pair{onHeat, p, 4.5})
		}
	}
	for _, p := range pairs {
		if light := contrast(t, p.front.light, p.ground.light); light < p.least {
			t.Errorf("%s on %s has %.2f in light, want %g", p.front.class, p.ground.class, light, p.least)
		}
		if dark := contrast(t, p.front.dark, p.ground.dark); dark < p.least {
			t.Errorf("%s on %s has %.2f in the dark, want %g", p.front.class, p.ground.class, dark, p.least)
		}
	}
}

// TestHeatGoesOneWay holds to steps that tell much from little also without colour.
func TestHeatGoesOneWay(t *testing.T) {
	t.Parallel()
	for i := 1; i < len(heat); i++ {
		if luminance(t, heat[i].light) >= luminance(t, heat[i-1].light) || luminance(t, heat[i].dark) <= luminance(t, heat[i-1].dark) {
			t.Errorf("%s does not go on from %s", heat[i].class, heat[i-1].class)
		}
	}
}
