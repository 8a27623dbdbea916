package cantotest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"

	"semdex"
)

// Server is an imitation of one tenant. It is safe for use by many goroutines. Whoever opened it closes it.
type Server struct {
	options Options
	origins [3]string // of the API, of the tokens, of the pictures
	servers [3]*http.Server
	running sync.WaitGroup
	cert    *x509.Certificate
	signing [32]byte // signs the addresses of pictures

	mu      sync.Mutex
	content tenant
	tokens  map[string]time.Time // token -> when it expires
	meter   meter
	faults  faulty
}

// New listens, with a tenant that holds nothing yet.
func New(o Options) (*Server, error) {
	o, err := o.filled()
	if err != nil {
		return nil, &semdex.Error{Code: semdex.Internal, Message: "the imitation of Canto has no time zone", Err: err}
	}
	s := &Server{options: o, tokens: map[string]time.Time{}, meter: newMeter(), faults: newFaulty(Faults{})}
	if s.content, err = newTenant(o); err != nil {
		return nil, err
	}
	if _, err := rand.Read(s.signing[:]); err != nil {
		return nil, err
	}
	var config *tls.Config
	if o.TLS {
		if config, s.cert, err = selfSigned(); err != nil {
			return nil, &semdex.Error{Code: semdex.Internal, Message: "the imitation of Canto has no certificate", Err: err}
		}
	}
	for i, address := range []string{o.APIAddress, o.OAuthAddress, o.CDNAddress} {
		handler := []http.HandlerFunc{s.serveAPI, s.serveOAuth, s.serveCDN}[i]
		if err := s.listen(i, address, handler, config); err != nil {
			s.Close()
			return nil, &semdex.Error{Code: semdex.Internal, Message: "the imitation of Canto cannot listen on " + address, Err: err,
				Hint: "another program may listen there; give another address, or none to get a free one"}
		}
	}
	return s, nil
}

func (s *Server) listen(i int, address string, handler http.Handler, config *tls.Config) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	scheme := "http"
	if config != nil {
		scheme, listener = "https", tls.NewListener(listener, config)
	}
	s.origins[i] = scheme + "://" + listener.Addr().String()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	s.servers[i] = server
	s.running.Go(func() { server.Serve(listener) }) // ends by Close
	return nil
}

// URL is the address of the API, below which are /api/v1, /api_binary/v1 and /direct.
func (s *Server) URL() string { return s.origins[0] }

// OAuthURL is the address below which tokens are given: /oauth/api/oauth2/token in the spelling of Canto,
// /oauth/api/oauth2/compatible/token in that of RFC 6749.
func (s *Server) OAuthURL() string { return s.origins[1] }

// CDNURL is the address that pictures are delivered from. Who sends it a token gets 500, and counts as a violation.
func (s *Server) CDNURL() string { return s.origins[2] }

// Options are those of New with all defaults in.
func (s *Server) Options() Options { return s.options }

// Certificate is the one that it serves with, nil without TLS.
func (s *Server) Certificate() *x509.Certificate { return s.cert }

// Close ends it at once, with the calls that are under way.
func (s *Server) Close() error {
	for _, server := range s.servers {
		if server != nil {
			server.Close()
		}
	}
	s.running.Wait()
	return nil
}

// now is the time by the clock of the server.
func (s *Server) now() time.Time { return s.options.Now() }

// sleep waits, or until the caller goes away.
func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// selfSigned makes a certificate for this machine.
func selfSigned() (*tls.Config, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "imitation of Canto"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("read it back: %w", err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	return config, cert, nil
}
