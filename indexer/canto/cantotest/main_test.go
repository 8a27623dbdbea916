package cantotest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"semdex/indexer/canto/cantotest"
)

func TestMain(m *testing.M) {
	defer http.DefaultClient.CloseIdleConnections()
	goleak.VerifyTestMain(m)
}

// caller calls a server with a token of its own.
type caller struct {
	*cantotest.Server
	t     *testing.T
	http  *http.Client
	token string
}

// start runs a server without limits until the test ends.
func start(t *testing.T, o cantotest.Options, records ...cantotest.Record) *caller {
	t.Helper()
	if o.CallsPerMinute == nil {
		o.CallsPerMinute = map[string]int{}
		for _, group := range cantotest.Groups {
			o.CallsPerMinute[group] = -1
		}
	}
	s, err := cantotest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	c := &caller{Server: s, t: t, http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.Close()
	})
	if err := s.Put(records...); err != nil {
		t.Fatal(err)
	}
	return c
}

// reply is an answer that was read.
type reply struct {
	status int
	header http.Header
	body   string
}

// send calls an address with a header "Name: value", or none.
func (c *caller) send(method, address, header, body string) reply {
	c.t.Helper()
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if name, value, ok := strings.Cut(header, ": "); ok {
		request.Header.Set(name, value)
	}
	response, err := c.http.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

// login gets a token, once.
func (c *caller) login() string {
	c.t.Helper()
	if c.token == "" {
		o := c.Options()
		form := url.Values{"app_id": {o.AppID}, "app_secret": {o.AppSecret}, "grant_type": {"client_credentials"}, "scope": {"consumer"}}
		got := c.send("POST", c.OAuthURL()+"/oauth/api/oauth2/compatible/token", "Content-Type: application/x-www-form-urlencoded", form.Encode())
		var answer struct {
			Token string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(got.body), &answer); err != nil || answer.Token == "" {
			c.t.Fatalf("token: got %d %s", got.status, got.body)
		}
		c.token = answer.Token
	}
	return c.token
}

// get calls the API with a token.
func (c *caller) get(path string) reply {
	c.t.Helper()
	return c.send("GET", c.URL()+path, "Authorization: Bearer "+c.login(), "")
}

// object reads the answer as a JSON object.
func (c *caller) object(path string) map[string]any {
	c.t.Helper()
	got := c.get(path)
	var keys map[string]any
	if err := json.Unmarshal([]byte(got.body), &keys); err != nil || got.status != http.StatusOK {
		c.t.Fatalf("%s: got %d %s, want an object", path, got.status, got.body)
	}
	return keys
}

// ids lists the ids that a list call gives.
func (c *caller) ids(path string) string {
	c.t.Helper()
	results, _ := c.object(path)["results"].([]any)
	var ids []string
	for _, r := range results {
		ids = append(ids, r.(map[string]any)["id"].(string))
	}
	return strings.Join(ids, " ")
}

// at is a moment of 2026, in winter, UTC.
func at(minute int) time.Time { return time.Date(2026, 1, 10, 11, minute, 0, 0, time.UTC) }

// clock is one that stands still until it is set.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }
