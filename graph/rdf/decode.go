package rdf

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	knakk "github.com/knakk/rdf"
)

// Defaults of Options.
const (
	DefaultMaxTriples = 50_000_000
	DefaultMaxLiteral = 16 << 20
	DefaultMaxBytes   = 512 << 20
)

// Options says how to read a document. The zero value reads a file by its name within the default
// limits; a document beyond a limit ends in an error that wraps ErrLimit.
type Options struct {
	// Format is the syntax. Auto takes it from Name.
	Format Format
	// Base is the IRI that relative ones are resolved against until the document names another.
	// Without either, a relative IRI is an error.
	Base string
	// Name is what messages call the document, as a rule the name of its file.
	Name string
	// Document makes the blank nodes of this document differ from those of any document with another
	// Document. Blank nodes of documents without one may be equal.
	Document string
	// MaxTriples bounds the triples of the document; 0 means DefaultMaxTriples.
	MaxTriples int
	// MaxLiteral bounds the bytes of one term as written; 0 means DefaultMaxLiteral.
	MaxLiteral int
	// MaxBytes bounds the document, unpacked; 0 means DefaultMaxBytes. A Turtle document is held in
	// memory while it is read, the other formats are streamed.
	MaxBytes int64
}

// ready fills in the defaults and checks what was given.
func (o Options) ready() (Options, error) {
	if o.Format == Auto {
		f, ok := FormatOf(o.Name)
		if !ok {
			return o, fmt.Errorf("%q does not tell the format: its name should end in .ttl, .nt, .nq, .rdf, .xml or .owl", o.Name)
		}
		o.Format = f
	}
	if o.Format > RDFXML {
		return o, fmt.Errorf("no such format: %d", o.Format)
	}
	if o.Name == "" {
		o.Name = o.Format.String()
	}
	if o.Base != "" {
		if wrong := checkTerm(Term{Kind: IRI, Value: o.Base}); wrong != "" {
			return o, fmt.Errorf("base of %s: %s", o.Name, wrong)
		}
	}
	if o.MaxTriples <= 0 {
		o.MaxTriples = DefaultMaxTriples
	}
	if o.MaxLiteral <= 0 {
		o.MaxLiteral = DefaultMaxLiteral
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	return o, nil
}

// Decode reads a document, which may be packed with gzip, and calls yield for each triple in the
// order of the document, from the calling goroutine. It ends at the first error: a *SyntaxError, one
// of ctx or of r with the document's name before it, or that of yield, as it is. Triples before the
// error have been yielded by then.
//
// Decode does not close r, and cannot interrupt a Read that waits: give it a reader that heeds ctx.
func Decode(ctx context.Context, r io.Reader, o Options, yield func(Triple) error) error {
	o, err := o.ready()
	if err != nil {
		return err
	}
	g := &guard{ctx: ctx, o: o, prefix: documentPrefix(o.Document), yield: yield}
	err = decode(ctx, r, o, g.triple)
	var syntax *SyntaxError
	switch {
	case err == nil || g.refused != nil:
		return g.refused
	case errors.As(err, &syntax):
		syntax.Name = o.Name
		return err
	}
	return fmt.Errorf("%s: %w", o.Name, err)
}

func decode(ctx context.Context, r io.Reader, o Options, yield func(Triple) error) error {
	in, err := open(ctx, r, o)
	if err != nil {
		return err
	}
	if err := sniff(in, o.Format); err != nil {
		return err
	}
	switch o.Format {
	case RDFXML:
		return decodeXML(in, o, yield)
	case Turtle:
		document, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		src, err := newTurtle(document, o)
		if err != nil {
			return err
		}
		return parse(src, knakk.Turtle, yield)
	default:
		return parse(newLines(in, o), knakk.NTriples, yield)
	}
}

// Collect decodes a document and returns its triples.
func Collect(ctx context.Context, r io.Reader, o Options) ([]Triple, error) {
	var all []Triple
	err := Decode(ctx, r, o, func(t Triple) error {
		all = append(all, t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// DecodeFile decodes a file. Without Options.Name messages call it by its name.
func DecodeFile(ctx context.Context, path string, o Options, yield func(Triple) error) error {
	if o.Name == "" {
		o.Name = filepath.Base(path)
	}
	if o.Format == Auto {
		o.Format, _ = FormatOf(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return Decode(ctx, f, o, yield)
}

// Open opens a file for reading and unpacks it if its content, whatever its name, is gzip.
func Open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := unpack(bufio.NewReader(f))
	if err != nil {
		_ = f.Close() // only read from
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{r, f}, nil
}

// unpack returns what r holds, unpacked if it begins as gzip does.
func unpack(r *bufio.Reader) (io.Reader, error) {
	magic, err := peek(r, 2)
	if err == nil && string(magic) == "\x1f\x8b" {
		return gzip.NewReader(r)
	}
	return r, err
}

// peek returns the next n bytes, or what there is up to the end.
func peek(r *bufio.Reader, n int) ([]byte, error) {
	b, err := r.Peek(n)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b, err
}

// open puts unpacking, limits and the context between r and a decoder, and moves over a byte order
// mark.
func open(ctx context.Context, r io.Reader, o Options) (*bufio.Reader, error) {
	plain, err := unpack(bufio.NewReader(&bounded{ctx: ctx, r: r, left: o.MaxBytes, max: o.MaxBytes}))
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(&bounded{ctx: ctx, r: plain, left: o.MaxBytes, max: o.MaxBytes}, 64<<10)
	mark, err := peek(in, 3)
	switch {
	case err != nil:
	case string(mark) == "\xef\xbb\xbf":
		_, err = in.Discard(3)
	case o.Format != RDFXML && (bytes.HasPrefix(mark, []byte{0xfe, 0xff}) || bytes.HasPrefix(mark, []byte{0xff, 0xfe})):
		err = &SyntaxError{Line: 1, Column: 1, Message: o.Format.String() + " must be UTF-8, and this is UTF-16", Hint: utf8Hint}
	}
	return in, err
}

// bounded reads until the context or the limit ends it.
type bounded struct {
	ctx       context.Context
	r         io.Reader
	left, max int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if b.left < 0 {
		return 0, fmt.Errorf("the document is larger than %d bytes: %w", b.max, ErrLimit)
	}
	if int64(len(p)) > b.left+1 { // one more, to tell a document of just the limit from a larger one
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, fmt.Errorf("the document is larger than %d bytes: %w", b.max, ErrLimit)
	}
	return n, err
}

// sniff refuses documents that are plainly not RDF, since what a parser says of them helps nobody.
func sniff(in *bufio.Reader, f Format) error {
	head, err := peek(in, 512)
	if err != nil {
		return err
	}
	start := strings.ToLower(strings.TrimLeft(string(head), " \t\r\n"))
	switch {
	case strings.HasPrefix(start, "<!doctype html"), strings.HasPrefix(start, "<html "),
		f != Turtle && strings.HasPrefix(start, "<html"):
		return htmlError()
	case strings.HasPrefix(start, "{"), f != Turtle && strings.HasPrefix(start, "["):
		return &SyntaxError{Line: 1, Message: "this looks like JSON, not " + f.String(),
			Hint: "ask the server for " + f.String()}
	}
	return nil
}

func htmlError() *SyntaxError {
	return &SyntaxError{Line: 1, Message: "this looks like an HTML page (a login page?)",
		Hint: "check the address and the credentials"}
}

// A guard stands between a decoder and the caller: it counts, heeds the context and names the blank
// nodes of the document.
type guard struct {
	ctx     context.Context
	o       Options
	prefix  string
	yield   func(Triple) error
	count   int
	refused error // what yield returned
}

func (g *guard) triple(t Triple) error {
	if g.count%256 == 0 {
		if err := g.ctx.Err(); err != nil {
			return err
		}
	}
	if g.count++; g.count > g.o.MaxTriples {
		return limitAt(0, fmt.Sprintf("more than %d triples", g.o.MaxTriples))
	}
	if g.prefix != "" {
		t.Subject, t.Object = g.name(t.Subject), g.name(t.Object)
	}
	g.refused = g.yield(t)
	return g.refused
}

func (g *guard) name(t Term) Term {
	if t.Kind == Blank {
		t.Value = g.prefix + t.Value
	}
	return t
}

// documentPrefix turns a name into the beginning of blank node labels. No two names give the same
// one, and none is the beginning of another.
func documentPrefix(name string) string {
	if name == "" {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if c := name[i]; isAlpha(c) || isDigit(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	return b.String() + "-"
}

// limitAt returns an error that wraps ErrLimit, with the line if it is known.
func limitAt(line int, message string) error {
	if line > 0 {
		return fmt.Errorf("line %d: %s: %w", line, message, ErrLimit)
	}
	return fmt.Errorf("%s: %w", message, ErrLimit)
}
