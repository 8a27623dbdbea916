package library

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/cmd/internal/config"
	"semdex/indexer"
	"semdex/internal/remote"
)

// KeepReports delivers the reports of the configuration at their times, and again what failed, until ctx ends. Runs that were missed
// are made up first. None waits for another.
func (l *Library) KeepReports(ctx context.Context) {
	transport := l.receivers().Transport()
	defer transport.CloseIdleConnections()
	var under sync.WaitGroup
	for _, c := range l.config.Reports {
		under.Go(func() {
			for ctx.Err() == nil {
				_, next := l.deliverDue(ctx, c, transport)
				timer := time.NewTimer(max(time.Second, next.Sub(l.now())))
				select {
				case <-ctx.Done():
				case <-timer.C:
				}
				timer.Stop()
			}
		})
	}
	under.Wait()
}

// ReportRun is what a run did, or would do, about one period of a scheduled report.
type ReportRun struct {
	Name, Period string
	Correction   bool
	Files        []string  // that were written; a webhook has none
	Next         time.Time // when it is tried again, zero where it is not
	Err          error     // why it was not delivered
}

// DeliverReports delivers what is due now: the reports of a name, or all where it is empty. With dry, it tells it alone.
func (l *Library) DeliverReports(ctx context.Context, name string, dry bool) ([]ReportRun, error) {
	var names []string
	var out []ReportRun
	transport := l.receivers().Transport()
	defer transport.CloseIdleConnections()
	found := false
	for _, c := range l.config.Reports {
		names = append(names, c.Name)
		if name != "" && name != c.Name {
			continue
		}
		found = true
		if dry {
			runs, err := l.dueReports(ctx, c)
			if err != nil {
				return nil, err
			}
			out = append(out, runs...)
			continue
		}
		runs, _ := l.deliverDue(ctx, c, transport)
		out = append(out, runs...)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
	}
	switch {
	case len(names) == 0:
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "no report is scheduled", Hint: "name some under reports: in the configuration"}
	case !found:
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "no scheduled report " + name, Hint: "there are: " + strings.Join(names, ", ")}
	}
	return out, nil
}

// dueReports tells what deliverDue would do now.
func (l *Library) dueReports(ctx context.Context, c config.Report) (out []ReportRun, err error) {
	l.reports.run(c.Name, func() {
		s := l.reports.of(c)
		if err = l.takeTimes(ctx, c, s); err != nil {
			return
		}
		for _, p := range s.Periods {
			if p.due(l.now()) {
				out = append(out, ReportRun{Name: c.Name, Period: p.Period, Correction: p.Revision > 0})
			}
		}
	})
	return out, err
}

func (p *periodState) due(now time.Time) bool {
	return p.Pending != nil && !p.Pending.Stopped && !p.Pending.Next.After(now)
}

// deliverDue delivers what is due of a report, and says when to look again.
func (l *Library) deliverDue(ctx context.Context, c config.Report, transport http.RoundTripper) (runs []ReportRun, next time.Time) {
	l.reports.run(c.Name, func() {
		s := l.reports.of(c)
		err := l.takeTimes(ctx, c, s)
		if err == nil {
			err = l.reports.keep(c.Name, s)
		}
		if err != nil {
			if ctx.Err() == nil {
				l.log.Error("a scheduled report cannot be run", "report", c.Name, "err", err)
			}
			runs, next = []ReportRun{{Name: c.Name, Err: err}}, l.now().Add(time.Minute)
			return
		}
		for _, p := range s.Periods {
			if ctx.Err() != nil || !p.due(l.now()) {
				continue
			}
			if run, done := l.deliverPeriod(ctx, c, s, p, transport); done {
				runs = append(runs, run)
			}
		}
		next = l.nextDelivery(c, s)
	})
	return runs, next
}

// takeTimes takes in the times of a report that have come. With each of them, periods that were delivered are looked at again, and what was
// given up begins anew.
func (l *Library) takeTimes(ctx context.Context, c config.Report, s *reportState) error {
	schedule, err := indexer.ParseSchedule(c.Every, l.config.Zone)
	if err != nil {
		return err
	}
	now := l.now().In(l.config.Zone)
	if !s.advance(c.Window, schedule, now) {
		return nil
	}
	for _, p := range s.Periods {
		switch {
		case p.Pending != nil && p.Pending.Stopped:
			p.Pending = newDelivery(now)
		case p.Pending == nil && p.From != "": // of all days, the next one has what came late
			events, err := l.eventsOf(ctx, p)
			if err != nil {
				return err
			}
			if events != p.Events {
				p.Pending = newDelivery(now)
			}
		}
	}
	return nil
}

// eventsOf counts the events of a period that there are by now.
func (l *Library) eventsOf(ctx context.Context, p *periodState) (int64, error) {
	store, err := l.usage.open()
	if err != nil {
		return 0, err
	}
	return store.InWindow(ctx, p.From, p.To, l.config.Zone)
}

// nextDelivery is when something of a report is due next.
func (l *Library) nextDelivery(c config.Report, s *reportState) time.Time {
	next := l.now().Add(time.Hour) // clocks may be set
	if schedule, err := indexer.ParseSchedule(c.Every, l.config.Zone); err == nil {
		if at := schedule.Next(s.Until); !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	for _, p := range s.Periods {
		if p.Pending != nil && !p.Pending.Stopped && p.Pending.Next.Before(next) {
			next = p.Pending.Next
		}
	}
	return next
}

// deliverPeriod delivers a period once, and keeps what came of it. There is nothing done where its late events change nothing.
func (l *Library) deliverPeriod(ctx context.Context, c config.Report, s *reportState, p *periodState, transport http.RoundTripper) (ReportRun, bool) {
	run := ReportRun{Name: c.Name, Period: p.Period, Correction: p.Revision > 0}
	d, err := l.makeDelivery(ctx, c, p)
	if err == nil && d.same(p) {
		p.Events, p.Pending = d.Events, nil
		if err = l.reports.keep(c.Name, s); err == nil {
			return run, false
		}
	}
	unmade := err != nil
	if err == nil && c.To.Folder != "" {
		run.Files, err = d.toFolder(c.To.Folder)
	} else if err == nil {
		err = d.toWebhook(ctx, l.name, c.To, l.now(), transport)
	}
	if ctx.Err() != nil {
		run.Err = ctx.Err() // it is tried again
		return run, true
	}
	if err != nil {
		l.notDelivered(c, p, err, unmade)
		run.Err, run.Next = err, p.Pending.Next
		if p.Pending.Stopped {
			run.Next = time.Time{}
		}
	} else {
		p.Revision, p.Delivered, p.Events, p.Totals, p.Rows, p.Pending = d.Revision, d.Delivered, d.Events, d.totals, d.rows, nil
		l.log.Info("a report was delivered", "report", c.Name, "period", p.Period, "revision", p.Revision)
	}
	if err := l.reports.keep(c.Name, s); err != nil {
		l.log.Error("a scheduled report cannot be kept", "report", c.Name, "err", err)
		run.Err = err
	}
	return run, true
}

// notDelivered notes an attempt that failed. What is wrong with the report itself will not be right the next time.
func (l *Library) notDelivered(c config.Report, p *periodState, failure error, unmade bool) {
	a := p.Pending
	a.Attempts++
	a.Error = failureText(failure, remote.FaultOf(failure))
	wait, again := l.waitAfter(a.Attempts, failure)
	if code := semdex.CodeOf(failure); !again || unmade && (code == semdex.Invalid || code == semdex.NotFound) {
		a.Stopped = true
		l.log.Warn("a report is not delivered until its next time", "report", c.Name, "period", p.Period, "attempts", a.Attempts, "err", failure, "hint", semdex.HintOf(failure))
		return
	}
	a.Next = l.now().UTC().Add(wait)
	l.log.Warn("a report could not be delivered", "report", c.Name, "period", p.Period, "again", a.Next, "err", failure)
}

// delivery is a report of a period as it is delivered. Its JSON is a line of the list of deliveries, and the head of the body of a webhook.
type delivery struct {
	ID         string          `json:"id"` // the same however often it was tried
	Name       string          `json:"name"`
	Report     string          `json:"report"`
	Period     string          `json:"period"`
	From       *semdex.Date    `json:"from"`
	To         semdex.Date     `json:"to"`
	TZ         string          `json:"tz"`
	Revision   int             `json:"revision"` // 1, and one more with each correction
	Delivered  time.Time       `json:"delivered"`
	Events     int64           `json:"events"` // of the period, by then
	Correction *correction     `json:"correction,omitempty"`
	Files      []deliveredFile `json:"files"`

	totals json.RawMessage
	rows   string
}

// correction says what changed since the delivery before.
type correction struct {
	EventsAdded  int64           `json:"events_added"` // less than 0 where events were erased
	TotalsBefore json.RawMessage `json:"totals_before"`
	TotalsAfter  json.RawMessage `json:"totals_after"`
}

// deliveredFile is the report in one format.
type deliveredFile struct {
	Name   string `json:"name"`
	Format string `json:"format"`

	body []byte
}

// same reports whether what was delivered of a period still holds.
func (d *delivery) same(p *periodState) bool { return p.Revision > 0 && d.rows == p.Rows }

// makeDelivery makes the report of a period in all formats. The events are counted first: what comes meanwhile is late.
func (l *Library) makeDelivery(ctx context.Context, c config.Report, p *periodState) (*delivery, error) {
	events, err := l.eventsOf(ctx, p)
	if err != nil {
		return nil, err
	}
	request := analytics.Request{By: c.By, From: p.From, To: p.To, Interval: c.Interval, TZ: l.config.Zone, Filter: c.Filter, Limit: c.Limit, Direct: c.Direct, Compare: c.Compare}
	report, err := l.Report(ctx, c.Report, request)
	if err != nil {
		return nil, err
	}
	d := &delivery{ID: p.Pending.ID, Name: c.Name, Report: c.Report, Period: p.Period, To: p.To, TZ: report.TZ, Revision: p.Revision + 1, Delivered: l.now().UTC(), Events: events}
	if p.From != "" {
		d.From = &p.From
	}
	if d.rows, d.totals, err = sumOf(report); err != nil || d.same(p) {
		return d, err
	}
	var notes []string
	if p.Revision > 0 {
		d.Correction = &correction{EventsAdded: events - p.Events, TotalsBefore: p.Totals, TotalsAfter: d.totals}
		notes = []string{d.Correction.note(report, p)}
	}
	report.Notes = append(report.Notes, notes...)
	for _, format := range c.Format {
		shown := report
		if drawn := request.ForChart(c.Plot); analytics.IsPicture(format) && drawn.Direct != request.Direct {
			if shown, err = l.Report(ctx, c.Report, drawn); err != nil {
				return nil, err
			}
			shown.Notes = append(shown.Notes, notes...)
		}
		var body bytes.Buffer
		if err := shown.Write(&body, format, c.Plot, c.Measure); err != nil {
			return nil, err
		}
		d.Files = append(d.Files, deliveredFile{Name: c.Name + "_" + p.Period + "." + format, Format: format, body: body.Bytes()})
	}
	return d, nil
}

// sumOf gives a fingerprint of the rows of a report, and its totals as JSON.
func sumOf(r *analytics.Report) (rows string, totals json.RawMessage, err error) {
	sum := sha256.New()
	if err := r.WriteNDJSON(sum); err != nil {
		return "", nil, err
	}
	values := make(map[string]any, len(r.Totals))
	for _, t := range r.Totals {
		values[t.Name] = t.Value
	}
	totals, err = json.Marshal(values)
	sum.Write(totals)
	return hex.EncodeToString(sum.Sum(nil)[:16]), totals, err
}

// note tells a reader of the correction.
func (c *correction) note(r *analytics.Report, p *periodState) string {
	var before map[string]json.Number
	_ = json.Unmarshal(c.TotalsBefore, &before) // we wrote it; what is missing is not told
	var changed []string
	for _, t := range r.Totals {
		if was, known := before[t.Name]; known && t.Value != nil && fmt.Sprint(t.Value) != was.String() {
			changed = append(changed, fmt.Sprintf("%s %s before, %v now", strings.ReplaceAll(t.Name, "_", " "), was, t.Value))
		}
	}
	came := fmt.Sprintf("%s of %s came", eventCount(c.EventsAdded), p.Period)
	if c.EventsAdded < 0 {
		came = fmt.Sprintf("%s of %s erased", eventCount(-c.EventsAdded), p.Period)
	}
	text := fmt.Sprintf("corrected: %s after the report was delivered %s", came, p.Delivered.Format(time.DateOnly))
	if len(changed) > 0 {
		text += ": " + strings.Join(changed, "; ")
	}
	return text
}

func eventCount(n int64) string {
	if n == 1 {
		return "1 event"
	}
	return fmt.Sprintf("%d events", n)
}
