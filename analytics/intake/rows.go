package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"semdex"
)

// maxRowLines bounds how many lines a row may have, so that a quote that is never closed takes no more than its own line.
const maxRowLines = 1000

// rows gives the rows of a table as records.
type rows struct {
	lines  *lines
	comma  byte
	header []string // nil in an empty file
	names  map[string]int
	folded map[string]int
}

// newRows reads the header.
func newRows(in *bufio.Reader, separator string) (*rows, error) {
	t := &rows{lines: newLines(in), comma: Separators[separator]}
	for {
		given, long, err := t.lines.next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		text := string(trimEnd(given))
		switch said, says := strings.CutPrefix(text, "sep="); {
		case long:
			return nil, invalid("the first row names the columns", "the header is longer than %d bytes", MaxRecord)
		case says && len(said) == 1 && said[0] < 0x80 && said[0] != '"': // what Excel takes for a hint
			t.comma = said[0]
			continue
		case blank(given):
			continue
		}
		if t.comma == 0 {
			t.comma = detect(text)
		}
		t.lines.back([]line{{text: given}})
		return t, t.readHeader()
	}
}

// detect gives the separator that the header has most of outside of quotes.
func detect(header string) byte {
	best, most := byte(','), 0
	for _, c := range []byte(",;\t|") {
		n, quoted := 0, false
		for i := range len(header) {
			switch {
			case header[i] == '"':
				quoted = !quoted
			case header[i] == c && !quoted:
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

func (t *rows) readHeader() error {
	raw, cells, err := t.row()
	if err != nil {
		return invalid("the first row names the columns", "the header cannot be read: %v", err)
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return invalid("set encoding: utf-16le, or save the table as UTF-8", "the table is in UTF-16 without a mark")
	}
	if !utf8.Valid(raw) {
		return invalid("set encoding: windows-1252, or save the table as UTF-8", "the header is not UTF-8")
	}
	t.names, t.folded = map[string]int{}, map[string]int{}
	for i, name := range cells {
		name = strings.TrimSpace(name)
		cells[i] = name
		if _, twice := t.names[name]; !twice {
			t.names[name] = i
		}
		if _, twice := t.folded[fold(name)]; !twice {
			t.folded[fold(name)] = i
		}
	}
	t.header = cells
	return nil
}

func (t *rows) next() (*record, error) {
	for {
		at := t.lines.number + 1
		raw, cells, err := t.row()
		if cells == nil && raw == nil {
			return nil, err
		}
		rec := &record{line: at, raw: trimEnd(raw)}
		switch {
		case err != nil:
			return rec, err
		case !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }):
			continue
		case !utf8.Valid(raw):
			return rec, bad("invalid_encoding", "the row is not UTF-8: set encoding, to windows-1252 perhaps")
		}
		if over := len(t.header); len(cells) > over && strings.TrimSpace(strings.Join(cells[over:], "")) != "" {
			return rec, bad("invalid_row", "the row has %d columns, the header %d: quote what holds the separator", len(cells), over)
		}
		rec.get = func(c column) string { return t.cell(cells, c) }
		return rec, nil
	}
}

// cell gives what stands in a column, named as the header does or folded.
func (t *rows) cell(cells []string, c column) string {
	i, named := t.names[c.name]
	if !named {
		i, named = t.folded[c.key]
	}
	if !named || i >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[i])
}

// row reads a row, which has more than one line where a quoted cell has. A row that cannot be read ends with its first line.
func (t *rows) row() (raw []byte, cells []string, err error) {
	raw, long, err := t.lines.next()
	if err != nil {
		return nil, nil, err
	}
	if long {
		return raw, nil, tooLong("row")
	}
	firstLine := len(raw)
	q := quoting{start: true}
	var more []line
	for q.read(raw, t.comma); q.open; {
		text, long, err := t.lines.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, err
		}
		if err == nil {
			more = append(more, line{text, long})
		}
		if err != nil || long || len(raw)+len(text) > MaxRecord || len(more) > maxRowLines {
			t.lines.back(more)
			return raw[:firstLine], nil, bad("invalid_row", "a quote is not closed")
		}
		q.read(text, t.comma)
		raw = append(raw, text...)
	}
	cells, wrong := split(string(trimEnd(raw)), t.comma)
	if wrong != nil {
		return raw, nil, wrong
	}
	return raw, cells, nil
}

// quoting tells whether a quoted cell goes on at the end of what was read of a row.
type quoting struct{ start, open bool }

func (q *quoting) read(text []byte, comma byte) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case q.open && c == '"' && i+1 < len(text) && text[i+1] == '"':
			i++
		case q.open && c == '"':
			q.open = false
		case q.open:
		case q.start && c == '"':
			q.open, q.start = true, false
		default:
			q.start = c == comma
		}
	}
}

// split parts a row. A quote within a cell that does not begin with one is a letter like others.
func split(row string, comma byte) ([]string, *semdex.Error) {
	cells := []string{}
	for {
		if !strings.HasPrefix(row, `"`) {
			cell, rest, more := strings.Cut(row, string(rune(comma)))
			cells, row = append(cells, cell), rest
			if !more {
				return cells, nil
			}
			continue
		}
		cell, rest, closed := unquote(row[1:])
		if !closed || rest != "" && rest[0] != comma {
			return nil, bad("invalid_row", "column %d: text after the closing quote: a quote within quotes is written twice", len(cells)+1)
		}
		cells = append(cells, cell)
		if rest == "" {
			return cells, nil
		}
		row = rest[1:]
	}
}

// unquote gives the content of a quoted cell and what comes after its closing quote.
func unquote(s string) (cell, rest string, closed bool) {
	var b strings.Builder
	for {
		part, after, found := strings.Cut(s, `"`)
		b.WriteString(part)
		if !found {
			return "", "", false
		}
		if !strings.HasPrefix(after, `"`) {
			return b.String(), after, true
		}
		b.WriteByte('"')
		s = after[1:]
	}
}
