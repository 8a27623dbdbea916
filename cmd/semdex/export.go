package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"semdex/cmd/internal/library"
)

// exports are what can be exported, each as one file. Events can be written as a folder of Parquet files too.
var exports = map[string]exported{
	"graph":  {"nt", (*library.Library).ExportGraph},
	"assets": {"jsonl", (*library.Library).ExportAssets},
	"events": {"jsonl", (*library.Library).ExportEvents},
	"state":  {"txt", (*library.Library).ExportState},
}

// exported is what writes one of them as a file of its format.
type exported struct {
	format string
	write  func(*library.Library, context.Context, io.Writer) error
}

// formats names all that there are.
func (e exported) formats(what string) string {
	if what == "events" {
		return e.format + " or parquet"
	}
	return e.format
}

func (p *program) export() *cobra.Command {
	var format, file string
	c := &cobra.Command{
		Use: "export graph|assets|events|state", Short: "Write out what a library holds",
		Long: `Write out what a library holds:

  graph   concepts, assets and the links between them, as N-Triples
  assets  every asset, one JSON object a line, as the files source reads them
  events  every usage event, one JSON object a line; with --format parquet a folder, which -o names: events by year and month,
          and beside them assets, asset_values, concepts and broader (semdex help sql says what is in them)
  state   all of these and the search index in one canonical form, to compare two data directories`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			e, known := exports[args[0]]
			if !known {
				return usageError{fmt.Errorf("cannot export %q: graph, assets, events or state", args[0])}
			}
			tables := args[0] == "events" && format == "parquet"
			if format != "" && format != e.format && !tables {
				return usageError{fmt.Errorf("--format %s: %s is written as %s", format, args[0], e.formats(args[0]))}
			}
			if tables && (file == "" || file == "-") {
				return usageError{errors.New("--format parquet writes a folder: name it by -o")}
			}
			return p.owned(cmd.Context(), "export", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				if tables {
					return l.ExportParquet(ctx, p.path(file))
				}
				out, done, err := p.output(file)
				if err != nil {
					return err
				}
				return done(e.write(l, ctx, out))
			})
		},
	}
	c.Flags().StringVar(&format, "format", "", "nt for the graph, jsonl for assets, jsonl or parquet for events")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write (default: standard output); of parquet, the folder")
	return c
}
