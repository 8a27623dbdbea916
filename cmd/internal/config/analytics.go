package config

import "semdex"

// Analytics is what a library notes of its use.
type Analytics struct {
	Log UsageLog `yaml:"log"`
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
