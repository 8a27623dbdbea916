package poolparty_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex/indexer"
	"semdex/indexer/poolparty"
	"semdex/indexer/poolparty/poolpartytest"
)

func TestCheckOfAGoodSetUp(t *testing.T) {
	t.Parallel()
	server, source, _ := pair(t, nil)
	want := []indexer.Finding{
		{Subject: "address", Message: server.URL() + " answers"},
		{Subject: "version", Message: "PoolParty 10.2.0"},
		{Subject: "clock", Message: "agrees with that of PoolParty"},
		{Subject: "credentials", Message: "PoolParty takes them"},
		{Subject: "project", Message: `"Outdoor" is there, in en, de`},
		{Subject: "export", Message: "3 concepts, 6 kB"},
		{Subject: "module deprecatedConcepts", Message: "can be exported"},
		{Subject: "module skosnotes", Message: "can be exported"},
		{Subject: "history", Message: "it answers; 0 changes in the last 26 hours"},
	}
	if diff := cmp.Diff(want, source.Check(t.Context())); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	status := func(group string, n int) poolpartytest.Faults {
		return poolpartytest.Faults{Status: map[string]int{group: n}}
	}
	tests := []struct {
		name    string
		faults  poolpartytest.Faults
		change  func(*poolparty.Config)
		level   indexer.Level
		subject string
		part    string // of the message or the mend
		last    string // the subject that the check still comes to
	}{
		{"nobody listens", poolpartytest.Faults{}, func(c *poolparty.Config) { c.URL = "http://127.0.0.1:1" }, indexer.Failure, "address", "cannot be reached", "address"},
		{"a login page", poolpartytest.Faults{Page: []string{"version"}}, nil, indexer.Failure, "address", "a web page", "address"},
		{"a version that is kept secret", status("version", 401), nil, indexer.Fine, "address", "answers", "history"},
		{"a wrong password", poolpartytest.Faults{}, func(c *poolparty.Config) { c.Password = "hush" }, indexer.Failure, "credentials", "check username and password", "credentials"},
		{"a wrong client", poolpartytest.Faults{}, func(c *poolparty.Config) { c.ClientID = "x" }, indexer.Failure, "credentials", "client_id", "credentials"},
		{"no licence for the API", status("projects", 503), nil, indexer.Failure, "projects", "ask the vendor", "projects"},
		{"a clock that is wrong", poolpartytest.Faults{Clock: -10 * time.Minute}, nil, indexer.Warning, "clock", "10m0s apart", "history"},
		{"a clock that is a little off", poolpartytest.Faults{Clock: 4 * time.Minute}, nil, indexer.Fine, "clock", "agrees", "history"},
		{"another project", poolpartytest.Faults{}, func(c *poolparty.Config) { c.Project = "x" }, indexer.Failure, "project", `it sees "Outdoor"`, "project"},
		{"an export that is refused", status("export", 403), nil, indexer.Failure, "export", "may not export", "history"},
		{"an export without concepts", poolpartytest.Faults{Empty: true}, nil, indexer.Failure, "export", "holds no concept", "history"},
		{"a module that the server does not have", poolpartytest.Faults{NoModules: []string{"deprecatedConcepts"}}, nil, indexer.Warning, "module deprecatedConcepts", "check modules", "history"},
		{"no history", status("history", 404), nil, indexer.Warning, "history", "every run exports the whole project", "history"},
		{"a history that says nothing", poolpartytest.Faults{Page: []string{"history"}}, nil, indexer.Warning, "history", "a web page", "history"},
		{"a history that is switched off", poolpartytest.Faults{}, func(c *poolparty.Config) { c.History = "off" }, indexer.Warning, "history", "set history: auto", "history"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, source, _ := pair(t, tt.change)
			server.SetFaults(tt.faults)
			findings := source.Check(t.Context())
			i := slices.IndexFunc(findings, func(f indexer.Finding) bool { return f.Subject == tt.subject })
			if i < 0 {
				t.Fatalf("got %+v, want one of %s", findings, tt.subject)
			}
			got := findings[i]
			if got.Level != tt.level || !strings.Contains(got.Message+" "+got.Mend, tt.part) || (got.Mend == "") != (got.Level == indexer.Fine) {
				t.Errorf("got %+v, want a %s with %q", got, tt.level, tt.part)
			}
			if last := findings[len(findings)-1].Subject; last != tt.last {
				t.Errorf("got %s as the last finding, want %s", last, tt.last)
			}
			for _, f := range findings {
				if strings.Contains(f.Message+f.Mend, "hush") {
					t.Errorf("got %+v, which shows a secret", f)
				}
			}
		})
	}
}
