package rdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Bounds on what no document needs and what would make reading slow.
const (
	maxDepth    = 500  // elements within each other
	maxAttrs    = 1000 // attributes of an element
	maxBindings = 1000 // namespace declarations in force
)

// xmlSpace is white space in XML.
const xmlSpace = " \t\r\n"

// A scope is what an element hands down to those within it.
type scope struct {
	base iriRef
	lang string
	ns   *binding
}

// A binding is a namespace declaration; parent is the one before it in document order.
type binding struct {
	prefix, uri string
	parent      *binding
	count       int // with its parents
}

// bind adds a declaration.
func (b *binding) bind(prefix, uri string) *binding {
	added := &binding{prefix: prefix, uri: uri, parent: b, count: 1}
	if b != nil {
		added.count += b.count
	}
	return added
}

// bindAll adds the declarations among the attributes of a tag.
func (x *xmlReader) bindAll(b *binding, attrs []xml.Attr) (*binding, error) {
	for _, a := range attrs {
		if prefix, ok := declares(a); ok {
			b = b.bind(prefix, a.Value)
		}
	}
	if b != nil && b.count > maxBindings {
		return nil, limitAt(x.line, fmt.Sprintf("more than %d namespace declarations in force", maxBindings))
	}
	return b, nil
}

// declares returns the prefix that an attribute declares, if it does; that of xmlns is empty.
func declares(a xml.Attr) (prefix string, ok bool) {
	if a.Name.Space == "xmlns" {
		return a.Name.Local, true
	}
	return "", a.Name.Space == "" && a.Name.Local == "xmlns"
}

// find returns the namespace of a prefix and whether it is declared.
func (b *binding) find(prefix string) (string, bool) {
	for ; b != nil; b = b.parent {
		if b.prefix == prefix {
			return b.uri, true
		}
	}
	return "", prefix == ""
}

// An element is a start tag with its names resolved.
type element struct {
	scope
	raw          xml.StartElement
	space, local string
	attrs        []attr // without xml: attributes and namespace declarations
}

type attr struct{ space, local, value string }

func (e element) is(local string) bool { return e.space == rdfNS && e.local == local }
func (e element) iri() string          { return e.space + e.local }

// rdf returns the value of an attribute of the RDF namespace.
func (e element) rdf(local string) (string, bool) {
	for _, a := range e.attrs {
		if a.space == rdfNS && a.local == local {
			return a.value, true
		}
	}
	return "", false
}

// children calls do for each element directly within e and allows no text.
func (x *xmlReader) children(e element, do func(element) error) error {
	return x.each(e, x.noText, do)
}

// each calls text and do for each piece of text and each element directly within e.
func (x *xmlReader) each(e element, text func([]byte) error, do func(element) error) error {
	if x.depth++; x.depth > maxDepth {
		return limitAt(x.line, fmt.Sprintf("elements are nested more than %d deep", maxDepth))
	}
	defer func() { x.depth-- }()
	for {
		token, err := x.token()
		if errors.Is(err, io.EOF) {
			return x.errorf("the document ends before </%s>", shorten(e.raw.Name.Local))
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.CharData:
			err = text(token)
		case xml.StartElement:
			var child element
			if child, err = x.element(token, e.scope); err == nil {
				err = do(child)
			}
		case xml.EndElement:
			if token.Name != e.raw.Name {
				return x.errorf("</%s> where </%s> was expected", shorten(token.Name.Local), shorten(e.raw.Name.Local))
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// token returns the next token with its names as they are written.
func (x *xmlReader) token() (xml.Token, error) {
	x.line, x.column = x.d.InputPos()
	token, err := x.d.RawToken()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		e := &SyntaxError{Line: syntax.Line, Message: syntax.Msg}
		if strings.Contains(syntax.Msg, "UTF-8") {
			e.Hint = encodingHint
		}
		return nil, e
	}
	if err != nil && strings.HasPrefix(err.Error(), "xml: ") { // such as a version that is not 1.0
		return nil, x.errorf("%s", strings.TrimPrefix(err.Error(), "xml: "))
	}
	if start, ok := token.(xml.StartElement); ok && len(start.Attr) > maxAttrs {
		return nil, limitAt(x.line, fmt.Sprintf("more than %d attributes", maxAttrs))
	}
	if !validToken(token) {
		e := x.errorf("invalid UTF-8")
		e.Hint = encodingHint
		return nil, e
	}
	return token, err
}

const encodingHint = "the document is not in the encoding that it claims"

// validToken checks the tokens that encoding/xml takes as they are.
func validToken(token xml.Token) bool {
	switch t := token.(type) {
	case xml.Comment:
		return utf8.Valid(t)
	case xml.ProcInst:
		return utf8.Valid(t.Inst)
	case xml.Directive:
		return utf8.Valid(t)
	}
	return true
}

// element resolves the names of a start tag and takes the attributes out that speak to XML itself.
func (x *xmlReader) element(raw xml.StartElement, outer scope) (element, error) {
	e := element{scope: outer, raw: raw.Copy()}
	var err error
	if e.ns, err = x.bindAll(e.ns, raw.Attr); err != nil {
		return e, err
	}
	if e.space, err = x.namespace(e.scope, raw.Name.Space); err != nil {
		return e, err
	}
	e.local = raw.Name.Local
	for _, a := range raw.Attr {
		if err := x.attribute(&e, a); err != nil {
			return e, err
		}
	}
	return e, nil
}

func (x *xmlReader) namespace(s scope, prefix string) (string, error) {
	if prefix == "xml" {
		return xmlNS, nil
	}
	uri, ok := s.ns.find(prefix)
	if !ok || uri == "" && prefix != "" {
		return "", x.errorf("namespace prefix %s is not declared", shorten(prefix))
	}
	return uri, nil
}

// attribute adds one attribute to e, or does what it says if it is of the xml: namespace.
func (x *xmlReader) attribute(e *element, a xml.Attr) error {
	name, value := a.Name, a.Value
	switch {
	case name.Space == "xmlns", name.Space == "" && strings.HasPrefix(strings.ToLower(name.Local), "xml"):
		return nil
	case name.Space == "xml" && name.Local == "lang":
		if value != "" && !isLang(value) {
			err := x.errorf("%q is no language tag", shorten(value))
			err.Hint = "write en-GB, not en_GB"
			return err
		}
		e.lang = x.terms.keep(value)
		return nil
	case name.Space == "xml" && name.Local == "base":
		e.base = splitIRI(e.base.resolve(value))
		return nil
	case name.Space == "xml":
		return nil
	case name.Space == "":
		return x.unqualified(e, name.Local, value)
	}
	space, err := x.namespace(e.scope, name.Space)
	if err != nil {
		return err
	}
	return x.add(e, attr{space, name.Local, value})
}

// unqualified adds an attribute without a prefix, of which RDF/XML allows a few for the sake of the
// past.
func (x *xmlReader) unqualified(e *element, name, value string) error {
	switch name {
	case "ID", "about", "resource", "parseType", "type":
		return x.add(e, attr{rdfNS, name, value})
	}
	return x.errorf("attribute %s has no namespace", shorten(name))
}

func (x *xmlReader) add(e *element, a attr) error {
	for _, b := range e.attrs {
		if a.space == b.space && a.local == b.local {
			return x.errorf("attribute %s is there twice", shorten(a.local))
		}
	}
	if len(a.value) > x.o.MaxLiteral {
		return limitAt(x.line, fmt.Sprintf("a literal is longer than %d bytes", x.o.MaxLiteral))
	}
	e.attrs = append(e.attrs, a)
	return nil
}

// noText is onlySpace for a whole token, whose position it moves on to the first letter.
func (x *xmlReader) noText(text []byte) error {
	space := text[:len(text)-len(bytes.TrimLeft(text, xmlSpace))]
	if n := bytes.Count(space, []byte{'\n'}); n > 0 {
		x.line += n
		x.column = len(space) - bytes.LastIndexByte(space, '\n')
	} else {
		x.column += len(space)
	}
	return x.onlySpace(text)
}

// onlySpace complains about text where elements belong.
func (x *xmlReader) onlySpace(text []byte) error {
	if rest := bytes.TrimLeft(text, xmlSpace); len(rest) > 0 {
		r, _ := utf8.DecodeRune(rest)
		return x.errorf("text beginning with %s where only elements may stand", quoteRune(r))
	}
	return nil
}

func (x *xmlReader) errorf(format string, args ...any) *SyntaxError {
	return &SyntaxError{Line: x.line, Column: x.column, Message: fmt.Sprintf(format, args...)}
}
