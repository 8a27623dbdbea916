package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"semdex"
)

// kind is the form of a parameter's value.
type kind uint8

const (
	str     kind = iota // string
	integer             // int
	number              // float64
	flag                // bool
	day                 // semdex.Date
	list                // []string: repeated or parted by commas in a query, an array in JSON
	filters             // map[string][]string: filter[field]=a,b in a query, an object of arrays in JSON
	objects             // []json.RawMessage; in JSON alone
	object              // json.RawMessage of an object; in JSON alone
)

// param is one parameter of a route: how it is read, and what the document says of it.
type param struct {
	name     string
	kind     kind
	about    string
	required bool
	enum     []string
	min, max float64 // of numbers; both 0 is no bound. Of texts, max is in bytes; of lists, in items
	bounds   string  // how min and max are told, where not by the two numbers
	value    any     // where it is not given; for the document
	read     func(string) (string, error)
	items    any // of object and objects: one, for the document
}

// Bounds that hold where a parameter states none.
const (
	maxText   = 4096
	maxItems  = 100
	maxFields = 50   // of filters
	maxValues = 1000 // of one filter
)

// misread is what is wrong with a value, where another hint helps than what the parameter takes.
type misread struct{ detail, hint string }

func (e misread) Error() string { return e.detail }

// args are the parameters of a request, read and checked: name to a value of its kind.
type args map[string]any

func (a args) has(name string) bool { return a[name] != nil }

func get[T any](a args, name string) T {
	v, _ := a[name].(T)
	return v
}

func (a args) text(name string) string        { return get[string](a, name) }
func (a args) day(name string) semdex.Date    { return get[semdex.Date](a, name) }
func (a args) flag(name string) bool          { return get[bool](a, name) }
func (a args) list(name string) []string      { return get[[]string](a, name) }
func (a args) integer(name string, d int) int { return or(a, name, d) }

func or[T any](a args, name string, d T) T {
	if v, ok := a[name].(T); ok {
		return v
	}
	return d
}

// fromText reads the value of a parameter from a query or a path. Values are never empty lists.
func (p param) fromText(values []string) (any, error) {
	for _, v := range values {
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("is not UTF-8")
		}
	}
	if p.kind == list {
		return p.checkList(splitAll(values))
	}
	if len(values) > 1 {
		return nil, misread{fmt.Sprintf("is given %d times", len(values)), "give it once"}
	}
	v := values[0]
	switch p.kind {
	case integer:
		n, err := strconv.Atoi(v)
		if err != nil {
			return nil, fmt.Errorf("is no whole number")
		}
		return n, p.checkNumber(float64(n))
	case number:
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, fmt.Errorf("is no number")
		}
		return n, p.checkNumber(n)
	case flag:
		switch v {
		case "true", "1":
			return true, nil
		case "false", "0":
			return false, nil
		}
		return nil, fmt.Errorf("is neither true nor false")
	}
	return p.fromString(v)
}

// fromString reads a text or a day; an empty one is none.
func (p param) fromString(v string) (any, error) {
	limit := int(p.max)
	if limit == 0 {
		limit = maxText
	}
	switch {
	case v == "":
		return nil, nil
	case len(v) > limit:
		return nil, fmt.Errorf("is longer than %d bytes", limit)
	case p.kind == day:
		d, err := semdex.ParseDate(v)
		if err != nil {
			return nil, fmt.Errorf("is no date (want 2006-01-02)")
		}
		return d, nil
	case p.enum != nil && !slices.Contains(p.enum, v):
		return nil, fmt.Errorf("is not one of %s", strings.Join(p.enum, ", "))
	case p.read != nil:
		return p.read(v)
	}
	return v, nil
}

func (p param) checkNumber(n float64) error {
	switch {
	case p.min == 0 && p.max == 0:
		return nil
	case p.max == 0 && n < p.min:
		return fmt.Errorf("is below %v", p.min)
	case p.max != 0 && (n < p.min || n > p.max):
		return fmt.Errorf("is not within %s", p.within())
	}
	return nil
}

// within tells the bounds of a number.
func (p param) within() string {
	return cmp.Or(p.bounds, fmt.Sprintf("%v to %v", p.min, p.max))
}

func (p param) checkList(values []string) (any, error) {
	limit := int(p.max)
	if limit == 0 {
		limit = maxItems
	}
	switch {
	case len(values) == 0:
		return nil, nil
	case len(values) > limit:
		return nil, fmt.Errorf("has more than %d values", limit)
	}
	for _, v := range values {
		if len(v) > maxText {
			return nil, fmt.Errorf("has a value longer than %d bytes", maxText)
		}
	}
	return values, nil
}

// fromJSON reads the value of a parameter from a body. null is none.
func (p param) fromJSON(raw json.RawMessage) (any, error) {
	s := string(raw)
	switch {
	case s == "null":
		return nil, nil
	case p.kind == integer, p.kind == number:
		if s[0] == '"' {
			return nil, fmt.Errorf("is a string (want a number)")
		}
		return p.fromText([]string{s})
	case p.kind == flag:
		if s != "true" && s != "false" {
			return nil, fmt.Errorf("is neither true nor false")
		}
		return s == "true", nil
	case p.kind == objects:
		var v []json.RawMessage
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, fmt.Errorf("is no array")
		}
		return v, nil
	case p.kind == object:
		if s[0] != '{' {
			return nil, fmt.Errorf("is no object")
		}
		return raw, nil
	case p.kind == list:
		var v []string
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, misread{"is no array of strings", `such as ["one", "two"]`}
		}
		if slices.Contains(v, "") {
			return nil, fmt.Errorf("has an empty value")
		}
		return p.checkList(v)
	}
	var v string
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("is no string")
	}
	return p.fromString(v)
}

// splitAll parts values at their commas, drops blanks around them and what is empty.
func splitAll(values []string) []string {
	var out []string
	for _, v := range values {
		for _, s := range splitCommas(v) {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// splitCommas parts a value at its commas; "\," is a comma. Any other backslash is itself.
func splitCommas(v string) []string {
	var out []string
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] == '\\' && i+1 < len(v) && v[i+1] == ',':
			b.WriteByte(',')
			i++
		case v[i] == ',':
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteByte(v[i])
		}
	}
	return append(out, b.String())
}
