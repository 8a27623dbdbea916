package generate

import (
	"slices"
	"strings"

	"semdex"
	"semdex/internal/text"
)

// Tree is what Measure has to know of a vocabulary, by the URIs of concepts.
type Tree struct {
	Broader map[string]string // of the second level and the leaves
	Label   map[string]string
}

// Statistics are the figures of a library that its size does not change much. Shares are of 1.
type Statistics struct {
	Assets            int
	Tags              []float64 // share of assets with 0, 1, 2, ... concepts
	Title             []float64 // the same for words in the title
	Description       []float64
	Concepts          []int // how many assets have each concept, the most frequent first
	Words             []int // how often each word stands there, the most frequent first
	SameMiddle        float64
	SameTop           float64
	LabelInText       float64
	Homonyms          float64
	TopFan, MiddleFan []int // concepts directly below each of the first and second level, most first
}

// meter takes assets in, one by one.
type meter struct {
	tree                     Tree
	assets                   int
	tags, title, description []int
	concepts, words          map[string]int
	pairs, middle, top       int
	tagged, said             int
}

// Measure reads assets one by one. Raw tags that are a label count as concepts.
func Measure(tree Tree, each func(yield func(*semdex.Asset) error) error) (Statistics, error) {
	m := &meter{tree: tree, concepts: map[string]int{}, words: map[string]int{}}
	if err := each(m.add); err != nil {
		return Statistics{}, err
	}
	s := Statistics{
		Assets: m.assets, Tags: shares(m.tags, m.assets), Title: shares(m.title, m.assets), Description: shares(m.description, m.assets),
		Concepts: falling(m.concepts), Words: falling(m.words), SameMiddle: ratio(m.middle, m.pairs), SameTop: ratio(m.top, m.pairs),
		LabelInText: ratio(m.said, m.tagged), Homonyms: tree.homonyms(),
	}
	s.TopFan, s.MiddleFan = tree.fanOut()
	return s, nil
}

func (m *meter) add(a *semdex.Asset) error {
	m.assets++
	title, description := text.Tokens(a.Title.In("en")), text.Tokens(a.Description.In("en"))
	count(&m.tags, len(a.Concepts)+len(a.Tags))
	count(&m.title, len(title))
	count(&m.description, len(description))
	said := " " + text.Join(title) + " . " + text.Join(description) + " "
	for _, t := range slices.Concat(title, description) {
		m.words[t.Term]++
	}
	for i, c := range a.Concepts {
		m.concepts[c]++
		m.tagged++
		if strings.Contains(said, " "+text.Key(m.tree.Label[c])+" ") {
			m.said++
		}
		for _, d := range a.Concepts[:i] {
			m.pair(m.tree.Broader[c], m.tree.Broader[d])
		}
	}
	return nil
}

func (m *meter) pair(c, d string) {
	m.pairs++
	if c == d {
		m.middle++
	}
	if m.tree.Broader[c] == m.tree.Broader[d] {
		m.top++
	}
}

func (t Tree) homonyms() float64 {
	named := map[string]int{}
	for _, label := range t.Label {
		named[text.Exact(label)]++
	}
	n := 0
	for _, label := range t.Label {
		if named[text.Exact(label)] > 1 {
			n++
		}
	}
	return ratio(n, len(t.Label))
}

func (t Tree) fanOut() (top, middle []int) {
	below := map[string]int{}
	for _, b := range t.Broader {
		below[b]++
	}
	for c, n := range below {
		if t.Broader[c] == "" {
			top = append(top, n)
		} else {
			middle = append(middle, n)
		}
	}
	for _, list := range [][]int{top, middle} {
		slices.Sort(list)
		slices.Reverse(list)
	}
	return top, middle
}

func count(list *[]int, n int) {
	for len(*list) <= n {
		*list = append(*list, 0)
	}
	(*list)[n]++
}

func shares(counts []int, of int) []float64 {
	out := make([]float64, len(counts))
	for i, n := range counts {
		out[i] = ratio(n, of)
	}
	return out
}

func ratio(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

func falling(counts map[string]int) []int {
	var out []int
	for _, n := range counts {
		out = append(out, n)
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

// Tree gives the vocabulary in the form of Measure, each concept below its first broader one.
func (v *Vocabulary) Tree() Tree {
	t := Tree{map[string]string{}, map[string]string{}}
	for i := range v.Concepts[:v.products] {
		c := &v.Concepts[i]
		t.Label[string(c.URI)] = c.Labels[0].Text
		if len(c.Broader) > 0 {
			t.Broader[string(c.URI)] = string(v.Concepts[c.Broader[0]].URI)
		}
	}
	return t
}
