package api

import (
	"net/http"

	"semdex/search"
)

var changeRoutes = []route{
	{method: http.MethodGet, path: "/v1/changes", id: "changes", group: "Changes", scope: ScopeSearch, tagged: true, summary: "What changed",
		about: "The delta feed: assets that were changed, withdrawn or deleted since a cursor, oldest first. " +
			"Start without a cursor, keep next_cursor, and come back with it; it stays good however long that takes. " +
			"A key with a filter is told of what it may see and of nothing else; what is gone it learns by asking POST /v1/assets/batch for what it has.",
		params: join(param{name: "cursor", kind: str, about: "next_cursor of the answer before. The start of the log where it is left out."},
			param{name: "limit", kind: integer, min: 1, max: search.MaxLimit, value: search.MaxLimit, about: "Changes to show."}, langParam, accessParams),
		serve: (*call).changes, answers: ok("The changes; fewer than limit when there are no more for now.", Changes{})},
}

func (c *call) changes() error {
	changes, err := c.lib.Changes(c.ctx(), c.args.text("cursor"), c.args.integer("limit", search.MaxLimit), c.args.text("lang"), c.access())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, changes)
}
