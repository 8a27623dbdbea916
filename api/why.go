package api

import (
	"context"
	"net/http"

	"semdex"
	"semdex/search"
)

// Explainer says why an asset is not in an answer.
type Explainer interface {
	// Why says why an asset is not in the answer to r, or not higher up. It is NotFound where neither eyes nor r.Access
	// may see the asset, as where it does not exist.
	Why(ctx context.Context, id string, r search.Request, eyes search.Access) (*search.Why, error)
}

// asClient asks what a plain key sees.
const asClient = "client"

var whyRoutes = []route{
	{method: http.MethodGet, path: "/v1/assets/{id}/why", id: "why", group: "Search", scope: ScopeSearch, heavy: true,
		summary: "Why an asset is not found, or not higher up",
		about: "Takes what a search takes, and tells every reason why the asset is not in its answer: not tagged, beyond the expansion, a filter, rights, approval, " +
			"an excluded word, a demanded phrase, curation; and the smallest set of changes that would bring it in, each of them to the request, the asset or the curation. " +
			"Of a hit it tells the rank, what the hit before has and it lacks, and a tag that would put it before that. An asset that the key may not see is not found.",
		params: join(idParam, param{name: "q", kind: str, max: search.MaxQuery, about: "The search."}, langParam, expandParam, depthParam, excludeParam, schemesParam, correctParam,
			param{name: "filter", kind: filters, about: filterAbout}, param{name: "sort", kind: list, about: sortAbout}, accessParams,
			param{name: "as", kind: str, enum: []string{asClient}, about: "client: why a plain key does not see it, for keys that see more."}),
		serve: (*call).why, answers: ok("Where it stands, and why.", search.Why{})},
}

func (c *call) why() error {
	sort, err := readSort(c.args, inQuery)
	if err != nil {
		return err
	}
	r := c.request(c.args.text("q"))
	r.Sort = sort
	if c.args.text("as") == asClient {
		r.Access.All, r.Access.Rights = false, false
	}
	why, err := c.lib.Why(c.ctx(), c.args.text("id"), r, c.eyes())
	if err != nil {
		return hidden(err)
	}
	return c.json(http.StatusOK, why)
}

// eyes is what the key may see today, for whatever use.
func (c *call) eyes() search.Access {
	a := c.access()
	a.Rights, a.Use = false, semdex.Use{On: semdex.DateOf(c.now().In(c.lib.TimeZone()))}
	return a
}
