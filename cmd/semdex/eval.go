package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/cmd/internal/library"
	"semdex/search"
	"semdex/search/eval"
)

// evalFlags say what to measure.
type evalFlags struct {
	queries, qrels, expand, baseline, run string
	vocabularies                          []string
	depth, logged, changes                int
	asJSON                                bool
}

func (p *program) eval() *cobra.Command {
	var f evalFlags
	c := &cobra.Command{
		Use: "eval", Short: "Measure the ranking against judged queries, or set two ways to search side by side",
		RunE: func(cmd *cobra.Command, _ []string) error {
			settings, err := f.settings()
			if err != nil {
				return err
			}
			return p.owned(cmd.Context(), "eval", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				return p.evaluate(ctx, l, &f, settings)
			})
		},
	}
	c.Flags().StringVar(&f.queries, "queries", "", "file of queries, JSON, one a line; for a comparison, those of the usage log if not given")
	c.Flags().StringVar(&f.qrels, "qrels", "", "file of judgements: query id, 0, asset id, grade")
	c.Flags().StringVar(&f.expand, "expand", "narrower", "none, synonyms, narrower or related; two, by a comma, to compare")
	c.Flags().StringVar(&f.baseline, "baseline", "", "expansion to compare with that of --expand")
	c.Flags().StringArrayVar(&f.vocabularies, "vocabulary", nil, "RDF file to compare with the vocabularies in use, in their place; again for more")
	c.Flags().IntVar(&f.depth, "depth", eval.DefaultDepth, "hits looked at for each query")
	c.Flags().IntVar(&f.logged, "logged", 500, "how many queries of the usage log, the most asked")
	c.Flags().IntVar(&f.changes, "changes", 10, "how many of the queries that changed most are printed")
	c.Flags().StringVar(&f.run, "run", "", "file to write what was ranked to, as TREC run lines; of a comparison, FILE.NAME for each side")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print the measures as JSON")
	return c
}

// setting is one way to search.
type setting struct {
	name   string
	expand search.Mode
	draft  bool // with the vocabularies of --vocabulary
}

// settings gives the one setting to measure, or the two to compare, baseline first.
func (f *evalFlags) settings() ([]setting, error) {
	var modes []string
	if f.baseline != "" {
		modes = append(modes, f.baseline)
	}
	modes = append(modes, strings.Split(f.expand, ",")...)
	var settings []setting
	for _, m := range modes {
		m = strings.TrimSpace(m)
		if !slices.Contains(search.Modes, search.Mode(m)) {
			return nil, usageError{fmt.Errorf("no such expansion: %q; try none, synonyms, narrower or related", m)}
		}
		settings = append(settings, setting{name: m, expand: search.Mode(m)})
	}
	if len(f.vocabularies) > 0 && len(settings) == 1 {
		one := settings[0].expand
		settings = []setting{{"live", one, false}, {"draft", one, true}}
	} else if len(settings) > 2 || len(f.vocabularies) > 0 {
		return nil, usageError{errors.New("two settings are compared at a time: two expansions, or the vocabularies in use and those of --vocabulary")}
	}
	switch {
	case f.queries == "" && len(settings) == 1:
		return nil, usageError{errors.New(`--queries is missing: a file of {"qid","text","lang"}, one a line`)}
	case f.queries == "" && f.qrels != "":
		return nil, usageError{errors.New("--qrels needs the queries that it judges: --queries is missing")}
	case len(settings) == 2 && settings[0] == settings[1]:
		return nil, usageError{fmt.Errorf("%s is compared with itself", settings[0].name)}
	case f.depth < 1 || f.depth > 100_000:
		return nil, usageError{fmt.Errorf("--depth %d: 1 to 100000", f.depth)}
	case f.logged < 1 || f.logged > 100_000:
		return nil, usageError{fmt.Errorf("--logged %d: 1 to 100000", f.logged)}
	case f.changes < 0:
		return nil, usageError{fmt.Errorf("--changes %d: 0 or more", f.changes)}
	}
	return settings, nil
}

func (p *program) evaluate(ctx context.Context, l *library.Library, f *evalFlags, settings []setting) error {
	queries, qrels, err := p.readJudged(ctx, l, f)
	if err != nil {
		return err
	}
	sides := make([]eval.Side, len(settings))
	for i, s := range settings {
		rank := l.Rank
		if s.draft {
			if rank, err = p.draft(ctx, l, f.vocabularies); err != nil {
				return err
			}
		}
		done := i * len(queries)
		ranked := func(ctx context.Context, q eval.Query) ([]string, error) {
			done++
			p.progress("queries", done, len(settings)*len(queries))
			return rank(ctx, search.Request{Query: q.Text, Lang: q.Lang, Expand: s.expand, Limit: f.depth, Access: l.Owner()})
		}
		report, err := eval.Run(ctx, ranked, queries, qrels, eval.Options{Depth: f.depth})
		if err != nil {
			return err
		}
		sides[i] = eval.Side{Name: s.name, Report: report}
	}
	return p.writeEvaluation(f, sides)
}

// draft gives a search with other vocabularies in place of those in use.
func (p *program) draft(ctx context.Context, l *library.Library, files []string) (func(context.Context, search.Request) ([]string, error), error) {
	paths := make([]string, len(files))
	for i, file := range files {
		paths[i] = p.path(file)
	}
	service, err := l.Draft(ctx, paths...)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, r search.Request) ([]string, error) {
		ids, err := service.Rank(ctx, r)
		out := make([]string, len(ids))
		for i, id := range ids {
			out[i] = string(id)
		}
		return out, err
	}, nil
}

// writeEvaluation writes the runs, then the measures of the one side or the comparison of the two.
func (p *program) writeEvaluation(f *evalFlags, sides []eval.Side) error {
	for _, s := range sides {
		path, tag := f.run, "semdex"
		if len(sides) > 1 {
			path, tag = f.run+"."+s.Name, "semdex-"+s.Name
		}
		if err := p.writeRun(f.run != "", path, tag, s.Report); err != nil {
			return err
		}
	}
	if len(sides) == 1 {
		if f.asJSON {
			return sides[0].Report.WriteJSON(p.stdout)
		}
		return sides[0].Report.WriteText(p.stdout)
	}
	c, err := eval.Compare(sides[0], sides[1])
	if err != nil {
		return err
	}
	if f.asJSON {
		return c.WriteJSON(p.stdout)
	}
	return c.WriteText(p.stdout, f.changes)
}

func (p *program) writeRun(wanted bool, path, tag string, r *eval.Report) error {
	if !wanted {
		return nil
	}
	out, finish, err := p.output(path)
	if err != nil {
		return err
	}
	return finish(r.WriteRun(out, tag))
}

// readJudged reads the queries and their judgements, or takes the queries of the usage log, which have none.
func (p *program) readJudged(ctx context.Context, l *library.Library, f *evalFlags) ([]eval.Query, eval.Qrels, error) {
	if f.queries == "" {
		queries, err := l.LoggedQueries(ctx, f.logged)
		if err == nil && len(queries) == 0 {
			err = &semdex.Error{Code: semdex.Invalid, Message: "the usage log of this library holds no query", Hint: "name a file of queries: --queries F"}
		}
		return queries, eval.Qrels{}, err
	}
	queries, err := readFrom(p.path(f.queries), eval.ReadQueries)
	if err != nil || f.qrels == "" {
		return queries, eval.Qrels{}, err
	}
	unknown, one := 0, ""
	resolve := func(id string) (string, bool) {
		full, known := l.ResolveID(id)
		if !known {
			unknown, one = unknown+1, id
		}
		return full, known
	}
	qrels, err := readFrom(p.path(f.qrels), func(r io.Reader, name string) (eval.Qrels, error) {
		return eval.ReadQrels(r, name, resolve)
	})
	if unknown > 0 {
		p.say("semdex: note: %d judgements are of assets that are not in the library, such as %s; they count as not found", unknown, one)
	}
	for _, id := range slices.Sorted(maps.Keys(qrels)) {
		if !slices.ContainsFunc(queries, func(q eval.Query) bool { return q.ID == id }) {
			p.say("semdex: note: judgements are of queries that are not among those asked, such as %s; they do not count", id)
			break
		}
	}
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
