package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsHTML string

//go:embed docs.css
var docsCSS string

// docsPage is the OpenAPI document as a page: one file, without a script, loading nothing.
type docsPage struct {
	html   []byte
	policy string // Content-Security-Policy that allows its style and nothing else
}

// docsGroup is a part of the page.
type docsGroup struct {
	Name       string
	Operations []*huma.Operation
}

func newDocsPage(doc *huma.OpenAPI) docsPage {
	t := template.Must(template.New("docs").Funcs(template.FuncMap{"json": indented, "form": form, "answers": answersOf(doc)}).Parse(docsHTML))
	var b bytes.Buffer
	err := t.Execute(&b, map[string]any{"Info": doc.Info, "Groups": grouped(doc), "Schemas": doc.Components.Schemas.Map(), "CSS": template.CSS(docsCSS)})
	if err != nil {
		panic(fmt.Errorf("the page of the API: %w", err)) // made of this package's own tables
	}
	sum := sha256.Sum256([]byte(docsCSS))
	return docsPage{html: b.Bytes(), policy: "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"}
}

// grouped gives the operations of the document under their tags, in the order of the tags and then by path.
func grouped(doc *huma.OpenAPI) []docsGroup {
	var out []docsGroup
	for _, tag := range doc.Tags {
		g := docsGroup{Name: tag.Name}
		for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
			for _, op := range []*huma.Operation{doc.Paths[path].Get, doc.Paths[path].Post, doc.Paths[path].Put, doc.Paths[path].Delete} {
				if op != nil && slices.Contains(op.Tags, tag.Name) {
					g.Operations = append(g.Operations, op)
				}
			}
		}
		out = append(out, g)
	}
	return out
}

// docsAnswer is one answer of an operation, as the page shows it.
type docsAnswer struct {
	Status, About string
	Content       map[string]*huma.MediaType
}

// answersOf gives the answers of an operation with references followed.
func answersOf(doc *huma.OpenAPI) func(*huma.Operation) []docsAnswer {
	return func(op *huma.Operation) []docsAnswer {
		var out []docsAnswer
		for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
			r := op.Responses[status]
			if r.Ref != "" {
				r = doc.Components.Responses[r.Ref[strings.LastIndexByte(r.Ref, '/')+1:]]
			}
			out = append(out, docsAnswer{status, r.Description, r.Content})
		}
		return out
	}
}

func indented(v any) (string, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return string(unescapeHTML(b)), err
}

// form says in a few words what a value looks like.
func form(s *huma.Schema) string {
	if s.Ref != "" {
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	}
	out := s.Type
	if s.Items != nil {
		out = "list of " + form(s.Items)
	}
	if s.Format == "date" {
		out = "date"
	}
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		out += fmt.Sprintf(", %v to %v", *s.Minimum, *s.Maximum)
	case s.Minimum != nil && *s.Minimum != 0:
		out += fmt.Sprintf(", from %v", *s.Minimum)
	}
	for i, v := range s.Enum {
		out += []string{": ", ", "}[min(i, 1)] + fmt.Sprint(v)
	}
	if s.Default != nil {
		out += fmt.Sprintf(" (%v)", s.Default)
	}
	return out
}

func (c *call) docs() error {
	c.gin.Header("Content-Security-Policy", c.page.policy)
	c.gin.Header("Cache-Control", "public, max-age=300")
	return writeBytes(c.gin.Writer, typeHTML+"; charset=utf-8", http.StatusOK, c.page.html)
}
