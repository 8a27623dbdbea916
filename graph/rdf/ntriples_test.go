package rdf

import "testing"

func TestNTriples(t *testing.T) {
	checkReadings(t, Options{Format: NTriples}, []reading{
		{"a byte order mark is not text", "\ufeff<a:s> <a:p> <a:o> .", `<a:s> <a:p> <a:o> .`},
		{"space may be missing", `<a:s><a:p>"x"@en.#c`, `<a:s> <a:p> "x"@en .`},
		{"any line break does", "<a:s> <a:p> <a:o> .\r<a:s> <a:p> <a:o> .#c\r\n\n\t<a:s> <a:p> <a:o> .", `
			<a:s> <a:p> <a:o> .
			<a:s> <a:p> <a:o> .
			<a:s> <a:p> <a:o> .`},
		{"labels stay as they are", "_:b1 <a:p> _:x.y .", `_:b1 <a:p> _:x.y .`},
		{"escapes are resolved", `<a:\u00e90020> <a:p> "\u00e9\t\"\\\U0001F600" .`, `<a:é0020> <a:p> "é	\"\\😀" .`},
		{"datatypes", `<a:s> <a:p> "1"^^<` + xsdNS + `integer> . # one`, `<a:s> <a:p> "1"` + xsd + `integer> .`},
		{"xsd:string goes without saying", `<a:s> <a:p> ""^^<` + xsdString + `> .`, `<a:s> <a:p> "" .`},
		{"a document may be empty", "", ""},
	})
}

func TestNQuads(t *testing.T) {
	checkReadings(t, Options{Format: NQuads}, []reading{
		{"the graph is dropped", "<a:s> <a:p> \"x\"@en <a:g> .\n<a:s> <a:p> _:o _:g .\n<a:s> <a:p> <a:o> .", `
			<a:s> <a:p> "x"@en .
			<a:s> <a:p> _:o .
			<a:s> <a:p> <a:o> .`},
	})
}

func TestNTriplesErrors(t *testing.T) {
	const ok = "<a:s> <a:p> <a:o> .\n"
	checkRefusals(t, Options{Format: NTriples, Name: "v.nt"}, []refusal{
		{"a label cannot begin with a colon", ok + "_::a <a:p> <a:o> .", `v.nt:2:3: character ':' where the label of a blank node was expected`},
		{"nor hold one", ok + "_:a:b <a:p> <a:o> .", `v.nt:2:4: character ':' where a predicate was expected`},
		{"invalid UTF-8 has a line", ok + "<a:s> <a:p> \"ö\xff\" .", `v.nt:2:15: invalid UTF-8`},
		{"half a surrogate is no character", `<a:s> <a:p> "\uDFFF" .`, `v.nt:1:14: \uDFFF is not a character`},
		{"an IRI needs a scheme", `<s> <a:p> "x" .`, `v.nt:1:1: IRI <s> has no scheme`},
		{"a number does not hang", `<a:s> <a:p> 1..5 .`, `v.nt:1:13: character '1' where an object was expected`},
		{"nor after an object", `<a:s> <a:p> <a:o> 1..5 .`, `v.nt:1:19: character '1' where '.' was expected`},
		{"a statement ends in a dot", "<a:s> <a:p> \"x\"\n", `v.nt:1:16: character '\n' where '.' was expected`},
		{"and on its line", ok + "<a:s> <a:p> <a:o> . <a:s> <a:p> <a:o> .", `v.nt:2:21: character '<' where the end of the line was expected`},
		{"a graph belongs into N-Quads", "<a:s> <a:p> <a:o> <a:g> .", `v.nt:1:19: character '<' where '.' was expected`},
		{"no long strings", `<a:s> <a:p> """x""" .`, `v.nt:1:15: character '"' where '.' was expected`},
		{"no directives", "@prefix : <a:b> .", `v.nt:1:1: character '@' where a subject was expected`},
		{"the end comes early", "<a:s> <a:p>", `v.nt:1:12: the document ends where an object was expected`},
		{"JSON", `[{"@id":"a:s"}]`, `v.nt:1: this looks like JSON, not N-Triples`},
	})
}
