package api

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"semdex"
	"semdex/internal/table"
	"semdex/search"
)

// Forms of the answer to a search.
const (
	formatJSON = "json"
	formatCSV  = table.CSV
	formatXLSX = table.XLSX
)

// searchForms are the media types of a search, by what Accept may name.
var searchForms = map[string]string{typeJSON: formatJSON, typeCSV: formatCSV, typeXLSX: formatXLSX,
	"*/*": formatJSON, "application/*": formatJSON, "text/*": formatCSV}

var fileParam = param{name: "format", kind: str, enum: []string{formatJSON, formatCSV, formatXLSX}, value: formatJSON,
	about: fmt.Sprintf("Form of the answer; goes before the Accept header. As csv or xlsx all hits come, up to %d, a row each, without page, cursor, facets and explain.", MaxRows)}

// notOfFiles are the parameters of a search that a file does not take: it is whole, and has no place for them.
var notOfFiles = []string{"page", "per_page", "offset", "cursor", "facets", "facet_limit", "explain"}

// slowest is how long a client may take to read one page of a file.
const slowest = 2 * time.Minute

// file answers a search with all hits as a file. It takes a place for each page of hits, not for as long as the
// client takes to read them.
func (c *call) file(r search.Request, format, in string) error {
	for _, name := range notOfFiles {
		if c.args.has(name) {
			return wrong(name, in, "is not for "+format, "leave it out: the whole answer comes; limit bounds its rows")
		}
	}
	h, written := c.gin.Writer.Header(), http.NewResponseController(c.gin.Writer)
	e := Export{Format: format, Limit: c.args.integer("limit", 0), Fields: c.lib.CustomFields()}
	e.Search = func(ctx context.Context, r search.Request) (*search.Answer, error) {
		_ = written.SetWriteDeadline(c.now().Add(slowest)) // a recorder of a test has none
		ctx, cancel := context.WithTimeout(ctx, c.timeout)
		defer cancel()
		return c.found(ctx, r)
	}
	e.Begin = func(first *search.Answer) bool {
		h.Set("X-Total-Count", strconv.Itoa(first.Total))
		h.Set("X-Query-Id", first.QueryID)
		h.Set("Content-Type", e.contentType())
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(c.lib.Name(), r.Query, c.access().Use.On) + "." + format}))
		c.answered(first)
		c.logSearch(r, first)
		return c.gin.Request.Method != http.MethodHead
	}
	ctx, _ := c.gin.Value(clientContext).(context.Context)
	write := func() error { return e.Write(withCaller(ctx, c.key), r, c.gin.Writer) }
	if format == formatXLSX {
		return c.workbooks.hold(c.ctx(), write)
	}
	return write()
}

// fileName is made of the library, the words of the query and the day.
func fileName(library, query string, day semdex.Date) string {
	words := strings.FieldsFunc(library+" "+query, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	const most = 12
	return strings.Join(append(slices.Clone(words[:min(most, len(words))]), string(day)), "-")
}
