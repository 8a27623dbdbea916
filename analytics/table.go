package analytics

import (
	"io"

	"semdex"
	"semdex/internal/table"
)

// WriteCSV writes the report as RFC 4180 has it: a header row, lines ended by CR LF, UTF-8. A text that a spreadsheet would
// take for a formula has an apostrophe before it.
func (r *Report) WriteCSV(w io.Writer) error { return r.writeTable(table.CSV, w) }

// WriteXLSX writes the report as a workbook of one sheet, which is named like the report. One of more rows than a sheet has
// is Invalid, and nothing is written.
func (r *Report) WriteXLSX(w io.Writer) error {
	if r.Len() > table.MaxSheetRows {
		return invalid("give limit, or take csv", "the report has %d rows, and a sheet takes %d", r.Len(), table.MaxSheetRows)
	}
	return r.writeTable(table.XLSX, w)
}

func (r *Report) writeTable(format string, w io.Writer) error {
	columns := make([]table.Column, len(r.Columns))
	for i, c := range r.Columns {
		columns[i] = table.Column{Name: c.Name, Width: c.width()}
	}
	out, err := table.New(format, w, r.Name, columns)
	if err != nil {
		return err
	}
	defer out.Discard()
	for row := range r.Rows() {
		for i, c := range r.Columns {
			if day, ok := row[i].(string); ok && c.Kind == Day {
				row[i] = semdex.Date(day)
			}
		}
		if err := out.Row(row); err != nil {
			return err
		}
	}
	return out.Close()
}

// widthOfName is that of a column of texts in a workbook, in characters.
const widthOfName = 28

// widthOfTime shows a day or a time.
const widthOfTime = 20

func (c *Column) width() float64 {
	switch c.Kind {
	case Text:
		return widthOfName
	case Day, Moment:
		return float64(max(len(c.Name)+2, widthOfTime))
	}
	return float64(len(c.Name) + 2)
}
