package rdf

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"
)

func TestFormatOf(t *testing.T) {
	tests := []struct {
		name string
		want Format
		ok   bool
	}{
		{"a.ttl", Turtle, true}, {"A.TTL.GZ", Turtle, true}, {"a.nt", NTriples, true}, {"a.nq.gz", NQuads, true},
		{"a.rdf", RDFXML, true}, {"a.xml", RDFXML, true}, {"dir.ttl/a.owl", RDFXML, true},
		{"a.gz", Auto, false}, {"ttl", Auto, false}, {"a.json", Auto, false}, {"", Auto, false},
	}
	for _, test := range tests {
		if got, ok := FormatOf(test.name); got != test.want || ok != test.ok {
			t.Errorf("FormatOf(%q) = %v, %v; want %v, %v", test.name, got, ok, test.want, test.ok)
		}
	}
}

// checkLimit wants a document to end in ErrLimit soon.
func checkLimit(t *testing.T, name, in string, o Options) {
	t.Helper()
	start := time.Now()
	err := Decode(t.Context(), strings.NewReader(in), o, func(Triple) error { return nil })
	if !errors.Is(err, ErrLimit) {
		t.Errorf("%s: got %v, want ErrLimit", name, err)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("%s: took %s", name, d)
	}
}

func TestLimits(t *testing.T) {
	for _, test := range []struct {
		format Format
		in     string
	}{
		{Turtle, `<a:s> <a:p> "1234567890" .` + "\n" + `<a:s> <a:p> "2" .`},
		{NTriples, `<a:s> <a:p> "1234567890" .` + "\n" + `<a:s> <a:p> "2" .`},
		{NQuads, `<a:s> <a:p> "1234567890" <a:g> .` + "\n" + `<a:s> <a:p> "2" .`},
		{RDFXML, inRDF(`<rdf:Description rdf:about="a:s"><e:p>1234567890</e:p><e:p e:q="2"/></rdf:Description>`)},
	} {
		n := int64(len(test.in))
		if _, err := Collect(t.Context(), strings.NewReader(test.in), Options{Format: test.format, MaxBytes: n, MaxTriples: 3}); err != nil {
			t.Errorf("%v within its limits: %v", test.format, err)
		}
		name := test.format.String()
		checkLimit(t, name+" bytes", test.in, Options{Format: test.format, MaxBytes: n - 1})
		checkLimit(t, name+" triples", test.in, Options{Format: test.format, MaxTriples: 1})
		checkLimit(t, name+" literal", test.in, Options{Format: test.format, MaxLiteral: 9})
	}
	checkLimit(t, "a line without end", strings.Repeat(" ", 1<<20), Options{Format: NTriples, MaxLiteral: 100})
	checkLimit(t, "brackets", strings.Repeat("[<a:p>", 1<<20), Options{Format: Turtle})
	checkLimit(t, "packed", string(pack(strings.Repeat("# nothing\n", 1<<20))), Options{Format: Turtle, MaxBytes: 1 << 20})
}

func TestBlankNodesOfTwoDocuments(t *testing.T) {
	const in = "_:a <a:p> [] ."
	seen := make(map[string]string)
	for _, document := range []string{"", "a", "ab", "a-b", "a_b", "https://e/v?x=1", "a.", "é"} {
		ts, err := Collect(t.Context(), strings.NewReader(in), Options{Format: Turtle, Document: document})
		if err != nil {
			t.Fatal(err)
		}
		for _, term := range []Term{ts[0].Subject, ts[0].Object} {
			if other, ok := seen[term.Value]; ok {
				t.Errorf("documents %q and %q share %s", document, other, term)
			}
			seen[term.Value] = document
			if !isLabel(term.Value) {
				t.Errorf("document %q: %q is no label", document, term.Value)
			}
		}
	}
}

// endless gives the same line for ever.
type endless struct{ line string }

func (e endless) Read(p []byte) (int, error) { return copy(p, e.line), nil }

func TestDecodeEndsWithItsCaller(t *testing.T) {
	defer goleak.VerifyNone(t)
	stop := errors.New("enough")
	for _, f := range []Format{NTriples, NQuads, RDFXML} {
		in := endless{"<a:s> <a:p> <a:o> .\n"}
		if f == RDFXML {
			in.line = "<e:p>x</e:p>\n"
		}
		r := io.MultiReader(strings.NewReader(map[bool]string{true: `<e:T xmlns:e="http://e/">`}[f == RDFXML]), in)
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		err := Decode(ctx, r, Options{Format: f}, func(Triple) error {
			if n++; n == 1000 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || n > 1300 {
			t.Errorf("%v: got %v after %d triples, want a cancelled context soon after 1000", f, err, n)
		}
		err = Decode(t.Context(), r, Options{Format: f}, func(Triple) error { return stop })
		if f != RDFXML && err != stop {
			t.Errorf("%v: got %v, want what yield returned", f, err)
		}
	}
	for range 50 {
		document := strings.Repeat("<a:s> <a:p> 1, 2 .\n", 1000)
		if err := Decode(t.Context(), strings.NewReader(document), Options{Format: Turtle}, func(Triple) error { return stop }); err != stop {
			t.Errorf("Turtle: got %v, want what yield returned", err)
		}
		if _, err := Collect(t.Context(), strings.NewReader(document+"]"), Options{Format: Turtle}); err == nil {
			t.Error("Turtle: a stray bracket is accepted")
		}
	}
}

func TestDecodeEndsWhenYieldPanics(t *testing.T) {
	defer goleak.VerifyNone(t)
	defer func() {
		if recover() == nil {
			t.Error("the panic is lost")
		}
	}()
	in := strings.NewReader(strings.Repeat("<a:s> <a:p> <a:o> .\n", 1000))
	_ = Decode(t.Context(), in, Options{Format: Turtle}, func(Triple) error { panic("mine") })
}

func TestErrorsOfTheReader(t *testing.T) {
	broken := errors.New("the wire is cut")
	for _, f := range []Format{Turtle, NTriples, NQuads, RDFXML} {
		for _, in := range []string{"", "<", "<a:s> <a:p> <a:o> .\n"} {
			r := io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken))
			_, err := Collect(t.Context(), r, Options{Format: f, Name: "v"})
			if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "v: ") {
				t.Errorf("%v after %q: got %v", f, in, err)
			}
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{{}, {Name: "a.json"}, {Format: 99}, {Format: Turtle, Base: "x/y"}, {Format: Turtle, Base: "a:\xff"}, {Format: Turtle, Base: strings.Repeat("\x80", 99)}} {
		if _, err := Collect(t.Context(), strings.NewReader(""), o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}

func pack(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // to memory
	_ = w.Close()
	return b.Bytes()
}

func TestFiles(t *testing.T) {
	const text = "<a:s> <a:p> <a:o> .\n"
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"plain.ttl": []byte(text), "packed.nt.gz": pack(text), "packed.ttl": pack(text), "plain.nq.gz": []byte(text), "empty.ttl": nil,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		n := 0
		if err := DecodeFile(t.Context(), path, Options{}, func(Triple) error { n++; return nil }); err != nil || n != min(len(content), 1) {
			t.Errorf("%s: %d triples, %v", name, n, err)
		}
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || len(content) > 0 && string(got) != text {
			t.Errorf("Open(%s) reads %q, %v", name, got, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := DecodeFile(t.Context(), filepath.Join(dir, "none.ttl"), Options{}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	short := pack(strings.Repeat(text, 1000))
	if _, err := Collect(t.Context(), bytes.NewReader(short[:len(short)-9]), Options{Format: Turtle}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file cut short: %v", err)
	}
}

func ExampleDecode() {
	taxonomy := `@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<apple> a skos:Concept ; skos:prefLabel "apple"@en .`
	o := Options{Format: Turtle, Base: "https://voc.example/"}
	err := Decode(context.Background(), strings.NewReader(taxonomy), o, func(t Triple) error {
		fmt.Println(t.Object)
		return nil
	})
	fmt.Println(err)
	// Output:
	// <http://www.w3.org/2004/02/skos/core#Concept>
	// "apple"@en
	// <nil>
}

func ExampleSyntaxError() {
	_, err := Collect(context.Background(), strings.NewReader("<a:s> <a:p> <a:o>\n<a:s> <a:p> <a:o> ."), Options{Name: "taxonomy.ttl"})
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		fmt.Println(err)
		fmt.Println(syntax.Hint)
	}
	// Output:
	// taxonomy.ttl:2:1: found <a:s> where ',', ';' or the end of the statement was expected
	// is a '.' or ';' missing before it?
}
