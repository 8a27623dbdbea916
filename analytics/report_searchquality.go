package analytics

import (
	"database/sql"
	"fmt"

	"semdex"
)

// searchQualityReport is the report on how well searches serve.
var searchQualityReport = Definition{
	Name: "search-quality", Title: "Search quality", About: "how many searches find something, lead to a select, and how high what was selected stood",
	Formula: "Counts search.executed events, by count. with_results: total is above 0. " + selectsAre + "clicked: a select has the search's query_id, whenever it happened; click_through is clicked by searches. " +
		"mean_reciprocal_rank is the mean of 1 / position over the searches that have a select with a position, each by its best position and count; 1 / position is rounded to billionths. refined: the next thing in the search's session, in order of time " +
		"(at the same moment searches first, then as they came in) and leaving out searches of the same words, is a search of other words and not a select; refinement_rate is refined by searches. Words are the same whatever their case and the blanks " +
		"around and between them; a search without words refines nothing, and one without a session is not refined. A search counts in the rows of its own values. Events whose count is 0 are left out.",
	Groups:  true,
	Columns: searchQualityColumns,
	make:    searchQuality,
}

var searchQualityColumns = []Figure{
	{"searches", Count, "", "search.executed"}, {"with_results", Count, "", "searches with at least one hit"}, {"clicked", Count, "", "searches with at least one select"},
	{"click_through", Number, "%", "clicked by searches"}, {"mean_reciprocal_rank", Number, "", "1 by the position of the best select, on average"},
	{"refined", Count, "", "searches that other words followed, without a select between"}, {"refinement_rate", Number, "%", "refined by searches"},
}

// A search adds its count to a slot that says all that it is: whether it has results, whether it is clicked and its select has a position, and whether it is
// refined. Then it may add its reciprocal rank to a slot of its own.
const (
	qualityResults    = 1
	qualityClicked    = 2 // twice that: with a position
	qualityRefined    = 6
	qualityReciprocal = 12
	qualitySlots      = 13
)

// reciprocalUnit is what reciprocal ranks are whole numbers of.
const reciprocalUnit = 1_000_000_000

func searchQuality(q *run) (*Report, error) {
	what := counted{slots: qualitySlots, ready: func(c *counting, _ *sql.Conn) error {
		c.what.from = fmt.Sprintf(`(SELECT e.*, p.part, c.query IS NOT NULL AS clicked, coalesce(c.best, 0) AS best, r.seq IS NOT NULL AS refined FROM %s
			LEFT JOIN (SELECT query, min(CASE WHEN position > 0 THEN position END) AS best FROM counted s WHERE %s AND query <> 0 GROUP BY query) c ON c.query = e.query
			LEFT JOIN (%s) r ON r.seq = e.seq
			CROSS JOIN (VALUES (0), (1)) p(part) WHERE p.part = 0 OR c.best > 0) e`, c.searched(), c.happened("s", selectTypes...), c.refined())
		c.what.slot = fmt.Sprintf(`CASE WHEN e.part = 1 THEN %d ELSE CASE WHEN e.total > 0 THEN %d ELSE 0 END + CASE WHEN e.best > 0 THEN %d WHEN e.clicked THEN %d ELSE 0 END
			+ CASE WHEN e.refined THEN %d ELSE 0 END END`, qualityReciprocal, qualityResults, 2*qualityClicked, qualityClicked, qualityRefined)
		c.what.amount = fmt.Sprintf("CASE WHEN e.part = 1 THEN e.weight * ((%d + e.best) // (2 * e.best::BIGINT)) ELSE e.weight END", 2*reciprocalUnit)
		return nil
	}}
	c, t, err := q.s.count(q.ctx, q.l, q.r, what)
	if err != nil {
		return nil, err
	}
	return c.table("search-quality", t, figured(searchQualityColumns, func(l *line) []any {
		n := searchFigures(l)
		return []any{n.searches, n.results, n.clicked, percentOf(n.clicked, n.searches), n.meanReciprocal(), n.refined, percentOf(n.refined, n.searches)}
	}), 0), nil
}

// qualityNumbers are the numbers of a line.
type qualityNumbers struct{ searches, results, clicked, ranked, refined, reciprocal int64 }

func searchFigures(l *line) (n qualityNumbers) {
	for slot, amount := range l.sums[:qualityReciprocal] {
		n.searches = addBounded(n.searches, amount)
		if slot&qualityResults > 0 {
			n.results = addBounded(n.results, amount)
		}
		if slot%qualityRefined >= qualityClicked {
			n.clicked = addBounded(n.clicked, amount)
		}
		if slot%qualityRefined >= 2*qualityClicked {
			n.ranked = addBounded(n.ranked, amount)
		}
		if slot >= qualityRefined {
			n.refined = addBounded(n.refined, amount)
		}
	}
	n.reciprocal = l.sums[qualityReciprocal]
	return n
}

func (n *qualityNumbers) meanReciprocal() any {
	if n.ranked == 0 {
		return nil
	}
	return round(float64(n.reciprocal)/float64(n.ranked)/reciprocalUnit, 6)
}

// refined is SQL for the seq of each search that the next thing in its session refines. The searches and selects of a session have
// a step each: the number of a search's words, or -1. An edge is the step of what differs from what came before.
func (c *counting) refined() string {
	steps := fmt.Sprintf("SELECT seq, session, occurred_at, CASE WHEN %s THEN words ELSE -1 END AS step FROM counted e WHERE %s AND session <> 0",
		c.s.isType("type", semdex.SearchExecuted), c.happened("e", append([]string{semdex.SearchExecuted}, selectTypes...)...))
	const inOrder = "(PARTITION BY session ORDER BY occurred_at, step < 0, seq)"
	return "SELECT seq FROM (SELECT seq, step, lead(edge IGNORE NULLS) OVER " + inOrder + " AS next FROM (SELECT *, CASE WHEN step IS DISTINCT FROM lag(step) OVER " + inOrder +
		" THEN step END AS edge FROM (" + steps + "))) WHERE step >= 0 AND next > 0"
}
