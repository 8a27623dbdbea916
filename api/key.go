package api

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/search"
)

// Scope is something that a key permits.
type Scope string

const (
	ScopeSearch     Scope = "search"     // all reading routes but reports; approved and in rights only
	ScopeUnapproved Scope = "unapproved" // sees the rest too
	ScopeEvents     Scope = "events"     // reports usage
	ScopeReports    Scope = "reports"    // reads usage
	ScopeManage     Scope = "manage"     // decisions, curation, validation, write-back
	ScopeAdmin      Scope = "admin"      // all of these, in every library that the key names, or in all
)

// Scopes are all scopes.
var Scopes = []Scope{ScopeSearch, ScopeUnapproved, ScopeEvents, ScopeReports, ScopeManage, ScopeAdmin}

// Filter is field to values, as in filter[field]=a,b: any of the values, in each of the fields.
type Filter map[string][]string

// Key is what is known of a key once it is made; the key itself is not. A key without Libraries belongs to
// the only library there is; where there are several it opens none, unless it is an admin's.
type Key struct {
	ID        string    `json:"id"`
	Name      string    `json:"name,omitempty"`
	Scopes    []Scope   `json:"scopes"`
	Libraries []string  `json:"libraries,omitempty"`
	Filter    Filter    `json:"filter,omitempty"`  // holds for all that the key sees, besides what a request filters
	Origins   []string  `json:"origins,omitempty"` // whose pages may use it in a browser; "*" is all
	Rate      Rate      `json:"rate,omitzero"`     // how fast requests may come
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires,omitzero"` // from then on it is void; zero is never
	Revoked   time.Time `json:"revoked,omitzero"`
}

// Has says whether the key permits s.
func (k Key) Has(s Scope) bool {
	return slices.Contains(k.Scopes, s) || slices.Contains(k.Scopes, ScopeAdmin)
}

// valid says whether the key counts at the moment now.
func (k Key) valid(now time.Time) bool {
	return k.Revoked.IsZero() && (k.Expires.IsZero() || now.Before(k.Expires))
}

// KeyRequest says what key to make.
type KeyRequest struct {
	Name      string
	Scopes    []string // none is "search"
	Libraries []string
	Filter    Filter // none is everything; only beside the scopes of filterScopes
	Origins   []string
	Rate      string    // as ParseRate reads it
	Expires   time.Time // zero is never
}

// filterScopes are the scopes of keys with a filter. What the others permit is about the library as a whole.
var filterScopes = []Scope{ScopeSearch, ScopeUnapproved, ScopeEvents}

// maxKeyName bounds the name of a key, in bytes.
const maxKeyName = 200

// newKey makes the record of a key, without its id.
func newKey(r KeyRequest, now time.Time) (Key, error) {
	scopes, err := ParseScopes(r.Scopes)
	if err != nil {
		return Key{}, err
	}
	if len(r.Name) > maxKeyName {
		return Key{}, &semdex.Error{Code: semdex.Invalid, Message: "the name of the key is too long", Hint: fmt.Sprintf("at most %d bytes", maxKeyName)}
	}
	if slices.Contains(r.Libraries, "") {
		return Key{}, &semdex.Error{Code: semdex.Invalid, Message: "a library of the key has no name"}
	}
	if err := checkFilter(r.Filter, scopes); err != nil {
		return Key{}, err
	}
	origins, err := parseOrigins(r.Origins)
	if err != nil {
		return Key{}, err
	}
	rate, err := ParseRate(r.Rate)
	if err != nil {
		return Key{}, err
	}
	if !r.Expires.IsZero() && !r.Expires.After(now) {
		return Key{}, &semdex.Error{Code: semdex.Invalid, Message: "the key would expire before it is made", Hint: "give a time to come"}
	}
	k := Key{Name: r.Name, Scopes: scopes, Libraries: slices.Clone(r.Libraries), Filter: r.Filter, Origins: origins, Rate: rate, Created: now.UTC().Truncate(time.Second)}
	if !r.Expires.IsZero() {
		k.Expires = r.Expires.UTC()
	}
	return k, nil
}

// checkFilter reports a filter that nothing could pass, or that a scope would lead around.
func checkFilter(f Filter, scopes []Scope) error {
	if len(f) == 0 {
		return nil
	}
	for _, s := range scopes {
		if !slices.Contains(filterScopes, s) {
			return &semdex.Error{Code: semdex.Invalid, Message: "a key with a filter cannot have the scope " + string(s),
				Hint: "its scopes may be " + joinNames(filterScopes) + "; make another key for the rest"}
		}
	}
	return search.CheckOnly(f)
}

// parseOrigins reads origins, each once.
func parseOrigins(given []string) ([]string, error) {
	var out []string
	for _, s := range given {
		origin, err := ParseOrigin(strings.TrimSpace(s))
		if err != nil {
			return nil, err
		}
		out = append(out, origin)
	}
	return unique(out), nil
}

// ParseScopes reads names of scopes, each once; none is ScopeSearch. An unknown name is Invalid.
func ParseScopes(names []string) ([]Scope, error) {
	var out []Scope
	for _, name := range names {
		s := Scope(strings.ToLower(strings.TrimSpace(name)))
		switch {
		case !slices.Contains(Scopes, s):
			return nil, &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("no such scope: %q", name), Hint: "scopes are " + joinNames(Scopes)}
		case !slices.Contains(out, s):
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = []Scope{ScopeSearch}
	}
	return out, nil
}

const (
	keyPrefix = "sdx_"
	keyBytes  = 32
	keyDigits = 43 // base 62 of keyBytes
)

// newPlain makes a key: the prefix and 32 random bytes in base 62, which a double click selects whole.
func newPlain() string {
	var b [keyBytes]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	digits := new(big.Int).SetBytes(b[:]).Text(62)
	return keyPrefix + strings.Repeat("0", keyDigits-len(digits)) + digits
}

// digest is the form in which a key is kept.
func digest(plain string) [sha256.Size]byte { return sha256.Sum256([]byte(plain)) }

func joinNames[S ~string](names []S) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	return strings.Join(out, ", ")
}
