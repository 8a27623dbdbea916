package graph_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/graph"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	const before = `:dog a skos:Concept ; skos:prefLabel "Dog"@en, "Hund"@de ; skos:altLabel "Hound"@en ; skos:broader :animal .
:animal a skos:Concept ; skos:prefLabel "Animal"@en ; skos:notation "1" .
:cat a skos:Concept ; skos:prefLabel "Cat"@en .
`
	id := func(names ...string) []semdex.ConceptID {
		var out []semdex.ConceptID
		for _, n := range names {
			out = append(out, semdex.ConceptID(voc+n))
		}
		return out
	}
	tests := []struct {
		rule, after string
		want        graph.Difference
	}{
		{"the same", before, graph.Difference{}},
		{"an altLabel is added", before + `:dog skos:altLabel "Pooch"@en .`, graph.Difference{Changed: id("dog"), Labels: graph.Counts{Added: 1}}},
		{"a concept comes with its label", before + `:cow a skos:Concept ; skos:prefLabel "Cow"@en ; skos:broader :animal .`,
			graph.Difference{Added: id("cow"), Labels: graph.Counts{Added: 1}, Relations: graph.Counts{Added: 1}}},
		{"a broader link, a label and a notation go", `:dog a skos:Concept ; skos:prefLabel "Dog"@en, "Hund"@de .
:animal a skos:Concept ; skos:prefLabel "Animal"@en . :cat a skos:Concept ; skos:prefLabel "Cat"@en .`,
			graph.Difference{Changed: id("animal", "dog"), Labels: graph.Counts{Removed: 1}, Notations: graph.Counts{Removed: 1}, Relations: graph.Counts{Removed: 1}}},
		{"a renamed one is changed", `:dog a skos:Concept ; skos:prefLabel "Canine"@en, "Hund"@de ; skos:altLabel "Hound"@en ; skos:broader :animal .
:animal a skos:Concept ; skos:prefLabel "Animal"@en ; skos:notation "1" .`,
			graph.Difference{Removed: id("cat"), Changed: id("dog"), Labels: graph.Counts{Removed: 1, Changed: 1}}},
		{"a related link is told at both ends", before + `:dog skos:related :cat .`, graph.Difference{Changed: id("cat", "dog"), Relations: graph.Counts{Added: 2}}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, build(t, before).Compare(build(t, tt.after))); diff != "" {
			t.Errorf("%s: %s", tt.rule, diff)
		}
	}
}
