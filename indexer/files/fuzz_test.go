package files_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer/files"
	"semdex/testdata/brand"
)

// lineSeeds are lines at the edges of the format, beside those of the shipped library.
var lineSeeds = []string{
	`{"id":"a"}`,
	`{"id":4711,"size":"10","width":1e3,"duration":-0.5,"tags":"x","keywords":[1,true,null," y "]}`,
	`{"id":"a","title":{"EN":"T","en":"t","":"u"},"description":"","alt":{"de_AT":"ä"}}`,
	`{"id":"a","fields":{"R":["1"],"S":{"deep":[1, 2]}},"R":"2","":"empty","Title":"x"}`,
	`{"id":"a","created":"2026-01-02","modified":"9999-12-31T23:59:59-01:00","approval":"EXPIRED"}`,
	`{"id":"a","rights":{"valid_until":"2027-03-01T00:00:00Z","territories":"DE","editorial":"true","cost":{"amount":"49","currency":"EUR"},"more":1},"links":{"cdn":"x"}}`,
	`{"id":"\ud800","name":"\u0000\u2028<&>"}`,
	`{"id":"a","id":"b","rights":{},"links":{}}`,
	`["no object"]`, `{`, `null`, "\xff",
}

// FuzzAssetLine checks that no line makes the reader panic, and that whatever it accepts is written in a
// form that reads back to the same record.
func FuzzAssetLine(f *testing.F) {
	for _, line := range lineSeeds {
		f.Add([]byte(line))
	}
	data, err := brand.Files.ReadFile("assets.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.SplitN(data, []byte("\n"), 2)[0])
	f.Fuzz(func(t *testing.T, line []byte) {
		asset, err := files.ReadAsset(line)
		if err != nil {
			return
		}
		if asset.ID == "" {
			t.Fatalf("accepted %q without id", line)
		}
		first, err := semdex.NewRecord(asset)
		if err != nil {
			t.Fatalf("accepted %q, which cannot be written: %v", line, err)
		}
		again, err := files.ReadAsset(first.Body)
		if err != nil {
			t.Fatalf("wrote %s, which cannot be read: %v", first.Body, err)
		}
		second, err := semdex.NewRecord(again)
		if err != nil {
			t.Fatalf("cannot write %s again: %v", first.Body, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("record after a round trip (-first +second):\n%s", diff)
		}
	})
}
