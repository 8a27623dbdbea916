package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const aSecret = "whsec_dGhpcnR5LXR3byBieXRlcyBvZiBhIGtub3duIGtleSE="

func TestScheduledReports(t *testing.T) {
	t.Parallel()
	text := library("notify: {allow: [hooks.acme.internal]}", "reports:",
		`  - {name: weekly-usage, report: usage, by: [topic, region], window: last_week, interval: day, filter: {region: [DACH]}, limit: 5, format: [csv, svg], plot: lines, every: "0 6 * * 1", to: {folder: ./reports}}`,
		`  - {name: told, report: usage, window: all, every: "@daily", to: {webhook: "https://hooks.acme.internal/x", secret: `+aSecret+`}}`)
	c, err := Parse([]byte(text), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := []Report{
		{Name: "weekly-usage", Report: "usage", By: []string{"topic", "region"}, Window: "last_week", Interval: "day", Filter: map[string][]string{"region": {"DACH"}}, Limit: 5,
			Format: []string{"csv", "svg"}, Plot: "lines", Every: "0 6 * * 1", To: Delivery{Folder: "/x/reports"}},
		{Name: "told", Report: "usage", Window: "all", Format: []string{"csv"}, Plot: "auto", Every: "@daily", To: Delivery{Webhook: "https://hooks.acme.internal/x", Secret: aSecret}},
	}
	if diff := cmp.Diff(want, c.Libraries["acme"].Reports); diff != "" {
		t.Error(diff)
	}
}

func TestWrongScheduledReports(t *testing.T) {
	t.Parallel()
	const to = `, to: {folder: ./out}`
	tests := []struct{ name, text, want string }{
		{"no name", `report: usage, window: all, every: "@daily"` + to, `"" is no name`},
		{"a name that is a path", `name: ../x, report: usage, window: all, every: "@daily"` + to, `"../x" is no name`},
		{"no such report", `name: a, report: usages, window: all, every: "@daily"` + to, `no "usages"`},
		{"no window", `name: a, report: usage, every: "@daily"` + to, "none of last_week, last_month"},
		{"no such interval", `name: a, report: usage, window: all, interval: fortnight, every: "@daily"` + to, "none of hour"},
		{"no times", `name: a, report: usage, window: all` + to, "every"},
		{"no such format", `name: a, report: usage, window: all, format: [docx], every: "@daily"` + to, `"docx" is none of csv`},
		{"a format twice", `name: a, report: usage, window: all, format: [csv, csv], every: "@daily"` + to, "twice"},
		{"no such plot", `name: a, report: usage, window: all, plot: pie, every: "@daily"` + to, `"pie" is none of auto`},
		{"a limit below zero", `name: a, report: usage, window: all, limit: -1, every: "@daily"` + to, "less than 0"},
		{"a comparison with what was before ever", `name: a, report: usage, window: all, compare: true, every: "@daily"` + to, "other than all"},
		{"nowhere to go", `name: a, report: usage, window: all, every: "@daily"`, "either a folder or a webhook"},
		{"two ways to go", `name: a, report: usage, window: all, every: "@daily", to: {folder: ./out, webhook: "https://hooks.example.com"}`, "either a folder or a webhook"},
		{"a receiver in this network", `name: a, report: usage, window: all, every: "@daily", to: {webhook: "https://10.0.0.1/x", secret: ` + aSecret + `}`, "notify"},
		{"a webhook without a secret", `name: a, report: usage, window: all, every: "@daily", to: {webhook: "https://hooks.example.com/x"}`, "openssl rand"},
		{"a key that is not known", `name: a, report: usage, windows: all`, "did you mean window?"},
	}
	for _, tt := range tests {
		_, err := Parse([]byte(library("reports:", "  - {"+tt.text+"}")), "/x/semdex.yaml")
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), aSecret) {
			t.Errorf("%s: got %v, want %q in it", tt.name, err, tt.want)
		}
	}
	one := `  - {name: a, report: usage, window: all, every: "@daily", to: {folder: ./out}}`
	if _, err := Parse([]byte(library("reports:", one, one)), "/x/semdex.yaml"); err == nil || !strings.Contains(err.Error(), "a stands there twice") {
		t.Errorf("one name twice: got %v", err)
	}
}
