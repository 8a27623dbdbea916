package analytics

import (
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
)

func plainQuality(d *library, events []semdex.Event, r Request) ([][]any, []Total) {
	queries, sends := map[string]bool{}, map[string][2]bool{}
	for _, e := range events {
		if ofKind(&e, "search.executed", "search.suggest") {
			queries[e.QueryID] = true
		}
		both := sends[e.Client.Name+" "+e.Type]
		if e.Weight() == 1 && e.Source != "counter" {
			both[1] = true
		} else {
			both[0] = true
		}
		sends[e.Client.Name+" "+e.Type] = both
	}
	counts := map[string][2]int64{}
	note := func(name string, of, yes bool) {
		c := counts[name]
		if of {
			c[1]++
			if yes {
				c[0]++
			}
		}
		counts[name] = c
	}
	var all int64
	assets := map[string]bool{}
	for _, e := range events {
		if !plainMatches(d, &e, r) {
			continue
		}
		all++
		note("events_without_actor", true, e.Actor.ID == "")
		note("events_without_session", true, e.Session == "")
		note("events_without_region", true, e.Context["region"] == "")
		note("events_without_campaign", true, e.Context["campaign"] == "")
		note("searches_without_total", e.Type == "search.executed", e.Total == nil)
		click := e.Type == "search.result_click"
		note("clicks_without_query_id", click, e.QueryID == "")
		note("clicks_of_unknown_query", click && e.QueryID != "", !queries[e.QueryID])
		note("received_before_occurred", true, e.ReceivedAt.Before(e.OccurredAt))
		note("received_late", true, e.ReceivedAt.Sub(e.OccurredAt) > 30*24*time.Hour)
		note("counters_and_single_events", true, e.Client.Name != "" && sends[e.Client.Name+" "+e.Type] == [2]bool{true, true})
		note("bad_currency", e.Value != nil, e.Value != nil && !slices.Contains([]string{"EUR", "USD", "GBP"}, strings.ToUpper(strings.TrimSpace(e.Value.Currency))))
		id, known := plainAsset(d, &e)
		note("events_of_unknown_assets", e.Asset != "", !known)
		if e.Asset != "" && !assets[id] {
			assets[id] = true
			note("unknown_assets", true, !known)
		}
	}
	library := int64(0)
	for id, a := range d.records {
		if plainKeeps(d, id, r) {
			library++
			note("assets_without_topic", true, len(d.tags["topic"][id]) == 0)
			note("assets_without_type", true, a.Type == "")
			note("approved_without_rights", a.Approval == "approved", a.Rights == nil)
		}
	}
	var rows [][]any
	for _, q := range qualityNames {
		if q.name != "" {
			c := counts[q.name]
			rows = append(rows, []any{q.name, q.about, c[0], c[1], plainShare(int(c[0]), int(c[1])), q.advice})
		}
	}
	return plainSort(rows, 4, 0), []Total{{"events", all}, {"assets", library}}
}

func TestDataQualityEqualsPlainCounts(t *testing.T) {
	compareReports(t, "data-quality", nil, nil, plainQuality)
}

func TestTopicsAreThoseOfAHierarchyWhereNoneIsCalledSo(t *testing.T) {
	d := brand()
	d.dims = []Dimension{{"subject", true}, {"type", false}, {"region", true}}
	if got := topicDimensions(d); !slices.Equal(got, []string{"subject", "region"}) {
		t.Errorf("got %q", got)
	}
}
