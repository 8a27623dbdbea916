package analytics

import (
	"cmp"
	"database/sql"

	"semdex"
)

// touchTypes are the types by which an asset is not unused.
var touchTypes = []string{semdex.AssetView, semdex.AssetDownload, semdex.AssetShare, semdex.AssetPlaced, semdex.AssetEmbed, semdex.AssetSelect, semdex.AssetOrder}

var unusedColumns = []Figure{
	{"asset", Text, "", "id of the asset"}, {"title", Text, "", "in the library's first language that it has, else its file name"}, {"type", Text, "", "such as image"},
	{"approval", Text, "", "where it stands in its review"}, {"created", Day, "", "when the source says it was made"},
	{"last_used", Day, "", "when it was last used before the window"}, {"age_days", Count, "days", "from created to the library's today"},
	{"licence_cost", Number, "", "what its rights record says the licence cost"}, {"currency", Text, "", "of licence_cost"},
}

var unusedReport = Definition{
	Name: "unused", Title: "Unused assets", About: "which assets nobody looks at, takes or places",
	Formula: "Looked at are the library's assets that were created on a day before the window (without from: up to its last day; one that has no day of creation always), and that pass the " +
		"filters by their own values; what only events tell, such as business_unit, an asset has none of. Unused are those of them without an event of asset.view, asset.download, " +
		"asset.share, asset.placed, asset.embed, asset.select or asset.order in the window, under whatever name; an event of count 0 did not happen. last_used is the day of the last such event " +
		"before the window. Days are those of the time zone. share is unused to assets. Rows come by age, the oldest first, those of no age last, then by asset.",
	Columns: unusedColumns,
	make:    unused,
}

// stored is what a report keeps of an asset of the library.
type stored struct {
	id          semdex.AssetID
	title, kind string
	approval    semdex.Approval
	created     semdex.Date
	began       semdex.Date // its rights, else it itself
	cost        *semdex.Money
}

func unused(q *run) (report *Report, err error) {
	err = q.s.prepared(q.ctx, q.l, q.r, counted{slot: "0", slots: 1}, func(c *counting, conn *sql.Conn) error {
		last := make(map[int32]semdex.Date)
		err := c.perAsset(conn, c.time.until(), happened+" AND "+q.s.isType("e.type", touchTypes...), []string{"max(" + c.time.day() + ")"}, func(n int32, sums []int64) {
			last[n] = max(last[n], civil(sums[0]))
		})
		if err != nil {
			return err
		}
		assets, err := q.stored(func(a *semdex.Asset, day semdex.Date) bool { return createdBefore(day, q.r) })
		if err != nil {
			return err
		}
		report = q.unused(c, assets, last)
		return nil
	})
	return report, err
}

// createdBefore says whether what was created on a day was there before the window of a request.
func createdBefore(day semdex.Date, r Request) bool {
	return day == "" || (r.From == "" || day < r.From) && (r.From != "" || r.To == "" || day <= r.To)
}

// stored gives the assets that want says yes to. It is told the day of creation.
func (q *run) stored(want func(*semdex.Asset, semdex.Date) bool) (out []stored, err error) {
	err = q.l.Assets(func(a *semdex.Asset) error {
		var created semdex.Date
		if !a.Created.IsZero() {
			created = semdex.DateOf(a.Created.In(q.r.TZ))
		}
		if want(a, created) {
			s := stored{id: a.ID, title: q.titleOf(a), kind: a.Type, approval: a.Approval, created: created, began: created}
			if a.Rights != nil {
				s.cost, s.began = a.Rights.Cost, cmp.Or(a.Rights.ValidFrom, created)
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

// unused makes the report of assets, and of the days on which those that events name were last used.
func (q *run) unused(c *counting, assets []stored, last map[int32]semdex.Date) *Report {
	var rows [][]any
	all, numbers, today := int64(0), c.numbers(), q.l.Today()
	for _, a := range assets {
		if !c.keep(a.id) {
			continue
		}
		all++
		used := last[numbers[a.id]]
		if used != "" && (q.r.From == "" || used >= q.r.From) {
			continue
		}
		row := []any{string(a.id), a.title, a.kind, string(a.approval), orNone(string(a.created)), orNone(string(used)), nil, nil, nil}
		if a.created != "" {
			row[6] = daysBetween(a.created, today)
		}
		if a.cost != nil {
			row[7], row[8] = amountOf(tenThousandths(a.cost.Amount)), currencyOf(a.cost)
		}
		rows = append(rows, row)
	}
	r := c.listing("unused", unusedColumns, 1, rows, byLargest(6, 0))
	r.Totals = []Total{{"assets", all}, {"unused", int64(len(rows))}, {"share", share(int64(len(rows)), all)}}
	return r
}
