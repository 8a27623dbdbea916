package table

import (
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/internal/table/tabletest"
)

// hostileTexts are cells that a spreadsheet might take for something else.
var hostileTexts = []string{
	"=1+1", "+1+2", "-1+2", "@SUM(1;2)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1", "=HYPERLINK(\"http://x.example\";\"y\")", "=cmd|' /C calc'!A0",
	"'=1+1", "a,b", "a\"b\"", "a\nb", "a;b", "Zürich ß € 日本 \U0001F600", "\ufeff=1+1", "\u00a0=1+1", "\u200b=1+1", "\v=1", "\f=1", "{=1+1}", "%=1", "x\x00y", "\x01=1+1",
}

// textRows gives each text a row beside a plain one.
func textRows() [][]any {
	var rows [][]any
	for _, s := range hostileTexts {
		rows = append(rows, []any{s, int64(1), nil, nil, nil, nil, "end"})
	}
	return rows
}

// TestOfficeTakesRawFormulas shows that LibreOffice, told so, makes formulas of texts: else the tests below prove nothing.
func TestOfficeTakesRawFormulas(t *testing.T) {
	t.Parallel()
	cells := tabletest.Office(t, "raw.csv", []byte("a,b\r\n=1+1,2026-01-31\r\n"), tabletest.ReadAll)
	if len(cells) < 2 || cells[1][0].Formula == "" || cells[1][0].Value != "2" || cells[1][1].Type != "date" {
		t.Errorf("got %+v", cells)
	}
}

// TestOfficeMakesNoFormulas has LibreOffice read what we write: no text becomes a formula, in whatever way it is read.
func TestOfficeMakesNoFormulas(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, format, filter string }{
		{"csv, as the dialog proposes", CSV, tabletest.ReadUTF8}, {"csv, formulas evaluated", CSV, tabletest.ReadAll}, {"csv, without a word", CSV, ""}, {"xlsx", XLSX, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cells := tabletest.Office(t, "t."+test.format, write(t, test.format, textRows()...).Bytes(), test.filter)
			if len(cells) <= len(hostileTexts) {
				t.Fatalf("%d rows of %d", len(cells)-1, len(hostileTexts))
			}
			for i, want := range hostileTexts {
				row := cells[i+1]
				if row[0].Formula != "" || row[0].Type != "string" {
					t.Errorf("%q became %+v", want, row[0])
				}
				if len(row) < 7 || row[6].Text != "end" || row[1].Value != "1" {
					t.Errorf("%q: its row is torn: %+v", want, row)
				}
				shown := strings.TrimPrefix(row[0].Text, "'")
				if test.filter != "" || test.format == XLSX {
					if got, want := onlyText(shown), onlyText(strings.TrimPrefix(want, "'")); got != want {
						t.Errorf("%q is shown as %q", want, shown)
					}
				}
			}
		})
	}
}

// onlyText leaves out blanks and control characters, which a spreadsheet may keep as it likes.
func onlyText(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == '\ufeff' || r == '\ufffd' || r == '_' {
			return -1
		}
		return r
	}, s)
}

// truths are the formulas that LibreOffice itself puts in place of a workbook's truth values.
var truths = []string{"of:=TRUE()", "of:=FALSE()"}

// TestOfficeReadsValues has LibreOffice read numbers, days and times. A time in CSV names its zone, which LibreOffice does not read: there it is a text.
func TestOfficeReadsValues(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 3, 10, 20, 30, 0, time.FixedZone("", 3600))
	rows := [][]any{
		{"Größe", int64(-3), -3.5, semdex.Date("2026-03-01"), at, true, nil},
		{"-3.5", int64(1) << 40, 1e-7, semdex.Date("1999-12-31"), at, false, nil},
		{"+4,5", int64(0), 1234567.25, nil, nil, nil, nil},
		{"007", int64(7), 0.1, semdex.Date("no day"), nil, nil, nil},
	}
	type value struct{ kind, value string }
	tests := []struct {
		name, format string
		want         map[string]value
	}{
		{"xlsx", XLSX, map[string]value{
			"B2": {"float", "-3"}, "C2": {"float", "-3.5"}, "D2": {"date", "2026-03-01"}, "E2": {"date", "2026-02-03T09:20:30"}, "F2": {"float", "1"}, "G2": {"", ""},
			"A3": {"string", "-3.5"}, "B3": {"float", "1099511627776"}, "C3": {"float", "0.0000001"}, "D3": {"date", "1999-12-31"}, "F3": {"float", "0"},
			"A4": {"string", "+4,5"}, "C4": {"float", "1234567.25"}, "D4": {"", ""}, "E4": {"", ""}, "A5": {"string", "007"}, "D5": {"string", "no day"}, "A2": {"string", "Größe"}}},
		{"csv", CSV, map[string]value{
			"B2": {"float", "-3"}, "C2": {"float", "-3.5"}, "D2": {"date", "2026-03-01"}, "E2": {"string", "2026-02-03T09:20:30Z"}, "F2": {"boolean", "true"}, "G2": {"", ""},
			"A3": {"float", "-3.5"}, "B3": {"float", "1099511627776"}, "C3": {"float", "0.0000001"}, "D3": {"date", "1999-12-31"}, "F3": {"boolean", "false"},
			"C4": {"float", "1234567.25"}, "D4": {"", ""}, "E4": {"", ""}, "D5": {"string", "no day"}, "A2": {"string", "Größe"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cells := tabletest.Office(t, "t."+test.format, write(t, test.format, rows...).Bytes(), map[string]string{CSV: tabletest.ReadAll}[test.format])
			for at, want := range test.want {
				var got value
				if row, column := int(at[1]-'1'), int(at[0]-'A'); row < len(cells) && column < len(cells[row]) {
					c := cells[row][column]
					got = value{c.Type, c.Value}
					if c.Type == "string" {
						got.value = c.Text
					}
					if c.Formula != "" && !slices.Contains(truths, c.Formula) {
						t.Errorf("%s is a formula: %s", at, c.Formula)
					}
				}
				if got != want {
					t.Errorf("%s is %+v, want %+v", at, got, want)
				}
			}
		})
	}
}
