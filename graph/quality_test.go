package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuality(t *testing.T) {
	t.Parallel()
	g := build(t, `
		:s a skos:ConceptScheme .
		:t a skos:ConceptScheme .
		:a a skos:Concept ; skos:inScheme :s ; skos:prefLabel "Apple"@en, "Apfel"@de ; skos:altLabel "Pome"@en ; skos:narrower :b .
		:b a skos:Concept ; skos:inScheme :s ; skos:prefLabel "Boskop"@en ; skos:hiddenLabel "boscop"@en .
		:c a skos:Concept ; skos:inScheme :s ; skos:prefLabel "pome"@en-GB, "Kern"@de .
		:d a skos:Concept ; skos:inScheme :t ; skos:prefLabel "Apple" .
		:e a skos:Concept ; skos:inScheme :s ; skos:prefLabel "Apple"@en ; owl:deprecated true ; dct:isReplacedBy :a .
		:f a skos:Concept ; skos:inScheme :s ; skos:prefLabel "Fig"@en ; owl:deprecated true .
		:g a skos:Concept ; skos:inScheme :s ; skos:prefLabel "Grape"@en, "Traube"@de ; skos:exactMatch <http://else.example/g> .`)
	q := g.Quality([]string{"en", "de"})
	names := func(concepts []int32) string {
		var out []string
		for _, c := range concepts {
			out = append(out, strings.TrimPrefix(string(g.ID(c)), voc))
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	got := map[string]string{
		"concepts": fmt.Sprint(q.Concepts), "without English": names(q.Unlabelled["en"]), "without German": names(q.Unlabelled["de"]),
		"without a synonym": names(q.NoSynonym), "joined with none": names(q.Orphans), "leading nowhere": names(q.Dangling),
	}
	for _, o := range q.Overlapping {
		got["shared "+o.Text] = names(o.Concepts)
	}
	want := map[string]string{
		"concepts":          "5",
		"without English":   "", // en-GB is English, and an untagged label is any language's
		"without German":    "b",
		"without a synonym": "c d g",
		"joined with none":  "c d g", // a match in a vocabulary that is not here joins with nothing
		"leading nowhere":   "f",
		"shared Pome":       "a c", // in one scheme; the deprecated :e and :d of another scheme share nothing
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("quality (-want +got):\n%s", diff)
	}
}

// TestStubsOfMergedConcepts reads what PoolParty leaves of concepts that were merged or deleted.
func TestStubsOfMergedConcepts(t *testing.T) {
	t.Parallel()
	g := build(t, `
		:live a skos:Concept ; skos:prefLabel "Live"@en .
		:merged a skos:Concept ; rdfs:label "Old name"@en ; owl:deprecated true ; dct:isReplacedBy :live .
		:unsaid a skos:Concept ; rdfs:label "Older name"@en ; dct:isReplacedBy :live .
		:deleted a skos:Concept ; rdfs:label "Gone"@en ; owl:deprecated true .
		:named a skos:Concept ; rdfs:label "Not for search"@en ; skos:prefLabel "Named"@en .
		:bare a skos:Concept ; rdfs:label "Bare"@en .`)
	tests := []struct {
		name, concept, label string
		deprecated           bool
		next                 int
	}{
		{"a merged concept keeps its name and leads on", "merged", "Old name", true, 1},
		{"a replaced one without SKOS labels is deprecated, said or not", "unsaid", "Older name", true, 1},
		{"a deleted one keeps its name and leads nowhere", "deleted", "Gone", true, 0},
		{"a concept in use goes by its SKOS labels", "named", "Named", false, 0},
		{"and by no other", "bare", "bare", false, 0},
	}
	for _, tt := range tests {
		c := find(t, g, tt.concept)
		if got := g.PrefLabel(c, "en"); got != tt.label || g.Deprecated(c) != tt.deprecated || len(g.Successors(c)) != tt.next {
			t.Errorf("%s: got %q, deprecated %v, %d successors, want %q, %v, %d", tt.name, got, g.Deprecated(c), len(g.Successors(c)), tt.label, tt.deprecated, tt.next)
		}
	}
}
