package cantotest

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Stats tell how the clients behaved.
type Stats struct {
	Calls      map[string]int // by endpoint group, and "token"; whatever the answer was
	ListPages  int            // lists that were answered
	Tokens     int            // that were given
	Limited    int            // answers 429, for a limit or as a fault
	Peak       map[string]int // the most calls of a group within any window, whatever the answer was
	Early      int            // calls before the time that a 429 told to wait was over; it told a window where it did not say
	Violations []string       // what no client may do: a token at the CDN, a secret in an address, a call over the limit
}

// maxViolations bounds what is kept of them.
const maxViolations = 100

// meter counts calls.
type meter struct {
	calls, peak                   map[string]int
	recent, accepted              map[string][]time.Time // within the window
	until                         map[string]time.Time   // told to wait
	pages, tokens, limited, early int
	violations                    []string
}

func newMeter() meter {
	return meter{calls: map[string]int{}, peak: map[string]int{}, recent: map[string][]time.Time{}, accepted: map[string][]time.Time{},
		until: map[string]time.Time{}}
}

// Stats gives the counts since the start, or since ResetStats.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &s.meter
	return Stats{Calls: maps.Clone(m.calls), ListPages: m.pages, Tokens: m.tokens, Limited: m.limited, Peak: maps.Clone(m.peak),
		Early: m.early, Violations: slices.Clone(m.violations)}
}

// ResetStats begins to count anew. The limits go on.
func (s *Server) ResetStats() {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := newMeter()
	fresh.recent, fresh.accepted, fresh.until = s.meter.recent, s.meter.accepted, s.meter.until
	s.meter = fresh
}

func (m *meter) violate(format string, args ...any) {
	if len(m.violations) < maxViolations {
		m.violations = append(m.violations, fmt.Sprintf(format, args...))
	}
}

// arrive counts a call.
func (m *meter) arrive(group string, now time.Time, window time.Duration) {
	m.calls[group]++
	m.recent[group] = append(within(m.recent[group], now, window), now)
	m.peak[group] = max(m.peak[group], len(m.recent[group]))
	if now.Before(m.until[group]) {
		m.early++
	}
}

// accept lets a call through, unless it is over the limit. A negative limit is none.
func (m *meter) accept(group string, now time.Time, limit int, window time.Duration) (wait time.Duration, ok bool) {
	accepted := within(m.accepted[group], now, window)
	m.accepted[group] = accepted
	if limit >= 0 && len(accepted) >= limit {
		m.violate("call over the limit: %d calls of the group %s were let through within %v", limit, group, window)
		return window - now.Sub(accepted[0]), false
	}
	if limit >= 0 {
		m.accepted[group] = append(accepted, now)
	}
	return 0, true
}

// told remembers that a client was told to wait.
func (m *meter) told(group string, now time.Time, wait time.Duration) {
	m.limited++
	m.until[group] = now.Add(wait)
}

// within drops what is older than the window.
func within(times []time.Time, now time.Time, window time.Duration) []time.Time {
	old := 0
	for old < len(times) && now.Sub(times[old]) >= window {
		old++
	}
	return times[old:]
}
