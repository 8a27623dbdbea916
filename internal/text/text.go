// Package text is the one way Semdex reads words: the linker, the query reader and the index all take
// their tokens, folded terms and stems from here, so that what one of them writes the others find.
//
// A token is a run of letters, marks and digits; signs, hyphens, underscores and apostrophes part tokens,
// and each Han or Kana character is a token by itself. A term is a token in lower case without accents
// ("Schröder" and "SCHRODER" give "schroder"; "ß" gives "ss"). A stem is the Snowball stem of the token in
// a language, folded after stemming, since the stemmers need the accents.
//
// All functions are pure, and safe for use by many goroutines.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Token is one word of a text. Start and End are byte offsets into the text as it was given.
type Token struct {
	Lower      string // composed (NFC), case folded, accents kept: what stemmers take
	Term       string // Lower without accents: what is compared
	Start, End int
}

// Tokens reads s from left to right. It never fails: bytes that are no UTF-8 part tokens as signs do.
func Tokens(s string) []Token {
	var tokens []Token
	eachWord(s, func(start, end int) { tokens = append(tokens, newToken(s, start, end)) })
	return tokens
}

// eachWord gives where the tokens of s stand, in bytes.
func eachWord(s string, word func(start, end int)) {
	start := -1
	flush := func(end int) {
		if start >= 0 {
			word(start, end)
			start = -1
		}
	}
	for i, r := range s {
		switch {
		case isSingle(r):
			flush(i)
			word(i, i+utf8.RuneLen(r))
		case isWord(r):
			if start < 0 {
				start = i
			}
		case start >= 0 && r >= utf8.RuneSelf && unicode.Is(unicode.Mn, r): // an accent written apart belongs to its letter
		default:
			flush(i)
		}
	}
	flush(len(s))
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Mc, r))
}

// isSingle reports scripts that are written without spaces, where a character stands for a word.
func isSingle(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func newToken(s string, start, end int) Token {
	lower := Lower(s[start:end])
	t := Token{Lower: lower, Term: strip(lower), Start: start, End: end}
	if t.Term == "" { // a letter that is but an accent, such as a halfwidth sound mark
		t.Term = lower
	}
	return t
}

// Lower composes s (NFC) and folds its case ("Straße" gives "strasse"), keeping accents.
func Lower(s string) string {
	plain, upper := true, false
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			plain = false
			break
		}
		upper = upper || 'A' <= s[i] && s[i] <= 'Z'
	}
	switch {
	case plain && !upper:
		return s
	case plain:
		return strings.ToLower(s)
	}
	return norm.NFC.String(cases.Fold().String(norm.NFKC.String(s)))
}

// letters are those that fold to plain ones but do not decompose.
var letters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h")

// strip takes the accents off a lower-case string.
func strip(lower string) string {
	for i := 0; i < len(lower); i++ {
		if lower[i] >= utf8.RuneSelf {
			return stripMarks(lower)
		}
	}
	return lower
}

func stripMarks(lower string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(lower) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return letters.Replace(norm.NFC.String(b.String()))
}

// Fold gives s in lower case without accents, its signs and spaces as they are.
func Fold(s string) string { return strip(Lower(s)) }

// Exact is the form in which two labels are the same label: composed, case folded, trimmed, its spaces
// single. Accents and signs count.
func Exact(s string) string { return strings.Join(strings.Fields(Lower(s)), " ") }

// Key is the form in which two labels read alike: their terms joined by a space, signs left out. Where
// there is no term at all ("++") it is the Exact form, so that such labels differ still.
func Key(s string) string {
	tokens := Tokens(s)
	if len(tokens) == 0 {
		return Exact(s)
	}
	return Join(tokens)
}

// Join gives the terms of tokens, joined by a space.
func Join(tokens []Token) string {
	if len(tokens) == 1 {
		return tokens[0].Term
	}
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Term)
	}
	return b.String()
}
