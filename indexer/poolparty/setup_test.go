package poolparty_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"semdex"
	"semdex/graph/rdf"
	"semdex/indexer"
	"semdex/indexer/poolparty"
	"semdex/indexer/poolparty/poolpartytest"
	"semdex/testdata/brand"
)

// clock is one that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var outdoor = poolpartytest.Project{ID: "2B6E1C40-0F11-0001-9A3C-5D2E7F801122", Title: "Outdoor", URISupplement: "outdoor", DefaultLanguage: "en", AvailableLanguages: []string{"en", "de"}}

// small is a vocabulary with a scheme, concepts, notes, a deprecated concept and blank nodes in each module.
const small = `
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix x: <https://voc.example/> .
x:s a skos:ConceptScheme ; dct:title "Things"@en ; skos:hasTopConcept x:gear .
x:gear a skos:Concept ; skos:inScheme x:s ; skos:topConceptOf x:s ; skos:prefLabel "Gear"@en, "Ausrüstung"@de ; skos:definition "All of it.\nReally: \"all\"."@en .
x:tents a skos:Concept ; skos:inScheme x:s ; skos:broader x:gear ; skos:prefLabel "Tents"@en ; skos:altLabel "Canvas"@en ; skos:note "A note."@en ; x:made [ x:by "us" ; x:in [ x:year 2026 ] ] .
x:tarps a skos:Concept ; skos:inScheme x:s ; skos:broader x:tents ; skos:prefLabel "Tarps"@en ; skos:changeNote [ x:value "Was below x:gear." ] .
x:old a skos:Concept ; rdfs:label "Marquees"@en ; owl:deprecated true ; dct:isReplacedBy x:tents ; x:made [ x:by "them" ] .
`

const ns = "https://voc.example/"

// turtle reads triples.
func turtle(t *testing.T, text string) []rdf.Triple {
	t.Helper()
	triples, err := rdf.Collect(t.Context(), strings.NewReader(text), rdf.Options{Format: rdf.Turtle, Name: "test.ttl"})
	if err != nil {
		t.Fatal(err)
	}
	return triples
}

// taxonomy is the vocabulary of the demo.
func taxonomy(t *testing.T) []rdf.Triple {
	t.Helper()
	body, err := brand.Files.ReadFile("taxonomy.ttl")
	if err != nil {
		t.Fatal(err)
	}
	return turtle(t, string(body))
}

// start runs an imitation that holds the small vocabulary.
func start(t *testing.T, o poolpartytest.Options) *poolpartytest.Server {
	t.Helper()
	server, err := poolpartytest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	if err := server.Load(outdoor, turtle(t, small)); err != nil {
		t.Fatal(err)
	}
	return server
}

// config is one for an imitation with its defaults, that does not wait long.
func config(t *testing.T, server *poolpartytest.Server) poolparty.Config {
	t.Helper()
	transport := &http.Transport{}
	if c := server.Certificate(); c != nil {
		pool := x509.NewCertPool()
		pool.AddCert(c)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	t.Cleanup(transport.CloseIdleConnections)
	return poolparty.Config{URL: server.URL(), Project: "outdoor", Username: "api", Password: "api-secret", Transport: transport,
		Attempts: 3, Backoff: time.Millisecond, LimitWait: time.Millisecond}
}

func open(t *testing.T, c poolparty.Config) *poolparty.Source {
	t.Helper()
	source, err := poolparty.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// pair is an imitation and a client of it that share a clock.
func pair(t *testing.T, change func(*poolparty.Config)) (*poolpartytest.Server, *poolparty.Source, *clock) {
	t.Helper()
	at := newClock()
	server := start(t, poolpartytest.Options{Now: at.now})
	c := config(t, server)
	c.Now = at.now
	if change != nil {
		change(&c)
	}
	return server, open(t, c), at
}

func fetch(t *testing.T, source *poolparty.Source, cursor []byte) indexer.Export {
	t.Helper()
	export, err := source.Fetch(t.Context(), cursor)
	if err != nil {
		t.Fatalf("fetch: got error %v, want none", err)
	}
	if len(export.Cursor) == 0 || export.Unchanged != (len(export.Documents) == 0) {
		t.Fatalf("got unchanged %v with %d documents and cursor %q, want one or the other, and a cursor", export.Unchanged, len(export.Documents), export.Cursor)
	}
	return export
}

// statements decodes an export as lines, sorted, with all blank nodes called the same.
func statements(t *testing.T, export indexer.Export) []string {
	t.Helper()
	var all []rdf.Triple
	for _, d := range export.Documents {
		format, known := rdf.FormatOf("x." + d.Format)
		if !known {
			t.Fatalf("got format %q, want one that is known", d.Format)
		}
		triples, err := rdf.Collect(context.Background(), bytes.NewReader(d.Body), rdf.Options{Format: format, Name: d.Name})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, triples...)
	}
	return plain(all)
}

func plain(triples []rdf.Triple) []string {
	var lines []string
	for _, triple := range triples {
		for _, term := range []*rdf.Term{&triple.Subject, &triple.Object} {
			if term.Kind == rdf.Blank {
				term.Value = "b"
			}
		}
		lines = append(lines, triple.String())
	}
	slices.Sort(lines)
	return lines
}

// calls counts what a server was asked while f ran.
func calls(server *poolpartytest.Server, f func()) (all, exports int) {
	before := server.Stats()
	f()
	after := server.Stats()
	for group, n := range after.Calls {
		all += n - before.Calls[group]
	}
	return all, after.Exports - before.Exports
}

// wantError checks that an error is one for people, and holds all parts in its text and its hint.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	public := semdex.Public(err)
	if err == nil || public.Code == semdex.Internal || public.Hint == "" {
		t.Fatalf("got error %v with hint %q, want one that says what to try", err, public.Hint)
	}
	all := public.Message + "\n" + public.Hint + "\n" + err.Error()
	for _, part := range parts {
		if !strings.Contains(all, part) {
			t.Errorf("got %q, which lacks %q", all, part)
		}
	}
	for _, secret := range []string{"api-secret", "hush"} {
		if strings.Contains(all, secret) {
			t.Errorf("got %q, which shows a secret", all)
		}
	}
}
