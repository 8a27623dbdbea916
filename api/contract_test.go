package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// samples are requests that each operation answers well; admin's key sends them.
var samples = map[string]struct{ target, body string }{
	"search":        {"/v1/search?q=ecco&facets=region&facet_limit=5&explain=true&page=1&correct=true", ""},
	"searchByBody":  {"/v1/search", `{"q":"eco","filters":{"region":["DACH"]},"sort":"-modified"}`},
	"suggest":       {"/v1/suggest?q=eco&lang=de&limit=3&scheme=https://voc.example/topics&territory=AT", ""},
	"facet":         {"/v1/facets/region?q=eu&below=https://voc.example/world", ""},
	"asset":         {"/v1/assets/a1", ""},
	"assets":        {"/v1/assets/batch", `{"ids":["a1","missing"]}`},
	"related":       {"/v1/assets/a1/related", ""},
	"duplicatesOf":  {"/v1/assets/a1/duplicates", ""},
	"thumbnail":     {"/v1/assets/a1/thumbnail", ""},
	"rights":        {"/v1/assets/a1/rights?territory=AT", ""},
	"duplicates":    {"/v1/duplicates", ""},
	"concepts":      {"/v1/concepts?q=eco", ""},
	"concept":       {"/v1/concept?uri=https://voc.example/eco", ""},
	"tree":          {"/v1/concept/tree", ""},
	"schemes":       {"/v1/schemes", ""},
	"changes":       {"/v1/changes", ""},
	"events":        {"/v1/events", `{"events":[{"type":"asset.view","asset_id":"a","occurred_at":"2026-01-01T00:00:00Z"},{}]}`},
	"eraseEvents":   {"/v1/events?user=anna@acme.example&dry_run=true", ""},
	"reports":       {"/v1/reports", ""},
	"sqlTables":     {"/v1/sql", ""},
	"sql":           {"/v1/sql", `{"sql":"SELECT 1","limit":10}`},
	"report":        {"/v1/reports/usage?by=topic", ""},
	"status":        {"/v1/status", ""},
	"healthz":       {"/healthz", ""},
	"readyz":        {"/readyz", ""},
	"metrics":       {"/metrics", ""},
	"openapi":       {"/openapi.json", ""},
	"docs":          {"/docs", ""},
	"draft":         {"/v1/vocabulary/draft", ""},
	"putDraft":      {"/v1/vocabulary/draft?format=ttl", "<urn:a> a <http://www.w3.org/2004/02/skos/core#Concept> ."},
	"deleteDraft":   {"/v1/vocabulary/draft", ""},
	"draftImpact":   {"/v1/vocabulary/draft/impact", ""},
	"savedSearches": {"/v1/searches", ""},
	"saveSearch":    {"/v1/searches", `{"name":"Eco","q":"eco","notify":{"url":"https://hooks.example.com/x"}}`},
	"savedSearch":   {"/v1/searches/s1", ""},
	"changeSearch":  {"/v1/searches/s1", `{"q":"eco","filters":{"type":["image"]}}`},
	"dropSearch":    {"/v1/searches/s1", ""},
	"searchChanges": {"/v1/searches/s1/changes", ""},
	"why":           {"/v1/assets/a1/why?q=eco&filter[region]=DACH", ""},
	"curation":      {"/v1/curation", ""},
	"addRule":       {"/v1/curation", `{"query":"eco","pins":["a1"]}`},
	"setRule":       {"/v1/curation/cur_1", `{"query":"eco","hides":["a1"],"from":"2026-01-01"}`},
	"dropRule":      {"/v1/curation/cur_1", ""},
}

// TestContract walks all operations of the document and holds their answers against it.
func TestContract(t *testing.T) {
	doc := document("1")
	seen := 0
	for path, item := range doc.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete} {
			if op == nil {
				continue
			}
			seen++
			t.Run(method+" "+path, func(t *testing.T) {
				w := newWorld(t)
				w.lib.draft, w.lib.saved = "ttl", []SavedSearch{{ID: "s1", Notify: &Notify{}, Notification: &NotificationState{State: NotifyIdle}}}
				sample, ok := samples[op.OperationID]
				if !ok {
					t.Fatal("no sample")
				}
				w.conform(t, doc, op, method, sample.target, "admin", sample.body, 0)
				separator := "?"
				if strings.Contains(sample.target, "?") {
					separator = "&"
				}
				w.conform(t, doc, op, method, sample.target+separator+"no_such_parameter=1", "admin", sample.body, 422)
				if len(op.Security) > 0 {
					w.conform(t, doc, op, method, sample.target, "", sample.body, 401)
					w.conform(t, doc, op, method, sample.target+separator+"library=other", "admin", sample.body, 404)
				}
				if op.RequestBody != nil && op.RequestBody.Content[typeJSON] != nil {
					w.conform(t, doc, op, method, sample.target, "admin", `{"no_such_key":1}`, 422)
					w.conform(t, doc, op, method, sample.target, "admin", strings.Repeat(" ", MaxBody+1), 413)
				}
			})
		}
	}
	if seen != len(samples) {
		t.Errorf("%d operations, %d samples", seen, len(samples))
	}
}

// conform sends a request and checks that the document knows the answer's status, form, headers and shape.
func (w *world) conform(t *testing.T, doc *huma.OpenAPI, op *huma.Operation, method, target, key, body string, status int) {
	t.Helper()
	rec := w.do(method, target, key, body)
	if status != 0 && rec.Code != status || status == 0 && rec.Code >= 400 {
		t.Fatalf("%s: got %d, want %d: %s", target, rec.Code, status, rec.Body)
	}
	r := op.Responses[strconv.Itoa(rec.Code)]
	if r == nil {
		t.Fatalf("%s: the document knows no %d", target, rec.Code)
	}
	if r.Ref != "" {
		r = doc.Components.Responses[r.Ref[strings.LastIndexByte(r.Ref, '/')+1:]]
	}
	for name := range r.Headers {
		if name != "Link" && name != "Content-Disposition" && rec.Header().Get(name) == "" {
			t.Errorf("%s: no header %s", target, name)
		}
	}
	if len(r.Content) == 0 {
		return
	}
	form, _, _ := mime.ParseMediaType(rec.Header().Get("Content-Type"))
	media := r.Content[form]
	if media == nil {
		t.Fatalf("%s: the document knows no %s", target, form)
	}
	if !strings.HasSuffix(form, "json") {
		return
	}
	var v any
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	var found huma.ValidateResult
	huma.Validate(doc.Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &found)
	for _, err := range found.Errors {
		t.Errorf("%s: %v", target, err)
	}
	noNulls(t, target, doc.Components.Schemas, media.Schema, v)
}

// noNulls checks that lists are there where the document has them, and that it names all that is there.
func noNulls(t *testing.T, where string, r huma.Registry, s *huma.Schema, v any) {
	t.Helper()
	if s.Ref != "" {
		s = r.SchemaFromRef(s.Ref)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			p := s.Properties[name]
			if p == nil && s.Properties != nil {
				t.Errorf("%s.%s is not in the document", where, name)
			}
			if p != nil {
				noNulls(t, where+"."+name, r, p, value)
			}
		}
	case []any:
		for _, item := range v {
			if s.Items != nil {
				noNulls(t, where+"[]", r, s.Items, item)
			}
		}
	case nil:
		if s.Type == huma.TypeArray {
			t.Errorf("%s is null", where)
		}
	}
}

func TestDocument(t *testing.T) {
	w := newWorld(t)
	doc := decode[map[string]any](t, w.do("GET", "/openapi.json", "", ""))
	if doc["openapi"] != "3.1.0" || doc["info"].(map[string]any)["version"] != "1.2.3" {
		t.Errorf("got %v %v", doc["openapi"], doc["info"])
	}
	for _, r := range routes() {
		item, _ := doc["paths"].(map[string]any)[r.path].(map[string]any)
		op, _ := item[strings.ToLower(r.method)].(map[string]any)
		if op == nil {
			t.Errorf("%s %s is not in the document", r.method, r.path)
			continue
		}
		described := map[string]bool{}
		params, _ := op["parameters"].([]any)
		for _, p := range params {
			p := p.(map[string]any)
			described[p["name"].(string)] = true
			if p["description"] == "" || p["schema"] == nil {
				t.Errorf("%s %s: %v says nothing", r.method, r.path, p["name"])
			}
		}
		for _, p := range append(slices.Clone(r.params), r.queryParams()...) {
			if !described[p.name] {
				t.Errorf("%s %s: %s is not in the document", r.method, r.path, p.name)
			}
		}
	}
	refs := regexpRefs.FindAllStringSubmatch(w.do("GET", "/openapi.json", "", "").Body.String(), -1)
	for _, ref := range refs {
		parts := doc["components"].(map[string]any)[ref[1]].(map[string]any)
		if parts[ref[2]] == nil {
			t.Errorf("%s leads nowhere; there are %v", ref[0], slices.Sorted(maps.Keys(parts)))
		}
	}
	if len(refs) == 0 {
		t.Error("no references found")
	}
}

func TestDocsPage(t *testing.T) {
	w := newWorld(t)
	rec := w.do(http.MethodGet, "/docs", "", "")
	page := rec.Body.String()
	for _, want := range []string{"/v1/search", "filter", "AssetView", "POST", "per_page"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, not := range []string{"<script", "http://", "src=", "ZgotmplZ"} {
		if strings.Contains(page, not) {
			t.Errorf("the page holds %s", not)
		}
	}
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(rec.Header().Get("Content-Security-Policy"), want) {
		t.Errorf("the policy does not allow the page's own style: %s", rec.Header().Get("Content-Security-Policy"))
	}
}

var regexpRefs = regexp.MustCompile(`"#/components/([a-zA-Z]+)/([A-Za-z0-9]+)"`)
