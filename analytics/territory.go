package analytics

import (
	"slices"
	"strings"

	"semdex"
)

// territories tells whether words for regions lie within the territories of a licence. A word may be a code, a label, or a group of
// countries; the library's dimension region says what it stands for.
type territories struct {
	l     Library
	dim   string // "" where the library has none
	parts map[string][]Value
	sets  map[string]*licensed // by territories, joined
}

// licensed is what the territories of a licence come to.
type licensed struct {
	within map[string]bool // values, with all that stands below them
	codes  bool            // some are codes that the library does not know
	groups bool            // some that are no codes have parts
	vague  bool            // some are neither known nor codes
}

// standing says how a word for a region and a licence go together.
type standing uint8

const (
	within standing = iota
	partly          // or nobody can tell
	outside
)

func newTerritories(l Library) *territories {
	t := &territories{l: l, parts: make(map[string][]Value), sets: make(map[string]*licensed)}
	if dim, asked, _ := findDimension(l, "region"); asked {
		t.dim = dim.Name
	}
	return t
}

// judge says whether a use in a region is within a licence. It is where the rights allow the word as it stands, or where the library
// says that all that the word stands for is one of the territories or below one.
func (t *territories) judge(word string, rights *semdex.Rights) standing {
	only := semdex.Rights{Territories: rights.Territories}
	if only.Refuses(semdex.Use{Territory: word}, false) == semdex.Allowed {
		return within
	}
	set, named := t.licensed(rights.Territories), t.named(word)
	if len(named) == 0 {
		if country, _, subdivision := strings.Cut(word, "-"); subdivision && isCountry(country) {
			return t.judge(country, rights)
		}
		if isCountry(word) && !set.vague && !set.groups {
			return outside
		}
		return partly
	}
	inside, out := 0, 0
	for _, v := range named {
		switch t.standing(v, set, 0) {
		case within:
			inside++
		case outside:
			out++
		}
	}
	switch {
	case inside == len(named):
		return within
	case out < len(named) || set.vague || set.codes && slices.ContainsFunc(named, func(v Value) bool { return len(t.below(v)) > 0 }):
		return partly
	}
	return outside
}

// maxDepth bounds how far down a hierarchy is looked, which may run in a circle.
const maxDepth = 16

// standing says how a value goes together with a licence: by itself, or by all that stands directly below it.
func (t *territories) standing(v Value, set *licensed, depth int) standing {
	if set.within[valueKey(v)] {
		return within
	}
	parts := t.below(v)
	if len(parts) == 0 || depth == maxDepth {
		return outside
	}
	inside, out := 0, 0
	for _, p := range parts {
		switch t.standing(p, set, depth+1) {
		case within:
			inside++
		case outside:
			out++
		}
	}
	switch len(parts) {
	case inside:
		return within
	case out:
		return outside
	}
	return partly
}

// licensed finds what territories stand for.
func (t *territories) licensed(words []string) *licensed {
	key := strings.Join(words, "\x00")
	if set := t.sets[key]; set != nil {
		return set
	}
	set := &licensed{within: make(map[string]bool)}
	for _, word := range words {
		next := t.named(word)
		switch {
		case len(next) == 0 && isCountry(word):
			set.codes = true
		case len(next) == 0:
			set.vague = true
		}
		for ; len(next) > 0; next = next[1:] {
			if v := next[0]; !set.within[valueKey(v)] {
				set.within[valueKey(v)] = true
				parts := t.below(v)
				set.groups = set.groups || len(parts) > 0 && !isCountry(word)
				next = append(next, parts...)
			}
		}
	}
	t.sets[key] = set
	return set
}

// named gives the values that a word stands for, none where the library does not know it.
func (t *territories) named(word string) []Value {
	if t.dim == "" {
		return nil
	}
	return t.l.OfContext(t.dim, word, true)
}

func (t *territories) below(v Value) []Value {
	if t.dim == "" || v.URI == "" {
		return nil
	}
	parts, known := t.parts[v.URI]
	if !known {
		parts = t.l.Parts(t.dim, v.URI)
		t.parts[v.URI] = parts
	}
	return parts
}

func valueKey(v Value) string {
	if v.URI != "" {
		return v.URI
	}
	return "\x00" + v.Name
}

// isCountry says whether a word has the form of a country's code. EU has it, and is a group.
func isCountry(word string) bool {
	return len(word) == 2 && !strings.EqualFold(word, "EU") && !strings.ContainsFunc(word, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
}
