package api

import (
	"context"
	"net/http"

	"semdex"
	"semdex/search"
)

// Curation is the rules of a library about what answers show first, higher or not at all. Assets that the access may
// not see are neither told nor lost. A rule that cannot be meant is Invalid, one that does not exist NotFound.
type Curation interface {
	Curation(ctx context.Context, access search.Access) ([]search.CurationRule, error)
	// AddRule gives the rule its id. It holds for searches that begin when AddRule has returned.
	AddRule(ctx context.Context, r search.CurationRule, access search.Access) (*search.CurationRule, error)
	// SetRule puts the rule in the place of the one with its id.
	SetRule(ctx context.Context, r search.CurationRule, access search.Access) (*search.CurationRule, error)
	DropRule(ctx context.Context, id, by string) error
}

// CurationRules are the rules of a library.
type CurationRules struct {
	Rules []search.CurationRule `json:"rules"`
}

var ruleIDParam = param{name: "id", kind: str, required: true, max: 64, about: "Id of the rule."}

var ruleBody = []param{
	{name: "query", kind: str, max: search.MaxRuleQuery, about: "The query that the rule is for; case, accents and signs do not count. This or concept."},
	{name: "contains", kind: flag, about: "The rule is for every query in which its words stand one after the other."},
	{name: "concept", kind: str, max: 2048, about: "URI of a concept: the rule is for every query that names it. This or query."},
	{name: "pins", kind: list, max: search.MaxRuleAssets, about: "Ids of assets that come first, in this order, whether they suit the query or not. Filters, approval and rights hold for them."},
	{name: "boosts", kind: list, max: search.MaxRuleAssets, about: "Ids of assets that come before what suits the query as well as they do."},
	{name: "hides", kind: list, max: search.MaxRuleAssets, about: "Ids of assets that are left out."},
	{name: "from", kind: day, about: "First day of the rule, in the library's time zone."},
	{name: "until", kind: day, about: "Last day of the rule."},
	{name: "note", kind: str, max: search.MaxRuleNote, about: "Why there is such a rule."},
}

const curationGroup = "Curation"

var curationRoutes = []route{
	{method: http.MethodGet, path: "/v1/curation", id: "curation", group: curationGroup, scope: ScopeManage, summary: "Rules of curation",
		about:  "What was decided about the answers to queries: assets pinned, raised and hidden. Oldest rule first, which is the order of their pins.",
		params: []param{}, serve: (*call).curation, answers: ok("The rules.", CurationRules{})},
	{method: http.MethodPost, path: "/v1/curation", id: "addRule", group: curationGroup, scope: ScopeManage, summary: "Add a rule",
		about: "The rule holds for searches from the answer on.", params: []param{}, body: ruleBody, serve: (*call).addRule,
		answers: []answer{{status: http.StatusCreated, about: "The rule.", media: []media{{typeJSON, search.CurationRule{}}}, headers: []string{"Location"}}}},
	{method: http.MethodPut, path: "/v1/curation/{id}", id: "setRule", group: curationGroup, scope: ScopeManage, summary: "Change a rule",
		about: "What is left out of the body is left out of the rule.", params: []param{ruleIDParam}, body: ruleBody, serve: (*call).setRule, answers: ok("The rule.", search.CurationRule{})},
	{method: http.MethodDelete, path: "/v1/curation/{id}", id: "dropRule", group: curationGroup, scope: ScopeManage, summary: "Drop a rule",
		params: []param{ruleIDParam}, serve: (*call).dropRule, answers: []answer{{status: http.StatusNoContent, about: "It is dropped."}}},
}

func (c *call) curation() error {
	rules, err := c.lib.Curation(c.ctx(), c.eyes())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, CurationRules{rules})
}

// rule is what a body says.
func (c *call) rule() search.CurationRule {
	ids := func(name string) []semdex.AssetID {
		var out []semdex.AssetID
		for _, id := range c.args.list(name) {
			out = append(out, semdex.AssetID(id))
		}
		return out
	}
	return search.CurationRule{
		ID: c.args.text("id"), Query: c.args.text("query"), Contains: c.args.flag("contains"), Concept: semdex.ConceptID(c.args.text("concept")),
		Pins: ids("pins"), Boosts: ids("boosts"), Hides: ids("hides"), From: c.args.day("from"), Until: c.args.day("until"),
		Note: c.args.text("note"), By: Caller(c.ctx()),
	}
}

func (c *call) addRule() error {
	rule, err := c.lib.AddRule(c.ctx(), c.rule(), c.eyes())
	if err != nil {
		return err
	}
	c.gin.Header("Location", "/v1/curation/"+rule.ID)
	return c.json(http.StatusCreated, rule)
}

func (c *call) setRule() error {
	rule, err := c.lib.SetRule(c.ctx(), c.rule(), c.eyes())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, rule)
}

func (c *call) dropRule() error {
	if err := c.lib.DropRule(c.ctx(), c.args.text("id"), Caller(c.ctx())); err != nil {
		return err
	}
	c.gin.Status(http.StatusNoContent)
	return nil
}
