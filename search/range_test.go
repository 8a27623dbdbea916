package search

import (
	"fmt"
	"strings"
	"testing"

	"semdex"
)

func TestReadRange(t *testing.T) {
	t.Parallel()
	const day = 86400
	jan1 := int64(1767225600) // 2026-01-01
	tests := []struct {
		field, value string
		from, to     int64
	}{
		{"created", "2026", jan1, jan1 + 365*day - 1}, {"created", "2026-01", jan1, jan1 + 31*day - 1}, {"modified", "2026-01-02", jan1 + day, jan1 + 2*day - 1},
		{"created", "2026-01..2026-02", jan1, jan1 + 59*day - 1}, {"created", "2026-01..", jan1, openTo}, {"created", "..2026-01-01", openFrom, jan1 + day - 1},
		{"created", "2026-01-01T00:00:10Z", jan1 + 10, jan1 + 10}, {"created", "2026-01-01T01:00:00+01:00..2026", jan1, jan1 + 365*day - 1},
		{"created", "2026-01 .. 2026-02", jan1, jan1 + 59*day - 1},
		{"width", "1000..4000", 1000, 4000}, {"width", "1920", 1920, 1920}, {"height", "1000..", 1000, openTo}, {"size", "..5000000", openFrom, 5_000_000},
		{"width", "999.5..1000.5", 1000, 1000}, {"duration", "10..30", 10_000, 30_000}, {"duration", "0..9.999", 0, 9999}, {"duration", "7.5", 7500, 7500},
		{"size", "1..99999999999999999999999999", 1, openTo}, {"width", "-5..5", -5, 5},
	}
	for _, tt := range tests {
		r, ok := readRange(tt.field, tt.value)
		if want := (Range{tt.field, tt.from, tt.to}); !ok || r != want {
			t.Errorf("%s=%s: got %+v, %t, want %+v", tt.field, tt.value, r, ok, want)
		}
	}
	for field, values := range map[string][]string{
		"created": {"", "..", "yesterday", "2026-13", "2026-02-30", "2026..x", "x..2026", "26", "1..2..3"},
		"width":   {"", "..", " .. ", "wide", "1e3", "0x10", "inf", "NaN", "1,5", "1000px", "5..x", "x..5", "1..2..3", "--1", "."},
	} {
		for _, value := range values {
			if _, err := rangeFilters(field, []string{value}); semdex.CodeOf(err) != semdex.Invalid {
				t.Errorf("%s=%q: got %v, want it refused", field, value, err)
			}
		}
	}
}

func TestRangeFilters(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, values, want string }{
		{"one range", "1..5", "1 to 5"},
		{"between several nothing counts", "1..5,20..30,10..15", "1 to 30, not 6 to 9, not 16 to 19"},
		{"what overlaps or touches is one", "1..5,6..8,7..20", "1 to 20"},
		{"within another", "1..50,6..8,70..", fmt.Sprintf("1 to %d, not 51 to 69", int64(openTo))},
		{"from a later one to an earlier one is nothing", "5..1", "1 to 0"},
		{"which leaves the others", "5..1,7..8", "7 to 8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			filters, err := rangeFilters("width", strings.Split(tt.values, ","))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range filters {
				s := fmt.Sprintf("%d to %d", f.Range.From, f.Range.To)
				if f.Not {
					s = "not " + s
				}
				if got = append(got, s); f.Name != "width" || f.Range.Field != "width" {
					t.Errorf("got %+v, want it of width", f)
				}
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
	if _, err := rangeFilters("created", nil); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("no value: got %v, want it refused", err)
	}
}

func TestValuesWithin(t *testing.T) {
	t.Parallel()
	values := strings.Fields("9 10 12.50 20 21 -3 2025 2026 2026-03 2026-03-05 2027 x 12,5 €12 2026-03-05T10:00:00Z 20..30")
	tests := []struct{ value, want string }{
		{"10..20", "10 12.50 20"}, {"..10", "9 10 -3"}, {"21..", "21 2025 2026 2027"}, {"2026..2026", "2026 2026-03 2026-03-05 2026-03-05T10:00:00Z"},
		{"2026-03..2026-03", "2026-03 2026-03-05 2026-03-05T10:00:00Z"}, {"..2025-12", "2025"}, {"2026-03-01..2027", "2026-03 2026-03-05 2027 2026-03-05T10:00:00Z"},
		{"20..10", ""}, {"10", "plain"}, {"..", "plain"}, {"a..b", "plain"}, {"1..b", "plain"}, {"2026..x", "plain"}, {"", "plain"},
	}
	for _, tt := range tests {
		found, ok := valuesWithin("field:Price", values, tt.value)
		got := []string{}
		for _, v := range found {
			got = append(got, v.Value)
		}
		if !ok {
			got = []string{"plain"}
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: got %s, want %s", tt.value, s, tt.want)
		}
	}
}

func FuzzRange(f *testing.F) {
	for _, s := range []string{"2026-03..2026-04", "1000..4000", "..7.5", "1..", "2026-02-30", "-1e9..", "1..2..3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, field := range NumberFields {
			r, ok := readRange(field, s)
			if ok && (r.From < openFrom || r.To > openTo) {
				t.Fatalf("%s=%q is beyond what is open: %+v", field, s, r)
			}
			if _, err := rangeFilters(field, []string{s, "1..2"}); (err == nil) != ok && !isTimeField(field) {
				t.Fatalf("%s=%q: %v, but %t alone", field, s, err, ok)
			}
		}
		valuesWithin("field:A", []string{s, "1", "2026"}, s)
	})
}
