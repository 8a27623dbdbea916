package library

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/cmd/internal/config"
	"semdex/indexer"
	"semdex/internal/remote"
)

// timed is a library with a clock that the test sets.
type timed struct {
	*home
	*Library
	clock time.Time
	ids   int
}

// timed opens the library at a moment; what was delivered before is known.
func (h *home) timed(at string) *timed {
	h.t.Helper()
	w := &timed{home: h}
	w.set(at)
	w.Library = h.open()
	w.Library.now = func() time.Time { return w.clock }
	return w
}

// set sets the clock, in the library's time zone.
func (w *timed) set(at string) {
	w.t.Helper()
	var err error
	if w.clock, err = time.ParseInLocation("2006-01-02 15:04", at, w.home.config.Zone); err != nil {
		w.t.Fatal(err)
	}
}

// viewed records views at a moment.
func (w *timed) viewed(at string, n int64) {
	w.t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", at, w.home.config.Zone)
	if err != nil {
		w.t.Fatal(err)
	}
	w.ids++
	e := semdex.Event{ID: fmt.Sprintf("%s-%d-%d", at, n, w.ids), Type: semdex.AssetView, OccurredAt: moment, Asset: "a1", Count: &n}
	if receipt, err := w.Library.Record(context.Background(), []semdex.Event{e}); err != nil || receipt.Accepted != 1 {
		w.t.Fatalf("%+v, %v", receipt, err)
	}
}

// delivers checks what a run delivers: the periods, those corrected with a plus.
func (w *timed) delivers(why string, want ...string) []ReportRun {
	w.t.Helper()
	runs, err := w.DeliverReports(context.Background(), "", false)
	if err != nil {
		w.t.Fatalf("%s: %v", why, err)
	}
	got := []string{}
	for _, r := range runs {
		if r.Err != nil {
			got = append(got, "!"+r.Period)
			continue
		}
		got = append(got, map[bool]string{true: "+"}[r.Correction]+r.Period)
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		w.t.Errorf("%s: got %v, want %v", why, got, want)
	}
	return runs
}

func (h *home) read(name string) string {
	h.t.Helper()
	body, err := os.ReadFile(h.path(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(body)
}

// weekly is a home in Berlin with a report on each week, delivered on Mondays at six.
func weekly(t *testing.T, formats ...string) *home {
	t.Helper()
	h := newHome(t)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	h.config.Zone = zone
	h.config.Reports = []config.Report{{Name: "weekly", Report: "usage", Window: "last_week", Format: formats, Plot: "auto", Every: "0 6 * * 1", To: config.Delivery{Folder: h.path("out")}}}
	return h
}

// TestReportsByTheClock guards that each period is delivered once, at its time, whatever restarts come between, and that what comes late is
// delivered again and told.
func TestReportsByTheClock(t *testing.T) {
	t.Parallel()
	h := weekly(t, "csv", "json")
	w := h.timed("2026-11-18 12:00") // a Wednesday
	w.viewed("2026-11-09 00:30", 2)  // Sunday still, in UTC
	w.viewed("2026-11-15 23:30", 3)
	w.viewed("2026-11-16 00:30", 4) // of the next week
	runs := w.delivers("the first run is about the last week at once", "2026-W46")
	if want := []string{h.path("out/weekly_2026-W46.csv"), h.path("out/weekly_2026-W46.json")}; !slices.Equal(runs[0].Files, want) {
		t.Errorf("got %v", runs[0].Files)
	}
	if got := strings.Split(h.read("out/weekly_2026-W46.csv"), "\r\n")[1]; !strings.HasPrefix(got, "5,5,0,") {
		t.Errorf("got %s", got)
	}
	w.delivers("then nothing is due")
	w.viewed("2026-11-10 12:00", 10)
	w.delivers("late events wait for the next time")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	w = h.timed("2026-11-23 06:00")
	w.ids = 10
	w.delivers("the next week, and the one before again", "+2026-W46", "2026-W47")
	if got := strings.Split(h.read("out/weekly_2026-W46.csv"), "\r\n")[1]; !strings.HasPrefix(got, "15,15,0,") {
		t.Errorf("the file has %s", got)
	}
	if got := h.read("out/weekly_2026-W46.json"); !strings.Contains(got, `"notes":["corrected: 1 event of 2026-W46 came after the report was delivered 2026-11-18: events 5 before, 15 now; views 5 before, 15 now"]`) {
		t.Errorf("the reader is not told: %s", got)
	}
	w.delivers("once")
	var list []delivery
	for line := range strings.Lines(h.read("out/weekly_deliveries.jsonl")) {
		var d delivery
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	var told []string
	for _, d := range list {
		told = append(told, fmt.Sprintf("%s %d %d", d.Period, d.Revision, d.Events))
	}
	if diff := cmp.Diff([]string{"2026-W46 1 2", "2026-W46 2 3", "2026-W47 1 1"}, told); diff != "" {
		t.Error(diff)
	}
	if c := list[1].Correction; c == nil || c.EventsAdded != 1 || !strings.Contains(string(c.TotalsBefore), `"events":5`) || !strings.Contains(string(c.TotalsAfter), `"events":15`) {
		t.Errorf("got %+v", c)
	}

	w.set("2026-12-16 09:00")
	w.viewed("2026-11-17 12:00", 0) // counts nothing
	w.delivers("weeks that were missed are made up, each once, and late events that change nothing are no correction", "2026-W48", "2026-W49", "2026-W50")
	w.set("2026-12-21 06:00")
	w.delivers("and then it goes on", "2026-W51")
}

// TestAnotherReportBeginsAnew guards that a changed configuration is delivered at once, and that another time of day is not.
func TestAnotherReportBeginsAnew(t *testing.T) {
	t.Parallel()
	h := weekly(t, "csv")
	w := h.timed("2026-11-18 12:00")
	w.delivers("the first run", "2026-W46")
	w.Library.config.Reports[0].Every = "0 7 * * 1"
	w.delivers("another hour")
	w.Library.config.Reports[0].By = []string{"topic"}
	w.delivers("another report", "2026-W46")
	if !strings.HasPrefix(h.read("out/weekly_2026-W46.csv"), "topic,") {
		t.Error("the file is that of before")
	}
}

// TestAStateThatIsSpoiltStopsNothing guards that the library opens, and that the newest period comes once more.
func TestAStateThatIsSpoiltStopsNothing(t *testing.T) {
	t.Parallel()
	h := weekly(t, "csv")
	w := h.timed("2026-11-18 12:00")
	w.delivers("the first run", "2026-W46")
	for _, spoilt := range []string{"", "null", "[]", `{"weekly":{"periods":`} {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		h.write("library/reports.json", spoilt)
		w = h.timed("2026-11-18 12:00")
		w.delivers("after "+spoilt, "2026-W46")
	}
}

func TestAReportBesideTheWindowBefore(t *testing.T) {
	t.Parallel()
	h := weekly(t, "csv", "svg")
	h.config.Reports[0].By, h.config.Reports[0].Compare = []string{"event"}, true
	w := h.timed("2026-11-18 12:00")
	w.viewed("2026-11-03 12:00", 2)
	w.viewed("2026-11-10 12:00", 3)
	w.delivers("a week", "2026-W46")
	if got := h.read("out/weekly_2026-W46.csv"); !strings.Contains(got, "\r\nasset.view,3,2,0.5,") {
		t.Errorf("got %s", got)
	}
	if got := h.read("out/weekly_2026-W46.svg"); !strings.Contains(got, "2026-11-02 to 2026-11-08") {
		t.Errorf("got %s", got)
	}
}

func TestADryRunDeliversNothing(t *testing.T) {
	t.Parallel()
	h := weekly(t, "csv")
	w := h.timed("2026-11-18 12:00")
	for range 2 {
		runs, err := w.DeliverReports(context.Background(), "weekly", true)
		if err != nil || len(runs) != 1 || runs[0].Period != "2026-W46" {
			t.Fatalf("got %+v, %v", runs, err)
		}
	}
	if _, err := os.Stat(h.path("out")); err == nil {
		t.Error("something was delivered")
	}
	if _, err := w.DeliverReports(context.Background(), "monthly", true); semdex.CodeOf(err) != semdex.NotFound || !strings.Contains(semdex.HintOf(err), "weekly") {
		t.Errorf("got %v", err)
	}
	h.config.Reports = nil
	w.Library.config.Reports = nil
	if _, err := w.DeliverReports(context.Background(), "", true); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("got %v", err)
	}
}

// TestReportsToAWebhook guards that the body is whole and signed, and that what failed is sent again under the same id, after a restart too.
func TestReportsToAWebhook(t *testing.T) {
	t.Parallel()
	h := weekly(t, "csv", "xlsx", "svg")
	r := newReceiver(t)
	r.secret = string(remote.NewWebhookSecret())
	h.config.Notify.Allow = []string{"127.0.0.1"}
	h.config.Reports[0].To = config.Delivery{Webhook: r.URL, Secret: config.Secret(r.secret)}
	w := h.timed("2026-11-18 12:00")
	w.viewed("2026-11-10 12:00", 2)
	r.answers(http.StatusServiceUnavailable)
	if runs := w.delivers("the receiver is out", "!2026-W46"); !runs[0].Next.After(w.clock) {
		t.Errorf("it is never tried again: %+v", runs[0])
	}
	w.delivers("it is given time")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = h.timed("2026-11-18 12:10")
	w.ids = 10
	r.answers(http.StatusNoContent)
	w.delivers("after a restart", "2026-W46")
	if len(r.ids) != 2 || r.ids[0] != r.ids[1] {
		t.Errorf("the ids are %v", r.ids)
	}
	w.viewed("2026-11-11 12:00", 1)
	w.set("2026-11-23 06:00")
	w.delivers("late events", "+2026-W46", "2026-W47")
	type body struct {
		Type, Library, Name, Period string
		Revision                    int
		Correction                  *correction
		Files                       []struct{ Name, Format, Encoding, Content string }
	}
	var got body
	if err := json.Unmarshal(r.bodies[2], &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "report.corrected" || got.Library != "mine" || got.Name != "weekly" || got.Period != "2026-W46" || got.Revision != 2 || got.Correction.EventsAdded != 1 || len(got.Files) != 3 {
		t.Fatalf("got %s", r.bodies[2])
	}
	book, err := base64.StdEncoding.DecodeString(got.Files[1].Content)
	if err != nil || !bytes.HasPrefix(book, []byte("PK")) || got.Files[1].Encoding != "base64" || got.Files[1].Name != "weekly_2026-W46.xlsx" {
		t.Errorf("the workbook is %.40s, %v", got.Files[1].Content, err)
	}
	if !strings.Contains(got.Files[0].Content, "\r\n3,3,0,") || !strings.Contains(got.Files[2].Content, "corrected: 1 event of 2026-W46 came") {
		t.Errorf("got %s %s", got.Files[0].Content, got.Files[2].Content)
	}
}

// TestWhatCannotBeDelivered guards that a failure is told, given up until the next time where the report itself is wrong, and stops no other report.
func TestWhatCannotBeDelivered(t *testing.T) {
	t.Parallel()
	h := weekly(t, "csv")
	h.write("file", "")
	bad := h.config.Reports[0]
	bad.Name, bad.By = "bad", []string{"colour"}
	nowhere := h.config.Reports[0]
	nowhere.Name, nowhere.To.Folder = "nowhere", filepath.Join(h.path("file"), "below")
	h.config.Reports = append([]config.Report{bad, nowhere}, h.config.Reports...)
	w := h.timed("2026-11-18 12:00")
	runs := w.delivers("two fail", "!2026-W46", "!2026-W46", "2026-W46")
	if !runs[0].Next.IsZero() || !runs[1].Next.Equal(w.clock) && !runs[1].Next.After(w.clock) {
		t.Errorf("got %+v", runs)
	}
	findings := fmt.Sprint(w.diagnoseReports())
	if !strings.Contains(findings, "no such dimension: colour") || !strings.Contains(findings, "weekly 2026-W46 was delivered") {
		t.Errorf("got %s", findings)
	}
	w.set("2026-11-23 06:00")
	w.delivers("the next time", "!2026-W46", "!2026-W47", "!2026-W46", "!2026-W47", "2026-W47")
}

// TestKeepReportsRunsByTheClock guards the loop of a server: it delivers, and ends when it is told to.
func TestKeepReportsRunsByTheClock(t *testing.T) {
	t.Parallel()
	h := weekly(t, "csv")
	w := h.timed("2026-11-18 12:00")
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		w.KeepReports(ctx)
		close(done)
	}()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(h.path("out/weekly_deliveries.jsonl")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing was delivered")
		}
	}
	stop()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}

func TestWindowsAreWholePeriods(t *testing.T) {
	t.Parallel()
	tests := []struct{ window, at, want string }{
		{"last_week", "2026-11-23 06:00", "2026-W47 2026-11-16 2026-11-22"}, {"last_week", "2026-11-22 23:59", "2026-W46 2026-11-09 2026-11-15"}, {"last_week", "2027-01-06 00:00", "2026-W53 2026-12-28 2027-01-03"},
		{"last_month", "2026-03-31 12:00", "2026-02 2026-02-01 2026-02-28"}, {"last_month", "2026-01-01 00:00", "2025-12 2025-12-01 2025-12-31"},
		{"last_quarter", "2026-01-01 00:00", "2025-Q4 2025-10-01 2025-12-31"}, {"last_quarter", "2026-12-31 12:00", "2026-Q3 2026-07-01 2026-09-30"},
		{"last_7_days", "2026-03-05 12:00", "2026-02-26_2026-03-04 2026-02-26 2026-03-04"}, {"last_30_days", "2026-03-31 00:10", "2026-03-01_2026-03-30 2026-03-01 2026-03-30"},
		{"all", "2026-03-31 00:10", "until-2026-03-30  2026-03-30"},
	}
	for _, tt := range tests {
		at, err := time.Parse("2006-01-02 15:04", tt.at)
		if err != nil {
			t.Fatal(err)
		}
		p := windowBefore(tt.window, at)
		if got := fmt.Sprintf("%s %s %s", p.Period, p.From, p.To); got != tt.want {
			t.Errorf("%s before %s: got %s, want %s", tt.window, tt.at, got, tt.want)
		}
	}
}

// TestMissedRunsAreBounded guards that a server that was away for years does not flood its receivers.
func TestMissedRunsAreBounded(t *testing.T) {
	t.Parallel()
	schedule, err := indexer.ParseSchedule("0 6 * * *", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	s, now := &reportState{Until: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}, time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	if !s.advance("last_7_days", schedule, now) || len(s.Periods) != periodsKept || s.Periods[periodsKept-1].To != "2025-12-31" || s.Until.Day() != 1 {
		t.Errorf("got %d periods up to %v", len(s.Periods), s.Until)
	}
	if s.advance("last_7_days", schedule, now) {
		t.Error("a time came twice")
	}
}
