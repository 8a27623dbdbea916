package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// parquetTypes are the types of DuckDB that a Parquet file has for the kinds of columns.
var parquetTypes = map[Kind]string{Text: "VARCHAR", Count: "BIGINT", Number: "DOUBLE", Day: "DATE", Moment: "TIMESTAMP", Flag: "BOOLEAN"}

// WriteParquet writes the report as one Parquet file: counts as INT64, numbers as DOUBLE, days as DATE, the rest as UTF-8. It makes
// the file in the folder for temporary files first.
func (r *Report) WriteParquet(w io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "semdex-parquet-")
	if err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "report.parquet")
	if err := r.parquetFile(context.Background(), path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.Copy(w, f)
	return err
}

// parquetFile makes the file at path of the report's rows.
func (r *Report) parquetFile(ctx context.Context, path string) error {
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		columns[i] = identifier(c.Name) + " " + parquetTypes[c.Kind]
	}
	return writeParquet(ctx, path, columns, func(add func(...driver.Value) error) error {
		values := make([]driver.Value, len(r.Columns))
		for row := range r.Rows() {
			for i, c := range r.Columns {
				values[i] = parquetCell(c.Kind, row[i])
			}
			if err := add(values...); err != nil {
				return err
			}
		}
		return nil
	})
}

// parquetCell gives a cell the Go type that its column's type takes.
func parquetCell(kind Kind, cell any) driver.Value {
	switch v := cell.(type) {
	case string:
		if kind == Day {
			return dayOrNone(v)
		}
		return strings.ToValidUTF8(v, "\uFFFD")
	case int64:
		if kind == Number {
			return float64(v)
		}
	}
	return cell
}

// dayOrNone is a day as DuckDB takes it, NULL for what is none.
func dayOrNone(s string) driver.Value {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return nil
	}
	return day
}

// writeParquet makes the file at path of rows that feed gives, by a DuckDB of its own that may write in the file's folder alone.
// columns are names with their types.
func writeParquet(ctx context.Context, path string, columns []string, feed func(add func(...driver.Value) error) error) (err error) {
	db, err := openScratch(ctx, filepath.Dir(path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "CREATE TABLE memory.main.rows ("+strings.Join(columns, ", ")+")"); err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	if err := fill(conn, "memory", "rows", feed); err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "COPY memory.main.rows TO "+quote(path)+parquetOptions); err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	return nil
}

// parquetOptions end a COPY.
const parquetOptions = " (FORMAT parquet, COMPRESSION zstd)"

// Bounds of a DuckDB that only makes files.
const (
	scratchMemory = 256 << 20
	scratchSpill  = 16 << 30
)

// openScratch opens a DuckDB in memory that may read, write and spill in the folders given alone.
func openScratch(ctx context.Context, folders ...string) (*sql.DB, error) {
	dsn := fmt.Sprintf("?threads=2&memory_limit=%dB&autoinstall_known_extensions=false&autoload_known_extensions=false", scratchMemory)
	allowed := make([]string, len(folders))
	for i, f := range folders {
		allowed[i] = quote(f)
	}
	c, err := duckdb.NewConnector(dsn, onFirst(ctx,
		"SET temp_directory = "+quote(filepath.Join(folders[0], "spill")),
		fmt.Sprintf("SET max_temp_directory_size = '%dB'", int64(scratchSpill)),
		"SET allowed_directories = ["+strings.Join(allowed, ", ")+"]",
		"SET enable_external_access = false",
		"SET lock_configuration = true"))
	if err != nil {
		return nil, fmt.Errorf("open DuckDB in memory: %w", err)
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open DuckDB in memory: %w", err), db.Close())
	}
	return db, nil
}

// onFirst runs statements on the first connection of an instance, which all later ones share.
func onFirst(ctx context.Context, statements ...string) func(driver.ExecerContext) error {
	done := false
	return func(e driver.ExecerContext) error {
		if done {
			return nil
		}
		done = true
		for _, q := range statements {
			if _, err := e.ExecContext(ctx, q, nil); err != nil {
				return err
			}
		}
		return nil
	}
}

// identifier makes s a quoted name of SQL.
func identifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// decimalOf is an amount as a column of amounts takes it.
func decimalOf(amount float64) duckdb.Decimal {
	return duckdb.Decimal{Width: 18, Scale: 4, Value: big.NewInt(tenThousandths(amount))}
}
