package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/analytics/intake"
	"semdex/cmd/internal/library"
)

// previewed is how many events a dry run shows.
const previewed = 10

// importFlags are the flags of semdex import, as they are written.
type importFlags struct {
	options            intake.Options
	maps, sets, values []string
	zone               string
	dryRun             bool
}

func (p *program) importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use: "import FILE...", Short: "Take usage events of other systems in, from files",
		Long: `Take usage events of other systems in, from files, plain or gzip:

  semdex       our own events, JSON Lines (what it is without --as, but for tables)
  bynder       Bynder's analytics: JSON, or the table of a year; totals of assets (stats=1) with --set occurred_at=DAY
  brandfolder  rows of the event feed or of cdn_aggregates, JSON or CSV
  acquia       views, downloads or shares of Acquia DAM, JSON; say which with --set type=asset.download
  smintio      licence purchase transactions of Smint.io, JSON
  placements   where assets are in use: rows of a CMS, or Bynder's usage API, JSON or CSV
  csv          any table, with a --map for each column of use (what it is without --as for .csv, .tsv and .txt)

Fields to map to and to set:
  ` + strings.Join(intake.Fields[:11], ", ") + `,
  ` + strings.Join(intake.Fields[11:], ", ") + `,
  context.NAME, and count.TYPE for a column that counts events of a type, such as count.asset.view.
Importing a file again finds duplicates only. What is rejected is named with its reason and kept aside.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plans, err := f.plans(args)
			if err != nil {
				return err
			}
			return p.owned(cmd.Context(), "import", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				return p.importAll(ctx, l, args, plans, f.dryRun)
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.options.Format, "as", "", "the format: "+strings.Join(intake.Formats, ", "))
	flags.StringArrayVar(&f.maps, "map", nil, "COLUMN=FIELD: what a column holds; several")
	flags.StringArrayVar(&f.sets, "set", nil, "FIELD=VALUE: the same for all events; several")
	flags.StringArrayVar(&f.values, "value", nil, "WORD=TYPE: the event type that a word of theirs means, or skip; several")
	flags.StringVar(&f.options.Separator, "separator", "", "between columns: comma, semicolon, tab or pipe (default: found by the header)")
	flags.StringVar(&f.options.Decimal, "decimal", "", `of numbers: "." or ","`)
	flags.StringVar(&f.options.TimeLayout, "time-layout", "", "the form of times, such as 02.01.2006 15:04 or %d.%m.%Y %H:%M (default: ISO 8601)")
	flags.StringVar(&f.zone, "time-zone", "", "of times that do not tell theirs (default: the library's for csv and placements, else UTC)")
	flags.StringVar(&f.options.Encoding, "encoding", "", strings.Join(intake.Encodings, ", ")+" (default: by the mark at the start, else utf-8)")
	flags.StringVar(&f.options.Prefix, "prefix", "", "before each asset id, such as bynder:, or a form such as canto:{Scheme}:{}")
	flags.BoolVar(&f.dryRun, "dry-run", false, fmt.Sprintf("show the first %d events as they would be, and take none in", previewed))
	return c
}

// plans gives how each of the files is to be read.
func (f *importFlags) plans(files []string) ([]intake.Options, error) {
	o := f.options
	var err error
	if o.Map, err = pairs("--map", "COLUMN=FIELD", f.maps, strings.LastIndexByte); err != nil {
		return nil, err
	}
	if o.Constants, err = pairs("--set", "FIELD=VALUE", f.sets, strings.IndexByte); err != nil {
		return nil, err
	}
	if o.Values, err = pairs("--value", "WORD=TYPE", f.values, strings.LastIndexByte); err != nil {
		return nil, err
	}
	if f.zone != "" {
		if o.TimeZone, err = time.LoadLocation(f.zone); err != nil {
			return nil, usageError{fmt.Errorf("--time-zone: %q is not known; write it like Europe/Berlin", f.zone)}
		}
	}
	var list []intake.Options
	for _, file := range files {
		one := o
		one.Format = cmp.Or(o.Format, formatOf(file))
		if err := one.Check(); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// formatOf tells the format of a file by its name.
func formatOf(file string) string {
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(file), ".gz")) {
	case ".csv", ".tsv", ".txt":
		return "csv"
	}
	return intake.Semdex
}

// pairs reads flags of the form KEY=VALUE; cut says where the sign is.
func pairs(flag, form string, list []string, cut func(string, byte) int) (map[string]string, error) {
	var out map[string]string
	for _, text := range list {
		at := cut(text, '=')
		if at < 1 {
			return nil, usageError{fmt.Errorf("%s %q: want %s", flag, text, form)}
		}
		key, value := strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+1:])
		if _, twice := out[key]; twice {
			return nil, usageError{fmt.Errorf("%s: %s is there twice", flag, key)}
		}
		if out == nil {
			out = map[string]string{}
		}
		out[key] = value
	}
	return out, nil
}

// importAll imports one file after the other. One that cannot be read stops no other.
func (p *program) importAll(ctx context.Context, l *library.Library, files []string, plans []intake.Options, dryRun bool) error {
	var errs []error
	rejected := 0
	for i, file := range files {
		take := p.importFile
		if dryRun {
			take = p.previewFile
		}
		n, err := take(ctx, l, file, plans[i])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rejected += n
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if rejected == 0 {
		return nil
	}
	if dryRun {
		return &semdex.Error{Code: semdex.Partial, Message: fmt.Sprintf("%d records would be rejected", rejected), Hint: "mend them, or how they are read; the others would be taken in"}
	}
	return &semdex.Error{Code: semdex.Partial, Message: fmt.Sprintf("%d records were rejected and kept aside; all others are in", rejected),
		Hint: "mend them and import the file again: what is in already is a duplicate then"}
}

func (p *program) importFile(ctx context.Context, l *library.Library, file string, o intake.Options) (rejected int, err error) {
	say := func(format string, args ...any) { p.say("%s: "+format, append([]any{l.Name()}, args...)...) }
	result, list, err := l.Import(ctx, p.path(file), o, library.SyncOptions{Say: say, Progress: p.progress})
	p.tellRejected(l, list, result.Rejected, ", in "+l.RejectedFile())
	if err != nil {
		return result.Rejected, err
	}
	p.progress("", 0, 0)
	_, err = fmt.Fprintf(p.stdout, "%s: %s\n", file, result)
	return result.Rejected, err
}

func (p *program) previewFile(ctx context.Context, l *library.Library, file string, o intake.Options) (rejected int, err error) {
	first, result, list, err := l.Preview(ctx, p.path(file), o, previewed)
	encoder := json.NewEncoder(p.stdout)
	encoder.SetEscapeHTML(false)
	for _, e := range first {
		err = errors.Join(err, encoder.Encode(e))
	}
	p.tellRejected(l, list, result.Rejected, "")
	if err == nil {
		p.say("%s: %d events and %d records to reject; nothing was taken in", file, result.Accepted, result.Rejected)
	}
	return result.Rejected, err
}
