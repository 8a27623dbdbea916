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

	// How much each signal counts within a class, 0 to 0.1; together they stay below 0.1. The shipped weights where left out.
	Freshness  *float64 `yaml:"freshness"`
	Popularity *float64 `yaml:"popularity"`
	Approval   *float64 `yaml:"approval"`
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
	return s.checkSignals()
}

func (s *Search) checkSignals() error {
	w, sum := s.signals(), 0.0
	for _, signal := range []struct {
		key   string
		share float64
	}{{"freshness", w.Freshness}, {"popularity", w.Popularity}, {"approval", w.Approval}} {
		if !(signal.share >= 0 && signal.share <= search.MaxSignals) {
			return fmt.Errorf("%s: %v is not within 0 to %v", signal.key, signal.share, search.MaxSignals)
		}
		sum += signal.share
	}
	if sum > search.MaxSignals {
		return fmt.Errorf("freshness, popularity and approval add up to %.3g, more than %v", sum, search.MaxSignals)
	}
	return nil
}

// signals are the weights, the shipped ones where they are left out.
func (s *Search) signals() search.SignalWeights {
	w := search.DefaultSignals
	for share, set := range map[*float64]*float64{&w.Freshness: s.Freshness, &w.Popularity: s.Popularity, &w.Approval: s.Approval} {
		if set != nil {
			*share = *set
		}
	}
	return w
}

// SearchSignals gives the weights of the signals.
func (l *Library) SearchSignals() search.SignalWeights { return l.Search.signals() }

// SearchExpansion gives the settings in the form of the search room.
func (l *Library) SearchExpansion() search.ExpansionSettings {
	return search.ExpansionSettings{Mode: search.Mode(l.Search.Expand), Depth: l.Search.Depth, Exclude: l.Search.Exclude, Schemes: l.Search.Schemes}
}
