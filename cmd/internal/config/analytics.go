package config

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"semdex"
)

// Analytics is what a library notes of its use, and how it reports on it.
type Analytics struct {
	Log     UsageLog `yaml:"log"`
	Reports Reports  `yaml:"reports"`
}

// Reports is what reports cannot know of themselves. Currencies are codes of ISO 4217.
type Reports struct {
	UnitCost   Price              `yaml:"unit_cost"`   // what an asset made anew would cost
	Currency   string             `yaml:"currency"`    // that amounts are converted to; none where empty
	Rates      map[string]float64 `yaml:"rates"`       // of one unit of a currency in Currency
	LowResults *int               `yaml:"low_results"` // hits below which a search had few; the shipped number where left out
	FindWithin string             `yaml:"find_within"` // how long after a search a select belongs to it, such as 30m; the shipped time where left out
	MinGroup   int                `yaml:"min_group"`   // users below whom a row that counts users does not show; 0 shows all

	Within time.Duration `yaml:"-"` // of FindWithin
}

// Price is an amount of money.
type Price struct {
	Amount   *float64 `yaml:"amount"`
	Currency string   `yaml:"currency"`
}

// complete brings currencies into one form, and refuses what cannot work.
func (r *Reports) complete() error {
	var err error
	if r.UnitCost.Amount != nil || r.UnitCost.Currency != "" {
		if r.UnitCost.Amount == nil || !positive(*r.UnitCost.Amount) {
			return fmt.Errorf("unit_cost: amount: want a number above 0")
		}
		if r.UnitCost.Currency, err = currencyCode(r.UnitCost.Currency); err != nil {
			return fmt.Errorf("unit_cost: currency: %w", err)
		}
	}
	if r.Currency != "" {
		if r.Currency, err = currencyCode(r.Currency); err != nil {
			return fmt.Errorf("currency: %w", err)
		}
	}
	if err := r.completeRates(); err != nil {
		return fmt.Errorf("rates: %w", err)
	}
	if r.LowResults != nil && *r.LowResults < 1 {
		return fmt.Errorf("low_results: %d is below 1; leave it out for the shipped number", *r.LowResults)
	}
	if r.FindWithin != "" {
		if r.Within, err = time.ParseDuration(r.FindWithin); err != nil || r.Within <= 0 {
			return fmt.Errorf("find_within: %q is no length of time above 0; write it like 30m or 1h", r.FindWithin)
		}
	}
	if r.MinGroup < 0 {
		return fmt.Errorf("min_group: %d is below 0; leave it out to show all rows", r.MinGroup)
	}
	return nil
}

func (r *Reports) completeRates() error {
	if len(r.Rates) == 0 {
		return nil
	}
	if r.Currency == "" {
		return fmt.Errorf("they need currency, which they convert to")
	}
	rates := make(map[string]float64, len(r.Rates))
	for _, name := range slices.Sorted(maps.Keys(r.Rates)) {
		code, err := currencyCode(name)
		switch {
		case err != nil:
			return err
		case !positive(r.Rates[name]):
			return fmt.Errorf("%s: %v is no rate; want a number above 0", name, r.Rates[name])
		case code == r.Currency && r.Rates[name] != 1:
			return fmt.Errorf("%s: %v: one %s is one %s", name, r.Rates[name], code, code)
		case rates[code] != 0:
			return fmt.Errorf("%s stands there twice", code)
		}
		rates[code] = r.Rates[name]
	}
	r.Rates = rates
	return nil
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 0) }

// currencyCode brings a code into capital letters.
func currencyCode(s string) (string, error) {
	code := strings.ToUpper(strings.TrimSpace(s))
	if !semdex.IsCurrency(code) {
		return "", fmt.Errorf("%q is no currency; write it like EUR", s)
	}
	return code, nil
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
