package graph_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"semdex"
	"semdex/graph"
	"semdex/graph/rdf"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const voc = "https://voc.example/"

const prefixes = `@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xl: <http://www.w3.org/2008/05/skos-xl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix : <` + voc + `> .
`

func triples(t testing.TB, turtle string) []rdf.Triple {
	t.Helper()
	ts, err := rdf.Collect(t.Context(), strings.NewReader(prefixes+turtle), rdf.Options{Format: rdf.Turtle, Name: "test.ttl"})
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func build(t testing.TB, turtle string) *graph.Graph {
	t.Helper()
	return graph.Build(graph.Document{Name: "test.ttl", Triples: triples(t, turtle)})
}

// concepts says that each of the names is a concept.
func concepts(names string) string {
	var b strings.Builder
	for _, n := range strings.Fields(names) {
		fmt.Fprintf(&b, ":%s a skos:Concept .\n", n)
	}
	return b.String()
}

func find(t testing.TB, g *graph.Graph, name string) int32 {
	t.Helper()
	n, ok := g.Find(semdex.ConceptID(voc + name))
	if !ok {
		t.Fatalf("no concept %s", name)
	}
	return n
}

func local(uri string) string { return strings.TrimPrefix(uri, voc) }

// names shows concepts by the last part of their URIs.
func names(g *graph.Graph, list []int32) string {
	var all []string
	for _, c := range list {
		all = append(all, local(string(g.ID(c))))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// steps shows a walk as "b1 c2": b in one step, c in two.
func steps(g *graph.Graph, walk []graph.Step) string {
	var all []string
	for _, s := range walk {
		all = append(all, fmt.Sprintf("%s%d", local(string(g.ID(s.Concept))), s.Distance))
	}
	return strings.Join(all, " ")
}

// labels shows labels as "pref:en:text".
func labels(list []semdex.Label) string {
	var all []string
	for _, l := range list {
		all = append(all, strings.TrimSuffix(l.Kind.String(), "Label")+":"+l.Lang+":"+l.Text)
	}
	return strings.Join(all, " ")
}

// checks shows the problems as "S14 a": the check and the subject.
func checks(g *graph.Graph) []string {
	var all []string
	for _, p := range g.Problems() {
		all = append(all, p.Check+" "+local(p.Subject))
	}
	return all
}

// export gives the graph as N-Triples.
func export(t testing.TB, g *graph.Graph) string {
	t.Helper()
	var b bytes.Buffer
	w := rdf.NewWriter(&b)
	if err := g.Export(w.Write); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// settled checks that the graph, exported and read back, is exported the same, and needs no mending of its
// labels and relations any more.
func settled(t testing.TB, g *graph.Graph) *graph.Graph {
	t.Helper()
	first := export(t, g)
	ts, err := rdf.Collect(t.Context(), strings.NewReader(first), rdf.Options{Format: rdf.NTriples, Name: "export.nt"})
	if err != nil {
		t.Fatalf("read the export: %v", err)
	}
	again := graph.Build(graph.Document{Name: "export.nt", Triples: ts})
	if second := export(t, again); first != second {
		t.Errorf("the export of an export differs (-first +second):\n%s", cmp.Diff(strings.Split(first, "\n"), strings.Split(second, "\n")))
	}
	return again
}

func TestLabels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, turtle string // of concept a
		want         string
		problems     []string
	}{
		{"none at all", `:a a skos:Concept .`, "", nil},
		{"one per language and kind", `:a skos:prefLabel "Hund"@de, "dog"@en ; skos:altLabel "hound"@en ; skos:hiddenLabel "dgo"@en .`,
			"pref:de:Hund pref:en:dog alt:en:hound hidden:en:dgo", nil},
		{"two prefLabels of one language: the second becomes an altLabel", `:a skos:prefLabel "dog"@en, "cur"@en .`, "pref:en:cur alt:en:dog", []string{"S14 a"}},
		{"three prefLabels of one language", `:a skos:prefLabel "c"@en, "b"@en, "a"@en, "d"@de .`, "pref:de:d pref:en:a alt:en:b alt:en:c", []string{"S14 a", "S14 a"}},
		{"a second prefLabel that is an altLabel already", `:a skos:prefLabel "cur"@en, "dog"@en ; skos:altLabel "dog"@en .`, "pref:en:cur alt:en:dog", []string{"S14 a"}},
		{"a second prefLabel that is a hiddenLabel too", `:a skos:prefLabel "cur"@en, "dog"@en ; skos:hiddenLabel "dog"@en .`, "pref:en:cur alt:en:dog", []string{"S14 a", "S13 a"}},
		{"two untagged prefLabels", `:a skos:prefLabel "dog", "cur" .`, "pref::cur alt::dog", []string{"S14 a"}},
		{"one prefLabel stated twice", `:a skos:prefLabel "dog"@en, " dog "@EN .`, "pref:en:dog", nil},
		{"a language and its region are two", `:a skos:prefLabel "color"@en, "colour"@en-GB .`, "pref:en:color pref:en-gb:colour", nil},
		{"pref and alt: the stronger stays", `:a skos:prefLabel "dog"@en ; skos:altLabel "dog"@en, "cur"@en .`, "pref:en:dog alt:en:cur", []string{"S13 a"}},
		{"alt and hidden: the stronger stays", `:a skos:altLabel "dog"@en ; skos:hiddenLabel "dog"@en .`, "alt:en:dog", []string{"S13 a"}},
		{"all three", `:a skos:prefLabel "dog"@en ; skos:altLabel "dog"@en ; skos:hiddenLabel "dog"@en .`, "pref:en:dog", []string{"S13 a", "S13 a"}},
		{"the same words in two languages are two labels", `:a skos:prefLabel "Bank"@de ; skos:altLabel "Bank"@en, "Bank" .`, "pref:de:Bank alt::Bank alt:en:Bank", nil},
		{"a blank label is none", `:a skos:prefLabel "  "@en ; skos:altLabel "" .`, "", nil},
		{"composed and decomposed are kept as written", ":a skos:prefLabel \"caf\u00e9\"@fr ; skos:altLabel \"cafe\u0301\"@fr .", "pref:fr:caf\u00e9 alt:fr:cafe\u0301", nil},
		{"SKOS-XL labels count as plain ones", `:a xl:prefLabel :l1 ; xl:altLabel :l2 ; xl:hiddenLabel [ xl:literalForm "dgo"@en ] .
			:l1 a xl:Label ; xl:literalForm "dog"@en . :l2 xl:literalForm "cur"@en .`, "pref:en:dog alt:en:cur hidden:en:dgo", nil},
		{"SKOS-XL beside the plain label it stands for", `:a skos:prefLabel "dog"@en ; xl:prefLabel :l1 . :l1 xl:literalForm "dog"@en .`, "pref:en:dog", nil},
		{"SKOS-XL that leads nowhere", `:a xl:prefLabel :l1 ; skos:altLabel "cur"@en .`, "alt:en:cur", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, concepts("a")+tt.turtle)
			if got := labels(g.Labels(find(t, g, "a"))); got != tt.want {
				t.Errorf("labels: got %q, want %q", got, tt.want)
			}
			if diff := cmp.Diff(tt.problems, checks(g)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if got := settled(t, g).Problems(); len(got) > 0 {
				t.Errorf("problems of the export: got %v, want none", got)
			}
		})
	}
}

func TestPrefLabel(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, turtle string
		langs        []string
		want         string
	}{
		{"the first language that has one", `:a skos:prefLabel "D"@de, "E"@en, "F"@fr .`, []string{"es", "fr", "en"}, "F"},
		{"a language covers its regions", `:a skos:prefLabel "G"@en-GB, "D"@de .`, []string{"en"}, "G"},
		{"the language before its regions", `:a skos:prefLabel "Z"@en, "A"@en-GB .`, []string{"en"}, "Z"},
		{"then the untagged one", `:a skos:prefLabel "D"@de, "U" .`, []string{"en"}, "U"},
		{"then the first by language", `:a skos:prefLabel "R"@ru, "D"@de .`, []string{"en"}, "D"},
		{"no language asked for", `:a skos:prefLabel "R"@ru, "D"@de .`, nil, "D"},
		{"a prefLabel of any language before altLabels", `:a skos:prefLabel "D"@de ; skos:altLabel "E"@en .`, []string{"en"}, "D"},
		{"without any prefLabel an altLabel", `:a skos:altLabel "D"@de, "E"@en .`, []string{"en"}, "E"},
		{"never a hiddenLabel", `:a skos:hiddenLabel "E"@en .`, []string{"en"}, "a"},
		{"else the end of the URI", ``, []string{"en"}, "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, concepts("a")+tt.turtle)
			if got := g.PrefLabel(find(t, g, "a"), tt.langs...); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNameFromAURI(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"https://voc.example/a/b": "b", "https://voc.example/a#b": "b", "urn:uuid:7": "7", "https://voc.example/a/": "a/",
	} {
		g := build(t, "<"+uri+"> a skos:Concept .")
		if got := g.PrefLabel(0); got != want {
			t.Errorf("%s: got %q, want %q", uri, got, want)
		}
	}
}

func TestHierarchy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, turtle string
		broader      string // of a
		narrower     string
		related      string
		below        string // all, with distances
		above        string // all
		problems     []string
	}{
		{"broader is completed by narrower", `:b skos:broader :a .`, "", "b", "", "b1", "", nil},
		{"narrower is completed by broader", `:b skos:narrower :a .`, "b", "", "", "", "b", nil},
		{"stated both ways it counts once", `:b skos:broader :a . :a skos:narrower :b .`, "", "b", "", "b1", "", nil},
		{"broader itself is not followed through", `:a skos:broader :b . :b skos:broader :c .`, "b", "", "", "", "b c", nil},
		{"a diamond: nearest distance, each once", `:a skos:narrower :b, :c, :d . :b skos:narrower :d . :c skos:narrower :d . :d skos:narrower :e .`, "", "b c d", "", "b1 c1 d1 e2", "", nil},
		{"a circle of one is left out", `:a skos:broader :a, :b .`, "b", "", "", "", "b", []string{"chr a"}},
		{"a circle of one, stated both ways, is told once", `:a skos:broader :a ; skos:narrower :a .`, "", "", "", "", "", []string{"chr a"}},
		{"a circle of two ends", `:a skos:broader :b . :b skos:broader :a .`, "b", "b", "", "b1", "b", []string{"chr a"}},
		{"a circle of five ends", `:a skos:broader :b . :b skos:broader :c . :c skos:broader :d . :d skos:broader :e . :e skos:broader :a .`,
			"b", "e", "", "e1 d2 c3 b4", "b c d e", []string{"chr a"}},
		{"below a circle", `:a skos:broader :b . :b skos:broader :c . :c skos:broader :b .`, "b", "", "", "", "b c", []string{"chr b"}},
		{"two circles are told apart", `:a skos:broader :b . :b skos:broader :a . :c skos:broader :d . :d skos:broader :c .`, "b", "b", "", "b1", "b", []string{"chr a", "chr c"}},
		{"related runs both ways", `:b skos:related :a .`, "", "", "b", "", "", nil},
		{"related is not followed through", `:a skos:related :b . :b skos:related :c .`, "", "", "b", "", "", nil},
		{"related to itself is left out", `:a skos:related :a .`, "", "", "", "", "", []string{"rrc a"}},
		{"related to its parent is left out", `:a skos:broader :b ; skos:related :b .`, "b", "", "", "", "b", []string{"S27 a"}},
		{"related to its own grandparent is left out", `:a skos:broader :b . :b skos:broader :c . :c skos:related :a .`, "b", "", "", "", "b c", []string{"S27 a"}},
		{"related to its descendant is left out", `:a skos:narrower :b ; skos:related :b, :c .`, "", "b", "c", "b1", "", []string{"S27 a"}},
		{"siblings may be related", `:a skos:broader :c ; skos:related :b . :b skos:broader :c .`, "c", "", "b", "", "c", nil},
		{"within a circle nothing is related", `:a skos:broader :b ; skos:related :b . :b skos:broader :a .`, "b", "b", "", "b1", "b", []string{"S27 a", "chr a"}},
		{"a link to what is no concept is left out", `:a skos:broader :nowhere, :b ; skos:related :nobody .`, "b", "", "", "", "b", []string{"dangling a", "dangling a"}},
		{"a collection as broader is left out", `:g a skos:Collection ; skos:member :a . :a skos:broader :g, :b .`, "b", "", "", "", "b", []string{"S37 a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, concepts("a b c d e")+tt.turtle)
			a := find(t, g, "a")
			for _, c := range []struct{ what, got, want string }{
				{"broader", names(g, g.Broader(a)), tt.broader},
				{"narrower", names(g, g.Narrower(a)), tt.narrower},
				{"related", names(g, g.Related(a)), tt.related},
				{"descendants", steps(g, g.Descendants(a)), tt.below},
				{"ancestors", names(g, g.Ancestors(a)), tt.above},
			} {
				if c.got != c.want {
					t.Errorf("%s of a: got %q, want %q", c.what, c.got, c.want)
				}
			}
			if diff := cmp.Diff(tt.problems, checks(g)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			mirrored(t, g)
			settled(t, g)
		})
	}
}

// mirrored checks what a Graph guarantees of its relations.
func mirrored(t *testing.T, g *graph.Graph) {
	t.Helper()
	both := func(what string, c int32, there, back func(int32) []int32) {
		if !slices.IsSorted(there(c)) {
			t.Errorf("%s of %s is not sorted", what, g.ID(c))
		}
		for _, d := range there(c) {
			if d == c || !slices.Contains(back(d), c) {
				t.Errorf("%s from %s to %s: not mirrored, or to itself", what, g.ID(c), g.ID(d))
			}
		}
	}
	for c := range g.All() {
		both("broader", c, g.Broader, g.Narrower)
		both("narrower", c, g.Narrower, g.Broader)
		both("related", c, g.Related, g.Related)
		inverse := []graph.Mapping{graph.ExactMatch, graph.CloseMatch, graph.NarrowMatch, graph.BroadMatch, graph.RelatedMatch}
		for m, i := range inverse {
			both(fmt.Sprint("mapping ", m), c, func(c int32) []int32 { return g.Mapped(c, graph.Mapping(m)) }, func(c int32) []int32 { return g.Mapped(c, i) })
		}
	}
}

func TestSchemesAndCollections(t *testing.T) {
	t.Parallel()
	// Schemes are shown as "s: top a, size 2", collections as "g: a b".
	tests := []struct {
		name, turtle string
		schemes      []string
		collections  []string
		problems     []string
	}{
		{"a concept in two schemes", `:s a skos:ConceptScheme . :u a skos:ConceptScheme . :a skos:inScheme :s, :u . :b skos:inScheme :u .`, []string{"s: top , size 1", "u: top , size 2"}, nil, nil},
		{"a scheme needs no type", `:a skos:inScheme :s .`, []string{"s: top , size 1"}, nil, nil},
		{"hasTopConcept implies topConceptOf and inScheme", `:s a skos:ConceptScheme ; skos:hasTopConcept :a .`, []string{"s: top a, size 1"}, nil, nil},
		{"what has top concepts is a scheme", `:s skos:hasTopConcept :a .`, []string{"s: top a, size 1"}, nil, nil},
		{"topConceptOf implies inScheme", `:a skos:topConceptOf :s .`, []string{"s: top a, size 1"}, nil, nil},
		{"a top concept may have a broader", `:s skos:hasTopConcept :a . :a skos:broader :b .`, []string{"s: top a, size 1"}, nil, nil},
		{"a scheme with a top that is no concept", `:s a skos:ConceptScheme ; skos:hasTopConcept :nowhere .`, []string{"s: top , size 0"}, nil, []string{"dangling s"}},
		{"inScheme is not inherited", `:a skos:inScheme :s ; skos:narrower :b .`, []string{"s: top , size 1"}, nil, nil},
		{"both a scheme and a concept stays both", `:a a skos:ConceptScheme . :b skos:inScheme :a .`, []string{"a: top , size 1"}, nil, []string{"S9 a"}},
		{"a concept as scheme joins nothing", `:s a skos:ConceptScheme . :b skos:inScheme :a ; skos:topConceptOf :a .`, []string{"s: top , size 0"}, nil, []string{"S9 b", "S9 b"}},
		{"a concept as scheme where there is none", `:b skos:inScheme :a .`, nil, nil, []string{"S9 b"}},
		{"a concept with top concepts has none", `:a skos:hasTopConcept :b .`, nil, nil, []string{"S9 a"}},
		{"a collection has members", `:g a skos:Collection ; skos:member :b, :a, :a, :nowhere .`, nil, []string{"g: a b"}, nil},
		{"an ordered collection has a list", `:g a skos:OrderedCollection ; skos:memberList ( :b :a ) .`, nil, []string{"g: a b"}, nil},
		{"a list that runs in a circle ends", `@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . :g a skos:OrderedCollection ; skos:memberList :l .
			:l rdf:first :a ; rdf:rest :m . :m rdf:first :b ; rdf:rest :l .`, nil, []string{"g: a b"}, nil},
		{"a collection that is a concept stays both", `:a a skos:Collection ; skos:member :b .`, nil, []string{"a: b"}, []string{"S37 a"}},
		{"a collection that is a scheme stays both", `:g a skos:Collection . :a skos:inScheme :g .`, []string{"g: top , size 1"}, []string{"g: "}, []string{"S37 g"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, concepts("a b")+tt.turtle)
			var schemes, collections []string
			for _, s := range g.Schemes() {
				schemes = append(schemes, fmt.Sprintf("%s: top %s, size %d", local(string(s.ID)), names(g, s.Top), s.Size))
			}
			for _, c := range g.Collections() {
				collections = append(collections, local(c.ID)+": "+names(g, c.Members))
			}
			if diff := cmp.Diff(tt.schemes, schemes); diff != "" {
				t.Errorf("schemes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.collections, collections); diff != "" {
				t.Errorf("collections (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.problems, checks(g)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			settled(t, g)
		})
	}
}

func TestSchemeNames(t *testing.T) {
	t.Parallel()
	g := build(t, `:s a skos:ConceptScheme ; skos:prefLabel "Themen"@de, "Topics"@en . :u a skos:ConceptScheme . :a a skos:Concept ; skos:inScheme :s .`)
	for i, want := range []string{"Topics", "u"} {
		if got := g.Schemes()[i].Name("en"); got != want {
			t.Errorf("scheme %d: got %q, want %q", i, got, want)
		}
	}
	a := find(t, g, "a")
	for scheme, want := range map[semdex.SchemeID]bool{"": true, voc + "s": true, voc + "u": false, voc + "x": false} {
		if got := g.InScheme(a, scheme); got != want {
			t.Errorf("a in scheme %q: got %v, want %v", scheme, got, want)
		}
	}
	if got := g.SchemesOf(a); !slices.Equal(got, []int32{0}) {
		t.Errorf("schemes of a: got %v, want the first", got)
	}
}

func TestMappings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, turtle                        string
		exact, close, broad, narrow, relate string // of a
		problems                            []string
	}{
		{"exactMatch runs both ways", `:b skos:exactMatch :a .`, "b", "", "", "", "", nil},
		{"exactMatch is followed through three schemes", `:a skos:exactMatch :b . :b skos:exactMatch :c . :a skos:inScheme :s . :b skos:inScheme :t . :c skos:inScheme :u .`, "b c", "", "", "", "", nil},
		{"exactMatch is followed through against its direction", `:a skos:exactMatch :b . :c skos:exactMatch :b . :c skos:exactMatch :d .`, "b c d", "", "", "", "", nil},
		{"exactMatch of one foreign URI joins", `:a skos:exactMatch <urn:x> . :b skos:exactMatch <urn:x> . :c skos:exactMatch :b .`, "b c", "", "", "", "", nil},
		{"exactMatch to itself says nothing", `:a skos:exactMatch :a .`, "", "", "", "", "", nil},
		{"closeMatch runs both ways and is not followed", `:b skos:closeMatch :a, :c .`, "", "b", "", "", "", nil},
		{"broadMatch and narrowMatch are inverse", `:a skos:broadMatch :b . :a skos:narrowMatch :c . :d skos:broadMatch :a .`, "", "", "b", "c d", "", nil},
		{"relatedMatch runs both ways", `:b skos:relatedMatch :a .`, "", "", "", "", "b", nil},
		{"exactMatch and broadMatch on one pair", `:a skos:exactMatch :b ; skos:broadMatch :b .`, "", "b", "b", "", "", []string{"S46 a"}},
		{"exactMatch and narrowMatch from the other side", `:a skos:exactMatch :b . :b skos:broadMatch :a .`, "", "b", "", "b", "", []string{"S46 a"}},
		{"exactMatch and relatedMatch on one pair", `:a skos:exactMatch :b . :b skos:relatedMatch :a .`, "", "b", "", "", "b", []string{"S46 a"}},
		{"what is no exactMatch leads nowhere", `:a skos:exactMatch :b ; skos:broadMatch :b . :b skos:exactMatch :c .`, "", "b", "b", "", "", []string{"S46 a"}},
		{"a clash with an exactMatch that is only implied", `:a skos:exactMatch :b ; skos:relatedMatch :c . :b skos:exactMatch :c .`, "b", "c", "", "", "c", []string{"S46 a"}},
		{"a clash over a foreign URI", `:a skos:exactMatch <urn:x> ; skos:broadMatch <urn:x> . :b skos:exactMatch <urn:x> .`, "", "", "", "", "", []string{"S46 a"}},
		{"a mapping that leads outside is no problem", `:a skos:closeMatch <urn:x> ; skos:relatedMatch <urn:y> .`, "", "", "", "", "", nil},
		{"a mapping within a scheme is kept", `:a skos:inScheme :s ; skos:exactMatch :b . :b skos:inScheme :s .`, "b", "", "", "", "", nil},
		{"a mapping is no broader", `:a skos:broadMatch :b .`, "", "", "b", "", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, concepts("a b c d")+tt.turtle)
			a := find(t, g, "a")
			for _, c := range []struct{ what, got, want string }{
				{"exactMatch", names(g, g.ExactMatches(a)), tt.exact},
				{"closeMatch", names(g, g.CloseMatches(a)), tt.close},
				{"broadMatch", names(g, g.Mapped(a, graph.BroadMatch)), tt.broad},
				{"narrowMatch", names(g, g.NarrowMatches(a)), tt.narrow},
				{"relatedMatch", names(g, g.RelatedMatches(a)), tt.relate},
				{"broader", names(g, g.Broader(a)), ""},
			} {
				if c.got != c.want {
					t.Errorf("%s of a: got %q, want %q", c.what, c.got, c.want)
				}
			}
			if diff := cmp.Diff(tt.problems, checks(g)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			mirrored(t, g)
			settled(t, g)
		})
	}
}

func TestFindForeign(t *testing.T) {
	t.Parallel()
	g := build(t, concepts("a b c d e")+`:b skos:exactMatch <urn:x>, <urn:y> . :a skos:exactMatch <urn:x>, :c .
		:c skos:closeMatch <urn:x> . :d skos:exactMatch <urn:z> ; skos:relatedMatch <urn:z> .`)
	for _, g := range []*graph.Graph{g, settled(t, g)} { // the export keeps them
		for uri, want := range map[string]string{"urn:x": "a b", "urn:y": "b", "urn:z": "", voc + "c": ""} {
			if got := names(g, g.FindForeign(uri)); got != want {
				t.Errorf("concepts that are %s: got %q, want %q", uri, got, want)
			}
		}
	}
	for _, want := range []string{
		"<" + voc + "c> <http://www.w3.org/2004/02/skos/core#closeMatch> <urn:x> .",
		"<" + voc + "d> <http://www.w3.org/2004/02/skos/core#closeMatch> <urn:z> .",
		"<" + voc + "d> <http://www.w3.org/2004/02/skos/core#relatedMatch> <urn:z> .",
	} {
		if !strings.Contains(export(t, g), want) {
			t.Errorf("the export lacks %s", want)
		}
	}
}

func TestDeprecated(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, turtle string // of concept a
		deprecated   bool
		successors   string
		problems     []string
	}{
		{"not deprecated", ``, false, "", nil},
		{"said not to be", `:a owl:deprecated false .`, false, "", nil},
		{"without successor", `:a owl:deprecated true .`, true, "", nil},
		{"written as 1", `:a owl:deprecated "1" .`, true, "", nil},
		{"with one successor", `:a owl:deprecated true ; dct:isReplacedBy :b .`, true, "b", nil},
		{"with two successors", `:a owl:deprecated true ; dct:isReplacedBy :c, :b .`, true, "b c", nil},
		{"a successor that is deprecated itself is told as stated", `:a owl:deprecated true ; dct:isReplacedBy :b . :b owl:deprecated true ; dct:isReplacedBy :c .`, true, "b", nil},
		{"successors in a circle", `:a owl:deprecated true ; dct:isReplacedBy :b . :b owl:deprecated true ; dct:isReplacedBy :a .`, true, "b", nil},
		{"a successor that is no concept here", `:a owl:deprecated true ; dct:isReplacedBy :nowhere .`, true, "", []string{"dangling a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, concepts("a b c")+`:a skos:prefLabel "A"@en . `+tt.turtle)
			a := find(t, g, "a")
			if got := g.Deprecated(a); got != tt.deprecated {
				t.Errorf("deprecated: got %v, want %v", got, tt.deprecated)
			}
			if got := names(g, g.Successors(a)); got != tt.successors {
				t.Errorf("successors: got %q, want %q", got, tt.successors)
			}
			if diff := cmp.Diff(tt.problems, checks(g)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if got := g.PrefLabel(a, "en"); got != "A" {
				t.Errorf("a deprecated concept keeps its name: got %q, want %q", got, "A")
			}
			settled(t, g)
		})
	}
}

func TestWhatIsAConcept(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, turtle string
		want         string
	}{
		{"by its type", `:a a skos:Concept .`, "a"},
		{"by a subclass, over any number of steps", `:Sub rdfs:subClassOf skos:Concept . :SubSub rdfs:subClassOf :Sub . :a a :SubSub . :b a :Sub .`, "a b"},
		{"subclasses that run in a circle", `:X rdfs:subClassOf :Y, skos:Concept . :Y rdfs:subClassOf :X . :a a :Y .`, "a"},
		{"not by its labels", `:a skos:prefLabel "x"@en .`, ""},
		{"not the class itself", `skos:Concept a owl:Class ; skos:definition "an idea"@en .`, ""},
		{"homonyms are two concepts", `:a a skos:Concept ; skos:prefLabel "bank"@en . :b a skos:Concept ; skos:prefLabel "bank"@en .`, "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, tt.turtle)
			if got := names(g, slices.Collect(g.All())); got != tt.want {
				t.Errorf("concepts: got %q, want %q", got, tt.want)
			}
			if got := g.Problems(); len(got) > 0 {
				t.Errorf("problems: got %v, want none", got)
			}
		})
	}
}

func TestNotationsAndNotes(t *testing.T) {
	t.Parallel()
	g := build(t, concepts("a")+`:a skos:notation "B", " A ", "A", 7, "" ; skos:scopeNote "use it"@en ; skos:definition "z"@en, "d"@de, "z"@EN .`)
	a := find(t, g, "a")
	if diff := cmp.Diff([]string{"7", "A", "B"}, g.Notations(a)); diff != "" {
		t.Errorf("notations (-want +got):\n%s", diff)
	}
	want := []graph.Note{{Property: "definition", Text: "d", Lang: "de"}, {Property: "definition", Text: "z", Lang: "en"}, {Property: "scopeNote", Text: "use it", Lang: "en"}}
	if diff := cmp.Diff(want, g.Notes(a)); diff != "" {
		t.Errorf("notes, each once (-want +got):\n%s", diff)
	}
	settled(t, g)
}

// muddle breaks every rule at once, over two documents.
const muddle = `:s a skos:ConceptScheme ; skos:hasTopConcept :a ; skos:prefLabel "S"@en, "T"@en . :u a skos:ConceptScheme, skos:Concept .
	:Sub rdfs:subClassOf skos:Concept . :f a :Sub .
	:a skos:prefLabel "x"@en, "y"@en, "z"@en ; skos:altLabel "x"@en, "w" ; skos:hiddenLabel "w" ; xl:altLabel [ xl:literalForm "v"@de ] .
	:a skos:broader :a, :b . :b skos:broader :c . :c skos:broader :a ; skos:related :a, :d . :d skos:related :e .
	:d skos:exactMatch :e, <urn:x> . :e skos:exactMatch :f . :f skos:relatedMatch :d . :c skos:exactMatch <urn:x> ; skos:broadMatch <urn:x> .
	:g a skos:Collection ; skos:member :a, :f . :b a skos:Collection . :h a skos:OrderedCollection ; skos:memberList ( :c :a ) .
	:e owl:deprecated true ; dct:isReplacedBy :f, :nowhere ; skos:inScheme :a, :s ; skos:notation "1", "2" ; skos:note "n"@en, "n" .`

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	all := triples(t, concepts("a b c d e")+muddle)
	base := graph.Build(graph.Document{Name: "one", Triples: all})
	want, problems := export(t, base), base.Problems()
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		at := random.IntN(len(all))
		documents := []graph.Document{{Name: "one", Triples: all[:at]}, {Name: "two", Triples: all[at:]}, {Name: "one again", Triples: all[:at/2]}}
		random.Shuffle(len(documents), func(i, j int) { documents[i], documents[j] = documents[j], documents[i] })
		g := graph.Build(documents...)
		if got := export(t, g); got != want {
			t.Fatalf("export (-want +got):\n%s", cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
		if diff := cmp.Diff(problems, g.Problems()); diff != "" {
			t.Fatalf("problems (-want +got):\n%s", diff)
		}
	}
}

func TestExportIsAFixedPoint(t *testing.T) {
	t.Parallel()
	g := build(t, concepts("a b c d e")+muddle)
	again := settled(t, g)
	mirrored(t, again)
	if g.Triples() == 0 || again.Len() != g.Len() {
		t.Errorf("concepts: got %d, want %d", again.Len(), g.Len())
	}
	found := map[string]bool{}
	for _, p := range g.Problems() {
		found[p.Check] = true
		if p.Message == "" || p.Subject == "" || (p.Severity != graph.Fault && p.Severity != graph.Warning) {
			t.Errorf("incomplete problem %+v", p)
		}
	}
	for check := range graph.IntegrityConditions {
		if !found[check] {
			t.Errorf("%s was planted and is not found", check)
		}
	}
	if !slices.IsSortedFunc(g.Problems(), func(x, y graph.Problem) int { return strings.Compare(string(x.Severity), string(y.Severity)) }) {
		t.Error("problems: errors do not come first")
	}
}

func TestExportStopsAtAnError(t *testing.T) {
	t.Parallel()
	calls, full := 0, fmt.Errorf("disk full")
	err := build(t, concepts("a b c")).Export(func(rdf.Triple) error { calls++; return full })
	if err != full || calls != 1 {
		t.Errorf("got error %v after %d calls, want %v after 1", err, calls, full)
	}
}

func TestEmptyGraph(t *testing.T) {
	t.Parallel()
	g := graph.Build()
	if g.Len() != 0 || len(g.Problems()) != 0 || export(t, g) != "" || g.FindForeign("urn:x") != nil {
		t.Errorf("got %d concepts, problems %v, want nothing", g.Len(), g.Problems())
	}
	if _, ok := g.Find("urn:x"); ok {
		t.Error("found a concept in nothing")
	}
}
