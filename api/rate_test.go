package api

import (
	"testing"
	"time"

	"semdex"
)

func TestParseRate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Rate{"": {}, "10/s": {10, time.Second, 10}, "600/m": {600, time.Minute, 600}, "5000/h": {5000, time.Hour, 5000}, "10/s+50": {10, time.Second, 50}} {
		got, err := ParseRate(in)
		if got != want || err != nil || got.String() != in {
			t.Errorf("%s: got %+v %v, written %q", in, got, err, got)
		}
	}
	for _, bad := range []string{"10", "10/", "10/d", "/s", "0/s", "-1/s", "1.5/s", "10/s+", "10/s+0", "2000000/s", "10/s/s"} {
		if got, err := ParseRate(bad); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%q: got %+v %v", bad, got, err)
		}
	}
}

func TestRates(t *testing.T) {
	now := noon
	w := newWorld(t, func(o *Options) { o.Now = func() time.Time { return now } })
	w.key("slow", KeyRequest{Rate: "2/s"})
	w.key("hourly", KeyRequest{Rate: "60/h+1"})
	for i, left := range []string{`"key";r=1;t=1`, `"key";r=0;t=1`} {
		rec := w.do("GET", "/v1/search", "slow", "")
		if rec.Code != 200 || rec.Header().Get("RateLimit") != left || rec.Header().Get("RateLimit-Policy") != `"key";q=2;w=1` {
			t.Errorf("request %d: %d %v", i+1, rec.Code, rec.Header())
		}
	}
	rec := w.do("GET", "/v1/search", "slow", "")
	problem(t, rec, 429, tooMany)
	if rec.Header().Get("Retry-After") != "1" || rec.Header().Get("RateLimit") != `"key";r=0;t=1` {
		t.Errorf("one too many: %v", rec.Header())
	}
	if rec := w.get("/v1/search"); rec.Code != 200 || rec.Header().Get("RateLimit") != "" {
		t.Errorf("another key: %d %v", rec.Code, rec.Header())
	}
	now = now.Add(500 * time.Millisecond)
	if rec := w.do("GET", "/v1/status", "slow", ""); rec.Code != 200 {
		t.Errorf("half a second later: %d", rec.Code)
	}
	w.do("GET", "/v1/search", "hourly", "")
	if rec := w.do("GET", "/v1/search", "hourly", ""); rec.Code != 429 || rec.Header().Get("Retry-After") != "60" {
		t.Errorf("one a minute: %d, again after %s s", rec.Code, rec.Header().Get("Retry-After"))
	}
	now = now.Add(time.Minute)
	if rec := w.do("GET", "/v1/search", "hourly", ""); rec.Code != 200 {
		t.Errorf("a minute later: %d", rec.Code)
	}
}
