package poolparty_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"semdex/indexer/poolparty"
	"semdex/indexer/poolparty/poolpartytest"
)

// tokenPair is a pair that logs in by OAuth. The server's clock can be moved alone.
func tokenPair(t *testing.T, o poolpartytest.Options) (server *poolpartytest.Server, source *poolparty.Source, theirs, ours *clock) {
	t.Helper()
	theirs, ours = newClock(), newClock()
	o.Now, o.NoBasic = theirs.now, true
	server = start(t, o)
	c := config(t, server)
	c.Now, c.Auth = ours.now, "oauth"
	return server, open(t, c), theirs, ours
}

func TestATokenIsKeptUntilShortlyBeforeItsEnd(t *testing.T) {
	t.Parallel()
	server, source, theirs, ours := tokenPair(t, poolpartytest.Options{TokenLifetime: 5 * time.Minute})
	steps := []struct {
		name   string
		move   time.Duration
		tokens int
	}{
		{"at first one is asked for", 0, 1},
		{"it is used again", 4 * time.Minute, 1},
		{"it is renewed early", 40 * time.Second, 2},
		{"and the new one is used", time.Minute, 2},
	}
	for _, step := range steps {
		theirs.move(step.move)
		ours.move(step.move)
		fetch(t, source, nil)
		if got := server.Stats().Tokens; got != step.tokens {
			t.Errorf("%s: got %d tokens, want %d", step.name, got, step.tokens)
		}
	}
	if got := server.Stats().Calls["token"]; got != 2 {
		t.Errorf("got %d calls for tokens, want as many as tokens", got)
	}
}

func TestATokenThatEndsMidwayIsRenewedOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		end  func(server *poolpartytest.Server, theirs *clock)
	}{
		{"by the server's clock", func(_ *poolpartytest.Server, theirs *clock) { theirs.move(10 * time.Minute) }},
		{"by a restart of the token server", func(server *poolpartytest.Server, _ *clock) { server.ExpireTokens() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			theirs := newClock()
			server := start(t, poolpartytest.Options{Now: theirs.now, NoBasic: true})
			c := config(t, server)
			ends := &before{RoundTripper: c.Transport, path: "/export", f: func() { tt.end(server, theirs) }}
			c.Auth, c.Transport, c.Now = "oauth", ends, newClock().now
			fetch(t, open(t, c), nil)
			stats := server.Stats()
			if stats.Tokens != 2 || stats.Exports != 1 || !ends.done.Load() {
				t.Errorf("got %d tokens and %d exports, want the second token within one fetch", stats.Tokens, stats.Exports)
			}
		})
	}
}

// before calls f once, before the first call whose path ends so.
type before struct {
	http.RoundTripper
	path string
	f    func()
	done atomic.Bool
}

func (b *before) RoundTrip(r *http.Request) (*http.Response, error) {
	if n := len(r.URL.Path) - len(b.path); n > 0 && r.URL.Path[n:] == b.path && !b.done.Swap(true) {
		b.f()
	}
	return b.RoundTripper.RoundTrip(r)
}

func TestARefusedTokenIsNotAskedForAgainAndAgain(t *testing.T) {
	t.Parallel()
	server, source, _, _ := tokenPair(t, poolpartytest.Options{})
	server.SetFaults(poolpartytest.Faults{Status: map[string]int{"projects": 401}})
	_, err := source.Fetch(t.Context(), nil)
	wantError(t, err, "refuses a token")
	if stats := server.Stats(); stats.Tokens != 2 || stats.Calls["projects"] != 2 {
		t.Errorf("got %d tokens and %d calls, want 2 of each", stats.Tokens, stats.Calls["projects"])
	}
}

func TestAWrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	for _, auth := range []string{"basic", "oauth"} {
		server := start(t, poolpartytest.Options{})
		c := config(t, server)
		c.Auth, c.Password = auth, "hush"
		if _, err := open(t, c).Fetch(t.Context(), nil); err == nil {
			t.Errorf("%s: got no error, want one", auth)
		}
		stats := server.Stats()
		if n := stats.Calls["projects"] + stats.Calls["token"]; n != 1 {
			t.Errorf("%s: got %d calls, want 1: more may lock the account", auth, n)
		}
	}
}

func TestATokenServerThatStumblesIsAskedAgain(t *testing.T) {
	t.Parallel()
	server, _, _, _ := tokenPair(t, poolpartytest.Options{})
	server.SetFaults(poolpartytest.Faults{Status: map[string]int{"token": 503}})
	c := config(t, server)
	well := &before{RoundTripper: c.Transport, path: "/token", f: func() {}}
	c.Auth, c.Transport = "oauth", roundTrip(func(r *http.Request) (*http.Response, error) {
		if well.done.Load() {
			server.SetFaults(poolpartytest.Faults{})
		}
		return well.RoundTrip(r)
	})
	fetch(t, open(t, c), nil)
	if got := server.Stats().Calls["token"]; got != 2 {
		t.Errorf("got %d calls for a token, want 2", got)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAnswersThatHoldNoToken(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, part string }{
		{"an error that says it is fine", `{"error":"invalid_grant","error_description":"locked"}`, "invalid_grant locked"},
		{"no token", `{"token_type":"Bearer"}`, "missing access_token"},
		{"no JSON", `{`, "cannot parse json"},
	}
	for _, tt := range tests { // the part names the row
		c := poolparty.Config{URL: "https://pp.example", Project: "brand", Auth: "oauth", Username: "u", Password: "hush",
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(tt.body)), Request: r}, nil
			})}
		_, err := open(t, c).Fetch(t.Context(), nil)
		wantError(t, err, "gave no token", tt.part, "check token_url")
	}
}

func TestATokenWithoutAnEndIsKept(t *testing.T) {
	t.Parallel()
	server, _, _ := pair(t, nil)
	tokens := 0
	c := config(t, server)
	real := c.Transport
	c.Auth, c.Transport = "oauth", roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			tokens++
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"access_token":"t"}`)), Request: r}, nil
		}
		if got := r.Header.Get("Authorization"); got != "Bearer t" {
			t.Errorf("got %q, want the token", got)
		}
		r = r.Clone(r.Context())
		r.SetBasicAuth("api", "api-secret")
		return real.RoundTrip(r)
	})
	source := open(t, c)
	for range 2 {
		fetch(t, source, nil)
	}
	if tokens != 1 {
		t.Errorf("got %d tokens, want 1", tokens)
	}
}
