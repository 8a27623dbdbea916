package search

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"semdex"
	"semdex/internal/text"
)

// CurationRule is a decision about an answer: which assets stand first, higher, or not at all. It fires for a query, or
// for a concept that the query names. Filters, approval and rights hold for what it shows as for all else.
type CurationRule struct {
	ID       string           `json:"id"`
	Query    string           `json:"query,omitempty"`    // fires for a query that reads the same: case, accents and signs do not count
	Contains bool             `json:"contains,omitempty"` // and for one in which its words stand one after the other
	Concept  semdex.ConceptID `json:"concept,omitempty"`  // instead of Query: fires where the query names it
	Pins     []semdex.AssetID `json:"pins"`               // first, in this order, whether they suit the query or not
	Boosts   []semdex.AssetID `json:"boosts"`             // before what suits the query as well as they do
	Hides    []semdex.AssetID `json:"hides"`              // left out
	From     semdex.Date      `json:"from,omitempty"`     // first day it holds; none is any
	Until    semdex.Date      `json:"until,omitempty"`    // last day it holds; none is any
	Note     string           `json:"note,omitempty"`
	By       string           `json:"by,omitempty"`  // who set it last
	At       time.Time        `json:"at,omitzero"`   // when that was
	Made     time.Time        `json:"made,omitzero"` // when it was made; the older of two rules pins first
}

// Bounds of a CurationRule.
const (
	MaxRules       = 10_000 // of a library
	MaxRuleAssets  = 200    // in each of its lists
	MaxRuleQuery   = 512    // bytes
	MaxRuleNote    = 2000   // bytes
	maxRuleConcept = 2048   // bytes
)

// Check refuses a rule that cannot be meant. The error is Invalid and says what to change.
func (r *CurationRule) Check() error {
	bad := func(message, hint string) error {
		return &semdex.Error{Code: semdex.Invalid, Message: "the rule " + message, Hint: hint}
	}
	switch {
	case (r.Query == "") == (r.Concept == ""):
		return bad("needs a query or a concept, and not both", "query: the words that it is for; concept: the URI of the concept that a query names")
	case r.Query != "" && text.Key(r.Query) == "":
		return bad("has a query without a word or sign", "")
	case len(r.Query) > MaxRuleQuery || len(r.Concept) > maxRuleConcept || !utf8.ValidString(r.Query):
		return bad("has too long a query", fmt.Sprintf("at most %d bytes", MaxRuleQuery))
	case len(r.Note) > MaxRuleNote:
		return bad("has too long a note", fmt.Sprintf("at most %d bytes", MaxRuleNote))
	case r.Concept != "" && r.Contains:
		return bad("says contains, which is for a query", "leave contains out")
	case len(r.Pins)+len(r.Boosts)+len(r.Hides) == 0:
		return bad("does nothing", "give ids of assets in pins, boosts or hides")
	case r.From != "" && r.Until != "" && r.Until < r.From:
		return bad("ends on "+string(r.Until)+", before it begins on "+string(r.From), "until is the last day")
	}
	return r.checkAssets(bad)
}

func (r *CurationRule) checkAssets(bad func(message, hint string) error) error {
	in := map[semdex.AssetID]string{}
	for _, list := range []struct {
		name string
		ids  []semdex.AssetID
	}{{"pins", r.Pins}, {"boosts", r.Boosts}, {"hides", r.Hides}} {
		if len(list.ids) > MaxRuleAssets {
			return bad("has too many "+list.name, fmt.Sprintf("at most %d assets", MaxRuleAssets))
		}
		for _, id := range list.ids {
			if before := in[id]; before != "" {
				return bad(fmt.Sprintf("names %s in %s and in %s", id, before, list.name), "each asset once")
			}
			in[id] = list.name
		}
	}
	return nil
}

// holds reports whether the rule holds on a day.
func (r *CurationRule) holds(on semdex.Date) bool {
	return (r.From == "" || r.From <= on) && (r.Until == "" || on <= r.Until)
}

// curation is the rules of a library, made ready. Nothing changes it.
type curation struct {
	rules     []CurationRule
	equal     map[string][]int // text.Key of the query -> rules
	contained []containedRule
	concepts  map[semdex.ConceptID][]int
}

// containedRule is a rule that fires for queries in which its words stand.
type containedRule struct {
	rule  int
	words string // text.Key of its query, between spaces
}

func newCuration(rules []CurationRule) *curation {
	c := &curation{rules: slices.Clone(rules), equal: map[string][]int{}, concepts: map[semdex.ConceptID][]int{}}
	for i := range c.rules {
		switch r := &c.rules[i]; {
		case r.Concept != "":
			c.concepts[r.Concept] = append(c.concepts[r.Concept], i)
		case r.Contains:
			c.contained = append(c.contained, containedRule{i, " " + text.Key(r.Query) + " "})
		default:
			key := text.Key(r.Query)
			c.equal[key] = append(c.equal[key], i)
		}
	}
	return c
}

// match gives the rules that fire for a query which names these concepts, in the order of the rules.
func (c *curation) match(query string, named []semdex.ConceptID, on semdex.Date) []*CurationRule {
	if c == nil {
		return nil
	}
	if len(c.rules) == 0 {
		return nil
	}
	key := text.Key(query)
	fired := slices.Clone(c.equal[key])
	spaced := " " + key + " "
	for i := range c.contained {
		if strings.Contains(spaced, c.contained[i].words) {
			fired = append(fired, c.contained[i].rule)
		}
	}
	for _, concept := range named {
		fired = append(fired, c.concepts[concept]...)
	}
	slices.Sort(fired)
	var out []*CurationRule
	for _, i := range slices.Compact(fired) {
		if c.rules[i].holds(on) {
			out = append(out, &c.rules[i])
		}
	}
	return out
}

// curated is what the rules that fired do to a plan, and which rule did it.
type curated struct {
	pinned, raised, hidden map[semdex.AssetID]*CurationRule
}

// curate puts rules into the plan. What one rule hides no other shows.
func (p *Plan) curate(rules []*CurationRule) curated {
	c := curated{map[semdex.AssetID]*CurationRule{}, map[semdex.AssetID]*CurationRule{}, map[semdex.AssetID]*CurationRule{}}
	add := func(list *[]semdex.AssetID, by map[semdex.AssetID]*CurationRule, ids []semdex.AssetID, r *CurationRule) {
		for _, id := range ids {
			if by[id] == nil && c.hidden[id] == nil {
				by[id] = r
				*list = append(*list, id)
			}
		}
	}
	for _, r := range rules {
		add(&p.Hidden, c.hidden, r.Hides, r)
	}
	for _, r := range rules {
		add(&p.Pinned, c.pinned, r.Pins, r)
		add(&p.Raised, c.raised, r.Boosts, r)
	}
	return c
}

// curate applies the library's rules to the plan of the query.
func (q *querying) curate(p *Plan) {
	var named []semdex.ConceptID
	for _, n := range q.named {
		if id := q.st.th.ID(n.concept); !slices.Contains(named, id) {
			named = append(named, id)
		}
	}
	q.curated = p.curate(slices.DeleteFunc(q.curation.match(q.request.Query, named, q.today), func(r *CurationRule) bool { return slices.Contains(q.suspended, r.ID) }))
}

// because says which decision put a hit where it is, "" for none.
func (q *querying) because(c curated, id semdex.AssetID) string {
	if r := c.pinned[id]; r != nil {
		return "pinned for " + q.occasion(r)
	}
	if r := c.raised[id]; r != nil {
		return "raised for " + q.occasion(r)
	}
	return ""
}

// occasion says in words when a rule fires.
func (q *querying) occasion(r *CurationRule) string {
	if r.Concept == "" {
		return "“" + r.Query + "”"
	}
	if c, ok := q.st.th.Find(r.Concept); ok {
		return q.st.label(c, q.request.Lang)
	}
	return string(r.Concept)
}

// SetCuration makes rules those of all queries that begin from now on.
func (s *Service) SetCuration(rules []CurationRule) {
	s.curation.Store(newCuration(rules))
	s.adjusted.Add(1)
}

// CheckRule refuses a rule that cannot be meant, and gives it with the full ids of its assets. An asset that
// does not exist, or may not be seen, is Invalid, as is a concept that the vocabulary does not know.
func (s *Service) CheckRule(r CurationRule, access Access) (CurationRule, error) {
	q := s.begin(&Request{Access: access})
	defer q.view.Release()
	if _, known := q.st.th.Find(r.Concept); r.Concept != "" && !known {
		return r, &semdex.Error{Code: semdex.Invalid, Message: "the rule is for a concept that no vocabulary has: " + string(r.Concept), Hint: "GET /v1/concepts?q= finds concepts by their labels"}
	}
	for _, list := range []*[]semdex.AssetID{&r.Pins, &r.Boosts, &r.Hides} {
		full := make([]semdex.AssetID, 0, len(*list))
		for _, given := range *list {
			a, err := s.visible(q.view, string(given), access)
			if semdex.CodeOf(err) == semdex.NotFound {
				return r, &semdex.Error{Code: semdex.Invalid, Message: fmt.Sprintf("the rule names an asset that does not exist: %.100s", given), Hint: "give ids as answers do", Err: err}
			}
			if err != nil {
				return r, err
			}
			full = append(full, a.ID)
		}
		*list = full
	}
	return r, r.Check()
}
