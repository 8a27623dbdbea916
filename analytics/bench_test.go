package analytics

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"semdex"
)

// BenchmarkRecord tells events per second, sent in batches of 1,000 by one caller, and singly by many.
func BenchmarkRecord(b *testing.B) {
	for _, size := range []int{1000, 1} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			s := open(b, b.TempDir(), Options{})
			events := someEvents(1000)
			n := 0
			send := func() error {
				n++
				batch := make([]semdex.Event, size)
				for i := range batch {
					batch[i] = events[(n+i)%len(events)]
					batch[i].ID = fmt.Sprintf("%d-%d-%d", rand.Uint64(), n, i)
				}
				_, err := s.Record(context.Background(), batch, later)
				return err
			}
			if size > 1 {
				for b.Loop() {
					if err := send(); err != nil {
						b.Fatal(err)
					}
				}
			} else {
				b.SetParallelism(32)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						e := view(strconv.FormatUint(rand.Uint64(), 36))
						if _, err := s.Record(context.Background(), []semdex.Event{e}, later); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkImport tells how many events a second a file of 200,000 gives, on disk and in DuckDB, by how many encoding/json
// alone reads in the same run.
func BenchmarkImport(b *testing.B) {
	const n = 200_000
	var file bytes.Buffer
	for i := range n {
		e := someEvents(1)[0]
		e.ID, e.OccurredAt, e.Asset = fmt.Sprintf("evt_%08d", i), start.Add(time.Duration(i)*time.Second), fmt.Sprintf("files:a%d", i%5000)
		line, err := semdex.AppendEvent(nil, &e)
		if err != nil {
			b.Fatal(err)
		}
		file.Write(append(line, '\n'))
	}
	began := time.Now()
	for line := range bytes.Lines(file.Bytes()) {
		if err := json.Unmarshal(line, &semdex.Event{}); err != nil {
			b.Fatal(err)
		}
	}
	bare := time.Since(began)
	for b.Loop() {
		s := open(b, b.TempDir(), Options{})
		receipt, err := s.Import(context.Background(), bytes.NewReader(file.Bytes()), "events.jsonl", later, nil)
		if err != nil || receipt.Accepted != n {
			b.Fatalf("%+v %v", receipt, err)
		}
		if err := s.Flush(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(bare.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "x-json")
}

// large is a library of 5,000 assets with 3 topics each, out of 2,000 in a tree seven deep, and five regions.
func large() *library {
	l := &library{
		dims:   []Dimension{{"topic", true}, {"region", true}, {"type", false}},
		assets: make(map[string]semdex.AssetID), broader: make(map[string][]string), schemes: make(map[string]string),
		tags:  map[string]map[semdex.AssetID][]string{"topic": {}, "region": {}, "type": {}},
		words: map[string]map[string][]string{"region": {}},
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	topic := func(i int) string { return fmt.Sprintf("topic %d", i) }
	for i := range 2000 {
		l.schemes[topic(i)] = "topic"
		if i > 0 {
			l.broader[topic(i)] = []string{topic((i - 1) / 3)}
		}
	}
	for i, r := range []string{"dach", "nordics", "uk", "us", "apac"} {
		l.schemes[r], l.broader[r], l.words["region"][r] = "region", []string{"world"}, []string{r}
		_ = i
	}
	l.schemes["world"] = "region"
	for i := range 5000 {
		id := semdex.AssetID(fmt.Sprintf("files:a%d", i))
		l.assets[string(id)] = id
		for range 3 {
			l.tags["topic"][id] = append(l.tags["topic"][id], topic(rnd.IntN(2000)))
		}
		l.tags["type"][id] = []string{[]string{"image", "video", "document"}[i%3]}
	}
	return l
}

// BenchmarkUsage compares a report by topic and region with the least that DuckDB can do with the events:
// counting them by one column. SEMDEX_BENCH_EVENTS overrides how many there are.
func BenchmarkUsage(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("SEMDEX_BENCH_EVENTS"))
	if n == 0 {
		n = 200_000
	}
	s, d := open(b, b.TempDir(), Options{}), large()
	fillStore(b, s, n)
	bare := time.Hour
	for range 5 {
		at := time.Now()
		rows, err := s.db.Query("SELECT region, sum(weight) FROM usage.events GROUP BY region")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
		}
		_ = rows.Close()
		bare = min(bare, time.Since(at))
	}
	for _, r := range []Request{{By: []string{"topic", "region"}}, {By: []string{"type"}}, {By: []string{"region"}, Interval: "week"},
		{By: []string{"topic"}, From: "2026-03-01", To: "2026-03-31"}, {By: []string{"type"}, Filter: map[string][]string{"topic": {"topic 5"}}}} {
		b.Run(fmt.Sprintf("%v%s%s", r.By, r.Interval, r.From), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Usage(context.Background(), d, r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(bare), "x-bare")
		})
	}
	b.Logf("a bare count by region takes %v", bare)
}

func fillStore(b *testing.B, s *Store, n int) {
	rnd := rand.New(rand.NewPCG(9, 10))
	regions := []string{"dach", "nordics", "uk", "us", "apac"}
	batch := make([]semdex.Event, 0, 10_000)
	for i := range n {
		batch = append(batch, semdex.Event{ID: fmt.Sprintf("e%d", i), Type: []string{semdex.AssetView, semdex.AssetDownload, semdex.AssetShare}[rnd.IntN(3)],
			OccurredAt: start.Add(time.Duration(i) * (100 * 24 * time.Hour / time.Duration(n))), Asset: fmt.Sprintf("files:a%d", rnd.IntN(5000)),
			Actor: semdex.Actor{ID: fmt.Sprintf("u%d", rnd.IntN(2000))}, Context: map[string]string{"region": regions[rnd.IntN(5)]}})
		if len(batch) == cap(batch) || i == n-1 {
			if _, err := s.Record(context.Background(), batch, later); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	at := time.Now()
	if err := s.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.Logf("last flush %v", time.Since(at))
}
