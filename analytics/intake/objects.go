package intake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// objects gives the objects of a JSON text as records: one a line, in an array, or in arrays within objects (pages) whose keys are
// known. It cuts them out by their brackets and never holds more than one.
type objects struct {
	in      *bufio.Reader
	under   map[string]bool // the keys of arrays with records; true where an object may hold one too
	byLine  bool            // a line holds whole values
	line    int             // of the byte at hand, from 1
	number  int
	within  []container
	pending bool              // something within is not closed: told once at the end
	text    []byte            // of the record given last
	values  map[string]string // and what is in it, by folded paths
}

// maxDepth bounds how deep values stand in one another, as encoding/json does.
const maxDepth = 10_000

// maxWithin bounds how deep records stand in containers.
const maxWithin = 20

// container is an array or an object that records stand in.
type container struct {
	closing byte
	found   bool   // a list stands in it
	key     string // the key above that says what the records are
}

func newObjects(in *bufio.Reader, under map[string]bool) *objects {
	return &objects{in: in, under: under, line: 1, byLine: linewise(in), values: map[string]string{}}
}

func (o *objects) get(c column) string { return o.values[c.key] }

// linewise looks at the start of a text: is each of its lines JSON?
func linewise(in *bufio.Reader) bool {
	start, _ := in.Peek(bufferSize)
	start = bytes.TrimLeft(start, " \t\r\n")
	end := bytes.IndexByte(start, '\n')
	if end < 0 || start[0] == '[' {
		return false
	}
	line, rest := bytes.TrimSpace(start[:end]), bytes.TrimLeft(start[end:], " \t\r\n")
	if json.Valid(line) {
		return true
	}
	return bytes.IndexByte([]byte("[{,:"), line[len(line)-1]) < 0 && len(rest) > 0 && rest[0] == '{'
}

// errBroken means that the text is no JSON at a place; what follows is looked for.
var errBroken = errors.New("broken")

func (o *objects) next() (*record, error) {
	for {
		c, err := o.skip()
		switch {
		case errors.Is(err, io.EOF) && o.pending && len(o.within) > 0:
			o.within = nil
			return &record{line: o.line}, bad("invalid_json", "the file ends within a list: it was cut off")
		case err != nil:
			return nil, err
		case c == '\n':
			o.within = o.within[:0]
			return &record{line: o.line - 1}, bad("invalid_json", "the line ends within a list: it was cut off")
		}
		at := o.line
		switch rec, err := o.value(c); {
		case errors.Is(err, errBroken):
			return rec, o.recover(rec, at)
		case rec != nil || err != nil:
			return rec, err
		}
	}
}

// skip gives the next byte that says something between values, or the line end that cuts them off.
func (o *objects) skip() (byte, error) {
	for {
		c, err := o.in.ReadByte()
		switch {
		case err != nil:
			return 0, err
		case c == '\n':
			if o.line++; o.byLine && len(o.within) > 0 {
				return c, nil
			}
		case c == ' ' || c == '\t' || c == '\r' || c == ',':
		default:
			return c, nil
		}
	}
}

// value goes on with a value that begins with c: a record, or a container to look into, which gives none.
func (o *objects) value(c byte) (*record, error) {
	in := o.inner()
	switch {
	case in.closing != 0 && c == in.closing:
		o.within = o.within[:len(o.within)-1]
		if c == '}' && !in.found {
			o.find()
			return &record{line: o.line}, bad("invalid_json", "the object below %s holds no list of records", in.key)
		}
		return nil, nil
	case in.closing == '}' && c == '"':
		return o.member(in.key)
	case c == '{' && in.closing != '}':
		return o.object(in.key)
	case c == '[' && in.closing != '}' && len(o.within) < maxWithin:
		o.enter(']', in.key)
		return nil, nil
	}
	s := &scan{o: o, line: o.line, text: []byte{c}}
	if in.closing != ']' || s.skipValue(c) != nil {
		return s.record(""), errBroken
	}
	return s.record(""), bad("invalid_json", "want an object")
}

func (o *objects) inner() container {
	if n := len(o.within); n > 0 {
		return o.within[n-1]
	}
	return container{}
}

// enter looks into a container. A key of pages says nothing of its records: what stands above it does.
func (o *objects) enter(closing byte, key string) {
	if _, page := pages[key]; page && o.inner().key != "" {
		key = o.inner().key
	}
	if closing == ']' {
		o.find()
	}
	o.within = append(o.within, container{closing: closing, key: key})
	o.pending = true
}

// find notes that the containers at hand were not in vain, or that this was told.
func (o *objects) find() {
	for i := range o.within {
		o.within[i].found = true
	}
}

// member goes on within an object that holds records, after the quote of a key.
func (o *objects) member(above string) (*record, error) {
	s := &scan{o: o, line: o.line, text: []byte{'"'}}
	key, c, err := s.key()
	if err == nil && !o.enters(key, c) {
		err = s.skipValue(c)
	} else if err == nil {
		o.enter(c+2, key) // ']' and '}' stand two behind the brackets that they close
	}
	if err != nil {
		return s.record(above), s.broken(err)
	}
	return nil, nil
}

// enters says whether the value of a key, which begins with c, holds records.
func (o *objects) enters(key string, c byte) bool {
	deep, known := o.under[key]
	return known && (c == '[' || c == '{' && deep) && len(o.within) < maxWithin
}

// object reads an object: it is a record, unless one of its keys holds records.
func (o *objects) object(above string) (*record, error) {
	s := &scan{o: o, line: o.line, text: append(o.text[:0], '{')}
	defer func() { o.text = s.text }()
	for {
		c, err := s.blank()
		if err == nil && c == ',' {
			continue
		}
		if err == nil && c == '}' {
			break
		}
		if err == nil && c != '"' {
			err = errBroken
		}
		var key string
		if err == nil {
			key, c, err = s.key()
		}
		if err == nil && o.enters(key, c) {
			o.enter('}', above)
			o.enter(c+2, key)
			return nil, nil
		}
		if err == nil {
			err = s.skipValue(c)
		}
		if err != nil {
			return s.record(above), s.broken(err)
		}
	}
	o.number++
	rec := s.record(above)
	if s.long {
		return rec, tooLong("record")
	}
	clear(o.values)
	if err := flatten(s.text, o.values); err != nil {
		return rec, bad("invalid_json", "not JSON: %v", err)
	}
	rec.get = o.get
	return rec, nil
}

// recover looks for the next record after what is no JSON: in the next line that begins with an object.
func (o *objects) recover(rec *record, line int) error {
	o.pending = false
	rec.line, rec.number = line, 0
	message := "not JSON: want an object, or a list of them"
	if rec.raw[0] == '{' {
		message = "not JSON, or not whole"
	}
	if o.byLine {
		o.within = o.within[:0]
	}
	for {
		c, err := o.in.ReadByte()
		if err != nil {
			break // which the next call tells
		}
		if c != '\n' {
			if len(rec.raw) < shown && o.line == line {
				rec.raw = append(rec.raw, c)
			}
			continue
		}
		o.line++
		if o.byLine {
			break
		}
		next, _ := o.in.Peek(bufferSize)
		if next = bytes.TrimLeft(next, " \t\r,"); len(next) > 0 && next[0] == '{' {
			break
		}
	}
	return bad("invalid_json", "%s", message)
}

// scan cuts one value out.
type scan struct {
	o    *objects
	line int
	text []byte // at most MaxRecord
	long bool
}

func (s *scan) record(under string) *record {
	raw := s.text
	if s.long {
		raw = raw[:min(len(raw), shown)]
	}
	rec := &record{line: s.line, raw: raw, under: under}
	if !s.o.byLine {
		rec.number = s.o.number
	}
	return rec
}

// broken makes one of the ends of a text within a value; other errors are of the file.
func (s *scan) broken(err error) error {
	if errors.Is(err, io.EOF) {
		return errBroken
	}
	return err
}

// byte gives the next byte and keeps it. Where lines are whole, the end of one ends the value.
func (s *scan) byte() (byte, error) {
	c, err := s.o.in.ReadByte()
	if err != nil {
		return 0, err
	}
	if c == '\n' && s.o.byLine {
		return 0, errors.Join(errBroken, s.o.in.UnreadByte())
	}
	if c == '\n' {
		s.o.line++
	}
	if len(s.text) < MaxRecord {
		s.text = append(s.text, c)
	} else {
		s.long = true
	}
	return c, nil
}

// blank gives the next byte that is none.
func (s *scan) blank() (byte, error) {
	for {
		c, err := s.byte()
		if err != nil || strings.IndexByte(" \t\r\n", c) < 0 {
			return c, err
		}
	}
}

// key reads a key after its quote, the colon, and the first byte of the value.
func (s *scan) key() (key string, first byte, err error) {
	start := len(s.text)
	if err := s.string(); err != nil {
		return "", 0, err
	}
	if end := len(s.text) - 1; end > start && !s.long {
		key = fold(string(s.text[start:end]))
	}
	colon, err := s.blank()
	if err == nil && colon != ':' {
		err = errBroken
	}
	if err != nil {
		return "", 0, err
	}
	first, err = s.blank()
	return key, first, err
}

// string reads on to the closing quote. A string has no line end.
func (s *scan) string() error {
	for {
		c, err := s.byte()
		switch {
		case err != nil:
			return err
		case c == '"':
			return nil
		case c == '\n':
			if err := s.o.in.UnreadByte(); err != nil {
				return err
			}
			s.o.line--
			return errBroken
		case c == '\\':
			if _, err := s.byte(); err != nil {
				return err
			}
		}
	}
}

// skipValue reads on to the end of a value that begins with c.
func (s *scan) skipValue(c byte) error {
	var closing []byte
	for {
		switch c {
		case '"':
			if err := s.string(); err != nil {
				return err
			}
		case '{', '[':
			if len(closing) == maxDepth {
				return errBroken
			}
			closing = append(closing, c+2)
		case '}', ']':
			if n := len(closing); n == 0 || closing[n-1] != c {
				return errBroken
			}
			closing = closing[:len(closing)-1]
		case ',', ':':
			if len(closing) == 0 {
				return errBroken
			}
		default:
			if err := s.word(); err != nil {
				return err
			}
		}
		if len(closing) == 0 {
			return nil
		}
		var err error
		if c, err = s.blank(); err != nil {
			return err
		}
	}
}

// word reads on to the end of a number or a name.
func (s *scan) word() error {
	for {
		next, err := s.o.in.Peek(1)
		if err != nil {
			return err
		}
		if strings.IndexByte(" \t\r\n,:]}[{\"", next[0]) >= 0 {
			return nil
		}
		if _, err := s.byte(); err != nil {
			return err
		}
	}
}
