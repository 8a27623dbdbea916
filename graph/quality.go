package graph

import (
	"cmp"
	"slices"

	"semdex"
	"semdex/internal/text"
)

// Quality is what a vocabulary lacks for search to go by it, in the terms of qSKOS (Mader, Haslhofer and Isaac,
// "Finding quality issues in SKOS vocabularies", 2012). Deprecated concepts count for Dangling alone.
type Quality struct {
	Concepts    int                // that are not deprecated
	Unlabelled  map[string][]int32 // language -> concepts without a prefLabel in it (incomplete language coverage)
	NoSynonym   []int32            // concepts with no other label than prefLabels
	Orphans     []int32            // concepts that no relation joins with another
	Dangling    []int32            // deprecated concepts without a successor
	Overlapping []Overlap          // labels that several concepts of one scheme bear (overlapping labels)
}

// Overlap is a label that names more than one concept of a scheme, so that a tag of that text names none.
type Overlap struct {
	Text     string
	Concepts []int32
}

// Quality looks through the whole vocabulary. languages are those that labels are wanted in.
func (g *Graph) Quality(languages []string) Quality {
	q := Quality{Unlabelled: map[string][]int32{}}
	for c := range g.All() {
		if g.Deprecated(c) {
			if len(g.Successors(c)) == 0 {
				q.Dangling = append(q.Dangling, c)
			}
			continue
		}
		q.Concepts++
		for _, lang := range languages {
			if !g.hasLabel(c, lang) {
				q.Unlabelled[lang] = append(q.Unlabelled[lang], c)
			}
		}
		if !slices.ContainsFunc(g.Labels(c), func(l semdex.Label) bool { return l.Kind != semdex.PrefLabel }) {
			q.NoSynonym = append(q.NoSynonym, c)
		}
		if g.joinedWithNone(c) {
			q.Orphans = append(q.Orphans, c)
		}
	}
	q.Overlapping = g.overlaps()
	return q
}

// hasLabel reports whether c has a prefLabel in a language; an untagged one counts for every language.
func (g *Graph) hasLabel(c int32, lang string) bool {
	return slices.ContainsFunc(g.Labels(c), func(l semdex.Label) bool {
		return l.Kind == semdex.PrefLabel && (l.Lang == "" || semdex.LanguageMatches(lang, l.Lang))
	})
}

func (g *Graph) joinedWithNone(c int32) bool {
	n := len(g.Broader(c)) + len(g.Narrower(c)) + len(g.Related(c))
	for m := range g.concepts[c].mappings {
		n += len(g.concepts[c].mappings[m])
	}
	return n == 0
}

// overlaps finds the labels that several concepts of a scheme bear, in the order of the labels.
func (g *Graph) overlaps() []Overlap {
	type place struct {
		scheme int32 // -1: none
		key    string
	}
	bearers, shown := map[place][]int32{}, map[place]string{}
	for c := range g.All() {
		if g.Deprecated(c) {
			continue
		}
		schemes := g.SchemesOf(c)
		if len(schemes) == 0 {
			schemes = []int32{-1}
		}
		for _, l := range g.Labels(c) {
			for _, scheme := range schemes {
				at := place{scheme, text.Key(l.Text)}
				if !slices.Contains(bearers[at], c) {
					bearers[at] = append(bearers[at], c)
				}
				shown[at] = cmp.Or(shown[at], l.Text)
			}
		}
	}
	var out []Overlap
	for at, concepts := range bearers {
		if len(concepts) > 1 {
			out = append(out, Overlap{shown[at], concepts})
		}
	}
	slices.SortFunc(out, func(a, b Overlap) int {
		return cmp.Or(cmp.Compare(a.Text, b.Text), slices.Compare(a.Concepts, b.Concepts))
	})
	return slices.CompactFunc(out, func(a, b Overlap) bool { return a.Text == b.Text && slices.Equal(a.Concepts, b.Concepts) }) // in several schemes
}
