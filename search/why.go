package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex"
)

// Why says why an asset is not in the answer to a request, or not higher up, and what would change that.
type Why struct {
	ID       semdex.AssetID `json:"id"`
	Query    string         `json:"q"`
	Found    bool           `json:"found"`
	Rank     int            `json:"rank,omitempty"` // from 1; left out where it is beyond the first 100,000
	Of       int            `json:"of"`             // how many are found
	Score    float64        `json:"score,omitempty"`
	Because  string         `json:"because,omitempty"`  // of a hit, as in an answer
	Evidence []Explanation  `json:"evidence,omitempty"` // of a hit, for each part of the query
	Reasons  []WhyReason    `json:"reasons"`
	Before   *Ahead         `json:"before,omitempty"` // the hit one rank higher
	// Changes is a smallest set of changes that together bring the asset in or, where it is found, put it before the
	// hit one rank higher. Alternatives are others of the same size.
	Changes      []WhyChange   `json:"changes"`
	Alternatives [][]WhyChange `json:"alternatives,omitempty"`
}

// Ahead is the hit one rank higher.
type Ahead struct {
	ID       semdex.AssetID `json:"id"`
	Score    float64        `json:"score"`
	Evidence []Explanation  `json:"evidence"`
}

// WhyReason is one reason why an asset is absent or low.
type WhyReason struct {
	Code    string           `json:"code" enum:"not_tagged,expansion,filter,rights,approval,excluded,phrase,hidden,part,class,score,pinned,raised,pending"`
	Message string           `json:"message"`
	Part    string           `json:"part,omitempty"`    // the words of the query it is about
	Field   string           `json:"field,omitempty"`   // of a filter
	Concept semdex.ConceptID `json:"concept,omitempty"` // that the asset bears and the request does not reach
	Rule    string           `json:"rule,omitempty"`    // of the curation, for those who see everything
}

// Codes of WhyReason. The first ten keep an asset out, the others keep it low.
const (
	whyNotTagged = "not_tagged" // neither tagged with what a part of the query names, nor do its texts say it
	whyExpansion = "expansion"  // it has what a wider expansion reaches
	whyFilter    = "filter"
	whyRights    = "rights"
	whyApproval  = "approval"
	whyExcluded  = "excluded" // it has what the query leaves out
	whyPhrase    = "phrase"   // it lacks what the query demands
	whyHidden    = "hidden"   // by curation
	whyPending   = "pending"  // the index has not yet seen the record
	whyPart      = "part"     // the hit before suits more parts of the query
	whyClass     = "class"    // the hit before has evidence of a better class
	whyScore     = "score"    // the hit before scores more within the same classes
	whyPinned    = "pinned"   // the hit before is pinned
	whyRaised    = "raised"   // the hit before is raised
)

// maxRank is how far down the rank of an asset is looked for.
const maxRank = 100_000

// inquiry is a question about one asset and one request.
type inquiry struct {
	ctx   context.Context // of the one call that it lives for
	s     *Service
	q     *querying
	plan  *Plan
	asset *semdex.Asset
	own   int // of the request's exclusions from expansion: those of the library follow
}

// Why says why an asset is not in the answer to r, or not higher up. Where it stands is that of the whole answer,
// whichever page r asks for. An asset that neither eyes nor r.Access may see is NotFound, as one that does not exist.
func (s *Service) Why(ctx context.Context, id string, r Request, eyes Access) (*Why, error) {
	r.Offset, r.Limit, r.Cursor, r.Facets, r.Sort, r.Explain = 0, 1, "", nil, slices.Clone(r.Sort), true
	own := len(r.Exclude)
	s.settings.Expansion.complete(&r)
	if err := normalize(&r); err != nil {
		return nil, err
	}
	q := s.begin(&r)
	defer q.view.Release()
	eyes.Restriction = q.restriction(eyes.Only)
	asset, err := s.visible(q.view, id, eyes)
	if semdex.CodeOf(err) == semdex.NotFound && err != nil {
		asset, err = s.visible(q.view, id, r.Access)
	}
	if err != nil {
		return nil, err
	}
	plan, err := q.plan(ctx)
	if err != nil {
		return nil, err
	}
	w := &inquiry{ctx: ctx, s: s, q: q, plan: plan, asset: asset, own: own}
	out := &Why{ID: asset.ID, Query: r.Query, Reasons: []WhyReason{}, Changes: []WhyChange{}}
	return out, w.answer(ctx, out)
}

func (w *inquiry) answer(ctx context.Context, out *Why) error {
	rank, err := w.rank(ctx, out)
	if err != nil {
		return err
	}
	verdict := w.q.st.dossier(w.asset).judge(w.plan)
	var proposals [][]WhyChange
	switch {
	case !out.Found:
		out.Reasons = w.absence(verdict)
		if !verdict.present() {
			proposals = smallest(ctx, w.candidates(verdict), func(set []WhyChange) bool {
				v, _ := w.try(set)
				return v != nil && v.present()
			})
		}
	case rank.before != nil:
		out.Reasons = w.lowness(rank)
		proposals = smallest(ctx, w.raising(rank), func(set []WhyChange) bool { return len(set) == 1 && w.raises(set, rank) })
	}
	if !w.q.request.Access.All {
		withoutRules(proposals)
	}
	if len(proposals) > 0 {
		out.Changes, out.Alternatives = proposals[0], proposals[1:]
	}
	return ctx.Err()
}

// withoutRules leaves out which rules of the curation are meant.
func withoutRules(proposals [][]WhyChange) {
	for _, set := range proposals {
		for i := range set {
			set[i].Rule = ""
		}
	}
}

// ranked is where a hit stands, and the hit before it.
type ranked struct {
	self, before *Found
}

// rank finds the asset among the hits.
func (w *inquiry) rank(ctx context.Context, out *Why) (ranked, error) {
	p := *w.plan
	p.Filters = append(slices.Clone(p.Filters), Filter{Values: []Value{{"id", string(w.asset.ID)}}})
	alone, err := w.q.view.Search(ctx, &p)
	if err != nil {
		return ranked{}, err
	}
	p = *w.plan
	p.Limit = 0
	whole, err := w.q.view.Search(ctx, &p)
	if err != nil {
		return ranked{}, err
	}
	out.Of, out.Found = whole.Total, alone.Total > 0 && len(alone.Hits) > 0
	if !out.Found {
		return ranked{}, nil
	}
	at := ranked{}
	for p.Limit = 1000; out.Rank == 0; p.Limit = 20_000 {
		r, err := w.q.view.Search(ctx, &p)
		if err != nil {
			return ranked{}, err
		}
		for i := range r.Hits {
			if r.Hits[i].ID == w.asset.ID {
				out.Rank = p.Offset + i + 1
				at.self = &r.Hits[i]
				break
			}
			at.before = &r.Hits[i]
		}
		if p.Offset += p.Limit; len(r.Hits) < p.Limit || p.Offset > maxRank {
			break
		}
	}
	if at.self == nil {
		at = ranked{self: &alone.Hits[0]}
	}
	return at, w.tell(out, at)
}

// tell puts what speaks for the hit, and for the one before it, into the answer.
func (w *inquiry) tell(out *Why, at ranked) error {
	w.q.marker = newMarker(w.plan.Groups)
	hit, err := w.s.hit(w.q, *at.self)
	if err != nil || hit == nil {
		return err
	}
	out.Score, out.Because, out.Evidence = hit.Score, hit.Matched.Because, hit.Explain
	if at.before == nil {
		return nil
	}
	if hit, err = w.s.hit(w.q, *at.before); err != nil || hit == nil {
		return err
	}
	out.Before = &Ahead{ID: hit.ID, Score: hit.Score, Evidence: append([]Explanation{}, hit.Explain...)}
	return nil
}

// try judges the asset as it would stand with the changes made; nil where no plan comes of them.
func (w *inquiry) try(changes []WhyChange) (*verdict, *querying) {
	r, asset := *w.q.request, w.asset
	q := &querying{request: &r, curation: w.q.curation, moment: w.q.moment, pages: w.q.pages, epoch: w.q.epoch}
	var supposed []Value
	for _, c := range changes {
		r, asset = c.Request(r), c.Asset(asset)
		supposed = append(supposed, c.values()...)
		if c.Kind == ChangeCuration {
			q.suspended = append(q.suspended, c.Rule)
		}
	}
	q.st, q.view = w.q.st, w.q.view
	if asset != w.asset {
		q.st, q.view = w.q.supposing(supposed, w.asset, asset)
	}
	plan, err := q.plan(w.ctx)
	if err != nil {
		return nil, nil
	}
	return q.st.dossier(asset).judge(plan), q
}

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
	return append(out, WhyReason{Code: whyScore, Message: fmt.Sprintf("the hit before suits the query in the same classes and scores %.4f; the asset scores %.4f", at.before.Score, at.self.Score)})
}
