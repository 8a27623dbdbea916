package plot

import (
	"fmt"
	"math"
	"slices"
)

// Bars are ranked, the largest at the top.
type Bars struct {
	Bars   []Bar
	Name   string // what Value is, such as "Jul to Sep"; stands in the legend
	Before string // what Bar.Before is, such as "Apr to Jun"; "" is no comparison
}

// Bar is one bar. Before is compared with Value, and NaN where there is nothing to compare with.
type Bar struct {
	Label  string
	Value  float64
	Before float64
}

const mostBars = 20

func (b Bars) check() error {
	for _, bar := range b.Bars {
		if err := finite(fmt.Sprintf("%q", named(bar.Label)), bar.Value); err != nil {
			return err
		}
		if b.Before == "" || math.IsNaN(bar.Before) {
			continue
		}
		if err := finite(fmt.Sprintf("%q before", named(bar.Label)), bar.Before); err != nil {
			return err
		}
	}
	return nil
}

func (b Bars) empty() bool { return len(b.Bars) == 0 }

// ranked gives the bars from the largest on; equal ones stand as they came.
func (b Bars) ranked() []Bar {
	ranked := slices.Clone(b.Bars)
	slices.SortStableFunc(ranked, func(a, b Bar) int { return descending(a.Value, b.Value) })
	return ranked
}

func (b Bars) draw(d *drawing, in box) {
	bars := b.ranked()
	d.cut(min(len(bars), mostBars), len(bars), "bars")
	bars = bars[:min(len(bars), mostBars)]
	compared := b.Before != ""
	if compared {
		in.y0 = b.legend(d, in) + 8
	}
	slot := math.Min(in.height()/float64(len(bars)), 60)
	frame := b.frame(d, bars, in)
	for i, bar := range bars {
		y := in.y0 + float64(i)*slot
		frame.draw(d, bar, y, slot, compared)
	}
	d.line(frame.at(0), in.y0, frame.at(0), in.y0+slot*float64(len(bars)), axis, 1)
}

// legend says which bar is which, and gives where it ends.
func (b Bars) legend(d *drawing, in box) float64 {
	name := clean(b.Name)
	if name == "" {
		name = "now"
	}
	x := d.swatch(in.x0, in.y0+6, strong[0], name, in.width()/2-60)
	d.swatch(x+20, in.y0+6, other, clean(b.Before), in.width()/2-60)
	d.text(in.x1, in.y0+6, "Change", label{size: 12, fill: soft, anchor: "end"})
	return in.y0 + 14
}

// barFrame is where the parts of a bar stand: its label ends at labels, the bar runs between x0 and x1.
type barFrame struct {
	scale          scale
	left, labels   float64
	x0, x1, change float64 // change is where that ends
}

func (b Bars) frame(d *drawing, bars []Bar, in box) barFrame {
	var values []float64
	labels, numbers := 0.0, [2]float64{} // the widest number below zero, and above
	for _, bar := range bars {
		labels = math.Max(labels, width(named(bar.Label), 13, false))
		side := 1
		if bar.Value < 0 {
			side = 0
		}
		numbers[side] = math.Max(numbers[side], width(withSign(brief(bar.Value), d.unit), 12, false)+10)
		values = append(values, bar.Value)
		if b.Before != "" && !math.IsNaN(bar.Before) {
			values = append(values, bar.Before)
		}
	}
	f := barFrame{left: in.x0, labels: in.x0 + math.Min(labels, 280) + 0.5, change: in.x1}
	f.x0, f.x1 = f.labels+10+numbers[0], in.x1-numbers[1]
	if b.Before != "" {
		f.x1 -= 64
	}
	f.scale.low, f.scale.high = math.Min(0, slices.Min(values)), math.Max(0, slices.Max(values))
	if f.scale.high-f.scale.low < 1e-9 {
		f.scale.high = f.scale.low + 1
	}
	return f
}

func (f barFrame) at(v float64) float64 { return f.x0 + f.scale.at(v)*(f.x1-f.x0) }

func (f barFrame) draw(d *drawing, bar Bar, y, slot float64, compared bool) {
	thick, middle := math.Min(0.68*slot, 32), y+slot/2
	name := named(bar.Label)
	tip := name + ": " + withSign(exact(bar.Value), d.unit)
	low, high := math.Min(0, bar.Value), math.Max(0, bar.Value)
	main := box{f.at(low), middle - thick/2, f.at(high), middle + thick/2}
	before := compared && !math.IsNaN(bar.Before)
	if before {
		tip += fmt.Sprintf(" (before: %s)", withSign(exact(bar.Before), d.unit))
		main.y1 = main.y0 + 0.62*thick
		d.rect(box{f.at(math.Min(0, bar.Before)), main.y1 + 1, f.at(math.Max(0, bar.Before)), middle + thick/2}, other, 0, tip)
		low, high = math.Min(low, bar.Before), math.Max(high, bar.Before)
		d.text(f.change, middle, change(bar.Value, bar.Before), label{size: 12, fill: soft, anchor: "end"})
	}
	d.rect(main, strong[0], 0, tip)
	d.text(f.labels, middle, name, label{size: 13, anchor: "end", room: f.labels - f.left})
	value := withSign(brief(bar.Value), d.unit)
	if bar.Value < 0 {
		d.text(f.at(low)-6, middle, value, label{size: 12, anchor: "end"})
		return
	}
	d.text(f.at(high)+6, middle, value, label{size: 12})
}

func (b Bars) table(unit string) grid {
	value := clean(b.Name)
	if value == "" {
		value = valueHead(unit)
	}
	g := grid{head: []string{"Name", value}}
	if b.Before != "" {
		g.head = append(g.head, clean(b.Before))
	}
	for _, bar := range b.ranked() {
		row := []cell{{text: named(bar.Label)}, number(bar.Value, unit)}
		if b.Before != "" {
			row = append(row, number(bar.Before, unit))
		}
		g.rows = append(g.rows, row)
	}
	return g
}
