package generate

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"semdex"
)

// Schemes of the vocabulary, and what the URIs of its concepts begin with.
const (
	Base     = "https://voc.example/"
	Topics   = Base + "topics"
	Products = Base + "products"
)

// Vocabulary is a tree of topics on three levels, with some concepts in two places, and a flat scheme of products.
type Vocabulary struct {
	Concepts []Concept
	tops     int // concepts of the first level come first
	middles  int // then those of the second, then the leaves
	products int // then the products
}

// Concept is one concept. Broader and Related are places in Concepts.
type Concept struct {
	URI      semdex.ConceptID
	Scheme   semdex.SchemeID
	Notation string
	Labels   []semdex.Label // first the English one, then the German one
	Broader  []int
	Related  []int
}

// Leaves gives the first leaf and the first concept that is none any more.
func (v *Vocabulary) Leaves() (from, to int) { return v.tops + v.middles, v.products }

// Tops says how many concepts of the first level there are; they come first.
func (v *Vocabulary) Tops() int { return v.tops }

// Middles says how many concepts of the second level there are; they follow.
func (v *Vocabulary) Middles() int { return v.middles }

func newVocabulary(r *rand.Rand, concepts int, words map[string][]string) *Vocabulary {
	v := &Vocabulary{middles: min(tateMiddles, max(2, concepts/10))}
	v.tops = max(1, min(tateTops, v.middles/4))
	v.products = max(concepts, v.tops+v.middles+1)
	b := &labeller{r: r, words: words, rank: newSampler(curve{{1, 1}, {20, .7}, {200, .3}, {2000, .1}}.weights(min(len(words["en"])-frequentWords, 6000)))}
	for n := range v.products {
		c := b.concept(Topics, fmt.Sprintf("t%d", n), newSampler(labelWords).draw(r))
		if n >= v.tops+v.middles && r.Float64() < homonyms/2 { // the other one had its label first
			c.Labels[0].Text = v.Concepts[v.tops+r.IntN(n-v.tops)].Labels[0].Text
		}
		v.Concepts = append(v.Concepts, c)
	}
	for n := range ProductLines {
		v.Concepts = append(v.Concepts, b.concept(Products, fmt.Sprintf("p%d", n), 2))
	}
	v.grow(r)
	return v
}

// grow puts the topics into a tree, a few leaves into a second place, and relates some.
func (v *Vocabulary) grow(r *rand.Rand) {
	below := newSampler(toFloats(topFanOut[:v.tops]))
	for m := range v.middles {
		top := m // each has one at least
		if m >= v.tops {
			top = below.draw(r)
		}
		v.Concepts[v.tops+m].Broader = []int{top}
	}
	fanOut := newSampler(middleFanOut.weights(v.middles))
	order := r.Perm(v.middles) // the large ones are anywhere
	from, to := v.Leaves()
	for n := from; n < to; n++ {
		m := (n - from) % v.middles
		if n-from >= v.middles {
			m = order[fanOut.draw(r)]
		}
		v.Concepts[n].Broader = []int{v.tops + m}
		if other := v.tops + r.IntN(v.middles); r.Float64() < .03 && other != v.tops+m {
			v.Concepts[n].Broader = append(v.Concepts[n].Broader, other)
		}
		if other := from + r.IntN(to-from); r.Float64() < .05 && other != n {
			v.Concepts[n].Related = []int{other}
		}
	}
}

func toFloats(numbers []int) []float64 {
	out := make([]float64, len(numbers))
	for i, n := range numbers {
		out[i] = float64(n)
	}
	return out
}

// labeller gives concepts their names.
type labeller struct {
	r     *rand.Rand
	words map[string][]string
	rank  sampler
	taken map[string]bool
}

// concept makes a concept with names of that many words: one in each language, and some more.
func (b *labeller) concept(scheme, id string, words int) Concept {
	c := Concept{URI: semdex.ConceptID(Base + id), Scheme: semdex.SchemeID(scheme), Notation: strings.ToUpper(id)}
	add := func(kind semdex.LabelKind, lang string, words int) {
		c.Labels = append(c.Labels, semdex.Label{Text: b.name(lang, words), Lang: lang, Kind: kind})
	}
	add(semdex.PrefLabel, "en", words)
	add(semdex.PrefLabel, "de", max(1, words-1)) // German writes in one what English writes in two
	if b.r.Float64() < .4 {
		add(semdex.AltLabel, "en", words)
	}
	if b.r.Float64() < .25 {
		add(semdex.AltLabel, "de", words)
	}
	if b.r.Float64() < .05 {
		add(semdex.HiddenLabel, "en", 1)
	}
	slices.SortStableFunc(c.Labels, func(x, y semdex.Label) int { return cmp.Compare(x.Kind, y.Kind) })
	return c
}

// name makes a name that no concept has yet.
func (b *labeller) name(lang string, words int) string {
	if b.taken == nil {
		b.taken = map[string]bool{}
	}
	for try := 0; ; try++ {
		parts := make([]string, words+try/20)
		for i := range parts {
			parts[i] = b.words[lang][frequentWords+b.rank.draw(b.r)]
			if lang == "de" {
				parts[i] = capital(parts[i])
			}
		}
		if name := strings.Join(parts, " "); !b.taken[name] {
			b.taken[name] = true
			return name
		}
	}
}

// leaves draws the concepts of assets: leaves of the tree, by how frequent they are.
type leaves struct {
	first  int
	all    sampler
	middle []int // by leaf, from first on
	top    []int
	within map[int]*branch // by a concept above leaves, those leaves
}

// branch is what is below a concept.
type branch struct {
	leaves []int
	weight sampler
}

func newLeaves(v *Vocabulary) *leaves {
	from, to := v.Leaves()
	l := &leaves{first: from, within: map[int]*branch{}}
	weights := make([]float64, to-from)
	shares := conceptShares.weights(to - from)
	for rank, leaf := range v.frequency() {
		weights[leaf-from] = shares[rank]
	}
	l.all = newSampler(weights)
	sorted := map[int][]float64{}
	for leaf := from; leaf < to; leaf++ {
		middle := v.Concepts[leaf].Broader[0]
		top := v.Concepts[middle].Broader[0]
		l.middle, l.top = append(l.middle, middle), append(l.top, top)
		for _, above := range []int{middle, top} {
			if l.within[above] == nil {
				l.within[above] = &branch{}
			}
			l.within[above].leaves = append(l.within[above].leaves, leaf)
			sorted[above] = append(sorted[above], weights[leaf-from])
		}
	}
	for above, b := range l.within {
		b.weight = newSampler(sorted[above])
	}
	return l
}

// frequency gives the leaves by how frequent they are. Frequent ones come from all branches alike, as those with
// very many leaves, such as the names of people, have the rare ones.
func (v *Vocabulary) frequency() []int {
	from, to := v.Leaves()
	below := make([][]int, v.middles)
	for leaf := from; leaf < to; leaf++ {
		m := v.Concepts[leaf].Broader[0] - v.tops
		below[m] = append(below[m], leaf)
	}
	r := rand.New(rand.NewPCG(uint64(to), 'q'))
	var order []int
	for len(order) < to-from {
		weights := make([]float64, v.middles)
		for m, left := range below {
			weights[m] = power(float64(len(left)), .5)
		}
		drawn := newSampler(weights)
		for range max(1, v.middles/8) {
			if m := drawn.draw(r); len(below[m]) > 0 {
				order = append(order, below[m][0])
				below[m] = below[m][1:]
			}
		}
	}
	return order
}

// How often a further concept of an asset is drawn from near its first one; the rest comes from anywhere. This gives
// sameMiddle and sameTop.
const (
	nearMiddle = .085
	nearTop    = .29
)

// draw gives n different concepts.
func (l *leaves) draw(r *rand.Rand, n int) []int {
	var out []int
	for try := 0; len(out) < n && try < 20*n; try++ {
		leaf := l.first + l.all.draw(r)
		if x := r.Float64(); len(out) > 0 && x < nearMiddle+nearTop {
			near := out[0] - l.first
			above := l.middle[near]
			if x >= nearMiddle {
				above = l.top[near]
			}
			b := l.within[above]
			leaf = b.leaves[b.weight.draw(r)]
		}
		if !slices.Contains(out, leaf) {
			out = append(out, leaf)
		}
	}
	return out
}
