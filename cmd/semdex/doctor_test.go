package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"semdex/indexer/canto/cantotest"
	"semdex/indexer/poolparty/poolpartytest"
)

// TestDoctorFindsPlantedFaults plants one fault after the other in a set-up that is right, and wants each to be
// found, where it is, with its mend.
func TestDoctorFindsPlantedFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("signs in to imitations many times; not with -short")
	}
	closed, untrusted := closedAddress(t), unsigned(t)
	tests := []struct {
		name          string
		plant         plant // gives the configuration
		level         string
		part, subject string
		words, mend   []string
	}{
		{"a wrong secret of Canto", configured("app_secret: .*", "app_secret: wrong"), "failure", "source canto", "credentials", []string{"Canto"}, []string{"app_secret"}},
		{"Canto cannot be reached", cantoAt("http://" + closed), "failure", "source canto", "address", []string{"reached"}, []string{"host"}},
		{"a certificate that nobody signed", cantoAt(untrusted), "failure", "source canto", "address", []string{"certificate"}, []string{"SSL_CERT_FILE"}},
		{"a clock that is wrong", cantoFaults(cantotest.Faults{ClockOffset: 20 * time.Minute}), "warning", "source canto", "clock", []string{"apart"}, []string{"NTP"}},
		{"a custom field that was renamed", renamedField(t, "Subjects", "Subject terms"), "failure", "source canto", "custom fields", []string{"Subjects", "Subject terms"}, []string{"map:"}},
		{"an account that sees no assets", cantoFaults(cantotest.Faults{Blind: true}), "failure", "source canto", "assets", []string{"no assets"}, []string{"the right"}},
		{"lists that are forbidden", cantoFaults(cantotest.Faults{Forbidden: []string{"list"}}), "failure", "source canto", "assets", []string{"403"}, []string{"the right"}},
		{"a login page in place of Canto", cantoFaults(cantotest.Faults{LoginPage: -1}), "failure", "source canto", "", []string{"web page"}, []string{"tenant"}},
		{"a time zone that is wrong", configured("time_zone: Europe/Berlin\n(\\s+)map", "time_zone: America/Los_Angeles\n${1}map"), "warning", "source canto", "stamps", []string{"America/Los_Angeles"}, []string{"time_zone"}},
		{"a network of pictures that is down", cantoFaults(cantotest.Faults{CDNDown: true}), "warning", "source canto", "download", nil, nil},
		{"a wrong password of PoolParty", configured("password: .*", "password: wrong"), "failure", "vocabulary poolparty", "credentials", []string{"refuses"}, []string{"password"}},
		{"PoolParty cannot be reached", poolAt("http://" + closed), "failure", "vocabulary poolparty", "address", []string{"reached"}, []string{"host"}},
		{"a project that is not there", configured("project: .*", "project: brnad"), "failure", "vocabulary poolparty", "project", []string{"brnad"}, []string{"Firnhain"}},
		{"an export that is forbidden", poolFaults(poolpartytest.Faults{Status: map[string]int{"export": 403}}), "failure", "vocabulary poolparty", "export", nil, []string{"right"}},
		{"an export that the licence lacks", poolFaults(poolpartytest.Faults{Status: map[string]int{"export": 503}}), "failure", "vocabulary poolparty", "export", nil, []string{"licence"}},
		{"a history that is forbidden", poolFaults(poolpartytest.Faults{Status: map[string]int{"history": 403}}), "warning", "vocabulary poolparty", "history", nil, nil},
		{"a scheme that the vocabulary has not", configured("voc.firnhain.example/audiences", "voc.firnhain.example/audience"), "failure", "what the vocabulary lacks", "dimension audience", []string{"/audience"}, []string{"/audiences"}},
		{"a field that no asset bears", configured("field: Campaign", "field: Kampagne"), "failure", "how assets and concepts go together", "dimension campaign", []string{"Kampagne"}, []string{"Campaign"}},
		{"a language without labels", configured(`languages: \[en, de\]`, "languages: [en, de, fr]"), "warning", "what the vocabulary lacks", "labels in fr", []string{"fr"}, []string{"prefLabels"}},
		{"a misspelt module", configured(`username: demo-reader`, "username: demo-reader\n        modules: [concepts, deprecated]"), "warning", "vocabulary poolparty", "module deprecated", nil, nil},
		{"no schedule", configured(`\n +schedule: .*`, ""), "warning", "schedule", "schedule", []string{"by itself"}, []string{"schedule:"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			systems, folder := imitatedBrand(t)
			dir := folder(t)
			output(t, dir, "index")
			config := readFile(t, filepath.Join(dir, "semdex.yaml"))
			planted := tt.plant(systems, config)
			writeTo(t, dir, "semdex.yaml", planted)
			findings, code := doctor(t, dir)
			if want := map[string]int{"failure": exitFailed, "warning": exitDone}[tt.level]; code != want {
				t.Errorf("got exit code %d, want %d", code, want)
			}
			for _, f := range findings {
				if f.Level == tt.level && strings.HasPrefix(f.Part, tt.part) && (f.Subject == tt.subject || tt.subject == "") && holds(f.Message, tt.words) && holds(f.Mend, tt.mend) && f.Mend != "" {
					return
				}
			}
			t.Errorf("it was not found; got %s", show(findings))
		})
	}
}

func TestDoctorFindsNothingWhereAllIsWell(t *testing.T) {
	if testing.Short() {
		t.Skip("signs in to imitations; not with -short")
	}
	t.Parallel()
	_, folder := imitatedBrand(t)
	dir := folder(t)
	output(t, dir, "index")
	findings, code := doctor(t, dir)
	if code != exitDone || len(findings) < 15 {
		t.Errorf("got exit code %d and %d findings, want 0 and all that was looked at", code, len(findings))
	}
	for _, f := range findings {
		if f.Level != "ok" && f.Subject != "ambiguous labels" && f.Subject != "tags" { // the brand library has some on purpose
			t.Errorf("got %s", show([]finding{f}))
		}
		if f.Level != "ok" && f.Mend == "" {
			t.Errorf("%s has no mend", f.Subject)
		}
	}
	if out := output(t, dir, "doctor"); !strings.Contains(out, "brand: source canto\n  ok       address: ") {
		t.Errorf("the text is %q", out)
	}
}

func doctor(t *testing.T, dir string) ([]finding, int) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"doctor", "--json", "--config", filepath.Join(dir, "semdex.yaml")}, &out, &errs)
	var findings []finding
	if err := json.Unmarshal(out.Bytes(), &findings); err != nil {
		t.Fatalf("exit code %d: %v\n%s%s", code, err, out.String(), errs.String())
	}
	return findings, code
}

func holds(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

func show(findings []finding) string {
	var b strings.Builder
	for _, f := range findings {
		if f.Level != "ok" {
			b.WriteString("\n  " + f.Level + " | " + f.Part + " | " + f.Subject + " | " + f.Message + " | " + f.Mend)
		}
	}
	return b.String()
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// closedAddress is an address of this machine where nobody listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
