package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"semdex"
	"semdex/internal/text"
)

// MaxQuery bounds a query, in bytes.
const MaxQuery = 8192

// ClauseKind says how a clause of a query is meant.
type ClauseKind uint8

const (
	Plain  ClauseKind = iota // a word
	Phrase                   // "words in quotes": exactly these, one after the other
	Prefix                   // word*: words that begin so; the last of several words
	Scoped                   // field:value
)

// Clause is one part of a query as it was typed.
type Clause struct {
	Kind   ClauseKind
	Tokens []text.Token // offsets into the query
	Field  string       // of a Scoped clause
	Value  string       // of a Scoped clause
	At     int          // byte offset of its Value
	Not    bool         // "-" was glued to its start
	Or     bool         // "OR" stood between it and the clause before
	Start  int          // byte offsets into the query
	End    int
}

// ReadQuery reads a query: words, "phrases", -not, OR, prefix*, field:value for the fields that isField
// knows. Whatever else stands there is plain text; the only error is a query over MaxQuery.
func ReadQuery(q string, isField func(string) bool) ([]Clause, error) {
	if len(q) > MaxQuery {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "the query is too long",
			Hint: "at most 8192 bytes; for a longer text take its main words"}
	}
	r := &queryReader{q: q, isField: isField}
	for r.next() {
	}
	return r.clauses, nil
}

type queryReader struct {
	q       string
	at      int
	or      bool
	isField func(string) bool
	clauses []Clause
}

// next reads one blank-separated piece, or a quoted one.
func (r *queryReader) next() bool {
	for r.at < len(r.q) {
		c, size := utf8.DecodeRuneInString(r.q[r.at:])
		if !unicode.IsSpace(c) {
			break
		}
		r.at += size
	}
	if r.at >= len(r.q) {
		return false
	}
	start := r.at
	if r.operatorOr() {
		return true
	}
	not := r.q[r.at] == '-' && r.at+1 < len(r.q) && !startsWithSpace(r.q[r.at+1:])
	if not {
		r.at++
	}
	switch {
	case r.q[r.at] == '"' && r.phrase(start, not):
	case r.scoped(start, not):
	default:
		r.word(start, not)
	}
	return true
}

func startsWithSpace(s string) bool {
	c, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(c)
}

// operatorOr takes "OR" between two clauses.
func (r *queryReader) operatorOr() bool {
	rest := r.q[r.at:]
	if len(r.clauses) == 0 || !strings.HasPrefix(rest, "OR") || len(rest) < 4 || !startsWithSpace(rest[2:]) || strings.TrimSpace(rest[2:]) == "" {
		return false
	}
	r.at += 2
	r.or = true
	return true
}

func (r *queryReader) add(c Clause) {
	c.Or, r.or = r.or && len(r.clauses) > 0, false
	r.clauses = append(r.clauses, c)
}

// phrase takes a closed quotation; an open one is plain text.
func (r *queryReader) phrase(start int, not bool) bool {
	length := strings.IndexByte(r.q[r.at+1:], '"')
	if length < 0 {
		return false
	}
	from := r.at + 1
	r.at = from + length + 1
	if tokens := tokensAt(r.q, from, from+length); len(tokens) > 0 {
		r.add(Clause{Kind: Phrase, Tokens: tokens, Not: not, Start: start, End: r.at})
	}
	return true
}

// scoped takes field:value, field:"value" and field:<value> where the field is known.
func (r *queryReader) scoped(start int, not bool) bool {
	piece := r.q[r.at:r.pieceEnd(r.at)]
	colon := strings.IndexByte(piece, ':')
	if colon <= 0 || !r.isField(piece[:colon]) {
		return false
	}
	from := r.at + colon + 1
	end, value := r.scopedValue(from)
	if value == "" {
		return false
	}
	if end > from+len(value) { // quotes or brackets
		from++
	}
	r.at = end
	r.add(Clause{Kind: Scoped, Field: piece[:colon], Value: value, At: from, Not: not, Start: start, End: end})
	return true
}

func (r *queryReader) scopedValue(from int) (end int, value string) {
	if from < len(r.q) {
		if closing := map[byte]byte{'"': '"', '<': '>'}[r.q[from]]; closing != 0 {
			length := strings.IndexByte(r.q[from+1:], closing)
			if length < 0 {
				return from, "" // never closed: plain text
			}
			return from + length + 2, r.q[from+1 : from+1+length]
		}
	}
	end = r.pieceEnd(from)
	return end, r.q[from:end]
}

func (r *queryReader) pieceEnd(from int) int {
	if i := strings.IndexFunc(r.q[from:], unicode.IsSpace); i >= 0 {
		return from + i
	}
	return len(r.q)
}

// word takes a piece as plain words, each a clause, the last one a prefix where "*" ends the piece.
func (r *queryReader) word(start int, not bool) {
	end := r.pieceEnd(r.at)
	if quote := strings.IndexByte(r.q[r.at+1:end], '"'); quote >= 0 && strings.IndexByte(r.q[r.at+1+quote+1:], '"') >= 0 {
		end = r.at + 1 + quote // a phrase begins in the middle of the piece
	}
	tokens := tokensAt(r.q, r.at, end)
	prefix := len(tokens) > 0 && r.q[end-1] == '*' && tokens[len(tokens)-1].End == end-1
	r.at = end
	if not && len(tokens) > 1 { // -non-specific leaves the words out together, not each by itself
		kind := Phrase
		if prefix {
			kind = Prefix
		}
		r.add(Clause{Kind: kind, Tokens: tokens, Not: true, Start: start, End: end})
		return
	}
	for i, t := range tokens {
		kind := Plain
		if prefix && i == len(tokens)-1 {
			kind = Prefix
		}
		r.add(Clause{Kind: kind, Tokens: []text.Token{t}, Not: not, Start: t.Start, End: t.End})
	}
}

func tokensAt(q string, from, to int) []text.Token {
	tokens := text.Tokens(q[from:to])
	for i := range tokens {
		tokens[i].Start += from
		tokens[i].End += from
	}
	return tokens
}
