package analytics

import "semdex"

var duplicatesColumns = []Figure{
	{"survivor", Text, "", "id of the asset to keep"}, {"title", Text, "", "of the survivor, in the library's first language that it has, else its file name"},
	{"assets", Count, "", "assets of the cluster"}, {"wasted_assets", Count, "", "all of them but the survivor"}, {"wasted_bytes", Count, "bytes", "size of their files"},
	{"uses_survivor", Count, "", "uses of the survivor"}, {"uses_others", Count, "", "uses of the others"},
}

// duplicatesReport is the report on what the library has twice.
var duplicatesReport = Definition{
	Name: "duplicates", Title: "Duplicates", About: "which assets the library has more than once, what that wastes, and which of them are used",
	Formula: "A row for each cluster of assets that are the same or nearly so, as the library finds them, of at least two assets. The survivor is the one proposed to stay; wasted are all others. " +
		"wasted_bytes sums the sizes that their records tell. A use is an event of asset.download, asset.placed, asset.embed or asset.order in the window that passes the filters, by its count, " +
		"under whatever name. Clusters are those of today, whatever the window. share is the wasted assets to all assets of the library. Rows come by wasted_bytes, most first, then by survivor.",
	Columns: duplicatesColumns,
	make:    duplicates,
}

// sized is what the report shows of an asset.
type sized struct {
	title string
	bytes int64
}

func duplicates(q *run) (*Report, error) {
	clusters, err := q.l.Duplicates(q.ctx)
	if err != nil {
		return nil, err
	}
	assets := make(map[semdex.AssetID]*sized)
	for _, cluster := range clusters {
		for _, id := range cluster {
			assets[id] = &sized{}
		}
	}
	library := int64(0)
	err = q.l.Assets(func(a *semdex.Asset) error {
		library++
		if s := assets[a.ID]; s != nil {
			s.title, s.bytes = q.titleOf(a), a.Size
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	g, err := q.s.gathered(q.ctx, q.l, q.r, counted{slot: "0", slots: 1, members: true, where: happened + " AND " + q.s.isType("e.type", useTypes...) + " AND e.asset > 0"})
	if err != nil {
		return nil, err
	}
	return duplicatesOf(g.counting, clusters, assets, g.perID(), library), nil
}

// perID sums the facts of each asset.
func (g *gathering) perID() map[semdex.AssetID]int64 {
	sums := make(map[int32]int64)
	for i, n := range g.facts.first {
		sums[n] = addBounded(sums[n], g.facts.add(i))
	}
	out := make(map[semdex.AssetID]int64, len(sums))
	for n, sum := range sums {
		out[g.idOf(n)] = sum
	}
	return out
}

func duplicatesOf(c *counting, clusters [][]semdex.AssetID, assets map[semdex.AssetID]*sized, uses map[semdex.AssetID]int64, library int64) *Report {
	var rows [][]any
	var sums [4]int64 // wasted assets, wasted bytes, uses of survivors, uses of others
	for _, cluster := range clusters {
		if len(cluster) < 2 {
			continue
		}
		own := [4]int64{int64(len(cluster) - 1), 0, uses[cluster[0]], 0}
		for _, id := range cluster[1:] {
			own[1] = addBounded(own[1], assets[id].bytes)
			own[3] = addBounded(own[3], uses[id])
		}
		for i, n := range own {
			sums[i] = addBounded(sums[i], n)
		}
		rows = append(rows, []any{string(cluster[0]), assets[cluster[0]].title, own[0] + 1, own[0], own[1], own[2], own[3]})
	}
	r := c.listing("duplicates", duplicatesColumns, 1, rows, byLargest(4, 0))
	r.Totals = []Total{{"clusters", int64(len(rows))}, {"assets", library}, {"wasted_assets", sums[0]}, {"share", share(sums[0], library)},
		{"wasted_bytes", sums[1]}, {"uses_survivor", sums[2]}, {"uses_others", sums[3]}}
	return r
}
