package rdf

import (
	"unicode"
	"unicode/utf8"
)

// nameStart is PN_CHARS_BASE of the Turtle grammar. XML names begin with the same or '_'.
var nameStart = &unicode.RangeTable{
	R16: []unicode.Range16{
		{'A', 'Z', 1}, {'a', 'z', 1}, {0xC0, 0xD6, 1}, {0xD8, 0xF6, 1}, {0xF8, 0x2FF, 1},
		{0x370, 0x37D, 1}, {0x37F, 0x1FFF, 1}, {0x200C, 0x200D, 1}, {0x2070, 0x218F, 1},
		{0x2C00, 0x2FEF, 1}, {0x3001, 0xD7FF, 1}, {0xF900, 0xFDCF, 1}, {0xFDF0, 0xFFFD, 1},
	},
	R32:         []unicode.Range32{{0x10000, 0xEFFFF, 1}},
	LatinOffset: 4,
}

// isNameStart reports whether a prefix may begin with r.
func isNameStart(r rune) bool {
	if r < utf8.RuneSelf {
		return isAlpha(byte(r))
	}
	return unicode.Is(nameStart, r)
}

// isNameChar reports whether a name may go on with r (PN_CHARS).
func isNameChar(r rune) bool {
	if r < utf8.RuneSelf {
		return isAlpha(byte(r)) || isDigit(byte(r)) || r == '_' || r == '-'
	}
	return r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040 || unicode.Is(nameStart, r)
}

// isLabel reports whether N-Triples can write s as the label of a blank node.
func isLabel(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for i, r := range s {
		switch {
		case isNameStart(r), r == '_', r >= '0' && r <= '9':
		case i > 0 && isNameChar(r):
		case i > 0 && r == '.' && i < len(s)-1:
		default:
			return false
		}
	}
	return s != ""
}

// isLang reports whether s is a language tag that N-Triples can write.
func isLang(s string) bool {
	run := 0 // characters of the current subtag
	first := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isAlpha(c), !first && isDigit(c):
			run++
		case c == '-' && run > 0:
			run, first = 0, false
		default:
			return false
		}
	}
	return run > 0
}

// isNCName reports whether s is an XML name without a colon, as rdf:ID and rdf:nodeID must be.
func isNCName(s string) bool {
	for i, r := range s {
		switch {
		case isNameStart(r), r == '_':
		case i > 0 && (isNameChar(r) || r == '.'):
		default:
			return false
		}
	}
	return s != ""
}
