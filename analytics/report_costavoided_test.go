package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	"semdex"
)

// plainReuses are the first uses of assets in places, but those in their first places.
func plainReuses(d *library, events []semdex.Event, r Request) (out []semdex.Event) {
	firsts := map[[2]string]semdex.Event{}
	var order [][2]string
	for _, e := range events { // in the order in which they came
		day := semdex.DateOf(e.OccurredAt.In(r.TZ))
		if e.Asset == "" || !ofKind(&e, "asset.download", "asset.placed", "asset.embed", "asset.order") || e.Weight() == 0 || r.To != "" && day > r.To {
			continue
		}
		id, _ := plainAsset(d, &e)
		place := ""
		switch {
		case e.Context["campaign"] != "":
			place = "campaign " + plainCampaign(d, e.Context["campaign"])
		case e.Context["uri"] != "":
			place = "page " + e.Context["uri"]
		case e.Client.Integration != "":
			place = "integration " + e.Client.Integration
		}
		key := [2]string{id, place}
		first, met := firsts[key]
		if !met {
			order = append(order, key)
		}
		if !met || e.OccurredAt.Before(first.OccurredAt) {
			firsts[key] = e
		}
	}
	came := map[string]int{}
	for i, e := range events {
		came[e.ID] = i
	}
	byAsset := map[string][]semdex.Event{}
	for _, key := range order {
		byAsset[key[0]] = append(byAsset[key[0]], firsts[key])
	}
	for _, list := range byAsset {
		slices.SortFunc(list, func(a, b semdex.Event) int {
			return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), cmp.Compare(came[a.ID], came[b.ID]))
		})
		out = append(out, list[1:]...)
	}
	return out
}

func plainAvoided(d *library, events []semdex.Event, r Request) ([][]any, []Total) {
	type group struct {
		cells  []any
		n      int64
		assets map[string]bool
	}
	groups, all := map[string]*group{}, &group{assets: map[string]bool{}}
	for _, e := range plainReuses(d, events, r) {
		if !plainMatches(d, &e, r) {
			continue
		}
		into := []*group{all}
		for _, cells := range plainCells(d, &e, r) {
			key := fmt.Sprintf("%q", cells)
			if groups[key] == nil {
				groups[key] = &group{cells: cells, assets: map[string]bool{}}
			}
			into = append(into, groups[key])
		}
		id, _ := plainAsset(d, &e)
		for _, g := range into {
			g.n++
			g.assets[id] = true
		}
	}
	figures := func(g *group) []any {
		row := []any{g.n, int64(len(g.assets)), nil, nil}
		if u := d.rules.UnitCost; u != nil {
			row[2], row[3] = math.Round(float64(g.n)*u.Amount*10000)/10000, u.Currency
		}
		return row
	}
	return plainTable(r, figures(all), []string{"reuses", "assets", "cost_avoided"}, 0, func(yield func(cells, figures []any)) {
		for _, g := range groups {
			yield(g.cells, figures(g))
		}
	})
}

func TestCostAvoidedEqualsPlainSums(t *testing.T) {
	compareReports(t, "cost-avoided", groupBys, nil, plainAvoided)
	compareReports(t, "cost-avoided", groupBys[:1], func(d *library) { d.rules.UnitCost = &semdex.Money{Amount: 449.95, Currency: "EUR"} }, plainAvoided)
}

func TestCostAvoidedTellsHowToSetTheUnitCost(t *testing.T) {
	d := brand()
	s := open(t, t.TempDir(), Options{})
	for i, cost := range []*semdex.Money{nil, {Amount: 1, Currency: "EUR"}} {
		d.rules.UnitCost = cost
		r, err := s.Report(t.Context(), d, "cost-avoided", Request{})
		if err != nil || len(r.Notes) != 1-i {
			t.Errorf("with unit cost %v: notes %q (error %v)", cost, r.Notes, err)
		}
	}
}
