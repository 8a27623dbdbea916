package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/cmd/internal/library"
	"semdex/graph"
	"semdex/indexer"
)

func (p *program) index() *cobra.Command {
	var o library.SyncOptions
	var every time.Duration
	c := &cobra.Command{
		Use: "index", Short: "Bring the libraries in step with their sources and vocabularies",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Rebuild && o.DryRun {
				return usageError{errors.New("--rebuild and --dry-run exclude each other")}
			}
			return p.owned(cmd.Context(), "index", func(ctx context.Context, s *session) error {
				return p.indexAlways(ctx, s, o, every)
			})
		},
	}
	c.Flags().BoolVar(&o.Full, "full", false, "list the sources whole, even where nothing seems to have changed")
	c.Flags().BoolVar(&o.Rebuild, "rebuild", false, "build the search index and the usage store again from what is mirrored")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "say what would be done, and do nothing")
	c.Flags().BoolVar(&o.AllowDeletes, "allow-deletes", false, "delete even more than a tenth of a library at once")
	c.Flags().DurationVar(&every, "every", 0, "go on and do it again after this time, such as 15m")
	return c
}

// indexAlways indexes once or, with an interval, until it is interrupted. A round that fails is told and does
// not end the rounds.
func (p *program) indexAlways(ctx context.Context, s *session, o library.SyncOptions, every time.Duration) error {
	if every == 0 {
		return p.indexAll(ctx, s, o)
	}
	if every < time.Second {
		return usageError{fmt.Errorf("--every %s is too short: at least 1s", every)}
	}
	for {
		started := time.Now()
		if err := p.indexAll(ctx, s, o); err != nil && ctx.Err() == nil {
			p.exit(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(time.Second, every-time.Since(started))):
		}
	}
}

func (p *program) indexAll(ctx context.Context, s *session, o library.SyncOptions) error {
	names := s.Names()
	if p.library != "" {
		names = []string{p.library}
	}
	var errs []error
	rejected := 0
	for _, name := range names {
		l, err := s.library(ctx, name)
		if err == nil {
			var n int
			n, err = p.indexOne(ctx, l, o)
			rejected += n
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if rejected > 0 {
		return &semdex.Error{Code: semdex.Partial, Message: fmt.Sprintf("%d records were rejected and kept aside; all others are in", rejected),
			Hint: "mend them at the source; the next run takes them in"}
	}
	return nil
}

// maxNamed bounds how many rejected records and problems are written out.
const maxNamed = 20

func (p *program) indexOne(ctx context.Context, l *library.Library, o library.SyncOptions) (rejected int, err error) {
	o.Progress = p.progress
	o.Say = func(format string, args ...any) { p.say("%s: "+format, append([]any{l.Name()}, args...)...) }
	r, err := l.Sync(ctx, o)
	if r == nil {
		return 0, err
	}
	if r.Vocabularies > 0 {
		p.tellProblems(l.Name(), r.Problems)
	}
	p.tellRejected(l, r.Rejected, len(r.Rejected), ", all in "+l.RejectedFile())
	return len(r.Rejected), err
}

// tellRejected names the first of the records that were rejected; more says where the others are.
func (p *program) tellRejected(l *library.Library, list []indexer.Rejection, all int, more string) {
	for i, r := range list {
		if i == maxNamed {
			p.say("%s: ... and %d more%s", l.Name(), all-i, more)
			return
		}
		p.say("%s: rejected: %s: %s", l.Name(), rejectedAt(r), r.Reason)
	}
}

// rejectedAt says which record was rejected: by its place, and by its id where the place does not lead to it.
func rejectedAt(r indexer.Rejection) string {
	if r.Line > 0 && filepath.IsAbs(r.File) || r.ID == "" || r.Place() == string(r.ID) {
		return r.Place()
	}
	return fmt.Sprintf("%s (%s)", r.ID, r.Place())
}

func (p *program) tellProblems(name string, problems []graph.Problem) {
	counts := map[string]int{}
	for _, problem := range problems {
		counts[problem.Check]++
		if counts[problem.Check] <= 3 {
			p.say("%s: vocabulary %s (%s): %s: %s", name, problem.Severity, problem.Check, problem.Subject, problem.Message)
		} else if counts[problem.Check] == 4 {
			p.say("%s: vocabulary: more of %s", name, problem.Check)
		}
	}
}
