package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"semdex"
)

// This file holds what the reports on searches share. For all of them an event whose count is 0 did not happen, and a session or
// a query_id that is empty joins nothing.

// selectTypes are the types of a select: something was made of a hit.
var selectTypes = []string{semdex.SearchResultClick, semdex.AssetSelect, semdex.AssetDownload, semdex.AssetPlaced}

// actTypes are the types that show that a search led somewhere: selects and looks at an asset.
var actTypes = append([]string{semdex.AssetView}, selectTypes...)

const selectsAre = "A select is a search.result_click, asset.select, asset.download or asset.placed. "

// happened is SQL for the events of some types that a report may see, of the table by a name.
func (c *counting) happened(table string, types ...string) string {
	return fmt.Sprintf("%s AND %s.seq <= %d AND %s.weight > 0", c.s.isType(table+".type", types...), table, c.last, table)
}

// searched is SQL for the searches of the days asked for, named e.
func (c *counting) searched() string {
	return fmt.Sprintf("(SELECT * FROM counted e WHERE %s AND %s) e", c.happened("e", semdex.SearchExecuted), c.time.window())
}

// fewResults gives the number of hits below which a search had few.
func (r Rules) fewResults() int { return cmp.Or(max(r.LowResults, 0), 5) }

// findWithin gives how long after a search a select belongs to it.
func (r Rules) findWithin() time.Duration { return cmp.Or(max(r.FindWithin, 0), 30*time.Minute) }

// percentOf gives part of whole in percent, to two places; nil where there is no whole.
func percentOf(part, whole int64) any {
	if whole == 0 {
		return nil
	}
	return round(float64(part)/float64(whole)*100, 2)
}

// ratioOf gives a divided by b, to four places; nil where b is 0.
func ratioOf(a, b int64) any {
	if b == 0 {
		return nil
	}
	return round(float64(a)/float64(b), 4)
}

// figured makes measures of columns: of gives what stands in each of a line.
func figured(columns []Figure, of func(l *line) []any) []measure {
	var out []measure
	for i, f := range columns {
		m := measure{Figure: f, of: func(l *line) any { return of(l)[i] }}
		if f.Kind == Count {
			m.count = func(l *line) int64 {
				n, _ := of(l)[i].(int64)
				return n
			}
		}
		out = append(out, m)
	}
	return out
}

func round(x float64, places int) float64 {
	scale := math.Pow10(places)
	return math.Round(x*scale) / scale
}

// worded are searches of the same words in one language.
type worded struct {
	words, lang int32
	searches    int64
	users       int64
	last        int64 // microseconds that clocks showed at the last one
	few         int64
	unclicked   int64
	all         int64 // with those that the report is not about
	told, hits  int64 // searches that told their total, and the sum of these
}

// wordings brings searches together by words and language.
type wordings struct {
	of    map[[2]int32]*worded
	users [][3]int32 // words, language and actor of each search that has an actor
}

func newWordings() *wordings { return &wordings{of: make(map[[2]int32]*worded)} }

func (w *wordings) at(words, lang int32) *worded {
	key := [2]int32{words, lang}
	out := w.of[key]
	if out == nil {
		out = &worded{words: words, lang: lang, last: math.MinInt64}
		w.of[key] = out
	}
	return out
}

// list counts the users and gives the groups that have searches, with the number of all users.
func (w *wordings) list() (out []*worded, users int64) {
	slices.SortFunc(w.users, func(a, b [3]int32) int { return slices.Compare(a[:], b[:]) })
	everyone := make(map[int32]bool)
	for _, u := range slices.Compact(w.users) {
		w.of[[2]int32{u[0], u[1]}].users++
		everyone[u[2]] = true
	}
	for _, g := range w.of {
		if g.searches > 0 {
			out = append(out, g)
		}
	}
	return out, int64(len(everyone))
}

// wordingRows puts groups into order, most searches first, and gives the first of them as rows: their words and language, and the cells
// that rest gives.
func (c *counting) wordingRows(groups []*worded, rest func(g *worded) []any) (rows [][]any, err error) {
	var texts [2][]string
	for i, k := range []kind{kindQuery, kindLang} {
		if texts[i], err = c.s.names.all(c.ctx, c.s.db, k); err != nil {
			return nil, err
		}
	}
	words := func(g *worded) string { return cmp.Or(texts[0][g.words], None) }
	lang := func(g *worded) string { return cmp.Or(texts[1][g.lang], None) }
	slices.SortFunc(groups, func(a, b *worded) int {
		return cmp.Or(cmp.Compare(b.searches, a.searches), cmp.Compare(words(a), words(b)), cmp.Compare(lang(a), lang(b)))
	})
	if c.r.Limit > 0 && len(groups) > c.r.Limit {
		groups = groups[:c.r.Limit]
	}
	for _, g := range groups {
		rows = append(rows, append([]any{words(g), lang(g)}, rest(g)...))
	}
	return rows, nil
}

// listed makes a report of rows that are in order.
func (c *counting) listed(name string, figures []Figure, rows [][]any, totals ...Total) *Report {
	var columns []Column
	for _, f := range figures {
		columns = append(columns, Column{f.Name, f.Kind, f.Unit})
	}
	r := NewReport(name, columns, rows)
	r.From, r.To, r.TZ, r.Until, r.Totals = c.r.From, c.r.To, c.r.TZ.String(), c.until, totals
	return r
}

// localDay gives the day of the microseconds that clocks showed.
func localDay(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.DateOnly) }
