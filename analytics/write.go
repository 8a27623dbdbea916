package analytics

import (
	"io"
	"slices"
	"strings"

	"semdex/internal/plot"
)

// Formats are the forms that a report is written in; the last two are pictures.
var Formats = []string{"csv", "json", "ndjson", "xlsx", "parquet", "svg", "html"}

// IsPicture reports whether a format is a picture.
func IsPicture(format string) bool { return format == "svg" || format == "html" }

// Write writes the report in one of Formats; kind and measure are those of Chart and go for pictures alone. A format that is none,
// and what Chart and WriteXLSX refuse, are Invalid.
func (r *Report) Write(w io.Writer, format, kind, measure string) error {
	switch format {
	case "csv":
		return r.WriteCSV(w)
	case "json":
		return r.WriteJSON(w)
	case "ndjson":
		return r.WriteNDJSON(w)
	case "xlsx":
		return r.WriteXLSX(w)
	case "parquet":
		return r.WriteParquet(w)
	case "svg":
		return r.draw(w, kind, measure, plot.Chart.SVG)
	case "html":
		return r.draw(w, kind, measure, plot.Chart.HTML)
	}
	return CheckFormat(format)
}

// CheckFormat is Invalid for what is none of Formats.
func CheckFormat(format string) error {
	if slices.Contains(Formats, format) {
		return nil
	}
	return invalid("there are: "+strings.Join(Formats, ", "), "no format %s", format)
}

func (r *Report) draw(w io.Writer, kind, measure string, write func(plot.Chart, io.Writer) error) error {
	chart, err := r.Chart(kind, measure)
	if err != nil {
		return err
	}
	return write(chart, w)
}
