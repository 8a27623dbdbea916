package analytics

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/internal/plot"
)

// The kinds of pictures of a report. ChartAuto is what suits it: lines where it has periods, a scatter where its definition asks for one, a heat
// map for two dimensions, else bars.
const (
	ChartAuto    = "auto"
	ChartLines   = "lines"
	ChartBars    = "bars"
	ChartTreemap = "treemap"
	ChartScatter = "scatter"
	ChartHeatmap = "heatmap"
)

// ChartKinds are all of them.
var ChartKinds = []string{ChartAuto, ChartLines, ChartBars, ChartTreemap, ChartScatter, ChartHeatmap}

// Plot is how a report is drawn where nobody asks for something else. Its zero value goes by the columns.
type Plot struct {
	Kind    string   // one of ChartKinds, in place of what ChartAuto would take
	Measure string   // column of what is drawn, along the y of a scatter; the first number where empty
	X       string   // column along the x of a scatter; the first other number where empty
	Corner  string   // what a scatter says of much of y and little of x
	Label   string   // column that names the rows of a report without dimensions; its first text where empty
	Apart   string   // column that tells apart rows of one name
	Adds    []string // columns of kind Number that are sums, as all of kind Count are
}

// plots are the hints of the definitions, by name.
var plots = map[string]Plot{
	"usage":           {X: "views"},
	"gaps":            {Kind: ChartScatter, Measure: "demand", X: "supply", Corner: "Demand without supply"},
	"expansion-value": {Measure: "share", X: "selects"},
	"search-quality":  {Measure: "click_through", X: "searches"},
	"time-to-find":    {Measure: "median_seconds", X: "sessions"},
	"licence-spend":   {Measure: "spend", X: "uses", Adds: []string{"spend", "spend_on_record", "spend_unused", "spend_converted"}},
	"reuse":           {Measure: "reuse_rate", X: "assets_used"},
	"top-assets":      {Label: "title", Apart: "asset", X: "views"},
	"rights-risk":     {Label: "title", Apart: "risk"},
	"unused":          {Label: "title", Apart: "asset"},
	"zero-results":    {Apart: "language"},
	"low-results":     {Apart: "language"},
	"duplicates":      {Label: "title", Apart: "survivor", Measure: "wasted_bytes", X: "uses_survivor"},
	"data-quality":    {Measure: "share"},
	"cost-avoided":    {Adds: []string{"cost_avoided"}},
}

// ForChart gives the request to make a report by that is drawn as a kind: for a treemap, values count themselves alone, so that
// its areas hold nothing twice that stands below two others.
func (r Request) ForChart(kind string) Request {
	r.Direct = r.Direct || kind == ChartTreemap
	return r
}

// Chart makes a picture of the report. measure is the column to draw, the main one of its definition where it is empty. What cannot
// be drawn as asked is Invalid, with a hint at what can.
func (r *Report) Chart(kind, measure string) (plot.Chart, error) {
	s := newSheet(r)
	if !slices.Contains(ChartKinds, kind) {
		return plot.Chart{}, invalid("there are: "+strings.Join(ChartKinds, ", "), "no plot %s", kind)
	}
	if kind == ChartAuto {
		kind = s.suiting()
	}
	draw := map[string]func(int) (plot.Data, error){
		ChartLines: s.lines, ChartBars: s.bars, ChartTreemap: s.treemap, ChartScatter: s.scatter, ChartHeatmap: s.heatmap}[kind]
	if kind == ChartBars && measure == "" && len(s.dims) == 0 && s.period < 0 {
		return s.chart(-1, s.figures()), nil
	}
	m, err := s.measure(measure)
	if err != nil {
		return plot.Chart{}, err
	}
	if r.cut() && kind != ChartBars && kind != ChartScatter {
		return plot.Chart{}, invalid("leave out limit; a picture shows what matters most by itself", "the report was cut to %d rows, which makes no %s", r.limit, kind)
	}
	if err := s.oneCurrency(m); err != nil {
		return plot.Chart{}, err
	}
	data, err := draw(m)
	if err != nil {
		return plot.Chart{}, err
	}
	return s.chart(m, data), nil
}

// cut reports whether rows may have been left out.
func (r *Report) cut() bool { return r.limit > 0 && r.Len() >= r.limit }

// sheet is a report with what its columns are for.
type sheet struct {
	*Report
	title    string
	hint     Plot
	grouped  bool // its definition takes dimensions
	period   int  // the column, -1 where there is none
	currency int  // likewise
	dims     []*keyColumn
	measures []int
}

// keyColumn is a column that names rows. Path and uri are -1 where there is none.
type keyColumn struct {
	name          string
	at, uri, path int
	instead       int             // a column that names rows where this one is empty
	apart         int             // a column that tells rows of one name apart
	ambiguous     map[string]bool // names of several values, or of several rows without dimensions
}

func newSheet(r *Report) *sheet {
	s := &sheet{Report: r, title: r.Name, period: -1, grouped: len(r.By) > 0 || r.Interval != "", hint: plots[r.Name], currency: r.column("currency")}
	if def, ok := FindReport(r.Name); ok {
		s.title, s.hint, s.grouped = def.Title, def.Plot, def.Groups
	}
	first := 0
	if s.grouped && r.Interval != "" && len(r.Columns) > 0 && r.Columns[0].Name == Period {
		s.period, first = 0, 1
	}
	if s.grouped {
		first = s.findDims(first)
	} else {
		s.findLabel()
	}
	for i := first; i < len(r.Columns); i++ {
		c := r.Columns[i]
		if (c.Kind == Count || c.Kind == Number) && !strings.HasSuffix(c.Name, "_before") && !strings.HasSuffix(c.Name, "_change") {
			s.measures = append(s.measures, i)
		}
	}
	for _, d := range s.dims {
		s.findAmbiguous(d)
	}
	s.leaveCurrency()
	return s
}

// column gives the place of a column, -1 where there is none of that name.
func (r *Report) column(name string) int {
	return slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == name })
}

// findDims takes the columns of the dimensions from a place on, and gives the place behind them.
func (s *sheet) findDims(i int) int {
	for range s.By {
		if i >= len(s.Columns) {
			break
		}
		d := &keyColumn{name: s.Columns[i].Name, at: i, uri: -1, path: -1, instead: -1, apart: -1}
		if i+2 < len(s.Columns) && s.Columns[i+1].Name == d.name+"_uri" && s.Columns[i+2].Name == d.name+"_path" {
			d.uri, d.path = i+1, i+2
			i += 2
		}
		s.dims = append(s.dims, d)
		i++
	}
	return i
}

// findLabel takes the column that names the rows of a report without dimensions.
func (s *sheet) findLabel() {
	first := slices.IndexFunc(s.Columns, func(c Column) bool { return c.Kind == Text || c.Kind == Day })
	if first < 0 {
		return
	}
	d := &keyColumn{at: first, uri: -1, path: -1, instead: -1, apart: -1}
	if i := s.column(s.hint.Label); i >= 0 && s.hint.Label != "" {
		d.at, d.instead = i, first
	}
	d.name = s.Columns[d.at].Name
	d.apart = s.column(s.hint.Apart)
	s.dims = []*keyColumn{d}
}

func (s *sheet) findAmbiguous(d *keyColumn) {
	if d.uri < 0 && d.apart < 0 {
		return
	}
	seen := map[string]string{}
	d.ambiguous = map[string]bool{}
	for row := range s.Rows() {
		name, uri := cellText(row[d.at]), ""
		if d.uri >= 0 {
			uri = cellText(row[d.uri])
		}
		if other, known := seen[name]; known && (d.uri < 0 || other != uri) {
			d.ambiguous[name] = true
		}
		seen[name] = uri
	}
}

// leaveCurrency takes the currency out of the dimensions where it tells nothing apart: all rows have the same.
func (s *sheet) leaveCurrency() {
	i := slices.IndexFunc(s.dims, func(d *keyColumn) bool { return d.at == s.currency })
	if i >= 0 && len(s.dims) > 1 && len(s.currencies()) < 2 {
		s.dims = slices.Delete(s.dims, i, i+1)
	}
}

func cellText(cell any) string {
	text, _ := cell.(string)
	return text
}

// label names a row: with its path, or the column that is for it, where the name alone does not tell it from others.
func (d *keyColumn) label(row []any) string {
	name := cellText(row[d.at])
	switch {
	case name == "" && d.instead >= 0:
		return cellText(row[d.instead])
	case !d.ambiguous[name]:
		return name
	case d.path >= 0:
		return cellText(row[d.path])
	}
	return strings.TrimSuffix(name+" ("+cellText(row[d.apart])+")", " ()")
}

// label names a row by some dimensions.
func label(dims []*keyColumn, row []any) string {
	names := make([]string, len(dims))
	for i, d := range dims {
		names[i] = d.label(row)
	}
	return strings.Join(names, " · ")
}

// drawn is a cell as a number, NaN where it is none.
func drawn(cell any) float64 {
	switch v := cell.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return math.NaN()
}

// suiting is the kind of picture where none is asked for.
func (s *sheet) suiting() string {
	switch {
	case s.period >= 0:
		return ChartLines
	case s.hint.Kind != "":
		return s.hint.Kind
	case s.grouped && len(s.dims) == 2:
		return ChartHeatmap
	}
	return ChartBars
}

// measure finds the column to draw.
func (s *sheet) measure(name string) (int, error) {
	if len(s.measures) == 0 {
		return 0, invalid("take csv or json", "the report %s has no numbers to draw", s.Name)
	}
	if name == "" {
		return s.mainMeasure(), nil
	}
	if i := s.column(name); slices.Contains(s.measures, i) {
		return i, nil
	}
	names := make([]string, len(s.measures))
	for i, m := range s.measures {
		names[i] = s.Columns[m].Name
	}
	return 0, invalid("measures are "+strings.Join(names, ", "), "the report %s has no measure %s", s.Name, name)
}

// mainMeasure is the column to draw where none is asked for: that of the hint, else the first. Amounts of several currencies give way.
func (s *sheet) mainMeasure() int {
	best := s.measures[0]
	if i := s.column(s.hint.Measure); slices.Contains(s.measures, i) {
		best = i
	}
	if s.oneCurrency(best) == nil {
		return best
	}
	i := slices.IndexFunc(s.measures, func(m int) bool { return !s.isAmount(m) })
	return s.measures[max(0, i)]
}

// adds reports whether a measure is a sum: one that has parts, and is 0 where nothing happened.
func (s *sheet) adds(m int) bool {
	return s.Columns[m].Kind == Count || slices.Contains(s.hint.Adds, s.Columns[m].Name)
}

// isAmount reports whether a measure is in the currency that stands beside it.
func (s *sheet) isAmount(m int) bool {
	c := s.Columns[m]
	return s.currency >= 0 && c.Kind == Number && c.Unit == "" && !strings.HasSuffix(c.Name, "_converted")
}

// currencies gives those of the rows, sorted.
func (s *sheet) currencies() []string {
	if s.currency < 0 {
		return nil
	}
	found := map[string]bool{}
	for row := range s.Rows() {
		if name := cellText(row[s.currency]); name != "" && name != None {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func (s *sheet) oneCurrency(m int) error {
	if all := s.currencies(); s.isAmount(m) && len(all) > 1 {
		return invalid("filter by one currency, or draw a measure that is converted", "%s is in %s, which do not go into one picture", s.Columns[m].Name, strings.Join(all, ", "))
	}
	return nil
}

// unitOf is what a measure is counted in: where it has no unit of its own, its name.
func (s *sheet) unitOf(m int) string {
	if all := s.currencies(); s.isAmount(m) && len(all) == 1 {
		return all[0]
	}
	return cmp.Or(s.Columns[m].Unit, spoken(s.Columns[m].Name))
}

// spoken is the name of a column as words.
func spoken(name string) string { return strings.ReplaceAll(name, "_", " ") }

func capital(s string) string { return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):] }

// chart puts the words to the data; m is -1 where all measures are drawn.
func (s *sheet) chart(m int, data plot.Data) plot.Chart {
	c := plot.Chart{Title: s.title, Source: s.source(), Data: data}
	if s.grouped && len(s.dims) > 0 {
		names := make([]string, len(s.dims))
		for i, d := range s.dims {
			names[i] = spoken(d.name)
		}
		c.Title += " by " + strings.Join(names, " and ")
	}
	if _, parts := data.(plot.Treemap); parts {
		c.Source += ", what has several values counts in each"
	}
	var asked []string
	if m >= 0 {
		c.Unit = s.unitOf(m)
		asked = append(asked, capital(spoken(s.Columns[m].Name)))
	}
	if s.period >= 0 {
		asked = append(asked, "by "+s.Interval)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Filter)) {
		asked = append(asked, name+": "+strings.Join(s.Filter[name], " or "))
	}
	c.Subtitle = strings.Join(append(asked, s.Notes...), " · ")
	return c
}

// source tells of what library and days the report is, and what its values are.
func (s *sheet) source() string {
	var parts []string
	if s.Library != "" {
		parts = append(parts, "library "+s.Library)
	}
	basis := "values as of now"
	if s.Recorded {
		basis = "values as recorded"
	}
	parts = append(parts, s.window(), s.TZ, basis)
	if s.grouped && slices.ContainsFunc(s.dims, func(d *keyColumn) bool { return d.path >= 0 }) {
		if s.Direct {
			parts = append(parts, "what is narrower is not counted with it")
		} else {
			parts = append(parts, "with what is narrower")
		}
	}
	return "Semdex, " + strings.Join(parts, ", ")
}

func (s *sheet) window() string {
	until := ""
	if s.Until != nil {
		until = " until " + s.untilDay()
	}
	switch {
	case s.From != "" && s.To != "":
		return fmt.Sprintf("%s to %s", s.From, s.To)
	case s.From != "":
		return fmt.Sprintf("from %s%s", s.From, until)
	case s.To != "":
		return fmt.Sprintf("up to %s", s.To)
	}
	return "all events" + until
}

// untilDay is the day of the last event.
func (s *sheet) untilDay() string { return s.Until.In(zoneOf(s.TZ)).Format(time.DateOnly) }

// zoneOf is the zone of a name that was one, else UTC.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// figures are the counts of a report of one row, as bars.
func (s *sheet) figures() plot.Bars {
	var b plot.Bars
	for row := range s.Rows() {
		for _, m := range s.measures {
			if v := drawn(row[m]); s.Columns[m].Kind == Count && !math.IsNaN(v) {
				b.Bars = append(b.Bars, plot.Bar{Label: capital(spoken(s.Columns[m].Name)), Value: v, Before: math.NaN()})
			}
		}
		break
	}
	return b
}

func (s *sheet) bars(m int) (plot.Data, error) {
	if s.period >= 0 {
		return nil, invalid("leave out interval, or draw lines", "bars show no periods")
	}
	b := plot.Bars{Name: days(s.From, s.To, "")}
	before := s.column(s.Columns[m].Name + "_before")
	if before >= 0 {
		b.Before = days(s.BeforeFrom, s.BeforeTo, "the window before")
	}
	for row := range s.Rows() {
		bar := plot.Bar{Label: label(s.dims, row), Value: drawn(row[m]), Before: math.NaN()}
		if len(s.dims) == 0 {
			bar.Label = capital(spoken(s.Columns[m].Name))
		}
		if before >= 0 {
			bar.Before = drawn(row[before])
		}
		if !math.IsNaN(bar.Value) {
			b.Bars = append(b.Bars, bar)
		}
	}
	return b, nil
}

// days names a window, otherwise where it is open.
func days(from, to semdex.Date, otherwise string) string {
	if from == "" || to == "" {
		return otherwise
	}
	return fmt.Sprintf("%s to %s", from, to)
}

// lines shows a line for each value of the dimensions, or one of them all.
func (s *sheet) lines(m int) (plot.Data, error) {
	if s.period < 0 {
		return nil, invalid("give an interval, such as month", "lines need periods")
	}
	periods, place := s.periods()
	missing := math.NaN()
	if s.adds(m) {
		missing = 0
	}
	data := plot.Lines{Periods: periods}
	series := map[string]int{}
	for row := range s.Rows() {
		name := label(s.dims, row)
		if len(s.dims) == 0 {
			name = capital(spoken(s.Columns[m].Name))
		}
		i, known := series[name]
		if !known {
			i = len(data.Series)
			series[name] = i
			data.Series = append(data.Series, plot.Series{Name: name, Values: slices.Repeat([]float64{missing}, len(periods))})
		}
		data.Series[i].Values[place[cellText(row[s.period])]] = drawn(row[m])
	}
	return data, nil
}

func (s *sheet) scatter(m int) (plot.Data, error) {
	if s.period >= 0 || len(s.dims) == 0 {
		return nil, invalid("group by a dimension, and leave out interval", "a scatter has a point for each value of a dimension")
	}
	x := s.column(s.hint.X)
	if x == m || !slices.Contains(s.measures, x) {
		i := slices.IndexFunc(s.measures, func(other int) bool { return other != m })
		if i < 0 {
			return nil, invalid("draw bars", "a scatter needs two measures, and the report %s has one", s.Name)
		}
		x = s.measures[i]
	}
	if err := s.oneCurrency(x); err != nil {
		return nil, err
	}
	data := plot.Scatter{X: s.axisOf(x), Y: s.axisOf(m)}
	if s.Columns[m].Name == s.hint.Measure && s.Columns[x].Name == s.hint.X {
		data.Corner = s.hint.Corner
	}
	for row := range s.Rows() {
		p := plot.Point{Label: label(s.dims, row), X: drawn(row[x]), Y: drawn(row[m])}
		if !math.IsNaN(p.X) && !math.IsNaN(p.Y) {
			data.Points = append(data.Points, p)
		}
	}
	return data, nil
}

func (s *sheet) axisOf(m int) plot.Axis {
	a := plot.Axis{Title: capital(spoken(s.Columns[m].Name)), Unit: s.Columns[m].Unit}
	if s.isAmount(m) {
		a.Unit = s.unitOf(m)
	}
	return a
}
