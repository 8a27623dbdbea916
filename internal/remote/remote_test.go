package remote

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"semdex"
)

// client is one that does not wait long.
func client() *Client {
	return &Client{System: "Acme", Attempts: 3, Backoff: time.Millisecond, LimitWait: time.Millisecond}
}

// answers serves one answer after the other, the last one again and again, and counts the calls.
func answers(t *testing.T, list ...http.HandlerFunc) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	calls := &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(calls.Add(1))
		list[min(n, len(list))-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server, calls
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

func fine(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"a":1}`) }

// cut promises more than it sends.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	fmt.Fprint(w, `{"a":`)
}

func drop(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }

func TestRetryRule(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answers []http.HandlerFunc
		once    bool
		final   []int
		kind    Kind
		calls   int64
		fails   bool
	}{
		{"an answer is an answer", []http.HandlerFunc{fine}, false, nil, 0, 1, false},
		{"a failure is asked again", []http.HandlerFunc{status(500, ""), status(503, ""), fine}, false, nil, 0, 3, false},
		{"not for ever", []http.HandlerFunc{status(502, "down")}, false, nil, Broken, 3, true},
		{"a failure that is the system's word is not", []http.HandlerFunc{status(503, "")}, false, []int{503}, Broken, 1, true},
		{"nor what is not built", []http.HandlerFunc{status(501, "")}, false, nil, Broken, 1, true},
		{"too many calls are waited for", []http.HandlerFunc{status(429, ""), fine}, false, nil, 0, 2, false},
		{"in the end they are an error", []http.HandlerFunc{status(429, "")}, false, nil, Limited, 3, true},
		{"a broken connection is tried again", []http.HandlerFunc{drop, fine}, false, nil, 0, 2, false},
		{"an answer cut short is read again", []http.HandlerFunc{cut, fine}, false, nil, 0, 2, false},
		{"cut short for ever", []http.HandlerFunc{cut}, false, nil, Cut, 3, true},
		{"what may not be repeated is not", []http.HandlerFunc{status(500, ""), fine}, true, nil, Broken, 1, true},
		{"a refusal is the system's word", []http.HandlerFunc{status(400, `{"message":"no"}`)}, false, nil, Refused, 1, true},
		{"so are wrong credentials", []http.HandlerFunc{status(401, "")}, false, nil, Unauthorized, 1, true},
		{"and missing rights", []http.HandlerFunc{status(403, "")}, false, nil, Forbidden, 1, true},
		{"and what is not there", []http.HandlerFunc{status(404, "")}, false, nil, Missing, 1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, calls := answers(t, tt.answers...)
			c := client()
			c.Final = tt.final
			_, err := c.Do(t.Context(), Request{URL: server.URL, Once: tt.once})
			if (err != nil) != tt.fails || calls.Load() != tt.calls {
				t.Errorf("got error %v after %d calls, want failing to be %v after %d", err, calls.Load(), tt.fails, tt.calls)
			}
			if tt.fails && !Is(err, tt.kind) {
				t.Errorf("got %v, want kind %d", err, tt.kind)
			}
		})
	}
}

func TestRetryAfterIsHeeded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want        time.Duration
	}{
		{"seconds", "7", 7 * time.Second},
		{"none", "", -1},
		{"nonsense", "soon", -1},
		{"a negative number", "-3", -1},
		{"an hour is too long", "3600", maxRetryAfter},
		{"a number beyond all", "9000000000", maxRetryAfter},
		{"a date that has passed", "Mon, 02 Jan 2006 15:04:05 GMT", 0},
		{"a date far away", time.Now().Add(48 * time.Hour).UTC().Format(http.TimeFormat), maxRetryAfter},
	}
	c := client()
	for _, tt := range tests {
		h := http.Header{}
		h.Set("Retry-After", tt.value)
		got := retryAfter(h)
		if got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		if wait := c.wait(&Fault{Kind: Limited, retryAfter: got}, 1); got >= 0 && wait != got {
			t.Errorf("%s: waits %v, want %v", tt.name, wait, got)
		}
	}
}

func TestWaitsDouble(t *testing.T) {
	t.Parallel()
	c := &Client{Backoff: time.Second}
	for n, most := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second} {
		for range 50 {
			if d := c.wait(&Fault{Kind: Broken, retryAfter: -1}, n+1); d < most/2 || d > most+1 {
				t.Fatalf("before attempt %d: got %v, want %v to %v", n+2, d, most/2, most)
			}
		}
	}
}

func TestFaultsSayWhatHappenedAndWhatToTry(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.HandlerFunc(fine))
	closed.Close()
	secure := httptest.NewTLSServer(http.HandlerFunc(fine))
	secure.Config.ErrorLog = nil
	t.Cleanup(secure.Close)
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(slow.Close)
	large, _ := answers(t, status(200, strings.Repeat("x", 100)))
	login, _ := answers(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login?secret=1", http.StatusFound) })
	page, _ := answers(t, status(403, "<!DOCTYPE html><title>no</title>"))
	said, _ := answers(t, status(400, `{"errorMessage":"one module only","status":400}`))
	tests := []struct {
		name    string
		request Request
		kind    Kind
		parts   []string
	}{
		{"nobody listens", Request{URL: closed.URL + "/x?app_secret=hush"}, Unreachable, []string{"Acme cannot be reached", "GET " + closed.URL + "/x", "after 3 attempts"}},
		{"no such host", Request{URL: "http://nowhere.invalid"}, Unreachable, []string{"nowhere.invalid"}},
		{"a certificate that nobody signed", Request{URL: secure.URL}, Untrusted, []string{"the certificate of Acme"}},
		{"no answer in time", Request{URL: slow.URL, Timeout: 20 * time.Millisecond, Once: true}, TimedOut, []string{"did not answer in time"}},
		{"more than is good", Request{URL: large.URL, MaxBody: 99}, TooLarge, []string{"too large", "99 bytes"}},
		{"it leads elsewhere", Request{URL: login.URL}, Redirected, []string{"leads elsewhere", "to " + login.URL + "/login"}},
		{"a web page is not quoted", Request{URL: page.URL}, Forbidden, []string{"does not allow", "a web page"}},
		{"what the system says is quoted", Request{URL: said.URL}, Refused, []string{"one module only", "status 400"}},
		{"an address that is none", Request{URL: "http://[::1"}, Refused, []string{"refuses the call"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := client().Do(t.Context(), tt.request)
			if !Is(err, tt.kind) || semdex.CodeOf(err) != semdex.Upstream {
				t.Fatalf("got %v, want an Upstream error of kind %d", err, tt.kind)
			}
			for _, part := range tt.parts {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, which lacks %q", err, part)
				}
			}
			public := semdex.Public(err)
			if public.Hint == "" {
				t.Errorf("%q has no hint", err)
			}
			if all := err.Error() + public.Message + public.Hint; strings.Contains(all, "hush") || strings.Contains(all, "secret=1") {
				t.Errorf("%q shows a query", all)
			}
		})
	}
}

func TestSaid(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, want string }{
		{"a message", `{"code":3301,"message":"bad field"}`, "bad field"},
		{"OAuth", `{"error":"invalid_client","error_description":"no such app"}`, "no such app"},
		{"within another", `{"responseBase":{"message":"inner"}}`, "inner"},
		{"an object without a message", `{"code":1}`, ""},
		{"text", " plain \n text ", "plain text"},
		{"a page", "\n<HTML><body>", "a web page"},
		{"nothing", "", ""},
		{"not UTF-8", "a\xffb", "a\uFFFDb"},
		{"what would move a terminal", "a\x1b]0;b\a c\u0085d", "a ]0;b c d"},
		{"long text is cut", strings.Repeat("ä", 400), strings.Repeat("ä", maxSaid/2) + "..."},
	}
	for _, tt := range tests {
		if got := said([]byte(tt.body)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestReadAsksAgainForWhatItCannotDecode(t *testing.T) {
	t.Parallel()
	var v struct{ A int }
	read := func(address string) error {
		c := client()
		_, err := c.Read(Request{URL: address}, func(r Request) (*Response, error) { return c.Do(t.Context(), r) },
			func(body []byte) error { return json.Unmarshal(body, &v) })
		return err
	}
	server, calls := answers(t, status(200, "<html>starting"), fine)
	if err := read(server.URL); err != nil || v.A != 1 || calls.Load() != 2 {
		t.Errorf("got %+v, error %v after %d calls, want it to be asked for again once", v, err, calls.Load())
	}
	server, calls = answers(t, status(200, "<html>login"))
	err := read(server.URL)
	if !Is(err, Unreadable) || calls.Load() != 2 || !strings.Contains(err.Error(), "a web page") {
		t.Errorf("got error %v after %d calls, want a web page to be named after two", err, calls.Load())
	}
}

func TestFollowLeavesCredentialsBehind(t *testing.T) {
	t.Parallel()
	var seen atomic.Value
	seen.Store("nothing")
	cdn, _ := answers(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r.Header.Get("Authorization"))
		fmt.Fprint(w, "picture")
	})
	api, calls := answers(t,
		func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) },
		func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/again" || r.Header.Get("Authorization") == "" {
				t.Errorf("got %s with %q, want /again with the token: it is the same host", r.URL.Path, r.Header.Get("Authorization"))
			}
			http.Redirect(w, r, strings.Replace(cdn.URL, "127.0.0.1", "localhost", 1)+"/x", http.StatusFound)
		})
	got, err := client().Follow(t.Context(), Request{URL: api.URL, Header: http.Header{"Authorization": {"Bearer t"}}})
	if err != nil || string(got.Body) != "picture" {
		t.Fatalf("got %v and error %v, want the picture", got, err)
	}
	if seen.Load() != "" || calls.Load() != 2 {
		t.Errorf("the other host saw %q, want nothing", seen.Load())
	}
}

func TestFollowEnds(t *testing.T) {
	t.Parallel()
	server, calls := answers(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) })
	if _, err := client().Follow(t.Context(), Request{URL: server.URL}); !Is(err, Redirected) || calls.Load() != maxHops+1 {
		t.Errorf("got error %v after %d calls, want an end after %d", err, calls.Load(), maxHops+1)
	}
}

func TestFollowStaysSecure(t *testing.T) {
	t.Parallel()
	plain, calls := answers(t, fine)
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	t.Cleanup(secure.Close)
	c := client()
	c.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	if _, err := c.Follow(t.Context(), Request{URL: secure.URL}); !Is(err, Redirected) || calls.Load() != 0 {
		t.Errorf("got error %v and %d calls in plain, want none", err, calls.Load())
	}
}

func TestAContextThatEnds(t *testing.T) {
	t.Parallel()
	server, calls := answers(t, status(500, ""))
	ctx, cancel := context.WithCancel(t.Context())
	c := client()
	c.Backoff = time.Hour
	go func() {
		for calls.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if _, err := c.Do(ctx, Request{URL: server.URL}); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	if _, err := c.Do(ctx, Request{URL: server.URL, Pace: NewPace(1, time.Hour)}); !errors.Is(err, context.Canceled) || calls.Load() != 1 {
		t.Errorf("got error %v and %d calls, want no further call", err, calls.Load())
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{"127.0.0.1": true, "::1": true, "localhost": true, "10.0.0.1": false, "localhost.example": false, "": false} {
		if got := Loopback(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}

func TestPaceLetsNoMoreThroughInAnyWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := NewPace(3, time.Minute)
	for n := range 3 {
		if _, ok := p.enter(now); !ok {
			t.Fatalf("call %d waits, want it let through", n+1)
		}
	}
	if wait, ok := p.enter(now.Add(time.Hour)); ok || wait <= 0 {
		t.Errorf("a fourth while three are under way: got %v and wait %v, want it to wait", ok, wait)
	}
	p.running, p.ended = 0, []time.Time{now, now.Add(10 * time.Second), now.Add(20 * time.Second)}
	if wait, ok := p.enter(now.Add(59 * time.Second)); ok || wait < time.Second || wait > 2*time.Second {
		t.Errorf("within the window: got %v and wait %v, want to wait a second", ok, wait)
	}
	if _, ok := p.enter(now.Add(61 * time.Second)); !ok {
		t.Error("the oldest is over: got a wait, want it let through")
	}
	if _, ok := p.enter(now.Add(61 * time.Second)); ok {
		t.Error("and one more: got it let through, want a wait")
	}
}

func TestPaceWakesWhoWaits(t *testing.T) {
	t.Parallel()
	p := NewPace(1, time.Microsecond)
	var inside, most atomic.Int64
	done := make(chan error)
	for range 8 {
		go func() {
			leave, err := p.Enter(t.Context())
			if err == nil {
				most.Store(max(most.Load(), inside.Add(1)))
				time.Sleep(time.Millisecond) // long enough for another to come in beside it
				inside.Add(-1)
				leave()
			}
			done <- err
		}()
	}
	for range 8 {
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("got error %v, want none", err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("somebody waits for ever")
		}
	}
	if most.Load() != 1 {
		t.Errorf("got %d calls at once, want 1", most.Load())
	}
}

func TestNoPace(t *testing.T) {
	t.Parallel()
	var p *Pace
	done, err := p.Enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done()
}

func TestAnAnswerThatIsNotWholeIsReadAgain(t *testing.T) {
	t.Parallel()
	whole := func(body []byte) error {
		if !strings.HasSuffix(string(body), "}") {
			return errors.New("the last line has no end")
		}
		return nil
	}
	server, calls := answers(t, status(200, `{"a":`), fine)
	if _, err := client().Do(t.Context(), Request{URL: server.URL, Whole: whole}); err != nil || calls.Load() != 2 {
		t.Errorf("got error %v after %d calls, want the second to do", err, calls.Load())
	}
	server, calls = answers(t, status(200, `{"a":`))
	_, err := client().Do(t.Context(), Request{URL: server.URL, Whole: whole})
	if !Is(err, Cut) || calls.Load() != 3 || !strings.Contains(err.Error(), "the last line has no end") {
		t.Errorf("got error %v after %d calls, want one that tells what is missing after 3", err, calls.Load())
	}
}

func TestA401TellsHowToLogIn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		headers []string
		want    string
	}{
		{"nothing is said", nil, ""},
		{"one way", []string{`Basic realm="x"`}, "Basic"},
		{"two ways", []string{"Basic", `Bearer realm="x", error="invalid_token"`}, "Basic Bearer"},
	}
	for _, tt := range tests {
		server, _ := answers(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Www-Authenticate"] = tt.headers
			w.WriteHeader(http.StatusUnauthorized)
		})
		_, err := client().Do(t.Context(), Request{URL: server.URL})
		if f := FaultOf(err); f == nil || f.Asks != tt.want {
			t.Errorf("%s: got %+v, want %q", tt.name, f, tt.want)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, address, want, refused string }{
		{"a host", "https://acme.example", "https://acme.example", ""},
		{"blanks and a slash at the end do not matter", " https://acme.example/dam/ ", "https://acme.example/dam", ""},
		{"plain http on this machine", "http://127.0.0.1:4711", "http://127.0.0.1:4711", ""},
		{"plain http elsewhere", "http://acme.example", "", "not https"},
		{"credentials", "https://ann:hush@acme.example", "", "holds credentials"},
		{"a query", "https://acme.example?x=1", "", "no address"},
		{"no scheme", "acme.example", "", "no address"},
		{"another scheme", "ftp://acme.example", "", "no address"},
		{"nothing", "", "", "no address"},
	}
	for _, tt := range tests {
		u, err := CheckAddress("url", tt.address, "https://dam.example")
		if tt.refused != "" {
			if semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), tt.refused) || semdex.HintOf(err) == "" || strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: got error %v, want one that says %q", tt.name, err, tt.refused)
			}
			continue
		}
		if err != nil || u.String() != tt.want {
			t.Errorf("%s: got %v and error %v, want %s", tt.name, u, err, tt.want)
		}
	}
	if got := Host("https://acme.example:8443/x"); got != "acme.example:8443" {
		t.Errorf("got host %q, want acme.example:8443", got)
	}
}
