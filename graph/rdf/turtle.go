package rdf

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// turtle is the normaliser in front of the engine: it reads a Turtle document and is itself a reader
// of the plain Turtle described in the package comment. Each line of its output holds what began on
// the same line of the document.
//
// The engine reads it from a goroutine of its own; err may be looked at once that has ended.
type turtle struct {
	scanner
	grammar  grammar
	base     iriRef
	prefixes map[string]string
	out      []byte // normalised and not yet read
	read     int    // how much of out is read
	lines    int    // line breaks inside a token, to be written after it
	ended    bool
	stopped  atomic.Bool
	err      error
}

const (
	chunk      = 4 << 10 // about how much a normaliser works ahead
	maxNesting = 10_000  // of brackets and parentheses in Turtle
)

func newTurtle(src []byte, o Options) (*turtle, error) {
	if at := invalidUTF8(src); at >= 0 {
		s := scanner{src: src}
		line, column := s.position(at)
		return nil, &SyntaxError{Line: line, Column: column, Message: "invalid UTF-8", Hint: utf8Hint}
	}
	return &turtle{
		scanner:  scanner{src: src, max: o.MaxLiteral},
		base:     splitIRI(o.Base),
		prefixes: make(map[string]string),
	}, nil
}

// Read hands on normalised text. It ends early, but never within a token, when the document has an
// error or stop was called.
func (t *turtle) Read(p []byte) (int, error) {
	if t.read == len(t.out) {
		t.out, t.read = t.out[:0], 0
		for !t.ended && !t.stopped.Load() && len(t.out) < chunk {
			whole := len(t.out)
			if t.err = t.token(); t.err != nil {
				t.ended, t.out = true, t.out[:whole]
			}
		}
	}
	n := copy(p, t.out[t.read:])
	t.read += n
	if n == 0 && (t.ended || t.stopped.Load()) {
		return 0, io.EOF
	}
	return n, nil
}

func (t *turtle) stop() { t.stopped.Store(true) }

// failure returns the error of the document, if it had one, with its position.
func (t *turtle) failure() error { return locate(t.err, t.position) }

// token normalises the next token, or sets ended.
func (t *turtle) token() error {
	t.space()
	start := t.pos
	c := t.peek(0)
	switch {
	case start == len(t.src):
		t.ended = true
		if t.grammar.at != atStatement {
			return errAt(start, "the document ends in the middle of a statement: %s was expected", t.grammar.at)
		}
		return nil
	case c == '<':
		iri, err := t.resolved()
		if err != nil {
			return err
		}
		return t.writeIRI(sortIRI, start, iri)
	case c == '"' || c == '\'':
		return t.literal()
	case c == '_':
		return t.blank()
	case c == '@':
		return t.directive()
	case c == '[' || c == '(':
		return t.opening(c)
	case c == '.' && isDigit(t.peek(1)), isDigit(c), c == '+', c == '-':
		return t.number()
	case strings.IndexByte(".;,])", c) >= 0:
		t.pos++
		return t.punctuation(sort(c), start)
	}
	return t.word()
}

// space moves over white space and comments and writes the line breaks among them.
func (t *turtle) space() {
	for ; t.lines > 0; t.lines-- {
		t.out = append(t.out, '\n')
	}
	for ; t.pos < len(t.src); t.pos++ {
		switch t.src[t.pos] {
		case '\n':
			t.out = append(t.out, '\n')
		case ' ', '\t', '\r':
		case '#':
			n := bytes.IndexAny(t.src[t.pos:], "\r\n")
			if n < 0 {
				n = len(t.src) - t.pos
			}
			t.pos += n - 1
		default:
			return
		}
	}
}

// inner moves over white space and comments between two parts that the engine wants on one line.
func (t *turtle) inner() {
	n := len(t.out)
	held := t.lines
	t.lines = 0
	t.space()
	t.lines = held + len(t.out) - n
	t.out = t.out[:n]
}

// admit asks the grammar whether a token of sort s, which began at start, may stand here.
func (t *turtle) admit(s sort, start int) error {
	at := t.grammar.at
	if !t.grammar.accept(s) {
		return t.misplaced(start, at)
	}
	if at == atMore && t.grammar.at == atObject {
		t.out = append(t.out, ';') // held back until now, since the engine trips over one before ]
	}
	return nil
}

func (t *turtle) misplaced(start int, at place) error {
	end := max(t.pos, start+1)
	if i := bytes.IndexAny(t.src[start:end], " \t\r\n"); i > 0 {
		end = start + i
	}
	e := &scanError{pos: start, message: "found " + shorten(string(t.src[start:end])) + " where " + at.String() + " was expected"}
	if at == afterObj {
		e.hint = "is a '.' or ';' missing before it?"
	}
	return e
}

func (t *turtle) writeIRI(s sort, start int, iri string) error {
	if err := t.admit(s, start); err != nil {
		return err
	}
	t.out = append(append(append(t.out, '<'), iri...), '>', ' ')
	return nil
}

func (t *turtle) punctuation(s sort, start int) error {
	if err := t.admit(s, start); err != nil {
		return err
	}
	if s != ';' {
		t.out = append(t.out, byte(s), ' ')
	}
	return nil
}

// opening reads [ or (, and [] and () with nothing but space inside as one token.
func (t *turtle) opening(c byte) error {
	start := t.pos
	t.pos++
	t.inner()
	switch {
	case c == '[' && t.peek(0) == ']':
		t.pos++
		if err := t.admit(sortResource, start); err != nil {
			return err
		}
		t.out = append(t.out, '[', ']', ' ')
		return nil
	case c == '(' && t.peek(0) == ')':
		t.pos++
		return t.writeIRI(sortResource, start, rdfNil)
	}
	if len(t.grammar.open) == maxNesting {
		return &limitError{start, fmt.Sprintf("brackets are nested more than %d deep", maxNesting)}
	}
	return t.punctuation(sort(c), start)
}

// blank reads a labelled blank node and renames it, out of the way of b1, b2 and so on.
func (t *turtle) blank() error {
	start := t.pos
	if t.peek(1) != ':' {
		return t.word()
	}
	label, err := t.label()
	if err != nil {
		return err
	}
	if err := t.admit(sortResource, start); err != nil {
		return err
	}
	t.out = append(append(append(t.out, "_:"...), engineLabel([]byte(labelled+string(label)))...), ' ')
	return nil
}

// resolved reads an IRI reference and returns the absolute IRI that it stands for.
func (t *turtle) resolved() (string, error) {
	start := t.pos
	ref, err := t.iri()
	if err != nil {
		return "", err
	}
	if schemeLen(ref) > 0 {
		return string(ref), nil
	}
	if t.base.scheme == "" {
		return "", &scanError{start, "IRI <" + shorten(string(ref)) + "> has no scheme, and there is no base to resolve it against",
			"name the base IRI of the document"}
	}
	return t.base.resolve(string(ref)), nil
}

// literal reads a string with its language or datatype.
func (t *turtle) literal() error {
	start := t.pos
	raw, err := t.quoted(true)
	if err != nil {
		return err
	}
	t.lines += bytes.Count(raw, []byte{'\n'})
	if err := t.admit(sortLiteral, start); err != nil {
		return err
	}
	t.out = appendRaw(t.out, raw)
	if err := t.suffix(); err != nil {
		return err
	}
	t.out = append(t.out, ' ')
	return nil
}

// suffix reads @lang or ^^datatype, if there is one.
func (t *turtle) suffix() error {
	t.inner()
	switch {
	case t.peek(0) == '@':
		tag, err := t.lang()
		t.out = append(append(t.out, '@'), tag...)
		return err
	case t.peek(0) == '^' && t.peek(1) == '^':
		t.pos += 2
		t.inner()
		iri, err := t.datatype()
		t.out = append(append(append(t.out, "^^<"...), iri...), '>')
		return err
	}
	return nil
}

func (t *turtle) datatype() (string, error) {
	if t.peek(0) == '<' {
		return t.resolved()
	}
	return t.prefixed()
}

// appendRaw writes what stood between quotes of any kind in double quotes on one line.
func appendRaw(out, raw []byte) []byte {
	out = append(out, '"')
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case '\\':
			out = append(out, c, raw[i+1])
			i++
		case '"':
			out = append(out, `\"`...)
		case '\n':
			out = append(out, `\n`...)
		case '\r':
			out = append(out, `\r`...)
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}

// number reads a bare number and writes it as a quoted literal, its digits untouched.
func (t *turtle) number() error {
	start := t.pos
	datatype := t.scanNumber()
	if datatype == "" {
		t.pos = start
		return t.unexpected(t.grammar.at.String())
	}
	if t.pos-start > t.max {
		return t.tooLong(start)
	}
	return t.typed(start, datatype)
}

// scanNumber moves over the longest number there is and returns the name of its datatype, or "".
func (t *turtle) scanNumber() string {
	if c := t.peek(0); c == '+' || c == '-' {
		t.pos++
	}
	whole, part := t.digits(), 0
	kind := "integer"
	if t.peek(0) == '.' && (isDigit(t.peek(1)) || whole > 0 && t.exponentLen(1) > 0) {
		t.pos++
		part = t.digits()
		kind = "decimal"
	}
	if whole+part == 0 {
		return ""
	}
	if n := t.exponentLen(0); n > 0 {
		t.pos += n
		t.digits()
		kind = "double"
	}
	return kind
}

// digits moves over digits and counts them.
func (t *turtle) digits() int {
	start := t.pos
	for isDigit(t.peek(0)) {
		t.pos++
	}
	return t.pos - start
}

// exponentLen returns the length of e, E, e+ and so on at offset n, if a digit follows, else 0.
func (t *turtle) exponentLen(n int) int {
	if t.peek(n)|0x20 != 'e' {
		return 0
	}
	length := 1
	if c := t.peek(n + 1); c == '+' || c == '-' {
		length = 2
	}
	if !isDigit(t.peek(n + length)) {
		return 0
	}
	return length
}

// typed writes the source since start as a literal of a datatype of XML Schema.
func (t *turtle) typed(start int, datatype string) error {
	if err := t.admit(sortLiteral, start); err != nil {
		return err
	}
	t.out = append(append(append(t.out, '"'), t.src[start:t.pos]...), '"')
	t.out = append(append(append(t.out, "^^<"+xsdNS...), datatype...), '>', ' ')
	return nil
}

// word reads a prefixed name or a keyword.
func (t *turtle) word() error {
	start := t.pos
	t.name(false)
	if t.peek(0) == ':' {
		t.pos = start
		iri, err := t.prefixed()
		if err != nil {
			return err
		}
		return t.writeIRI(sortIRI, start, iri)
	}
	switch word := string(t.src[start:t.pos]); {
	case word == "a":
		return t.writeIRI(sortVerb, start, rdfType)
	case word == "true", word == "false":
		return t.typed(start, "boolean")
	case strings.EqualFold(word, "prefix"), strings.EqualFold(word, "base"):
		return t.declaration(start, strings.ToLower(word))
	case word == "":
		return t.unexpected(t.grammar.at.String())
	default:
		return &scanError{start, "found " + shorten(word) + " where " + t.grammar.at.String() + " was expected",
			"a name needs a prefix, an IRI needs < and >, text needs quotes"}
	}
}

// prefixed reads a name such as skos:prefLabel and returns its IRI.
func (t *turtle) prefixed() (string, error) {
	start := t.pos
	prefix, err := t.prefix()
	if err != nil {
		return "", err
	}
	namespace, ok := t.prefixes[string(prefix)]
	if !ok {
		return "", errAt(start, "prefix %s: is not declared", prefix)
	}
	local, err := t.local()
	if err != nil {
		return "", err
	}
	if t.pos-start > t.max {
		return "", t.tooLong(start)
	}
	return namespace + local, nil
}

// prefix reads skos: and returns skos, which may be empty.
func (t *turtle) prefix() ([]byte, error) {
	start := t.pos
	if r, _ := t.rune(); isNameStart(r) {
		t.name(false)
	}
	if t.peek(0) != ':' {
		return nil, t.unexpected("a prefix and a colon")
	}
	t.pos++
	return t.src[start : t.pos-1], nil
}

// local reads the part of a name behind the colon, which may be empty.
func (t *turtle) local() (string, error) {
	start := t.pos
	r, _ := t.rune()
	if isNameStart(r) || r == '_' || r == ':' || isDigit(t.peek(0)) {
		t.name(true)
	}
	if c := t.peek(0); c != '\\' && c != '%' && (c != '.' || t.pos == start) {
		return string(t.src[start:t.pos]), nil
	}
	return t.escapedLocal(start)
}

// escapedLocal goes on from a \ or % in a local name, or from dots which one of them may follow.
func (t *turtle) escapedLocal(start int) (string, error) {
	var b strings.Builder
	b.Write(t.src[start:t.pos])
	for {
		from := t.pos
		for b.Len() > 0 && t.peek(0) == '.' {
			t.pos++
		}
		switch c := t.peek(0); {
		case c == '\\' && t.peek(1) != 0 && strings.IndexByte("_~.-!$&'()*+,;=/?#@%", t.peek(1)) >= 0:
			b.Write(t.src[from:t.pos])
			b.WriteByte(t.peek(1))
			t.pos += 2
		case c == '%' && isHex(t.peek(1)) && isHex(t.peek(2)):
			t.pos += 3
			b.Write(t.src[from:t.pos])
		case c == '\\' || c == '%':
			return "", errAt(t.pos, "%c in a name must be followed by %s", c,
				map[byte]string{'\\': "a punctuation character", '%': "two hexadecimal digits"}[c])
		default:
			r, width := t.rune()
			if width == 0 || !isNameChar(r) && r != ':' {
				t.pos = from // the dots end the statement
				return b.String(), nil
			}
			t.pos += width
			b.Write(t.src[from:t.pos])
		}
	}
}

// directive reads @prefix or @base, which end in a dot.
func (t *turtle) directive() error {
	start := t.pos
	t.pos++
	t.name(false)
	word := string(t.src[start+1 : t.pos])
	if word != "prefix" && word != "base" {
		return errAt(start, "found @%s where %s was expected", shorten(word), t.grammar.at)
	}
	if err := t.declaration(start, word); err != nil {
		return err
	}
	t.space()
	if t.peek(0) != '.' {
		return t.unexpected("'.' at the end of @" + word)
	}
	t.pos++
	return nil
}

// declaration reads what follows PREFIX or BASE. Nothing of it reaches the engine.
func (t *turtle) declaration(start int, word string) error {
	if t.grammar.at != atStatement {
		return t.misplaced(start, t.grammar.at)
	}
	t.space()
	var prefix []byte
	if word == "prefix" {
		var err error
		if prefix, err = t.prefix(); err != nil {
			return err
		}
		t.space()
	}
	if t.peek(0) != '<' {
		return t.unexpected("an IRI in < and >")
	}
	iri, err := t.resolved()
	if err != nil {
		return err
	}
	if word == "base" {
		t.base = splitIRI(iri)
	} else {
		t.prefixes[string(prefix)] = iri
	}
	return nil
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, width := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && width == 1 {
			return i
		}
		i += width
	}
	return -1
}

const utf8Hint = "save the file as UTF-8"
