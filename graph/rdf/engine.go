package rdf

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	knakk "github.com/knakk/rdf"
)

// labelled begins the name of every blank node that had a label in its document. Generated ones
// begin with b.
const labelled = "n"

// escaped begins a label that stands for another one, in hexadecimal: in a label with two dots in a row the
// engine's lexer loses its place, and may never come back.
const escaped = "xHEX"

// engineLabel gives the form in which the engine sees a label; plainLabel takes it back.
func engineLabel(label []byte) []byte {
	if !bytes.Contains(label, []byte("..")) && !bytes.HasPrefix(label, []byte(escaped)) {
		return label
	}
	return hex.AppendEncode([]byte(escaped), label)
}

func plainLabel(label string) string {
	if digits, ok := strings.CutPrefix(label, escaped); ok {
		if plain, err := hex.DecodeString(digits); err == nil {
			return string(plain)
		}
	}
	return label
}

// A source is a normaliser that the engine reads. stop starves the engine; failure may be called
// once the engine has read to the end.
type source interface {
	io.Reader
	stop()
	failure() error
}

// parse runs the engine over a normalised document. When it returns, the engine's goroutine has come
// to its end or is about to.
func parse(src source, format knakk.Format, yield func(Triple) error) error {
	decoder := knakk.NewTripleDecoder(src, format)
	defer drain(src, decoder) // also when yield panics
	terms := make(interner)
	for {
		t, err := step(decoder)
		if err != nil {
			drain(src, decoder)
			return verdict(src, err)
		}
		if err := yield(terms.triple(t)); err != nil {
			return err
		}
	}
}

// verdict returns why a document ended, nil if because it was over. A document cut short by an error
// of the normaliser makes the engine complain as well: the former counts.
func verdict(src source, err error) error {
	if failure := src.failure(); failure != nil {
		return failure
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return complaint(err)
}

// step decodes one triple and turns a panic of the engine into an error.
func step(decoder knakk.TripleDecoder) (t knakk.Triple, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser failed: %v", p)
		}
	}()
	return decoder.Decode()
}

// drain takes what the lexer still has to give, so that its goroutine can end. Starved, it has little.
func drain(src source, decoder knakk.TripleDecoder) {
	src.stop()
	for {
		if _, err := step(decoder); errors.Is(err, io.EOF) {
			return
		}
	}
}

// complaint turns an error of the engine, "12:7: message", into ours. The normalisers let nothing
// through that the engine refuses, so this is for what they overlooked. Lines are those of the
// document; columns are of the normalised line and left out.
func complaint(err error) error {
	e := &SyntaxError{Message: err.Error()}
	var column int
	if n, _ := fmt.Sscanf(e.Message, "%d:%d", &e.Line, &column); n == 2 {
		_, e.Message, _ = strings.Cut(e.Message, " ")
	}
	return e
}

// An interner turns the engine's terms into ours and keeps one copy of the strings that a document
// repeats most: predicates, datatypes and languages.
type interner map[string]string

func (in interner) keep(s string) string {
	if kept, ok := in[s]; ok {
		return kept
	}
	if len(in) < 10_000 {
		in[s] = s
	}
	return s
}

func (in interner) triple(t knakk.Triple) Triple {
	return Triple{
		Subject:   in.term(t.Subj),
		Predicate: Term{Kind: IRI, Value: in.keep(t.Pred.String())},
		Object:    in.term(t.Obj),
	}
}

func (in interner) term(t knakk.Term) Term {
	switch t := t.(type) {
	case knakk.Blank:
		return Term{Kind: Blank, Value: plainLabel(t.String())}
	case knakk.Literal:
		return literal(t.String(), in.keep(t.Lang()), in.keep(t.DataType.String()))
	default:
		return Term{Kind: IRI, Value: t.String()}
	}
}

// literal returns a literal with the datatypes left out that go without saying.
func literal(text, lang, datatype string) Term {
	if lang != "" || datatype == xsdString {
		datatype = ""
	}
	return Term{Kind: Literal, Value: text, Lang: lang, Datatype: datatype}
}
