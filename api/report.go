package api

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex/analytics"

	"github.com/gin-gonic/gin"
)

var formatParam = param{name: "format", kind: str, enum: []string{"json", "csv", "ndjson", formatXLSX}, value: "json",
	about: "Form of the answer; goes before the Accept header."}

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
			param{name: "direct", kind: flag, value: false, about: "Do not count for what stands above a value."}, formatParam),
		serve: (*call).report, answers: []answer{{status: http.StatusOK, about: "The report.", headers: []string{"Content-Disposition"},
			media: []media{{typeJSON, ReportTable{}}, {typeCSV, nil}, {typeNDJSON, nil}, {typeXLSX, nil}}}}},
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
	TZ       string           `json:"tz"`
	Interval *string          `json:"interval"`
	GroupBy  []string         `json:"group_by"`
	Direct   bool             `json:"direct"`
	Totals   map[string]any   `json:"totals" doc:"name to number; each event counted once"`
	Basis    string           `json:"basis" doc:"as_of_now: values of assets and concepts are today's"`
	Until    *time.Time       `json:"data_until"`
	Notes    []string         `json:"notes,omitempty" doc:"what is to be known beside the figures, for people"`
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
	name := c.args.text("name")
	report, err := c.lib.Report(c.ctx(), name, analytics.Request{
		By: c.args.list("by"), From: c.args.day("from"), To: c.args.day("to"), Interval: c.args.text("interval"), TZ: tz,
		Filter: get[map[string][]string](c.args, "filter"), Limit: c.args.integer("limit", 0), Direct: c.args.flag("direct"),
	})
	if err != nil {
		return err
	}
	w := c.gin.Writer
	w.Header().Add("Vary", "Accept")
	format := or(c.args, "format", accepted(c.gin, reportForms))
	switch format {
	case "csv":
		w.Header().Set("Content-Type", typeCSV+"; charset=utf-8")
		c.attach(name + ".csv")
		err = report.WriteCSV(w)
	case formatXLSX:
		return c.reportBook(name, report)
	case "ndjson":
		w.Header().Set("Content-Type", typeNDJSON)
		err = report.WriteNDJSON(w)
	default:
		w.Header().Set("Content-Type", typeJSON)
		err = report.WriteJSON(w)
	}
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// reportBook writes a report as a workbook, which is whole before its first byte is sent.
func (c *call) reportBook(name string, report *analytics.Report) error {
	return c.workbooks.hold(c.ctx(), func() error {
		var book bytes.Buffer
		if err := report.WriteXLSX(&book); err != nil {
			return err
		}
		c.gin.Writer.Header().Set("Content-Type", typeXLSX)
		c.attach(name + ".xlsx")
		_, err := book.WriteTo(c.gin.Writer)
		return err
	})
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
var reportForms = map[string]string{typeJSON: "json", typeCSV: "csv", typeNDJSON: "ndjson", typeXLSX: formatXLSX, "application/ndjson": "ndjson", "*/*": "json", "application/*": "json", "text/*": "csv"}

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
