package analytics

import (
	"math"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

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

// TestAdoptionBesideTheWindowBefore guards that a window is one period then, and that who came before it is not new.
func TestAdoptionBesideTheWindowBefore(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	act := func(user string, month time.Month, day int) semdex.Event {
		return semdex.Event{Type: "user.login", OccurredAt: time.Date(2026, month, day, 9, 0, 0, 0, time.UTC), Actor: semdex.Actor{ID: user}}
	}
	record(t, s, act("u1", 1, 3), act("u1", 3, 4), act("u2", 3, 5), act("u2", 4, 6), act("u3", 4, 7), act("u1", 4, 8), act("u1", 4, 30))
	got, err := s.Report(t.Context(), brand(), "adoption", Request{From: "2026-04-01", To: "2026-04-30", Compare: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []any{int64(3), int64(2), 0.5, int64(1), int64(1), 0.0, int64(2), int64(1), 1.0, int64(4), int64(2), 1.0}
	if diff := gocmp.Diff(want, rowsOf(got)[0][:len(want)]); diff != "" || got.Len() != 1 {
		t.Error(diff)
	}
}
