package main

import (
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// table is a report as the command writes it: rows of cells by the names of their columns.
type table []map[string]string

func readTable(t *testing.T, text string) (out table) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%v in %q", err, text)
	}
	for _, row := range rows[1:] {
		cells := make(map[string]string)
		for i, name := range rows[0] {
			cells[name] = row[i]
		}
		out = append(out, cells)
	}
	return out
}

// row gives the first row that has some cells.
func (rows table) row(t *testing.T, cells ...string) map[string]string {
	t.Helper()
	i := slices.IndexFunc(rows, func(row map[string]string) bool {
		for c := range slices.Chunk(cells, 2) {
			if row[c[0]] != c[1] {
				return false
			}
		}
		return true
	})
	if i < 0 {
		t.Fatalf("no row has %q", cells)
	}
	return rows[i]
}

// TestReportsOnDemandTellTheStory guards that the brand library's reports on searches say what its README tells.
func TestReportsOnDemandTellTheStory(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes; not with -short")
	}
	dir := brandFolder(t)
	output(t, dir, "index")
	report := func(args ...string) table {
		return readTable(t, output(t, dir, append([]string{"report"}, args...)...))
	}
	want := func(row map[string]string, cells ...string) {
		t.Helper()
		for c := range slices.Chunk(cells, 2) {
			if row[c[0]] != c[1] {
				t.Errorf("%s is %q, want %q in %v", c[0], row[c[0]], c[1], row)
			}
		}
	}
	want(report("gaps")[0], "topic", "Bikepacking", "demand", "83", "supply", "0", "score", "83", "unanswered_share", "100")
	want(report("gaps", "--by", "topic,region", "--filter", "region=EMEA")[0], "topic", "Bikepacking", "region", "EMEA", "supply", "0")
	zero := report("zero-results")
	want(zero.row(t, "query", "kinderrucksack"), "language", "de", "searches", "14", "nearest", "Packs")
	for _, words := range []string{"bikepacking", "bike packing", "gravelreise", "gravel tour"} {
		want(zero.row(t, "query", words), "nearest", "Bikepacking")
	}
	want(report("low-results").row(t, "query", "schultüte"), "few", "18", "searches", "18")
	all := report("expansion-value")[0]
	want(all, "unknown", "0")
	for _, row := range []struct {
		in          map[string]string
		column      string
		least, most float64
	}{
		{all, "share", 10, 50}, {report("search-quality")[0], "click_through", 50, 90}, {report("search-quality")[0], "refinement_rate", 5, 40},
		{report("time-to-find")[0], "found_share", 50, 95}, {report("time-to-find")[0], "median_seconds", 5, 120},
	} {
		if n, err := strconv.ParseFloat(row.in[row.column], 64); err != nil || n < row.least || n > row.most {
			t.Errorf("%s is %s, want %v to %v", row.column, row.in[row.column], row.least, row.most)
		}
	}
	if months := report("adoption"); len(months) != 9 {
		t.Errorf("%d months of use, want 9", len(months))
	}
	want(report("top-concepts", "--limit", "1")[0], "topic", "Activities")
}
