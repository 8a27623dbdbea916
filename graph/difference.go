package graph

import (
	"cmp"
	"slices"

	"semdex"
)

// Difference says what one graph has and another has not, concept by concept. Concepts are the same where their
// URIs are.
type Difference struct {
	Added   []semdex.ConceptID // concepts, sorted by their URIs
	Removed []semdex.ConceptID
	Changed []semdex.ConceptID // those in both that have another label, notation or relation, or are deprecated or not

	// All labels, notations and statements of relations, those of added and removed concepts included. A changed label
	// is a prefLabel with another text in its language.
	Labels, Notations, Relations Counts
}

// Counts are how many of a thing were added, removed and changed.
type Counts struct{ Added, Removed, Changed int }

func (c *Counts) add(o Counts) {
	c.Added, c.Removed, c.Changed = c.Added+o.Added, c.Removed+o.Removed, c.Changed+o.Changed
}

// Compare tells how the graph to differs from g.
func (g *Graph) Compare(to *Graph) Difference {
	var d Difference
	for c := range to.All() {
		if _, known := g.Find(to.ID(c)); !known {
			d.Added = append(d.Added, to.ID(c))
			d.note(traits{}, to.traits(c))
		}
	}
	for c := range g.All() {
		other, still := to.Find(g.ID(c))
		switch {
		case !still:
			d.Removed = append(d.Removed, g.ID(c))
			d.note(g.traits(c), traits{})
		case d.note(g.traits(c), to.traits(other)) || g.Deprecated(c) != to.Deprecated(other):
			d.Changed = append(d.Changed, g.ID(c))
		}
	}
	return d
}

// traits are what two states of a concept are compared by.
type traits struct {
	labels               []semdex.Label
	notations, relations []string
}

func (g *Graph) traits(c int32) traits { return traits{g.Labels(c), g.Notations(c), g.statements(c)} }

// note counts what is different, and says whether anything is.
func (d *Difference) note(before, after traits) bool {
	labels, notations, relations := labelCounts(before.labels, after.labels), setCounts(before.notations, after.notations), setCounts(before.relations, after.relations)
	d.Labels.add(labels)
	d.Notations.add(notations)
	d.Relations.add(relations)
	none := Counts{}
	return labels != none || notations != none || relations != none
}

// labelCounts counts a prefLabel that has another text in its language as changed, not as removed and added.
func labelCounts(before, after []semdex.Label) Counts {
	var n Counts
	gone, come := lacking(before, after), lacking(after, before)
	for _, old := range gone {
		i := slices.IndexFunc(come, func(l semdex.Label) bool {
			return old.Kind == semdex.PrefLabel && l.Kind == semdex.PrefLabel && l.Lang == old.Lang
		})
		if i < 0 {
			n.Removed++
			continue
		}
		n.Changed++
		come = slices.Delete(come, i, i+1)
	}
	n.Added = len(come)
	return n
}

func setCounts[T cmp.Ordered](before, after []T) Counts {
	return Counts{Added: len(lacking(after, before)), Removed: len(lacking(before, after))}
}

// lacking gives what of list other has not.
func lacking[T comparable](list, other []T) []T {
	var out []T
	for _, v := range list {
		if !slices.Contains(other, v) {
			out = append(out, v)
		}
	}
	return out
}

// statements are the relations of a concept. Related and the mappings, which run both ways, are told at both ends;
// broader at the lower one alone.
func (g *Graph) statements(c int32) []string {
	var out []string
	add := func(relation string, targets []int32) {
		for _, t := range targets {
			out = append(out, relation+" "+string(g.ID(t)))
		}
	}
	add("broader", g.Broader(c))
	add("related", g.Related(c))
	add("successor", g.Successors(c))
	for m := range Mapping(mappingKinds) {
		add([]string{"exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"}[m], g.Mapped(c, m))
	}
	for _, s := range g.SchemesOf(c) {
		out = append(out, "inScheme "+string(g.schemes[s].ID))
	}
	return out
}
