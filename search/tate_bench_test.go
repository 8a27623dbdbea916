package search_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"semdex/search"
)

// BenchmarkTate asks Tate's collection for the labels of its upper subjects, as plain words and expanded, by
// turns: whole requests with a facet and 20 hits.
func BenchmarkTate(b *testing.B) {
	folder := realData(b)
	c := readTate(b, folder)
	s := tateLibrary(b, folder)
	var labels []string
	for _, subject := range c.subjects {
		if len(c.narrower[subject]) > 0 {
			labels = append(labels, c.labels[subject])
		}
	}
	random := rand.New(rand.NewPCG(1, 1))
	times := map[search.Mode][]time.Duration{}
	for b.Loop() {
		label := labels[random.IntN(len(labels))]
		for _, mode := range []search.Mode{search.ExpandNone, search.ExpandNarrower} {
			start := time.Now()
			ask(b, s, search.Request{Query: label, Lang: "en", Expand: mode, Access: search.Access{Use: everyone.Use}, Facets: []string{"topic"}})
			times[mode] = append(times[mode], time.Since(start))
		}
	}
	for mode, name := range map[search.Mode]string{search.ExpandNone: "plain", search.ExpandNarrower: "expanded"} {
		slices.Sort(times[mode])
		n := len(times[mode])
		b.ReportMetric(times[mode][n/2].Seconds()*1000, name+"-p50-ms")
		b.ReportMetric(times[mode][n*99/100].Seconds()*1000, name+"-p99-ms")
	}
}
