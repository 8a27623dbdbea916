package poolparty_test

import (
	"testing"

	"semdex"
	"semdex/indexer/poolparty"
)

func TestConfigurations(t *testing.T) {
	t.Parallel()
	good := poolparty.Config{URL: "https://acme.poolparty.biz", Project: "brand", Username: "u", Password: "p"}
	tests := []struct {
		name   string
		change func(*poolparty.Config)
		want   string // the message; empty: it is good
	}{
		{"Basic", func(*poolparty.Config) {}, ""},
		{"OAuth with a password", func(c *poolparty.Config) { c.Auth = "oauth" }, ""},
		{"OAuth as a client", func(c *poolparty.Config) { c.Username, c.Password, c.ClientSecret = "", "", "s" }, ""},
		{"plain http on this machine", func(c *poolparty.Config) { c.URL = "http://127.0.0.1:8080/" }, ""},
		{"plain http elsewhere", func(c *poolparty.Config) { c.URL = "http://acme.poolparty.biz" }, "url: acme.poolparty.biz is not https, and the credentials would travel in the open"},
		{"no address", func(c *poolparty.Config) { c.URL = "" }, "url is no address of a server"},
		{"an address without a scheme", func(c *poolparty.Config) { c.URL = "acme.poolparty.biz" }, "url is no address of a server"},
		{"an address with a query", func(c *poolparty.Config) { c.URL += "?a=b" }, "url is no address of a server"},
		{"an address of another kind", func(c *poolparty.Config) { c.URL = "ftp://acme.poolparty.biz" }, "url is no address of a server"},
		{"credentials in the address", func(c *poolparty.Config) { c.URL = "https://u:p@acme.poolparty.biz" }, "url holds credentials, which would show in logs"},
		{"no project", func(c *poolparty.Config) { c.Project = " " }, "a PoolParty vocabulary needs a project"},
		{"no password", func(c *poolparty.Config) { c.Password = "" }, "PoolParty needs a user name and a password"},
		{"a client without its secret", func(c *poolparty.Config) { c.Auth, c.Grant = "oauth", "client_credentials" }, "the grant client_credentials of PoolParty needs a client secret"},
		{"tokens by plain http", func(c *poolparty.Config) { c.TokenURL = "http://login.acme.example/token" }, "token_url: login.acme.example is not https, and the credentials would travel in the open"},
		{"a token address is not read where it is not used", func(c *poolparty.Config) { c.Auth, c.TokenURL = "basic", "nonsense" }, ""},
		{"an unknown way to log in", func(c *poolparty.Config) { c.Auth = "digest" }, `auth: "digest" is none of the settings of PoolParty`},
		{"an unknown grant", func(c *poolparty.Config) { c.Grant = "x" }, `grant: "x" is none of the settings of PoolParty`},
		{"an unknown format", func(c *poolparty.Config) { c.Format = "turtle" }, `format: "turtle" is none of the settings of PoolParty`},
		{"an unknown use of the history", func(c *poolparty.Config) { c.History = "on" }, `history: "on" is none of the settings of PoolParty`},
		{"a module twice", func(c *poolparty.Config) { c.Modules = []string{"concepts", "concepts"} }, `modules: "concepts" is no name of a module, or stands there twice`},
		{"modules in one string", func(c *poolparty.Config) { c.Modules = []string{"concepts,void"} }, `modules: "concepts,void" is no name of a module, or stands there twice`},
	}
	for _, tt := range tests {
		c := good
		tt.change(&c)
		_, err := poolparty.New(c)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: got error %v, want none", tt.name, err)
			}
			continue
		}
		public := semdex.Public(err)
		if public.Code != semdex.Invalid || public.Message != tt.want || public.Hint == "" {
			t.Errorf("%s: got %+v, want %q and a hint", tt.name, public, tt.want)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	c := poolparty.Config{URL: "https://acme.poolparty.biz", Project: "brand", Username: "u", Password: "p"}
	if got := open(t, c).Name(); got != "poolparty brand" {
		t.Errorf("without one: got %q, want it made of the project", got)
	}
	c.Name = "Topics"
	if got := open(t, c).Name(); got != "Topics" {
		t.Errorf("got %q, want the one that is set", got)
	}
}
