package api

import (
	"strings"
	"testing"

	"semdex"
	"semdex/analytics"
)

func TestReportAsParquet(t *testing.T) {
	w := newWorld(t)
	rec := w.do("GET", "/v1/reports/usage?format=parquet", "reports", "")
	if body := rec.Body.String(); !strings.HasPrefix(body, "PAR1") || !strings.HasSuffix(body, "PAR1") || rec.Header().Get("Content-Type") != typeParquet {
		t.Errorf("no Parquet file: %.20q, %s", body, rec.Header().Get("Content-Type"))
	}
	if got := rec.Header().Get("Content-Disposition"); got != "attachment; filename=usage.parquet" {
		t.Errorf("got %s", got)
	}
	if rec := w.do("GET", "/v1/reports/usage", "reports", "", "Accept: "+typeParquet); !strings.HasPrefix(rec.Body.String(), "PAR1") {
		t.Errorf("by Accept: %d %.20q", rec.Code, rec.Body)
	}
}

func TestOwnQuestions(t *testing.T) {
	w := newWorld(t)
	rec := w.do("POST", "/v1/sql", "admin", `{"sql":"SELECT 1","limit":1}`)
	want := `{"columns":[{"name":"n","kind":"count"},{"name":"day","kind":"day"},{"name":"at","kind":"time"},{"name":"sure","kind":"flag"},{"name":"part","kind":"number"}],` +
		`"truncated":true,"rows":[` + "\n" + `{"n":3,"day":"2026-01-31","at":"2026-01-31T12:00:00Z","sure":true,"part":null}` + "\n]}\n"
	if got := rec.Body.String(); got != want || rec.Header().Get("X-Truncated") != "true" {
		t.Errorf("got  %s\nwant %s\ntruncated %s", got, want, rec.Header().Get("X-Truncated"))
	}
	if w.lib.question != (analytics.Question{SQL: "SELECT 1", Limit: 1}) {
		t.Errorf("asked %+v", w.lib.question)
	}
	rec = w.do("POST", "/v1/sql?format=csv", "admin", `{"sql":"SELECT 1"}`)
	if got := rec.Body.String(); got != "n,day,at,sure,part\r\n3,2026-01-31,2026-01-31T12:00:00Z,true,\r\n" || rec.Header().Get("X-Truncated") != "false" {
		t.Errorf("csv: %q, truncated %s", got, rec.Header().Get("X-Truncated"))
	}
	problem(t, w.do("POST", "/v1/sql", "admin", `{"sql":"DROP TABLE events"}`), 422, semdex.Invalid)
	for _, bad := range []string{`{}`, `{"sql":""}`, `{"sql":"SELECT 1","limit":0}`, `{"sql":"SELECT 1","limit":100001}`, `{"sql":["SELECT 1"]}`, `{"sql":"` + strings.Repeat("x", maxSQL+1) + `"}`} {
		problem(t, w.do("POST", "/v1/sql", "admin", bad), 422, semdex.Invalid)
	}
	for _, scope := range []string{"reports", "events", "manage", "search"} {
		problem(t, w.do("POST", "/v1/sql", scope, `{"sql":"SELECT 1"}`), 403, semdex.Forbidden)
		problem(t, w.do("GET", "/v1/sql", scope, ""), 403, semdex.Forbidden)
	}
}
