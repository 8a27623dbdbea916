package poolpartytest

import (
	"net/http"
	"slices"
	"time"
)

// Cut is a way in which an export ends too early.
type Cut string

// The ways.
const (
	CutLength Cut = "length" // the answer promises more bytes than come
	CutChunk  Cut = "chunk"  // the connection ends within the answer
	CutLine   Cut = "line"   // the answer ends in order, but within a statement
)

// Faults are what a Server does wrong, or does differently. Groups of calls are version, projects, export, history,
// indexbuilder, thesaurus and token.
type Faults struct {
	Status     map[string]int // by group: what every call is answered with; 503 says that it is not in the licence
	Failures   int            // the next calls of any group but token that are answered with 500
	Delay      time.Duration  // before each answer
	Page       []string       // groups that answer with a login page
	Elsewhere  []string       // groups that lead to a login page
	Cut        Cut            // of exports
	CutTimes   int            // how many of them; 0: all
	Empty      bool           // exports hold no statement
	NoQuads    int            // the status that an export as N-Quads is refused with: 400, 406
	NoModules  []string       // modules that are refused with 400
	Hidden     []string       // ids of projects that the account has no user group of
	Clock      time.Duration  // how far the Date header is off
	Spelling   string         // of the fields of events: "" as assumed, "other", "unknown" for none that means anything
	PageSize   int            // the most events in one page of the history, whatever was asked for
	DeafOffset bool           // the history ignores offset
}

// SetFaults replaces the faults; the zero value ends them.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// fault answers a call wrongly, where it is to be, and reports whether it did. f is the state at its beginning.
func (s *Server) fault(w http.ResponseWriter, r *http.Request, group string, f Faults) bool {
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return true
		case <-s.closing.Done():
			return true
		}
	}
	switch {
	case slices.Contains(f.Page, group):
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<!DOCTYPE html>\n<html><title>Sign in</title><form><input name=password></form></html>\n"))
	case slices.Contains(f.Elsewhere, group):
		http.Redirect(w, r, "/PoolParty/login", http.StatusFound)
	case f.Status[group] == http.StatusServiceUnavailable:
		refuse(w, http.StatusServiceUnavailable, "the endpoint is not part of the licence")
	case f.Status[group] != 0:
		refuse(w, f.Status[group], http.StatusText(f.Status[group]))
	case f.Failures > 0 && group != "token":
		refuse(w, http.StatusInternalServerError, "an unexpected error")
	default:
		return false
	}
	return true
}

// take gives the faults for one call and counts down those that pass.
func (s *Server) take(group string) Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.faults
	if f.Failures > 0 && group != "token" {
		s.faults.Failures--
	}
	if group == "export" && f.Cut != "" && f.CutTimes > 0 {
		if s.faults.CutTimes--; s.faults.CutTimes == 0 {
			s.faults.Cut = ""
		}
	}
	return f
}
