package rdf

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Writer writes canonical N-Triples: one line a triple, single spaces, and only those characters
// escaped that must be.
type Writer struct{ w *bufio.Writer }

// NewWriter returns a Writer to w. Call Flush at the end.
func NewWriter(w io.Writer) *Writer { return &Writer{bufio.NewWriterSize(w, 64<<10)} }

// Write writes a triple. A triple that N-Triples cannot hold is an error and nothing of it is written.
func (w *Writer) Write(t Triple) error {
	if err := checkTriple(t); err != nil {
		return err
	}
	if _, err := w.w.Write(appendTriple(w.w.AvailableBuffer(), t)); err != nil {
		return fmt.Errorf("write N-Triples: %w", err)
	}
	return nil
}

// Flush hands on what is buffered.
func (w *Writer) Flush() error { return w.w.Flush() }

// checkTriple returns why a triple cannot be written, if so.
func checkTriple(t Triple) error {
	if t.Subject.Kind == Literal {
		return errors.New("write N-Triples: a literal as subject")
	}
	if t.Predicate.Kind != IRI {
		return errors.New("write N-Triples: a predicate that is no IRI")
	}
	for _, term := range [...]Term{t.Subject, t.Predicate, t.Object} {
		if wrong := checkTerm(term); wrong != "" {
			return errors.New("write N-Triples: " + wrong)
		}
	}
	return nil
}

// checkTerm returns what is wrong with a term, or "".
func checkTerm(t Term) string {
	switch {
	case !utf8.ValidString(t.Value) || !utf8.ValidString(t.Datatype):
		return "invalid UTF-8"
	case t.Kind == IRI:
		return checkIRI(t.Value)
	case t.Kind == Blank && !isLabel(t.Value):
		return fmt.Sprintf("%q is no label of a blank node", shorten(t.Value))
	case t.Kind == Literal && t.Lang != "" && !isLang(t.Lang):
		return fmt.Sprintf("%q is no language tag", shorten(t.Lang))
	case t.Kind == Literal && t.Lang == "" && t.Datatype != "":
		return checkIRI(t.Datatype)
	case t.Kind > Literal:
		return "a term of no known kind"
	}
	return ""
}

func appendTriple(b []byte, t Triple) []byte {
	b = append(appendTerm(b, t.Subject), ' ')
	b = append(appendTerm(b, t.Predicate), ' ')
	return append(appendTerm(b, t.Object), " .\n"...)
}

func appendTerm(b []byte, t Term) []byte {
	switch t.Kind {
	case IRI:
		return append(append(append(b, '<'), t.Value...), '>')
	case Blank:
		return append(append(b, "_:"...), t.Value...)
	}
	b = append(appendEscaped(append(b, '"'), t.Value), '"')
	switch {
	case t.Lang != "":
		b = append(append(b, '@'), t.Lang...)
	case t.Datatype != "":
		b = append(append(append(b, "^^<"...), t.Datatype...), '>')
	}
	return b
}

// appendEscaped writes the text of a literal, with the four escapes that canonical N-Triples has.
func appendEscaped(b []byte, text string) []byte {
	from := 0
	for i := 0; i < len(text); i++ {
		var escape string
		switch text[i] {
		case '"':
			escape = `\"`
		case '\\':
			escape = `\\`
		case '\n':
			escape = `\n`
		case '\r':
			escape = `\r`
		default:
			continue
		}
		b = append(append(b, text[from:i]...), escape...)
		from = i + 1
	}
	return append(b, text[from:]...)
}
