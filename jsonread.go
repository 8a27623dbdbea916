package semdex

import (
	"encoding/json"
	"strconv"
	"strings"
)

// jsonReader reads JSON of a known form in one pass, from left to right. Texts are parts of what it reads.
type jsonReader struct {
	rest  string
	other bool // it is another form of JSON, which encoding/json reads
}

// whole reports whether all was read but for blanks at the end, and was of the form.
func (r *jsonReader) whole() bool { return !r.other && strings.Trim(r.rest, " \t\r\n") == "" }

// each reads what stands between opening and closing, parted by commas.
func (r *jsonReader) each(opening, closing byte, item func()) {
	if r.next() != opening {
		r.other = true
		return
	}
	for r.rest = r.rest[1:]; r.next() != closing; {
		item()
		switch {
		case r.other:
			return
		case r.next() == ',':
			if r.rest = r.rest[1:]; r.next() == closing {
				r.other = true
			}
		case r.next() != closing:
			r.other = true
			return
		}
	}
	r.rest = r.rest[1:]
}

// next is the next byte that is no space, 0 at the end.
func (r *jsonReader) next() byte {
	for r.rest != "" && r.rest[0] == ' ' {
		r.rest = r.rest[1:]
	}
	if r.rest == "" {
		return 0
	}
	return r.rest[0]
}

func (r *jsonReader) expect(s string) {
	r.next()
	rest, found := strings.CutPrefix(r.rest, s)
	r.rest, r.other = rest, r.other || !found
}

// text reads a string.
func (r *jsonReader) text() string {
	if r.next() != '"' {
		r.other = true
		return ""
	}
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '"':
			s := r.rest[1:i]
			r.rest = r.rest[i+1:]
			return s
		case c == '\\':
			return r.escaped()
		case c < ' ':
			r.other = true
			return ""
		}
	}
	r.other = true
	return ""
}

// escaped reads a string that holds a backslash.
func (r *jsonReader) escaped() string {
	for i := 1; i < len(r.rest); i++ {
		switch r.rest[i] {
		case '\\':
			i++
		case '"':
			var s string
			r.other = r.other || json.Unmarshal([]byte(r.rest[:i+1]), &s) != nil
			r.rest = r.rest[i+1:]
			return s
		}
	}
	r.other = true
	return ""
}

// integer reads a number as it is written where it is whole and small enough to be exact as a float.
func (r *jsonReader) integer() int64 {
	n, err := strconv.ParseInt(r.digits("0123456789"), 10, 64)
	r.other = r.other || err != nil || n > 1<<53
	return n
}

func (r *jsonReader) number() float64 {
	f, err := strconv.ParseFloat(r.digits("0123456789.eE+-"), 64)
	r.other = r.other || err != nil || f > 1e300 || f < -1e300
	return f
}

// digits takes what is written with the given characters; a number may not begin with another 0.
func (r *jsonReader) digits(of string) string {
	r.next()
	n := len(r.rest) - len(strings.TrimLeft(r.rest, of))
	s := r.rest[:n]
	r.rest = r.rest[n:]
	r.other = r.other || !json.Valid([]byte(s))
	return s
}
