package indexer

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"semdex"
	"semdex/internal/remote"
)

// Findings collects what a check comes upon.
type Findings struct{ List []Finding }

// Say adds a finding.
func (f *Findings) Say(level Level, subject, message, mend string) {
	f.List = append(f.List, Finding{Level: level, Subject: subject, Message: message, Mend: mend})
}

// Tell adds an error as a finding, its hint as the mend.
func (f *Findings) Tell(level Level, subject string, err error) {
	var known *semdex.Error
	if !errors.As(err, &known) {
		f.Say(level, subject, err.Error(), "try again")
		return
	}
	message := known.Message
	if fault := remote.FaultOf(err); fault != nil {
		message += ": " + fault.Error()
	}
	f.Say(level, subject, message, cmp.Or(known.Hint, "try again"))
}

// MaxClockOff is how far the clocks of two systems may be apart before tokens and stamps suffer.
const MaxClockOff = 5 * time.Minute

// Clock compares the clock of an answer with ours, and gives the former; ours where the answer does not tell.
func (f *Findings) Clock(system string, h http.Header, now time.Time) time.Time {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return now
	}
	if off := now.Sub(at).Round(time.Second); off.Abs() > MaxClockOff {
		f.Say(Warning, "clock", fmt.Sprintf("the clocks of this machine and of %s are %s apart", system, off.Abs()), "set the clock of this machine by a time server (NTP)")
	} else {
		f.Say(Fine, "clock", "agrees with that of "+system, "")
	}
	return at
}
