package remote

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"semdex"
)

func TestAReceiverMustBePublicOrAllowed(t *testing.T) {
	t.Parallel()
	g := &Guard{Allow: []string{"hooks.internal", "127.0.0.1", "10.1.2.3"}}
	tests := []struct {
		rule, address, refused string
	}{
		{"a public name", "https://hooks.example.com/semdex", ""},
		{"with a query", "https://hooks.example.com/semdex?code=1", ""},
		{"a public address", "https://93.184.216.34/x", ""},
		{"an allowed name", "https://hooks.internal:8443/x", ""},
		{"in any case", "https://HOOKS.internal./x", ""},
		{"an allowed private address", "https://10.1.2.3/x", ""},
		{"allowed loopback without TLS", "http://127.0.0.1:9/x", ""},
		{"another private address", "https://10.1.2.4/x", "not a public address"},
		{"loopback that is not allowed", "http://localhost/x", "not a public address"},
		{"a name without a dot", "https://intranet/x", "not a public address"},
		{"a name of this machine", "https://a.localhost/x", "not a public address"},
		{"the address of cloud metadata", "https://169.254.169.254/latest", "not a public address"},
		{"loopback in IPv6", "https://[::1]/x", "not a public address"},
		{"loopback as mapped IPv6", "https://[::ffff:127.0.0.1]/x", "not a public address"},
		{"no TLS", "http://hooks.example.com/x", "not https"},
		{"no TLS where allowed", "http://hooks.internal/x", "not https"},
		{"another scheme", "ftp://hooks.example.com/x", "no address"},
		{"no host", "https:///x", "no address"},
		{"no address at all", "hooks", "no address"},
		{"credentials", "https://u:p@hooks.example.com/x", "credentials"},
		{"a fragment", "https://hooks.example.com/x#y", "fragment"},
	}
	for _, tt := range tests {
		_, err := g.Check("notify: url", tt.address)
		if (err == nil) != (tt.refused == "") || err != nil && (!strings.Contains(err.Error(), tt.refused) || semdex.CodeOf(err) != semdex.Invalid) {
			t.Errorf("%s: %s: got %v, want %q", tt.rule, tt.address, err, tt.refused)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "127.0.0.1": false, "127.9.9.9": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.1.1": false,
		"100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false, "::": false, "::1": false, "fe80::1": false,
		"fd00::1": false, "::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::a00:1": false, "2002:a00:1::": false, "2001:0:1::": false, "ff02::1": false, "::10.0.0.1": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: public is %v", text, got)
		}
	}
}

// TestTheAddressConnectedToCounts guards against names that lead into this network: a name is judged by where it leads.
func TestTheAddressConnectedToCounts(t *testing.T) {
	t.Parallel()
	called := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called++ }))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	call := func(g *Guard, host string) error {
		transport := g.Transport()
		defer transport.CloseIdleConnections()
		_, err := (&Client{System: "the receiver", Transport: transport, Attempts: 1}).Do(context.Background(), Request{URL: "http://" + host + port})
		return err
	}
	for _, host := range []string{"localhost", "127.0.0.1"} { // localhost is looked up
		if err := call(&Guard{}, host); !errors.Is(err, ErrNotPublic) || !Is(err, Unreachable) {
			t.Errorf("%s: got %v", host, err)
		}
		if err := call(&Guard{Allow: []string{host}}, host); err != nil {
			t.Errorf("%s, allowed: got %v", host, err)
		}
	}
	if called != 2 {
		t.Errorf("the server was called %d times, want 2", called)
	}
}

// FuzzGuard guards that whatever passes is an https address of a host that is allowed or may be public.
func FuzzGuard(f *testing.F) {
	for _, seed := range []string{"https://hooks.example.com/x?y=1", "http://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://0x7f.1/", "https://2130706433/", "https://a@b/", "https://%31%30.0.0.1/", "https://10.0.0.1.:443/"} {
		f.Add(seed)
	}
	g := &Guard{Allow: []string{"127.0.0.1"}}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := g.Check("url", address)
		if err != nil {
			if semdex.CodeOf(err) != semdex.Invalid {
				t.Errorf("%q: got %v", address, err)
			}
			return
		}
		ip, notIP := netip.ParseAddr(u.Hostname())
		if u.Scheme != "https" && u.Hostname() != "127.0.0.1" || u.User != nil || notIP == nil && !public(ip) && u.Hostname() != "127.0.0.1" {
			t.Errorf("%q passes as %s", address, u)
		}
	})
}
