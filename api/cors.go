package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"semdex"

	"github.com/gin-gonic/gin"
)

// anyOrigin lets pages of every origin use a key.
const anyOrigin = "*"

// ParseOrigin reads an origin as browsers send it: scheme, host and, where it is not the usual one, port; or "*".
func ParseOrigin(s string) (string, error) {
	if s == anyOrigin {
		return s, nil
	}
	bad := &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("no such origin: %q", shorten(s)), Hint: "write it as https://cms.example or https://cms.example:8443, or * for all"}
	u, err := url.Parse(strings.TrimSuffix(s, "/"))
	if err != nil || u.Scheme == "" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || strings.ContainsAny(s, "*?# ,") {
		return "", bad
	}
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	if strings.HasSuffix(host, ":") {
		return "", bad
	}
	return u.Scheme + "://" + host, nil
}

// allowsOrigin reports whether pages of an origin may use the key.
func (k Key) allowsOrigin(origin string) bool {
	return slices.Contains(k.Origins, origin) || slices.Contains(k.Origins, anyOrigin)
}

// Headers of cross-origin requests: those that a client may send, those that its scripts may read.
const (
	corsRequestHeaders = "Authorization, X-API-Key, Content-Type, Accept, If-None-Match, X-Request-Id, " +
		sessionHeader + ", " + userHeader + ", " + campaignHeader + ", " + integrationHeader
	corsAnswerHeaders = "ETag, Link, X-Total-Count, X-Query-Id, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Content-Disposition, X-Truncated"
	corsMaxAge        = "600" // seconds; a key that is revoked ends it
)

// corsMethods are the methods of all routes.
func corsMethods() string {
	methods := []string{http.MethodGet, http.MethodHead}
	for _, r := range routes() {
		if !slices.Contains(methods, r.method) {
			methods = append(methods, r.method)
		}
	}
	return strings.Join(methods, ", ")
}

// cors answers preflights, and lets pages of the origins of all keys read answers. A preflight bears no key, so
// which key belongs to which origin is for admit to judge.
func (s *service) cors(c *gin.Context) {
	origin := c.GetHeader("Origin")
	if origin == "" {
		return
	}
	h := c.Writer.Header()
	allowed := s.keys.AllowsOrigin(origin, s.now())
	if allowed {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", corsAnswerHeaders)
	}
	if c.Request.Method != http.MethodOptions || c.GetHeader("Access-Control-Request-Method") == "" {
		return
	}
	h.Set("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	if !allowed {
		s.fail(c, &semdex.Error{Code: semdex.Forbidden, Message: "no key is for this origin", Hint: "semdex keys create --origin ORIGIN makes one"})
		return
	}
	h.Set("Access-Control-Allow-Methods", corsMethods())
	h.Set("Access-Control-Allow-Headers", corsRequestHeaders)
	h.Set("Access-Control-Max-Age", corsMaxAge)
	h.Del("Allow")
	c.AbortWithStatus(http.StatusNoContent)
}

// admit refuses a key to pages of origins that it is not for. A key without origins works everywhere, but no page
// of another origin may read its answers. What is no page of a browser sends no origin.
func (s *service) admit(c *gin.Context, k Key) error {
	origin := c.GetHeader("Origin")
	if origin == "" || k.allowsOrigin(origin) {
		return nil
	}
	c.Writer.Header().Del("Access-Control-Allow-Origin")
	c.Writer.Header().Del("Access-Control-Expose-Headers")
	if len(k.Origins) == 0 {
		return nil
	}
	return &semdex.Error{Code: semdex.Forbidden, Message: "the key is not for this origin", Hint: "use a key with it; semdex keys create --origin ORIGIN makes one"}
}
