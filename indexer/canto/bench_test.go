package canto_test

import (
	"fmt"
	"io/fs"
	"testing"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/canto"
	"semdex/indexer/canto/cantotest"
	"semdex/testdata/brand"
)

// BenchmarkFetch lists 41,693 assets like those of the demo library.
func BenchmarkFetch(b *testing.B) {
	demo, err := fs.ReadFile(brand.Files, "assets.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	some := lines(b, string(demo))
	var assets []*semdex.Asset
	for i := range 41_693 {
		a := *some[i%len(some)]
		a.ID = semdex.AssetID(fmt.Sprintf("%s-%d", a.ID, i))
		assets = append(assets, &a)
	}
	limits := map[string]int{}
	for _, group := range cantotest.Groups {
		limits[group] = 1_000_000
	}
	s, err := cantotest.New(cantotest.Options{CallsPerMinute: limits})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	fields, err := s.Fill(assets)
	if err != nil {
		b.Fatal(err)
	}
	c := config(s)
	c.Map = fields
	src, err := canto.New(c)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		listing, err := src.Fetch(b.Context(), nil, func(indexer.Item) error { n++; return nil })
		if err != nil || n != len(assets) || !listing.Complete {
			b.Fatalf("got %d assets and error %v, want %d", n, err, len(assets))
		}
	}
}
