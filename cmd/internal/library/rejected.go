package library

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

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

// keptRejections joins what stood there and was not read again in this run with what is new. What was read
// whole has none any more but the new ones; nor has a source that the configuration no longer names.
func (l *Library) keptRejections(old []byte, run *SyncResult) []indexer.Rejection {
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
		if l.stillRejected(r, run) {
			kept = append(kept, r)
		}
	}
	return append(kept, run.Rejected...)
}

// stillRejected says whether a rejection of an earlier run holds on.
func (l *Library) stillRejected(r indexer.Rejection, run *SyncResult) bool {
	of, named := l.recordFileOf(r)
	again := slices.ContainsFunc(run.Rejected, func(n indexer.Rejection) bool {
		nof, _ := l.recordFileOf(n)
		return nof == of && (r.ID == "" || n.ID == r.ID)
	})
	return named && !run.read[of] && !again && !(r.ID != "" && run.mended[r.ID])
}

// recordFileOf says what a rejected record stood in, and whether the configuration still names it.
func (l *Library) recordFileOf(r indexer.Rejection) (of recordFile, named bool) {
	for _, s := range l.config.Sources {
		if s.Prefix != r.Source {
			continue
		}
		if s.Events != "" && s.Events == r.File {
			return recordFile{r.Source, r.File}, true
		}
		named = named || s.HasAssets()
	}
	return recordFile{source: r.Source}, named
}
