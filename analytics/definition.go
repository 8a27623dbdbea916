package analytics

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Definition is what a report is: what it counts, by what formula, and in which columns.
type Definition struct {
	Name     string
	Title    string
	About    string   // one sentence: what it answers
	Formula  string   // how its figures are made of events and assets
	Groups   bool     // it takes dimensions to group by and an interval
	By       []string // the dimensions that it groups by where none are asked for
	Interval string   // its periods where none are asked for; a comparison with the window before has none
	Columns  []Figure // its columns after period and dimensions
	Plot     Plot     // how it is drawn

	make func(*run) (*Report, error)
}

// Figure is a column and what stands in it.
type Figure struct {
	Name  string `json:"name"`
	Kind  Kind   `json:"kind"`
	Unit  string `json:"unit,omitempty"` // "s", "%", "" for a plain number; amounts have their currency beside them
	About string `json:"about"`
}

// Reports are the reports there are, by name.
var Reports = definitions()

func definitions() []Definition {
	all := append([]Definition{adoptionReport, expansionValueReport, gapsReport, lowResultsReport, searchQualityReport, timeToFindReport, topConceptsReport, usageReport,
		zeroResultsReport}, assetReports...)
	slices.SortFunc(all, func(a, b Definition) int { return strings.Compare(a.Name, b.Name) })
	for i := range all {
		all[i].Plot = plots[all[i].Name]
	}
	return all
}

// FindReport gives the definition of a report.
func FindReport(name string) (*Definition, bool) {
	i := slices.IndexFunc(Reports, func(d Definition) bool { return d.Name == name })
	if i < 0 {
		return nil, false
	}
	return &Reports[i], true
}

// Library is what reports know of a library beside the events. All answers are of one state.
type Library interface {
	Dimensions
	// Assets yields all assets. One is yield's only until it returns; an error of yield ends it and is returned.
	Assets(yield func(*semdex.Asset) error) error
	// Duplicates gives the groups of assets that are the same or nearly so, and of each group the one to keep first.
	Duplicates(ctx context.Context) ([][]semdex.AssetID, error)
	// Parts gives the values that stand directly below one of a hierarchical dimension, by its URI.
	Parts(dim, uri string) []Value
	// Today is the day it is for the library.
	Today() semdex.Date
	// Rules are what the configuration says about reports.
	Rules() Rules
}

// Rules are what a library's configuration says about reports.
type Rules struct {
	Missing    bool               // assets without a rights record may not be used
	MinGroup   int                // users below whom the figures of a row are withheld; 0 withholds none
	UnitCost   *semdex.Money      // what an asset made anew would cost
	Currency   string             // that amounts are converted to; "" for none
	Rates      map[string]float64 // of one unit of a currency in Currency
	LowResults int                // hits below which a search had few; 0 is 5
	FindWithin time.Duration      // how long after a search a select belongs to it; 0 is 30 minutes
	Languages  []string           // of the library; assets are titled in the first one that they have
}

// run is one report in the making.
type run struct {
	ctx  context.Context
	s    *Store
	l    Library
	r    Request
	last int64 // seq of the last event that counts
}

// Report makes a report. A name that is none, and a request that is wrong, are Invalid or NotFound.
func (s *Store) Report(ctx context.Context, l Library, name string, r Request) (*Report, error) {
	def, ok := FindReport(name)
	if !ok {
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "no report " + name, Hint: "there are: " + strings.Join(reportNames(), ", ")}
	}
	if !def.Groups && (len(r.By) > 0 || r.Interval != "") {
		return nil, invalid("leave out by and interval", "the report %s has rows of its own", name)
	}
	if def.Groups && len(r.By) == 0 {
		r.By = def.By
	}
	if r.Interval == "" && !r.Compare {
		r.Interval = def.Interval
	}
	make := func(r Request) (*Report, error) { return def.make(&run{ctx, s, l, r, s.Stats().Events}) }
	if least := int64(l.Rules().MinGroup); least > 0 && !def.Groups {
		return s.report(ctx, l, r, name, func(r Request) (*Report, error) { return floored(r, least, make) })
	}
	return s.report(ctx, l, r, name, make)
}

// floored makes a report of rows of its own without those that fewer than least users stand behind, where it counts them. The totals stay.
func floored(r Request, least int64, make func(Request) (*Report, error)) (*Report, error) {
	all := r
	all.Limit, all.Counters = 0, false
	report, err := make(all)
	if err != nil {
		return nil, err
	}
	users := slices.IndexFunc(report.Columns, func(c Column) bool { return c.Name == "unique_users" || c.Name == "users" })
	if users >= 0 {
		before := len(report.order)
		report.order = slices.DeleteFunc(report.order, func(row int32) bool {
			n, _ := report.cells[users].at(row).(int64)
			return n < least
		})
		if hidden := before - len(report.order); hidden > 0 {
			report.Notes = append(report.Notes, fmt.Sprintf("rows of fewer than %d users do not show: %d", least, hidden))
		}
	}
	if r.Limit > 0 && len(report.order) > r.Limit {
		report.order = report.order[:r.Limit]
	}
	return report, nil
}

func reportNames() (names []string) {
	for _, d := range Reports {
		names = append(names, d.Name)
	}
	return names
}

// measure is a column of a report that groups by dimensions: what it makes of a line's sums.
type measure struct {
	Figure
	of    func(*line) any   // an int64 or a float64, nil where there is none
	count func(*line) int64 // in place of it, for counts
}

func (m *measure) cell(l *line) any {
	if m.count != nil {
		return m.count(l)
	}
	return m.of(l)
}

// table makes a report of a tally: its dimensions and measures, the rows by the measure of number first, the largest first, and then by the dimensions.
// A report that groups by nothing has one row, though it be of zeros.
func (c *counting) table(name string, t *tally, measures []measure, first int) *Report {
	r := c.head(name, t)
	if len(r.Columns) == 0 && len(t.lines) == 0 {
		t.lines, r.order = []line{t.totals}, ascending(1)
	}
	keys := len(r.Columns)
	withheld := c.withheld(t)
	for _, m := range measures {
		r.add(Column{m.Name, m.Kind, m.Unit}, withhold(measured(t.lines, m), withheld.lines))
		total := Total{m.Name, m.cell(&t.totals)}
		if withheld.totals {
			total.Value = nil
		}
		r.Totals = append(r.Totals, total)
	}
	r.Notes = append(c.notes, withheld.notes()...)
	r.keys = keys
	r.sort(keys+first, c.r.Limit)
	return r
}

// measured gives the cells of a measure.
func measured(lines []line, m measure) cells {
	if m.count != nil {
		out := make(countCells, len(lines))
		for i := range lines {
			out[i] = m.count(&lines[i])
		}
		return out
	}
	out := make(numberCells, len(lines))
	for i := range lines {
		out[i] = m.of(&lines[i])
	}
	return out
}

var usageColumns = []Figure{
	{"events", Count, "", "events of all types"}, {"views", Count, "", "asset.view"}, {"downloads", Count, "", "asset.download"}, {"shares", Count, "", "asset.share"},
	{"placements", Count, "", "asset.placed and asset.embed"}, {"searches", Count, "", "search.executed"},
	{"unique_assets", Count, "", "different assets that the events name"}, {"unique_users", Count, "", "different actors"},
}

// usageReport is the report on how much of everything there was.
var usageReport = Definition{
	Name: "usage", Title: "Usage", About: "views, downloads, shares, placements and searches by any dimensions and period",
	Formula: "Each counter is the sum of count (1 where an event has none) over the events of its types: asset.view; asset.download; asset.share; asset.placed and " +
		"asset.embed; search.executed. events sums over all types. An event counts once in each row whose values it has, however many paths lead there.",
	Groups:  true,
	Columns: usageColumns,
	make:    func(q *run) (*Report, error) { return q.s.usage(q.ctx, q.l, q.r) },
}

// usage puts names to the numbers of a usage report.
func (c *counting) usage(t *tally) *Report { return c.table("usage", t, c.usageMeasures(), 0) }

func (c *counting) usageMeasures() (measures []measure) {
	for i, about := range usageColumns {
		if i >= 6 && c.r.Counters {
			break
		}
		measures = append(measures, measure{Figure: about, count: usageCount(i)})
	}
	return measures
}

// usageCount gives what counts a counter of the report.
func usageCount(column int) func(*line) int64 {
	switch column {
	case 0:
		return func(l *line) (n int64) {
			for _, x := range l.sums {
				n = addBounded(n, x)
			}
			return n
		}
	case 6:
		return func(l *line) int64 { return l.assets }
	case 7:
		return func(l *line) int64 { return l.users }
	}
	return func(l *line) int64 { return l.sums[column] }
}
