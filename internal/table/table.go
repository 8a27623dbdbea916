// Package table writes tables as files that a spreadsheet opens: CSV (RFC 4180) and workbooks (XLSX). Cells are strings,
// int64s, float64s, bools, time.Times, semdex.Dates, or nil for an empty cell. No text of a table becomes a formula.
package table

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"semdex"

	"github.com/xuri/excelize/v2"
)

// Formats of a table.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// Column is the head of one column.
type Column struct {
	Name  string
	Width float64 // in characters; 0 is what the program that opens it takes
}

// Writer is a file that is written row by row.
type Writer interface {
	Row(cells []any) error // one for each column
	Close() error          // ends the file, but not what it is written to
	Discard()              // drops what is left over; after Close it does nothing else
}

// MaxSheetRows is how many rows a workbook takes beside its header.
const MaxSheetRows = excelize.TotalRows - 1

// New begins a table with the names of its columns. title names the sheet of a workbook.
func New(format string, out io.Writer, title string, columns []Column) (Writer, error) {
	switch format {
	case XLSX:
		return newSheet(out, title, columns)
	case CSV:
		return newCSV(out, columns)
	}
	return nil, &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("no such format: %q", format), Hint: "csv or xlsx"}
}

// csvTable is RFC 4180, in UTF-8 without a mark at the start.
type csvTable struct {
	out   *csv.Writer
	cells []string
}

func newCSV(out io.Writer, columns []Column) (*csvTable, error) {
	t := &csvTable{out: csv.NewWriter(out), cells: make([]string, len(columns))}
	t.out.UseCRLF = true
	for i, c := range columns {
		t.cells[i] = harmless(c.Name)
	}
	return t, t.out.Write(t.cells)
}

func (t *csvTable) Row(cells []any) error {
	for i, c := range cells {
		switch v := c.(type) {
		case nil:
			t.cells[i] = ""
		case string:
			t.cells[i] = harmless(v)
		case float64:
			t.cells[i] = strconv.FormatFloat(v, 'f', -1, 64)
		case time.Time:
			t.cells[i] = v.UTC().Format(time.RFC3339)
		default: // an int64, a bool, a semdex.Date
			t.cells[i] = fmt.Sprint(v)
		}
	}
	return t.out.Write(t.cells)
}

func (t *csvTable) Close() error {
	t.out.Flush()
	return t.out.Error()
}

func (t *csvTable) Discard() {}

// numberForm is a text that is a plain number: a spreadsheet makes nothing else of it.
var numberForm = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)?$`)

// harmless puts an apostrophe before a text that a spreadsheet would take for a formula (OWASP, CSV Injection),
// the wide forms of the signs included. A plain number stays as it is. The apostrophe stands in the data for
// whoever reads the file otherwise: JSON and XLSX give every text as it is.
func harmless(s string) string {
	first := strings.TrimLeft(s, " ")
	for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(first, sign) && !numberForm.MatchString(s) {
			return "'" + s
		}
	}
	return s
}

// sheet is a workbook with one sheet. Texts are cells of text: none is ever a formula.
type sheet struct {
	out     io.Writer
	title   string
	file    *excelize.File
	rows    *excelize.StreamWriter
	written int

	day, moment int // styles
}

func newSheet(out io.Writer, title string, columns []Column) (*sheet, error) {
	t := &sheet{out: out, title: title, file: excelize.NewFile()}
	if err := t.begin(columns); err != nil {
		t.Discard()
		return nil, fmt.Errorf("begin a workbook: %w", err)
	}
	return t, nil
}

func (t *sheet) begin(columns []Column) error {
	err := t.file.SetSheetName("Sheet1", t.title)
	if err != nil {
		return err
	}
	head, err := t.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}}})
	if err != nil {
		return err
	}
	if t.day, err = t.style("yyyy-mm-dd"); err != nil {
		return err
	}
	if t.moment, err = t.style("yyyy-mm-dd hh:mm:ss"); err != nil {
		return err
	}
	if t.rows, err = t.file.NewStreamWriter(t.title); err != nil {
		return err
	}
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = excelize.Cell{StyleID: head, Value: c.Name}
		if c.Width == 0 {
			continue
		}
		if err := t.rows.SetColWidth(i+1, i+1, c.Width); err != nil {
			return err
		}
	}
	if err := t.rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return t.set(cells)
}

func (t *sheet) style(format string) (int, error) {
	return t.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
}

func (t *sheet) set(cells []any) error {
	t.written++
	at, err := excelize.CoordinatesToCellName(1, t.written)
	if err != nil {
		return err
	}
	return t.rows.SetRow(at, cells)
}

func (t *sheet) Row(cells []any) error {
	own := make([]any, len(cells))
	for i, c := range cells {
		own[i] = t.cell(c)
	}
	return t.set(own)
}

// cell gives days and times the style that shows them; they have no zone, and stand in UTC.
func (t *sheet) cell(c any) any {
	switch v := c.(type) {
	case string:
		if v == "" {
			return nil
		}
		return v
	case time.Time:
		return excelize.Cell{StyleID: t.moment, Value: v.UTC()}
	case semdex.Date:
		if day, err := time.Parse(time.DateOnly, string(v)); err == nil {
			return excelize.Cell{StyleID: t.day, Value: day}
		}
		return string(v)
	}
	return c
}

func (t *sheet) Close() error {
	if err := t.rows.Flush(); err != nil {
		return fmt.Errorf("end a workbook: %w", err)
	}
	if _, err := t.file.WriteTo(t.out); err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	return nil
}

// discard drops the temporary files.
func (t *sheet) Discard() { _ = t.file.Close() }
