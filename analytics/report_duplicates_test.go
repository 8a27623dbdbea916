package analytics

import (
	"testing"

	"semdex"
)

func plainDuplicates(d *library, events []semdex.Event, r Request) ([][]any, []Total) {
	uses := func(ids ...semdex.AssetID) (n int64) {
		for _, e := range events {
			for _, id := range ids {
				if x, _ := plainAsset(d, &e); x == string(id) && ofKind(&e, "asset.download", "asset.placed", "asset.embed", "asset.order") && plainMatches(d, &e, r) {
					n += e.Weight()
				}
			}
		}
		return n
	}
	var rows [][]any
	var wasted, bytes, kept, others int64
	for _, cluster := range d.same {
		if len(cluster) < 2 {
			continue
		}
		size := int64(0)
		for _, id := range cluster[1:] {
			size += d.records[id].Size
		}
		a, b := uses(cluster[0]), uses(cluster[1:]...)
		rows = append(rows, []any{string(cluster[0]), plainTitle(d.records[cluster[0]]), int64(len(cluster)), int64(len(cluster) - 1), size, a, b})
		wasted, bytes, kept, others = wasted+int64(len(cluster)-1), bytes+size, kept+a, others+b
	}
	return plainSort(rows, 4, 0), []Total{{"clusters", int64(len(rows))}, {"assets", int64(len(d.records))}, {"wasted_assets", wasted},
		{"share", plainShare(int(wasted), len(d.records))}, {"wasted_bytes", bytes}, {"uses_survivor", kept}, {"uses_others", others}}
}

func TestDuplicatesEqualsPlainSums(t *testing.T) {
	compareReports(t, "duplicates", nil, func(d *library) { d.same = append(d.same, []semdex.AssetID{"files:a24"}) }, plainDuplicates)
}
