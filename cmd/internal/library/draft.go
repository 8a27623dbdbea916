package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"semdex"
	"semdex/api"
	"semdex/graph"
	"semdex/graph/rdf"
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
			var told *semdex.Error
			if errors.As(err, &told) && told.Err != nil { // it speaks of the configuration
				err = told.Err
			}
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

// draftStore keeps the draft vocabulary of a library: files below draft/, one for each vocabulary that it is made of. What
// was sent stands in the place of what the configuration names, as long as it is there. The graph is built when it is
// first asked for.
type draftStore struct {
	mu     sync.Mutex
	loaded *draft // nil: not yet, or changed since

	changed atomic.Uint64 // how often it was
}

// draft is a draft vocabulary, ready to answer.
type draft struct {
	origin  string
	taken   time.Time
	graph   *graph.Graph
	service *search.Service
}

// Origins of a draft.
const (
	draftSent       = "upload"
	draftConfigured = "configuration"
)

func (l *Library) draftFolder() string { return filepath.Join(l.dir, "draft") }

// draftFile is where a vocabulary of the draft stands; sent is the one that was sent.
func (l *Library) draftFile(name string, sent bool) string {
	origin := draftConfigured
	if sent {
		origin = draftSent
	}
	return filepath.Join(l.draftFolder(), origin+" "+url.PathEscape(name)+".triples")
}

var errNoDraft = &semdex.Error{Code: semdex.NotFound, Message: "there is no draft vocabulary",
	Hint: "PUT /v1/vocabulary/draft takes one, and draft: in the configuration names one"}

// drafted gives the draft vocabulary.
func (l *Library) drafted() (*draft, error) {
	l.draft.mu.Lock()
	defer l.draft.mu.Unlock()
	if l.draft.loaded != nil {
		return l.draft.loaded, nil
	}
	for _, origin := range []string{draftSent, draftConfigured} {
		paths, err := filepath.Glob(filepath.Join(l.draftFolder(), origin+" *.triples"))
		if err != nil {
			return nil, err
		}
		if len(paths) == 0 {
			continue
		}
		d, err := l.loadDraft(origin, paths)
		if err != nil {
			return nil, err
		}
		l.draft.loaded = d
		return d, nil
	}
	return nil, errNoDraft
}

func (l *Library) loadDraft(origin string, paths []string) (*draft, error) {
	d := &draft{origin: origin}
	var documents []graph.Document
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the draft vocabulary: %w", err)
		}
		triples, err := rdf.DecodeTriples(body)
		if err != nil {
			return nil, fmt.Errorf("draft vocabulary %s: %w", path, err)
		}
		documents = append(documents, graph.Document{Name: filepath.Base(path), Triples: triples})
		if info, err := os.Stat(path); err == nil && info.ModTime().After(d.taken) {
			d.taken = info.ModTime().UTC()
		}
	}
	d.graph = graph.Build(documents...)
	d.service = l.search.With(d.graph)
	return d, nil
}

// forgetDraft has the draft built again when it is next asked for.
func (l *Library) forgetDraft() {
	l.draft.mu.Lock()
	defer l.draft.mu.Unlock()
	l.draft.loaded = nil
	l.draft.changed.Add(1)
}

// WithDraft answers by the draft vocabulary.
func (l *Library) WithDraft(context.Context) (api.Searcher, error) {
	d, err := l.drafted()
	if err != nil {
		return nil, err
	}
	return &answering{service: d.service, graph: d.graph, languages: l.config.Languages}, nil
}

// PutDraft takes a document as the draft vocabulary.
func (l *Library) PutDraft(ctx context.Context, format string, body []byte) (api.DraftInfo, error) {
	d, err := l.draftDocument(ctx, "draft", indexer.Export{Documents: []indexer.Document{{Name: "draft." + format, Format: format, Body: body}}})
	if err != nil {
		return api.DraftInfo{}, err
	}
	if err := l.storeDraft(l.draftFile("draft", true), d.Triples); err != nil {
		return api.DraftInfo{}, err
	}
	return l.DraftInfo(ctx)
}

func (l *Library) storeDraft(path string, triples []rdf.Triple) error {
	if err := os.MkdirAll(l.draftFolder(), 0o700); err != nil {
		return fmt.Errorf("keep the draft vocabulary: %w", err)
	}
	if err := replaceFile(path, rdf.EncodeTriples(triples)); err != nil {
		return fmt.Errorf("keep the draft vocabulary: %w", err)
	}
	l.forgetDraft()
	return nil
}

// DropDraft drops the draft that was sent.
func (l *Library) DropDraft(context.Context) error {
	err := os.Remove(l.draftFile("draft", true))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := l.drafted(); err != nil {
			return err
		}
		return &semdex.Error{Code: semdex.Conflict, Message: "the draft vocabulary is named in the configuration", Hint: "take it out of draft: there"}
	}
	l.forgetDraft()
	return err
}

// DraftInfo says what the draft is and how it differs from the vocabulary in use.
func (l *Library) DraftInfo(context.Context) (api.DraftInfo, error) {
	d, err := l.drafted()
	if err != nil {
		return api.DraftInfo{}, err
	}
	return api.DraftInfo{Origin: d.origin, Taken: d.taken, Concepts: d.graph.Len(), Problems: len(d.graph.Problems()), Difference: differences(l.graph.Load().Compare(d.graph))}, nil
}

// maxDifferent bounds how many concepts of a kind a difference names.
const maxDifferent = 100

func differences(d graph.Difference) api.Differences {
	some := func(ids []semdex.ConceptID) []semdex.ConceptID { return ids[:min(len(ids), maxDifferent)] }
	return api.Differences{
		Concepts: api.DifferenceCount{Added: len(d.Added), Removed: len(d.Removed), Changed: len(d.Changed)},
		Labels:   api.DifferenceCount(d.Labels), Notations: api.DifferenceCount(d.Notations), Relations: api.DifferenceCount(d.Relations),
		Added: some(d.Added), Removed: some(d.Removed), Changed: some(d.Changed),
	}
}
