package poolpartytest

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"semdex/graph/rdf"
)

// The modules that hold something here.
const (
	moduleConcepts   = "concepts"
	moduleDeprecated = "deprecatedConcepts"
	moduleNotes      = "skosnotes"
)

// modules are those that a server knows.
var modules = []string{moduleConcepts, "workflow", "history", "suggestedConcepts", "void", "adms", "candidateConcepts", "lists",
	moduleDeprecated, "categories", moduleNotes, "linkedData", "users", "schemes", "corpora", "blacklistedTerms"}

// formats are those that a server knows, and whether they have named graphs.
var formats = map[string]bool{"TriG": true, "TriX": true, "N3": false, "Turtle": false, "N-Triples": false, "RDF/XML": false,
	"BinaryRDF": false, "N-Quads": true, "JSON-LD": true, "RDF/JSON": false}

// noteProperties make the module of notes; definitions, scope notes and examples stay with the concepts.
var noteProperties = []string{skos + "note", skos + "editorialNote", skos + "changeNote", skos + "historyNote"}

func (s *Server) export(w http.ResponseWriter, r *http.Request, h holding, f Faults) {
	s.mu.Lock()
	s.stats.Exports++
	s.mu.Unlock()
	format := r.URL.Query().Get("format")
	asked, refusal := s.asked(r, format, f)
	switch {
	case refusal != "":
		refuse(w, http.StatusBadRequest, refusal)
	case format == "N-Quads" && f.NoQuads != 0:
		refuse(w, f.NoQuads, "the format N-Quads is not available")
	case format == "N-Quads" || format == "N-Triples":
		body := []byte{}
		if !f.Empty {
			body = h.write(asked, format == "N-Quads")
		}
		deliver(w, body, f.Cut)
	default:
		refuse(w, http.StatusNotAcceptable, "the imitation does not write "+format)
	}
}

// asked gives the modules of an export, or why it is refused.
func (s *Server) asked(r *http.Request, format string, f Faults) (asked []string, refusal string) {
	parameter := "modules"
	if s.options.Dialect != "" {
		parameter = "exportModules"
	}
	for _, value := range r.URL.Query()[parameter] {
		asked = append(asked, strings.Split(value, ",")...)
	}
	graphs, known := formats[format]
	switch {
	case !known:
		return nil, "the format is missing or unknown"
	case len(asked) == 0:
		return nil, "the parameter " + parameter + " is missing"
	case len(asked) > 1 && !graphs:
		return nil, "the format " + format + " can hold one module only"
	}
	for _, m := range asked {
		if !slices.Contains(modules, m) || slices.Contains(f.NoModules, m) {
			return nil, "unknown module: " + m
		}
	}
	return asked, ""
}

// write gives the statements of the modules, a line each.
func (h *holding) write(asked []string, graphs bool) []byte {
	var b bytes.Buffer
	split := h.split()
	for i, t := range h.triples {
		if !slices.Contains(asked, split[i]) {
			continue
		}
		line := t.String()
		if graphs {
			line = strings.TrimSuffix(line, ".") + "<https://poolparty.example/" + h.ID + "/" + split[i] + "> ."
		}
		b.WriteString(line + "\n")
	}
	return b.Bytes()
}

// split says for each triple which module it is in. What is said of a blank node is where it is pointed to from.
func (h *holding) split() []string {
	deprecated := map[string]bool{}
	for _, t := range h.triples {
		if t.Predicate.Value == retired && (t.Object.Value == "true" || t.Object.Value == "1") {
			deprecated[t.Subject.Value] = true
		}
	}
	owners := owners(h.triples)
	out := make([]string, len(h.triples))
	for i, t := range h.triples {
		for seen := map[string]bool{}; t.Subject.Kind == rdf.Blank && !seen[t.Subject.Value]; {
			seen[t.Subject.Value] = true
			if owner, ok := owners[t.Subject.Value]; ok {
				t = owner
			}
		}
		switch {
		case t.Subject.Kind == rdf.IRI && deprecated[t.Subject.Value]:
			out[i] = moduleDeprecated
		case slices.Contains(noteProperties, t.Predicate.Value):
			out[i] = moduleNotes
		default:
			out[i] = moduleConcepts
		}
	}
	return out
}

// deliver sends an export, cut short where that is asked for.
func deliver(w http.ResponseWriter, body []byte, cut Cut) {
	w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	half := body[:len(body)/2]
	if n := len(half); n > 0 && half[n-1] == '\n' {
		half = half[:n-2] // before the dot
	}
	switch cut {
	case CutLength:
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(half)
	case CutChunk:
		w.Write(half)
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case CutLine:
		fmt.Fprintf(w, "%s", half)
	default:
		w.Write(body)
	}
}
