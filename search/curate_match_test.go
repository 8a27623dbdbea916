package search

import (
	"fmt"
	"testing"
)

// TestManyRulesCostAQueryLittle has rules read once, when they are set, and not again for each query.
func TestManyRulesCostAQueryLittle(t *testing.T) {
	var rules []CurationRule
	for i := range 500 {
		rules = append(rules, CurationRule{ID: fmt.Sprint(i), Query: fmt.Sprintf("Rain-jacket %d", i), Contains: true})
	}
	c := newCuration(rules)
	if fired := c.match("A rain jacket, 17!", nil, "2026-03-01"); len(fired) != 1 || fired[0].ID != "17" {
		t.Fatalf("got %d rules, want 17 alone", len(fired))
	}
	if n := testing.AllocsPerRun(10, func() { c.match("A rain jacket, 17!", nil, "2026-03-01") }); n > 50 {
		t.Errorf("%v allocations for a query and %d rules, want them independent of the rules", n, len(rules))
	}
}
