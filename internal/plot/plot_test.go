package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"semdex"
)

// element is an SVG element as read back.
type element struct {
	name, title, text string // title is that of a title element within it
	attributes        map[string]string
}

func (e element) number(t *testing.T, name string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(e.attributes[name], 64)
	if err != nil {
		t.Fatalf("%s of %v: %v", name, e, err)
	}
	return v
}

// read parses a picture and gives its elements in order, those within the outermost.
func read(picture []byte) ([]element, error) {
	var elements []element
	var open []int // places of what is open, -1 for a title
	for in := xml.NewDecoder(bytes.NewReader(picture)); ; {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return elements, nil
		} else if err != nil {
			return nil, err
		}
		switch v := token.(type) {
		case xml.StartElement:
			if v.Name.Local == "title" {
				open = append(open, -1)
				continue
			}
			e := element{name: v.Name.Local, attributes: map[string]string{}}
			for _, a := range v.Attr {
				if _, twice := e.attributes[a.Name.Local]; twice {
					return nil, fmt.Errorf("attribute %s stands twice", a.Name.Local)
				}
				e.attributes[a.Name.Local] = a.Value
			}
			elements, open = append(elements, e), append(open, len(elements))
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			switch n := len(open); {
			case n == 0:
			case open[n-1] >= 0:
				elements[open[n-1]].text += string(v)
			case n > 1:
				elements[open[n-2]].title += string(v)
			}
		}
	}
}

func svg(t *testing.T, c Chart) []element {
	t.Helper()
	var out bytes.Buffer
	if err := c.SVG(&out); err != nil {
		t.Fatal(err)
	}
	elements, err := read(out.Bytes())
	if err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	return elements
}

// texts gives what can be read in a picture.
func texts(elements []element) []string {
	var all []string
	for _, e := range elements {
		if e.name == "text" {
			all = append(all, e.text)
		}
	}
	return all
}

// count counts elements of a colour.
func count(elements []element, name string, fill paint) int {
	n := 0
	for _, e := range elements {
		if e.name == name && (e.attributes["fill"] == fill.light || e.attributes["stroke"] == fill.light) {
			n++
		}
	}
	return n
}

func TestSamplesAreTold(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"lines":         {"Searches rise in Europe and Asia", "Searches by region and month", source, "200k", "Jan 2026", "Sep 2026", "Asia and Pacific"},
		"lines-one":     {"10%", "Without an answer"},
		"lines-below":   {"−20%", "0%"},
		"bars":          {"Rain jackets", "148,200"},
		"bars-many":     {"20 of 1,204 bars shown"},
		"bars-compared": {"Jul to Sep 2026", "Apr to Jun 2026", "Change", "+67%", "new", "±0%", "20 of 24 bars shown"},
		"bars-below":    {"−1,250.5", "1,200"},
		"treemap":       {"Outdoor", "43,929", "Trail running", "Not tagged"},
		"treemap-flat":  {"16 others", "24 of 40 groups shown"},
		"scatter":       {"↑ Searches (in nine months)", "→ Assets (number)", "Demand without supply", "10k", "Mountain safety 1"},
		"scatter-sizes": {"Europe", "North America", "Asia and Pacific"},
		"scatter-plain": {"→ Share without alt text", "100%"},
		"scatter-many":  {"1,000 of 1,204 points shown; half of all points lie on either side of a dashed line"},
		"heatmap":       {"1.42k", "Jan 2026", "Tents"},
		"heatmap-many":  {"18 of 30 rows shown; 24 of 31 columns shown"},
		"nothing":       {"There is nothing to show.", source},
	} {
		got := texts(svg(t, samples()[name]))
		for _, s := range want {
			if !slices.Contains(got, s) {
				t.Errorf("%s does not tell %q, but %q", name, s, got)
			}
		}
	}
}

func TestStructure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		chart, name string
		fill        paint
		want        int
	}{
		{"lines", "path", strong[0], 2},   // a run and the tie of its name
		{"lines", "path", strong[2], 3},   // a gap parts it
		{"lines", "circle", strong[2], 7}, // what is there
		{"bars", "rect", strong[0], 8},
		{"bars-many", "rect", strong[0], 20},
		{"bars-compared", "rect", other, 21}, // one of them in the legend
		{"treemap-flat", "rect", faint[0], 24},
		{"treemap-flat", "rect", pale, 1},
		{"scatter", "circle", strong[0], 150},
		{"scatter-sizes", "circle", strong[1], 20},
		{"scatter-many", "circle", strong[0], 1000},
		{"scatter", "rect", shade, 1},
		{"scatter-plain", "rect", shade, 0},
	}
	for _, tt := range tests {
		if got := count(svg(t, samples()[tt.chart]), tt.name, tt.fill); got != tt.want {
			t.Errorf("%s has %d %s of %s, want %d", tt.chart, got, tt.name, tt.fill.class, tt.want)
		}
	}
}

func TestWithinThePicture(t *testing.T) {
	t.Parallel()
	for name, c := range samples() {
		apart(t, name, svg(t, c))
	}
}

// TestAnythingWithinThePicture draws charts of any texts, counts and numbers.
func TestAnythingWithinThePicture(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 12))
	for i := range 10 {
		for _, data := range anything(r) {
			unit := []string{"", "%", "€", "downloads"}[r.IntN(4)]
			apart(t, fmt.Sprintf("%T %d", data, i), svg(t, Chart{anyText(r), anyText(r), anyText(r), unit, data}))
		}
	}
}

// anyText is short or long, of words or of one word.
func anyText(r *rand.Rand) string {
	s := strings.Repeat([]string{"Wandern ", "W", "i", "Größe, ", "家族"}[r.IntN(5)], r.IntN(30))
	return s[:len(s)/2] + strings.TrimSpace(s[len(s)/2:])
}

func anything(r *rand.Rand) []Data {
	size, negative := math.Pow(10, 16*r.Float64()-2), r.IntN(3) == 0
	value := func() float64 {
		v := size * math.Exp(2*r.NormFloat64())
		if r.IntN(2) == 0 {
			v = math.Round(v)
		}
		if negative && r.IntN(2) == 0 {
			return -v
		}
		return v
	}
	var l Lines
	for range 1 + r.IntN(40) {
		l.Periods = append(l.Periods, anyText(r))
	}
	for range 1 + r.IntN(8) {
		s := Series{Name: anyText(r)}
		for range l.Periods {
			s.Values = append(s.Values, value())
		}
		l.Series = append(l.Series, s)
	}
	b := Bars{Before: []string{"", "then"}[r.IntN(2)]}
	s := Scatter{X: Axis{anyText(r), "%"}, Y: Axis{anyText(r), anyText(r)}, Corner: anyText(r)}
	var m Treemap
	for range 1 + r.IntN(40) {
		b.Bars = append(b.Bars, Bar{anyText(r), value(), value()})
		s.Points = append(s.Points, Point{anyText(r), value(), value(), math.Abs(value()), strings.Repeat("group ", r.IntN(9))})
		n := Node{Name: anyText(r), Value: math.Abs(value())}
		for range r.IntN(40) {
			n.Children = append(n.Children, Node{Name: anyText(r), Value: math.Abs(value())})
		}
		m.Nodes = append(m.Nodes, n)
	}
	h := Heatmap{Columns: l.Periods}
	for range 1 + r.IntN(30) {
		h.Rows = append(h.Rows, anyText(r))
		row := make([]float64, len(h.Columns))
		for j := range row {
			row[j] = math.Abs(value())
		}
		h.Values = append(h.Values, row)
	}
	return []Data{l, b, s, m, h}
}

// apart holds to no shape and no text that reaches beyond the picture, and no text that lies on another one.
func apart(t *testing.T, name string, elements []element) {
	t.Helper()
	whole := box{0, 0, pictureWidth, pictureHeight}
	var boxes []box
	var read []string
	for _, e := range elements {
		if b, is := shapeBox(t, e); is && !whole.within(-0.01).holds(b) {
			t.Errorf("%s: %v is at %v", name, e, b)
		}
		if e.name != "text" || e.attributes["transform"] != "" {
			continue
		}
		b := textBox(t, e)
		if !whole.holds(b) {
			t.Errorf("%s: %q is at %v", name, e.text, b)
		}
		for i, o := range boxes {
			if b.overlaps(o) {
				t.Errorf("%s: %q lies on %q", name, e.text, read[i])
			}
		}
		boxes, read = append(boxes, b), append(read, e.text)
	}
}

func shapeBox(t *testing.T, e element) (b box, is bool) {
	t.Helper()
	number := func(name string) float64 { return e.number(t, name) }
	switch e.name {
	case "rect":
		b = box{number("x"), number("y"), number("x") + number("width"), number("y") + number("height")}
	case "circle":
		b = box{number("cx") - number("r"), number("cy") - number("r"), number("cx") + number("r"), number("cy") + number("r")}
	case "line":
		b = box{number("x1"), number("y1"), number("x2"), number("y2")}
	default:
		return b, false
	}
	return b, true
}

// textBox is where the letters of a text are, without what hangs above and below them. The ruler is a little wide.
func textBox(t *testing.T, e element) box {
	t.Helper()
	x, y, size := e.number(t, "x"), e.number(t, "y"), e.number(t, "font-size")
	w := 0.93 * width(e.text, size, e.attributes["font-weight"] == "bold")
	switch e.attributes["text-anchor"] {
	case "middle":
		x -= w / 2
	case "end":
		x -= w
	}
	return box{x, y - 0.7*size, x + w, y}
}

func TestSameBytes(t *testing.T) {
	t.Parallel()
	for name := range samples() {
		var first, second bytes.Buffer
		if err := errors.Join(samples()[name].HTML(&first), samples()[name].HTML(&second)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s is not the same the second time", name)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	inf := math.Inf(1)
	tests := []struct {
		name string
		data Data
		want string // "" can be drawn
	}{
		{"a gap in a line", Lines{[]string{"a", "b"}, []Series{{"s", []float64{1, none}}}}, ""},
		{"only gaps", Lines{[]string{"a"}, []Series{{"s", []float64{none}}}}, ""},
		{"an endless line", Lines{[]string{"a"}, []Series{{"s", []float64{inf}}}}, `"s" at "a" is too large`},
		{"a value too few", Lines{[]string{"a", "b"}, []Series{{"s", []float64{1}}}}, `series "s" has 1 values for 2 periods`},
		{"a bar of nothing", Bars{Bars: []Bar{{"a", 0, 0}}}, ""},
		{"a bar below zero", Bars{Bars: []Bar{{"a", -1, 0}}}, ""},
		{"no number", Bars{Bars: []Bar{{"a", none, 0}}}, `"a" is not a number`},
		{"nothing to compare with", Bars{Before: "b", Bars: []Bar{{"a", 1, none}}}, ""},
		{"an endless comparison", Bars{Before: "b", Bars: []Bar{{"a", 1, -inf}}}, `"a" before is too large`},
		{"a comparison not asked for", Bars{Bars: []Bar{{"a", 1, inf}}}, ""},
		{"an area below zero", Treemap{[]Node{{Name: "a", Value: -1}}}, `"a" is less than 0`},
		{"within another", Treemap{[]Node{{Name: "a", Children: []Node{{Name: "b", Value: none}}}}}, `"b" is not a number`},
		{"the value of a parent does not count", Treemap{[]Node{{Name: "a", Value: -1, Children: []Node{{Name: "b", Value: 1}}}}}, ""},
		{"areas of nothing", Treemap{[]Node{{Name: "a"}, {Name: "b"}}}, ""},
		{"a point nowhere", Scatter{Points: []Point{{Label: "a", X: none}}}, `x of "a" is not a number`},
		{"a size below zero", Scatter{Points: []Point{{Label: "a", Size: -1}}}, `size of "a" is less than 0`},
		{"a point below zero", Scatter{Points: []Point{{Label: "a", X: -1, Y: -1}}}, ""},
		{"an empty cell", Heatmap{[]string{"a"}, []string{"b"}, [][]float64{{none}}}, ""},
		{"a cell below zero", Heatmap{[]string{"a"}, []string{"b"}, [][]float64{{-1}}}, `"a" at "b" is less than 0`},
		{"a short row", Heatmap{[]string{"a"}, []string{"b"}, [][]float64{{}}}, `row "a" has 0 values for 1 columns`},
		{"a row too few", Heatmap{[]string{"a"}, []string{"b"}, nil}, `there are values for 0 rows of 1`},
		{"no data", nil, ""},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		err := Chart{Data: tt.data}.HTML(&out)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.want == "" && strings.Contains(out.String(), "NaN"):
			t.Errorf("%s has a place that is no number", tt.name)
		case tt.want != "" && (semdex.CodeOf(err) != semdex.Invalid || semdex.Public(err).Message != "cannot be drawn: "+tt.want || out.Len() > 0):
			t.Errorf("%s: got %v and %d bytes, want %q", tt.name, err, out.Len(), tt.want)
		}
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	for _, data := range []Data{nil, Lines{}, Lines{[]string{"a"}, []Series{{"s", []float64{none}}}}, Bars{}, Treemap{}, Treemap{[]Node{{Name: "a"}}}, Scatter{}, Heatmap{}} {
		c := Chart{Title: "Title", Data: data}
		if got := texts(svg(t, c)); !slices.Equal(got, []string{"Title", "There is nothing to show."}) {
			t.Errorf("%T: %q", data, got)
		}
		var out bytes.Buffer
		if err := c.HTML(&out); err != nil || strings.Contains(out.String(), "<table>") {
			t.Errorf("%T: %v, a page with a table", data, err)
		}
	}
}

func TestLongTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Wanderstiefel ", 20)
	found := 0
	for _, e := range svg(t, Chart{Title: long, Subtitle: long, Source: long, Data: Bars{Bars: []Bar{{long, 1, 0}}}}) {
		if e.name == "text" && strings.HasSuffix(e.text, "…") {
			found++
			if e.title != strings.TrimSpace(long) {
				t.Errorf("%q has the title %q", e.text, e.title)
			}
		}
	}
	if found != 4 {
		t.Errorf("%d texts are shortened, want 4", found)
	}
}

func TestEscaped(t *testing.T) {
	t.Parallel()
	const evil = `<script>alert("1")</script>&amp;'` + "\x00\x1b\ufffe\xff\n-->]]>"
	const want = `<script>alert("1")</script>&amp;' ` + "\ufffd -->]]>"
	for _, data := range everyKind(evil, 3) {
		c := Chart{Title: evil, Subtitle: evil, Source: evil, Unit: evil, Data: data}
		if got := texts(svg(t, c)); got[0] != want {
			t.Errorf("%T: the title is %q", data, got[0])
		}
		var out bytes.Buffer
		if err := c.HTML(&out); err != nil || strings.Contains(out.String(), "<script") {
			t.Errorf("%T: %v, a page with a script", data, err)
		}
	}
}

// everyKind gives data of each kind that has a text wherever one can stand.
func everyKind(s string, v float64) []Data {
	p := math.Abs(v)
	return []Data{
		Lines{[]string{s, "b", s}, []Series{{s, []float64{v, 1, 2 * v}}, {"t", []float64{1, none, v}}}},
		Bars{[]Bar{{s, v, -v}, {"b", 2, 1}}, s, s},
		Treemap{[]Node{{Name: s, Children: []Node{{Name: s, Value: p}, {Name: "b", Value: 1}}}, {Name: s, Value: p}}},
		Scatter{Axis{s, s}, Axis{s, s}, []Point{{s, v, 1, p, s}, {"b", 1, v, 1, "b"}, {s, 3, 3, 0, s}, {"c", 1e6, 2, 2, ""}, {"d", 1e6, 0, 2, ""}}, s},
		Heatmap{[]string{s, "b"}, []string{s, "b", s}, [][]float64{{p, 1, 2}, {none, p, 0}}},
	}
}

// FuzzSVG draws any text and any number in all places there are: what comes out is XML, or an error that says why not.
func FuzzSVG(f *testing.F) {
	for _, s := range []string{"", "Zelte & Co", "<svg onload=x>", "]]>", "\x00\xff\ufffe", "%", "&#0;", "\u202eabc", "👩‍👩‍👧 家族", strings.Repeat("W", 999)} {
		f.Add(s, 12.5)
	}
	for _, v := range []float64{0, -1, 1e-300, 1e18, math.Inf(1), math.NaN(), math.MaxFloat64, 5e-324} {
		f.Add("a", v)
	}
	f.Fuzz(func(t *testing.T, s string, v float64) {
		for _, data := range everyKind(s, v) {
			c := Chart{s, s, s, s, data}
			var picture, page bytes.Buffer
			err := errors.Join(c.SVG(&picture), c.HTML(&page))
			if math.Abs(v) <= largest/4 && err != nil {
				t.Fatalf("%T: %v", data, err)
			}
			if err != nil {
				continue
			}
			elements, err := read(picture.Bytes())
			if err != nil {
				t.Fatalf("%T: %v in %s", data, err, picture.String())
			}
			for _, e := range elements {
				if !drawn[e.name] {
					t.Fatalf("%T has an element %s", data, e.name)
				}
				for _, v := range e.attributes {
					if strings.Contains(v, "NaN") || strings.Contains(v, "Inf") {
						if e.name != "svg" { // its label is the title
							t.Fatalf("%T has %v", data, e)
						}
					}
				}
			}
		}
	})
}

var drawn = map[string]bool{"svg": true, "rect": true, "circle": true, "line": true, "path": true, "text": true}
