package analytics

import (
	"strings"
	"testing"
	"time"

	"semdex"
)

func plainUnused(d *library, events []semdex.Event, r Request) ([][]any, []Total) {
	var rows [][]any
	all := int64(0)
	today, _ := time.Parse(time.DateOnly, string(d.today))
	for id, a := range d.records {
		created := ""
		if !a.Created.IsZero() {
			created = a.Created.In(r.TZ).Format(time.DateOnly)
		}
		if created != "" && (r.From != "" && created >= string(r.From) || r.From == "" && r.To != "" && created > string(r.To)) {
			continue
		}
		if !plainKeeps(d, id, r) {
			continue
		}
		all++
		used, last := false, ""
		for _, e := range events {
			if x, _ := plainAsset(d, &e); x != string(id) || e.Weight() == 0 ||
				!ofKind(&e, "asset.view", "asset.download", "asset.share", "asset.placed", "asset.embed", "asset.select", "asset.order") {
				continue
			}
			day := e.OccurredAt.In(r.TZ).Format(time.DateOnly)
			if (r.From == "" || day >= string(r.From)) && (r.To == "" || day <= string(r.To)) {
				used = true
			} else if r.From != "" && day < string(r.From) {
				last = max(last, day)
			}
		}
		if used {
			continue
		}
		row := []any{string(id), plainTitle(a), a.Type, string(a.Approval), nil, nil, nil, nil, nil}
		if created != "" {
			at, _ := time.Parse(time.DateOnly, created)
			row[4], row[6] = created, int64(today.Sub(at)/(24*time.Hour))
		}
		if last != "" {
			row[5] = last
		}
		if a.Rights != nil && a.Rights.Cost != nil {
			row[7], row[8] = a.Rights.Cost.Amount, strings.TrimSpace(strings.ToUpper(a.Rights.Cost.Currency))
		}
		rows = append(rows, row)
	}
	totals := []Total{{"assets", all}, {"unused", int64(len(rows))}, {"share", plainShare(len(rows), int(all))}}
	return plainSort(rows, 6, 0), totals
}

// plainKeeps says whether an asset passes filters by its own values.
func plainKeeps(d *library, id semdex.AssetID, r Request) bool {
	return plainMatches(d, &semdex.Event{Type: "asset.view", Asset: string(id), OccurredAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		Request{Filter: r.Filter, Direct: r.Direct, TZ: time.UTC})
}

func plainShare(part, whole int) any {
	if whole == 0 {
		return nil
	}
	return float64(int64(float64(part)*10_000/float64(whole)+0.5)) / 10_000
}

func TestUnusedEqualsPlainSearch(t *testing.T) {
	compareReports(t, "unused", nil, quiet, plainUnused)
}
