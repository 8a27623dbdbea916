package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
)

// unit is what is searched for as one: words of the query, the concepts that they name, or field:value.
type unit struct {
	Clause
	senses []sense
	kinds  []sense      // beside a concept: those that are kinds of what the word means
	must   bool         // required
	begins bool         // it is searched for as the beginning of words
	whole  []text.Token // the word that this is a part of, which stands in a few assets
	others []int32      // concepts that the words name too, which are not meant
	code   string       // what may be the code of an asset; "" for none
	uri    string       // of a concept that no vocabulary knows
	share  float64      // of the parts of a brief; else 0
	times  int          // in a brief
}

// sense is a concept that words name, and how.
type sense struct {
	concept int32
	by      string // "label", "notation" or "uri"
	label   semdex.Label
	weight  float64
}

// matched says by which label or notation a concept was recognised. A hidden label is not told.
func (s *sense) matched() *MatchedLabel {
	switch {
	case s.by == "uri":
		return nil
	case s.by == "notation":
		return &MatchedLabel{Label: s.label.Text, Kind: s.by}
	case s.label.Kind == semdex.HiddenLabel:
		return &MatchedLabel{Kind: s.label.Kind.String(), Lang: s.label.Lang}
	}
	return &MatchedLabel{Label: s.label.Text, Kind: s.label.Kind.String(), Lang: s.label.Lang}
}

// sensesOf gives each concept of some labels once.
func sensesOf(refs []LabelRef, weight float64) []sense {
	var out []sense
	for _, r := range refs {
		if !slices.ContainsFunc(out, func(s sense) bool { return s.concept == r.Concept }) {
			out = append(out, sense{concept: r.Concept, by: "label", label: r.Label, weight: weight})
		}
	}
	return out
}

func sensesNoted(concepts []int32, notation string) []sense {
	var out []sense
	for _, c := range concepts {
		out = append(out, sense{concept: c, by: "notation", label: semdex.Label{Text: notation}, weight: 1})
	}
	return out
}

// key tells units apart that search for different things.
func (u *unit) key() string {
	if len(u.senses) > 0 {
		var concepts []int32
		for _, s := range u.senses {
			concepts = append(concepts, s.concept)
		}
		if u.isConcept() { // it asks for what bears them, beside words that name them
			return fmt.Sprint(u.Field, concepts)
		}
		return fmt.Sprint(concepts)
	}
	return fmt.Sprintf("%d %s %s %q %s", u.Kind, text.Join(u.Tokens), u.Field, u.Value, u.uri)
}

// understand reads the query: its words, the concepts that they name, what is searched for instead of words that
// stand nowhere, and of several concepts with the same name those that are meant.
func (q *querying) understand(ctx context.Context) ([]unit, error) {
	units, err := q.read(ctx)
	if err != nil {
		return nil, err
	}
	if units, err = q.split(ctx, units); err != nil {
		return nil, err
	}
	if err := q.disambiguate(ctx, units); err != nil {
		return nil, err
	}
	if isBrief(q.request.Query, units) {
		return q.brief(ctx, units)
	}
	q.addKinds(units)
	return units, nil
}

// allowed tells whether concepts of the query may be this one.
func (q *querying) allowed() func(int32) bool { return q.st.inSchemes(q.request.Schemes) }

// read gives the units of the query: one where the query as a whole is a label or a notation.
func (q *querying) read(ctx context.Context) ([]unit, error) {
	clauses, err := q.clauses()
	if err != nil {
		return nil, err
	}
	if whole := q.whole(); whole != nil {
		return []unit{*whole}, nil
	}
	if clauses, err = q.correct(ctx, clauses); err != nil {
		return nil, err
	}
	return q.units(clauses), nil
}

// clauses reads the query for the fields that the library has.
func (q *querying) clauses() ([]Clause, error) {
	fields := q.view.Fields()
	isField := func(name string) bool {
		if name == "id" || isNumberField(name) {
			return true
		}
		_, known := q.st.dimension(strings.TrimSuffix(name, ".direct"), fields)
		return known
	}
	clauses, err := ReadQuery(q.request.Query, isField)
	if bad := q.noRanges(clauses); len(bad) > 0 { // "created: monday" is plain text, whatever it means
		clauses, err = ReadQuery(q.request.Query, func(name string) bool { return !slices.Contains(bad, name) && isField(name) })
	}
	return clauses, err
}

// whole gives the unit of a query that is a label, signs and all, or a notation; nil where it is neither.
func (q *querying) whole() *unit {
	query := q.request.Query
	if q.request.Expand == ExpandNone {
		return nil
	}
	u := &unit{Clause: Clause{Kind: Plain, Tokens: text.Tokens(query), Start: 0, End: len(query)}, code: asCode(query)}
	if refs := preferLanguage(among(q.st.labels.Whole(query), q.allowed()), q.request.Lang); len(refs) > 0 {
		u.senses = sensesOf(refs, 1)
		return u
	}
	if notation := strings.TrimSpace(query); notation != "" {
		if u.senses = sensesNoted(q.st.labels.Noted(notation, q.allowed()), notation); len(u.senses) > 0 {
			return u
		}
	}
	return nil
}

// units makes units of clauses. Words that follow one another are read for labels together.
func (q *querying) units(clauses []Clause) []unit {
	var out []unit
	clauses = q.conceptClauses(clauses)
	for i := 0; i < len(clauses); {
		c := clauses[i]
		end := i + 1
		switch {
		case c.Kind == Plain && !c.Not:
			for end < len(clauses) && clauses[end].Kind == Plain && !clauses[end].Not && !clauses[end].Or {
				end++
			}
			out = append(out, q.run(clauses[i:end])...)
		case c.isConcept():
			u, _ := q.conceptUnit(c)
			out = append(out, u)
		case c.Kind == Scoped:
			out = append(out, unit{Clause: c})
		default:
			out = append(out, unit{Clause: c, code: asCode(q.request.Query[c.Tokens[0].Start:c.Tokens[len(c.Tokens)-1].End])})
		}
		i = end
	}
	return out
}

// run reads plain words that follow one another: the concepts they name, and the words that are left. Stop words
// are left out where anything else is there.
func (q *querying) run(clauses []Clause) []unit {
	tokens := make([]text.Token, len(clauses))
	for i := range clauses {
		tokens[i] = clauses[i].Tokens[0]
	}
	readings := q.readings(tokens)
	telling := len(readings) > 0 || slices.ContainsFunc(tokens, func(t text.Token) bool { return !text.IsStop(t.Term, q.languages()) })
	var out []unit
	add := func(from, to int, senses []sense) {
		u := unit{Clause: Clause{Kind: Plain, Tokens: tokens[from:to], Start: tokens[from].Start, End: tokens[to-1].End}, senses: senses}
		u.Or = clauses[0].Or && len(out) == 0
		u.code = q.codeAround(u.Start, u.End)
		out = append(out, u)
	}
	for i := 0; i < len(tokens); {
		switch {
		case len(readings) > 0 && readings[0].from == i:
			add(i, readings[0].to, readings[0].senses)
			i = readings[0].to
			readings = readings[1:]
			continue
		case !telling || !text.IsStop(tokens[i].Term, q.languages()):
			add(i, i+1, nil)
		}
		i++
	}
	return out
}

// named is a stretch of tokens with the concepts that it names.
type named struct {
	from, to int
	senses   []sense
}

// readings finds the concepts that tokens name by labels, and those that pieces which look like codes name by
// notations; of two that overlap the longer one holds.
func (q *querying) readings(tokens []text.Token) []named {
	if q.request.Expand == ExpandNone {
		return nil
	}
	noted := q.notations(tokens)
	var out []named
	for _, r := range q.readLabels(tokens) {
		n := named{r.From, r.To, sensesOf(r.Refs, r.Weight)}
		if !slices.ContainsFunc(noted, func(o named) bool { return o.from < n.to && n.from < o.to && o.to-o.from > n.to-n.from }) {
			out = append(out, n)
		}
	}
	for _, n := range noted {
		if !slices.ContainsFunc(out, func(o named) bool { return o.from < n.to && n.from < o.to }) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b named) int { return a.from - b.from })
	return out
}

// readLabels finds labels, unless the query is not to be expanded.
func (q *querying) readLabels(tokens []text.Token) []Reading {
	if q.request.Expand == ExpandNone {
		return nil
	}
	return q.st.labels.readAmong(tokens, q.request.Lang, q.allowed())
}
