package poolpartytest

import (
	"maps"
	"slices"

	"semdex"
	"semdex/graph/rdf"
)

const (
	skos       = "http://www.w3.org/2004/02/skos/core#"
	rdfType    = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
	rdfsLabel  = "http://www.w3.org/2000/01/rdf-schema#label"
	replacedBy = "http://purl.org/dc/terms/isReplacedBy"
	retired    = "http://www.w3.org/2002/07/owl#deprecated"
	xsdBoolean = "http://www.w3.org/2001/XMLSchema#boolean"
)

func iri(v string) rdf.Term { return rdf.Term{Kind: rdf.IRI, Value: v} }

func link(subject, predicate, object string) rdf.Triple {
	return rdf.Triple{Subject: iri(subject), Predicate: iri(predicate), Object: iri(object)}
}

func text(subject, predicate, value, lang string) rdf.Triple {
	return rdf.Triple{Subject: iri(subject), Predicate: iri(predicate), Object: rdf.Term{Kind: rdf.Literal, Value: value, Lang: lang}}
}

// edit changes the triples of a project, and records the events in the order given. It is an error where one of the
// concepts is not there.
func (s *Server) edit(project string, concepts []string, change func(h *holding) ([]rdf.Triple, []Event)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.projects[project]
	for _, concept := range concepts {
		if h == nil || !h.has(concept) {
			return &semdex.Error{Code: semdex.NotFound, Message: "no such concept in that project: " + concept}
		}
	}
	changed, told := change(h)
	triples, err := distinct(changed)
	if err != nil {
		return err
	}
	h.hold(triples)
	h.changed = s.options.Now()
	for _, e := range told {
		s.record(h, e)
	}
	return nil
}

func (h *holding) has(subject string) bool {
	return slices.ContainsFunc(h.triples, func(t rdf.Triple) bool { return t.Subject == iri(subject) })
}

// objects gives what the subject has by the predicate.
func (h *holding) objects(subject, predicate string) []rdf.Term {
	var out []rdf.Term
	for _, t := range h.triples {
		if t.Subject == iri(subject) && t.Predicate.Value == predicate {
			out = append(out, t.Object)
		}
	}
	return out
}

// Relabel gives a concept another prefLabel in one language.
func (s *Server) Relabel(project, concept, lang, label string) error {
	return s.edit(project, []string{concept}, func(h *holding) ([]rdf.Triple, []Event) {
		kept := slices.DeleteFunc(slices.Clone(h.triples), func(t rdf.Triple) bool {
			return t.Subject == iri(concept) && t.Predicate.Value == skos+"prefLabel" && t.Object.Lang == lang
		})
		return append(kept, text(concept, skos+"prefLabel", label, lang)), []Event{{Concept: concept, ChangeType: "UPDATE", EventType: "updateLiteral"}}
	})
}

// AddConcept adds a concept below another or, as a top concept, to a scheme. The label is in the project's default
// language.
func (s *Server) AddConcept(project, parent, concept, label string) error {
	return s.edit(project, []string{parent}, func(h *holding) ([]rdf.Triple, []Event) {
		told := []Event{{Concept: concept, ChangeType: "ADDITION", EventType: "resourceChangeAddition"}, {Concept: parent, ChangeType: "UPDATE", EventType: "addRelation"}}
		out := append(slices.Clone(h.triples), link(concept, rdfType, skos+"Concept"), text(concept, skos+"prefLabel", label, h.DefaultLanguage))
		if slices.Contains(h.objects(parent, rdfType), iri(skos+"ConceptScheme")) {
			return append(out, link(concept, skos+"inScheme", parent), link(concept, skos+"topConceptOf", parent), link(parent, skos+"hasTopConcept", concept)), told
		}
		for _, scheme := range h.objects(parent, skos+"inScheme") {
			out = append(out, rdf.Triple{Subject: iri(concept), Predicate: iri(skos + "inScheme"), Object: scheme})
		}
		return append(out, link(concept, skos+"broader", parent)), told
	})
}

// stub is what is left of a concept: its class, its name in the default language, and that it is deprecated.
func (h *holding) stub(concept string) []rdf.Triple {
	name := concept
	for _, label := range h.objects(concept, skos+"prefLabel") {
		if name == concept || label.Lang == h.DefaultLanguage {
			name = label.Value
		}
	}
	return []rdf.Triple{
		link(concept, rdfType, skos+"Concept"), text(concept, rdfsLabel, name, h.DefaultLanguage),
		{Subject: iri(concept), Predicate: iri(retired), Object: rdf.Term{Kind: rdf.Literal, Value: "true", Datatype: xsdBoolean}},
	}
}

// Merge merges a concept into another: its labels become other names of that one, its relations move there, and
// what is left of it says what it is replaced by.
func (s *Server) Merge(project, from, into string) error {
	if from == into {
		return &semdex.Error{Code: semdex.Invalid, Message: "a concept cannot be merged into itself"}
	}
	return s.edit(project, []string{from, into}, func(h *holding) ([]rdf.Triple, []Event) {
		out := append(h.stub(from), link(from, replacedBy, into))
		for _, t := range h.triples {
			if moved, ok := move(t, from, into); ok {
				out = append(out, moved)
			}
		}
		return out, []Event{{Concept: from, ChangeType: "REMOVAL", EventType: "resourceChangeRemoval"}, {Concept: into, ChangeType: "UPDATE", EventType: "resourceChangeUpdate"}}
	})
}

// move gives a triple after a merge, unless it goes.
func move(t rdf.Triple, from, into string) (rdf.Triple, bool) {
	if t.Object == iri(from) {
		t.Object = iri(into)
	}
	if t.Subject == iri(from) {
		switch t.Predicate.Value {
		case skos + "prefLabel":
			t.Predicate = iri(skos + "altLabel")
		case skos + "altLabel", skos + "hiddenLabel", skos + "related", skos + "narrower":
		default: // it has its own class, place and notes
			return rdf.Triple{}, false
		}
		t.Subject = iri(into)
	}
	return t, t.Subject != t.Object
}

// Delete deletes a concept with all that is narrower, and leaves stubs.
func (s *Server) Delete(project, concept string) error {
	return s.edit(project, []string{concept}, func(h *holding) (out []rdf.Triple, told []Event) {
		gone := h.subtree(concept)
		for _, t := range h.triples {
			if !gone[t.Subject.Value] && !(t.Object.Kind == rdf.IRI && gone[t.Object.Value]) {
				out = append(out, t)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(gone)) {
			out = append(out, h.stub(id)...)
			told = append(told, Event{Concept: id, ChangeType: "REMOVAL", EventType: "resourceChangeRemoval"})
		}
		return out, told
	})
}

// subtree gives a concept and all that is narrower.
func (h *holding) subtree(concept string) map[string]bool {
	gone, queue := map[string]bool{concept: true}, []string{concept}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, t := range h.triples {
			var below rdf.Term
			switch {
			case t.Predicate.Value == skos+"broader" && t.Object == iri(at):
				below = t.Subject
			case t.Predicate.Value == skos+"narrower" && t.Subject == iri(at):
				below = t.Object
			}
			if below.Kind == rdf.IRI && below.Value != "" && !gone[below.Value] {
				gone[below.Value] = true
				queue = append(queue, below.Value)
			}
		}
	}
	return gone
}
