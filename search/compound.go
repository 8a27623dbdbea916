package search

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"semdex/internal/text"
)

const (
	leastLabelPart = 3 // letters of a part of a compound that is a label
	leastWordPart  = 4 // letters of one that is a word of the index
	leastSpelled   = 5 // letters of a word that may be another one with letters spelled out, or the first part of others
	leastCompound  = 7
	maxCompound    = 40
	maxCompounds   = 8 // words of a query that are taken apart
	maxWordParts   = 3
	fewWhole       = 5   // a word that stands in more assets is not taken apart
	leastLongWord  = 12  // letters of what is taken apart into more than two
	maxLookUps     = 400 // words of the index that are looked up to take a word apart
)

// compounding are the languages that write compounds as one word.
var compounding = []string{"de", "nl", "da", "sv", "nb", "nn", "no"}

// linking are the letters that may stand between the parts of a compound.
var linking = []string{"", "s", "n", "en", "er", "es", "e", "ens", "ns"}

// spelledOut are letters as they are written where a keyboard lacks them. Terms have neither, but the plain letter.
var spelledOut = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u", "aa", "a")

// compounded reports whether the query may be in a language with compounds.
func (q *querying) compounded() bool {
	return slices.ContainsFunc(q.languages(), func(lang string) bool {
		sub, _, _ := strings.Cut(lang, "-")
		return slices.Contains(compounding, sub)
	})
}

// split takes words apart that are no label and stand nowhere, or in few assets where they are all of the query, into
// labels or words that stand somewhere.
func (q *querying) split(ctx context.Context, units []unit) ([]unit, error) {
	if !q.compounded() {
		return units, nil
	}
	var out []unit
	tried := 0
	for i, u := range units {
		joined := u.Or || i+1 < len(units) && units[i+1].Or
		if u.Kind != Plain || u.Not || joined || len(u.senses) > 0 || len(u.Tokens) != 1 || tried >= maxCompounds {
			out = append(out, u)
			continue
		}
		if n := utf8.RuneCountInString(u.Tokens[0].Lower); n < leastSpelled || n > maxCompound {
			out = append(out, u)
			continue
		}
		n, err := q.assetsWith(ctx, u.Tokens[0])
		if err != nil {
			return nil, err
		}
		if n > fewWhole || n > 0 && len(units) > 1 {
			out = append(out, u)
			continue
		}
		tried++
		parts, err := q.partsOf(ctx, u)
		if err != nil {
			return nil, err
		}
		out = append(out, besides(u, n, parts)...)
	}
	return out, nil
}

// besides gives what is searched for in the place of a word that stands in n assets. One that stands nowhere and has no
// parts may be the first part of others. One that stands in some is searched for, and beside it all of its parts
// together, with the concepts that they name; what has the word suits all of them.
func besides(u unit, n int, parts []unit) []unit {
	switch {
	case n == 0 && len(parts) == 1 && len(parts[0].senses) == 0:
		parts[0].begins = true // "Komet" stands in "Kometendruck"
		return parts
	case n == 0:
		return parts
	case len(parts) < 2:
		return []unit{u}
	}
	for i := range parts {
		parts[i].whole, parts[i].must = u.Tokens, true
	}
	return append([]unit{u}, parts...)
}

// beginsWords reports whether longer words that begin with a word stand in assets that the reader may see.
func (q *querying) beginsWords(ctx context.Context, t text.Token) (bool, error) {
	evidence := []TextEvidence{{Terms: [][]string{{t.Term}}, Prefix: true, Class: Words, Weight: weightPrefLabel}}
	result, err := q.view.Search(ctx, &Plan{Groups: []Group{{Texts: evidence}}, Access: q.request.Access})
	return err == nil && result.Total > 0, err
}

// stands reports whether a word, in whatever form, stands in an asset that the reader may see.
func (q *querying) stands(ctx context.Context, t text.Token) (bool, error) {
	n, err := q.assetsWith(ctx, t)
	return n > 0, err
}

// isCompound reports whether a word would be taken apart, is another one but for letters spelled out, or begins others.
func (q *querying) isCompound(ctx context.Context, t text.Token) (bool, error) {
	if n := utf8.RuneCountInString(t.Lower); !q.compounded() || n < leastSpelled || n > maxCompound {
		return false, nil
	}
	if n, err := q.assetsWith(ctx, t); err != nil {
		return false, err
	} else if n == 0 {
		if begins, err := q.beginsWords(ctx, t); err != nil || begins {
			return begins, err
		}
	}
	was := len(q.compounds)
	parts, err := q.partsOf(ctx, unit{Clause: Clause{Kind: Plain, Tokens: []text.Token{t}, Start: t.Start, End: t.End}})
	q.compounds = q.compounds[:was]
	return len(parts) > 1 || len(parts) == 1 && parts[0].Tokens[0].Term != t.Term, err
}

// partsOf gives the units that the word of a unit is taken apart into, itself where it cannot be. A word that is
// known but for letters spelled out ("Huettentour") is that word.
func (q *querying) partsOf(ctx context.Context, u unit) ([]unit, error) {
	s := &splitter{q: q, ctx: ctx, known: map[string]*wordPart{}}
	word := u.Tokens[0].Lower
	for _, form := range []string{word, spelledOut.Replace(word)} {
		if form != word {
			if p := s.part(form, leastWordPart); p != nil {
				u.Tokens, u.senses = []text.Token{at(p.token, u.Start, u.End)}, p.senses
				return []unit{u}, s.err
			}
		}
		if parts := s.split(form, maxWordParts); len(parts) > 0 && s.err == nil {
			return q.compound(u, parts, text.Lower(q.request.Query[u.Start:u.End]) == form), nil
		}
	}
	return []unit{u}, s.err
}

func at(t text.Token, start, end int) text.Token {
	t.Start, t.End = start, end
	return t
}

// compound makes units of the parts of a word and notes that it was taken apart. Where the word is written in other
// letters than its parts, each part stands for all of it.
func (q *querying) compound(u unit, parts []*wordPart, asWritten bool) []unit {
	whole := q.request.Query[u.Start:u.End]
	told := Compound{Word: whole, Span: [2]int{utf8.RuneCountInString(q.request.Query[:u.Start]), utf8.RuneCountInString(q.request.Query[:u.End])}}
	var out []unit
	start := u.Start
	for i, p := range parts {
		end := u.End
		if asWritten && i < len(parts)-1 {
			end = q.after(start, u.End, utf8.RuneCountInString(p.written))
		}
		part := p.written
		if asWritten {
			part = q.request.Query[start:end]
		}
		told.Parts = append(told.Parts, part)
		out = append(out, unit{Clause: Clause{Kind: Plain, Tokens: []text.Token{at(p.token, start, end)}, Start: start, End: end}, senses: p.senses, code: u.code})
		if asWritten {
			start = end
		}
	}
	q.compounds = append(q.compounds, told)
	return out
}

// after gives the place n characters behind start, at most end and at least one character before it.
func (q *querying) after(start, end, n int) int {
	at := start
	for range n {
		_, size := utf8.DecodeRuneInString(q.request.Query[at:end])
		if at+size >= end {
			break
		}
		at += size
	}
	return at
}

// wordPart is a part of a compound that is known.
type wordPart struct {
	written string // with its linking letters
	token   text.Token
	senses  []sense
}

// splitter takes one word apart.
type splitter struct {
	q     *querying
	ctx   context.Context
	known map[string]*wordPart // nil: looked up, and not known
	count int                  // words looked up in the index
	err   error
}

// split gives the parts of a word: as few as there can be, at most so many, as many labels among them as there can
// be, the last one as long as it can be. It gives none where there is no way.
func (s *splitter) split(word string, most int) []*wordPart {
	letters := []rune(word)
	if len(letters) < leastCompound {
		return nil
	}
	for n := 2; n <= most && (n == 2 || len(letters) >= leastLongWord); n++ {
		if parts := s.into(letters, n); len(parts) > 0 {
			return parts
		}
	}
	return nil
}

// into takes letters apart into n parts.
func (s *splitter) into(letters []rune, n int) (best []*wordPart) {
	if n == 1 {
		if p := s.part(string(letters), leastLabelPart); p != nil {
			return []*wordPart{p}
		}
		return nil
	}
	labels := -1
	for cut := leastLabelPart; cut <= len(letters)-leastLabelPart; cut++ { // a shorter first part leaves a longer rest
		first := s.linked(string(letters[:cut]))
		if first == nil {
			continue
		}
		rest := s.into(letters[cut:], n-1)
		if len(rest) == 0 {
			continue
		}
		parts := append([]*wordPart{first}, rest...)
		if l := labelled(parts); l > labels {
			best, labels = parts, l
		}
	}
	return best
}

func labelled(parts []*wordPart) int {
	n := 0
	for _, p := range parts {
		if len(p.senses) > 0 {
			n++
		}
	}
	return n
}

// linked knows a part that is not the last one, perhaps with linking letters at its end.
func (s *splitter) linked(word string) *wordPart {
	for _, letters := range linking {
		stem, ok := strings.CutSuffix(word, letters)
		if !ok {
			continue
		}
		if p := s.part(stem, leastLabelPart); p != nil {
			p := *p
			p.written = word
			return &p
		}
	}
	return nil
}

// part knows a word that is a label, or of at least leastWordPart letters and stands somewhere.
func (s *splitter) part(word string, least int) *wordPart {
	n := utf8.RuneCountInString(word)
	if n < least || s.err != nil {
		return nil
	}
	if p, looked := s.known[word]; looked {
		return p
	}
	s.known[word] = nil
	tokens := text.Tokens(word)
	if len(tokens) != 1 || text.IsStop(tokens[0].Term, s.q.languages()) {
		return nil
	}
	p := &wordPart{written: word, token: tokens[0]}
	if readings := s.q.readLabels(tokens); len(readings) > 0 {
		p.senses = sensesOf(readings[0].Refs, readings[0].Weight)
	} else {
		known := false
		if n >= leastWordPart && s.count < maxLookUps {
			s.count++
			known, s.err = s.q.stands(s.ctx, tokens[0])
		}
		if !known || s.err != nil {
			return nil
		}
	}
	s.known[word] = p
	return p
}
