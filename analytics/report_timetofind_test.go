package analytics

import (
	"math"
	"slices"
	"testing"
	"time"

	"semdex"
)

func TestTimeToFindEqualsPlainSessions(t *testing.T) {
	found := 0
	searchStores(t, func(s *Store, d *library, events []semdex.Event) {
		sessions := plainSessions(plainHappened(events))
		for i, r := range searchRequests(t, true) {
			within := 30 * time.Minute
			if d.rules = (Rules{}); i%3 == 1 {
				within = 10 * time.Minute
				d.rules = Rules{FindWithin: within}
			}
			var first []semdex.Event
			took := make(map[string]time.Duration) // by session
			for name, session := range sessions {
				at := slices.IndexFunc(session, func(e semdex.Event) bool { return e.Type == "search.executed" })
				if at < 0 {
					continue
				}
				search := session[at]
				first = append(first, search)
				for _, e := range session {
					if after := e.OccurredAt.Sub(search.OccurredAt); isSelect(&e) && after >= 0 && after <= within {
						took[name] = after
						break
					}
				}
			}
			figures := func(events []semdex.Event) []any {
				var times []time.Duration
				for _, e := range events {
					if after, ok := took[e.Session]; ok {
						times = append(times, after)
					}
				}
				found += len(times)
				slices.Sort(times)
				rank := func(p float64) any {
					if len(times) == 0 {
						return nil
					}
					at := times[int(math.Ceil(p*float64(len(times))/100))-1]
					return math.Round(at.Seconds()*1000) / 1000
				}
				n, of := int64(len(times)), int64(len(events))
				return []any{of, n, plainPercent(n, of), rank(50), rank(90)}
			}
			rows, all := plainLines(d, first, r, 0, figures)
			checkReport(t, s, d, "time-to-find", r, rows, all)
		}
	})
	if found < 500 {
		t.Errorf("only %d found", found)
	}
}

func TestNearestRanks(t *testing.T) {
	tests := []struct {
		name    string
		amounts []int64
		want    []int64
	}{
		{"nothing at all", nil, []int64{0, 0, -1, -1}},
		{"nothing found", []int64{0, 0}, []int64{2, 0, -1, -1}},
		{"at once", []int64{1}, []int64{1, 1, 0, 0}},
		{"two", []int64{5, 0, 3}, []int64{3, 2, 2, 4}},
		{"ten", []int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, []int64{10, 10, 4, 8}},
		{"eleven", []int64{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, []int64{11, 11, 5, 9}},
	}
	for _, tt := range tests {
		if got := timesOf(tt.amounts); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
