package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/analytics"
	"semdex/cmd/internal/library"
)

func (p *program) report() *cobra.Command {
	var r analytics.Request
	var by []string
	var from, to, tz, format, file string
	var drawing picture
	var scheduled scheduledRun
	var filters []string
	c := &cobra.Command{
		Use: "report NAME", Short: "Report on the use of a library", Long: reportHelp(), Args: func(cmd *cobra.Command, args []string) error { return scheduled.args(cmd, args) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if scheduled.wanted {
				return p.deliver(cmd.Context(), scheduled)
			}
			return p.owned(cmd.Context(), "report", func(ctx context.Context, s *session) error {
				l, err := s.library(ctx, p.library)
				if err != nil {
					return err
				}
				r.By, r.From, r.To = by, semdex.Date(from), semdex.Date(to)
				if r.Filter, err = readFilters(filters); err != nil {
					return err
				}
				if tz != "" {
					if r.TZ, err = time.LoadLocation(tz); err != nil {
						return &semdex.Error{Code: semdex.Invalid, Message: "no such time zone: " + tz, Hint: "write it like Europe/Berlin"}
					}
				}
				format, drawing.kind = strings.ToLower(format), strings.ToLower(drawing.kind)
				if err := drawing.check(format); err != nil {
					return err
				}
				if analytics.IsPicture(format) {
					r = r.ForChart(drawing.kind)
				}
				report, err := l.Report(ctx, args[0], r)
				if err != nil {
					return err
				}
				for _, note := range report.Notes {
					p.say("%s: %s", l.Name(), note)
				}
				out, done, err := p.output(file)
				if err != nil {
					return err
				}
				return done(report.Write(out, format, drawing.kind, drawing.measure))
			})
		},
	}
	c.Flags().StringSliceVar(&by, "by", nil, "dimensions to group by, by commas, such as topic,region")
	c.Flags().StringVar(&from, "from", "", "first day, 2006-01-02")
	c.Flags().StringVar(&to, "to", "", "last day, 2006-01-02")
	c.Flags().StringVar(&r.Interval, "interval", "", "a row for each hour, day, week, month, quarter or year")
	c.Flags().StringArrayVar(&filters, "filter", nil, "DIMENSION=VALUE[,VALUE], again for more")
	c.Flags().IntVar(&r.Limit, "limit", 0, "rows at most (default: all)")
	c.Flags().StringVar(&tz, "tz", "", "time zone (default: the library's)")
	c.Flags().BoolVar(&r.Recorded, "as-recorded", false, "count for what assets were when the event occurred, not for what they are")
	c.Flags().BoolVar(&r.Compare, "compare", false, "put the window before beside it; takes --from and --to")
	c.Flags().BoolVar(&r.Counters, "counters", false, "leave out unique assets and users, which take longest")
	c.Flags().BoolVar(&r.Direct, "direct", false, "count values themselves, not what is narrower with them")
	c.Flags().StringVar(&format, "format", "csv", "csv, json, ndjson, xlsx, parquet, or a picture: svg, html")
	c.Flags().StringVar(&drawing.kind, "plot", analytics.ChartAuto, "how a picture is drawn: "+strings.Join(analytics.ChartKinds, ", "))
	c.Flags().StringVar(&drawing.measure, "measure", "", "column that a picture shows (default: the report's main one)")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write (default: standard output)")
	c.Flags().BoolVar(&scheduled.wanted, "scheduled", false, "deliver the reports of the configuration that are due now, in place of NAME")
	c.Flags().StringVar(&scheduled.name, "name", "", "with --scheduled: only the one of this name")
	c.Flags().BoolVar(&scheduled.dry, "dry-run", false, "with --scheduled: list what is due, and deliver nothing")
	return c
}

// reportHelp tells which reports there are.
func reportHelp() string {
	var b strings.Builder
	b.WriteString("Report on the use of a library. NAME is one of:\n\n")
	for _, r := range analytics.Reports {
		fmt.Fprintf(&b, "  %-16s%s\n", r.Name, r.About)
	}
	return b.String()
}

// tabular is a table that can be written in all forms.
type tabular interface {
	WriteJSON(io.Writer) error
	WriteCSV(io.Writer) error
	WriteNDJSON(io.Writer) error
	WriteXLSX(io.Writer) error
	WriteParquet(io.Writer) error
}

func reportWriter(format string) (func(tabular, io.Writer) error, error) {
	writers := map[string]func(tabular, io.Writer) error{
		"csv": tabular.WriteCSV, "json": tabular.WriteJSON, "ndjson": tabular.WriteNDJSON, "xlsx": tabular.WriteXLSX, "parquet": tabular.WriteParquet,
	}
	write, ok := writers[strings.ToLower(format)]
	if !ok {
		return nil, usageError{fmt.Errorf("--format %s: it is csv, json, ndjson, xlsx or parquet", format)}
	}
	return write, nil
}

// picture is how a report is to be drawn.
type picture struct{ kind, measure string }

// check says what is wrong with a format, or with what only pictures have.
func (p picture) check(format string) error {
	if err := analytics.CheckFormat(format); err != nil {
		return usageError{fmt.Errorf("--format %s: it is %s", format, strings.Join(analytics.Formats, ", "))}
	}
	if !analytics.IsPicture(format) && (p.measure != "" || p.kind != analytics.ChartAuto) {
		return usageError{fmt.Errorf("--plot and --measure are for pictures: add --format svg or html")}
	}
	return nil
}

// scheduledRun is what is asked of the reports that the configuration names.
type scheduledRun struct {
	wanted, dry bool
	name        string
}

// args wants a name of a report, or none with --scheduled.
func (s *scheduledRun) args(cmd *cobra.Command, args []string) error {
	if s.wanted {
		return cobra.NoArgs(cmd, args)
	}
	if s.dry || s.name != "" {
		return fmt.Errorf("--name and --dry-run go with --scheduled")
	}
	return cobra.ExactArgs(1)(cmd, args)
}

// deliver delivers what is due of the library, and tells of each period.
func (p *program) deliver(ctx context.Context, asked scheduledRun) error {
	return p.owned(ctx, "report", func(ctx context.Context, s *session) error {
		l, err := s.library(ctx, p.library)
		if err != nil {
			return err
		}
		runs, err := l.DeliverReports(ctx, asked.name, asked.dry)
		var errs []error
		for _, run := range runs {
			if run.Err != nil {
				errs = append(errs, fmt.Errorf("%s %s: %w", run.Name, run.Period, run.Err))
			}
			fmt.Fprintln(p.stdout, tellRun(run, asked.dry))
		}
		if len(runs) == 0 && err == nil {
			p.say("semdex: no report is due")
		}
		return errors.Join(append(errs, err)...)
	})
}

// tellRun is one line: name, period, and what became of it.
func tellRun(run library.ReportRun, dry bool) string {
	did := map[bool]string{true: "due", false: "delivered"}[dry]
	if run.Correction {
		did = map[bool]string{true: "due again, for events came late", false: "corrected"}[dry]
	}
	switch {
	case run.Err != nil && !run.Next.IsZero():
		did = "failed; again at " + run.Next.UTC().Format(time.RFC3339)
	case run.Err != nil:
		did = "failed"
	case len(run.Files) > 0:
		did += " " + strings.Join(run.Files, " ")
	}
	return run.Name + " " + run.Period + " " + did
}
