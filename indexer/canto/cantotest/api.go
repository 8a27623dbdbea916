package cantotest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// schemes are those of Canto.
var schemes = []string{"image", "video", "audio", "document", "presentation", "other"}

// answer is what a call gets.
type answer struct {
	status   int
	kind     string // application/json where empty
	body     []byte
	location string
	list     bool
	wait     int // seconds, for Retry-After
}

func problem(code int, message string) answer {
	quoted, _ := json.Marshal(message)
	return answer{status: code, body: fmt.Appendf(nil, `{"code":%d,"message":%s}`, code, quoted)}
}

func (a answer) write(w http.ResponseWriter) {
	a.header(w.Header())
	w.WriteHeader(a.status)
	w.Write(a.body)
}

func (a answer) header(h http.Header) {
	if a.kind == "" {
		a.kind = "application/json;charset=UTF-8"
	}
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(a.wait))
	}
}

// endpoint is where a call leads.
type endpoint struct {
	group  string
	public bool // needs no token
	serve  func() answer
}

// serveAPI answers what is below /api/v1, /api_binary/v1 and /direct, and the page of an asset.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	s.dated(w)
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	to := s.route(r)
	s.mu.Lock()
	delay := s.faults.Delay
	a := s.admit(r, to)
	s.mu.Unlock()
	sleep(r.Context(), delay)
	if a == nil {
		a = new(to.serve())
	}
	if a.list {
		s.deliverList(w, *a)
		return
	}
	a.write(w)
}

// dated sets the header Date by the server's own clock.
func (s *Server) dated(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Date", s.now().Add(s.faults.ClockOffset).UTC().Format(http.TimeFormat))
}

// admit counts a call and gives the answer of one that does not pass. The caller holds the lock.
func (s *Server) admit(r *http.Request, to endpoint) *answer {
	now := time.Now() // limits go by the time that clients wait in
	s.meter.arrive(to.group, now, s.options.Window)
	s.secretIn(r)
	if a := s.faults.broken(); a != nil {
		return a
	}
	if !to.public {
		if a := s.refused(r); a != nil {
			return a
		}
	}
	if s.faults.limits() {
		return s.tooMany(to.group, now, time.Duration(s.faults.RetryAfter)*time.Second, true)
	}
	if wait, ok := s.meter.accept(to.group, now, s.options.limit(to.group), s.options.Window); !ok {
		return s.tooMany(to.group, now, wait, s.options.Behaviour.TellsWait)
	}
	if slices.Contains(s.faults.Forbidden, to.group) {
		return new(problem(http.StatusForbidden, "the account has no right to do this"))
	}
	return nil
}

// limit of a group; what is no endpoint has none.
func (o Options) limit(group string) int {
	if limit, known := o.CallsPerMinute[group]; known {
		return limit
	}
	return -1
}

func (s *Server) tooMany(group string, now time.Time, wait time.Duration, tell bool) *answer {
	a := problem(http.StatusTooManyRequests, "too many requests")
	if !tell || wait <= 0 {
		s.meter.told(group, now, s.options.Window)
		return &a
	}
	a.wait = int((wait + time.Second - 1) / time.Second)
	s.meter.told(group, now, time.Duration(a.wait)*time.Second)
	return &a
}

// route gives the endpoint of a path. Ids are percent-encoded and may hold anything.
func (s *Server) route(r *http.Request) endpoint {
	parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return nowhere
		}
		parts[i] = plain
	}
	get := r.Method == http.MethodGet
	switch {
	case len(parts) >= 5 && parts[0] == "direct" && get:
		return endpoint{"binary", true, func() answer { return s.direct(parts[1:]) }}
	case len(parts) == 2 && parts[0] == "smartalbum" && get:
		return endpoint{"page", true, func() answer { return s.detail(parts[1], r.URL.Query()) }}
	case len(parts) >= 4 && parts[0] == "api_binary" && parts[1] == "v1" && get:
		return endpoint{"binary", false, func() answer { return s.binary(parts[2:]) }}
	case len(parts) >= 3 && parts[0] == "api" && parts[1] == "v1":
		return s.routeV1(r, parts[2:])
	}
	return nowhere
}

var nowhere = endpoint{"unknown", true, func() answer { return problem(http.StatusNotFound, "there is no such path") }}

// routeV1 gives the endpoint of a path below /api/v1.
func (s *Server) routeV1(r *http.Request, parts []string) endpoint {
	name := parts[0]
	if len(parts) > 1 && name != "tree" && !slices.Contains(schemes, name) {
		name += "/"
	}
	switch route := r.Method + " " + name; {
	case route == "POST batch/" && len(parts) == 2 && parts[1] == "content":
		return endpoint{"batch", false, func() answer { return s.batch(r.Body) }}
	case r.Method != http.MethodGet:
		return nowhere
	case name == "search":
		return endpoint{"list", false, func() answer { return s.list(r, func(*entry) bool { return true }) }}
	case name == "album/" && len(parts) == 2:
		return endpoint{"list", false, func() answer { return s.listBelow(r, parts[1], true) }}
	case name == "folder/" && len(parts) == 2:
		return endpoint{"folder", false, func() answer { return s.listBelow(r, parts[1], false) }}
	case name == "tree" && len(parts) <= 2:
		return endpoint{"tree", false, func() answer { return s.serveTree(r, parts[1:]) }}
	case name == "info/" && len(parts) == 3:
		return endpoint{"tree", false, func() answer { return s.info(parts[1], parts[2]) }}
	case name == "custom/" && len(parts) == 2 && parts[1] == "field":
		return endpoint{"field", false, s.customFields}
	case name == "user":
		return endpoint{"user", false, user}
	case slices.Contains(schemes, name) && len(parts) == 1:
		return endpoint{"list", false, func() answer { return s.list(r, func(e *entry) bool { return e.scheme == name }) }}
	case slices.Contains(schemes, name) && len(parts) == 2:
		return endpoint{"single", false, func() answer { return s.single(key{name, parts[1]}) }}
	}
	return nowhere
}

func user() answer {
	return answer{status: http.StatusOK, body: []byte(`{"userId":"api@example.org","name":"Api Reader","email":"api@example.org",` +
		`"firstName":"Api","lastName":"Reader","permissions":["download"],"lastAccessVersion":"x"}`)}
}

func (s *Server) customFields() answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := json.Marshal(append([]field{}, s.content.fields...)) // strings are never an error
	return answer{status: http.StatusOK, body: body}
}

// single gives one asset, with its metadata.
func (s *Server) single(k key) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, known := s.content.byKey[k]
	if !known || s.faults.Blind {
		return problem(http.StatusNotFound, "there is no such asset")
	}
	return answer{status: http.StatusOK, body: s.appendRecord(nil, e, true)}
}

// batch gives many assets at once, in an order of its own, with their metadata.
func (s *Server) batch(in io.Reader) answer {
	var asked []struct{ Scheme, ID string }
	if err := json.NewDecoder(in).Decode(&asked); err != nil {
		return problem(http.StatusBadRequest, "the body is no list of scheme and id")
	}
	if len(asked) > maxBatch {
		return problem(http.StatusBadRequest, fmt.Sprintf("at most %d assets at a time", maxBatch))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []byte(`{"docResult":[`)
	failed := []byte(`"failed":[`)
	first, firstFailed := true, true
	for _, a := range slices.Backward(asked) {
		e, known := s.content.byKey[key{a.Scheme, a.ID}]
		if known && !s.faults.Blind {
			found = s.appendRecord(comma(found, &first), e, true)
			continue
		}
		failed = append(comma(failed, &firstFailed), `{"scheme":`...)
		failed = append(appendString(failed, a.Scheme), `,"id":`...)
		failed = append(appendString(failed, a.ID), '}')
	}
	return answer{status: http.StatusOK, body: append(append(append(found, "],"...), failed...), "]}"...)}
}

func comma(b []byte, first *bool) []byte {
	if !*first {
		b = append(b, ',')
	}
	*first = false
	return b
}
