package analytics

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"time"
)

// reportHead is what stands before the rows of a report in JSON.
type reportHead struct {
	Report   string     `json:"report"`
	From     *string    `json:"from"`
	To       *string    `json:"to"`
	TZ       string     `json:"tz"`
	Interval *string    `json:"interval"`
	GroupBy  []string   `json:"group_by"`
	Direct   bool       `json:"direct"`
	Totals   totals     `json:"totals"`
	Basis    string     `json:"basis"`
	Until    *time.Time `json:"data_until"`
	Notes    []string   `json:"notes,omitempty"`
}

// WriteJSON writes the report as one object. What was not asked for is null. Its basis is as_of_now: values
// of assets and concepts are today's, whatever they were when the event occurred.
func (r *Report) WriteJSON(w io.Writer) error {
	head, err := json.Marshal(reportHead{
		Report: r.Name, From: orNull(string(r.From)), To: orNull(string(r.To)), TZ: r.TZ, Interval: orNull(r.Interval),
		GroupBy: append([]string{}, r.By...), Direct: r.Direct, Totals: r.Totals, Basis: "as_of_now", Until: r.Until, Notes: r.Notes,
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	_, _ = out.Write(bytes.TrimSuffix(head, []byte("}"))) // a bufio.Writer keeps its error for Flush
	_, _ = out.WriteString(`,"rows":[`)
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
	_, _ = out.WriteString("\n]}\n")
	return out.Flush()
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
