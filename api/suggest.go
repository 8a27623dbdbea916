package api

import (
	"net/http"

	"semdex"
	"semdex/search"
)

var suggestRoutes = []route{
	{method: http.MethodGet, path: "/v1/suggest", id: "suggest", group: "Search", scope: ScopeSearch, tagged: true, logged: true,
		summary: "Complete what is being typed", serve: (*call).suggest,
		about: "Concepts of which a label in any language begins, or has words that begin, as typed; then titles of assets. " +
			"The words typed must begin words of the label in their order; of a title all but the last are whole words. Where there are fewer than limit, concepts follow that suit but for one typing error, " +
			"two from eight letters on; they are marked fuzzy. Labels that begin as typed come before those with a later word that does, " +
			"prefLabel before altLabel before hiddenLabel, more assets before fewer; concepts without an asset the key may see come last. With scheme there are no titles.",
		params: join(param{name: "q", kind: str, max: 256, required: true, about: "What was typed so far: at least one letter or digit."}, langParam,
			param{name: "limit", kind: integer, min: 1, max: search.MaxSuggestions, value: search.DefaultSuggestions, about: "Suggestions to show."},
			schemeParam, vocabularyParam, accessParams),
		answers: ok("The suggestions, best first.", search.Suggestions{})},
}

func (c *call) suggest() error {
	by, err := c.searcher()
	if err != nil {
		return err
	}
	found, err := by.Suggest(c.ctx(), search.SuggestRequest{Query: c.args.text("q"), Lang: c.args.text("lang"),
		Limit: c.args.integer("limit", search.DefaultSuggestions), Scheme: semdex.SchemeID(c.args.text("scheme")), Access: c.access()})
	if err != nil {
		return err
	}
	c.logSuggestions(found)
	return c.json(http.StatusOK, found)
}
