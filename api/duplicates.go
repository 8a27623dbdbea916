package api

import (
	"net/http"

	"semdex/search/neardup"
)

var duplicateRoutes = []route{
	{method: http.MethodGet, path: "/v1/duplicates", id: "duplicates", group: "Duplicates", scope: ScopeSearch, tagged: true, summary: "Clusters of duplicates",
		about:  "Sets of assets that are the same or nearly so, with the one proposed to stay.",
		params: join(limitParam, cursorParam, accessParams), serve: (*call).duplicates, answers: ok("The clusters.", Clusters{})},
}

// Clusters are sets of assets that are the same.
type Clusters struct {
	Clusters   []neardup.Cluster `json:"clusters"`
	NextCursor string            `json:"next_cursor,omitempty" doc:"left out at the end"`
}

func (c *call) duplicates() error {
	clusters, next, err := c.lib.Duplicates(c.ctx(), c.args.text("cursor"), c.args.integer("limit", 10), c.access())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, Clusters{clusters, next})
}
