package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"semdex"
	"semdex/analytics"
	"semdex/indexer"
	"semdex/internal/remote"
)

// Report is a report that is made by the clock and delivered.
type Report struct {
	Name     string              `yaml:"name"`   // of its files
	Report   string              `yaml:"report"` // which one it is, such as usage
	By       []string            `yaml:"by"`
	Window   string              `yaml:"window"` // one of Windows
	Interval string              `yaml:"interval"`
	Filter   map[string][]string `yaml:"filter"`
	Limit    int                 `yaml:"limit"`
	Direct   bool                `yaml:"direct"`
	Compare  bool                `yaml:"compare"` // with the window before
	Format   []string            `yaml:"format"`  // csv where there is none
	Plot     string              `yaml:"plot"`    // how pictures are drawn
	Measure  string              `yaml:"measure"`
	Every    string              `yaml:"every"` // a cron expression in the library's time zone
	To       Delivery            `yaml:"to"`
}

// Delivery is where a report goes: one of the two.
type Delivery struct {
	Folder  string `yaml:"folder"`
	Webhook string `yaml:"webhook"`
	Secret  Secret `yaml:"secret"` // by which the receiver of the webhook knows us
}

// Windows are what a scheduled report may be about: the last whole period before a run, so many whole days, or all days up to then.
var Windows = []string{"last_week", "last_month", "last_quarter", "last_7_days", "last_30_days", "all"}

// completeReports checks the scheduled reports.
func (l *Library) completeReports(dir string) error {
	seen := map[string]bool{}
	for i := range l.Reports {
		r := &l.Reports[i]
		if !libraryName.MatchString(r.Name) {
			return fmt.Errorf("reports: %q is no name (small letters, digits, - and _)", r.Name)
		}
		if seen[r.Name] {
			return fmt.Errorf("reports: %s stands there twice", r.Name)
		}
		seen[r.Name] = true
		r.To.Folder = absolute(dir, r.To.Folder)
		if err := r.complete(l); err != nil {
			return fmt.Errorf("reports: %s: %w", r.Name, err)
		}
	}
	return nil
}

func (r *Report) complete(l *Library) error {
	r.Plot = cmp.Or(r.Plot, analytics.ChartAuto)
	if len(r.Format) == 0 {
		r.Format = []string{"csv"}
	}
	def, ok := analytics.FindReport(r.Report)
	switch {
	case !ok:
		return fmt.Errorf("report: there is no %q", r.Report)
	case !def.Groups && (len(r.By) > 0 || r.Interval != ""):
		return fmt.Errorf("the report %s has rows of its own; leave out by and interval", r.Report)
	case r.Interval != "" && !slices.Contains(analytics.Intervals, r.Interval):
		return fmt.Errorf("interval: %q is none of %s", r.Interval, strings.Join(analytics.Intervals, ", "))
	case !slices.Contains(Windows, r.Window):
		return fmt.Errorf("window: %q is none of %s", r.Window, strings.Join(Windows, ", "))
	case !slices.Contains(analytics.ChartKinds, r.Plot):
		return fmt.Errorf("plot: %q is none of %s", r.Plot, strings.Join(analytics.ChartKinds, ", "))
	case r.Compare && (r.Interval != "" || r.Window == "all"):
		return fmt.Errorf("compare: leave out interval, and choose a window other than all")
	case r.Limit < 0:
		return fmt.Errorf("limit: %d is less than 0", r.Limit)
	}
	for i, format := range r.Format {
		if err := analytics.CheckFormat(format); err != nil {
			return fmt.Errorf("format: %q is none of %s", format, strings.Join(analytics.Formats, ", "))
		}
		if slices.Contains(r.Format[:i], format) {
			return fmt.Errorf("format: %s stands there twice", format)
		}
	}
	if _, err := indexer.ParseSchedule(r.Every, l.Zone); err != nil {
		return fmt.Errorf("every: %w", err)
	}
	return r.To.check(&remote.Guard{Allow: l.Notify.Allow})
}

func (d *Delivery) check(receivers *remote.Guard) error {
	if (d.Folder == "") == (d.Webhook == "") {
		return fmt.Errorf("to: give either a folder or a webhook")
	}
	if d.Folder != "" {
		return nil
	}
	if _, err := receivers.Check("to: webhook", d.Webhook); err != nil {
		return told(err)
	}
	if _, err := remote.ReadWebhookSecret(string(d.Secret)); err != nil {
		return fmt.Errorf("to: secret: %w", told(err))
	}
	return nil
}

// told has the hint of an error in its text.
func told(err error) error {
	if hint := semdex.HintOf(err); hint != "" {
		return fmt.Errorf("%w; %s", err, hint)
	}
	return err
}
