// Package poolparty is the vocabulary that one project of a PoolParty server holds, exported as RDF.
//
// Fetch asks little where nothing changed: the list of projects and the history of this one. What is new in the
// history, or no history at all, leads to an export of the whole project; an export that says the same as the last
// one counts as unchanged. The history is read before the export, and again from 26 hours before its newest event,
// so neither a change meanwhile nor a confusion of time zones is missed. An import of a whole project may leave no
// trace in the history: a Fetch without a cursor finds it.
//
// The way to log in, the modules, the syntax and the use of the history differ between servers and are
// configurable. Credentials go to the configured host and to the token address alone, never into an address.
package poolparty

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/internal/remote"
)

// Config says where a project is, how to log in and what to ask for. URL, Project and credentials are needed.
type Config struct {
	Name    string // of the vocabulary in the library; "poolparty " and Project where empty. It must stay the same.
	URL     string // of the server, as https://acme.poolparty.biz; plain http on this machine only
	Project string // its id, URI supplement or title

	Auth               string // "basic" or "oauth"; where empty, oauth if TokenURL, ClientID or ClientSecret is set
	Username, Password string
	TokenURL           string // where empty, that of the realm poolparty on the same host
	ClientID           string // "ppt" where empty
	ClientSecret       string
	Grant              string // "password" or "client_credentials"; where empty, the second if there is a ClientSecret and no Username

	Modules    []string       // to export; where empty: concepts, deprecatedConcepts, skosnotes
	Format     string         // "nquads", "ntriples", or "auto": N-Quads in one call, else N-Triples by module
	History    string         // "off", or "auto": it is used where it answers
	ServerZone *time.Location // of times that the server gives and takes without a zone; UTC where nil

	CallsPerMinute int           // 0: no limit
	Timeout        time.Duration // of a call; a minute where 0
	ExportTimeout  time.Duration // of an export; 10 minutes where 0
	MaxExport      int64         // bytes of an export, unpacked; 1 GiB where 0
	Attempts       int           // at a call; see remote.Client
	Backoff        time.Duration
	LimitWait      time.Duration

	Transport http.RoundTripper // nil: http.DefaultTransport
	Now       func() time.Time  // nil: time.Now
}

const (
	defaultTokenPath     = "/auth/realms/poolparty/protocol/openid-connect/token"
	defaultClient        = "ppt"
	defaultExportTimeout = 10 * time.Minute
	defaultMaxExport     = 1 << 30
)

// The values of settings that have a few.
const (
	authBasic, authOAuth           = "basic", "oauth"
	grantPassword, grantClient     = "password", "client_credentials"
	formatAuto, formatNQ, formatNT = "auto", "nquads", "ntriples"
	historyAuto, historyOff        = "auto", "off"
)

var defaultModules = []string{moduleConcepts, "deprecatedConcepts", "skosnotes"}

// moduleConcepts is the module without which there is no vocabulary.
const moduleConcepts = "concepts"

// Source is one project. It is used by one goroutine at a time.
type Source struct {
	config Config
	client *remote.Client
	pace   *remote.Pace
	tokens *tokens // nil: Basic
}

// New checks a configuration. It calls nobody. The error is a *semdex.Error with code Invalid.
func New(c Config) (*Source, error) {
	c.URL = strings.TrimSuffix(strings.TrimRight(strings.TrimSpace(c.URL), "/"), "/PoolParty")
	if _, err := remote.CheckAddress("url", c.URL, likeAddress); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Source{config: c, client: c.client("PoolParty at " + remote.Host(c.URL))}
	s.client.Final = []int{http.StatusServiceUnavailable} // it is the word of PoolParty: the call is not in its licence
	if c.CallsPerMinute > 0 {
		s.pace = remote.NewPace(c.CallsPerMinute, time.Minute)
	}
	if c.Auth == authOAuth {
		s.tokens = newTokens(c)
	}
	return s, nil
}

// Name is that of the vocabulary.
func (s *Source) Name() string { return s.config.Name }

// client makes what sends the calls.
func (c Config) client(system string) *remote.Client {
	return &remote.Client{System: system, Transport: c.Transport, Attempts: c.Attempts, Backoff: c.Backoff, LimitWait: c.LimitWait}
}

func (c Config) withDefaults() Config {
	c.Project = strings.TrimSpace(c.Project)
	c.Name = cmp.Or(c.Name, "poolparty "+c.Project)
	if c.Auth == "" {
		c.Auth = authBasic
		if c.TokenURL != "" || c.ClientID != "" || c.ClientSecret != "" {
			c.Auth = authOAuth
		}
	}
	if c.Grant == "" {
		c.Grant = grantPassword
		if c.ClientSecret != "" && c.Username == "" {
			c.Grant = grantClient
		}
	}
	c.TokenURL = cmp.Or(strings.TrimSpace(c.TokenURL), c.URL+defaultTokenPath)
	c.ClientID = cmp.Or(c.ClientID, defaultClient)
	if len(c.Modules) == 0 {
		c.Modules = defaultModules
	}
	c.Format, c.History = cmp.Or(c.Format, formatAuto), cmp.Or(c.History, historyAuto)
	c.ExportTimeout = cmp.Or(c.ExportTimeout, defaultExportTimeout)
	c.MaxExport = cmp.Or(c.MaxExport, defaultMaxExport)
	if c.ServerZone == nil {
		c.ServerZone = time.UTC
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// check says what is wrong with a configuration that has its defaults.
func (c Config) check() error {
	if c.Project == "" {
		return invalid("a PoolParty vocabulary needs a project", "set project to its id, its URI supplement or its title")
	}
	for _, setting := range []struct {
		name, value string
		allowed     []string
	}{
		{"auth", c.Auth, []string{authBasic, authOAuth}},
		{"grant", c.Grant, []string{grantPassword, grantClient}},
		{"format", c.Format, []string{formatAuto, formatNQ, formatNT}},
		{"history", c.History, []string{historyAuto, historyOff}},
	} {
		if !slices.Contains(setting.allowed, setting.value) {
			return invalid(fmt.Sprintf("%s: %q is none of the settings of PoolParty", setting.name, setting.value),
				"choose one of: "+strings.Join(setting.allowed, ", "))
		}
	}
	seen := map[string]bool{}
	for _, m := range c.Modules {
		if m == "" || strings.ContainsAny(m, ", \t\n") || seen[m] {
			return invalid(fmt.Sprintf("modules: %q is no name of a module, or stands there twice", m), "list each name once, such as concepts, deprecatedConcepts, skosnotes")
		}
		seen[m] = true
	}
	if !seen[moduleConcepts] {
		return invalid("modules: concepts is not among them, and nothing can be found without", "list it with the others, such as concepts, deprecatedConcepts, skosnotes")
	}
	return c.checkCredentials()
}

func (c Config) checkCredentials() error {
	if c.Auth == authOAuth {
		if _, err := remote.CheckAddress("token_url", c.TokenURL, likeAddress+"/auth/realms/poolparty/protocol/openid-connect/token"); err != nil {
			return err
		}
		if c.Grant == grantClient {
			if c.ClientSecret == "" {
				return invalid("the grant client_credentials of PoolParty needs a client secret", "set client_id and client_secret")
			}
			return nil
		}
	}
	if c.Username == "" || c.Password == "" {
		return invalid("PoolParty needs a user name and a password", "set username and password, or client_id and client_secret for OAuth")
	}
	return nil
}

// likeAddress is how the address of a server looks.
const likeAddress = "https://acme.poolparty.biz"

func invalid(message, hint string) error {
	return &semdex.Error{Code: semdex.Invalid, Message: message, Hint: hint}
}
