package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"semdex"
	"semdex/analytics/intake"
)

const usageFiles = `libraries:
  acme:
    time_zone: Europe/Berlin
    sources:
      - type: files
        events:
          - ./own.jsonl
          - path: canto.csv
            format: csv
            map: {Datum: occurred_at, Motiv: asset_id, Anzahl: count}
            values: {Geladen: asset.download}
            constants: {type: "${SEMDEX_TEST_TYPE}"}
            separator: semicolon
            decimal: ","
            time_layout: 02.01.2006
            time_zone: Europe/Vienna
            encoding: windows-1252
            prefix: "canto:{Schema}:{}"
          - {path: /var/bynder.json.gz, format: bynder}
          - {path: cms.csv, format: placements, constants: {occurred_at: 2026-02-01, count: 5}}
      - {type: files, prefix: one, events: {path: one.json, format: smintio}}
      - {type: files, prefix: none, assets: a.jsonl, events: ""}
`

func TestEventFilesAreRead(t *testing.T) {
	t.Setenv("SEMDEX_TEST_TYPE", "asset.view")
	c, err := Parse([]byte(usageFiles), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sources := c.Libraries["acme"].Sources
	want := EventFiles{
		{Path: "/x/own.jsonl", Format: "semdex"},
		{Path: "/x/canto.csv", Format: "csv", Map: map[string]string{"Datum": "occurred_at", "Motiv": "asset_id", "Anzahl": "count"}, Values: map[string]string{"Geladen": "asset.download"},
			Constants: map[string]string{"type": "asset.view"}, Separator: "semicolon", Decimal: ",", TimeLayout: "02.01.2006", TimeZone: "Europe/Vienna", Encoding: "windows-1252", Prefix: "canto:{Schema}:{}"},
		{Path: "/var/bynder.json.gz", Format: "bynder"},
		{Path: "/x/cms.csv", Format: "placements", Constants: map[string]string{"occurred_at": "2026-02-01", "count": "5"}},
	}
	zone := cmpopts.IgnoreFields(EventFile{}, "Zone")
	if diff := cmp.Diff(want, sources[0].Events, zone); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(EventFiles{{Path: "/x/one.json", Format: "smintio"}}, sources[1].Events, zone); diff != "" || len(sources[2].Events) != 0 {
		t.Errorf("(-want +got):\n%s, and %v of an empty path", diff, sources[2].Events)
	}
	zones := []string{}
	for _, f := range sources[0].Events {
		zones = append(zones, f.Zone.String())
	}
	if diff := cmp.Diff([]string{"UTC", "Europe/Vienna", "UTC", "Europe/Berlin"}, zones); diff != "" {
		t.Errorf("zones (-want +got):\n%s", diff)
	}
	got := sources[0].Events[1].Intake()
	if got.Format != "csv" || got.TimeZone.String() != "Europe/Vienna" || got.Prefix != "canto:{Schema}:{}" || got.Decimal != "," || got.Check() != nil {
		t.Errorf("got %+v", got)
	}
	if own := sources[0].Events[0].Intake(); !cmp.Equal(own, intake.Options{Format: "semdex"}) {
		t.Errorf("our own events are read with %+v", own)
	}
}

func TestWrongEventFilesAreRefused(t *testing.T) {
	events := func(text string) string { return library("sources: [{type: files, events: " + text + "}]") }
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a key that is not known", events("{path: a, formt: csv}"), []string{"line 3", "unknown key formt", "did you mean format?"}},
		{"a key that is not known, in a list", events("[a, {path: a, mapp: {}}]"), []string{"unknown key mapp", "did you mean map?"}},
		{"a format that is not known", events("[{path: a, format: bindr}]"), []string{"sources: events: a:", "did you mean bynder?"}},
		{"a field that is not known", events("[{path: a, format: csv, map: {A: asset_ids}}]"), []string{"map: A", "did you mean asset_id?"}},
		{"a map of our own events", events("[{path: a, map: {A: asset_id}}]"), []string{"semdex takes no other options"}},
		{"a zone that is none", events("[{path: a, format: csv, time_zone: Europe/Berln}]"), []string{"events: a: time_zone", "Europe/Berln"}},
		{"a file without a path", events("[{format: csv}]"), []string{"events: path is missing"}},
		{"an empty path in a list", events(`[""]`), []string{"events: path is missing"}},
		{"a file that is there twice", events("[a, ./a]"), []string{"/x/a is there twice"}},
		{"a list within a list", events("[[a]]"), []string{"want names with values"}},
		{"a value that is none", events("[{path: a, format: csv, map: x}]"), []string{"want names with values"}},
		{"neither assets nor events", library("sources: [{type: files, events: []}]"), []string{"needs assets, events or both"}},
		{"events of Canto", library("sources: [{type: canto, tenant: a.canto.de, app_id: x, app_secret: y, events: a}]"), []string{"type canto has no key events"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text), "/x/semdex.yaml")
			if err == nil {
				t.Fatal("the file was taken")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error()+semdex.HintOf(err), part) {
					t.Errorf("got %q, which lacks %q", err, part)
				}
			}
		})
	}
}
