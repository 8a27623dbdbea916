package search_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"semdex"
	"semdex/search"
)

// spelled makes a word of syllables; small numbers are frequent.
func spelled(random *rand.Rand) string {
	const syllables = "pa ra sus tain lo me ver ku hut pack ing er ent al so no ber gen tra fi"
	list := strings.Fields(syllables)
	var b strings.Builder
	for range 2 + random.IntN(3) {
		b.WriteString(list[min(random.IntN(len(list)), random.IntN(len(list)))])
	}
	return b.String()
}

// generatedVocabulary has n concepts with four labels of one to three words in two languages.
func generatedVocabulary(n int) *search.Vocabulary {
	random := rand.New(rand.NewPCG(3, 4))
	label := func() string {
		words := []string{}
		for range 1 + random.IntN(3) {
			words = append(words, spelled(random))
		}
		return strings.Join(words, " ")
	}
	labels := map[string]string{}
	for i := range n {
		labels[fmt.Sprintf("c%05d", i)] = label() + "@en | " + label() + "@de | ~" + label() + "@en | !" + label() + "@en"
	}
	return search.NewVocabulary(labels, nil)
}

// BenchmarkSuggest types words into a vocabulary of 16,632 concepts, letter by letter and one in four with an
// error: whole requests beside 500 assets and beside 20 times as many, by turns with a scan over all labels.
func BenchmarkSuggest(b *testing.B) {
	const concepts = 16_632
	vocabulary := generatedVocabulary(concepts)
	random := rand.New(rand.NewPCG(5, 6))
	var few, many []*semdex.Asset
	for i := range 10_000 {
		a := &semdex.Asset{ID: semdex.AssetID(fmt.Sprintf("files:%d", i)), Title: semdex.Text{"en": spelled(random) + " " + spelled(random)},
			Concepts: []string{fmt.Sprintf("%sc%05d", search.Base, random.IntN(concepts))}, Approval: semdex.Approved}
		if many = append(many, a); i < 500 {
			few = many[:i+1]
		}
	}
	small, _ := library(b, settings, vocabulary, few...)
	large, _ := library(b, settings, vocabulary, many...)
	naive := search.NaiveCompleter(vocabulary)
	times := map[string][]time.Duration{}
	timed := func(name string, f func()) {
		start := time.Now()
		f()
		times[name] = append(times[name], time.Since(start))
	}
	for _, s := range []*search.Service{small, large} {
		suggest(b, s, search.SuggestRequest{Query: "warm", Access: everyone})
	}
	for b.Loop() {
		typed := []rune(spelled(random))
		if typed = typed[:1+random.IntN(len(typed))]; len(typed) > 4 && random.IntN(4) == 0 {
			typed[2] = 'x'
		}
		r := search.SuggestRequest{Query: string(typed), Lang: "en", Access: everyone}
		timed("scan", func() { naive(r.Query, 10) })
		timed("few", func() { suggest(b, small, r) })
		timed("many", func() { suggest(b, large, r) })
	}
	for name := range times {
		slices.Sort(times[name])
	}
	n := len(times["scan"])
	middle := func(name string) float64 { return times[name][n/2].Seconds() * 1000 }
	b.ReportMetric(middle("few"), "p50-ms")
	b.ReportMetric(times["few"][n*99/100].Seconds()*1000, "p99-ms")
	b.ReportMetric(times["few"][n-1].Seconds()*1000, "max-ms")
	b.ReportMetric(middle("few")/middle("scan"), "of-a-scan")
	b.ReportMetric(middle("many")/middle("few"), "20x-assets")
}

// BenchmarkTateSuggest types the labels of Tate's subjects letter by letter, beside its works.
func BenchmarkTateSuggest(b *testing.B) {
	folder := realData(b)
	labels := slices.Sorted(maps.Values(readTate(b, folder).labels))
	s := tateLibrary(b, folder)
	start := time.Now()
	suggest(b, s, search.SuggestRequest{Query: "warm", Access: everyone})
	first := time.Since(start)
	random := rand.New(rand.NewPCG(1, 1))
	var times []time.Duration
	for b.Loop() {
		label := []rune(labels[random.IntN(len(labels))])
		typed := string(label[:1+random.IntN(len(label))])
		if strings.IndexFunc(typed, unicode.IsLetter) < 0 {
			continue
		}
		start := time.Now()
		suggest(b, s, search.SuggestRequest{Query: typed, Lang: "en", Access: everyone})
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	b.ReportMetric(float64(len(labels)), "subjects")
	b.ReportMetric(first.Seconds()*1000, "first-ms")
	b.ReportMetric(times[len(times)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(times[len(times)*99/100].Seconds()*1000, "p99-ms")
}
