package analytics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
)

// Request says what a usage report is to show.
type Request struct {
	By       []string            // dimensions to group by, in the order of the columns; Period among them means by month
	From, To semdex.Date         // first and last day in TZ; empty is open
	Interval string              // one of Intervals, or empty for no periods
	TZ       *time.Location      // nil is UTC
	Filter   map[string][]string // dimension to names, URIs or words of the context: any of them, in each dimension
	Limit    int                 // rows at most; 0 is all
	Direct   bool                // do not count for what stands above a value
	Recorded bool                // count for what assets were when the event occurred, not for what they are
	Compare  bool                // put the window before beside it
	Counters bool                // leave out what takes longest: unique assets and users
}

// check brings a request into order, or says what is wrong with it.
func (r Request) check() (Request, error) {
	if r.TZ == nil {
		r.TZ = time.UTC
	}
	var by []string
	for _, name := range r.By {
		switch {
		case strings.EqualFold(name, Period) && r.Interval == "":
			r.Interval = "month"
		case !strings.EqualFold(name, Period):
			by = append(by, name)
		}
	}
	r.By = by
	for name, day := range map[string]semdex.Date{"from": r.From, "to": r.To} {
		if _, err := time.Parse(time.DateOnly, string(day)); day != "" && err != nil {
			return r, invalid("write it as 2026-01-31", "%s is no day: %s", name, day)
		}
	}
	if r.From != "" && r.To != "" && r.From > r.To {
		return r, invalid("exchange the two", "from %s is after to %s", r.From, r.To)
	}
	if r.Limit < 0 {
		return r, invalid("give 1 or more, or leave it out for all rows", "limit is %d", r.Limit)
	}
	if err := r.checkCompare(); err != nil {
		return r, err
	}
	return r, checkInterval(r.Interval)
}

// usageSlots gives the slot of the sums that an event adds to: 0 is none of the counters but events.
func (s *Store) usageSlots() string {
	return "CASE e.type" + s.whenType(1, semdex.AssetView) + s.whenType(2, semdex.AssetDownload) + s.whenType(3, semdex.AssetShare) +
		s.whenType(4, semdex.AssetPlaced, semdex.AssetEmbed) + s.whenType(5, semdex.SearchExecuted) + " ELSE 0 END"
}

// whenType is a branch of a CASE over types.
func (s *Store) whenType(slot int, types ...string) string {
	var b strings.Builder
	for _, t := range types {
		fmt.Fprintf(&b, " WHEN %d THEN %d", s.names.find(kindType, t), slot)
	}
	return b.String()
}

// isType is SQL for an event's type being one of some.
func (s *Store) isType(column string, types ...string) string {
	numbers := make([]string, len(types))
	for i, t := range types {
		numbers[i] = strconv.Itoa(int(s.names.find(kindType, t)))
	}
	return column + " IN (" + strings.Join(numbers, ", ") + ")"
}

// searchTypes are the types whose concepts count where an event names no asset.
var searchTypes = []string{semdex.SearchExecuted, semdex.SearchSuggest, semdex.SearchResultClick}

// Usage reports how often assets were viewed, downloaded, shared and placed, and how often was searched, by
// the dimensions asked for. An event's values in a dimension are those of its own word for it (such as its
// context's region); without one those of its asset; and of a search without either, those of the concepts
// it named. Rows come by events, most first, then by their columns in order.
func (s *Store) Usage(ctx context.Context, d Dimensions, r Request) (*Report, error) {
	return s.report(ctx, d, r, "usage", func(r Request) (*Report, error) { return s.usage(ctx, d, r) })
}

// usage takes the sums that are kept where they can tell.
func (s *Store) usage(ctx context.Context, d Dimensions, r Request) (*Report, error) {
	if report, ok, err := s.rolledUsage(ctx, d, r); ok || err != nil {
		return report, err
	}
	c, t, err := s.count(ctx, d, r, counted{slot: s.usageSlots(), slots: usageSlotCount, members: !r.Counters})
	if err != nil {
		return nil, err
	}
	return c.usage(t), nil
}

// usageSlotCount is how many slots there are: for views, downloads, shares, placements, searches, and all others.
const usageSlotCount = 6

// report checks a request, waits for its turn, lets DuckDB have all that was acknowledged, and makes the report.
func (s *Store) report(ctx context.Context, d Dimensions, r Request, name string, make func(Request) (*Report, error)) (*Report, error) {
	r, err := r.check()
	if err != nil {
		return nil, err
	}
	for _, dim := range append(slices.Collect(maps.Keys(r.Filter)), r.By...) {
		if _, _, ok := findDimension(d, dim); !ok {
			return nil, invalid("dimensions are "+strings.Join(knownDimensions(d), ", "), "no such dimension: %s", dim)
		}
	}
	select {
	case s.reports <- struct{}{}:
		defer func() { <-s.reports }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := s.Flush(ctx); err != nil {
		return nil, err
	}
	how := make
	if r.Compare {
		how = func(r Request) (*Report, error) { return compared(r, make) }
	}
	report, err := how(r)
	switch {
	case err == nil:
		report.Filter, report.limit = r.Filter, r.Limit
		if note := s.pastNote(r); note != "" {
			report.Notes = append(report.Notes, note)
		}
		return report, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s report: %w", name, ctx.Err())
	}
	return nil, fmt.Errorf("%s report: %w", name, err)
}

// invalid is the error for a request that is wrong.
func invalid(hint, format string, args ...any) error {
	return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf(format, args...), Hint: hint}
}
