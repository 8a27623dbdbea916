package analytics

import (
	"math"
	"slices"
	"testing"

	"semdex"
)

// plainPercent is a share in percent to two places.
func plainPercent(part, whole int64) any {
	if whole == 0 {
		return nil
	}
	return math.Round(float64(part)/float64(whole)*100*100) / 100
}

// plainSessions gives the events of each session in order: by time, searches first at the same moment, then as they came in.
func plainSessions(events []semdex.Event) map[string][]semdex.Event {
	out := make(map[string][]semdex.Event)
	for _, e := range events {
		if e.Session != "" {
			out[e.Session] = append(out[e.Session], e)
		}
	}
	for _, s := range out {
		slices.SortStableFunc(s, func(a, b semdex.Event) int {
			if c := a.OccurredAt.Compare(b.OccurredAt); c != 0 || (a.Type == "search.executed") == (b.Type == "search.executed") {
				return c
			}
			if a.Type == "search.executed" {
				return -1
			}
			return 1
		})
	}
	return out
}

// plainRefined gives the ids of the searches that another search follows in the session.
func plainRefined(events []semdex.Event) map[string]bool {
	out := make(map[string]bool)
	for _, session := range plainSessions(events) {
		for i, e := range session {
			if e.Type != "search.executed" {
				continue
			}
			for _, next := range session[i+1:] {
				if isSelect(&next) {
					break
				}
				if next.Type != "search.executed" || plainWords(next.Query) == plainWords(e.Query) {
					continue
				}
				out[e.ID] = plainWords(next.Query) != ""
				break
			}
		}
	}
	return out
}

func TestSearchQualityEqualsPlainSearches(t *testing.T) {
	ranked, refinements := 0, 0
	searchStores(t, func(s *Store, d *library, events []semdex.Event) {
		happened := plainHappened(events)
		refined := plainRefined(happened)
		best := make(map[string]int) // by query_id, 0 without a position
		var searches []semdex.Event
		for _, e := range happened {
			if isSelect(&e) && e.QueryID != "" {
				if was := best[e.QueryID]; was == 0 || e.Position > 0 && e.Position < was {
					best[e.QueryID] = e.Position
				}
			}
			if e.Type == "search.executed" {
				searches = append(searches, e)
			}
		}
		figures := func(events []semdex.Event) []any {
			var all, results, clicked, again, positioned, reciprocal int64
			for _, e := range events {
				n := e.Weight()
				all += n
				if e.Total != nil && *e.Total > 0 {
					results += n
				}
				if position, ok := best[e.QueryID]; ok {
					clicked += n
					if position > 0 {
						ranked++
						positioned += n
						reciprocal += n * int64(math.Round(1e9/float64(position)))
					}
				}
				if refined[e.ID] {
					refinements++
					again += n
				}
			}
			var mrr any
			if positioned > 0 {
				mrr = math.Round(float64(reciprocal)/float64(positioned)/1e9*1e6) / 1e6
			}
			return []any{all, results, clicked, plainPercent(clicked, all), mrr, again, plainPercent(again, all)}
		}
		for _, r := range searchRequests(t, true) {
			rows, all := plainLines(d, searches, r, 0, figures)
			checkReport(t, s, d, "search-quality", r, rows, all)
		}
	})
	if ranked < 500 || refinements < 500 {
		t.Errorf("only %d ranked and %d refined", ranked, refinements)
	}
}
