package graph

import (
	"cmp"
	"fmt"
	"maps"
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
	return &b.g
}

// resource gathers what the triples say of one subject.
type resource struct {
	id       string
	types    []string
	literals map[string][]rdf.Term // property -> values
	links    map[string][]string   // property -> IRIs and blank nodes
}

type builder struct {
	g         Graph
	resources map[string]*resource
	isConcept map[string]bool
	isScheme  map[string]bool
	isGroup   map[string]bool
}

func (b *builder) resource(id string) *resource {
	r := b.resources[id]
	if r == nil {
		r = &resource{id: id, literals: map[string][]rdf.Term{}, links: map[string][]string{}}
		b.resources[id] = r
	}
	return r
}

func (b *builder) add(t rdf.Triple) {
	r, property := b.resource(node(t.Subject)), t.Predicate.Value
	switch {
	case t.Object.Kind == rdf.Literal:
		r.literals[property] = append(r.literals[property], t.Object)
	case property == nsRDF+"type":
		r.types = append(r.types, node(t.Object))
	default:
		r.links[property] = append(r.links[property], node(t.Object))
	}
}

// node names an IRI or a blank node so that the two never meet.
func node(t rdf.Term) string {
	if t.Kind == rdf.Blank {
		return "_:" + t.Value
	}
	return t.Value
}

// classify tells concepts, schemes and collections by their types, subclasses of skos:Concept included.
func (b *builder) classify() {
	b.isConcept, b.isScheme, b.isGroup = map[string]bool{}, map[string]bool{}, map[string]bool{}
	classes := b.classesBelow(nsSKOS + "Concept")
	for id, r := range b.resources {
		for _, t := range r.types {
			b.isConcept[id] = b.isConcept[id] || classes[t] && !r.retired()
			b.isScheme[id] = b.isScheme[id] || t == nsSKOS+"ConceptScheme"
			b.isGroup[id] = b.isGroup[id] || t == nsSKOS+"Collection" || t == nsSKOS+"OrderedCollection"
		}
	}
	for _, r := range b.resources {
		for _, p := range []string{"inScheme", "topConceptOf"} {
			for _, scheme := range r.links[nsSKOS+p] {
				b.isScheme[scheme] = b.isScheme[scheme] || !b.isConcept[scheme]
			}
		}
		if len(r.links[nsSKOS+"hasTopConcept"]) > 0 {
			b.isScheme[r.id] = b.isScheme[r.id] || !b.isConcept[r.id]
		}
	}
}

// retired reports whether r is only what is left of a concept: deprecated, without a SKOS label, a concept by
// its thesaurus' own class alone. It is no concept of the graph, but its URI leads to its successor.
func (r *resource) retired() bool {
	return !r.labelled() && r.deprecated() && !slices.Contains(r.types, nsSKOS+"Concept")
}

// labelled reports whether r bears a SKOS label of any kind.
func (r *resource) labelled() bool {
	return slices.ContainsFunc([]semdex.LabelKind{semdex.PrefLabel, semdex.AltLabel, semdex.HiddenLabel}, func(kind semdex.LabelKind) bool {
		return len(r.literals[nsSKOS+kind.String()])+len(r.links[nsXL+kind.String()]) > 0
	})
}

// deprecated reports whether r says so, or is the stub that a merge leaves: replaced, without a SKOS label.
func (r *resource) deprecated() bool {
	return slices.ContainsFunc(r.literals[nsOWL+"deprecated"], func(t rdf.Term) bool { return t.Value == "true" || t.Value == "1" }) ||
		!r.labelled() && len(r.links[nsDCT+"isReplacedBy"]) > 0
}

// succeed makes the URIs of what is no concept any more lead to the one concept that has taken its place.
func (b *builder) succeed() {
	for id, r := range b.resources {
		if !r.retired() {
			continue
		}
		if next := b.targets(r, nsDCT+"isReplacedBy", false); len(next) == 1 {
			b.g.foreign[id] = sortedSet(append(b.g.foreign[id], next[0]))
		}
	}
}

func (b *builder) classesBelow(top string) map[string]bool {
	below := map[string][]string{}
	for id, r := range b.resources {
		for _, super := range r.links[nsRDFS+"subClassOf"] {
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

func trueKeys(m map[string]bool) []string {
	var keys []string
	for k, v := range m {
		if v {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// nodes makes the concepts with all that is said of each one alone.
func (b *builder) nodes() {
	ids := trueKeys(b.isConcept)
	b.g.concepts = make([]concept, len(ids))
	b.g.byID = make(map[semdex.ConceptID]int32, len(ids))
	for i, id := range ids {
		r := b.resources[id]
		b.g.byID[semdex.ConceptID(id)] = int32(i)
		b.g.concepts[i] = concept{
			id: semdex.ConceptID(id), labels: b.labels(r), notations: literals(r, nsSKOS+"notation"), notes: b.notes(r),
			deprecated: r.deprecated(),
		}
	}
}

func literals(r *resource, property string) []string {
	var values []string
	for _, t := range r.literals[property] {
		if v := strings.TrimSpace(t.Value); v != "" {
			values = append(values, v)
		}
	}
	return sortedSet(values)
}

func sortedSet[T cmp.Ordered](values []T) []T {
	slices.Sort(values)
	return slices.Compact(values)
}

var noteProperties = []string{"definition", "scopeNote", "example", "note", "editorialNote", "historyNote", "changeNote"}

func (b *builder) notes(r *resource) []Note {
	var notes []Note
	for _, p := range noteProperties {
		first := len(notes)
		for _, t := range r.literals[nsSKOS+p] {
			notes = append(notes, Note{Property: p, Text: t.Value, Lang: semdex.LanguageTag(t.Lang)})
		}
		slices.SortFunc(notes[first:], func(x, y Note) int { return cmp.Or(cmp.Compare(x.Lang, y.Lang), cmp.Compare(x.Text, y.Text)) })
	}
	return slices.Compact(notes)
}

// labels reads the plain labels of r and those that stand as SKOS-XL resources. The stub of a concept that was
// merged or deleted may have an rdfs:label alone.
func (b *builder) labels(r *resource) []semdex.Label {
	var labels []semdex.Label
	for _, kind := range []semdex.LabelKind{semdex.PrefLabel, semdex.AltLabel, semdex.HiddenLabel} {
		terms := slices.Clone(r.literals[nsSKOS+kind.String()])
		for _, xl := range r.links[nsXL+kind.String()] {
			if label := b.resources[xl]; label != nil {
				terms = append(terms, label.literals[nsXL+"literalForm"]...)
			}
		}
		for _, t := range terms {
			if text := strings.TrimSpace(t.Value); text != "" {
				labels = append(labels, semdex.Label{Text: text, Lang: semdex.LanguageTag(t.Lang), Kind: kind})
			}
		}
	}
	if !r.labelled() && r.deprecated() {
		for _, t := range r.literals[nsRDFS+"label"] {
			if text := strings.TrimSpace(t.Value); text != "" {
				labels = append(labels, semdex.Label{Text: text, Lang: semdex.LanguageTag(t.Lang), Kind: semdex.PrefLabel})
			}
		}
	}
	slices.SortFunc(labels, compareLabels)
	return slices.Compact(labels)
}

func compareLabels(x, y semdex.Label) int {
	return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Lang, y.Lang), cmp.Compare(x.Text, y.Text))
}

// targets gives the concepts that r points to by the property; what is no concept here is told where told
// is set: a collection, which cannot stand in such a relation (S37), or something unknown.
func (b *builder) targets(r *resource, property string, told bool) []int32 {
	var out []int32
	name := strings.TrimPrefix(strings.TrimPrefix(property, nsSKOS), nsDCT)
	for _, id := range r.links[property] {
		switch n, ok := b.g.byID[semdex.ConceptID(id)]; {
		case ok:
			out = append(out, n)
		case told && b.isGroup[id]:
			b.problem("S37", Fault, r.id, fmt.Sprintf("%s points to %s, which is a collection and no concept; the link is left out", name, id))
		case told:
			b.problem("dangling", Warning, r.id, fmt.Sprintf("%s points to %s, which is no concept here; the link is left out", name, id))
		}
	}
	return out
}

// relations reads the links between concepts and completes their inverses.
func (b *builder) relations() {
	b.g.foreign = map[string][]int32{}
	for i := range b.g.concepts {
		c, r := &b.g.concepts[i], b.resources[string(b.g.concepts[i].id)]
		for _, up := range b.targets(r, nsSKOS+"broader", true) {
			b.link(up, int32(i))
		}
		for _, down := range b.targets(r, nsSKOS+"narrower", true) {
			b.link(int32(i), down)
		}
		for _, other := range b.targets(r, nsSKOS+"related", true) {
			if other == int32(i) {
				b.problem("rrc", Warning, r.id, "related to itself; the link is left out")
				continue
			}
			c.related = append(c.related, other)
			b.g.concepts[other].related = append(b.g.concepts[other].related, int32(i))
		}
		c.successors = append(c.successors, b.targets(r, nsDCT+"isReplacedBy", true)...)
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

var mappingProperties = map[Mapping]string{
	ExactMatch: "exactMatch", CloseMatch: "closeMatch", BroadMatch: "broadMatch", NarrowMatch: "narrowMatch", RelatedMatch: "relatedMatch",
}

var inverseMapping = [mappingKinds]Mapping{
	ExactMatch: ExactMatch, CloseMatch: CloseMatch, BroadMatch: NarrowMatch, NarrowMatch: BroadMatch, RelatedMatch: RelatedMatch,
}

func (b *builder) mapped(c int32, r *resource) {
	for m, name := range mappingProperties {
		for _, target := range r.links[nsSKOS+name] {
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
	ids := trueKeys(b.isScheme)
	b.g.schemes = make([]Scheme, len(ids))
	b.g.schemeByID = make(map[semdex.SchemeID]int32, len(ids))
	for i, id := range ids {
		b.g.schemes[i] = Scheme{ID: semdex.SchemeID(id)}
		b.g.schemeByID[semdex.SchemeID(id)] = int32(i)
		if r := b.resources[id]; r != nil {
			b.g.schemes[i].Labels = b.labels(r)
			for _, top := range b.targets(r, nsSKOS+"hasTopConcept", true) {
				b.join(top, int32(i), true)
			}
		}
	}
	for i := range b.g.concepts {
		r := b.resources[string(b.g.concepts[i].id)]
		if len(r.links[nsSKOS+"hasTopConcept"]) > 0 && !b.isScheme[r.id] {
			b.problem("S9", Fault, r.id, "has top concepts, but is a concept and no concept scheme; they are left out")
		}
		for _, p := range []string{"inScheme", "topConceptOf"} {
			for _, id := range r.links[nsSKOS+p] {
				if scheme, ok := b.g.schemeByID[semdex.SchemeID(id)]; ok {
					b.join(int32(i), scheme, p == "topConceptOf")
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
	for _, id := range trueKeys(b.isGroup) {
		r := b.resources[id]
		members := b.targets(r, nsSKOS+"member", false)
		for _, list := range r.links[nsSKOS+"memberList"] {
			members = append(members, b.list(list)...)
		}
		b.g.collections = append(b.g.collections, Collection{ID: id, Labels: b.labels(r), Members: sortedSet(members)})
	}
}

// list reads an RDF list of concepts; a list that runs in a circle ends where it meets itself.
func (b *builder) list(head string) []int32 {
	var out []int32
	seen := map[string]bool{}
	for r := b.resources[head]; r != nil && !seen[r.id]; {
		seen[r.id] = true
		out = append(out, b.targets(r, nsRDF+"first", false)...)
		rest := r.links[nsRDF+"rest"]
		if len(rest) == 0 {
			break
		}
		r = b.resources[slices.Min(rest)]
	}
	return out
}

// ids gives the names of all resources, sorted.
func (b *builder) ids() []string { return slices.Sorted(maps.Keys(b.resources)) }
