// Package tabletest reads workbooks for tests.
package tabletest

import (
	"io"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Types of cells. Numbers and times have none of their own.
const (
	Number = excelize.CellTypeUnset
	Bool   = excelize.CellTypeBool
)

// Open reads a workbook until the end of the test.
func Open(t *testing.T, r io.Reader) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Cell gives the name of a cell, such as B2, by the numbers of its column and row, from 1.
func Cell(column, row int) string {
	name, _ := excelize.CoordinatesToCellName(column, row)
	return name
}
