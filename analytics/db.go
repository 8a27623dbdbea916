package analytics

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// formatVersion changes with the tables below or with what stands in them.
const formatVersion = 4

// schema is described in the package comment. Appenders fill the columns in this order.
const schema = `
CREATE TABLE usage.names (kind UTINYINT NOT NULL, number INTEGER NOT NULL, hash UBIGINT NOT NULL, text VARCHAR NOT NULL);
CREATE TABLE usage.events (
	seq BIGINT NOT NULL, id_hash UBIGINT NOT NULL,
	log_file INTEGER NOT NULL, log_offset BIGINT NOT NULL, log_bytes INTEGER NOT NULL,
	type INTEGER NOT NULL, occurred_at TIMESTAMP NOT NULL, received_at TIMESTAMP NOT NULL,
	asset INTEGER NOT NULL, rendition INTEGER NOT NULL, query UBIGINT NOT NULL, position INTEGER NOT NULL,
	q INTEGER NOT NULL, words INTEGER NOT NULL, lang INTEGER NOT NULL, total BIGINT, concepts INTEGER NOT NULL,
	actor INTEGER NOT NULL, actor_type INTEGER NOT NULL, business_unit INTEGER NOT NULL, session UBIGINT NOT NULL,
	client INTEGER NOT NULL, integration INTEGER NOT NULL,
	region INTEGER NOT NULL, campaign INTEGER NOT NULL, audience INTEGER NOT NULL, channel INTEGER NOT NULL,
	intended_use INTEGER NOT NULL, context INTEGER NOT NULL,
	amount BIGINT, currency INTEGER NOT NULL, weight BIGINT NOT NULL, source INTEGER NOT NULL,
	found UTINYINT NOT NULL, told UTINYINT NOT NULL, added INTEGER NOT NULL, filters INTEGER NOT NULL);
CREATE TABLE usage.expanded (query UBIGINT NOT NULL, asset INTEGER NOT NULL);
CREATE TABLE usage.applied (version INTEGER, file INTEGER, bytes BIGINT, count BIGINT, past BIGINT);` + rollSchema + pastSchema

// database is the DuckDB instance. Every connection ends when it is given back, and its temporary tables
// with it.
type database struct {
	*sql.DB
	path    string
	applied Position
	count   int64
}

// openDatabase opens the DuckDB file at path as a projection of log. A file that is of another format, that
// cannot be read, or that has seen more than the log holds gives way to an empty one.
func openDatabase(ctx context.Context, path string, log *Log, o Options) (*database, error) {
	d, err := attach(ctx, path, o)
	if err == nil {
		if err = d.load(ctx, log); err == nil {
			return d, nil
		}
		err = errors.Join(err, d.Close())
	}
	if held(err) {
		return nil, inUse(err)
	}
	o.Logger.Info("usage store is built anew from the event log", slog.String("path", path), slog.Any("why", err))
	if err := setAside(path); err != nil {
		return nil, err
	}
	if d, err = attach(ctx, path, o); err != nil {
		return nil, err
	}
	if err := d.load(ctx, log); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// held says whether err is DuckDB's word that another process has the file open.
func held(err error) bool {
	return err != nil && strings.Contains(err.Error(), "Could not set lock on file")
}

// setAside moves the old file away, for one generation, so that nobody's mistake can lose it.
func setAside(path string) error {
	if err := os.Remove(path + ".wal"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Rename(path, path+".old"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// attach opens an instance with nothing in it but the file at path, as "usage", and locks it down. The
// lock-down is of the instance, so it runs on its first connection only.
func attach(ctx context.Context, path string, o Options) (*database, error) {
	dsn := fmt.Sprintf("?threads=%d&memory_limit=%dB&autoinstall_known_extensions=false&autoload_known_extensions=false",
		o.Threads, o.Memory)
	c, err := duckdb.NewConnector(dsn, onFirst(ctx,
		"SET temp_directory = "+quote(path+".tmp"),
		fmt.Sprintf("SET max_temp_directory_size = '%dB'", o.Spill),
		"SET checkpoint_threshold = '128MB'", // a smaller one rewrites what it has just written while a file of events comes in
		"ATTACH "+quote(path)+" AS usage",
		"SET allowed_directories = ["+quote(parquetFolder(path))+"]",
		"SET enable_external_access = false",
		"SET lock_configuration = true"))
	if err != nil {
		return nil, fmt.Errorf("usage store: %w", err)
	}
	d := &database{DB: sql.OpenDB(c), path: path}
	d.SetMaxIdleConns(0)
	if err := d.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("usage store: %w", err), d.Close())
	}
	return d, nil
}

var errFormat = errors.New("usage store has another format")

// load reads how far the file has come, or makes its tables where it is empty.
func (d *database) load(ctx context.Context, log *Log) error {
	var tables int
	err := d.QueryRowContext(ctx, "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'usage'").Scan(&tables)
	if err != nil {
		return err
	}
	if tables == 0 {
		return d.create(ctx)
	}
	var version int
	var p Position
	row := d.QueryRowContext(ctx, "SELECT version, file, bytes, count FROM usage.applied")
	if err := row.Scan(&version, &p.File, &p.Offset, &d.count); err != nil {
		return err
	}
	if version != formatVersion {
		return fmt.Errorf("%w: %d, not %d", errFormat, version, formatVersion)
	}
	if !log.holds(p) {
		return fmt.Errorf("usage store has seen more than the log holds: file %d, byte %d", p.File, p.Offset)
	}
	d.applied = p
	return nil
}

func (d *database) create(ctx context.Context) error {
	return d.inTx(ctx, func(tx *sql.Tx, _ *sql.Conn) error {
		if _, err := tx.ExecContext(ctx, schema); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO usage.applied VALUES (?, 0, 0, 0, 0)", formatVersion)
		return err
	})
}

// inTx runs do in a transaction on a connection of its own and commits what it did, unless it fails.
func (d *database) inTx(ctx context.Context, do func(*sql.Tx, *sql.Conn) error) (err error) {
	conn, err := d.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx, conn); err != nil {
		_ = tx.Rollback() // the connection ends anyway
		return err
	}
	return tx.Commit()
}

// fill appends the rows that feed gives to a table, within the transaction that conn is in.
func fill(conn *sql.Conn, catalog, table string, feed func(add func(...driver.Value) error) error) error {
	return conn.Raw(func(dc any) error {
		a, err := duckdb.NewAppender(dc.(driver.Conn), catalog, "main", table)
		if err != nil {
			return err
		}
		err = feed(a.AppendRow)
		return errors.Join(err, a.Close())
	})
}

// quote makes s a string literal of SQL.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
