package indexer_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	one, two := semdex.Hash{1}, semdex.Hash{2}
	known := map[semdex.AssetID]semdex.Hash{"f:a": one, "f:b": one, "f:c": one}
	var plan *indexer.Plan
	next := func(id semdex.AssetID, hash semdex.Hash) string { return fmt.Sprint(plan.Next(id, hash)) }
	keep := func(id semdex.AssetID) string { plan.Keep(id); return "kept" }
	remove := func(id semdex.AssetID) string { return fmt.Sprint(plan.Delete(id)) }
	add, change, unchanged, duplicate := fmt.Sprint(indexer.Add), fmt.Sprint(indexer.Change), fmt.Sprint(indexer.Unchanged), fmt.Sprint(indexer.Duplicate)
	tests := []struct {
		name    string
		steps   func() []string
		want    []string
		missing []semdex.AssetID
	}{
		{"nothing listed: all is missing, sorted", func() []string { return nil }, nil, []semdex.AssetID{"f:a", "f:b", "f:c"}},
		{"new, changed, unchanged", func() []string { return []string{next("f:n", one), next("f:a", two), next("f:b", one)} },
			[]string{add, change, unchanged}, []semdex.AssetID{"f:c"}},
		{"the first of duplicates counts", func() []string {
			return []string{next("f:a", two), next("f:a", one), next("f:n", one), next("f:n", two)}
		},
			[]string{change, duplicate, add, duplicate}, []semdex.AssetID{"f:b", "f:c"}},
		{"what could not be read is not missing", func() []string { return []string{keep("f:a"), keep("f:n")} },
			[]string{"kept", "kept"}, []semdex.AssetID{"f:b", "f:c"}},
		{"a readable record after an unreadable one counts", func() []string { return []string{keep("f:a"), next("f:a", two), next("f:a", one)} },
			[]string{"kept", change, duplicate}, []semdex.AssetID{"f:b", "f:c"}},
		{"an unreadable record after a readable one changes nothing", func() []string { return []string{next("f:a", one), keep("f:a"), next("f:a", two)} },
			[]string{unchanged, "kept", duplicate}, []semdex.AssetID{"f:b", "f:c"}},
		{"what is said to be deleted is not missing too", func() []string { return []string{remove("f:a"), remove("f:a"), remove("f:x")} },
			[]string{"true", "false", "false"}, []semdex.AssetID{"f:b", "f:c"}},
		{"deleted and listed again: to be stored, even as it was", func() []string { return []string{remove("f:a"), next("f:a", one)} },
			[]string{"true", change}, []semdex.AssetID{"f:b", "f:c"}},
		{"listed and then deleted", func() []string { return []string{next("f:n", one), remove("f:n"), next("f:b", one), remove("f:b")} },
			[]string{add, "true", unchanged, "true"}, []semdex.AssetID{"f:a", "f:c"}},
	}
	for _, tt := range tests {
		plan = indexer.NewPlan(maps.Clone(known))
		if diff := cmp.Diff(tt.want, tt.steps()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.missing, plan.Missing()); diff != "" {
			t.Errorf("%s: missing (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestTooManyDeletes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		n, library int
		want       bool
	}{
		{"none of none", 0, 0, false},
		{"none", 0, 100, false},
		{"just a tenth", 10, 100, false},
		{"more than a tenth", 11, 100, true},
		{"one of ten", 1, 10, false},
		{"one of nine", 1, 9, true},
		{"all", 100, 100, true},
		{"of a library that is empty", 1, 0, true},
	}
	for _, tt := range tests {
		if got := indexer.TooManyDeletes(tt.n, tt.library); got != tt.want {
			t.Errorf("%s: %d of %d: got %v, want %v", tt.name, tt.n, tt.library, got, tt.want)
		}
	}
}
