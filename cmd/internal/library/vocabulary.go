package library

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"semdex"
	"semdex/graph"
	"semdex/graph/rdf"
	"semdex/indexer"
	"semdex/indexer/files"
	"semdex/internal/mirror"
)

// vocabularyReader stands before the cursor of a vocabulary, so that one is read again by a reader that reads it
// differently.
const vocabularyReader = "1 "

// vocabularyCursor is the name of that cursor.
func vocabularyCursor(name string) string { return "vocabulary " + name }

// syncVocabularies reads the vocabularies that changed and makes the new graph the one in use.
func (l *Library) syncVocabularies(ctx context.Context, o SyncOptions, r *SyncResult) error {
	batch := mirror.Batch{Cursors: map[string][]byte{}}
	read := map[string][]rdf.Triple{}
	var errs []error
	names := map[string]bool{}
	for _, v := range l.vocabularies {
		names[v.Name()] = true
		started := l.now()
		concepts, err := l.readVocabulary(ctx, v, o, &batch, read)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !o.DryRun {
			l.runs.ran(v.Name(), started, concepts, err)
		}
		errs = append(errs, err)
	}
	failed := errors.Join(errs...)
	known, _, err := l.mirror.Vocabularies()
	if err != nil {
		return err
	}
	for _, v := range known {
		if !names[v.Name] && failed == nil { // one that failed may be what took its place
			o.Say("vocabulary %s: no longer in the configuration, and forgotten", v.Name)
			batch.Forget = append(batch.Forget, v.Name)
			batch.Cursors[vocabularyCursor(v.Name)] = nil
		}
	}
	r.Vocabularies = len(batch.Vocabularies) + len(batch.Forget)
	if !o.DryRun {
		if err := l.takeVocabularies(batch, read); err != nil {
			return err
		}
	}
	g := l.graph.Load()
	r.Problems = g.Problems()
	o.Say("vocabularies: %d read, %d concepts, %d problems", len(batch.Vocabularies), g.Len(), len(r.Problems))
	return failed
}

// takeVocabularies stores what was read and, where a vocabulary changed, builds the graph again.
func (l *Library) takeVocabularies(batch mirror.Batch, read map[string][]rdf.Triple) error {
	if len(batch.Vocabularies)+len(batch.Forget) == 0 {
		_, err := l.mirror.Apply(batch)
		return err
	}
	for _, name := range batch.Forget {
		read[name] = nil
	}
	l.changing.Lock()
	defer l.changing.Unlock()
	g, err := l.buildGraph(read)
	if err != nil {
		return err
	}
	return l.take(g, func() error {
		_, err := l.mirror.Apply(batch)
		return err
	}, newStopwatch())
}

// readVocabulary puts a vocabulary into the batch, and its triples into read, where it is not what the mirror has,
// and counts its concepts, where it had to look.
func (l *Library) readVocabulary(ctx context.Context, v indexer.Vocabulary, o SyncOptions, batch *mirror.Batch, read map[string][]rdf.Triple) (counts map[string]int64, err error) {
	name := v.Name()
	old, found, err := l.mirror.VocabularyHash(name)
	if err != nil {
		return nil, err
	}
	var cursor []byte
	if found && !o.Full {
		stored, err := l.mirror.Cursor(vocabularyCursor(name))
		if err != nil {
			return nil, err
		}
		cursor, _ = bytes.CutPrefix(stored, []byte(vocabularyReader))
		if len(cursor) == len(stored) { // of another reader, or none
			cursor = nil
		}
	}
	export, err := v.Fetch(ctx, cursor)
	if err != nil {
		return nil, err
	}
	next := export.Cursor
	if next != nil {
		next = append([]byte(vocabularyReader), next...)
	}
	if export.Unchanged || len(export.Documents) == 0 {
		batch.Cursors[vocabularyCursor(name)] = next
		return nil, nil
	}
	triples, err := decodeExport(ctx, name, export)
	if err != nil {
		return nil, err
	}
	n, err := l.checkVocabulary(v, export.Documents[0].Name, triples, o)
	if err != nil {
		return nil, err
	}
	batch.Cursors[vocabularyCursor(name)] = next
	snapshot := rdf.EncodeTriples(triples)
	if hash := sha256.Sum256(snapshot); !found || hash != old {
		batch.Vocabularies = append(batch.Vocabularies, mirror.Vocabulary{Name: name, Hash: hash, Snapshot: snapshot})
		read[name] = triples
	}
	return map[string]int64{"concepts": int64(n)}, nil
}

// decodeExport reads the documents of a vocabulary, which share their blank nodes.
func decodeExport(ctx context.Context, name string, export indexer.Export) ([]rdf.Triple, error) {
	var triples []rdf.Triple
	for _, d := range export.Documents {
		format, _ := rdf.FormatOf("document." + d.Format) // one that is not known is told by its name
		err := rdf.Decode(ctx, bytes.NewReader(d.Body), rdf.Options{Format: format, Name: d.Name, Document: name}, func(t rdf.Triple) error {
			triples = append(triples, t)
			return nil
		})
		if err != nil {
			return nil, badVocabulary(err)
		}
	}
	return triples, nil
}

func badVocabulary(err error) error {
	var syntax *rdf.SyntaxError
	if errors.As(err, &syntax) {
		return &semdex.Error{Code: semdex.Invalid, Message: syntax.Error(), Hint: syntax.Hint}
	}
	return &semdex.Error{Code: semdex.Invalid, Message: "cannot read the vocabulary", Err: err}
}

// countConcepts counts the concepts in use and the deprecated ones: what is deleted at its source may stay as one
// of these.
func countConcepts(name string, triples []rdf.Triple) (inUse, deprecated int) {
	g := graph.Build(graph.Document{Name: name, Triples: triples})
	for c := range g.All() {
		if g.Deprecated(c) {
			deprecated++
		}
	}
	return g.Len() - deprecated, deprecated
}

// checkVocabulary refuses what would leave the library without its concepts: a file that is no vocabulary, an
// account that lost its rights. It gives the number of concepts.
func (l *Library) checkVocabulary(v indexer.Vocabulary, document string, triples []rdf.Triple, o SyncOptions) (int, error) {
	n, stubs := countConcepts(v.Name(), triples)
	_, isFile := v.(*files.Vocabulary)
	if n == 0 {
		return 0, &semdex.Error{Code: semdex.Invalid, Message: "the vocabulary " + document + " holds no skos:Concept",
			Hint: "check that it is SKOS, and what the account may see; the vocabulary read before, if any, is still in use"}
	}
	if isFile || o.AllowDeletes {
		return n, nil
	}
	before, stubsBefore, err := l.conceptsOf(v.Name())
	if err == nil && stubsBefore > 0 && stubs == 0 {
		return n, &semdex.Error{Code: semdex.Conflict, Message: fmt.Sprintf("the vocabulary %s had %d deprecated concepts and now has none; the one read before is still in use", v.Name(), stubsBefore),
			Hint: "if they are really gone, run again with --allow-deletes; if not, the export no longer gives the module that holds them"}
	}
	if err == nil && indexer.TooManyDeletes(before-n, before) {
		err = &semdex.Error{Code: semdex.Conflict, Message: fmt.Sprintf("the vocabulary %s had %d concepts and now has %d; the one read before is still in use", v.Name(), before, n),
			Hint: "if they are really gone, run again with --allow-deletes; if not, look at the rights of the account and at the project"}
	}
	return n, err
}

// conceptsOf counts the concepts of a vocabulary in the mirror, those in use and the deprecated ones.
func (l *Library) conceptsOf(name string) (inUse, deprecated int, err error) {
	vocabularies, _, err := l.mirror.Vocabularies()
	if err != nil {
		return 0, 0, err
	}
	for _, v := range vocabularies {
		if v.Name == name {
			triples, err := rdf.DecodeTriples(v.Snapshot)
			if err != nil {
				return 0, 0, err
			}
			inUse, deprecated = countConcepts(name, triples)
			return inUse, deprecated, nil
		}
	}
	return 0, 0, nil
}
