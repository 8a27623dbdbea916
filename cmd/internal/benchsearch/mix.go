package main

import (
	"math/rand/v2"
	"strings"

	"semdex"
	"semdex/cmd/internal/generate"
	"semdex/internal/text"
	"semdex/search"
)

// query is what a reader types.
type query struct {
	text, lang string
	concept    bool // it holds a label
}

var facets = []string{"topic", "product", "region", "campaign", "type"}

func (q query) request(a search.Access) search.Request {
	return search.Request{Query: q.text, Lang: q.lang, Facets: facets, Access: a}
}

func fold(s string) string { return text.Exact(s) }

// plainWords are words of texts that are no label: neither in every other text nor in one alone.
func plainWords(l *generate.Library) []string {
	labels := map[string]bool{}
	for i := range l.Vocabulary.Concepts {
		for _, label := range l.Vocabulary.Concepts[i].Labels {
			for _, lang := range []string{"en", "de"} {
				labels[text.StemKey(text.Tokens(label.Text), lang)] = true
			}
			labels[text.Key(label.Text)] = true
		}
	}
	var words []string
	for rank := 20; rank < 1000; rank++ {
		w := l.Word("en", rank)
		stemmed := false
		for _, lang := range []string{"en", "de"} {
			stemmed = stemmed || labels[text.StemKey(text.Tokens(w), lang)]
		}
		if !labels[text.Key(w)] && !stemmed {
			words = append(words, w)
		}
	}
	return words
}

// newMix makes queries: half of them of plain words, half with the label of a concept, inner ones and leaves, of one to
// three words or labels with a word, in both languages.
func newMix(l *generate.Library, words []string, n int) []query {
	r := rand.New(rand.NewPCG(l.Seed, 'm'))
	var mix []query
	for i := range n {
		if i%2 == 0 {
			mix = append(mix, query{text: somePlain(r, words), lang: "en"})
			continue
		}
		q := query{concept: true, lang: "en"}
		if r.IntN(2) == 0 {
			q.lang = "de"
		}
		q.text = someLabel(r, l, q.lang)
		if r.IntN(3) == 0 && len(strings.Fields(q.text)) < 3 {
			q.text += " " + words[rankOf(r, len(words))]
		}
		mix = append(mix, q)
	}
	return mix
}

// rankOf draws a frequent word more often than a rare one, as readers do.
func rankOf(r *rand.Rand, n int) int {
	x := r.Float64()
	return min(n-1, int(x*x*float64(n)))
}

func somePlain(r *rand.Rand, words []string) string {
	var parts []string
	for range 1 + r.IntN(3) {
		parts = append(parts, words[rankOf(r, len(words))])
	}
	return strings.Join(parts, " ")
}

// someLabel gives a label of at most three words: of an inner concept or of a leaf, half and half.
func someLabel(r *rand.Rand, l *generate.Library, lang string) string {
	v := l.Vocabulary
	from, to := v.Leaves()
	for {
		c := &v.Concepts[r.IntN(from)]
		if r.IntN(2) == 0 {
			c = &v.Concepts[from+r.IntN(to-from)]
		}
		label := c.Labels[r.IntN(len(c.Labels))]
		if label.Lang == lang && label.Kind != semdex.HiddenLabel && len(strings.Fields(label.Text)) <= 3 {
			return label.Text
		}
	}
}
