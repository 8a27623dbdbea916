package plot

import (
	"fmt"
	"math"
	"slices"
)

// Treemap shows parts of a whole as areas. Those of the first level are true to one another, and so are those within each of
// them. What is below the second level counts for it and is not drawn.
type Treemap struct {
	Nodes []Node
}

// Node is a part. Value counts where it has no children, else their sum does.
type Node struct {
	Name     string
	Value    float64 // 0 or more
	Children []Node
}

const (
	mostNodes = 24 // of the first level
	mostParts = 30 // of a node of the first level
	deepest   = 100
	gap       = 1.5 // between nodes of the first level, half of it
)

func (t Treemap) check() error { return checkNodes(t.Nodes, 1) }

func checkNodes(nodes []Node, depth int) error {
	if depth > deepest {
		return fmt.Errorf("there are more than %d levels", deepest)
	}
	sum := 0.0
	for _, n := range nodes {
		if len(n.Children) == 0 {
			if err := finite(fmt.Sprintf("%q", named(n.Name)), n.Value); err != nil {
				return err
			}
			if n.Value < 0 {
				return fmt.Errorf("%q is less than 0", named(n.Name))
			}
		}
		if err := checkNodes(n.Children, depth+1); err != nil {
			return err
		}
		sum += n.total()
	}
	return finite("the sum", sum)
}

func (n Node) total() float64 {
	if len(n.Children) == 0 {
		return n.Value
	}
	sum := 0.0
	for _, c := range n.Children {
		sum += c.total()
	}
	return sum
}

func (t Treemap) empty() bool { return Node{Children: t.Nodes}.total() == 0 || len(t.Nodes) == 0 }

// part is a node with its sum, ready to be drawn.
type part struct {
	name     string
	value    float64
	rest     int // of how many others it is made; 0 is a node as given
	children []Node
}

// rankedParts gives the largest n nodes and one part made of all others, larger before smaller. Nodes of nothing are left out.
func rankedParts(nodes []Node, n int) (parts []part, shown, all int) {
	for _, node := range nodes {
		if v := node.total(); v > 0 {
			parts = append(parts, part{name: named(node.Name), value: v, children: node.Children})
		}
	}
	all = len(parts)
	slices.SortStableFunc(parts, byValue)
	if all <= n {
		return parts, all, all
	}
	rest := part{name: fmt.Sprintf("%s others", exact(float64(all-n))), rest: all - n}
	for _, p := range parts[n:] {
		rest.value += p.value
	}
	parts = append(parts[:n:n], rest)
	slices.SortStableFunc(parts, byValue)
	return parts, n, all
}

func byValue(a, b part) int { return descending(a.value, b.value) }

func (t Treemap) draw(d *drawing, in box) {
	parts, shown, all := rankedParts(t.Nodes, mostNodes)
	d.cut(shown, all, "groups")
	nested := slices.ContainsFunc(parts, func(p part) bool { return len(p.children) > 0 })
	drawn, given, total := 0, 0, 0.0
	for _, p := range parts {
		total += p.value
	}
	for i, area := range squarify(areasOf(parts, total), in.within(-gap)) {
		fill := faint[0]
		if nested {
			fill = faint[i%len(faint)]
		}
		if parts[i].rest > 0 {
			fill = pale
		}
		m := mosaic{d, fill, total}
		if len(parts[i].children) == 0 {
			m.tile(parts[i].name, parts[i].value, area.within(gap), nested)
			continue
		}
		shown, all := m.group(parts[i], area.within(gap))
		drawn, given = drawn+shown, given+all
	}
	d.cut(drawn, given, "parts of groups")
}

// areasOf gives the shares of a whole.
func areasOf(parts []part, total float64) []float64 {
	shares := make([]float64, len(parts))
	for i, p := range parts {
		shares[i] = p.value / total
	}
	return shares
}

// mosaic draws what lies within one node of the first level.
type mosaic struct {
	d     *drawing
	fill  paint
	total float64 // of the picture
}

// group draws a node with its children below its name, and tells how many of how many children it drew.
func (m mosaic) group(p part, area box) (shown, all int) {
	const head = 22.0
	tip := m.tip(p.name, p.value)
	m.d.rect(area, m.fill, 2, tip)
	inner := area.within(3)
	if area.height() >= head+16 && area.width() >= 40 {
		m.name(p.name, p.value, box{area.x0 + 7, area.y0, area.x1 - 7, area.y0 + head}, true)
		inner.y0 = area.y0 + head
	}
	parts, shown, all := rankedParts(p.children, mostParts)
	for i, a := range squarify(areasOf(parts, p.value), inner) {
		m.d.rect(a.within(0.75), paper, 1, "")
		m.tileIn(parts[i].name, parts[i].value, a.within(0.75), p.name)
	}
	return shown, all
}

// tile draws a node without children.
func (m mosaic) tile(name string, value float64, area box, bold bool) {
	m.d.rect(area, m.fill, 2, m.tip(name, value))
	m.write(name, value, area, bold)
}

// tileIn draws a child. Its ground lets that of its group shine through, so that a group stays one thing.
func (m mosaic) tileIn(name string, value float64, area box, group string) {
	m.d.shape("rect", m.tip(group+" › "+name, value), filled(m.fill)+` fill-opacity="0.55"`, "x", area.x0, "y", area.y0, "width", area.width(), "height", area.height(), "rx", 1.0)
	m.write(name, value, area, false)
}

// tip says what an area is.
func (m mosaic) tip(name string, value float64) string {
	return fmt.Sprintf("%s: %s (%s%%)", name, withSign(exact(value), m.d.unit), scaled(100*value/m.total, 2))
}

// write puts name and value into an area, as far as they are readable there: the value below the name, else beside it.
func (m mosaic) write(name string, value float64, area box, bold bool) {
	const pad, line = 6.0, 15.0
	switch {
	case area.height() >= 2*line+8:
		room, size := area.width()-2*pad, 12.0
		if width(name, size, bold) > room {
			size = 11
		}
		if !readable(name, room, size, bold) {
			return
		}
		m.d.text(area.x0+pad, area.y0+12, name, label{size: size, bold: bold, room: room})
		if v := withSign(brief(value), m.d.unit); width(v, size, false) <= room {
			m.d.text(area.x0+pad, area.y0+12+line, v, label{size: size, fill: soft})
		}
	case area.height() >= line:
		m.name(name, value, box{area.x0 + pad, area.y0, area.x1 - pad, math.Min(area.y1, area.y0+24)}, bold)
	}
}

// name writes a name, and the value beside it where both fit.
func (m mosaic) name(name string, value float64, in box, bold bool) {
	y := (in.y0 + in.y1) / 2
	v := withSign(brief(value), m.d.unit)
	beside := width(v, 12, false) + 8
	if width(name, 12, bold)+beside <= in.width() {
		m.d.text(in.x1, y, v, label{size: 12, fill: soft, anchor: "end"})
	}
	if readable(name, in.width(), 12, bold) {
		m.d.text(in.x0, y, name, label{size: 12, bold: bold, room: in.width()})
	}
}

// readable tells whether enough of a name would be left to make something of it.
func readable(name string, room, size float64, bold bool) bool {
	short := shorten(name, room, size, bold)
	return short == name || len([]rune(short)) >= 6
}

// squarify lays out shares of 1, larger before smaller, as rectangles that fill a box and are near to squares (Bruls, Huizing
// and van Wijk, 2000). The rectangles are in the order of the shares.
func squarify(shares []float64, in box) []box {
	all := in.width() * in.height()
	out := make([]box, 0, len(shares))
	for len(shares) > 0 {
		short := math.Min(in.width(), in.height())
		n, sum := 1, shares[0]*all
		for n < len(shares) && worst(shares[0]*all, shares[n]*all, sum+shares[n]*all, short) <= worst(shares[0]*all, shares[n-1]*all, sum, short) {
			sum += shares[n] * all
			n++
		}
		var row []box
		row, in = cutRow(shares[:n], all, sum, in, n == len(shares))
		out, shares = append(out, row...), shares[n:]
	}
	return out
}

// worst is the aspect of the least square rectangle in a row, of areas from small to large that sum up to sum.
func worst(large, small, sum, short float64) float64 {
	if small <= 0 || sum <= 0 || short <= 0 {
		return math.Inf(1)
	}
	return math.Max(short*short*large/(sum*sum), sum*sum/(short*short*small))
}

// cutRow cuts a row off the longer side of a box, and gives what is left. The last row takes all.
func cutRow(shares []float64, all, sum float64, in box, last bool) (row []box, left box) {
	lying := in.width() >= in.height() // the row is a column at the left
	side := in.height()
	if !lying {
		side = in.width()
	}
	deep := 0.0
	if side > 0 {
		deep = sum / side
	}
	if most := math.Max(in.width(), in.height()); last || deep > most {
		deep = most
	}
	done := 0.0
	for _, s := range shares {
		next := done
		if sum > 0 {
			next += s * all / sum
		}
		if lying {
			row = append(row, box{in.x0, in.y0 + done*side, in.x0 + deep, in.y0 + next*side})
		} else {
			row = append(row, box{in.x0 + done*side, in.y0, in.x0 + next*side, in.y0 + deep})
		}
		done = next
	}
	if lying {
		in.x0 += deep
	} else {
		in.y0 += deep
	}
	return row, in
}

func (t Treemap) table(unit string) grid {
	g := grid{head: []string{"Group", "Part", valueHead(unit)}}
	groups, _, _ := rankedParts(t.Nodes, math.MaxInt)
	for _, p := range groups {
		if len(p.children) == 0 {
			g.rows = append(g.rows, []cell{{text: p.name}, {}, number(p.value, unit)})
			continue
		}
		parts, _, _ := rankedParts(p.children, math.MaxInt)
		for _, c := range parts {
			g.rows = append(g.rows, []cell{{text: p.name}, {text: c.name}, number(c.value, unit)})
		}
	}
	return g
}
