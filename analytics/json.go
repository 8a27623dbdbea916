package analytics

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// reportHead is what stands before the rows of a report in JSON.
type reportHead struct {
	Report   string     `json:"report"`
	From     *string    `json:"from"`
	To       *string    `json:"to"`
	Before   []string   `json:"before,omitempty"` // first and last day of the window before
	TZ       string     `json:"tz"`
	Interval *string    `json:"interval"`
	GroupBy  []string   `json:"group_by"`
	Direct   bool       `json:"direct"`
	Totals   totals     `json:"totals"`
	Basis    string     `json:"basis"`
	Until    *time.Time `json:"data_until"`
	Notes    []string   `json:"notes,omitempty"`
}

// WriteJSON writes the report as one object. What was not asked for is null. Its basis is as_of_now where values of assets are
// today's, whatever they were when the event occurred, and as_recorded where they are those of that moment.
func (r *Report) WriteJSON(w io.Writer) error {
	var before []string
	if r.BeforeFrom != "" {
		before = []string{string(r.BeforeFrom), string(r.BeforeTo)}
	}
	head, err := json.Marshal(reportHead{
		Before: before,
		Report: r.Name, From: orNull(string(r.From)), To: orNull(string(r.To)), TZ: r.TZ, Interval: orNull(r.Interval),
		GroupBy: append([]string{}, r.By...), Direct: r.Direct, Totals: r.Totals, Basis: r.basis(), Until: r.Until, Notes: r.Notes,
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	_, _ = out.Write(bytes.TrimSuffix(head, []byte("}"))) // a bufio.Writer keeps its error for Flush
	_, _ = out.WriteString(`,"rows":[`)
	if err := r.writeRows(out); err != nil {
		return err
	}
	return out.Flush()
}

// writeRows writes the rows as objects and ends the object that they stand in.
func (r *Report) writeRows(out *bufio.Writer) error {
	first := true
	for row := range r.Rows() {
		if !first {
			_ = out.WriteByte(',')
		}
		first = false
		_ = out.WriteByte('\n')
		if err := r.writeRow(out, row); err != nil {
			return err
		}
	}
	_, err := out.WriteString("\n]}\n")
	return err
}

// WriteJSON writes the answer as one object: its columns, whether there are more rows, and the rows as objects.
func (a *Answer) WriteJSON(w io.Writer) error {
	type column struct {
		Name string `json:"name"`
		Kind Kind   `json:"kind"`
	}
	columns := make([]column, len(a.Columns))
	for i, c := range a.Columns {
		columns[i] = column{c.Name, c.Kind}
	}
	head, err := plainJSON(columns)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	_, _ = fmt.Fprintf(out, `{"columns":%s,"truncated":%t,"rows":[`, head, a.Truncated)
	if err := a.writeRows(out); err != nil {
		return err
	}
	return out.Flush()
}

// basis says which values of assets count.
func (r *Report) basis() string {
	if r.Recorded {
		return "as_recorded"
	}
	return "as_of_now"
}

// WriteNDJSON writes the rows, one object a line.
func (r *Report) WriteNDJSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	for row := range r.Rows() {
		if err := r.writeRow(out, row); err != nil {
			return err
		}
		_ = out.WriteByte('\n')
	}
	return out.Flush()
}

// writeRow writes a row as an object, its names in the order of the columns.
func (r *Report) writeRow(out *bufio.Writer, row []any) error {
	for i, column := range r.Columns {
		_ = out.WriteByte("{,"[min(i, 1)])
		for j, v := range []any{column.Name, row[i]} {
			text, err := plainJSON(v)
			if err != nil {
				return err
			}
			if j == 1 {
				_ = out.WriteByte(':')
			}
			_, _ = out.Write(text)
		}
	}
	return out.WriteByte('}')
}

// totals are an object whose keys keep their order.
type totals []Total

func (t totals) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, total := range t {
		name, err := plainJSON(total.Name)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(total.Value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// plainJSON is JSON without the escapes that a web page would need: paths hold " > ".
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
