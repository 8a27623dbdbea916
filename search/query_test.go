package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

// isTestField knows three fields.
func isTestField(name string) bool {
	return slices.Contains([]string{"type", "topic", "topic.direct"}, name)
}

// show writes a clause as a word: not- or|kind:terms, at its place.
func show(clauses []Clause) []string {
	out := []string{}
	for _, c := range clauses {
		s := []string{"", "phrase ", "prefix ", "field "}[c.Kind]
		if c.Or {
			s = "or " + s
		}
		if c.Not {
			s = "not " + s
		}
		for i, t := range c.Tokens {
			if i > 0 {
				s += "+"
			}
			s += t.Term
		}
		if c.Kind == Scoped {
			s += c.Field + "=" + c.Value
		}
		out = append(out, s)
	}
	return out
}

func TestReadQuery(t *testing.T) {
	tests := []struct {
		name, query string
		want        []string
	}{
		{"words", "Rain  jacket", []string{"rain", "jacket"}},
		{"signs part words", "rain-jacket, (red)", []string{"rain", "jacket", "red"}},
		{"a phrase", `red "rain jacket" liner`, []string{"red", "phrase rain+jacket", "liner"}},
		{"a phrase in the middle of a piece", `red"rain jacket"liner`, []string{"red", "phrase rain+jacket", "liner"}},
		{"an open quote is plain text", `red "rain jacket`, []string{"red", "rain", "jacket"}},
		{"an empty phrase says nothing", `"" red " "`, []string{"red"}},
		{"a lone quote says nothing", `"`, nil},
		{"-word", "rain -jacket", []string{"rain", "not jacket"}},
		{"-words leave out the words together", "-non-specific", []string{"not phrase non+specific"}},
		{"-words* too", "-non-spec*", []string{"not prefix non+spec"}},
		{`-"phrase"`, `-"rain jacket" red`, []string{"not phrase rain+jacket", "red"}},
		{"- must be glued to the word", "bird - non-specific", []string{"bird", "non", "specific"}},
		{"- within a word is a sign", "eco-friendly", []string{"eco", "friendly"}},
		{"- alone", "-", nil},
		{"--", "--", nil},
		{"-- before a word leaves it out", "--word", []string{"not word"}},
		{"OR", "rain OR snow", []string{"rain", "or snow"}},
		{"or is a word", "rain or snow", []string{"rain", "or", "snow"}},
		{"OR at the start is a word", "OR rain", []string{"or", "rain"}},
		{"OR at the end is a word", "rain OR", []string{"rain", "or"}},
		{"OR and blanks at the end is a word", "rain OR  ", []string{"rain", "or"}},
		{"OR twice counts once", "rain OR OR snow", []string{"rain", "or snow"}},
		{"OR glued to a word is none", "ORANGE", []string{"orange"}},
		{"OR before a phrase", `rain OR "deep snow"`, []string{"rain", "or phrase deep+snow"}},
		{"OR binds one clause", "rain OR snow boots", []string{"rain", "or snow", "boots"}},
		{"prefix", "pack*", []string{"prefix pack"}},
		{"the last of glued words is the prefix", "eco-pack*", []string{"eco", "prefix pack"}},
		{"* elsewhere is a sign", "pa*ck * *pack", []string{"pa", "ck", "pack"}},
		{"field:value", "type:image rain", []string{"field type=image", "rain"}},
		{"a field's value may be quoted", `topic:"rain jacket" red`, []string{"field topic=rain jacket", "red"}},
		{"or in brackets, as URIs are", "topic:<https://voc.example/a:b> red", []string{"field topic=https://voc.example/a:b", "red"}},
		{"an open quote in a value is plain text", `topic:"rain jacket`, []string{"topic", "rain", "jacket"}},
		{"-field:value", "-type:image", []string{"not field type=image"}},
		{"-field.direct:value", "-topic.direct:rain", []string{"not field topic.direct=rain"}},
		{"an unknown field is plain text", "colour:red https://voc.example", []string{"colour", "red", "https", "voc", "example"}},
		{"a field without a value is plain text", "type: image", []string{"type", "image"}},
		{"a label that looks like a field", "actions: expressive", []string{"actions", "expressive"}},
		{"a value without a field is plain text", ":image", []string{"image"}},
		{"nothing", "  ", nil},
		{"broken bytes part words", "ra\xffin", []string{"ra", "in"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadQuery(tt.query, isTestField)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(append([]string{}, tt.want...), show(got)); d != "" {
				t.Errorf("ReadQuery(%q) (-want +got)\n%s", tt.query, d)
			}
			if err := inPlace(tt.query, got); err != nil {
				t.Errorf("ReadQuery(%q): %v", tt.query, err)
			}
		})
	}
}

func TestReadQueryOffsets(t *testing.T) {
	query := `Öko -"rote Jacke" type:image Häus*`
	clauses, err := ReadQuery(query, isTestField)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, c := range clauses {
		got = append(got, query[c.Start:c.End])
	}
	if d := cmp.Diff([]string{"Öko", `-"rote Jacke"`, "type:image", "Häus"}, got); d != "" {
		t.Errorf("clauses cover (-want +got)\n%s", d)
	}
}

func TestReadQueryIsBounded(t *testing.T) {
	if _, err := ReadQuery(strings.Repeat("x", 10_000), isTestField); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("10,000 characters: got %v, want it refused", err)
	}
	if c, err := ReadQuery(strings.Repeat("rain ", MaxQuery/5), isTestField); err != nil || len(c) != MaxQuery/5 {
		t.Errorf("a query of the greatest length: %d clauses, %v", len(c), err)
	}
}

// inPlace checks that clauses lie within the query, one after the other, and their tokens within them.
func inPlace(query string, clauses []Clause) error {
	end := 0
	for i, c := range clauses {
		if c.Start < end || c.End <= c.Start || c.End > len(query) {
			return fmt.Errorf("clause %d stands at %d to %d, the one before ends at %d", i, c.Start, c.End, end)
		}
		end = c.End
		if (len(c.Tokens) == 0) != (c.Kind == Scoped) || (c.Value == "") != (c.Kind != Scoped) || c.Or && i == 0 {
			return fmt.Errorf("clause %d is %+v", i, c)
		}
		at := c.Start
		for _, token := range c.Tokens {
			if token.Start < at || token.End > c.End || token.End <= token.Start || token.Term == "" {
				return fmt.Errorf("token %+v of clause %d stands wrong", token, i)
			}
			at = token.End
		}
	}
	return nil
}

func FuzzReadQuery(f *testing.F) {
	for _, s := range []string{"", "rain jacket", `a "b c" -d OR e* type:x`, `topic:"a b`, "-", "--", `-"`, "OR OR", "a OR", "x\"y z\"*", "é* -Ö-x*",
		"type:<", "type:\"\"", "\xff\"\xfe", "a\u00a0OR\u2003b", "-type:image:x", "東京*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		clauses, err := ReadQuery(query, isTestField)
		if (err != nil) != (len(query) > MaxQuery) {
			t.Fatalf("ReadQuery(%q): %v", query, err)
		}
		if err := inPlace(query, clauses); err != nil {
			t.Fatalf("ReadQuery(%q): %v", query, err)
		}
	})
}
