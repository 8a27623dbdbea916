package graph

import (
	"slices"

	"semdex"
	"semdex/graph/rdf"
)

// Export gives the graph as triples, as it stands after completion and mending: types, labels, notations,
// notes, relations in both directions, mappings (those to URIs that are no concepts here too), schemes and
// collections. The order is always the same.
func (g *Graph) Export(yield func(rdf.Triple) error) error {
	e := &exporter{yield: yield}
	for i := range g.schemes {
		e.scheme(g, &g.schemes[i])
	}
	for i := range g.concepts {
		e.concept(g, &g.concepts[i])
	}
	for i := range g.collections {
		e.collection(g, &g.collections[i])
	}
	return e.err
}

type exporter struct {
	yield func(rdf.Triple) error
	err   error
}

func resourceTerm(id string) rdf.Term {
	if len(id) > 1 && id[:2] == "_:" {
		return rdf.Term{Kind: rdf.Blank, Value: id[2:]}
	}
	return rdf.Term{Kind: rdf.IRI, Value: id}
}

func (e *exporter) link(subject, property, object string) {
	e.emit(subject, property, resourceTerm(object))
}

func (e *exporter) emit(subject, property string, object rdf.Term) {
	if e.err == nil {
		e.err = e.yield(rdf.Triple{Subject: resourceTerm(subject), Predicate: rdf.Term{Kind: rdf.IRI, Value: property}, Object: object})
	}
}

func (e *exporter) labels(subject string, labels []semdex.Label) {
	for _, l := range labels {
		e.emit(subject, nsSKOS+l.Kind.String(), rdf.Term{Kind: rdf.Literal, Value: l.Text, Lang: l.Lang})
	}
}

func (e *exporter) scheme(g *Graph, s *Scheme) {
	id := string(s.ID)
	e.link(id, nsRDF+"type", nsSKOS+"ConceptScheme")
	e.labels(id, s.Labels)
	for _, top := range s.Top {
		e.link(id, nsSKOS+"hasTopConcept", string(g.ID(top)))
	}
}

func (e *exporter) concept(g *Graph, c *concept) {
	id := string(c.id)
	e.link(id, nsRDF+"type", nsSKOS+"Concept")
	e.labels(id, c.labels)
	for _, n := range c.notations {
		e.emit(id, nsSKOS+"notation", rdf.Term{Kind: rdf.Literal, Value: n})
	}
	for _, n := range c.notes {
		e.emit(id, nsSKOS+n.Property, rdf.Term{Kind: rdf.Literal, Value: n.Text, Lang: n.Lang})
	}
	for _, s := range c.schemes {
		scheme := &g.schemes[s]
		e.link(id, nsSKOS+"inScheme", string(scheme.ID))
		if n, _ := g.Find(c.id); slices.Contains(scheme.Top, n) {
			e.link(id, nsSKOS+"topConceptOf", string(scheme.ID))
		}
	}
	e.links(g, id, nsSKOS+"broader", c.broader)
	e.links(g, id, nsSKOS+"narrower", c.narrower)
	e.links(g, id, nsSKOS+"related", c.related)
	for m := range Mapping(mappingKinds) {
		property := propertyIRIs[propExactMatch+property(m)]
		e.links(g, id, property, c.mappings[m])
		for _, uri := range c.foreign[m] {
			e.link(id, property, uri)
		}
	}
	e.links(g, id, nsDCT+"isReplacedBy", c.successors)
	if c.deprecated {
		e.emit(id, nsOWL+"deprecated", rdf.Term{Kind: rdf.Literal, Value: "true", Datatype: "http://www.w3.org/2001/XMLSchema#boolean"})
	}
}

func (e *exporter) collection(g *Graph, c *Collection) {
	e.link(c.ID, nsRDF+"type", nsSKOS+"Collection")
	e.labels(c.ID, c.Labels)
	e.links(g, c.ID, nsSKOS+"member", c.Members)
}

func (e *exporter) links(g *Graph, subject, property string, targets []int32) {
	for _, t := range targets {
		e.link(subject, property, string(g.ID(t)))
	}
}
