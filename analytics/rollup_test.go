package analytics

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

// rolledRequests are requests that kept sums can tell.
func rolledRequests(tz *time.Location) (out []Request) {
	for _, by := range [][]string{nil, {"topic"}, {"region"}, {"campaign"}, {"region", "topic"}, {"campaign", "topic"}, {"topic", "region", "campaign"}} {
		out = append(out, Request{By: by, TZ: tz, Counters: true})
		if len(by) > 1 {
			continue
		}
		for _, interval := range []string{"", "day", "week", "month", "quarter", "year"} {
			out = append(out, Request{By: by, TZ: tz, Counters: true, Interval: interval, From: "2025-12-31", To: "2026-10-25"},
				Request{By: by, TZ: tz, Counters: true, Interval: interval, From: "2026-01-15"})
		}
	}
	return out
}

// plainCounters is plainUsage without uniques.
func plainCounters(d *library, events []semdex.Event, r Request) (rows [][]any) {
	for _, row := range plainUsage(d, events, r) {
		rows = append(rows, row[:len(row)-2])
	}
	if rows == nil && len(r.By) == 0 && r.Interval == "" {
		rows = [][]any{{int64(0), int64(0), int64(0), int64(0), int64(0), int64(0)}}
	}
	return rows
}

func checkRolled(t *testing.T, s *Store, d *library, events []semdex.Event, tz *time.Location, from string) {
	t.Helper()
	for _, r := range rolledRequests(tz) {
		if from != "" {
			if kept := s.rollups.get(); kept == nil || kept.serves(d, r) != (from == "sums") {
				t.Fatalf("%+v: not reported from %s: %+v", r, from, kept)
			}
		}
		got, err := s.Usage(t.Context(), d, r)
		if err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		if diff := gocmp.Diff(plainCounters(d, events, r), rowsOf(got)); diff != "" {
			t.Fatalf("%+v: want-, got+\n%s", r, diff)
		}
		all := r
		all.By, all.Interval = nil, ""
		var cells []any
		for _, total := range got.Totals {
			cells = append(cells, total.Value)
		}
		if diff := gocmp.Diff(plainCounters(d, events, all)[0], cells); diff != "" {
			t.Fatalf("%+v: totals want-, got+\n%s", r, diff)
		}
	}
}

func TestKeptSumsEqualPlainSums(t *testing.T) {
	for _, zoneName := range []string{"Europe/Berlin", "America/St_Johns"} {
		t.Run(zoneName, func(t *testing.T) {
			tz := zone(t, zoneName)
			d, events, dir := brand(), someEvents(900), t.TempDir()
			d.version = "1"
			o := Options{RollAfter: 100}
			s := open(t, dir, o)
			what := Rollup{By: []string{"topic", "region", "campaign", "type"}, TZ: tz}
			rnd := rand.New(rand.NewPCG(5, 6))
			rnd.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			have := 0
			for part := range slices.Chunk(events, 170) {
				record(t, s, part...)
				have += len(part)
				if err := s.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := s.Keep(t.Context(), d, what); err != nil {
					t.Fatal(err)
				}
				checkRolled(t, s, d, events[:have], tz, "sums")
			}
			if kept := s.rollups.get(); kept.seq == 0 || kept.seq == int64(have) {
				t.Errorf("%d of %d events are rolled up, want most of them", kept.seq, have)
			}
		})
	}
}

func TestKeptSumsFollowTheLibrary(t *testing.T) {
	d, events, dir := brand(), someEvents(400), t.TempDir()
	d.version = "1"
	s := open(t, dir, Options{RollAfter: 50})
	what := Rollup{By: []string{"topic", "region", "campaign"}, TZ: time.UTC}
	keep := func() {
		t.Helper()
		if err := s.Keep(t.Context(), d, what); err != nil {
			t.Fatal(err)
		}
	}
	record(t, s, events...)
	keep()
	seq := func() int64 { return s.rollups.get().seq }
	was := s.rollups.get().print
	d.version = "2" // the same values
	checkRolled(t, s, d, events, time.UTC, "events")
	keep()
	if s.rollups.get().print != was || seq() < 350 {
		t.Error("the sums were not kept although nothing had changed")
	}
	checkRolled(t, s, d, events, time.UTC, "sums")
	d.version, d.tags["topic"]["files:a1"], d.broader["Bridges"] = "3", []string{"Cats"}, []string{"Animals"}
	checkRolled(t, s, d, events, time.UTC, "events")
	keep()
	if s.rollups.get().print == was {
		t.Error("other values have the same fingerprint")
	}
	checkRolled(t, s, d, events, time.UTC, "sums")
	what.By = []string{"type", "topic"} // which serves some of the requests only
	keep()
	checkRolled(t, s, d, events, time.UTC, "")
}

func TestKeptSumsSurvive(t *testing.T) {
	d, events, dir := brand(), someEvents(300), t.TempDir()
	d.version = "a"
	what := Rollup{By: []string{"topic", "region", "campaign"}, TZ: time.UTC}
	for i := range 3 {
		s, err := Open(dir, Options{RollAfter: 50})
		if err != nil {
			t.Fatal(err)
		}
		record(t, s, events[100*i:100*(i+1)]...)
		d.version = fmt.Sprint("of process ", i)
		if i > 0 && s.rollups.get() != nil {
			t.Error("sums of another process are trusted before they were looked at")
		}
		if err := s.Keep(t.Context(), d, what); err != nil {
			t.Fatal(err)
		}
		checkRolled(t, s, d, events[:100*(i+1)], time.UTC, "sums")
		var cells int64
		if err := s.db.QueryRow("SELECT count(*) FROM usage.rollup_cells WHERE mask = 0").Scan(&cells); err != nil || cells == 0 {
			t.Errorf("%d cells for all: %v", cells, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
