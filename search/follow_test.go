package search_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/graph"
	"semdex/search"
	"semdex/search/local"
)

// growingEngine indexes more before it gives its next view but one.
type growingEngine struct {
	*local.Index
	views int
	grow  func()
}

func (e *growingEngine) View() search.View {
	if e.views--; e.views == 0 {
		e.grow()
	}
	return e.Index.View()
}

// TestValuesThatComeWhileAVocabularyChanges indexes an asset with new values while a vocabulary is made ready: they
// are linked before the engine asks which groups they are in.
func TestValuesThatComeWhileAVocabularyChanges(t *testing.T) {
	t.Parallel()
	vocabulary := func(other string) *graph.Graph {
		v := &living{concepts: map[int]*livingConcept{}}
		for n, name := range []string{"tent", other} {
			v.concepts[n] = &livingConcept{labels: map[semdex.Label]bool{{Text: name, Lang: "en", Kind: semdex.PrefLabel}: true}, schemes: map[string]bool{"topics": true}, replaced: -1}
		}
		return v.graph()
	}
	tagged := func(id semdex.AssetID, tag string) *semdex.Asset {
		return &semdex.Asset{ID: id, Approval: semdex.Approved, Tags: []string{tag}}
	}
	first, second := tagged("files:1", "tent"), tagged("files:2", "TENT")
	_, known, x := openLibrary(t, livingSettings, vocabulary("hut"), first)
	known[second.ID] = second
	e := &growingEngine{Index: x, grow: func() {
		if err := x.Apply(context.Background(), []local.Change{{ID: second.ID, Asset: second}}, 2); err != nil {
			t.Fatal(err)
		}
	}}
	s := search.New(search.Options{Engine: e, Records: known, Settings: livingSettings, Now: func() time.Time { return time.Unix(0, 0) }, NewID: func() string { return "q_1" }})
	s.SetVocabulary(vocabulary("hut"))
	counted := func() map[semdex.ConceptID]int {
		answer, err := s.Search(context.Background(), search.Request{Access: everyone, Facets: []string{"topic"}})
		if err != nil {
			t.Fatal(err)
		}
		counts := map[semdex.ConceptID]int{}
		for _, v := range answer.Facets[0].Values {
			counts[v.URI] = v.Count
		}
		return counts
	}
	if d := cmp.Diff(map[semdex.ConceptID]int{semdex.ConceptID(livingURI(0)): 1}, counted()); d != "" {
		t.Fatalf("before (-want +got)\n%s", d)
	}
	e.views = 2
	use := s.Prepare(vocabulary("hat"))
	for _, when := range []string{"until the other is in use", "afterwards"} {
		if d := cmp.Diff(map[semdex.ConceptID]int{semdex.ConceptID(livingURI(0)): 2}, counted()); d != "" {
			t.Errorf("%s (-want +got)\n%s", when, d)
		}
		use()
	}
}
