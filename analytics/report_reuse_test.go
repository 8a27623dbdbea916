package analytics

import (
	"fmt"
	"strings"
	"testing"

	"semdex"
)

// groupBys are the groupings that tests of asset reports go through.
var groupBys = [][]string{{"topic"}, {"region", "topic"}, {"campaign", "channel"}, {"type", "integration"}, {"provider", "topic"}}

func plainReuse(d *library, events []semdex.Event, r Request) ([][]any, []Total) {
	type use struct {
		n                       int64
		campaigns, integrations map[string]bool
	}
	type group struct {
		cells  []any
		assets map[string]*use
	}
	groups := map[string]*group{}
	all := &group{assets: map[string]*use{}}
	for _, e := range events {
		if !ofKind(&e, "asset.download", "asset.placed", "asset.embed", "asset.order") || e.Weight() == 0 || !plainMatches(d, &e, r) {
			continue
		}
		into := []*group{all}
		for _, cells := range plainCells(d, &e, r) {
			key := fmt.Sprintf("%q", cells)
			if groups[key] == nil {
				groups[key] = &group{cells, map[string]*use{}}
			}
			into = append(into, groups[key])
		}
		id, _ := plainAsset(d, &e)
		for _, g := range into {
			if g.assets[id] == nil {
				g.assets[id] = &use{campaigns: map[string]bool{}, integrations: map[string]bool{}}
			}
			u := g.assets[id]
			u.n += e.Weight()
			if word := e.Context["campaign"]; word != "" {
				u.campaigns[plainCampaign(d, word)] = true
			}
			if word := e.Client.Integration; word != "" {
				u.integrations[word] = true
			}
		}
	}
	figures := func(g *group) []any {
		var used, reused, campaigns, integrations, uses int64
		for _, u := range g.assets {
			used++
			uses += u.n
			if u.n >= 2 {
				reused++
			}
			if len(u.campaigns) >= 2 {
				campaigns++
			}
			if len(u.integrations) >= 2 {
				integrations++
			}
		}
		return []any{used, reused, plainShare(int(reused), int(used)), plainShare(int(reused), len(d.records)), campaigns, integrations, uses}
	}
	return plainTable(r, figures(all), []string{"assets_used", "reused", "reuse_rate", "reuse_rate_library", "in_two_campaigns", "in_two_integrations", "uses"}, 0,
		func(yield func(cells, figures []any)) {
			for _, g := range groups {
				yield(g.cells, figures(g))
			}
		})
}

// plainCampaign is what a word for a campaign stands for.
func plainCampaign(d *library, word string) string {
	if v := d.words["campaign"][strings.ToLower(word)]; len(v) > 0 {
		return v[0]
	}
	return word
}

// plainTable makes rows and totals of groups: cells and then figures, by the figure of number first. A report by nothing has one row.
func plainTable(r Request, all []any, names []string, first int, groups func(yield func(cells, figures []any))) (rows [][]any, totals []Total) {
	keys := 0
	groups(func(cells, figures []any) {
		keys = len(cells)
		rows = append(rows, append(append([]any{}, cells...), figures...))
	})
	if len(rows) == 0 && len(r.By) == 0 && r.Interval == "" {
		rows = [][]any{all}
	}
	for i, name := range names {
		totals = append(totals, Total{name, all[i]})
	}
	var then []int
	for i := range keys {
		then = append(then, i)
	}
	return plainSort(rows, keys+first, then...), totals
}

func TestReuseEqualsPlainSums(t *testing.T) {
	compareReports(t, "reuse", groupBys, nil, plainReuse)
}
