package analytics

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/internal/plot"
)

// shaped is a report as one would be that groups by dimensions: name:unit, with a unit of "text" for texts and none for counts, "-" for plain numbers.
func shaped(name, interval string, by []string, heads string, rows ...[]any) *Report {
	var columns []Column
	for head := range strings.FieldsSeq(heads) {
		column, unit, _ := strings.Cut(head, ":")
		switch unit {
		case "text":
			columns = append(columns, Column{column, Text, ""})
		case "":
			columns = append(columns, Column{column, Count, ""})
		default:
			columns = append(columns, Column{column, Number, strings.TrimPrefix(unit, "-")})
		}
	}
	r := NewReport(name, columns, rows)
	r.By, r.Interval, r.TZ = by, interval, "Europe/Berlin"
	return r
}

const ofTopics = "topic:text topic_uri:text topic_path:text "

func chartOf(t *testing.T, r *Report, kind, measure string) plot.Chart {
	t.Helper()
	c, err := r.Chart(kind, measure)
	if err != nil {
		t.Fatalf("%s of %s: %v (%s)", kind, r.Name, err, semdex.HintOf(err))
	}
	for _, write := range []func(*bytes.Buffer) error{func(b *bytes.Buffer) error { return c.SVG(b) }, func(b *bytes.Buffer) error { return c.HTML(b) }} {
		if err := write(&bytes.Buffer{}); err != nil {
			t.Fatalf("%s of %s: %v", kind, r.Name, err)
		}
	}
	return c
}

// TestTheKindThatSuits guards what is drawn where nobody says how.
func TestTheKindThatSuits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		report *Report
		want   plot.Data
	}{
		{shaped("usage", "", nil, "events views", []any{int64(3), int64(2)}), plot.Bars{}},
		{shaped("usage", "", []string{"type"}, "type:text events", []any{"image", int64(3)}), plot.Bars{}},
		{shaped("usage", "month", nil, "period:text events", []any{"2026-01", int64(3)}), plot.Lines{}},
		{shaped("usage", "", []string{"type", "region"}, "type:text region:text events", []any{"image", "DE", int64(3)}), plot.Heatmap{}},
		{shaped("usage", "", []string{"type", "region", "client"}, "type:text region:text client:text events", []any{"image", "DE", "web", int64(3)}), plot.Bars{}},
		{shaped("gaps", "", []string{"topic"}, ofTopics+"demand supply", []any{"A", "u", "A", int64(3), int64(1)}), plot.Scatter{}},
		{shaped("gaps", "month", []string{"topic"}, "period:text "+ofTopics+"demand supply", []any{"2026-01", "A", "u", "A", int64(3), int64(1)}), plot.Lines{}},
		{shaped("something of one's own", "", nil, "word:text n", []any{"a", int64(3)}), plot.Bars{}},
	}
	for i, tt := range tests {
		c := chartOf(t, tt.report, ChartAuto, "")
		if got, want := fmt.Sprintf("%T", c.Data), fmt.Sprintf("%T", tt.want); got != want {
			t.Errorf("%d: got %s, want %s", i, got, want)
		}
	}
}

func TestWordsOfAChart(t *testing.T) {
	t.Parallel()
	r := shaped("usage", "month", []string{"topic", "region"}, "period:text "+ofTopics+"region:text events unique_users", []any{"2026-01", "A", "u", "A", "DE", int64(3), int64(1)})
	until := time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC)
	r.Library, r.Until, r.Filter = "brand", &until, map[string][]string{"type": {"image", "video"}}
	c := chartOf(t, r, ChartLines, "unique_users")
	c.Data = nil
	want := plot.Chart{Title: "Usage by topic and region", Subtitle: "Unique users · by month · type: image or video", Unit: "unique users",
		Source: "Semdex, library brand, all events until 2026-02-01, Europe/Berlin, values as of now, with what is narrower"}
	if diff := gocmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	r.From, r.To, r.Direct = "2026-01-01", "2026-01-31", true
	if got, want := chartOf(t, r, ChartLines, "").Source, "Semdex, library brand, 2026-01-01 to 2026-01-31, Europe/Berlin, values as of now, what is narrower is not counted with it"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestChartRefuses(t *testing.T) {
	t.Parallel()
	plain := shaped("usage", "", []string{"type"}, "type:text events views", []any{"image", int64(3), int64(1)})
	monthly := shaped("usage", "month", []string{"type"}, "period:text type:text events", []any{"2026-01", "image", int64(3)})
	cut := shaped("usage", "month", []string{"type"}, "period:text type:text events", []any{"2026-01", "image", int64(3)})
	cut.limit = 1
	money := shaped("licence-spend", "", []string{"topic", "currency"}, "topic:text currency:text spend:- purchases uses", []any{"A", "EUR", 3.0, int64(1), int64(1)}, []any{"A", "USD", 3.0, int64(1), int64(1)})
	tests := []struct {
		report              *Report
		kind, measure, hint string
	}{
		{plain, "pie", "", "auto, lines"}, {plain, ChartLines, "", "interval"}, {plain, ChartHeatmap, "", "group by two"}, {plain, ChartBars, "downloads", "events, views"},
		{monthly, ChartBars, "", "lines"}, {monthly, ChartTreemap, "", "interval"}, {monthly, ChartScatter, "", "interval"}, {cut, ChartLines, "", "limit"},
		{money, ChartBars, "spend", "currency"}, {money, ChartScatter, "spend", "currency"},
		{shaped("reuse", "", []string{"type"}, "type:text reuse_rate:-", []any{"image", 0.5}), ChartTreemap, "", "count"},
		{shaped("usage", "", []string{"type"}, "type:text events", []any{"image", int64(3)}), ChartScatter, "", "bars"},
		{shaped("words", "", nil, "word:text", []any{"image"}), ChartBars, "", "csv"},
		{NewReport("nothing", nil, nil), ChartAuto, "x", "csv"},
	}
	for i, tt := range tests {
		_, err := tt.report.Chart(tt.kind, tt.measure)
		if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(semdex.HintOf(err), tt.hint) {
			t.Errorf("%d: got %v, hint %q, want one of %q", i, err, semdex.HintOf(err), tt.hint)
		}
	}
	if c := chartOf(t, money, ChartAuto, ""); c.Unit != "purchases" {
		t.Errorf("counts go together whatever the currency, amounts do not: %+v", c)
	}
}

func TestPeriodsWithoutEventsAreDrawn(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		interval string
		from, to semdex.Date
		rows     []string
		want     string
	}{
		{"month", "", "", []string{"2026-02", "2025-11"}, "2025-11 2025-12 2026-01 2026-02"},
		{"month", "2026-01-15", "2026-12-31", []string{"2026-02"}, "2026-01 2026-02 2026-03 2026-04"},
		{"week", "", "", []string{"2026-W53", "2026-W51", "2027-W02"}, "2026-W51 2026-W52 2026-W53 2027-W01 2027-W02"},
		{"quarter", "", "", []string{"2025-Q3", "2026-Q1"}, "2025-Q3 2025-Q4 2026-Q1"},
		{"year", "", "", []string{"2026", "2024"}, "2024 2025 2026"},
		{"day", "2026-02-27", "", []string{"2026-03-01"}, "2026-02-27 2026-02-28 2026-03-01"},
		{"hour", "", "", []string{"2026-10-25T01:00+02:00", "2026-10-25T03:00+01:00"}, "2026-10-25T01:00+02:00 2026-10-25T02:00+02:00 2026-10-25T02:00+01:00 2026-10-25T03:00+01:00"},
		{"month", "2026-01-01", "", nil, ""},
	}
	for _, tt := range tests {
		r := shaped("usage", tt.interval, nil, "period:text events share:%")
		r.From, r.To, r.Until = tt.from, tt.to, &until
		rows := [][]any{}
		for i, p := range tt.rows {
			rows = append(rows, []any{p, int64(i + 1), 50.0})
		}
		full := NewReport("usage", r.Columns, rows)
		r.cells, r.order = full.cells, full.order
		l := chartOf(t, r, ChartLines, "").Data.(plot.Lines)
		if got := strings.Join(l.Periods, " "); got != tt.want {
			t.Errorf("%s from %s to %s: got %s, want %s", tt.interval, tt.from, tt.to, got, tt.want)
		}
		shares := chartOf(t, r, ChartLines, "share").Data.(plot.Lines)
		for i, p := range l.Periods {
			at := slices.Index(tt.rows, p)
			if l.Series[0].Values[i] != float64(at+1) || math.IsNaN(shares.Series[0].Values[i]) != (at < 0) {
				t.Errorf("%s: got %v and %v, want 0 and a gap where nothing happened", p, l.Series[0].Values[i], shares.Series[0].Values[i])
			}
		}
	}
}

// TestPeriodStartReadsLabels guards that a label is read as it is written, over many years.
func TestPeriodStartReadsLabels(t *testing.T) {
	t.Parallel()
	for _, interval := range Intervals[1:] {
		for at := time.Date(2019, 12, 20, 0, 0, 0, 0, time.UTC); at.Year() < 2034; at = at.AddDate(0, 0, 1) {
			name := periodLabel(interval, at)
			start, err := periodStart(interval, name)
			if err != nil || start.After(at) || !nextPeriod(interval, start).After(at) || periodLabel(interval, start) != name {
				t.Fatalf("%s at %v: %s starts at %v, %v", interval, at, name, start, err)
			}
		}
	}
}

func TestBarsWithTheWindowBefore(t *testing.T) {
	t.Parallel()
	r := shaped("usage", "", []string{"topic"}, ofTopics+"events events_before events_change:- views",
		[]any{"A", "u1", "A", int64(4), int64(2), 1.0, int64(1)}, []any{"B", "u2", "X > B", int64(3), int64(0), nil, int64(1)}, []any{"B", "u3", "Y > B", int64(2), nil, nil, int64(1)})
	r.From, r.To = "2026-04-01", "2026-06-30"
	b := chartOf(t, r, ChartAuto, "").Data.(plot.Bars)
	if len(b.Bars) != 3 || b.Bars[0] != (plot.Bar{Label: "A", Value: 4, Before: 2}) || b.Bars[1].Label != "X > B" || b.Bars[2].Label != "Y > B" || !math.IsNaN(b.Bars[2].Before) || b.Before == "" || b.Name != "2026-04-01 to 2026-06-30" {
		t.Errorf("got %+v", b)
	}
	if b := chartOf(t, r, ChartBars, "views").Data.(plot.Bars); b.Before != "" {
		t.Errorf("what was not compared is: %+v", b)
	}
	if _, err := r.Chart(ChartBars, "events_before"); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("what was before is a measure of its own: %v", err)
	}
}

func TestRowsOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	queries := shaped("zero-results", "", nil, "query:text language:text searches", []any{"a", "de", int64(3)}, []any{"a", "", int64(2)}, []any{"b", "de", int64(1)})
	assets := shaped("top-assets", "", nil, "asset:text title:text events", []any{"x", "", int64(3)}, []any{"y", "T", int64(2)}, []any{"z", "T", int64(1)})
	for r, want := range map[*Report]string{queries: "a (de)|a|b", assets: "x|T (y)|T (z)"} {
		var got []string
		for _, bar := range chartOf(t, r, ChartAuto, "").Data.(plot.Bars).Bars {
			got = append(got, bar.Label)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: got %q, want %s", r.Name, got, want)
		}
	}
}

func TestGapsAreDemandWithoutSupply(t *testing.T) {
	t.Parallel()
	r := shaped("gaps", "", []string{"topic"}, ofTopics+"demand supply score:-", []any{"A", "u", "A", int64(9), int64(2), 3.0}, []any{"B", "v", "B", int64(1), int64(7), 0.1})
	c := chartOf(t, r, ChartAuto, "")
	want := plot.Scatter{X: plot.Axis{Title: "Supply"}, Y: plot.Axis{Title: "Demand"}, Corner: "Demand without supply", Points: []plot.Point{{Label: "A", X: 2, Y: 9}, {Label: "B", X: 7, Y: 1}}}
	if diff := gocmp.Diff(plot.Data(want), c.Data); diff != "" {
		t.Error(diff)
	}
	if s := chartOf(t, r, ChartScatter, "score").Data.(plot.Scatter); s.Corner != "" || s.Y.Title != "Score" {
		t.Errorf("another measure keeps the corner: %+v", s)
	}
}

func TestAmountsHaveTheirCurrency(t *testing.T) {
	t.Parallel()
	r := shaped("licence-spend", "", []string{"topic", "currency"}, "topic:text currency:text spend:- uses", []any{"A", "EUR", 3.5, int64(1)}, []any{"B", "EUR", 1.5, int64(1)})
	c := chartOf(t, r, ChartAuto, "")
	if b, ok := c.Data.(plot.Bars); !ok || b.Bars[0].Label != "A" || c.Unit != "EUR" || c.Title != "Licence spend by topic" && c.Title != "licence-spend by topic" {
		t.Errorf("got %+v", c)
	}
}

// TestATreemapHoldsNothingTwice guards that areas of direct counts sum up to these, over random hierarchies, and that a whole is as large as its
// parts and its own.
func TestATreemapHoldsNothingTwice(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		var rows [][]any
		paths, sum := []string{""}, 0.0
		for i := range 1 + rnd.IntN(30) {
			name := fmt.Sprintf("n%d", i)
			path := strings.TrimPrefix(paths[rnd.IntN(len(paths))]+pathJoint+name, pathJoint)
			paths = append(paths, path)
			if v := rnd.IntN(50); v > 0 { // else it has no row, as what nobody used
				rows = append(rows, []any{name, "u:" + name, path, int64(v)})
				sum += float64(v)
			}
		}
		rnd.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		r := shaped("usage", "", []string{"topic"}, ofTopics+"events", rows...)
		r.Direct = true
		nodes := chartOf(t, r, ChartTreemap, "").Data.(plot.Treemap).Nodes
		if got := areaOf(plot.Node{Children: nodes}); got != sum {
			t.Fatalf("areas sum up to %v, the report to %v", got, sum)
		}
	}
	r := shaped("usage", "", []string{"topic"}, ofTopics+"events", []any{"A", "a", "A", int64(10)}, []any{"B", "b", "A > B", int64(4)}, []any{"C", "c", "A > B > C", int64(4)}, []any{None, "", "", int64(2)})
	got := chartOf(t, r, ChartTreemap, "").Data
	c := plot.Node{Name: "C", Value: 4}
	want := plot.Treemap{Nodes: []plot.Node{{Name: "A", Value: 10, Children: []plot.Node{{Name: "B", Value: 4, Children: []plot.Node{c}}, {Name: "A itself", Value: 6}}}, {Name: None, Value: 2}}}
	if diff := gocmp.Diff(plot.Data(want), got); diff != "" {
		t.Error(diff)
	}
}

func areaOf(n plot.Node) float64 {
	if len(n.Children) == 0 {
		return n.Value
	}
	sum := 0.0
	for _, c := range n.Children {
		sum += areaOf(c)
	}
	return sum
}

func TestHeatmapHasTheFlatterDimensionAcross(t *testing.T) {
	t.Parallel()
	r := shaped("usage", "", []string{"topic", "region"}, ofTopics+"region:text events", []any{"B", "b", "A > B", "DE", int64(4)}, []any{"A", "a", "A", "FR", int64(3)}, []any{None, "", "", "DE", int64(2)})
	want := plot.Heatmap{Rows: []string{"A", "B", None}, Columns: []string{"DE", "FR"}, Values: [][]float64{{0, 3}, {4, 0}, {2, 0}}}
	if diff := gocmp.Diff(plot.Data(want), chartOf(t, r, ChartAuto, "").Data); diff != "" {
		t.Error(diff)
	}
	r = shaped("usage", "month", []string{"region"}, "period:text region:text events", []any{"2026-03", "DE", int64(4)}, []any{"2026-01", "FR", int64(3)})
	want = plot.Heatmap{Rows: []string{"DE", "FR"}, Columns: []string{"2026-01", "2026-02", "2026-03"}, Values: [][]float64{{0, 0, 4}, {3, 0, 0}}}
	if diff := gocmp.Diff(plot.Data(want), chartOf(t, r, ChartHeatmap, "").Data); diff != "" {
		t.Error(diff)
	}
}

// TestEveryReportIsDrawn draws every report there is as every kind, in several shapes: it is drawn, or refused with a hint.
func TestEveryReportIsDrawn(t *testing.T) {
	t.Parallel()
	s, d := open(t, t.TempDir(), Options{}), brand()
	record(t, s, someEvents(400)...)
	for _, def := range Reports {
		for _, hint := range append([]string{def.Plot.Measure, def.Plot.X, def.Plot.Label, def.Plot.Apart}, def.Plot.Adds...) {
			if hint != "" && !slices.ContainsFunc(def.Columns, func(f Figure) bool { return f.Name == hint }) {
				t.Errorf("%s is drawn by %s, which it has not", def.Name, hint)
			}
		}
		requests := []Request{{}}
		if def.Groups {
			requests = append(requests, Request{By: []string{"topic"}}, Request{By: []string{"region", "topic"}}, Request{By: []string{"campaign"}, Interval: "month"}, Request{Interval: "week"})
		}
		for _, request := range requests {
			for _, kind := range ChartKinds {
				r, err := s.Report(context.Background(), d, def.Name, request.ForChart(kind))
				if err != nil {
					t.Fatal(err)
				}
				c, err := r.Chart(kind, "")
				if err == nil {
					err = c.SVG(&bytes.Buffer{})
				}
				if err != nil && (kind == ChartAuto || semdex.CodeOf(err) != semdex.Invalid || semdex.HintOf(err) == "") {
					t.Errorf("%s by %v %s as %s: %v", def.Name, request.By, request.Interval, kind, err)
				}
			}
		}
	}
}
