package semdex

import (
	"fmt"
	"strings"
	"time"
)

// Date is a civil day, "2006-01-02"; the empty Date is none. Dates compare as strings.
type Date string

// ParseDate reads "2006-01-02", or the day of an RFC 3339 time as it is written there.
func ParseDate(s string) (Date, error) {
	day := s
	if len(s) > 10 {
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return "", fmt.Errorf("%q is no date (want 2006-01-02)", s)
		}
		day = s[:10]
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return "", fmt.Errorf("%q is no date (want 2006-01-02)", s)
	}
	return Date(day), nil
}

// DateOf gives the civil day of t in its own location.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// Money is an amount in one currency (ISO 4217). Amounts of different currencies are never added.
type Money struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
}

// Rights says where, when and how an asset may be used. A nil *Rights is no record at all.
type Rights struct {
	ValidFrom   Date     `json:"valid_from,omitempty"`  // first day of use
	ValidUntil  Date     `json:"valid_until,omitempty"` // last day of use
	Territories []string `json:"territories,omitempty"` // codes, compared without case; none means everywhere
	Channels    []string `json:"channels,omitempty"`    // compared without case; none means every channel
	License     string   `json:"license,omitempty"`
	Editorial   bool     `json:"editorial,omitempty"` // editorial use only; told, not enforced
	Source      string   `json:"source,omitempty"`    // where the licence was bought
	Cost        *Money   `json:"cost,omitempty"`
}

// Use is a question to Rights: on which day, and, where known, in which territory and channel.
// An empty Territory or Channel is not asked about.
type Use struct {
	On        Date
	Territory string
	Channel   string
}

// Refusal says why a use is not allowed. The empty Refusal means that it is.
type Refusal string

const (
	Allowed         Refusal = ""
	RightsMissing   Refusal = "no rights record, and this library denies what has none"
	RightsNotYet    Refusal = "the right of use has not begun"
	RightsExpired   Refusal = "the right of use has ended"
	RightsTerritory Refusal = "not cleared for this territory"
	RightsChannel   Refusal = "not cleared for this channel"
	ApprovalMissing Refusal = "not approved"
)

// Refuses decides a use. denyMissing is the library's policy for assets without a rights record.
func (r *Rights) Refuses(u Use, denyMissing bool) Refusal {
	switch {
	case r == nil && denyMissing:
		return RightsMissing
	case r == nil:
		return Allowed
	case r.ValidFrom != "" && u.On < r.ValidFrom:
		return RightsNotYet
	case r.ValidUntil != "" && u.On > r.ValidUntil:
		return RightsExpired
	case u.Territory != "" && len(r.Territories) > 0 && !hasFold(r.Territories, u.Territory):
		return RightsTerritory
	case u.Channel != "" && len(r.Channels) > 0 && !hasFold(r.Channels, u.Channel):
		return RightsChannel
	}
	return Allowed
}

func hasFold(list []string, s string) bool {
	for _, v := range list {
		if strings.EqualFold(v, s) {
			return true
		}
	}
	return false
}
