package cantotest_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/indexer/canto/cantotest"
)

func TestTokenReplies(t *testing.T) {
	t.Parallel()
	const camel, snake = "/oauth/api/oauth2/token", "/oauth/api/oauth2/compatible/token"
	right := url.Values{"app_id": {"demo-app"}, "app_secret": {"demo-secret"}, "grant_type": {"client_credentials"}}
	with := func(name, value string) url.Values {
		form := url.Values{}
		for k, v := range right {
			form[k] = v
		}
		form.Set(name, value)
		return form
	}
	tests := []struct {
		name, path string
		behaviour  cantotest.Behaviour
		form       url.Values
		inQuery    bool
		status     int
		keys       string // that the answer has
	}{
		{"Canto's own spelling", camel, cantotest.Behaviour{}, right, false, 200, `"accessToken" "expiresIn":2592000 "tokenType":"bearer"`},
		{"the spelling of RFC 6749", snake, cantotest.Behaviour{}, right, false, 200, `"access_token" "expires_in":2592000 "token_type":"bearer"`},
		{"parameters in the address", camel, cantotest.Behaviour{}, right, true, 200, `"accessToken"`},
		{"a lifetime in a string", camel, cantotest.Behaviour{ExpiresAsString: true}, right, false, 200, `"expiresIn":"2592000"`},
		{"scope and user", camel, cantotest.Behaviour{}, with("scope", "consumer"), false, 200, `"accessToken"`},
		{"a wrong secret", camel, cantotest.Behaviour{}, with("app_secret", "x"), false, 400, `"code":400 "message"`},
		{"a wrong app", camel, cantotest.Behaviour{}, with("app_id", "x"), false, 400, `"message"`},
		{"a wrong scope", camel, cantotest.Behaviour{}, with("scope", "x"), false, 400, `"message"`},
		{"another grant", camel, cantotest.Behaviour{}, with("grant_type", "password"), false, 400, `"message"`},
		{"another path", "/oauth/token", cantotest.Behaviour{}, right, false, 404, `"message"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, cantotest.Options{Behaviour: tt.behaviour})
			address, body := c.OAuthURL()+tt.path, tt.form.Encode()
			if tt.inQuery {
				address, body = address+"?"+body, ""
			}
			got := c.send("POST", address, "Content-Type: application/x-www-form-urlencoded", body)
			if got.status != tt.status {
				t.Errorf("got status %d, want %d", got.status, tt.status)
			}
			for _, key := range strings.Fields(tt.keys) {
				if !strings.Contains(got.body, key) {
					t.Errorf("got %s, want %s in it", got.body, key)
				}
			}
			if !json.Valid([]byte(got.body)) {
				t.Errorf("got %s, want JSON", got.body)
			}
			if violations := c.Stats().Violations; len(violations) > 0 != tt.inQuery {
				t.Errorf("got violations %q, want one only where the secret is in the address", violations)
			}
		})
	}
}

func TestATokenReplyMayNotSayHowLong(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{Behaviour: cantotest.Behaviour{NoExpires: true}})
	got := c.send("POST", c.OAuthURL()+"/oauth/api/oauth2/token", "Content-Type: application/x-www-form-urlencoded",
		"app_id=demo-app&app_secret=demo-secret&grant_type=client_credentials")
	if strings.Contains(got.body, "expires") || !json.Valid([]byte(got.body)) || got.status != 200 {
		t.Errorf("got %d %s, want a token without a lifetime", got.status, got.body)
	}
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	now := &clock{at(0)}
	c := start(t, cantotest.Options{Now: now.Now, TokenLifetime: time.Hour})
	first := c.login()
	c.token = ""
	second := c.login()
	if first == second {
		t.Fatal("got the same token twice, want a new one for each request")
	}
	call := func(what, header string, want int) {
		t.Helper()
		if got := c.send("GET", c.URL()+"/api/v1/user", header, ""); got.status != want {
			t.Errorf("%s: got status %d, want %d", what, got.status, want)
		}
	}
	call("no token", "", 404)
	call("an unknown token", "Authorization: Bearer x", 401)
	call("another kind of token", "Authorization: Basic "+second, 404)
	call("the old token", "Authorization: Bearer "+first, 200)
	call("the new token, in lower case", "Authorization: bearer "+second, 200)
	now.now = at(59)
	call("a token before its end", "Authorization: Bearer "+second, 200)
	now.now = at(60)
	call("a token at its end", "Authorization: Bearer "+second, 401)
	c.token = ""
	third := c.login()
	call("a token of now", "Authorization: Bearer "+third, 200)
	c.ExpireTokens()
	call("a token that was ended", "Authorization: Bearer "+third, 401)
	if n := c.Stats().Tokens; n != 3 {
		t.Errorf("got %d tokens counted, want 3", n)
	}
	c.token = ""
	c.send("GET", c.URL()+"/api/v1/user?access_token="+c.login(), "", "")
	if got := c.Stats().Violations; len(got) != 1 || !strings.Contains(got[0], "token") {
		t.Errorf("got violations %q, want the token in the address", got)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{TLS: true}, cantotest.Record{Scheme: "image", ID: "a"})
	pool := x509.NewCertPool()
	pool.AddCert(c.Certificate())
	c.http.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool}
	if got := c.ids("/api/v1/image"); got != "a" {
		t.Errorf("got %q over TLS, want a", got)
	}
	location := c.get("/api_binary/v1/image/a/preview").header.Get("Location")
	for _, address := range []string{c.URL(), c.OAuthURL(), c.CDNURL(), location} {
		if !strings.HasPrefix(address, "https://127.0.0.1:") {
			t.Errorf("got the address %q, want one that begins with https", address)
		}
	}
	plain := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if response, err := plain.Get(c.URL()); err == nil {
		response.Body.Close()
		t.Error("who does not know the certificate got an answer, want none")
	}
}

func TestAnAddressThatIsTaken(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{})
	taken := strings.TrimPrefix(c.URL(), "http://")
	s, err := cantotest.New(cantotest.Options{CDNAddress: taken})
	if err == nil {
		s.Close()
		t.Fatal("got a server, want an error")
	}
	if text := err.Error(); !strings.Contains(text, taken) {
		t.Errorf("got %q, want the address in it", text)
	}
}

func TestOptionsAreFilled(t *testing.T) {
	t.Parallel()
	s, err := cantotest.New(cantotest.Options{CallsPerMinute: map[string]int{"tree": 3}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	o := s.Options()
	if o.CallsPerMinute["tree"] != 3 || o.CallsPerMinute["list"] != cantotest.DefaultCallsPerMinute || o.Window != time.Minute {
		t.Errorf("got limits %v in %v, want what was given and the defaults", o.CallsPerMinute, o.Window)
	}
	if o.TimeZone.String() != "Europe/Berlin" || o.PageSize != cantotest.MaxLimit || o.AppID == "" || o.AppSecret == "" {
		t.Errorf("got %+v, want the defaults", o)
	}
	if o.TokenLifetime != 30*24*time.Hour {
		t.Errorf("got tokens that live %v, want 30 days", o.TokenLifetime)
	}
}

func TestAStateThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if _, err := cantotest.New(cantotest.Options{State: []byte("{")}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("got %v, want an error that says invalid", err)
	}
	s, err := cantotest.New(cantotest.Options{State: []byte(`{"version":99,"last":9}`)})
	if err != nil {
		t.Fatalf("a state of another version: got %v, want it left aside", err)
	}
	s.Close()
}

func TestPathsThatAreNot(t *testing.T) {
	t.Parallel()
	c := start(t, cantotest.Options{}, cantotest.Record{Scheme: "image", ID: "a"})
	for _, path := range []string{"/", "/api/v1", "/api/v1/nothing", "/api/v1/image/b", "/api/v1/image/a/x", "/api/v1/album/NONE1", "/api/v1/folder/NONE1", "/api/v1/tree/NONE1",
		"/api/v1/info/album/NONE1", "/api_binary/v1/image/b/preview", "/api_binary/v1/image/a/preview/801", "/api_binary/v1/image/a/nothing",
		"/direct/image/a/0000/m800/800", "/direct/image/b/0000/original", "/api/v1/batch/content"} {
		if got := c.get(path); got.status != 404 || !strings.Contains(got.body, `"message"`) {
			t.Errorf("%s: got %d %s, want 404 and a message", path, got.status, got.body)
		}
	}
}
