package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/internal/plot"
	"semdex/internal/table/tabletest"
	"semdex/search"

	"github.com/google/go-cmp/cmp"
)

func TestKeysAndScopes(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		rule, method, target, key string
		status                    int
	}{
		{"no key", "GET", "/v1/search", "", 401},
		{"wrong key", "GET", "/v1/search", "none", 401},
		{"a wrong key learns nothing of parameters", "GET", "/v1/search?page=0", "none", 401},
		{"search reads", "GET", "/v1/search", "search", 200},
		{"unapproved alone does not read", "GET", "/v1/search", "unapproved", 403},
		{"search does not read reports", "GET", "/v1/reports/usage", "search", 403},
		{"reports reads reports", "GET", "/v1/reports/usage", "reports", 200},
		{"reports does not search", "GET", "/v1/search", "reports", 403},
		{"search does not report events", "POST", "/v1/events", "search", 403},
		{"events reports events", "POST", "/v1/events", "events", 202},
		{"but erases none", "DELETE", "/v1/events?user=u", "events", 403},
		{"nor does who manages", "DELETE", "/v1/events?user=u", "manage", 403},
		{"admin erases events", "DELETE", "/v1/events?user=u", "admin", 200},
		{"status takes any key", "GET", "/v1/status", "events", 200},
		{"status takes no wrong key", "GET", "/v1/status", "none", 401},
		{"admin does all", "GET", "/v1/reports/usage", "admin", 200},
		{"admin does all", "POST", "/v1/events", "admin", 202},
		{"health is open", "GET", "/healthz", "", 200},
		{"readiness is open", "GET", "/readyz", "", 200},
		{"measures are open", "GET", "/metrics", "", 200},
		{"the document is open", "GET", "/openapi.json", "", 200},
		{"the page is open", "GET", "/docs", "", 200},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			rec := w.do(tt.method, tt.target, tt.key, `{"events":[]}`)
			if rec.Code != tt.status {
				t.Fatalf("got %d, want %d: %s", rec.Code, tt.status, rec.Body)
			}
			switch tt.status {
			case 401:
				problem(t, rec, 401, semdex.Unauthorized)
				if !strings.HasPrefix(rec.Header().Get("WWW-Authenticate"), "Bearer") {
					t.Error("no WWW-Authenticate")
				}
			case 403:
				if p := problem(t, rec, 403, semdex.Forbidden); !strings.Contains(p.Detail, "scope") {
					t.Errorf("the scope is not named: %s", p.Detail)
				}
			}
		})
	}
	if rec := w.do("GET", "/v1/search", "", "", "X-API-Key: "+w.use["search"]); rec.Code != 200 {
		t.Errorf("X-API-Key: %d", rec.Code)
	}
	if w.lib.caller != "client search" {
		t.Errorf("the library sees the caller %q", w.lib.caller)
	}
}

func TestExpiredAndRevokedLookLikeUnknown(t *testing.T) {
	w := newWorld(t)
	w.key("brief", KeyRequest{Expires: noon.Add(time.Hour)})
	w.key("gone", KeyRequest{})
	keys, _ := w.keys.List()
	if err := w.keys.Revoke(keys[len(keys)-1].ID); err != nil {
		t.Fatal(err)
	}
	later := newWorld(t, func(o *Options) { o.Keys, o.Now = w.keys, func() time.Time { return noon.Add(time.Hour) } })
	later.use = w.use
	want := problem(t, later.do("GET", "/v1/search", "none", ""), 401, semdex.Unauthorized)
	for _, name := range []string{"brief", "gone"} {
		got := problem(t, later.do("GET", "/v1/search", name, ""), 401, semdex.Unauthorized)
		got.RequestID = want.RequestID
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s tells itself from an unknown key: %s", name, diff)
		}
	}
}

func TestLibraries(t *testing.T) {
	w := newWorld(t)
	w.libs.libs["bolt"] = &fakeLibrary{name: "bolt"}
	w.key("one", KeyRequest{Libraries: []string{"acme"}})
	w.key("two", KeyRequest{Libraries: []string{"acme", "bolt"}})
	w.key("removed", KeyRequest{Libraries: []string{"cut"}})
	tests := []struct {
		rule, key, target string
		status            int
	}{
		{"its only one", "one", "/v1/search", 200},
		{"its only one by name", "one", "/v1/search?library=acme", 200},
		{"not another", "one", "/v1/search?library=bolt", 404},
		{"which of two", "two", "/v1/search", 422},
		{"the second of two", "two", "/v1/search?library=bolt", 200},
		{"none of two", "two", "/v1/search?library=cut", 404},
		{"no library at all", "search", "/v1/search?library=acme", 403},
		{"an admin opens any", "admin", "/v1/search?library=bolt", 200},
		{"but says which", "admin", "/v1/search", 422},
		{"a library that is gone", "removed", "/v1/search", 404},
	}
	for _, tt := range tests {
		if rec := w.do("GET", tt.target, tt.key, ""); rec.Code != tt.status {
			t.Errorf("%s: got %d, want %d: %s", tt.rule, rec.Code, tt.status, rec.Body)
		}
	}
}

func TestHiddenLooksMissing(t *testing.T) {
	w := newWorld(t)
	w.key("sees", KeyRequest{Scopes: []string{"search", "unapproved"}})
	for _, part := range []string{"", "/related", "/duplicates", "/thumbnail", "/rights"} {
		missing := problem(t, w.get("/v1/assets/missing"+part), 404, semdex.NotFound)
		secret := problem(t, w.get("/v1/assets/secret"+part), 404, semdex.NotFound)
		missing.RequestID = secret.RequestID
		if diff := cmp.Diff(missing, secret); diff != "" {
			t.Errorf("%s tells: %s", part, diff)
		}
		if rec := w.do("GET", "/v1/assets/secret"+part, "sees", ""); rec.Code >= 400 {
			t.Errorf("%s with unapproved: %d", part, rec.Code)
		}
	}
	batch := decode[Batch](t, w.do("POST", "/v1/assets/batch", "search", `{"ids":["a1","secret","missing","a1"]}`))
	if len(batch.Assets) != 1 || !cmp.Equal(batch.Missing, []string{"secret", "missing"}) {
		t.Errorf("batch: %+v", batch)
	}
}

// TestRightsOfAUseThatIsNotCleared asks about an asset that is not cleared for a territory: rights tell that, and
// other routes have no such asset.
func TestRightsOfAUseThatIsNotCleared(t *testing.T) {
	w := newWorld(t)
	w.key("sees", KeyRequest{Scopes: []string{"search", "unapproved"}})
	for _, key := range []string{"search", "sees"} {
		rec := w.do("GET", "/v1/assets/austrian/rights?territory=DE&on=2026-05-01", key, "")
		if got := decode[Rights](t, rec); rec.Code != 200 || got.ID != "austrian" || got.Territory != "DE" || got.On != "2026-05-01" {
			t.Errorf("%s: got %d %s", key, rec.Code, rec.Body)
		}
		want := search.Access{All: true, Use: semdex.Use{On: "2026-05-01", Territory: "DE"}, DenyMissing: true}
		if d := cmp.Diff(want, w.lib.access); d != "" {
			t.Errorf("%s: what is not cleared is to be told (-want +got)\n%s", key, d)
		}
		problem(t, w.do("GET", "/v1/assets/austrian?territory=DE", key, ""), 404, semdex.NotFound)
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	tests := []struct{ query, link string }{
		{"q=eco&page=1", `</v1/search?page=2&q=eco>; rel="next"`},
		{"page=2&filter[region]=a,b", `</v1/search?filter%5Bregion%5D=a%2Cb&page=3>; rel="next", </v1/search?filter%5Bregion%5D=a%2Cb&page=1>; rel="prev"`},
		{"page=3", `</v1/search?page=2>; rel="prev"`},
		{"page=9", `</v1/search?page=3>; rel="prev"`},
		{"offset=20&limit=10", `</v1/search?limit=10&offset=30>; rel="next", </v1/search?limit=10&offset=10>; rel="prev"`},
		{"cursor=c&limit=10", `</v1/search?cursor=next&limit=10>; rel="next"`},
		{"", `</v1/search?page=2>; rel="next"`},
		{"per_page=100", ``},
	}
	for _, tt := range tests {
		rec := w.get("/v1/search?" + tt.query)
		if rec.Code != 200 || rec.Header().Get("X-Total-Count") != "45" || rec.Header().Get("Link") != tt.link {
			t.Errorf("%s: %d, total %s, link %s\nwant %s", tt.query, rec.Code, rec.Header().Get("X-Total-Count"), rec.Header().Get("Link"), tt.link)
		}
	}
	beyond := w.get("/v1/search?page=9")
	if !strings.Contains(beyond.Body.String(), `"hits":[]`) || !strings.Contains(beyond.Body.String(), `"facets":[]`) {
		t.Errorf("a page beyond the end is an empty list: %s", beyond.Body)
	}
}

func TestLabelsStandAsTheyAre(t *testing.T) {
	body := newWorld(t).get("/v1/search").Body.String()
	for _, want := range []string{`"<em>Eco</em> & more"`, `"title":"R&D <x>"`, `"en":"R&D <x>"`, `"de":"F&E \\u003c"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in %s", want, body)
		}
	}
}

func TestErrorsOfTheLibrary(t *testing.T) {
	w := newWorld(t)
	if p := problem(t, w.get("/v1/search?facets=regoin"), 422, semdex.Invalid); p.Hint != "try region" {
		t.Errorf("the library's hint is lost: %+v", p)
	}
	problem(t, w.get("/v1/facets/regoin"), 422, semdex.Invalid)
	problem(t, w.get("/v1/search?sort=-modifed"), 422, semdex.Invalid)
	problem(t, w.get("/v1/changes?cursor=bad"), 422, semdex.Invalid)
	problem(t, w.get("/v1/concept?uri=x"), 404, semdex.NotFound)
	problem(t, w.do("GET", "/v1/reports/nothing", "reports", ""), 404, semdex.NotFound)
	tests := []struct {
		err    error
		status int
		code   semdex.Code
	}{
		{errDisk, 500, semdex.Internal},
		{&semdex.Error{Code: semdex.Internal, Message: "secret"}, 500, semdex.Internal},
		{&semdex.Error{Code: semdex.Partial, Message: "secret"}, 500, semdex.Internal},
		{&semdex.Error{Code: "made_up", Message: "secret"}, 500, semdex.Internal},
		{fmt.Errorf("search: %w", &semdex.Error{Code: semdex.Conflict, Message: "m", Err: errDisk}), 409, semdex.Conflict},
		{&semdex.Error{Code: semdex.Upstream, Message: "m"}, 502, semdex.Upstream},
		{&semdex.Error{Code: semdex.Busy, Message: "m"}, 503, semdex.Busy},
		{&semdex.Error{Code: semdex.TooLarge, Message: "m"}, 413, semdex.TooLarge},
		{fmt.Errorf("slow: %w", context.DeadlineExceeded), 503, semdex.Busy},
	}
	for _, tt := range tests {
		w.lib.fails = tt.err
		rec := w.get("/v1/search")
		problem(t, rec, tt.status, tt.code)
		if strings.Contains(rec.Body.String(), "secret") {
			t.Errorf("%v tells too much: %s", tt.err, rec.Body)
		}
		if (rec.Header().Get("Retry-After") != "") != (tt.status == 503) {
			t.Errorf("%v: Retry-After is %q", tt.err, rec.Header().Get("Retry-After"))
		}
	}
	if !strings.Contains(w.log.String(), errDisk.Error()) {
		t.Error("the log lacks the cause")
	}
}

func TestNoSuchRoute(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{"/", "/v1", "/v1/nothing", "/v1/search/", "/V1/search", "/v1/assets/a/b", "//v1/search", "/v1/assets/"} {
		problem(t, w.get(target), 404, semdex.NotFound)
	}
	for _, tt := range [][2]string{{"DELETE", "/v1/search"}, {"POST", "/v1/status"}, {"BREW", "/healthz"}, {"GET", "/v1/events"}} {
		rec := w.do(tt[0], tt[1], "admin", "")
		p := problem(t, rec, 405, methodNotAllowed)
		if allow := rec.Header().Get("Allow"); allow == "" || p.Detail != "this route does not take "+tt[0] || p.Hint != "it takes "+allow {
			t.Errorf("%v: Allow %q, %s; %s", tt, allow, p.Detail, p.Hint)
		}
	}
	if rec := w.do("HEAD", "/v1/search", "search", ""); rec.Code != 200 {
		t.Errorf("HEAD: %d", rec.Code)
	}
}

func TestThumbnail(t *testing.T) {
	w := newWorld(t)
	if rec := w.get("/v1/assets/a1/thumbnail"); rec.Code != 302 || rec.Header().Get("Location") != "https://source.example/t/1.jpg?a=1&b=2" {
		t.Errorf("got %d %s", rec.Code, rec.Header().Get("Location"))
	}
	problem(t, w.get("/v1/assets/plain/thumbnail"), 404, semdex.NotFound)
	problem(t, w.get("/v1/assets/script/thumbnail"), 404, semdex.NotFound)
}

func TestSimilarDefaults(t *testing.T) {
	w := newWorld(t)
	w.get("/v1/assets/a1/related")
	if w.lib.like.Limit != 10 || w.lib.like.MinScore >= 0 {
		t.Errorf("defaults: %+v", w.lib.like)
	}
	w.get("/v1/assets/a1/related?limit=3&min_score=0")
	if w.lib.like.Limit != 3 || w.lib.like.MinScore != 0 {
		t.Errorf("as asked: %+v", w.lib.like)
	}
}

func TestEvents(t *testing.T) {
	w := newWorld(t)
	body := `{"events":[
		{"type":"asset.view","asset_id":"a1","occurred_at":"2026-02-01T10:00:00Z"},
		{"type":"asset.view","asset_id":"a1","occurred_at":"yesterday"},
		7,
		{"type":"nonsense","occurred_at":"2026-02-01T10:00:00Z"},
		{"type":"asset.view","asset_id":"a1","occurred_at":"2026-02-01T10:00:00Z","count":"two"},
		{"type":"asset.download","asset_id":"a2","occurred_at":"2026-02-01T10:00:00Z","more":{}}]}`
	rec := w.do("POST", "/v1/events", "events", body)
	got := decode[analytics.Receipt](t, rec)
	if rec.Code != 202 || got.Accepted != 2 || len(w.lib.events) != 3 {
		t.Errorf("got %d: %s", rec.Code, rec.Body)
	}
	var at []string
	for _, r := range got.Rejected {
		at = append(at, fmt.Sprint(r.Index, " ", r.Code))
	}
	if want := []string{"1 malformed", "2 malformed", "3 unknown_type", "4 malformed"}; !cmp.Equal(at, want) {
		t.Errorf("rejected %v, want %v", at, want)
	}
	problem(t, w.do("DELETE", "/v1/events", "admin", ""), 422, semdex.Invalid)
	empty := w.do("POST", "/v1/events", "events", `{"events":[]}`)
	if want := `{"accepted":0,"duplicates":0,"rejected":[]}`; strings.TrimSpace(empty.Body.String()) != want {
		t.Errorf("got %s, want %s", empty.Body, want)
	}
	for _, bad := range []string{`{}`, `{"events":{}}`, `{"events":[],"event":1}`, `[]`, `{"events":null}`} {
		problem(t, w.do("POST", "/v1/events", "events", bad), 422, semdex.Invalid)
	}
}

func TestReportForms(t *testing.T) {
	w := newWorld(t)
	tests := []struct{ query, accept, mime string }{
		{"", "", "application/json"},
		{"", "*/*", "application/json"},
		{"", "text/csv", "text/csv; charset=utf-8"},
		{"", "application/json;q=0.5, text/csv", "text/csv; charset=utf-8"},
		{"", "text/html", "application/json"},
		{"", "text/csv;q=0", "application/json"},
		{"?format=csv", "application/json", "text/csv; charset=utf-8"},
		{"?format=ndjson", "", "application/x-ndjson"},
		{"?format=json", "text/csv", "application/json"},
		{"?format=xlsx", "", typeXLSX},
		{"", typeXLSX, typeXLSX},
		{"?format=svg", "", typeSVG},
		{"", typeSVG, typeSVG},
		{"?format=html&plot=bars&measure=events", "", "text/html; charset=utf-8"},
	}
	for _, tt := range tests {
		rec := w.do("GET", "/v1/reports/usage"+tt.query, "reports", "", "Accept: "+tt.accept)
		if rec.Code != 200 || rec.Header().Get("Content-Type") != tt.mime {
			t.Errorf("%+v: got %d %s", tt, rec.Code, rec.Header().Get("Content-Type"))
		}
	}
	rec := w.do("GET", "/v1/reports/usage?format=csv", "reports", "")
	rows, err := csv.NewReader(rec.Body).ReadAll()
	if err != nil || rec.Header().Get("Content-Disposition") != "attachment; filename=usage.csv" || rows[1][0] != "Wörter" {
		t.Errorf("csv: %v %v %v", err, rec.Header(), rows)
	}
	rec = w.do("GET", "/v1/reports/usage?format=xlsx", "reports", "")
	if got, err := tabletest.Open(t, rec.Body).GetCellValue("usage", "A2"); got != "Wörter" || err != nil || rec.Header().Get("Content-Disposition") != "attachment; filename=usage.xlsx" {
		t.Errorf("xlsx: A2 is %q, %v %v", got, err, rec.Header())
	}
}

// TestReportPictures guards that a page runs under its own policy, that a treemap counts values by themselves, and what is refused.
func TestReportPictures(t *testing.T) {
	w := newWorld(t)
	rec := w.do("GET", "/v1/reports/usage?format=html", "reports", "")
	policy := rec.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, plot.Policy()+";") || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(rec.Body.String(), "<svg ") {
		t.Errorf("got %q %.80s", policy, rec.Body)
	}
	w.do("GET", "/v1/reports/usage?by=topic&format=svg&plot=treemap", "reports", "")
	if !w.lib.report.Direct {
		t.Error("a treemap counts what is narrower twice")
	}
	for _, bad := range []string{"format=svg&plot=lines", "format=svg&plot=pie", "format=svg&measure=nothing", "plot=bars", "format=csv&measure=events"} {
		rec := w.do("GET", "/v1/reports/usage?"+bad, "reports", "")
		problem(t, rec, 422, semdex.Invalid)
	}
}

func TestReportRequest(t *testing.T) {
	w := newWorld(t)
	rec := w.do("GET", "/v1/reports/usage?by=topic,region&from=2026-01-01&to=2026-01-31&interval=month&tz=Europe/Berlin&filter[region]=DACH&limit=5&direct=true", "reports", "")
	got := w.lib.report
	if rec.Code != 200 || got.TZ.String() != "Europe/Berlin" {
		t.Fatalf("%d %s %v", rec.Code, rec.Body, got)
	}
	got.TZ = nil
	want := analytics.Request{By: []string{"topic", "region"}, From: "2026-01-01", To: "2026-01-31", Interval: "month",
		Filter: map[string][]string{"region": {"DACH"}}, Limit: 5, Direct: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	w.do("GET", "/v1/reports/usage", "reports", "")
	if w.lib.report.TZ.String() != "Far East" {
		t.Errorf("the time zone is %v, not the library's", w.lib.report.TZ)
	}
	for _, bad := range []string{"tz=Local", "tz=../etc/passwd", "tz=Nowhere", "interval=fortnight", "format=xml", "limit=0", "from=x"} {
		problem(t, w.do("GET", "/v1/reports/usage?"+bad, "reports", ""), 422, semdex.Invalid)
	}
	if rec := w.do("GET", "/v1/reports/usage?by=&from=", "reports", ""); rec.Code != 200 {
		t.Errorf("what is empty is left out: %d", rec.Code)
	}
}

func TestNotReady(t *testing.T) {
	w := newWorld(t)
	w.libs.notyet = errDisk
	rec := w.do("GET", "/readyz", "", "")
	problem(t, rec, 503, semdex.Busy)
	if strings.Contains(rec.Body.String(), "secret") {
		t.Errorf("readiness tells too much: %s", rec.Body)
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t)
	w.get("/v1/search?q=confidential")
	w.get("/v1/assets/files:a1")
	w.do("BREW", "/x", "", "")
	body := w.do("GET", "/metrics", "", "").Body.String()
	for _, want := range []string{
		`semdex_http_requests_total{method="GET",route="/v1/search",status="200"} 1`,
		`semdex_http_requests_total{method="GET",route="/v1/assets/:id",status="200"} 1`,
		`semdex_http_requests_total{method="OTHER",route="none",status="404"} 1`,
		`semdex_search_duration_seconds_count 1`, `semdex_assets{library="acme"} 45`, `semdex_source_lag_seconds{library="acme",source="files"} 2`, `semdex_source_failing{library="acme",source="new"} 1`,
		`semdex_source_last_sync_timestamp_seconds{library="acme",source="files"} 1.7776296e+09`,
		`semdex_search_logged_total{library="acme"} 5`, `semdex_search_log_dropped_total{library="acme"} 2`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(body, "confidential") || strings.Contains(body, "a1") {
		t.Error("the measures name what was asked for")
	}
}

func TestLogKeepsSecrets(t *testing.T) {
	w := newWorld(t)
	key := w.use["search"]
	w.get("/v1/search?q=confidential+words")
	w.do("GET", "/v1/search?api_key="+key, "", "", "X-API-Key: "+key)
	w.do("GET", "/v1/search", "", "", "Authorization: Basic "+key)
	w.do("GET", "/v1/search?q=panic", "", "", "X-API-Key: "+key, "X-Request-Id: mine-1")
	w.do("POST", "/v1/search", "search", `{"q":"confidential"}`)
	log := w.log.String()
	for _, secret := range []string{key, "confidential", "Bearer", "Basic"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	for _, want := range []string{`"route":"/v1/search"`, `"status":200`, `"key":"key_`, `"request_id":"mine-1"`, `"status":500`, `"ms":`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
}

func TestPanicIsABlandProblem(t *testing.T) {
	w := newWorld(t)
	rec := w.get("/v1/search?q=panic")
	problem(t, rec, 500, semdex.Internal)
	if strings.Contains(rec.Body.String(), "words") {
		t.Errorf("the answer tells of the panic: %s", rec.Body)
	}
	if rec := w.get("/v1/search"); rec.Code != 200 {
		t.Errorf("after a panic: %d", rec.Code)
	}
}

func TestRequestID(t *testing.T) {
	w := newWorld(t)
	for sent, kept := range map[string]bool{"abc-1.2_3": true, "": false, "a b": false, strings.Repeat("x", 65): false, `a"b`: false} {
		got := w.do("GET", "/healthz", "", "", "X-Request-Id: "+sent).Header().Get("X-Request-Id")
		if (got == sent) != kept || got == "" {
			t.Errorf("sent %q, got %q", sent, got)
		}
	}
}

func TestSafeHeaders(t *testing.T) {
	w := newWorld(t)
	for _, target := range []string{"/v1/search", "/healthz", "/nothing", "/docs"} {
		h := w.get(target).Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", target, h)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s allows origins", target)
		}
	}
	s := NewServer(w.h)
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Errorf("a bound is missing: %+v", s)
	}
}

func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *Options) { o.Searches, o.Timeout = 1, time.Second })
		w.lib.block = make(chan struct{})
		var wg sync.WaitGroup
		first := httptest.NewRecorder()
		wg.Go(func() {
			r := httptest.NewRequest("GET", "/v1/search?q=first", nil)
			r.Header.Set("X-API-Key", w.use["search"])
			w.h.ServeHTTP(first, r.WithContext(t.Context()))
		})
		synctest.Wait()
		second := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/v1/search?q=second", nil)
		r.Header.Set("X-API-Key", w.use["search"])
		brief, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		w.h.ServeHTTP(second, r.WithContext(brief))
		wg.Wait()
		for _, rec := range []*httptest.ResponseRecorder{first, second} { // one ran out of time at work, one waiting
			problem(t, rec, 503, semdex.Busy)
			if rec.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
		if w.lib.asked.Query != "first" {
			t.Errorf("the second search was begun")
		}
		close(w.lib.block)
		if rec := w.get("/v1/search"); rec.Code != 200 {
			t.Errorf("afterwards: %d", rec.Code)
		}
	})
}

func TestClientGone(t *testing.T) {
	w := newWorld(t)
	w.lib.block = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest("GET", "/v1/search", nil).WithContext(ctx)
	r.Header.Set("X-API-Key", w.use["search"])
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if rec.Body.Len() != 0 || !strings.Contains(w.log.String(), `"status":499`) || strings.Contains(w.log.String(), `"level":"ERROR"`) {
		t.Errorf("got %d %s\n%s", rec.Code, rec.Body, w.log)
	}
}

// TestShared runs many requests at once over one answer, for the race detector.
func TestShared(t *testing.T) {
	w := newWorld(t)
	shared := &search.ConceptView{URI: "x"}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if b, err := encode(shared); err != nil || !strings.Contains(string(b), `"broader":[]`) {
					t.Errorf("%s %v", b, err)
				}
				r := httptest.NewRequest("GET", "/v1/search?q=a", nil)
				r.Header.Set("X-API-Key", w.use["search"])
				w.h.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
	wg.Wait()
	if shared.Broader != nil {
		t.Error("encode changed what it was given")
	}
}

func TestOverTheWire(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewUnstartedServer(nil)
	s.Config = NewServer(w.h)
	s.Start()
	defer s.Close()
	r, _ := http.NewRequest("POST", s.URL+"/v1/events", strings.NewReader(strings.Repeat("x", MaxBody+1000)))
	r.Header.Set("X-API-Key", w.use["events"])
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 413 {
		t.Errorf("got %d", res.StatusCode)
	}
	s.Client().CloseIdleConnections()
}
