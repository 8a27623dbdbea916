package poolparty_test

import (
	"net"
	"net/http"
	"testing"
	"time"

	"semdex/indexer/poolparty"
	"semdex/indexer/poolparty/poolpartytest"
)

func TestErrorsSayWhatToTry(t *testing.T) {
	t.Parallel()
	status := func(group string, n int) poolpartytest.Faults {
		return poolpartytest.Faults{Status: map[string]int{group: n}}
	}
	oauth := func(c *poolparty.Config) { c.Auth = "oauth" }
	tests := []struct {
		name    string
		options poolpartytest.Options
		faults  poolpartytest.Faults
		change  func(*poolparty.Config)
		parts   []string
	}{
		{"a wrong password", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Password = "hush" },
			[]string{"refuses the user name or the password", "check username and password", "status 401"}},
		{"Basic is switched off", poolpartytest.Options{NoBasic: true}, poolpartytest.Faults{}, nil, []string{"Basic authentication is switched off", "set auth: oauth"}},
		{"a wrong password for a token", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Auth, c.Password = "oauth", "hush" },
			[]string{"the token server of PoolParty refuses the user", "Invalid user credentials", "check username and password"}},
		{"a wrong client", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.ClientID = "other" }, []string{"the token server of PoolParty refuses", "Invalid client", "client_id"}},
		{"a client that may not log in this way", poolpartytest.Options{}, status("token", 400), oauth, []string{"refuses this way to log in", "direct access grants"}},
		{"another realm", poolpartytest.Options{NoOAuth: true}, poolpartytest.Faults{}, oauth, []string{"no token server of PoolParty at this address", "realm"}},
		{"a page for a token", poolpartytest.Options{}, poolpartytest.Faults{Page: []string{"token"}}, oauth, []string{"something else than was asked for", "a web page"}},
		{"the token server fails", poolpartytest.Options{}, status("token", 503), oauth, []string{"the token server at 127.0.0.1", "failed", "after 3 attempts", "try again later"}},
		{"a token that is not taken", poolpartytest.Options{}, status("projects", 401), oauth, []string{"refuses a token that was issued a moment ago", "token_url"}},
		{"no right to the API", poolpartytest.Options{}, status("projects", 403), nil, []string{"may not make this call", "user group"}},
		{"no such call", poolpartytest.Options{}, status("projects", 404), nil, []string{"has no such call", "check that url is the host"}},
		{"no licence", poolpartytest.Options{}, status("projects", 503), nil, []string{"not in the licence", "ask the vendor"}},
		{"a failure that stays", poolpartytest.Options{}, status("projects", 500), nil, []string{"failed", "after 3 attempts", "try again later"}},
		{"a login page", poolpartytest.Options{}, poolpartytest.Faults{Page: []string{"projects"}}, nil, []string{"a web page", "login page"}},
		{"a way to a login page", poolpartytest.Options{}, poolpartytest.Faults{Elsewhere: []string{"projects"}}, nil, []string{"leads elsewhere", "/PoolParty/login"}},
		{"no such project", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Project = "indoor" },
			[]string{`sees no project "indoor"`, `"Outdoor" (2B6E1C40-0F11-0001-9A3C-5D2E7F801122)`, "user group"}},
		{"a project that the account does not see", poolpartytest.Options{}, poolpartytest.Faults{Hidden: []string{outdoor.ID}}, nil, []string{"nor any other", "user group"}},
		{"an export that is forbidden", poolpartytest.Options{}, status("export", 403), nil, []string{`may not export the project "Outdoor"`, "right to export"}},
		{"an export without a licence", poolpartytest.Options{}, status("export", 503), nil, []string{"not in the licence"}},
		{"an export that holds nothing", poolpartytest.Options{}, poolpartytest.Faults{Empty: true}, nil, []string{`"Outdoor" holds no concept`, "may lack rights"}},
		{"an export of stubs alone", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Transport = onlyDeprecated{c.Transport} }, []string{"holds no concept"}},
		{"an export that is a page", poolpartytest.Options{}, poolpartytest.Faults{Page: []string{"export"}}, nil, []string{`"Outdoor" is no N-Quads`, "a web page", "login page"}},
		{"an export that ends before its length", poolpartytest.Options{}, poolpartytest.Faults{Cut: poolpartytest.CutLength}, nil, []string{"cut off midway", "after 3 attempts"}},
		{"an export whose connection breaks", poolpartytest.Options{}, poolpartytest.Faults{Cut: poolpartytest.CutChunk}, nil, []string{"cut off midway", "after 3 attempts"}},
		{"an export that ends within a statement", poolpartytest.Options{}, poolpartytest.Faults{Cut: poolpartytest.CutLine}, nil,
			[]string{"cut off midway", "it ends within a statement", "after 3 attempts"}},
		{"an export that is too large", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.MaxExport = 1000 }, []string{"too large", "more than 1000 bytes", "max_export"}},
		{"N-Quads that must be and are refused", poolpartytest.Options{}, poolpartytest.Faults{NoQuads: 406}, func(c *poolparty.Config) { c.Format = "nquads" },
			[]string{"refuses to export concepts, deprecatedConcepts, skosnotes", "as N-Quads", "check modules and format"}},
		{"a certificate that nobody signed", poolpartytest.Options{TLS: true}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Transport = &http.Transport{} },
			[]string{"certificate", "not to be trusted", "SSL_CERT_FILE"}},
		{"no answer in time", poolpartytest.Options{}, poolpartytest.Faults{Delay: time.Minute}, func(c *poolparty.Config) { c.Timeout, c.Attempts = 20*time.Millisecond, 1 },
			[]string{"did not answer in time"}},
		{"https spoken to a server without", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.URL = "https" + c.URL[len("http"):] }, []string{"check the host"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, tt.options)
			server.SetFaults(tt.faults)
			c := config(t, server)
			if tt.change != nil {
				tt.change(&c)
			}
			_, err := open(t, c).Fetch(t.Context(), nil)
			wantError(t, err, append(tt.parts, "fetch poolparty "+c.Project)...)
			if n := server.Stats().Calls["unknown"]; n > 0 {
				t.Errorf("got %d calls to where nothing is, want no redirect followed", n)
			}
			if v := server.Stats().Violations; len(v) > 0 {
				t.Errorf("the client broke rules: %v", v)
			}
		})
	}
}

// onlyDeprecated asks for what is deprecated, whatever was asked for.
type onlyDeprecated struct{ http.RoundTripper }

func (o onlyDeprecated) RoundTrip(r *http.Request) (*http.Response, error) {
	if query := r.URL.Query(); query.Has("modules") {
		query["modules"] = []string{"deprecatedConcepts"}
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
	}
	return o.RoundTripper.RoundTrip(r)
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	for _, auth := range []string{"basic", "oauth"} {
		source := open(t, poolparty.Config{URL: "http://" + address, Project: "brand", Username: "u", Password: "hush", Auth: auth, Attempts: 2, Backoff: time.Millisecond})
		_, err = source.Fetch(t.Context(), nil)
		wantError(t, err, "cannot be reached", address, "after 2 attempts", "check the host")
	}
}

func TestAnExportThatIsCutOnceIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, cut := range []poolpartytest.Cut{poolpartytest.CutLength, poolpartytest.CutChunk, poolpartytest.CutLine} {
		server, source, _ := pair(t, nil)
		server.SetFaults(poolpartytest.Faults{Cut: cut, CutTimes: 1})
		_, exports := calls(server, func() { fetch(t, source, nil) })
		if exports != 2 {
			t.Errorf("%s: got %d exports, want 2", cut, exports)
		}
	}
}

func TestAnErrorKeepsTheCursorGood(t *testing.T) {
	t.Parallel()
	server, source, _ := pair(t, nil)
	cursor := fetch(t, source, nil).Cursor
	if err := server.Relabel(outdoor.ID, ns+"tents", "en", "Shelters"); err != nil {
		t.Fatal(err)
	}
	server.SetFaults(poolpartytest.Faults{Cut: poolpartytest.CutLine})
	if export, err := source.Fetch(t.Context(), cursor); err == nil || export.Cursor != nil || export.Documents != nil {
		t.Fatalf("got %+v and error %v, want the error alone", export, err)
	}
	server.SetFaults(poolpartytest.Faults{})
	if fetch(t, source, cursor).Unchanged {
		t.Error("once it works again: got no change, want it found")
	}
}
