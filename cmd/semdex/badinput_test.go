package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"semdex/indexer/canto/cantotest"
	"semdex/indexer/poolparty/poolpartytest"
)

// TestBadInputKeepsTheLastGoodState breaks one thing after the other in a set-up that was right, and wants a
// clear error with its mend, and the library as it was.
func TestBadInputKeepsTheLastGoodState(t *testing.T) {
	if testing.Short() {
		t.Skip("signs in to imitations many times; not with -short")
	}
	closed, untrusted := closedAddress(t), unsigned(t)
	tests := []struct {
		name  string
		brk   plant
		words []string // of what is said, message and hint
	}{
		{"wrong credentials of Canto", configured("app_secret: .*", "app_secret: wrong"), []string{"Canto", "app_secret"}},
		{"wrong credentials of PoolParty", configured("password: .*", "password: wrong"), []string{"PoolParty", "password"}},
		{"Canto cannot be reached", cantoAt("http://" + closed), []string{"Canto at " + closed + " cannot be reached", "host"}},
		{"PoolParty cannot be reached", poolAt("http://" + closed), []string{"PoolParty at " + closed + " cannot be reached"}},
		{"a certificate that nobody signed", cantoAt(untrusted), []string{"certificate of Canto", "SSL_CERT_FILE"}},
		{"a login page instead of RDF", poolFaults(poolpartytest.Faults{Page: []string{"export"}}), []string{"web page", "login"}},
		{"a login page instead of assets", cantoFaults(cantotest.Faults{LoginPage: -1}), []string{"web page", "login"}},
		{"an export cut off midway", poolFaults(poolpartytest.Faults{Cut: poolpartytest.CutLine}), []string{"cut off"}},
		{"a project without rights", poolFaults(poolpartytest.Faults{Hidden: []string{"2B6E1C40-0F11-0001-9A3C-5D2E7F801122"}}), []string{"project", "demo", "group"}},
		{"an export that is empty", poolFaults(poolpartytest.Faults{Empty: true}), []string{"no", "oncept", "rights"}},
		{"a custom field that was renamed", renamedField(t, "License until", "Licence end"), []string{"License until"}},
		{"no assets where there were hundreds", cantoFaults(cantotest.Faults{Blind: true}), []string{"no longer lists", "nothing was deleted", "--allow-deletes"}},
		{"an account that may not list", cantoFaults(cantotest.Faults{Forbidden: []string{"list"}}), []string{"Canto account may not", "403", "the right"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			systems, folder := imitatedBrand(t)
			dir := folder(t)
			output(t, dir, "index")
			before := output(t, dir, "export", "state")
			writeTo(t, dir, "semdex.yaml", tt.brk(systems, readFile(t, filepath.Join(dir, "semdex.yaml"))))
			var out, errs bytes.Buffer
			code := run(t.Context(), []string{"index", "--full", "--config", filepath.Join(dir, "semdex.yaml")}, &out, &errs)
			if code != exitFailed && code != exitUsage {
				t.Errorf("got exit code %d, want a failure", code)
			}
			if !holds(errs.String(), tt.words) || !strings.Contains(errs.String(), "hint: ") {
				t.Errorf("got %q, want %q and a hint in it", errs.String(), tt.words)
			}
			if strings.Contains(errs.String(), "demo-secret") || strings.Contains(errs.String(), "demo-password") {
				t.Errorf("%q shows a secret", errs.String())
			}
			if after := output(t, dir, "export", "state"); after != before {
				t.Errorf("the state is another: %s", firstDifference(after, before))
			}
		})
	}
}

// TestAFlakyCanto lets a fifth of the calls hit a limit, breaks connections, ends the token midway and damages a
// record: all other assets come in, and the damaged one is named.
func TestAFlakyCanto(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for limits; not with -short")
	}
	t.Parallel()
	systems, folder := imitatedBrand(t)
	dir := folder(t)
	ended := false
	systems.Canto.SetFaults(cantotest.Faults{
		LimitEvery: 5, RetryAfter: 1, DropEvery: 7, Malformed: map[string]cantotest.Malformation{"image/img-0042": cantotest.BadShape},
		OnList: func(n int) {
			if n == 6 && !ended {
				ended = true
				systems.Canto.ExpireTokens()
			}
		},
	})
	config := readFile(t, filepath.Join(dir, "semdex.yaml"))
	writeTo(t, dir, "semdex.yaml", regexp.MustCompile(`\n(\s+)app_id:`).ReplaceAllString(config, "\n${1}page_size: 40\n${1}app_id:"))
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"index", "--config", filepath.Join(dir, "semdex.yaml")}, &out, &errs)
	if code != exitPartly || !strings.Contains(errs.String(), "rejected: canto:image:img-0042") || !strings.Contains(errs.String(), "size") {
		t.Errorf("got exit code %d and %q, want 3 and the damaged record named", code, errs.String())
	}
	got := strings.Count(output(t, dir, "export", "assets"), "\n")
	if want := systems.Canto.Len() - 1; got != want {
		t.Errorf("got %d assets, want %d: all but the damaged one", got, want)
	}
	stats := systems.Canto.Stats()
	if !ended || stats.Tokens != 2 || stats.Limited == 0 || len(stats.Violations) > 0 {
		t.Errorf("got %+v, want two tokens, limits that were met, and nothing that no client may do", stats)
	}
}
