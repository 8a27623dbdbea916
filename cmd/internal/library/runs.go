package library

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"semdex"
)

// sourceRuns remembers the last run of each source and vocabulary, in a file, so that a restart does not forget
// how far behind they are.
type sourceRuns struct {
	path string
	mu   sync.Mutex
	runs map[string]sourceRun
}

// sourceRun is what came of the runs of a source.
type sourceRun struct {
	Synced time.Time        `json:"synced,omitzero"`      // start of the last run that went well
	Failed time.Time        `json:"failed,omitzero"`      // start of the last run, where it did not
	Error  string           `json:"last_error,omitempty"` // why, as a stranger may know it
	Counts map[string]int64 `json:"counts,omitempty"`     // of the last run
}

// openRuns reads the file; one that is missing or cannot be read is as good as new.
func openRuns(path string) (*sourceRuns, error) {
	s := &sourceRuns{path: path, runs: map[string]sourceRun{}}
	body, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(body, &s.runs) != nil || s.runs == nil {
		s.runs = map[string]sourceRun{}
	}
	return s, nil
}

// ran notes a run that started then. Without counts, those of the run before still hold.
func (s *sourceRuns) ran(name string, started time.Time, counts map[string]int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := s.runs[name]
	run.Failed, run.Error = time.Time{}, ""
	if counts != nil {
		run.Counts = counts
	}
	if err == nil {
		run.Synced = started.UTC()
	} else {
		run.Failed, run.Error = started.UTC(), semdex.Public(err).Message
	}
	s.runs[name] = run
}

// save writes the file.
func (s *sourceRuns) save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := json.MarshalIndent(s.runs, "", "  ")
	if err != nil {
		return err
	}
	if err := replaceFile(s.path, append(body, '\n')); err != nil {
		return fmt.Errorf("remember the runs of the sources: %w", err)
	}
	return nil
}

func (s *sourceRuns) of(name string) (sourceRun, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run, ran := s.runs[name]
	return run, ran
}

// replaceFile puts a file in its place whole.
func replaceFile(path string, body []byte) error {
	temporary := path + ".new"
	if err := os.WriteFile(temporary, body, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
