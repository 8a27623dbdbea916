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
)

func (p *program) report() *cobra.Command {
	var r analytics.Request
	var by []string
	var from, to, tz, format, file string
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
				write, err := reportWriter(format)
				if err != nil {
					return err
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
	c.Flags().StringVar(&format, "format", "csv", "csv, json, ndjson or xlsx")
	c.Flags().StringVarP(&file, "output", "o", "", "file to write (default: standard output)")
	return c
}

func reportWriter(format string) (func(*analytics.Report, io.Writer) error, error) {
	writers := map[string]func(*analytics.Report, io.Writer) error{
		"csv": (*analytics.Report).WriteCSV, "json": (*analytics.Report).WriteJSON, "ndjson": (*analytics.Report).WriteNDJSON, "xlsx": (*analytics.Report).WriteXLSX,
	}
	write, ok := writers[strings.ToLower(format)]
	if !ok {
		return nil, usageError{fmt.Errorf("--format %s: this version writes csv, json, ndjson and xlsx", format)}
	}
	return write, nil
}
