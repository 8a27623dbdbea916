package api

import (
	"slices"
	"strings"
)

// nearest gives the known name that a mistyped one most likely stands for, "" where none is near.
func nearest(name string, known []string) string {
	best, least := "", 1+max(1, len(name)/3)
	for _, k := range known {
		if d := editDistance(strings.ToLower(name), strings.ToLower(k)); d < least {
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

// editDistance counts the bytes to insert, delete, replace or swap with the next to turn a into b. Names
// longer than any of ours are as far as can be.
func editDistance(a, b string) int {
	const longest = 64
	if len(a) > longest || len(b) > longest {
		return longest
	}
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			same := above[j-1]
			if a[i-1] != b[j-1] {
				same++
			}
			row[j] = min(same, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
