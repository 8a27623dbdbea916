package canto

import (
	"strings"
	"testing"

	"semdex"
)

// good is a configuration that needs nothing more.
func good() Config {
	return Config{Tenant: "acme.canto.global", AppID: "app", AppSecret: "hush"}
}

func TestTenantsLeadToAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, tenant, url, oauth string
		wantURL, wantOAuth       string
	}{
		{"global", "acme.canto.global", "", "", "https://acme.canto.global", "https://oauth.canto.global"},
		{"com", "acme.canto.com", "", "", "https://acme.canto.com", "https://oauth.canto.com"},
		{"de, as it stands in the address bar", " https://Acme.canto.de/ ", "", "", "https://acme.canto.de", "https://oauth.canto.de"},
		{"Australia is no tenant called au", "acme.au.canto.com", "", "", "https://acme.au.canto.com", "https://oauth.au.canto.com"},
		{"Canada neither", "acme.ca.canto.com", "", "", "https://acme.ca.canto.com", "https://oauth.ca.canto.com"},
		{"an address of its own", "", "https://acme.canto.de/", "", "https://acme.canto.de", "https://oauth.canto.de"},
		{"a domain that is not known", "dam.example.com", "", "https://login.example.com", "https://dam.example.com", "https://login.example.com"},
		{"this machine", "", "http://127.0.0.1:4711", "http://localhost:4712/", "http://127.0.0.1:4711", "http://localhost:4712"},
	}
	for _, tt := range tests {
		c := good()
		c.Tenant, c.URL, c.OAuthURL = tt.tenant, tt.url, tt.oauth
		got, err := c.completed()
		if err != nil || got.URL != tt.wantURL || got.OAuthURL != tt.wantOAuth {
			t.Errorf("%s: got %q, %q and error %v, want %q and %q", tt.name, got.URL, got.OAuthURL, err, tt.wantURL, tt.wantOAuth)
		}
	}
}

func TestConfigurationsThatCannotWork(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*Config)
		says   string // in the message or the hint
	}{
		{"no tenant", func(c *Config) { c.Tenant = "" }, "tenant"},
		{"a tenant without its domain", func(c *Config) { c.Tenant = "acme" }, "acme.canto.com"},
		{"a domain without a tenant", func(c *Config) { c.Tenant = "canto.com" }, "tenant"},
		{"a region is no tenant", func(c *Config) { c.Tenant = "au.canto.com" }, "tenant"},
		{"the token server is no tenant", func(c *Config) { c.Tenant = "oauth.canto.com" }, "tenant"},
		{"a host that only ends like one", func(c *Config) { c.Tenant = "a.evil.canto.com" }, "tenant"},
		{"a path in the tenant", func(c *Config) { c.Tenant = "evil.example/x.canto.com" }, "tenant"},
		{"another domain", func(c *Config) { c.Tenant = "acme.example.com" }, "set url and oauth_url"},
		{"an address whose token server is not known", func(c *Config) { c.Tenant, c.URL = "", "https://dam.example.com" }, "oauth_url is missing"},
		{"plain http", func(c *Config) { c.URL = "http://acme.canto.com" }, "not https"},
		{"plain http for tokens", func(c *Config) { c.OAuthURL = "http://oauth.canto.com" }, "oauth_url"},
		{"an address with a path", func(c *Config) { c.URL = "https://acme.canto.com/api" }, "after the host"},
		{"an address with credentials", func(c *Config) { c.URL = "https://a:b@acme.canto.com" }, "credentials"},
		{"an address that is none", func(c *Config) { c.URL = "acme.canto.com" }, "no address"},
		{"no app id", func(c *Config) { c.AppID = "" }, "app_id"},
		{"no app secret", func(c *Config) { c.AppSecret = "" }, "app_secret"},
		{"a prefix with a colon", func(c *Config) { c.Prefix = "a:b" }, "prefix"},
		{"a path for tokens that is none", func(c *Config) { c.TokenPath = "token" }, "token_path"},
		{"a kind of assets that there is not", func(c *Config) { c.Schemes = []string{"image", "images"} }, `schemes: "images"`},
		{"a unit of time that there is not", func(c *Config) { c.TimeUnit = "m" }, "time_unit"},
		{"a stamp that there is not", func(c *Config) { c.Modified = "created" }, "modified"},
		{"pages beyond the bound", func(c *Config) { c.PageSize = 1001 }, "page_size"},
		{"pages of less than nothing", func(c *Config) { c.PageSize = -1 }, "page_size"},
		{"no room for two pages", func(c *Config) { c.PageSize, c.MaxOffset = 100, 100 }, "max_offset"},
		{"calls below nothing", func(c *Config) { c.CallsPerMinute = -1 }, "calls_per_minute"},
		{"a target that there is not", func(c *Config) { c.Map = map[string]string{"Until": "rights.valid_til"} }, "did you mean rights.valid_until"},
		{"a target without its language", func(c *Config) { c.Map = map[string]string{"T": "title."} }, `"title."`},
		{"a language that is none", func(c *Config) { c.Map = map[string]string{"T": "title.<lang>"} }, "title.<lang>"},
		{"a target that has no languages", func(c *Config) { c.Map = map[string]string{"T": "credit.de"} }, "credit"},
		{"two sources of one value", func(c *Config) { c.Map = map[string]string{"A": "title.de", "B": "title.DE"} }, `"A" and "B" are both mapped to title.de`},
		{"a field without a name", func(c *Config) { c.Map = map[string]string{"": "title"} }, "no name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := good()
			tt.change(&c)
			_, err := New(c)
			if semdex.CodeOf(err) != semdex.Invalid {
				t.Fatalf("got error %v, want one with code %s", err, semdex.Invalid)
			}
			public := semdex.Public(err)
			if text := public.Message + " | " + public.Hint; !strings.Contains(text, tt.says) || public.Hint == "" || strings.Contains(text, "hush") {
				t.Errorf("got %q, want it to say %q and what to do, and no secret", text, tt.says)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c := good()
	c.Schemes = []string{"video", "image"}
	c.MaxOffset = 500
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	got := s.config
	if s.Name() != "canto" || got.PageSize != 250 || got.CallsPerMinute != 200 || strings.Join(got.Schemes, " ") != "image video" {
		t.Errorf("got name %s, pages of %d, %d calls and schemes %s, want canto, half of max_offset, 200, and the schemes in the order of all",
			s.Name(), got.PageSize, got.CallsPerMinute, got.Schemes)
	}
	if c = good(); c.MaxOffset != 0 {
		t.Fatal("the configuration was changed")
	}
	if got, err := c.completed(); err != nil || got.PageSize != 1000 || got.MaxOffset != 10_000 || len(got.Schemes) != 6 {
		t.Errorf("got pages of %d to %d of %d schemes and error %v, want 1000 to 10000 of 6", got.PageSize, got.MaxOffset, len(got.Schemes), err)
	}
}

func TestEveryTargetCanBeMapped(t *testing.T) {
	t.Parallel()
	fields := map[string]string{}
	for _, name := range Targets() {
		fields["field of "+name] = strings.ReplaceAll(name, "<lang>", "de")
	}
	if len(fields) < 35 {
		t.Fatalf("got %d targets, want all of them", len(fields))
	}
	targets, err := readMap(fields)
	if err != nil || len(targets) != len(fields) {
		t.Errorf("got %d targets and error %v, want %d", len(targets), err, len(fields))
	}
}

func TestSeveralFieldsMayFeedOneList(t *testing.T) {
	t.Parallel()
	if _, err := readMap(map[string]string{"A": "tags", "B": "tags", "C": "rights.channels", "D": "rights.channels"}); err != nil {
		t.Errorf("got error %v, want none", err)
	}
}
