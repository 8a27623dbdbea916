package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"semdex"
	"semdex/graph/rdf"
)

const (
	nsSKOS = "http://www.w3.org/2004/02/skos/core#"
	nsXL   = "http://www.w3.org/2008/05/skos-xl#"
	nsRDF  = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsRDFS = "http://www.w3.org/2000/01/rdf-schema#"
	nsOWL  = "http://www.w3.org/2002/07/owl#"
	nsDCT  = "http://purl.org/dc/terms/"
)

// Document is one vocabulary as it was read. Name appears in problems.
type Document struct {
	Name    string
	Triples []rdf.Triple
}

// Build joins the documents into one graph. It accepts whatever RDF holds: what breaks the rules of SKOS is
// mended in the graph and told by Problems. The order of documents and of triples does not matter.
func Build(documents ...Document) *Graph {
	b := &builder{resources: map[string]*resource{}}
	for _, d := range documents {
		b.g.triples += len(d.Triples)
		for _, t := range d.Triples {
			b.add(t)
		}
	}
	b.classify()
	b.nodes()
	b.relations()
	b.schemes()
	b.collections()
	b.mend()
	b.g.closeUpwards()
	b.separateRelated()
	b.sortProblems()
	g := b.g // what it was built of is not held in memory
	return &g
}

type builder struct {
	g         Graph
	resources map[string]*resource
	ofConcept []*resource // by number of the concept
	last      *resource   // the one added to last: triples of one subject mostly stand together
}

func (b *builder) resource(id string) *resource {
	if b.last != nil && b.last.id == id {
		return b.last
	}
	r := b.resources[id]
	if r == nil {
		r = &resource{id: id}
		b.resources[id] = r
	}
	b.last = r
	return r
}

func (b *builder) add(t rdf.Triple) {
	if t.Predicate.Value == rdfType && t.Object.Kind != rdf.Literal {
		r := b.resource(node(t.Subject))
		r.types = append(r.types, node(t.Object))
	} else if p, known := propertyOf[t.Predicate.Value]; known {
		b.resource(node(t.Subject)).add(p, t.Object)
	}
}

// classify tells concepts, schemes and collections by their types, subclasses of skos:Concept included.
func (b *builder) classify() {
	classes := b.classesBelow(nsSKOS + "Concept")
	for _, r := range b.resources {
		for _, t := range r.types {
			r.concept = r.concept || classes[t] && !r.retired()
			r.scheme = r.scheme || t == nsSKOS+"ConceptScheme"
			r.group = r.group || t == nsSKOS+"Collection" || t == nsSKOS+"OrderedCollection"
		}
	}
	schemes := map[string]bool{}
	for _, r := range b.resources {
		for _, p := range []property{propInScheme, propTopConceptOf} {
			for scheme := range r.targets(p) {
				schemes[scheme] = true
			}
		}
		if r.linked.has(propHasTopConcept) {
			schemes[r.id] = true
		}
	}
	for id := range schemes { // some of which nothing else is said of
		r := b.resource(id)
		r.scheme = r.scheme || !r.concept
	}
}

// succeed makes the URIs of what is no concept any more lead to the one concept that has taken its place.
func (b *builder) succeed() {
	for id, r := range b.resources {
		if !r.retired() {
			continue
		}
		if next := b.targets(r, propReplacedBy, false); len(next) == 1 {
			b.g.foreign[id] = sortedSet(append(b.g.foreign[id], next[0]))
		}
	}
}

func (b *builder) classesBelow(top string) map[string]bool {
	below := map[string][]string{}
	for id, r := range b.resources {
		for super := range r.targets(propSubClass) {
			below[super] = append(below[super], id)
		}
	}
	classes, queue := map[string]bool{top: true}, []string{top}
	for len(queue) > 0 {
		class := queue[0]
		queue = queue[1:]
		for _, sub := range below[class] {
			if !classes[sub] {
				classes[sub] = true
				queue = append(queue, sub)
			}
		}
	}
	return classes
}

// sorted gives the resources for which is holds, by their ids.
func (b *builder) sorted(is func(*resource) bool) []*resource {
	var out []*resource
	for _, r := range b.resources {
		if is(r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y *resource) int { return strings.Compare(x.id, y.id) })
	return out
}

// nodes makes the concepts with all that is said of each one alone.
func (b *builder) nodes() {
	b.ofConcept = b.sorted(func(r *resource) bool { return r.concept })
	b.g.concepts = make([]concept, len(b.ofConcept))
	b.g.byID = make(map[semdex.ConceptID]int32, len(b.ofConcept))
	for i, r := range b.ofConcept {
		b.g.byID[semdex.ConceptID(r.id)] = int32(i)
		b.g.concepts[i] = concept{id: semdex.ConceptID(r.id), labels: b.labels(r), notations: r.notations(), notes: r.notes(), deprecated: r.deprecated()}
	}
}

func (r *resource) notations() []string {
	var values []string
	for t := range r.values(propNotation) {
		if v := strings.TrimSpace(t.text); v != "" {
			values = append(values, v)
		}
	}
	return sortedSet(values)
}

func sortedSet[T cmp.Ordered](values []T) []T {
	slices.Sort(values)
	return slices.Compact(values)
}

func (r *resource) notes() []Note {
	var notes []Note
	for p := propDefinition; p <= propChangeNote; p++ {
		first := len(notes)
		for t := range r.values(p) {
			notes = append(notes, Note{Property: strings.TrimPrefix(propertyIRIs[p], nsSKOS), Text: t.text, Lang: semdex.LanguageTag(t.lang)})
		}
		slices.SortFunc(notes[first:], func(x, y Note) int { return cmp.Or(cmp.Compare(x.Lang, y.Lang), cmp.Compare(x.Text, y.Text)) })
	}
	return slices.Compact(notes)
}

// labels reads the plain labels of r and those that stand as SKOS-XL resources. The stub of a concept that was
// merged or deleted may have an rdfs:label alone.
func (b *builder) labels(r *resource) []semdex.Label {
	var labels []semdex.Label
	add := func(t literal, kind semdex.LabelKind) {
		if text := strings.TrimSpace(t.text); text != "" {
			labels = append(labels, semdex.Label{Text: text, Lang: semdex.LanguageTag(t.lang), Kind: kind})
		}
	}
	for _, kind := range []semdex.LabelKind{semdex.PrefLabel, semdex.AltLabel, semdex.HiddenLabel} {
		for t := range r.values(labelProperties[kind][0]) {
			add(t, kind)
		}
		for xl := range r.targets(labelProperties[kind][1]) {
			if label := b.resources[xl]; label != nil {
				for t := range label.values(propLiteralForm) {
					add(t, kind)
				}
			}
		}
	}
	if !r.labelled() && r.deprecated() {
		for t := range r.values(propLabel) {
			add(t, semdex.PrefLabel)
		}
	}
	slices.SortFunc(labels, compareLabels)
	return slices.Compact(labels)
}

func compareLabels(x, y semdex.Label) int {
	return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Lang, y.Lang), cmp.Compare(x.Text, y.Text))
}

// targets gives the concepts that r points to by p; what is no concept here is told where told
// is set: a collection, which cannot stand in such a relation (S37), or something unknown.
func (b *builder) targets(r *resource, p property, told bool) []int32 {
	var out []int32
	for id := range r.targets(p) {
		switch n, ok := b.g.byID[semdex.ConceptID(id)]; {
		case ok:
			out = append(out, n)
		case told && b.isGroup(id):
			b.problem("S37", Fault, r.id, fmt.Sprintf("%s points to %s, which is a collection and no concept; the link is left out", p, id))
		case told:
			b.problem("dangling", Warning, r.id, fmt.Sprintf("%s points to %s, which is no concept here; the link is left out", p, id))
		}
	}
	return out
}

func (b *builder) isGroup(id string) bool { r := b.resources[id]; return r != nil && r.group }

// relations reads the links between concepts and completes their inverses.
func (b *builder) relations() {
	b.g.foreign = map[string][]int32{}
	for i := range b.g.concepts {
		c, r := &b.g.concepts[i], b.ofConcept[i]
		for _, up := range b.targets(r, propBroader, true) {
			b.link(up, int32(i))
		}
		for _, down := range b.targets(r, propNarrower, true) {
			b.link(int32(i), down)
		}
		for _, other := range b.targets(r, propRelated, true) {
			if other == int32(i) {
				b.problem("rrc", Warning, r.id, "related to itself; the link is left out")
				continue
			}
			c.related = append(c.related, other)
			b.g.concepts[other].related = append(b.g.concepts[other].related, int32(i))
		}
		c.successors = append(c.successors, b.targets(r, propReplacedBy, true)...)
		b.mapped(int32(i), r)
	}
	for i := range b.g.concepts {
		c := &b.g.concepts[i]
		for _, list := range []*[]int32{&c.broader, &c.narrower, &c.related, &c.successors} {
			*list = sortedSet(*list)
		}
		for m := range c.mappings {
			c.mappings[m], c.foreign[m] = sortedSet(c.mappings[m]), sortedSet(c.foreign[m])
		}
	}
	for i := range b.g.concepts { // what is no exactMatch leads nowhere by one
		b.mendExact(int32(i))
		b.mendForeign(int32(i))
	}
	b.followExact()
	b.succeed()
}

func (b *builder) link(up, down int32) {
	if up == down {
		b.problem("chr", Warning, string(b.g.concepts[up].id), "broader than itself; the link is left out")
		return
	}
	b.g.concepts[up].narrower = append(b.g.concepts[up].narrower, down)
	b.g.concepts[down].broader = append(b.g.concepts[down].broader, up)
}

var inverseMapping = [mappingKinds]Mapping{
	ExactMatch: ExactMatch, CloseMatch: CloseMatch, BroadMatch: NarrowMatch, NarrowMatch: BroadMatch, RelatedMatch: RelatedMatch,
}

func (b *builder) mapped(c int32, r *resource) {
	for m := range Mapping(mappingKinds) {
		for target := range r.targets(propExactMatch + property(m)) {
			n, here := b.g.byID[semdex.ConceptID(target)]
			switch {
			case here && n != c:
				b.g.concepts[c].mappings[m] = append(b.g.concepts[c].mappings[m], n)
				inverse := inverseMapping[m]
				b.g.concepts[n].mappings[inverse] = append(b.g.concepts[n].mappings[inverse], c)
			case !here:
				b.g.concepts[c].foreign[m] = append(b.g.concepts[c].foreign[m], target)
			}
		}
	}
}

// followExact completes exactMatch, which is transitive: chains within the graph, and concepts that match
// the same foreign URI.
func (b *builder) followExact() {
	for i := range b.g.concepts {
		for _, uri := range b.g.concepts[i].foreign[ExactMatch] {
			b.g.foreign[uri] = append(b.g.foreign[uri], int32(i))
		}
	}
	for _, matches := range b.g.foreign {
		for _, c := range matches {
			for _, d := range matches {
				if c != d {
					b.g.concepts[c].mappings[ExactMatch] = append(b.g.concepts[c].mappings[ExactMatch], d)
				}
			}
		}
	}
	direct := make([][]int32, len(b.g.concepts))
	for i := range b.g.concepts {
		direct[i] = b.g.concepts[i].mappings[ExactMatch]
	}
	for i := range b.g.concepts {
		if len(direct[i]) == 0 {
			continue
		}
		var all []int32
		for _, s := range walk(int32(i), func(n int32) []int32 { return direct[n] }) {
			all = append(all, s.Concept)
		}
		b.g.concepts[i].mappings[ExactMatch] = sortedSet(all)
	}
}

// schemes makes the concept schemes and says which concepts are in them and at their top.
func (b *builder) schemes() {
	all := b.sorted(func(r *resource) bool { return r.scheme })
	b.g.schemes = make([]Scheme, len(all))
	b.g.schemeByID = make(map[semdex.SchemeID]int32, len(all))
	for i, r := range all {
		b.g.schemes[i] = Scheme{ID: semdex.SchemeID(r.id), Labels: b.labels(r)}
		b.g.schemeByID[semdex.SchemeID(r.id)] = int32(i)
		for _, top := range b.targets(r, propHasTopConcept, true) {
			b.join(top, int32(i), true)
		}
	}
	for i, r := range b.ofConcept {
		if r.linked.has(propHasTopConcept) && !r.scheme {
			b.problem("S9", Fault, r.id, "has top concepts, but is a concept and no concept scheme; they are left out")
		}
		for _, p := range []property{propInScheme, propTopConceptOf} {
			for id := range r.targets(p) {
				if scheme, ok := b.g.schemeByID[semdex.SchemeID(id)]; ok {
					b.join(int32(i), scheme, p == propTopConceptOf)
				} else {
					b.problem("S9", Fault, r.id, fmt.Sprintf("%s points to %s, which is a concept and no concept scheme; the link is left out", p, id))
				}
			}
		}
	}
	for i := range b.g.concepts {
		b.g.concepts[i].schemes = sortedSet(b.g.concepts[i].schemes)
		for _, s := range b.g.concepts[i].schemes {
			b.g.schemes[s].Size++
		}
	}
	for i := range b.g.schemes {
		b.g.schemes[i].Top = sortedSet(b.g.schemes[i].Top)
	}
}

func (b *builder) join(c, scheme int32, top bool) {
	b.g.concepts[c].schemes = append(b.g.concepts[c].schemes, scheme)
	if top {
		b.g.concepts[c].top = true
		b.g.schemes[scheme].Top = append(b.g.schemes[scheme].Top, c)
	}
}

func (b *builder) collections() {
	for _, r := range b.sorted(func(r *resource) bool { return r.group }) {
		members := b.targets(r, propMember, false)
		for list := range r.targets(propMemberList) {
			members = append(members, b.list(list)...)
		}
		b.g.collections = append(b.g.collections, Collection{ID: r.id, Labels: b.labels(r), Members: sortedSet(members)})
	}
}

// list reads an RDF list of concepts; a list that runs in a circle ends where it meets itself.
func (b *builder) list(head string) []int32 {
	var out []int32
	seen := map[string]bool{}
	for r := b.resources[head]; r != nil && !seen[r.id]; {
		seen[r.id] = true
		out = append(out, b.targets(r, propFirst, false)...)
		rest := slices.Sorted(r.targets(propRest))
		if len(rest) == 0 {
			break
		}
		r = b.resources[rest[0]]
	}
	return out
}
