package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"semdex"
)

func TestWhatTheServerLogs(t *testing.T) {
	t.Parallel()
	searches := []string{semdex.SearchExecuted, semdex.SearchResultClick}
	tests := []struct {
		name, text string
		want       []string
	}{
		{"left out", "languages: [en]", searches},
		{"empty", "analytics: {log: }", searches},
		{"all of it", "analytics: {log: {searches: true, suggestions: true, views: true}}", append(searches, semdex.SearchSuggest, semdex.AssetView)},
		{"nothing", "analytics: {log: {searches: false}}", nil},
		{"views alone", "analytics: {log: {searches: false, views: true}}", []string{semdex.AssetView}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse([]byte(library(tt.text)), "/x/semdex.yaml")
			if err != nil {
				t.Fatal(err)
			}
			for _, kind := range semdex.EventTypes {
				if got, want := c.Libraries["acme"].Analytics.Log.Logs(kind), slices.Contains(tt.want, kind); got != want {
					t.Errorf("%s: got %v, want %v", kind, got, want)
				}
			}
		})
	}
	if _, err := Parse([]byte(library("analytics: {log: {search: true}}")), "/x/semdex.yaml"); err == nil || !strings.Contains(err.Error(), "did you mean searches?") {
		t.Errorf("an unknown key: got %v", err)
	}
}

func TestAnalyticsRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"another way to keep users", "analytics: {users: hashed}", `analytics: users: "hashed" is not known`},
	}
	for _, tt := range tests {
		if _, err := Parse([]byte(library(tt.text)), "/x/semdex.yaml"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestAnalyticsWhereItIsLeftOut(t *testing.T) {
	t.Parallel()
	c, err := Parse([]byte(library("languages: [en]")), "/x/semdex.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Libraries["acme"].Analytics, (Analytics{Users: UsersPseudonym}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
