package analytics

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"semdex"
)

// mostPeriods bounds how many periods without a row are shown beside those with one.
const mostPeriods = 5000

// periods gives the labels of all periods from the first to the last that the report is about, and the place of each. Those between in which
// nothing happened are among them.
func (s *sheet) periods() ([]string, map[string]int) {
	starts := map[string]time.Time{}
	for row := range s.Rows() {
		name := cellText(row[s.period])
		if _, known := starts[name]; !known {
			starts[name], _ = periodStart(s.Interval, name) // we wrote it
		}
	}
	s.addEnds(starts)
	labels := make([]string, 0, len(starts))
	for name := range starts {
		labels = append(labels, name)
	}
	slices.SortFunc(labels, func(a, b string) int { return cmp.Or(starts[a].Compare(starts[b]), cmp.Compare(a, b)) })
	if len(labels) > 1 {
		labels = s.filled(labels, starts)
	}
	place := map[string]int{}
	for i, name := range labels {
		place[name] = i
	}
	return labels, place
}

// addEnds adds the first and the last period of the window, as far as there are events.
func (s *sheet) addEnds(starts map[string]time.Time) {
	if s.Interval == "hour" || len(starts) == 0 {
		return
	}
	to := s.To
	if s.Until != nil && to > semdex.Date(s.untilDay()) {
		to = semdex.Date(s.untilDay())
	}
	for _, day := range []semdex.Date{s.From, to} {
		if day == "" || day < s.From {
			continue
		}
		name := periodLabel(s.Interval, midnight(day))
		starts[name], _ = periodStart(s.Interval, name)
	}
}

// filled puts in what is between; the labels stay as they are where these do not fit or are too many.
func (s *sheet) filled(labels []string, starts map[string]time.Time) []string {
	var all []string
	found := 0
	zone := zoneOf(s.TZ)
	for at, last := starts[labels[0]], starts[labels[len(labels)-1]]; !at.After(last); at = nextPeriod(s.Interval, at) {
		name := periodLabel(s.Interval, at)
		if s.Interval == "hour" {
			name = at.In(zone).Format(hourLabel)
		}
		if _, known := starts[name]; known {
			found++
		}
		if all = append(all, name); len(all) > mostPeriods {
			return labels
		}
	}
	if found < len(labels) {
		return labels
	}
	return all
}

const hourLabel = "2006-01-02T15:04Z07:00"

// periodStart reads a label as periodLabel writes it: the midnight in UTC of its first day, or the moment of an hour.
func periodStart(interval, label string) (at time.Time, err error) {
	var year, n int
	switch interval {
	case "hour":
		return time.Parse(hourLabel, label)
	case "day":
		return time.Parse(time.DateOnly, label)
	case "week":
		_, err = fmt.Sscanf(label, "%d-W%d", &year, &n)
		at = time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // always in the first week
		return at.AddDate(0, 0, 7*(n-1)-(int(at.Weekday())+6)%7), err
	case "month":
		return time.Parse("2006-01", label)
	case "quarter":
		_, err = fmt.Sscanf(label, "%d-Q%d", &year, &n)
		return time.Date(year, time.Month(3*n-2), 1, 0, 0, 0, 0, time.UTC), err
	}
	return time.Parse("2006", label)
}

// nextPeriod is the start of the period after the one that starts at a time.
func nextPeriod(interval string, at time.Time) time.Time {
	switch interval {
	case "hour":
		return at.Add(time.Hour)
	case "day":
		return at.AddDate(0, 0, 1)
	case "week":
		return at.AddDate(0, 0, 7)
	case "month":
		return at.AddDate(0, 1, 0)
	case "quarter":
		return at.AddDate(0, 3, 0)
	}
	return at.AddDate(1, 0, 0)
}
