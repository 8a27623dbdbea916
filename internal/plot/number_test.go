package plot

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		v                    float64
		exact, brief, scaled string // scaled with three digits
	}{
		{0, "0", "0", "0"}, {math.Copysign(0, -1), "0", "0", "0"}, {7, "7", "7", "7"}, {12.345, "12.35", "12.35", "12.3"}, {0.0123, "0.0123", "0.0123", "0.0123"},
		{1204, "1,204", "1,204", "1.2k"}, {-1204.5, "−1,204.5", "−1,204.5", "−1.2k"}, {999, "999", "999", "999"}, {999.9, "999.9", "999.9", "1k"},
		{148200, "148,200", "148,200", "148k"}, {999999.999, "1,000,000", "1M", "1M"}, {1234567, "1,234,567", "1.23M", "1.23M"}, {12e9, "12,000,000,000", "12B", "12B"},
		{5e15, "5,000,000,000,000,000", "5,000T", "5,000T"}, {0.001, "0.001", "0.001", "0.001"}, {1e-300, "0", "0", "0"},
	}
	for _, tt := range tests {
		if a, b, c := exact(tt.v), brief(tt.v), scaled(tt.v, 3); a != tt.exact || b != tt.brief || c != tt.scaled {
			t.Errorf("%g is %q, %q, %q, want %q, %q, %q", tt.v, a, b, c, tt.exact, tt.brief, tt.scaled)
		}
	}
}

func TestChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		v, before float64
		want      string
	}{
		{112, 100, "+12%"}, {88, 100, "−12%"}, {5, 5, "±0%"}, {0, 0, "±0%"}, {5, 0, "new"}, {0, 5, "−100%"}, {1001, 1000, "+<1%"}, {12000, 1, "+1.2M%"}, {-5, -10, "+50%"},
	}
	for _, tt := range tests {
		if got := change(tt.v, tt.before); got != tt.want {
			t.Errorf("from %g to %g is %q, want %q", tt.before, tt.v, got, tt.want)
		}
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for unit, want := range map[string]string{"": "5", "%": "5%", "€": "5\u00a0€", "downloads": "5", "<b>": "5", " % ": "5%"} {
		if got := withSign("5", signOf(unit)); got != want {
			t.Errorf("5 of %q is %q, want %q", unit, got, want)
		}
	}
}

func TestScales(t *testing.T) {
	t.Parallel()
	skewed := []float64{1, 2, 3, 4, 5, 20000}
	tests := []struct {
		name   string
		values []float64
		log    bool
		ticks  string
	}{
		{"from zero on", []float64{30, 90}, false, "0 20 40 60 80"},
		{"below zero", []float64{-12, 17}, false, "−10 0 10"},
		{"only below zero", []float64{-12, -5}, false, "−10 −5 0"},
		{"nothing", []float64{0, 0}, false, "0 1"},
		{"shares", []float64{0.1, 0.9}, false, "0 0.2 0.4 0.6 0.8"},
		{"a few are far larger", skewed, true, "1 10 100 1k 10k"},
		{"zero has a place", append([]float64{0}, skewed...), true, "0 1 10 100 1k 10k"},
		{"within two decades", []float64{1, 1, 1, 1, 45}, true, "1 2 5 10 20 50"},
		{"not beyond the largest", []float64{1, 1, 1, 1, 145}, true, "1 2 5 10 20 50 100"},
		{"not below zero", append([]float64{-1}, skewed...), false, "0 5k 10k 15k 20k"},
	}
	for _, tt := range tests {
		s := fitting(tt.values, 5)
		var ticks []string
		for _, v := range s.ticks {
			if at := s.at(v); at < 0 || at > 1 {
				t.Errorf("%s: the tick %g is at %g", tt.name, v, at)
			}
			ticks = append(ticks, scaled(v, 3))
		}
		if got := strings.Join(ticks, " "); got != tt.ticks || s.log != tt.log {
			t.Errorf("%s: got %s, logarithmic %t", tt.name, got, s.log)
		}
		places := make([]float64, len(tt.values))
		for i, v := range slices.Sorted(slices.Values(tt.values)) {
			places[i] = s.at(v)
		}
		if !slices.IsSorted(places) || places[0] < 0 || places[len(places)-1] > 1 {
			t.Errorf("%s: places are %v", tt.name, places)
		}
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	const s = "Rucksäcke für lange Wege"
	if got := shorten(s, width(s, 12, false), 12, false); got != s {
		t.Errorf("what fits became %q", got)
	}
	for room := 0.0; room < width(s, 12, true); room += 0.5 {
		got := shorten(s, room, 12, true)
		if rest, cut := strings.CutSuffix(got, "…"); width(got, 12, true) > room || got != "" && (!cut || !strings.HasPrefix(s, rest)) {
			t.Errorf("in %g it is %q", room, got)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "  a \n\t b ": "a b", "a\x00b": "a b", "a\xffb": "a\ufffdb", strings.Repeat("x", 500): strings.Repeat("x", longest) + "…"} {
		if got := clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
