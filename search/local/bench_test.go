package local_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"semdex"
	"semdex/search"
	"semdex/search/enginetest"
	"semdex/search/local"
)

const (
	benchAssets   = 100_000
	benchConcepts = 10_000
	benchBatch    = 1000
)

// batches parts assets into what one Apply takes.
func batches(assets []*semdex.Asset) [][]local.Change {
	var out [][]local.Change
	for part := range slices.Chunk(assets, benchBatch) {
		out = append(out, put(part...))
	}
	return out
}

// BenchmarkIndex indexes assets, and in the same run puts their texts, tags and concepts into a bare bleve
// index; ratio is how many times as long ours takes.
func BenchmarkIndex(b *testing.B) {
	assets := enginetest.Generate(1, 10_000, benchConcepts)
	var ours, bare time.Duration
	for b.Loop() {
		ours += timed(func() {
			x, err := local.Open(b.TempDir(), []string{"en", "de"})
			if err != nil {
				b.Fatal(err)
			}
			for i, changes := range batches(assets) {
				if err := x.Apply(context.Background(), changes, uint64(i+1)); err != nil {
					b.Fatal(err)
				}
			}
			x.Close()
		})
		bare += timed(func() { indexBare(b, assets) })
	}
	b.ReportMetric(float64(b.N*len(assets))/ours.Seconds(), "assets/s")
	b.ReportMetric(float64(b.N*len(assets))/bare.Seconds(), "bleve-assets/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "of-bleve")
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

// indexBare is bleve as it comes: the words of an asset in one English field, its values in another one.
func indexBare(b *testing.B, assets []*semdex.Asset) {
	m := bleve.NewIndexMapping()
	words, values := bleve.NewTextFieldMapping(), bleve.NewKeywordFieldMapping()
	words.Store, values.Store = false, false
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	m.DefaultMapping.AddFieldMappingsAt("text", words)
	m.DefaultMapping.AddFieldMappingsAt("values", values)
	x, err := bleve.NewUsing(filepath.Join(b.TempDir(), "bleve"), m, scorch.Name, scorch.Name, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	for part := range slices.Chunk(assets, benchBatch) {
		batch := x.NewBatch()
		for _, a := range part {
			if err := batch.Index(string(a.ID), bareDocument(a)); err != nil {
				b.Fatal(err)
			}
		}
		if err := x.Batch(batch); err != nil {
			b.Fatal(err)
		}
	}
}

func bareDocument(a *semdex.Asset) map[string]any {
	texts := slices.Concat(a.Tags, a.Keywords, a.Albums, []string{a.Name})
	for _, t := range []semdex.Text{a.Title, a.Description} {
		for _, s := range t {
			texts = append(texts, s)
		}
	}
	values := slices.Concat(a.Concepts, a.Tags, a.Keywords, a.Albums, []string{a.Type, string(a.Approval)})
	for _, list := range a.Fields {
		texts, values = append(texts, list...), append(values, list...)
	}
	return map[string]any{"text": texts, "values": values}
}

// BenchmarkSearch asks for a word, and for the same word or a concept that takes in 50, 200 and 1,000 others,
// by turns: filtered by rights and type, with three facets, the best 10 to be shown. ratio is the middle time
// by that of the plain word with the same filter and facets. bleve is its own disjunction and its own facets on the
// same index, without the rights. SEMDEX_BENCH_ASSETS says how many assets there are.
func BenchmarkSearch(b *testing.B) {
	x, err := local.Open(b.TempDir(), []string{"en", "de"})
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	assets := enginetest.Generate(1, benchSize(b), benchConcepts)
	for i, changes := range batches(assets) {
		if err := x.Apply(context.Background(), changes, uint64(i+1)); err != nil {
			b.Fatal(err)
		}
	}
	view := x.View()
	defer view.Release()
	facets := []search.Facet{
		{Name: "concept", By: newByValue("concepts")}, {Name: "type", By: newByValue("type")}, {Name: "region", By: newByValue("field:Region")},
	}
	for _, descendants := range []int{50, 200, 1000} {
		b.Run(fmt.Sprintf("concept=%d", descendants), func(b *testing.B) {
			var plain, expanded, bare []time.Duration
			for i := 0; b.Loop(); i++ {
				word := enginetest.Words[i%40]
				plain = append(plain, timed(func() { mustSearch(b, view, benchPlan(word, 0, facets)) }))
				expanded = append(expanded, timed(func() { mustSearch(b, view, benchPlan(word, descendants, facets)) }))
				if i%20 == 0 {
					bare = append(bare, timed(func() { searchBare(b, x.Bleve(), benchPlan(word, descendants, facets)) }))
				}
			}
			p50, p99 := quantiles(expanded)
			plain50, plain99 := quantiles(plain)
			bare50, _ := quantiles(bare)
			b.ReportMetric(ms(p50), "p50-ms")
			b.ReportMetric(ms(p99), "p99-ms")
			b.ReportMetric(ms(plain50), "plain-p50-ms")
			b.ReportMetric(ms(plain99), "plain-p99-ms")
			b.ReportMetric(ms(bare50), "bleve-p50-ms")
			b.ReportMetric(p50.Seconds()/plain50.Seconds(), "ratio")
		})
	}
}

func benchSize(b *testing.B) int {
	n := benchAssets
	if s := os.Getenv("SEMDEX_BENCH_ASSETS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

// searchBare has bleve run what a plan asks for, but for the rights.
func searchBare(b *testing.B, x bleve.Index, p *search.Plan) {
	r := bleve.NewSearchRequestOptions(narrowed(p.Filters, groupQuery(p.Groups, search.Misspelt)), p.Limit, 0, false)
	for _, f := range facetFields {
		r.AddFacet(f, bleve.NewFacetRequest("v:"+f, 20))
	}
	if _, err := x.Search(r); err != nil {
		b.Fatal(err)
	}
}

func mustSearch(b *testing.B, v search.View, p *search.Plan) {
	if _, err := v.Search(context.Background(), p); err != nil {
		b.Fatal(err)
	}
}

// benchPlan asks for a word or, where there are any, for concepts: every tenth, so that some are borne often.
func benchPlan(word string, descendants int, facets []search.Facet) *search.Plan {
	g := search.Group{Texts: []search.TextEvidence{{Terms: [][]string{{word}}, Scored: true, Class: search.Words, Weight: .9}}}
	for i := range descendants {
		g.Values = append(g.Values, search.ValueEvidence{Value: search.Value{Field: "concepts", Value: enginetest.ConceptURI(10 * i)}, Class: search.Narrower, Weight: .8})
	}
	return &search.Plan{Groups: []search.Group{g}, Facets: facets, Limit: 10, Access: search.Access{Use: semdex.Use{On: "2026-03-15", Territory: "DE"}},
		Filters: []search.Filter{{Name: "type", Values: []search.Value{{Field: "type", Value: "image"}, {Field: "type", Value: "video"}}}}}
}

// byValue puts each value of one field into a group of its own.
type byValue struct {
	field  string
	groups map[string]int32
}

func newByValue(field string) *byValue { return &byValue{field, map[string]int32{}} }

func (g *byValue) Fields() []string { return []string{g.field} }
func (g *byValue) Groups(v search.Value) []int32 {
	n, known := g.groups[v.Value]
	if !known {
		n = int32(len(g.groups))
		g.groups[v.Value] = n
	}
	return []int32{n}
}

func quantiles(times []time.Duration) (p50, p99 time.Duration) {
	slices.Sort(times)
	return times[len(times)/2], times[len(times)*99/100]
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }
