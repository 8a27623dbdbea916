package analytics

import (
	"database/sql"

	"semdex"
)

// Nearer is what a Library may also be: it gives the concept in use that comes nearest to words that found nothing, in the
// language of whoever typed them where that is known; "" where none comes near.
type Nearer interface {
	Nearest(words, lang string) (label, uri string)
}

// nearestRows is for how many rows of a report the nearest concept is looked for.
const nearestRows = 1000

// zeroResultsReport is the report on searches that found nothing.
var zeroResultsReport = Definition{
	Name: "zero-results", Title: "Searches without results", About: "what people searched for and did not find, by words and language",
	Formula: "Counts search.executed events whose total is 0, by their words and language. Words are the same whatever their case and the blanks around and between them; a search without words " +
		"or language reads (none). searches sums their count, users are their different actors, and last_seen is the day of the last one in the report's time zone. nearest is the concept that the words " +
		"come nearest to: in whose label they stand or which they are but for typing errors, or else that one of them names, or the end of one, from the last; it is looked for in the first 1,000 rows. Events whose count is 0 are left out.",
	Columns: zeroColumns,
	make:    zeroResults,
}

var zeroColumns = []Figure{
	{"query", Text, "", "the words, in lower case"}, {"language", Text, "", "of the search, as it was told"},
	{"searches", Count, "", "searches that found nothing"}, {"users", Count, "", "different actors who searched so"}, {"last_seen", Day, "", "day of the last such search"},
	{"nearest", Text, "", "label of the nearest concept, empty where there is none"}, {"nearest_uri", Text, "", "URI of that concept"},
}

func zeroResults(q *run) (*Report, error) {
	w, searches := newWordings(), int64(0)
	names := q.s.names
	what := counted{ready: func(c *counting, _ *sql.Conn) error {
		c.what.from, c.what.where = "(SELECT *, "+c.time.local()+" AS shown FROM counted e) e", c.happened("e", semdex.SearchExecuted)+" AND e.total = 0"
		return nil
	}}
	fields := []field{{"e.words", int64(names.count(kindQuery))}, {"e.lang", int64(names.count(kindLang))}, {"e.actor", int64(names.count(kindActor))},
		{"e.weight", semdex.MaxEventCount}, {"e.shown", allBits}}
	c, err := q.s.sift(q.ctx, q.l, q.r, what, fields, func(columns [][]int64, i int) {
		g := w.at(int32(columns[0][i]), int32(columns[1][i]))
		g.searches, searches = addBounded(g.searches, columns[3][i]), addBounded(searches, columns[3][i])
		g.last = max(g.last, columns[4][i])
		if actor := int32(columns[2][i]); actor > 0 {
			w.users = append(w.users, [3]int32{g.words, g.lang, actor})
		}
	})
	if err != nil {
		return nil, err
	}
	groups, users := w.list()
	rows, err := c.wordingRows(groups, func(g *worded) []any { return []any{g.searches, g.users, localDay(g.last), "", ""} })
	if err != nil {
		return nil, err
	}
	if near, ok := q.l.(Nearer); ok {
		for _, row := range rows[:min(len(rows), nearestRows)] {
			words, lang := row[0].(string), row[1].(string)
			if words == None {
				continue
			}
			if lang == None {
				lang = ""
			}
			row[5], row[6] = near.Nearest(words, lang)
		}
	}
	return c.listed("zero-results", zeroColumns, rows, Total{"searches", searches}, Total{"users", users}), nil
}
