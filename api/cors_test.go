package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"semdex"
)

func TestParseOrigin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"https://cms.example": "https://cms.example", "https://CMS.example/": "https://cms.example", "https://cms.example:443": "https://cms.example",
		"http://localhost:3000": "http://localhost:3000", "http://[::1]:80": "http://[::1]", "capacitor://localhost": "capacitor://localhost", "*": "*"} {
		if got, err := ParseOrigin(in); got != want || err != nil {
			t.Errorf("%s: got %q %v, want %q", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "null", "cms.example", "https://", "https://cms.example/path", "https://*.example", "https://a@cms.example", "https://cms.example?x", "https://cms.example:", "//cms.example", "https://a,b"} {
		if got, err := ParseOrigin(bad); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%q: got %q %v", bad, got, err)
		}
	}
}

func TestPreflight(t *testing.T) {
	w := newWorld(t)
	w.key("page", KeyRequest{Origins: []string{"https://cms.example"}})
	w.key("gone", KeyRequest{Origins: []string{"https://old.example"}, Expires: noon.Add(time.Hour)})
	ask := func(origin, target string) http.Header {
		rec := w.do("OPTIONS", target, "", "", "Origin: "+origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization, x-api-key, if-none-match")
		if allowed := rec.Header().Get("Access-Control-Allow-Origin") != ""; allowed != (rec.Code == 204) {
			t.Errorf("%s: %d with %v", origin, rec.Code, rec.Header())
		}
		return rec.Header()
	}
	for _, target := range []string{"/v1/search", "/v1/events", "/v1/nothing"} {
		h := ask("https://cms.example", target)
		if h.Get("Access-Control-Allow-Origin") != "https://cms.example" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", target, h)
		}
		for _, want := range []string{"Authorization", "X-API-Key", "If-None-Match", "Content-Type"} {
			if !strings.Contains(h.Get("Access-Control-Allow-Headers"), want) {
				t.Errorf("%s: %s is not allowed", target, want)
			}
		}
		if m := h.Get("Access-Control-Allow-Methods"); !strings.Contains(m, "GET") || !strings.Contains(m, "POST") {
			t.Errorf("%s: methods are %s", target, m)
		}
		if !strings.Contains(h.Get("Vary"), "Origin") {
			t.Errorf("%s: caches are not told", target)
		}
	}
	for _, origin := range []string{"https://evil.example", "null", "https://cms.example.evil", "http://cms.example"} {
		if h := ask(origin, "/v1/search"); h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is let in", origin)
		}
	}
	later := newWorld(t, func(o *Options) { o.Keys, o.Now = w.keys, func() time.Time { return noon.Add(time.Hour) } })
	if rec := later.do("OPTIONS", "/v1/search", "", "", "Origin: https://old.example", "Access-Control-Request-Method: GET"); rec.Code != 403 {
		t.Errorf("the origin of a key that expired: %d", rec.Code)
	}
	if rec := w.do("OPTIONS", "/v1/search", "", "", "Origin: https://cms.example"); rec.Code != 405 {
		t.Errorf("OPTIONS that is no preflight: %d", rec.Code)
	}
}

func TestOriginsOfKeys(t *testing.T) {
	w := newWorld(t)
	w.key("page", KeyRequest{Origins: []string{"https://cms.example"}})
	w.key("other", KeyRequest{Origins: []string{"https://shop.example"}})
	w.key("all", KeyRequest{Origins: []string{"*"}})
	tests := []struct {
		rule, key, origin string
		status            int
		allowed           string
	}{
		{"its own page", "page", "https://cms.example", 200, "https://cms.example"},
		{"a page of another key", "page", "https://shop.example", 403, ""},
		{"a key without origins, from a page of another key", "search", "https://cms.example", 200, ""},
		{"a key for all pages", "all", "https://any.example", 200, "https://any.example"},
		{"no page at all", "page", "", 200, ""},
		{"a wrong key, from a page that may read why", "none", "https://cms.example", 401, "https://cms.example"},
	}
	for _, tt := range tests {
		rec := w.do("GET", "/v1/search", tt.key, "", "Origin: "+tt.origin)
		if rec.Code != tt.status || rec.Header().Get("Access-Control-Allow-Origin") != tt.allowed {
			t.Errorf("%s: %d for %q", tt.rule, rec.Code, rec.Header().Get("Access-Control-Allow-Origin"))
		}
		if exposed := rec.Header().Get("Access-Control-Expose-Headers"); (tt.allowed != "") != strings.Contains(exposed, "ETag, Link, X-Total-Count, X-Query-Id") {
			t.Errorf("%s: its scripts may read %q", tt.rule, exposed)
		}
	}
}
