package analytics

import (
	"context"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

func TestQueriesComeByHowOftenTheyWereSearchedFor(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), Options{})
	five := int64(5)
	search := func(id, q, lang, at string, count *int64) semdex.Event {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		return semdex.Event{ID: id, Type: semdex.SearchExecuted, OccurredAt: moment, Query: q, Lang: lang, Count: count}
	}
	record(t, s, search("1", "Tent", "en", "2026-01-01T10:00:00Z", nil), search("2", " tent ", "en", "2026-01-02T10:00:00Z", nil),
		search("3", "tent", "de", "2026-01-02T10:00:00Z", nil), search("4", "boots", "en", "2026-01-02T23:30:00Z", &five),
		search("5", " ", "en", "2026-01-02T10:00:00Z", &five), semdex.Event{ID: "6", Type: semdex.AssetView, Asset: "a", Query: "tent", OccurredAt: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)})
	tests := []struct {
		rule     string
		request  QueryRequest
		want     []LoggedQuery
		all      int
		searches int64
	}{
		{"all", QueryRequest{Limit: 9}, []LoggedQuery{{"boots", "en", 5}, {"Tent", "en", 2}, {"tent", "de", 1}}, 3, 8},
		{"the first", QueryRequest{Limit: 1}, []LoggedQuery{{"boots", "en", 5}}, 3, 8},
		{"of some days", QueryRequest{Limit: 9, From: "2026-01-02", To: "2026-01-02"}, []LoggedQuery{{"boots", "en", 5}, {"tent", "de", 1}, {"tent", "en", 1}}, 3, 7},
		{"days begin in the time zone", QueryRequest{Limit: 9, From: "2026-01-03", TZ: time.FixedZone("", 3600)}, []LoggedQuery{{"boots", "en", 5}}, 1, 5},
		{"none", QueryRequest{Limit: 9, From: "2027-01-01"}, nil, 0, 0},
	}
	for _, tt := range tests {
		got, all, searches, err := s.Queries(context.Background(), tt.request)
		if diff := gocmp.Diff(tt.want, got); err != nil || diff != "" || all != tt.all || searches != tt.searches {
			t.Errorf("%s: %d, %d, %v %s", tt.rule, all, searches, err, diff)
		}
	}
	for _, bad := range []QueryRequest{{From: "x"}, {To: "x"}, {From: "2026-02-01", To: "2026-01-01"}} {
		if _, _, _, err := s.Queries(context.Background(), bad); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%+v: got %v", bad, err)
		}
	}
}
