package rdf

import (
	"errors"
	"strconv"
	"strings"
)

// ErrLimit is wrapped by the error of a document that exceeds a limit of Options.
var ErrLimit = errors.New("limit exceeded")

// SyntaxError says where a document is not what its format allows.
type SyntaxError struct {
	// Name is Options.Name, or the format when there is none.
	Name string
	// Line and Column count from 1, Column in characters, but for RDF/XML in bytes. Either is 0 when
	// it is not known.
	Line, Column int
	Message      string
	// Hint is advice for the person at the screen, or "".
	Hint string
}

// Error returns "taxonomy.ttl:12:7: message".
func (e *SyntaxError) Error() string {
	var b strings.Builder
	b.WriteString(e.Name)
	for _, n := range []int{e.Line, e.Column} {
		if n == 0 {
			break
		}
		b.WriteString(":" + strconv.Itoa(n))
	}
	b.WriteString(": " + e.Message)
	return b.String()
}
