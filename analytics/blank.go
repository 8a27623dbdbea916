package analytics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Lines of the log are taken back by blanks written over them: so every other line stays where it is, and so do the positions that
// DuckDB has. What is to be blanked is noted in a file first. As long as that is there, it is not done: whoever opens the log next
// does it again, and DuckDB drops the rows that stand for such lines.

// lineRange is some lines of the log, one behind the other.
type lineRange struct {
	File  int   `json:"file"`
	Start int64 `json:"start"`
	Bytes int64 `json:"bytes"`
	Lines int64 `json:"lines"`
}

// blanking is what is to be taken back.
type blanking struct {
	Ranges []lineRange `json:"ranges"`
	Past   bool        `json:"past,omitempty"` // and the new file of sums takes the place of the old one
}

func (l *Log) blankingPath() string { return filepath.Join(l.dir, "blanking.json") }

// begin notes what is to be blanked. From then on it will be, whatever comes between.
func (l *Log) begin(b *blanking) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return replaceFile(l.blankingPath(), text)
}

// begun gives what was begun and is not ended yet; nil for nothing.
func (l *Log) begun() (*blanking, error) {
	text, err := os.ReadFile(l.blankingPath())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b := &blanking{}
	if err := json.Unmarshal(text, b); err != nil {
		return nil, fmt.Errorf("%s: %w", l.blankingPath(), err)
	}
	return b, nil
}

// blankAgain ends in the log what was begun by a process before.
func (l *Log) blankAgain() error {
	b, err := l.begun()
	if err != nil || b == nil {
		return err
	}
	return l.carryOut(b)
}

// carryOut does what is noted, as far as the log goes.
func (l *Log) carryOut(b *blanking) error {
	if b.Past {
		if err := l.putPast(); err != nil {
			return fmt.Errorf("event log: %w", err)
		}
	}
	return l.blank(b.Ranges)
}

// ended says that DuckDB has followed.
func (l *Log) ended() error {
	if err := os.Remove(l.blankingPath()); err != nil {
		return err
	}
	return syncDir(l.dir)
}

// blank writes over lines, durably. To do it again changes nothing.
func (l *Log) blank(ranges []lineRange) error {
	var f *os.File
	var err error
	for i, r := range ranges {
		if i == 0 || r.File != ranges[i-1].File {
			err = errors.Join(err, closeSynced(f))
			var failed error
			if f, failed = os.OpenFile(l.path(r.File), os.O_WRONLY, 0); failed != nil {
				f = nil
				if !errors.Is(failed, os.ErrNotExist) { // all of it was blank, and it was dropped
					err = errors.Join(err, failed)
				}
			}
		}
		if f != nil {
			err = errors.Join(err, blankLines(f, r))
		}
	}
	if err = errors.Join(err, closeSynced(f)); err != nil {
		return fmt.Errorf("event log: %w", err)
	}
	return nil
}

func closeSynced(f *os.File) error {
	if f == nil {
		return nil
	}
	return errors.Join(f.Sync(), f.Close())
}

// blankLines makes one blank line of a range.
func blankLines(f *os.File, r lineRange) error {
	blanks := bytes.Repeat([]byte{' '}, int(min(r.Bytes, 1<<20)))
	for done := int64(0); done < r.Bytes-1; {
		part := blanks[:min(int64(len(blanks)), r.Bytes-1-done)]
		if _, err := f.WriteAt(part, r.Start+done); err != nil {
			return err
		}
		done += int64(len(part))
	}
	return nil
}

// isBlank reports whether a line was taken back.
func isBlank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

// dropBlank removes a file of which nothing is left.
func (l *Log) dropBlank(n int) error {
	f, err := os.Open(l.path(n))
	if err != nil {
		return err
	}
	defer f.Close()
	buf := make([]byte, 64<<10)
	for {
		got, err := f.Read(buf)
		if !isBlank(buf[:got]) {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return os.Remove(l.path(n))
		}
		if err != nil {
			return err
		}
	}
}
