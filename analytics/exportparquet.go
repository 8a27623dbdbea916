package analytics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"semdex"
)

// exportMark is the file that tells a folder with an export from any other; engines leave out what begins with an underscore.
const exportMark = "_semdex_export.json"

// exportNote stands in the mark.
type exportNote struct {
	Export  string  `json:"export"` // exportForm
	Events  int64   `json:"events"`
	Version string  `json:"library_version"`
	Tables  []Shown `json:"tables"`
}

const exportForm = "semdex-parquet-1"

// exportedTables are the tables beside events.
var exportedTables = []string{"assets", "asset_values", "concepts", "broader"}

// ExportParquet writes all events acknowledged before the call, and the library's assets, values and concepts, as Parquet files into the
// folder dir: events/year=2026/month=1/*.parquet by when they occurred (UTC), and assets.parquet, asset_values.parquet, concepts.parquet and
// broader.parquet, with the columns of ShownTables. The folder comes into its place when it is whole. One that is there must be empty or hold such
// an export, which is replaced; any other is a Conflict.
func (s *Store) ExportParquet(ctx context.Context, l Library, dir string) error {
	if err := mayReplace(dir); err != nil {
		return err
	}
	return s.withFiles(ctx, l, exportedTables, func(files map[string][]string) error {
		return replaceFolder(dir, func(fresh string) error {
			return s.writeExport(ctx, l.Version(), files, fresh)
		})
	})
}

// mayReplace says whether an export may take the place of what is at dir.
func mayReplace(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: "cannot write an export to " + dir, Hint: "name a folder", Err: err}
	}
	own := []string{exportMark, "events"}
	for _, t := range exportedTables {
		own = append(own, t+".parquet")
	}
	for _, e := range entries {
		if !slices.Contains(own, e.Name()) {
			return &semdex.Error{Code: semdex.Conflict, Message: fmt.Sprintf("the folder %s holds something else: %s", dir, e.Name()), Hint: "name a new folder, an empty one, or one with an export only"}
		}
	}
	var note exportNote
	if body, err := os.ReadFile(filepath.Join(dir, exportMark)); err != nil || json.Unmarshal(body, &note) != nil || note.Export != exportForm {
		return &semdex.Error{Code: semdex.Conflict, Message: fmt.Sprintf("the folder %s holds something else: no %s of ours is in it", dir, exportMark), Hint: "name a new folder, an empty one, or one with an export only"}
	}
	return nil
}

// replaceFolder has a folder made beside dir, and then puts it in the place of dir.
func replaceFolder(dir string, fill func(fresh string) error) (err error) {
	dir = filepath.Clean(dir)
	fresh, err := os.MkdirTemp(filepath.Dir(dir), ".semdex-export-")
	if err != nil {
		return &semdex.Error{Code: semdex.Invalid, Message: "cannot write an export beside " + dir, Hint: "make the folder above it", Err: err}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	whole := filepath.Join(fresh, "export")
	if err := os.Mkdir(whole, 0o755); err != nil {
		return err
	}
	if err := fill(whole); err != nil {
		return err
	}
	old := filepath.Join(fresh, "old") // is removed with fresh
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("export: %w", err)
	}
	if err := os.Rename(whole, dir); err != nil {
		return errors.Join(fmt.Errorf("export: %w", err), os.Rename(old, dir))
	}
	return nil
}

// writeExport fills an empty folder.
func (s *Store) writeExport(ctx context.Context, version string, files map[string][]string, dir string) error {
	note := exportNote{Export: exportForm, Version: version}
	if parts := s.shown.events; len(parts) > 0 {
		note.Events = parts[len(parts)-1].to
	}
	if err := s.exportEvents(ctx, files, filepath.Join(dir, "events")); err != nil {
		return fmt.Errorf("export events: %w", err)
	}
	for _, t := range ShownTables {
		if t.Name != "searches" {
			note.Tables = append(note.Tables, t)
		}
	}
	for _, table := range exportedTables {
		to := filepath.Join(dir, table+".parquet")
		var err error
		if paths := files[table]; len(paths) > 0 {
			err = copyFile(paths[0], to)
		} else {
			err = writeParquet(ctx, to, shown(table).types(), func(adder) error { return nil })
		}
		if err != nil {
			return fmt.Errorf("export %s: %w", table, err)
		}
	}
	body, err := json.MarshalIndent(note, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, exportMark), append(body, '\n'), 0o644)
}

// exportEvents writes the events by year and month.
func (s *Store) exportEvents(ctx context.Context, files map[string][]string, dir string) (err error) {
	if err := os.Mkdir(dir, 0o755); err != nil || len(files["events"]) == 0 {
		return err
	}
	db, err := openScratch(ctx, s.shown.dir, filepath.Dir(dir))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	o := order{Files: files}
	_, err = db.ExecContext(ctx, "COPY (SELECT *, year(occurred_at)::INTEGER AS year, month(occurred_at)::INTEGER AS month FROM ("+o.view(shown("events"))+
		")) TO "+quote(dir)+" (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (year, month), OVERWRITE_OR_IGNORE)")
	return err
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
