package api

import (
	"net/http"

	"semdex/search"
)

var (
	uriParam    = param{name: "uri", kind: str, about: "URI of a concept."}
	schemeParam = param{name: "scheme", kind: str, about: "URI of a concept scheme, or the dimension that has it. All schemes where it is left out."}
)

var conceptRoutes = []route{
	{method: http.MethodGet, path: "/v1/concepts", id: "concepts", group: "Vocabulary", scope: ScopeSearch, tagged: true, summary: "Find concepts",
		about: "Concepts with a label like q in any language, all where q is left out.",
		params: join(param{name: "q", kind: str, max: 512, about: "Words of a label."}, schemeParam,
			langParam, vocabularyParam, pageParams, accessParams), serve: (*call).concepts,
		answers: ok("The concepts.", Concepts{}, "X-Total-Count", "Link")},
	{method: http.MethodGet, path: "/v1/concept", id: "concept", group: "Vocabulary", scope: ScopeSearch, tagged: true, summary: "One concept",
		about:  "A concept with its labels, its neighbours and how many assets bear it.",
		params: join(uriParam.must(), langParam, vocabularyParam, accessParams), serve: (*call).concept, answers: ok("The concept.", search.ConceptView{})},
	{method: http.MethodGet, path: "/v1/concept/tree", id: "tree", group: "Vocabulary", scope: ScopeSearch, tagged: true, summary: "One level of the hierarchy",
		about:  "The concepts one step below uri; without it the top concepts of the scheme, or of all schemes.",
		params: join(uriParam, schemeParam, langParam, vocabularyParam, accessParams), serve: (*call).tree, answers: ok("The concepts, by label.", Level{})},
	{method: http.MethodGet, path: "/v1/schemes", id: "schemes", group: "Vocabulary", scope: ScopeSearch, tagged: true, summary: "Concept schemes",
		params: join(langParam, vocabularyParam), serve: (*call).schemes, answers: ok("The schemes.", Schemes{})},
}

// must gives the parameter as one that has to be there.
func (p param) must() param {
	p.required = true
	return p
}

// Concepts is a page of concepts.
type Concepts struct {
	Total    int                  `json:"total"`
	Page     int                  `json:"page,omitempty"`
	PerPage  int                  `json:"per_page"`
	Concepts []search.ConceptView `json:"concepts"`
}

// Level is one level of the hierarchy.
type Level struct {
	Concepts []search.ConceptView `json:"concepts"`
}

// Schemes are the concept schemes of a library.
type Schemes struct {
	Schemes []Scheme `json:"schemes"`
}

func (c *call) concepts() error {
	w, err := readWindow(c.args, inQuery)
	if err != nil {
		return err
	}
	by, err := c.searcher()
	if err != nil {
		return err
	}
	total, page, err := by.Concepts(c.ctx(), c.args.text("q"), c.args.text("scheme"), c.args.text("lang"), w.offset, w.limit, c.access())
	if err != nil {
		return err
	}
	w.tell(c.gin.Writer.Header(), c.gin.Request, total, "")
	return c.json(http.StatusOK, Concepts{Total: total, Page: w.page, PerPage: w.limit, Concepts: page})
}

func (c *call) concept() error {
	by, err := c.searcher()
	if err != nil {
		return err
	}
	view, err := by.Concept(c.ctx(), c.args.text("uri"), c.args.text("lang"), c.access())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, view)
}

func (c *call) tree() error {
	by, err := c.searcher()
	if err != nil {
		return err
	}
	level, err := by.Tree(c.ctx(), c.args.text("uri"), c.args.text("scheme"), c.args.text("lang"), c.access())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, Level{level})
}

func (c *call) schemes() error {
	by, err := c.searcher()
	if err != nil {
		return err
	}
	schemes, err := by.Schemes(c.ctx(), c.args.text("lang"))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, Schemes{schemes})
}
