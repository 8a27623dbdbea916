package analytics

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/internal/table/tabletest"
)

// plainUsage is the report once more, event by event, as its definition reads.
func plainUsage(d *library, events []semdex.Event, r Request) [][]any {
	type group struct {
		cells         []any
		n             [6]int64
		assets, users map[string]bool
	}
	groups := make(map[string]*group)
	for _, e := range events {
		if !plainMatches(d, &e, r) {
			continue
		}
		for _, cells := range plainCells(d, &e, r) {
			key := fmt.Sprintf("%q", cells)
			g := groups[key]
			if g == nil {
				g = &group{cells: cells, assets: map[string]bool{}, users: map[string]bool{}}
				groups[key] = g
			}
			g.n[0] += e.Weight()
			switch e.Type {
			case "asset.view":
				g.n[1] += e.Weight()
			case "asset.download":
				g.n[2] += e.Weight()
			case "asset.share":
				g.n[3] += e.Weight()
			case "asset.placed", "asset.embed":
				g.n[4] += e.Weight()
			case "search.executed":
				g.n[5] += e.Weight()
			}
			if e.Asset != "" {
				g.assets[string(cmp.Or(d.assets[e.Asset], semdex.AssetID(e.Asset)))] = true
			}
			if e.Actor.ID != "" {
				g.users[e.Actor.ID] = true
			}
		}
	}
	var rows [][]any
	for _, g := range groups {
		row := g.cells
		for _, n := range g.n {
			row = append(row, n)
		}
		rows = append(rows, append(row, int64(len(g.assets)), int64(len(g.users))))
	}
	slices.SortFunc(rows, func(a, b []any) int {
		n := len(a) - 8
		return cmp.Or(cmp.Compare(b[n].(int64), a[n].(int64)), strings.Compare(fmt.Sprintf("%q", a[:n]), fmt.Sprintf("%q", b[:n])))
	})
	return rows
}

func plainHierarchical(d *library, dim string) (known, hierarchical bool) {
	for _, x := range d.dims {
		if x.Name == dim {
			return true, x.Hierarchical
		}
	}
	return false, false
}

func plainValuesAt(d *library, e *semdex.Event, dim string, direct, recorded bool) ([]Value, string) {
	known, _ := plainHierarchical(d, dim)
	word := e.Context[dim]
	switch dim {
	case "business_unit":
		word = e.Actor.BusinessUnit
	case "client":
		word = e.Client.Name
	case "integration":
		word = e.Client.Integration
	case "event":
		word = e.Type
	}
	if word != "" {
		if known {
			if v := d.OfContext(dim, word, direct); len(v) > 0 {
				return v, word
			}
		}
		return []Value{{Name: word}}, word
	}
	if !known {
		return nil, ""
	}
	id, ok := d.assets[e.Asset]
	then := slices.IndexFunc(d.past, func(p formerly) bool {
		return recorded && p.asset.ID == cmp.Or(id, semdex.AssetID(e.Asset)) && p.until.After(e.OccurredAt)
	})
	if then >= 0 {
		if v := d.OfRecord(dim, d.past[then].asset, direct); len(v) > 0 {
			return v, ""
		}
	} else if ok {
		if v := d.OfAsset(dim, id, direct); len(v) > 0 {
			return v, ""
		}
	}
	if strings.HasPrefix(e.Type, "search.") {
		return d.OfConcepts(dim, e.Concepts, direct), ""
	}
	return nil, ""
}

func plainMatches(d *library, e *semdex.Event, r Request) bool {
	day := semdex.DateOf(e.OccurredAt.In(r.TZ))
	if r.From != "" && day < r.From || r.To != "" && day > r.To {
		return false
	}
	for dim, names := range r.Filter {
		values, word := plainValuesAt(d, e, dim, r.Direct, r.Recorded)
		if !slices.ContainsFunc(names, func(n string) bool {
			n = strings.ToLower(n)
			return n == "(none)" && len(values) == 0 || word != "" && n == strings.ToLower(word) ||
				slices.ContainsFunc(values, func(v Value) bool { return n == strings.ToLower(v.Name) || n == strings.ToLower(v.URI) && n != "" })
		}) {
			return false
		}
	}
	return true
}

// plainCells gives the groups of an event, each once.
func plainCells(d *library, e *semdex.Event, r Request) [][]any {
	out := [][]any{{}}
	if at := e.OccurredAt.In(r.TZ); r.Interval != "" {
		year, week := at.ISOWeek()
		out[0] = append(out[0], map[string]string{
			"hour": at.Format("2006-01-02T15:00Z07:00"), "day": at.Format("2006-01-02"), "week": fmt.Sprintf("%d-W%02d", year, week),
			"month": at.Format("2006-01"), "quarter": fmt.Sprintf("%d-Q%d", at.Year(), (at.Month()-1)/3+1), "year": at.Format("2006"),
		}[r.Interval])
	}
	for _, dim := range r.By {
		_, hierarchical := plainHierarchical(d, dim)
		values, _ := plainValuesAt(d, e, dim, r.Direct, r.Recorded)
		if len(values) == 0 {
			values = []Value{{Name: "(none)"}}
		}
		seen := make(map[Value]bool)
		var next [][]any
		for _, v := range values {
			if hierarchical && v.Path == "" && v.Name != "(none)" {
				v.Path = v.Name
			}
			if !hierarchical {
				v = Value{Name: v.Name}
			}
			if seen[v] {
				continue
			}
			seen[v] = true
			for _, cells := range out {
				row := append(slices.Clone(cells), v.Name)
				if hierarchical {
					row = append(row, v.URI, v.Path)
				}
				next = append(next, row)
			}
		}
		out = next
	}
	return out
}

func zone(t testing.TB, name string) *time.Location {
	tz, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return tz
}

func TestUsageEqualsPlainSums(t *testing.T) {
	d, events := brand(), someEvents(700)
	s := open(t, t.TempDir(), Options{})
	record(t, s, events...)
	if r := record(t, s, events[:50]...); r.Duplicates != 50 {
		t.Fatalf("sent again: %+v", r)
	}
	zones := []*time.Location{time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/St_Johns"), zone(t, "Asia/Kolkata"), time.FixedZone("odd", -3723)}
	bys := [][]string{nil, {"topic"}, {"region"}, {"topic", "region"}, {"type"}, {"campaign", "channel"}, {"region", "product line's", "type"},
		{"business_unit"}, {"client", "integration"}, {"event", "topic"}}
	filters := []map[string][]string{nil, {"topic": {"animals"}}, {"region": {"c:emea", "MARS"}, "type": {"Image"}}, {"region": {"(none)"}},
		{"campaign": {"spring"}, "topic": {"Pets", "Bridges"}}, {"region": {"de"}}, {"channel": {"web", "(none)"}}, {"topic": {"nothing"}}}
	windows := [][2]semdex.Date{{"", ""}, {"2026-01-01", "2026-03-29"}, {"2026-03-29", "2026-03-29"}, {"2026-10-25", ""}, {"", "2025-12-31"}}
	intervals := append([]string{""}, Intervals...)
	n := 0
	for i, by := range bys {
		for j, filter := range filters {
			for k, direct := range []bool{false, true} {
				turn := i + 3*j + 5*k
				w := windows[turn%len(windows)]
				r := Request{By: by, Filter: filter, Direct: direct, TZ: zones[turn%len(zones)], From: w[0], To: w[1],
					Interval: intervals[(i+j+k)%len(intervals)]}
				checkUsage(t, s, d, events, r)
				n++
			}
		}
	}
	for _, interval := range Intervals {
		for _, tz := range zones {
			checkUsage(t, s, d, events, Request{By: []string{"region"}, Interval: interval, TZ: tz})
			checkUsage(t, s, d, events, Request{Interval: interval, TZ: tz, From: "2025-12-31", To: "2026-10-25"})
			n += 2
		}
	}
	t.Logf("%d reports compared", n)
}

func TestUsageAsRecordedEqualsPlainSums(t *testing.T) {
	d, events := brand(), someEvents(700)
	d.past = []formerly{
		{&semdex.Asset{ID: "files:a1", Tags: []string{"topic:Cats", "type:audio", "region:Austria"}}, start},
		{&semdex.Asset{ID: "files:a1", Tags: []string{"topic:Dogs"}}, start.AddDate(0, 3, 0)},
		{&semdex.Asset{ID: "files:a2"}, start.AddDate(0, 5, 0)},
		{&semdex.Asset{ID: "files:a26", Tags: []string{"topic:Bridges"}}, start.AddDate(1, 0, 0)}, // which is gone
	}
	for i := range events { // one at the very moment of a change
		if events[i].Asset == "a1" {
			events[i].OccurredAt = start
			break
		}
	}
	s := open(t, t.TempDir(), Options{})
	record(t, s, events...)
	differ := 0
	for _, by := range [][]string{{"topic"}, {"type", "region"}, {"region", "topic"}} {
		for _, filter := range []map[string][]string{nil, {"topic": {"animals"}}} {
			for _, direct := range []bool{false, true} {
				r := Request{By: by, Filter: filter, Direct: direct, TZ: time.UTC, Interval: "quarter", Recorded: true}
				checkUsage(t, s, d, events, r)
				now := r
				now.Recorded = false
				checkUsage(t, s, d, events, now)
				if gocmp.Diff(plainUsage(d, events, r), plainUsage(d, events, now)) != "" {
					differ++
				}
			}
		}
	}
	if differ < 6 {
		t.Errorf("only %d reports depend on when values changed", differ)
	}
}

func checkUsage(t *testing.T, s *Store, d *library, events []semdex.Event, r Request) {
	t.Helper()
	got, err := s.Usage(t.Context(), d, r)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	want := plainUsage(d, events, r)
	if len(r.By) == 0 && r.Interval == "" && len(want) == 0 {
		want = [][]any{{int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0), int64(0)}}
	}
	if diff := gocmp.Diff(want, rowsOf(got)); diff != "" {
		t.Fatalf("%+v: want-, got+\n%s", r, diff)
	}
	all := r
	all.By, all.Interval = nil, ""
	if want := plainUsage(d, events, all); len(want) > 0 {
		var cells []any
		for _, total := range got.Totals {
			cells = append(cells, total.Value)
		}
		if diff := gocmp.Diff(want[0], cells); diff != "" {
			t.Fatalf("%+v: totals want-, got+\n%s", r, diff)
		}
	}
}

// rowsOf gives the rows of a report, nil for none.
func rowsOf(r *Report) (rows [][]any) {
	for row := range r.Rows() {
		rows = append(rows, slices.Clone(row))
	}
	return rows
}

// total gives a total that is a count.
func total(r *Report, name string) int64 {
	for _, t := range r.Totals {
		if t.Name == name {
			return t.Value.(int64)
		}
	}
	return -1
}

func TestUsageShape(t *testing.T) {
	d := brand()
	d.tags["topic"]["files:a0"] = []string{"Dogs"}
	s := open(t, t.TempDir(), Options{})
	record(t, s,
		semdex.Event{ID: "1", Type: semdex.AssetView, OccurredAt: start, Asset: "a0", Context: map[string]string{"region": "DE"}, Actor: semdex.Actor{ID: "u"}},
		semdex.Event{ID: "2", Type: semdex.AssetDownload, OccurredAt: start.Add(time.Hour), Asset: "files:a0", Context: map[string]string{"region": "DE"}})
	r, err := s.Usage(t.Context(), d, Request{By: []string{"Period", "Topic", "region", "topic"}, Limit: 2, TZ: zone(t, "Europe/Berlin"), From: "2026-01-01",
		Filter: map[string][]string{"topic": {"dogs"}}})
	if err != nil {
		t.Fatal(err)
	}
	var csv, js, nd strings.Builder
	for _, err := range []error{r.WriteCSV(&csv), r.WriteJSON(&js), r.WriteNDJSON(&nd)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	wantCSV := "period,topic,topic_uri,topic_path,region,region_uri,region_path,events,views,downloads,shares,placements,searches,unique_assets,unique_users\r\n" +
		"2026-01,Animals,c:Animals,Animals,DACH,c:DACH,EMEA > DACH,2,1,1,0,0,0,1,1\r\n" +
		"2026-01,Animals,c:Animals,Animals,EMEA,c:EMEA,EMEA,2,1,1,0,0,0,1,1\r\n"
	wantND := `{"period":"2026-01","topic":"Animals","topic_uri":"c:Animals","topic_path":"Animals","region":"DACH","region_uri":"c:DACH","region_path":"EMEA > DACH","events":2,"views":1,"downloads":1,"shares":0,"placements":0,"searches":0,"unique_assets":1,"unique_users":1}
{"period":"2026-01","topic":"Animals","topic_uri":"c:Animals","topic_path":"Animals","region":"EMEA","region_uri":"c:EMEA","region_path":"EMEA","events":2,"views":1,"downloads":1,"shares":0,"placements":0,"searches":0,"unique_assets":1,"unique_users":1}
`
	wantJSON := `{"report":"usage","from":"2026-01-01","to":null,"tz":"Europe/Berlin","interval":"month","group_by":["topic","region"],"direct":false,` +
		`"totals":{"events":2,"views":1,"downloads":1,"shares":0,"placements":0,"searches":0,"unique_assets":1,"unique_users":1},` +
		`"basis":"as_of_now","data_until":"2026-01-15T13:00:00Z","rows":[` + "\n" + strings.Replace(strings.TrimSpace(wantND), "\n", ",\n", 1) + "\n]}\n"
	for _, x := range [][2]string{{wantCSV, csv.String()}, {wantND, nd.String()}, {wantJSON, js.String()}} {
		if diff := gocmp.Diff(x[0], x[1]); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTablesOfReportsHoldNoFormula(t *testing.T) {
	report := NewReport("usage", []Column{{Name: "campaign", Kind: Text}, {Name: "events", Kind: Count}}, [][]any{{"=HYPERLINK(\"x\")", int64(-3)}, {"-5", int64(2)}, {"Zelt, \"klein\"", int64(1)}})
	var csv, book, lines bytes.Buffer
	for _, err := range []error{report.WriteCSV(&csv), report.WriteXLSX(&book), report.WriteNDJSON(&lines)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := gocmp.Diff("campaign,events\r\n\"'=HYPERLINK(\"\"x\"\")\",-3\r\n-5,2\r\n\"Zelt, \"\"klein\"\"\",1\r\n", csv.String()); diff != "" {
		t.Error(diff)
	}
	if first, _, _ := strings.Cut(lines.String(), "\n"); first != `{"campaign":"=HYPERLINK(\"x\")","events":-3}` {
		t.Errorf("NDJSON does not give a text as it is: %s", first)
	}
	f := tabletest.Open(t, &book)
	for cell, want := range map[string]string{"A1": "campaign", "A2": "=HYPERLINK(\"x\")", "B2": "-3", "A3": "-5", "B4": "1"} {
		got, _ := f.GetCellValue("usage", cell)
		if formula, _ := f.GetCellFormula("usage", cell); got != want || formula != "" {
			t.Errorf("%s is %q (formula %q), want %q", cell, got, formula, want)
		}
	}
}

func TestASheetTakesNoMoreRows(t *testing.T) {
	var out bytes.Buffer
	err := NewReport("usage", []Column{{Name: "n", Kind: Count}}, make([][]any, 1<<20)).WriteXLSX(&out)
	if semdex.CodeOf(err) != semdex.Invalid || out.Len() > 0 {
		t.Errorf("got %v and %d bytes, want a refusal", err, out.Len())
	}
}

func TestUsageRefuses(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	tests := []struct {
		name string
		r    Request
		hint string
	}{
		{"unknown dimension lists the known", Request{By: []string{"colour"}}, "actor_type, audience, business_unit, campaign, channel, client"},
		{"unknown filter too", Request{Filter: map[string][]string{"colour": {"red"}}}, "topic"},
		{"unknown interval", Request{Interval: "fortnight"}, "hour, day, week"},
		{"from after to", Request{From: "2026-02-01", To: "2026-01-31"}, "exchange"},
		{"no day", Request{From: "2026-02-30"}, "2026-01-31"},
		{"negative limit", Request{Limit: -1}, "1 or more"},
	}
	for _, tt := range tests {
		_, err := s.Usage(t.Context(), brand(), tt.r)
		var e *semdex.Error
		if !errors.As(err, &e) || e.Code != semdex.Invalid || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("%s: got %#v", tt.name, err)
		}
	}
}

func TestUsageOfNothing(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	for _, by := range [][]string{nil, {"topic"}} {
		r, err := s.Usage(t.Context(), brand(), Request{By: by, Filter: map[string][]string{"type": {"image"}}})
		if err != nil {
			t.Fatal(err)
		}
		if want := 1 - len(by); r.Len() != want || total(r, "events") != 0 || r.Until != nil {
			t.Errorf("by %v: got %+v, want %d rows", by, r, want)
		}
	}
}

func TestUsageBearsLargeCounts(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	large := int64(semdex.MaxEventCount)
	e := semdex.Event{Type: semdex.AssetView, OccurredAt: start, Asset: "a1", Count: &large}
	record(t, s, e, e, e)
	r, err := s.Usage(t.Context(), brand(), Request{By: []string{"type"}})
	if err != nil {
		t.Fatal(err)
	}
	if total(r, "events") != 3*large || rowsOf(r)[0][1] != 3*large {
		t.Errorf("got %+v, want 3 times %d", r, large)
	}
}

func TestCountsThatCouldRunOverAreRejected(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	huge := int64(semdex.MaxEventCount + 1)
	receipt, err := s.Record(t.Context(), []semdex.Event{{Type: semdex.AssetView, OccurredAt: start, Asset: "a1", Count: &huge}}, start)
	if err != nil || receipt.Accepted != 0 || len(receipt.Rejected) != 1 || receipt.Rejected[0].Code != "count_too_large" {
		t.Errorf("got %+v (error %v), want one rejected as count_too_large", receipt, err)
	}
}

func TestUsageIsCancelled(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	record(t, s, someEvents(10)...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Usage(ctx, brand(), Request{By: []string{"topic"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(s.reports) != 0 {
		t.Error("its place was not given back")
	}
}

func TestPeriodLabels(t *testing.T) {
	want := map[string]string{"day": "2027-01-03", "week": "2026-W53", "month": "2027-01", "quarter": "2027-Q1", "year": "2027"}
	got := make(map[string]string)
	for interval := range maps.Keys(want) {
		got[interval] = periodLabel(interval, time.Date(2027, 1, 3, 23, 0, 0, 0, time.UTC))
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
