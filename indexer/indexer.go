// Package indexer brings a library in step with its sources: it reads what a source lists, compares it with
// the mirror, stores the difference, and carries the changes from there into the projections.
//
// The plan is a pure comparison of fingerprints (Plan); Sync is the shell around it. A sync that is killed
// at any point loses nothing and does nothing twice: what was stored is unchanged on the next run, the
// cursor of a source is stored only after everything it covers, and a projection goes on from the number it
// stored with its last batch.
package indexer

import (
	"context"
	"fmt"

	"semdex"
	"semdex/internal/mirror"
)

// Source is one system that holds assets. A Source is used by one goroutine at a time.
type Source interface {
	// Name is the prefix of the ids of its assets, unique within a library.
	Name() string
	// Fetch calls yield for every asset that the source lists since the cursor, or for all of them where
	// the cursor is nil or too old, and stops at the first error of yield.
	Fetch(ctx context.Context, cursor []byte, yield func(Item) error) (Listing, error)
}

// Item is what a source lists: an asset, the id of a deleted one, or a record that could not be read.
type Item struct {
	Asset    *semdex.Asset
	Deleted  semdex.AssetID
	Rejected *Rejection
	File     string // where the record stands, for what is said of it; may be empty
	Line     int
}

// Listing says what a Fetch covered.
type Listing struct {
	Cursor   []byte // where the next Fetch goes on; nil: nothing to go on from, which only a complete listing may lack
	Complete bool   // everything the source holds was listed, so what was not listed is gone
	Total    int    // how many assets the source says it holds; 0: it does not say
}

// Confirmer is a Source that can be asked about single assets.
type Confirmer interface {
	// Confirm looks up assets that a complete listing did not have. It gives those that are gone indeed, and
	// calls yield for those that are there all the same.
	Confirm(ctx context.Context, ids []semdex.AssetID, yield func(Item) error) (gone []semdex.AssetID, err error)
}

// Vocabulary is one system that holds concepts, or one project in it. It is used by one goroutine at a time.
type Vocabulary interface {
	// Name is unique among the vocabularies of a library, and stays.
	Name() string
	// Fetch exports the vocabulary whole where it changed since the cursor, or where the cursor is nil or too old.
	Fetch(ctx context.Context, cursor []byte) (Export, error)
}

// Export is a vocabulary as its system gave it.
type Export struct {
	Unchanged bool       // since the cursor; there are no documents then
	Documents []Document // all of them together
	Cursor    []byte     // where the next Fetch goes on; nil: nothing to go on from
}

// Document is RDF in one of its syntaxes.
type Document struct {
	Name   string // for what is said of it
	Format string // the ending of a file that holds it: "ttl", "nt", "nq", "rdf"
	Body   []byte
}

// Level is how bad a Finding is.
type Level uint8

// The levels.
const (
	Fine    Level = iota
	Warning       // it works, but not as well as it could
	Failure       // it does not work
)

// String is the level as people read it.
func (l Level) String() string { return [...]string{"ok", "warning", "failure"}[l] }

// Finding is what a check of a set-up came upon. A Failure or Warning says how to mend it.
type Finding struct {
	Level   Level
	Subject string // what was looked at: "credentials", "custom fields"
	Message string
	Mend    string
}

// Checker is a Source or Vocabulary that can look at its own set-up. A check changes nothing; it goes on past what
// fails, as far as it can. It may run beside a Fetch.
type Checker interface {
	Check(ctx context.Context) []Finding
}

// Rejection is a record that was left out, with the place it stands at and the reason.
type Rejection struct {
	Source string         `json:"source"`
	File   string         `json:"file,omitempty"`
	Line   int            `json:"line,omitempty"`
	ID     semdex.AssetID `json:"id,omitempty"` // where it could be told; what is stored under it stays
	Reason string         `json:"reason"`
	Raw    string         `json:"raw,omitempty"` // the record as it came, cut at MaxRaw bytes
}

// Place says where the record stands, as far as it can be told.
func (r Rejection) Place() string {
	switch {
	case r.Line > 0:
		return fmt.Sprintf("%s:%d", r.File, r.Line)
	case r.File == "":
		return string(r.ID)
	}
	return r.File
}

// MaxRaw bounds how much of a rejected record is kept, in bytes.
const MaxRaw = 4096

// Mirror is what a sync needs of the mirror. *mirror.Mirror satisfies it.
type Mirror interface {
	Hashes(source string) (map[semdex.AssetID]semdex.Hash, error)
	Count() (int, error)
	Cursor(source string) ([]byte, error)
	Apply(mirror.Batch) (uint64, error)
}

// Progress tells how far a long step is. total is 0 where it is not known.
type Progress func(step string, done, total int)
