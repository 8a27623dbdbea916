package analytics

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"semdex"
)

// BenchmarkAssetReports tells how long the reports on assets and rights take. SEMDEX_BENCH_EVENTS overrides how many events there are;
// there is an asset for each 40 of them.
func BenchmarkAssetReports(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("SEMDEX_BENCH_EVENTS"))
	if n == 0 {
		n = 200_000
	}
	s, d := open(b, b.TempDir(), Options{}), large()
	d.today, d.rules.UnitCost = "2026-05-01", &semdex.Money{Amount: 450, Currency: "EUR"}
	fillUses(b, s, d, n)
	for _, def := range assetReports {
		for _, r := range []Request{{}, {By: []string{"topic"}}} {
			if !def.Groups && r.By != nil {
				continue
			}
			b.Run(fmt.Sprintf("%s%v", def.Name, r.By), func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Report(context.Background(), d, def.Name, r); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// fillUses records events of which half are uses, of assets that have rights and costs.
func fillUses(b *testing.B, s *Store, d *library, n int) {
	rnd := rand.New(rand.NewPCG(9, 11))
	d.version, d.records = "1", make(map[semdex.AssetID]*semdex.Asset)
	assets := max(1, n/40)
	for i := range assets {
		id := semdex.AssetID(fmt.Sprintf("files:a%d", i))
		d.assets[string(id)] = id
		for range 3 {
			d.tags["topic"][id] = append(d.tags["topic"][id], fmt.Sprintf("topic %d", rnd.IntN(2000)))
		}
		d.records[id] = &semdex.Asset{ID: id, Type: "image", Approval: semdex.Approved, Created: start.AddDate(-1, 0, 0), Title: semdex.Text{"en": string(id)},
			Rights: &semdex.Rights{ValidUntil: "2026-03-01", Territories: []string{"dach", "uk"}, Cost: &semdex.Money{Amount: 10, Currency: "EUR"}}}
	}
	types := []string{semdex.AssetView, semdex.AssetDownload, semdex.AssetView, semdex.AssetPlaced, semdex.SearchResultClick, semdex.AssetEmbed, semdex.AssetShare, semdex.LicensePurchase}
	var batch []semdex.Event
	for i := range n {
		batch = append(batch, semdex.Event{ID: fmt.Sprintf("e%d", i), Type: types[rnd.IntN(len(types))], Asset: fmt.Sprintf("files:a%d", rnd.IntN(1+rnd.IntN(assets))),
			OccurredAt: start.Add(time.Duration(i) * (100 * 24 * time.Hour / time.Duration(n))), Actor: semdex.Actor{ID: fmt.Sprintf("u%d", rnd.IntN(2000))},
			Context: map[string]string{"region": []string{"dach", "nordics", "uk", "us", "apac"}[rnd.IntN(5)], "campaign": fmt.Sprintf("c%d", rnd.IntN(50)),
				"uri": fmt.Sprintf("https://shop.example/%d", rnd.IntN(n/100+1))}})
		if len(batch) == 10_000 || i == n-1 {
			if _, err := s.Record(context.Background(), batch, later); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	if err := s.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
}
