package rdf

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gonum "gonum.org/v1/gonum/graph/formats/rdf"
)

// expectedFailures lists, by suite, the tests of the W3C that we do not pass. A test listed here that
// passes fails the run as well, so that the list stays true.
var expectedFailures = map[string][]string{
	"rdf-turtle":    nil,
	"rdf-n-triples": nil,
	"rdf-xml":       nil,
}

func TestW3CTurtle(t *testing.T)   { runSuite(t, "rdf-turtle", Turtle, 313) }
func TestW3CNTriples(t *testing.T) { runSuite(t, "rdf-n-triples", NTriples, 70) }
func TestW3CRDFXML(t *testing.T)   { runSuite(t, "rdf-xml", RDFXML, 166) }

const (
	manifestNS = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
	testNS     = "http://www.w3.org/ns/rdftest#"
	suiteBase  = "https://w3c.github.io/rdf-tests/rdf/rdf11/"
)

// realData returns a folder below $SEMDEX_REAL_DATA, or skips the test.
func realData(t *testing.T, elem ...string) string {
	t.Helper()
	root := os.Getenv("SEMDEX_REAL_DATA")
	if root == "" {
		t.Skip("SEMDEX_REAL_DATA is not set: it names the folder with the W3C suites (rdf-tests) and the vocabularies (skos, tate)")
	}
	return filepath.Join(append([]string{root}, elem...)...)
}

// A w3cTest is an entry of a manifest.
type w3cTest struct{ name, kind, action, result string }

func runSuite(t *testing.T, suite string, format Format, want int) {
	dir := realData(t, "rdf-tests", "rdf11", suite)
	tests := readManifest(t, filepath.Join(dir, "manifest.ttl"), suiteBase+suite+"/")
	if len(tests) != want {
		t.Errorf("the manifest has %d tests, want %d", len(tests), want)
	}
	passed := 0
	for _, test := range tests {
		err := test.run(dir, suiteBase+suite+"/", format)
		expected := slices.Contains(expectedFailures[suite], test.name)
		switch {
		case err == nil && expected:
			t.Errorf("%s passes and is listed as an expected failure", test.name)
		case err == nil:
			passed++
		case !expected:
			t.Errorf("%s (%s): %v", test.name, test.kind, err)
		}
	}
	t.Logf("%s: %d of %d pass", format, passed, len(tests))
}

func readManifest(t *testing.T, path, base string) []w3cTest {
	t.Helper()
	byID := make(map[Term]*w3cTest)
	var order []*w3cTest
	err := DecodeFile(t.Context(), path, Options{Base: base}, func(tr Triple) error {
		test := byID[tr.Subject]
		if test == nil {
			test = new(w3cTest)
			byID[tr.Subject] = test
		}
		value := tr.Object.Value
		switch tr.Predicate.Value {
		case rdfType:
			if kind, ok := strings.CutPrefix(value, testNS); ok {
				test.kind = kind
				order = append(order, test)
			}
		case manifestNS + "name":
			test.name = value
		case manifestNS + "action":
			test.action = strings.TrimPrefix(value, base)
		case manifestNS + "result":
			test.result = strings.TrimPrefix(value, base)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var tests []w3cTest
	for _, test := range order {
		tests = append(tests, *test)
	}
	return tests
}

func (w w3cTest) run(dir, base string, format Format) error {
	got, err := readTest(dir, w.action, Options{Format: format, Base: base + w.action})
	if strings.Contains(w.kind, "Negative") {
		var syntax *SyntaxError
		switch {
		case err == nil:
			return errors.New("is accepted")
		case !errors.As(err, &syntax) || syntax.Line == 0:
			return errors.New("has an error without a line: " + err.Error())
		}
		return nil
	}
	if err != nil || w.result == "" {
		return err
	}
	want, err := readTest(dir, w.result, Options{Format: NTriples})
	if err != nil {
		return err
	}
	if !isomorphic(got, want) {
		return errors.New("got\n" + lineByLine(got) + "want\n" + lineByLine(want))
	}
	return nil
}

func readTest(dir, name string, o Options) ([]Triple, error) {
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	o.Name = name
	return Collect(background, bytes.NewReader(b), o)
}

func lineByLine(ts []Triple) string {
	var b strings.Builder
	for _, t := range ts {
		b.WriteString("\t" + t.String() + "\n")
	}
	return b.String()
}

// isomorphic reports whether two graphs differ only in the names of their blank nodes.
func isomorphic(a, b []Triple) bool {
	return gonum.Isomorphic(statements(a), statements(b), true, sha256.New())
}

func statements(ts []Triple) []*gonum.Statement {
	seen := make(map[Triple]bool)
	var out []*gonum.Statement
	for _, t := range ts {
		if !seen[t] {
			seen[t] = true
			out = append(out, &gonum.Statement{
				Subject:   gonum.Term{Value: t.Subject.String()},
				Predicate: gonum.Term{Value: t.Predicate.String()},
				Object:    gonum.Term{Value: t.Object.String()},
			})
		}
	}
	return out
}

func TestIsomorphicTellsGraphsApart(t *testing.T) {
	read := func(in string) []Triple {
		ts, err := Collect(t.Context(), strings.NewReader(in), Options{Format: NTriples})
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	graph := read("_:a <a:p> _:b .\n_:b <a:p> _:c .\n_:c <a:p> \"1\" .")
	for in, want := range map[string]bool{
		"_:x <a:p> _:a .\n_:c <a:p> \"1\" .\n_:a <a:p> _:c .": true,
		"_:a <a:p> _:b .\n_:b <a:p> _:a .\n_:b <a:p> \"1\" .": false,
		"_:a <a:p> _:b .\n_:b <a:p> _:c .\n_:c <a:p> \"2\" .": false,
		"_:a <a:p> _:b .\n_:b <a:p> _:c .":                    false,
	} {
		if got := isomorphic(graph, read(in)); got != want {
			t.Errorf("%s\nisomorphic: %v, want %v", in, got, want)
		}
	}
}
