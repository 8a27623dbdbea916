package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"semdex/analytics"
)

func (p *program) sql() *cobra.Command {
	var format, file string
	var limit int
	c := &cobra.Command{
		Use: "sql QUESTION", Short: "Ask a question of your own about events and assets, in SQL", Long: sqlHelp(), Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, err := reportWriter(format)
			if err != nil {
				return err
			}
			return p.owned(cmd.Context(), "sql", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				answer, err := l.Ask(ctx, analytics.Question{SQL: args[0], Limit: limit})
				if err != nil {
					return err
				}
				out, done, err := p.output(file)
				if err != nil {
					return err
				}
				if err := done(write(answer, out)); err != nil {
					return err
				}
				if answer.Truncated {
					p.say("semdex: note: there are more rows than the %d given", answer.Len())
				}
				return nil
			})
		},
	}
	c.Flags().IntVar(&limit, "limit", 0, fmt.Sprintf("rows at most (default: %d)", analytics.MaxAnswerRows))
	c.Flags().StringVar(&format, "format", "csv", "csv, json, ndjson, xlsx or parquet")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write (default: standard output)")
	return c
}

// sqlHelp lists the tables with their columns.
func sqlHelp() string {
	var b strings.Builder
	b.WriteString("Ask one question in DuckDB's SQL: SELECT, WITH, VALUES, DESCRIBE, SHOW TABLES, SUMMARIZE or EXPLAIN.\n" +
		"It reads copies of these tables and can touch nothing else; it may take 30 s and 512 MiB.\n")
	for _, t := range analytics.ShownTables {
		fmt.Fprintf(&b, "\n%s: %s\n", t.Name, t.About)
		for _, c := range t.Columns {
			b.WriteString(strings.TrimRight(fmt.Sprintf("  %-14s %-14s %s", c.Name, c.Type, c.About), " ") + "\n")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
