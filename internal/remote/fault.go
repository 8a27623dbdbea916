package remote

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"semdex"
)

// Kind is what kind of failure a Fault is.
type Kind uint8

// The kinds.
const (
	Unreachable  Kind = iota // no connection, or one that broke
	Untrusted                // the certificate is not to be trusted
	TimedOut                 // no answer in time
	Cut                      // the answer ended before its end
	TooLarge                 // the answer is over the bound
	Redirected               // it leads elsewhere
	Unauthorized             // 401
	Forbidden                // 403
	Missing                  // 404, 410
	Limited                  // 429
	Refused                  // any other 4xx, or a request that cannot be sent
	Broken                   // 5xx
	Unreadable               // an answer in 2xx that is not what was asked for
)

// what says it for people, hint what to try; %s is the system.
var kinds = map[Kind]struct{ what, hint string }{
	Unreachable:  {"%s cannot be reached", "check the host in the configuration, the name service, proxy and firewall"},
	Untrusted:    {"the certificate of %s is not to be trusted", "check the host in the configuration; where a proxy opens TLS, its authority must be among the trusted ones (SSL_CERT_FILE)"},
	TimedOut:     {"%s did not answer in time", "try again later; if it stays so, ask who runs it"},
	Cut:          {"an answer of %s was cut off", "try again; if it stays so, look at proxies in between"},
	TooLarge:     {"an answer of %s is too large", "it is over the bound that keeps this machine in memory; ask for less at a time"},
	Redirected:   {"%s leads elsewhere instead of answering", "the address may belong to a login page; check host and path in the configuration"},
	Unauthorized: {"%s refuses the credentials", "check them in the configuration; they may be revoked or expired"},
	Forbidden:    {"%s does not allow it", "give the account of these credentials the rights that the set-up page lists"},
	Missing:      {"%s does not know what was asked for", "check host, path and names in the configuration"},
	Limited:      {"%s asks for fewer calls", "other integrations may share its limit; set calls_per_minute lower, or run less often"},
	Refused:      {"%s refuses the call", "check the configuration against the set-up page"},
	Broken:       {"%s failed", "try again later; if it stays so, ask who runs it"},
	Unreadable:   {"%s answered with something else than was asked for", "the address may belong to a login page or a proxy; check host and path in the configuration"},
}

// Fault is a call that failed.
type Fault struct {
	Kind     Kind
	System   string
	Method   string
	URL      string // without its query, which may hold secrets
	Status   int    // 0 where there was no answer
	Said     string // what the system said, cut short
	Asks     string // the schemes that a 401 asks for in WWW-Authenticate: "Basic", "Basic Bearer"
	Attempts int
	Err      error

	retryAfter time.Duration // negative: not said
	location   *url.URL
}

// Error tells the call and what came of it.
func (f *Fault) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", f.Method, f.URL)
	if f.Status != 0 {
		fmt.Fprintf(&b, ": status %d", f.Status)
	}
	if f.Said != "" {
		fmt.Fprintf(&b, ": %s", f.Said)
	}
	if f.Err != nil {
		fmt.Fprintf(&b, ": %v", f.Err)
	}
	if f.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", f.Attempts)
	}
	return b.String()
}

// RetryAfter is how long the system asks to wait, negative where it does not say.
func (f *Fault) RetryAfter() time.Duration { return f.retryAfter }

func (f *Fault) Unwrap() error { return f.Err }

func (f *Fault) of(kind Kind, err error) *Fault {
	f.Kind, f.Err = kind, err
	return f
}

// public says it to whoever asked: what, and what to try.
func (f *Fault) public() error {
	text := kinds[f.Kind]
	return &semdex.Error{Code: semdex.Upstream, Message: fmt.Sprintf(text.what, f.System), Hint: text.hint, Err: f}
}

// FaultOf finds the Fault in the chain of err, nil where there is none.
func FaultOf(err error) *Fault {
	var f *Fault
	errors.As(err, &f)
	return f
}

// Is reports whether err is a Fault of that kind.
func Is(err error, kind Kind) bool {
	f := FaultOf(err)
	return f != nil && f.Kind == kind
}

// sent reads an error of the transport. Its own text holds the whole address, and is left out.
func (f *Fault) sent(err error) *Fault {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	var network net.Error
	switch {
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &name), errors.As(err, &record):
		return f.of(Untrusted, err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return f.of(TimedOut, err)
	}
	return f.of(Unreachable, err)
}

// answered reads an answer outside 2xx.
func (f *Fault) answered(r *http.Response, body []byte) *Fault {
	f.Status, f.Said, f.retryAfter = r.StatusCode, said(body), retryAfter(r.Header)
	switch {
	case r.StatusCode/100 == 3:
		if location, err := r.Location(); err == nil {
			f.location = location
			f.Said = "to " + withoutQuery(location.String())
			return f.of(Redirected, nil)
		}
		return f.of(Unreadable, nil)
	case r.StatusCode == http.StatusUnauthorized:
		f.Asks = asks(r.Header)
		return f.of(Unauthorized, nil)
	case r.StatusCode == http.StatusForbidden:
		return f.of(Forbidden, nil)
	case r.StatusCode == http.StatusNotFound, r.StatusCode == http.StatusGone:
		return f.of(Missing, nil)
	case r.StatusCode == http.StatusTooManyRequests:
		return f.of(Limited, nil)
	case r.StatusCode/100 == 4:
		return f.of(Refused, nil)
	}
	return f.of(Broken, nil)
}

// asks gives the schemes that the headers say one may log in by.
func asks(h http.Header) string {
	var schemes []string
	for _, challenge := range h.Values("WWW-Authenticate") {
		for part := range strings.SplitSeq(challenge, ",") {
			scheme, _, _ := strings.Cut(strings.TrimSpace(part), " ")
			if scheme != "" && !strings.Contains(scheme, "=") { // a parameter of the scheme before
				schemes = append(schemes, short(scheme))
			}
		}
	}
	return strings.Join(schemes, " ")
}

// maxSaid bounds what is quoted of an answer, in bytes.
const maxSaid = 300

// said finds what an answer says for people: the message of a JSON object under any of the names in use, else
// its text, but for web pages.
func said(body []byte) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) == nil {
		for _, key := range []string{"errorMessage", "error_description", "message", "error", "responseBase"} {
			var text string
			if json.Unmarshal(object[key], &text) == nil && text != "" {
				return short(text)
			}
			if inner := said(object[key]); len(object[key]) > 0 && object[key][0] == '{' && inner != "" {
				return inner
			}
		}
		return ""
	}
	if IsPage(body) {
		return "a web page"
	}
	return short(string(body))
}

func short(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) // which would move a terminal
	}), " ")
	if len(text) > maxSaid {
		text = strings.ToValidUTF8(text[:maxSaid], "") + "..."
	}
	return text
}

// IsPage reports whether a body is a web page, as a login or a proxy gives it.
func IsPage(body []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 1024)]))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

// Unreadable gives the error of an answer in 2xx that is not what was asked for.
func (c *Client) Unreadable(r Request, body []byte, err error) error {
	f := &Fault{Kind: Unreadable, System: c.System, Method: method(r), URL: withoutQuery(r.URL), Status: http.StatusOK, Err: err}
	if IsPage(body) {
		f.Said = "a web page"
	}
	return f.public()
}

// Read sends a call, by send, and decodes its answer. One that cannot be decoded is asked for once more, since
// proxies serve a page while a system restarts.
func (c *Client) Read(r Request, send func(Request) (*Response, error), decode func(body []byte) error) (*Response, error) {
	for again := false; ; again = true {
		response, err := send(r)
		if err != nil {
			return nil, err
		}
		if err = decode(response.Body); err == nil {
			return response, nil
		}
		if again || r.Once {
			return nil, c.Unreadable(r, response.Body, err)
		}
	}
}
