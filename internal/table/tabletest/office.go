package tabletest

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// OfficeCell is a cell as LibreOffice has read it.
type OfficeCell struct {
	Type    string // string, float, date, boolean, percentage, currency, time; empty for an empty cell
	Value   string // the number, the date or the boolean; of a text nothing
	Text    string // what is shown
	Formula string
}

// ReadAll has a CSV file taken as eagerly as LibreOffice can: UTF-8, formulas evaluated, special numbers such as dates detected.
const ReadAll = "CSV:44,34,76,1,,1033,false,true,false,false,false,0,true"

// ReadUTF8 has it taken as the dialog proposes.
const ReadUTF8 = "CSV:44,34,76,1,,1033,false,false,false,false,false,0,false"

// Office has LibreOffice read a file, whose name says its form, and gives the cells of the first sheet. It skips the test where there is no
// LibreOffice. filter says how a CSV file is taken; other forms need none.
func Office(t *testing.T, name string, content []byte, filter string) [][]OfficeCell {
	t.Helper()
	if testing.Short() {
		t.Skip("starts LibreOffice; not with -short")
	}
	program, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed (apt-get install libreoffice-calc)")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"-env:UserInstallation=file://" + filepath.ToSlash(filepath.Join(dir, "profile")), "--headless", "--norestore"}
	if filter != "" {
		args = append(args, "--infilter="+filter)
	}
	out, err := exec.CommandContext(t.Context(), program, append(args, "--convert-to", "fods", "--outdir", dir, path)...).CombinedOutput()
	if err != nil {
		t.Fatalf("soffice: %v: %s", err, out)
	}
	f, err := os.Open(strings.TrimSuffix(path, filepath.Ext(path)) + ".fods")
	if err != nil {
		t.Fatalf("soffice wrote nothing: %v: %s", err, out)
	}
	defer f.Close()
	cells, err := readSheet(f)
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// officeCell is a cell of a flat OpenDocument file.
type officeCell struct {
	Repeated int      `xml:"number-columns-repeated,attr"`
	Type     string   `xml:"value-type,attr"`
	Value    string   `xml:"value,attr"`
	Date     string   `xml:"date-value,attr"`
	Boolean  string   `xml:"boolean-value,attr"`
	Time     string   `xml:"time-value,attr"`
	Formula  string   `xml:"formula,attr"`
	Lines    []inline `xml:"p"`
}

// inline is a line of text with its marks for blanks and tabs.
type inline struct{ text string }

func (l *inline) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	var b strings.Builder
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch n := token.(type) {
		case xml.CharData:
			b.Write(n)
		case xml.StartElement:
			depth++
			switch n.Name.Local {
			case "tab":
				b.WriteByte('\t')
			case "s":
				b.WriteByte(' ')
			case "line-break":
				b.WriteByte('\n')
			}
		case xml.EndElement:
			depth--
		}
	}
	l.text = b.String()
	return nil
}

// maxRepeated is how often an empty cell at the end of a row may stand for itself; there it stands for all that follow.
const maxRepeated = 100

func readSheet(r io.Reader) (rows [][]OfficeCell, err error) {
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		switch n := token.(type) {
		case xml.StartElement:
			if n.Name.Local != "table-row" {
				continue
			}
			var row struct {
				Cells []officeCell `xml:"table-cell"`
			}
			if err := d.DecodeElement(&row, &n); err != nil {
				return nil, err
			}
			rows = append(rows, cellsOf(row.Cells))
		case xml.EndElement:
			if n.Name.Local == "table" {
				return rows, nil
			}
		}
	}
}

func cellsOf(cells []officeCell) (out []OfficeCell) {
	for _, c := range cells {
		lines := make([]string, len(c.Lines))
		for i, l := range c.Lines {
			lines[i] = l.text
		}
		cell := OfficeCell{Type: c.Type, Value: c.Value + c.Date + c.Boolean + c.Time, Text: strings.Join(lines, "\n"), Formula: c.Formula}
		for range min(max(c.Repeated, 1), maxRepeated) {
			out = append(out, cell)
		}
	}
	return out
}
