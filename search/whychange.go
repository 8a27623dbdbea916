package search

import (
	"slices"
	"strconv"
	"strings"

	"semdex"
)

// candidates gives the single changes that may help, in the order in which they are proposed: those to the request
// first. The modes of expansion exclude each other.
func (w *inquiry) candidates(v *verdict) []slot {
	var slots []slot
	tags := w.tags()
	for _, field := range w.fields() {
		slots = append(slots, slot{[]WhyChange{{Kind: ChangeFilter, Field: field}}, w.fails(field, nil) && w.failsAnyway(field, tags)})
	}
	for _, c := range w.terms() {
		slots = append(slots, slot{[]WhyChange{{Kind: ChangeTerm, Term: c.term}}, c.not && w.excludes(c.term)})
	}
	for _, rule := range w.hiding() {
		slots = append(slots, slot{[]WhyChange{{Kind: ChangeCuration, Rule: rule.ID}}, true})
	}
	clearing := w.clearing()
	return append(w.helpful(slots, clearing, v, append(w.expansions(), split(tags)...)), clearing...)
}

// clearing gives what lets the access see the asset, or an approval filter take it in.
func (w *inquiry) clearing() []slot {
	var slots []slot
	access := w.plan.Access
	if w.asset.Approval != semdex.Approved && (!access.All || slices.Contains(w.fields(), "approval")) {
		slots = append(slots, slot{[]WhyChange{{Kind: ChangeApproval}}, !access.All})
	}
	if (!access.All || access.Rights) && w.asset.Rights.Refuses(access.Use, access.DenyMissing) != semdex.Allowed {
		slots = append(slots, slot{[]WhyChange{extension(w.asset, access)}, true})
	}
	return slots
}

// expansions gives the ways to expand farther: by mode, by depth, without what bounds it.
func (w *inquiry) expansions() [][]WhyChange {
	var modes, depths []WhyChange
	for _, m := range w.wider() {
		modes = append(modes, WhyChange{Kind: ChangeExpand, Value: string(m)})
	}
	out := [][]WhyChange{modes, depths}
	if r := w.q.request; r.Expand != ExpandNone {
		for _, depth := range w.deeper() {
			out[1] = append(out[1], WhyChange{Kind: ChangeDepth, Value: strconv.Itoa(depth)})
		}
		for _, name := range r.Exclude[:w.own] {
			out = append(out, []WhyChange{{Kind: ChangeInclude, Value: name}})
		}
		if len(r.Schemes) > 0 {
			out = append(out, []WhyChange{{Kind: ChangeSchemes}})
		}
	}
	return out
}

// deeper gives the depths beyond the one asked for at which a concept lies that the query's lead to.
func (w *inquiry) deeper() []int {
	depth := w.q.request.Depth
	if depth == nil {
		return nil
	}
	rules := w.q.rules
	rules.Depth, rules.Mode = nil, ExpandNarrower
	var out []int
	for _, n := range w.q.named {
		for _, x := range rules.Expand(w.q.st.th, n.concept) {
			if x.Distance > *depth && !slices.Contains(out, x.Distance) {
				out = append(out, x.Distance)
			}
		}
	}
	slices.Sort(out)
	return out
}

// split makes a list of each.
func split(changes []WhyChange) [][]WhyChange {
	var out [][]WhyChange
	for _, c := range changes {
		out = append(out, []WhyChange{c})
	}
	return out
}

// wider are the modes beyond the one asked with.
func (w *inquiry) wider() []Mode { return Modes[1+slices.Index(Modes, w.q.request.Expand):] }

// helpful adds those of more that alone, or with what is needed or drops a term, make a condition hold.
func (w *inquiry) helpful(slots, clearing []slot, v *verdict, more [][]WhyChange) []slot {
	if v.suits && len(v.missing)+len(v.filters) == 0 {
		return slots
	}
	var needed, dropped []WhyChange
	for _, s := range slices.Concat(slots, clearing) {
		if s.needed {
			needed = append(needed, s.changes[0])
		}
		if s.needed || s.changes[0].Kind == ChangeTerm || s.changes[0].Kind == ChangeFilter {
			dropped = append(dropped, s.changes[0])
		}
	}
	for _, changes := range more {
		changes = slices.DeleteFunc(slices.Clone(changes), func(c WhyChange) bool {
			one := []WhyChange{c}
			return !w.helps(nil, one) && !w.helps(needed, one) && !w.helps(dropped, one)
		})
		if len(changes) > 0 {
			slots = append(slots, slot{changes: changes})
		}
	}
	return slots
}

// helps reports whether one of the changes, beside others, adds evidence or lets a filter pass.
func (w *inquiry) helps(beside, changes []WhyChange) bool {
	before, _ := w.try(beside)
	return before == nil || slices.ContainsFunc(changes, func(c WhyChange) bool {
		after, _ := w.try(append(slices.Clone(beside), c))
		return after != nil && (len(after.matches) > len(before.matches) || len(after.filters) < len(before.filters) || after.suits && !before.suits || len(after.missing) < len(before.missing))
	})
}

// fails reports whether the asset, with the changes made, does not pass what the request filters by a field.
func (w *inquiry) fails(field string, beside []WhyChange) bool {
	with, _ := w.try(beside)
	without, _ := w.try(append(slices.Clip(beside), WhyChange{Kind: ChangeFilter, Field: field}))
	return with != nil && without != nil && len(without.filters) < len(with.filters)
}

// failsAnyway reports whether the asset does not pass a filter whatever tags it is given, and approved or not.
func (w *inquiry) failsAnyway(field string, tags []WhyChange) bool {
	return w.fails(field, tags) && w.fails(field, append(slices.Clip(tags), WhyChange{Kind: ChangeApproval}))
}

// excludes reports whether the asset has what a term of the query leaves out.
func (w *inquiry) excludes(term string) bool {
	before := w.q.st.dossier(w.asset).judge(w.plan)
	after, _ := w.try([]WhyChange{{Kind: ChangeTerm, Term: term}})
	return after != nil && len(after.excluded)+len(after.filters) < len(before.excluded)+len(before.filters)
}

// hiding gives all rules that fired and hide the asset: what one rule lets go another may still hide.
func (w *inquiry) hiding() []*CurationRule {
	var named []semdex.ConceptID
	for _, n := range w.q.named {
		named = append(named, w.q.st.th.ID(n.concept))
	}
	return slices.DeleteFunc(w.q.curation.match(w.q.request.Query, named, w.q.today), func(r *CurationRule) bool { return !slices.Contains(r.Hides, w.asset.ID) })
}

// queryTerm is a part of the query that may keep an asset out, as it is written.
type queryTerm struct {
	term string
	not  bool
}

// terms gives the exclusions and the phrases of the query.
func (w *inquiry) terms() []queryTerm {
	clauses, query := w.clauses(), w.q.request.Query
	if asked := strings.TrimSpace(query); len(clauses) == 0 && asked != "" && asked != "*" && w.q.whole() == nil {
		return []queryTerm{{term: asked}}
	}
	var terms []queryTerm
	for _, c := range clauses {
		if t := (queryTerm{written(query, &c), c.Not}); (c.Not || c.Kind == Phrase) && !slices.Contains(terms, t) {
			terms = append(terms, t)
		}
	}
	return terms
}

// clauses gives the clauses of the query; none where it is a label as a whole.
func (w *inquiry) clauses() []Clause {
	clauses, err := w.q.clauses()
	if err != nil || w.q.whole() != nil {
		return nil
	}
	return clauses
}

// fields gives the fields that the request filters by, those of field:value in the query included.
func (w *inquiry) fields() []string {
	fields := sortedKeys(w.q.filtered)
	for _, c := range w.clauses() {
		if c.Kind == Scoped && !c.Not && !slices.Contains(fields, c.Field) {
			fields = append(fields, c.Field)
		}
	}
	return fields
}

// written gives a clause with the signs around it.
func written(query string, c *Clause) string {
	from, to := c.Start, c.End
	if c.Kind == Scoped {
		return query[from:to]
	}
	for from > 0 && query[from] != '"' && query[from] != '-' && !endsInSpace(query[:from]) {
		from--
	}
	for to < len(query) && query[to-1] != '"' && !startsWithSpace(query[to:]) {
		to++
	}
	return query[from:to]
}

// tags gives the tags that would suit the query or a filter: for the request as it is, expanded, and without the terms
// that keep assets out.
func (w *inquiry) tags() []WhyChange {
	var out []WhyChange
	add := func(c WhyChange) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	var without []WhyChange
	for _, c := range w.terms() {
		without = append(without, WhyChange{Kind: ChangeTerm, Term: c.term})
	}
	for _, changes := range [][]WhyChange{nil, without, {{Kind: ChangeExpand, Value: string(Modes[len(Modes)-1])}}} {
		if _, q := w.try(changes); q != nil {
			q.tags(add)
		}
	}
	for _, name := range sortedKeys(w.q.filtered) {
		w.q.filterTags(name, add)
	}
	return out
}

// tags gives the concepts that the query names, then its words.
func (q *querying) tags(add func(WhyChange)) {
	for _, n := range q.named {
		add(WhyChange{Kind: ChangeTag, Concept: q.st.th.ID(n.concept), Label: q.st.label(n.concept, q.request.Lang)})
	}
	for _, t := range q.words {
		if words := q.reasons[t.Reason].words; words != "" {
			add(WhyChange{Kind: ChangeTag, Value: words})
		}
	}
}

// filterTags gives the concepts that a filter names.
func (q *querying) filterTags(name string, add func(WhyChange)) {
	base, _ := strings.CutSuffix(name, ".direct")
	d, known := q.st.dimension(base, q.view.Fields())
	if !known || !d.HasScheme {
		return
	}
	for _, value := range q.filtered[name] {
		for _, c := range q.conceptsNamed(d, value) {
			add(WhyChange{Kind: ChangeTag, Concept: q.st.th.ID(c), Label: q.st.label(c, q.request.Lang)})
		}
	}
}

// raising gives the tags that put a hit higher.
func (w *inquiry) raising(at ranked) []slot {
	weighed := slices.ContainsFunc(w.plan.Groups, func(g Group) bool { return g.Share > 0 })
	if len(w.plan.Sort) > 0 || at.before.Pinned || weighed {
		return nil
	}
	var slots []slot
	w.q.tags(func(c WhyChange) {
		if c.Concept != "" || len(w.q.named) == 0 {
			slots = append(slots, slot{changes: []WhyChange{c}})
		}
	})
	return slots
}

// raises reports whether the changes give the asset a better standing than the hit before it has.
func (w *inquiry) raises(set []WhyChange, at ranked) bool {
	v, _ := w.try(set)
	if v == nil || !v.present() {
		return false
	}
	groups, classes := standing(v.matches)
	aheadGroups, aheadClasses := standing(at.before.Matches)
	return groups > aheadGroups || groups == aheadGroups && classes < aheadClasses
}
