// Package rdf reads and writes RDF: Turtle, N-Triples, N-Quads and RDF/XML in, N-Triples and a
// compact binary form out.
//
// What always holds of a triple that Decode yields: the subject is an IRI or a blank node and the
// predicate an IRI; every IRI has a scheme and no character that N-Triples forbids; every string is
// valid UTF-8; a language tag is well formed. So whatever was read can be written. Decode itself
// never panics, never hangs on its input and leaves no goroutine behind, however it ends. It stops
// at the first error, which names the line and, where known, the column of the original document.
//
// Blank nodes are only names within one document. Options.Document sets the documents apart: give
// each its own and no two of their blank nodes are ever equal. Labels and generated names come from
// different ranges, so _:b1 in a document never meets the first [].
//
// # The engine
//
// Turtle, N-Triples and N-Quads are parsed by github.com/knakk/rdf, and no other package knows of
// it. It is fast enough and reads plain documents well, but it has defects that matter when
// documents come from elsewhere. So a normaliser of ours stands in front of it and hands on only a
// plain subset: absolute IRIs, strings in double quotes on one line, blank nodes and punctuation.
// What that works round:
//
//   - 1..5 sends its lexer into an endless loop that cannot be cancelled. Numbers become quoted
//     literals, so its number lexer is never reached.
//   - A number, or the keyword a, at the end of a line is refused.
//   - Relative IRIs are glued to the base; here RFC 3986 resolves them.
//   - PREFIX and BASE are seen in names that only begin so, as in base:x; true and false likewise.
//   - Brackets and parentheses left open, a dot within parentheses and a comma at the end of the
//     document pass without an error; () as a subject, a line break within [ ], and [ :p :o ; ] do
//     not pass. Here a small recogniser of the grammar decides.
//   - In a blank node label with two dots in a row its lexer loses its place, and may never end.
//   - Generated blank nodes share their names with labelled ones, and start afresh in each document.
//   - Escapes of lone surrogates, blank node labels such as _::a, and invalid UTF-8 pass; a byte
//     order mark does not.
//   - An escape in an IRI followed by more hexadecimal digits is checked at the wrong place.
//   - Its errors show token types as numbers, and some have no line.
//   - Its lexer is a goroutine that waits for ever once nobody listens. It is starved and drained.
//   - An IRI without its > at the very end of the input makes that goroutine panic, which nobody can
//     recover: the process is gone. The engine sees whole tokens only, even when starved.
//
// RDF/XML has a reader of its own here, on encoding/xml, because the engine's loses data without an
// error: text after a comment or CDATA section, xml:lang on typed nodes, rdf:nodeID on typed nodes,
// the escapes of XML literals. It also refuses much that thesauri use: node elements within property
// elements, collections of anything but plain descriptions, and IRIs such as urn:uuid:1.
package rdf

import "strings"

// IRIs of the two vocabularies that the syntaxes themselves speak of.
const (
	rdfNS         = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	xmlNS         = "http://www.w3.org/XML/1998/namespace"
	xsdNS         = "http://www.w3.org/2001/XMLSchema#"
	rdfType       = rdfNS + "type"
	rdfNil        = rdfNS + "nil"
	rdfLangString = rdfNS + "langString"
	xsdString     = xsdNS + "string"
)

// Kind says what a Term is.
type Kind uint8

// The kinds of term.
const (
	IRI Kind = iota
	Blank
	Literal
)

// Term is an IRI, a blank node or a literal. Terms are comparable: equal terms are the same term.
type Term struct {
	Kind Kind
	// Value is the IRI, the label of the blank node without "_:", or the text of the literal.
	Value string
	// Lang is the language tag of a literal as written, else "".
	Lang string
	// Datatype is the datatype IRI of a literal, but "" for xsd:string and for text with a language.
	Datatype string
}

// String returns the term as N-Triples writes it.
func (t Term) String() string { return string(appendTerm(nil, t)) }

// Triple is one statement. The predicate is always an IRI, the subject never a literal.
type Triple struct{ Subject, Predicate, Object Term }

// String returns the triple as a line of N-Triples, without its line end.
func (t Triple) String() string {
	return strings.TrimSuffix(string(appendTriple(nil, t)), "\n")
}

// Format is a syntax that Decode reads.
type Format uint8

// The formats. Auto goes by the file name.
const (
	Auto Format = iota
	Turtle
	NTriples
	NQuads
	RDFXML
)

// String returns the name of the format as people write it.
func (f Format) String() string {
	switch f {
	case Turtle:
		return "Turtle"
	case NTriples:
		return "N-Triples"
	case NQuads:
		return "N-Quads"
	case RDFXML:
		return "RDF/XML"
	}
	return "unknown format"
}

// FormatOf returns the format that a file of this name holds, going by its ending; .gz is looked through.
func FormatOf(name string) (Format, bool) {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	for _, f := range []struct {
		ending string
		format Format
	}{
		{".ttl", Turtle}, {".nt", NTriples}, {".nq", NQuads},
		{".rdf", RDFXML}, {".xml", RDFXML}, {".owl", RDFXML},
	} {
		if strings.HasSuffix(name, f.ending) {
			return f.format, true
		}
	}
	return Auto, false
}
