package library

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"semdex"
	"semdex/search"
)

// kindCuration is the kind of the decisions in the mirror that are rules of curation.
const kindCuration = "curation"

// loadCuration makes the rules in the mirror those of all queries from now on.
func (l *Library) loadCuration() error {
	rules, err := l.rules()
	if err != nil {
		return err
	}
	l.search.SetCuration(rules)
	l.wake() // saved searches find what is pinned
	return nil
}

// rules gives all rules, those set first first.
func (l *Library) rules() ([]search.CurationRule, error) {
	decisions, err := l.mirror.Decisions(kindCuration)
	if err != nil {
		return nil, err
	}
	rules := []search.CurationRule{}
	for _, d := range decisions {
		var r search.CurationRule
		if err := json.Unmarshal(d.Body, &r); err != nil {
			return nil, fmt.Errorf("rule of curation %s: %w", d.ID, err)
		}
		r.ID = d.ID
		rules = append(rules, r)
	}
	slices.SortStableFunc(rules, func(a, b search.CurationRule) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
	return rules, nil
}

// Curation gives the rules of curation as the access may see them: assets that it may not see are left out.
func (l *Library) Curation(_ context.Context, access search.Access) ([]search.CurationRule, error) {
	l.curating.Lock()
	defer l.curating.Unlock()
	rules, err := l.rules()
	if err != nil {
		return nil, err
	}
	for i := range rules {
		if _, err := l.part(&rules[i], access); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

// part takes out of a rule the assets that the access may not see, and gives them. What no longer exists stays, and
// so is seen and can be taken out.
func (l *Library) part(r *search.CurationRule, access search.Access) (hidden search.CurationRule, err error) {
	for _, list := range []struct{ seen, hidden *[]semdex.AssetID }{{&r.Pins, &hidden.Pins}, {&r.Boosts, &hidden.Boosts}, {&r.Hides, &hidden.Hides}} {
		seen := []semdex.AssetID{}
		for _, id := range *list.seen {
			a, err := l.mirror.Asset(id)
			switch {
			case err != nil:
				return hidden, err
			case a == nil && access.All, a != nil && access.Visible(a):
				seen = append(seen, id)
			default:
				*list.hidden = append(*list.hidden, id)
			}
		}
		*list.seen = seen
	}
	return hidden, nil
}

// AddRule adds a rule of curation. It is in effect for queries that begin when AddRule has returned.
func (l *Library) AddRule(_ context.Context, r search.CurationRule, access search.Access) (*search.CurationRule, error) {
	r.ID = "cur_" + strings.ToLower(rand.Text()[:16])
	return l.decide(r, access, true)
}

// SetRule puts a rule in the place of the one with its id. Assets in it that the access may not see stay where they were.
func (l *Library) SetRule(_ context.Context, r search.CurationRule, access search.Access) (*search.CurationRule, error) {
	return l.decide(r, access, false)
}

func (l *Library) decide(r search.CurationRule, access search.Access, fresh bool) (*search.CurationRule, error) {
	l.curating.Lock()
	defer l.curating.Unlock()
	r, err := l.search.CheckRule(r, access)
	if err != nil {
		return nil, err
	}
	rules, err := l.rules()
	if err != nil {
		return nil, err
	}
	if fresh && len(rules) >= search.MaxRules {
		return nil, &semdex.Error{Code: semdex.Conflict, Message: "the library has as many rules of curation as it may", Hint: fmt.Sprintf("at most %d; delete some that no longer hold", search.MaxRules)}
	}
	r.At = l.now().UTC()
	stored := r
	err = l.mirror.Decide(kindCuration, r.ID, r.By, r.At, func(old []byte) ([]byte, error) {
		switch {
		case fresh && old != nil:
			return nil, &semdex.Error{Code: semdex.Conflict, Message: "there is a rule " + r.ID + " already"}
		case !fresh && old == nil:
			return nil, noRule(r.ID)
		}
		r.Made = r.At
		stored = r
		if old != nil {
			if err := l.join(&stored, old, access); err != nil {
				return nil, err
			}
			r.Made = stored.Made
		}
		return json.Marshal(stored)
	})
	if err != nil {
		return nil, err
	}
	return &r, l.loadCuration()
}

// join takes over from an old rule when it was made, and the assets that the access may not see.
func (l *Library) join(r *search.CurationRule, old []byte, access search.Access) error {
	var before search.CurationRule
	if err := json.Unmarshal(old, &before); err != nil {
		return err
	}
	hidden, err := l.part(&before, access)
	if err != nil {
		return err
	}
	r.Made = before.Made
	r.Pins, r.Boosts, r.Hides = slices.Concat(r.Pins, hidden.Pins), slices.Concat(r.Boosts, hidden.Boosts), slices.Concat(r.Hides, hidden.Hides)
	return nil
}

func noRule(id string) error {
	return &semdex.Error{Code: semdex.NotFound, Message: fmt.Sprintf("no rule of curation %.100s", id), Hint: "GET /v1/curation lists them"}
}

// DropRule takes a rule of curation back.
func (l *Library) DropRule(_ context.Context, id, by string) error {
	l.curating.Lock()
	defer l.curating.Unlock()
	err := l.mirror.Decide(kindCuration, id, by, l.now().UTC(), func(old []byte) ([]byte, error) {
		if old == nil {
			return nil, noRule(id)
		}
		return nil, nil
	})
	if err != nil {
		return err
	}
	return l.loadCuration()
}
