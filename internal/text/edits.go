package text

// maxEdited is how many letters of each word Edits compares.
const maxEdited = 100

// Edits counts the letters to insert, delete, replace or swap with the next that turn a into b, no letter twice
// (optimal string alignment, after F. J. Damerau, 1964). What words have beyond 100 letters does not count.
func Edits(a, b string) int {
	s, t := edited(a), edited(b)
	before, above, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			replaced := above[j-1]
			if s[i-1] != t[j-1] {
				replaced++
			}
			row[j] = min(replaced, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(t)]
}

func edited(word string) []rune {
	letters := []rune(word)
	return letters[:min(len(letters), maxEdited)]
}
