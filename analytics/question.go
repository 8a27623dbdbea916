package analytics

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Question is an administrator's own, in SQL, over ShownTables.
type Question struct {
	SQL   string
	Limit int // rows; 0 is MaxAnswerRows, and more are not given
}

// MaxAnswerRows and maxAnswerBytes bound an answer, the latter as JSON; maxQuestion bounds the SQL, in bytes.
const (
	MaxAnswerRows  = 100_000
	maxAnswerBytes = 32 << 20
	maxQuestion    = 64 << 10
)

// Answer is the table that answers a question. Truncated means that there are more rows.
type Answer struct {
	*Report
	Truncated bool
}

// Ask answers a question. Each is answered by a process of its own, Options.Answerer, which sees copies of the tables and nothing
// else: whatever the SQL does to that process, this one and its data are out of reach. One question is answered at a time; others
// wait. What may not be asked, and what DuckDB finds wrong, is Invalid; what takes more time or memory than there is, TooLarge.
func (s *Store) Ask(ctx context.Context, l Library, q Question) (*Answer, error) {
	if len(s.o.Answerer) == 0 {
		return nil, errors.New("own questions: no program to answer them")
	}
	if q.Limit < 0 {
		return nil, invalid("give 1 or more, or leave it out", "limit is %d", q.Limit)
	}
	if len(q.SQL) > maxQuestion {
		return nil, invalid("ask for less at once", "the question has %d bytes, at most %d are taken", len(q.SQL), maxQuestion)
	}
	if q.Limit == 0 || q.Limit > MaxAnswerRows {
		q.Limit = MaxAnswerRows
	}
	var answer *Answer
	err := s.withFiles(ctx, l, wantedTables(q.SQL), func(files map[string][]string) (err error) {
		answer, err = s.answer(ctx, q, files)
		return err
	})
	return answer, err
}

// wantedTables are the tables of the library that a question can be about: those whose names it holds.
func wantedTables(sql string) (tables []string) {
	sql = strings.ToLower(sql)
	for _, t := range ShownTables {
		if strings.Contains(sql, t.Name) {
			tables = append(tables, t.Name)
		}
	}
	return tables
}

// withFiles waits for its turn and works with the files of the tables.
func (s *Store) withFiles(ctx context.Context, l Library, tables []string, work func(map[string][]string) error) error {
	select {
	case s.asking <- struct{}{}:
		defer func() { <-s.asking }()
	case <-ctx.Done():
		return turnOver(ctx, "another own question is being answered")
	}
	// What is prepared serves the next question too, so that it goes on when the time for this one is over.
	prepare, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			stop()
		}
	})()
	if err := s.Flush(prepare); err != nil {
		return err
	}
	files, err := s.files(prepare, l, tables...)
	switch {
	case ctx.Err() != nil:
		return turnOver(ctx, "preparing the tables took all the time there was")
	case err != nil:
		return err
	}
	return work(files)
}

// turnOver is the error of who could not wait.
func turnOver(ctx context.Context, why string) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &semdex.Error{Code: semdex.Busy, Message: why, Hint: "try again in a minute"}
	}
	return ctx.Err()
}

// order is what the answering process reads.
type order struct {
	SQL     string              `json:"sql"`
	Limit   int                 `json:"limit"`
	Bytes   int                 `json:"bytes"`
	Files   map[string][]string `json:"files"`
	Spill   string              `json:"spill"`
	Memory  int64               `json:"memory"`
	Threads int                 `json:"threads"`
}

// frame is a line of what it writes: first the columns, then the rows, at last the end; or at any time the fault.
type frame struct {
	Columns []Column      `json:"columns,omitempty"`
	Row     []any         `json:"row,omitempty"`
	End     *answerEnd    `json:"end,omitempty"`
	Fault   *semdex.Error `json:"fault,omitempty"`
}

type answerEnd struct {
	Truncated bool `json:"truncated"`
}

// answer starts the process, and ends it in any case.
func (s *Store) answer(ctx context.Context, q Question, files map[string][]string) (_ *Answer, err error) {
	spill, err := os.MkdirTemp(s.shown.dir, "spill-")
	if err != nil {
		return nil, fmt.Errorf("own question: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spill)) }()
	in, err := json.Marshal(order{SQL: strings.ToValidUTF8(q.SQL, "\uFFFD"), Limit: q.Limit, Bytes: maxAnswerBytes, Files: files,
		Spill: filepath.Join(spill, "duckdb"), Memory: s.o.AnswerMemory, Threads: s.o.Threads})
	if err != nil {
		return nil, fmt.Errorf("own question: %w", err)
	}
	bound, cancel := context.WithTimeout(ctx, s.o.AnswerTime)
	defer cancel()
	cmd := exec.CommandContext(bound, s.o.Answerer[0], s.o.Answerer[1:]...) // killed when bound ends
	cmd.Env = answererEnv()
	cmd.Dir, cmd.Stdin, cmd.WaitDelay = spill, bytes.NewReader(in), time.Second
	var said tail
	cmd.Stderr = &said
	dieWithUs(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("own question: %w", err)
	}
	defer onOwnThread()()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("own question: %w", err)
	}
	answer, fault := readAnswer(out)
	broken := errors.Is(fault, errBroken)
	if broken {
		cancel() // it may still go on
	}
	ended := cmd.Wait()
	switch {
	case !broken && fault == nil:
		return answer, nil
	case !broken:
		return nil, fault
	case ctx.Err() == context.Canceled:
		return nil, ctx.Err()
	case errors.Is(bound.Err(), context.DeadlineExceeded):
		return nil, &semdex.Error{Code: semdex.TooLarge, Message: fmt.Sprintf("the question took longer than %s", s.o.AnswerTime),
			Hint: "ask about fewer events, such as those after a day; join on columns that are equal"}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
	s.o.Logger.Warn("an own question ended the process that answers it", slog.Any("err", ended), slog.Any("answer", fault), slog.String("said", first))
	return nil, outOfMemory(s.o.AnswerMemory)
}

func outOfMemory(most int64) *semdex.Error {
	return &semdex.Error{Code: semdex.TooLarge, Message: fmt.Sprintf("the question took more memory than the %d MiB it may have", most>>20),
		Hint: "ask about fewer events, group before joining, make no very long texts or lists"}
}

// errBroken says that the process ended before its answer did.
var errBroken = errors.New("the answer is incomplete")

// tail keeps the first bytes of what a process says that ends badly.
type tail struct{ bytes.Buffer }

func (t *tail) Write(b []byte) (int, error) {
	if room := 2000 - t.Len(); room > 0 {
		_, _ = t.Buffer.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}

// readAnswer reads frames up to the end. Of a process that does not come to it the error is errBroken.
func readAnswer(r io.Reader) (*Answer, error) {
	d := json.NewDecoder(io.LimitReader(r, 2*maxAnswerBytes))
	d.UseNumber()
	var columns []Column
	var rows [][]any
	for {
		var f frame
		if err := d.Decode(&f); err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
		switch {
		case f.Fault != nil:
			return nil, f.Fault
		case f.End != nil:
			for i := range columns {
				widen(&columns[i], rows, i)
			}
			return &Answer{NewReport("sql", columns, rows), f.End.Truncated}, nil
		case f.Columns != nil:
			columns = f.Columns
		case len(f.Row) == len(columns):
			for i := range f.Row {
				f.Row[i] = typedCell(columns[i].Kind, f.Row[i])
			}
			rows = append(rows, f.Row)
		default:
			return nil, fmt.Errorf("%w: %d cells for %d columns", errBroken, len(f.Row), len(columns))
		}
	}
}

// typedCell gives a cell the type that its column's kind says. A count beyond an int64 is a float64.
func typedCell(kind Kind, cell any) any {
	switch v := cell.(type) {
	case json.Number:
		if kind == Count {
			if n, err := v.Int64(); err == nil {
				return n
			}
		}
		if n, err := v.Float64(); err == nil {
			return n
		}
		return nil // beyond a float64
	case string:
		if kind == Moment {
			if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
				return at
			}
		}
	}
	return cell
}

// widen makes a column of numbers of one of counts that has some beyond an int64.
func widen(c *Column, rows [][]any, at int) {
	if c.Kind != Count || !slices.ContainsFunc(rows, func(row []any) bool { _, beyond := row[at].(float64); return beyond }) {
		return
	}
	c.Kind = Number
	for _, row := range rows {
		if n, ok := row[at].(int64); ok {
			row[at] = float64(n)
		}
	}
}

// answererEnv is the environment of the process: nothing of ours, but what a coverage run or a sanitizer needs.
func answererEnv() []string {
	env := []string{"PATH=/nonexistent", "HOME=/nonexistent", "TMPDIR=/nonexistent"}
	if dir := os.Getenv("GOCOVERDIR"); dir != "" {
		env = append(env, "GOCOVERDIR="+dir)
	}
	return env
}
