package library

import (
	"context"
	"path/filepath"

	"semdex"
	"semdex/graph"
	"semdex/indexer"
	"semdex/indexer/files"
	"semdex/search"
)

// Draft gives a service that answers with the vocabulary in the files in place of the live one, over the same
// index. Nothing is stored, and the live answers do not change. It is of use until the index is rebuilt.
func (l *Library) Draft(ctx context.Context, paths ...string) (*search.Service, error) {
	var documents []graph.Document
	for _, path := range paths {
		v := &files.Vocabulary{Title: filepath.Base(path), Path: path}
		export, err := v.Fetch(ctx, nil)
		if err != nil {
			return nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot read the vocabulary " + path, Err: err, Hint: "name an RDF file: .ttl, .nt, .nq, .rdf or .xml, also .gz"}
		}
		d, err := l.draftDocument(ctx, path, export)
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
	}
	return l.search.With(graph.Build(documents...)), nil
}

// draftDocument reads a vocabulary, and refuses one that holds no concept.
func (l *Library) draftDocument(ctx context.Context, name string, export indexer.Export) (graph.Document, error) {
	triples, err := decodeExport(ctx, name, export)
	if err != nil {
		return graph.Document{}, err
	}
	if inUse, deprecated := countConcepts(name, triples); inUse+deprecated == 0 {
		return graph.Document{}, &semdex.Error{Code: semdex.Invalid, Message: "the vocabulary " + name + " holds no skos:Concept", Hint: "check that it is SKOS"}
	}
	return graph.Document{Name: name, Triples: triples}, nil
}
