package library

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"semdex"
	"semdex/graph/rdf"
	"semdex/search"
)

const skos = "http://www.w3.org/2004/02/skos/core#"

func voc(name string) rdf.Term { return rdf.Term{Kind: rdf.IRI, Value: "https://voc.example/" + name} }

func says(subject, property string, object rdf.Term) rdf.Triple {
	return rdf.Triple{Subject: voc(subject), Predicate: rdf.Term{Kind: rdf.IRI, Value: skos + property}, Object: object}
}

func english(s string) rdf.Term { return rdf.Term{Kind: rdf.Literal, Value: s, Lang: "en"} }

func TestAChangeOfAVocabularyIsInEffectAtOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.synced()
	change := func(c Change) {
		t.Helper()
		if err := l.ChangeVocabulary(context.Background(), "taxonomy.ttl", c); err != nil {
			t.Fatal(err)
		}
	}
	h.finds(l, "hound")
	change(Change{Add: []rdf.Triple{says("dog", "altLabel", english("Hound"))}})
	h.finds(l, "hound", "a2", "a4")
	change(Change{Remove: []rdf.Triple{says("recyclable", "broader", voc("packaging"))}, Add: []rdf.Triple{says("dog", "broader", voc("packaging"))}})
	h.finds(l, "concept:\"Sustainable packaging\"", "a2", "a4")
	change(Change{Remove: []rdf.Triple{says("dog", "prefLabel", english("Dog"))}, Add: []rdf.Triple{says("dog", "prefLabel", english("Wolf"))}})
	h.finds(l, "concept:hound", "a4") // the tag "dog" names no concept any more

	again := func() *Library { // what was changed is stored
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		return h.open()
	}
	l = again()
	h.finds(l, "concept:wolf", "a4")
	h.sync(l, SyncOptions{})
	h.finds(l, "concept:wolf", "a4") // the file is as it was when it was read
	h.sync(l, SyncOptions{Full: true})
	h.finds(l, "concept:dog", "a2", "a4") // and counts when it is read whole
	h.finds(l, "wolf")
}

func TestAChangeThatCannotBeMeantChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.synced()
	all, err := l.triples("taxonomy.ttl")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, vocabulary string
		change           Change
		code             semdex.Code
	}{
		{"a vocabulary that was never read", "other.ttl", Change{}, semdex.NotFound},
		{"a triple that is not there", "taxonomy.ttl", Change{Remove: []rdf.Triple{says("dog", "prefLabel", english("Cat"))}}, semdex.Conflict},
		{"a blank node", "taxonomy.ttl", Change{Add: []rdf.Triple{says("dog", "broader", rdf.Term{Kind: rdf.Blank, Value: "b"})}}, semdex.Invalid},
		{"no concept is left", "taxonomy.ttl", Change{Remove: all}, semdex.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := l.ChangeVocabulary(context.Background(), tt.vocabulary, tt.change)
			var e *semdex.Error
			if !errors.As(err, &e) || e.Code != tt.code || e.Hint == "" {
				t.Errorf("got %v, want %v with a hint", err, tt.code)
			}
			h.finds(l, "concept:dog", "a2", "a4")
		})
	}
}

// TestQueriesGoOnWhileTheVocabularyChanges has queries run beside changes that come to and fro: an answer is that of
// the one state or of the other.
func TestQueriesGoOnWhileTheVocabularyChanges(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.synced()
	ctx := context.Background()
	there, back := []rdf.Triple{says("dog", "broader", voc("packaging"))}, []rdf.Triple{says("recyclable", "broader", voc("packaging"))}
	var changing, asking sync.WaitGroup
	stop := make(chan struct{})
	changing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			c := Change{Remove: back, Add: there}
			if i%2 == 1 {
				c = Change{Remove: there, Add: back}
			}
			if err := l.ChangeVocabulary(ctx, "taxonomy.ttl", c); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 2 {
		asking.Go(func() {
			for range 100 {
				answer, err := l.Search(ctx, search.Request{Filters: map[string][]string{"concept": {"https://voc.example/packaging"}}, Access: l.Owner()})
				if err != nil {
					t.Error(err)
					return
				}
				found := ""
				for _, hit := range answer.Hits {
					found = fmt.Sprint(found, " ", hit.ID)
				}
				if found != " files:a1 files:a3" && found != " files:a3 files:a1" && found != " files:a2 files:a4" && found != " files:a4 files:a2" {
					t.Errorf("found%s, want a1 and a3 or a2 and a4", found)
					return
				}
			}
		})
	}
	asking.Wait()
	close(stop)
	changing.Wait()
}
