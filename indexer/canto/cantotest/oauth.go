package cantotest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// serveOAuth gives tokens, in either spelling. Parameters may stand in the body or in the address, where a secret
// does not belong.
func (s *Server) serveOAuth(w http.ResponseWriter, r *http.Request) {
	s.dated(w)
	compatible := r.URL.Path == "/oauth/api/oauth2/compatible/token"
	switch {
	case r.URL.Path != "/oauth/api/oauth2/token" && !compatible:
		problem(http.StatusNotFound, "there is no such path").write(w)
		return
	case r.Method != http.MethodPost:
		problem(http.StatusMethodNotAllowed, "a token is asked for by POST").write(w)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		problem(http.StatusBadRequest, "the form cannot be read").write(w)
		return
	}
	s.mu.Lock()
	s.meter.calls["token"]++
	s.secretIn(r)
	s.mu.Unlock()
	if wrong := s.wrongForm(r); wrong != "" {
		problem(http.StatusBadRequest, wrong).write(w)
		return
	}
	token, lifetime := s.issue()
	answer{status: http.StatusOK, body: s.tokenReply(token, lifetime, compatible)}.write(w)
}

// wrongForm says what is wrong with a request for a token.
func (s *Server) wrongForm(r *http.Request) string {
	scope := r.Form.Get("scope")
	switch {
	case r.Form.Get("grant_type") != "client_credentials":
		return "the grant type is not supported"
	case r.Form.Get("app_id") != s.options.AppID:
		return "there is no such app"
	case r.Form.Get("app_secret") != s.options.AppSecret:
		return "the app secret is wrong"
	case scope != "" && !slices.Contains([]string{"admin", "contributor", "consumer"}, scope):
		return "there is no such scope"
	}
	return ""
}

// issue makes a new token. The old ones stay good until they expire.
func (s *Server) issue() (string, time.Duration) {
	random := make([]byte, 16)
	rand.Read(random) // never fails
	token := hex.EncodeToString(random)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = s.now().Add(s.options.TokenLifetime)
	s.meter.tokens++
	return token, s.options.TokenLifetime
}

func (s *Server) tokenReply(token string, lifetime time.Duration, compatible bool) []byte {
	names := []string{"accessToken", "expiresIn", "tokenType", "refreshToken"}
	if compatible {
		names = []string{"access_token", "expires_in", "token_type", "refresh_token"}
	}
	seconds := fmt.Sprint(int64(lifetime / time.Second))
	if s.options.Behaviour.ExpiresAsString {
		seconds = `"` + seconds + `"`
	}
	expires := fmt.Sprintf(`%q:%s,`, names[1], seconds)
	if s.options.Behaviour.NoExpires {
		expires = ""
	}
	return fmt.Appendf(nil, `{%q:%q,%s%q:"bearer",%q:null}`, names[0], token, expires, names[2], names[3])
}

// ExpireTokens ends all tokens that were given so far.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// refused says why a call may not pass: without a token 404, with a wrong or expired one 401, as Canto does.
func (s *Server) refused(r *http.Request) *answer {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" || !strings.EqualFold(kind, "Bearer") {
		return new(problem(http.StatusNotFound, "not found"))
	}
	if expires, known := s.tokens[token]; !known || !s.now().Before(expires) {
		return new(problem(http.StatusUnauthorized, "the token is wrong or expired"))
	}
	return nil
}

// secretIn notes a secret or a token in an address, where logs keep it.
func (s *Server) secretIn(r *http.Request) {
	if strings.Contains(r.URL.RawQuery, s.options.AppSecret) || r.URL.Query().Has("app_secret") {
		s.meter.violate("the app secret stands in the query of %s", r.URL.Path)
	}
	for token := range s.tokens {
		if r.URL.RawQuery != "" && strings.Contains(r.URL.RawQuery, token) {
			s.meter.violate("a token stands in the query of %s", r.URL.Path)
		}
	}
}
