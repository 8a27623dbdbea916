package rdf

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// An xmlReader reads RDF/XML by the grammar of its specification, section 7: node elements and
// property elements in turn. Its functions are named after what they read and leave the position
// behind the end of the element.
type xmlReader struct {
	d      *xml.Decoder
	in     *xmlInput
	o      Options
	yield  func(Triple) error
	line   int // of the token read last
	column int
	blanks int
	depth  int
	ids    map[string]bool // IRIs made by rdf:ID, which must not come twice
	terms  interner
}

func decodeXML(r *bufio.Reader, o Options, yield func(Triple) error) error {
	d, in, err := newXML(r, o)
	if err != nil {
		return err
	}
	x := &xmlReader{d: d, in: in, o: o, yield: yield, ids: make(map[string]bool), terms: make(interner)}
	return x.document()
}

// document reads the prolog, the root element and what follows it.
func (x *xmlReader) document() error {
	seen := false
	for {
		token, err := x.token()
		if errors.Is(err, io.EOF) {
			if !seen {
				return x.errorf("the document holds no element")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.Directive:
			err = x.doctype(string(token))
		case xml.CharData:
			err = x.noText(token)
		case xml.EndElement:
			err = x.errorf("</%s> closes nothing", token.Name.Local)
		case xml.StartElement:
			if seen {
				return x.errorf("a second root element, <%s>", token.Name.Local)
			}
			seen = true
			err = x.root(token)
		}
		if err != nil {
			return err
		}
	}
}

func (x *xmlReader) doctype(directive string) error {
	if strings.HasPrefix(strings.ToLower(directive), "doctype html") {
		return htmlError()
	}
	known, err := entities(directive)
	if err != nil {
		if errors.Is(err, ErrLimit) {
			return err
		}
		return x.errorf("%s", err)
	}
	for _, text := range known {
		x.in.entity = max(x.in.entity, len(text))
	}
	x.d.Entity = known
	return nil
}

// root reads rdf:RDF, or the one node element that may stand in its place.
func (x *xmlReader) root(start xml.StartElement) error {
	if start.Name.Local == "html" {
		return htmlError()
	}
	e, err := x.element(start, scope{base: splitIRI(x.o.Base)})
	if err != nil {
		return err
	}
	if !e.is("RDF") {
		if e.space == "" {
			return x.errorf("the root element is <%s>, not rdf:RDF", shorten(e.local))
		}
		_, err := x.node(e)
		return err
	}
	if len(e.attrs) > 0 {
		return x.errorf("attribute %s is not allowed on rdf:RDF", e.attrs[0].local)
	}
	return x.children(e, func(child element) error {
		_, err := x.node(child)
		return err
	})
}

// node reads a node element and returns what it describes.
func (x *xmlReader) node(e element) (Term, error) {
	if notNode[e.local] && e.space == rdfNS {
		return Term{}, x.errorf("rdf:%s cannot be a node element", e.local)
	}
	subject, err := x.subject(e)
	if err != nil {
		return Term{}, err
	}
	if !e.is("Description") {
		if err := x.typed(subject, e.iri()); err != nil {
			return Term{}, err
		}
	}
	if err := x.propertyAttrs(subject, e, notNodeAttr); err != nil {
		return Term{}, err
	}
	return subject, x.properties(subject, e)
}

// subject returns what rdf:about, rdf:ID or rdf:nodeID names, or else a new blank node.
func (x *xmlReader) subject(e element) (Term, error) {
	var subject Term
	var err error
	found := 0
	for _, name := range [...]string{"about", "ID", "nodeID"} {
		value, ok := e.rdf(name)
		if !ok || err != nil {
			continue
		}
		found++
		switch name {
		case "about":
			subject, err = x.resource(e, value)
		case "ID":
			subject, err = x.id(e, value)
		default:
			subject, err = x.nodeID(value)
		}
	}
	switch {
	case err != nil:
		return Term{}, err
	case found > 1:
		return Term{}, x.errorf("only one of rdf:about, rdf:ID and rdf:nodeID may name a node")
	case found == 0:
		return x.blank(), nil
	}
	return subject, nil
}

// properties reads the property elements of a subject up to the end of e.
func (x *xmlReader) properties(subject Term, e element) error {
	members := 0
	return x.children(e, func(child element) error {
		if child.is("li") {
			members++
			child.local = "_" + strconv.Itoa(members)
		}
		return x.property(subject, child)
	})
}

// property reads a property element and the object that it gives the subject.
func (x *xmlReader) property(subject Term, e element) error {
	if notProperty[e.local] && e.space == rdfNS {
		return x.errorf("rdf:%s cannot be a property element", e.local)
	}
	predicate, err := x.resource(element{}, e.iri())
	if err != nil {
		return err
	}
	s := statement{subject: subject, predicate: predicate}
	if id, ok := e.rdf("ID"); ok {
		if s.id, err = x.id(e, id); err != nil {
			return err
		}
	}
	parseType, ok := e.rdf("parseType")
	if !ok {
		return x.content(s, e)
	}
	for _, a := range e.attrs {
		if a.space != rdfNS || a.local != "ID" && a.local != "parseType" {
			return x.errorf("attribute %s cannot stand beside rdf:parseType", a.local)
		}
	}
	switch parseType {
	case "Resource":
		node := x.blank()
		if err := x.state(s, node); err != nil {
			return err
		}
		return x.properties(node, e)
	case "Collection":
		return x.collection(s, e)
	}
	text, err := x.xmlLiteral(e)
	if err != nil {
		return err
	}
	return x.state(s, Term{Kind: Literal, Value: text, Datatype: rdfNS + "XMLLiteral"})
}

// content reads a property element whose object is text, a node within it, or in its attributes.
func (x *xmlReader) content(s statement, e element) error {
	var text []byte
	nodes := 0
	err := x.each(e, func(part []byte) error {
		if text = append(text, part...); len(text) > x.o.MaxLiteral {
			return limitAt(x.line, fmt.Sprintf("a literal is longer than %d bytes", x.o.MaxLiteral))
		}
		return nil
	}, func(child element) error {
		if nodes++; nodes > 1 {
			return x.errorf("a property element with two node elements in it")
		}
		if _, id := e.rdf("ID"); len(e.attrs) > 1 || len(e.attrs) == 1 && !id {
			return x.errorf("a property element with both a node element and attributes")
		}
		object, err := x.node(child)
		if err != nil {
			return err
		}
		return x.state(s, object)
	})
	if err != nil {
		return err
	}
	if nodes > 0 {
		return x.onlySpace(text)
	}
	return x.leaf(s, e, string(text))
}

// leaf states what a property element without elements in it says.
func (x *xmlReader) leaf(s statement, e element, text string) error {
	datatype, hasDatatype := e.rdf("datatype")
	plain := true
	for _, a := range e.attrs {
		plain = plain && a.space == rdfNS && (a.local == "ID" || a.local == "datatype")
	}
	switch {
	case plain && hasDatatype:
		iri, err := x.resource(e, datatype)
		if err != nil {
			return err
		}
		return x.state(s, literal(text, "", x.terms.keep(iri.Value)))
	case plain:
		return x.state(s, Term{Kind: Literal, Value: text, Lang: e.lang})
	case hasDatatype:
		return x.errorf("rdf:datatype cannot stand beside other attributes")
	}
	if err := x.onlySpace([]byte(text)); err != nil {
		return err
	}
	object, err := x.object(e)
	if err != nil {
		return err
	}
	if err := x.state(s, object); err != nil {
		return err
	}
	return x.propertyAttrs(object, e, notPropertyAttr)
}

// object returns what rdf:resource or rdf:nodeID names, or else a new blank node.
func (x *xmlReader) object(e element) (Term, error) {
	iri, hasIRI := e.rdf("resource")
	label, hasLabel := e.rdf("nodeID")
	switch {
	case hasIRI && hasLabel:
		return Term{}, x.errorf("rdf:resource and rdf:nodeID on one element")
	case hasIRI:
		return x.resource(e, iri)
	case hasLabel:
		return x.nodeID(label)
	}
	return x.blank(), nil
}

// propertyAttrs states the attributes of e that stand for property elements.
func (x *xmlReader) propertyAttrs(subject Term, e element, forbidden map[string]bool) error {
	for _, a := range e.attrs {
		if a.space == rdfNS {
			if forbidden[a.local] {
				return x.errorf("rdf:%s is not allowed here", a.local)
			}
			if syntaxAttr[a.local] {
				continue
			}
			if a.local == "type" {
				iri, err := x.resource(e, a.value)
				if err != nil {
					return err
				}
				if err := x.typed(subject, iri.Value); err != nil {
					return err
				}
				continue
			}
		}
		predicate, err := x.resource(element{}, a.space+a.local)
		if err != nil {
			return err
		}
		object := Term{Kind: Literal, Value: a.value, Lang: e.lang}
		if err := x.state(statement{subject: subject, predicate: predicate}, object); err != nil {
			return err
		}
	}
	return nil
}

// collection reads node elements and chains them to an RDF list.
func (x *xmlReader) collection(s statement, e element) error {
	first := Term{Kind: IRI, Value: rdfNS + "first"}
	rest := Term{Kind: IRI, Value: rdfNS + "rest"}
	link := s // the statement that still wants the next part of the list
	err := x.children(e, func(child element) error {
		cell := x.blank()
		if err := x.state(link, cell); err != nil {
			return err
		}
		item, err := x.node(child)
		if err != nil {
			return err
		}
		link = statement{subject: cell, predicate: rest}
		return x.state(statement{subject: cell, predicate: first}, item)
	})
	if err != nil {
		return err
	}
	return x.state(link, Term{Kind: IRI, Value: rdfNil})
}

// A statement waits for its object. With an id it is also described itself.
type statement struct{ subject, predicate, id Term }

// state yields a statement and, if it has an id, its reification.
func (x *xmlReader) state(s statement, object Term) error {
	ts := []Triple{{s.subject, s.predicate, object}}
	if s.id.Value != "" {
		part := func(name string, value Term) Triple {
			return Triple{s.id, Term{Kind: IRI, Value: rdfNS + name}, value}
		}
		ts = append(ts, part("type", Term{Kind: IRI, Value: rdfNS + "Statement"}),
			part("subject", s.subject), part("predicate", s.predicate), part("object", object))
	}
	for _, t := range ts {
		if err := x.yield(t); err != nil {
			return err
		}
	}
	return nil
}

func (x *xmlReader) typed(subject Term, class string) error {
	object, err := x.resource(element{}, class)
	if err != nil {
		return err
	}
	object.Value = x.terms.keep(object.Value)
	return x.yield(Triple{subject, Term{Kind: IRI, Value: rdfType}, object})
}

// resource returns the IRI that a reference stands for within e.
func (x *xmlReader) resource(e element, ref string) (Term, error) {
	iri := e.base.resolve(ref)
	if wrong := checkIRI(iri); wrong != "" {
		return Term{}, x.errorf("%s", wrong)
	}
	return Term{Kind: IRI, Value: iri}, nil
}

// id returns the IRI that rdf:ID makes, which may be made once in a document.
func (x *xmlReader) id(e element, name string) (Term, error) {
	if !isNCName(name) {
		return Term{}, x.errorf("rdf:ID %q is not an XML name", shorten(name))
	}
	t, err := x.resource(e, "#"+name)
	if err == nil && x.ids[t.Value] {
		err = x.errorf("rdf:ID %q is used twice", name)
	}
	x.ids[t.Value] = true
	return t, err
}

func (x *xmlReader) nodeID(name string) (Term, error) {
	if !isNCName(name) {
		return Term{}, x.errorf("rdf:nodeID %q is not an XML name", shorten(name))
	}
	if strings.HasSuffix(strings.TrimRight(name, "_"), ".") {
		name += "_" // labels in N-Triples do not end in a dot: x. becomes x._ and x._ becomes x.__
	}
	return Term{Kind: Blank, Value: labelled + name}, nil
}

func (x *xmlReader) blank() Term {
	x.blanks++
	return Term{Kind: Blank, Value: "b" + strconv.Itoa(x.blanks)}
}

// names makes a set.
func names(list string) map[string]bool {
	set := make(map[string]bool)
	for _, name := range strings.Fields(list) {
		set[name] = true
	}
	return set
}

// What the names of the RDF namespace must not be used for.
var (
	notNode         = names("RDF ID about bagID parseType resource nodeID datatype li aboutEach aboutEachPrefix")
	notProperty     = names("RDF ID about bagID parseType resource nodeID datatype Description aboutEach aboutEachPrefix")
	notNodeAttr     = names("RDF bagID parseType resource datatype li Description aboutEach aboutEachPrefix")
	notPropertyAttr = names("RDF bagID about li Description aboutEach aboutEachPrefix")
	syntaxAttr      = names("ID about nodeID resource datatype parseType")
)
