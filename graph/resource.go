package graph

import (
	"iter"
	"slices"
	"strings"

	"semdex"
	"semdex/graph/rdf"
)

// property is one of the properties that graphs are built of.
type property uint8

const (
	propPrefLabel property = iota
	propAltLabel
	propHiddenLabel
	propXLPrefLabel
	propXLAltLabel
	propXLHiddenLabel
	propLiteralForm
	propLabel
	propNotation
	propDefinition
	propScopeNote
	propExample
	propNote
	propEditorialNote
	propHistoryNote
	propChangeNote
	propDeprecated
	propReplacedBy
	propSubClass
	propBroader
	propNarrower
	propRelated
	propExactMatch // the mappings stand in the order of Mapping
	propCloseMatch
	propBroadMatch
	propNarrowMatch
	propRelatedMatch
	propInScheme
	propTopConceptOf
	propHasTopConcept
	propMember
	propMemberList
	propFirst
	propRest
	properties
)

const rdfType = nsRDF + "type"

// propertyIRIs are the names of the properties.
var propertyIRIs = [properties]string{
	nsSKOS + "prefLabel", nsSKOS + "altLabel", nsSKOS + "hiddenLabel", nsXL + "prefLabel", nsXL + "altLabel", nsXL + "hiddenLabel",
	nsXL + "literalForm", nsRDFS + "label", nsSKOS + "notation",
	nsSKOS + "definition", nsSKOS + "scopeNote", nsSKOS + "example", nsSKOS + "note", nsSKOS + "editorialNote", nsSKOS + "historyNote", nsSKOS + "changeNote",
	nsOWL + "deprecated", nsDCT + "isReplacedBy", nsRDFS + "subClassOf", nsSKOS + "broader", nsSKOS + "narrower", nsSKOS + "related",
	nsSKOS + "exactMatch", nsSKOS + "closeMatch", nsSKOS + "broadMatch", nsSKOS + "narrowMatch", nsSKOS + "relatedMatch",
	nsSKOS + "inScheme", nsSKOS + "topConceptOf", nsSKOS + "hasTopConcept", nsSKOS + "member", nsSKOS + "memberList", nsRDF + "first", nsRDF + "rest",
}

var propertyOf = func() map[string]property {
	m := make(map[string]property, properties)
	for p, iri := range propertyIRIs {
		m[iri] = property(p)
	}
	return m
}()

// String is the name of the property without its namespace.
func (p property) String() string {
	iri := propertyIRIs[p]
	return iri[strings.LastIndexAny(iri, "#/")+1:]
}

// labelProperties are those of a kind of label: as a literal, and as a resource of SKOS-XL.
var labelProperties = map[semdex.LabelKind][2]property{
	semdex.PrefLabel: {propPrefLabel, propXLPrefLabel}, semdex.AltLabel: {propAltLabel, propXLAltLabel}, semdex.HiddenLabel: {propHiddenLabel, propXLHiddenLabel},
}

// propertySet has one bit for each property.
type propertySet uint64

func (s propertySet) has(p property) bool { return s>>p&1 == 1 }

// resource gathers what the triples say of one subject.
type resource struct {
	id       string
	types    []string
	literals []literal
	links    []link
	said     propertySet // of literals
	linked   propertySet // of links

	concept, scheme, group bool
}

type literal struct {
	property   property
	text, lang string
}

// link leads to an IRI or a blank node.
type link struct {
	property property
	to       string
}

func (r *resource) add(p property, object rdf.Term) {
	if object.Kind == rdf.Literal {
		r.literals = append(r.literals, literal{p, object.Value, object.Lang})
		r.said |= 1 << p
		return
	}
	r.links = append(r.links, link{p, node(object)})
	r.linked |= 1 << p
}

// values gives the literals of a property.
func (r *resource) values(p property) iter.Seq[literal] {
	return func(yield func(literal) bool) {
		if !r.said.has(p) {
			return
		}
		for i := range r.literals {
			if r.literals[i].property == p && !yield(r.literals[i]) {
				return
			}
		}
	}
}

// targets gives what a property leads to.
func (r *resource) targets(p property) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !r.linked.has(p) {
			return
		}
		for i := range r.links {
			if r.links[i].property == p && !yield(r.links[i].to) {
				return
			}
		}
	}
}

// node names an IRI or a blank node so that the two never meet.
func node(t rdf.Term) string {
	if t.Kind == rdf.Blank {
		return "_:" + t.Value
	}
	return t.Value
}

// retired reports whether r is only what is left of a concept: deprecated, without a SKOS label, a concept by
// its thesaurus' own class alone. It is no concept of the graph, but its URI leads to its successor.
func (r *resource) retired() bool {
	return !r.labelled() && r.deprecated() && !slices.Contains(r.types, nsSKOS+"Concept")
}

// labelled reports whether r bears a SKOS label of any kind.
func (r *resource) labelled() bool {
	for p := propPrefLabel; p <= propHiddenLabel; p++ {
		if r.said.has(p) {
			return true
		}
	}
	for p := propXLPrefLabel; p <= propXLHiddenLabel; p++ {
		if r.linked.has(p) {
			return true
		}
	}
	return false
}

// deprecated reports whether r says so, or is the stub that a merge leaves: replaced, without a SKOS label.
func (r *resource) deprecated() bool {
	for t := range r.values(propDeprecated) {
		if t.text == "true" || t.text == "1" {
			return true
		}
	}
	return r.linked.has(propReplacedBy) && !r.labelled()
}
