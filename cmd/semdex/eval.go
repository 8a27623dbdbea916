package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/cmd/internal/library"
	"semdex/search"
	"semdex/search/eval"
)

// evalFlags say what to measure.
type evalFlags struct {
	queries, qrels, expand, run string
	depth                       int
	asJSON                      bool
}

func (p *program) eval() *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use: "eval", Short: "Measure the ranking against judged queries",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.queries == "" {
				return usageError{fmt.Errorf("--queries is missing: a file of {\"qid\",\"text\",\"lang\"}, one a line")}
			}
			if f.depth < 1 || f.depth > 100_000 {
				return usageError{fmt.Errorf("--depth %d: 1 to 100000", f.depth)}
			}
			return p.owned(cmd.Context(), "eval", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				return p.evaluate(ctx, l, &f)
			})
		},
	}
	c.Flags().StringVar(&f.queries, "queries", "", "file of queries, JSON, one a line")
	c.Flags().StringVar(&f.qrels, "qrels", "", "file of judgements: query id, 0, asset id, grade")
	c.Flags().StringVar(&f.expand, "expand", "narrower", "none, synonyms, narrower or related")
	c.Flags().IntVar(&f.depth, "depth", eval.DefaultDepth, "hits looked at for each query")
	c.Flags().StringVar(&f.run, "run", "", "file to write what was ranked to, as TREC run lines")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print the measures as JSON")
	return c
}

func (p *program) evaluate(ctx context.Context, l *library.Library, f *evalFlags) error {
	queries, qrels, err := p.readJudged(l, f)
	if err != nil {
		return err
	}
	done := 0
	ranked := func(ctx context.Context, q eval.Query) ([]string, error) {
		done++
		p.progress("queries", done, len(queries))
		return l.Rank(ctx, search.Request{Query: q.Text, Lang: q.Lang, Expand: search.Mode(f.expand), Limit: f.depth, Access: l.Owner()})
	}
	report, err := eval.Run(ctx, ranked, queries, qrels, eval.Options{Depth: f.depth})
	if err != nil {
		return err
	}
	if f.run != "" {
		out, finish, err := p.output(f.run)
		if err != nil {
			return err
		}
		if err := finish(report.WriteRun(out, "semdex")); err != nil {
			return err
		}
	}
	if f.asJSON {
		return report.WriteJSON(p.stdout)
	}
	return report.WriteText(p.stdout)
}

func (p *program) readJudged(l *library.Library, f *evalFlags) ([]eval.Query, eval.Qrels, error) {
	queries, err := readFrom(p.path(f.queries), eval.ReadQueries)
	if err != nil || f.qrels == "" {
		return queries, eval.Qrels{}, err
	}
	qrels, err := readFrom(p.path(f.qrels), func(r io.Reader, name string) (eval.Qrels, error) {
		return eval.ReadQrels(r, name, l.ResolveID)
	})
	return queries, qrels, err
}

func readFrom[T any](path string, read func(io.Reader, string) (T, error)) (T, error) {
	f, err := os.Open(path)
	if err != nil {
		var none T
		return none, &semdex.Error{Code: semdex.Invalid, Message: "cannot read " + path, Err: err}
	}
	defer f.Close()
	return read(f, path)
}
