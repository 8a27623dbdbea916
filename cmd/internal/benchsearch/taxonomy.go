package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/cmd/internal/generate"
	"semdex/cmd/internal/library"
	"semdex/graph/rdf"
	"semdex/search"
)

// changes is how often each kind of change is made.
const changes = 8

// taxonomist changes the vocabulary of a library and looks when it is in effect.
type taxonomist struct {
	*bench
	l     *library.Library
	steps *stepLog
	from  int // the first leaf
	to    int
}

const skosNS = "http://www.w3.org/2004/02/skos/core#"

func statement(subject semdex.ConceptID, property string, object rdf.Term) rdf.Triple {
	return rdf.Triple{Subject: rdf.Term{Kind: rdf.IRI, Value: string(subject)}, Predicate: rdf.Term{Kind: rdf.IRI, Value: skosNS + property}, Object: object}
}

func literal(l semdex.Label) rdf.Term {
	return rdf.Term{Kind: rdf.Literal, Value: l.Text, Lang: l.Lang}
}

func resource(c semdex.ConceptID) rdf.Term { return rdf.Term{Kind: rdf.IRI, Value: string(c)} }

// taxonomy measures from the arrival of changed triples to the first right answer, facets and rights included.
func (b *bench) taxonomy(ctx context.Context, l *library.Library, steps *stepLog) error {
	b.heading("A changed vocabulary, from its arrival as triples to the first right answer; five facets, rights; median of %d", changes)
	t := &taxonomist{bench: b, l: l, steps: steps}
	t.from, t.to = b.library.Vocabulary.Leaves()
	if err := asker(l)(ctx, b.mix[0]); err != nil {
		return err
	}
	kinds := []struct {
		what string
		do   func(context.Context, int) (time.Duration, error)
	}{{"a changed label", t.relabel}, {"a moved subtree of about 1000 concepts", t.move}, {"a new label that makes a raw tag link", t.link}}
	for _, k := range kinds {
		var took times
		steps.reset()
		for i := range changes {
			d, err := k.do(ctx, i)
			if err != nil {
				return fmt.Errorf("%s: %w", k.what, err)
			}
			took = append(took, d)
		}
		b.atMost(k.what, took.quantile(.5), 100, "ms")
		b.note("  best, worst", "%.1f, %.1f ms", took.quantile(0), took.quantile(1))
		b.note("  of which (median)", "%s", steps)
	}
	return t.whole(ctx)
}

// betweenChanges is what is left to the work that a change leaves for afterwards.
const betweenChanges = 300 * time.Millisecond

// change applies a change and asks for what it must show; the answer is checked after the clock has stopped.
func (t *taxonomist) change(ctx context.Context, c library.Change, r search.Request, right func(*search.Answer) error) (time.Duration, error) {
	time.Sleep(betweenChanges)
	start := time.Now()
	if err := t.l.ChangeVocabulary(ctx, generate.VocabularyFile, c); err != nil {
		return 0, err
	}
	asked := time.Now()
	answer, err := t.ask(ctx, r)
	if err != nil {
		return 0, err
	}
	took := time.Since(start)
	t.steps.note("first answer", time.Since(asked))
	return took, right(answer)
}

func (t *taxonomist) ask(ctx context.Context, r search.Request) (*search.Answer, error) {
	r.Facets, r.Access, r.Lang = facets, t.l.Client(), "en"
	return t.l.Search(ctx, r)
}

// relabel gives a leaf another prefLabel, by which it is asked for.
func (t *taxonomist) relabel(ctx context.Context, i int) (time.Duration, error) {
	c := &t.library.Vocabulary.Concepts[t.from+i*97%(t.to-t.from)]
	old := c.Labels[0]
	name := fmt.Sprintf("Xylograph %c%c", 'a'+i%26, 'q')
	before, err := t.ask(ctx, search.Request{Filters: map[string][]string{"concept": {string(c.URI)}}})
	if err != nil {
		return 0, err
	}
	change := library.Change{
		Remove: []rdf.Triple{statement(c.URI, "prefLabel", literal(old))},
		Add:    []rdf.Triple{statement(c.URI, "prefLabel", rdf.Term{Kind: rdf.Literal, Value: name, Lang: "en"}), statement(c.URI, "altLabel", literal(old))},
	}
	return t.change(ctx, change, search.Request{Query: name}, func(a *search.Answer) error {
		if len(a.Expansion.Concepts) != 1 || a.Expansion.Concepts[0].URI != c.URI || a.Total < before.Total {
			return fmt.Errorf("%q finds %d by %v, want %s and at least %d", name, a.Total, a.Expansion.Concepts, c.URI, before.Total)
		}
		return nil
	})
}

// move puts a concept of about 1,000 below another one of the first level, and back.
func (t *taxonomist) move(ctx context.Context, i int) (time.Duration, error) {
	v := t.library.Vocabulary
	root, into := t.largest(), semdex.ConceptID("")
	for n := range v.Tops() {
		if v.Concepts[n].URI != root {
			into = v.Concepts[n].URI
			break
		}
	}
	moved := []rdf.Triple{statement(root, "broader", resource(into))}
	both := search.Request{Filters: map[string][]string{"concept": {string(root), string(into)}}}
	alone := search.Request{Filters: map[string][]string{"concept": {string(into)}}}
	union, err := t.ask(ctx, both)
	if err != nil {
		return 0, err
	}
	apart, err := t.ask(ctx, alone)
	if err != nil {
		return 0, err
	}
	if i%2 == 0 {
		return t.change(ctx, library.Change{Add: moved}, alone, total(union.Total))
	}
	if apart.Total != union.Total {
		return 0, fmt.Errorf("found %d below %s before it moves back, want %d", apart.Total, into, union.Total)
	}
	return t.change(ctx, library.Change{Remove: moved}, alone, func(a *search.Answer) error {
		if a.Total >= union.Total {
			return fmt.Errorf("found %d after it moved back, want fewer than %d", a.Total, union.Total)
		}
		return nil
	})
}

func total(want int) func(*search.Answer) error {
	return func(a *search.Answer) error {
		if a.Total != want {
			return fmt.Errorf("found %d, want %d", a.Total, want)
		}
		return nil
	}
}

// largest is the concept of the first level that comes nearest to 1,000 concepts.
func (t *taxonomist) largest() semdex.ConceptID {
	for _, x := range t.inners()[1000] {
		for n := range t.library.Vocabulary.Tops() {
			if c := &t.library.Vocabulary.Concepts[n]; string(c.URI) == x.uris[0] {
				return c.URI
			}
		}
	}
	return t.library.Vocabulary.Concepts[0].URI
}

// link gives a leaf a synonym that assets bear as a keyword.
func (t *taxonomist) link(ctx context.Context, i int) (time.Duration, error) {
	c := &t.library.Vocabulary.Concepts[t.from+(i*101+7)%(t.to-t.from)]
	word := t.words[len(t.words)/2+i]
	borne, err := t.ask(ctx, search.Request{Filters: map[string][]string{"keywords": {word}}})
	if err != nil {
		return 0, err
	}
	change := library.Change{Add: []rdf.Triple{statement(c.URI, "altLabel", rdf.Term{Kind: rdf.Literal, Value: word, Lang: "en"})}}
	return t.change(ctx, change, search.Request{Filters: map[string][]string{"keywords": {word}, "concept": {string(c.URI)}}}, total(borne.Total))
}

// whole changes a label in the file of the vocabulary and syncs it.
func (t *taxonomist) whole(ctx context.Context) error {
	path := filepath.Join(t.dir+".copy", generate.VocabularyFile)
	var took times
	for i := range 3 {
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		c := &t.library.Vocabulary.Concepts[t.from+i]
		name := fmt.Sprintf("Ideogram %c", 'a'+i)
		body = []byte(strings.Replace(string(body), fmt.Sprintf("skos:prefLabel %q@en", c.Labels[0].Text), fmt.Sprintf("skos:prefLabel %q@en", name), 1))
		if err := os.WriteFile(path, body, 0o600); err != nil {
			return err
		}
		start := time.Now()
		if _, err := t.l.Sync(ctx, library.SyncOptions{Only: []string{}, Vocabularies: true}); err != nil {
			return err
		}
		answer, err := t.ask(ctx, search.Request{Query: name})
		if err != nil {
			return err
		}
		took = append(took, time.Since(start))
		if len(answer.Expansion.Concepts) != 1 {
			return fmt.Errorf("%q names %v", name, answer.Expansion.Concepts)
		}
	}
	b := t.bench
	b.note("a changed label, as a whole Turtle document that a sync reads", "best %.0f ms, median %.0f ms", took.quantile(0), took.quantile(.5))
	return nil
}

// stepLog keeps what the library tells of the steps of a change.
type stepLog struct {
	order []string
	took  map[string]times
}

func (s *stepLog) reset() { s.order, s.took = nil, map[string]times{} }

func (s *stepLog) note(step string, d time.Duration) {
	if !slices.Contains(s.order, step) {
		s.order = append(s.order, step)
	}
	s.took[step] = append(s.took[step], d)
}

func (s *stepLog) String() string {
	var parts []string
	for _, step := range s.order {
		parts = append(parts, fmt.Sprintf("%s %.1f", step, s.took[step].quantile(.5)))
	}
	return strings.Join(parts, ", ") + " ms"
}

// The methods of slog.Handler.
func (s *stepLog) Enabled(context.Context, slog.Level) bool { return true }
func (s *stepLog) WithAttrs([]slog.Attr) slog.Handler       { return s }
func (s *stepLog) WithGroup(string) slog.Handler            { return s }
func (s *stepLog) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindDuration && s.took != nil {
			s.note(a.Key, a.Value.Duration())
		}
		return true
	})
	return nil
}
