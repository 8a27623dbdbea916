package api

import (
	"context"
	"fmt"
	"io"

	"semdex"
	"semdex/internal/table"
	"semdex/search"
)

// MaxRows bounds the hits that an Export writes.
const MaxRows = 100_000

// sheetTitle names the sheet of a workbook of assets.
const sheetTitle = "Assets"

// exportPage is how many hits an Export holds at once.
const exportPage = 500

// Export writes all hits of a search as a table, a row each.
type Export struct {
	Format string // "csv" or "xlsx"
	Limit  int    // rows; 0 is all, of which there may be MaxRows
	Fields []string
	// Search answers a request, a page of the hits at a time.
	Search func(context.Context, search.Request) (*search.Answer, error)
	// Begin, if any, is called once before the first byte, with the first page. It says whether to go on.
	Begin func(first *search.Answer) bool
}

func (e *Export) contentType() string {
	if e.Format == formatXLSX {
		return typeXLSX
	}
	return typeCSV + "; charset=utf-8"
}

// Write writes the hits of r to out. Columns of custom fields are those of Fields that hits have. What is asked
// beyond MaxRows is Invalid, before anything is written; so is an unknown format.
func (e *Export) Write(ctx context.Context, r search.Request, out io.Writer) error {
	if e.Format != formatCSV && e.Format != formatXLSX {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("no such format: %q", e.Format), Hint: "csv or xlsx"}
	}
	if e.Limit < 0 || e.Limit > MaxRows {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("limit %d is out of range", e.Limit), Hint: fmt.Sprintf("1 to %d rows", MaxRows)}
	}
	rows := e.Limit
	if rows == 0 {
		rows = MaxRows
	}
	r.Offset, r.Page, r.Cursor, r.Explain = 0, 0, "", false
	r.Facets, r.Limit = e.Fields, min(exportPage, rows)
	page, err := e.Search(ctx, r)
	if err != nil {
		return err
	}
	if e.Limit == 0 && page.Total > MaxRows {
		return &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("%d assets are found, and a file takes %d", page.Total, MaxRows), Hint: "narrow the search, or give limit"}
	}
	if e.Begin != nil && !e.Begin(page) {
		return nil
	}
	columns := hitColumns(borneFields(page, e.Fields))
	heads := make([]table.Column, len(columns))
	for i := range columns {
		heads[i] = columns[i].Column
	}
	t, err := table.New(e.Format, out, sheetTitle, heads)
	if err != nil {
		return err
	}
	defer t.Discard()
	if err := e.rows(ctx, r, page, rows, columns, t); err != nil {
		return err
	}
	return t.Close()
}

// rows writes page by page, up to so many rows.
func (e *Export) rows(ctx context.Context, r search.Request, page *search.Answer, rows int, columns []column, t table.Writer) error {
	r.Facets = nil
	cells := make([]any, len(columns))
	for {
		for i := range page.Hits {
			if rows == 0 {
				return nil
			}
			for j := range columns {
				cells[j] = columns[j].of(&page.Hits[i])
			}
			if err := t.Row(cells); err != nil {
				return err
			}
			rows--
		}
		if rows == 0 || page.NextCursor == "" {
			return nil
		}
		var err error
		r.Cursor = page.NextCursor
		if page, err = e.Search(ctx, r); err != nil {
			return err
		}
	}
}

// borneFields gives the fields of which some hit has a value.
func borneFields(first *search.Answer, fields []string) []string {
	var out []string
	for i, f := range first.Facets {
		if i < len(fields) && f.TotalValues > 0 {
			out = append(out, fields[i])
		}
	}
	return out
}
