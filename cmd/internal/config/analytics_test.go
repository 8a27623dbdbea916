package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/analytics"
)

func TestWhatTheServerLogs(t *testing.T) {
	t.Parallel()
	searches := []string{semdex.SearchExecuted, semdex.SearchResultClick}
	tests := []struct {
		name, text string
		want       []string
	}{
		{"left out", "languages: [en]", searches},
		{"empty", "analytics: {log: }", searches},
		{"all of it", "analytics: {log: {searches: true, suggestions: true, views: true}}", append(searches, semdex.SearchSuggest, semdex.AssetView)},
		{"nothing", "analytics: {log: {searches: false}}", nil},
		{"views alone", "analytics: {log: {searches: false, views: true}}", []string{semdex.AssetView}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse([]byte(library(tt.text)), "/x/semdex.yaml")
			if err != nil {
				t.Fatal(err)
			}
			for _, kind := range semdex.EventTypes {
				if got, want := c.Libraries["acme"].Analytics.Log.Logs(kind), slices.Contains(tt.want, kind); got != want {
					t.Errorf("%s: got %v, want %v", kind, got, want)
				}
			}
		})
	}
	if _, err := Parse([]byte(library("analytics: {log: {search: true}}")), "/x/semdex.yaml"); err == nil || !strings.Contains(err.Error(), "did you mean searches?") {
		t.Errorf("an unknown key: got %v", err)
	}
}

func TestReportsAreChecked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       string // of the error; "" for none
	}{
		{"left out", "", ""},
		{"all of it", "unit_cost: {amount: 450, currency: eur}, currency: EUR, rates: {USD: 0.9, gbp: 1.17, EUR: 1}, low_results: 3, find_within: 20m", ""},
		{"a unit cost without currency", "unit_cost: {amount: 450}", `libraries: acme: analytics: reports: unit_cost: currency: "" is no currency; write it like EUR`},
		{"a unit cost without amount", "unit_cost: {currency: EUR}", "unit_cost: amount: want a number above 0"},
		{"a unit cost below 0", "unit_cost: {amount: -1, currency: EUR}", "unit_cost: amount: want a number above 0"},
		{"no currency", "currency: Euro", `currency: "Euro" is no currency`},
		{"rates into nothing", "rates: {USD: 0.9}", "rates: they need currency"},
		{"a rate of 0", "currency: EUR, rates: {USD: 0}", "rates: USD: 0 is no rate"},
		{"an endless rate", "currency: EUR, rates: {USD: .inf}", "is no rate"},
		{"a rate that is none", "currency: EUR, rates: {USD: .nan}", "is no rate"},
		{"a rate of no currency", "currency: EUR, rates: {dollars: 1}", `rates: "dollars" is no currency`},
		{"a rate of the currency itself", "currency: EUR, rates: {EUR: 2}", "one EUR is one EUR"},
		{"a rate twice", "currency: EUR, rates: {USD: 1, usd: 2}", "USD stands there twice"},
		{"few results below 1", "low_results: 0", "low_results: 0 is below 1"},
		{"no length of time", "find_within: 30", `find_within: "30" is no length of time`},
		{"a length of time below 0", "find_within: -5m", "find_within"},
		{"an unknown key", "rate: {USD: 1}", "did you mean rates?"},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(library("analytics: {reports: {"+tt.text+"}}")), "/x/semdex.yaml")
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestAnalyticsRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"another way to keep users", "analytics: {users: hashed}", `analytics: users: "hashed" is not known`},
		{"a group below nobody", "analytics: {min_group: -1}", "analytics: min_group: -1 is not within 0 to 1000"},
		{"a bot without a name", "analytics: {bots: {clients: [crawler*, ' ']}}", "analytics: bots: clients: one is empty"},
		{"a pace below 0", "analytics: {bots: {per_minute: -1}}", "analytics: bots: per_minute: -1 is below 0"},
		{"repeats without a unit", "analytics: {repeats: 30}", `analytics: repeats: "30" is no time up to 24h0m0s; write it like 30m`},
		{"repeats for days", "analytics: {repeats: 48h}", `analytics: repeats: "48h" is no time up to 24h0m0s`},
		{"a time without a unit", "analytics: {retention: {events: 13}}", `"13" is no time; write it like 90 days or 13 months`},
		{"no time at all", "analytics: {retention: {events: 0 months}}", `"0 months" is no time`},
	}
	for _, tt := range tests {
		if _, err := Parse([]byte(library(tt.text)), "/x/semdex.yaml"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestReportsAreCompleted(t *testing.T) {
	t.Parallel()
	c, err := Parse([]byte(library("analytics: {reports: {unit_cost: {amount: 450, currency: eur}, currency: eur, rates: {usd: 0.9}, find_within: 1h30m}}")), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := c.Libraries["acme"].Analytics.Reports
	if *r.UnitCost.Amount != 450 || r.UnitCost.Currency != "EUR" || r.Currency != "EUR" || r.Rates["USD"] != 0.9 || r.Within != 90*time.Minute || r.LowResults != nil {
		t.Errorf("got %+v", r)
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 31, 15, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"1 day": "2026-03-30", "90 days": "2025-12-31", "2 weeks": "2026-03-17", "1 month": "2026-02-28", "13 months": "2025-02-28", "25 months": "2024-02-29", "2 years": "2024-03-31",
	} {
		c, err := Parse([]byte(library("analytics: {retention: {events: "+text+"}}")), "/x/semdex.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Libraries["acme"].Analytics.Retention.Events.Before(now); got.Format(time.DateTime) != want+" 00:00:00" {
			t.Errorf("%s before: got %s, want %s", text, got, want)
		}
	}
}

func TestWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	c, err := Parse([]byte(library("analytics: {bots: {actor_types: [bot], clients: ['crawler*'], per_minute: 120}, repeats: 30m, counters: true}")), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a := c.Libraries["acme"].Analytics
	want := analytics.LeaveOut{BotTypes: []string{"bot"}, BotClients: []string{"crawler*"}, PerMinute: 120, Repeats: 30 * time.Minute, Counters: true}
	if got := a.LeaveOut(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAnalyticsWhereItIsLeftOut(t *testing.T) {
	t.Parallel()
	c, err := Parse([]byte(library("languages: [en]")), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Libraries["acme"].Analytics, (Analytics{Users: UsersPseudonym}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
