package table

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"semdex"
)

var cells = []Column{{Name: "text", Width: 20}, {Name: "number"}, {Name: "share"}, {Name: "day"}, {Name: "at"}, {Name: "is"}, {Name: "none"}}

func write(t *testing.T, format string, rows ...[]any) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	w, err := New(format, &out, "Report", cells)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for _, row := range rows {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &out
}

var moment = time.Date(2026, 2, 3, 10, 20, 30, 0, time.UTC)

func TestCSV(t *testing.T) {
	t.Parallel()
	got := write(t, CSV, []any{"Zelt, \"klein\"", int64(-3), 0.25, semdex.Date("2026-03-01"), moment, true, nil}, []any{"=1+1", int64(0), -1e21, nil, nil, false, nil}).String()
	want := "text,number,share,day,at,is,none\r\n" +
		"\"Zelt, \"\"klein\"\"\",-3,0.25,2026-03-01,2026-02-03T10:20:30Z,true,\r\n" +
		"'=1+1,0,-1000000000000000000000,,,false,\r\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestXLSX(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(write(t, XLSX, []any{"=1+1", int64(-3), 0.25, semdex.Date("2026-03-01"), moment, true, nil}))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{"A1": "text", "G1": "none", "A2": "=1+1", "B2": "-3", "C2": "0.25", "D2": "2026-03-01", "E2": "2026-02-03 10:20:30", "F2": "TRUE", "G2": ""} {
		got, err := f.GetCellValue("Report", cell)
		formula, _ := f.GetCellFormula("Report", cell)
		if got != want || err != nil || formula != "" {
			t.Errorf("%s is %q (formula %q, %v), want %q", cell, got, formula, err, want)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	if _, err := New("pdf", &bytes.Buffer{}, "", cells); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "files:a1": "files:a1", "canto:image:=x": "canto:image:=x", "a=b": "a=b", "-12": "-12", "+3.5": "+3.5", "-1,5": "-1,5", "12": "12",
		"=1+1": "'=1+1", "+49 30 1": "'+49 30 1", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", " =1": "' =1", "＝1": "'＝1",
		"-2+3+cmd|' /C calc'!A0": "'-2+3+cmd|' /C calc'!A0", "'=1": "'=1",
	} {
		if got := harmless(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// FuzzTable writes a text to a table and reads it back: it stands there, or with an apostrophe where it could be
// taken for a formula.
func FuzzTable(f *testing.F) {
	for _, seed := range []string{"a,b", "=1+1", "-5", "\"x\"\r\n", " =1", "＝1", "'", "\x00=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var out strings.Builder
		w, err := New(CSV, &out, "", []Column{{Name: "text"}, {Name: "end"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Row([]any{s, "end"}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != 2 {
			t.Fatalf("%q: %v %q", s, err, out.String())
		}
		plain := func(v string) string { return strings.ReplaceAll(v, "\r", "") } // a reader of CSV takes CRLF for LF
		if got := rows[1][0]; plain(got) != plain(s) && plain(got) != "'"+plain(s) {
			t.Errorf("%q came back as %q", s, got)
		}
		if got := rows[1][0]; !numberForm.MatchString(got) && strings.ContainsAny(strings.TrimLeft(got, " ")[:min(1, len(strings.TrimLeft(got, " ")))], "=+-@\t") {
			t.Errorf("%q is a formula", got)
		}
	})
}
