package canto

import (
	"strings"

	"semdex/internal/text"
)

// nearest gives the name that is most like another, "" where there are no names.
func nearest(name string, names []string) string {
	best, least := "", -1
	for _, n := range names {
		if d := text.Edits(strings.ToLower(name), strings.ToLower(n)); least < 0 || d < least {
			best, least = n, d
		}
	}
	return best
}
