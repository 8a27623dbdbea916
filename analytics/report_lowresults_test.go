package analytics

import (
	"math"
	"slices"
	"testing"
	"time"

	"semdex"
)

func TestLowResultsEqualsPlainSearches(t *testing.T) {
	rows := 0
	searchStores(t, func(s *Store, d *library, events []semdex.Event) {
		happened := plainHappened(events)
		for i, r := range searchRequests(t, false) {
			few, within := 5, 30*time.Minute
			if d.rules = (Rules{}); i%2 == 0 {
				few, within = 3, 17*time.Minute
				d.rules = Rules{LowResults: few, FindWithin: within}
			}
			clicked := func(search semdex.Event) bool {
				if search.QueryID == "" && search.Session == "" {
					return true
				}
				return slices.ContainsFunc(happened, func(e semdex.Event) bool {
					if !isSelect(&e) && e.Type != "asset.view" {
						return false
					}
					after := e.OccurredAt.Sub(search.OccurredAt)
					return search.QueryID != "" && e.QueryID == search.QueryID || search.Session != "" && e.Session == search.Session && after >= 0 && after <= within
				})
			}
			var all []semdex.Event
			for _, e := range happened {
				if e.Type == "search.executed" && (e.Total == nil || *e.Total > 0) && plainMatches(d, &e, r) {
					all = append(all, e)
				}
			}
			figures := func(events []semdex.Event) []any {
				var searches, fews, without, told, hits int64
				for _, e := range events {
					isFew, no := e.Total != nil && *e.Total < few, !clicked(e)
					if isFew {
						fews += e.Weight()
					}
					if no {
						without += e.Weight()
					}
					if isFew || no {
						searches += e.Weight()
						if e.Total != nil {
							told, hits = told+e.Weight(), hits+e.Weight()*int64(*e.Total)
						}
					}
				}
				var mean any
				if told > 0 {
					mean = math.Round(float64(hits)/float64(told)*10000) / 10000
				}
				return []any{searches, fews, without, weights(events), mean}
			}
			var want [][]any
			for key, events := range plainWordings(all) {
				if row := append([]any{key[0], key[1]}, figures(events)...); row[2] != int64(0) {
					want = append(want, row)
				}
			}
			sortRows(want, 2, 2)
			rows += len(want)
			checkReport(t, s, d, "low-results", r, want, figures(all))
		}
	})
	if rows < 500 {
		t.Errorf("only %d rows compared", rows)
	}
}
