package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"semdex"
)

// Problem is what is answered in place of a result (RFC 9457).
type Problem struct {
	Type      string      `json:"type" doc:"always about:blank; code tells problems apart"`
	Title     string      `json:"title" doc:"the status in words"`
	Status    int         `json:"status"`
	Code      string      `json:"code" doc:"stable, for programs" enum:"invalid,not_found,unauthorized,forbidden,conflict,too_large,too_many_requests,busy,upstream,internal,method_not_allowed"`
	Detail    string      `json:"detail" doc:"what happened, for people"`
	Hint      string      `json:"hint,omitempty" doc:"what to try"`
	RequestID string      `json:"request_id" doc:"as in X-Request-Id and in the log"`
	Errors    []Complaint `json:"errors,omitempty" doc:"for wrong input: each parameter that is wrong"`
}

// Complaint says what is wrong with one parameter; Detail goes on where its name ends.
type Complaint struct {
	Parameter string `json:"parameter"`
	In        string `json:"in" enum:"query,path,body"`
	Detail    string `json:"detail"`
	Hint      string `json:"hint,omitempty"`
}

// Where a parameter stands.
const (
	inQuery  = "query"
	inPath   = "path"
	inBody   = "body"
	inHeader = "header"
)

// statuses is the one table from codes to statuses. What is not in it is a 500.
var statuses = map[semdex.Code]int{
	semdex.Invalid:      http.StatusUnprocessableEntity,
	semdex.NotFound:     http.StatusNotFound,
	semdex.Unauthorized: http.StatusUnauthorized,
	semdex.Forbidden:    http.StatusForbidden,
	semdex.Conflict:     http.StatusConflict,
	semdex.TooLarge:     http.StatusRequestEntityTooLarge,
	semdex.Busy:         http.StatusServiceUnavailable,
	semdex.Upstream:     http.StatusBadGateway,
	semdex.Internal:     http.StatusInternalServerError,
	methodNotAllowed:    http.StatusMethodNotAllowed,
	tooMany:             http.StatusTooManyRequests,
}

// methodNotAllowed is the one code that only a door knows.
const methodNotAllowed semdex.Code = "method_not_allowed"

// statusGone is what the log says of a request whose sender did not wait for the answer.
const statusGone = 499

// retryAfter is how many seconds a client is asked to wait when the server is busy.
const retryAfter = "5"

// inputError is wrong input, parameter by parameter.
type inputError []Complaint

func (e inputError) Error() string {
	parts := make([]string, len(e))
	for i, c := range e {
		parts[i] = c.Parameter + " " + c.Detail
	}
	return strings.Join(parts, "; ")
}

// wrong complains about one parameter.
func wrong(parameter, in, detail, hint string) inputError {
	return inputError{{Parameter: parameter, In: in, Detail: detail, Hint: hint}}
}

// problemOf says what of err is told to the client.
func problemOf(err error) *Problem {
	var input inputError
	if errors.As(err, &input) {
		p := newProblem(&semdex.Error{Code: semdex.Invalid, Message: input.Error(), Hint: input[0].Hint})
		p.Errors = input
		return p
	}
	return newProblem(publicError(err))
}

func publicError(err error) *semdex.Error {
	public := semdex.Public(err)
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &size):
		return &semdex.Error{Code: semdex.TooLarge, Message: "the body is too large", Hint: fmt.Sprintf("at most %d bytes", size.Limit)}
	case public.Code == semdex.Internal && errors.Is(err, context.DeadlineExceeded):
		return &semdex.Error{Code: semdex.Busy, Message: "the answer took too long", Hint: "try again, or ask for less"}
	case public.Code == semdex.Internal:
		return public
	case statuses[public.Code] == 0: // a code that is for other doors
		return semdex.Public(errors.New("unknown code"))
	}
	return public
}

func newProblem(e *semdex.Error) *Problem {
	status := statuses[e.Code]
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: string(e.Code), Detail: e.Message, Hint: e.Hint}
}
