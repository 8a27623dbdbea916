package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"semdex"
	"semdex/internal/text"
)

// Correction is a word of the query that stands in no asset that may be seen and in no label, and the word that was
// searched for in its place.
type Correction struct {
	Typed string `json:"typed"`
	Read  string `json:"read"`
	Span  [2]int `json:"span" doc:"of the typed word, in Unicode code points of the query"`
}

const (
	fewAssets   = 5   // a word that stands in more is taken to be right
	manyTimes   = 20  // in so many times more assets stands the word that was rather meant
	nearLetters = 6   // shorter words are like many others
	maxMisspelt = 6   // with more words that stand nowhere, what was typed is in another language, not mistyped
	maxLooked   = 32  // with more words it is a text, in which nothing is corrected
	maxTried    = 256 // spellings of all words together
)

// correct puts other words in the place of plain words that stand nowhere. Words in quotes, beginnings of words, codes
// with digits and what the query leaves out are taken as they were typed; so is everything where the reader wants it
// so, where text is to be searched for as written, and in a text, whose words need not stand anywhere.
func (q *querying) correct(ctx context.Context, clauses []Clause) ([]Clause, error) {
	q.typed = clauses
	if q.request.AsTyped || q.request.Expand == ExpandNone || isText(q.request.Query) {
		return clauses, nil
	}
	out := slices.Clone(clauses)
	for _, run := range plainRuns(out) {
		suspects, err := q.suspects(ctx, run, 0)
		if err != nil {
			return nil, err
		}
		q.respell(run, suspects)
		for _, s := range suspects {
			if s.read != nil {
				q.corrections = append(q.corrections, q.correction(run[s.at], s.read))
				run[s.at].Tokens = []text.Token{at(s.read.Token, run[s.at].Start, run[s.at].End)} // it may have been looked up for another place
			}
		}
	}
	return out, nil
}

func (q *querying) correction(c Clause, read *spelling) Correction {
	query := q.request.Query
	return Correction{Typed: query[c.Start:c.End], Read: read.Lower,
		Span: [2]int{utf8.RuneCountInString(query[:c.Start]), utf8.RuneCountInString(query[:c.End])}}
}

// plainRuns gives the stretches of clauses that are read for labels together: plain words that follow one another. Of
// a long text there are none.
func plainRuns(clauses []Clause) [][]Clause {
	var out [][]Clause
	if len(clauses) > maxLooked {
		return nil
	}
	for i := 0; i < len(clauses); {
		end := i
		for end < len(clauses) && clauses[end].Kind == Plain && !clauses[end].Not && (end == i || !clauses[end].Or) {
			end++
		}
		if end > i {
			out = append(out, clauses[i:end])
		}
		i = max(end, i+1)
	}
	return out
}

func tokensOf(run []Clause) []text.Token {
	tokens := make([]text.Token, len(run))
	for i := range run {
		tokens[i] = run[i].Tokens[0]
	}
	return tokens
}

// suspect is a word of a run that may be mistyped.
type suspect struct {
	at     int // in the run
	assets int // in which it stands
	others []spelling
	read   *spelling // the one that was meant
}

// suspects gives the words of a run that name nothing, stand in no label, and stand in at most so many assets, with
// what they may have been meant to be; nil where there are very many.
func (q *querying) suspects(ctx context.Context, run []Clause, assets int) ([]suspect, error) {
	tokens := tokensOf(run)
	var out []suspect
	for _, i := range q.unnamed(tokens) {
		t := tokens[i]
		if maxEdits([]rune(t.Term)) == 0 || hasDigit(t.Term) || hasDigit(q.codeAround(t.Start, t.End)) || text.IsStop(t.Term, q.st.settings.Languages) || q.st.spells(t.Term) {
			continue
		}
		n, err := q.assetsWith(ctx, t)
		if err != nil {
			return nil, err
		}
		if n > assets {
			continue
		}
		if compound, err := q.isCompound(ctx, t); err != nil || compound {
			if err != nil {
				return nil, err
			}
			continue
		}
		if len(out) == maxMisspelt {
			return nil, nil
		}
		others, err := q.spellings(ctx, t)
		if err != nil {
			return nil, err
		}
		out = append(out, suspect{at: i, assets: n, others: others})
	}
	return out, nil
}

// unnamed gives the places of the tokens that are part of no label in them.
func (q *querying) unnamed(tokens []text.Token) []int {
	return outside(tokens, q.st.labels.Read(tokens, q.request.Lang))
}

// outside gives the places of the tokens that are part of no reading.
func outside(tokens []text.Token, readings []Reading) []int {
	var out []int
	for i := range tokens {
		if !slices.ContainsFunc(readings, func(r Reading) bool { return r.From <= i && i < r.To }) {
			out = append(out, i)
		}
	}
	return out
}

// respell decides what each suspect was meant to be: what makes longer labels with the words beside it, then what
// takes fewer typing errors, then the better spelling of each word alone.
func (q *querying) respell(run []Clause, suspects []suspect) {
	if len(suspects) == 0 {
		return
	}
	tokens := tokensOf(run)
	n := maxSpellings
	for n > 1 && power(n, len(suspects)) > maxTried {
		n--
	}
	var best, at []int
	var bestFit fit
	var walk func(i int)
	walk = func(i int) {
		if i == len(suspects) {
			if f := q.fit(tokens, suspects, at); best == nil || f.compare(&bestFit) < 0 {
				best, bestFit = slices.Clone(at), f
			}
			return
		}
		s := &suspects[i]
		for k := range max(1, min(n, len(s.others))) {
			at = append(at, k)
			if k < len(s.others) {
				tokens[s.at] = s.others[k].Token
			}
			walk(i + 1)
			at = at[:i]
		}
		tokens[s.at] = run[s.at].Tokens[0]
	}
	walk(0)
	for i, k := range best {
		if s := &suspects[i]; k < len(s.others) {
			s.read = &s.others[k]
		}
	}
}

func power(n, exponent int) int {
	out := 1
	for range exponent {
		if out *= n; out > maxTried {
			break
		}
	}
	return out
}

// fit says how well spellings of all suspects of a run go together.
type fit struct {
	together int // words that name something with others
	edits    int
	places   int // of each spelling among those of its word
}

func (a *fit) compare(b *fit) int {
	return cmp.Or(b.together-a.together, a.edits-b.edits, a.places-b.places)
}

// tellable gives the readings of tokens by labels that may be told: what is read in the place of what was typed must not
// spell out a hidden one.
func (q *querying) tellable(tokens []text.Token) []Reading {
	return slices.DeleteFunc(q.st.labels.Read(tokens, q.request.Lang), func(r Reading) bool {
		return !slices.ContainsFunc(r.Refs, func(l LabelRef) bool { return l.Label.Kind != semdex.HiddenLabel })
	})
}

func (q *querying) fit(tokens []text.Token, suspects []suspect, at []int) fit {
	f := fit{}
	for i, k := range at {
		f.places += k
		if k < len(suspects[i].others) {
			f.edits += suspects[i].others[k].edits
		}
	}
	for _, r := range q.tellable(tokens) {
		mended := slices.ContainsFunc(suspects, func(s suspect) bool { return r.From <= s.at && s.at < r.To && len(s.others) > 0 })
		if mended && r.To-r.From > 1 {
			f.together += r.To - r.From
		}
	}
	return f
}

// addNear adds to a query of one plain word, which stands in few assets, the word that stands in very many more and
// was perhaps meant. It comes behind all else, and only where hits are in the order of their score. With several words
// it would put those that have the other words too before exact ones; of short words, that is offered alone.
func (q *querying) addNear(ctx context.Context, p *Plan) error {
	if len(p.Groups) != 1 {
		return nil
	}
	if !q.recalled {
		near, err := q.near(ctx, p)
		if err != nil {
			return err
		}
		q.meant.near = near
	}
	near := q.meant.near
	if near == nil {
		return nil
	}
	q.reasons = append(q.reasons, reason{named: -1, words: near.Lower, weight: weightLeast})
	e := TextEvidence{Terms: q.forms([]text.Token{near.Token}), Class: Misspelt, Weight: weightLeast, Reason: len(q.reasons) - 1}
	p.Groups[0].Texts = append(p.Groups[0].Texts, e)
	q.words = append(q.words, e)
	return nil
}

// near gives the word that was perhaps meant with a query of one plain word, nil for none.
func (q *querying) near(ctx context.Context, p *Plan) (*spelling, error) {
	byScore := len(p.Sort) == 0 || p.Sort[0] == SortKey{Field: "score", Desc: true}
	if q.request.AsTyped || q.request.Expand == ExpandNone || !byScore || len(q.corrections) > 0 {
		return nil, nil
	}
	runs := plainRuns(q.typed)
	if len(runs) != 1 || len(runs[0]) != 1 || utf8.RuneCountInString(runs[0][0].Tokens[0].Term) < nearLetters {
		return nil, nil
	}
	suspects, err := q.suspects(ctx, runs[0], fewAssets)
	if err != nil || len(suspects) == 0 || suspects[0].assets == 0 {
		return nil, err
	}
	s := &suspects[0]
	i := slices.IndexFunc(s.others, func(o spelling) bool { return o.assets >= manyTimes*max(1, s.assets) })
	if i < 0 {
		return nil, nil
	}
	return &s.others[i], nil
}

// readFor says for which typed words of a stretch of the query others were read: ", read for “packging”"; "" for none.
func (q *querying) readFor(stretch string) string {
	var typed []string
	for _, c := range q.corrections {
		if said := "“" + c.Typed + "”"; strings.Contains(stretch, c.Typed) && !slices.Contains(typed, said) {
			typed = append(typed, said)
		}
	}
	if len(typed) == 0 {
		return ""
	}
	return ", read for " + strings.Join(typed, " and ")
}
