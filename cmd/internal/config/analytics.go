package config

import (
	"fmt"

	"semdex"
)

// Analytics is what a library notes of its use, and how it keeps it.
type Analytics struct {
	Log   UsageLog `yaml:"log"`
	Users string   `yaml:"users"` // how ids of actors are kept: "pseudonym" or "plain"
}

// How ids of actors are kept.
const (
	UsersPseudonym = "pseudonym"
	UsersPlain     = "plain"
)

// complete fills what was left out, and refuses what cannot work.
func (a *Analytics) complete() error {
	switch a.Users {
	case "":
		a.Users = UsersPseudonym
	case UsersPseudonym, UsersPlain:
	default:
		return fmt.Errorf("users: %q is not known; it may be %s or %s", a.Users, UsersPseudonym, UsersPlain)
	}
	return nil
}

// UsageLog says what the server itself notes as usage events: searches, with the clicks on their hits; what is typed on the
// way to them; views of assets that no search led to.
type UsageLog struct {
	Searches    *bool `yaml:"searches"` // true where it is left out
	Suggestions bool  `yaml:"suggestions"`
	Views       bool  `yaml:"views"`
}

// Logs reports whether the server notes events of a type.
func (l UsageLog) Logs(kind string) bool {
	switch kind {
	case semdex.SearchExecuted, semdex.SearchResultClick:
		return l.Searches == nil || *l.Searches
	case semdex.SearchSuggest:
		return l.Suggestions
	case semdex.AssetView:
		return l.Views
	}
	return false
}
