package analytics

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"semdex"
)

// AnswerQuestion is the whole of the process that answers one own question: it reads the order from in, writes the answer to out, and
// gives the exit code. It takes rights away from itself, so nothing else is to run in the process.
func AnswerQuestion(in io.Reader, out io.Writer) int {
	var o order
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	err := json.NewDecoder(in).Decode(&o)
	debug.SetMemoryLimit(goMemory)
	if err == nil {
		err = limitMemory(o.Memory + processMemory)
	}
	if err == nil {
		err = o.answer(context.Background(), enc)
	}
	if err != nil {
		err = enc.Encode(frame{Fault: faultOf(err, o.Memory)})
	}
	if err := errors.Join(err, w.Flush()); err != nil {
		return 1
	}
	return 0
}

// processMemory is what the process takes beside the memory that DuckDB counts.
const processMemory = 768 << 20

// goMemory is what of that Go's own memory should take, which then collects garbage more often.
const goMemory = 192 << 20

// answer opens a DuckDB that sees the tables' files and nothing else, and asks it.
func (o *order) answer(ctx context.Context, out *json.Encoder) (err error) {
	db, err := o.open(ctx)
	if err != nil {
		return fmt.Errorf("open the tables: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	statement, plain, err := permit(ctx, db, o.SQL)
	if err != nil {
		return err
	}
	if plain { // DuckDB makes a whole answer before it gives the first row
		if _, err := db.ExecContext(ctx, "CREATE TEMP VIEW answer AS "+statement); err != nil {
			return err
		}
		statement = fmt.Sprintf("SELECT * FROM temp.answer LIMIT %d", o.Limit+1)
	}
	if _, err := db.ExecContext(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return o.write(rows, out)
}

// open makes the tables views of their files, and locks everything else.
func (o *order) open(ctx context.Context) (*sql.DB, error) {
	statements := []string{
		"SET temp_directory = " + quote(o.Spill),
		fmt.Sprintf("SET max_temp_directory_size = '%dB'", int64(answerSpill)),
		"SET TimeZone = 'UTC'",
	}
	var allowed []string
	for _, t := range ShownTables {
		statements = append(statements, "CREATE VIEW memory.main."+identifier(t.Name)+" AS "+o.view(&t))
	}
	for _, paths := range o.Files {
		for _, p := range paths {
			allowed = append(allowed, quote(p))
		}
	}
	slices.Sort(allowed)
	statements = append(statements, "SET allowed_paths = ["+strings.Join(allowed, ", ")+"]",
		"SET allow_community_extensions = false", "SET enable_external_access = false", "SET lock_configuration = true")
	dsn := fmt.Sprintf("?threads=%d&memory_limit=%dB&autoinstall_known_extensions=false&autoload_known_extensions=false", o.Threads, o.Memory)
	c, err := duckdb.NewConnector(dsn, onFirst(ctx, statements...))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// answerSpill is how many bytes an own question may spill to disk.
const answerSpill = 4 << 30

// view is SQL for a shown table.
func (o *order) view(t *Shown) string {
	if t.Name == "searches" {
		names := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			names[i] = identifier(c.Name)
		}
		return "SELECT " + strings.Join(names, ", ") + " FROM memory.main.events WHERE event_type = " + quote(semdex.SearchExecuted)
	}
	files := o.Files[t.Name]
	if len(files) == 0 {
		columns := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			columns[i] = "NULL::" + c.Type + " AS " + identifier(c.Name)
		}
		return "SELECT " + strings.Join(columns, ", ") + " WHERE false"
	}
	names := o.Files[assetNames]
	if t.Name != "events" || len(names) == 0 {
		return "SELECT * FROM " + parquetFiles(files)
	}
	return "SELECT e.* REPLACE (coalesce(n.id, e.asset) AS asset) FROM " + parquetFiles(files) + " e LEFT JOIN " + parquetFiles(names) + " n ON n.given = e.asset"
}

// parquetFiles is SQL for the rows of files.
func parquetFiles(paths []string) string {
	quoted := make([]string, len(paths))
	for i, p := range paths {
		quoted[i] = quote(p)
	}
	return "read_parquet([" + strings.Join(quoted, ", ") + "])"
}

// write writes the rows, as many as may be.
func (o *order) write(rows *sql.Rows, out *json.Encoder) error {
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	columns := make([]Column, len(types))
	cells, at := make([]any, len(types)), make([]any, len(types))
	for i, t := range types {
		columns[i] = Column{Name: freeName(columns[:i], t.Name()), Kind: kindOf(t.DatabaseTypeName())}
		at[i] = &cells[i]
	}
	if err := out.Encode(frame{Columns: columns}); err != nil {
		return err
	}
	for n, size := 0, 0; rows.Next(); n++ {
		if n == o.Limit || size > o.Bytes {
			return out.Encode(frame{End: &answerEnd{Truncated: true}})
		}
		if err := rows.Scan(at...); err != nil {
			return err
		}
		for i := range cells {
			if id, ok := cells[i].([]byte); ok && types[i].DatabaseTypeName() == "UUID" {
				cells[i] = fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
			}
			cells[i] = sendable(cells[i], columns[i].Kind)
		}
		row, err := json.Marshal(cells)
		if err != nil {
			return err
		}
		if size += len(row); len(row) > o.Bytes {
			return &semdex.Error{Code: semdex.TooLarge, Message: fmt.Sprintf("a row of the answer has %d MiB, at most %d are given", len(row)>>20, o.Bytes>>20),
				Hint: "select shorter texts and lists"}
		}
		if err := out.Encode(frame{Row: cells}); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return out.Encode(frame{End: &answerEnd{}})
}

// freeName gives a column a name that none before it has.
func freeName(before []Column, name string) string {
	taken := func(n string) bool {
		return slices.ContainsFunc(before, func(c Column) bool { return strings.EqualFold(c.Name, n) })
	}
	free := name
	for i := 2; taken(free); i++ {
		free = name + "_" + strconv.Itoa(i)
	}
	return free
}

// kindOf is the kind of column that a type of DuckDB becomes.
func kindOf(t string) Kind {
	switch {
	case slices.Contains([]string{"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}, t):
		return Count
	case t == "DOUBLE", t == "FLOAT", strings.HasPrefix(t, "DECIMAL("):
		return Number
	case t == "DATE":
		return Day
	case strings.HasPrefix(t, "TIMESTAMP"):
		return Moment
	case t == "BOOLEAN":
		return Flag
	}
	return Text
}

// sendable gives a cell of DuckDB as JSON has it, by the kind of its column.
func sendable(cell any, kind Kind) any {
	switch v := cell.(type) {
	case nil:
		return nil
	case time.Time:
		switch kind {
		case Day:
			return v.Format(time.DateOnly)
		case Moment:
			return v.UTC().Format(time.RFC3339Nano)
		}
		return v.Format("15:04:05.999999")
	case string:
		return strings.ToValidUTF8(v, "\uFFFD")
	}
	plain := plainValue(cell)
	if kind != Text {
		return plain
	}
	if text, ok := plain.(string); ok {
		return text
	}
	text, err := plainJSON(plain)
	if err != nil {
		return fmt.Sprint(plain)
	}
	return string(text)
}

// plainValue makes what DuckDB gives something that JSON can hold.
func plainValue(cell any) any {
	switch v := cell.(type) {
	case float32:
		return plainValue(float64(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case *big.Int:
		return json.Number(v.String())
	case duckdb.Decimal:
		return json.Number(v.String())
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []byte:
		return fmt.Sprintf("%x", v)
	case duckdb.Interval:
		return fmt.Sprintf("%d months %d days %s", v.Months, v.Days, time.Duration(v.Micros)*time.Microsecond)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plainValue(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, value := range v {
			out[name] = plainValue(value)
		}
		return out
	case duckdb.OrderedMap:
		out := make(map[string]any, v.Len())
		for i, value := range v.Values() {
			out[fmt.Sprint(plainValue(v.Keys()[i]))] = plainValue(value)
		}
		return out
	case fmt.Stringer:
		return v.String()
	}
	return cell
}

// faultOf is the error to tell of a question that failed.
func faultOf(err error, memory int64) *semdex.Error {
	var known *semdex.Error
	if errors.As(err, &known) {
		return &semdex.Error{Code: known.Code, Message: known.Message, Hint: known.Hint}
	}
	var bad *duckdb.Error
	if !errors.As(err, &bad) {
		return &semdex.Error{Code: semdex.Invalid, Message: "the question cannot be answered: " + firstLines(err.Error()), Hint: "ask it another way"}
	}
	message, _, _ := strings.Cut(bad.Msg, "\n\nLINE")
	switch bad.Type {
	case duckdb.ErrorTypeOutOfMemory:
		return outOfMemory(memory)
	case duckdb.ErrorTypePermission:
		return &semdex.Error{Code: semdex.Invalid, Message: "the question would touch files, settings or extensions, which is not permitted",
			Hint: "ask over " + shownNames()}
	}
	return &semdex.Error{Code: semdex.Invalid, Message: "DuckDB does not take the question: " + firstLines(message), Hint: "tables are " + shownNames() + "; DESCRIBE events lists columns"}
}

// firstLines keeps a message to what a person reads.
func firstLines(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "..."
	}
	return s
}
