package plot

import (
	"fmt"
	"math"
	"slices"
)

// Lines are series over the same periods, such as months.
type Lines struct {
	Periods []string // what stands below the axis, oldest first
	Series  []Series
}

// Series is one line. Values has a number for each period, NaN for a gap.
type Series struct {
	Name   string
	Values []float64
}

const (
	mostSeries  = 6
	mostPeriods = 400
)

func (l Lines) check() error {
	for _, s := range l.Series {
		if len(s.Values) != len(l.Periods) {
			return fmt.Errorf("series %q has %d values for %d periods", named(s.Name), len(s.Values), len(l.Periods))
		}
		for i, v := range s.Values {
			if math.IsNaN(v) {
				continue
			}
			if err := finite(fmt.Sprintf("%q at %q", named(s.Name), clean(l.Periods[i])), v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l Lines) empty() bool { return len(l.present()) == 0 }

// present gives all numbers that are not gaps.
func (l Lines) present() []float64 {
	var values []float64
	for _, s := range l.Series {
		for _, v := range s.Values {
			if !math.IsNaN(v) {
				values = append(values, v)
			}
		}
	}
	return values
}

// bounded keeps the newest periods, and of these the series that amount to most, in the order given.
func (l Lines) bounded(d *drawing) Lines {
	d.cut(min(len(l.Periods), mostPeriods), len(l.Periods), "periods")
	first := max(0, len(l.Periods)-mostPeriods)
	kept := Lines{Periods: l.Periods[first:]}
	weights := make([]float64, len(l.Series))
	for i, s := range l.Series {
		for _, v := range s.Values[first:] {
			if !math.IsNaN(v) {
				weights[i] += math.Abs(v)
			}
		}
	}
	for _, i := range heaviest(weights, mostSeries) {
		kept.Series = append(kept.Series, Series{l.Series[i].Name, l.Series[i].Values[first:]})
	}
	d.cut(len(kept.Series), len(l.Series), "series")
	return kept
}

// heaviest gives the places of the n largest weights, in the order they stand.
func heaviest(weights []float64, n int) []int {
	places := make([]int, len(weights))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return descending(weights[a], weights[b]) })
	places = places[:min(n, len(places))]
	slices.Sort(places)
	return places
}

func descending(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

func (l Lines) draw(d *drawing, in box) {
	l = l.bounded(d)
	s := linear(l.present(), 7)
	area := l.area(in, s, d.unit)
	height := func(v float64) float64 { return area.y1 - s.at(v)*area.height() }
	for _, v := range s.ticks {
		stroke := gridl
		if v == 0 {
			stroke = axis
		}
		d.line(area.x0, height(v), area.x1, height(v), stroke, 1)
		d.text(area.x0-8, height(v), withSign(scaled(v, 3), d.unit), label{size: 12, fill: soft, anchor: "end"})
	}
	x := l.places(area)
	l.labelPeriods(d, x, area.y1+16)
	var ends []ending
	for i, series := range l.Series {
		last := l.drawSeries(d, series, strong[i], x, height)
		if last != nil {
			ends = append(ends, ending{*last, last.y, named(series.Name), strong[i]})
		}
	}
	nameEnds(d, ends, area, in.x1)
}

// area is where the lines run: between the numbers of the axis, the names of the series, and those of the periods.
func (l Lines) area(in box, s scale, unit string) box {
	left, right := 0.0, 0.0
	for _, v := range s.ticks {
		left = math.Max(left, width(withSign(scaled(v, 3), unit), 12, false))
	}
	for _, series := range l.Series {
		right = math.Max(right, width(named(series.Name), 12, false))
	}
	return box{in.x0 + left + 8, in.y0 + 10, in.x1 - math.Min(right, 200) - nameGap, in.y1 - 26}
}

func (l Lines) places(area box) []float64 {
	x := make([]float64, len(l.Periods))
	if len(x) == 1 {
		x[0] = (area.x0 + area.x1) / 2
		return x
	}
	const pad = 12
	for i := range x {
		x[i] = area.x0 + pad + (area.width()-2*pad)*float64(i)/float64(len(x)-1)
	}
	return x
}

// labelPeriods writes each period, or each second, third and so on where there is no room for more.
func (l Lines) labelPeriods(d *drawing, x []float64, y float64) {
	const room, gap = 110.0, 14.0
	widest := 0.0
	for _, p := range l.Periods {
		widest = math.Max(widest, width(shorten(clean(p), room, 12, false), 12, false))
	}
	step := 1
	if len(x) > 1 {
		step = max(1, int(math.Ceil((widest+gap)/(x[1]-x[0]))))
	}
	for i := 0; i < len(x); i += step {
		d.text(x[i], y, clean(l.Periods[i]), label{size: 12, fill: soft, anchor: "middle", room: room})
	}
}

// drawSeries draws the runs between gaps, and gives where the last one ends, nil if there is none. Points are marked where
// there are few, and where one stands alone.
func (l Lines) drawSeries(d *drawing, series Series, stroke paint, x []float64, height func(float64) float64) *point {
	var run []point
	var last *point
	end := func() {
		if len(run) > 1 {
			d.path(run, stroke, 2.5)
		}
		run = nil
	}
	for i, v := range series.Values {
		if math.IsNaN(v) {
			end()
			continue
		}
		last = &point{x[i], height(v)}
		run = append(run, *last)
	}
	end()
	gap := func(i int) bool { return i < 0 || i >= len(series.Values) || math.IsNaN(series.Values[i]) }
	for i, v := range series.Values {
		if !gap(i) && (len(x) <= 60 || gap(i-1) && gap(i+1)) {
			d.circle(x[i], height(v), 3, stroke, clean(named(series.Name)+", "+l.Periods[i]+": "+withSign(exact(v), d.unit)))
		}
	}
	return last
}

// ending is the end of a line and the height of its name.
type ending struct {
	at   point
	y    float64
	name string
	fill paint
}

const nameGap = 34.0 // from the end of the area to the names

// nameEnds writes the names of series beside their ends, apart from each other, tied to the ends by thin lines.
func nameEnds(d *drawing, ends []ending, area box, right float64) {
	const apart = 17.0
	slices.SortStableFunc(ends, func(a, b ending) int { return -descending(a.y, b.y) })
	for i := 1; i < len(ends); i++ {
		ends[i].y = math.Max(ends[i].y, ends[i-1].y+apart)
	}
	limit := area.y1
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i].y = math.Min(ends[i].y, limit)
		limit = ends[i].y - apart
	}
	for _, e := range ends {
		x := area.x1 + nameGap
		d.path([]point{{e.at.x + 5, e.at.y}, {area.x1 + 4, e.at.y}, {x - 8, e.y}, {x - 4, e.y}}, e.fill, 1)
		d.text(x, e.y, e.name, label{size: 12, room: right - x + 0.5})
	}
}

func (l Lines) table(unit string) grid {
	var none drawing
	bounded := l.bounded(&none)
	g := grid{head: []string{"Period"}, note: none.note()}
	for _, s := range bounded.Series {
		g.head = append(g.head, named(s.Name))
	}
	for i, p := range bounded.Periods {
		row := []cell{{text: named(p)}}
		for _, s := range bounded.Series {
			row = append(row, number(s.Values[i], unit))
		}
		g.rows = append(g.rows, row)
	}
	return g
}
