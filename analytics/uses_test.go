package analytics

import (
	"context"
	"math"
	"testing"
	"time"

	"semdex"
)

func TestUses(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := open(t, t.TempDir(), Options{})
	n := 0
	event := func(kind, asset string, age time.Duration, count int64) semdex.Event {
		n++
		return semdex.Event{ID: string(rune('a' + n)), Type: kind, OccurredAt: now.Add(-age), Asset: asset, Count: &count}
	}
	const day = 24 * time.Hour
	record(t, s,
		event(semdex.AssetView, "viewed", 0, 1),
		event(semdex.AssetView, "often", 0, 10),
		event(semdex.AssetDownload, "taken", 0, 1),
		event(semdex.AssetShare, "shared", 0, 1),
		event(semdex.AssetPlaced, "placed", 0, 1),
		event(semdex.AssetView, "all", 0, 1), event(semdex.AssetDownload, "all", 0, 2), event(semdex.AssetPlaced, "all", 0, 1),
		event(semdex.AssetView, "older", 90*day, 1),
		event(semdex.AssetView, "old", 180*day, 1),
		event(semdex.AssetView, "forgotten", 4*365*day, 1),
		event(semdex.AssetView, "to come", -time.Hour, 1),
	)
	got, err := s.Uses(context.Background(), now)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"viewed": 1, "often": 10, "taken": 3, "shared": 2, "placed": 5, "all": 12, "older": 0.5, "old": 0.25, "to come": 1}
	for asset, uses := range want {
		if math.Abs(got[asset]-uses) > 1e-9 {
			t.Errorf("%s is used %v, want %v", asset, got[asset], uses)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
}
