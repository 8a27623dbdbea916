package plot

import (
	"fmt"
	"math"
	"slices"
)

// Heatmap is a matrix whose cells are the darker the more they hold.
type Heatmap struct {
	Rows, Columns []string
	Values        [][]float64 // of each row, one for each column; 0 or more, NaN where there is none
}

const (
	mostRows    = 18
	mostColumns = 24
)

func (h Heatmap) check() error {
	if len(h.Values) != len(h.Rows) {
		return fmt.Errorf("there are values for %d rows of %d", len(h.Values), len(h.Rows))
	}
	for i, row := range h.Values {
		if len(row) != len(h.Columns) {
			return fmt.Errorf("row %q has %d values for %d columns", named(h.Rows[i]), len(row), len(h.Columns))
		}
		for j, v := range row {
			if math.IsNaN(v) {
				continue
			}
			what := fmt.Sprintf("%q at %q", named(h.Rows[i]), named(h.Columns[j]))
			if err := finite(what, v); err != nil {
				return err
			}
			if v < 0 {
				return fmt.Errorf("%s is less than 0", what)
			}
		}
	}
	return nil
}

func (h Heatmap) empty() bool { return len(h.present()) == 0 }

func (h Heatmap) present() []float64 {
	var values []float64
	for _, row := range h.Values {
		for _, v := range row {
			if !math.IsNaN(v) {
				values = append(values, v)
			}
		}
	}
	return values
}

// bounded keeps the rows and columns that hold most, in the order given.
func (h Heatmap) bounded(d *drawing) Heatmap {
	rows, columns := make([]float64, len(h.Rows)), make([]float64, len(h.Columns))
	for i, row := range h.Values {
		for j, v := range row {
			if !math.IsNaN(v) {
				rows[i] += v
				columns[j] += v
			}
		}
	}
	var kept Heatmap
	across := heaviest(columns, mostColumns)
	for _, j := range across {
		kept.Columns = append(kept.Columns, h.Columns[j])
	}
	for _, i := range heaviest(rows, mostRows) {
		var values []float64
		for _, j := range across {
			values = append(values, h.Values[i][j])
		}
		kept.Rows, kept.Values = append(kept.Rows, h.Rows[i]), append(kept.Values, values)
	}
	d.cut(len(kept.Rows), len(h.Rows), "rows")
	d.cut(len(kept.Columns), len(h.Columns), "columns")
	return kept
}

func (h Heatmap) draw(d *drawing, in box) {
	h = h.bounded(d)
	if h.empty() {
		d.text((in.x0+in.x1)/2, (in.y0+in.y1)/2, "There is nothing to show.", label{size: 16, fill: soft, anchor: "middle"})
		return
	}
	steps := stepsOf(h.present())
	steps.legend(d, in)
	in.y0 += 26
	area, turned := h.area(in)
	wide, high := area.width()/float64(len(h.Columns)), math.Min(area.height()/float64(len(h.Rows)), 44)
	for j, name := range h.Columns {
		x := area.x0 + (float64(j)+0.5)*wide
		if turned {
			d.text(x-2, area.y0-10, named(name), label{size: 12, fill: soft, room: turnedRoom, turned: -45})
		} else {
			d.text(x, area.y0-10, named(name), label{size: 12, fill: soft, anchor: "middle", room: wide - 4})
		}
	}
	for i, name := range h.Rows {
		y := area.y0 + float64(i)*high
		d.text(area.x0-8, y+high/2, named(name), label{size: 12, anchor: "end", room: area.x0 - 8 - in.x0 + 0.5})
		for j, v := range h.Values[i] {
			c := box{area.x0 + float64(j)*wide, y, area.x0 + float64(j+1)*wide, y + high}
			steps.cell(d, c.within(1), v, named(name)+", "+named(h.Columns[j]))
		}
	}
}

const turnedRoom = 84.0 // of a name that is written upwards

// area is where the cells stand: right of the names of rows and below those of columns, which are turned where they do not fit.
func (h Heatmap) area(in box) (area box, turned bool) {
	left, top := 0.0, 0.0
	for _, name := range h.Rows {
		left = math.Max(left, width(named(name), 12, false))
	}
	for _, name := range h.Columns {
		top = math.Max(top, width(named(name), 12, false))
	}
	area = box{in.x0 + math.Min(left, 220) + 8, in.y0 + 20, in.x1, in.y1}
	wide := math.Min(area.width()/float64(len(h.Columns)), 110)
	area.x1 = area.x0 + wide*float64(len(h.Columns))
	if top <= wide-4 || wide >= 60 {
		return area, false
	}
	up := math.Min(top, turnedRoom) * math.Sqrt2 / 2
	if over := area.x1 + up - in.x1; over > 0 { // the last name reaches beyond its column
		area.x1 -= math.Max(0, over-wide/2)
	}
	area.y0 = in.y0 + up + 20
	return area, true
}

// heatSteps parts numbers into as many steps as there are colours.
type heatSteps struct {
	low, high float64 // of the positive numbers
	log       bool
}

// stepsOf takes equal steps, or equal ratios where most numbers would be in the lowest step.
func stepsOf(values []float64) heatSteps {
	positive := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return v < 1e-9 })
	if len(positive) == 0 {
		return heatSteps{}
	}
	s := heatSteps{low: slices.Min(positive), high: slices.Max(positive)}
	s.log = s.high/median(positive) > float64(len(heat))
	return s
}

// of gives the step of a number; 0 is in the lowest.
func (s heatSteps) of(v float64) int {
	share := 0.0
	switch {
	case v <= 0 || s.high <= 0:
	case !s.log:
		share = v / s.high
	case s.high > s.low && v > s.low:
		share = math.Log(v/s.low) / math.Log(s.high/s.low)
	}
	return max(0, min(len(heat)-1, int(share*float64(len(heat)))))
}

// from gives where a step begins.
func (s heatSteps) from(step int) float64 {
	share := float64(step) / float64(len(heat))
	if !s.log || step == 0 {
		return share * s.high
	}
	return s.low * math.Pow(s.high/s.low, share)
}

func (s heatSteps) cell(d *drawing, c box, v float64, name string) {
	if math.IsNaN(v) {
		d.shape("rect", name+": nothing", stroked(gridl)+` fill="none"`, "x", c.x0, "y", c.y0, "width", c.width(), "height", c.height(), "rx", 1.0)
		return
	}
	step, shown, size := s.of(v), withSign(scaled(v, 3), d.unit), 12.0
	d.rect(c, heat[step], 1, name+": "+withSign(exact(v), d.unit))
	if width(shown, size, false) > c.width()-4 {
		shown, size = scaled(v, 2), 11
	}
	if width(shown, size, false) > c.width()-2 {
		return
	}
	fill := ink
	if v == 0 {
		fill = soft
	}
	if step >= heatTurn {
		fill = onHeat
	}
	d.text((c.x0+c.x1)/2, (c.y0+c.y1)/2, shown, label{size: size, fill: fill, anchor: "middle"})
}

// legend shows the steps at the right, and where they begin.
func (s heatSteps) legend(d *drawing, in box) {
	const wide = 30.0
	top := withSign(scaled(s.high, 3), d.unit)
	x := in.x1 - width(top, 11, false) - 8 - wide*float64(len(heat))
	d.text(x-8, in.y0+5, "0", label{size: 11, fill: soft, anchor: "end"})
	for i, fill := range heat {
		tip := "from " + withSign(scaled(s.from(i), 3), d.unit)
		d.rect(box{x + float64(i)*wide, in.y0, x + float64(i+1)*wide, in.y0 + 10}, fill, 0, tip)
		if i > 0 && i%2 == 0 {
			d.text(x+float64(i)*wide, in.y0+18, scaled(s.from(i), 2), label{size: 10, fill: soft, anchor: "middle"})
		}
	}
	d.text(in.x1, in.y0+5, top, label{size: 11, fill: soft, anchor: "end"})
}

func (h Heatmap) table(unit string) grid {
	g := grid{head: []string{""}}
	across := min(len(h.Columns), tableColumns)
	for _, name := range h.Columns[:across] {
		g.head = append(g.head, named(name))
	}
	if across < len(h.Columns) {
		g.note = fmt.Sprintf("%s of %s columns shown", exact(float64(across)), exact(float64(len(h.Columns))))
	}
	for i, name := range h.Rows {
		row := []cell{{text: named(name)}}
		for _, v := range h.Values[i][:across] {
			row = append(row, number(v, unit))
		}
		g.rows = append(g.rows, row)
	}
	return g
}
