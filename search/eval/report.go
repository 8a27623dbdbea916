package eval

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// WriteText writes the report as a table: a row for each query, the means last.
func (r *Report) WriteText(w io.Writer) error {
	t := newTable(w)
	writeNames(t, "qid")
	fmt.Fprint(t, "relevant\tfound\thits\t  text\n")
	for i := range r.Queries {
		q := &r.Queries[i]
		writeRow(t, q.ID, &q.Metrics, q.Relevant > 0)
		fmt.Fprintf(t, "%d\t%d\t%d\t  %s\n", q.Relevant, q.Found, q.Hits, oneLine(q.Text))
	}
	writeRow(t, "mean", &r.Mean, r.Judged > 0)
	fmt.Fprintf(t, "\t\t\t  of %d queries, to depth %d\n", r.Judged, r.Depth)
	return t.Flush()
}

// writeNames writes the first cells of the head of a table.
func writeNames(w io.Writer, first string) {
	fmt.Fprint(w, first+"\t")
	for _, f := range new(Metrics).fields() {
		fmt.Fprint(w, f.name+"\t")
	}
}

func writeRow(w io.Writer, name string, m *Metrics, judged bool) {
	writeNumbers(w, "%.4f\t", name, m, judged)
}

func writeNumbers(w io.Writer, format, name string, m *Metrics, judged bool) {
	fmt.Fprint(w, name+"\t")
	for _, f := range m.fields() {
		if judged {
			fmt.Fprintf(w, format, *f.value)
		} else {
			fmt.Fprint(w, "-\t")
		}
	}
}

// oneLine keeps a text from breaking the table.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// WriteJSON writes the report as one indented JSON object.
func (r *Report) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// WriteRun writes what was ranked as a TREC run: query id, Q0, asset id, rank, score, tag. The score only
// falls with the rank. Blanks in ids, which the form does not know, are written as "%20".
func (r *Report) WriteRun(w io.Writer, tag string) error {
	out := bufio.NewWriter(w)
	for _, q := range r.Queries {
		for i, id := range q.Ranked {
			fmt.Fprintf(out, "%s Q0 %s %d %d %s\n", column(q.ID), column(id), i+1, len(q.Ranked)-i, column(tag))
		}
	}
	return out.Flush()
}

func column(s string) string {
	return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), "%20")
}
