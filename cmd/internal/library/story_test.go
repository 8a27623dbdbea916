package library

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex/analytics"
)

// storyReport makes a report of the brand library as it stood at the end of its story, with its rows as maps of column to cell.
func storyReport(t *testing.T, l *Library, name string, r analytics.Request) (report *analytics.Report, rows []map[string]any) {
	t.Helper()
	report, err := l.Report(context.Background(), name, r)
	if err != nil {
		t.Fatal(err)
	}
	for row := range report.Rows() {
		cells := make(map[string]any)
		for i, c := range report.Columns {
			cells[c.Name] = row[i]
		}
		rows = append(rows, cells)
	}
	return report, rows
}

// TestReportsTellTheStory guards that the reports on the brand library tell what its README says happened.
func TestReportsTellTheStory(t *testing.T) {
	_, l := brandHome(t)
	l.now = func() time.Time { return time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC) }
	l.config.Analytics.Reports.Currency, l.config.Analytics.Reports.Rates = "EUR", map[string]float64{"USD": 0.9, "CHF": 1.05, "NOK": 0.09}

	t.Run("a cat has more events than any other asset", func(t *testing.T) {
		_, rows := storyReport(t, l, "top-assets", analytics.Request{Limit: 3})
		if rows[0]["asset"] != "brand:vid-0027" || rows[0]["known"] != true || rows[0]["title"] == "" || rows[0]["type"] != "video" {
			t.Errorf("first comes %v", rows[0])
		}
	})
	t.Run("about a third of what is approved was never touched", func(t *testing.T) {
		report, rows := storyReport(t, l, "unused", analytics.Request{Filter: map[string][]string{"approval": {"approved"}}})
		if share := report.Totals[2].Value.(float64); share < 0.25 || share > 0.42 {
			t.Errorf("%v of the approved assets are unused", share)
		}
		for _, id := range []string{"img-0112", "vid-0032", "img-0269", "img-0275", "img-0285", "img-0279"} {
			i := slices.IndexFunc(rows, func(r map[string]any) bool { return r["asset"] == "brand:"+id })
			if i < 0 || rows[i]["licence_cost"] == nil || rows[i]["last_used"] != nil {
				t.Errorf("the licence of %s is not among what nobody used", id)
			}
		}
	})
	t.Run("licences nobody has used", func(t *testing.T) {
		report, rows := storyReport(t, l, "licence-spend", analytics.Request{From: "2026-01-01", To: "2026-09-30", Filter: map[string][]string{"integration": {"smintio"}}})
		// img-0114 and img-0119 were looked at, and never taken
		want := map[string][2]any{"EUR": {int64(5), 389.0 + 640 + 25 + 119 + 155}, "USD": {int64(2), 260.0 + 230}, "GBP": {int64(1), 275.0}}
		for _, r := range rows {
			if got := [2]any{r["unused_assets"], r["spend_unused"]}; got != want[r["currency"].(string)] {
				t.Errorf("unused in %s: %v, want %v", r["currency"], got, want[r["currency"].(string)])
			}
			if (r["spend_converted"] == nil) != (r["currency"] == "GBP") {
				t.Errorf("converted from %s: %v", r["currency"], r["spend_converted"])
			}
		}
		if len(rows) != len(want) || len(report.Notes) != 1 || !strings.Contains(report.Notes[0], "GBP") {
			t.Errorf("%d rows, notes %q", len(rows), report.Notes)
		}
	})
	t.Run("used after the end, and outside the territory", func(t *testing.T) {
		_, rows := storyReport(t, l, "rights-risk", analytics.Request{From: "2026-01-01", To: "2026-09-30"})
		risks := make(map[string]map[string]any)
		for _, r := range rows {
			risks[strings.TrimPrefix(r["asset"].(string), "brand:")+" "+r["risk"].(string)] = r
		}
		for key, want := range map[string]map[string]any{
			"img-0117 after_end": {"events": int64(3), "first": "2026-02-04", "last": "2026-03-02", "valid_until": "2025-11-30"},
			"img-0268 after_end": {"events": int64(31 + 27 + 23 + 19 + 15), "first": "2026-07-14", "last": "2026-09-08", "valid_until": "2026-06-30"},
			"img-0113 territory": {"events": int64(2), "where": "DE"},
			"img-0267 territory": {"where": "US"},
		} {
			for column, cell := range want {
				if risks[key][column] != cell {
					t.Errorf("%s: %s is %v, want %v", key, column, risks[key][column], cell)
				}
			}
		}
		if r := risks["img-0267 territory_unknown"]; r != nil {
			t.Errorf("nobody can tell where img-0267 was used: %v", r)
		}
	})
	for _, name := range []string{"reuse", "duplicates", "cost-avoided", "data-quality"} {
		t.Run(name, func(t *testing.T) {
			if _, rows := storyReport(t, l, name, analytics.Request{}); len(rows) == 0 {
				t.Error("it has no rows")
			}
		})
	}
}

func TestPartsOfARegion(t *testing.T) {
	_, l := brandHome(t)
	d := l.reported()
	defer d.Release()
	dach := d.OfContext("region", "DACH", true)
	if len(dach) != 1 {
		t.Fatalf("DACH names %v", dach)
	}
	var names []string
	for _, part := range d.Parts("region", dach[0].URI) {
		names = append(names, part.Name)
	}
	slices.Sort(names)
	if want := []string{"Austria", "Germany", "Switzerland"}; !slices.Equal(names, want) {
		t.Errorf("below DACH stand %q, want %q", names, want)
	}
	if got := d.Parts("campaign", dach[0].URI); len(got) > 0 {
		t.Errorf("a campaign has the parts %v", got)
	}
}
