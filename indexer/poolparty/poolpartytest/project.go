package poolpartytest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/graph/rdf"
)

// Project is what the list of projects says of one.
type Project struct {
	ID                 string
	Title              string
	URISupplement      string
	DefaultLanguage    string
	AvailableLanguages []string
}

// Event is one change in the history of a project.
type Event struct {
	URI        string    `json:"uri"`
	Date       time.Time `json:"date"`
	Concept    string    `json:"concept"`
	ChangeType string    `json:"changeType"` // ADDITION, REMOVAL, UPDATE
	EventType  string    `json:"eventType"`
}

// maxEvents bounds the history of a project; the oldest go first.
const maxEvents = 10_000

// holding is a project with its content. Before the first Load after a restart it has no triples, but the digests of
// what it held.
type holding struct {
	Project
	triples  []rdf.Triple
	subjects map[string]string // what is said of each subject, as a digest
	events   []Event
	changed  time.Time
}

// Load makes the project hold these triples, each once, and no others. What differs from before becomes events of
// the history; there are none for a project that was not known. Project.ID and Title are needed.
func (s *Server) Load(p Project, triples []rdf.Triple) error { return s.put(p, triples, true) }

// Import is Load as a curator imports a whole project: the history says nothing of it.
func (s *Server) Import(p Project, triples []rdf.Triple) error { return s.put(p, triples, false) }

func (s *Server) put(p Project, triples []rdf.Triple, told bool) error {
	if p.ID == "" || p.Title == "" || strings.Contains(p.ID, "/") {
		return &semdex.Error{Code: semdex.Invalid, Message: "a project needs an id without slashes, and a title"}
	}
	triples, err := distinct(triples)
	if err != nil {
		return err
	}
	p.DefaultLanguage = cmp.Or(p.DefaultLanguage, "en")
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.projects[p.ID]
	known := h != nil
	if !known {
		h = &holding{changed: s.options.Now()}
		s.projects[p.ID] = h
	}
	h.Project = p
	before := h.subjects
	h.hold(triples)
	differences := differ(before, h.subjects)
	if len(differences) > 0 {
		h.changed = s.options.Now()
	}
	if known && told {
		for _, e := range differences {
			s.record(h, e)
		}
	}
	return nil
}

// distinct checks that triples can be written, and keeps the first of equal ones.
func distinct(triples []rdf.Triple) ([]rdf.Triple, error) {
	w := rdf.NewWriter(io.Discard)
	seen := make(map[rdf.Triple]bool, len(triples))
	var out []rdf.Triple
	for _, t := range triples {
		if err := w.Write(t); err != nil {
			return nil, &semdex.Error{Code: semdex.Invalid, Message: "a statement that no export can hold", Err: err}
		}
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out, nil
}

// hold takes triples, and sums up what is said of each subject. What is said of a blank node counts for whoever
// points to it.
func (h *holding) hold(triples []rdf.Triple) {
	owners := owners(triples)
	said := map[string][]string{}
	for _, t := range triples {
		subject := ownerOf(t.Subject, owners)
		said[subject] = append(said[subject], nameless(t).String())
	}
	h.triples, h.subjects = triples, make(map[string]string, len(said))
	for subject, lines := range said {
		slices.Sort(lines)
		sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
		h.subjects[subject] = hex.EncodeToString(sum[:12])
	}
}

// nameless leaves out the names of blank nodes, which mean nothing from one reading of a file to the next.
func nameless(t rdf.Triple) rdf.Triple {
	for _, term := range []*rdf.Term{&t.Subject, &t.Object} {
		if term.Kind == rdf.Blank {
			term.Value = "b"
		}
	}
	return t
}

// owners says for each blank node which triple first points to it.
func owners(triples []rdf.Triple) map[string]rdf.Triple {
	out := map[string]rdf.Triple{}
	for _, t := range triples {
		if _, known := out[t.Object.Value]; t.Object.Kind == rdf.Blank && !known {
			out[t.Object.Value] = t
		}
	}
	return out
}

// ownerOf follows blank nodes up to an IRI; "" where there is none.
func ownerOf(t rdf.Term, owners map[string]rdf.Triple) string {
	for seen := map[string]bool{}; t.Kind == rdf.Blank; {
		owner, ok := owners[t.Value]
		if !ok || seen[t.Value] {
			return ""
		}
		seen[t.Value] = true
		t = owner.Subject
	}
	return t.Value
}

// differ gives an event for each subject that differs, in the order of their names.
func differ(before, after map[string]string) []Event {
	var out []Event
	for subject, digest := range after {
		switch old, known := before[subject]; {
		case !known:
			out = append(out, Event{Concept: subject, ChangeType: "ADDITION", EventType: "resourceChangeAddition"})
		case old != digest:
			out = append(out, Event{Concept: subject, ChangeType: "UPDATE", EventType: "resourceChangeUpdate"})
		}
	}
	for subject := range before {
		if _, stays := after[subject]; !stays {
			out = append(out, Event{Concept: subject, ChangeType: "REMOVAL", EventType: "resourceChangeRemoval"})
		}
	}
	slices.SortFunc(out, func(a, b Event) int { return cmp.Compare(a.Concept, b.Concept) })
	return out
}

// record puts an event into the history.
func (s *Server) record(h *holding, e Event) {
	s.counter++
	e.URI = fmt.Sprintf("https://poolparty.example/%s/history/%d", h.ID, s.counter)
	e.Date = s.options.Now()
	h.events = append(h.events, e)
	if extra := len(h.events) - maxEvents; extra > 0 {
		h.events = slices.Delete(h.events, 0, extra)
	}
}

// Triples gives what a project holds now, nil for one that there is not.
func (s *Server) Triples(project string) []rdf.Triple {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.projects[project]; h != nil {
		return slices.Clone(h.triples)
	}
	return nil
}

// state is what survives a restart.
type state struct {
	Counter  int                     `json:"counter"`
	Projects map[string]projectState `json:"projects"`
}

type projectState struct {
	Events   []Event           `json:"events,omitempty"`
	Changed  time.Time         `json:"changed"`
	Subjects map[string]string `json:"subjects"`
}

// State is what a later server needs, so that the history goes on: a Load of the same triples there adds no event.
// The triples themselves are not in it.
func (s *Server) State() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := state{Counter: s.counter, Projects: map[string]projectState{}}
	for id, h := range s.projects {
		out.Projects[id] = projectState{h.events, h.changed, h.subjects}
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil // there is nothing in it that cannot be written, but for years beyond 9999
	}
	return body
}

func (s *Server) restore(body []byte) error {
	if len(body) == 0 {
		return nil
	}
	var in state
	if err := json.Unmarshal(body, &in); err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: "cannot read the state of the imitation of PoolParty", Hint: "start without it; the history begins anew", Err: err}
	}
	s.counter = in.Counter
	for id, p := range in.Projects {
		s.projects[id] = &holding{Project: Project{ID: id}, events: p.Events, changed: p.Changed, subjects: p.Subjects}
	}
	return nil
}
