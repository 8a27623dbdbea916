package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Scatter shows how two numbers go together. Its axes are logarithmic where a few points are far larger than most.
type Scatter struct {
	X, Y   Axis
	Points []Point
	Corner string // says what the corner of high Y and low X means, such as "demand without supply"; "" shades no corner
}

// Axis says what a number is.
type Axis struct{ Title, Unit string }

// Point is one thing. Size and Group may be left empty.
type Point struct {
	Label string
	X, Y  float64
	Size  float64 // shown as an area; 0 or more
	Group string  // shown as a colour
}

const (
	mostPoints = 1000
	mostLabels = 12 // in the corner, and as many elsewhere
	mostTries  = 60 // of points that might get a label, there and elsewhere
	mostGroups = 6
)

func (s Scatter) check() error {
	for _, p := range s.Points {
		name := named(p.Label)
		for _, v := range []struct {
			what string
			v    float64
		}{{"x", p.X}, {"y", p.Y}, {"size", p.Size}} {
			if err := finite(fmt.Sprintf("%s of %q", v.what, name), v.v); err != nil {
				return err
			}
		}
		if p.Size < 0 {
			return fmt.Errorf("size of %q is less than 0", name)
		}
	}
	return nil
}

func (s Scatter) empty() bool { return len(s.Points) == 0 }

// cloud is a Scatter with all places settled.
type cloud struct {
	Scatter
	area   box
	x, y   scale
	middle Point    // the medians of X and Y, which bound the corner
	marks  []mark   // the most notable first
	groups []string // that have a colour
}

// mark is a point in the picture.
type mark struct {
	Point
	at   point
	r    float64
	fill paint
}

func (m mark) box() box { return box{m.at.x - m.r, m.at.y - m.r, m.at.x + m.r, m.at.y + m.r} }

func (s Scatter) draw(d *drawing, in box) {
	c := s.settle(in)
	d.cut(len(c.marks), len(s.Points), "points")
	c.drawAxes(d, in)
	c.drawCorner(d)
	c.drawLegend(d, in)
	marks := slices.Clone(c.marks)
	slices.SortStableFunc(marks, func(a, b mark) int { return descending(a.r, b.r) }) // small ones above large ones
	for _, m := range marks {
		d.shape("circle", c.tip(m), filledAndStroked(m.fill, paper)+` fill-opacity="0.8"`, "cx", m.at.x, "cy", m.at.y, "r", m.r, "stroke-width", 1.0)
	}
	for _, p := range c.place() {
		d.text(p.box.x0, (p.box.y0+p.box.y1)/2, p.text, label{size: labelSize, room: labelRoom})
	}
}

// settle gives each point its place. The medians are those of all points, drawn or not.
func (s Scatter) settle(in box) *cloud {
	c := &cloud{Scatter: s, groups: s.named()}
	xs, ys := c.fit(s.Points)
	c.middle = Point{X: median(xs), Y: median(ys)}
	points := slices.Clone(s.Points)
	slices.SortStableFunc(points, func(a, b Point) int { return descending(c.notable(a), c.notable(b)) })
	if len(points) > mostPoints {
		points = points[:mostPoints]
		c.fit(points)
	}
	left := 0.0
	for _, v := range c.y.ticks {
		left = math.Max(left, width(axisNumber(v, s.Y), 12, false))
	}
	c.area = box{in.x0 + left + 10, in.y0 + 28, in.x1, in.y1 - 42}
	largestSize, plain := 0.0, 4.5
	for _, p := range points {
		largestSize = math.Max(largestSize, p.Size)
	}
	if len(points) > 200 {
		plain = 3
	}
	for _, p := range points {
		c.marks = append(c.marks, c.mark(p, largestSize, plain))
	}
	return c
}

// fit makes scales for points.
func (c *cloud) fit(points []Point) (xs, ys []float64) {
	for _, p := range points {
		xs, ys = append(xs, p.X), append(ys, p.Y)
	}
	c.x, c.y = fitting(xs, 7), fitting(ys, 5)
	return xs, ys
}

// notable is the larger, the sooner a point is drawn and labelled: first what stands in the corner, the farther from where the
// two numbers agree the sooner; then what is far from the origin.
func (c *cloud) notable(p Point) float64 {
	x, y := c.x.at(p.X), c.y.at(p.Y)
	if c.inCorner(p) {
		return 10 + y - x
	}
	return x*x + y*y
}

func (c *cloud) inCorner(p Point) bool {
	return clean(c.Corner) != "" && p.X < c.middle.X && p.Y > c.middle.Y
}

// at gives the place of two numbers, a little away from the edges.
func (c *cloud) at(x, y float64) point {
	a := c.area.within(10)
	return point{a.x0 + c.x.at(x)*a.width(), a.y1 - c.y.at(y)*a.height()}
}

// mark makes a point ready. Points are of the size plain if none has a size of its own.
func (c *cloud) mark(p Point, largestSize, plain float64) mark {
	m := mark{Point: p, at: c.at(p.X, p.Y), r: plain, fill: strong[0]}
	if largestSize > 0 {
		m.r = 3 + 11*math.Sqrt(p.Size/largestSize)
	}
	if len(c.groups) > 0 {
		m.fill = other
		if i := slices.Index(c.groups, named(p.Group)); i >= 0 {
			m.fill = strong[i]
		}
	}
	return m
}

// named gives the groups that have most points, none if there are not two. Equally large ones go by name.
func (s Scatter) named() []string {
	counts := map[string]int{}
	for _, p := range s.Points {
		counts[named(p.Group)]++
	}
	if len(counts) < 2 {
		return nil
	}
	var groups []string
	for g := range counts {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	return groups[:min(len(groups), mostGroups)]
}

func axisNumber(v float64, a Axis) string { return withSign(scaled(v, 3), signOf(a.Unit)) }

func (a Axis) name() string {
	title, unit := clean(a.Title), clean(a.Unit)
	if unit == "" || signOf(unit) != "" || unit == title {
		return title
	}
	if title == "" {
		return unit
	}
	return title + " (" + unit + ")"
}

// drawAxes draws the grid with its numbers. The title of an axis stands at its end, where its numbers are large.
func (c *cloud) drawAxes(d *drawing, in box) {
	below := c.area.y1 + 14
	free := math.Inf(-1) // where the last number ended
	for i, v := range c.x.ticks {
		x, s := c.at(v, 0).x, axisNumber(v, c.X)
		d.line(x, c.area.y0, x, c.area.y1, tickPaint(i), 1)
		if half := width(s, 12, false)/2 + 4; x-half >= free {
			d.text(x, below, s, label{size: 12, fill: soft, anchor: "middle"})
			free = x + half
		}
	}
	for i, v := range c.y.ticks {
		y := c.at(0, v).y
		d.line(c.area.x0, y, c.area.x1, y, tickPaint(i), 1)
		d.text(c.area.x0-8, y, axisNumber(v, c.Y), label{size: 12, fill: soft, anchor: "end"})
	}
	d.text(in.x0, in.y0+8, arrow("↑ ", c.Y), label{size: 12, fill: ink, bold: true, room: 0.4 * in.width()})
	d.text(in.x1, c.area.y1+34, arrow("→ ", c.X), label{size: 12, fill: ink, bold: true, anchor: "end", room: in.width()})
}

func arrow(sign string, a Axis) string {
	if a.name() == "" {
		return ""
	}
	return sign + a.name()
}

func tickPaint(i int) paint {
	if i == 0 {
		return axis
	}
	return gridl
}

// drawCorner shades the points above the median of Y and below that of X, and says what they are.
func (c *cloud) drawCorner(d *drawing) {
	b := c.cornerBox()
	if b == (box{}) {
		return
	}
	d.shape("rect", clean(c.Corner), filled(shade)+` fill-opacity="0.6"`, "x", b.x0, "y", b.y0, "width", b.width(), "height", b.height())
	d.dashed(b.x1, c.area.y0, b.x1, c.area.y1, axis)
	d.dashed(c.area.x0, b.y1, c.area.x1, b.y1, axis)
	d.notes = append(d.notes, "half of all points lie on either side of a dashed line")
	t := c.cornerText()
	d.text(t.x0, (t.y0+t.y1)/2, clean(c.Corner), label{size: 13, bold: true, fill: soft, room: c.cornerRoom()})
}

// cornerBox is empty where there is no corner, or none that is large enough.
func (c *cloud) cornerBox() box {
	middle := c.at(c.middle.X, c.middle.Y)
	b := box{c.area.x0, c.area.y0, middle.x, middle.y}
	if clean(c.Corner) == "" || b.width() < 20 || b.height() < 20 {
		return box{}
	}
	return b
}

// cornerRoom is how wide the words of the corner may be: those of a narrow corner reach beyond it.
func (c *cloud) cornerRoom() float64 { return math.Max(c.cornerBox().width(), c.area.width()/3) - 20 }

// cornerText is where the words of the corner stand.
func (c *cloud) cornerText() box {
	b := c.cornerBox()
	if b == (box{}) {
		return b
	}
	w := width(shorten(clean(c.Corner), c.cornerRoom(), 13, true), 13, true)
	return box{b.x0 + 10, b.y0 + 6, b.x0 + 10 + w, b.y0 + 24}
}

// drawLegend names the groups, from the right.
func (c *cloud) drawLegend(d *drawing, in box) {
	names, fills := slices.Clone(c.groups), slices.Clone(strong[:len(c.groups)])
	if slices.ContainsFunc(c.marks, func(m mark) bool { return m.fill == other }) {
		names, fills = append(names, "other"), append(fills, other)
	}
	room := 0.58 * in.width() / float64(max(1, len(names)))
	total := 0.0
	for _, name := range names {
		total += 15 + width(shorten(name, room-31, 12, false), 12, false) + 16
	}
	x := in.x1 - total + 16
	for i, name := range names {
		x = d.swatch(x, in.y0+8, fills[i], name, room-16) + 16
	}
}

func (c *cloud) tip(m mark) string {
	say := func(a Axis, v float64) string {
		return strings.TrimSpace(clean(a.Title) + " " + withSign(exact(v), signOf(a.Unit)))
	}
	tip := named(m.Label) + ": " + say(c.X, m.X) + ", " + say(c.Y, m.Y)
	if len(c.groups) > 0 {
		tip += " (" + named(m.Group) + ")"
	}
	return tip
}

const labelSize, labelRoom = 12.0, 180.0

// placed is a label with its place.
type placed struct {
	text string
	box  box
}

// place gives the labels of the most notable points. None covers a point or another label, or reaches beyond the area; a point
// whose label has no such place goes without.
func (c *cloud) place() []placed {
	taken := []box{c.cornerText()}
	var labels []placed
	tries, done := map[bool]int{}, map[bool]int{} // by whether a point is in the corner
	for _, m := range c.marks {
		corner := c.inCorner(m.Point)
		if tries[corner]++; tries[corner] > mostTries || done[corner] == mostLabels {
			continue
		}
		s := shorten(named(m.Label), labelRoom, labelSize, false)
		b, free := c.free(m, width(s, labelSize, false), taken)
		if s == "" || !free {
			continue
		}
		done[corner]++
		taken, labels = append(taken, b), append(labels, placed{named(m.Label), b})
	}
	return labels
}

// free tries the places around a point, the easiest to read first.
func (c *cloud) free(m mark, w float64, taken []box) (box, bool) {
	const h, gap = labelSize + 3, 3.0
	x, y, r := m.at.x, m.at.y, m.r+gap
	d := r * 0.8
	for _, at := range []point{{x + r, y - h/2}, {x - r - w, y - h/2}, {x - w/2, y - r - h}, {x - w/2, y + r}, {x + d, y - d - h}, {x + d, y + d}, {x - d - w, y - d - h}, {x - d - w, y + d}} {
		b := box{at.x, at.y, at.x + w, at.y + h}
		if c.area.holds(b) && !slices.ContainsFunc(taken, b.overlaps) && !slices.ContainsFunc(c.marks, func(o mark) bool { return b.overlaps(o.box()) }) {
			return b, true
		}
	}
	return box{}, false
}

func (s Scatter) table(string) grid {
	sized := slices.ContainsFunc(s.Points, func(p Point) bool { return p.Size != 0 })
	grouped := len(s.named()) > 0
	g := grid{head: []string{"Name", axisHead(s.X, "x"), axisHead(s.Y, "y")}}
	if sized {
		g.head = append(g.head, "Size")
	}
	if grouped {
		g.head = append(g.head, "Group")
	}
	for _, p := range s.Points {
		row := []cell{{text: named(p.Label)}, number(p.X, s.X.Unit), number(p.Y, s.Y.Unit)}
		if sized {
			row = append(row, number(p.Size, ""))
		}
		if grouped {
			row = append(row, cell{text: named(p.Group)})
		}
		g.rows = append(g.rows, row)
	}
	return g
}

func axisHead(a Axis, none string) string { return cmp.Or(a.name(), none) }
