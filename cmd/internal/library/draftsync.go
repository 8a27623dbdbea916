package library

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"semdex/indexer"
	"semdex/internal/mirror"
)

// draftCursor is the name of the cursor of a vocabulary of the draft.
func draftCursor(name string) string { return "draft " + name }

// syncDraft reads the vocabularies that the configuration names as the draft, and drops those it names no longer. One
// that fails leaves the last good state.
func (l *Library) syncDraft(ctx context.Context, o SyncOptions) error {
	var errs []error
	var keep []string
	for _, v := range l.drafts {
		keep = append(keep, l.draftFile(v.Name(), false))
		if err := l.readDraft(ctx, v, o); err != nil {
			errs = append(errs, fmt.Errorf("draft: %w", err))
		}
	}
	old, err := filepath.Glob(filepath.Join(l.draftFolder(), draftConfigured+" *.triples"))
	if err != nil || o.DryRun {
		return errors.Join(append(errs, err)...)
	}
	for _, path := range old {
		if !slices.Contains(keep, path) {
			errs = append(errs, os.Remove(path))
			l.forgetDraft()
		}
	}
	return errors.Join(errs...)
}

// readDraft takes in one vocabulary of the draft where it changed since it was last read.
func (l *Library) readDraft(ctx context.Context, v indexer.Vocabulary, o SyncOptions) error {
	path := l.draftFile(v.Name(), false)
	var cursor []byte
	if _, err := os.Stat(path); err == nil && !o.Full {
		stored, err := l.mirror.Cursor(draftCursor(v.Name()))
		if err != nil {
			return err
		}
		cursor, _ = bytes.CutPrefix(stored, []byte(vocabularyReader))
		if len(cursor) == len(stored) {
			cursor = nil
		}
	}
	export, err := v.Fetch(ctx, cursor)
	if err != nil || export.Unchanged || len(export.Documents) == 0 {
		return err
	}
	d, err := l.draftDocument(ctx, v.Name(), export)
	if err != nil || o.DryRun {
		return err
	}
	if err := l.storeDraft(path, d.Triples); err != nil {
		return err
	}
	o.Say("draft vocabulary %s: read", v.Name())
	next := map[string][]byte{draftCursor(v.Name()): nil}
	if export.Cursor != nil {
		next[draftCursor(v.Name())] = append([]byte(vocabularyReader), export.Cursor...)
	}
	_, err = l.mirror.Apply(mirror.Batch{Cursors: next})
	return err
}
