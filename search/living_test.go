package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/graph"
	"semdex/graph/rdf"
	"semdex/search"
	"semdex/search/local"
)

// names are what concepts are called, and assets tagged with: some read alike, some are inflected forms of others.
var names = []string{"tent", "Tents", "Tenting", "jacket", "rain jacket", "Rain-Jacket", "rainjacket", "jackets", "hat", "Hut", "Hüte", "hut",
	"Zelt", "Regenjacke", "Café", "cafe", "boots (hiking)", "boots", "T3", "t3", "walk", "walking", "Wandern", "fire place", "camp"}

// living is a vocabulary that changes.
type living struct {
	r        *rand.Rand
	concepts map[int]*livingConcept
}

type livingConcept struct {
	labels   map[semdex.Label]bool
	broader  map[int]bool
	related  map[int]bool
	notation string
	schemes  map[string]bool
	foreign  string
	replaced int // -1: in use
}

const livingBase = "https://living.example/"

func newLiving(r *rand.Rand, n int) *living {
	v := &living{r, map[int]*livingConcept{}}
	for i := range n {
		v.add(i)
	}
	return v
}

func (v *living) add(n int) {
	c := &livingConcept{labels: map[semdex.Label]bool{}, broader: map[int]bool{}, related: map[int]bool{}, schemes: map[string]bool{}, replaced: -1}
	v.concepts[n] = c
	c.labels[semdex.Label{Text: v.name(), Lang: "en", Kind: semdex.PrefLabel}] = true
	if v.r.IntN(2) == 0 {
		c.labels[semdex.Label{Text: v.name(), Lang: "de", Kind: semdex.AltLabel}] = true
	}
	c.schemes[[]string{"topics", "products"}[v.r.IntN(2)]] = true
	if n > 0 && v.r.IntN(4) > 0 {
		c.broader[v.r.IntN(n)] = true
	}
}

func (v *living) name() string { return names[v.r.IntN(len(names))] }

func (v *living) some() int {
	var all []int
	for n := range v.concepts {
		all = append(all, n)
	}
	slices.Sort(all)
	return all[v.r.IntN(len(all))]
}

// change does one thing that a taxonomist does, and says which.
func (v *living) change() string {
	n := v.some()
	c := v.concepts[n]
	switch v.r.IntN(10) {
	case 0:
		for l := range c.labels {
			if l.Kind == semdex.PrefLabel {
				delete(c.labels, l)
			}
		}
		c.labels[semdex.Label{Text: v.name(), Lang: "en", Kind: semdex.PrefLabel}] = true
		return fmt.Sprintf("%d has another label", n)
	case 1:
		c.labels[semdex.Label{Text: v.name(), Lang: []string{"en", "de", ""}[v.r.IntN(3)], Kind: semdex.LabelKind(1 + v.r.IntN(2))}] = true
		return fmt.Sprintf("%d has one more label", n)
	case 2:
		clear(c.broader)
		c.broader[v.some()] = true
		return fmt.Sprintf("%d moves with all below it", n)
	case 3:
		c.related[v.some()] = true
		return fmt.Sprintf("%d is related", n)
	case 4:
		c.replaced = v.some()
		if c.replaced == n {
			c.replaced = -1
		}
		return fmt.Sprintf("%d is merged into %d", n, c.replaced)
	case 5:
		c.notation = v.name()
		return fmt.Sprintf("%d has the notation %s", n, c.notation)
	case 6:
		c.foreign = fmt.Sprint("https://elsewhere.example/", v.r.IntN(3))
		return fmt.Sprintf("%d is an exact match of %s", n, c.foreign)
	case 7:
		if len(v.concepts) > 4 {
			delete(v.concepts, n)
		}
		return fmt.Sprintf("%d is gone", n)
	case 8:
		n = v.r.IntN(30)
		if v.concepts[n] == nil {
			v.add(n)
		}
		return fmt.Sprintf("%d is new", n)
	}
	c.schemes = map[string]bool{[]string{"topics", "products"}[v.r.IntN(2)]: true}
	return fmt.Sprintf("%d is in the scheme %v", n, c.schemes)
}

func livingURI(n int) string { return fmt.Sprint(livingBase, "c", n) }

// triples says the vocabulary as RDF.
func (v *living) triples() []rdf.Triple {
	const skos = "http://www.w3.org/2004/02/skos/core#"
	var out []rdf.Triple
	for n, c := range v.concepts {
		say := func(property string, object rdf.Term) {
			out = append(out, rdf.Triple{Subject: rdf.Term{Kind: rdf.IRI, Value: livingURI(n)}, Predicate: rdf.Term{Kind: rdf.IRI, Value: property}, Object: object})
		}
		iri := func(s string) rdf.Term { return rdf.Term{Kind: rdf.IRI, Value: s} }
		say("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", iri(skos+"Concept"))
		for l := range c.labels {
			say(skos+l.Kind.String(), rdf.Term{Kind: rdf.Literal, Value: l.Text, Lang: l.Lang})
		}
		for b := range c.broader {
			say(skos+"broader", iri(livingURI(b)))
		}
		for b := range c.related {
			say(skos+"related", iri(livingURI(b)))
		}
		for s := range c.schemes {
			say(skos+"inScheme", iri(livingBase+s))
		}
		if c.notation != "" {
			say(skos+"notation", rdf.Term{Kind: rdf.Literal, Value: c.notation})
		}
		if c.foreign != "" {
			say(skos+"exactMatch", iri(c.foreign))
		}
		if c.replaced >= 0 {
			say("http://www.w3.org/2002/07/owl#deprecated", rdf.Term{Kind: rdf.Literal, Value: "true"})
			say("http://purl.org/dc/terms/isReplacedBy", iri(livingURI(c.replaced)))
		}
	}
	return out
}

func (v *living) graph() *graph.Graph {
	return graph.Build(graph.Document{Name: "living", Triples: v.triples()})
}

var livingSettings = search.Settings{Languages: []string{"en", "de"}, Dimensions: []search.Dimension{
	{Name: "topic", HasScheme: true, Scheme: livingBase + "topics"},
	{Name: "product", Field: "field:Product", HasScheme: true, Scheme: livingBase + "products", ByNotation: true},
	{Name: "region", Field: "field:Region"},
}}

// livingAsset bears labels as raw tags, URIs of concepts that may be there or not, and URIs of other vocabularies.
func livingAsset(r *rand.Rand, n int) *semdex.Asset {
	a := &semdex.Asset{ID: semdex.AssetID(fmt.Sprint("files:", n)), Created: time.Unix(int64(n), 0), Approval: semdex.Approved,
		Title: semdex.Text{"en": names[r.IntN(len(names))] + " " + names[r.IntN(len(names))]}, Fields: map[string][]string{"Region": {fmt.Sprint("r", r.IntN(3))}}}
	for range r.IntN(4) {
		name := names[r.IntN(len(names))]
		switch r.IntN(5) {
		case 0:
			a.Tags = append(a.Tags, strings.ToUpper(name))
		case 1:
			a.Keywords = append(a.Keywords, name)
		case 2:
			a.Concepts = append(a.Concepts, []string{livingURI(r.IntN(30)), name, fmt.Sprint("https://elsewhere.example/", r.IntN(3))}[r.IntN(3)])
		case 3:
			a.Fields["Product"] = append(a.Fields["Product"], name)
		default:
			a.Tags = append(a.Tags, name)
		}
	}
	return a
}

// answers asks everything that depends on the vocabulary.
func answers(t *testing.T, s *search.Service, r *rand.Rand) map[string]any {
	t.Helper()
	ctx, out := context.Background(), map[string]any{}
	note := func(what string, answer any, err error) {
		if err != nil {
			answer = err.Error()
		}
		out[what] = answer
	}
	for range 6 {
		q := names[r.IntN(len(names))]
		if r.IntN(2) == 0 {
			q += " " + names[r.IntN(len(names))]
		}
		request := search.Request{Query: q, Lang: []string{"en", "de", ""}[r.IntN(3)], Expand: search.Modes[r.IntN(len(search.Modes))], Access: everyone, Limit: 50,
			Facets: []string{"topic", "product", "region", "concept"}}
		if r.IntN(3) == 0 {
			request.Filters = map[string][]string{[]string{"topic", "product", "concept", "concept.direct"}[r.IntN(4)]: {names[r.IntN(len(names))]}}
		}
		answer, err := s.Search(ctx, request)
		if answer != nil {
			answer.NextCursor = "" // sealed by each service for itself
		}
		note(fmt.Sprintf("search %+v", request), answer, err)
		typed := q[:min(len(q), 3)]
		suggestions, err := s.Suggest(ctx, search.SuggestRequest{Query: typed, Lang: request.Lang, Access: everyone})
		note("suggest "+typed, suggestions, err)
	}
	counts, err := s.Facet(ctx, search.FacetRequest{Field: "product", Limit: 50}, search.Request{Access: everyone})
	note("facet", counts, err)
	tree, err := s.Tree(ctx, "", livingBase+"topics", "en", everyone)
	note("tree", tree, err)
	reader := s.Reader()
	defer reader.Release()
	ambiguous, unknown := reader.Links()
	var told []string
	for _, a := range ambiguous {
		told = append(told, fmt.Sprint(a))
	}
	slices.Sort(told)
	note("links", []any{told, unknown}, nil)
	return out
}

// TestAChangedVocabularyAnswersAsAFreshOne changes a vocabulary at random, assets in between. Each time every answer is
// that of a service that was made with the vocabulary as it is.
func TestAChangedVocabularyAnswersAsAFreshOne(t *testing.T) {
	t.Parallel()
	runs, steps := 4, 30
	if testing.Short() {
		runs = 1
	}
	for seed := range uint64(runs) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			v := newLiving(r, 12)
			var assets []*semdex.Asset
			for n := range 60 {
				assets = append(assets, livingAsset(r, n))
			}
			s, known, x := openLibrary(t, livingSettings, v.graph(), assets...)
			for step := range steps {
				changed := v.change()
				g := v.graph()
				s.SetVocabulary(g)
				if step%5 == 4 {
					a := livingAsset(r, 60+step)
					known[a.ID] = a
					if err := x.Apply(context.Background(), []local.Change{{ID: a.ID, Asset: a}}, uint64(step+2)); err != nil {
						t.Fatal(err)
					}
				}
				fresh := search.New(search.Options{Engine: x, Records: known, Settings: livingSettings, Now: func() time.Time { return time.Unix(0, 0) }, NewID: func() string { return "q_1" }})
				fresh.SetVocabulary(g)
				queries := r.Uint64()
				want := answers(t, fresh, rand.New(rand.NewPCG(queries, 1)))
				got := answers(t, s, rand.New(rand.NewPCG(queries, 1)))
				if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("step %d, %s (-fresh +changed)\n%s", step, changed, d)
				}
			}
		})
	}
}

// vocabularies are held weakly, to tell which of them are in memory.
type vocabularies []weak.Pointer[graph.Graph]

func (v *vocabularies) add(g *graph.Graph) { *v = append(*v, weak.Make(g)) }

func (v vocabularies) alive() (n int) {
	runtime.GC()
	for _, g := range v {
		if g.Value() != nil {
			n++
		}
	}
	return n
}

// inUse is how many vocabularies may be in memory: the last one, and what was made ready by the one or two before it.
const inUse = 3

// checkFreed waits until no more than most are in memory; meanwhile goes on with what frees them.
func (v *vocabularies) checkFreed(t *testing.T, most int, meanwhile func()) {
	t.Helper()
	n := v.alive()
	for range 50 {
		if n <= most {
			return
		}
		time.Sleep(10 * time.Millisecond) // what is made ready, or told, afterwards
		meanwhile()
		n = v.alive()
	}
	t.Errorf("%d of %d vocabularies are in memory, want %d at most", n, len(*v), most)
}

// livingService is a service of random assets and a vocabulary that changes.
func livingService(t *testing.T, seed uint64) (*search.Service, *living) {
	t.Helper()
	v := newLiving(rand.New(rand.NewPCG(seed, seed)), 12)
	var assets []*semdex.Asset
	for n := range 60 {
		assets = append(assets, livingAsset(v.r, n))
	}
	s, _, _ := openLibrary(t, livingSettings, v.graph(), assets...)
	return s, v
}

// TestVocabulariesThatAreGoneAreFreed changes a vocabulary again and again while queries are asked that are gone on with
// later: what they remember must not hold the vocabularies in memory.
func TestVocabulariesThatAreGoneAreFreed(t *testing.T) {
	t.Parallel()
	s, v := livingService(t, 5)
	var gone vocabularies
	paged := 0
	for range 12 {
		v.change()
		g := v.graph()
		s.SetVocabulary(g)
		gone.add(g)
		for _, name := range names {
			answer, err := s.Search(context.Background(), search.Request{Query: name, Lang: "en", Access: everyone, Limit: 1, Facets: []string{"topic", "product"}})
			if err != nil {
				t.Fatal(err)
			}
			if answer.NextCursor != "" {
				paged++
			}
		}
		answers(t, s, v.r)
	}
	if paged == 0 {
		t.Error("no query can be gone on with")
	}
	gone.checkFreed(t, inUse, func() {})
	runtime.KeepAlive(s)
}

// TestDraftsThatNobodyHoldsAreFreed asks by one draft after the other.
func TestDraftsThatNobodyHoldsAreFreed(t *testing.T) {
	t.Parallel()
	s, v := livingService(t, 6)
	var drafts vocabularies
	ask := func() {
		v.change()
		g := v.graph()
		drafts.add(g)
		if _, err := s.With(g).Search(context.Background(), search.Request{Access: everyone, Facets: []string{"topic", "product"}}); err != nil {
			t.Fatal(err)
		}
	}
	for range 12 {
		ask()
	}
	drafts.checkFreed(t, inUse, ask)
	runtime.KeepAlive(s)
}

// TestWhatIsTakenOverHoldsNoVocabulary has the hierarchy change while all labels stay, so that what completes them is taken
// over from one vocabulary to the next.
func TestWhatIsTakenOverHoldsNoVocabulary(t *testing.T) {
	t.Parallel()
	s, v := livingService(t, 7)
	var gone vocabularies
	for n := range 6 {
		clear(v.concepts[11].broader)
		v.concepts[11].broader[n] = true
		g := v.graph()
		s.SetVocabulary(g)
		gone.add(g)
		suggest(t, s, search.SuggestRequest{Query: "t", Access: everyone})
		ask(t, s, search.Request{Query: "jakcet", Lang: "en", Access: everyone})
	}
	first := gone[:1]
	first.checkFreed(t, 0, func() {})
	runtime.KeepAlive(s)
}

// TestQueriesSeeOneVocabulary has queries run while the vocabulary changes to and fro between two states, in each
// of which a label, what is below it and what it counts belong together.
func TestQueriesSeeOneVocabulary(t *testing.T) {
	t.Parallel()
	state := func(label, above string) *graph.Graph {
		v := &living{concepts: map[int]*livingConcept{}}
		for n, name := range []string{label, "Zelt", "Hut", "boots"} {
			v.concepts[n] = &livingConcept{labels: map[semdex.Label]bool{{Text: name, Lang: "en", Kind: semdex.PrefLabel}: true}, schemes: map[string]bool{"topics": true}, replaced: -1, broader: map[int]bool{}}
		}
		for n := 1; n <= 3; n++ {
			if strings.Contains(above, fmt.Sprint(n)) {
				v.concepts[n].broader[0] = true
			}
		}
		return v.graph()
	}
	var assets []*semdex.Asset
	for n := range 90 {
		assets = append(assets, &semdex.Asset{ID: semdex.AssetID(fmt.Sprint("files:", n)), Approval: semdex.Approved, Concepts: []string{livingURI(1 + n%3)}, Tags: []string{fmt.Sprint("tag", n)}})
	}
	one, other := state("camp", "12"), state("walk", "3")
	s, _, _ := openLibrary(t, livingSettings, one, assets...)
	var changing, asking sync.WaitGroup
	stop := make(chan struct{})
	changing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				s.SetVocabulary([]*graph.Graph{other, one}[i%2])
			}
		}
	})
	for range 3 {
		asking.Go(func() {
			for range 150 {
				answer, err := s.Search(context.Background(), search.Request{Filters: map[string][]string{"concept": {livingURI(0)}}, Facets: []string{"topic"}, Access: everyone})
				if err != nil {
					t.Error(err)
					return
				}
				label, count := "", 0
				for _, value := range answer.Facets[0].Values {
					if string(value.URI) == livingURI(0) {
						label, count = value.Label, value.Count
					}
				}
				if want := map[string]int{"camp": 60, "walk": 30}[label]; answer.Total != want || count != want {
					t.Errorf("%q: found %d and counted %d, want %d", label, answer.Total, count, want)
					return
				}
			}
		})
	}
	asking.Wait()
	close(stop)
	changing.Wait()
}
