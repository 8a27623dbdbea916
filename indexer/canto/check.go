package canto

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"semdex/indexer"
	"semdex/internal/remote"
)

// Check looks at the set-up: address, credentials, clock, account, custom fields, assets, stamps, folders, download
// and limits. It lists nothing.
func (s *Source) Check(ctx context.Context) []indexer.Finding {
	c := &checking{fetching: s.fetching(ctx, func(indexer.Item) error { return nil }), limitedBefore: s.limited.Load()}
	if c.address() && c.credentials() {
		c.customFields()
		c.assets()
		c.stampsFit()
		c.folders()
		c.download()
	}
	c.limits()
	return c.List
}

// checking is a Check under way.
type checking struct {
	*fetching
	indexer.Findings
	server        time.Time // when the account answered, by Canto's clock; ours where it does not tell
	recently      page      // the assets that were modified last
	limitedBefore int64
}

// address asks without a token: any word of the server will do.
func (c *checking) address() bool {
	_, err := c.client.Do(c.ctx, c.request(groupUser, "/user", nil))
	fault := remote.FaultOf(err)
	if err != nil && (fault == nil || fault.Status == 0) {
		c.Tell(indexer.Failure, "address", err)
		return false
	}
	c.Say(indexer.Fine, "address", c.config.URL+" answers", "")
	return true
}

// credentials gets a token and tries it, and tells of the clock and the account on the way.
func (c *checking) credentials() bool {
	var who user
	response, err := c.read(c.ctx, c.request(groupUser, "/user", nil), into(&who))
	fault := remote.FaultOf(err)
	if err != nil && (fault == nil || fault.System != c.client.System || fault.Kind == remote.Unauthorized) {
		c.Tell(indexer.Failure, "credentials", err)
		return false
	}
	if stored := c.tokens.storeError(c.ctx); stored != nil {
		c.Say(indexer.Warning, "credentials", "Canto gives a token, but it cannot be kept for the next run: "+stored.Error(), "make the data directory writable for this user")
	} else {
		c.Say(indexer.Fine, "credentials", "Canto gives a token", "")
	}
	c.server = c.config.Now()
	if err != nil { // it is not needed for a sync
		c.Tell(indexer.Warning, "account", err)
		return true
	}
	c.server = c.Clock("Canto", response.Header, c.config.Now())
	c.Say(indexer.Fine, "account", "assets are seen as "+who.String()+" sees them", "")
	return true
}

// user is the account whose rights a token has.
type user struct {
	UserID string `json:"userId"`
	Name   string `json:"name"`
	Email  string `json:"email"`
}

func (u user) String() string {
	name := cmp.Or(u.Name, u.UserID, u.Email, "an account without a name")
	if u.Email != "" && u.Email != name {
		name += " (" + u.Email + ")"
	}
	return name
}

func (c *checking) customFields() {
	const subject = "custom fields"
	defined, err := c.resolveMap()
	switch {
	case err != nil:
		c.Tell(indexer.Failure, subject, err)
	case len(c.targets) == 0:
		c.Say(indexer.Fine, subject, "none is mapped", "")
	case c.config.UncheckedMap:
		c.Say(indexer.Warning, subject, "the map is not compared with the custom fields: one that is renamed loses its values without a word", "take unchecked_map out unless Canto does not list its custom fields")
	default:
		c.Say(indexer.Fine, subject, fmt.Sprintf("all %d of the map are among the %d of Canto", len(c.targets), len(defined)), "")
	}
}

// assets counts them by scheme.
func (c *checking) assets() {
	const subject = "assets"
	total := 0
	var parts []string
	for _, scheme := range c.config.Schemes {
		n, err := c.found(schemeList(scheme))
		if err == nil && n < 0 { // it is not told, so what shows is counted
			var p page
			p, err = c.page(schemeList(scheme), 0, c.config.PageSize)
			n = len(p.rows)
		}
		if err != nil {
			c.Tell(indexer.Failure, subject, err)
			return
		}
		if total += n; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, scheme))
		}
	}
	if total == 0 {
		c.Say(indexer.Failure, subject, "the account sees no assets", "give the account of the API key the right to see them in Canto; check scope, user_id and schemes")
		return
	}
	c.Say(indexer.Fine, subject, strings.Join(parts, ", "), "")
}

// stampsFit looks whether the stamps make sense in the zone that they are read in.
func (c *checking) stampsFit() {
	const subject = "stamps"
	var err error
	if c.recently, err = c.newest(); err != nil {
		c.Tell(indexer.Failure, subject, err)
		return
	}
	stamps := c.stamps(c.recently)
	switch {
	case len(stamps) == 0 && len(c.recently.rows) > 0:
		c.Say(indexer.Warning, subject, "assets do not tell when they were modified", "set modified: time")
	case len(stamps) == 0:
	case stamps[0].Sub(c.server) > indexer.MaxClockOff:
		c.Say(indexer.Warning, subject, fmt.Sprintf("the newest asset was modified at %s, which is still to come: the stamps are not in %s",
			stamps[0].Format("2006-01-02 15:04 MST"), c.config.TimeZone), fitting(stamps[0].In(c.config.TimeZone), c.server))
	case !c.ordered(c.recently):
		c.Say(indexer.Warning, subject, "Canto does not sort assets by their modification, so every run lists all of them", "set modified to time or auto, whichever agrees with what Canto shows; else run less often")
	default:
		c.Say(indexer.Fine, subject, "the newest modification was at "+stamps[0].Format("2006-01-02 15:04 MST"), "")
	}
}

// zones are those in which Canto's tenants most likely are.
var zones = []string{"Europe/London", "Europe/Berlin", "Europe/Helsinki", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore",
	"Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"}

// fitting names the zone in which a stamp was made just now, or not long ago.
func fitting(stamp, now time.Time) string {
	const mend = "set time_zone to that of the Canto account"
	best, least := "", time.Duration(0)
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			continue // this machine does not know it
		}
		y, m, d := stamp.Date()
		ago := now.Sub(time.Date(y, m, d, stamp.Hour(), stamp.Minute(), stamp.Second(), 0, zone))
		if ago > -indexer.MaxClockOff && (best == "" || ago < least) {
			best, least = name, ago
		}
	}
	if best == "" {
		return mend
	}
	return mend + "; " + best + " would fit"
}

func (c *checking) folders() {
	albums, err := c.tree(c.ctx)
	if err != nil {
		c.Tell(indexer.Failure, "folders", err)
		return
	}
	c.Say(indexer.Fine, "folders", fmt.Sprintf("%d albums", len(albums)), "")
}

// download fetches one preview, as whoever looks for near duplicates does.
func (c *checking) download() {
	for _, e := range c.entries(c.recent(), c.recently.rows) {
		if !e.known || e.foreign {
			continue
		}
		body, err := c.Preview(c.ctx, c.id(e.key))
		if err != nil {
			c.Tell(indexer.Warning, "download", err)
			return
		}
		c.Say(indexer.Fine, "download", fmt.Sprintf("a preview can be fetched (%d kB)", (len(body)+1023)/1024), "")
		return
	}
}

func (c *checking) limits() {
	if n := c.limited.Load() - c.limitedBefore; n > 0 {
		c.Say(indexer.Warning, "limits", fmt.Sprintf("Canto asked %d times for fewer calls during this check", n), "other integrations share the limit of the account: set calls_per_minute lower")
		return
	}
	c.Say(indexer.Fine, "limits", "Canto did not ask for fewer calls", "")
}
