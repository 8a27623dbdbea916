package analytics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

// plainFloor is what a floor leaves of the rows of a usage report, whose last eight cells are figures.
func plainFloor(rows [][]any, floor int64, interval string) (out [][]any, hidden int) {
	users := func(row []any) int64 { return row[len(row)-1].(int64) }
	few := map[any][]int{}
	period := func(row []any) any {
		if interval == "" {
			return nil
		}
		return row[0]
	}
	for i, row := range rows {
		if n := users(row); n > 0 && n < floor {
			few[period(row)] = append(few[period(row)], i)
		}
	}
	hide := map[int]bool{}
	for p, list := range few {
		best := -1
		for i, row := range rows {
			if len(list) > 1 || period(row) != p || users(row) < floor {
				continue
			}
			if best < 0 || users(row) < users(rows[best]) || users(row) == users(rows[best]) && row[len(row)-8].(int64) < rows[best][len(row)-8].(int64) {
				best = i
			}
		}
		if best >= 0 {
			hide[best] = true
		}
		for _, i := range list {
			hide[i] = true
		}
	}
	for i, row := range rows {
		row = slices.Clone(row)
		if hide[i] {
			for j := len(row) - 8; j < len(row); j++ {
				row[j] = nil
			}
		}
		out = append(out, row)
	}
	return out, len(hide)
}

func keyed(rows [][]any, figures int) map[string]string {
	out := map[string]string{}
	for _, row := range rows {
		out[fmt.Sprintf("%q", row[:len(row)-figures])] = fmt.Sprint(row[len(row)-figures:])
	}
	return out
}

func TestFewUsersAreWithheld(t *testing.T) {
	s := open(t, t.TempDir(), Options{RollAfter: 100})
	d, events := brand(), someEvents(300)
	d.version = "1"
	record(t, s, events...)
	if err := s.Keep(t.Context(), d, Rollup{By: []string{"topic", "region", "campaign"}, TZ: time.UTC}); err != nil {
		t.Fatal(err)
	}
	withheld := 0
	for _, floor := range []int{0, 2, 3, 4, 9} {
		d.rules.MinGroup = floor
		for _, r := range []Request{{}, {By: []string{"topic"}}, {By: []string{"region"}, Interval: "month"}, {By: []string{"event"}}, {By: []string{"event", "campaign"}, Interval: "quarter"},
			{By: []string{"client"}, Filter: map[string][]string{"event": {semdex.AssetOrder}}}} {
			r.TZ = time.UTC
			want, hidden := plainFloor(plainUsage(d, events, r), int64(floor), r.Interval)
			withheld += hidden
			for _, counters := range []bool{false, true} {
				r.Counters = counters
				got, err := s.Report(t.Context(), d, "usage", r)
				if err != nil {
					t.Fatal(err)
				}
				figures, rows := 8, want
				if counters {
					figures, rows = 6, nil
					for _, row := range want {
						rows = append(rows, row[:len(row)-2])
					}
				}
				if diff := gocmp.Diff(keyed(rows, figures), keyed(rowsOf(got), figures)); diff != "" {
					t.Errorf("floor %d, %+v: want-, got+\n%s", floor, r, diff)
				}
				if told := strings.Contains(fmt.Sprint(got.Notes), fmt.Sprintf("withheld: the figures of %d rows", hidden)); told != (hidden > 0) {
					t.Errorf("floor %d, %+v: %d withheld, notes %q", floor, r, hidden, got.Notes)
				}
				whole, err := s.Usage(t.Context(), brand(), Request{By: r.By, Filter: r.Filter, TZ: r.TZ, Counters: counters})
				if err != nil {
					t.Fatal(err)
				}
				all := r
				all.By, all.Interval = nil, ""
				users := plainUsage(d, events, all)[0][7].(int64)
				if users >= int64(floor) {
					if diff := gocmp.Diff(whole.Totals, got.Totals); diff != "" {
						t.Errorf("floor %d, %+v: totals want-, got+\n%s", floor, r, diff)
					}
				} else if got.Totals[0].Value != nil {
					t.Errorf("floor %d, %+v: totals of too few are told: %+v", floor, r, got.Totals)
				}
			}
		}
	}
	if withheld < 20 {
		t.Errorf("%d rows withheld: too few to show anything", withheld)
	}
}

func TestWithheldFiguresAreWritten(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	d := brand()
	d.rules.MinGroup = 2
	for i, region := range []string{"FR", "DE", "DE"} {
		e := view(fmt.Sprint(i))
		e.Actor.ID, e.Context = fmt.Sprint(i), map[string]string{"channel": region}
		record(t, s, e)
	}
	r, err := s.Report(t.Context(), d, "usage", Request{By: []string{"channel"}, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	var csv, js, nd, book strings.Builder
	for _, err := range []error{r.WriteCSV(&csv), r.WriteJSON(&js), r.WriteNDJSON(&nd), r.WriteXLSX(&book)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := "channel,events,views,downloads,shares,placements,searches,unique_assets,unique_users\r\nDE,,,,,,,,\r\n"; csv.String() != want {
		t.Errorf("got %q, want %q", csv.String(), want)
	}
	if want := `{"channel":"DE","events":null,`; !strings.HasPrefix(nd.String(), want) {
		t.Errorf("got %s, want %s", nd.String(), want)
	}
	if want := `"notes":["withheld: the figures of 2 rows, for fewer than 2 users are behind them, or, for 1 of them, behind a row that they would tell"]`; !strings.Contains(js.String(), want) {
		t.Errorf("got %s, want %s", js.String(), want)
	}
}

// TestSumsOfFewAreWithheld guards that retention shows no row that the floor hid before.
func TestSumsOfFewAreWithheld(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	d := brand()
	d.rules.MinGroup = 3
	for i, region := range []string{"one", "one", "many", "many", "many", "more", "more", "more", "more"} {
		e := view(fmt.Sprint(i))
		e.Actor.ID, e.Context = fmt.Sprint(i), map[string]string{"campaign": region}
		if region == "one" {
			e.Actor.ID = "one"
		}
		record(t, s, e)
	}
	want := map[string]string{`["one"]`: "<nil>", `["many"]`: "<nil>", `["more"]`: "4"}
	for _, retained := range []bool{false, true} {
		if retained {
			if _, err := s.Retain(t.Context(), start.AddDate(0, 0, 1), time.UTC); err != nil {
				t.Fatal(err)
			}
		}
		r, err := s.Report(t.Context(), d, "usage", Request{By: []string{"campaign"}})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for row := range r.Rows() {
			got[fmt.Sprintf("%q", row[:1])] = fmt.Sprint(row[1])
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("retained %v: want-, got+\n%s", retained, diff)
		}
	}
}
