package canto_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"semdex/indexer"
	"semdex/indexer/canto"
	"semdex/indexer/canto/cantotest"
)

// told is what a check said of a subject.
func told(t *testing.T, findings []indexer.Finding, subject string) indexer.Finding {
	t.Helper()
	for _, f := range findings {
		if f.Subject == subject {
			return f
		}
	}
	t.Fatalf("nothing is said of %s: %+v", subject, findings)
	return indexer.Finding{}
}

// brokenStore is a TokenStore that cannot be written.
type brokenStore struct{}

func (brokenStore) Load() ([]byte, error) { return nil, nil }
func (brokenStore) Save([]byte) error     { return errors.New("read-only file system") }

func TestASetUpThatIsFine(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, append(images(3), cantotest.Record{Scheme: "video", ID: "v", Name: "v", Albums: []string{"A/B"}})...)
	s.DefineField("License until", "meta_date_0")
	src := source(t, s, func(c *canto.Config) { c.Map = map[string]string{"meta_date_0": "rights.valid_until"} })
	var subjects []string
	for _, f := range src.Check(t.Context()) {
		subjects = append(subjects, f.Subject)
		if f.Level != indexer.Fine || f.Message == "" {
			t.Errorf("got %+v, want it to be fine", f)
		}
	}
	want := "address, credentials, clock, account, custom fields, assets, stamps, folders, download, limits"
	if got := strings.Join(subjects, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := told(t, src.Check(t.Context()), "assets").Message; got != "3 image, 1 video" {
		t.Errorf("got %q, want the assets by scheme", got)
	}
	s.SetFaults(cantotest.Faults{NoFound: true})
	if got := told(t, src.Check(t.Context()), "assets"); got.Level != indexer.Fine || got.Message != "3 image, 1 video" {
		t.Errorf("got %+v where nothing is counted, want what shows", got)
	}
	if n := s.Stats().Tokens; n != 1 {
		t.Errorf("it took %d tokens, want 1", n)
	}
}

func TestWhatIsWrongWithASetUp(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	tests := []struct {
		name    string
		change  func(*canto.Config)
		faults  cantotest.Faults
		subject string
		level   indexer.Level
		message string
		mend    string
		last    bool // it cannot go on from there, but for the limits
	}{
		{"nobody listens", func(c *canto.Config) { c.URL, c.Attempts = closed.URL, 1 }, cantotest.Faults{}, "address", indexer.Failure, "cannot be reached", "host", true},
		{"nobody vouches for it", func(c *canto.Config) { c.URL = secure.URL }, cantotest.Faults{}, "address", indexer.Failure, "certificate", "TLS", true},
		{"the secret is wrong", func(c *canto.Config) { c.AppSecret = "wrong" }, cantotest.Faults{}, "credentials", indexer.Failure, "refuses the app id", "Support Client Credentials Mode", true},
		{"the path of tokens is wrong", func(c *canto.Config) { c.TokenPath = "/x" }, cantotest.Faults{}, "credentials", indexer.Failure, "no token server", "token_path", true},
		{"tokens cannot be kept", func(c *canto.Config) { c.Tokens = brokenStore{} }, cantotest.Faults{}, "credentials", indexer.Warning, "read-only", "data directory", false},
		{"the clock goes wrong", nil, cantotest.Faults{ClockOffset: time.Hour}, "clock", indexer.Warning, "apart", "NTP", false},
		{"the account may not be seen", nil, cantotest.Faults{Forbidden: []string{"user"}}, "account", indexer.Warning, "may not", "right", false},
		{"a field has another name", func(c *canto.Config) { c.Map = map[string]string{"License End": "rights.valid_until"} }, cantotest.Faults{}, "custom fields", indexer.Failure, `the nearest is "License until"`, "map:", false},
		{"fields are not compared", func(c *canto.Config) {
			c.Map, c.UncheckedMap = map[string]string{"License End": "rights.valid_until"}, true
		}, cantotest.Faults{}, "custom fields", indexer.Warning, "not compared", "unchecked_map", false},
		{"fields may not be listed", func(c *canto.Config) { c.Map = map[string]string{"License until": "rights.valid_until"} }, cantotest.Faults{Forbidden: []string{"field"}}, "custom fields", indexer.Failure, "may not", "right", false},
		{"nothing is to be seen", nil, cantotest.Faults{Blind: true}, "assets", indexer.Failure, "sees no assets", "right", false},
		{"lists may not be seen", nil, cantotest.Faults{Forbidden: []string{"list"}}, "assets", indexer.Failure, "may not", "right", false},
		{"stamps are in another zone", func(c *canto.Config) { c.TimeZone = time.UTC }, cantotest.Faults{}, "stamps", indexer.Warning, "still to come", "Europe/Berlin would fit", false},
		{"folders may not be seen", nil, cantotest.Faults{Forbidden: []string{"tree"}}, "folders", indexer.Failure, "may not", "right", false},
		{"pictures cannot be fetched", nil, cantotest.Faults{CDNDown: true}, "download", indexer.Warning, "failed", "", false},
		{"there are too many calls", nil, cantotest.Faults{LimitEvery: 4}, "limits", indexer.Warning, "fewer calls", "calls_per_minute", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tenant(t, cantotest.Options{}, images(3)...)
			s.DefineField("License until", "meta_date_0")
			s.SetFaults(tt.faults)
			src := source(t, s, func(c *canto.Config) {
				c.Attempts = 3
				if tt.change != nil {
					tt.change(c)
				}
			})
			findings := src.Check(t.Context())
			got := told(t, findings, tt.subject)
			if got.Level != tt.level || !strings.Contains(got.Message, tt.message) || !strings.Contains(got.Mend, tt.mend) || got.Mend == "" {
				t.Errorf("got %+v, want a %s that says %q, mended by %q", got, tt.level, tt.message, tt.mend)
			}
			if at := findings[len(findings)-2].Subject; (at == tt.subject) != tt.last && tt.subject != "download" && tt.subject != "limits" {
				t.Errorf("it ended with %s, want it to end there to be %v", at, tt.last)
			}
			if text := fmt.Sprint(findings); strings.Contains(text, "wrong&") || strings.Contains(text, s.Options().AppSecret) {
				t.Errorf("%s shows a secret", text)
			}
		})
	}
}

func TestAnOrderThatCannotBeReliedOnIsTold(t *testing.T) {
	t.Parallel()
	records := images(5)
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range records {
		records[i].Uploaded, records[i].Modified = day.Add(time.Duration(i)*24*time.Hour), day.Add(-time.Duration(i)*24*time.Hour)
	}
	s := tenant(t, cantotest.Options{}, records...)
	got := told(t, source(t, s, func(c *canto.Config) { c.Modified = "time" }).Check(t.Context()), "stamps")
	if got.Level != indexer.Warning || !strings.Contains(got.Message, "does not sort") || got.Mend == "" {
		t.Errorf("got %+v, want a warning that every run lists everything", got)
	}
}
