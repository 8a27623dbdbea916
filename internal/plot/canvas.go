package plot

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// fonts begins with what slides and browsers on most systems have, and all of them have the same widths.
const fonts = "Arial, Helvetica, 'Liberation Sans', sans-serif"

// box is a rectangle, y downwards.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) width() float64  { return b.x1 - b.x0 }
func (b box) height() float64 { return b.y1 - b.y0 }

// within draws all four sides in by a number of units, at most to the middle.
func (b box) within(by float64) box {
	by = math.Min(by, math.Min(b.width(), b.height())/2)
	return box{b.x0 + by, b.y0 + by, b.x1 - by, b.y1 - by}
}

func (b box) overlaps(o box) bool { return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1 }

func (b box) holds(o box) bool { return o.x0 >= b.x0 && o.x1 <= b.x1 && o.y0 >= b.y0 && o.y1 <= b.y1 }

// start opens the picture. Colours are attributes, which any program reads; classes let a page in the dark override them.
func (d *drawing) start(title string) {
	if title == "" {
		title = "Chart"
	}
	fmt.Fprintf(&d.out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]g %[2]g" width="%[1]g" height="%[2]g" font-family="%[3]s" role="img" aria-label="%[4]s">`,
		pictureWidth, pictureHeight, fonts, escape(title))
	fmt.Fprintf(&d.out, "<title>%s</title>\n", escape(title))
}

func (d *drawing) end() { d.out.WriteString("</svg>\n") }

func (d *drawing) note() string { return strings.Join(d.notes, "; ") }

// rect draws a filled rectangle with corners rounded by round units. title, if any, is shown on pointing at it.
func (d *drawing) rect(b box, fill paint, round float64, title string) {
	d.shape("rect", title, filled(fill), "x", b.x0, "y", b.y0, "width", math.Max(0, b.width()), "height", math.Max(0, b.height()), "rx", round)
}

func (d *drawing) circle(x, y, r float64, fill paint, title string) {
	d.shape("circle", title, filled(fill), "cx", x, "cy", y, "r", r)
}

func (d *drawing) line(x0, y0, x1, y1 float64, stroke paint, thick float64) {
	d.shape("line", "", stroked(stroke), "x1", x0, "y1", y0, "x2", x1, "y2", y1, "stroke-width", thick)
}

func (d *drawing) dashed(x0, y0, x1, y1 float64, stroke paint) {
	d.shape("line", "", stroked(stroke)+` stroke-dasharray="4 4"`, "x1", x0, "y1", y0, "x2", x1, "y2", y1, "stroke-width", 1.0)
}

// point is a place in the picture.
type point struct{ x, y float64 }

func (d *drawing) path(points []point, stroke paint, thick float64) {
	var b strings.Builder
	for i, p := range points {
		step := "L"
		if i == 0 {
			step = "M"
		}
		fmt.Fprintf(&b, "%s%s %s", step, coordinate(p.x), coordinate(p.y))
	}
	d.shape("path", "", stroked(stroke)+` fill="none" stroke-linejoin="round" stroke-linecap="round" d="`+b.String()+`"`, "stroke-width", thick)
}

// shape writes an element without text: attributes as they are, then pairs of a name and a number. Zeros are left out where
// zero is what a missing attribute means.
func (d *drawing) shape(name, title, attributes string, pairs ...any) {
	fmt.Fprintf(&d.out, "<%s %s", name, attributes)
	for i := 0; i < len(pairs); i += 2 {
		if v := pairs[i+1].(float64); v != 0 || pairs[i] != "rx" {
			fmt.Fprintf(&d.out, ` %s="%s"`, pairs[i], coordinate(v))
		}
	}
	if title == "" {
		d.out.WriteString("/>\n")
		return
	}
	fmt.Fprintf(&d.out, "><title>%s</title></%s>\n", escape(title), name)
}

// label says how a text is written. The zero value of all but size is a text in ink that begins at its place and has all the room.
type label struct {
	size   float64
	bold   bool
	fill   paint
	anchor string  // start, middle or end
	room   float64 // the text is shortened to it; 0 is no bound
	turned float64 // degrees clockwise around its place
}

// text writes a text whose middle is at the height y.
func (d *drawing) text(x, y float64, s string, l label) {
	shown := s
	if l.room > 0 {
		shown = shorten(s, l.room, l.size, l.bold)
	}
	if shown == "" {
		return
	}
	if l.fill == (paint{}) {
		l.fill = ink
	}
	y += 0.36 * l.size
	fmt.Fprintf(&d.out, `<text %s x="%s" y="%s" font-size="%s"`, filled(l.fill), coordinate(x), coordinate(y), coordinate(l.size))
	if l.bold {
		d.out.WriteString(` font-weight="bold"`)
	}
	if l.anchor != "" {
		fmt.Fprintf(&d.out, ` text-anchor="%s"`, l.anchor)
	}
	if l.turned != 0 {
		fmt.Fprintf(&d.out, ` transform="rotate(%s %s %s)"`, coordinate(l.turned), coordinate(x), coordinate(y))
	}
	d.out.WriteString(">")
	if shown != s {
		fmt.Fprintf(&d.out, "<title>%s</title>", escape(s))
	}
	fmt.Fprintf(&d.out, "%s</text>\n", escape(shown))
}

// swatch writes a patch of colour and a text after it, and gives where the text ends.
func (d *drawing) swatch(x, y float64, fill paint, s string, room float64) float64 {
	d.rect(box{x, y - 5, x + 10, y + 5}, fill, 2, "")
	d.text(x+15, y, s, label{size: 12, fill: soft, room: room - 15})
	return x + 15 + width(shorten(s, room-15, 12, false), 12, false)
}

// coordinate is a number with two decimals at most.
func coordinate(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder gives no error
	return b.String()
}

// longest is how many runes of a text are kept at all.
const longest = 400

// clean gives a text on one line, without what cannot be printed or is no Unicode.
func clean(s string) string {
	var b strings.Builder
	runes, space := 0, false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufffe' || r == '\uffff' {
			space = b.Len() > 0
			continue
		}
		if runes++; runes > longest {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// named is a text that must not be empty, as that of a bar.
func named(s string) string {
	if s = clean(s); s == "" {
		return "(no name)"
	}
	return s
}
