package plot

import (
	"slices"
	"testing"
)

func TestHeatSteps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		values []float64
		steps  []int // of the values
	}{
		{"equal steps", []float64{0, 1, 50, 60, 90}, []int{0, 0, 5, 6, 8}},
		{"equal ratios where a few are far larger", []float64{0, 1, 2, 3, 10, 1000}, []int{0, 0, 0, 1, 3, 8}},
		{"all the same", []float64{7, 7}, []int{8, 8}},
		{"only zeros", []float64{0, 0}, []int{0, 0}},
	}
	for _, tt := range tests {
		s := stepsOf(tt.values)
		var got []int
		for _, v := range tt.values {
			step := s.of(v)
			if got = append(got, step); v > 0 && s.from(step) > v*(1+1e-9) {
				t.Errorf("%s: step %d begins at %g, above %g", tt.name, step, s.from(step), v)
			}
		}
		if !slices.Equal(got, tt.steps) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.steps)
		}
	}
}

// TestHeatTexts holds to numbers that are light on dark cells, and dark on light ones.
func TestHeatTexts(t *testing.T) {
	t.Parallel()
	c := Chart{Data: Heatmap{[]string{"r"}, []string{"a", "b", "c"}, [][]float64{{0, 40, 90}}}}
	want := map[string]paint{"0": soft, "40": ink, "90": onHeat}
	for _, e := range svg(t, c) {
		if fill, cell := want[e.text]; cell && e.attributes["font-size"] == "12" && e.attributes["fill"] != fill.light {
			t.Errorf("%s is %s, want %s", e.text, e.attributes["fill"], fill.light)
		}
	}
}

// TestColumnsAreTurned shows that names which do not fit above their columns are written upwards, whole.
func TestColumnsAreTurned(t *testing.T) {
	t.Parallel()
	for columns, turned := range map[int]int{9: 0, 24: 24} {
		n := 0
		for _, e := range svg(t, Chart{Data: heatmap(4, columns)}) {
			if e.attributes["transform"] != "" {
				if n++; e.title != "" {
					t.Errorf("%q is shortened", e.text)
				}
			}
		}
		if n != turned {
			t.Errorf("of %d names %d are turned, want %d", columns, n, turned)
		}
	}
}
