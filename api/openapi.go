package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"semdex"

	"github.com/danielgtaylor/huma/v2"
)

// describe makes the OpenAPI document of all routes, and the page that shows it.
func describe(version string) ([]byte, docsPage) {
	doc := document(version)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		panic(fmt.Errorf("the document of the API: %w", err)) // made of this package's own tables
	}
	return unescapeHTML(b.Bytes()), newDocsPage(doc)
}

func document(version string) *huma.OpenAPI {
	if version == "" {
		version = "dev"
	}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[semdex.Text](), reflect.TypeFor[textSchema]())
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Semdex", Version: version,
			Description: "Search in digital asset libraries by what is meant. Fields may be added to answers, none is renamed; a parameter that is unknown is an error. " +
				"Every GET route takes HEAD too. Wrong input is 422; every error is a problem document with a stable code. Answers with an ETag take If-None-Match; answers from 1 KiB on come as gzip where Accept-Encoding takes it. Keys may have a filter, which holds for all they see; origins, whose pages may use them; and a rate."},
		Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
			"bearer": {Type: "http", Scheme: "bearer", Description: "Authorization: Bearer KEY"},
			"header": {Type: "apiKey", In: "header", Name: "X-API-Key"},
		}},
	}
	doc.Components.Responses = problems(registry)
	for _, r := range routes() {
		doc.AddOperation(r.operation(registry))
		if n := len(doc.Tags); n == 0 || doc.Tags[n-1].Name != r.group {
			doc.Tags = append(doc.Tags, &huma.Tag{Name: r.group})
		}
	}
	for _, schema := range registry.Map() {
		truthful(schema)
	}
	return doc
}

// truthful mends what huma supposes of answers: lists are never null, and fields may be added.
func truthful(s *huma.Schema) {
	if s.AdditionalProperties == false {
		s.AdditionalProperties = nil
	}
	for _, p := range s.Properties {
		if p.Type == huma.TypeArray {
			p.Nullable = false
		}
	}
}

// textSchema stands for semdex.Text.
type textSchema struct{}

// Schema satisfies huma.SchemaProvider.
func (textSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "a text, or where it is known in which language, an object of language tag to text",
		OneOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}}}}
}

// problemAnswers are the answers that are problems, by status: name and meaning.
var problemAnswers = map[int][2]string{
	http.StatusUnauthorized:          {"Unauthorized", "There is no key, or it is not valid."},
	http.StatusForbidden:             {"Forbidden", "The key lacks the scope."},
	http.StatusNotFound:              {"NotFound", "What is named does not exist, or not for this key."},
	http.StatusRequestEntityTooLarge: {"TooLarge", "The body is too large."},
	http.StatusUnprocessableEntity:   {"Invalid", "The input is wrong; errors names each parameter."},
	http.StatusTooManyRequests:       {"TooMany", "The key's rate is used up; Retry-After says when to try again."},
	http.StatusServiceUnavailable:    {"Busy", "Over capacity or not ready; Retry-After says when to try again."},
	0:                                {"Problem", "Any other problem."},
}

func problems(registry huma.Registry) map[string]*huma.Response {
	schema := registry.Schema(reflect.TypeFor[Problem](), true, "")
	out := map[string]*huma.Response{}
	for status, p := range problemAnswers {
		names := []string{"X-Request-Id"}
		switch status {
		case http.StatusUnauthorized:
			names = append(names, "WWW-Authenticate")
		case http.StatusTooManyRequests:
			names = append(names, "Retry-After", "RateLimit", "RateLimit-Policy")
		case http.StatusServiceUnavailable:
			names = append(names, "Retry-After")
		}
		out[p[0]] = &huma.Response{Description: p[1], Headers: headers(names), Content: map[string]*huma.MediaType{typeProblem: {Schema: schema}}}
	}
	return out
}

// problemStatuses are the problems that a route is known to answer with; others come under "default".
func (r route) problemStatuses() []int {
	out := []int{0, http.StatusUnprocessableEntity}
	if !r.open {
		out = append(out, http.StatusUnauthorized, http.StatusNotFound, http.StatusServiceUnavailable, http.StatusForbidden, http.StatusTooManyRequests)
	}
	if r.id == "readyz" {
		out = append(out, http.StatusServiceUnavailable)
	}
	if r.body != nil || r.raw != nil {
		out = append(out, http.StatusRequestEntityTooLarge)
	}
	return out
}

// notModifiedAnswer is what tagged routes answer where the client has the answer already.
var notModifiedAnswer = answer{status: http.StatusNotModified, about: "Nothing changed since the answer whose ETag If-None-Match names.", headers: []string{"ETag"}}

// operation describes a route.
func (r route) operation(registry huma.Registry) *huma.Operation {
	op := &huma.Operation{Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary, Description: r.about,
		Tags: []string{r.group}, Responses: map[string]*huma.Response{}, Security: []map[string][]string{}}
	if !r.open {
		op.Security = []map[string][]string{{"bearer": {}}, {"header": {}}}
		scope := "any valid key"
		if r.scope != "" {
			scope = "the scope " + string(r.scope)
		}
		if r.also != "" {
			scope += " or " + string(r.also)
		}
		op.Description = strings.TrimSpace(op.Description + " Needs " + scope + ".")
	}
	for _, p := range r.params {
		if r.inPath(p) {
			op.Parameters = append(op.Parameters, p.describe(inPath))
		}
	}
	for _, p := range r.queryParams() {
		op.Parameters = append(op.Parameters, p.describe(inQuery))
	}
	if r.logged {
		for _, p := range toldHeaders {
			op.Parameters = append(op.Parameters, p.describe(inHeader))
		}
	}
	if r.body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{typeJSON: {Schema: bodySchema(registry, r.bodyParams())}}}
	}
	if r.raw != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for _, media := range r.raw {
			op.RequestBody.Content[media] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		}
	}
	for _, a := range r.answers {
		if r.tagged {
			a.headers = append(slices.Clone(a.headers), "ETag")
		}
		op.Responses[strconv.Itoa(a.status)] = a.describe(registry, r.id)
	}
	if r.tagged {
		op.Responses[strconv.Itoa(http.StatusNotModified)] = notModifiedAnswer.describe(registry, r.id)
	}
	for _, status := range r.problemStatuses() {
		name := "default"
		if status != 0 {
			name = strconv.Itoa(status)
		}
		op.Responses[name] = &huma.Response{Ref: "#/components/responses/" + problemAnswers[status][0]}
	}
	return op
}

// describe describes a parameter outside the body.
func (p param) describe(in string) *huma.Param {
	out := &huma.Param{Name: p.name, In: in, Description: p.about, Required: p.required, Schema: p.schema()}
	no, yes := false, true
	switch p.kind {
	case list:
		out.Style, out.Explode = "form", &no
	case filters:
		// In a query the values are one text, parted by commas.
		out.Style, out.Explode = "deepObject", &yes
		out.Schema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}}
	}
	return out
}

// schema says of what form the value of a parameter is.
func (p param) schema() *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Default: p.value}
	bounds := func(lowest float64) {
		if p.max != 0 {
			s.Maximum = &p.max
		}
		if p.min != 0 || p.max != 0 {
			lowest = p.min
		}
		s.Minimum = &lowest
	}
	size := int(p.max)
	switch p.kind {
	case integer:
		s.Type = huma.TypeInteger
		bounds(0)
	case number:
		s.Type = huma.TypeNumber
		bounds(0)
	case flag:
		s.Type = huma.TypeBoolean
	case day:
		s.Format = "date"
	case list:
		s.Type, s.Items = huma.TypeArray, &huma.Schema{Type: huma.TypeString}
		if size == 0 {
			size = maxItems
		}
		s.MaxItems = &size
	case filters:
		s.Type = huma.TypeObject
		s.AdditionalProperties = &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}}
	}
	for _, v := range p.enum {
		s.Enum = append(s.Enum, v)
	}
	return s
}

// bodySchema describes a body: nothing beyond its parameters is taken.
func bodySchema(registry huma.Registry, params []param) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for _, p := range params {
		prop := p.schema()
		if p.kind == objects {
			most := int(p.max)
			prop = &huma.Schema{Type: huma.TypeArray, Items: registry.Schema(reflect.TypeOf(p.items), true, ""), MaxItems: &most}
		}
		if p.kind == object {
			prop = registry.Schema(reflect.TypeOf(p.items), true, "")
		}
		prop.Description = p.about
		s.Properties[p.name] = prop
		if p.required {
			s.Required = append(s.Required, p.name)
		}
	}
	return s
}

// describe describes an answer.
func (a answer) describe(registry huma.Registry, hint string) *huma.Response {
	out := &huma.Response{Description: a.about, Headers: headers(append([]string{"X-Request-Id"}, a.headers...))}
	for _, m := range a.media {
		schema := &huma.Schema{Type: huma.TypeString}
		if m.of != nil {
			schema = registry.Schema(reflect.TypeOf(m.of), true, hint)
		}
		if out.Content == nil {
			out.Content = map[string]*huma.MediaType{}
		}
		out.Content[m.name] = &huma.MediaType{Schema: schema}
	}
	return out
}

// headerTexts say what headers of answers mean.
var headerTexts = map[string]string{
	"X-Request-Id":        "Name of the request in the log; the client's own where it sent one.",
	"X-Total-Count":       "How many there are in all.",
	"Link":                "Where the parts before and after this one are (next, prev).",
	"X-Query-Id":          "The query_id of the answer, for /v1/events.",
	"ETag":                "Changes with the answer; If-None-Match takes it.",
	"RateLimit":           "What is left of the key's rate: r requests, whole again after t seconds.",
	"RateLimit-Policy":    "The key's rate: q requests in w seconds.",
	"Location":            "Where to go.",
	"Content-Disposition": "Name of the file, for all forms but JSON.",
	"X-Truncated":         "Whether there are more rows: true or false.",
	"WWW-Authenticate":    "How to send a key.",
	"Retry-After":         "Seconds to wait.",
}

func headers(names []string) map[string]*huma.Param {
	out := map[string]*huma.Param{}
	for _, name := range names {
		out[name] = &huma.Param{Description: headerTexts[name], Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return out
}
