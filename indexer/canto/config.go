package canto

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/internal/remote"
)

// Config says where a tenant is, how to log in, and how to read what it gives. Tenant, AppID and AppSecret are
// needed; what else is not known of every tenant has a default that can be changed.
type Config struct {
	Prefix string // first part of the ids; "canto" where empty

	Tenant    string // its host, as acme.canto.global
	URL       string // of the API, instead of https:// and Tenant; plain http on this machine only
	OAuthURL  string // of the server that gives tokens, instead of https://oauth. and the tenant's domain
	TokenPath string // "/oauth/api/oauth2/token" where empty

	AppID, AppSecret string
	Scope            string // "consumer" where empty
	UserID           string // whose rights the token gets; sent only where set

	Map          map[string]string // custom field, by display name or id -> our field, as in Targets
	UncheckedMap bool              // Map holds display names only and is not compared with the custom fields
	TimeZone     *time.Location    // of the stamps, which bear none; UTC where nil
	Schemes      []string          // kinds of assets to list; all six where empty
	Modified     string            // stamp of the modification: "time", or "auto": "Date modified", else time, else lastUploaded

	PageSize  int    // 1 to 1000; 1000 where 0, or less where MaxOffset is small
	MaxOffset int    // how deep lists may be paged through; 10000 where 0, without a bound where negative
	TimeUnit  string // of ranges of time: "s", "ms", "17" (digits), or "auto", which tries them

	CallsPerMinute int           // at each group of endpoints; 200 where 0
	Window         time.Duration // the minute of that; a minute where 0
	Timeout        time.Duration // of a call; a minute where 0, but two for batches
	Attempts       int           // at a call; see remote.Client
	Backoff        time.Duration
	LimitWait      time.Duration // Window where 0

	Tokens    TokenStore        // nil: tokens are kept in memory only
	Transport http.RoundTripper // nil: http.DefaultTransport
	Now       func() time.Time  // nil: time.Now
}

// TokenStore keeps a token from one run to the next.
type TokenStore interface {
	Load() ([]byte, error) // nil where there is none
	Save(token []byte) error
}

// Defaults of a Config, and the bounds of Canto.
const (
	defaultTokenPath = "/oauth/api/oauth2/token"
	defaultScope     = "consumer"
	defaultOffset    = 10_000
	defaultCalls     = 200
	maxPage          = 1000
	batchTimeout     = 2 * time.Minute
)

// The values of settings that have a few.
const (
	auto                      = "auto"
	unitS, unitMS, unitDigits = "s", "ms", "17"
	modifiedTime              = "time"
)

// schemes are the kinds of assets, in the order in which they are listed.
var schemes = []string{"image", "video", "audio", "document", "presentation", "other"}

// domains are those of tenants. The longest that fits is the one.
var domains = []string{"au.canto.com", "ca.canto.com", "canto.com", "canto.global", "canto.de"}

var tenantName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// completed checks a configuration and puts its defaults in.
func (c Config) completed() (Config, error) {
	c.Prefix = cmp.Or(c.Prefix, "canto")
	if strings.Contains(c.Prefix, ":") {
		return c, invalid(fmt.Sprintf("prefix: %q has a colon", c.Prefix), "choose one without")
	}
	if c.AppID == "" || c.AppSecret == "" {
		return c, invalid("a Canto source needs app_id and app_secret", "make an API key in Canto (Settings > Configuration Options > API) with Support Client Credentials Mode on")
	}
	c, err := c.addressed()
	if err != nil {
		return c, err
	}
	c.TokenPath, c.Scope = cmp.Or(c.TokenPath, defaultTokenPath), cmp.Or(c.Scope, defaultScope)
	if !strings.HasPrefix(c.TokenPath, "/") || strings.ContainsAny(c.TokenPath, "?# ") {
		return c, invalid(fmt.Sprintf("token_path: %q is no path", c.TokenPath), "leave it out, or write "+defaultTokenPath)
	}
	c.TimeUnit, c.Modified = cmp.Or(c.TimeUnit, auto), cmp.Or(c.Modified, auto)
	if err := c.checkChoices(); err != nil {
		return c, err
	}
	if c, err = c.sized(); err != nil {
		return c, err
	}
	return c.equipped(), nil
}

// addressed finds the addresses of a tenant.
func (c Config) addressed() (Config, error) {
	tenant := strings.ToLower(strings.Trim(strings.TrimSpace(c.Tenant), "/"))
	tenant = strings.TrimPrefix(tenant, "https://")
	c.Tenant = tenant
	if c.URL == "" && tenant == "" {
		return c, invalid("a Canto source needs a tenant", "set tenant to the host in the address bar of Canto, such as acme.canto.global")
	}
	if c.URL == "" && c.OAuthURL != "" && strings.Contains(tenant, ".") {
		c.URL = "https://" + tenant
	}
	if c.URL == "" {
		if domainOf(tenant) == "" {
			return c, invalid(fmt.Sprintf("tenant: %q is no host of Canto", c.Tenant),
				"write it with its domain, such as acme.canto.com (domains: "+strings.Join(domains, ", ")+"); for any other, set url and oauth_url")
		}
		c.URL = "https://" + tenant
	}
	if c.OAuthURL == "" {
		domain := cmp.Or(domainOf(tenant), domainOf(remote.Host(c.URL)))
		if domain == "" {
			return c, invalid("oauth_url is missing: the server that gives tokens does not follow from url", "set oauth_url, such as https://oauth.canto.com")
		}
		c.OAuthURL = "https://oauth." + domain
	}
	var err error
	if c.URL, err = checkAddress("url", c.URL, "https://acme.canto.global"); err != nil {
		return c, err
	}
	c.OAuthURL, err = checkAddress("oauth_url", c.OAuthURL, "https://oauth.canto.global")
	return c, err
}

// domainOf gives the domain of Canto that a tenant's host is in, "" where it is in none.
func domainOf(host string) string {
	for _, domain := range domains { // the longer ones come first
		if name, found := strings.CutSuffix(host, "."+domain); found {
			if tenantName.MatchString(name) && name != "oauth" && !slices.Contains(domains, host) {
				return domain
			}
			return ""
		}
	}
	return ""
}

// checkAddress gives the origin of an address, which has nothing after the host.
func checkAddress(key, address, like string) (string, error) {
	u, err := remote.CheckAddress(key, address, like)
	switch {
	case err != nil:
		return "", err
	case u.Path != "":
		return "", invalid(key+" has something after the host", "write it like "+like)
	}
	return u.Scheme + "://" + u.Host, nil
}

func (c Config) checkChoices() error {
	for _, setting := range []struct {
		name    string
		values  []string
		allowed []string
	}{
		{"schemes", c.Schemes, schemes},
		{"time_unit", []string{c.TimeUnit}, []string{auto, unitS, unitMS, unitDigits}},
		{"modified", []string{c.Modified}, []string{auto, modifiedTime}},
	} {
		for _, value := range setting.values {
			if !slices.Contains(setting.allowed, value) {
				return invalid(fmt.Sprintf("%s: %q is not known", setting.name, value), "choose from: "+strings.Join(setting.allowed, ", "))
			}
		}
	}
	return nil
}

// sized checks the numbers.
func (c Config) sized() (Config, error) {
	c.MaxOffset = cmp.Or(c.MaxOffset, defaultOffset)
	if c.PageSize == 0 {
		c.PageSize = maxPage
		if c.MaxOffset > 0 {
			c.PageSize = max(1, min(maxPage, c.MaxOffset/2))
		}
	}
	switch {
	case c.PageSize < 1 || c.PageSize > maxPage:
		return c, invalid(fmt.Sprintf("page_size: %d is out of bounds", c.PageSize), "set it from 1 to 1000, or leave it out")
	case c.MaxOffset > 0 && c.MaxOffset <= c.PageSize:
		return c, invalid(fmt.Sprintf("max_offset: %d is no more than one page of %d", c.MaxOffset, c.PageSize), "set max_offset larger or page_size smaller")
	case c.CallsPerMinute < 0:
		return c, invalid(fmt.Sprintf("calls_per_minute: %d is less than one", c.CallsPerMinute), "leave it out, or set it to the share of Canto's limit that Semdex may use")
	}
	return c, nil
}

// equipped puts the defaults in of what needs no check.
func (c Config) equipped() Config {
	listed := c.Schemes
	c.Schemes = slices.DeleteFunc(slices.Clone(schemes), func(s string) bool { return len(listed) > 0 && !slices.Contains(listed, s) })
	c.CallsPerMinute = cmp.Or(c.CallsPerMinute, defaultCalls)
	c.Window = cmp.Or(c.Window, time.Minute)
	c.LimitWait = cmp.Or(c.LimitWait, c.Window)
	if c.TimeZone == nil {
		c.TimeZone = time.UTC
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// client makes what sends the calls.
func (c Config) client(system string) *remote.Client {
	return &remote.Client{System: system, Transport: c.Transport, Attempts: c.Attempts, Backoff: c.Backoff, LimitWait: c.LimitWait}
}

func invalid(message, hint string) error {
	return &semdex.Error{Code: semdex.Invalid, Message: message, Hint: hint}
}
