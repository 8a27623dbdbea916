package local_test

import (
	"testing"

	"semdex/search/enginetest"
	"semdex/search/local"
)

// TestEngineEveryWay sets the limits at which a search goes on another way so low, or so high, that a small library takes
// each of them.
func TestEngineEveryWay(t *testing.T) {
	const never, always = 0, 1 << 30
	tests := []struct {
		name string
		ways local.Ways
	}{
		{"helped, dense, counted by values one by one, nothing remembered, sets", local.Ways{HelpedDocs: 0, SparseShare: always, TableRoom: never,
			TableBytes: 0, LexisBytes: -1, LexisPerAsset: 0, FewMatches: 0, DenseShare: always, TallyShare: never, SpanShare: never, Unscreened: 1}},
		{"alone, sparse, counted by tables, all remembered, lists", local.Ways{HelpedDocs: always, SparseShare: 1, TableRoom: always,
			TableBytes: always, LexisBytes: always, LexisPerAsset: 0, FewMatches: always, DenseShare: 1, TallyShare: always, SpanShare: always, Unscreened: 5}},
		{"tables that push each other out", local.Ways{HelpedDocs: 0, SparseShare: 4, TableRoom: 100,
			TableBytes: 1, LexisBytes: 1000, LexisPerAsset: 1, FewMatches: 3, DenseShare: 8, TallyShare: 2, SpanShare: 2, Unscreened: always}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.ways.Go(t)
			enginetest.Run(t, open)
		})
	}
}
