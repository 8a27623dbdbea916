package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"semdex"
	"semdex/indexer/canto"
	"semdex/indexer/poolparty"
)

const remoteSystems = `libraries:
  acme:
    time_zone: Europe/Berlin
    schedule: "*/15 * * * *"
    reconcile: "0 3 * * *"
    sources:
      - type: canto
        tenant: acme.canto.global
        app_id: "${SEMDEX_TEST_APP}"
        app_secret_file: secret
        map: {Alt Text: alt, Subjects: concepts, License until: rights.valid_until}
        time_zone: Europe/London
        schemes: [image, video]
        page_size: 500
        max_offset: 5000
        time_unit: ms
        modified: time
        calls_per_minute: 90
        scope: admin
        user_id: dam@acme.example
        token_path: /oauth/api/oauth2/compatible/token
        unchecked_map: true
        schedule: "@hourly"
      - {type: files, events: ./events.jsonl, prefix: usage}
    vocabularies:
      - {type: poolparty, url: https://acme.poolparty.biz, project: brand, username: api, password_file: secret, modules: [concepts], format: ntriples, history: "off", server_zone: Europe/Vienna, calls_per_minute: 30, max_export: 2000000}
      - {type: poolparty, url: https://acme.poolparty.biz, project: other, auth: oauth, token_url: https://login.acme.example/token, client_id: semdex, client_secret: hush, grant: client_credentials}
      - {type: file, path: ./taxonomy.ttl}
`

func TestRemoteSystems(t *testing.T) {
	t.Setenv("SEMDEX_TEST_APP", "app")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Parse([]byte(remoteSystems), filepath.Join(dir, "semdex.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	l := c.Libraries["acme"]
	wantCanto := canto.Config{Prefix: "canto", Tenant: "acme.canto.global", TokenPath: "/oauth/api/oauth2/compatible/token", AppID: "app", AppSecret: "s3cret",
		Scope: "admin", UserID: "dam@acme.example", Map: map[string]string{"Alt Text": "alt", "Subjects": "concepts", "License until": "rights.valid_until"}, UncheckedMap: true,
		Schemes: []string{"image", "video"}, PageSize: 500, MaxOffset: 5000, TimeUnit: "ms", Modified: "time", CallsPerMinute: 90}
	got := l.Sources[0].Canto()
	if got.TimeZone.String() != "Europe/London" {
		t.Errorf("got zone %s, want that of the source", got.TimeZone)
	}
	if diff := cmp.Diff(wantCanto, got, cmpopts.IgnoreFields(canto.Config{}, "TimeZone")); diff != "" {
		t.Errorf("canto (-want +got):\n%s", diff)
	}
	wantPool := []poolparty.Config{
		{URL: "https://acme.poolparty.biz", Project: "brand", Username: "api", Password: "s3cret", Modules: []string{"concepts"}, Format: "ntriples", History: "off", CallsPerMinute: 30, MaxExport: 2_000_000},
		{URL: "https://acme.poolparty.biz", Project: "other", Auth: "oauth", TokenURL: "https://login.acme.example/token", ClientID: "semdex", ClientSecret: "hush", Grant: "client_credentials"},
	}
	gotPool := []poolparty.Config{l.Vocabularies[0].PoolParty(), l.Vocabularies[1].PoolParty()}
	if gotPool[0].ServerZone.String() != "Europe/Vienna" || gotPool[1].ServerZone.String() != "UTC" {
		t.Errorf("got zones %s and %s, want Europe/Vienna and UTC", gotPool[0].ServerZone, gotPool[1].ServerZone)
	}
	if diff := cmp.Diff(wantPool, gotPool, cmpopts.IgnoreFields(poolparty.Config{}, "ServerZone")); diff != "" {
		t.Errorf("poolparty (-want +got):\n%s", diff)
	}
	if l.Schedule != "*/15 * * * *" || l.Reconcile != "0 3 * * *" || l.Sources[0].Schedule != "@hourly" {
		t.Errorf("got schedules %q, %q and %q", l.Schedule, l.Reconcile, l.Sources[0].Schedule)
	}
	if l.Sources[1].HasAssets() || !l.Sources[0].HasAssets() {
		t.Error("a source of events alone brings assets, or Canto brings none")
	}
}

func TestTheTenantsZoneIsTheLibrarysWhereItHasNone(t *testing.T) {
	c, err := Parse([]byte(library("time_zone: Europe/Berlin", "sources: [{type: canto, tenant: a.canto.de, app_id: x, app_secret: y}]")), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if zone := c.Libraries["acme"].Sources[0].Canto().TimeZone; zone.String() != "Europe/Berlin" {
		t.Errorf("got %s, want Europe/Berlin", zone)
	}
}

func TestWrongRemoteSystemsAreRefused(t *testing.T) {
	canto := func(more string) string {
		return library("sources: [{type: canto, tenant: a.canto.de, app_id: x, app_secret: hush" + more + "}]")
	}
	pool := func(more string) string {
		return library("vocabularies: [{type: poolparty, url: 'https://p.example', project: p, username: u, password: hush" + more + "}]")
	}
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a key of another type of source", canto(", assets: a.jsonl"), []string{"sources", "type canto has no key assets"}},
		{"a key of Canto at files", library("sources: [{type: files, assets: a, tenant: t, app_id: x}]"), []string{"type files has no key tenant, app_id"}},
		{"a key of another type of vocabulary", library("vocabularies: [{type: file, path: a, project: p}]"), []string{"type file has no key project"}},
		{"Canto without a tenant", library("sources: [{type: canto, app_id: x, app_secret: y}]"), []string{"sources", "tenant"}},
		{"Canto at a domain that is not known", library("sources: [{type: canto, tenant: a.example.com, app_id: x, app_secret: y}]"), []string{"a.example.com", "canto.global"}},
		{"Canto without a secret", library("sources: [{type: canto, tenant: a.canto.de, app_id: x}]"), []string{"app_secret"}},
		{"a field that is mapped to nothing known", canto(", map: {Until: rights.valid_til}"), []string{"Until", "rights.valid_til", "rights.valid_until"}},
		{"a zone of Canto that is none", canto(", time_zone: Europe/Berln"), []string{"time_zone", "Europe/Berln"}},
		{"a page that is too large", canto(", page_size: 2000"), []string{"page_size", "1000"}},
		{"a number that is none", canto(", page_size: many"), []string{"many"}},
		{"two tenants under one prefix", library("sources: [{type: canto, tenant: a.canto.de, app_id: x, app_secret: y}, {type: canto, tenant: b.canto.de, app_id: x, app_secret: y}]"), []string{"two sources", `"canto"`}},
		{"PoolParty without a project", library("vocabularies: [{type: poolparty, url: 'https://p.example', username: u, password: y}]"), []string{"vocabularies", "project"}},
		{"PoolParty without encryption", library("vocabularies: [{type: poolparty, url: 'http://p.example', project: p, username: u, password: y}]"), []string{"https"}},
		{"PoolParty by other means", pool(", auth: digest"), []string{"auth", "digest", "basic"}},
		{"a zone of PoolParty that is none", pool(", server_zone: Wien"), []string{"server_zone", "Wien"}},
		{"a schedule that is none", library("schedule: often"), []string{"schedule", "often", "*/15 * * * *"}},
		{"a comparison at no time", library("reconcile: 0 0 30 2 *"), []string{"reconcile", "never"}},
		{"a schedule of a source that is none", library("sources: [{type: files, assets: a, schedule: '61 * * * *'}]"), []string{"files", "schedule", "61"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text), "/x/semdex.yaml")
			if err == nil {
				t.Fatal("the file was taken")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error()+semdex.HintOf(err), part) {
					t.Errorf("got %q (%s), which lacks %q", err, semdex.HintOf(err), part)
				}
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("%q shows a secret", err)
			}
		})
	}
}
