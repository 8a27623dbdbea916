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

// BenchmarkSearchReports tells how long the reports on searches take, beside usage. SEMDEX_BENCH_EVENTS overrides how many events there are.
func BenchmarkSearchReports(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("SEMDEX_BENCH_EVENTS"))
	if n == 0 {
		n = 200_000
	}
	s, d := open(b, b.TempDir(), Options{}), large()
	d.today, d.records = "2026-05-01", make(map[semdex.AssetID]*semdex.Asset)
	for _, id := range d.assets {
		d.records[id] = &semdex.Asset{ID: id, Approval: semdex.Approved}
	}
	fillSearches(b, s, n)
	for _, name := range []string{"usage", "zero-results", "low-results", "gaps", "search-quality", "expansion-value", "time-to-find", "adoption", "top-concepts"} {
		for _, r := range []Request{{}, {By: []string{"topic"}}} {
			if def, _ := FindReport(name); !def.Groups && r.By != nil {
				continue
			}
			b.Run(fmt.Sprintf("%s%v", name, r.By), func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Report(context.Background(), d, name, r); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// fillSearches records sessions of seven events each, a quarter of them searches.
func fillSearches(b *testing.B, s *Store, n int) {
	rnd := rand.New(rand.NewPCG(9, 10))
	regions := []string{"dach", "nordics", "uk", "us", "apac"}
	var batch []semdex.Event
	for i := range n {
		e := semdex.Event{ID: fmt.Sprintf("e%d", i), OccurredAt: start.Add(time.Duration(i) * (100 * 24 * time.Hour / time.Duration(n))),
			Actor: semdex.Actor{ID: fmt.Sprintf("u%d", rnd.IntN(2000))}, Session: fmt.Sprintf("s%d", i/7), Context: map[string]string{"region": regions[rnd.IntN(5)]}}
		if i%4 == 0 {
			total := max(0, rnd.IntN(30)-3)
			e.Type, e.Total, e.Query, e.QueryID = semdex.SearchExecuted, &total, fmt.Sprintf("word %d", rnd.IntN(1+rnd.IntN(50000))), fmt.Sprintf("q%d", i)
			e.Concepts = []string{fmt.Sprintf("c:topic %d", rnd.IntN(2000))}
			e.Search = &semdex.SearchDetail{Expand: "narrower"}
			for range 5 {
				e.Search.ExpansionHits = append(e.Search.ExpansionHits, fmt.Sprintf("files:a%d", rnd.IntN(5000)))
			}
		} else {
			e.Type, e.Asset, e.QueryID, e.Position = []string{semdex.AssetView, semdex.AssetDownload, semdex.SearchResultClick}[rnd.IntN(3)], fmt.Sprintf("files:a%d", rnd.IntN(5000)), fmt.Sprintf("q%d", i/4*4), 1+rnd.IntN(9)
		}
		if batch = append(batch, e); len(batch) == 10000 || i == n-1 {
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
