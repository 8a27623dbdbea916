package analytics

import (
	"slices"

	"semdex"
)

var topAssetsColumns = []Figure{
	{"asset", Text, "", "id of the asset, or the name that events give it"}, {"title", Text, "", "in the library's first language that it has, else its file name"},
	{"type", Text, "", "such as image"}, {"known", Flag, "", "the library has it"},
	{"events", Count, "", "events of all types"}, {"views", Count, "", "asset.view"}, {"downloads", Count, "", "asset.download"},
	{"shares", Count, "", "asset.share"}, {"placements", Count, "", "asset.placed and asset.embed"}, {"unique_users", Count, "", "different actors"},
}

// topAssetsReport is the report on the assets that were used most.
var topAssetsReport = Definition{
	Name: "top-assets", Title: "Top assets", About: "which assets there was most to do with",
	Formula: "A row for each asset that an event names. Each counter is the sum of count (1 where an event has none) over the asset's events of its types, as in the report usage; " +
		"unique_users are the different actors of these events. Names in events that stand for one asset of the library are one; a name that stands for none has a row of its own, " +
		"and known is false. Filters go by the values of events. Totals are those of usage for the same window and filters: they count events that name no asset too. " +
		"Rows come by events, most first, then by asset.",
	Columns: topAssetsColumns,
	make:    topAssets,
}

// topCounters are where the counters of top-assets stand among those of usage.
var topCounters = []int{0, 1, 2, 3, 4, 7}

func topAssets(q *run) (*Report, error) {
	c, t, err := q.s.count(q.ctx, q.l, q.r, counted{slot: q.s.usageSlots(), slots: usageSlotCount, members: true, each: true})
	if err != nil {
		return nil, err
	}
	t.lines = slices.DeleteFunc(t.lines, func(l line) bool { return l.value == 0 }) // events of no asset
	r := c.head("top-assets", t)
	r.keys = len(r.Columns)
	columns := heads(topAssetsColumns)
	own := make([]numberCells, 3)
	for i := range own {
		own[i] = make(numberCells, len(t.lines))
		r.add(columns[1+i], own[i])
	}
	for i, at := range topCounters {
		head := columns[4+i]
		m := measure{count: usageCount(at)}
		r.add(head, measured(t.lines, m))
		r.Totals = append(r.Totals, Total{head.Name, m.cell(&t.totals)})
	}
	r.Totals = append(r.Totals, Total{"unique_assets", t.totals.assets})
	r.sort(4, q.r.Limit)
	return r, q.describe(r, own)
}

// describe tells title and type of the assets that a report shows in its first column, and which of them are known.
func (q *run) describe(r *Report, own []numberCells) error {
	rows := make(map[semdex.AssetID]int32, len(r.order))
	for _, row := range r.order {
		id := r.cells[0].at(row).(string)
		_, known := q.l.Asset(id)
		own[0][row], own[1][row], own[2][row] = "", "", known
		rows[semdex.AssetID(id)] = row
	}
	return q.l.Assets(func(a *semdex.Asset) error {
		if row, shown := rows[a.ID]; shown {
			own[0][row], own[1][row] = q.titleOf(a), a.Type
		}
		return nil
	})
}
