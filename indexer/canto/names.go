package canto

import "strings"

// nearest gives the name that is most like another, "" where there are no names.
func nearest(name string, names []string) string {
	best, least := "", -1
	for _, n := range names {
		if d := distance(fold(name), fold(n)); least < 0 || d < least {
			best, least = n, d
		}
	}
	return best
}

// maxName is as many letters of a name as are compared.
const maxName = 100

func fold(name string) []rune {
	letters := []rune(strings.ToLower(name))
	return letters[:min(len(letters), maxName)]
}

// distance counts the letters to insert, delete or replace to turn a into b.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
