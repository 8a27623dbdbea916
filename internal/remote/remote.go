// Package remote is the one way in which Semdex talks HTTP to a system that it mirrors: every call has a
// timeout, a bound on what it reads, a retry rule and a pace, and every failure says what happened, where, and
// what to try.
//
// Repeated are calls that may be: on a broken connection, an answer cut short, 429, 500, 502, 503 and 504, with
// waits that double and are jittered, or as long as Retry-After says. An answer in 4xx is the system's word and
// is not asked for again. Redirects are not followed, since an API has none and a login page does; Follow is for
// downloads, and leaves the credentials behind where the host changes.
package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
)

// Bounds where a Client or Request sets none.
const (
	DefaultTimeout   = 60 * time.Second
	DefaultMaxBody   = 64 << 20
	DefaultAttempts  = 6
	DefaultBackoff   = 500 * time.Millisecond
	DefaultLimitWait = 60 * time.Second // after a 429 that does not say how long
	maxBackoff       = 30 * time.Second
	maxRetryAfter    = 5 * time.Minute
	maxHops          = 5
)

// Client sends requests to one system. It is safe for use by many goroutines; its fields are set before.
type Client struct {
	System    string            // its name, for people
	Transport http.RoundTripper // nil: http.DefaultTransport
	Attempts  int               // at a call that may be repeated, the first one included
	Backoff   time.Duration     // before the second attempt; doubles from there
	LimitWait time.Duration     // after a 429 without Retry-After
	Final     []int             // statuses in 5xx that are the system's word, too, and not repeated
}

// Request is one call.
type Request struct {
	Method  string // GET where empty
	URL     string
	Header  http.Header
	Body    []byte
	Timeout time.Duration // of one attempt
	MaxBody int64         // bytes of the answer
	Once    bool          // never to be repeated: it is not known to do the same twice
	Pace    *Pace         // nil: none

	// Whole says what an answer in 2xx lacks that ends too early for HTTP to notice; it is then asked for again
	// as one that was cut off. nil: every answer is whole.
	Whole func(body []byte) error
}

// Response is a whole answer in 2xx.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request until it is answered, or until the retry rule ends. The error is a *semdex.Error around
// a *Fault, or that of ctx.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	attempts := pick(c.Attempts, DefaultAttempts)
	if r.Once {
		attempts = 1
	}
	for n := 1; ; n++ {
		response, fault := c.attempt(ctx, r)
		if fault == nil {
			return response, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if n >= attempts || !c.repeatable(fault) {
			fault.Attempts = n
			return nil, fault.public()
		}
		if err := sleep(ctx, c.wait(fault, n)); err != nil {
			return nil, err
		}
	}
}

func pick[T int | int64 | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}

func (c *Client) repeatable(f *Fault) bool {
	switch f.Kind {
	case Unreachable, TimedOut, Cut, Limited:
		return true
	case Broken:
		return f.Status != http.StatusNotImplemented && !slices.Contains(c.Final, f.Status)
	}
	return false
}

// wait gives the time before attempt n+1.
func (c *Client) wait(f *Fault, n int) time.Duration {
	if f.retryAfter >= 0 {
		return f.retryAfter
	}
	if f.Kind == Limited {
		d := pick(c.LimitWait, DefaultLimitWait)
		return d + rand.N(d/4+1)
	}
	d := min(pick(c.Backoff, DefaultBackoff)<<(n-1), maxBackoff)
	return d/2 + rand.N(d/2+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// attempt sends the request once.
func (c *Client) attempt(ctx context.Context, r Request) (*Response, *Fault) {
	f := &Fault{System: c.System, Method: method(r), URL: withoutQuery(r.URL), retryAfter: -1}
	done, err := r.Pace.Enter(ctx)
	if err != nil {
		return nil, f.of(Unreachable, err)
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, pick(r.Timeout, DefaultTimeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method(r), r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, f.of(Refused, err)
	}
	if r.Header != nil {
		request.Header = r.Header.Clone()
	}
	response, err := c.plain().Do(request)
	if err != nil {
		return nil, f.sent(err)
	}
	defer response.Body.Close()
	bound := pick(r.MaxBody, DefaultMaxBody)
	body, err := io.ReadAll(io.LimitReader(response.Body, bound+1))
	if err != nil {
		if kind := f.sent(err).Kind; kind != TimedOut {
			f.of(Cut, err)
		}
		return nil, f
	}
	if int64(len(body)) > bound {
		f.Said = fmt.Sprintf("more than %d bytes", bound)
		return nil, f.of(TooLarge, nil)
	}
	if response.StatusCode/100 != 2 {
		return nil, f.answered(response, body)
	}
	if r.Whole != nil {
		if err := r.Whole(body); err != nil {
			f.Status = response.StatusCode
			return nil, f.of(Cut, err)
		}
	}
	return &Response{Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

func method(r Request) string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// plain is a client that follows no redirect: what it would lead to is not what was asked for.
func (c *Client) plain() *http.Client {
	return &http.Client{Transport: c.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Follow downloads from an address that may lead elsewhere. The headers of the request, which hold the
// credentials, go to its own host alone.
func (c *Client) Follow(ctx context.Context, r Request) (*Response, error) {
	for hop := 0; ; hop++ {
		response, err := c.Do(ctx, r)
		var fault *Fault
		if !errors.As(err, &fault) || fault.Kind != Redirected || hop >= maxHops {
			return response, err
		}
		next, from := fault.location, mustParse(r.URL)
		if from.Scheme == "https" && next.Scheme != "https" {
			return nil, err
		}
		if next.Host != from.Host || next.Scheme != from.Scheme {
			r.Header, r.Pace = nil, nil
		}
		r.URL = next.String()
	}
}

func mustParse(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil { // it was sent to a moment ago
		return &url.URL{}
	}
	return u
}

func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// retryAfter reads the header of that name: seconds, or a date. It is negative where there is none.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	wait := time.Duration(-1)
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, int(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = max(0, time.Until(at))
	}
	return min(wait, maxRetryAfter)
}

// CheckAddress reads the address of a server from the setting of that name; like is how one looks. The error is
// Invalid. Plain http passes on this machine only, since credentials are sent there.
func CheckAddress(setting, address, like string) (*url.URL, error) {
	invalid := func(what, hint string) error { return &semdex.Error{Code: semdex.Invalid, Message: what, Hint: hint} }
	hint := "write it like " + like
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(address), "/"))
	switch {
	case err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, invalid(setting+" is no address of a server", hint)
	case u.User != nil:
		return nil, invalid(setting+" holds credentials, which would show in logs", "give them by keys of their own beside it")
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return nil, invalid(fmt.Sprintf("%s: %s is not https, and the credentials would travel in the open", setting, u.Host), hint)
	}
	return u, nil
}

// Host is the host of an address, for people.
func Host(address string) string { return mustParse(address).Host }

// Loopback reports whether a host name is this machine's own, for which plain HTTP is good enough.
func Loopback(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost"
}
