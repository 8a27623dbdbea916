// Package local runs search plans on a bleve index and on arrays that are read from it once for each of its
// immutable segments.
//
// bleve keeps the documents: it writes segments, merges them and makes them durable. A query reads their
// postings directly. The index holds what assets directly bear, as raw values; nothing of a vocabulary is in
// it, so a changed label or hierarchy never touches it.
//
// A search goes through the segments, the largest first, on one goroutine or with the help of idle processors. In
// each it makes sets of documents: who may see them (kept by segment), what bears a value (arrays), where a text
// stands (kept by segment too). The strength of the evidence for a group is a byte for each document. Facets are
// counted from the set of hits by columns of numbers. Words are scored last, and only in documents whose other
// evidence may bring them among the hits to give.
//
// Fields of the index:
//
//	t:main     the words of what the asset is about: title, description, alt text, tags, keywords; each word
//	           as its term and its stems, texts apart by a gap of positions
//	t:rest     all its other words: file name, custom fields, albums, credit, copyright
//	t:title    the words of the title again, t:labels those of tags and keywords: they weigh more
//	v:FIELD    raw values: concepts, tags, keywords, type, album, source, approval, year, field:NAME, and
//	           the engine's own #prefix, #rights, #from, #until, #territory, #channel
//	n:FIELD    one number: created, modified (Unix seconds), size, width, height, duration (milliseconds),
//	           length (words in t:main and t:rest)
//	s:FIELD    one string to sort by: title, name
//
// What always holds: a View is one state of index and arrays, and does not change while it is held. Apply
// stores the documents of a batch and the number of the last change in one transaction, and what it stored is
// visible to the Views taken after it returned.
package local

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"

	"semdex"
	"semdex/search"
)

// format is the version of the fields above, the reading of words included.
const format = 3

// Index is an open index. One goroutine at a time may Apply; any number may take Views.
type Index struct {
	path      string
	languages []string
	bleve     bleve.Index

	building   sync.Mutex // over what views are made of
	dictionary *dictionary
	lexicons   *lexicons
	helpers    helpers
	segments   map[uint64]*segmentArrays
	closed     bool

	mu      sync.Mutex // over current; its writer holds building too
	current *view
}

// Change is one asset to store, or the id of one to drop.
type Change struct {
	ID    semdex.AssetID
	Asset *semdex.Asset // nil: drop
}

var keyApplied = []byte("applied")

// manifest says how an index was made. An index made otherwise is not opened but rebuilt.
type manifest struct {
	Format    int      `json:"format"`
	Languages []string `json:"languages"`
}

const manifestFile = "semdex.json"

// ErrOutdated is what Open gives for an index that another version, or another choice of languages, made.
var ErrOutdated = errors.New("the index was made by another version or for other languages")

// config bounds merges, so that the arrays of a merged segment are soon read, and refuses to wait for a lock
// that another process holds.
func config() map[string]any {
	return map[string]any{
		"bolt_timeout":           "1s",
		"scorchMergePlanOptions": map[string]any{"maxSegmentSize": 200_000},
	}
}

func indexMapping() mapping.IndexMapping {
	m := bleve.NewIndexMapping()
	m.DefaultMapping = bleve.NewDocumentDisabledMapping() // documents come ready made
	m.ScoringModel = "bm25"
	return m
}

// Open opens the index in the folder path, or makes an empty one. languages are the library's: words of
// texts without a language are stemmed in each of them.
func Open(path string, languages []string) (*Index, error) {
	want := manifest{Format: format, Languages: languages}
	x := &Index{path: path, languages: languages, dictionary: newDictionary(), lexicons: newLexicons(), helpers: newHelpers(), segments: map[uint64]*segmentArrays{}}
	found, err := readManifest(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = x.create(want)
	case err != nil:
	case !found.equal(want):
		err = ErrOutdated
	default:
		x.bleve, err = bleve.OpenUsing(filepath.Join(path, "bleve"), config())
	}
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	if err := x.refresh(); err != nil {
		x.bleve.Close()
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	return x, nil
}

// create makes an empty index. The manifest is written last, so that one that was cut off is made again.
func (x *Index) create(m manifest) error {
	if err := os.RemoveAll(filepath.Join(x.path, "bleve")); err != nil {
		return err
	}
	if err := os.MkdirAll(x.path, 0o700); err != nil {
		return err
	}
	var err error
	x.bleve, err = bleve.NewUsing(filepath.Join(x.path, "bleve"), indexMapping(), scorch.Name, scorch.Name, config())
	if err != nil {
		return err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	temporary := filepath.Join(x.path, manifestFile+".new")
	if err := os.WriteFile(temporary, body, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(x.path, manifestFile))
}

func readManifest(path string) (manifest, error) {
	var m manifest
	body, err := os.ReadFile(filepath.Join(path, manifestFile))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(body, &m)
}

func (m manifest) equal(other manifest) bool {
	if m.Format != other.Format || len(m.Languages) != len(other.Languages) {
		return false
	}
	for i := range m.Languages {
		if m.Languages[i] != other.Languages[i] {
			return false
		}
	}
	return true
}

// Applied is the number of the last change that the index holds.
func (x *Index) Applied() (uint64, error) {
	raw, err := x.bleve.GetInternal(keyApplied)
	if err != nil || len(raw) < 8 {
		return 0, err
	}
	return binary.BigEndian.Uint64(raw), nil
}

// Apply stores changes, and through as the number of the last one, durably and at once.
func (x *Index) Apply(ctx context.Context, changes []Change, through uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	batch := x.bleve.NewBatch()
	for _, c := range changes {
		if c.Asset == nil {
			batch.Delete(string(c.ID))
			continue
		}
		if err := batch.IndexAdvanced(x.document(c.Asset)); err != nil {
			return fmt.Errorf("index %s: %w", c.ID, err)
		}
	}
	batch.SetInternal(keyApplied, binary.BigEndian.AppendUint64(nil, through))
	if err := x.bleve.Batch(batch); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	return x.refresh()
}

// Close waits for nobody: Views that are held stay readable until they are released. Closing again does nothing.
func (x *Index) Close() error {
	x.building.Lock()
	defer x.building.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	x.mu.Lock()
	current := x.current
	x.current = nil
	x.mu.Unlock()
	current.Release()
	return x.bleve.Close()
}

// View pins the newest state. The caller releases it. There is none once the index is closed.
func (x *Index) View() search.View {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.current.users.Add(1)
	return x.current
}

// Refresh takes in what merges changed since the last Apply, so that the files of merged segments can go. It gives an
// error where the index is closed.
func (x *Index) Refresh() error { return x.refresh() }
