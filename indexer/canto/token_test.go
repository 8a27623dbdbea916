package canto

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"semdex"
	"semdex/internal/remote"
)

func TestTokenReplies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		token      string // "": it cannot be read
		life       time.Duration
	}{
		{"in the spelling of Canto", `{"accessToken":"abc","expiresIn":3600,"tokenType":"bearer","refreshToken":null}`, "abc", time.Hour},
		{"in that of RFC 6749", `{"access_token":"abc","expires_in":3600,"token_type":"bearer"}`, "abc", time.Hour},
		{"a lifetime in a string", `{"accessToken":"abc","expiresIn":"7200"}`, "abc", 2 * time.Hour},
		{"no lifetime", `{"accessToken":"abc"}`, "abc", defaultLife},
		{"a lifetime that is null", `{"accessToken":"abc","expiresIn":null}`, "abc", defaultLife},
		{"a lifetime that is none", `{"accessToken":"abc","expiresIn":"soon"}`, "abc", defaultLife},
		{"a lifetime below nothing", `{"accessToken":"abc","expiresIn":-5}`, "abc", defaultLife},
		{"a lifetime beyond all", `{"accessToken":"abc","expiresIn":1e300}`, "abc", maxLife},
		{"an empty token", `{"accessToken":""}`, "", 0},
		{"a token that breaks the header", `{"accessToken":"a\r\nX: y"}`, "", 0},
		{"a token that is no text", `{"accessToken":12}`, "", 0},
		{"a token that is far too long", `{"accessToken":"` + strings.Repeat("x", maxToken+1) + `"}`, "", 0},
		{"no token", `{"error":"invalid_client"}`, "", 0},
		{"a list", `[]`, "", 0},
		{"a web page", `<html>`, "", 0},
		{"nothing", ``, "", 0},
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range tests {
		got, err := readToken([]byte(tt.body), now)
		if tt.token == "" {
			if err == nil || strings.Contains(err.Error(), "xxxx") {
				t.Errorf("%s: got %v and error %v, want an error without the token", tt.name, got, err)
			}
			continue
		}
		if err != nil || got.AccessToken != tt.token || !got.Expiry.Equal(now.Add(tt.life)) {
			t.Errorf("%s: got %+v and error %v, want %s for %v", tt.name, got, err, tt.token, tt.life)
		}
	}
}

// clock is one that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// tokenServer gives token1, token2 and so on, and keeps the last form it was sent.
type tokenServer struct {
	*httptest.Server
	given atomic.Int64
	form  atomic.Value
}

func newTokenServer(t *testing.T) *tokenServer {
	s := &tokenServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.form.Store(r.Method + " " + r.URL.String() + " " + string(body))
		fmt.Fprintf(w, `{"accessToken":"token%d","expiresIn":36000}`, s.given.Add(1))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *tokenServer) tokens(t *testing.T, c Config, clock *clock) *tokens {
	t.Helper()
	c.URL, c.OAuthURL, c.AppID, c.Now = s.URL, s.URL, "app", clock.Now
	if c.AppSecret == "" {
		c.AppSecret = "hush"
	}
	src, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return src.tokens
}

func (t *tokens) must(test *testing.T) string {
	test.Helper()
	token, err := t.get(test.Context())
	if err != nil {
		test.Fatal(err)
	}
	return token.AccessToken
}

func TestTokensAreAskedForInTheBody(t *testing.T) {
	t.Parallel()
	s := newTokenServer(t)
	s.tokens(t, Config{UserID: "ana@example.org"}, newClock()).must(t)
	want := "POST /oauth/api/oauth2/token app_id=app&app_secret=hush&grant_type=client_credentials&scope=consumer&user_id=ana%40example.org"
	if got := s.form.Load(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.tokens(t, Config{TokenPath: "/other/token", Scope: "admin"}, newClock()).must(t)
	if got, want := s.form.Load(), "POST /other/token app_id=app&app_secret=hush&grant_type=client_credentials&scope=admin"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTokensAreKeptAndRenewedInTime(t *testing.T) {
	t.Parallel()
	s, clock := newTokenServer(t), newClock()
	tokens := s.tokens(t, Config{}, clock)
	steps := []struct {
		name string
		wait time.Duration
		want string
	}{
		{"the first", 0, "token1"},
		{"it is kept", 8 * time.Hour, "token1"},
		{"until a tenth of its ten hours is left", time.Hour, "token2"},
	}
	for _, step := range steps {
		clock.add(step.wait)
		if got := tokens.must(t); got != step.want {
			t.Errorf("%s: got %s, want %s", step.name, got, step.want)
		}
	}
	token, err := tokens.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tokens.drop(t.Context(), token)
	if got := tokens.must(t); got != "token3" {
		t.Errorf("after it was dropped: got %s, want token3", got)
	}
	tokens.drop(t.Context(), token)
	if got := tokens.must(t); got != "token3" {
		t.Errorf("after an older one was dropped: got %s, want token3 still", got)
	}
}

func TestOneAsksForATokenAndTheOthersWait(t *testing.T) {
	t.Parallel()
	s := newTokenServer(t)
	tokens := s.tokens(t, Config{}, newClock())
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if token, err := tokens.get(t.Context()); err != nil || token.AccessToken != "token1" {
				t.Errorf("got %v and error %v, want token1", token, err)
			}
		})
	}
	all.Wait()
	if n := s.given.Load(); n != 1 {
		t.Errorf("%d tokens were asked for, want 1", n)
	}
	tokens.turn <- struct{}{} // somebody is at it
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tokens.get(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("who gives up waiting: got error %v, want %v", err, context.Canceled)
	}
}

// store is a TokenStore in memory.
type store struct {
	body             []byte
	loading, storing error
}

func (s *store) Load() ([]byte, error)   { return s.body, s.loading }
func (s *store) Save(token []byte) error { s.body = token; return s.storing }

func TestTokensLastFromOneRunToTheNext(t *testing.T) {
	t.Parallel()
	s, clock, kept := newTokenServer(t), newClock(), &store{}
	steps := []struct {
		name   string
		config Config
		wait   time.Duration
		want   string
	}{
		{"the first run", Config{}, 0, "token1"},
		{"the second", Config{}, time.Hour, "token1"},
		{"with another secret", Config{AppSecret: "changed-secret"}, 0, "token2"},
		{"and again", Config{AppSecret: "changed-secret"}, 0, "token2"},
		{"with the rights of someone else", Config{AppSecret: "changed-secret", UserID: "bo"}, 0, "token3"},
		{"after its time", Config{AppSecret: "changed-secret", UserID: "bo"}, 10 * time.Hour, "token4"},
	}
	for _, step := range steps {
		clock.add(step.wait)
		step.config.Tokens = kept
		if got := s.tokens(t, step.config, clock).must(t); got != step.want {
			t.Errorf("%s: got %s, want %s", step.name, got, step.want)
		}
	}
	if text := string(kept.body); strings.Contains(text, "changed-secret") || strings.Contains(text, "hush") {
		t.Errorf("got %s stored, want no secret in it", text)
	}
}

func TestAStoreThatFails(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	tests := []struct {
		name string
		kept *store
		want error
	}{
		{"what is stored is none", &store{body: []byte(`{"token":`)}, nil},
		{"what is stored is empty", &store{body: []byte(`{}`)}, nil},
		{"it cannot be written", &store{storing: full}, full},
		{"it cannot be read, but written", &store{loading: errors.New("no")}, nil},
	}
	for _, tt := range tests {
		s := newTokenServer(t)
		tokens := s.tokens(t, Config{Tokens: tt.kept}, newClock())
		if got := tokens.must(t); got != "token1" {
			t.Errorf("%s: got %s, want a new token", tt.name, got)
		}
		if err := tokens.storeError(t.Context()); !errors.Is(err, tt.want) {
			t.Errorf("%s: got error %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestTokensThatAreNotGiven(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		kind   remote.Kind
		hint   string
	}{
		{"wrong credentials", 400, `{"code":400,"message":"the app secret is wrong"}`, remote.Refused, "Support Client Credentials Mode"},
		{"wrong credentials by another status", 401, `no`, remote.Unauthorized, "app_id and app_secret"},
		{"another path", 404, `no`, remote.Missing, "token_path"},
		{"a web page", 200, `<!DOCTYPE html>`, remote.Unreadable, "oauth_url"},
		{"no token in it", 200, `{"error":"no"}`, remote.Unreadable, "oauth_url"},
		{"a server that is down", 503, `no`, remote.Broken, "try again later"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}))
			t.Cleanup(s.Close)
			src, err := New(Config{URL: s.URL, OAuthURL: s.URL, AppID: "app", AppSecret: "hush", Attempts: 2, Backoff: time.Microsecond})
			if err != nil {
				t.Fatal(err)
			}
			_, err = src.tokens.get(t.Context())
			public := semdex.Public(err)
			if !remote.Is(err, tt.kind) || public.Code != semdex.Upstream || !strings.Contains(public.Hint, tt.hint) {
				t.Errorf("got error %v with hint %q, want an Upstream one of kind %d with a hint at %s", err, public.Hint, tt.kind, tt.hint)
			}
			if strings.Contains(err.Error()+public.Message+public.Hint, "hush") {
				t.Errorf("%v shows the secret", err)
			}
		})
	}
}
