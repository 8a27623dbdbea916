package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex/search"
)

func TestHowALibraryIsSearched(t *testing.T) {
	t.Parallel()
	none, two := 0, 2
	tests := []struct {
		name, text string
		want       search.ExpansionSettings
	}{
		{"left out", library("languages: [en]"), search.ExpansionSettings{Mode: search.ExpandNarrower}},
		{"empty", library("search:"), search.ExpansionSettings{Mode: search.ExpandNarrower}},
		{"all of it", library("search: {expand: related, depth: 2, exclude: [Brand, https://voc.example/x], schemes: [topic]}"),
			search.ExpansionSettings{Mode: search.ExpandRelated, Depth: &two, Exclude: []string{"Brand", "https://voc.example/x"}, Schemes: []string{"topic"}}},
		{"no level is another thing than all", library("search: {depth: 0}"), search.ExpansionSettings{Mode: search.ExpandNarrower, Depth: &none}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse([]byte(tt.text), "/x/semdex.yaml")
			if err != nil {
				t.Fatal(err)
			}
			l := c.Libraries["acme"]
			if d := cmp.Diff(tt.want, l.SearchExpansion()); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestWrongSearchSettingsAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"search: {expand: wide}":                      {"acme", "search", "expand", "wide", "narrower"},
		"search: {depth: -1}":                         {"acme", "search", "depth", "-1"},
		"search: {depth: deep}":                       {"deep"},
		"search: {exclude: ['']}":                     {"acme", "search", "exclude", "empty"},
		"search: {schemes: [a, ' ']}":                 {"acme", "search", "schemes", "empty"},
		"search: {shemes: [a]}":                       {"line 3", "shemes", "did you mean schemes?"},
		"search: {freshness: 0.2}":                    {"acme", "search", "freshness", "0.2"},
		"search: {popularity: -0.01}":                 {"acme", "search", "popularity", "-0.01"},
		"search: {popularity: 0.06, freshness: 0.05}": {"acme", "search", "add up to 0.12"},
		"search: {popularity: .nan}":                  {"acme", "search", "popularity"},
		"search: {exclude: Packaging}":                {"line 3", "exclude", "want a list"},
	} {
		_, err := Parse([]byte(library(text)), "/x/semdex.yaml")
		if err == nil {
			t.Errorf("%s was taken", text)
			continue
		}
		for _, part := range want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %q, which lacks %q", text, err, part)
			}
		}
	}
}

func TestWeightsOfSignals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]search.SignalWeights{
		"languages: [en]":                                          search.DefaultSignals,
		"search: {popularity: 0, freshness: 0.05}":                 {Freshness: 0.05, Approval: search.DefaultSignals.Approval},
		"search: {popularity: 0.05, freshness: 0, approval: 0.05}": {Popularity: 0.05, Approval: 0.05},
	} {
		c, err := Parse([]byte(library(text)), "/x/semdex.yaml")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		l := c.Libraries["acme"]
		if got := l.SearchSignals(); got != want {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}
