package semdex

import (
	"errors"
	"strings"
)

// Code says for programs what kind of failure an Error is. Doors map the codes below to an HTTP status or an
// exit code by one table each; only Event.Check gives others, which stand in receipts and go no farther.
type Code string

const (
	Invalid      Code = "invalid"      // the input is wrong; the same input fails again
	NotFound     Code = "not_found"    // the thing named does not exist, or may not be known to exist
	Unauthorized Code = "unauthorized" // no key, or one that is wrong, expired or revoked
	Forbidden    Code = "forbidden"    // the key is right but lacks the scope
	Conflict     Code = "conflict"     // a guard or another writer stands against it
	TooLarge     Code = "too_large"    // the request is over a stated bound
	Busy         Code = "busy"         // over capacity or not ready; the same input may pass later
	Upstream     Code = "upstream"     // a system that we mirror did not answer as it should
	Partial      Code = "partial"      // done, but some records were rejected and kept aside
	Internal     Code = "internal"     // everything else
)

// Error is a failure with a code for programs, a message and a hint for people, and a cause for the log.
// Message and Hint may be shown to whoever asked; Err may not.
type Error struct {
	Code    Code
	Message string
	Hint    string // what to try; may be empty
	Err     error  // the cause; may be nil
}

// Error gives the message and its cause, for logs and for the command line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if e.Err != nil {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf gives the code of the first Error in err's chain, and Internal for any other error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// HintOf gives the hint of the first Error in err's chain, "" where there is none.
func HintOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}

// Public gives what of err may be shown to a stranger: its code, message and hint. Whatever is no Error
// becomes Internal and a bland line, so that no path, address or secret leaks through a wrapped cause.
func Public(err error) *Error {
	var e *Error
	if errors.As(err, &e) && e.Code != Internal {
		return &Error{Code: e.Code, Message: e.Message, Hint: e.Hint}
	}
	return &Error{Code: Internal, Message: "something went wrong on our side; the log has the cause"}
}
