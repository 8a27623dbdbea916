package canto_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/canto"
	"semdex/indexer/canto/cantotest"
	"semdex/testdata/brand"
)

// lines reads assets as the files source does.
func lines(t testing.TB, text string) []*semdex.Asset {
	t.Helper()
	var assets []*semdex.Asset
	in := bufio.NewScanner(strings.NewReader(text))
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		a := &semdex.Asset{}
		if err := json.Unmarshal(in.Bytes(), a); err != nil {
			t.Fatal(err)
		}
		if a.Approval == "" {
			a.Approval = semdex.Approved
		}
		assets = append(assets, a)
	}
	return assets
}

// scheme is where the imitation puts an asset.
func scheme(a *semdex.Asset) string {
	switch a.Type {
	case "image", "video", "audio", "document", "presentation":
		return a.Type
	}
	return "other"
}

// TestAssetsComeBackAsFilesGiveThem brings assets through Canto: what comes out is what the files source reads.
func TestAssetsComeBackAsFilesGiveThem(t *testing.T) {
	t.Parallel()
	demo, err := fs.ReadFile(brand.Files, "assets.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text string }{
		{"the demo library", string(demo)},
		{"odd ones", `{"id":"a/b","type":"3d","title":{"":"T","de":" Ä "},"description":{"en":"d"},"alt":"x","language":"EN_us","keywords":["k, 1"],"tags":["t"],"concepts":["c"],"albums":["A/B","Ä"]}
{"id":"..","title":"only","fields":{"Title":["own"],"Region":["EMEA","APAC"],"Owner":"o"},"approval":"archived","size":9007199254740992,"duration":12.345678901234}
{"id":"r","type":"image","rights":{"valid_from":"2026-01-01","valid_until":"2027-03-01","territories":["DE","AT, CH"],"channels":["web"],"license":"rm","editorial":true,"source":"s","cost":{"amount":49.9,"currency":"EUR"}}}
{"id":"s","type":"video","created":"2026-01-02T10:00:00.123456789Z","modified":"2026-01-02","rights":{"cost":{"amount":0,"currency":"EUR"}},"links":{"thumbnail":"t","preview":"p","original":"o","detail":"d"}}
{"id":"u","type":"audio","phash":"ff","credit":"c","copyright":"© \t","md5":"m","mime":"a/b","width":1,"height":2,"approval":"pending"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tenant(t, cantotest.Options{PageSize: 200, MaxOffset: 1000})
			assets := lines(t, tt.text)
			fields, err := s.Fill(assets)
			if err != nil {
				t.Fatal(err)
			}
			got := map[semdex.AssetID]*semdex.Asset{}
			_, err = source(t, s, func(c *canto.Config) { c.Map = fields }).Fetch(t.Context(), nil, func(item indexer.Item) error {
				if item.Asset == nil {
					return fmt.Errorf("%s was rejected: %s", item.Rejected.ID, item.Rejected.Reason)
				}
				got[item.Asset.ID] = item.Asset
				return nil
			})
			if err != nil || len(got) != len(assets) {
				t.Fatalf("got %d assets and error %v, want %d", len(got), err, len(assets))
			}
			for _, a := range assets {
				want := *a
				want.ID = semdex.AssetID("canto:" + scheme(a) + ":" + string(a.ID))
				found := got[want.ID]
				if found == nil {
					t.Fatalf("%s is not there", want.ID)
				}
				for link, own := range map[*string]string{&found.Links.Thumbnail: a.Links.Thumbnail, &found.Links.Preview: a.Links.Preview, &found.Links.Original: a.Links.Original, &found.Links.Detail: a.Links.Detail} {
					if own == "" { // it is the imitation's
						*link = ""
					}
				}
				if diff := cmp.Diff(&want, found); diff != "" {
					t.Fatalf("%s (-want +got):\n%s", want.ID, diff)
				}
			}
		})
	}
}
