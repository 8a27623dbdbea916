package analytics

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

func TestTheWindowBefore(t *testing.T) {
	for _, tt := range []struct{ from, to, wantFrom, wantTo semdex.Date }{
		{"2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"},
		{"2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31"},
		{"2024-01-01", "2024-12-31", "2023-01-01", "2023-12-31"},
		{"2026-03-02", "2026-03-08", "2026-02-23", "2026-03-01"},
		{"2026-03-01", "2026-03-01", "2026-02-28", "2026-02-28"},
		{"2026-03-01", "2026-03-30", "2026-01-30", "2026-02-28"},
	} {
		if from, to := Before(tt.from, tt.to); from != tt.wantFrom || to != tt.wantTo {
			t.Errorf("before %s to %s: %s to %s, want %s to %s", tt.from, tt.to, from, to, tt.wantFrom, tt.wantTo)
		}
	}
}

func TestUsageBesideTheWindowBefore(t *testing.T) {
	d, events := brand(), someEvents(500)
	s := open(t, t.TempDir(), Options{})
	record(t, s, events...)
	for _, by := range [][]string{nil, {"topic"}, {"campaign", "region"}} {
		r := Request{By: by, TZ: zone(t, "Europe/Berlin"), From: "2026-04-01", To: "2026-06-30", Compare: true}
		got, err := s.Usage(t.Context(), d, r)
		if err != nil {
			t.Fatal(err)
		}
		before := r
		before.From, before.To = "2026-01-01", "2026-03-31"
		if diff := gocmp.Diff(plainBeside(plainUsage(d, events, r), plainUsage(d, events, before)), rowsOf(got)); diff != "" {
			t.Errorf("by %v: want-, got+\n%s", by, diff)
		}
		whole := plainUsage(d, events, Request{TZ: r.TZ, From: before.From, To: before.To})[0]
		if got.Totals[1].Name != "events_before" || got.Totals[1].Value != whole[0] {
			t.Errorf("totals %+v, want %v events before", got.Totals, whole[0])
		}
	}
	for _, r := range []Request{{Compare: true}, {Compare: true, From: "2026-01-01"}, {Compare: true, From: "2026-01-01", To: "2026-01-31", Interval: "day"}} {
		r.TZ = time.UTC
		if _, err := s.Usage(t.Context(), d, r); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%+v: %v, want a refusal", r, err)
		}
	}
}

func TestALimitCountsRowsOfBoth(t *testing.T) {
	d, events := brand(), someEvents(500)
	s := open(t, t.TempDir(), Options{})
	record(t, s, events...)
	r, err := s.Usage(t.Context(), d, Request{By: []string{"topic"}, From: "2026-04-01", To: "2026-06-30", Compare: true, Limit: 2})
	if err != nil || r.Len() != 2 {
		t.Errorf("%d rows, %v, want 2", r.Len(), err)
	}
}

// plainBeside joins the rows of two windows.
func plainBeside(now, before [][]any) (rows [][]any) {
	const figures = 8
	pair := func(keys, a, b []any) {
		row := slices.Clone(keys)
		for i := range a {
			x, y := a[i].(int64), b[i].(int64)
			var change any
			if y != 0 {
				change = float64(x-y) / float64(y)
			}
			row = append(row, x, y, change)
		}
		rows = append(rows, row)
	}
	nothing := slices.Repeat([]any{int64(0)}, figures)
	split := func(row []any) (keys, rest []any) { return row[:len(row)-figures], row[len(row)-figures:] }
	same := func(keys []any) func([]any) bool {
		return func(row []any) bool { other, _ := split(row); return slices.Equal(keys, other) }
	}
	for _, row := range now {
		keys, a := split(row)
		b := nothing
		if i := slices.IndexFunc(before, same(keys)); i >= 0 {
			_, b = split(before[i])
		}
		pair(keys, a, b)
	}
	for _, row := range before {
		if keys, b := split(row); !slices.ContainsFunc(now, same(keys)) {
			pair(keys, nothing, b)
		}
	}
	return rows
}
