package intake

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
	"semdex/internal/text"
)

// Semdex is the format of our own events.
const Semdex = "semdex"

// Formats are the names of all formats.
var Formats = []string{Semdex, "bynder", "brandfolder", "acquia", "smintio", "placements", "csv"}

// Skip is what a word of another system is mapped to where it is no usage.
const Skip = "skip"

// Encodings are the names of the encodings that a file may be in. Where none is told it is UTF-8, or what the mark at its start says.
var Encodings = []string{"utf-8", "utf-16", "utf-16le", "utf-16be", "windows-1252"}

// Separators are the names of what may part the columns of a table, and the characters themselves.
var Separators = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|', ",": ',', ";": ';', "\t": '\t', "|": '|'}

// Options say how a file is to be read. The zero value of each but Format is what most files need.
type Options struct {
	Format     string            // one of Formats
	Map        map[string]string // column -> one of Fields, context.NAME or count.TYPE: comes before what the format knows
	Values     map[string]string // a word of theirs -> one of semdex.EventTypes, or Skip
	Constants  map[string]string // one of Fields or context.NAME -> its value in every event
	Separator  string            // a key of Separators; found by the header where empty
	Decimal    string            // of numbers in tables: "." or ","; "." where empty
	TimeLayout string            // as in Go's time, or with % as in strftime, or unix or unix_ms; ISO 8601 where empty
	TimeZone   *time.Location    // of times that do not tell theirs; UTC where nil (but see Local)
	Encoding   string            // one of Encodings
	Prefix     string            // before every asset id, or its form: canto:{Scheme}:{}, with the values of columns, {} for the id
}

// Plain says whether nothing but the format is told.
func (o Options) Plain() bool {
	return len(o.Map)+len(o.Values)+len(o.Constants) == 0 && o.Separator+o.Decimal+o.TimeLayout+o.Encoding+o.Prefix == "" && o.TimeZone == nil
}

// Local says whether times without a zone in files of a format are likely those of a place: people make such files, while systems
// write UTC.
func Local(format string) bool { return format == "csv" || format == "placements" }

// Check says what cannot be meant, with the nearest of what can; an error is a *semdex.Error with the code Invalid.
func (o Options) Check() error {
	if !slices.Contains(Formats, o.Format) {
		return unknown("format", o.Format, Formats)
	}
	if o.Format == Semdex && !o.Plain() {
		return invalid("our own events are read as they are: leave all but the format out, or name another format", "format semdex takes no other options")
	}
	checks := []func() error{o.checkMap, o.checkValues, o.checkConstants, o.checkTable, o.checkTimes}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) checkMap() error {
	column := map[string]string{}
	for _, c := range slices.Sorted(maps.Keys(o.Map)) {
		field := o.Map[c]
		if strings.TrimSpace(c) == "" {
			return invalid("name the column", "map: a column has no name")
		}
		if err := checkField(field, true); err != nil {
			return inside("map: "+c, err)
		}
		if other, twice := column[field]; twice {
			return invalid("a field has one column", "map: both %s and %s are mapped to %s", other, c, field)
		}
		if _, set := o.Constants[field]; set {
			return invalid("leave one of them out", "%s is both mapped and a constant", field)
		}
		column[field] = c
	}
	return nil
}

func (o Options) checkValues() error {
	for _, word := range slices.Sorted(maps.Keys(o.Values)) {
		if t := o.Values[word]; t != Skip && !slices.Contains(semdex.EventTypes, t) {
			return inside("values: "+word, unknown("event type", t, append([]string{Skip}, semdex.EventTypes...)))
		}
	}
	return nil
}

func (o Options) checkConstants() error {
	p := &plan{o: o}
	for _, field := range slices.Sorted(maps.Keys(o.Constants)) {
		if err := checkField(field, false); err != nil {
			return inside("constants", err)
		}
		if field == "event_id" {
			return invalid("leave it out: it is derived", "constants: event_id is of one event alone")
		}
		if t := o.Constants[field]; field == "type" && !slices.Contains(semdex.EventTypes, t) {
			return inside("constants: type", unknown("event type", t, semdex.EventTypes))
		}
		if err := p.set(&semdex.Event{}, field, "", o.Constants[field], true); err != nil {
			return inside("constants: "+field, err)
		}
	}
	return nil
}

func (o Options) checkTable() error {
	if _, known := Separators[o.Separator]; !known && o.Separator != "" {
		return unknown("separator", o.Separator, slices.DeleteFunc(slices.Sorted(maps.Keys(Separators)), func(s string) bool { return len(s) == 1 }))
	}
	if o.Decimal != "" && o.Decimal != "." && o.Decimal != "," {
		return invalid(`write "." or ","`, "decimal %q is not known", o.Decimal)
	}
	if o.Encoding != "" && !slices.Contains(Encodings, o.Encoding) {
		return unknown("encoding", o.Encoding, Encodings)
	}
	if strings.Count(o.Prefix, "{") != strings.Count(o.Prefix, "}") {
		return invalid("write it like canto: or canto:{Scheme}:{}", "prefix %q has a bracket without the other one", o.Prefix)
	}
	return nil
}

// checkTimes reads a time written in the layout: one that says too little, or is none, gives another day.
func (o Options) checkTimes() error {
	layout := o.TimeLayout
	if layout == "" || layout == "unix" || layout == "unix_ms" {
		return nil
	}
	layout, err := goLayout(layout)
	if err != nil {
		return err
	}
	day := time.Date(2017, 11, 23, 0, 0, 0, 0, time.UTC)
	read, failed := time.Parse(layout, day.Format(layout))
	if failed != nil || !read.Equal(day) && read.Format("2006-01") != "2017-11" {
		return invalid("write the layout as 02.01.2006 15:04 or as %d.%m.%Y %H:%M", "time_layout %q tells no day", o.TimeLayout)
	}
	return nil
}

func bad(code string, format string, args ...any) *semdex.Error {
	return &semdex.Error{Code: semdex.Code(code), Message: fmt.Sprintf(format, args...)}
}

func tooLong(what string) *semdex.Error {
	return bad("too_long", "the %s is longer than %d bytes", what, MaxRecord)
}

func invalid(hint, format string, args ...any) *semdex.Error {
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// inside says where in the options something is wrong.
func inside(where string, err error) error {
	wrong := *err.(*semdex.Error)
	wrong.Code, wrong.Message = semdex.Invalid, where+": "+wrong.Message
	return &wrong
}

// unknown names the nearest name that is known.
func unknown(kind, name string, names []string) error {
	if near := nearest(name, names); near != "" {
		return invalid("all are: "+strings.Join(names, ", "), "unknown %s %q; did you mean %s?", kind, name, near)
	}
	return invalid("", "unknown %s %q; known are: %s", kind, name, strings.Join(names, ", "))
}

// nearest gives the name that takes the fewest edits to reach from s, "" where that is more than a third.
func nearest(s string, names []string) string {
	best, name := len(s)/3+2, ""
	for _, n := range names {
		if d := text.Edits(strings.ToLower(s), strings.ToLower(n)); d < best {
			best, name = d, n
		}
	}
	return name
}

func itoa(n int) string { return strconv.Itoa(n) }
