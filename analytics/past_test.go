package analytics

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

// plainPast is what is left of events when those before a moment are summed up: each of them loses what the sums do not keep.
func plainPast(events []semdex.Event, before time.Time, tz *time.Location) (out []semdex.Event, old int) {
	for _, e := range events {
		if e.OccurredAt.Before(before) {
			month := e.OccurredAt.In(tz)
			e.OccurredAt = time.Date(month.Year(), month.Month(), 1, pastHour, 0, 0, 0, time.UTC)
			e.Actor, e.Client = semdex.Actor{}, semdex.Client{}
			e.Context = map[string]string{"region": e.Context["region"], "campaign": e.Context["campaign"]}
			old++
		}
		out = append(out, e)
	}
	return out, old
}

// checkPast compares reports with the plain sums: those that the kept sums can tell are the same as before, all others as documented.
func checkPast(t *testing.T, s *Store, d *library, events []semdex.Event, before time.Time, tz *time.Location) {
	t.Helper()
	left, _ := plainPast(events, before, tz)
	for _, r := range []Request{
		{}, {By: []string{"topic"}}, {By: []string{"topic", "region"}, Interval: "month"}, {By: []string{"campaign"}, Interval: "year"}, {Interval: "day"},
		{By: []string{"type"}, From: "2026-01-01", To: "2026-03-31", Interval: "month"}, {By: []string{"channel"}}, {By: []string{"event"}, Filter: map[string][]string{"region": {"c:emea"}}},
	} {
		r.TZ = tz
		checkUsage(t, s, d, left, r)
		kept := !slices.Contains(r.By, "channel") && r.Interval != "day"
		if kept { // then it is as if nothing had been summed up
			got, err := s.Usage(t.Context(), d, Request{By: r.By, From: r.From, To: r.To, Interval: r.Interval, TZ: tz, Filter: r.Filter, Counters: true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(plainCounters(d, events, r), rowsOf(got)); diff != "" {
				t.Errorf("%+v: want-, got+\n%s", r, diff)
			}
		}
	}
}

func TestRetain(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/St_Johns"} {
		t.Run(name, func(t *testing.T) {
			tz := zone(t, name)
			dir, events, d := t.TempDir(), someEvents(350), brand()
			d.version = "1"
			s, err := Open(dir, Options{SegmentBytes: 10_000, RollAfter: 50})
			if err != nil {
				t.Fatal(err)
			}
			s.retainAtOnce = 60
			record(t, s, events...)
			what := Rollup{By: []string{"topic", "region", "campaign"}, TZ: tz}
			if err := s.Keep(t.Context(), d, what); err != nil {
				t.Fatal(err)
			}
			was := 0
			var before time.Time
			for _, day := range []string{"1960-01-01", "2026-01-01", "2026-03-15", "2026-03-15"} {
				before, _ = time.ParseInLocation(time.DateOnly, day, tz)
				_, old := plainPast(events, before, tz)
				if n, err := s.Retain(t.Context(), before, tz); err != nil || n != int64(old-was) {
					t.Fatalf("before %s: got %d, %v; want %d", day, n, err, old-was)
				}
				was = old
				checkPast(t, s, d, events, before, tz)
				if err := s.Keep(t.Context(), d, what); err != nil {
					t.Fatal(err)
				}
				if day == "2026-01-01" {
					left, _ := plainPast(events, before, tz)
					checkRolled(t, s, d, left, tz, "sums")
				}
			}
			if again := record(t, s, events...); again.Accepted != 0 {
				t.Errorf("events of the time that is summed up came in again: %+v", again)
			}
			if got := len(exported(t, s)); got != len(events)-was {
				t.Errorf("%d events exported, want %d", got, len(events)-was)
			}
			for _, lost := range []bool{false, true} {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if lost {
					if err := os.Remove(filepath.Join(dir, "usage.duckdb")); err != nil {
						t.Fatal(err)
					}
				}
				if s, err = Open(dir, Options{}); err != nil {
					t.Fatal(err)
				}
				checkPast(t, s, d, events, before, tz)
				if again := record(t, s, events[:200]...); again.Accepted != 0 {
					t.Errorf("events of the time that is summed up came in again: %+v", again)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if found := filesWith(t, filepath.Join(dir, "events"), "2025-12-31T22:59:59.999999Z\",\"asset_id"); len(found) > 0 {
				t.Errorf("lines of old events stand in %v", found)
			}
		})
	}
}

func TestRetainSaysWhatIsLeft(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	d := brand()
	record(t, s, someEvents(200)...)
	day := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		r    Request
		want bool
	}{
		{"all time", Request{}, true}, {"from before", Request{From: "2026-03-14"}, true}, {"from then on", Request{From: "2026-03-15"}, false}, {"until before", Request{To: "2026-01-01"}, true},
	}
	for _, retained := range []bool{false, true} {
		if retained {
			if _, err := s.Retain(t.Context(), day, time.UTC); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range tests {
			r, err := s.Report(t.Context(), d, "usage", tt.r)
			if err != nil {
				t.Fatal(err)
			}
			if told := strings.Contains(fmt.Sprint(r.Notes), "before 2026-03-15 single events are no longer kept"); told != (tt.want && retained) {
				t.Errorf("%s, retained %v: notes %q", tt.name, retained, r.Notes)
			}
		}
	}
}

// TestRetainIsEndedWhereverItStopped leaves off after each step that a crash may leave behind.
func TestRetainIsEndedWhereverItStopped(t *testing.T) {
	events, d := someEvents(200), brand()
	before := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	begin := func(s *Store) (*blanking, error) {
		where := "occurred_at < " + timestamp(before)
		b, _, err := s.rangesOf(context.Background(), where)
		if err == nil {
			err = s.writePast(context.Background(), where, before, time.UTC)
		}
		b.Past = true
		return b, err
	}
	for stop := range 5 {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("after %d steps, DuckDB lost %v", stop, lost), func(t *testing.T) {
				dir := t.TempDir()
				s, err := Open(dir, Options{SegmentBytes: 4000})
				if err != nil {
					t.Fatal(err)
				}
				record(t, s, events...)
				if err := s.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				var b *blanking
				for _, step := range []func() error{
					func() (err error) { b, err = begin(s); return err },
					func() error { return s.log.begin(b) },
					func() error { return s.log.putPast() },
					func() error { return s.log.blank(b.Ranges[:1]) },
					func() error { return s.log.blank(b.Ranges) },
				}[:stop+1] {
					if err := step(); err != nil {
						t.Fatal(err)
					}
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if lost {
					if err := os.Remove(filepath.Join(dir, "usage.duckdb")); err != nil {
						t.Fatal(err)
					}
				}
				s = open(t, dir, Options{})
				if stop == 0 {
					checkUsage(t, s, d, events, Request{By: []string{"topic"}, TZ: time.UTC})
					return
				}
				checkPast(t, s, d, events, before, time.UTC)
			})
		}
	}
}

// TestSumsOfOldEventsStayRight sums up day by day, while late events come in, and erases someone in between.
func TestSumsOfOldEventsStayRight(t *testing.T) {
	s := open(t, t.TempDir(), Options{SegmentBytes: 10_000})
	events, d, rnd := someEvents(300), brand(), rand.New(rand.NewPCG(9, 9))
	rnd.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	var in []semdex.Event
	before := time.Date(2025, 12, 10, 0, 0, 0, 0, time.UTC)
	for part := range slices.Chunk(events, 60) {
		for _, e := range part { // those of a time that is summed up do not come in
			if s.before.Load() == 0 || !e.OccurredAt.Before(time.UnixMicro(s.before.Load())) {
				in = append(in, e)
			}
		}
		record(t, s, part...)
		if _, err := s.Retain(t.Context(), before, time.UTC); err != nil {
			t.Fatal(err)
		}
		checkPast(t, s, d, in, before, time.UTC)
		before = before.AddDate(0, 0, 35)
	}
}

// TestKillWhileRetaining kills a process that sums up day by day while events come in, again and again: no report loses or doubles an event.
func TestKillWhileRetaining(t *testing.T) {
	if dir := os.Getenv("SEMDEX_RETAIN_DIR"); dir != "" {
		retainUntilKilled(dir)
	}
	if testing.Short() {
		t.Skip("it takes a while")
	}
	dir, rnd, d := t.TempDir(), rand.New(rand.NewPCG(13, 14)), brand()
	events := someEvents(1500)
	for i := range events {
		events[i].OccurredAt = start.AddDate(0, 0, i/10)
	}
	s, err := Open(dir, Options{SegmentBytes: 20_000})
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, events...)
	want := plainCounters(d, events, Request{By: []string{"topic"}, Interval: "month", TZ: time.UTC})
	for range 5 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		wordsBeforeKill(t, "TestKillWhileRetaining", "SEMDEX_RETAIN_DIR="+dir, time.Duration(rnd.IntN(600))*time.Millisecond)
		if s, err = Open(dir, Options{SegmentBytes: 20_000}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Usage(t.Context(), d, Request{By: []string{"topic"}, Interval: "month", TZ: time.UTC, Counters: true})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, rowsOf(got)); diff != "" {
			t.Fatalf("want-, got+\n%s", diff)
		}
		if again := record(t, s, events...); again.Accepted > 0 {
			t.Fatalf("events were lost: %+v", again)
		}
		t.Logf("%d single events are left", len(exported(t, s)))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// retainUntilKilled writes a byte when it begins, and one for each day that it has summed up.
func retainUntilKilled(dir string) {
	s, err := Open(dir, Options{SegmentBytes: 20_000, ApplyEvery: 10 * time.Millisecond})
	if err != nil {
		panic(err)
	}
	fmt.Print("!")
	before := start
	if at := s.before.Load(); at > 0 {
		before = time.UnixMicro(at).UTC()
	}
	for {
		before = before.AddDate(0, 0, 1)
		if _, err := s.Retain(context.Background(), before, time.UTC); err != nil {
			panic(err)
		}
		fmt.Print(".")
	}
}
