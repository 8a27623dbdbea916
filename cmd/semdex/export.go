package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"semdex/cmd/internal/library"
)

// exports are what can be exported, with the one format each has.
var exports = map[string]struct {
	format string
	write  func(*library.Library, context.Context, io.Writer) error
}{
	"graph":  {"nt", (*library.Library).ExportGraph},
	"assets": {"jsonl", (*library.Library).ExportAssets},
	"events": {"jsonl", (*library.Library).ExportEvents},
	"state":  {"txt", (*library.Library).ExportState},
}

func (p *program) export() *cobra.Command {
	var format, file string
	c := &cobra.Command{
		Use: "export graph|assets|events|state", Short: "Write out what a library holds",
		Long: `Write out what a library holds:

  graph   concepts, assets and the links between them, as N-Triples
  assets  every asset, one JSON object a line, as the files source reads them
  events  every usage event, one JSON object a line
  state   all of these and the search index in one canonical form, to compare two data directories`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			e, known := exports[args[0]]
			if !known {
				return usageError{fmt.Errorf("cannot export %q: graph, assets, events or state", args[0])}
			}
			if format != "" && format != e.format {
				return usageError{fmt.Errorf("--format %s: this version writes %s as %s", format, args[0], e.format)}
			}
			return p.owned(cmd.Context(), "export", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				out, done, err := p.output(file)
				if err != nil {
					return err
				}
				return done(e.write(l, ctx, out))
			})
		},
	}
	c.Flags().StringVar(&format, "format", "", "nt for the graph, jsonl for assets and events")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write (default: standard output)")
	return c
}
