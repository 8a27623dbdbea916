package rdf

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// inRDF puts node elements into a document.
func inRDF(nodes string) string {
	return `<rdf:RDF xmlns:rdf="` + rdfNS + `" xmlns:e="http://e/">` + nodes + `</rdf:RDF>`
}

func TestRDFXML(t *testing.T) {
	s := func(content string) string {
		return inRDF(`<rdf:Description rdf:about="http://e/s">` + content + `</rdf:Description>`)
	}
	text, err := charmap.ISO8859_1.NewEncoder().String(`<?xml version="1.0" encoding="ISO-8859-1"?>` + s(`<e:p>é</e:p>`))
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(`<?xml version="1.0" encoding="UTF-16"?>` + s(`<e:p>é</e:p>`))
	if err != nil {
		t.Fatal(err)
	}
	checkReadings(t, Options{Format: RDFXML, Base: "http://e/x/y"}, []reading{
		{"a byte order mark is not text", "\ufeff" + s(`<e:p>a</e:p>`), `<http://e/s> <http://e/p> "a" .`},
		{"Latin-1", text, `<http://e/s> <http://e/p> "é" .`},
		{"UTF-16", wide, `<http://e/s> <http://e/p> "é" .`},
		{"entities of the document's own", `<!DOCTYPE rdf:RDF [
			<!ENTITY e "http://e/"> <!ENTITY d '&e;d&#x2F;'> <!ENTITY % p "x"> <!ENTITY out SYSTEM "http://e/out">
		]>` + s(`<e:p rdf:resource="&d;o"/><e:p>&e;&amp;</e:p>`), `
			<http://e/s> <http://e/p> <http://e/d/o> .
			<http://e/s> <http://e/p> "http://e/&" .`},
		{"one node may be the root", `<e:T xmlns:e="http://e/"><e:p>a</e:p></e:T>`, `
			_:b1 <` + rdfType + `> <http://e/T> .
			_:b1 <http://e/p> "a" .`},
		{"nodes within properties", s(`<e:p><rdf:Description rdf:about="o"><e:q>x</e:q></rdf:Description></e:p>
			<e:p><e:T rdf:about="http://e/o" e:r="1"/></e:p><e:p><e:T/></e:p>`), `
			<http://e/x/o> <http://e/q> "x" .
			<http://e/s> <http://e/p> <http://e/x/o> .
			<http://e/o> <` + rdfType + `> <http://e/T> .
			<http://e/o> <http://e/r> "1" .
			<http://e/s> <http://e/p> <http://e/o> .
			_:b1 <` + rdfType + `> <http://e/T> .
			<http://e/s> <http://e/p> _:b1 .`},
		{"text goes on after comments and CDATA", s(`<e:p>a<!-- no -->b<![CDATA[<c>]]><?no no?>d</e:p>`), `<http://e/s> <http://e/p> "ab<c>d" .`},
		{"language is inherited, and ended by an empty one", inRDF(`<e:T rdf:about="a:s" xml:lang="en"><e:p>a</e:p><e:p xml:lang="">b</e:p></e:T>`), `
			<a:s> <` + rdfType + `> <http://e/T> .
			<a:s> <http://e/p> "a"@en .
			<a:s> <http://e/p> "b" .`},
		{"a datatype wins over a language", inRDF(`<rdf:Description rdf:about="a:s" xml:lang="en"><e:p rdf:datatype="` + xsdNS + `int">1</e:p></rdf:Description>`),
			`<a:s> <http://e/p> "1"` + xsd + `int> .`},
		{"any scheme will do", s(`<e:p rdf:resource="urn:uuid:1"/>`), `<http://e/s> <http://e/p> <urn:uuid:1> .`},
		{"labels do not meet generated names", inRDF(`<rdf:Description rdf:nodeID="b1"><e:p><rdf:Description/></e:p><e:p rdf:nodeID="x."/></rdf:Description>`), `
			_:nb1 <http://e/p> _:b1 .
			_:nb1 <http://e/p> _:nx._ .`},
		{"collections of any nodes", s(`<e:p rdf:parseType="Collection"><e:T rdf:about="a:x"/><rdf:Description/></e:p><e:p rdf:parseType="Collection"/>`), `
			<http://e/s> <http://e/p> _:b1 .
			<a:x> <` + rdfType + `> <http://e/T> .
			_:b1 <` + rdfNS + `first> <a:x> .
			_:b1 <` + rdfNS + `rest> _:b2 .
			_:b2 <` + rdfNS + `first> _:b3 .
			_:b2 <` + rdfNS + `rest> <` + rdfNil + `> .
			<http://e/s> <http://e/p> <` + rdfNil + `> .`},
		{"an XML literal keeps its escapes and namespaces", s(`<e:p rdf:parseType="Literal">a &lt; b <e:i e:x="&quot;"/></e:p>`),
			`<http://e/s> <http://e/p> "a &lt; b <e:i xmlns:e=\"http://e/\" e:x=\"&quot;\"></e:i>"^^<` + rdfNS + `XMLLiteral> .`},
		{"a statement with an ID is described", s(`<e:p rdf:ID="st" rdf:resource="a:o"/>`), `
			<http://e/s> <http://e/p> <a:o> .
			<http://e/x/y#st> <` + rdfType + `> <` + rdfNS + `Statement> .
			<http://e/x/y#st> <` + rdfNS + `subject> <http://e/s> .
			<http://e/x/y#st> <` + rdfNS + `predicate> <http://e/p> .
			<http://e/x/y#st> <` + rdfNS + `object> <a:o> .`},
		{"xml:base may change", `<rdf:RDF xmlns:rdf="` + rdfNS + `" xmlns:e="http://e/" xml:base="../z/"><rdf:Description rdf:ID="i" e:p="1"/></rdf:RDF>`,
			`<http://e/z/#i> <http://e/p> "1" .`},
	})
}

func TestRDFXMLErrors(t *testing.T) {
	node := `<rdf:Description rdf:about="a:s">`
	checkRefusals(t, Options{Format: RDFXML, Name: "v.rdf"}, []refusal{
		{"a page is no vocabulary", "\n<!DOCTYPE HTML><html><body>", `v.rdf:1: this looks like an HTML page (a login page?)`},
		{"nor without a doctype", `<html lang="en">`, `v.rdf:1: this looks like an HTML page (a login page?)`},
		{"nor as XHTML", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`, `v.rdf:1: this looks like an HTML page (a login page?)`},
		{"nor is JSON", `{"a":1}`, `v.rdf:1: this looks like JSON, not RDF/XML`},
		{"nor an empty document", ` `, `v.rdf:1:2: the document holds no element`},
		{"nor just any XML", `<catalog><item/></catalog>`, `v.rdf:1:1: the root element is <catalog>, not rdf:RDF`},
		{"nor plain text", "not found", `v.rdf:1:1: text beginning with 'n' where only elements may stand`},
		{"an unclosed element has a line", "<?xml version=\"1.0\"?>\n" + strings.TrimSuffix(inRDF("\n"+node), "</rdf:RDF>"), `v.rdf:3:34: the document ends before </Description>`},
		{"elements close in turn", inRDF(node + "\n</e:p>"), `v.rdf:2:1: </p> where </Description> was expected`},
		{"a prefix must be declared", inRDF("\n<x:T/>"), `v.rdf:2:1: namespace prefix x is not declared`},
		{"an IRI needs a scheme or a base", inRDF("\n<e:T rdf:about='s'/>"), `v.rdf:2:1: IRI <s> has no scheme`},
		{"an IRI has no spaces", inRDF("\n<e:T rdf:about='a:s t'/>"), `v.rdf:2:1: character ' ' is not allowed in an IRI`},
		{"text belongs into properties", inRDF(node + "\nx</rdf:Description>"), `v.rdf:2:1: text beginning with 'x' where only elements may stand`},
		{"external entities are not fetched", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + "\n" + inRDF("<e:T>&x;</e:T>"), `v.rdf:2: invalid character entity &x;`},
		{"an entity cannot hold itself", `<!DOCTYPE a [<!ENTITY x "&x;">]>` + inRDF(""), `v.rdf:1:1: entity x: &x; is not declared before it`},
		{"invalid UTF-8 has a line", inRDF("\n<e:T e:p='\xff'/>"), `v.rdf:2: invalid UTF-8`},
		{"even in a comment", inRDF("\n<!-- \xff -->"), `v.rdf:2:1: invalid UTF-8`},
		{"an unknown encoding", `<?xml version="1.0" encoding="klingon"?>` + inRDF(""), `v.rdf:1: encoding klingon is not known here`},
		{"another version of XML", "<?xml version='1.1'?>" + inRDF(""), `v.rdf:1:1: unsupported version "1.1"; only version 1.0 is supported`},
		{"an ID comes once", inRDF("<e:T xml:base='a:b' rdf:ID='i'/>\n<e:T xml:base='a:b' rdf:ID='i'/>"), `v.rdf:2:1: rdf:ID "i" is used twice`},
		{"a language has no underscore", inRDF("\n<e:T xml:lang='en_US'/>"), `v.rdf:2:1: "en_US" is no language tag`},
	})
}

func TestRDFXMLEntitiesAreBounded(t *testing.T) {
	var doctype strings.Builder
	doctype.WriteString(`<!DOCTYPE a [<!ENTITY x0 "ha">`)
	for i := range 30 {
		fmt.Fprintf(&doctype, `<!ENTITY x%d "&x%d;&x%d;">`, i+1, i, i)
	}
	one := `<!DOCTYPE a [<!ENTITY x "` + strings.Repeat("x", 8000) + `">]>`
	for name, in := range map[string]string{
		"entities that double": doctype.String() + "]>" + inRDF("<e:T>&x30;</e:T>"),
		"one used often":       one + inRDF(`<e:T><e:p>`+strings.Repeat("&x;", 1_000_000)+`</e:p></e:T>`),
		"in an attribute":      one + inRDF(`<e:T e:p="`+strings.Repeat("&x;", 1_000_000)+`"/>`),
	} {
		checkLimit(t, name, in, Options{Format: RDFXML})
	}
	var attrs, spaces strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&attrs, ` e:a%d=""`, i)
	}
	checkLimit(t, "attributes", inRDF("<e:T"+attrs.String()+"/>"), Options{Format: RDFXML})
	for i := range 240 {
		fmt.Fprintf(&spaces, `<e:T xmlns:a%[1]d="a:" xmlns:b%[1]d="a:" xmlns:c%[1]d="a:" xmlns:d%[1]d="a:" xmlns:f%[1]d="a:"><e:p>`, i)
	}
	checkLimit(t, "namespaces", inRDF(spaces.String()), Options{Format: RDFXML, MaxTriples: 100_000})
	deep := strings.Repeat("<e:T><e:p>", 1_000_000)
	checkLimit(t, "nesting", inRDF(deep)[:len(deep)], Options{Format: RDFXML})
	checkLimit(t, "nesting in a literal", inRDF(`<e:T><e:p rdf:parseType="Literal">` + deep)[:len(deep)], Options{Format: RDFXML})
}
