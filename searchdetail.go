package semdex

import (
	"fmt"
	"maps"
	"slices"
)

// Found says by what a hit acted upon was found.
const (
	FoundByText      = "text"      // by the words themselves
	FoundByExpansion = "expansion" // by concepts alone: expand=none would not have found it
)

// SearchDetail is what an event of a search holds beside its words.
type SearchDetail struct {
	Filters       map[string][]string `json:"filters,omitempty"` // field to values
	Sort          string              `json:"sort,omitempty"`
	Page          int                 `json:"page,omitempty"` // from 1
	TookMS        float64             `json:"took_ms,omitempty"`
	Expand        string              `json:"expand,omitempty"`         // none, synonyms, narrower or related
	Corrected     string              `json:"corrected,omitempty"`      // the query after correction, where one was made
	Added         []string            `json:"added,omitempty"`          // URIs of the concepts that expansion added, at most MaxSearchAdded
	Kinds         []string            `json:"kinds,omitempty"`          // of the labels that named concepts: prefLabel, altLabel, hiddenLabel, notation
	ExpansionHits []string            `json:"expansion_hits,omitempty"` // ids of the assets on the page that only expansion found, at most MaxExpansionHits
}

// Bounds on the lists of a SearchDetail.
const (
	MaxSearchAdded   = 50
	MaxExpansionHits = 100
	MaxSearchKinds   = 50
	MaxSearchFilters = 500 // values, over all fields
)

// check says which list is longer than its bound.
func (d *SearchDetail) check() *Error {
	filters := 0
	for _, values := range d.Filters {
		filters += max(1, len(values))
	}
	for _, list := range []struct {
		name       string
		size, most int
	}{
		{"search.filters", filters, MaxSearchFilters}, {"search.added", len(d.Added), MaxSearchAdded}, {"search.kinds", len(d.Kinds), MaxSearchKinds},
		{"search.expansion_hits", len(d.ExpansionHits), MaxExpansionHits},
	} {
		if list.size > list.most {
			return &Error{Code: "too_many", Message: fmt.Sprintf("%s has %d values", list.name, list.size), Hint: fmt.Sprintf("at most %d", list.most)}
		}
	}
	return nil
}

// texts gives all texts with their names, in the order of the struct.
func (d *SearchDetail) texts() [][2]string {
	var texts [][2]string
	list := func(name string, values []string) {
		for _, value := range values {
			texts = append(texts, [2]string{name, value})
		}
	}
	for _, field := range slices.Sorted(maps.Keys(d.Filters)) {
		texts = append(texts, [2]string{"a field of search.filters", field})
		list("search.filters."+field, d.Filters[field])
	}
	texts = append(texts, [2]string{"search.sort", d.Sort}, [2]string{"search.expand", d.Expand}, [2]string{"search.corrected", d.Corrected})
	list("search.added", d.Added)
	list("search.kinds", d.Kinds)
	list("search.expansion_hits", d.ExpansionHits)
	return texts
}
