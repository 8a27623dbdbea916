package rdf

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"testing"
)

// TestRealVocabularies reads published thesauri as they were published.
func TestRealVocabularies(t *testing.T) {
	root := realData(t)
	graphs := make(map[string]map[Triple]bool)
	read := func(path string) {
		seen := make(map[Triple]bool)
		n := 0
		err := DecodeFile(t.Context(), path, Options{}, func(tr Triple) error {
			n++
			seen[tr] = true
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		graphs[filepath.Base(path)] = seen
		t.Logf("%s: %d triples, %d distinct", filepath.Base(path), n, len(seen))
	}
	err := filepath.WalkDir(filepath.Join(root, "skos"), func(path string, entry fs.DirEntry, err error) error {
		if _, ok := FormatOf(path); ok && err == nil {
			read(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read(filepath.Join(root, "tate", "tate-subjects.ttl.gz"))
	turtle, lines := graphs["unesco-thesaurus.ttl.gz"], graphs["unesco-thesaurus.nt.gz"]
	if len(turtle) == 0 || !maps.Equal(turtle, lines) {
		t.Errorf("UNESCO has %d distinct triples as Turtle and %d as N-Triples, and they are not the same", len(turtle), len(lines))
	}
}

// thesaurus returns Turtle of n concepts, six triples each.
func thesaurus(n int) string {
	var b strings.Builder
	b.WriteString("@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@base <https://voc.example/> .\n")
	for i := range n {
		fmt.Fprintf(&b, `<c/%d> a skos:Concept ;
    skos:prefLabel "concept %d"@en , "Begriff %d"@de ;
    skos:notation %d ;
    skos:broader <c/%d> ;
    skos:inScheme <scheme> .
`, i, i, i, i, i/10)
	}
	return b.String()
}

const benchConcepts = 5000

func BenchmarkDecode(b *testing.B) {
	turtle := thesaurus(benchConcepts)
	ts, err := Collect(b.Context(), strings.NewReader(turtle), Options{Format: Turtle})
	if err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct {
		format Format
		in     string
	}{{Turtle, turtle}, {NTriples, string(writeAll(b, ts))}, {RDFXML, asXML(ts)}} {
		b.Run(bench.format.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				err := Decode(b.Context(), strings.NewReader(bench.in), Options{Format: bench.format}, func(Triple) error { n++; return nil })
				if err != nil || n != len(ts) {
					b.Fatal(n, err)
				}
			}
			rate(b, len(ts))
		})
	}
	b.Run("binary", func(b *testing.B) {
		data := EncodeTriples(ts)
		b.ReportAllocs()
		for b.Loop() {
			if got, err := DecodeTriples(data); err != nil || len(got) != len(ts) {
				b.Fatal(err)
			}
		}
		rate(b, len(ts))
	})
}

func BenchmarkEncodeTriples(b *testing.B) {
	ts, err := Collect(b.Context(), strings.NewReader(thesaurus(benchConcepts)), Options{Format: Turtle})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		EncodeTriples(ts)
	}
	rate(b, len(ts))
}

// rate reports triples a second.
func rate(b *testing.B, triples int) {
	b.ReportMetric(float64(triples)*float64(b.N)/b.Elapsed().Seconds(), "triples/s")
}

// asXML writes the triples of thesaurus as RDF/XML.
func asXML(ts []Triple) string {
	var b strings.Builder
	b.WriteString(`<rdf:RDF xmlns:rdf="` + rdfNS + `" xmlns:skos="http://www.w3.org/2004/02/skos/core#">` + "\n")
	for _, t := range ts {
		name := "skos:" + t.Predicate.Value[strings.LastIndexByte(t.Predicate.Value, '#')+1:]
		if t.Predicate.Value == rdfType {
			name = "rdf:type"
		}
		fmt.Fprintf(&b, `<rdf:Description rdf:about="%s"><%s `, t.Subject.Value, name)
		switch o := t.Object; {
		case o.Kind == IRI:
			fmt.Fprintf(&b, `rdf:resource="%s"/>`, o.Value)
		case o.Lang != "":
			fmt.Fprintf(&b, `xml:lang="%s">%s</%s>`, o.Lang, o.Value, name)
		default:
			fmt.Fprintf(&b, `rdf:datatype="%s">%s</%s>`, o.Datatype, o.Value, name)
		}
		b.WriteString("</rdf:Description>\n")
	}
	return b.String() + "</rdf:RDF>"
}
