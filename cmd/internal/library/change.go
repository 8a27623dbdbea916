package library

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/graph"
	"semdex/graph/rdf"
	"semdex/internal/mirror"
)

// Change is what changed in a vocabulary: triples as they stand in it, and those to be there. Blank nodes have other
// names wherever they are read, and cannot be named.
type Change struct {
	Remove, Add []rdf.Triple
}

// ChangeVocabulary applies a change to a vocabulary that was read before, and stores it. All queries that begin after
// it has returned see it; no asset is indexed again. It does not wait for a sync. When the vocabulary is next read whole,
// that counts.
//
// A triple to remove that is not there, or a change that leaves the library without a concept, is refused, and nothing
// is changed.
func (l *Library) ChangeVocabulary(ctx context.Context, name string, c Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.changing.Lock()
	defer l.changing.Unlock()
	steps := newStopwatch()
	before, err := l.triples(name)
	if err != nil {
		return err
	}
	triples, err := c.apply(before)
	if err != nil {
		return err
	}
	steps.lap("read")
	encoded := make(chan []byte, 1)
	go func() { encoded <- rdf.EncodeTriples(triples) }()
	g, err := l.buildGraph(map[string][]rdf.Triple{name: triples})
	if err != nil {
		return err
	}
	steps.lap("graph")
	if g.Len() == 0 {
		return &semdex.Error{Code: semdex.Invalid, Message: "the change would leave the library without a concept", Hint: "the vocabulary before is still in use"}
	}
	err = l.take(g, func() error {
		snapshot := <-encoded
		_, err := l.mirror.Apply(mirror.Batch{Vocabularies: []mirror.Vocabulary{{Name: name, Hash: sha256.Sum256(snapshot), Snapshot: snapshot}}})
		return err
	}, steps)
	l.log.Debug("a vocabulary changed", append([]any{"vocabulary", name}, steps.laps...)...)
	return err
}

// stopwatch notes how long steps take, for the log.
type stopwatch struct {
	last time.Time
	laps []any
}

func newStopwatch() *stopwatch { return &stopwatch{last: time.Now()} }

func (w *stopwatch) lap(step string) {
	w.laps, w.last = append(w.laps, step, time.Since(w.last)), time.Now()
}

// triples gives a vocabulary as it stands in the mirror.
func (l *Library) triples(name string) ([]rdf.Triple, error) {
	vocabularies, _, err := l.mirror.Vocabularies()
	if err != nil {
		return nil, err
	}
	for _, v := range vocabularies {
		if v.Name == name {
			return decodeSnapshot(v)
		}
	}
	return nil, &semdex.Error{Code: semdex.NotFound, Message: "no vocabulary " + name, Hint: "it is read whole before it can change: semdex index"}
}

func decodeSnapshot(v mirror.Vocabulary) ([]rdf.Triple, error) {
	triples, err := rdf.DecodeTriples(v.Snapshot)
	if err != nil {
		return nil, fmt.Errorf("vocabulary %s in the mirror: %w", v.Name, err)
	}
	return triples, nil
}

// apply gives the triples after the change.
func (c *Change) apply(before []rdf.Triple) ([]rdf.Triple, error) {
	for _, t := range slices.Concat(c.Remove, c.Add) {
		if t.Subject.Kind == rdf.Blank || t.Object.Kind == rdf.Blank {
			return nil, &semdex.Error{Code: semdex.Invalid, Message: "a change names a blank node: " + t.String(), Hint: "let the vocabulary be read whole"}
		}
	}
	gone := map[rdf.Triple]bool{} // whether it was met
	subjects := map[string]bool{}
	for _, t := range c.Remove {
		gone[t], subjects[t.Subject.Value] = false, true
	}
	after := make([]rdf.Triple, 0, len(before)+len(c.Add))
	for _, t := range before {
		if subjects[t.Subject.Value] {
			if _, leaves := gone[t]; leaves {
				gone[t] = true
				continue
			}
		}
		after = append(after, t)
	}
	for t, met := range gone {
		if !met {
			return nil, &semdex.Error{Code: semdex.Conflict, Message: "the vocabulary does not hold what is to be removed: " + t.String(), Hint: "let the vocabulary be read whole"}
		}
	}
	return append(after, c.Add...), nil
}

// buildGraph builds the graph of the vocabularies in the mirror, those of read as they were read anew: without a triple
// they are left out. The caller holds changing.
func (l *Library) buildGraph(read map[string][]rdf.Triple) (*graph.Graph, error) {
	vocabularies, _, err := l.mirror.Vocabularies()
	if err != nil {
		return nil, err
	}
	var documents []graph.Document
	for _, v := range vocabularies {
		if _, anew := read[v.Name]; anew {
			continue
		}
		triples, err := decodeSnapshot(v)
		if err != nil {
			return nil, err
		}
		documents = append(documents, graph.Document{Name: v.Name, Triples: triples})
	}
	for name, triples := range read {
		documents = append(documents, graph.Document{Name: name, Triples: triples})
	}
	slices.SortFunc(documents, func(a, b graph.Document) int { return strings.Compare(a.Name, b.Name) })
	return graph.Build(documents...), nil
}

// take makes g the graph in use, once what it was built of is stored; meanwhile all is made ready. The caller holds
// changing.
func (l *Library) take(g *graph.Graph, store func() error, steps *stopwatch) error {
	stored := make(chan error, 1)
	go func() { stored <- store() }()
	use := l.search.Prepare(g)
	steps.lap("linked")
	err := <-stored
	steps.lap("stored")
	if err != nil {
		return err
	}
	use()
	l.graph.Store(g)
	l.wake()
	go l.collect()
	return nil
}

// collectAfter leaves the processors to those who ask by the new vocabulary first.
const collectAfter = 100 * time.Millisecond

// collect frees what a change of vocabulary leaves behind: a fifth of what a large library holds. If that waited until the heap
// had grown, the next change would be made in memory that the process did not have yet, which takes longer than the change
// itself. Changes that come meanwhile leave it to the one that waits.
func (l *Library) collect() {
	if l.collecting.TryLock() {
		defer l.collecting.Unlock()
		time.Sleep(collectAfter)
		runtime.GC()
	}
}
