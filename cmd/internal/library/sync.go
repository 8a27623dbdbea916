package library

import (
	"context"
	"errors"
	"maps"
	"slices"

	"semdex"
	"semdex/graph"
	"semdex/indexer"
	"semdex/internal/mirror"
)

// SyncOptions of a run over all sources.
type SyncOptions struct {
	Only         []string // sources to bring in, by prefix; nil: all there is
	Vocabularies bool     // and the vocabularies beside Only
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

	read   map[recordFile]bool     // what was read whole
	mended map[semdex.AssetID]bool // assets that were listed and could be read
}

// recordFile is the assets of a source, or the events file of that path.
type recordFile struct{ source, path string }

// wants says whether a source is to be brought in.
func (o SyncOptions) wants(source string) bool {
	return o.Only == nil || slices.Contains(o.Only, source)
}

func assetID(s string) semdex.AssetID { return semdex.AssetID(s) }

// Sync brings the library in step with its vocabularies and sources. What fails is told at the end; the rest
// is done all the same, and the last good state of what failed is kept.
func (l *Library) Sync(ctx context.Context, o SyncOptions) (*SyncResult, error) {
	if o.Say == nil {
		o.Say = func(string, ...any) {}
	}
	if err := l.turn(ctx, o); err != nil {
		return nil, err
	}
	defer func() { <-l.syncing }()
	r := &SyncResult{}
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	r.read, r.mended = map[recordFile]bool{}, map[semdex.AssetID]bool{}
	if o.Only == nil || o.Vocabularies {
		note(l.syncVocabularies(ctx, o, r))
		note(l.syncDraft(ctx, o))
	}
	for _, src := range l.sources {
		if o.wants(src.Name()) && ctx.Err() == nil {
			note(l.syncSource(ctx, src, o, r))
		}
	}
	if o.Only == nil && ctx.Err() == nil {
		note(l.dropStrays(o, r))
	}
	if !o.DryRun && ctx.Err() == nil {
		note(l.project(ctx, o, r))
		note(l.syncEvents(ctx, o, r))
		note(l.writeRejected(r))
		note(l.runs.save())
		n, err := l.retain(ctx)
		note(err)
		if n > 0 {
			o.Say("events: %d were too old to be kept; sums of them stay", n)
		}
	}
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	return r, errors.Join(errs...)
}

// turn waits until no other sync of the library is under way.
func (l *Library) turn(ctx context.Context, o SyncOptions) error {
	select {
	case l.syncing <- struct{}{}:
		return nil
	default:
	}
	o.Say("another sync of this library is under way and is waited for")
	select {
	case l.syncing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Library) syncSource(ctx context.Context, src indexer.Source, o SyncOptions, r *SyncResult) error {
	started := l.now()
	finish := func(result indexer.Result) error { // a kill after this finds the rejections written down
		r.note(src.Name(), result)
		return l.writeRejected(&SyncResult{Rejected: append(slices.Clone(r.Rejected), result.Rejected...), read: r.read, mended: r.mended})
	}
	result, err := indexer.Sync(ctx, src, l.mirror, indexer.Options{Full: o.Full, DryRun: o.DryRun, AllowDeletes: o.AllowDeletes, At: l.now(), Progress: o.Progress, Finish: finish})
	if !o.DryRun && ctx.Err() == nil { // an interrupted run says nothing of the source
		l.runs.ran(src.Name(), started, counts(result), err)
	}
	if err != nil {
		r.read[recordFile{source: src.Name()}] = false
	}
	if err == nil && result.Added+result.Changed+result.Deleted+len(result.Rejected) == 0 && !result.Complete {
		o.Say("%s: nothing changed", result.Source)
	} else {
		o.Say("%s: %d added, %d changed, %d deleted, %d unchanged, %d rejected", result.Source, result.Added, result.Changed, result.Deleted, result.Unchanged, len(result.Rejected))
	}
	r.Sources = append(r.Sources, result)
	r.Rejected = append(r.Rejected, result.Rejected...)
	return err
}

// strays gives the prefixes of assets that no source has any more.
func (l *Library) strays() ([]string, error) {
	prefixes, err := l.mirror.Sources()
	return slices.DeleteFunc(prefixes, func(prefix string) bool {
		return slices.ContainsFunc(l.sources, func(s indexer.Source) bool { return s.Name() == prefix })
	}), err
}

// dropStrays deletes the assets of sources that the configuration no longer names, where mass deletes are allowed:
// a source that was left out by mistake looks the same.
func (l *Library) dropStrays(o SyncOptions, r *SyncResult) error {
	strays, err := l.strays()
	for _, prefix := range strays {
		hashes, err := l.mirror.Hashes(prefix)
		if err != nil {
			return err
		}
		if !o.AllowDeletes {
			o.Say("%s: no source has this prefix any more; its %d assets stay until a run with --allow-deletes", prefix, len(hashes))
			continue
		}
		o.Say("%s: no source has this prefix any more; its %d assets are deleted", prefix, len(hashes))
		if o.DryRun {
			continue
		}
		if _, err := l.mirror.Apply(mirror.Batch{Delete: slices.Sorted(maps.Keys(hashes)), Cursors: map[string][]byte{prefix: nil}, At: l.now()}); err != nil {
			return err
		}
		r.Sources = append(r.Sources, indexer.Result{Source: prefix, Deleted: len(hashes)})
	}
	return err
}

// note remembers what a source was read of, for the rejections of earlier runs.
func (r *SyncResult) note(source string, result indexer.Result) {
	r.read[recordFile{source: source}] = result.Complete
	for _, id := range result.Listed {
		r.mended[id] = true
	}
}

func counts(r indexer.Result) map[string]int64 {
	return map[string]int64{
		"added": int64(r.Added), "changed": int64(r.Changed), "deleted": int64(r.Deleted),
		"unchanged": int64(r.Unchanged), "rejected": int64(len(r.Rejected)),
	}
}

// project brings the projections up to the mirror, or builds them again.
func (l *Library) project(ctx context.Context, o SyncOptions, r *SyncResult) (err error) {
	if o.Rebuild {
		r.Indexed, err = l.index.rebuild(ctx, l.mirror, o.Progress)
		l.changing.Lock()
		l.search.SetVocabulary(l.graph.Load()) // what was linked of the values of the index before says nothing of this one
		l.forgetDraft()
		l.changing.Unlock()
	} else {
		r.Indexed, err = indexer.Project(ctx, l.mirror, l.index, o.Progress)
	}
	if r.Indexed > 0 {
		o.Say("index: %d changes applied", r.Indexed)
	}
	l.wake()
	return err
}
