package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"semdex"
)

// bucket is a value of a facet of numbers.
type bucket struct {
	from, to     int64 // both included
	value, label string
	count        int
}

// measureSteps are where the ranges of a facet begin, in the unit of the field, with how that is written.
var measureSteps = map[string][]struct {
	from int64
	name string
}{
	"size":     {{0, "0"}, {100_000, "100 kB"}, {1_000_000, "1 MB"}, {10_000_000, "10 MB"}, {100_000_000, "100 MB"}, {1_000_000_000, "1 GB"}, {10_000_000_000, "10 GB"}},
	"width":    {{0, "0"}, {500, "500 px"}, {1000, "1000 px"}, {2000, "2000 px"}, {4000, "4000 px"}, {8000, "8000 px"}},
	"height":   {{0, "0"}, {500, "500 px"}, {1000, "1000 px"}, {2000, "2000 px"}, {4000, "4000 px"}, {8000, "8000 px"}},
	"duration": {{0, "0"}, {10_000, "10 s"}, {30_000, "30 s"}, {60_000, "1 min"}, {300_000, "5 min"}, {1_800_000, "30 min"}, {3_600_000, "1 h"}},
}

// Between these years times are counted by month, else by year.
const (
	firstMonthly = 1900
	lastMonthly  = 2099
)

// timeSteps are the months and years that times are counted in.
var timeSteps = sync.OnceValue(func() []int64 {
	var out []int64
	for year := 1; year <= 9999; year++ {
		months := 1
		if year >= firstMonthly && year <= lastMonthly {
			months = 12
		}
		for m := range months {
			out = append(out, time.Date(year, time.Month(m+1), 1, 0, 0, 0, 0, time.UTC).Unix())
		}
	}
	return out
})

// rangeSteps are the ranges that an engine is to count.
func rangeSteps(field string) []int64 {
	if isTimeField(field) {
		return timeSteps()
	}
	var out []int64
	for _, s := range measureSteps[field] {
		out = append(out, s.from)
	}
	return out
}

// rangeValues gives the values of a facet of numbers in their order; where there are too many, the most frequent.
func (q *querying) rangeValues(ctx context.Context, p *Plan, f *Facet, counts []int, r *FacetRequest, out *FacetCounts) error {
	if r.Below != "" {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("%s has no hierarchy", f.Name), Hint: "leave below out"}
	}
	var buckets []bucket
	var err error
	if isTimeField(f.Name) {
		buckets, err = q.timeBuckets(ctx, p, f, counts)
	} else {
		buckets = measureBuckets(f.Name, counts)
	}
	if err != nil {
		return err
	}
	for _, n := range counts {
		out.OtherCount += n
	}
	buckets = slices.DeleteFunc(buckets, func(b bucket) bool { return b.count == 0 || !strings.HasPrefix(b.value, r.Text) })
	out.TotalValues = len(buckets)
	selected := q.ranges(f.Name)
	for _, b := range mostFrequent(buckets, r.Limit) {
		out.OtherCount -= b.count
		covered := slices.ContainsFunc(selected, func(r Range) bool { return r.From <= b.from && b.to <= r.To })
		out.Values = append(out.Values, FacetValue{Value: b.value, Label: b.label, Count: b.count, Selected: covered})
	}
	return nil
}

// mostFrequent gives at most so many of the buckets, in their order.
func mostFrequent(buckets []bucket, limit int) []bucket {
	if len(buckets) <= limit {
		return buckets
	}
	best := slices.Clone(buckets)
	slices.SortStableFunc(best, func(a, b bucket) int { return b.count - a.count })
	best = best[:max(0, limit)]
	slices.SortFunc(best, func(a, b bucket) int { return cmp.Compare(a.from, b.from) })
	return best
}

// ranges gives the ranges that a field of numbers is filtered by.
func (q *querying) ranges(field string) []Range {
	var out []Range
	for _, v := range slices.Concat(q.filtered[field], q.ranged[field]) {
		if r, ok := readRange(field, v); ok {
			out = append(out, r)
		}
	}
	return out
}

// measureBuckets names the ranges of a field by what a filter takes.
func measureBuckets(field string, counts []int) []bucket {
	number := func(n int64) string {
		if field == "duration" {
			return strconv.FormatFloat(float64(n)/1000, 'f', -1, 64)
		}
		return strconv.FormatInt(n, 10)
	}
	steps := measureSteps[field]
	var out []bucket
	for i, n := range counts {
		b := bucket{from: steps[i].from, to: openTo, count: n, value: number(steps[i].from) + "..", label: "≥ " + steps[i].name}
		if i+1 < len(steps) {
			b.to = steps[i+1].from - 1
			b.value += number(b.to)
			b.label = steps[i].name + " – " + steps[i+1].name
		}
		if i == 0 {
			b.label = "< " + steps[1].name
		}
		out = append(out, b)
	}
	return out
}

const (
	secondsOfDay = 86_400
	daysAtMost   = 62 * secondsOfDay  // what is no longer is told by days
	monthsAtMost = 732 * secondsOfDay // what is no longer, by months; else by years
)

// timeBuckets parts the time that hits span, within the field's own filter where there are any, into years, months or
// days, by how long it is.
func (q *querying) timeBuckets(ctx context.Context, p *Plan, f *Facet, counts []int) ([]bucket, error) {
	steps := timeSteps()
	from, before, any := q.spanned(f.Name, steps, counts)
	switch {
	case !any:
		return nil, nil
	case before-from <= daysAtMost:
		return q.dayBuckets(ctx, p, f, from, before)
	}
	monthly := before-from <= monthsAtMost
	if !monthly {
		from, before = startOfYear(from, 0), startOfYear(before-1, 1)
	}
	var out []bucket
	for i, n := range counts {
		if n == 0 || steps[i] >= before || i+1 < len(steps) && steps[i+1] <= from {
			continue
		}
		t := time.Unix(steps[i], 0).UTC()
		b := bucket{value: t.Format("2006-01")}
		if !monthly || t.Year() < firstMonthly || t.Year() > lastMonthly {
			b.value = t.Format("2006")
		}
		if last := len(out) - 1; last >= 0 && out[last].value == b.value {
			out[last].count += n
			continue
		}
		out = append(out, timeBucket(b, n))
	}
	return out, nil
}

// startOfYear gives the first second of the year of a time, or of one so many years later.
func startOfYear(at int64, later int) int64 {
	return time.Date(time.Unix(at, 0).UTC().Year()+later, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
}

// timeBucket completes a bucket of time by its value.
func timeBucket(b bucket, count int) bucket {
	b.from, b.to, _ = period(b.value)
	b.label, b.count = b.value, count
	return b
}

// spanned gives the time from the first to the last hit, within the field's own filter where that has any.
func (q *querying) spanned(field string, steps []int64, counts []int) (from, before int64, any bool) {
	end := func(i int) int64 {
		if i+1 < len(steps) {
			return steps[i+1]
		}
		return steps[i] + 366*secondsOfDay
	}
	span := func(within Range) {
		any = false
		for i, n := range counts {
			if n == 0 || steps[i] > within.To || end(i) <= within.From {
				continue
			}
			if !any {
				from, any = max(steps[i], within.From), true
			}
			before = min(end(i), within.To+1)
		}
	}
	if own := q.ranges(field); len(own) > 0 {
		hull := own[0]
		for _, r := range own[1:] {
			hull.From, hull.To = min(hull.From, r.From), max(hull.To, r.To)
		}
		if span(hull); any {
			return from, before, true
		}
	}
	span(Range{From: openFrom, To: openTo})
	return from, before, any
}

// dayBuckets asks for the days of a short time.
func (q *querying) dayBuckets(ctx context.Context, p *Plan, f *Facet, from, before int64) ([]bucket, error) {
	first := time.Unix(from, 0).UTC().Truncate(24 * time.Hour)
	ranges := &Ranges{Field: f.Name}
	for t := first; ; t = t.AddDate(0, 0, 1) {
		ranges.From = append(ranges.From, t.Unix())
		if t.Unix() >= before {
			break
		}
	}
	days := *p
	days.Facets, days.Offset, days.Limit, days.After = []Facet{{Name: f.Name, Ranges: ranges}}, 0, 0, nil
	result, err := q.view.Search(ctx, &days)
	if err != nil {
		return nil, err
	}
	var out []bucket
	for i, n := range result.Counts[0][:min(len(result.Counts[0]), len(ranges.From)-1)] {
		out = append(out, timeBucket(bucket{value: first.AddDate(0, 0, i).Format(time.DateOnly)}, n))
	}
	return out, nil
}
