package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/analytics"
	"semdex/internal/plot"
)

func (p *program) report() *cobra.Command {
	var r analytics.Request
	var by []string
	var from, to, tz, format, file string
	var drawing picture
	var filters []string
	c := &cobra.Command{
		Use: "report NAME", Short: "Report on the use of a library; NAME is usage", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
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
				write, err := reportWriter(format, drawing)
				if err != nil {
					return err
				}
				if drawing.asked(format) {
					r = r.ForChart(drawing.kind)
				}
				report, err := l.Report(ctx, args[0], r)
				if err != nil {
					return err
				}
				out, done, err := p.output(file)
				if err != nil {
					return err
				}
				return done(write(report, out))
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
	c.Flags().BoolVar(&r.Direct, "direct", false, "count values themselves, not what is narrower with them")
	c.Flags().StringVar(&format, "format", "csv", "csv, json, ndjson, xlsx, or a picture: svg, html")
	c.Flags().StringVar(&drawing.kind, "plot", analytics.ChartAuto, "how a picture is drawn: "+strings.Join(analytics.ChartKinds, ", "))
	c.Flags().StringVar(&drawing.measure, "measure", "", "column that a picture shows (default: the report's main one)")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write (default: standard output)")
	return c
}

// picture is how a report is to be drawn.
type picture struct{ kind, measure string }

// asked reports whether a format is a picture.
func (p picture) asked(format string) bool {
	return strings.EqualFold(format, "svg") || strings.EqualFold(format, "html")
}

// drawn gives what writes a report as a picture.
func (p picture) drawn(write func(plot.Chart, io.Writer) error) func(*analytics.Report, io.Writer) error {
	return func(r *analytics.Report, w io.Writer) error {
		chart, err := r.Chart(strings.ToLower(p.kind), p.measure)
		if err != nil {
			return err
		}
		return write(chart, w)
	}
}

func reportWriter(format string, p picture) (func(*analytics.Report, io.Writer) error, error) {
	writers := map[string]func(*analytics.Report, io.Writer) error{
		"csv": (*analytics.Report).WriteCSV, "json": (*analytics.Report).WriteJSON, "ndjson": (*analytics.Report).WriteNDJSON, "xlsx": (*analytics.Report).WriteXLSX,
		"svg": p.drawn(plot.Chart.SVG), "html": p.drawn(plot.Chart.HTML),
	}
	write, ok := writers[strings.ToLower(format)]
	if !ok {
		return nil, usageError{fmt.Errorf("--format %s: this version writes csv, json, ndjson, xlsx, svg and html", format)}
	}
	if !p.asked(format) && (p.measure != "" || p.kind != analytics.ChartAuto) {
		return nil, usageError{fmt.Errorf("--plot and --measure are for pictures: add --format svg or html")}
	}
	return write, nil
}
