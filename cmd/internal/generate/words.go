package generate

import "strings"

// Syllables of which words are made: a beginning and a vowel each, and at the end perhaps a consonant, so that no
// two words are the same.
var (
	starts = map[string][]string{
		"en": strings.Fields("b d f g h k l m n p r s t v w br cl dr fl gr pl st tr"),
		"de": strings.Fields("b d f g h k l m n p r s t w z bl br fr gl kn pf schl schw"),
	}
	vowels = map[string][]string{"en": strings.Fields("a e i o u ea oo"), "de": strings.Fields("a e i o u ä ei")}
	ends   = map[string][]string{"en": {"", "", "n", "r", "t"}, "de": {"", "e", "n", "r", "k"}}
)

// stopWords stand at the odd ones of the first ranks.
var stopWords = map[string][]string{
	"en": strings.Fields("on the and of in a with for"),
	"de": strings.Fields("auf die und von in der mit für"),
}

// frequentWords are the ranks of stop words and of what stands in every other text.
const frequentWords = 20

// wordList makes n words of a language, by rank.
func wordList(lang string, n int) []string {
	words := make([]string, n)
	for i := range words {
		if stop := stopWords[lang]; i%2 == 0 && i/2 < len(stop) {
			words[i] = stop[i/2]
			continue
		}
		words[i] = word(lang, i)
	}
	return words
}

// word makes the word of a rank: two syllables or, for the rarer ones, three and more.
func word(lang string, rank int) string {
	count := len(starts[lang]) * len(vowels[lang])
	n, of := rank, count*count
	syllables := 2
	for n >= of {
		n, of = n-of, of*count
		syllables++
	}
	n = int(uint64(n) * 1_000_003 % uint64(of)) // neighbours in rank should not look alike
	var b strings.Builder
	for range syllables {
		s := n % count
		n /= count
		b.WriteString(starts[lang][s%len(starts[lang])])
		b.WriteString(vowels[lang][s/len(starts[lang])])
	}
	b.WriteString(ends[lang][rank%len(ends[lang])])
	return b.String()
}

func capital(s string) string {
	for i := range s {
		if i > 0 {
			return strings.ToUpper(s[:i]) + s[i:]
		}
	}
	return strings.ToUpper(s)
}
