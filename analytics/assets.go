package analytics

import (
	"cmp"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"semdex"
)

// assetReports are the reports about assets and their rights.
var assetReports = []Definition{topAssetsReport, unusedReport, reuseReport, licenceSpendReport, rightsRiskReport, duplicatesReport, costAvoidedReport, dataQualityReport}

// useTypes are the types by which an asset is used: it goes somewhere. Others look at it or hand it on.
var useTypes = []string{semdex.AssetDownload, semdex.AssetPlaced, semdex.AssetEmbed, semdex.AssetOrder}

// happened is SQL for an event that says it happened at all: one of count 0 did not.
const happened = "e.weight > 0"

// idOf gives the asset that a number of names stands for: as the library names it, else as the event did.
func (c *counting) idOf(n int32) semdex.AssetID {
	if id, known := c.d.Asset(c.texts[kindAsset][n]); known {
		return id
	}
	return semdex.AssetID(c.texts[kindAsset][n])
}

// counted gives the number by which an asset is counted that has a number of names.
func (c *counting) counted(n int32) int32 {
	return c.state.assets.of(&c.assets[n], n, c.texts[kindAsset][n], c.d)
}

// numbers gives the assets that events name, and the number by which each is counted.
func (c *counting) numbers() map[semdex.AssetID]int32 {
	out := make(map[semdex.AssetID]int32)
	for n := int32(1); int(n) < len(c.texts[kindAsset]); n++ {
		if c.counted(n) == n {
			out[c.idOf(n)] = n
		}
	}
	return out
}

// perAsset reads sums of the events of each asset in a window: figures[i] of the asset that is counted by n comes as sums[i] of
// add. Several rows may come of one asset.
func (c *counting) perAsset(conn *sql.Conn, t *timeline, where string, figures []string, add func(n int32, sums []int64)) error {
	fields := []field{{"e.asset", int64(c.s.names.count(kindAsset))}}
	for _, sql := range figures {
		fields = append(fields, field{sql, allBits})
	}
	sums := make([]int64, len(figures))
	from := fmt.Sprintf("counted e WHERE e.seq <= %d AND e.asset > 0 AND %s AND %s GROUP BY e.asset", c.last, t.window(), where)
	return scan(c.ctx, conn, fields, from, func(block [][]int64) error {
		for i, n := range block[0] {
			for k := range sums {
				sums[k] = block[k+1][i]
			}
			add(c.counted(int32(n)), sums)
		}
		return nil
	})
}

// until is the time up to the end of a window.
func (t *timeline) until() *timeline {
	all := *t
	all.from = ""
	return &all
}

// ever is all time.
func (t *timeline) ever() *timeline {
	all := *t
	all.from, all.to = "", ""
	return &all
}

// day is SQL for the day of an event in the time zone, counted from 1970.
func (t *timeline) day() string {
	return "(epoch(date_trunc('day', make_timestamp(" + t.local() + ")))::BIGINT // 86400)"
}

// civil names a day counted from 1970.
func civil(n int64) semdex.Date { return semdex.DateOf(time.Unix(n*86400, 0).UTC()) }

// daysBetween counts the days from a to b.
func daysBetween(a, b semdex.Date) int64 { return int64(midnight(b).Sub(midnight(a)).Hours() / 24) }

// meanings tells which words of a kind name the same in a dimension: numbers that are equal do, 0 is no word.
func (c *counting) meanings(k kind, dim string) []int32 {
	known, asked, _ := findDimension(c.d, dim)
	values := newValueSets(known.Hierarchical)
	out := make([]int32, len(c.texts[k]))
	for n, word := range c.texts[k] {
		if word == "" {
			continue
		}
		var named []Value
		if asked {
			named = c.d.OfContext(known.Name, word, true)
		}
		if len(named) == 0 {
			named = []Value{{Name: word}}
		}
		out[n] = values.add(named)
	}
	return out
}

// own adds the fact that something is told of an asset by its own record: dimension to word, else the asset's own values. It is
// left out where the filters do not let it pass.
func (g *gathering) own(id semdex.AssetID, number int32, words map[string]string, period, amount int64, slot uint8, more ...int32) {
	for _, f := range g.filters {
		if !wanted(f.filter, f.ofRecord(id, words)) {
			return
		}
	}
	wide, sets := int32(0), g.sets[:1]
	sets[0] = 0
	if g.at.period >= 0 {
		sets[0] = g.periodNumber(period)
	}
	for j, by := range g.by {
		by.axisTable.mu.Lock()
		set := by.values.add(by.ofRecord(id, words))
		by.axisTable.mu.Unlock()
		if j == g.wide {
			wide = set
		} else {
			sets = append(sets, set)
		}
	}
	f := &g.facts
	f.tuple, f.set, f.slot = append(f.tuple, g.tuple(sets)), append(f.set, wide), append(f.slot, slot)
	f.amount, f.first, f.second = append(f.amount, amount), append(f.first, number), append(f.second, -1)
	for k, n := range more {
		g.more[k] = append(g.more[k], n)
	}
}

// ofRecord gives the values that an asset's record has in a dimension, or the word that is told of it.
func (a *axis) ofRecord(id semdex.AssetID, words map[string]string) []Value {
	switch word := words[a.Name]; {
	case word != "":
		return []Value{{Name: word}}
	case a.asked:
		return a.d.OfAsset(a.Name, id, a.direct)
	}
	return nil
}

// keep says whether the filters let an asset pass by its own values; what only events tell it has none of.
func (c *counting) keep(id semdex.AssetID) bool {
	for _, f := range c.filters {
		if !wanted(f.filter, f.ofRecord(id, nil)) {
			return false
		}
	}
	return true
}

// listing makes a report of rows of its own, which the first keys columns tell apart: the rows in the order of compare, as many as wanted.
func (c *counting) listing(def string, columns []Figure, keys int, rows [][]any, compare func(a, b []any) int) *Report {
	slices.SortFunc(rows, compare)
	if c.r.Limit > 0 && len(rows) > c.r.Limit {
		rows = rows[:c.r.Limit]
	}
	r := NewReport(def, heads(columns), rows)
	r.From, r.To, r.TZ, r.Direct, r.Until, r.keys = c.r.From, c.r.To, c.r.TZ.String(), c.r.Direct, c.until, keys
	return r
}

// byLargest compares rows by the number in a column, the largest first and none last, and then by texts.
func byLargest(column int, then ...int) func(a, b []any) int {
	return func(a, b []any) int {
		if c := cmp.Compare(rising(b[column]), rising(a[column])); c != 0 {
			return c
		}
		for _, k := range then {
			if c := cmp.Compare(a[k].(string), b[k].(string)); c != 0 {
				return c
			}
		}
		return 0
	}
}

// titleOf gives the title to show of an asset: in the library's first language that it has, else its file name.
func (q *run) titleOf(a *semdex.Asset) string {
	return cmp.Or(a.Title.In(q.l.Rules().Languages...), a.Name)
}

// currencyOf gives the currency of an amount as events have it.
func currencyOf(m *semdex.Money) string { return strings.ToUpper(strings.TrimSpace(m.Currency)) }

// libraryAssets counts the assets of the library.
func (q *run) libraryAssets() (int64, error) {
	n := int64(0)
	err := q.l.Assets(func(*semdex.Asset) error {
		n++
		return nil
	})
	return n, err
}

// amountOf makes ten-thousandths an amount.
func amountOf(n int64) float64 { return float64(n) / 10_000 }

// rounded gives a number to four decimals.
func rounded(x float64) float64 { return math.Round(x*10_000) / 10_000 }

// share gives a part of a whole to four decimals, nil of nothing.
func share(part, whole int64) any {
	if whole == 0 {
		return nil
	}
	return rounded(float64(part) / float64(whole))
}

// orNone makes an empty text nil.
func orNone(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// byAsset brings facts together by line and asset. fold adds what one asset does to a line to its sums, from the facts that the asset
// has there, and to the totals, from all that it has. Facts that are alike come as one with their amounts added; facts of no
// asset come together too.
func (g *gathering) byAsset(slots int, fold func(sums []int64, facts []int32)) (*tally, error) {
	t, s := g.spreading()
	t.totals = line{sums: make([]int64, slots)}
	from, order := buckets(g.facts.first)
	number := make(map[uint64]int32)
	type place struct {
		line uint64
		fact int32
	}
	var places []place
	var facts []int32
	for a := range len(from) - 1 {
		own := order[from[a]:from[a+1]]
		if !g.what.apart {
			own = g.merge(own)
		}
		if len(own) == 0 {
			continue
		}
		fold(t.totals.sums, own)
		places = places[:0]
		for _, i := range own {
			for _, combo := range s.tuples[g.facts.tuple[i]] {
				for _, v := range s.wide[g.facts.set[i]] {
					places = append(places, place{uint64(combo)<<32 | uint64(v), i})
				}
			}
		}
		slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.line, b.line) })
		for i := 0; i < len(places); {
			facts = facts[:0]
			at := places[i].line
			for ; i < len(places) && places[i].line == at; i++ {
				facts = append(facts, places[i].fact)
			}
			n, known := number[at]
			if !known {
				n = int32(len(t.lines))
				number[at], t.lines = n, append(t.lines, line{combo: int32(at >> 32), value: int32(uint32(at)), sums: make([]int64, slots)})
			}
			fold(t.lines[n].sums, facts)
		}
		if a%1024 == 0 && g.ctx.Err() != nil {
			return nil, g.ctx.Err()
		}
	}
	return t, nil
}

// buckets gives facts in the order of the assets they name: those of asset n, -1 for none, are order[from[n+1]:from[n+2]].
func buckets(assets []int32) (from, order []int32) {
	most := int32(-1)
	for _, a := range assets {
		most = max(most, a)
	}
	from, order = make([]int32, most+3), make([]int32, len(assets))
	for _, a := range assets {
		from[a+2]++
	}
	for i := 1; i < len(from); i++ {
		from[i] += from[i-1]
	}
	next := slices.Clone(from)
	for i, a := range assets {
		order[next[a+1]] = int32(i)
		next[a+1]++
	}
	return from, order
}

// merge makes one of facts that differ in their amounts alone: the first of them has all their amounts.
func (g *gathering) merge(facts []int32) []int32 {
	f := &g.facts
	if f.amount == nil {
		f.amount = make([]int64, f.len())
		for i := range f.amount {
			f.amount[i] = 1
		}
	}
	compare := func(a, b int32) int {
		c := cmp.Or(cmp.Compare(f.tuple[a], f.tuple[b]), cmp.Compare(f.set[a], f.set[b]), cmp.Compare(f.slot[a], f.slot[b]))
		for k := 0; c == 0 && k < len(g.more); k++ {
			c = cmp.Compare(g.more[k][a], g.more[k][b])
		}
		return c
	}
	slices.SortFunc(facts, func(a, b int32) int { return cmp.Or(compare(a, b), cmp.Compare(a, b)) })
	n := 0
	for _, i := range facts {
		if n > 0 && compare(facts[n-1], i) == 0 {
			f.amount[facts[n-1]] = addBounded(f.amount[facts[n-1]], f.amount[i])
			continue
		}
		facts[n] = i
		n++
	}
	return facts[:n]
}

// contextOf gives a function that tells the word of a context's rest for a key, each text read once. One goroutine may call it.
func contextOf(key string, contexts []string) func(n int32) string {
	word, read := contextWord(key, contexts), make([]*string, len(contexts))
	return func(n int32) string {
		if read[n] == nil {
			w := word(n)
			read[n] = &w
		}
		return *read[n]
	}
}

// measures puts columns and what they show together.
func measures(columns []Figure, of []func(*line) any) []measure {
	out := make([]measure, len(of))
	for i := range of {
		out[i] = measure{Figure: columns[i], of: of[i]}
	}
	return out
}

// valuesOf gives a function that tells the value of a dimension which a line is for.
func (c *counting) valuesOf(t *tally, dim string) func(*line) string {
	other := 0
	for i, a := range c.by {
		switch {
		case a.Name == dim && i == c.wide:
			return func(l *line) string { return t.axes[i][l.value].Name }
		case a.Name == dim:
			return func(l *line) string {
				if int(l.combo) >= len(t.values) {
					return "" // the totals of nothing
				}
				return t.axes[i][t.values[l.combo][other]].Name
			}
		case i != c.wide:
			other++
		}
	}
	return func(*line) string { return "" }
}

// sortedKeys gives the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// heads are the heads of columns.
func heads(columns []Figure) []Column {
	out := make([]Column, len(columns))
	for i, f := range columns {
		out[i] = Column{f.Name, f.Kind, f.Unit}
	}
	return out
}
