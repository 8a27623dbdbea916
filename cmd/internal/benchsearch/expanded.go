package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"semdex"
	"semdex/cmd/internal/library"
	"semdex/search"
	"semdex/search/local/baretest"
)

// sizes are how many concepts a request is expanded to, about.
var sizes = []int{50, 200, 1000}

// inner is a concept and all that is below it.
type inner struct {
	label string
	uris  []string
}

// inners gives, for each of sizes, the concepts that come nearest to it, at most three.
func (b *bench) inners() map[int][]inner {
	v := b.library.Vocabulary
	below := map[int][]int{}
	for i := range v.Concepts {
		for _, up := range v.Concepts[i].Broader {
			below[up] = append(below[up], i)
		}
	}
	var all []inner
	for i := range v.Tops() + v.Middles() {
		found, seen := []int{i}, map[int]bool{i: true}
		for at := 0; at < len(found); at++ {
			for _, n := range below[found[at]] {
				if !seen[n] {
					seen[n] = true
					found = append(found, n)
				}
			}
		}
		x := inner{label: v.Concepts[i].Labels[0].Text}
		for _, n := range found {
			x.uris = append(x.uris, string(v.Concepts[n].URI))
		}
		all = append(all, x)
	}
	out := map[int][]inner{}
	for _, size := range sizes {
		slices.SortStableFunc(all, func(x, y inner) int { return cmp.Compare(distance(x, size), distance(y, size)) })
		out[size] = slices.Clone(all[:min(3, len(all))])
	}
	return out
}

func distance(x inner, size int) int { return max(len(x.uris)-size, size-len(x.uris)) }

// compare asks two requests by turns and gives the times of both, and the median of the second by the first.
func (b *bench) compare(n int, plain, other func(i int) error) (first, second times, ratio float64, err error) {
	var ratios []float64
	timed := func(ask func(int) error, i int) time.Duration {
		start := time.Now()
		err = cmp.Or(err, ask(i))
		return time.Since(start)
	}
	began := time.Now()
	for i := 0; i < n && err == nil && (i < 20 || time.Since(began) < b.each/2); i++ {
		var x, y time.Duration
		if i%2 == 0 {
			x, y = timed(plain, i), timed(other, i)
		} else {
			y, x = timed(other, i), timed(plain, i)
		}
		if i >= 6 { // before, tables are filled
			first, second = append(first, x), append(second, y)
			ratios = append(ratios, y.Seconds()/x.Seconds())
		}
	}
	return first, second, median(ratios), err
}

// frequentWords is how many plain words are asked by turns.
const frequentWords = 12

// someWords are the plain words that most assets have, so that their requests have work to do, too. It tells how many
// a plain key finds by them, on average.
func (b *bench) someWords(ctx context.Context, l *library.Library) ([]string, int, error) {
	type counted struct {
		word string
		hits int
	}
	var all []counted
	for _, word := range b.words[:min(len(b.words), 150)] {
		a, err := l.Search(ctx, search.Request{Query: word, Lang: "en", Access: l.Client()})
		if err != nil {
			return nil, 0, err
		}
		all = append(all, counted{word, a.Total})
	}
	slices.SortStableFunc(all, func(x, y counted) int { return cmp.Compare(y.hits, x.hits) })
	var words []string
	sum := 0
	for _, x := range all[:min(len(all), frequentWords)] {
		words, sum = append(words, x.word), sum+x.hits
	}
	return words, sum / max(1, len(words)), nil
}

// expanded compares requests for a concept with the same requests for a plain word.
func (b *bench) expanded(ctx context.Context, l *library.Library) error {
	b.heading("A request expanded to many concepts, by the same request with a plain word; five facets, rights; by turns")
	inners := b.inners()
	words, hits, err := b.someWords(ctx, l)
	b.asked = words
	if err != nil {
		return err
	}
	b.note("hits of a word", "%d", hits)
	found := 0
	ask := func(text string) error {
		a, err := l.Search(ctx, query{text: text, lang: "en"}.request(l.Client()))
		if err == nil {
			found = a.Total
		}
		return err
	}
	for _, size := range sizes {
		x := inners[size]
		of := func(i int) *inner { return &x[i%len(x)] }
		plain := func(i int) error { return ask(words[i%len(words)]) }
		labelled := 0
		p, e, ratio, err := b.compare(400, plain, func(i int) error {
			err := ask(of(i).label)
			labelled = max(labelled, found)
			return err
		})
		if err != nil {
			return err
		}
		b.atMost(fmt.Sprintf("label of a concept with about %d (%d, ...): times a word", size, len(x[0].uris)), ratio, 2, "x")
		b.note("  p50 of the word and of the label", "%.2f, %.2f ms; up to %d hits", p.quantile(.5), e.quantile(.5), labelled)
		_, e, ratio, err = b.compare(400, plain, func(i int) error { return ask(words[i%len(words)] + " " + of(i).label) })
		if err != nil {
			return err
		}
		b.note("  a word and that label: times the word", "%.2f x, p50 %.2f ms", ratio, e.quantile(.5))
	}
	return nil
}

// bareExpanded shows the same of bleve alone, on as many assets as sampleSize says.
func (b *bench) bareExpanded(ctx context.Context) error {
	words, inners := b.asked, b.inners()
	b.heading("The same by bleve's own disjunction of the concepts and bleve's own facets, on the first %d assets", b.sampleSize())
	on := semdex.DateOf(time.Now().UTC())
	for _, with := range [][]string{nil, {"concepts", "Product line", "Region", "Campaign", "type"}} {
		ask := func(word string, concepts []string) error {
			_, err := b.bare.Search(ctx, baretest.Request{Word: word, Concepts: concepts, On: on, Facets: with})
			return err
		}
		for _, size := range sizes {
			plain := func(i int) error { return ask(words[i%len(words)], nil) }
			list := inners[size]
			p, e, ratio, err := b.compare(60, plain, func(i int) error { return ask(words[i%len(words)], list[i%len(list)].uris) })
			if err != nil {
				return err
			}
			b.note(fmt.Sprintf("bleve, about %d concepts, %d facets: times bleve's word", size, len(with)), "%.2f x, p50 of the word %.2f ms, with the concepts %.2f ms", ratio, p.quantile(.5), e.quantile(.5))
		}
	}
	return nil
}
