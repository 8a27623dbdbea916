package config

import (
	"fmt"
	"slices"
	"strings"

	"semdex/search"
)

// Search is how a library is searched where a request does not say.
type Search struct {
	Expand  string   `yaml:"expand"`  // none, synonyms, narrower or related
	Depth   *int     `yaml:"depth"`   // narrower levels that are followed; all where it is left out
	Exclude []string `yaml:"exclude"` // URIs or labels of concepts that are not expanded into, whatever a request says
	Schemes []string `yaml:"schemes"` // schemes, or dimensions that have one, that concepts of a query may come from
}

// complete fills what was left out, and refuses what cannot work.
func (s *Search) complete() error {
	if s.Expand == "" {
		s.Expand = string(search.ExpandNarrower)
	}
	if !slices.Contains(search.Modes, search.Mode(s.Expand)) {
		return fmt.Errorf("expand: %q is not known; it may be none, synonyms, narrower or related", s.Expand)
	}
	if s.Depth != nil && *s.Depth < 0 {
		return fmt.Errorf("depth: %d is below 0; leave it out to follow all levels", *s.Depth)
	}
	for key, names := range map[string][]string{"exclude": s.Exclude, "schemes": s.Schemes} {
		if slices.ContainsFunc(names, func(name string) bool { return strings.TrimSpace(name) == "" }) {
			return fmt.Errorf("%s: one is empty", key)
		}
	}
	return nil
}

// SearchExpansion gives the settings in the form of the search room.
func (l *Library) SearchExpansion() search.ExpansionSettings {
	return search.ExpansionSettings{Mode: search.Mode(l.Search.Expand), Depth: l.Search.Depth, Exclude: l.Search.Exclude, Schemes: l.Search.Schemes}
}
