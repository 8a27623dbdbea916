package api

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex/analytics"
	"semdex/internal/plot"

	"github.com/gin-gonic/gin"
)

// formatParquet is the form that only tables of reports have.
const formatParquet = "parquet"

var formatParam = param{name: "format", kind: str, enum: []string{"json", "csv", "ndjson", formatXLSX, formatParquet, formatSVG, formatHTML}, value: "json",
	about: "Form of the answer; goes before the Accept header. svg is a picture, html a page with the picture and its data as a table."}

// Forms of reports that are pictures.
const (
	formatSVG  = "svg"
	formatHTML = "html"
)

var reportRoutes = []route{
	{method: http.MethodGet, path: "/v1/reports", id: "reports", group: "Usage", scope: ScopeReports, summary: "Which reports there are",
		serve: (*call).reports, answers: ok("The reports.", Reports{})},
	{method: http.MethodGet, path: "/v1/reports/{name}", id: "report", group: "Usage", scope: ScopeReports, summary: "One report",
		about: "Counts of views, downloads, shares, placements and searches, grouped by dimensions. Rows come by events, most first.",
		params: join(param{name: "name", kind: str, max: 64, required: true, about: "Name of the report, such as usage."},
			param{name: "by", kind: list, max: 16, about: "Dimensions to group by, in the order of the columns."},
			param{name: "from", kind: day, about: "First day."}, param{name: "to", kind: day, about: "Last day."},
			param{name: "interval", kind: str, enum: analytics.Intervals, about: "Length of the periods, for a column of them."},
			param{name: "tz", kind: str, max: 64, about: "Time zone of days and periods, such as Europe/Berlin; the library's where it is left out."},
			param{name: "filter", kind: filters, about: "Dimension to values: filter[region]=DACH."},
			param{name: "limit", kind: integer, min: 1, about: "Rows to show; all where it is left out."},
			param{name: "basis", kind: str, enum: []string{"as_of_now", "as_recorded"}, value: "as_of_now",
				about: "Which values of assets count: today's, or those they had when the event occurred, as far as changes were seen."},
			param{name: "compare", kind: flag, value: false, about: "Put the window before beside it: NAME_before and NAME_change after each figure. Takes from and to."},
			param{name: "counters", kind: flag, value: false, about: "Leave out unique assets and users, which take longest."},
			param{name: "direct", kind: flag, value: false, about: "Do not count for what stands above a value."}, formatParam,
			param{name: "plot", kind: str, enum: analytics.ChartKinds, value: analytics.ChartAuto, about: "How svg and html draw it; a treemap counts values without what stands below them."},
			param{name: "measure", kind: str, max: 64, about: "Column that svg and html draw; the report's main one where it is left out."}),
		serve: (*call).report, answers: []answer{{status: http.StatusOK, about: "The report.", headers: []string{"Content-Disposition"},
			media: []media{{typeJSON, ReportTable{}}, {typeCSV, nil}, {typeNDJSON, nil}, {typeXLSX, nil}, {typeParquet, nil}, {typeSVG, nil}, {typeHTML, nil}}}}},
}

// Reports are the reports there are.
type Reports struct {
	Reports []ReportInfo `json:"reports"`
}

// ReportTable is the JSON of a report, as analytics.Report writes it; here for the document alone.
type ReportTable struct {
	Report   string           `json:"report"`
	From     *string          `json:"from"`
	To       *string          `json:"to"`
	Before   []string         `json:"before,omitempty" doc:"first and last day of the window before, with compare"`
	TZ       string           `json:"tz"`
	Interval *string          `json:"interval"`
	GroupBy  []string         `json:"group_by"`
	Direct   bool             `json:"direct"`
	Totals   map[string]any   `json:"totals" doc:"name to number; each event counted once"`
	Basis    string           `json:"basis" doc:"as_of_now: values of assets and concepts are today's; as_recorded: values of assets are those of the event's moment"`
	Until    *time.Time       `json:"data_until"`
	Notes    []string         `json:"notes,omitempty" doc:"what else a reader has to know"`
	Rows     []map[string]any `json:"rows" doc:"column to string or number"`
}

func (c *call) reports() error {
	return c.json(http.StatusOK, Reports{c.lib.Reports()})
}

func (c *call) report() error {
	tz, err := c.zone()
	if err != nil {
		return err
	}
	name, format := c.args.text("name"), or(c.args, "format", accepted(c.gin, reportForms))
	request := analytics.Request{
		By: c.args.list("by"), From: c.args.day("from"), To: c.args.day("to"), Interval: c.args.text("interval"), TZ: tz,
		Filter: get[map[string][]string](c.args, "filter"), Limit: c.args.integer("limit", 0), Direct: c.args.flag("direct"),
		Recorded: c.args.text("basis") == "as_recorded", Compare: c.args.flag("compare"), Counters: c.args.flag("counters"),
	}
	kind, measure := c.args.text("plot"), c.args.text("measure")
	isPicture := format == formatSVG || format == formatHTML
	if isPicture {
		kind = cmp.Or(kind, analytics.ChartAuto)
		request = request.ForChart(kind)
	} else if kind != "" || measure != "" {
		return wrong("format", inQuery, "is no picture, which plot and measure are for", "svg or html")
	}
	report, err := c.lib.Report(c.ctx(), name, request)
	if err != nil {
		return err
	}
	if isPicture {
		c.gin.Writer.Header().Add("Vary", "Accept")
		return c.reportPicture(report, format, kind, measure)
	}
	return c.table(name, report)
}

// tabular is a table that can be written in all forms.
type tabular interface {
	WriteJSON(io.Writer) error
	WriteCSV(io.Writer) error
	WriteNDJSON(io.Writer) error
	WriteXLSX(io.Writer) error
	WriteParquet(io.Writer) error
}

// table answers with a table, in the form asked for.
func (c *call) table(name string, t tabular) (err error) {
	w := c.gin.Writer
	w.Header().Add("Vary", "Accept")
	switch or(c.args, "format", accepted(c.gin, reportForms)) {
	case "csv":
		w.Header().Set("Content-Type", typeCSV+"; charset=utf-8")
		c.attach(name + ".csv")
		err = t.WriteCSV(w)
	case formatXLSX:
		return c.wholeFile(name+".xlsx", typeXLSX, t.WriteXLSX)
	case formatParquet:
		return c.wholeFile(name+".parquet", typeParquet, t.WriteParquet)
	case "ndjson":
		w.Header().Set("Content-Type", typeNDJSON)
		err = t.WriteNDJSON(w)
	default:
		w.Header().Set("Content-Type", typeJSON)
		err = t.WriteJSON(w)
	}
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// wholeFile answers with a file that is whole before its first byte is sent.
func (c *call) wholeFile(name, mediaType string, write func(io.Writer) error) error {
	return c.workbooks.hold(c.ctx(), func() error {
		var file bytes.Buffer
		if err := write(&file); err != nil {
			return err
		}
		c.gin.Writer.Header().Set("Content-Type", mediaType)
		c.attach(name)
		_, err := file.WriteTo(c.gin.Writer)
		return err
	})
}

// reportPicture draws a report. The page may do no more than look as it does.
func (c *call) reportPicture(report *analytics.Report, format, kind, measure string) error {
	chart, err := report.Chart(kind, measure)
	if err != nil {
		return err
	}
	var picture bytes.Buffer
	form, draw := typeSVG, chart.SVG
	if format == formatHTML {
		form, draw = typeHTML+"; charset=utf-8", chart.HTML
		c.gin.Header("Content-Security-Policy", plot.Policy()+"; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	}
	if err := draw(&picture); err != nil {
		return err
	}
	return writeBytes(c.gin.Writer, form, http.StatusOK, picture.Bytes())
}

// attach has a browser save the answer as a file of that name.
func (c *call) attach(name string) {
	c.gin.Writer.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// zone is the time zone asked for, or the library's. "Local" is the server's own, which is no one's business.
func (c *call) zone() (*time.Location, error) {
	name := c.args.text("tz")
	if name == "" {
		return c.lib.TimeZone(), nil
	}
	tz, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, wrong("tz", inQuery, "is no time zone", "a name such as Europe/Berlin or UTC")
	}
	return tz, nil
}

// reportForms are the media types of a report, by what Accept may name.
var reportForms = map[string]string{typeJSON: "json", typeCSV: "csv", typeNDJSON: "ndjson", typeXLSX: formatXLSX, typeParquet: formatParquet, typeSVG: formatSVG, "application/ndjson": "ndjson", "*/*": "json", "application/*": "json", "text/*": "csv"}

// accepted gives the form that the Accept header likes best, json where it names none of ours.
func accepted(c *gin.Context, forms map[string]string) string {
	type choice struct {
		format  string
		quality float64
	}
	var choices []choice
	for part := range strings.SplitSeq(c.GetHeader("Accept"), ",") {
		form, params, err := mime.ParseMediaType(part)
		if err != nil || forms[form] == "" {
			continue
		}
		quality := 1.0
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			quality = q
		}
		if quality > 0 {
			choices = append(choices, choice{forms[form], quality})
		}
	}
	if len(choices) == 0 {
		return "json"
	}
	return slices.MaxFunc(choices, func(a, b choice) int { return int(1000*a.quality) - int(1000*b.quality) }).format
}
