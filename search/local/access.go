package local

import (
	"strings"

	"semdex"
	"semdex/search"
)

// permitted gives the documents of a part that the access lets through: live, and approved and in rights
// unless all may be seen, and within its restriction. The caller may write to it until s is reset.
func (p *part) permitted(a search.Access, d *dictionary, s *scratch) (bitset, error) {
	set := s.copy(p.live)
	if !a.Whole() {
		allowed, err := p.access(a, d, s)
		if err != nil {
			return nil, err
		}
		set.and(allowed)
	}
	return set, nil
}

// maxAccesses bounds how many answers about access a segment keeps.
const maxAccesses = 64

func (p *part) access(access search.Access, d *dictionary, s *scratch) (bitset, error) {
	a := p.arrays
	access.Use.Territory, access.Use.Channel = strings.ToLower(access.Use.Territory), strings.ToLower(access.Use.Channel)
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.allowed[access]; known != nil {
		return known, nil
	}
	if len(a.allowed) >= maxAccesses {
		clear(a.allowed)
	}
	set := a.decide(access, d)
	if err := p.restrict(set, access, d, s); err != nil {
		return nil, err
	}
	a.allowed[access] = set
	return set, nil
}

// restrict takes out the documents for which a filter of the access's restriction does not hold: all of them
// where the restriction was not resolved.
func (p *part) restrict(set bitset, access search.Access, d *dictionary, s *scratch) error {
	if access.Only == "" {
		return nil
	}
	if access.Restriction == nil {
		clear(set)
		return nil
	}
	for i := range access.Restriction.Filters {
		f := newFilter(&access.Restriction.Filters[i], d)
		passing, err := f.passing(p, s)
		if err != nil {
			return err
		}
		set.and(passing)
	}
	return nil
}

// decide says for every document what semdex.Rights.Refuses says of its record and, unless all may be seen,
// that it is approved.
func (a *segmentArrays) decide(access search.Access, d *dictionary) bitset {
	approved := newBitset(a.docs)
	if access.All {
		approved.fill(a.docs)
		if !access.Rights {
			return approved
		}
	} else {
		a.having(approved, "approval", string(semdex.Approved), d)
	}
	if access.DenyMissing {
		approved.and(a.having(newBitset(a.docs), valueRights, "yes", d))
	}
	on := string(access.Use.On)
	approved.andNot(a.where(valueFrom, d, func(from string) bool { return on < from }))
	approved.andNot(a.where(valueUntil, d, func(until string) bool { return on > until }))
	a.bound(approved, valueTerritory, access.Use.Territory, d)
	a.bound(approved, valueChannel, access.Use.Channel, d)
	return approved
}

// bound takes out the documents that have values in the field, but not the one asked for.
func (a *segmentArrays) bound(set bitset, field, asked string, d *dictionary) {
	if asked == "" {
		return
	}
	others := a.where(field, d, func(string) bool { return true })
	others.andNot(a.having(newBitset(a.docs), field, boundTo(asked), d))
	set.andNot(others)
}

// having adds the documents that bear a value to a set, and gives that.
func (a *segmentArrays) having(set bitset, field, value string, d *dictionary) bitset {
	if c := a.columns[field]; c != nil {
		if n, known := d.lookup(field, value); known {
			c.addTo(set, n)
		}
	}
	return set
}

func (a *segmentArrays) where(field string, d *dictionary, holds func(string) bool) bitset {
	set := newBitset(a.docs)
	c := a.columns[field]
	if c == nil {
		return set
	}
	values := d.values(field)
	c.each(func(value, _ uint32) {
		if holds(values[value]) {
			c.addTo(set, value)
		}
	})
	return set
}
