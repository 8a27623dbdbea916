package api

import (
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/internal/table"
	"semdex/search"
)

// column is one of a table of hits.
type column struct {
	table.Column
	of func(*search.Hit) any
}

// listSeparator stands between several values in one cell.
const listSeparator = "; "

func listed[S ~string](values []S) string { return strings.Join(enum(values), listSeparator) }

// hitColumns are the columns that all tables of hits have, and one for each of the custom fields.
func hitColumns(fields []string) []column {
	columns := slices.Concat(identityColumns, conceptColumns, rightsColumns, fileColumns, searchColumns)
	taken := map[string]bool{}
	for _, c := range columns {
		taken[c.Name] = true
	}
	for _, field := range slices.Sorted(slices.Values(fields)) {
		name := field
		if taken[name] {
			name = "fields." + field
		}
		columns = append(columns, column{table.Column{Name: name, Width: 20}, func(h *search.Hit) any { return listed(h.Asset.Fields[field]) }})
	}
	return columns
}

var identityColumns = []column{
	{table.Column{Name: "id", Width: 28}, func(h *search.Hit) any { return string(h.ID) }},
	{table.Column{Name: "title", Width: 40}, func(h *search.Hit) any { return h.Asset.Title }},
	{table.Column{Name: "type", Width: 12}, func(h *search.Hit) any { return h.Asset.Type }},
	{table.Column{Name: "filename", Width: 28}, func(h *search.Hit) any { return h.Asset.Filename }},
	{table.Column{Name: "tags", Width: 32}, func(h *search.Hit) any { return listed(h.Asset.Tags) }},
}

var conceptColumns = []column{
	{table.Column{Name: "concepts", Width: 32}, func(h *search.Hit) any {
		return ofConcepts(h, func(c search.ConceptRef) string { return c.Label })
	}},
	{table.Column{Name: "concept_uris", Width: 32}, func(h *search.Hit) any {
		return ofConcepts(h, func(c search.ConceptRef) string { return string(c.URI) })
	}},
	{table.Column{Name: "albums", Width: 24}, func(h *search.Hit) any { return listed(h.Asset.Albums) }},
}

var rightsColumns = []column{
	{table.Column{Name: "approval", Width: 12}, func(h *search.Hit) any { return string(h.Asset.Rights.Status) }},
	{table.Column{Name: "usable", Width: 8}, func(h *search.Hit) any { return h.Asset.Rights.Usable }},
	{table.Column{Name: "valid_until", Width: 12}, func(h *search.Hit) any { return dayCell(h.Asset.Rights.ValidUntil) }},
	{table.Column{Name: "territories", Width: 16}, func(h *search.Hit) any { return listed(h.Asset.Rights.Territories) }},
	{table.Column{Name: "channels", Width: 16}, func(h *search.Hit) any { return listed(h.Asset.Rights.Channels) }},
	{table.Column{Name: "license", Width: 16}, func(h *search.Hit) any { return h.Asset.Rights.License }},
}

var fileColumns = []column{
	{table.Column{Name: "created_at", Width: 20}, func(h *search.Hit) any { return timeCell(h.Asset.Created) }},
	{table.Column{Name: "modified_at", Width: 20}, func(h *search.Hit) any { return timeCell(h.Asset.Modified) }},
	{table.Column{Name: "size_bytes", Width: 12}, func(h *search.Hit) any { return numberCell(h.Asset.Size) }},
	{table.Column{Name: "width", Width: 8}, func(h *search.Hit) any { return numberCell(h.Asset.Width) }},
	{table.Column{Name: "height", Width: 8}, func(h *search.Hit) any { return numberCell(h.Asset.Height) }},
}

var searchColumns = []column{
	{table.Column{Name: "score", Width: 10}, func(h *search.Hit) any { return h.Score }},
	{table.Column{Name: "because", Width: 48}, func(h *search.Hit) any { return h.Matched.Because }},
	{table.Column{Name: "detail_url", Width: 40}, func(h *search.Hit) any {
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
