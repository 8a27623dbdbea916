package analytics

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Intervals are the lengths of period a report may have.
var Intervals = []string{"hour", "day", "week", "month", "quarter", "year"}

// timeline turns moments into the periods of a time zone. DuckDB does the sums; the offsets are Go's, so
// that both know the same time zones.
type timeline struct {
	tz       *time.Location
	interval string
	from, to semdex.Date // first and last day in tz; empty is open
	offsets  []offset    // ascending by start; the first holds from ever
}

// offset is a time zone's distance from UTC in seconds, from a moment on.
type offset struct {
	start   time.Time
	seconds int
}

// newTimeline knows the offsets for all moments from first to last.
func newTimeline(r Request, first, last time.Time) *timeline {
	t := &timeline{tz: r.TZ, interval: r.Interval, from: r.From, to: r.To}
	for at := first.In(r.TZ); ; {
		_, seconds := at.Zone()
		t.offsets = append(t.offsets, offset{at, seconds})
		_, end := at.ZoneBounds()
		if end.IsZero() || end.After(last) {
			return t
		}
		at = end
	}
}

// local is SQL for the microseconds that clocks showed at the event, counted from 1970 as they showed it.
func (t *timeline) local() string {
	return "(epoch_us(e.occurred_at) + " + t.offset() + " * 1000000)"
}

func (t *timeline) offset() string {
	last := t.offsets[len(t.offsets)-1].seconds
	if len(t.offsets) == 1 {
		return fmt.Sprintf("(%d::BIGINT)", last)
	}
	var b strings.Builder
	b.WriteString("CASE")
	for i, o := range t.offsets[:len(t.offsets)-1] {
		fmt.Fprintf(&b, " WHEN e.occurred_at < %s THEN %d", timestamp(t.offsets[i+1].start), o.seconds)
	}
	fmt.Fprintf(&b, " ELSE %d::BIGINT END", last)
	return "(" + b.String() + ")"
}

func timestamp(t time.Time) string {
	return fmt.Sprintf("make_timestamp(%d)", t.UnixMicro())
}

// window is SQL for the events of the days asked for. The first pair of bounds is wide, and lets DuckDB skip
// what lies far off; the second is exact.
func (t *timeline) window() string {
	var and []string
	if t.from != "" {
		start := midnight(t.from)
		and = append(and, "e.occurred_at >= "+timestamp(start.AddDate(0, 0, -2)),
			fmt.Sprintf("%s >= %d", t.local(), start.UnixMicro()))
	}
	if t.to != "" {
		end := midnight(t.to).AddDate(0, 0, 1)
		and = append(and, "e.occurred_at < "+timestamp(end.AddDate(0, 0, 2)),
			fmt.Sprintf("%s < %d", t.local(), end.UnixMicro()))
	}
	if len(and) == 0 {
		return "true"
	}
	return strings.Join(and, " AND ")
}

// midnight gives the start of a day in UTC; the date was checked.
func midnight(d semdex.Date) time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// period is SQL for the number of the period that an event falls in, which label reads: the second at which
// clocks showed its start, or for an hour, which comes twice when clocks go back, the second it started at.
func (t *timeline) period() string {
	switch t.interval {
	case "":
		return "0::BIGINT"
	case "hour":
		return "epoch(date_trunc('hour', make_timestamp(" + t.local() + ")))::BIGINT - " + t.offset()
	}
	return "epoch(date_trunc(" + quote(t.interval) + ", make_timestamp(" + t.local() + ")))::BIGINT"
}

// periodOf gives the number of the period that a day begins in.
func (t *timeline) periodOf(day semdex.Date) int64 {
	at := midnight(day)
	switch t.interval {
	case "":
		return 0
	case "hour":
		return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, t.tz).Unix()
	case "week":
		at = at.AddDate(0, 0, -(int(at.Weekday())+6)%7)
	case "month":
		at = at.AddDate(0, 0, 1-at.Day())
	case "quarter":
		at = time.Date(at.Year(), (at.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	case "year":
		at = time.Date(at.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return at.Unix()
}

// label names a period.
func (t *timeline) label(number int64) string {
	start := time.Unix(number, 0).UTC()
	if t.interval == "hour" {
		return start.In(t.tz).Format(hourLabel)
	}
	return periodLabel(t.interval, start)
}

// periodLabel names the period of at least a day that a civil time falls in. Weeks are those of ISO 8601,
// and so is their year.
func periodLabel(interval string, at time.Time) string {
	switch interval {
	case "day":
		return at.Format(time.DateOnly)
	case "week":
		year, week := at.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case "month":
		return at.Format("2006-01")
	case "quarter":
		return fmt.Sprintf("%04d-Q%d", at.Year(), (int(at.Month())+2)/3)
	}
	return at.Format("2006")
}

func checkInterval(interval string) error {
	if interval == "" || slices.Contains(Intervals, interval) {
		return nil
	}
	return invalid("intervals are "+strings.Join(Intervals, ", "), "no such interval: %s", interval)
}
