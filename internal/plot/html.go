package plot

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

// grid is the data of a chart as a table.
type grid struct {
	head []string
	rows [][]cell
	note string // what was cut of its columns
}

// cell is a name or a number.
type cell struct {
	text   string
	number bool
}

// tableRows and tableColumns are how much of the data stands in the table.
const (
	tableRows    = 1000
	tableColumns = 40
)

// number is an empty cell for NaN.
func number(v float64, unit string) cell {
	if math.IsNaN(v) {
		return cell{number: true}
	}
	return cell{withSign(exact(v), signOf(unit)), true}
}

func valueHead(unit string) string { return cmp.Or(clean(unit), "Value") }

// HTML writes the chart as a page of its own: the picture, and below it the data as a table of at most 1,000 rows. The page
// needs no script and no other host, follows the reader's choice of light or dark, and forbids itself everything but its own
// style. Errors are as with SVG.
func (c Chart) HTML(w io.Writer) error {
	picture, err := c.picture()
	if err != nil {
		return err
	}
	p := page{Title: cmp.Or(clean(c.Title), "Chart"), Subtitle: subtitle(c), Source: clean(c.Source), Policy: Policy(),
		Style: template.CSS(style), Picture: template.HTML(picture)} // all texts in it are escaped, see canvas.go
	if !c.nothing() {
		p.fill(c.Data.table(c.Unit))
	}
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return fmt.Errorf("write a page: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

// Policy is the Content-Security-Policy that the pages of HTML work under. They carry it themselves, too.
func Policy() string { return "default-src 'none'; style-src '" + styleHash + "'" }

type page struct {
	Title, Subtitle, Source, Policy, Note string
	Style                                 template.CSS
	Picture                               template.HTML
	Head                                  []string
	Rows                                  [][]cell
}

func (p *page) fill(g grid) {
	p.Head, p.Rows, p.Note = g.head, g.rows, g.note
	if len(g.rows) > tableRows {
		p.Rows = g.rows[:tableRows]
		p.Note = strings.TrimPrefix(fmt.Sprintf("%s; %s of %s rows shown", p.Note, exact(tableRows), exact(float64(len(g.rows)))), "; ")
	}
}

// Text and Number are for the template.
func (c cell) Text() string { return c.text }
func (c cell) Number() bool { return c.number }

var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{.Policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
<style>{{.Style}}</style>
</head>
<body>
<main>
<h1 class="unseen">{{.Title}}</h1>
<figure>
{{.Picture}}<figcaption class="unseen">{{.Subtitle}}. {{.Source}}</figcaption>
</figure>
{{- if .Rows}}
<div class="wide" tabindex="0" role="region" aria-label="Data">
<table>
<caption>The data{{with .Note}} <span>({{.}})</span>{{end}}</caption>
<thead><tr>{{range $i, $h := .Head}}<th scope="col"{{if and $i (index (index $.Rows 0) $i).Number}} class="n"{{end}}>{{$h}}</th>{{end}}</tr></thead>
<tbody>
{{- range .Rows}}
<tr>{{range $i, $c := .}}{{if $i}}<td{{if .Number}} class="n"{{end}}>{{.Text}}</td>{{else}}<th scope="row">{{.Text}}</th>{{end}}{{end}}</tr>
{{- end}}
</tbody>
</table>
</div>
{{- end}}
</main>
</body>
</html>
`))

var style, styleHash = styled()

// styled gives the style of all pages: the same for each, so that one hash allows it.
func styled() (css, hash string) {
	var b strings.Builder
	rules := func(color func(paint) string) {
		fmt.Fprintf(&b, "body{background:%s;color:%s}th,caption{color:%s}td,th{border-color:%s}\n", color(paper), color(ink), color(soft), color(gridl))
	}
	b.WriteString(plainStyle)
	rules(func(p paint) string { return p.light })
	b.WriteString("@media screen and (prefers-color-scheme:dark){\n")
	rules(func(p paint) string { return p.dark })
	for _, p := range paints() {
		fmt.Fprintf(&b, ".f-%[1]s{fill:%[2]s}.s-%[1]s{stroke:%[2]s}\n", p.class, p.dark)
	}
	b.WriteString("}\n")
	sum := sha256.Sum256([]byte(b.String()))
	return b.String(), "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

const plainStyle = `
body{margin:0;font:14px/1.5 Arial,Helvetica,"Liberation Sans",sans-serif}
main{max-width:1200px;margin:0 auto;padding:16px}
figure{margin:0}
svg{display:block;width:100%;height:auto}
.wide{overflow-x:auto;margin:8px 3.3%}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:bold;padding:8px 0}
caption span{font-weight:normal}
th,td{padding:4px 24px 4px 0;border-bottom:1px solid;text-align:left;vertical-align:top;font-weight:normal;overflow-wrap:anywhere;min-width:4em}
thead th{font-weight:bold;white-space:nowrap}
.n{text-align:right;white-space:nowrap}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
`
