package analytics

import (
	"database/sql"
	"fmt"

	"semdex"
)

// lowResultsReport is the report on searches that found little, or nothing that was wanted.
var lowResultsReport = Definition{
	Name: "low-results", Title: "Searches with few results or no click", About: "what people searched for and found little of, or made nothing of what they found, by words and language",
	Formula: "Of the search.executed events that found something (a total above 0, or none told), those count that had few results or no click. few: total is below the library's low_results (5 unless set). " +
		"without_click: no search.result_click, asset.select, asset.download, asset.placed or asset.view has its query_id, whenever it happened, nor stands in its session at the same moment or at most the library's find_within " +
		"(30 minutes unless set) later; a search with neither query_id nor session is not known to be without a click. searches sums the count of those that are either, each once; few and without_click of those that are so; all_searches of all that " +
		"found something. mean_total is the mean total of searches, over those that tell one, by count. Words and language as in zero-results. Events whose count is 0 are left out.",
	Columns: lowColumns,
	make:    lowResults,
}

var lowColumns = []Figure{
	{"query", Text, "", "the words, in lower case"}, {"language", Text, "", "of the search, as it was told"},
	{"searches", Count, "", "searches with few results or without a click"}, {"few", Count, "", "of them, those with few results"}, {"without_click", Count, "", "of them, those without a click"},
	{"all_searches", Count, "", "searches of these words that found something"}, {"mean_total", Number, "", "results of the searches on average"},
}

// What a search of the report is, in bits.
const (
	hadFew = 1 << iota
	hadNoClick
)

// mostHits bounds the total of a search in sums.
const mostHits = 1_000_000_000

func lowResults(q *run) (*Report, error) {
	w, sum, names := newWordings(), worded{}, q.s.names
	rules := q.l.Rules()
	what := counted{ready: func(c *counting, _ *sql.Conn) error {
		c.what.from = fmt.Sprintf(`(SELECT e.*, CASE WHEN e.total < %d THEN %d ELSE 0 END | CASE WHEN (e.query <> 0 OR e.session <> 0) AND c.query IS NULL
				AND (a.acted IS NULL OR epoch_us(a.acted) - epoch_us(e.occurred_at) > %d) THEN %d ELSE 0 END AS wanting FROM %s
			LEFT JOIN (SELECT DISTINCT query FROM counted a WHERE %[6]s AND query <> 0) c ON c.query = e.query
			ASOF LEFT JOIN (SELECT session, occurred_at AS acted FROM counted a WHERE %[6]s AND session <> 0) a ON a.session = e.session AND a.acted >= e.occurred_at) e`,
			rules.fewResults(), hadFew, rules.findWithin().Microseconds(), hadNoClick, c.searched(), c.happened("a", actTypes...))
		c.what.where = "(e.total IS NULL OR e.total > 0)"
		return nil
	}}
	fields := []field{{"e.words", int64(names.count(kindQuery))}, {"e.lang", int64(names.count(kindLang))}, {"e.weight", semdex.MaxEventCount},
		{"e.wanting", hadFew | hadNoClick}, {fmt.Sprintf("least(coalesce(e.total, 0), %d)", mostHits), mostHits}}
	c, err := q.s.sift(q.ctx, q.l, q.r, what, fields, func(columns [][]int64, i int) {
		g := w.at(int32(columns[0][i]), int32(columns[1][i]))
		for _, g := range []*worded{g, &sum} {
			g.wanting(columns[2][i], columns[3][i], columns[4][i])
		}
	})
	if err != nil {
		return nil, err
	}
	groups, _ := w.list()
	cells := func(g *worded) []any { return []any{g.searches, g.few, g.unclicked, g.all, ratioOf(g.hits, g.told)} }
	rows, err := c.wordingRows(groups, cells)
	if err != nil {
		return nil, err
	}
	var totals []Total
	for i, cell := range cells(&sum) {
		totals = append(totals, Total{lowColumns[2+i].Name, cell})
	}
	return c.listed("low-results", lowColumns, rows, totals...), nil
}

// wanting adds a search that happened weight times; total is 0 where it was not told.
func (g *worded) wanting(weight, bits, total int64) {
	g.all = addBounded(g.all, weight)
	if bits == 0 {
		return
	}
	g.searches = addBounded(g.searches, weight)
	if bits&hadFew > 0 {
		g.few = addBounded(g.few, weight)
	}
	if bits&hadNoClick > 0 {
		g.unclicked = addBounded(g.unclicked, weight)
	}
	if total > 0 {
		g.told, g.hits = addBounded(g.told, weight), addBounded(g.hits, weight*total)
	}
}
