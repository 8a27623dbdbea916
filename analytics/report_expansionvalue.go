package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"semdex"
)

// expansionValueReport is the report on what the expansion of searches by concepts is worth.
var expansionValueReport = Definition{
	Name: "expansion-value", Title: "Expansion value", About: "which share of what people select only the expansion by concepts found",
	Formula: "Counts, by count, selects: search.result_click and asset.select, and asset.download and asset.placed that have a query_id or found_by. A select's found_by says by what it was found. Without one, where an event with its query_id tells how " +
		"that search was expanded (search.expand, search.added or search.expansion_hits), it is by_expansion if the asset is among that search's expansion hits, under whatever form of its id, and by_text if not; all else is unknown. " +
		"share is by_expansion by by_expansion and by_text together; unknown ones are left out. searches counts search.executed, and expanded those of them that tell that expansion added concepts or found hits; expanded_share is expanded by searches. " +
		"A select counts in the rows of its own values, which are those of its asset where it brings none; a search in those of its own. Events whose count is 0 are not counted.",
	Groups:  true,
	Columns: expansionColumns,
	make:    expansionValue,
}

var expansionColumns = []Figure{
	{"selects", Count, "", "selects of hits"}, {"by_expansion", Count, "", "selects of what only expansion found"}, {"by_text", Count, "", "selects of what the words found"},
	{"unknown", Count, "", "selects of which nobody told by what they were found"}, {"share", Number, "%", "by_expansion by the selects of which it is known"},
	{"searches", Count, "", "search.executed"}, {"expanded", Count, "", "searches that expansion added something to"}, {"expanded_share", Number, "%", "expanded by searches"},
}

// The slots of the report.
const (
	expansionPlain = iota // searches
	expansionMade
	expansionSelect // selects by expansion
	expansionText
	expansionUnknown
	expansionSlots
)

func expansionValue(q *run) (*Report, error) {
	what := counted{slots: expansionSlots, ready: func(c *counting, conn *sql.Conn) error {
		if err := c.sameAssets(q.ctx, conn); err != nil {
			return err
		}
		c.what.slot = "e.slot"
		c.what.from = fmt.Sprintf(`(SELECT e.*, CASE WHEN %[1]s THEN CASE WHEN e.told = %[2]d THEN %[3]d ELSE %[4]d END
				WHEN e.found = %[5]d OR e.found = 0 AND x.query IS NOT NULL THEN %[6]d WHEN e.found = %[7]d OR k.query IS NOT NULL THEN %[8]d ELSE %[9]d END AS slot
			FROM (SELECT * FROM counted e WHERE %[10]s AND %[11]s AND (%[12]s OR e.query <> 0 OR e.found <> 0)) e
			LEFT JOIN same ON same.asset = e.asset
			LEFT JOIN (SELECT DISTINCT h.query, same.counted FROM usage.expanded h JOIN same ON same.asset = h.asset
				WHERE h.query <> 0 AND h.query IN (SELECT query FROM counted s WHERE %[13]s AND found = 0)) x ON x.query = e.query AND x.counted = same.counted
			LEFT JOIN (SELECT DISTINCT query FROM counted WHERE told > 0 AND query <> 0 AND seq <= %[14]d) k ON k.query = e.query) e`,
			c.s.isType("e.type", semdex.SearchExecuted), toldExpanded, expansionMade, expansionPlain,
			foundByExpansion, expansionSelect, foundByText, expansionText, expansionUnknown,
			c.happened("e", append([]string{semdex.SearchExecuted}, selectTypes...)...), c.time.window(),
			c.s.isType("e.type", semdex.SearchExecuted, semdex.SearchResultClick, semdex.AssetSelect), c.happened("s", selectTypes...), c.last)
		return nil
	}}
	c, t, err := q.s.count(q.ctx, q.l, q.r, what)
	if err != nil {
		return nil, err
	}
	return c.table("expansion-value", t, figured(expansionColumns, expansionCells), 0), nil
}

func expansionCells(l *line) []any {
	expansion, text, unknown := l.sums[expansionSelect], l.sums[expansionText], l.sums[expansionUnknown]
	known, searches := addBounded(expansion, text), addBounded(l.sums[expansionPlain], l.sums[expansionMade])
	return []any{addBounded(known, unknown), expansion, text, unknown, percentOf(expansion, known), searches, l.sums[expansionMade], percentOf(l.sums[expansionMade], searches)}
}

// sameAssets makes the table same for the time of a connection: of each number of an asset, the one by which that asset is counted.
func (c *counting) sameAssets(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "CREATE TEMP TABLE same (asset INTEGER NOT NULL, counted INTEGER NOT NULL)"); err != nil {
		return err
	}
	names := c.texts[kindAsset]
	return fill(conn, "temp", "same", func(add func(...driver.Value) error) error {
		for n := int32(1); int(n) < len(names); n++ {
			if err := add(n, c.state.assets.of(&c.assets[n], n, names[n], c.d)); err != nil {
				return err
			}
		}
		return nil
	})
}
