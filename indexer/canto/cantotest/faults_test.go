package cantotest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex/indexer/canto/cantotest"
)

// statuses are those of n calls.
func (c *caller) statuses(n int, path string) string {
	c.t.Helper()
	var all []string
	for range n {
		all = append(all, fmt.Sprint(c.get(path).status))
	}
	return strings.Join(all, " ")
}

func TestLimitsAreKept(t *testing.T) {
	t.Parallel()
	limits := map[string]int{"list": 2, "tree": 1, "user": -1}
	c := start(t, cantotest.Options{CallsPerMinute: limits}, shelf()...)
	if got, want := c.statuses(4, "/api/v1/search"), "200 200 429 429"; got != want {
		t.Errorf("lists: got %s, want %s", got, want)
	}
	if got := c.get("/api/v1/image"); got.status != 429 || got.header.Get("Retry-After") != "" {
		t.Errorf("another list: got status %d and Retry-After %q, want 429 without", got.status, got.header.Get("Retry-After"))
	}
	if got, want := c.statuses(1, "/api/v1/tree"), "200"; got != want {
		t.Errorf("another group: got %s, want %s", got, want)
	}
	if got, want := c.statuses(300, "/api/v1/user"), strings.TrimSpace(strings.Repeat("200 ", 300)); got != want {
		t.Errorf("a group without a limit: got %s, want no 429", got)
	}
	s := c.Stats()
	if s.Calls["list"] != 5 || s.Peak["list"] != 5 || s.Calls["tree"] != 1 || s.Calls["token"] != 1 || s.ListPages != 2 || s.Limited != 3 || s.Early != 2 {
		t.Errorf("got %+v, want 5 list calls, 2 answered, 3 limited, 2 of them early", s)
	}
	if len(s.Violations) != 3 || !strings.Contains(s.Violations[0], "list") {
		t.Errorf("got violations %q, want 3 calls over the limit", s.Violations)
	}
	c.ResetStats()
	if got := c.get("/api/v1/search").status; got != 429 {
		t.Errorf("the limit after the counts were reset: got %d, want it to go on", got)
	}
	if s := c.Stats(); s.Calls["list"] != 1 || s.Calls["user"] != 0 {
		t.Errorf("got %+v, want the counts to begin anew", s)
	}
}

func TestALimitMayTellHowLong(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{CallsPerMinute: map[string]int{"list": 1}, Behaviour: cantotest.Behaviour{TellsWait: true}})
	c.get("/api/v1/search")
	if got := c.get("/api/v1/search").header.Get("Retry-After"); got != "60" && got != "59" {
		t.Errorf("got Retry-After %q, want the rest of the minute", got)
	}
}

func TestALimitEndsWithItsWindow(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{CallsPerMinute: map[string]int{"list": 1}, Window: 20 * time.Millisecond})
	for range 2 {
		if got := c.get("/api/v1/search").status; got != 200 {
			t.Errorf("got status %d, want the call to pass", got)
		}
		time.Sleep(25 * time.Millisecond)
	}
}

func TestFaultsOfAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults cantotest.Faults
		path   string
		want   string
	}{
		{"every third call is limited", cantotest.Faults{LimitEvery: 3}, "/api/v1/user", "200 200 429 200 200 429"},
		{"but not more often than said", cantotest.Faults{LimitEvery: 2, LimitTimes: 1}, "/api/v1/user", "200 429 200 200 200 200"},
		{"some calls fail", cantotest.Faults{Fail: 2}, "/api/v1/user", "500 500 200 200 200 200"},
		{"all calls fail", cantotest.Faults{Fail: -1}, "/api/v1/user", "500 500 500 500 500 500"},
		{"a group is forbidden", cantotest.Faults{Forbidden: []string{"user"}}, "/api/v1/user", "403 403 403 403 403 403"},
		{"another is not", cantotest.Faults{Forbidden: []string{"user"}}, "/api/v1/search", "200 200 200 200 200 200"},
	}
	for _, tt := range tests {
		c := start(t, cantotest.Options{})
		c.SetFaults(tt.faults)
		if got := c.statuses(6, tt.path); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
		c.SetFaults(cantotest.Faults{})
		if got := c.get(tt.path).status; got != 200 {
			t.Errorf("%s: got %d after the faults, want 200", tt.name, got)
		}
	}
}

func TestALimitThatIsAFaultTellsHowLong(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{})
	c.SetFaults(cantotest.Faults{LimitEvery: 2, LimitTimes: 1, RetryAfter: 40})
	c.get("/api/v1/user")
	if got := c.get("/api/v1/user").header.Get("Retry-After"); got != "40" {
		t.Errorf("got Retry-After %q, want 40", got)
	}
	c.get("/api/v1/user")
	c.get("/api/v1/tree") // another group was not told to wait
	if s := c.Stats(); s.Early != 1 || s.Limited != 1 || len(s.Violations) > 0 {
		t.Errorf("got %+v, want one call too early and no violation", s)
	}
}

func TestALoginPage(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{})
	c.SetFaults(cantotest.Faults{LoginPage: 1})
	if got := c.get("/api/v1/search"); got.status != 200 || !strings.HasPrefix(got.body, "<!DOCTYPE html>") || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Errorf("got %d %s, want a web page with 200", got.status, got.body)
	}
	if got := c.get("/api/v1/search"); !json.Valid([]byte(got.body)) {
		t.Errorf("after it: got %s, want JSON", got.body)
	}
}

func TestListsThatBreak(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	read := func() (string, error) {
		request, err := http.NewRequest("GET", c.URL()+"/api/v1/search", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+c.login())
		response, err := c.http.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return string(body), err
	}
	c.SetFaults(cantotest.Faults{DropEvery: 2})
	for n, want := range []bool{true, false, true, false} {
		if body, err := read(); (err == nil) != want {
			t.Errorf("connection %d: got error %v and %d bytes, want it whole: %v", n+1, err, len(body), want)
		}
	}
	c.SetFaults(cantotest.Faults{CutEvery: 2})
	for n, want := range []bool{true, false, true, false} {
		if body, err := read(); err != nil || json.Valid([]byte(body)) != want {
			t.Errorf("list %d: got error %v and %d bytes, want no error, and JSON: %v", n+1, err, len(body), want)
		}
	}
}

func TestRecordsThatAreMalformed(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	c.SetFaults(cantotest.Faults{Malformed: map[string]cantotest.Malformation{"image/a": cantotest.BadShape}})
	results := c.object("/api/v1/image?sortBy=time")["results"].([]any)
	if size, is := results[1].(map[string]any)["size"].(map[string]any); !is || len(results) != 2 {
		t.Errorf("got size %v, want an object", size)
	}
	if size := results[0].(map[string]any)["size"]; size != "200" {
		t.Errorf("the other record: got size %v, want 200", size)
	}
	c.SetFaults(cantotest.Faults{Malformed: map[string]cantotest.Malformation{"image/a": cantotest.BadJSON}})
	if got := c.get("/api/v1/image").body; json.Valid([]byte(got)) {
		t.Errorf("got %s, want no JSON", got)
	}
	if got := c.ids("/api/v1/image?limit=1"); got != "b" {
		t.Errorf("the page without it: got %s, want b", got)
	}
}

func TestAnAccountWithoutRightsSeesNothing(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	c.ids("/api/v1/search")
	c.SetFaults(cantotest.Faults{Blind: true})
	got := c.object("/api/v1/search")
	if _, has := got["results"]; has || got["found"] != 0. {
		t.Errorf("got %v, want nothing found", got)
	}
	if tree := c.get("/api/v1/tree").body; strings.Contains(tree, "Root") {
		t.Errorf("got %s, want no folders", tree)
	}
	if got := c.get("/api/v1/image/a").status; got != 404 {
		t.Errorf("an asset by itself: got %d, want 404", got)
	}
	c.SetFaults(cantotest.Faults{})
	if got := c.ids("/api/v1/search"); got != "e d c b a" {
		t.Errorf("with its rights back: got %q, want all", got)
	}
}

func TestTheHookOfListsMayChangeAnything(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, shelf()...)
	var calls []int
	c.SetFaults(cantotest.Faults{OnList: func(n int) {
		calls = append(calls, n)
		c.Delete("image", "a")
	}})
	first, second := c.ids("/api/v1/image"), c.ids("/api/v1/image")
	if first != "b a" || second != "b" || !slices.Equal(calls, []int{1, 2}) {
		t.Errorf("got %q, then %q, by calls %v; want the deletion to show in the second list", first, second, calls)
	}
}

func TestTheClockOfTheHeader(t *testing.T) {
	t.Parallel()
	now := &clock{at(0)}
	c := start(t, cantotest.Options{Now: now.Now})
	c.SetFaults(cantotest.Faults{ClockOffset: -time.Hour})
	if got, want := c.get("/api/v1/user").header.Get("Date"), "Sat, 10 Jan 2026 10:00:00 GMT"; got != want {
		t.Errorf("got Date %q, want %q", got, want)
	}
}

func TestAnswersMayBeSlow(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{})
	c.login()
	c.SetFaults(cantotest.Faults{Delay: 20 * time.Millisecond})
	before := time.Now()
	if got := c.get("/api/v1/user").status; got != 200 || time.Since(before) < 20*time.Millisecond {
		t.Errorf("got status %d after %v, want 200 after 20ms", got, time.Since(before))
	}
}
