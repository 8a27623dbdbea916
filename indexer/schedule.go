package indexer

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule says when something is done: at the times of a cron expression, in a time zone. The zero Schedule
// has no times.
type Schedule struct {
	times cron.Schedule
	zone  *time.Location
}

// ParseSchedule reads a cron expression of five fields (minute, hour, day of month, month, day of week) or one of
// @hourly, @daily, @weekly, @monthly, @every 15m. Where the clocks are set back, an hour comes twice; where they
// are set forward, one is left out.
func ParseSchedule(expression string, zone *time.Location) (Schedule, error) {
	text := strings.TrimSpace(expression)
	if strings.Contains(text, "TZ=") {
		return Schedule{}, fmt.Errorf("%q names a time zone; the library's time_zone goes for it", expression)
	}
	times, err := cron.ParseStandard(text)
	if err != nil {
		return Schedule{}, fmt.Errorf("%q is no cron expression (%v); write it like */15 * * * * or 0 3 * * *", expression, err)
	}
	s := Schedule{times: times, zone: zone}
	if s.Next(time.Unix(0, 0)).IsZero() {
		return Schedule{}, fmt.Errorf("%q never comes", expression)
	}
	return s, nil
}

// Next is the first time after the given one, the zero time where there is none.
func (s Schedule) Next(after time.Time) time.Time {
	if s.times == nil {
		return time.Time{}
	}
	return s.times.Next(after.In(s.zone))
}

// Job is something that is done by a schedule.
type Job struct {
	Name     string
	Schedule Schedule
	Run      func(context.Context)
}

// RunJobs runs every job at its times, until ctx ends and those under way have come to their end. A job never
// overlaps with itself: times that pass while it runs are left out, and skipped is told how many.
func RunJobs(ctx context.Context, jobs []Job, skipped func(job string, times int)) {
	var running sync.WaitGroup
	for _, job := range jobs {
		running.Go(func() { job.repeat(ctx, skipped) })
	}
	running.Wait()
}

func (j Job) repeat(ctx context.Context, skipped func(string, int)) {
	for {
		next := j.Schedule.Next(time.Now())
		if next.IsZero() {
			return
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		j.Run(ctx)
		if n := j.passed(next, time.Now()); n > 0 {
			skipped(j.Name, n)
		}
	}
}

// maxPassed bounds how far the times that were left out are counted.
const maxPassed = 1000

// passed counts the times of the job after started, up to now.
func (j Job) passed(started, now time.Time) int {
	n := 0
	for at := j.Schedule.Next(started); !at.IsZero() && !at.After(now) && n < maxPassed; at = j.Schedule.Next(at) {
		n++
	}
	return n
}
