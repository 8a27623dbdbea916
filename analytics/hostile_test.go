package analytics

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
)

// secret stands in a file that no question may read.
const secret = "sesame-4711"

// hostile are questions that reach for what is not theirs. {file} and {store} become paths: of a file of texts and of the store's own.
// where is a piece of the message; empty means that an answer may come, if it holds nothing secret.
var hostile = []struct{ name, sql, message string }{
	{"file as a table", "SELECT * FROM '{file}'", "files are not read"},
	{"file as a quoted name", `SELECT * FROM "{file}"`, "files are not read"},
	{"csv file as a table", "FROM '/etc/passwd.csv'", "files are not read"},
	{"file of the web", "FROM 'https://example.com/a.parquet'", "files are not read"},
	{"object storage", "FROM 's3://bucket/a.parquet'", "files are not read"},
	{"file within a subquery", "SELECT (SELECT count(*) FROM '/etc/passwd')", "files are not read"},
	{"file within EXISTS", "SELECT 1 WHERE EXISTS (FROM '{file}')", "files are not read"},
	{"file in a with", "WITH a AS (FROM '{file}') FROM a", "files are not read"},
	{"file behind a name of its own", `WITH "{file}" AS (SELECT 1) SELECT * FROM (SELECT * FROM "{file}")`, ""},
	{"a name of its own elsewhere", `SELECT * FROM (WITH "{file}" AS (SELECT 1) SELECT 1), "{file}"`, "touch files"},
	{"file in an explain", "EXPLAIN ANALYZE SELECT * FROM '{file}'", "files are not read"},
	{"file in a describe", "DESCRIBE TABLE '{file}'", "files are not read"},
	{"file in a summarize", "SUMMARIZE '{file}'", "files are not read"},
	{"file in a union", "SELECT 1 UNION ALL SELECT 2 FROM '{file}'", "files are not read"},
	{"read_text", "SELECT content FROM read_text('{file}')", "not permitted"},
	{"read_text in capitals", `SELECT * FROM "READ_TEXT"('{file}')`, "not permitted"},
	{"read_blob", "SELECT * FROM read_blob('{file}')", "not permitted"},
	{"read_csv", "SELECT * FROM read_csv('{file}', header = false)", "not permitted"},
	{"read_csv_auto", "FROM read_csv_auto('/etc/*')", "not permitted"},
	{"read_json", "FROM read_json('{file}')", "not permitted"},
	{"read_ndjson_objects", "FROM read_ndjson_objects('{file}')", "not permitted"},
	{"read_parquet", "FROM read_parquet('{store}.parquet/*')", "not permitted"},
	{"read_duckdb", "FROM read_duckdb('{store}')", "not permitted"},
	{"parquet_metadata", "FROM parquet_metadata('{store}.parquet/*')", "not permitted"},
	{"parquet_kv_metadata", "FROM parquet_kv_metadata('{store}.parquet/*')", "not permitted"},
	{"glob", "SELECT * FROM glob('/etc/*')", "not permitted"},
	{"sniff_csv", "FROM sniff_csv('{file}')", "not permitted"},
	{"a table function through LATERAL", "SELECT * FROM events e, LATERAL (SELECT * FROM read_text(e.asset))", "not permitted"},
	{"the environment", "SELECT getenv('HOME')", "not permitted"},
	{"a setting", "SELECT current_setting('temp_directory')", "not permitted"},
	{"a setting, by schema", "SELECT main.current_setting('allowed_paths')", "not permitted"},
	{"a setting in LIMIT", "SELECT 1 LIMIT length(current_setting('temp_directory'))", "not permitted"},
	{"settings", "FROM duckdb_settings()", "not permitted"},
	{"secrets", "FROM duckdb_secrets()", "not permitted"},
	{"which_secret", "FROM which_secret('s3://a', 's3')", "not permitted"},
	{"catalogs", "FROM duckdb_databases()", "not permitted"},
	{"views' SQL", "SELECT sql FROM duckdb_views()", "not permitted"},
	{"logs", "FROM duckdb_logs()", "not permitted"},
	{"temporary files", "FROM duckdb_temporary_files()", "not permitted"},
	{"pragma as a table", "FROM pragma_database_list()", "not permitted"},
	{"information_schema", "FROM information_schema.views", "not among the tables"},
	{"pg_catalog", "FROM pg_catalog.pg_settings", "not among the tables"},
	{"pg_settings without a schema", "FROM pg_settings", "there is no table"},
	{"duckdb_views without brackets", "FROM duckdb_views", "there is no table"},
	{"sqlite_master", "FROM sqlite_master", "there is no table"},
	{"the store's tables", "SELECT * FROM usage.events", "not among the tables"},
	{"the store's tables, in full", "SELECT * FROM usage.main.names", "not among the tables"},
	{"other databases", "SHOW DATABASES", "not permitted"},
	{"all tables", "SHOW ALL TABLES", "not permitted"},
	{"tables of another", "SHOW TABLES FROM usage", "not permitted"},
	{"query", "FROM query('SELECT * FROM read_text(''{file}'')')", "not permitted"},
	{"query_table", "FROM query_table('{file}')", "not permitted"},
	{"serialized SQL", `FROM json_execute_serialized_sql('{"statements":[]}')`, "not permitted"},
	{"a variable", "SELECT getvariable('a')", "not permitted"},
	{"a sequence", "SELECT nextval('s')", "not permitted"},
	{"a parameter", "SELECT ?", "parameter"},
	{"a named parameter", "SELECT $secret", "parameter"},
	{"attach", "ATTACH '{store}' AS mine", "only questions"},
	{"detach", "DETACH memory", "only questions"},
	{"use", "USE usage", "only questions"},
	{"copy to", "COPY (SELECT 1) TO '/tmp/semdex-hostile.csv'", "only questions"},
	{"copy over the tables", "COPY (SELECT 1) TO '{store}.parquet/events-1.parquet'", "only questions"},
	{"copy from", "COPY events FROM '{file}'", "only questions"},
	{"export", "EXPORT DATABASE '/tmp/semdex-hostile'", "only questions"},
	{"import", "IMPORT DATABASE '/tmp/semdex-hostile'", "only questions"},
	{"install", "INSTALL httpfs", "only questions"},
	{"load", "LOAD '/tmp/evil.duckdb_extension'", "only questions"},
	{"set", "SET enable_external_access = true", "only questions"},
	{"set global", "SET GLOBAL memory_limit = '100GB'", "only questions"},
	{"reset", "RESET lock_configuration", "only questions"},
	{"set variable", "SET VARIABLE a = 1", "only questions"},
	{"pragma", "PRAGMA database_list", "only questions"},
	{"pragma with a value", "PRAGMA memory_limit='100GB'", "only questions"},
	{"call", "CALL pragma_version()", "only questions"},
	{"checkpoint", "CHECKPOINT", "only questions"},
	{"force checkpoint", "FORCE CHECKPOINT usage", "only questions"},
	{"vacuum", "VACUUM", "only questions"},
	{"create table", "CREATE TABLE a AS SELECT 1", "only questions"},
	{"create a temporary table", "CREATE TEMP TABLE events AS SELECT 1", "only questions"},
	{"replace a view", "CREATE OR REPLACE VIEW events AS SELECT 1", "only questions"},
	{"create a macro", "CREATE MACRO f(a) AS a", "only questions"},
	{"create a secret", "CREATE SECRET (TYPE s3)", "only questions"},
	{"create a type", "CREATE TYPE t AS ENUM ('a')", "only questions"},
	{"drop a view", "DROP VIEW events", "only questions"},
	{"insert", "INSERT INTO usage.events SELECT * FROM usage.events", "only questions"},
	{"update", "UPDATE usage.applied SET count = 0", "only questions"},
	{"delete", "DELETE FROM usage.events", "only questions"},
	{"truncate", "TRUNCATE usage.events", "only questions"},
	{"delete in a with", "WITH a AS (DELETE FROM usage.events RETURNING *) SELECT * FROM a", "DuckDB does not understand"},
	{"insert in a with", "WITH a AS (SELECT 1) INSERT INTO events SELECT * FROM a", "only questions"},
	{"explain of a write", "EXPLAIN ANALYZE DELETE FROM usage.events", "only questions"},
	{"explain of an explain", "EXPLAIN EXPLAIN ANALYZE DELETE FROM usage.events", "only questions"},
	{"begin", "BEGIN TRANSACTION", "only questions"},
	{"rollback", "ROLLBACK", "only questions"},
	{"prepare", "PREPARE p AS SELECT 1", "only questions"},
	{"execute", "EXECUTE p", "only questions"},
	{"deallocate", "DEALLOCATE p", "only questions"},
	{"two questions", "SELECT 1; SELECT 2", "2 statements"},
	{"a write behind a question", "SELECT 1; DROP VIEW events", "only questions"},
	{"a write behind a comment", "SELECT 1 /* ; */ -- \n ; DELETE FROM events --", "only questions"},
	{"a write before", "ROLLBACK; SELECT 1", "only questions"},
	{"a thousand statements", strings.Repeat("SELECT 1;", 1000), "1000 statements"},
	{"a view's end", "SELECT 1) ; DROP VIEW events; (SELECT 1", "DuckDB does not understand"},
	{"out of the limit", "SELECT 1) LIMIT 1; --", "DuckDB does not understand"},
	{"nothing", "", "there is no question"},
	{"a comment alone", "-- SELECT 1", "there is no question"},
	{"semicolons alone", ";;;", "there is no question"},
	{"a zero byte", "SELECT 1\x00; DROP VIEW events", ""},
	{"no UTF-8", "SELECT '\xff'", ""},
	{"no SQL", "what was viewed most?", "DuckDB does not understand"},
	{"too long", "SELECT '" + strings.Repeat("x", maxQuestion) + "'", "bytes"},
	{"pivot", "PIVOT events ON region USING count(*)", "only questions"},
	{"an endless loop", "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t", "longer than"},
	{"a trillion rows", "SELECT sum(a.range * b.range) FROM range(1000000000000) a, range(10) b", "longer than"},
	{"a trillion rows in order", "SELECT * FROM generate_series(1, 1000000000000) AS t(n) ORDER BY hash(n)", "took"},
	{"a huge cross join", "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range % 7 = b.range % 11", "longer than"},
	{"all events with all", "SELECT count(*) FROM events a, events b, events c, events d, events e, events f WHERE a.event + b.event + c.event + d.event + e.event > f.event", "longer than"},
	{"a huge text", "SELECT length(repeat('x', 4000000000))", "took"},
	{"many huge texts", "SELECT max(length(repeat('x', 100000000 + range))) FROM range(100000)", "took"},
	{"texts that double", "WITH a AS (SELECT repeat(asset, 1000000) AS t FROM events), b AS (SELECT t || t || t || t AS t FROM a) SELECT max(length(t || t)) FROM b", "took"},
	{"a padded text", "SELECT max(length(lpad('', 2000000000, 'x'))) FROM range(10)", "took"},
	{"a formatted width", "SELECT length(format('{:>2000000000}', 'x'))", "took"},
	{"a printed width", "SELECT length(printf('%2000000000d', 1))", "took"},
	{"a huge list", "SELECT len(range(1000000000))", "took"},
	{"a list of lists", "SELECT max(len(list_transform(range(100000), x -> range(x + 100000)))) FROM range(1000)", "took"},
	{"a list gathered", "SELECT len(list(a.range)) FROM range(1000000000) a", "took"},
	{"a text gathered", "SELECT length(string_agg(repeat('x', 1000), '')) FROM range(100000000)", "took"},
	{"a list made longer", "SELECT len(list_resize([1], 2000000000))", "took"},
	{"many groups", "SELECT count(*) FROM (SELECT range AS n, count(*) FROM range(10000000000) GROUP BY n)", "took"},
	{"a deep expression", "SELECT " + strings.Repeat("(", 20000) + "1" + strings.Repeat(")", 20000), "nested too deep"},
	{"deep functions", "SELECT " + strings.Repeat("abs(", 5000) + "1" + strings.Repeat(")", 5000), "nested too deep"},
	{"deep subqueries", strings.Repeat("SELECT * FROM (", 2000) + "SELECT 1" + strings.Repeat(")", 2000), "nested too deep"},
	{"a long sum", "SELECT 1" + strings.Repeat("+1", 20000), "nested too deep"},
	{"a plan", "EXPLAIN ANALYZE SELECT e.asset, count(*) FROM events e JOIN assets a ON a.id = e.asset GROUP BY ALL", ""},
	{"a plan in JSON", "EXPLAIN (FORMAT json) SELECT * FROM events", "DuckDB does not understand"},
	{"columns of the file", "SELECT filename FROM events", "DuckDB does not take"},
	{"the view's table", "SELECT e.filename, file_row_number FROM events e", "DuckDB does not take"},
	{"the view that limits", "FROM answer", "there is no table"},
	{"a plan of what cannot be bound", "EXPLAIN SELECT * FROM events, missing", "there is no table"},
	{"the row as it is", "SELECT e FROM events e LIMIT 1", ""},
	{"a slow pattern", "SELECT regexp_matches(repeat('a', 100000), '(a*)*(a*)*b')", ""},
	{"a huge number", "SELECT 1e308 * 1e308, factorial(1000000)", ""},
	{"an error thrown", "SELECT error('{file}')", "DuckDB does not take"},
}

// TestHostileQuestions asks what must not be answered. Each ends within seconds, with an error that says why; then the store is as it was.
func TestHostileQuestions(t *testing.T) {
	t.Parallel()
	s, l := asking(t, someEvents(200)...), brand()
	file := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(file, []byte("a,b\n"+secret+",1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := exported(t, s)
	paths := strings.NewReplacer("{file}", file, "{store}", s.db.path)
	const check = "SELECT count(*), sum(count), min(asset) FROM events"
	same := answerRows(ask(t, s, l, check).Report)
	long := s.o.AnswerTime
	for i, test := range hostile {
		if testing.Short() && i%5 != 0 {
			continue
		}
		question := Question{SQL: paths.Replace(test.sql)}
		s.o.AnswerTime = 2 * time.Second
		began := time.Now()
		a, err := s.Ask(t.Context(), l, question)
		s.o.AnswerTime = long
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("%s: took %s", test.name, took)
		}
		if err != nil && strings.Contains(err.Error(), "longer than") && !strings.Contains("the question took longer than", test.message) {
			a, err = s.Ask(t.Context(), l, question) // the machine is busy
		}
		var told *semdex.Error
		switch {
		case err == nil && test.message != "":
			t.Errorf("%s: was answered: %v", test.name, answerRows(a.Report))
		case err == nil:
			for _, row := range answerRows(a.Report) {
				if slices.ContainsFunc(row, func(c any) bool {
					text, _ := c.(string)
					return strings.Contains(text, secret) || strings.Contains(text, s.shown.dir)
				}) {
					t.Errorf("%s: tells %v", test.name, row)
				}
			}
		case !errors.As(err, &told) || told.Code == semdex.Internal:
			t.Errorf("%s: %v, which says nothing to who asked", test.name, err)
		case !strings.Contains(told.Message, test.message) || told.Hint == "" || told.Message == "":
			t.Errorf("%s: %q, hint %q; want %q in it", test.name, told.Message, told.Hint, test.message)
		case strings.Contains(told.Message+told.Hint, secret) || strings.Contains(told.Message+told.Hint, "usage.duckdb") && !strings.Contains(test.sql, "{store}"):
			t.Errorf("%s: tells %q", test.name, told.Message)
		}
		if test.message == "" && err != nil {
			t.Logf("%s: %v", test.name, err)
		}
	}
	if len(hostile) < 100 {
		t.Errorf("%d questions", len(hostile))
	}
	if got := answerRows(ask(t, s, l, check).Report); !reflect.DeepEqual(got, same) {
		t.Errorf("after all: got %v, want %v", got, same)
	}
	if got := exported(t, s); !slices.Equal(got, before) {
		t.Errorf("the store has %d events, had %d", len(got), len(before))
	}
	if r := record(t, s, semdex.Event{ID: "after", Type: semdex.AssetView, OccurredAt: start, Asset: "a1"}); r.Accepted != 1 {
		t.Errorf("the store takes nothing in: %+v", r)
	}
	if n, err := s.Count(t.Context()); err != nil || n != int64(len(before)+1) {
		t.Errorf("counted %d, %v", n, err)
	}
	left, err := filepath.Glob(filepath.Join(s.shown.dir, "spill-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	for _, path := range []string{"/tmp/semdex-hostile.csv", "/tmp/semdex-hostile"} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s was written", path)
		}
	}
}
