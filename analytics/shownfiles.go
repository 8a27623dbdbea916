package analytics

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"semdex"
)

// Vocabulary is what a Library may know besides: its concepts. Without it the tables of them are empty.
type Vocabulary interface {
	// Languages are those of the library, the first of which names things.
	Languages() []string
	// Concepts yields all concepts. An error of yield ends it and is returned.
	Concepts(yield func(Concept) error) error
}

// RecordDimensions is a Library that tells the values of an asset quicker where its record is at hand, the same as OfAsset does.
type RecordDimensions interface {
	OfRecord(dim string, a *semdex.Asset, direct bool) []Value
}

// Concept is a concept as the tables concepts and broader have it. Schemes and Broader are URIs.
type Concept struct {
	URI, Label       string
	Schemes, Broader []string
}

// parquetFolder is where the shown tables stand as Parquet files, beside the DuckDB file at path: the one folder in which DuckDB may write others.
func parquetFolder(path string) string { return path + ".parquet" }

// shownFiles are the shown tables as Parquet files, made when they are wanted and kept while they are true. What stands in the
// folder from an earlier process is thrown away. One goroutine uses it at a time.
type shownFiles struct {
	dir     string
	begun   bool
	made    int    // files so far, for their names
	events  []part // without gaps, ascending
	version string // of the library that the files of tables are of
	tables  map[string]string
}

// part is a file of the events after one number up to another.
type part struct {
	path      string
	after, to int64
}

// partEvents is how many events a file holds at most, and smallParts how many smaller ones there are before they become one.
const (
	partEvents = 1 << 20
	smallParts = 8
)

// assetNames is a table beside the shown ones: how events name assets (given), and their full ids.
const assetNames = "asset_names"

var assetNamesTypes = []string{"given VARCHAR", "id VARCHAR"}

func (f *shownFiles) begin() error {
	if f.begun {
		return nil
	}
	if err := os.RemoveAll(f.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return err
	}
	f.begun = true
	return nil
}

// path names a new file.
func (f *shownFiles) path(table string) string {
	f.made++
	return filepath.Join(f.dir, fmt.Sprintf("%s-%d.parquet", table, f.made))
}

// files brings the files of events and of the tables named up to date, and gives the paths of each. Tables of a library without
// a Vocabulary, and others for which nothing is known, have none.
func (s *Store) files(ctx context.Context, l Library, tables ...string) (map[string][]string, error) {
	f := &s.shown
	if err := f.begin(); err != nil {
		return nil, fmt.Errorf("parquet files: %w", err)
	}
	if err := s.eventFiles(ctx); err != nil {
		return nil, fmt.Errorf("parquet file of events: %w", err)
	}
	if err := s.tableFiles(ctx, l, tables); err != nil {
		return nil, fmt.Errorf("parquet file of a table: %w", err)
	}
	out := map[string][]string{"events": {}}
	for _, p := range f.events {
		out["events"] = append(out["events"], p.path)
	}
	for _, table := range append(tables, assetNames) {
		if path := f.tables[table]; path != "" {
			out[table] = []string{path}
		}
	}
	return out, nil
}

// eventFiles adds files for the events that are in none.
func (s *Store) eventFiles(ctx context.Context) error {
	f, last := &s.shown, s.Stats().Events
	for {
		keep, after, to := nextPart(f.events, last)
		if after == to {
			return nil
		}
		p := part{f.path("events"), after, to}
		if _, err := s.db.ExecContext(ctx, "COPY ("+eventsWithTexts(after, to)+") TO "+quote(p.path)+parquetOptions); err != nil {
			return errors.Join(err, removeAll(p.path))
		}
		old := slices.Clone(f.events[keep:])
		f.events = append(f.events[:keep], p)
		for _, o := range old {
			if err := removeAll(o.path); err != nil {
				return err
			}
		}
	}
}

// nextPart says what file is to be made: how many of the files stay before it, and the events it holds.
func nextPart(parts []part, last int64) (keep int, after, to int64) {
	keep = len(parts)
	if keep > 0 {
		after = parts[keep-1].to
	}
	if after == last {
		return keep, after, after
	}
	begin := after - after%partEvents
	small := 0
	for small < keep && parts[keep-1-small].after >= begin {
		small++
	}
	if small >= smallParts {
		keep, after = keep-small, begin
	}
	return keep, after, min(last, begin+partEvents)
}

// tableFiles makes the files of tables that are missing for the library's state.
func (s *Store) tableFiles(ctx context.Context, l Library, tables []string) error {
	f := &s.shown
	if version := l.Version(); f.tables == nil || version != f.version {
		for _, path := range f.tables {
			if err := removeAll(path); err != nil {
				return err
			}
		}
		f.tables, f.version = make(map[string]string), version
	}
	names, err := s.names.all(ctx, s.db, kindAsset)
	if err != nil {
		return err
	}
	table := &tableMaker{ctx: ctx, l: l, given: names[1:]}
	if voc, knows := l.(Vocabulary); knows {
		table.languages = voc.Languages()
	}
	if key := fmt.Sprint(assetNames, len(names)); f.tables[key] == "" { // there are more of them with every new one
		if old := f.tables[assetNames]; old != "" {
			if err := removeAll(old); err != nil {
				return err
			}
		}
		maps.DeleteFunc(f.tables, func(k, _ string) bool { return strings.HasPrefix(k, assetNames) })
		path := f.path(assetNames)
		if err := writeParquet(ctx, path, assetNamesTypes, table.assetNames); err != nil {
			return err
		}
		f.tables[assetNames], f.tables[key] = path, path
	}
	for _, name := range tables {
		feed := table.feed(name)
		if feed == nil || f.tables[name] != "" {
			continue
		}
		path := f.path(name)
		if err := writeParquet(ctx, path, shown(name).types(), feed); err != nil {
			return err
		}
		f.tables[name] = path
	}
	return nil
}

func removeAll(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// tableMaker gives the rows of the tables that are the library's.
type tableMaker struct {
	ctx   context.Context
	l     Library
	given []string // how events name assets

	languages []string
}

type adder = func(...driver.Value) error

func (m *tableMaker) feed(table string) func(adder) error {
	voc, knows := m.l.(Vocabulary)
	switch {
	case table == "assets":
		return m.assets
	case table == "asset_values":
		return m.values
	case table == "concepts" && knows:
		return func(add adder) error { return voc.Concepts(func(c Concept) error { return addConcept(add, c) }) }
	case table == "broader" && knows:
		return func(add adder) error { return voc.Concepts(func(c Concept) error { return addBroader(add, c) }) }
	}
	return nil
}

func addConcept(add adder, c Concept) error {
	if len(c.Schemes) == 0 {
		return add(c.URI, orNil(c.Label), nil)
	}
	for _, scheme := range c.Schemes {
		if err := add(c.URI, orNil(c.Label), scheme); err != nil {
			return err
		}
	}
	return nil
}

func addBroader(add adder, c Concept) error {
	for _, b := range c.Broader {
		if err := add(c.URI, b); err != nil {
			return err
		}
	}
	return nil
}

// assetNames gives the names that are not the id.
func (m *tableMaker) assetNames(add adder) error {
	for _, given := range m.given {
		if id, known := m.l.Asset(given); known && string(id) != given {
			if err := add(given, string(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *tableMaker) assets(add adder) error {
	return m.l.Assets(func(a *semdex.Asset) error {
		var until semdex.Date
		var licence, currency string
		var cost driver.Value
		if r := a.Rights; r != nil {
			until, licence = r.ValidUntil, r.License
			if r.Cost != nil {
				cost, currency = decimalOf(r.Cost.Amount), strings.ToUpper(strings.TrimSpace(r.Cost.Currency))
			}
		}
		var created driver.Value
		if !a.Created.IsZero() {
			created = a.Created.UTC()
		}
		return errors.Join(m.ctx.Err(), add(string(a.ID), orNil(a.Title.In(m.languages...)), orNil(a.Type), orNil(string(a.Approval)), created, dayOrNone(string(until)),
			orNil(licence), cost, orNil(currency)))
	})
}

func (m *tableMaker) values(add adder) error {
	dims := m.l.Names()
	of := func(dim string, a *semdex.Asset, direct bool) []Value { return m.l.OfAsset(dim, a.ID, direct) }
	if records, quicker := m.l.(RecordDimensions); quicker {
		of = records.OfRecord
	}
	return m.l.Assets(func(a *semdex.Asset) error {
		if err := m.ctx.Err(); err != nil {
			return err
		}
		for _, d := range dims {
			direct := make(map[Value]bool)
			for _, v := range of(d.Name, a, true) {
				direct[bare(v)] = true
			}
			all := maps.Clone(direct)
			if d.Hierarchical {
				for _, v := range of(d.Name, a, false) {
					all[bare(v)] = true
				}
			}
			for v := range all {
				if err := add(string(a.ID), d.Name, orNil(v.Name), orNil(v.URI), direct[v]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// bare is a value without its path, of which there may be several.
func bare(v Value) Value { return Value{Name: v.Name, URI: v.URI} }

// orNil is a text as DuckDB takes it, NULL for the empty one.
func orNil(s string) driver.Value {
	if s == "" {
		return nil
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
