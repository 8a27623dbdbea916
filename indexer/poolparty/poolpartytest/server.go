// Package poolpartytest runs a small imitation of a PoolParty server on a loopback address, with a token server
// beside it as Keycloak is. It copies the habits that break clients: both ways to log in, tokens that end, renamed
// parameters, formats that carry one module, a history in the server's own time zone, stubs of merged and deleted
// concepts. It expects no calls in any order.
package poolpartytest

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"semdex"
)

// Options of a Server. The zero value takes api and api-secret, by Basic and by OAuth with the client ppt.
type Options struct {
	Username, Password     string
	ClientID, ClientSecret string // with a secret, the client may log in by itself and must always show it
	NoBasic, NoOAuth       bool
	TokenLifetime          time.Duration    // 5 minutes where 0
	Now                    func() time.Time // time.Now where nil
	ServerZone             *time.Location   // of times without a zone; UTC where nil
	Address                string           // to listen on; 127.0.0.1:0 where empty
	TLS                    bool             // with a certificate that Certificate gives
	Dialect                string           // "5", "7", or "" for a current server
	State                  []byte           // what State of an earlier server gave
}

// Server is a running imitation.
type Server struct {
	options     Options
	http        *http.Server
	url         string
	certificate *x509.Certificate
	closing     context.Context
	close       context.CancelFunc

	mu       sync.Mutex
	projects map[string]*holding // by id
	counter  int                 // of events
	tokens   map[string]time.Time
	faults   Faults
	stats    Stats
}

// Stats counts what a Server was asked.
type Stats struct {
	Calls      map[string]int // by group, see Faults
	Exports    int            // that were begun
	Tokens     int            // issued
	Violations []string       // what no client may do, such as credentials in an address
}

// New starts a server. Close it.
func New(o Options) (*Server, error) {
	o.Username, o.Password, o.ClientID = cmp.Or(o.Username, "api"), cmp.Or(o.Password, "api-secret"), cmp.Or(o.ClientID, "ppt")
	o.TokenLifetime, o.Address = cmp.Or(o.TokenLifetime, 5*time.Minute), cmp.Or(o.Address, "127.0.0.1:0")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ServerZone == nil {
		o.ServerZone = time.UTC
	}
	if _, known := versions[o.Dialect]; !known {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "no such dialect of PoolParty: " + o.Dialect, Hint: `try "5", "7", or none`}
	}
	s := &Server{options: o, projects: map[string]*holding{}, tokens: map[string]time.Time{}, stats: Stats{Calls: map[string]int{}}}
	s.closing, s.close = context.WithCancel(context.Background())
	if err := s.restore(o.State); err != nil {
		return nil, err
	}
	if err := s.listen(); err != nil {
		return nil, err
	}
	return s, nil
}

var versions = map[string]string{"5": "5.7.3", "7": "7.1.2", "": "10.2.0"}

func (s *Server) listen() error {
	listener, err := net.Listen("tcp", s.options.Address)
	if err != nil {
		return &semdex.Error{Code: semdex.Conflict, Message: "cannot listen on " + s.options.Address, Hint: "choose another address", Err: err}
	}
	s.url = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	if s.options.TLS {
		pair, err := selfSigned()
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		s.url, s.certificate = "https://"+listener.Addr().String(), pair.Leaf
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
	}
	go s.http.Serve(listener)
	return nil
}

// URL is the address of the server, without a slash at its end.
func (s *Server) URL() string { return s.url }

// TokenURL is the address of the token server.
func (s *Server) TokenURL() string { return s.url + tokenPath }

// Certificate is that of the server, nil without TLS.
func (s *Server) Certificate() *x509.Certificate { return s.certificate }

// Close stops the server and all calls under way.
func (s *Server) Close() error {
	s.close()
	return s.http.Close()
}

// Stats gives the counts so far.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.stats
	out.Calls, out.Violations = maps.Clone(s.stats.Calls), slices.Clone(s.stats.Violations)
	return out
}

// ExpireTokens ends all tokens before their time, as a restart of the token server does.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// groupOf names the kind of a call, "" for one that there is not.
func groupOf(path string) string {
	if path == tokenPath {
		return "token"
	}
	rest, ok := strings.CutPrefix(path, "/PoolParty/api/")
	if !ok {
		return ""
	}
	parts := strings.Split(rest, "/")
	switch {
	case rest == "version" || rest == "projects":
		return rest
	case len(parts) == 3 && parts[0] == "projects" && parts[2] == "export":
		return "export"
	case len(parts) == 2 && (parts[0] == "history" || parts[0] == "indexbuilder"):
		return parts[0]
	case len(parts) == 3 && parts[0] == "thesaurus" && (parts[2] == "schemes" || parts[2] == "concept"):
		return "thesaurus"
	}
	return ""
}

// segment is the part of a path that names the project.
func segment(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/PoolParty/api/"), "/")
	if len(parts) < 2 {
		return ""
	}
	return parts[1]
}
