package analytics

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"semdex"
)

// everyKind is a report with a column of each kind.
func everyKind() *Report {
	return NewReport("mixed", []Column{{Name: "text", Kind: Text}, {Name: `a "name"`, Kind: Count}, {Name: "part", Kind: Number, Unit: "%"}, {Name: "day", Kind: Day},
		{Name: "at", Kind: Moment}, {Name: "sure", Kind: Flag}}, [][]any{
		{"=1+1, \"Öl\"\n", int64(1) << 60, 0.1, "2026-01-31", time.Date(2026, 1, 31, 23, 59, 59, 123456000, time.UTC), true},
		{nil, nil, int64(7), "no day", nil, false},
	})
}

// another runs a query in a DuckDB that knows nothing of ours.
func another(t *testing.T, query string) (rows [][]any, types []string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer r.Close()
	columns, err := r.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		types = append(types, c.DatabaseTypeName())
	}
	for r.Next() {
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		if err := r.Scan(at...); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return rows, types
}

func TestReportAsParquet(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := everyKind().WriteParquet(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.parquet")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	rows, types := another(t, "SELECT * FROM "+quote(path))
	if want := []string{"VARCHAR", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN"}; !slices.Equal(types, want) {
		t.Errorf("types are %v, want %v", types, want)
	}
	want := [][]any{
		{"=1+1, \"Öl\"\n", int64(1) << 60, 0.1, time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 31, 23, 59, 59, 123456000, time.UTC), true},
		{nil, nil, 7., nil, nil, false},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("got  %v\nwant %v", rows, want)
	}
	const read = `import pyarrow.parquet as p, sys
t = p.read_table(sys.argv[1])
print([str(f.type) for f in t.schema]); print(t.column(1).to_pylist(), t.column(3).to_pylist()[0])`
	got := python(t, read, path)
	if want := "['string', 'int64', 'double', 'date32[day]', 'timestamp[us]', 'bool']\n[1152921504606846976, None] 2026-01-31\n"; got != want {
		t.Errorf("pyarrow reads\n%swant\n%s", got, want)
	}
}

func TestEmptyReportAsParquet(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "empty.parquet")
	if err := NewReport("none", []Column{{Name: "n", Kind: Count}}, nil).parquetFile(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if rows, types := another(t, "SELECT * FROM "+quote(path)); len(rows) != 0 || !slices.Equal(types, []string{"BIGINT"}) {
		t.Errorf("got %v of %v", rows, types)
	}
}

// python runs a program that needs pyarrow, or skips what is left of the test.
func python(t *testing.T, program string, args ...string) string {
	t.Helper()
	name := os.Getenv("SEMDEX_PYTHON")
	if name == "" {
		name = "python3"
	}
	if err := exec.Command(name, "-c", "import pyarrow.parquet").Run(); err != nil {
		t.Skipf("the rest needs %s with pyarrow (SEMDEX_PYTHON names another): %v", name, err)
	}
	cmd := exec.CommandContext(t.Context(), name, append([]string{"-c", program}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	return string(out)
}

// tree gives the files below a folder.
func tree(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestExportParquet(t *testing.T) {
	t.Parallel()
	l := &vocabulary{brand()}
	l.records = make(map[semdex.AssetID]*semdex.Asset)
	for _, id := range l.assets {
		l.records[id] = &semdex.Asset{ID: id, Type: "image", Rights: &semdex.Rights{ValidUntil: "2026-12-31", Cost: &semdex.Money{Amount: 12.5, Currency: "EUR"}}}
	}
	s := asking(t, someEvents(2000)...)
	above := t.TempDir()
	dir := filepath.Join(above, "export")
	for range 2 { // the second time in place of the first
		if err := s.ExportParquet(t.Context(), l, dir); err != nil {
			t.Fatal(err)
		}
	}
	if entries, err := os.ReadDir(above); err != nil || len(entries) != 1 {
		t.Errorf("left beside: %v, %v", entries, err)
	}
	files := tree(t, dir)
	for _, want := range []string{exportMark, "assets.parquet", "asset_values.parquet", "concepts.parquet", "broader.parquet"} {
		if !slices.Contains(files, want) {
			t.Errorf("no %s among %v", want, files)
		}
	}
	if !slices.ContainsFunc(files, func(f string) bool { return strings.HasPrefix(f, "events/year=2026/month=3/") }) {
		t.Errorf("events are not by year and month: %v", files)
	}
	events := "read_parquet(" + quote(filepath.Join(dir, "events", "*", "*", "*.parquet")) + ", hive_partitioning = true)"
	for _, question := range []string{
		"SELECT count(*), sum(count)::BIGINT, count(DISTINCT asset), count(DISTINCT actor) FROM events",
		"SELECT event_type, sum(count)::BIGINT AS n FROM events GROUP BY ALL ORDER BY ALL",
		"SELECT * FROM events ORDER BY event LIMIT 3",
	} {
		theirs, _ := another(t, strings.NewReplacer("FROM events", "FROM "+events, "SELECT *", "SELECT * EXCLUDE (year, month)").Replace(question))
		ours := answerRows(ask(t, s, l, question).Report)
		if got, want := fmt.Sprint(theirs), fmt.Sprint(ours); len(theirs) == 0 || strings.Contains(question, "count(") && got != want {
			t.Errorf("%s: from files %s, asked %s", question, got, want)
		}
	}
	if wrong, _ := another(t, "SELECT * FROM "+events+" WHERE year <> year(occurred_at) OR month <> month(occurred_at)"); len(wrong) > 0 {
		t.Errorf("%d events lie in the wrong folder", len(wrong))
	}
	var note exportNote
	if body, err := os.ReadFile(filepath.Join(dir, exportMark)); err != nil || json.Unmarshal(body, &note) != nil || note.Events != 2000 || len(note.Tables) != 5 {
		t.Errorf("the mark says %+v, %v", note, err)
	}
	for _, table := range note.Tables {
		from := quote(filepath.Join(dir, table.Name+".parquet"))
		if table.Name == "events" {
			from = events
		}
		_, types := another(t, "SELECT * FROM "+from+" LIMIT 0")
		for i, c := range table.Columns {
			if types[i] != c.Type {
				t.Errorf("%s.%s is %s, said to be %s", table.Name, c.Name, types[i], c.Type)
			}
		}
	}
	const read = `import pyarrow.dataset as d, pyarrow.parquet as p, sys, decimal
t = d.dataset(sys.argv[1] + "/events", partitioning="hive").to_table()
print(t.num_rows, sum(t.column("count").to_pylist()), t.column("year").to_pylist().count(2026) > 0, t.schema.field("amount").type)
a = p.read_table(sys.argv[1] + "/assets.parquet")
print(a.num_rows, a.column("cost")[0], a.column("valid_until")[0])`
	total := answerRows(ask(t, s, l, "SELECT sum(count) FROM events").Report)[0][0]
	if got, want := python(t, read, dir), fmt.Sprintf("2000 %d True decimal128(18, 4)\n25 12.5000 2026-12-31\n", total); got != want {
		t.Errorf("pyarrow reads %q, want %q", got, want)
	}
}

func TestExportOfNothing(t *testing.T) {
	t.Parallel()
	s, dir := asking(t), filepath.Join(t.TempDir(), "export")
	if err := s.ExportParquet(t.Context(), brand(), dir); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "events")); err != nil || !info.IsDir() {
		t.Errorf("no folder of events: %v", err)
	}
	for _, table := range exportedTables {
		if rows, _ := another(t, "SELECT * FROM "+quote(filepath.Join(dir, table+".parquet"))); table != "asset_values" && len(rows) != 0 {
			t.Errorf("%s has %d rows", table, len(rows))
		}
	}
}

// TestExportReplacesNothingElse tries folders that hold what is no export.
func TestExportReplacesNothingElse(t *testing.T) {
	t.Parallel()
	s, l := asking(t, someEvents(10)...), brand()
	tests := []struct {
		name string
		make func(t *testing.T, dir string)
		code semdex.Code
	}{
		{"an empty folder", func(*testing.T, string) {}, ""},
		{"a file in it", func(t *testing.T, dir string) { write(t, filepath.Join(dir, "thesis.doc"), "x") }, semdex.Conflict},
		{"a file beside an export", func(t *testing.T, dir string) {
			if err := s.ExportParquet(t.Context(), l, dir); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "notes.txt"), "x")
		}, semdex.Conflict},
		{"another's mark", func(t *testing.T, dir string) { write(t, filepath.Join(dir, exportMark), "{}") }, semdex.Conflict},
		{"events of another", func(t *testing.T, dir string) { write(t, filepath.Join(dir, "assets.parquet"), "x") }, semdex.Conflict},
		{"a file in its place", func(t *testing.T, dir string) {
			if err := os.Remove(dir); err != nil {
				t.Fatal(err)
			}
			write(t, dir, "x")
		}, semdex.Invalid},
		{"no folder above", func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Dir(dir)); err != nil {
				t.Fatal(err)
			}
		}, semdex.Invalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "above", "dir")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			test.make(t, dir)
			before := treeOrNone(t, dir)
			err := s.ExportParquet(t.Context(), l, dir)
			if test.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if semdex.CodeOf(err) != test.code || semdex.HintOf(err) == "" {
				t.Errorf("got %v, want %s", err, test.code)
			}
			if after := treeOrNone(t, dir); !slices.Equal(before, after) {
				t.Errorf("there was %v, there is %v", before, after)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	above := t.TempDir()
	if err := s.ExportParquet(ctx, l, filepath.Join(above, "dir")); err == nil {
		t.Error("cut off, and no error")
	}
	if left := tree(t, above); len(left) > 0 {
		t.Errorf("cut off, it left %v", left)
	}
}

func treeOrNone(t *testing.T, dir string) []string {
	if _, err := os.Stat(dir); err != nil {
		return nil
	}
	return tree(t, dir)
}

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}
