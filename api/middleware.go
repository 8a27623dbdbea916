package api

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"semdex"

	"github.com/gin-gonic/gin"
)

// What a request remembers for the log.
const (
	requestID = "semdex.request_id"
	keyOfLog  = "semdex.key"
	errOfLog  = "semdex.error"

	clientContext = "semdex.client" // the context of the request before its time was bounded
)

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// observe names a request, and when it is done counts it and writes its line to the log: the route and not
// the address, for that holds the words of the query.
func (s *service) observe(c *gin.Context) {
	start := time.Now()
	id := c.GetHeader("X-Request-Id")
	if !requestIDForm.MatchString(id) {
		id = strings.ToLower(rand.Text())
	}
	c.Set(requestID, id)
	c.Header("X-Request-Id", id)
	defer s.observed(c, start, id)
	c.Next()
}

// observed counts a request and writes its line.
func (s *service) observed(c *gin.Context, start time.Time, id string) {
	took, route, status := time.Since(start), c.FullPath(), c.Writer.Status()
	if route == "" {
		route = "none"
	}
	method := methodLabel(c.Request.Method)
	s.metrics.observe(method, route, status, took)
	attrs := []slog.Attr{slog.String("method", method), slog.String("route", route), slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("key", c.GetString(keyOfLog)), slog.String("request_id", id)}
	level := slog.LevelInfo
	if err, _ := c.Value(errOfLog).(error); err != nil && status >= http.StatusInternalServerError {
		level, attrs = slog.LevelError, append(attrs, slog.String("err", err.Error()))
	}
	s.log.LogAttrs(context.WithoutCancel(c.Request.Context()), level, "request", attrs...)
}

// methodLabel bounds the names of methods, which a client may make up.
func methodLabel(m string) string {
	known := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect}
	if slices.Contains(known, m) {
		return m
	}
	return "OTHER"
}

// recover turns a panic into a 500. The stack goes to the log; the request's headers, which hold the key, do not.
func (s *service) recover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler {
			panic(v)
		}
		s.log.Error("panic", "route", c.FullPath(), "request_id", c.GetString(requestID), "panic", v, "stack", string(debug.Stack()))
		s.fail(c, errors.New("panic"))
	}()
	c.Next()
}

// guard sets what every answer bears, and bounds the body and the time of a request.
func (s *service) guard(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Authorization, X-API-Key, Origin, Accept-Encoding")
	c.Set(clientContext, c.Request.Context())
	ctx, cancel := context.WithTimeout(c.Request.Context(), s.timeout)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, s.bound(c))
	c.Next()
}

// bound is how many bytes the body of a request may have.
func (s *service) bound(c *gin.Context) int64 {
	if c.FullPath() == draftPath && c.Request.Method == http.MethodPut {
		return MaxVocabulary
	}
	return MaxBody
}

// fail answers with a problem. If the answer has begun, nothing can be said any more: the log says it, and the
// connection is cut, so that nobody takes the answer for whole. If the client is gone, nobody hears it.
func (s *service) fail(c *gin.Context, err error) {
	c.Set(errOfLog, err)
	c.Abort()
	if c.Writer.Written() {
		s.log.Error("answer broke off", "route", c.FullPath(), "request_id", c.GetString(requestID), "err", err)
		panic(http.ErrAbortHandler)
	}
	if errors.Is(err, context.Canceled) && c.Request.Context().Err() == context.Canceled {
		c.Status(statusGone)
		return
	}
	p := problemOf(err)
	p.RequestID = c.GetString(requestID)
	switch semdex.Code(p.Code) {
	case semdex.Unauthorized:
		c.Header("WWW-Authenticate", `Bearer realm="semdex"`)
	case semdex.Busy:
		c.Header("Retry-After", retryAfter)
	}
	h := c.Writer.Header()
	for _, name := range []string{"Content-Disposition", "Link", "X-Total-Count", "X-Query-Id", "ETag"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	if err := writeJSON(c.Writer, typeProblem, p.Status, p); err != nil {
		s.log.Error("answer broke off", "request_id", p.RequestID, "err", err)
	}
}
