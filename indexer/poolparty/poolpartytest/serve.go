package poolpartytest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex/graph/rdf"
)

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	group := groupOf(r.URL.Path)
	s.watch(r, cmp.Or(group, "unknown"))
	f := s.take(group)
	w.Header().Set("Date", s.options.Now().Add(f.Clock).UTC().Format(http.TimeFormat))
	switch {
	case s.fault(w, r, group, f):
	case group == "":
		refuse(w, http.StatusNotFound, "no such endpoint")
	case group == "token":
		s.issue(w, r)
	case r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed, "GET only")
	case group == "version":
		w.Header().Set("Content-Type", "text/plain")
		w.Write([]byte(versions[s.options.Dialect]))
	case s.loggedIn(w, r):
		s.answer(w, r, group, f)
	}
}

// answer serves what needs credentials.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, group string, f Faults) {
	if group == "projects" {
		answer(w, s.list(f))
		return
	}
	h, ok := s.find(segment(r.URL.Path), group == "history", f)
	if !ok {
		refuse(w, http.StatusBadRequest, "unknown project")
		return
	}
	switch group {
	case "export":
		s.export(w, r, h, f)
	case "history":
		s.history(w, r, h, f)
	case "indexbuilder":
		at := h.changed.In(s.options.ServerZone).Format(javaTime)
		answer(w, map[string]any{"lastBuildTime": at, "lastChangeTime": at, "upToDate": true})
	case "thesaurus":
		thesaurus(w, r, h)
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"errorMessage": message, "status": status})
}

func (s *Server) list(f Faults) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]any{}
	for id, h := range s.projects {
		if h.Title == "" || slices.Contains(f.Hidden, id) { // not loaded since the restart, or not for this account
			continue
		}
		out = append(out, map[string]any{"id": h.ID, "title": h.Title, "uriSupplement": h.URISupplement, "defaultLanguage": h.DefaultLanguage,
			"availableLanguages": h.AvailableLanguages, "description": "", "type": "standard"})
	}
	slices.SortFunc(out, func(a, b map[string]any) int { return cmp.Compare(a["id"].(string), b["id"].(string)) })
	return out
}

// find gives a copy of a project by its id or, where that will do, its URI supplement.
func (s *Server) find(name string, idOnly bool, f Faults) (holding, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, h := range s.projects {
		if h.Title == "" || slices.Contains(f.Hidden, id) || id != name && (idOnly || h.URISupplement != name) {
			continue
		}
		copied := *h
		copied.events = slices.Clone(h.events)
		return copied, true
	}
	return holding{}, false
}

const javaTime = "Mon Jan 02 15:04:05 MST 2006"

// parameterTimes are the forms of times in parameters, all in the zone of the server.
var parameterTimes = []string{"2006-01-02T15:04:05", "02.01.2006", "02.01.2006T15.04.05"}

// history answers with a page of events, oldest first.
func (s *Server) history(w http.ResponseWriter, r *http.Request, h holding, f Faults) {
	query := r.URL.Query()
	from, okFrom := s.parameterTime(query.Get("fromTime"))
	to, okTo := s.parameterTime(query.Get("toTime"))
	limit, errLimit := strconv.Atoi(cmp.Or(query.Get("limit"), "100"))
	offset, errOffset := strconv.Atoi(cmp.Or(query.Get("offset"), "0"))
	if !okFrom || !okTo || errLimit != nil || errOffset != nil || limit < -1 || offset < 0 {
		refuse(w, http.StatusBadRequest, "a parameter of the history is invalid")
		return
	}
	events := slices.DeleteFunc(h.events, func(e Event) bool {
		return !from.IsZero() && e.Date.Before(from) || !to.IsZero() && e.Date.After(to)
	})
	if f.DeafOffset {
		offset = 0
	}
	events = events[min(offset, len(events)):]
	if f.PageSize > 0 && (limit < 0 || limit > f.PageSize) {
		limit = f.PageSize
	}
	if limit >= 0 {
		events = events[:min(limit, len(events))]
	}
	page := []map[string]any{}
	for _, e := range events {
		page = append(page, s.spell(e, f.Spelling))
	}
	answer(w, page)
}

func (s *Server) parameterTime(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	for _, layout := range parameterTimes {
		if at, err := time.ParseInLocation(layout, text, s.options.ServerZone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// spell writes an event with one of several sets of names.
func (s *Server) spell(e Event, spelling string) map[string]any {
	at := e.Date.In(s.options.ServerZone)
	switch spelling {
	case "other":
		return map[string]any{"eventURI": e.URI, "createdDate": at.Format(javaTime), "resource": map[string]any{"uri": e.Concept, "prefLabel": "x"}, "type": e.EventType}
	case "unknown":
		return map[string]any{"n": 1, "what": e.EventType}
	}
	return map[string]any{"uri": e.URI, "user": "editor", "date": at.Format("2006-01-02T15:04:05"), "concept": e.Concept,
		"changeType": e.ChangeType, "eventType": e.EventType, "relation": nil, "literal": nil, "oldValue": nil, "newValue": nil}
}

// thesaurus answers for schemes and for one concept, with labels in one language.
func thesaurus(w http.ResponseWriter, r *http.Request, h holding) {
	query := r.URL.Query()
	lang := cmp.Or(query.Get("language"), h.DefaultLanguage)
	if strings.HasSuffix(r.URL.Path, "/schemes") {
		list := []map[string]any{}
		for _, t := range h.triples {
			if t.Predicate.Value == rdfType && t.Object == iri(skos+"ConceptScheme") {
				list = append(list, map[string]any{"uri": t.Subject.Value, "title": first(h.labels(t.Subject.Value, "prefLabel", lang))})
			}
		}
		answer(w, list)
		return
	}
	uri := query.Get("concept")
	if !slices.Contains(h.objects(uri, rdfType), iri(skos+"Concept")) || len(h.objects(uri, retired)) > 0 {
		refuse(w, http.StatusBadRequest, "unknown concept")
		return
	}
	out := map[string]any{"uri": uri, "prefLabel": first(h.labels(uri, "prefLabel", lang))}
	if query.Get("properties") != "" {
		for key, property := range map[string]string{"altLabels": "altLabel", "hiddenLabels": "hiddenLabel", "definitions": "definition"} {
			out[key] = h.labels(uri, property, lang)
		}
		for key, property := range map[string]string{"broaders": "broader", "narrowers": "narrower", "relateds": "related", "conceptSchemes": "inScheme"} {
			out[key] = values(h.objects(uri, skos+property))
		}
	}
	answer(w, out)
}

func (h *holding) labels(subject, property, lang string) []string {
	return values(slices.DeleteFunc(h.objects(subject, skos+property), func(t rdf.Term) bool { return t.Lang != lang }))
}

func values(terms []rdf.Term) []string {
	out := []string{}
	for _, t := range terms {
		out = append(out, t.Value)
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
