package library

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"semdex/cmd/internal/config"
	"semdex/indexer"
)

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
	kept := l.keptRejections(old, run)
	l.countRejected(kept)
	for _, r := range kept {
		if err := encoder.Encode(r); err != nil {
			return err
		}
	}
	if bytes.Equal(old, out.Bytes()) {
		return nil
	}
	return replaceFile(l.RejectedFile(), out.Bytes())
}

// keptRejections joins what stood there and was not read again in this run with what is new. What was read
// whole has none any more but the new ones; nor has a source that the configuration no longer names.
func (l *Library) keptRejections(old []byte, run *SyncResult) []indexer.Rejection {
	kept := slices.DeleteFunc(l.readRejected(old), func(r indexer.Rejection) bool { return !l.stillRejected(r, run) })
	return append(kept, run.Rejected...)
}

// readRejected reads what is written in rejected.jsonl, as far as it can be read.
func (l *Library) readRejected(text []byte) []indexer.Rejection {
	var list []indexer.Rejection
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		var r indexer.Rejection
		if err := decoder.Decode(&r); err != nil {
			if !errors.Is(err, io.EOF) {
				l.log.Warn("rejected.jsonl cannot be read to its end", "err", err)
			}
			return list
		}
		list = append(list, r)
	}
}

// countRejected remembers how many records of each source wait for someone to look.
func (l *Library) countRejected(list []indexer.Rejection) {
	counts := map[string]int{}
	for _, r := range list {
		counts[r.Source]++
	}
	l.rejected.Store(&counts)
}

// rejectedOf gives how many records of a source are kept aside.
func (l *Library) rejectedOf(source string) int { return (*l.rejected.Load())[source] }

// openRejected counts what earlier runs kept aside.
func (l *Library) openRejected() error {
	text, err := os.ReadFile(l.RejectedFile())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	l.countRejected(l.readRejected(text))
	return nil
}

// stillRejected says whether a rejection of an earlier run holds on.
func (l *Library) stillRejected(r indexer.Rejection, run *SyncResult) bool {
	of, named := l.recordFileOf(r)
	if !named || run.read[of] {
		return false
	}
	again := slices.ContainsFunc(run.Rejected, func(n indexer.Rejection) bool {
		nof, _ := l.recordFileOf(n)
		return nof == of && n.ID == r.ID && (r.ID != "" || n.Place() == r.Place())
	})
	return !again && !(r.ID != "" && run.mended[r.ID])
}

// recordFileOf says what a rejected record stood in, and whether the configuration still names it. What was imported by
// command is kept until the same file is imported again.
func (l *Library) recordFileOf(r indexer.Rejection) (of recordFile, named bool) {
	if r.Source == Imported {
		return recordFile{r.Source, r.File}, true
	}
	for _, s := range l.config.Sources {
		if s.Prefix != r.Source {
			continue
		}
		if slices.ContainsFunc(s.Events, func(f config.EventFile) bool { return f.Path == r.File }) {
			return recordFile{r.Source, r.File}, true
		}
		named = named || s.HasAssets()
	}
	return recordFile{source: r.Source}, named
}
