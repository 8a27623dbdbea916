package intake

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"semdex"
)

// blanks are what may part groups of digits beside the sign for it.
var blanks = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "\u2019", "")

// number reads a number; decimal is what parts its fraction, groups of three digits may be parted by the other sign, blanks
// or apostrophes.
func number(s, decimal string) (float64, *semdex.Error) {
	group := ","
	if decimal == "," {
		group = "."
	}
	plain := blanks.Replace(s)
	whole, fraction, parted := strings.Cut(plain, decimal)
	if groups := strings.Split(whole, group); len(groups) > 1 {
		if len(strings.TrimLeft(groups[0], "+-")) > 3 || strings.TrimLeft(groups[0], "+-") == "" {
			return 0, notNumber(s, decimal)
		}
		for _, g := range groups[1:] {
			if len(g) != 3 {
				return 0, notNumber(s, decimal)
			}
		}
		whole = strings.Join(groups, "")
	}
	if parted {
		whole += "." + fraction
	}
	if strings.Trim(whole, "0123456789.eE+-") != "" { // no hexadecimal, no Inf
		return 0, notNumber(s, decimal)
	}
	f, err := strconv.ParseFloat(whole, 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, notNumber(s, decimal)
	}
	return f, nil
}

func notNumber(s, decimal string) *semdex.Error {
	if decimal == "," {
		return bad("invalid_value", "%q is no number like 1234 or 1.234,5 (decimal is a comma)", s)
	}
	return bad("invalid_value", `%q is no number like 1234 or 1,234.5 (if a comma parts the fraction, set decimal: ",")`, s)
}

// integer reads a whole number.
func integer(s, decimal string) (int64, *semdex.Error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, wrong := number(s, decimal)
	if wrong != nil {
		return 0, wrong
	}
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, bad("invalid_value", "%q is no whole number%s", s, wholeHint(decimal))
	}
	return int64(f), nil
}

func wholeHint(decimal string) string {
	if decimal == "," {
		return ""
	}
	return ` (if a point parts thousands, set decimal: ",")`
}

// isoLayouts are the forms of a time where no layout is told, the usual ones first.
var isoLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -0700 MST", "2006-01-02 15:04:05-07", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01",
}

// clock reads times of one layout.
type clock struct {
	layout string // of package time, "unix", "unix_ms"; "" for isoLayouts
	told   string // as it was written, for messages
	zone   *time.Location
}

func newClock(o Options) clock {
	c := clock{layout: o.TimeLayout, told: o.TimeLayout, zone: o.TimeZone}
	if c.zone == nil {
		c.zone = time.UTC
	}
	if layout, err := goLayout(o.TimeLayout); err == nil {
		c.layout = layout
	}
	return c
}

// read gives the moment in UTC.
func (c clock) read(s string) (time.Time, *semdex.Error) {
	switch c.layout {
	case "":
		return c.iso(s)
	case "unix", "unix_ms":
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n > 1<<53 || n < -1<<53 {
			return time.Time{}, bad("invalid_value", "%q is no time as a number (time_layout is %s)", s, c.layout)
		}
		if c.layout == "unix" {
			return c.within(s, time.Unix(n, 0).UTC())
		}
		return c.within(s, time.UnixMilli(n).UTC())
	}
	t, err := time.ParseInLocation(c.layout, s, c.zone)
	if err != nil {
		return t, bad("invalid_value", "%q is no time of the form %s", s, c.told)
	}
	return c.within(s, t.UTC())
}

func (c clock) iso(s string) (time.Time, *semdex.Error) {
	for _, layout := range isoLayouts {
		if t, err := time.ParseInLocation(layout, s, c.zone); err == nil && !otherZone(layout, t) {
			return c.within(s, t.UTC())
		}
	}
	return time.Time{}, bad("invalid_value", "%q is no time like 2026-01-31T15:04:05Z or 2026-01-31: set time_layout to its form, such as 02.01.2006 15:04", s)
}

// otherZone says whether a time names a zone by letters that say nothing of its distance from UTC.
func otherZone(layout string, t time.Time) bool {
	name, offset := t.Zone()
	return strings.HasSuffix(layout, "MST") && !strings.HasSuffix(layout, "-0700 MST") && offset == 0 && name != "UTC" && name != "GMT"
}

// within refuses years that JSON cannot write.
func (c clock) within(s string, t time.Time) (time.Time, *semdex.Error) {
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, bad("invalid_value", "%q is not within the years 1 to 9999", s)
	}
	return t, nil
}

// directives are those of strftime, in the words of package time.
var directives = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'e': "_2", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'b': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday",
	'j': "002", 'z': "-0700", 'Z': "MST", 'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06", '%': "%",
}

// goLayout turns a layout of strftime into one of package time; others it gives as they are.
func goLayout(layout string) (string, error) {
	var out []byte
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' {
			out = append(out, layout[i])
			continue
		}
		i++
		if i == len(layout) {
			return "", invalid("", "time_layout %q ends with %%", layout)
		}
		if before, seconds := bytes.CutSuffix(out, []byte("05.")); layout[i] == 'f' && seconds {
			out = append(before, "05"...) // package time takes a fraction of the second without being told
			continue
		}
		said, known := directives[layout[i]]
		if !known {
			return "", invalid("known are %Y %y %m %d %e %H %I %M %S %f %p %b %B %a %A %j %z %Z %F %T %R %D", "time_layout %q: %%%c is not known", layout, layout[i])
		}
		out = append(out, said...)
	}
	return string(out), nil
}
