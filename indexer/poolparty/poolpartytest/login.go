package poolpartytest

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
)

const tokenPath = "/auth/realms/poolparty/protocol/openid-connect/token"

// secrets are parameters that may stand in no address.
var secrets = []string{"username", "password", "client_secret", "access_token", "token", "secret"}

// watch notes what no client may do.
func (s *Server) watch(r *http.Request, group string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Calls[group]++
	for _, name := range secrets {
		if r.URL.Query().Has(name) {
			s.stats.Violations = append(s.stats.Violations, "credentials in the address of "+r.URL.Path+": "+name)
		}
	}
}

// loggedIn answers a call without good credentials with 401, and reports whether they are good.
func (s *Server) loggedIn(w http.ResponseWriter, r *http.Request) bool {
	if user, password, ok := r.BasicAuth(); ok && !s.options.NoBasic && same(user, s.options.Username) && same(password, s.options.Password) {
		return true
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && !s.options.NoOAuth && s.alive(token) {
		return true
	}
	if !s.options.NoBasic {
		w.Header().Add("WWW-Authenticate", `Basic realm="PoolParty"`)
	}
	if !s.options.NoOAuth {
		w.Header().Add("WWW-Authenticate", `Bearer realm="poolparty"`)
	}
	refuse(w, http.StatusUnauthorized, "log in first")
	return false
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Server) alive(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok := s.tokens[token]
	return ok && s.options.Now().Before(until)
}

// issue answers like Keycloak.
func (s *Server) issue(w http.ResponseWriter, r *http.Request) {
	if s.options.NoOAuth {
		denied(w, http.StatusNotFound, "Realm does not exist", "")
		return
	}
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		denied(w, http.StatusBadRequest, "invalid_request", "Missing form parameter: grant_type")
		return
	}
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		id, secret = user, password
	}
	if !same(id, s.options.ClientID) || s.options.ClientSecret != "" && !same(secret, s.options.ClientSecret) {
		denied(w, http.StatusUnauthorized, "invalid_client", "Invalid client or Invalid client credentials")
		return
	}
	switch r.PostForm.Get("grant_type") {
	case "password":
		if !same(r.PostForm.Get("username"), s.options.Username) || !same(r.PostForm.Get("password"), s.options.Password) {
			denied(w, http.StatusUnauthorized, "invalid_grant", "Invalid user credentials")
			return
		}
	case "client_credentials":
		if s.options.ClientSecret == "" {
			denied(w, http.StatusUnauthorized, "unauthorized_client", "Public client not allowed to retrieve service account")
			return
		}
	default:
		denied(w, http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant_type")
		return
	}
	s.grant(w)
}

func (s *Server) grant(w http.ResponseWriter) {
	token := rand.Text()
	s.mu.Lock()
	s.stats.Tokens++
	s.tokens[token] = s.options.Now().Add(s.options.TokenLifetime)
	s.mu.Unlock()
	answer(w, map[string]any{"access_token": token, "expires_in": int(s.options.TokenLifetime.Seconds()),
		"refresh_expires_in": 1800, "refresh_token": rand.Text(), "token_type": "Bearer"})
}

func denied(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": text})
}
