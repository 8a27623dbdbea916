package api

import (
	"slices"
	"strings"

	"semdex/internal/text"
)

// nearest gives the known name that a mistyped one most likely stands for, "" where none is near.
func nearest(name string, known []string) string {
	best, least := "", 1+max(1, len(name)/3)
	for _, k := range known {
		if d := text.Edits(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// suggest is a hint for an unknown name: the nearest known one, else all of them.
func suggest(name string, known []string) string {
	if n := nearest(name, known); n != "" {
		return "did you mean " + n + "?"
	}
	if len(known) == 0 {
		return "there are none here"
	}
	known = slices.Sorted(slices.Values(known))
	return "one of " + strings.Join(known, ", ")
}
