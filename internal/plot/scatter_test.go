package plot

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLabelsDoNotOverlap places labels in clouds of any form: none lies on another, on a point, or beyond the axes.
func TestLabelsDoNotOverlap(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for range 25 {
		s := Scatter{Corner: []string{"", "Demand without supply"}[r.IntN(2)]}
		spread, sized := 3*r.Float64(), r.IntN(2) == 0
		for i := range 1 + r.IntN(300) {
			p := Point{Label: fmt.Sprintf("%s %d", topic[i%len(topic)], i), X: math.Exp(spread * r.NormFloat64()), Y: math.Exp(spread * r.NormFloat64())}
			if sized {
				p.Size = r.Float64()
			}
			s.Points = append(s.Points, p)
		}
		c := s.settle(box{margin, 80, pictureWidth - margin, 496})
		labels := c.place()
		if len(labels) == 0 || len(labels) > 2*mostLabels {
			t.Errorf("%d labels for %d points", len(labels), len(s.Points))
		}
		for i, l := range labels {
			if !c.area.holds(l.box) || l.box.overlaps(c.cornerText()) {
				t.Errorf("%q is at %v", l.text, l.box)
			}
			if slices.ContainsFunc(labels[:i], func(o placed) bool { return l.box.overlaps(o.box) }) {
				t.Errorf("%q lies on another label", l.text)
			}
			if slices.ContainsFunc(c.marks, func(m mark) bool { return l.box.overlaps(m.box()) }) {
				t.Errorf("%q lies on a point", l.text)
			}
		}
	}
}

func TestPointsWithinTheAxes(t *testing.T) {
	t.Parallel()
	for _, s := range []Scatter{scatter(150, false), scatter(1204, true), plainScatter(), {Points: []Point{{X: -5, Y: -7}, {X: 1e6, Y: 3}, {}}}, {Points: []Point{{}}}} {
		c := s.settle(box{margin, 80, pictureWidth - margin, 496})
		for _, m := range c.marks {
			if !c.area.holds(box{m.at.x, m.at.y, m.at.x, m.at.y}) {
				t.Errorf("%v is at %v, beyond %v", m.Point, m.at, c.area)
			}
		}
	}
}

// TestCornerComesFirst shows which points are labelled before others.
func TestCornerComesFirst(t *testing.T) {
	t.Parallel()
	s := Scatter{Points: []Point{{Label: "much of both", X: 100, Y: 100}, {Label: "asked for", X: 1, Y: 90}, {Label: "nothing", X: 0, Y: 0}, {Label: "there", X: 80, Y: 10}}}
	in := box{margin, 80, pictureWidth - margin, 496}
	if got := s.settle(in).marks[0].Label; got != "much of both" {
		t.Errorf("%q comes first without a corner", got)
	}
	s.Corner = "missing"
	if got := s.settle(in).marks[0].Label; got != "asked for" {
		t.Errorf("%q comes first with a corner", got)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	var s Scatter
	for i := range 36 {
		s.Points = append(s.Points, Point{Group: string(rune('a' + i%8)), X: float64(i)})
	}
	if got := fmt.Sprint(s.named()); got != "[a b c d e f]" {
		t.Errorf("got %s", got)
	}
	if got := texts(svg(t, Chart{Data: s})); !slices.Contains(got, "other") || slices.Contains(got, "g") {
		t.Errorf("the legend is %q", got)
	}
	if got := (Scatter{Points: []Point{{Group: "a"}, {Group: "a"}}}).named(); got != nil {
		t.Errorf("one group has a legend: %v", got)
	}
}
