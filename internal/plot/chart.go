// Package plot draws pictures of reports: SVG for slides, and pages of HTML that have the data as a table below the picture.
//
// What always holds: the same chart gives the same bytes. A picture is 960 by 540 units, is well-formed XML whatever the texts
// hold, and needs no script, no other file and no other host. Texts stay texts; one that is too long for its place ends in an
// ellipsis and stands whole in a title element. What is too much to draw is cut to what matters most, and a line says so.
package plot

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"semdex"
)

// The size of every picture.
const (
	pictureWidth  = 960.0
	pictureHeight = 540.0
	margin        = 32.0
)

// Chart is one picture. Any text of it may be empty.
type Chart struct {
	Title    string
	Subtitle string
	Source   string // the line at the bottom: what was counted, when and where
	Unit     string // of the values; a Scatter has units at its axes. One without letters ("%") stands at each number
	Data     Data   // Lines, Bars, Treemap, Scatter or Heatmap; nil is a picture that says there is nothing
}

// Data is what a chart shows.
type Data interface {
	check() error // says which number cannot be drawn
	empty() bool
	draw(d *drawing, in box)
	table(unit string) grid
}

// SVG writes the chart as an SVG image, in light colours on white. It writes nothing if there is an error: semdex.Invalid
// for data that cannot be drawn, else what w gave.
func (c Chart) SVG(w io.Writer) error {
	picture, err := c.picture()
	if err != nil {
		return err
	}
	_, err = w.Write(picture)
	return err
}

func (c Chart) picture() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	d := &drawing{unit: signOf(c.Unit)}
	d.start(clean(c.Title))
	d.rect(box{0, 0, pictureWidth, pictureHeight}, paper, 0, "")
	in := d.header(c)
	if c.nothing() {
		d.text(pictureWidth/2, (in.y0+in.y1)/2, "There is nothing to show.", label{size: 16, fill: soft, anchor: "middle"})
	} else {
		c.Data.draw(d, in)
	}
	d.footer(c.Source)
	d.end()
	return d.out.Bytes(), nil
}

func (c Chart) check() error {
	if c.Data == nil {
		return nil
	}
	if err := c.Data.check(); err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: "cannot be drawn: " + err.Error()}
	}
	return nil
}

func (c Chart) nothing() bool { return c.Data == nil || c.Data.empty() }

// header writes title and subtitle, and gives the room that is left for the data.
func (d *drawing) header(c Chart) box {
	room := pictureWidth - 2*margin
	in := box{margin, 28, pictureWidth - margin, pictureHeight - 44}
	if title := clean(c.Title); title != "" {
		d.text(margin, in.y0+12, title, label{size: 20, bold: true, room: room})
		in.y0 += 26
	}
	if sub := subtitle(c); sub != "" {
		d.text(margin, in.y0+8, sub, label{size: 13, fill: soft, room: room})
		in.y0 += 18
	}
	in.y0 += 10
	return in
}

// subtitle has the unit at its end, unless it tells that already or the unit stands at each number.
func subtitle(c Chart) string {
	sub, unit := clean(c.Subtitle), clean(c.Unit)
	switch {
	case unit == "" || signOf(c.Unit) != "" || strings.Contains(strings.ToLower(sub), strings.ToLower(unit)):
		return sub
	case sub == "":
		return unit
	}
	return sub + " · " + unit
}

// footer writes the source at the left, and at the right what was cut.
func (d *drawing) footer(source string) {
	room := pictureWidth - 2*margin
	y := pictureHeight - 20.0
	if note := d.note(); note != "" {
		w := math.Min(width(note, 11, false), 0.6*room)
		d.text(pictureWidth-margin, y, note, label{size: 11, fill: soft, anchor: "end", room: w + 1})
		room -= w + 24
	}
	if source = clean(source); source != "" {
		d.text(margin, y, source, label{size: 11, fill: soft, room: room})
	}
}

// largest is the largest magnitude that is drawn: beyond it, sums and differences are no longer safe.
const largest = 1e18

// finite says what is wrong with a number, nil if it can be drawn.
func finite(what string, v float64) error {
	switch {
	case math.IsNaN(v):
		return fmt.Errorf("%s is not a number", what)
	case math.Abs(v) > largest:
		return fmt.Errorf("%s is too large", what)
	}
	return nil
}

// drawing is a picture in the making.
type drawing struct {
	out   bytes.Buffer
	unit  string // stands at each number; may be empty
	notes []string
}

// cut notes that only some of the things of a kind are shown.
func (d *drawing) cut(shown, of int, things string) {
	if shown < of {
		d.notes = append(d.notes, fmt.Sprintf("%s of %s %s shown", exact(float64(shown)), exact(float64(of)), things))
	}
}
