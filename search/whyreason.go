package search

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
)

// absence names all reasons why the asset is not found.
func (w *inquiry) absence(v *verdict) []WhyReason {
	out := []WhyReason{}
	say := func(r WhyReason) {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	if v.hidden {
		for _, r := range w.hiding() {
			reason := WhyReason{Code: whyHidden, Message: "hidden by curation for " + w.q.occasion(r)}
			if w.q.request.Access.All {
				reason.Rule = r.ID
			}
			say(reason)
		}
	}
	for _, r := range w.refusals() {
		say(r)
	}
	for _, field := range w.fields() {
		if w.fails(field, nil) {
			say(w.filterReason(field))
		}
	}
	if not := w.exclusions(); len(not) > 0 && len(v.filters) > 0 {
		say(WhyReason{Code: whyExcluded, Message: "the query leaves out what the asset has: " + strings.Join(not, ", ")})
	}
	if !v.pinned {
		for _, g := range v.excluded {
			say(WhyReason{Code: whyExcluded, Part: w.q.parts[g], Message: "the query leaves out “" + w.q.parts[g] + "”, which the asset has"})
		}
		for _, g := range v.missing {
			say(WhyReason{Code: whyPhrase, Part: w.q.parts[g], Message: "the query demands “" + w.q.parts[g] + "”, which the asset lacks"})
		}
		if !v.suits {
			w.unsuited(v, say)
		}
	}
	if len(out) == 0 {
		say(WhyReason{Code: whyPending, Message: "the record changed a moment ago, and the index has not seen it yet"})
	}
	return out
}

// refusals names what of approval and rights keeps the asset out.
func (w *inquiry) refusals() []WhyReason {
	access, a := w.plan.Access, w.asset
	if access.All && !access.Rights {
		return nil
	}
	var out []WhyReason
	if !access.All && a.Approval != semdex.Approved {
		out = append(out, WhyReason{Code: whyApproval, Message: "not approved: it is " + string(a.Approval)})
	}
	deny := func(message string) { out = append(out, WhyReason{Code: whyRights, Message: message}) }
	if a.Rights == nil {
		if access.DenyMissing {
			deny(string(semdex.RightsMissing))
		}
		return out
	}
	c := extension(a, access)
	if c.ValidFrom != "" {
		deny(fmt.Sprintf("%s: it is valid from %s, asked about is %s", semdex.RightsNotYet, a.Rights.ValidFrom, access.Use.On))
	}
	if c.ValidUntil != "" {
		deny(fmt.Sprintf("%s: it was valid until %s, asked about is %s", semdex.RightsExpired, a.Rights.ValidUntil, access.Use.On))
	}
	if c.Territory != "" {
		deny(fmt.Sprintf("%s: it is cleared for %s, asked about is %s", semdex.RightsTerritory, strings.Join(a.Rights.Territories, ", "), c.Territory))
	}
	if c.Channel != "" {
		deny(fmt.Sprintf("%s: it is cleared for %s, asked about is %s", semdex.RightsChannel, strings.Join(a.Rights.Channels, ", "), c.Channel))
	}
	return out
}

// maxShown bounds how many values of an asset a reason lists.
const maxShown = 8

func (w *inquiry) filterReason(field string) WhyReason {
	asked := slices.Clone(w.q.filtered[field])
	for _, c := range w.clauses() {
		if c.Kind == Scoped && !c.Not && c.Field == field && !slices.Contains(asked, c.Value) {
			asked = append(asked, c.Value)
		}
	}
	has := "nothing"
	if w.q.isRange(field, asked) || field == "id" {
		has = w.numberIn(field)
	} else if d, known := w.q.st.dimension(trimDirect(field), w.q.view.Fields()); known {
		if names := w.valuesIn(d); len(names) > 0 {
			has = strings.Join(names[:min(len(names), maxShown)], ", ")
		}
	}
	return WhyReason{Code: whyFilter, Field: field, Message: fmt.Sprintf("the filter on %s asks for %s; the asset has %s", field, strings.Join(asked, " or "), has)}
}

// exclusions gives the -field:value clauses of the query that leave the asset out.
func (w *inquiry) exclusions() []string {
	var out []string
	d := w.q.st.dossier(w.asset)
	for _, c := range w.clauses() {
		if c.Kind != Scoped || !c.Not {
			continue
		}
		if f, err := w.q.filter(c.Field, []string{c.Value}); err == nil && d.passes(&f) {
			out = append(out, c.Field+":"+c.Value)
		}
	}
	return out
}

// valuesIn names what the asset has in a dimension, what stands above left out.
func (w *inquiry) valuesIn(d *Dimension) []string {
	g := w.q.st.grouping(d, true)
	var groups []int32
	for _, field := range g.Fields() {
		for _, v := range assetValues(w.asset, field) {
			groups = appendNew(groups, g.Groups(Value{field, v}))
		}
	}
	var names []string
	for _, group := range groups {
		name, _ := g.Name(group, w.q.request.Lang)
		names = append(names, name)
	}
	return names
}

// numberIn writes the asset's id or one of NumberFields as filters take it.
func (w *inquiry) numberIn(field string) string {
	if field == "id" {
		return string(w.asset.ID)
	}
	n, known := assetNumber(w.asset, field)
	switch {
	case !known:
		return "none"
	case isTimeField(field):
		return timestamp(time.Unix(n, 0))
	case field == "duration":
		return strconv.FormatFloat(w.asset.Duration, 'f', -1, 64)
	}
	return strconv.FormatInt(n, 10)
}

// unsuited says for each part of the query that nothing in the asset speaks for it, or that only a wider expansion
// finds what does.
func (w *inquiry) unsuited(v *verdict, say func(WhyReason)) {
	wider := w.reached()
	for g := range w.plan.Groups {
		part := w.q.parts[g]
		if w.plan.Groups[g].Excluded || w.plan.Groups[g].Required {
			continue
		}
		message := "no text of the asset says “" + part + "”"
		if named := w.namedIn(part); len(named) > 0 {
			message = "neither tagged with " + strings.Join(named, " or ") + " or anything searched for with it, nor does a text of the asset name it"
		}
		say(WhyReason{Code: whyNotTagged, Part: part, Message: message})
		if r, found := wider[part]; found {
			say(r)
		}
	}
}

// namedIn gives the names of the concepts that a part of the query names.
func (w *inquiry) namedIn(part string) []string {
	var out []string
	for _, n := range w.q.named {
		if label := w.q.st.label(n.concept, w.q.request.Lang); strings.Contains(part, w.q.request.Query[n.from:n.to]) && !slices.Contains(out, label) {
			out = append(out, label)
		}
	}
	return out
}

// reached gives by part of the query what the next wider expansion that finds anything would find in the asset.
func (w *inquiry) reached() map[string]WhyReason {
	out := map[string]WhyReason{}
	for _, wider := range slices.Concat(w.expansions()...) {
		v, q := w.try([]WhyChange{wider})
		if v == nil {
			continue
		}
		for _, m := range v.matches {
			if _, told := out[q.parts[m.Group]]; !told && m.Reason >= 0 {
				out[q.parts[m.Group]] = q.beyond(m, wider, w.q.request)
			}
		}
	}
	return out
}

// beyond says what evidence lies beyond the expansion that was asked for.
func (q *querying) beyond(m Match, wider WhyChange, asked *Request) WhyReason {
	r := &q.reasons[m.Reason]
	out := WhyReason{Code: whyExpansion, Part: q.parts[m.Group]}
	what := "it has “" + r.words + "”"
	if r.named >= 0 {
		out.Concept = q.st.th.ID(r.expanded.Concept)
		name, via := q.st.label(r.expanded.Concept, q.request.Lang), (&hitWriter{q: q}).via(r)
		switch {
		case m.Value != nil:
			what = "it is tagged " + name + via
		case r.label != nil && r.label.Kind != semdex.HiddenLabel:
			what = "a text of it says “" + r.label.Text + "”, a name of " + name + via
		default:
			what = "a text of it names " + name + via
		}
	}
	switch wider.Kind {
	case ChangeExpand:
		out.Message = fmt.Sprintf("%s; expand=%s reaches that, expand=%s does not", what, wider.Value, asked.Expand)
	case ChangeDepth:
		out.Message = fmt.Sprintf("%s, %d levels down; depth=%d does not reach that", what, r.expanded.Distance, *asked.Depth)
	case ChangeInclude:
		out.Message = what + "; the request does not expand into " + wider.Value
	case ChangeSchemes:
		out.Message = what + "; the request takes concepts of other schemes alone"
	}
	return out
}

// lowness says what the hit before has and the asset lacks.
func (w *inquiry) lowness(at ranked) []WhyReason {
	out := []WhyReason{}
	switch {
	case len(w.plan.Sort) > 0:
		return append(out, WhyReason{Code: whyScore, Message: "the request sorts by " + w.plan.Sort[0].Field + ", and the hit before comes first by that"})
	case at.before.Pinned:
		return append(out, WhyReason{Code: whyPinned, Message: "the hit before is pinned by curation"})
	case !slices.ContainsFunc(w.plan.Groups, func(g Group) bool { return !g.Excluded }):
		return append(out, WhyReason{Code: whyScore, Message: "the query asks for nothing that could be ranked: what was modified last comes first, and the hit before comes first by that"})
	}
	mine, theirs := map[int]Match{}, map[int]Match{}
	weighed := slices.ContainsFunc(w.plan.Groups, func(g Group) bool { return g.Share > 0 })
	for _, m := range at.self.Matches {
		mine[m.Group] = m
	}
	for _, m := range at.before.Matches {
		theirs[m.Group] = m
	}
	for _, g := range slices.Sorted(maps.Keys(theirs)) {
		m, found := mine[g]
		switch part := w.q.parts[g]; {
		case !found:
			out = append(out, WhyReason{Code: whyPart, Part: part, Message: "nothing in the asset speaks for “" + part + "”; the hit before has that as " + theirs[g].Class.String()})
		case m.Class > theirs[g].Class && !weighed:
			out = append(out, WhyReason{Code: whyClass, Part: part, Message: fmt.Sprintf("for “%s” its evidence is of the class %s; that of the hit before is %s, which comes first", part, m.Class, theirs[g].Class)})
		}
	}
	if weighed {
		return append(out, WhyReason{Code: whyScore, Message: fmt.Sprintf("of what the text is about the hit before covers more: it scores %.4f, the asset %.4f", at.before.Score, at.self.Score)})
	}
	if len(out) > 0 {
		return out
	}
	if w.q.curated.raised[at.before.ID] != nil && w.q.curated.raised[w.asset.ID] == nil {
		return append(out, WhyReason{Code: whyRaised, Message: "the hit before suits the query as well and is raised by curation"})
	}
	if at.before.Score == at.self.Score {
		return append(out, WhyReason{Code: whyScore, Message: fmt.Sprintf("the hit before suits the query in the same classes and scores as much, %.4f; of such hits the newer comes first", at.self.Score)})
	}
	return append(out, WhyReason{Code: whyScore, Message: fmt.Sprintf("the hit before suits the query in the same classes and scores %.4f; the asset scores %.4f", at.before.Score, at.self.Score)})
}
