package analytics

import (
	"math"
	"testing"
	"time"

	"semdex"
)

func TestAdoptionEqualsPlainUsers(t *testing.T) {
	newcomers := int64(0)
	searchStores(t, func(s *Store, d *library, events []semdex.Event) {
		var acted []semdex.Event
		first := make(map[string]time.Time)
		for _, e := range plainHappened(events) {
			if e.Actor.ID == "" {
				continue
			}
			acted = append(acted, e)
			if was, known := first[e.Actor.ID]; !known || e.OccurredAt.Before(was) {
				first[e.Actor.ID] = e.OccurredAt
			}
		}
		for _, r := range searchRequests(t, true) {
			asked := r
			if r.Interval == "" {
				r.Interval = "month"
			}
			period := func(at time.Time) any {
				return plainCells(d, &semdex.Event{OccurredAt: at}, Request{TZ: r.TZ, Interval: r.Interval})[0][0]
			}
			figures := func(events []semdex.Event) []any {
				fresh := make(map[string]bool)
				var searches, downloads int64
				for _, e := range events {
					if period(e.OccurredAt) == period(first[e.Actor.ID]) {
						fresh[e.Actor.ID] = true
					}
					switch e.Type {
					case "search.executed":
						searches += e.Weight()
					case "asset.download":
						downloads += e.Weight()
					}
				}
				users, n := plainUsers(events), int64(len(fresh))
				newcomers += n
				var each any
				if users > 0 {
					each = math.Round(float64(weights(events))/float64(users)*10000) / 10000
				}
				return []any{users, n, users - n, weights(events), searches, downloads, each}
			}
			rows, all := plainLines(d, acted, r, 0, figures)
			checkReport(t, s, d, "adoption", asked, rows, all)
		}
	})
	if newcomers < 500 {
		t.Errorf("only %d new users", newcomers)
	}
}
