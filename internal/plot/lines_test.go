package plot

import (
	"slices"
	"testing"
)

// TestNamesOfLines keeps the names of lines apart that end at the same height, at the top, in the middle and at the bottom.
func TestNamesOfLines(t *testing.T) {
	t.Parallel()
	for _, end := range []float64{0, 50, 100} {
		l := Lines{Periods: []string{"Jan", "Feb"}}
		names := []string{"one", "two", "three", "four", "five", "six"}
		for i, name := range names {
			l.Series = append(l.Series, Series{name, []float64{float64(20 * i), end}})
		}
		var heights []float64
		for _, e := range svg(t, Chart{Data: l}) {
			if e.name == "text" && slices.Contains(names, e.text) {
				heights = append(heights, e.number(t, "y"))
			}
		}
		slices.Sort(heights)
		for i := 1; i < len(heights); i++ {
			if heights[i]-heights[i-1] < 15 {
				t.Errorf("ending at %g, names are at %v", end, heights)
			}
		}
		if len(heights) != len(names) || heights[0] < 20 || heights[len(heights)-1] > 500 {
			t.Errorf("ending at %g, names are at %v", end, heights)
		}
	}
}

func TestSeriesThatAmountToMost(t *testing.T) {
	t.Parallel()
	l := Lines{Periods: []string{"Jan"}}
	for i, v := range []float64{3, none, 9, 1, 8, 7, 6, 5} {
		l.Series = append(l.Series, Series{string(rune('a' + i)), []float64{v}})
	}
	var d drawing
	var got []string
	for _, s := range l.bounded(&d).Series {
		got = append(got, s.Name)
	}
	if want := []string{"a", "c", "e", "f", "g", "h"}; !slices.Equal(got, want) || d.note() != "6 of 8 series shown" {
		t.Errorf("got %v, %q", got, d.note())
	}
}

func TestNewestPeriods(t *testing.T) {
	t.Parallel()
	l := Lines{Series: []Series{{Name: "a"}}}
	for i := range mostPeriods + 5 {
		l.Periods, l.Series[0].Values = append(l.Periods, exact(float64(i))), append(l.Series[0].Values, float64(i))
	}
	var d drawing
	b := l.bounded(&d)
	if b.Periods[0] != "5" || b.Series[0].Values[0] != 5 || len(b.Periods) != mostPeriods || d.note() != "400 of 405 periods shown" {
		t.Errorf("from %s on, %d periods, %q", b.Periods[0], len(b.Periods), d.note())
	}
}
