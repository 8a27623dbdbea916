package api

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

// table is a file that is written row by row. Cells are what column.of gives.
type table interface {
	row(cells []any) error
	close() error
	discard() // after close it does nothing
}

// newTable begins a table with the names of its columns.
func newTable(format string, out io.Writer, columns []column) (table, error) {
	if format == formatXLSX {
		return newSheet(out, columns)
	}
	return newCSV(out, columns)
}

// csvTable is RFC 4180, in UTF-8 without a mark at the start.
type csvTable struct {
	out   *csv.Writer
	cells []string
}

func newCSV(out io.Writer, columns []column) (*csvTable, error) {
	t := &csvTable{out: csv.NewWriter(out), cells: make([]string, len(columns))}
	t.out.UseCRLF = true
	for i, c := range columns {
		t.cells[i] = harmless(c.name)
	}
	return t, t.out.Write(t.cells)
}

func (t *csvTable) row(cells []any) error {
	for i, c := range cells {
		switch v := c.(type) {
		case nil:
			t.cells[i] = ""
		case string:
			t.cells[i] = harmless(v)
		case float64:
			t.cells[i] = strconv.FormatFloat(v, 'f', -1, 64)
		case time.Time:
			t.cells[i] = v.Format(time.RFC3339)
		default: // an int64, a bool, a semdex.Date
			t.cells[i] = fmt.Sprint(v)
		}
	}
	return t.out.Write(t.cells)
}

func (t *csvTable) close() error {
	t.out.Flush()
	return t.out.Error()
}

func (t *csvTable) discard() {}

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
	file    *excelize.File
	rows    *excelize.StreamWriter
	written int

	day, moment int // styles
}

const sheetName = "Assets"

func newSheet(out io.Writer, columns []column) (*sheet, error) {
	t := &sheet{out: out, file: excelize.NewFile()}
	if err := t.begin(columns); err != nil {
		t.discard()
		return nil, fmt.Errorf("begin a workbook: %w", err)
	}
	return t, nil
}

func (t *sheet) begin(columns []column) error {
	err := t.file.SetSheetName("Sheet1", sheetName)
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
	if t.rows, err = t.file.NewStreamWriter(sheetName); err != nil {
		return err
	}
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = excelize.Cell{StyleID: head, Value: c.name}
		if err := t.rows.SetColWidth(i+1, i+1, c.width); err != nil {
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

func (t *sheet) row(cells []any) error {
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

func (t *sheet) close() error {
	if err := t.rows.Flush(); err != nil {
		return fmt.Errorf("end a workbook: %w", err)
	}
	if _, err := t.file.WriteTo(t.out); err != nil {
		return fmt.Errorf("write a workbook: %w", err)
	}
	return nil
}

// discard drops the temporary files.
func (t *sheet) discard() { _ = t.file.Close() }
