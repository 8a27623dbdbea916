package library

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"semdex"
	"semdex/cmd/internal/config"
	"semdex/graph"
	"semdex/graph/rdf"
	"semdex/indexer"
	"semdex/indexer/files"
	"semdex/internal/mirror"
)

// SyncOptions of a run over all sources.
type SyncOptions struct {
	Full         bool
	Rebuild      bool // build the projections again from the mirror and the event log
	DryRun       bool
	AllowDeletes bool
	Progress     indexer.Progress
	Say          func(format string, args ...any) // one line for people, without a line end
}

// SyncResult says what a run did.
type SyncResult struct {
	Vocabularies int // that changed
	Sources      []indexer.Result
	Indexed      int // changes applied to the index
	Events       EventResult
	Rejected     []indexer.Rejection
	Problems     []graph.Problem

	read map[recordFile]bool // what was read whole
}

// recordFile is a file of a source.
type recordFile struct{ source, path string }

// EventResult counts the events of files.
type EventResult struct{ Accepted, Duplicates, Rejected int }

func assetID(s string) semdex.AssetID { return semdex.AssetID(s) }

// Sync brings the library in step with its vocabularies and sources. What fails is told at the end; the rest
// is done all the same, and the last good state of what failed is kept.
func (l *Library) Sync(ctx context.Context, o SyncOptions) (*SyncResult, error) {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	if o.Say == nil {
		o.Say = func(string, ...any) {}
	}
	r := &SyncResult{}
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	r.read = map[recordFile]bool{}
	note(l.syncVocabularies(ctx, o, r))
	for _, s := range l.config.Sources {
		if s.Assets != "" && ctx.Err() == nil {
			note(l.syncSource(ctx, &files.Source{Prefix: s.Prefix, Path: s.Assets}, o, r))
		}
	}
	if !o.DryRun && ctx.Err() == nil {
		note(l.project(ctx, o, r))
		note(l.syncEvents(ctx, o, r))
		note(l.writeRejected(r))
	}
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	return r, errors.Join(errs...)
}

// syncVocabularies reads the vocabularies that changed and makes the new graph the one in use.
func (l *Library) syncVocabularies(ctx context.Context, o SyncOptions, r *SyncResult) error {
	batch := mirror.Batch{}
	var errs []error
	names := map[string]bool{}
	for _, v := range l.config.Vocabularies {
		name := filepath.Base(v.Path)
		for n := 2; names[name]; n++ {
			name = fmt.Sprintf("%s (%d)", filepath.Base(v.Path), n)
		}
		names[name] = true
		read, err := l.readVocabulary(ctx, name, v)
		if err != nil {
			errs = append(errs, err)
		} else if read != nil {
			batch.Vocabularies = append(batch.Vocabularies, *read)
		}
	}
	known, _, err := l.mirror.Vocabularies()
	if err != nil {
		return err
	}
	for _, v := range known {
		if !names[v.Name] {
			batch.Forget = append(batch.Forget, v.Name)
		}
	}
	r.Vocabularies = len(batch.Vocabularies) + len(batch.Forget)
	if r.Vocabularies > 0 && !o.DryRun {
		if _, err := l.mirror.Apply(batch); err != nil {
			return err
		}
		if err := l.loadGraph(); err != nil {
			return err
		}
	}
	g := l.graph.Load()
	r.Problems = g.Problems()
	o.Say("vocabularies: %d read, %d concepts, %d problems", len(batch.Vocabularies), g.Len(), len(r.Problems))
	return errors.Join(errs...)
}

// vocabularyReader goes into the hash of a vocabulary, so that a file is read again by a reader that reads it
// differently.
const vocabularyReader = "1\n"

// readVocabulary gives the vocabulary as the mirror keeps it, nil where it is what the mirror has.
func (l *Library) readVocabulary(ctx context.Context, name string, v config.Vocabulary) (*mirror.Vocabulary, error) {
	body, err := os.ReadFile(v.Path)
	if err != nil {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot read the vocabulary " + v.Path, Err: err,
			Hint: "check vocabularies: path: in the configuration; relative paths start at the configuration file"}
	}
	hash := sha256.Sum256(append([]byte(vocabularyReader), body...))
	if old, found, err := l.mirror.VocabularyHash(name); err != nil || found && old == hash {
		return nil, err
	}
	var triples []rdf.Triple
	err = rdf.DecodeFile(ctx, v.Path, rdf.Options{Name: v.Path, Document: name}, func(t rdf.Triple) error {
		triples = append(triples, t)
		return nil
	})
	if err != nil {
		return nil, badVocabulary(err)
	}
	if graph.Build(graph.Document{Name: name, Triples: triples}).Len() == 0 {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "the vocabulary " + v.Path + " holds no skos:Concept",
			Hint: "check that it is a SKOS file; the vocabulary read before, if any, is still in use"}
	}
	return &mirror.Vocabulary{Name: name, Hash: hash, Snapshot: rdf.EncodeTriples(triples)}, nil
}

func badVocabulary(err error) error {
	var syntax *rdf.SyntaxError
	if errors.As(err, &syntax) {
		return &semdex.Error{Code: semdex.Invalid, Message: syntax.Error(), Hint: syntax.Hint}
	}
	return &semdex.Error{Code: semdex.Invalid, Message: "cannot read the vocabulary", Err: err}
}

func (l *Library) syncSource(ctx context.Context, src *files.Source, o SyncOptions, r *SyncResult) error {
	started := l.now()
	finish := func(result indexer.Result) error { // a kill after this finds the rejections written down
		r.read[recordFile{src.Name(), src.Path}] = result.Complete
		return l.writeRejected(&SyncResult{Rejected: append(slices.Clone(r.Rejected), result.Rejected...), read: r.read})
	}
	result, err := indexer.Sync(ctx, src, l.mirror, indexer.Options{Full: o.Full, DryRun: o.DryRun, AllowDeletes: o.AllowDeletes, Progress: o.Progress, Finish: finish})
	if !o.DryRun {
		l.sources.ran(src.Name(), started, result, err)
	}
	r.read[recordFile{src.Name(), src.Path}] = err == nil && result.Complete
	if err == nil && !result.Complete && len(result.Rejected) == 0 {
		o.Say("%s: nothing changed", result.Source)
	} else {
		o.Say("%s: %d added, %d changed, %d deleted, %d unchanged, %d rejected", result.Source, result.Added, result.Changed, result.Deleted, result.Unchanged, len(result.Rejected))
	}
	r.Sources = append(r.Sources, result)
	r.Rejected = append(r.Rejected, result.Rejected...)
	return err
}

// project brings the projections up to the mirror, or builds them again.
func (l *Library) project(ctx context.Context, o SyncOptions, r *SyncResult) (err error) {
	if o.Rebuild {
		r.Indexed, err = l.index.rebuild(ctx, l.mirror, o.Progress)
		l.search.SetVocabulary(l.graph.Load()) // what was linked of the values of the index before says nothing of this one
	} else {
		r.Indexed, err = indexer.Project(ctx, l.mirror, l.index, o.Progress)
	}
	if r.Indexed > 0 {
		o.Say("index: %d changes applied", r.Indexed)
	}
	return err
}

// eventsCursor is the cursor of an events file: it is read again only where its content changed.
func eventsCursor(source, path string) string { return "events " + source + " " + path }

func (l *Library) syncEvents(ctx context.Context, o SyncOptions, r *SyncResult) error {
	if o.Rebuild {
		if err := l.usage.drop(); err != nil {
			return err
		}
	}
	var errs []error
	for _, s := range l.config.Sources {
		if s.Events != "" && ctx.Err() == nil {
			errs = append(errs, l.importEvents(ctx, s.Events, s.Prefix, o, r))
		}
	}
	return errors.Join(errs...)
}

func (l *Library) importEvents(ctx context.Context, path, source string, o SyncOptions, r *SyncResult) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: "cannot read the events file " + path, Err: err, Hint: "check sources: events: in the configuration"}
	}
	sum := sha256.Sum256(body)
	cursor, err := l.mirror.Cursor(eventsCursor(source, path))
	if err != nil || !o.Full && bytes.Equal(cursor, sum[:]) {
		return err
	}
	store, err := l.usage.open()
	if err != nil {
		return err
	}
	rejected := 0
	receipt, err := store.Import(ctx, bytes.NewReader(body), path, l.now(), func(line int, reason string, raw []byte) {
		rejected++
		r.Rejected = append(r.Rejected, indexer.Rejection{Source: source, File: path, Line: line, Reason: reason, Raw: string(raw[:min(len(raw), indexer.MaxRaw)])})
	})
	r.Events.Accepted += receipt.Accepted
	r.Events.Duplicates += receipt.Duplicates
	r.Events.Rejected += rejected
	if err != nil {
		return err
	}
	o.Say("events: %d new, %d known, %d rejected", receipt.Accepted, receipt.Duplicates, rejected)
	r.read[recordFile{source, path}] = true
	if err := l.writeRejected(r); err != nil {
		return err
	}
	_, err = l.mirror.Apply(mirror.Batch{Cursors: map[string][]byte{eventsCursor(source, path): sum[:]}})
	return err
}

// RejectedFile is where the rejected records stand.
func (l *Library) RejectedFile() string { return filepath.Join(l.dir, "rejected.jsonl") }

// writeRejected keeps the rejected records of the files that were read, with those that stand in
// rejected.jsonl for files that were not read again.
func (l *Library) writeRejected(run *SyncResult) error {
	old, err := os.ReadFile(l.RejectedFile())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	for _, r := range l.keptRejections(old, run) {
		if err := encoder.Encode(r); err != nil {
			return err
		}
	}
	if bytes.Equal(old, out.Bytes()) {
		return nil
	}
	temporary := l.RejectedFile() + ".new"
	if err := os.WriteFile(temporary, out.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, l.RejectedFile())
}

// keptRejections joins what stood there for files that were not read in this run with what is new. A file
// that was read clean has none any more, nor has one that the configuration no longer names.
func (l *Library) keptRejections(old []byte, run *SyncResult) []indexer.Rejection {
	named := map[recordFile]bool{}
	for _, s := range l.config.Sources {
		named[recordFile{s.Prefix, s.Assets}], named[recordFile{s.Prefix, s.Events}] = true, true
	}
	var kept []indexer.Rejection
	decoder := json.NewDecoder(bytes.NewReader(old))
	for {
		var r indexer.Rejection
		if err := decoder.Decode(&r); err != nil {
			if !errors.Is(err, io.EOF) {
				l.log.Warn("rejected.jsonl cannot be read to its end", "err", err)
			}
			break
		}
		file := recordFile{r.Source, r.File}
		again := slices.ContainsFunc(run.Rejected, func(n indexer.Rejection) bool { return recordFile{n.Source, n.File} == file })
		if named[file] && !again && !run.read[file] {
			kept = append(kept, r)
		}
	}
	return append(kept, run.Rejected...)
}

// sourceStates remembers the last run of each source since the library was opened.
type sourceStates struct {
	mu   sync.Mutex
	runs map[string]sourceRun
}

type sourceRun struct {
	ended  time.Time // of the last run that went well
	result indexer.Result
	err    error
}

func (s *sourceStates) ran(name string, at time.Time, result indexer.Result, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs == nil {
		s.runs = map[string]sourceRun{}
	}
	run := s.runs[name]
	run.result, run.err = result, err
	if err == nil {
		run.ended = at
	}
	s.runs[name] = run
}

func (s *sourceStates) all() map[string]sourceRun {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]sourceRun{}
	for name, run := range s.runs {
		out[name] = run
	}
	return out
}
