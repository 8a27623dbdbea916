package search

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"semdex"
)

// ChangeKind says what a WhyChange does.
type ChangeKind string

const (
	ChangeExpand   ChangeKind = "expand"        // ask with expand=Value, which includes the mode asked with
	ChangeDepth    ChangeKind = "depth"         // ask with depth=Value, which is more
	ChangeInclude  ChangeKind = "include"       // ask without Value among what is excluded from the expansion
	ChangeSchemes  ChangeKind = "any_scheme"    // ask without a scheme that concepts of the query must come from
	ChangeFilter   ChangeKind = "remove_filter" // ask without the filter on Field, wherever it stands
	ChangeTerm     ChangeKind = "drop_term"     // ask without Term, an exclusion or a phrase, and the OR beside it
	ChangeTag      ChangeKind = "add_tag"       // tag the asset with Concept, or with the words Value
	ChangeApproval ChangeKind = "approve"       // approve the asset
	ChangeRights   ChangeKind = "extend_rights" // extend the asset's rights to the use asked about, by the bounds given
	ChangeCuration ChangeKind = "unhide"        // let Rule not hide the asset
)

// WhyChange is one change to a request, to an asset or to the library's curation. These are all single changes that
// Why weighs: each kind above, with a mode or depth of expansion; a filter, in the request or as field:value in the
// query; an exclusion or a phrase of the query, or the whole query where it is signs alone; a concept that the query or a filter names, or a word or phrase of the query;
// the approval; the rights record as a whole; a rule.
type WhyChange struct {
	Kind    ChangeKind       `json:"kind"`
	Field   string           `json:"field,omitempty"`
	Concept semdex.ConceptID `json:"concept,omitempty"`
	Label   string           `json:"label,omitempty"` // of Concept
	Value   string           `json:"value,omitempty"`
	Term    string           `json:"term,omitempty"`
	Rule    string           `json:"rule,omitempty"` // its id, for those who see everything

	ValidFrom  semdex.Date `json:"valid_from,omitempty"`
	ValidUntil semdex.Date `json:"valid_until,omitempty"`
	Territory  string      `json:"territory,omitempty"` // to add
	Channel    string      `json:"channel,omitempty"`   // to add
}

// Request gives r with the change made; r itself where the change is to something else.
func (c WhyChange) Request(r Request) Request {
	switch c.Kind {
	case ChangeExpand:
		r.Expand = Mode(c.Value)
	case ChangeDepth:
		if n, err := strconv.Atoi(c.Value); err == nil {
			r.Depth = &n
		}
	case ChangeInclude:
		r.Exclude = slices.Clone(r.Exclude)
		if i := slices.Index(r.Exclude, c.Value); i >= 0 {
			r.Exclude = slices.Delete(r.Exclude, i, i+1)
		}
	case ChangeSchemes:
		r.Schemes = nil
	case ChangeFilter:
		r.Filters = maps.Clone(r.Filters)
		delete(r.Filters, c.Field)
		for _, term := range scopedTerms(r.Query, c.Field) {
			r.Query = cutTerm(r.Query, term)
		}
	case ChangeTerm:
		r.Query = cutTerm(r.Query, c.Term)
	}
	return r
}

// scopedTerms gives the clauses of a query that filter by the field.
func scopedTerms(query, field string) []string {
	clauses, err := ReadQuery(query, func(name string) bool { return name == field })
	if err != nil {
		return nil
	}
	var terms []string
	for _, c := range clauses {
		if c.Kind == Scoped && !c.Not {
			terms = append(terms, query[c.Start:c.End])
		}
	}
	return terms
}

// Asset gives a copy of a with the change made; a itself where the change is to something else.
func (c WhyChange) Asset(a *semdex.Asset) *semdex.Asset {
	changed := *a
	switch c.Kind {
	case ChangeTag:
		if c.Concept != "" {
			changed.Concepts = append(slices.Clone(a.Concepts), string(c.Concept))
		} else {
			changed.Tags = append(slices.Clone(a.Tags), c.Value)
		}
	case ChangeApproval:
		changed.Approval = semdex.Approved
	case ChangeRights:
		r := semdex.Rights{}
		if a.Rights != nil {
			r = *a.Rights
		}
		c.extend(&r)
		changed.Rights = &r
	default:
		return a
	}
	return &changed
}

// extend widens the bounds that the change names.
func (c WhyChange) extend(r *semdex.Rights) {
	if c.ValidFrom != "" {
		r.ValidFrom = c.ValidFrom
	}
	if c.ValidUntil != "" {
		r.ValidUntil = c.ValidUntil
	}
	if c.Territory != "" {
		r.Territories = append(slices.Clone(r.Territories), c.Territory)
	}
	if c.Channel != "" {
		r.Channels = append(slices.Clone(r.Channels), c.Channel)
	}
}

// values gives the raw values that the change lets the asset bear.
func (c WhyChange) values() []Value {
	switch {
	case c.Kind == ChangeTag && c.Concept != "":
		return []Value{{"concepts", string(c.Concept)}}
	case c.Kind == ChangeTag:
		return []Value{{"tags", c.Value}}
	case c.Kind == ChangeApproval:
		return []Value{{"approval", string(semdex.Approved)}}
	}
	return nil
}

// extension gives the least change to the rights of an asset that clears it for the use.
func extension(a *semdex.Asset, access Access) WhyChange {
	c := WhyChange{Kind: ChangeRights}
	r, u := a.Rights, access.Use
	if r == nil {
		return c // any record will do
	}
	only := func(bound *semdex.Rights) bool { return bound.Refuses(u, false) != semdex.Allowed }
	if only(&semdex.Rights{ValidFrom: r.ValidFrom}) {
		c.ValidFrom = u.On
	}
	if only(&semdex.Rights{ValidUntil: r.ValidUntil}) {
		c.ValidUntil = u.On
	}
	if only(&semdex.Rights{Territories: r.Territories}) {
		c.Territory = u.Territory
	}
	if only(&semdex.Rights{Channels: r.Channels}) {
		c.Channel = u.Channel
	}
	return c
}

// cutTerm takes a term out of a query wherever it stands by itself, and the OR that joined it to its neighbours.
func cutTerm(query, term string) string {
	if term == "" {
		return query
	}
	for at := 0; ; {
		i := strings.Index(query[at:], term)
		if i < 0 {
			return strings.TrimSpace(query)
		}
		from, to := at+i, at+i+len(term)
		if !standsAlone(query, from, to) {
			_, size := utf8.DecodeRuneInString(query[from:])
			at = from + size
			continue
		}
		before, after := strings.TrimRightFunc(query[:from], unicode.IsSpace), strings.TrimLeftFunc(query[to:], unicode.IsSpace)
		if cut, joined := strings.CutSuffix(before, "OR"); joined && cut != "" && endsInSpace(cut) {
			before = strings.TrimRightFunc(cut, unicode.IsSpace)
		} else if cut, joined := strings.CutPrefix(after, "OR"); joined && cut != "" && startsWithSpace(cut) {
			after = strings.TrimLeftFunc(cut, unicode.IsSpace)
		}
		query = before + " " + after
		at = len(before)
	}
}

// standsAlone reports whether a stretch of a query is a piece of its own, or is quoted.
func standsAlone(query string, from, to int) bool {
	return (from == 0 || query[from] == '"' || endsInSpace(query[:from])) && (to == len(query) || query[to-1] == '"' || startsWithSpace(query[to:]))
}

func endsInSpace(s string) bool {
	c, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsSpace(c)
}
