package api

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGzip(t *testing.T) {
	w := newWorld(t)
	w.lib.hits = 50
	tests := []struct {
		rule, method, target, accept string
		packed                       bool
	}{
		{"a long answer", "GET", "/v1/search?q=eco&per_page=50", "gzip", true},
		{"among other codings", "GET", "/v1/search?per_page=50", "br, gzip;q=0.5", true},
		{"in the body", "POST", "/v1/search", "gzip", true},
		{"a table", "GET", "/v1/search?format=csv", "gzip", true},
		{"the document", "GET", "/openapi.json", "gzip", true},
		{"the page", "GET", "/docs", "gzip", true},
		{"a short answer", "GET", "/healthz", "gzip", false},
		{"a short problem", "GET", "/v1/nothing", "gzip", false},
		{"a workbook, which is compressed", "GET", "/v1/search?format=xlsx", "gzip", false},
		{"nobody asked", "GET", "/v1/search?per_page=50", "", false},
		{"nobody wants it", "GET", "/v1/search?per_page=50", "gzip;q=0, identity", false},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			body := ""
			if tt.method == "POST" {
				body = `{"per_page":50}`
			}
			plain := w.do(tt.method, tt.target, "search", body)
			rec := w.do(tt.method, tt.target, "search", body, "Accept-Encoding: "+tt.accept)
			packed := rec.Header().Get("Content-Encoding") == "gzip"
			if packed != tt.packed || rec.Code != plain.Code {
				t.Fatalf("packed is %v, want %v; status %d", packed, tt.packed, rec.Code)
			}
			if !strings.Contains(strings.Join(rec.Header().Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("caches are not told: Vary is %v", rec.Header().Values("Vary"))
			}
			if !packed {
				return
			}
			in, err := gzip.NewReader(rec.Body)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(in)
			if err != nil || len(got) != plain.Body.Len() {
				t.Errorf("unpacked it has %d bytes (%v), plain it has %d", len(got), err, plain.Body.Len())
			}
			if rec.Header().Get("ETag") != plain.Header().Get("ETag") && tt.method == "GET" {
				t.Errorf("packed it has another tag")
			}
		})
	}
}

func TestGzipOverTheWire(t *testing.T) {
	w := newWorld(t)
	w.lib.hits = 50
	s := httptest.NewUnstartedServer(nil)
	s.Config = NewServer(w.h)
	s.Start()
	defer s.Close()
	defer s.Client().CloseIdleConnections()
	send := func(method, known string) *http.Response {
		r, _ := http.NewRequest(method, s.URL+"/v1/search?per_page=50", nil)
		r.Header.Set("X-API-Key", w.use["search"])
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("If-None-Match", known)
		res, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		return res
	}
	get := send("GET", "")
	if get.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("GET: %v", get.Header)
	}
	if head := send("HEAD", ""); head.StatusCode != 200 || head.Header.Get("ETag") != get.Header.Get("ETag") {
		t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
	}
	if same := send("GET", get.Header.Get("ETag")); same.StatusCode != 304 || same.Header.Get("Content-Encoding") != "" {
		t.Errorf("nothing changed: %d %v", same.StatusCode, same.Header)
	}
}
