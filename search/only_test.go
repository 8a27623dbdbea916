package search

import (
	"testing"
	"time"

	"semdex"
)

func TestOnlyWhereIsOneTextForTheSameFilters(t *testing.T) {
	t.Parallel()
	a := OnlyWhere(map[string][]string{"region": {"DACH", "AT", "DACH"}, "brand": {"A,B"}})
	b := OnlyWhere(map[string][]string{"brand": {"A,B"}, "region": {"AT", "DACH"}})
	if a != b || a == "" {
		t.Errorf("%q and %q differ", a, b)
	}
	if other := OnlyWhere(map[string][]string{"brand": {"A", "B"}, "region": {"AT", "DACH"}}); other == a {
		t.Errorf("two values read like one with a comma: %q", other)
	}
	if none := OnlyWhere(nil); none != "" {
		t.Errorf("no filters are %q", none)
	}
}

func TestVisibleWithinARestriction(t *testing.T) {
	t.Parallel()
	asset := &semdex.Asset{ID: "files:a", Approval: semdex.Approved, Tags: []string{"dog"}, Fields: map[string][]string{"Region": {"DACH"}}, Created: time.Unix(1000, 0), Width: 640, Duration: 1.5}
	values := func(field string, values ...string) Filter {
		f := Filter{}
		for _, v := range values {
			f.Values = append(f.Values, Value{field, v})
		}
		return f
	}
	within := func(field string, from, to int64) Filter {
		return Filter{Range: &Range{Field: field, From: from, To: to}}
	}
	not := func(f Filter) Filter { f.Not = true; return f }
	tests := []struct {
		rule    string
		filters []Filter
		want    bool
	}{
		{"a value it bears", []Filter{values("field:Region", "DACH", "AT")}, true},
		{"a value it does not bear", []Filter{values("field:Region", "AT")}, false},
		{"its id", []Filter{values("id", "files:a")}, true},
		{"another id", []Filter{values("id", "files:b")}, false},
		{"one of two fails", []Filter{values("tags", "dog"), values("type", "image")}, false},
		{"nothing passes", []Filter{{}}, false},
		{"all but nothing", []Filter{not(Filter{})}, true},
		{"all but it", []Filter{not(values("tags", "dog"))}, false},
		{"within a time", []Filter{within("created", 1000, 1000)}, true},
		{"after it", []Filter{within("created", 1001, 2000)}, false},
		{"a number it lacks", []Filter{within("height", -1<<40, 1<<40)}, false},
		{"pixels", []Filter{within("width", 600, 700)}, true},
		{"milliseconds", []Filter{within("duration", 1500, 1500)}, true},
		{"outside of them", []Filter{not(within("width", 600, 700))}, false},
	}
	for _, tt := range tests {
		access := Access{All: true, Only: "set", Restriction: NewRestriction(tt.filters)}
		if got := access.Visible(asset); got != tt.want {
			t.Errorf("%s: visible is %v", tt.rule, got)
		}
	}
	if (Access{All: true, Only: "set"}).Visible(asset) {
		t.Error("what was not resolved lets it be seen")
	}
	pending := *asset
	pending.Approval = semdex.Pending
	if (Access{Only: "set", Restriction: NewRestriction([]Filter{values("tags", "dog")})}).Visible(&pending) {
		t.Error("a restriction lets be seen what is not approved")
	}
}
