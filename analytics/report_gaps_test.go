package analytics

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

// withRecords gives the library records of its assets, approved or not, with rights of all sorts.
func withRecords(d *library, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 23))
	d.today, d.records = "2026-06-15", make(map[semdex.AssetID]*semdex.Asset)
	for i := range 25 {
		id := semdex.AssetID(fmt.Sprintf("files:a%d", i))
		a := &semdex.Asset{ID: id, Approval: semdex.Approved}
		if rnd.IntN(4) == 0 {
			a.Approval = semdex.Approvals[rnd.IntN(len(semdex.Approvals))]
		}
		switch rnd.IntN(5) {
		case 0:
			a.Rights = &semdex.Rights{ValidUntil: []semdex.Date{"2026-06-14", "2026-06-15"}[rnd.IntN(2)]}
		case 1:
			a.Rights = &semdex.Rights{ValidFrom: []semdex.Date{"2026-06-16", "2026-06-15"}[rnd.IntN(2)], Territories: []string{"DE"}}
		}
		d.records[id] = a
	}
	d.rules.Missing = seed%2 == 1
}

// plainUsable says whether an asset may be used on the last day of a window.
func plainUsable(d *library, a *semdex.Asset, r Request) bool {
	on := cmp.Or(r.To, d.today)
	if a.Approval != "approved" || a.Rights == nil && d.rules.Missing {
		return false
	}
	return a.Rights == nil || a.Rights.ValidFrom <= on && (a.Rights.ValidUntil == "" || a.Rights.ValidUntil >= on)
}

func TestGapsEqualsPlainSearches(t *testing.T) {
	seed, rows := uint64(0), 0
	searchStores(t, func(s *Store, d *library, events []semdex.Event) {
		withRecords(d, seed)
		seed++
		var searches []semdex.Event
		for _, e := range plainHappened(events) {
			if e.Type == "search.executed" {
				searches = append(searches, e)
			}
		}
		for _, r := range searchRequests(t, true) {
			if len(r.By) == 0 {
				r.By = []string{"topic"}
			}
			// names gives the places of the dimensions' names in a row, which starts with the period.
			var names []int
			at := 0
			if r.Interval != "" {
				at++
			}
			for _, dim := range r.By {
				names = append(names, at)
				if at++; dim == "topic" || dim == "region" {
					at += 2
				}
			}
			supply := func(row []any) (n int64) {
				for id, a := range d.records {
					suits := plainUsable(d, a, r)
					for i, dim := range r.By {
						has := d.OfAsset(dim, id, r.Direct)
						suits = suits && (i > 0 && (len(has) == 0 || row[names[i]] == "(none)") || slices.ContainsFunc(has, func(v Value) bool { return v.Name == row[names[i]] }))
					}
					if suits {
						n++
					}
				}
				return n
			}
			figures := func(events []semdex.Event) []any {
				var zero int64
				for _, e := range events {
					if e.Total != nil && *e.Total == 0 {
						zero += e.Weight()
					}
				}
				return []any{weights(events), int64(0), nil, zero, plainPercent(zero, weights(events))}
			}
			put := func(cells []any, n int64) {
				cells[1], cells[2] = n, math.Round(float64(cells[0].(int64))/float64(n+1)*10000)/10000
			}
			all := r
			all.Limit = 0
			want, totals := plainLines(d, searches, all, 0, figures)
			want = slices.DeleteFunc(want, func(row []any) bool { return row[names[0]] == "(none)" })
			for _, row := range want {
				put(row[at:], supply(row))
			}
			var usable int64
			for _, a := range d.records {
				if plainUsable(d, a, r) {
					usable++
				}
			}
			put(totals, usable)
			sortRows(want, at, at+2)
			rows += len(want)
			checkReport(t, s, d, "gaps", r, want, totals)
		}
	})
	if rows < 1000 {
		t.Errorf("only %d rows", rows)
	}
}

// TestGapsShowWhatIsMissing guards that a concept without any asset stands first, by default by topic.
func TestGapsShowWhatIsMissing(t *testing.T) {
	d := brand()
	d.tags["topic"] = map[semdex.AssetID][]string{"files:a1": {"Dogs"}, "files:a2": {"Dogs"}, "files:a3": {"Bridges"}}
	d.records = map[semdex.AssetID]*semdex.Asset{"files:a1": {ID: "files:a1", Approval: semdex.Approved}, "files:a2": {ID: "files:a2", Approval: semdex.Approved}, "files:a3": {ID: "files:a3"}}
	s := open(t, t.TempDir(), Options{})
	three, none := int64(3), 0
	record(t, s, semdex.Event{Type: semdex.SearchExecuted, OccurredAt: start, Concepts: []string{"c:Dogs"}, Count: &three},
		semdex.Event{Type: semdex.SearchExecuted, OccurredAt: start, Concepts: []string{"c:Bridges"}, Total: &none}, semdex.Event{Type: semdex.SearchExecuted, OccurredAt: start, Concepts: []string{"c:Bridges"}})
	got, err := s.Report(t.Context(), d, "gaps", Request{Direct: true})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]any{{"Bridges", "c:Bridges", "Bridges", int64(2), int64(0), 2.0, int64(1), 50.0},
		{"Dogs", "c:Dogs", "Animals > Pets > Dogs", int64(3), int64(2), 1.0, int64(0), 0.0}}
	if diff := gocmp.Diff(want, rowsOf(got)); diff != "" {
		t.Error(diff)
	}
}
