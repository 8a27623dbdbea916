package cantotest

import (
	"bytes"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// detailPage shows a person one asset, where the real system shows its web interface.
var detailPage = template.Must(template.New("detail").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Name}}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222}
img{float:right;margin:0 0 1rem 1.5rem;width:320px;border-radius:6px}th{text-align:left;vertical-align:top;padding-right:1rem;color:#666;font-weight:normal}
td{overflow-wrap:anywhere}p{color:#666}</style></head>
<body><h1>{{.Name}}</h1><img src="{{.Picture}}" alt="">
<p>An imitation of Canto on this machine shows this asset. Its picture is drawn.</p>
<table>{{range .Rows}}<tr><th>{{.Label}}</th><td>{{.Value}}</td></tr>{{end}}</table></body></html>
`))

// detailRow is a line of the page.
type detailRow struct{ Label, Value string }

// detail answers /smartalbum/{scheme}?id=, the address of an asset for people.
func (s *Server) detail(scheme string, query url.Values) answer {
	s.mu.Lock()
	e, err := s.lookUp(scheme, query.Get("id"))
	var r Record
	if err == nil {
		r, err = e.record()
	}
	s.mu.Unlock()
	if err != nil {
		return problem(http.StatusNotFound, "there is no such asset")
	}
	rows := []detailRow{{"Kind", r.Scheme}, {"Id", r.ID}, {"Approval", r.ApprovalStatus}, {"Albums", strings.Join(r.Albums, ", ")},
		{"Tags", strings.Join(r.Tags, ", ")}, {"Keywords", strings.Join(r.Keywords, ", ")}, {"Description", r.Description}, {"Author", r.Author}, {"Copyright", r.Copyright}}
	for _, name := range slices.Sorted(maps.Keys(r.Additional)) {
		rows = append(rows, detailRow{name, shown(r.Additional[name])})
	}
	rows = slices.DeleteFunc(rows, func(row detailRow) bool { return row.Value == "" })
	var page bytes.Buffer
	err = detailPage.Execute(&page, map[string]any{"Name": r.Name, "Rows": rows,
		"Picture": s.URL() + "/direct/" + url.PathEscape(r.Scheme) + "/" + url.PathEscape(r.ID) + "/" + e.version() + "/m800/320"})
	if err != nil {
		return problem(http.StatusInternalServerError, "the page cannot be made")
	}
	return answer{status: http.StatusOK, kind: "text/html; charset=utf-8", body: page.Bytes()}
}

// shown is the value of a custom field for people.
func shown(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(v, ", ")
	case []any:
		var parts []string
		for _, one := range v {
			parts = append(parts, fmt.Sprint(one))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(value)
}
