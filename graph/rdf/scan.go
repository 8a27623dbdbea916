package rdf

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// A scanner reads the tokens that Turtle and N-Triples share. Its source is valid UTF-8.
type scanner struct {
	src []byte
	pos int
	max int // bytes of one term
}

// A scanError is a syntax error at an offset of the source.
type scanError struct {
	pos           int
	message, hint string
}

func (e *scanError) Error() string { return e.message }

func errAt(pos int, format string, args ...any) error {
	return &scanError{pos: pos, message: fmt.Sprintf(format, args...)}
}

// peek returns the byte n places on, or 0 past the end.
func (s *scanner) peek(n int) byte {
	if s.pos+n < len(s.src) {
		return s.src[s.pos+n]
	}
	return 0
}

// rune returns the next character and its width, which is 0 at the end.
func (s *scanner) rune() (rune, int) {
	if s.pos < len(s.src) && s.src[s.pos] < utf8.RuneSelf {
		return rune(s.src[s.pos]), 1
	}
	if s.pos >= len(s.src) {
		return 0, 0
	}
	return utf8.DecodeRune(s.src[s.pos:])
}

// unexpected complains about the next character.
func (s *scanner) unexpected(where string) error {
	r, width := s.rune()
	if width == 0 {
		return errAt(s.pos, "the document ends where %s was expected", where)
	}
	return errAt(s.pos, "character %s where %s was expected", quoteRune(r), where)
}

// iri reads <...> and returns what is between, escapes resolved. It may be relative.
func (s *scanner) iri() ([]byte, error) {
	start := s.pos
	s.pos++
	var decoded []byte // nil as long as there was no escape
	for s.pos < len(s.src) && s.pos-start <= s.max {
		c, at := s.src[s.pos], s.pos
		switch {
		case c == '>':
			s.pos++
			if decoded != nil {
				return decoded, nil
			}
			return s.src[start+1 : at], nil
		case c == '\\':
			if decoded == nil {
				decoded = append([]byte{}, s.src[start+1:at]...)
			}
			r, err := s.numericEscape()
			if err != nil {
				return nil, err
			}
			if badInIRI(r) {
				return nil, errAt(at, "character %s is not allowed in an IRI, nor as an escape", quoteRune(r))
			}
			decoded = utf8.AppendRune(decoded, r)
		case badInIRI(rune(c)):
			return nil, errAt(s.pos, "character %s is not allowed in an IRI", quoteRune(rune(c)))
		default:
			if decoded != nil {
				decoded = append(decoded, c)
			}
			s.pos++
		}
	}
	return nil, s.unclosed(start, "an IRI", ">")
}

// unclosed says why a term that began at start came to no end.
func (s *scanner) unclosed(start int, what, closer string) error {
	if s.pos < len(s.src) {
		return s.tooLong(start)
	}
	return errAt(start, "%s begins here and is not closed by %s", what, closer)
}

func (s *scanner) tooLong(start int) error {
	return &limitError{pos: start, message: fmt.Sprintf("a term is longer than %d bytes", s.max)}
}

// numericEscape reads \u0041 or \U00000041.
func (s *scanner) numericEscape() (rune, error) {
	at, digits := s.pos, 4
	switch s.peek(1) {
	case 'u':
	case 'U':
		digits = 8
	default:
		return 0, errAt(at, "\\ must be followed by u or U here")
	}
	s.pos += 2
	for i := range digits {
		if !isHex(s.peek(i)) {
			return 0, errAt(at, "an escape with \\%c needs %d hexadecimal digits", s.src[at+1], digits)
		}
	}
	n, _ := strconv.ParseUint(string(s.src[s.pos:s.pos+digits]), 16, 32)
	s.pos += digits
	if n > utf8.MaxRune || n >= 0xD800 && n <= 0xDFFF {
		return 0, errAt(at, "%s is not a character", s.src[at:s.pos])
	}
	return rune(n), nil
}

// quoted reads a string in any of the four kinds of quotes and returns what is between, escapes
// checked but left as they are. long says whether the kinds with three quotes are known.
func (s *scanner) quoted(long bool) ([]byte, error) {
	start, quote := s.pos, s.src[s.pos]
	width := 1
	if long && s.peek(1) == quote && s.peek(2) == quote {
		width = 3
	}
	s.pos += width
	for s.pos < len(s.src) && s.pos-start <= s.max {
		switch c := s.src[s.pos]; {
		case c == quote && (width == 1 || s.peek(1) == quote && s.peek(2) == quote):
			raw := s.src[start+width : s.pos]
			s.pos += width
			return raw, nil
		case c == '\\':
			if err := s.stringEscape(); err != nil {
				return nil, err
			}
		case width == 1 && (c == '\n' || c == '\r'):
			return nil, &scanError{start, "a string begins here and the line ends before its closing quote",
				"text of several lines needs three quotes, or \\n"}
		default:
			s.pos++
		}
	}
	return nil, s.unclosed(start, "a string", string(bytes.Repeat([]byte{quote}, width)))
}

// stringEscape reads an escape within a string.
func (s *scanner) stringEscape() error {
	switch c := s.peek(1); c {
	case 't', 'b', 'n', 'r', 'f', '"', '\'', '\\':
		s.pos += 2
		return nil
	case 'u', 'U':
		_, err := s.numericEscape()
		return err
	}
	return errAt(s.pos, "\\ must be followed by one of t b n r f u U \" ' \\ in a string")
}

// label reads _:x and returns x. Neither syntax allows a colon in it.
func (s *scanner) label() ([]byte, error) {
	s.pos += 2
	start := s.pos
	r, width := s.rune()
	if width == 0 || !isNameStart(r) && r != '_' && (r < '0' || r > '9') {
		return nil, s.unexpected("the label of a blank node")
	}
	s.name(false)
	if s.pos-start > s.max {
		return nil, s.tooLong(start)
	}
	return s.src[start:s.pos], nil
}

// name moves over name characters and dots, then back over dots at the end, which belong to the
// statement. With local it also takes colons.
func (s *scanner) name(local bool) {
	dots := 0
	for {
		r, width := s.rune()
		if r == '.' {
			dots++
		} else if width > 0 && (isNameChar(r) || local && r == ':') {
			dots = 0
		} else {
			s.pos -= dots
			return
		}
		s.pos += width
	}
}

// lang reads @en-GB and returns en-GB.
func (s *scanner) lang() ([]byte, error) {
	s.pos++
	start := s.pos
	for isAlpha(s.peek(0)) {
		s.pos++
	}
	for s.pos > start && s.peek(0) == '-' && (isAlpha(s.peek(1)) || isDigit(s.peek(1))) {
		s.pos++
		for isAlpha(s.peek(0)) || isDigit(s.peek(0)) {
			s.pos++
		}
	}
	if s.pos == start {
		return nil, s.unexpected("a language tag")
	}
	if c := s.peek(0); c == '-' || c == '_' {
		return nil, &scanError{s.pos, "a language tag cannot go on with " + quoteRune(rune(c)), "write en-GB, not en_GB"}
	}
	if s.pos-start > s.max {
		return nil, s.tooLong(start)
	}
	return s.src[start:s.pos], nil
}

// position turns an offset into a line and a column, both from 1, the column in characters.
func (s *scanner) position(pos int) (line, column int) {
	before := s.src[:min(pos, len(s.src))]
	line = 1 + bytes.Count(before, []byte{'\n'})
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// A limitError is a part of the source, at an offset, that is beyond a limit.
type limitError struct {
	pos     int
	message string
}

func (e *limitError) Error() string { return e.message }
func (e *limitError) Unwrap() error { return ErrLimit }

// quoteRune shows a character to people.
func quoteRune(r rune) string { return strconv.QuoteRune(r) }

// shorten cuts what a message quotes.
func shorten(s string) string {
	if len(s) <= 80 {
		return s
	}
	cut := 77
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}
