package rdf

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
)

// Limits on the entities that a document declares for itself.
const (
	maxEntities = 4096
	maxEntity   = 8 << 10 // bytes of one, expanded
)

// xmlInput is the text of an XML document as UTF-8. It bounds how long the parser may collect one
// piece of text, each reference to an entity counted at the length of the longest one declared, so
// that a small document cannot grow large in memory.
type xmlInput struct {
	r      *bufio.Reader
	run    int // since the last <
	max    int
	entity int // longest declared
}

func (in *xmlInput) ReadByte() (byte, error) {
	c, err := in.r.ReadByte()
	switch c {
	case '<':
		in.run = 0
	case '&':
		in.run += in.entity
	}
	if in.run++; in.run > in.max {
		return 0, fmt.Errorf("a piece of text is longer than %d bytes: %w", in.max, ErrLimit)
	}
	return c, err
}

// Read is what makes xmlInput a reader; the parser reads by the byte.
func (in *xmlInput) Read(p []byte) (int, error) { return in.r.Read(p) }

// newXML returns a parser of the document and the input it reads, whatever the encoding.
func newXML(r *bufio.Reader, o Options) (*xml.Decoder, *xmlInput, error) {
	enc, err := xmlEncoding(r)
	if err != nil {
		return nil, nil, err
	}
	if enc != nil {
		r = bufio.NewReader(enc.NewDecoder().Reader(r))
	}
	in := &xmlInput{r: r, max: o.MaxLiteral + chunk}
	d := xml.NewDecoder(in)
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // done above
	return d, in, nil
}

var encodingName = regexp.MustCompile(`^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// xmlEncoding returns the encoding of a document by its first bytes, or nil for UTF-8.
func xmlEncoding(r *bufio.Reader) (encoding.Encoding, error) {
	head, err := peek(r, 256)
	if err != nil {
		return nil, err
	}
	for _, mark := range []string{"\xfe\xff", "\xff\xfe", "\x00<", "<\x00"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			endian := unicode.BigEndian
			if mark[0] == '\xff' || mark[0] == '<' {
				endian = unicode.LittleEndian
			}
			return unicode.UTF16(endian, unicode.UseBOM), nil
		}
	}
	m := encodingName.FindSubmatch(head)
	if m == nil {
		return nil, nil
	}
	name := string(m[1])
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return nil, nil
	}
	enc, err := ianaindex.IANA.Encoding(name)
	if err != nil || enc == nil || strings.HasPrefix(strings.ToLower(name), "utf-16") {
		return nil, &SyntaxError{Line: 1, Message: "encoding " + name + " is not known here", Hint: utf8Hint}
	}
	return enc, nil
}

var (
	entityDeclaration = regexp.MustCompile(`<!ENTITY\s+([^\s%"'<>]+)\s+(?:"([^"]*)"|'([^']*)')\s*>`)
	entityReference   = regexp.MustCompile(`&(#?[^\s;&]+);`)
)

// entities returns the internal entities that a document type declares. External and parameter
// entities and those that hold markup are left out, so that using one is an error.
func entities(doctype string) (map[string]string, error) {
	known := map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}
	predefined := len(known)
	for _, m := range entityDeclaration.FindAllStringSubmatch(doctype, -1) {
		name, value := m[1], m[2]+m[3]
		if _, twice := known[name]; twice || strings.Contains(value, "<") {
			continue // of two declarations XML takes the first
		}
		value, err := expand(value, known)
		if err != nil {
			return nil, fmt.Errorf("entity %s: %w", name, err)
		}
		if known[name] = value; len(known)-predefined > maxEntities {
			return nil, limitAt(0, fmt.Sprintf("more than %d entities", maxEntities))
		}
	}
	return known, nil
}

// expand resolves the references in the value of an entity. It may only use what was declared before
// it, so no entity can hold itself.
func expand(value string, known map[string]string) (string, error) {
	var b strings.Builder
	at := 0
	for _, m := range entityReference.FindAllStringSubmatchIndex(value, -1) {
		name := value[m[2]:m[3]]
		text, ok := known[name]
		if !ok {
			text, ok = character(name)
		}
		if !ok {
			return "", fmt.Errorf("&%s; is not declared before it", shorten(name))
		}
		b.WriteString(value[at:m[0]] + text)
		at = m[1]
		if b.Len() > maxEntity {
			break
		}
	}
	if b.Len()+len(value)-at > maxEntity {
		return "", limitAt(0, fmt.Sprintf("longer than %d bytes", maxEntity))
	}
	return b.String() + value[at:], nil
}

// character returns the character of a reference such as #233 or #xE9.
func character(reference string) (string, bool) {
	digits, ok := strings.CutPrefix(reference, "#")
	base := 10
	if hex, isHex := strings.CutPrefix(digits, "x"); isHex {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return string(rune(n)), ok && err == nil && n > 0 && n <= utf8.MaxRune && utf8.ValidRune(rune(n))
}
