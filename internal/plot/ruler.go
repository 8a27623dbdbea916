package plot

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// ruler measures texts by the Go fonts. They run a little wider than Arial and about as wide as other sans-serif fonts, so a
// text that fits by the ruler fits on screens that have none of our fonts, too.
type ruler struct {
	face  *sfnt.Font
	known [0x250]float64 // Latin, in parts of the size
}

var regular, bold = sync.OnceValue(func() *ruler { return newRuler(goregular.TTF) }), sync.OnceValue(func() *ruler { return newRuler(gobold.TTF) })

func newRuler(ttf []byte) *ruler {
	face, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err) // the font is part of the program
	}
	r := &ruler{face: face}
	for c := range r.known {
		r.known[c] = r.measure(rune(c))
	}
	return r
}

// measure gives the width of a rune in parts of the size. What the font does not have takes a square, as CJK and emoji do.
func (r *ruler) measure(c rune) float64 {
	if unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	var buf sfnt.Buffer
	glyph, err := r.face.GlyphIndex(&buf, c)
	if err != nil || glyph == 0 {
		return 1
	}
	const em = 1000
	advance, err := r.face.GlyphAdvance(&buf, glyph, fixed.I(em), font.HintingNone)
	if err != nil {
		return 1
	}
	return float64(advance) / 64 / em
}

func (r *ruler) rune(c rune) float64 {
	if int(c) < len(r.known) {
		return r.known[c]
	}
	return r.measure(c)
}

func rulerOf(isBold bool) *ruler {
	if isBold {
		return bold()
	}
	return regular()
}

// width of a text at a font size, in units of the picture.
func width(s string, size float64, isBold bool) float64 {
	r, w := rulerOf(isBold), 0.0
	for _, c := range s {
		w += r.rune(c)
	}
	return w * size
}

// shorten ends a text in an ellipsis where it is wider than room. Where not even a letter fits, nothing is left.
func shorten(s string, room, size float64, isBold bool) string {
	r := rulerOf(isBold)
	end, w, ellipsis := 0, 0.0, r.rune('…')
	for i, c := range s {
		w += r.rune(c)
		if w*size > room {
			cut := strings.TrimRightFunc(s[:end], func(c rune) bool { return unicode.IsSpace(c) || c == '\u200d' })
			if cut == "" {
				return ""
			}
			return cut + "…"
		}
		if (w+ellipsis)*size <= room {
			end = i + len(string(c))
		}
	}
	return s
}
