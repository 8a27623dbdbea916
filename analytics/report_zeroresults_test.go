package analytics

import (
	"testing"
	"time"

	"semdex"
)

func TestZeroResultsEqualsPlainSearches(t *testing.T) {
	rows := 0
	searchStores(t, func(s *Store, d *library, events []semdex.Event) {
		for _, r := range searchRequests(t, false) {
			var all []semdex.Event
			for _, e := range plainHappened(events) {
				if e.Type == "search.executed" && e.Total != nil && *e.Total == 0 && plainMatches(d, &e, r) {
					all = append(all, e)
				}
			}
			var want [][]any
			for key, events := range plainWordings(all) {
				last := events[0].OccurredAt.In(r.TZ).Format(time.DateOnly)
				for _, e := range events {
					last = max(last, e.OccurredAt.In(r.TZ).Format(time.DateOnly))
				}
				row := []any{key[0], key[1], weights(events), plainUsers(events), last, "", ""}
				if key[0][0] == 'd' {
					row[5], row[6] = "Dogs ", "c:Dogs"
					if key[1] != None {
						row[5] = "Dogs " + key[1]
					}
				}
				want = append(want, row)
			}
			sortRows(want, 2, 2)
			rows += len(want)
			checkReport(t, s, searched{d}, "zero-results", r, want, []any{weights(all), plainUsers(all)})
		}
	})
	if rows < 500 {
		t.Errorf("only %d rows compared", rows)
	}
}

func TestZeroResultsOfALibraryThatKnowsNothingNear(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	none := 0
	record(t, s, semdex.Event{Type: semdex.SearchExecuted, OccurredAt: start, Query: "dog", Total: &none})
	checkReport(t, s, brand(), "zero-results", Request{}, [][]any{{"dog", "(none)", int64(1), int64(0), "2026-01-15", "", ""}}, []any{int64(1), int64(0)})
}
