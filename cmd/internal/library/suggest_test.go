package library

import (
	"context"
	"testing"

	"semdex/search"
)

// TestSuggestNamesSchemes guards that a suggestion tells the scheme by its name in the reader's language, as far
// as there is one.
func TestSuggestNamesSchemes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write("taxonomy.ttl", taxonomy+`
v:topics a skos:ConceptScheme ; skos:prefLabel "Topics"@en, "Themen"@de .
v:packaging skos:inScheme v:topics .
`)
	l := h.synced()
	for lang, want := range map[string]string{"": "Topics", "de": "Themen", "fr": "Topics"} {
		a, err := l.Suggest(context.Background(), search.SuggestRequest{Query: "verpack", Lang: lang, Access: l.Client()})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Suggestions) != 1 || a.Suggestions[0].Scheme != want || *a.Suggestions[0].Count != 1 {
			t.Errorf("in %q: got %+v, want one concept of %s with one asset", lang, a.Suggestions, want)
		}
	}
}
