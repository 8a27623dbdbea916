package library

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/cmd/internal/config"
)

// TestRetention guards that a sync ends by removing what is too old, and that reports still count it.
func TestRetention(t *testing.T) {
	h := newHome(t)
	h.config.Sources[0].Events = nil
	h.config.Analytics.Retention.Events = config.Age{Months: 2}
	l := h.open()
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	var events []semdex.Event
	for i, day := range []string{"2025-12-31T23:59:59Z", "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "2026-04-30T12:00:00Z"} {
		at, err := time.Parse(time.RFC3339, day)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, semdex.Event{ID: fmt.Sprint(i), Type: semdex.AssetView, OccurredAt: at, Asset: "a1", Actor: semdex.Actor{ID: "anna"}})
	}
	if r, err := l.Record(t.Context(), events); err != nil || r.Accepted != 4 {
		t.Fatalf("got %+v, %v", r, err)
	}
	var said []string
	if _, err := l.Sync(t.Context(), SyncOptions{Say: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(said, ", "), "events: 2 were too old to be kept") {
		t.Errorf("said %q", said)
	}
	for want, from := range map[int]semdex.Date{4: "", 2: "2026-03-01"} {
		r, err := l.Report(t.Context(), "usage", analytics.Request{From: from})
		if err != nil {
			t.Fatal(err)
		}
		if r.Totals[0].Value != int64(want) || (len(r.Notes) > 0) != (from == "") {
			t.Errorf("from %q: got %v, notes %q, want %d", from, r.Totals, r.Notes, want)
		}
	}
	if n, err := l.EraseEvents(t.Context(), "anna", false); err != nil || n != 2 {
		t.Errorf("erased %d, %v; want 2", n, err)
	}
}

func TestRetentionHasItsHour(t *testing.T) {
	for _, months := range []int{0, 13} {
		h := newHome(t)
		h.config.Analytics.Retention.Events = config.Age{Months: months}
		l := h.open()
		jobs, err := l.Jobs()
		if err != nil || (len(jobs) == 1) != (months > 0) {
			t.Errorf("%d months: jobs %+v, %v", months, jobs, err)
		}
		for _, job := range jobs {
			if at := job.Schedule.Next(h.now()).Format("15:04"); at != "02:23" {
				t.Errorf("at %s", at)
			}
			job.Run(context.Background())
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
