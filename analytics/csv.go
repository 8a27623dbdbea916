package analytics

import (
	"encoding/csv"
	"io"
	"strconv"
)

// WriteCSV writes the report as RFC 4180 has it: a header row, lines ended by CR LF, UTF-8.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(r.Columns); err != nil {
		return err
	}
	record := make([]string, len(r.Columns))
	for _, row := range r.Rows {
		for i, cell := range row {
			switch v := cell.(type) {
			case string:
				record[i] = v
			case int64:
				record[i] = strconv.FormatInt(v, 10)
			}
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
