// Package graph holds the SKOS vocabularies of a library in memory, as one graph, and answers how their
// concepts relate.
//
// Build makes a Graph and nothing changes it afterwards, so many goroutines may read it without a lock. To
// reload, build a second one and swap the pointer. Concepts are numbered 0 to Len()-1 in the order of their
// URIs; a number means nothing in another Graph.
//
// What Build guarantees, whatever the files say: at most one prefLabel per concept and language (SKOS S14)
// and no label of two kinds (S13); narrower mirrors broader, and related, exactMatch, closeMatch and
// relatedMatch run both ways; exactMatch is followed through (it is transitive); related never joins a
// concept with one above or below it (S27). What had to be mended to get there is told by Problems, and the
// source is never altered. Broader may run in a circle, which SKOS permits, so every walk remembers where it
// has been.
package graph

import (
	"iter"
	"slices"

	"semdex"
)

// concept is one node. Relations hold numbers of other nodes, sorted.
type concept struct {
	id         semdex.ConceptID
	labels     []semdex.Label // by kind, then language, then text
	notations  []string
	notes      []Note
	schemes    []int32
	broader    []int32
	narrower   []int32
	related    []int32
	mappings   [mappingKinds][]int32
	foreign    [mappingKinds][]string // mapped URIs that are no concepts here
	successors []int32
	deprecated bool
	top        bool
}

// Note is a documentation property of a concept, such as its definition.
type Note struct {
	Property string // local name in SKOS: definition, scopeNote, example, ...
	Text     string
	Lang     string
}

// Scheme is a concept scheme. Labels may be empty.
type Scheme struct {
	ID     semdex.SchemeID
	Labels []semdex.Label
	Top    []int32 // its top concepts
	Size   int     // how many concepts are in it
}

// Graph is a set of vocabularies, joined.
type Graph struct {
	concepts    []concept
	byID        map[semdex.ConceptID]int32
	schemes     []Scheme
	schemeByID  map[semdex.SchemeID]int32
	collections []Collection
	foreign     map[string][]int32 // URI that is no concept here -> concepts that are an exactMatch of it, or have taken its place
	ancestors   [][]int32          // all that is broader, over any number of steps, without the concept itself
	problems    []Problem
	triples     int
}

// Collection is a labelled group of concepts. It takes no part in the hierarchy.
type Collection struct {
	ID      string
	Labels  []semdex.Label
	Members []int32
}

// Mapping is a kind of SKOS mapping relation.
type Mapping uint8

const (
	ExactMatch Mapping = iota
	CloseMatch
	BroadMatch  // the target is broader
	NarrowMatch // the target is narrower
	RelatedMatch
	mappingKinds = 5
)

// Len is the number of concepts.
func (g *Graph) Len() int { return len(g.concepts) }

// Triples is the number of triples that the graph was built from.
func (g *Graph) Triples() int { return g.triples }

// Find gives the number of the concept with that URI.
func (g *Graph) Find(id semdex.ConceptID) (int32, bool) {
	n, ok := g.byID[id]
	return n, ok
}

// FindForeign gives the concepts that stand for a URI which is itself no concept of this graph: those that are
// an exactMatch of it, or the one that has replaced it.
func (g *Graph) FindForeign(uri string) []int32 { return g.foreign[uri] }

// ID gives the URI of concept c.
func (g *Graph) ID(c int32) semdex.ConceptID { return g.concepts[c].id }

// Labels gives all labels of c: prefLabels first, then altLabels, then hiddenLabels.
func (g *Graph) Labels(c int32) []semdex.Label { return g.concepts[c].labels }

// Notations gives the codes of c.
func (g *Graph) Notations(c int32) []string { return g.concepts[c].notations }

// Notes gives the definitions and other notes of c.
func (g *Graph) Notes(c int32) []Note { return g.concepts[c].notes }

// Narrower gives what is one skos:narrower step below c, or stated to be.
func (g *Graph) Narrower(c int32) []int32 { return g.concepts[c].narrower }

// Broader gives what is one skos:broader step above c.
func (g *Graph) Broader(c int32) []int32 { return g.concepts[c].broader }

// Related gives what is skos:related to c.
func (g *Graph) Related(c int32) []int32 { return g.concepts[c].related }

// Mapped gives the concepts of this graph that c is mapped to by m.
func (g *Graph) Mapped(c int32, m Mapping) []int32 { return g.concepts[c].mappings[m] }

// ExactMatches is Mapped by ExactMatch.
func (g *Graph) ExactMatches(c int32) []int32 { return g.Mapped(c, ExactMatch) }

// CloseMatches is Mapped by CloseMatch.
func (g *Graph) CloseMatches(c int32) []int32 { return g.Mapped(c, CloseMatch) }

// NarrowMatches is Mapped by NarrowMatch.
func (g *Graph) NarrowMatches(c int32) []int32 { return g.Mapped(c, NarrowMatch) }

// RelatedMatches is Mapped by RelatedMatch.
func (g *Graph) RelatedMatches(c int32) []int32 { return g.Mapped(c, RelatedMatch) }

// Deprecated reports whether c is marked owl:deprecated.
func (g *Graph) Deprecated(c int32) bool { return g.concepts[c].deprecated }

// Successors gives what c is dct:isReplacedBy.
func (g *Graph) Successors(c int32) []int32 { return g.concepts[c].successors }

// SchemesOf gives the numbers of the schemes c is in.
func (g *Graph) SchemesOf(c int32) []int32 { return g.concepts[c].schemes }

// InScheme reports whether c is in the scheme; every concept is in the empty one.
func (g *Graph) InScheme(c int32, scheme semdex.SchemeID) bool {
	if scheme == "" {
		return true
	}
	n, ok := g.schemeByID[scheme]
	return ok && slices.Contains(g.concepts[c].schemes, n)
}

// Schemes gives the concept schemes in the order of their URIs.
func (g *Graph) Schemes() []Scheme { return g.schemes }

// Collections gives the SKOS collections in the order of their ids.
func (g *Graph) Collections() []Collection { return g.collections }

// Problems gives what was wrong in the files and how it was mended, errors first.
func (g *Graph) Problems() []Problem { return g.problems }

// PrefLabel gives the name of c to show: its prefLabel in the first of langs that has one, else the
// untagged one, else the first by language; where it has none, an altLabel by the same rule; else the
// last part of its URI. The same concept and langs give the same name always.
func (g *Graph) PrefLabel(c int32, langs ...string) string {
	for _, kind := range []semdex.LabelKind{semdex.PrefLabel, semdex.AltLabel} {
		if name := pick(g.concepts[c].labels, kind, langs); name != "" {
			return name
		}
	}
	return localName(string(g.concepts[c].id))
}

// Name gives the label of the scheme to show, by the rule of PrefLabel.
func (s *Scheme) Name(langs ...string) string {
	if name := pick(s.Labels, semdex.PrefLabel, langs); name != "" {
		return name
	}
	return localName(string(s.ID))
}

// pick finds the label of the kind in the first language that has one. Labels are sorted, so that the
// choice among equals is always the same.
func pick(labels []semdex.Label, kind semdex.LabelKind, langs []string) string {
	for _, lang := range append(semdex.LanguageRanges(langs...), "") {
		for _, l := range labels {
			if l.Kind == kind && semdex.LanguageMatches(lang, l.Lang) {
				return l.Text
			}
		}
	}
	for _, l := range labels {
		if l.Kind == kind {
			return l.Text
		}
	}
	return ""
}

func localName(uri string) string {
	for i := len(uri) - 1; i >= 0; i-- {
		if (uri[i] == '/' || uri[i] == '#' || uri[i] == ':') && i < len(uri)-1 {
			return uri[i+1:]
		}
	}
	return uri
}

// All walks the numbers of all concepts.
func (g *Graph) All() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for c := range int32(len(g.concepts)) {
			if !yield(c) {
				return
			}
		}
	}
}
