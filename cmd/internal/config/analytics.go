package config

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
	"semdex/analytics"
)

// Reports is what reports cannot know of themselves. Currencies are codes of ISO 4217.
type Reports struct {
	UnitCost   Price              `yaml:"unit_cost"`   // what an asset made anew would cost
	Currency   string             `yaml:"currency"`    // that amounts are converted to; none where empty
	Rates      map[string]float64 `yaml:"rates"`       // of one unit of a currency in Currency
	LowResults *int               `yaml:"low_results"` // hits below which a search had few; the shipped number where left out
	FindWithin string             `yaml:"find_within"` // how long after a search a select belongs to it, such as 30m; the shipped time where left out

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

// Analytics is what a library notes of its use, how it keeps it, and how it reports on it.
type Analytics struct {
	Log       UsageLog  `yaml:"log"`
	Reports   Reports   `yaml:"reports"`
	Users     string    `yaml:"users"` // how ids of actors are kept: "pseudonym" or "plain"
	Retention Retention `yaml:"retention"`
	MinGroup  int       `yaml:"min_group"` // users below whom the figures of a row are withheld; none where it is left out
	Bots      Bots      `yaml:"bots"`
	Repeats   string    `yaml:"repeats"`  // a time such as 30m: views again within it are not counted
	Counters  bool      `yaml:"counters"` // what counters tell is counted along with single events

	Again time.Duration `yaml:"-"` // Repeats
}

// Bots says by what events are known to be of no person: they are kept, and not counted.
type Bots struct {
	ActorTypes []string `yaml:"actor_types"`
	Clients    []string `yaml:"clients"`    // names of clients; * is any text, ? one letter
	PerMinute  int      `yaml:"per_minute"` // events of an actor in a minute that are still a person's; no bound where it is left out
}

// LeaveOut gives what is kept but not counted, in the form of the analytics room.
func (a *Analytics) LeaveOut() analytics.LeaveOut {
	return analytics.LeaveOut{BotTypes: a.Bots.ActorTypes, BotClients: a.Bots.Clients, PerMinute: a.Bots.PerMinute, Repeats: a.Again, Counters: a.Counters}
}

// Retention says how long something is kept.
type Retention struct {
	Events Age `yaml:"events"` // single events; for ever where it is left out
}

// Age is a time in whole days, written as 90 days or 13 months. The zero Age is none.
type Age struct{ Years, Months, Days int }

// IsZero reports whether no time is given.
func (a Age) IsZero() bool { return a == Age{} }

// UnmarshalText reads a number and days, weeks, months or years.
func (a *Age) UnmarshalText(text []byte) error {
	count, unit, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > maxAge {
		return fmt.Errorf("%q is no time; write it like 90 days or 13 months", text)
	}
	switch strings.TrimSuffix(strings.TrimSpace(unit), "s") {
	case "day":
		*a = Age{Days: n}
	case "week":
		*a = Age{Days: 7 * n}
	case "month":
		*a = Age{Months: n}
	case "year":
		*a = Age{Years: n}
	default:
		return fmt.Errorf("%q is no time; write it like 90 days or 13 months", text)
	}
	return nil
}

// maxAge bounds the number of an Age.
const maxAge = 10_000

// Before gives the start of the day that lies the time before that of now. Where the month is too short for it, it is its last day.
func (a Age) Before(now time.Time) time.Time {
	year, month, day := now.Year()-a.Years, now.Month()-time.Month(a.Months), now.Day()
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, now.Location()).Day()
	return time.Date(year, month, min(day, last)-a.Days, 0, 0, 0, 0, now.Location())
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
	if a.MinGroup < 0 || a.MinGroup > maxGroup {
		return fmt.Errorf("min_group: %d is not within 0 to %d", a.MinGroup, maxGroup)
	}
	if err := a.Reports.complete(); err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	return a.completeLeaveOut()
}

func (a *Analytics) completeLeaveOut() error {
	for key, names := range map[string][]string{"actor_types": a.Bots.ActorTypes, "clients": a.Bots.Clients} {
		if slices.ContainsFunc(names, func(name string) bool { return strings.TrimSpace(name) == "" }) {
			return fmt.Errorf("bots: %s: one is empty", key)
		}
	}
	if a.Bots.PerMinute < 0 {
		return fmt.Errorf("bots: per_minute: %d is below 0; leave it out for no bound", a.Bots.PerMinute)
	}
	if a.Repeats == "" {
		return nil
	}
	again, err := time.ParseDuration(a.Repeats)
	if err != nil || again <= 0 || again > maxAgain {
		return fmt.Errorf("repeats: %q is no time up to %s; write it like 30m", a.Repeats, maxAgain)
	}
	a.Again = again
	return nil
}

// maxAgain bounds how much later a view may be one again.
const maxAgain = 24 * time.Hour

// maxGroup bounds how many users a row may have to have.
const maxGroup = 1000

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
