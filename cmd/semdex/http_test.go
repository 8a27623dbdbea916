package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// client asks a running server with one key.
type client struct {
	t        *testing.T
	url, key string
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

func (c client) send(method, path, body string) reply {
	c.t.Helper()
	request, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, string(text)}
}

// get asks for JSON and reads it.
func get[T any](c client, path string) (v T) {
	c.t.Helper()
	r := c.send(http.MethodGet, path, "")
	if r.status != http.StatusOK {
		c.t.Fatalf("GET %s: %d %s", path, r.status, r.body)
	}
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		c.t.Fatalf("GET %s: %v in %s", path, err, r.body)
	}
	return v
}

// refused checks that the answer is a problem document of that status and code.
func (c client) refused(r reply, status int, code string) {
	c.t.Helper()
	var p struct {
		Type, Title, Code, Detail, Hint string
		Status                          int
		RequestID                       string `json:"request_id"`
	}
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		c.t.Fatalf("%v in %s", err, r.body)
	}
	if r.status != status || p.Status != status || p.Code != code || p.Type != "about:blank" || p.Title == "" || p.Detail == "" {
		c.t.Errorf("got %d %s, want %d %s", r.status, r.body, status, code)
	}
	if kind := r.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/problem+json") {
		c.t.Errorf("the problem is of type %s", kind)
	}
	if p.RequestID == "" || p.RequestID != r.header.Get("X-Request-Id") {
		c.t.Errorf("the problem has request id %q, the header %q", p.RequestID, r.header.Get("X-Request-Id"))
	}
}

type found struct {
	Total int
	Hits  []struct {
		ID      string
		Matched struct{ Because string }
	}
	Facets []struct {
		Field  string
		Values []struct {
			Value string
			Count int
		}
	}
}

func (f found) ids() (ids []string) {
	for _, h := range f.Hits {
		ids = append(ids, h.ID)
	}
	return ids
}

// TestHTTP tries the API of a running server from end to end, on the brand library.
func TestHTTP(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server; not with -short")
	}
	dir := brandFolder(t)
	output(t, dir, "index")
	key := func(args ...string) string {
		return strings.TrimSpace(output(t, dir, append([]string{"keys", "create"}, args...)...))
	}
	plain, all := key("--name", "cms"), key("--scope", "search,unapproved,events,reports")
	s := startServer(t, dir)

	t.Run("keys", func(t *testing.T) {
		for name, wrong := range map[string]string{"none": "", "wrong": "sdx_" + strings.Repeat("x", 40), "almost": plain[:len(plain)-1]} {
			c := client{t, s.url, wrong}
			t.Log(name)
			c.refused(c.send(http.MethodGet, "/v1/search?q=tent", ""), http.StatusUnauthorized, "unauthorized")
		}
		c := client{t, s.url, plain}
		c.refused(c.send(http.MethodGet, "/v1/reports/usage", ""), http.StatusForbidden, "forbidden")
		c.refused(c.send(http.MethodPost, "/v1/events", `{"events":[]}`), http.StatusForbidden, "forbidden")
	})
	t.Run("a key that was revoked", func(t *testing.T) {
		void := key("--name", "void") // the command runs in the server
		c := client{t, s.url, void}
		get[found](c, "/v1/search?q=tent")
		id, _, _ := strings.Cut(lineWith(t, output(t, dir, "keys", "list"), " void "), " ")
		output(t, dir, "keys", "revoke", id)
		c.refused(c.send(http.MethodGet, "/v1/search?q=tent", ""), http.StatusUnauthorized, "unauthorized")
	})
	t.Run("what a plain key may not see does not exist", func(t *testing.T) {
		c, owner := client{t, s.url, plain}, client{t, s.url, all}
		for _, id := range []string{"img-0138", "brand:img-0138", "img-0116", "no-such-asset"} { // pending, expired, none
			for _, of := range []string{"", "/related", "/duplicates"} {
				c.refused(c.send(http.MethodGet, "/v1/assets/"+id+of, ""), http.StatusNotFound, "not_found")
			}
		}
		if a := get[struct{ ID string }](owner, "/v1/assets/img-0138"); a.ID != "brand:img-0138" {
			t.Errorf("with the scope unapproved it is %q", a.ID)
		}
		if n, m := get[found](c, "/v1/search?q=bikepacking").Total, get[found](owner, "/v1/search?q=bikepacking").Total; n >= m {
			t.Errorf("a plain key finds %d, one for unapproved %d", n, m)
		}
	})
	t.Run("search", func(t *testing.T) {
		f := get[found](client{t, s.url, plain}, "/v1/search?per_page=100&facets=region&q="+url.QueryEscape("sustainable packaging"))
		for _, id := range []string{"brand:img-0024", "brand:img-0030"} {
			if !slices.Contains(f.ids(), id) {
				t.Errorf("it does not find %s, only %v", id, f.ids())
			}
		}
		if f.Total != len(f.Hits) || f.Hits[0].Matched.Because == "" {
			t.Errorf("total %d with %d hits, the first because %q", f.Total, len(f.Hits), f.Hits[0].Matched.Because)
		}
		if len(f.Facets) != 1 || f.Facets[0].Field != "region" || len(f.Facets[0].Values) == 0 {
			t.Errorf("the facets are %+v", f.Facets)
		}
		region := f.Facets[0].Values[0]
		narrowed := get[found](client{t, s.url, plain}, "/v1/search?q="+url.QueryEscape("sustainable packaging")+"&filter[region]="+url.QueryEscape(region.Value))
		if narrowed.Total != region.Count {
			t.Errorf("filter[region]=%s finds %d, the facet said %d", region.Value, narrowed.Total, region.Count)
		}
	})
	t.Run("wrong input", func(t *testing.T) {
		c := client{t, s.url, plain}
		for _, query := range []string{"nonsense=1", "per_page=1000", "facets=nope", "filter[nope]=1", "expand=all", "q=" + strings.Repeat("x", 10_000), "cursor=x"} {
			c.refused(c.send(http.MethodGet, "/v1/search?"+query, ""), http.StatusUnprocessableEntity, "invalid")
		}
		c.refused(c.send(http.MethodGet, "/v1/nothing", ""), http.StatusNotFound, "not_found")
		c.refused(c.send(http.MethodDelete, "/v1/search", ""), http.StatusMethodNotAllowed, "method_not_allowed")
	})
	t.Run("facets, related, duplicates, changes", func(t *testing.T) {
		c := client{t, s.url, plain}
		if f := get[struct{ Values []struct{ Value string } }](c, "/v1/facets/campaign?q=hut"); len(f.Values) == 0 || !strings.HasPrefix(f.Values[0].Value, "Hut") {
			t.Errorf("campaigns that begin with hut are %+v", f)
		}
		if f := get[found](c, "/v1/assets/img-0024/related"); len(f.Hits) == 0 {
			t.Error("img-0024 has nothing related")
		}
		d := get[struct {
			Duplicates []struct {
				ID, Kind string
				Reasons  []string
			}
		}](c, "/v1/assets/img-0057/duplicates").Duplicates
		if len(d) != 1 || d[0].ID != "brand:img-0059" || d[0].Kind != "identical" || len(d[0].Reasons) == 0 {
			t.Errorf("the duplicates of img-0057 are %+v", d)
		}
		if cl := get[struct{ Clusters []struct{ Survivor string } }](c, "/v1/duplicates?limit=3"); len(cl.Clusters) != 3 {
			t.Errorf("got %d clusters, want 3", len(cl.Clusters))
		}
		if ch := get[struct{ Changes []struct{ ID string } }](c, "/v1/changes?limit=5"); len(ch.Changes) != 5 {
			t.Errorf("got %d changes, want 5", len(ch.Changes))
		}
	})
	t.Run("events", func(t *testing.T) {
		c := client{t, s.url, all}
		body := `{"events":[
			{"event_id":"h1","type":"asset.view","occurred_at":"2026-05-01T10:00:00Z","asset_id":"img-0001","context":{"campaign":"End to end"}},
			{"event_id":"h2","type":"asset.download","occurred_at":"2026-05-01T10:00:00Z","asset_id":"img-0001","context":{"campaign":"End to end"},"count":4},
			{"type":"asset.glance","occurred_at":"2026-05-01T10:00:00Z","asset_id":"img-0001"}]}`
		for i, want := range []string{`"accepted":2,"duplicates":0`, `"accepted":0,"duplicates":2`} {
			r := c.send(http.MethodPost, "/v1/events", body)
			if r.status != http.StatusAccepted || !strings.Contains(r.body, want) || !strings.Contains(r.body, `"index":2`) {
				t.Errorf("post %d: %d %s, want %s", i+1, r.status, r.body, want)
			}
		}
		path := "/v1/reports/usage?by=campaign&format=csv&filter[campaign]=" + url.QueryEscape("End to end")
		want := "campaign,events,views,downloads,shares,placements,searches,unique_assets,unique_users\r\nEnd to end,5,1,4,0,0,0,1,0\r\n"
		r := c.send(http.MethodGet, path, "")
		if r.body != want || !strings.HasPrefix(r.header.Get("Content-Type"), "text/csv") {
			t.Errorf("the report is %s %q, want %q", r.header.Get("Content-Type"), r.body, want)
		}
		if got := output(t, dir, "report", "usage", "--by", "campaign", "--filter", "campaign=End to end"); got != want {
			t.Errorf("on the command line it is %q, want %q", got, want)
		}
	})
	t.Run("own questions", func(t *testing.T) {
		c := client{t, s.url, key("--scope", "admin")}
		const question = "SELECT event_type, sum(count) AS n FROM events WHERE campaign = 'End to end' GROUP BY ALL ORDER BY n"
		want := "event_type,n\r\nasset.view,1\r\nasset.download,4\r\n"
		if r := c.send(http.MethodPost, "/v1/sql?format=csv", `{"sql":"`+question+`"}`); r.body != want || r.header.Get("X-Truncated") != "false" {
			t.Errorf("the answer is %d %q, want %q", r.status, r.body, want)
		}
		if got := output(t, dir, "sql", question); got != want {
			t.Errorf("on the command line it is %q, want %q", got, want)
		}
		c.refused(c.send(http.MethodPost, "/v1/sql", `{"sql":"COPY events TO 'events.csv'"}`), http.StatusUnprocessableEntity, "invalid")
		c.refused(c.send(http.MethodPost, "/v1/sql", `{"sql":"FROM read_text('/etc/passwd')"}`), http.StatusUnprocessableEntity, "invalid")
		reports := client{t, s.url, all}
		reports.refused(reports.send(http.MethodPost, "/v1/sql", `{"sql":"SELECT 1"}`), http.StatusForbidden, "forbidden")
	})
	t.Run("open routes", func(t *testing.T) {
		c := client{t, s.url, ""}
		for path, part := range map[string]string{"/healthz": `"ok"`, "/readyz": `"ready"`, "/metrics": "semdex_", "/openapi.json": `"openapi":"3.1`, "/docs": "<html"} {
			if r := c.send(http.MethodGet, path, ""); r.status != http.StatusOK || !strings.Contains(r.body, part) {
				t.Errorf("GET %s: %d %.200s", path, r.status, r.body)
			}
		}
		status := get[struct {
			Library        string
			Assets, Events int
		}](client{t, s.url, plain}, "/v1/status")
		if status.Library != "brand" || status.Assets != 448 || status.Events < 5230 {
			t.Errorf("the status is %+v", status)
		}
	})
	t.Run("a stop is clean and the log holds no key", func(t *testing.T) {
		if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- s.cmd.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the server ended with %v", err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the server does not stop")
		}
		log := s.cmd.Stderr.(*lockedBuffer).String()
		if !strings.Contains(log, "route=/v1/search") {
			t.Errorf("the log is %s", log)
		}
		for _, secret := range []string{plain, all, plain[:len(plain)-1]} {
			if strings.Contains(log, secret) {
				t.Error("the log holds a key")
			}
		}
		if strings.Contains(log, "q=tent") {
			t.Error("the log holds the words of a query")
		}
	})
}

func lineWith(t *testing.T, text, part string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	t.Fatalf("no line of %q has %q", text, part)
	return ""
}
