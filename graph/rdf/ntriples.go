package rdf

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync/atomic"
)

// lines is the normaliser in front of the engine for N-Triples and N-Quads: it reads a document line
// by line, checks each, and hands on its triple without graph name, comment or escapes in IRIs.
//
// The engine reads it from a goroutine of its own; err may be looked at once that has ended.
type lines struct {
	scanner
	r       *bufio.Reader
	quads   bool
	line    int
	out     []byte
	read    int
	ended   bool
	stopped atomic.Bool
	err     error
}

func newLines(r *bufio.Reader, o Options) *lines {
	return &lines{scanner: scanner{max: o.MaxLiteral}, r: r, quads: o.Format == NQuads}
}

// Read hands on normalised lines. It ends early, but never within a line, when the document has an
// error or stop was called.
func (l *lines) Read(p []byte) (int, error) {
	if l.read == len(l.out) {
		l.out, l.read = l.out[:0], 0
		for !l.ended && !l.stopped.Load() && len(l.out) < chunk {
			l.err = l.next()
			l.ended = l.ended || l.err != nil
		}
	}
	n := copy(p, l.out[l.read:])
	l.read += n
	if n == 0 && (l.ended || l.stopped.Load()) {
		return 0, io.EOF
	}
	return n, nil
}

func (l *lines) stop() { l.stopped.Store(true) }

// failure returns the error of the document, if it had one, with its position.
func (l *lines) failure() error {
	return locate(l.err, func(pos int) (line, column int) {
		_, column = l.position(pos)
		return l.line, column
	})
}

// next normalises a line, or sets ended.
func (l *lines) next() error {
	if err := l.fetch(); err != nil {
		return err
	}
	if l.ended {
		return nil
	}
	if at := invalidUTF8(l.src); at >= 0 {
		return &scanError{at, "invalid UTF-8", utf8Hint}
	}
	for l.pos = 0; l.pos < len(l.src); {
		if err := l.statement(); err != nil {
			return err
		}
	}
	l.out = append(l.out, '\n')
	return nil
}

// fetch reads the next line into src, or sets ended. A line has a bound, so that a document without
// line breaks cannot fill the memory.
func (l *lines) fetch() error {
	l.line++
	l.src = l.src[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.src = append(l.src, part...)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, io.EOF):
			l.ended = len(l.src) == 0
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		case len(l.src) > 4*l.max+chunk:
			return l.tooLong(0)
		}
	}
}

// space moves over blanks.
func (l *lines) space() {
	for c := l.peek(0); c == ' ' || c == '\t'; c = l.peek(0) {
		l.pos++
	}
}

// statement normalises one statement or comment. A carriage return alone also ends it.
func (l *lines) statement() error {
	l.space()
	if !l.lineEnd() {
		from := len(l.out)
		if err := l.triple(); err != nil {
			l.out = l.out[:from]
			return err
		}
	}
	l.space()
	if !l.lineEnd() {
		return l.unexpected("the end of the line")
	}
	if l.peek(0) == '#' {
		n := bytes.IndexAny(l.src[l.pos:], "\r\n")
		if n < 0 {
			n = len(l.src) - l.pos
		}
		l.pos += n
	}
	if l.pos < len(l.src) {
		l.pos++ // the line break
	}
	return nil
}

// lineEnd reports whether nothing but a comment is left of the line.
func (l *lines) lineEnd() bool {
	return l.pos >= len(l.src) || bytes.IndexByte([]byte("\r\n#"), l.src[l.pos]) >= 0
}

// triple normalises subject, predicate, object, an optional graph name and the dot.
func (l *lines) triple() error {
	if err := l.resource("a subject", true); err != nil {
		return err
	}
	if err := l.resource("a predicate", false); err != nil {
		return err
	}
	if err := l.object(); err != nil {
		return err
	}
	if l.quads && l.peek(0) != '.' {
		n := len(l.out)
		if err := l.resource("a graph name or '.'", true); err != nil {
			return err
		}
		l.out = l.out[:n]
	}
	if l.peek(0) != '.' {
		return l.unexpected("'.'")
	}
	l.pos++
	l.out = append(l.out, '.', '\n')
	return nil
}

// resource normalises an IRI or, if blank says so, a blank node.
func (l *lines) resource(where string, blank bool) error {
	switch {
	case l.peek(0) == '<':
		if err := l.writeIRI(); err != nil {
			return err
		}
	case blank && l.peek(0) == '_' && l.peek(1) == ':':
		label, err := l.label()
		if err != nil {
			return err
		}
		l.out = append(append(l.out, '_', ':'), engineLabel([]byte(label))...)
	default:
		return l.unexpected(where)
	}
	l.out = append(l.out, ' ')
	l.space()
	return nil
}

func (l *lines) writeIRI() error {
	start := l.pos
	iri, err := l.iri()
	if err != nil {
		return err
	}
	if schemeLen(iri) == 0 {
		return errAt(start, "IRI <%s> has no scheme", shorten(string(iri)))
	}
	l.out = append(append(append(l.out, '<'), iri...), '>')
	return nil
}

// object normalises the third term, the only one that may be a literal.
func (l *lines) object() error {
	if l.peek(0) != '"' {
		return l.resource("an object", true)
	}
	raw, err := l.quoted(false)
	if err != nil {
		return err
	}
	l.out = append(append(append(l.out, '"'), raw...), '"')
	switch {
	case l.peek(0) == '@':
		tag, err := l.lang()
		if err != nil {
			return err
		}
		l.out = append(append(l.out, '@'), tag...)
	case l.peek(0) == '^' && l.peek(1) == '^' && l.peek(2) == '<':
		l.pos += 2
		l.out = append(l.out, '^', '^')
		if err := l.writeIRI(); err != nil {
			return err
		}
	}
	l.out = append(l.out, ' ')
	l.space()
	return nil
}

// locate gives an error of a scanner its position. Other errors pass.
func locate(err error, position func(pos int) (line, column int)) error {
	var syntax *scanError
	var limit *limitError
	switch {
	case errors.As(err, &syntax):
		line, column := position(syntax.pos)
		return &SyntaxError{Line: line, Column: column, Message: syntax.message, Hint: syntax.hint}
	case errors.As(err, &limit):
		line, _ := position(limit.pos)
		return limitAt(line, limit.message)
	}
	return err
}
