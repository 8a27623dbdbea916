package library

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"semdex"
	"semdex/cmd/internal/config"
	"semdex/indexer"
)

// Bounds of what is remembered of a scheduled report.
const (
	periodsKept = 60                   // that are delivered again where events of theirs come late
	lookBack    = 400 * 24 * time.Hour // how far runs that were missed are made up
)

// reportBook remembers, in a file, which reports were delivered.
type reportBook struct {
	path string
	mu   sync.Mutex // over states and the file
	busy sync.Map   // of each report by name, a *sync.Mutex that holds off a second run

	states map[string]*reportState
}

// reportState is how far a scheduled report is.
type reportState struct {
	Config  string         `json:"config"`  // fingerprint of how it is configured
	Until   time.Time      `json:"until"`   // its times up to this one were heeded
	Periods []*periodState `json:"periods"` // oldest first
}

// periodState is what is known of a period of a report.
type periodState struct {
	Period    string            `json:"period"` // such as 2026-W46
	From      semdex.Date       `json:"from,omitempty"`
	To        semdex.Date       `json:"to"`
	Revision  int               `json:"revision"` // how often it was delivered
	Delivered time.Time         `json:"delivered,omitzero"`
	Events    int64             `json:"events"`           // of the period when it was delivered, whatever the report counts
	Totals    json.RawMessage   `json:"totals,omitempty"` // of the report that was delivered
	Rows      string            `json:"rows,omitempty"`   // fingerprint of these
	Pending   *deliveryAttempts `json:"pending,omitempty"`
}

// deliveryAttempts is a delivery under way. It keeps its id however often it is tried.
type deliveryAttempts struct {
	ID       string    `json:"id"`
	Attempts int       `json:"attempts"`
	Next     time.Time `json:"next"`
	Error    string    `json:"error,omitempty"`
	Stopped  bool      `json:"stopped,omitempty"` // until the next run of the report
}

// open reads the file. One that cannot be read as what it is gives way to a new one, by which the newest period of each report is delivered
// once more.
func (b *reportBook) open(path string, log *slog.Logger) error {
	b.path, b.states = path, map[string]*reportState{}
	body, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, &b.states); err != nil || b.states == nil {
		log.Warn("which reports were delivered cannot be read, and begins anew", "file", path, "err", err)
		b.states = map[string]*reportState{}
	}
	return nil
}

// run lets one run of a report be under way at a time.
func (b *reportBook) run(name string, do func()) {
	lock, _ := b.busy.LoadOrStore(name, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	defer lock.(*sync.Mutex).Unlock()
	do()
}

// of gives the state of a report for its run to work on.
func (b *reportBook) of(c config.Report) *reportState {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &reportState{}
	if kept := b.states[c.Name]; kept != nil && kept.Config == fingerprintOf(c) {
		*s = *kept
		s.Periods = nil
		for _, p := range kept.Periods {
			if p != nil { // as it would be by hand
				s.Periods = append(s.Periods, p.clone())
			}
		}
	}
	s.Config = fingerprintOf(c)
	return s
}

func (p *periodState) clone() *periodState {
	out := *p
	if p.Pending != nil {
		pending := *p.Pending
		out.Pending = &pending
	}
	return &out
}

// keep writes the state of a report.
func (b *reportBook) keep(name string, s *reportState) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := *s
	kept.Periods = nil
	for _, p := range s.Periods {
		kept.Periods = append(kept.Periods, p.clone())
	}
	b.states[name] = &kept
	body, err := json.MarshalIndent(b.states, "", "  ")
	if err == nil {
		err = replaceFile(b.path, append(body, '\n'))
	}
	if err != nil {
		return fmt.Errorf("remember the reports that were delivered: %w", err)
	}
	return nil
}

// fingerprintOf changes with what a report shows and where it goes. Its times and its secret may change.
func fingerprintOf(c config.Report) string {
	c.Every, c.To.Secret = "", ""
	text, _ := json.Marshal(c) // plain values
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// advance takes in the times of a report that have come, and puts the periods that these are about with the others, to be delivered. It
// reports whether there was any. A report that is new is about the last whole period at once.
func (s *reportState) advance(window string, schedule indexer.Schedule, now time.Time) bool {
	var times []time.Time
	if s.Until.IsZero() {
		times = []time.Time{now}
		s.Until = now
	} else if earliest := now.Add(-lookBack); s.Until.Before(earliest) {
		s.Until = earliest
	}
	for at := schedule.Next(s.Until); !at.IsZero() && !at.After(now); at = schedule.Next(at) {
		times = append(times, at)
		s.Until = at
	}
	for _, at := range times {
		p := windowBefore(window, at)
		if !slices.ContainsFunc(s.Periods, func(known *periodState) bool { return known.Period == p.Period }) {
			p.Pending = newDelivery(at)
			s.Periods = append(s.Periods, p)
		}
	}
	s.Periods = s.Periods[max(0, len(s.Periods)-periodsKept):]
	return len(times) > 0
}

func newDelivery(at time.Time) *deliveryAttempts {
	return &deliveryAttempts{ID: "msg_" + rand.Text(), Next: at.UTC()}
}

// windowBefore gives the last whole period of a window before a moment, in the moment's time zone.
func windowBefore(window string, at time.Time) *periodState {
	today := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	between := func(label string, from, end time.Time) *periodState {
		return &periodState{Period: label, From: semdex.DateOf(from), To: semdex.DateOf(end.AddDate(0, 0, -1))}
	}
	days := func(n int) *periodState {
		p := between("", today.AddDate(0, 0, -n), today)
		p.Period = string(p.From) + "_" + string(p.To)
		return p
	}
	switch window {
	case "last_week":
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		year, week := monday.AddDate(0, 0, -7).ISOWeek()
		return between(fmt.Sprintf("%04d-W%02d", year, week), monday.AddDate(0, 0, -7), monday)
	case "last_month":
		first := today.AddDate(0, 0, 1-today.Day())
		return between(first.AddDate(0, -1, 0).Format("2006-01"), first.AddDate(0, -1, 0), first)
	case "last_quarter":
		first := time.Date(today.Year(), (today.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
		start := first.AddDate(0, -3, 0)
		return between(fmt.Sprintf("%04d-Q%d", start.Year(), (start.Month()+2)/3), start, first)
	case "last_7_days":
		return days(7)
	case "last_30_days":
		return days(30)
	}
	p := between("", today, today)
	p.Period, p.From = "until-"+string(p.To), ""
	return p
}
