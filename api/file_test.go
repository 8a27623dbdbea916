package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/internal/table/tabletest"
	"semdex/search"

	"github.com/google/go-cmp/cmp"
)

func TestHitsAsCSV(t *testing.T) {
	w := newWorld(t)
	w.lib.hits = 1234
	rec := w.get("/v1/search?q=Öko+box/2&format=csv&sort=-region")
	rows, err := csv.NewReader(rec.Body).ReadAll()
	if err != nil || rec.Code != 200 || len(rows) != 1235 || rows[1234][0] != "files:n1234" {
		t.Fatalf("%d, %d rows, %v", rec.Code, len(rows), err)
	}
	want := strings.Split("id,title,type,filename,tags,concepts,concept_uris,albums,approval,usable,valid_until,territories,channels,license,created_at,modified_at,size_bytes,width,height,score,because,detail_url,region", ",")
	if diff := cmp.Diff(want, rows[0]); diff != "" {
		t.Error(diff)
	}
	of := map[string]string{}
	for i, name := range rows[0] {
		of[name] = rows[1][i]
	}
	for name, want := range map[string]string{"id": "files:n1", "title": "R&D <x>", "usable": "true", "score": "1.5", "because": "'@because", "region": "DACH; =2+2", "width": ""} {
		if of[name] != want {
			t.Errorf("%s is %q, want %q", name, of[name], want)
		}
	}
	h := rec.Header()
	if h.Get("Content-Type") != "text/csv; charset=utf-8" || h.Get("X-Total-Count") != "1234" || h.Get("X-Query-Id") != "q_1" {
		t.Errorf("headers: %v", h)
	}
	if got := h.Get("Content-Disposition"); got != "attachment; filename*=utf-8''acme-%C3%96ko-box-2-2026-03-02.csv" {
		t.Errorf("the file is called %s", got)
	}
	if w.lib.asked.Access.All || len(w.lib.asked.Sort) != 1 || w.lib.asked.Limit != exportPage {
		t.Errorf("asked %+v", w.lib.asked)
	}
}

func TestFormsOfASearch(t *testing.T) {
	w := newWorld(t)
	w.lib.hits = 3
	tests := []struct{ method, query, accept, mime string }{
		{"GET", "", "", typeJSON},
		{"GET", "", "text/html, */*", typeJSON},
		{"GET", "", "text/csv", "text/csv; charset=utf-8"},
		{"GET", "", typeXLSX, typeXLSX},
		{"GET", "?format=json", "text/csv", typeJSON},
		{"GET", "?format=xlsx", "text/csv", typeXLSX},
		{"POST", `{"format":"csv"}`, "", "text/csv; charset=utf-8"},
		{"POST", `{"q":"eco"}`, typeXLSX, typeXLSX},
	}
	for _, tt := range tests {
		target, body := "/v1/search"+tt.query, ""
		if tt.method == "POST" {
			target, body = "/v1/search", tt.query
		}
		rec := w.do(tt.method, target, "search", body, "Accept: "+tt.accept)
		if rec.Code != 200 || rec.Header().Get("Content-Type") != tt.mime || !strings.Contains(strings.Join(rec.Header().Values("Vary"), ","), "Accept") {
			t.Errorf("%+v: %d %s", tt, rec.Code, rec.Header().Get("Content-Type"))
		}
	}
	head := w.do("HEAD", "/v1/search?format=csv", "search", "")
	if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("X-Total-Count") != "3" || head.Header().Get("Content-Disposition") == "" {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
}

func TestRowsOfAFile(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		rule, query string
		hits, rows  int
	}{
		{"all", "", 1000, 1000},
		{"none", "", 0, 0},
		{"as many as asked for", "&limit=700", 1000, 700},
		{"fewer than asked for", "&limit=700", 10, 10},
		{"a page to the last row", "", exportPage, exportPage},
		{"as many as asked for, of very many", "&limit=2", MaxRows + 1, 2},
	} {
		w.lib.hits = tt.hits
		if tt.hits == 0 {
			w.lib.hits = -1
		}
		rec := w.get("/v1/search?format=csv" + tt.query)
		rows, err := csv.NewReader(rec.Body).ReadAll()
		if err != nil || rec.Code != 200 || len(rows) != tt.rows+1 {
			t.Errorf("%s: %d, %d rows, %v", tt.rule, rec.Code, len(rows), err)
		}
	}
	w.lib.hits = MaxRows + 1
	if p := problem(t, w.get("/v1/search?format=xlsx"), 422, semdex.Invalid); !strings.Contains(p.Hint, "limit") {
		t.Errorf("too many rows: %+v", p)
	}
}

func TestHitsAsXLSX(t *testing.T) {
	created, detail := "2026-02-03T10:20:30Z", "https://dam.example/a?x=1"
	hit := search.Hit{ID: "files:a1", Score: 2.25, Matched: search.Matched{Because: "=HYPERLINK(\"x\")"}, Asset: &search.AssetView{Title: "+49 <b>\x01", Type: "image", Filename: "-a.jpg",
		Created: created, Width: 640, URLs: search.AssetURLs{Detail: &detail}, Rights: search.AssetRights{Usable: true, ValidUntil: "2027-03-01"}, Concepts: []search.ConceptRef{{URI: "urn:a", Label: "A"}, {URI: "urn:b", Label: "B"}}}}
	e := Export{Format: "xlsx", Search: func(context.Context, search.Request) (*search.Answer, error) {
		return &search.Answer{Total: 1, Hits: []search.Hit{hit}}, nil
	}}
	var out bytes.Buffer
	if err := e.Write(t.Context(), search.Request{}, &out); err != nil {
		t.Fatal(err)
	}
	f := tabletest.Open(t, &out)
	names, _ := f.GetRows(sheetTitle)
	of := map[string]string{}
	for i, name := range names[0] {
		of[name] = tabletest.Cell(i+1, 2)
	}
	for name, want := range map[string]string{"id": "files:a1", "because": "=HYPERLINK(\"x\")", "filename": "-a.jpg", "concepts": "A; B", "score": "2.25", "width": "640",
		"usable": "TRUE", "created_at": "2026-02-03 10:20:30", "valid_until": "2027-03-01", "modified_at": "", "height": "", "detail_url": detail} {
		got, err := f.GetCellValue(sheetTitle, of[name])
		formula, _ := f.GetCellFormula(sheetTitle, of[name])
		if got != want || err != nil || formula != "" {
			t.Errorf("%s is %q (formula %q, %v), want %q", name, got, formula, err, want)
		}
	}
	for name, want := range map[string]any{"created_at": tabletest.Number, "score": tabletest.Number, "usable": tabletest.Bool} {
		if got, _ := f.GetCellType(sheetTitle, of[name]); got != want {
			t.Errorf("%s is of type %v, want %v", name, got, want)
		}
	}
	if panes, err := f.GetPanes(sheetTitle); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the header does not stay: %+v %v", panes, err)
	}
}

// TestAFileThatBreaksOff fails on the second page: nobody may take what came for all.
func TestAFileThatBreaksOff(t *testing.T) {
	w := newWorld(t)
	w.lib.hits, w.lib.breaks = 5000, 2500
	s := httptest.NewServer(w.h)
	defer s.Close()
	defer s.Client().CloseIdleConnections()
	for _, accept := range []string{"identity", "gzip"} {
		r, _ := http.NewRequest("GET", s.URL+"/v1/search?format=csv", nil)
		r.Header.Set("X-API-Key", w.use["search"])
		r.Header.Set("Accept-Encoding", accept)
		res, err := s.Client().Do(r)
		if err != nil {
			continue // cut off before the head
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(res.Body)
		_ = res.Body.Close()
		if err == nil {
			t.Errorf("%s: the answer of %d bytes looks whole", accept, body.Len())
		}
	}
	if rec := w.get("/v1/search?format=xlsx"); rec.Code != 500 {
		t.Errorf("a workbook is sent when it is whole: %d", rec.Code)
	}
}

// TestAFileHoldsNoPlace downloads slowly while one search at a time may run.
func TestAFileHoldsNoPlace(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Searches, o.Timeout = 1, 5*time.Second })
	w.lib.hits = 1000
	e := errors.New("the client reads no more")
	reads := 0
	out := writerFunc(func(p []byte) (int, error) {
		if reads++; reads == 1 {
			r, rec := httptest.NewRequest("GET", "/v1/search", nil), httptest.NewRecorder()
			r.Header.Set("X-API-Key", w.use["search"])
			if w.h.ServeHTTP(rec, r); rec.Code != 200 {
				t.Errorf("meanwhile: %d", rec.Code)
			}
			return len(p), nil
		}
		return 0, e
	})
	r := httptest.NewRequest("GET", "/v1/search?format=csv", nil)
	r.Header.Set("X-API-Key", w.use["search"])
	defer func() {
		if v := recover(); v != http.ErrAbortHandler || reads < 2 {
			t.Errorf("after %d writes: %v", reads, v)
		}
	}()
	w.h.ServeHTTP(&slowClient{httptest.NewRecorder(), out}, r)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

type slowClient struct {
	*httptest.ResponseRecorder
	out writerFunc
}

func (c *slowClient) Write(p []byte) (int, error) { return c.out(p) }
