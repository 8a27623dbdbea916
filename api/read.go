package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"semdex"
)

// reader gathers the parameters of a request, and everything that is wrong with them.
type reader struct {
	params     []param
	in         string
	args       args
	complaints inputError
}

// maxComplaints bounds what is told of a request: whoever sends thousands of wrong names wants no list.
const maxComplaints = 20

func (r *reader) complain(name, detail, hint string) {
	if len(r.complaints) == maxComplaints {
		return
	}
	r.complaints = append(r.complaints, Complaint{Parameter: name, In: r.in, Detail: detail, Hint: hint})
}

// keep takes a value that was read, or the reason why it could not be.
func (r *reader) keep(p param, v any, err error) {
	var m misread
	switch {
	case errors.As(err, &m):
		r.complain(p.name, m.detail, m.hint)
	case err != nil:
		r.complain(p.name, err.Error(), p.hint())
	case v != nil && r.args.has(p.name):
		r.complain(p.name, "is given in the address too", "leave one of them out")
	case v != nil:
		r.args[p.name] = v
	}
}

// finish says what is missing, and gives all complaints as one error.
func (r *reader) finish() error {
	for _, p := range r.params {
		named := func(c Complaint) bool { return c.Parameter == p.name }
		if p.required && !r.args.has(p.name) && !slices.ContainsFunc(r.complaints, named) {
			r.complain(p.name, "is missing", p.hint())
		}
	}
	if len(r.complaints) > 0 {
		return r.complaints
	}
	return nil
}

func (r *reader) find(name string) (param, bool) {
	i := slices.IndexFunc(r.params, func(p param) bool { return p.name == name })
	if i < 0 {
		return param{}, false
	}
	return r.params[i], true
}

func (r *reader) names() []string {
	out := make([]string, len(r.params))
	for i, p := range r.params {
		out[i] = p.name
		if p.kind == filters && r.in == inQuery {
			out[i] += "[field]"
		}
	}
	return out
}

// readQuery reads the parameters of a query string into into. A name that is not among params is wrong.
func readQuery(params []param, raw string, into args) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: "the query string cannot be read: " + err.Error(),
			Hint: "percent-encode what is no letter or digit, and part parameters by &"}
	}
	r := &reader{params: params, in: inQuery, args: into}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		base, field, isFilter := filterName(name)
		p, known := r.find(base)
		switch {
		case len(r.complaints) == maxComplaints:
			return r.complaints
		case !known || isFilter != (p.kind == filters):
			r.unknown(name)
		case isFilter:
			r.filter(name, field, values[name])
		default:
			v, err := p.fromText(values[name])
			r.keep(p, v, err)
		}
	}
	return r.finish()
}

// unknown complains of a name that no one knows. A name is told back cut short, its value not at all.
func (r *reader) unknown(name string) {
	base, field, isFilter := filterName(name)
	if _, known := r.find("filter"); known && isFilter && nearest(base, []string{"filter"}) != "" {
		r.complain(shorten(name), "is no parameter of this route", "did you mean filter["+shorten(field)+"]?")
		return
	}
	r.complain(shorten(name), "is no parameter of this route", suggest(name, r.names()))
}

func shorten(name string) string {
	const longest = 60
	name = strings.ToValidUTF8(name, "\uFFFD")
	if runes := []rune(name); len(runes) > longest {
		return string(runes[:longest]) + "..."
	}
	return name
}

// filterName takes "filter[field]" apart.
func filterName(name string) (base, field string, is bool) {
	open := strings.IndexByte(name, '[')
	if open < 0 || !strings.HasSuffix(name, "]") {
		return name, "", false
	}
	return name[:open], name[open+1 : len(name)-1], true
}

// filter takes one filter of a query. A filter without a value is wrong rather than none: it is most often
// a variable that its sender forgot to set, and must not open the whole library.
func (r *reader) filter(name, field string, values []string) {
	p := param{kind: list, max: maxValues}
	v, err := p.fromText(values)
	r.addFilter(name, field, v, err)
}

func (r *reader) addFilter(name, field string, v any, err error) {
	all := or(r.args, "filter", map[string][]string{})
	var m misread
	switch {
	case errors.As(err, &m):
		r.complain(shorten(name), m.detail, m.hint)
	case err != nil:
		r.complain(shorten(name), err.Error(), "")
	case field == "":
		r.complain(shorten(name), "names no field", "filter[field]=value")
	case v == nil:
		r.complain(shorten(name), "has no value", "leave it out where nothing is to be filtered")
	case len(all) == maxFields:
		r.complain(shorten(name), fmt.Sprintf("is one filter too many, at most %d are taken", maxFields), "")
	default:
		all[field] = v.([]string)
		r.args["filter"] = all
	}
}

// readBody reads the parameters of a JSON object into into. A key that is not among params is wrong.
func readBody(params []param, body io.Reader, into args) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return readError(err)
	}
	if !utf8.Valid(data) {
		return &semdex.Error{Code: semdex.Invalid, Message: "the body is not UTF-8", Hint: "send one JSON object in UTF-8"}
	}
	return readMembers(params, data, into)
}

// readMembers reads the parameters of a JSON object, in the body or all of it.
func readMembers(params []param, data []byte, into args) error {
	keys, err := readObject(data)
	if err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: err.Error(), Hint: "send one JSON object in UTF-8"}
	}
	r := &reader{params: params, in: inBody, args: into}
	r.refuseAgain("", data)
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		p, known := r.find(name)
		switch {
		case len(r.complaints) == maxComplaints:
			return r.complaints
		case !known:
			r.unknown(name)
		case p.kind == filters:
			r.filterObject(name, keys[name])
		default:
			v, err := p.fromJSON(keys[name])
			r.keep(p, v, err)
		}
	}
	return r.finish()
}

// refuseAgain complains of keys that an object holds more than once: of their values the last alone would count. below
// is what stands before the keys in the names of parameters.
func (r *reader) refuseAgain(below string, object []byte) {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		return // it was read before
	}
	times := map[string]int{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return
		}
		name, _ := key.(string)
		if times[name]++; times[name] == 2 {
			r.complain(shorten(below+name), "is given more than once", "give it once")
		}
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return
		}
	}
}

// within names the parameters of an error by the object that they stand in.
func within(object string, err error) error {
	var input inputError
	if !errors.As(err, &input) {
		return err
	}
	out := slices.Clone(input)
	for i := range out {
		out[i].Parameter = object + "." + out[i].Parameter
	}
	return out
}

// readError says why a body could not be read to its end.
func readError(err error) error {
	var size *http.MaxBytesError
	if errors.As(err, &size) {
		return err
	}
	return &semdex.Error{Code: semdex.Invalid, Message: "the body broke off", Err: err}
}

// readObject takes a JSON object apart, or says where it is none.
func readObject(data []byte) (map[string]json.RawMessage, error) {
	var keys map[string]json.RawMessage
	err := json.Unmarshal(data, &keys)
	var syntax *json.SyntaxError
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("the body is empty")
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("the body is no JSON: %s, at byte %d", syntax, syntax.Offset)
	case err != nil, keys == nil:
		return nil, errors.New("the body is no JSON object")
	}
	return keys, nil
}

// filterObject takes the filters of a body: field to array of values.
func (r *reader) filterObject(name string, raw json.RawMessage) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		r.complain(name, "is no object of field to array of strings", `such as {"type": ["image", "video"]}`)
		return
	}
	r.refuseAgain(name+".", raw)
	p := param{kind: list, max: maxValues}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		v, err := p.fromJSON(fields[field])
		r.addFilter(name+"."+field, field, v, err)
	}
}

// hint says what a parameter takes.
func (p param) hint() string {
	switch {
	case p.enum != nil:
		return "one of " + strings.Join(p.enum, ", ")
	case p.max != 0 && (p.kind == integer || p.kind == number):
		return p.within()
	case p.kind == integer && p.min != 0:
		return fmt.Sprintf("%v or more", p.min)
	case p.kind == day:
		return "such as 2026-01-31"
	case p.kind == flag:
		return "true or false"
	}
	return p.about
}
