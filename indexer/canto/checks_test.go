package canto_test

import (
	"testing"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/canto"
	"semdex/indexer/canto/cantotest"
	"semdex/indexer/sourcetest"
)

func TestTheChecksOfTheImitation(t *testing.T) {
	t.Parallel()
	open := func(s *cantotest.Server) (cantotest.Client, error) { return canto.New(config(s)) }
	for _, check := range cantotest.Checks() {
		t.Run(check.Name, func(t *testing.T) {
			t.Parallel()
			if err := check.Run(t.Context(), open); err != nil {
				t.Errorf("got error %v, want none", err)
			}
		})
	}
}

func TestTheSuiteOfSources(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(t *testing.T) (indexer.Source, sourcetest.Library) {
		s := tenant(t, cantotest.Options{}, append(images(60), cantotest.Record{Scheme: "video", ID: "v", Name: "v.mp4"})...)
		library := sourcetest.Library{
			Assets: []semdex.AssetID{"canto:video:v"},
			Add: func(t *testing.T) semdex.AssetID {
				if err := s.Put(cantotest.Record{Scheme: "audio", ID: "new", Name: "new.mp3"}); err != nil {
					t.Fatal(err)
				}
				return "canto:audio:new"
			},
			Delete: func(_ *testing.T, id semdex.AssetID) { s.Delete("video", "v") },
		}
		for _, r := range images(60) {
			library.Assets = append(library.Assets, semdex.AssetID("canto:image:"+r.ID))
		}
		return source(t, s), library
	})
}
