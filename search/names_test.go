package search

import (
	"sync"
	"testing"
)

// What is remembered of names is what the vocabulary says, in every language, and goes with the vocabulary.
func TestNamesAreThoseOfTheVocabulary(t *testing.T) {
	t.Parallel()
	first := NewVocabulary(map[string]string{"a": "Apple@en | Apfel@de", "b": "Birne@de", "c": "Cherry@en | cerise@fr | cereza@es"}, nil)
	second := NewVocabulary(map[string]string{"a": "Apple@en | Boskop@de", "b": "Birne@de", "c": "Cherry@en | cerise@fr", "d": "Date@en"}, nil)
	st := newState(first, Settings{Languages: []string{"de", "en"}})
	for _, of := range []*Vocabulary{first, second} {
		if of == second {
			st = st.next(second)
		}
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for range 2 {
					for c := range int32(of.Len()) {
						for _, lang := range []string{"", "de", "en", "fr", "es"} {
							if got, want := st.label(c, lang), st.findLabel(c, lang); got != want {
								t.Errorf("concept %s in %q: got %q, want %q", of.ID(c), lang, got, want)
							}
						}
					}
				}
			})
		}
		readers.Wait()
	}
	if got := st.label(0, "de"); got != "Boskop" {
		t.Errorf("after a change of the vocabulary: got %q, want Boskop", got)
	}
}
