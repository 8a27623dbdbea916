package search

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/internal/text"
)

// maxParts bounds how many parts of a query are searched for.
const maxParts = 64

// addUnits makes the groups and the filters of a plan. What OR joins is one group, or one filter.
func (q *querying) addUnits(p *Plan, units []unit) error {
	q.filtered, q.ranged = q.asked(nil), map[string][]string{}
	for i := 0; i < len(units); {
		end := i + 1
		for end < len(units) && units[end].Or {
			end++
		}
		if err := q.addChain(p, units[i:end]); err != nil {
			return err
		}
		i = end
	}
	q.addWholeCode(p)
	filters, err := q.filters(q.filtered)
	p.Filters = append(filters, p.Filters...)
	return err
}

// addChain adds units that OR joins. "-" leaves a unit out, wherever it stands.
func (q *querying) addChain(p *Plan, units []unit) error {
	var joined []unit
	for _, u := range units {
		switch {
		case u.Not && u.isField():
			f, err := q.filter(u.Field, []string{u.Value})
			if err != nil {
				return err
			}
			f.Name, f.Not = "", true
			p.Filters = append(p.Filters, f)
		case u.Not:
			q.addGroup(p, []unit{u})
		default:
			joined = append(joined, u)
		}
	}
	switch {
	case len(joined) == 0:
		return nil
	case slices.ContainsFunc(joined, func(u unit) bool { return !u.isField() }):
		q.addGroup(p, joined)
		return nil
	}
	return q.addFieldFilter(p, joined)
}

// isConcept reports a clause that asks for a concept.
func (c Clause) isConcept() bool { return c.Kind == Scoped && trimDirect(c.Field) == everything.Name }

func trimDirect(field string) string { return strings.TrimSuffix(field, ".direct") }

// isField reports field:value that is no concept.
func (u *unit) isField() bool { return u.Kind == Scoped && !u.isConcept() }

// addFieldFilter filters by field:value, or by several that OR joins. Values of one field widen the filter that the
// request has for it.
func (q *querying) addFieldFilter(p *Plan, units []unit) error {
	same := !slices.ContainsFunc(units, func(u unit) bool { return u.Field != units[0].Field })
	var values []string
	for _, u := range units {
		values = append(values, u.Value)
	}
	switch field := units[0].Field; {
	case same && q.isRange(field, values):
		ranges, err := rangeFilters(field, values)
		p.Filters = append(p.Filters, ranges...)
		q.ranged[field] = append(q.ranged[field], values...)
		return err
	case same:
		q.filtered[field] = append(slices.Clip(q.filtered[field]), values...)
		return nil
	}
	var either Filter
	for _, u := range units {
		f, err := q.filter(u.Field, []string{u.Value})
		if err != nil {
			return err
		}
		if f.Range != nil {
			f.Values = years(f.Range)
		}
		either.Values = append(either.Values, f.Values...)
	}
	p.Filters = append(p.Filters, either)
	return nil
}

// maxYears bounds the years that a range of time is taken apart into.
const maxYears = 100

// years gives the values of whole years of creation that a range is, nil where it is another one.
func years(r *Range) []Value {
	from, to := time.Unix(r.From, 0).UTC(), time.Unix(r.To, 0).UTC().Add(time.Second)
	whole := func(t time.Time) bool { return t.Equal(time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)) }
	if r.Field != "created" || r.From <= -1<<62 || r.To >= 1<<62 || !whole(from) || !whole(to) || to.Year()-from.Year() > maxYears {
		return nil
	}
	var out []Value
	for year := from.Year(); year < to.Year(); year++ {
		out = append(out, Value{"year", fmt.Sprintf("%04d", year)})
	}
	return out
}

// takes reports whether a part of the query is to be searched for: not one that stood there before, and no
// more than maxParts. What is left out for the second reason is counted and told.
func (q *querying) takes(p *Plan, part string) bool {
	if _, again := q.taken[part]; again {
		return false
	}
	if len(p.Groups) >= maxParts {
		q.ignored++
		return false
	}
	if q.taken == nil {
		q.taken = map[string]int{}
	}
	q.taken[part] = len(p.Groups)
	return true
}

// addGroup adds one group of units, of which an asset needs to suit one.
func (q *querying) addGroup(p *Plan, units []unit) {
	var keys, parts []string
	units = slices.DeleteFunc(units, func(u unit) bool {
		again := slices.Contains(keys, u.key())
		keys = append(keys, u.key())
		return again
	})
	not := units[0].Not
	if !q.takes(p, fmt.Sprint(not, keys)) {
		return
	}
	g := Group{Excluded: not, Share: units[0].share}
	for i := range units {
		q.addEvidence(&g, &units[i])
		parts = append(parts, q.request.Query[units[i].Start:units[i].End])
	}
	g.Required = g.Required && !not
	p.Groups, q.parts = append(p.Groups, g), append(q.parts, strings.Join(parts, " OR "))
}

// addEvidence adds to a group what counts for one unit.
func (q *querying) addEvidence(g *Group, u *unit) {
	before := len(g.Texts)
	var inside func(int32) bool
	switch {
	case u.isConcept():
		g.Required = true
		q.addBorne(g, u)
		return
	case u.Kind == Scoped:
		g.Required = true
		q.addField(g, u)
		return
	case len(u.senses) > 0:
		inside = q.addSenses(g, u)
	}
	q.addKindsOf(g, u)
	q.addCode(g, u)
	if len(u.Tokens) == 0 {
		return // a label of signs alone
	}
	from, to := u.Tokens[0].Start, u.Tokens[len(u.Tokens)-1].End
	words := q.request.Query[from:to]
	if len(u.senses) > 0 {
		words = q.request.Query[u.Start:u.End]
	}
	q.reasons = append(q.reasons, reason{named: -1, words: words, weight: weightPrefLabel})
	t := TextEvidence{Terms: q.forms(u.Tokens), Prefix: u.Kind == Prefix, Scored: true, Class: Words, Weight: weightPrefLabel, Reason: len(q.reasons) - 1}
	if t.Prefix = t.Prefix || u.begins; u.Kind == Phrase || t.Prefix { // as written, not inflected
		t.Terms = firstForms(t.Terms)
	}
	texts := []TextEvidence{t}
	if len(u.senses) > 0 && u.Kind == Plain {
		texts = []TextEvidence{t.asWritten(q.st.labels.longerThan(t.Terms, inside)), t}
		texts[1].Class = NarrowerText
	}
	if len(u.whole) > 0 {
		word := t
		q.reasons = append(q.reasons, reason{named: -1, words: q.request.Query[u.whole[0].Start:u.whole[0].End], weight: weightPrefLabel})
		word.Terms, word.Reason = q.forms(u.whole), len(q.reasons)-1
		g.Texts = append(g.Texts, word)
	}
	g.Texts = slices.Insert(g.Texts, before, texts...) // of equals the first is told
	g.Required = g.Required || u.Kind == Phrase && u.share == 0 || u.must
	if !u.Not {
		q.words = append(q.words, texts...)
	}
}

func (q *querying) languages() []string {
	if q.request.Lang != "" {
		return []string{q.request.Lang}
	}
	return q.st.settings.Languages
}

func (q *querying) forms(tokens []text.Token) [][]string {
	terms := make([][]string, len(tokens))
	for i, t := range tokens {
		terms[i] = text.Forms(t, q.languages())
	}
	return terms
}

// addSenses adds what the concepts that words name expand to. Several concepts are all searched for, each with less
// weight. It tells which concepts are among those searched for, or below.
func (q *querying) addSenses(g *Group, u *unit) (inside func(int32) bool) {
	e := &evidence{st: q.st, lang: q.request.Lang, reasons: &q.reasons}
	expanded := make([][]Expanded, len(u.senses))
	for i, s := range u.senses {
		expanded[i] = q.rules.Expand(q.st.th, s.concept)
	}
	e.inside = q.st.inside(slices.Concat(expanded...))
	for i, s := range u.senses {
		e.capped, e.scale = false, s.weight*scaleAmbiguous(len(u.senses))
		e.add(g, s.concept, expanded[i])
		q.name(u, s, e.capped, expanded[i])
	}
	return e.inside
}

// addKindsOf adds the assets that bear kinds of what a word means.
func (q *querying) addKindsOf(g *Group, u *unit) {
	e := &evidence{st: q.st, lang: q.request.Lang, reasons: &q.reasons}
	before := len(q.reasons)
	for _, s := range u.kinds {
		e.scale = s.weight * scaleAmbiguous(len(u.kinds))
		for _, x := range q.rules.Expand(q.st.th, s.concept) {
			x.Class = max(x.Class, Narrower)
			e.addValues(g, s.concept, x)
		}
	}
	for i := range q.reasons[before:] {
		q.reasons[before+i].words = q.request.Query[u.Start:u.End]
	}
}

// name notes a concept to be told in the answer.
func (q *querying) name(u *unit, s sense, capped bool, expanded []Expanded) {
	q.named = append(q.named, namedConcept{concept: s.concept, from: u.Start, to: u.End, sense: s, ambiguous: len(u.senses) > 1,
		capped: capped, expanded: expanded, others: u.others})
}

// addBorne adds the assets that bear the concepts of concept:"label", or what is narrower. Texts do not count.
func (q *querying) addBorne(g *Group, u *unit) {
	rules := q.rules
	rules.Mode = ExpandNarrower
	if u.Field != everything.Name {
		rules.Mode = ExpandSynonyms
	}
	e := &evidence{st: q.st, lang: q.request.Lang, reasons: &q.reasons}
	for _, s := range u.senses {
		expanded := rules.Expand(q.st.th, s.concept)
		e.scale = s.weight * scaleAmbiguous(len(u.senses))
		for _, x := range expanded {
			e.addValues(g, s.concept, x)
		}
		if !u.Not {
			q.name(u, s, false, expanded)
		}
	}
	if u.uri != "" { // no vocabulary knows it, but assets may bear it
		q.addValue(g, Value{"concepts", u.uri})
	}
}

// addField adds the assets with the value of field:value.
func (q *querying) addField(g *Group, u *unit) {
	f, err := q.filter(u.Field, []string{u.Value})
	if err != nil {
		return // its form was checked before
	}
	if f.Range != nil {
		f.Values = years(f.Range)
	}
	for _, v := range f.Values {
		q.addValue(g, v)
	}
}

func (q *querying) addValue(g *Group, v Value) {
	q.reasons = append(q.reasons, reason{named: -1, words: v.Value, weight: weightCode})
	g.Values = append(g.Values, ValueEvidence{Value: v, Class: Exact, Weight: weightCode, Reason: len(q.reasons) - 1})
}

// conceptUnit makes a unit of concept:"label" or concept:<uri>. It is false where that names nothing.
func (q *querying) conceptUnit(c Clause) (unit, bool) {
	u := unit{Clause: c}
	if found, ok := q.st.th.Find(semdex.ConceptID(c.Value)); ok {
		u.senses = []sense{{concept: found, by: "uri", weight: 1}}
		return u, true
	}
	in := q.allowed()
	if refs := among(q.st.labels.Whole(c.Value), in); len(refs) > 0 {
		u.senses = sensesOf(preferLanguage(refs, q.request.Lang), 1)
	} else if readings := q.st.labels.readAmong(text.Tokens(c.Value), q.request.Lang, in); len(readings) == 1 && readings[0].To-readings[0].From == len(text.Tokens(c.Value)) {
		u.senses = sensesOf(readings[0].Refs, 1)
	} else {
		u.senses = sensesNoted(q.st.labels.notedAlike(c.Value, in), c.Value)
	}
	if len(u.senses) == 0 && strings.Contains(c.Value, "://") {
		u.uri = c.Value
	}
	return u, len(u.senses) > 0 || u.uri != ""
}

func (q *querying) isRangeClause(c Clause) bool {
	return c.Kind == Scoped && q.isRange(c.Field, []string{c.Value})
}

// besideItsOwn reports whether all that OR joins to clause i is of its field.
func (c Clause) besideItsOwn(clauses []Clause, i int) bool {
	first, end := i, i+1
	for first > 0 && clauses[first].Or {
		first--
	}
	for end < len(clauses) && clauses[end].Or {
		end++
	}
	return !slices.ContainsFunc(clauses[first:end], func(o Clause) bool { return o.Kind != Scoped || o.Field != c.Field })
}

// conceptClauses makes plain words of what stands behind concept: and names nothing, and of a range of time that OR
// joins with something else and that is no whole year.
func (q *querying) conceptClauses(clauses []Clause) []Clause {
	var out []Clause
	for i, c := range clauses {
		keep := true
		switch joined := c.Or || i+1 < len(clauses) && clauses[i+1].Or; {
		case joined && !c.Not && q.isRangeClause(c):
			r, ok := readRange(c.Field, c.Value)
			keep = ok && len(years(&r)) > 0 || c.besideItsOwn(clauses, i)
		case c.isConcept():
			_, keep = q.conceptUnit(c)
		}
		if keep {
			out = append(out, c)
			continue
		}
		tokens := tokensAt(q.request.Query, c.At, c.At+len(c.Value))
		switch {
		case len(tokens) > 0 && c.Not:
			out = append(out, Clause{Kind: Phrase, Tokens: tokens, Not: true, Start: c.Start, End: c.End})
		default:
			for i, t := range tokens {
				out = append(out, Clause{Kind: Plain, Tokens: []text.Token{t}, Or: c.Or && i == 0, Start: t.Start, End: t.End})
			}
		}
	}
	return out
}
