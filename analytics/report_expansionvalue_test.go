package analytics

import (
	"cmp"
	"slices"
	"testing"

	"semdex"
)

func TestExpansionValueEqualsPlainEvents(t *testing.T) {
	var seen [4]int64
	searchStores(t, func(s *Store, d *library, events []semdex.Event) {
		full := func(asset string) semdex.AssetID { return cmp.Or(d.assets[asset], semdex.AssetID(asset)) }
		told, listed := make(map[string]bool), make(map[string][]semdex.AssetID) // by query_id
		for _, e := range events {
			if e.Search != nil && (e.Search.Expand != "" || len(e.Search.Added)+len(e.Search.ExpansionHits) > 0) {
				told[e.QueryID] = true
				for _, hit := range e.Search.ExpansionHits {
					listed[e.QueryID] = append(listed[e.QueryID], full(hit))
				}
			}
		}
		by := func(e *semdex.Event) int {
			switch {
			case e.Found == "expansion", e.Found == "" && e.QueryID != "" && slices.Contains(listed[e.QueryID], full(e.Asset)):
				return 1
			case e.Found == "text", e.QueryID != "" && told[e.QueryID]:
				return 2
			}
			return 3
		}
		var counted []semdex.Event
		for _, e := range plainHappened(events) {
			if e.Type == "search.executed" || isSelect(&e) && (e.Type == "search.result_click" || e.Type == "asset.select" || e.QueryID != "" || e.Found != "") {
				counted = append(counted, e)
			}
		}
		figures := func(events []semdex.Event) []any {
			var n [4]int64
			var searches, expanded int64
			for _, e := range events {
				if e.Type != "search.executed" {
					n[0] += e.Weight()
					n[by(&e)] += e.Weight()
					continue
				}
				searches += e.Weight()
				if e.Search != nil && len(e.Search.Added)+len(e.Search.ExpansionHits) > 0 {
					expanded += e.Weight()
				}
			}
			for i := range n {
				seen[i] += n[i]
			}
			return []any{n[0], n[1], n[2], n[3], plainPercent(n[1], n[1]+n[2]), searches, expanded, plainPercent(expanded, searches)}
		}
		for _, r := range searchRequests(t, true) {
			rows, all := plainLines(d, counted, r, 0, figures)
			checkReport(t, s, d, "expansion-value", r, rows, all)
		}
	})
	if slices.Min(seen[:]) < 1000 {
		t.Errorf("only %v selects", seen)
	}
}

// TestExpansionValueTakesTheAssetByAnyName guards that a hit is known though its select gives a part of its id.
func TestExpansionValueTakesTheAssetByAnyName(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	search := semdex.Event{Type: semdex.SearchExecuted, OccurredAt: start, QueryID: "q", Search: &semdex.SearchDetail{ExpansionHits: []string{"files:a1"}}}
	click := semdex.Event{Type: semdex.SearchResultClick, OccurredAt: start, QueryID: "q", Asset: "a1"}
	other := semdex.Event{Type: semdex.SearchResultClick, OccurredAt: start, QueryID: "q", Asset: "a2"}
	record(t, s, search, click, other)
	row := []any{int64(2), int64(1), int64(1), int64(0), 50.0, int64(1), int64(1), 100.0}
	checkReport(t, s, brand(), "expansion-value", Request{}, [][]any{row}, row)
}
