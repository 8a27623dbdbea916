package local

import (
	"fmt"
	"slices"
	"testing"
)

func TestIDsNamed(t *testing.T) {
	v := &view{values: map[string][]string{valuePrefix: {"files:a", "files", "files:b:c", "canto"}}}
	got := v.idsNamed([]string{"x", "X"})
	want := []string{"x", "X", "files:a:x", "files:a:X", "files:x", "files:X", "files:b:c:x", "files:b:c:X", "files:b:x", "files:b:X", "canto:x", "canto:X"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	var each []string // ids that all begin otherwise
	for i := range 100_000 {
		each = append(each, fmt.Sprintf("files:%d", i))
	}
	v.values[valuePrefix] = each
	if got := v.idsNamed([]string{"x"}); len(got) != len(each)+2 {
		t.Errorf("%d ids, want %d", len(got), len(each)+2)
	}
}
