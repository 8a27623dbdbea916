package indexer_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex/indexer"
)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func schedule(t *testing.T, expression string, zone *time.Location) indexer.Schedule {
	t.Helper()
	s, err := indexer.ParseSchedule(expression, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestScheduleNext(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, expression, after string
		want                    []string
	}{
		{"every quarter of an hour", "*/15 * * * *", "2026-05-01T10:07:00Z", []string{"2026-05-01T10:15:00Z", "2026-05-01T10:30:00Z"}},
		{"a time itself is over", "*/15 * * * *", "2026-05-01T10:15:00Z", []string{"2026-05-01T10:30:00Z"}},
		{"at three in the library's zone", "0 3 * * *", "2026-07-01T00:00:00Z", []string{"2026-07-01T01:00:00Z", "2026-07-02T01:00:00Z"}},
		{"in winter that is another moment", "0 3 * * *", "2026-12-01T00:00:00Z", []string{"2026-12-01T02:00:00Z"}},
		{"on working days", "0 7 * * MON-FRI", "2026-05-01T10:00:00Z", []string{"2026-05-04T05:00:00Z"}},
		{"the clocks are set back", "30 * * * *", "2026-10-25T00:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"}},
		{"the clocks are set forward", "30 * * * *", "2026-03-29T00:00:00Z", []string{"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"}},
		{"a name", "@hourly", "2026-05-01T10:07:00Z", []string{"2026-05-01T11:00:00Z"}},
		{"blanks around it", " 0 3 * * * ", "2026-07-01T00:00:00Z", []string{"2026-07-01T01:00:00Z"}},
	}
	for _, tt := range tests {
		s := schedule(t, tt.expression, berlin(t))
		at, err := time.Parse(time.RFC3339, tt.after)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range tt.want {
			at = s.Next(at)
			got = append(got, at.UTC().Format(time.RFC3339))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestParseScheduleRefuses(t *testing.T) {
	t.Parallel()
	for name, expression := range map[string]string{
		"nothing": "", "too few fields": "* * * *", "seconds": "0 */15 * * * *", "a minute that is none": "61 * * * *",
		"words": "every day", "a step of none": "*/0 * * * *", "a day that never comes": "0 0 30 2 *", "a zone of its own": "TZ=UTC 0 3 * * *",
	} {
		_, err := indexer.ParseSchedule(expression, time.UTC)
		if err == nil || expression != "" && !strings.Contains(err.Error(), expression) {
			t.Errorf("%s: got error %v, want one that names %q", name, err, expression)
		}
	}
}

func TestTheZeroScheduleHasNoTimes(t *testing.T) {
	t.Parallel()
	if next := (indexer.Schedule{}).Next(time.Now()); !next.IsZero() {
		t.Errorf("got %v, want none", next)
	}
}

func TestRunJobs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // its clock begins at midnight, 2000-01-01 UTC
		ctx, cancel := context.WithCancel(t.Context())
		var quick, slow []string
		skips := 0
		note := func(into *[]string) { *into = append(*into, time.Now().UTC().Format("15:04")) }
		jobs := []indexer.Job{
			{Name: "quick", Schedule: schedule(t, "*/20 * * * *", time.UTC), Run: func(context.Context) { note(&quick) }},
			{Name: "slow", Schedule: schedule(t, "*/10 * * * *", time.UTC), Run: func(ctx context.Context) {
				note(&slow)
				time.Sleep(25 * time.Minute)
			}},
			{Name: "never"},
		}
		done := make(chan struct{})
		go func() {
			indexer.RunJobs(ctx, jobs, func(job string, n int) {
				if job != "slow" {
					t.Errorf("%s skipped %d times", job, n)
				}
				skips += n
			})
			close(done)
		}()
		time.Sleep(59 * time.Minute)
		cancel()
		<-done
		if want := []string{"00:20", "00:40"}; !slices.Equal(quick, want) {
			t.Errorf("quick ran at %q, want %q", quick, want)
		}
		if want := []string{"00:10", "00:40"}; !slices.Equal(slow, want) {
			t.Errorf("slow ran at %q, want %q: it never overlaps with itself", slow, want)
		}
		if skips != 4 {
			t.Errorf("got %d times left out, want 4: 00:20 and 00:30, 00:50 and 01:00", skips)
		}
	})
}

func TestRunJobsWaitsForWhatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := false
		job := indexer.Job{Name: "j", Schedule: schedule(t, "* * * * *", time.UTC), Run: func(ctx context.Context) {
			<-ctx.Done()
			time.Sleep(time.Second)
			ended = true
		}}
		go func() {
			time.Sleep(90 * time.Second)
			cancel()
		}()
		indexer.RunJobs(ctx, []indexer.Job{job}, func(string, int) {})
		if !ended {
			t.Error("the job was cut off, want it to come to its end")
		}
	})
}
