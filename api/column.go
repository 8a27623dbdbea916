package api

import (
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/search"
)

// column is one of a table of hits. of gives a string, an int64, a float64, a bool, a time.Time, a semdex.Date, or
// nil for an empty cell.
type column struct {
	name  string
	width float64 // in characters
	of    func(*search.Hit) any
}

// listSeparator stands between several values in one cell.
const listSeparator = "; "

func listed[S ~string](values []S) string { return strings.Join(enum(values), listSeparator) }

// hitColumns are the columns that all tables of hits have, and one for each of the custom fields.
func hitColumns(fields []string) []column {
	columns := slices.Concat(identityColumns, conceptColumns, rightsColumns, fileColumns, searchColumns)
	taken := map[string]bool{}
	for _, c := range columns {
		taken[c.name] = true
	}
	for _, field := range slices.Sorted(slices.Values(fields)) {
		name := field
		if taken[name] {
			name = "fields." + field
		}
		columns = append(columns, column{name, 20, func(h *search.Hit) any { return listed(h.Asset.Fields[field]) }})
	}
	return columns
}

var identityColumns = []column{
	{"id", 28, func(h *search.Hit) any { return string(h.ID) }},
	{"title", 40, func(h *search.Hit) any { return h.Asset.Title }},
	{"type", 12, func(h *search.Hit) any { return h.Asset.Type }},
	{"filename", 28, func(h *search.Hit) any { return h.Asset.Filename }},
	{"tags", 32, func(h *search.Hit) any { return listed(h.Asset.Tags) }},
}

var conceptColumns = []column{
	{"concepts", 32, func(h *search.Hit) any {
		return ofConcepts(h, func(c search.ConceptRef) string { return c.Label })
	}},
	{"concept_uris", 32, func(h *search.Hit) any {
		return ofConcepts(h, func(c search.ConceptRef) string { return string(c.URI) })
	}},
	{"albums", 24, func(h *search.Hit) any { return listed(h.Asset.Albums) }},
}

var rightsColumns = []column{
	{"approval", 12, func(h *search.Hit) any { return string(h.Asset.Rights.Status) }},
	{"usable", 8, func(h *search.Hit) any { return h.Asset.Rights.Usable }},
	{"valid_until", 12, func(h *search.Hit) any { return dayCell(h.Asset.Rights.ValidUntil) }},
	{"territories", 16, func(h *search.Hit) any { return listed(h.Asset.Rights.Territories) }},
	{"channels", 16, func(h *search.Hit) any { return listed(h.Asset.Rights.Channels) }},
	{"license", 16, func(h *search.Hit) any { return h.Asset.Rights.License }},
}

var fileColumns = []column{
	{"created_at", 20, func(h *search.Hit) any { return timeCell(h.Asset.Created) }},
	{"modified_at", 20, func(h *search.Hit) any { return timeCell(h.Asset.Modified) }},
	{"size_bytes", 12, func(h *search.Hit) any { return numberCell(h.Asset.Size) }},
	{"width", 8, func(h *search.Hit) any { return numberCell(h.Asset.Width) }},
	{"height", 8, func(h *search.Hit) any { return numberCell(h.Asset.Height) }},
}

var searchColumns = []column{
	{"score", 10, func(h *search.Hit) any { return h.Score }},
	{"because", 48, func(h *search.Hit) any { return h.Matched.Because }},
	{"detail_url", 40, func(h *search.Hit) any {
		if h.Asset.URLs.Detail == nil {
			return nil
		}
		return *h.Asset.URLs.Detail
	}},
}

func ofConcepts(h *search.Hit, of func(search.ConceptRef) string) string {
	out := make([]string, len(h.Asset.Concepts))
	for i, c := range h.Asset.Concepts {
		out[i] = of(c)
	}
	return listed(out)
}

func dayCell(d semdex.Date) any {
	if d == "" {
		return nil
	}
	return d
}

// timeCell reads a time as answers write it.
func timeCell(s string) any {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return nil
	}
	return t
}

// numberCell leaves the cell empty where the number is not known.
func numberCell(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}
