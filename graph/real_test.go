package graph_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex/graph"
	"semdex/graph/rdf"
)

// realCounts says what a published thesaurus holds: by name of a SKOS property its triples, as a reader of
// the file counts them, and what the graph makes of them.
type realCounts struct {
	file      string // or a folder
	triples   map[string]int
	concepts  int
	collected map[string]int // in the graph; a relation counts from both sides
	problems  map[string]int
}

var realVocabularies = []realCounts{
	{
		// The file has 6,244 resources of type skos:Concept, and 1,150 deprecated ones that only a subclass
		// of it tells. Two of the prefLabels are the scheme's.
		"skos/stw/stw-9.06.ttl.gz",
		map[string]int{"Concept": 6244, "prefLabel": 12490, "altLabel": 20780, "broader": 13252, "narrower": 13252, "related": 13228, "hasTopConcept": 7},
		6244, map[string]int{"prefLabel": 12488, "altLabel": 20780, "broader": 13252, "related": 13228, "deprecated": 1, "top": 7}, nil,
	},
	{
		// Collections have labels too.
		"skos/unesco/unesco-thesaurus.ttl.gz",
		map[string]int{"Concept": 4420, "Collection": 95, "prefLabel": 18021, "altLabel": 13986, "broader": 4264, "narrower": 4264, "related": 12220, "hasTopConcept": 585},
		4420, map[string]int{"prefLabel": 17637, "altLabel": 13986, "broader": 4264, "related": 12220, "collections": 95, "top": 585}, nil,
	},
	{
		"skos/unesco/unesco-thesaurus.nt.gz",
		map[string]int{"Concept": 4420, "Collection": 95, "prefLabel": 18021, "altLabel": 13986, "broader": 4264, "narrower": 4264, "related": 12220, "hasTopConcept": 585},
		4420, map[string]int{"prefLabel": 17637, "altLabel": 13986, "broader": 4264, "related": 12220, "collections": 95, "top": 585}, nil,
	},
	{
		// The 97 deprecated concepts have an rdfs:label alone, which the graph takes for their prefLabel.
		"skos/uat/UAT-5.1.0.rdf.gz",
		map[string]int{"Concept": 2372, "prefLabel": 2317, "altLabel": 1836, "broader": 2645, "narrower": 2645, "related": 692, "hasTopConcept": 11},
		2372, map[string]int{"prefLabel": 2317 + 97, "altLabel": 1836, "broader": 2645, "related": 688, "deprecated": 97, "top": 11}, map[string]int{"S27": 2},
	},
	{
		// Most mappings lead outside; typing slips such as skos:exactMatch: are properties of their own.
		// Two schemes say broader of a URI that no file describes as a concept.
		"skos/oeh",
		map[string]int{"Concept": 4397, "relatedMatch": 3516, "exactMatch": 603, "broadMatch": 439, "narrowMatch": 18, "closeMatch": 16},
		4397, nil, nil,
	},
	{
		"tate/tate-subjects.ttl.gz",
		map[string]int{"Concept": 16632, "prefLabel": 16633, "broader": 16616, "narrower": 16616, "notation": 16632, "hasTopConcept": 16},
		16632, map[string]int{"prefLabel": 16632, "broader": 16616, "top": 16}, nil,
	},
}

// TestRealVocabularies builds published thesauri as they were published.
func TestRealVocabularies(t *testing.T) {
	t.Parallel()
	root := os.Getenv("SEMDEX_REAL_DATA")
	if root == "" {
		t.Skip("SEMDEX_REAL_DATA is not set: it names the folder with the vocabularies (skos, tate)")
	}
	for _, want := range realVocabularies {
		t.Run(want.file, func(t *testing.T) {
			t.Parallel()
			documents := read(t, filepath.Join(root, filepath.FromSlash(want.file)))
			g := graph.Build(documents...)
			if g.Len() != want.concepts {
				t.Errorf("concepts: got %d, want %d", g.Len(), want.concepts)
			}
			if diff := cmp.Diff(want.triples, stated(documents, want.triples)); diff != "" {
				t.Errorf("triples (-want +got):\n%s", diff)
			}
			if want.collected != nil {
				if diff := cmp.Diff(want.collected, collected(g, want.collected)); diff != "" {
					t.Errorf("in the graph (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(want.problems, problemCounts(g)); diff != "" {
					t.Errorf("problems (-want +got):\n%s", diff)
				}
			}
			mirrored(t, g)
			settled(t, g)
			for c := range g.All() {
				if len(g.Path(c, "en")) == 0 {
					t.Errorf("no path to %s", g.ID(c))
				}
			}
		})
	}
}

// read gives the documents of a file, or of all files in a folder.
func read(t *testing.T, path string) []graph.Document {
	t.Helper()
	paths := []string{path}
	if info, err := os.Stat(path); err != nil {
		t.Fatal(err)
	} else if info.IsDir() {
		if paths, err = filepath.Glob(filepath.Join(path, "*.ttl.gz")); err != nil || len(paths) != 11 {
			t.Fatalf("got files %q (error %v), want 11", paths, err)
		}
	}
	var documents []graph.Document
	for _, p := range paths {
		d := graph.Document{Name: filepath.Base(p)}
		err := rdf.DecodeFile(t.Context(), p, rdf.Options{Document: d.Name}, func(tr rdf.Triple) error {
			d.Triples = append(d.Triples, tr)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, d)
	}
	return documents
}

// stated counts, for each of the names, the different triples of that SKOS property, or type.
func stated(documents []graph.Document, names map[string]int) map[string]int {
	got, seen := map[string]int{}, map[rdf.Triple]bool{}
	for name := range names {
		got[name] = 0
	}
	for _, d := range documents {
		for _, tr := range d.Triples {
			property := tr.Predicate.Value
			if strings.HasSuffix(property, "#type") {
				property = tr.Object.Value
			}
			name, ok := strings.CutPrefix(property, "http://www.w3.org/2004/02/skos/core#")
			if _, asked := names[name]; ok && asked && !seen[tr] {
				seen[tr] = true
				got[name]++
			}
		}
	}
	return got
}

// collected counts the same in the graph.
func collected(g *graph.Graph, names map[string]int) map[string]int {
	all := map[string]int{"collections": len(g.Collections())}
	for c := range g.All() {
		for _, l := range g.Labels(c) {
			all[l.Kind.String()]++
		}
		all["broader"] += len(g.Broader(c))
		all["related"] += len(g.Related(c))
		if g.Deprecated(c) {
			all["deprecated"]++
		}
	}
	for _, s := range g.Schemes() {
		all["top"] += len(s.Top)
	}
	got := map[string]int{}
	for name := range names {
		got[name] = all[name]
	}
	return got
}

func problemCounts(g *graph.Graph) map[string]int {
	var got map[string]int
	for _, p := range g.Problems() {
		if got == nil {
			got = map[string]int{}
		}
		got[p.Check]++
	}
	return got
}
