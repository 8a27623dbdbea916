// Package cantotest runs a small imitation of Canto on loopback, as net/http/httptest runs a web server: the API,
// the server that gives tokens, and the network that delivers pictures, each at an address of its own.
//
// It copies the habits that break clients: both spellings of the token reply, lists without results, without a
// start and without a count, numbers as strings, stamps in the time of the tenant without a zone, an upload stamp
// called time, keys that are absent or null, redirects that must not see the token, limits per minute. It expects
// no calls in any order. What is not known of the real system is a switch of Behaviour; what goes wrong on the way
// is one of Faults; Stats tells how a client behaved; Checks are what a right client does.
package cantotest

import (
	"cmp"
	"maps"
	"time"
	_ "time/tzdata" // the zone of a tenant is known on machines without a database of zones
)

// DefaultCallsPerMinute is the limit of an endpoint group that Options do not name.
const DefaultCallsPerMinute = 200

// MaxLimit is the most that one list call may ask for, maxBatch the most that one batch call may.
const (
	MaxLimit = 1000
	maxBatch = 100
)

// Groups are the endpoint groups with a limit of their own: list is /search, /{scheme} and /album/{id}; folder
// is /folder/{id}; tree is /tree and /info; batch is /batch/content; single is /{scheme}/{id}; field is
// /custom/field; binary is /api_binary and /direct.
var Groups = []string{"list", "batch", "tree", "folder", "single", "field", "user", "binary"}

// Options of a Server. The zero Options are good ones.
type Options struct {
	AppID, AppSecret string           // "demo-app" and "demo-secret" where empty
	TimeZone         *time.Location   // of its stamps; Europe/Berlin where nil
	Now              func() time.Time // for stamps, tokens and the Date header; time.Now where nil
	TokenLifetime    time.Duration    // 30 days where 0
	CallsPerMinute   map[string]int   // per endpoint group; 0 or absent: DefaultCallsPerMinute; negative: no limit
	Window           time.Duration    // the minute of these limits; a minute where 0
	MaxOffset        int              // deepest start+limit that lists answer, 400 beyond; 0: none
	PageSize         int              // what a client under check asks for at a time; MaxLimit where 0. The server itself does not care
	Behaviour        Behaviour

	APIAddress, OAuthAddress, CDNAddress string // "127.0.0.1:0" where empty

	TLS   bool   // serve with a certificate of its own, see Server.Certificate
	State []byte // of an earlier run, see Server.State
}

// Behaviour is what is not known of the real system, or differs between tenants.
type Behaviour struct {
	ExpiresAsString bool     // the lifetime of a token is given as a string
	NoExpires       bool     // it is not given at all
	MoveTouches     bool     // a change of albums is a new "Date modified"
	TimeIsModified  bool     // time is the stamp of the modification, not of the upload
	NullResults     bool     // "results": null where nothing is found, else there is no such key
	TellsWait       bool     // a 429 for a call over the limit says how long to wait
	ClampLimit      bool     // a limit above MaxLimit is lowered, else it is 400
	TimeUnits       []string // that ranges of time are understood in: "s", "ms", "17"; all where empty. Another finds nothing
}

// filled puts the defaults in.
func (o Options) filled() (Options, error) {
	o.AppID, o.AppSecret = cmp.Or(o.AppID, "demo-app"), cmp.Or(o.AppSecret, "demo-secret")
	o.TokenLifetime, o.Window = cmp.Or(o.TokenLifetime, 30*24*time.Hour), cmp.Or(o.Window, time.Minute)
	o.PageSize = cmp.Or(o.PageSize, MaxLimit)
	if o.TimeZone == nil {
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			return o, err
		}
		o.TimeZone = zone
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.CallsPerMinute = maps.Clone(o.CallsPerMinute)
	if o.CallsPerMinute == nil {
		o.CallsPerMinute = map[string]int{}
	}
	for _, group := range Groups {
		o.CallsPerMinute[group] = cmp.Or(o.CallsPerMinute[group], DefaultCallsPerMinute)
	}
	for _, address := range []*string{&o.APIAddress, &o.OAuthAddress, &o.CDNAddress} {
		*address = cmp.Or(*address, "127.0.0.1:0")
	}
	return o, nil
}
