package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
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
		{"all of it", "unit_cost: {amount: 450, currency: eur}, currency: EUR, rates: {USD: 0.9, gbp: 1.17, EUR: 1}, low_results: 3, find_within: 20m, min_group: 5", ""},
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
		{"a group below 0", "min_group: -1", "min_group: -1 is below 0"},
		{"an unknown key", "rate: {USD: 1}", "did you mean rates?"},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(library("analytics: {reports: {"+tt.text+"}}")), "/x/semdex.yaml")
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
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
