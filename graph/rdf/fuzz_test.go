package rdf

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// fuzz decodes a document and checks what must hold of every one: an answer within two seconds, errors
// of the known kinds, and triples that can be written and read again unchanged.
func fuzz(t *testing.T, in []byte, o Options) {
	o.MaxTriples, o.MaxLiteral, o.MaxBytes = 10_000, 1<<20, 1<<20
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	ts, err := Collect(ctx, bytes.NewReader(in), o)
	var syntax *SyntaxError
	switch {
	case ctx.Err() != nil:
		t.Fatal("took too long")
	case errors.As(err, &syntax):
		if syntax.Line == 0 || strings.HasPrefix(syntax.Message, "the parser failed") {
			t.Fatalf("a poor error: %v", err)
		}
	case err != nil && !errors.Is(err, ErrLimit) && !bytes.HasPrefix(in, []byte("\x1f\x8b")):
		t.Fatalf("an error of an unknown kind: %v", err)
	}
	if err != nil {
		return
	}
	again, err := Collect(t.Context(), bytes.NewReader(writeAll(t, ts)), Options{Format: NTriples})
	if err != nil || !slices.Equal(ts, again) {
		t.Fatalf("reads again as\n%s(%v), not\n%s", lineByLine(again), err, lineByLine(ts))
	}
}

func FuzzTurtle(f *testing.F) {
	for _, seed := range []string{
		`@prefix : <http://e/> . :s a :c ; :p 1, -.2e3, 1..5, true, "x"@en-GB, """y"z"""^^:d .`,
		"@base <http://e/a/b> .\nPREFIX x: <../c#>\n<> x:a\\,b [ x:p ( 1 [] () ) ; ] ; ; .",
		`_:a.b <a:p> _:a, '''it's''' . # end`,
		`<http://e/\u00e9\U0001F600> <a:p> "\uD800" .`,
		`[ <a:p> ( ( <a:o> ) [ <a:q> 1.5e0 ] ) ] .`,
		"\ufeff<a:s> <a:p> '\\'', 'a\\n' .", "<", "<a:s> <a:p> <", `<a:s> <a:p> "x"^^`, `<a:s> <a:p> "x"@`, "_:",
	} {
		f.Add([]byte(seed), "http://e/x/y")
		f.Add([]byte(seed), "")
	}
	f.Fuzz(func(t *testing.T, in []byte, base string) {
		if base != "" && checkTerm(Term{Kind: IRI, Value: base}) != "" {
			t.Skip("the base is no IRI")
		}
		fuzz(t, in, Options{Format: Turtle, Base: base, Document: "d"})
	})
}

func FuzzNTriples(f *testing.F) {
	for _, seed := range []string{
		"<a:s> <a:p> <a:o> .\r\n_:a <a:p> \"x\\u00e9\"@en-GB . # c\n", `<a:s><a:p>"1"^^<a:d>.`, "_:a.b <a:p> _:c..",
		"<a:s> <a:p> \"a\" <a:g> .\n", "<a:s> <a:p> 1..5 .", "<", "\"", "_:", `<a:s> <a:p> "\uDC00" .`, "\r\r\n#",
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, in []byte, quads bool) {
		o := Options{Format: NTriples}
		if quads {
			o.Format = NQuads
		}
		fuzz(t, in, o)
	})
}

func FuzzRDFXML(f *testing.F) {
	for _, seed := range []string{
		inRDF(`<e:T rdf:about="x" xml:lang="en"><e:p>a<!--c-->b</e:p><e:q rdf:resource="urn:x"/></e:T>`),
		inRDF(`<rdf:Description rdf:nodeID="a." e:p="v"><e:p rdf:parseType="Literal">&lt;<e:i x="1"/></e:p></rdf:Description>`),
		inRDF(`<rdf:Bag><rdf:li rdf:ID="i">1</rdf:li><rdf:li rdf:parseType="Collection"><e:T/></rdf:li></rdf:Bag>`),
		inRDF(`<e:T><e:p rdf:datatype="a:d">1</e:p><e:p rdf:parseType="Resource"><e:q/></e:p></e:T>`),
		`<!DOCTYPE rdf:RDF [<!ENTITY e "http://e/">]>` + inRDF(`<e:T rdf:about="&e;x"/>`),
		`<?xml version="1.0" encoding="ISO-8859-1"?><T xmlns="http://e/"><p>` + "\xe9" + `</p></T>`,
		"\xff\xfe<\x00a\x00/\x00>\x00", `<html>`, `{}`, `<T xmlns="a:" xml:base="../b#c"/>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		fuzz(t, in, Options{Format: RDFXML, Base: "http://e/x/y"})
	})
}

func FuzzDecodeTriples(f *testing.F) {
	iri := Term{Kind: IRI, Value: "a:x"}
	for _, ts := range [][]Triple{
		nil,
		{{iri, iri, iri}},
		{{Term{Kind: Blank, Value: "b"}, iri, Term{Kind: Literal, Value: "x", Lang: "en"}}, {iri, iri, Term{Kind: Literal, Datatype: "a:d"}}},
	} {
		encoded := EncodeTriples(ts)
		f.Add(encoded[:len(encoded)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = DecodeTriples(body) // must not panic
		ts, err := DecodeTriples(seal(body))
		if err != nil {
			return
		}
		again, err := DecodeTriples(EncodeTriples(ts))
		if err != nil || !slices.Equal(ts, again) {
			t.Fatalf("%v becomes %v (%v)", ts, again, err)
		}
	})
}
