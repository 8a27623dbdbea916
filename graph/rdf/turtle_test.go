package rdf

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A reading is a document and the N-Triples it amounts to, blank nodes named as Decode names them.
type reading struct{ name, in, want string }

// checkReadings decodes each document and compares.
func checkReadings(t *testing.T, o Options, tests []reading) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Collect(t.Context(), strings.NewReader(test.in), o)
			if err != nil {
				t.Fatal(err)
			}
			var want strings.Builder
			for line := range strings.Lines(strings.TrimSpace(test.want)) {
				want.WriteString("\t" + strings.TrimSpace(line) + "\n")
			}
			if diff := cmp.Diff(want.String(), lineByLine(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// A refusal is a document and the error it must lead to.
type refusal struct{ name, in, want string }

func checkRefusals(t *testing.T, o Options, tests []refusal) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			got, err := Collect(t.Context(), strings.NewReader(test.in), o)
			if err == nil {
				t.Fatalf("accepted:\n%s", lineByLine(got))
			}
			if err.Error() != test.want {
				t.Errorf("\n got %s\nwant %s", err, test.want)
			}
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("took %s", d)
			}
		})
	}
}

const xsd = "^^<" + xsdNS

func TestTurtle(t *testing.T) {
	const p = "@prefix : <http://e/> .\n"
	checkReadings(t, Options{Format: Turtle, Base: "http://e/x/y"}, []reading{
		{"a byte order mark is not text", "\ufeff<http://e/s> <http://e/p> <http://e/o> .", `<http://e/s> <http://e/p> <http://e/o> .`},
		{"a number may end its line", p + ":s :p 1\n.", `<http://e/s> <http://e/p> "1"` + xsd + `integer> .`},
		{"a number may stand before a tab", p + ":s :p 1\t.", `<http://e/s> <http://e/p> "1"` + xsd + `integer> .`},
		{"a number may stand before a comment", p + ":s :p 1#one\n.", `<http://e/s> <http://e/p> "1"` + xsd + `integer> .`},
		{"a dot after digits ends the statement", p + ":s :p 1.", `<http://e/s> <http://e/p> "1"` + xsd + `integer> .`},
		{"a number keeps its digits", p + ":s :p +01.50, -.2e3, 5.E0, 1e-7 .", `
			<http://e/s> <http://e/p> "+01.50"` + xsd + `decimal> .
			<http://e/s> <http://e/p> "-.2e3"` + xsd + `double> .
			<http://e/s> <http://e/p> "5.E0"` + xsd + `double> .
			<http://e/s> <http://e/p> "1e-7"` + xsd + `double> .`},
		{"a keyword may end its line", p + ":s a\n:o ; :p true\n, false.", `
			<http://e/s> <` + rdfType + `> <http://e/o> .
			<http://e/s> <http://e/p> "true"` + xsd + `boolean> .
			<http://e/s> <http://e/p> "false"` + xsd + `boolean> .`},
		{"names may begin like keywords", "PREFIX base: <http://e/> PREFIX prefix: <http://f/> PREFIX true: <http://t/> base:a prefix:true true:b .",
			`<http://e/a> <http://f/true> <http://t/b> .`},
		{"a relative IRI is resolved, not glued", "<a> <../b> <?q>, <#f>, <//h/i>, <> .", `
			<http://e/x/a> <http://e/b> <http://e/x/y?q> .
			<http://e/x/a> <http://e/b> <http://e/x/y#f> .
			<http://e/x/a> <http://e/b> <http://h/i> .
			<http://e/x/a> <http://e/b> <http://e/x/y> .`},
		{"a base may be relative to the one before", "@base <z/> . BASE <w/>\n<a> <a> <a> .",
			`<http://e/x/z/w/a> <http://e/x/z/w/a> <http://e/x/z/w/a> .`},
		{"a prefix may be the base", "@base <http://zbw.eu/stw/> . @prefix stw: <> . @prefix d: <descriptor/> . stw:a d:b stw: .",
			`<http://zbw.eu/stw/a> <http://zbw.eu/stw/descriptor/b> <http://zbw.eu/stw/> .`},
		{"a prefix may be declared anew", p + ":a :a :a . @prefix : <http://f/> . :a :a :a .", `
			<http://e/a> <http://e/a> <http://e/a> .
			<http://f/a> <http://f/a> <http://f/a> .`},
		{"an absolute IRI stays as written", "<http://e/a/../b> <urn:x:p> <mailto:a@b> .", `<http://e/a/../b> <urn:x:p> <mailto:a@b> .`},
		{"labels do not meet generated names", p + "[] :p _:b1 . _:b1 :p [] .", `
			_:b1 <http://e/p> _:nb1 .
			_:nb1 <http://e/p> _:b2 .`},
		{"a label may hold dots but not end in one", p + "_:a.b :p _:c.", `_:na.b <http://e/p> _:nc .`},
		{"an escape in an IRI may have hexadecimal digits after it", `<http://e/\u00e90020> <http://e/p> "\u00e90020" .`,
			`<http://e/é0020> <http://e/p> "é0020" .`},
		{"a name may hold escapes, percent signs and dots", p + `:a.b\,c\. :%41.\~ :p:q.`, `<http://e/a.b,c.> <http://e/%41.~> <http://e/p:q> .`},
		{"empty brackets may hold space and comments", p + "[ # none\n\t] :p (\n) .", `_:b1 <http://e/p> <` + rdfNil + `> .`},
		{"the empty list may be a subject", p + "() :p () .", `<` + rdfNil + `> <http://e/p> <` + rdfNil + `> .`},
		{"semicolons may be idle", p + ":s :p 1 ;; :q [ :r 2 ; ] ; .", `
			<http://e/s> <http://e/p> "1"` + xsd + `integer> .
			<http://e/s> <http://e/q> _:b1 .
			_:b1 <http://e/r> "2"` + xsd + `integer> .`},
		{"brackets may be a whole statement", p + "[ :p [ :q :o ] ] .", `
			_:b1 <http://e/p> _:b2 .
			_:b2 <http://e/q> <http://e/o> .`},
		{"text may have any quotes and lines", p + `:s :p 'a"b', "a'b", '''a
'b''', """x\\""", "" .`, `
			<http://e/s> <http://e/p> "a\"b" .
			<http://e/s> <http://e/p> "a'b" .
			<http://e/s> <http://e/p> "a\n'b" .
			<http://e/s> <http://e/p> "x\\" .
			<http://e/s> <http://e/p> "" .`},
		{"language and datatype may stand apart", p + `:s :p "a" @en-GB , "b" # why
 ^^ :d , "c"^^<d> .`, `
			<http://e/s> <http://e/p> "a"@en-GB .
			<http://e/s> <http://e/p> "b"^^<http://e/d> .
			<http://e/s> <http://e/p> "c"^^<http://e/x/d> .`},
		{"xsd:string goes without saying", `<http://e/s> <http://e/p> "a"^^<` + xsdString + `> .`, `<http://e/s> <http://e/p> "a" .`},
		{"a document may be empty", " # nothing\n", ""},
	})
}

func TestTurtleErrors(t *testing.T) {
	const p = "@prefix : <http://e/> .\n"
	checkRefusals(t, Options{Format: Turtle, Name: "t.ttl"}, []refusal{
		{"two dots in a number do not hang", p + ":s :p 1..5 .", `t.ttl:2:9: found .5 where a subject was expected`},
		{"nor with an exponent", p + ":s :p 1..5e3 .", `t.ttl:2:9: found .5e3 where a subject was expected`},
		{"a sign is no number", p + ":s :p + .", `t.ttl:2:7: character '+' where an object was expected`},
		{"invalid UTF-8 has a line", p + ":s :p \"é\xff\" .", `t.ttl:2:9: invalid UTF-8`},
		{"so has UTF-16", "\xff\xfea\x00", `t.ttl:1:1: Turtle must be UTF-8, and this is UTF-16`},
		{"half a surrogate is no character", p + `:s :p "\uD800" .`, `t.ttl:2:8: \uD800 is not a character`},
		{"nor is what lies past Unicode", p + `:s :p "\U00110000" .`, `t.ttl:2:8: \U00110000 is not a character`},
		{"nor are two halves", `<http://e/\uD83D\uDE00> <a:b> <a:c> .`, `t.ttl:1:11: \uD83D is not a character`},
		{"a label cannot begin with a colon", p + "_::a :p :o .", `t.ttl:2:3: character ':' where the label of a blank node was expected`},
		{"a label ends at a colon", p + "_:a:b :p :o .", `t.ttl:2:10: found :o where ',', ';' or the end of the statement was expected`},
		{"an IRI needs a scheme or a base", "<a> <b:p> <c:o> .", `t.ttl:1:1: IRI <a> has no scheme, and there is no base to resolve it against`},
		{"an IRI has no spaces", "<http://e/a b> <b:p> <c:o> .", `t.ttl:1:12: character ' ' is not allowed in an IRI`},
		{"not even escaped", `<http://e/a\u0020b> <b:p> <c:o> .`, `t.ttl:1:12: character ' ' is not allowed in an IRI, nor as an escape`},
		{"an IRI must close", "<http://e/a", `t.ttl:1:1: an IRI begins here and is not closed by >`},
		{"a string must close", p + `:s :p """a` + "\n\n", `t.ttl:2:7: a string begins here and is not closed by """`},
		{"on its line", p + ":s :p \"a\n\" .", `t.ttl:2:7: a string begins here and the line ends before its closing quote`},
		{"a prefix must be declared", p + ":s x:p :o .", `t.ttl:2:4: prefix x: is not declared`},
		{"a list must close", p + ":s :p ( :a", `t.ttl:2:11: the document ends in the middle of a statement: an item or ')' was expected`},
		{"brackets must close", p + ":s :p [", `t.ttl:2:8: the document ends in the middle of a statement: a predicate was expected`},
		{"with their own kind", p + ":s :p ( :a ] .", `t.ttl:2:12: found ] where an item or ')' was expected`},
		{"nothing may follow a comma but an object", p + ":s :p :o ,", `t.ttl:2:11: the document ends in the middle of a statement: an object was expected`},
		{"a list holds no dot", p + ":s :p ( :a . :b ) .", `t.ttl:2:12: found . where an item or ')' was expected`},
		{"nor does a bracket", p + ":s :p [ :q :r . ] .", `t.ttl:2:15: found . where ',', ';' or the end of the statement was expected`},
		{"a dot is missing", p + ":s :p :o\n:t :p :o .", `t.ttl:3:1: found :t where ',', ';' or the end of the statement was expected`},
		{"text is no subject", p + `"s" :p :o .`, `t.ttl:2:1: found "s" where a subject was expected`},
		{"nor a predicate", p + `:s "p" :o .`, `t.ttl:2:4: found "p" where a predicate was expected`},
		{"a is only a predicate", p + `:s :p a .`, `t.ttl:2:7: found a where an object was expected`},
		{"a directive stands between statements", p + `:s :p @prefix`, `t.ttl:2:7: found @prefix where an object was expected`},
		{"an unknown directive", `@foo <a:b> .`, `t.ttl:1:1: found @foo where a subject was expected`},
		{"a directive ends in a dot", "@base <http://e/>\n<a> <b> <c> .", `t.ttl:2:1: character '<' where '.' at the end of @base was expected`},
		{"a word needs quotes or a prefix", p + ":s :p apple .", `t.ttl:2:7: found apple where an object was expected`},
		{"a language has no underscore", p + `:s :p "a"@en_US .`, `t.ttl:2:13: a language tag cannot go on with '_'`},
		{"columns count characters, lines go on after text of several", p + ":s :p \"\"\"ä\nö\"\"\", é .", `t.ttl:3:7: found é where an object was expected`},
		{"a percent sign needs digits", p + `:s :p :a%4 .`, `t.ttl:2:9: % in a name must be followed by two hexadecimal digits`},
		{"a backslash needs punctuation", p + `:s :p :a\n .`, `t.ttl:2:9: \ in a name must be followed by a punctuation character`},
		{"a page is no vocabulary", "<!DOCTYPE html>\n<html>", `t.ttl:1: this looks like an HTML page (a login page?)`},
		{"nor is JSON", ` {"a":1}`, `t.ttl:1: this looks like JSON, not Turtle`},
	})
}

// TestTurtleNesting compares random brackets and lists with the triples they stand for.
func TestTurtleNesting(t *testing.T) {
	for seed := range uint64(300) {
		w := nester{r: rand.New(rand.NewPCG(seed, 1))}
		for range 1 + w.r.IntN(4) {
			w.statement()
		}
		got, err := Collect(t.Context(), strings.NewReader(w.text.String()), Options{Format: Turtle})
		if err != nil {
			t.Fatalf("%v in\n%s", err, w.text.String())
		}
		if !isomorphic(got, w.triples) {
			t.Fatalf("%s\ngot\n%swant\n%s", w.text.String(), lineByLine(got), lineByLine(w.triples))
		}
	}
}

// A nester writes Turtle and notes what it means.
type nester struct {
	r       *rand.Rand
	text    strings.Builder
	triples []Triple
	blanks  int
}

func (w *nester) space() {
	w.text.WriteString([]string{" ", "\n", "\t", " # :x ( [ \"\n"}[w.r.IntN(4)])
}

func (w *nester) put(s string) { w.text.WriteString(s); w.space() }

func (w *nester) blank() Term {
	w.blanks++
	return Term{Kind: Blank, Value: fmt.Sprint("w", w.blanks)}
}

func (w *nester) iri() Term {
	t := Term{Kind: IRI, Value: fmt.Sprint("http://e/", w.r.IntN(5))}
	w.put(t.String())
	return t
}

func (w *nester) state(s Term, p string, o Term) {
	w.triples = append(w.triples, Triple{s, Term{Kind: IRI, Value: p}, o})
}

func (w *nester) statement() {
	switch w.r.IntN(4) {
	case 0:
		w.predicates(w.list(0), 0)
	case 1:
		s := w.brackets(0)
		if w.r.IntN(2) == 0 {
			w.predicates(s, 0)
		}
	default:
		w.predicates(w.iri(), 0)
	}
	w.put(".")
}

func (w *nester) predicates(s Term, depth int) {
	for i := range 1 + w.r.IntN(3) {
		if i > 0 {
			w.put(";")
		}
		p := w.iri()
		for j := range 1 + w.r.IntN(2) {
			if j > 0 {
				w.put(",")
			}
			w.state(s, p.Value, w.object(depth))
		}
	}
	if w.r.IntN(3) == 0 {
		w.put(";")
	}
}

func (w *nester) object(depth int) Term {
	if depth < 4 {
		switch w.r.IntN(4) {
		case 0:
			return w.list(depth + 1)
		case 1:
			return w.brackets(depth + 1)
		}
	}
	if w.r.IntN(2) == 0 {
		n := fmt.Sprint(w.r.IntN(9))
		w.put(n)
		return Term{Kind: Literal, Value: n, Datatype: xsdNS + "integer"}
	}
	return w.iri()
}

func (w *nester) brackets(depth int) Term {
	b := w.blank()
	w.put("[")
	if depth > 0 && w.r.IntN(3) == 0 {
		w.put("]")
		return b
	}
	w.predicates(b, depth)
	w.put("]")
	return b
}

func (w *nester) list(depth int) Term {
	w.put("(")
	head := Term{Kind: IRI, Value: rdfNil}
	var last Term
	for range w.r.IntN(4) {
		cell := w.blank()
		if last == (Term{}) {
			head = cell
		} else {
			w.state(last, rdfNS+"rest", cell)
		}
		last = cell
		w.state(cell, rdfNS+"first", w.object(depth))
	}
	if last != (Term{}) {
		w.state(last, rdfNS+"rest", Term{Kind: IRI, Value: rdfNil})
	}
	w.put(")")
	return head
}
