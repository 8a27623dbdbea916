// Package canto is the source of assets that one tenant of Canto holds.
//
// A Fetch first looks whether anything changed: the custom fields, the tree of folders and albums, and the hundred
// assets that were modified last. Where that is as it was at the cursor, nothing else is asked. Otherwise the
// assets modified since are listed, and those of albums that grew or were renamed, since a move need not touch an
// asset's stamp. Where an album shrank, where the order of the list cannot be relied on, or where there is no
// cursor, everything is listed: scheme by scheme, in pages that overlap, so that nothing falls between two pages
// while people work on; schemes with more assets than may be paged through are parted by the time of upload.
//
// A listing counts as complete when as many assets were seen as Canto says there are, or when two passes in a row saw
// the same ones; where Canto does not say how many, one pass to the end. Stamps of Canto bear no zone:
// they are read in the configured one. Custom fields become fields of an asset, or what the map makes of them; a
// mapped field is the only source of its target, but for links, which Canto has where the field has none.
//
// The token goes to the configured host alone and is not sent on to where that leads. Tokens are kept from one
// run to the next by a TokenStore.
package canto

import (
	"net/http"
	"sync/atomic"

	"semdex/internal/remote"
)

// Source is one tenant. Fetch and Confirm are for one goroutine at a time; Preview is for many.
type Source struct {
	config  Config
	targets map[string]target // of the custom fields in Map
	client  *remote.Client
	tokens  *tokens
	paces   map[string]*remote.Pace // by group
	limited *atomic.Int64           // how often Canto asked for fewer calls
}

// New checks a configuration. It calls nobody. The error is a *semdex.Error with code Invalid.
func New(c Config) (*Source, error) {
	c, err := c.completed()
	if err != nil {
		return nil, err
	}
	targets, err := readMap(c.Map)
	if err != nil {
		return nil, err
	}
	s := &Source{config: c, targets: targets, limited: &atomic.Int64{}, paces: map[string]*remote.Pace{}}
	s.config.Transport = &watch{next: c.Transport, limited: s.limited}
	s.client = s.config.client("Canto at " + remote.Host(c.URL))
	s.tokens = newTokens(s.config)
	for _, group := range groups {
		s.paces[group] = remote.NewPace(c.CallsPerMinute, c.Window)
	}
	return s, nil
}

// Name is the prefix of the ids.
func (s *Source) Name() string { return s.config.Prefix }

// watch counts how often the other side asked for fewer calls.
type watch struct {
	next    http.RoundTripper
	limited *atomic.Int64
}

// RoundTrip hands a request on.
func (w *watch) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := w.next.RoundTrip(r)
	if err == nil && response.StatusCode == http.StatusTooManyRequests {
		w.limited.Add(1)
	}
	return response, err
}
