package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"semdex"
)

// Guard keeps calls whose address a user of ours gave away from the networks that this machine stands in (server-side
// request forgery): they go to public addresses, by https, and to what Allow names.
//
// Names are looked up when a connection is made, and it is the address that is connected to which counts, so a name
// that changes its address between check and call gains nothing. No proxy of the environment is used, for it would
// look names up itself.
type Guard struct {
	Allow []string // hosts that may be called whatever their address: names or addresses, without port
}

// Check reads an address of a receiver from the setting of that name. Unlike the address of a server it may have a
// query. The error is Invalid. Plain http passes for loopback alone, and that only where Allow names it.
func (g *Guard) Check(setting, address string) (*url.URL, error) {
	invalid := func(what, hint string) error {
		return &semdex.Error{Code: semdex.Invalid, Message: setting + " " + what, Hint: hint}
	}
	u, err := url.Parse(strings.TrimSpace(address))
	const like = "write it like https://hooks.example.com/semdex"
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, invalid("is no address of a web server", like)
	case u.User != nil:
		return nil, invalid("holds credentials, which would show in logs", "leave them out; the receiver knows us by the signature")
	case u.Fragment != "":
		return nil, invalid("has a fragment, which is never sent", like)
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return nil, invalid("is not https", like)
	case !g.allows(u.Hostname()) && !g.mayBePublic(u.Hostname()):
		return nil, invalid("is not a public address", "whoever runs this server may allow it: notify: {allow: ["+u.Hostname()+"]} in the configuration")
	}
	return u, nil
}

func (g *Guard) allows(host string) bool {
	return slices.ContainsFunc(g.Allow, func(a string) bool {
		return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(host, "."))
	})
}

// mayBePublic reports whether nothing in a host name itself says that it is not public.
func (g *Guard) mayBePublic(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return public(ip)
	}
	return strings.Contains(strings.TrimSuffix(host, "."), ".") && !strings.HasSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), ".localhost")
}

// ErrNotPublic is a connection that a Guard did not make.
var ErrNotPublic = errors.New("its address is not public, and the configuration does not allow it")

// Transport connects to what the Guard lets through.
func (g *Guard) Transport() *http.Transport {
	open := &net.Dialer{Timeout: 10 * time.Second}
	guarded := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !public(to.Addr()) {
			return ErrNotPublic
		}
		return nil
	}}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, fmt.Errorf("address of a receiver: %w", err)
			}
			if g.allows(host) {
				return open.DialContext(ctx, network, address)
			}
			return guarded.DialContext(ctx, network, address)
		},
		TLSHandshakeTimeout: 10 * time.Second, MaxIdleConns: 16, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
	}
}

// special are the blocks that lead to no public host, beside those that netip tells: from the IANA registries of
// special-purpose addresses (RFC 6890), and those that carry an IPv4 address within.
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// public reports whether an address is one of the open internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
}
