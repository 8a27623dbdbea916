package cantotest

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// Faults are what goes wrong on purpose. Counts begin when they are set.
type Faults struct {
	LimitEvery int // every n-th call of the API is answered 429; 0: none
	LimitTimes int // at most so many of them; 0: no bound
	RetryAfter int // seconds that these 429s tell to wait; 0: they do not say

	DropEvery int // the connection breaks in the middle of every n-th list
	CutEvery  int // every n-th list ends in the middle, and nothing tells so but its JSON

	Malformed map[string]Malformation // assets, by "scheme/id"

	Fail      int  // so many calls of the API are answered 500; negative: all
	LoginPage int  // so many are answered by a web page, with 200; negative: all
	Blind     bool // the account lost its rights: lists and the tree are empty
	NoFound   bool // lists do not say how much was found
	CDNDown   bool // pictures are answered 503

	Forbidden   []string      // endpoint groups that are answered 403
	Delay       time.Duration // before each answer of the API
	ClockOffset time.Duration // of the header Date

	OnList func(n int) // called when the n-th list, from 1, was made and before it is sent; it may change anything
}

// Malformation is how a record is damaged.
type Malformation int

// The malformations.
const (
	BadShape Malformation = iota + 1 // an object stands where the size should be
	BadJSON                          // what it is in is no JSON any more
)

// faulty is the faults as they run.
type faulty struct {
	Faults
	calls, limited, lists int
}

func newFaulty(f Faults) faulty {
	f.Malformed = maps.Clone(f.Malformed)
	f.Forbidden = slices.Clone(f.Forbidden)
	return faulty{Faults: f}
}

// SetFaults puts these in the place of all that were set before. The zero Faults are none.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = newFaulty(f)
	clear(s.content.listed)
}

// broken gives the answer of a call that fails before anyone asks for the token.
func (f *faulty) broken() *answer {
	f.calls++
	switch {
	case f.Fail != 0:
		f.Fail = max(f.Fail-1, -1)
		return new(problem(http.StatusInternalServerError, "an unexpected error occurred"))
	case f.LoginPage != 0:
		f.LoginPage = max(f.LoginPage-1, -1)
		return &answer{status: http.StatusOK, kind: "text/html; charset=utf-8",
			body: []byte("<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>")}
	}
	return nil
}

// limits reports whether this call is one that is answered 429.
func (f *faulty) limits() bool {
	if f.LimitEvery <= 0 || f.calls%f.LimitEvery != 0 || f.LimitTimes > 0 && f.limited >= f.LimitTimes {
		return false
	}
	f.limited++
	return true
}
