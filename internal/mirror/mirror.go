// Package mirror keeps the records of a library as they came, and the one order in which they changed.
//
// It is the source of truth: index, graph and usage store are projections that can be deleted and built
// again from here (and, for usage, from the event log). Every change, to an asset or to a vocabulary, takes
// the next number of one sequence. The change log holds the newest change of each thing and no older one,
// so it is bounded by the size of the library, and reading it from 0 gives the library whole. A projection
// stores the last number it applied beside its data, in one transaction, and asks for what came after.
//
// What always holds: Apply is atomic and durable when it returns; a number is never used twice; an asset or
// a vocabulary has exactly one entry in the change log, a deleted one an entry that says so.
//
// Keys in the bbolt file, by bucket:
//
//	meta          "format" -> format version, "sequence" -> last number given (both big-endian uint64),
//	              "assets" -> how many assets there are, and the last number given when that was so (both big-endian uint64)
//	assets        asset id -> number (8 bytes), hash (16 bytes), the record as JSON
//	deleted       asset id -> number of its deletion
//	forgotten     name of a vocabulary -> number of its removal
//	changes       number (big-endian) -> kind (1 byte), operation (1 byte), id or name
//	vocabularies  name -> number (8 bytes), hash (32 bytes), the snapshot as the caller gave it
//	cursors       source -> where the next fetch goes on, in the source's own form
//	decisions     kind, a zero byte, id -> what people decided, as JSON
//	history       number of its own (big-endian) -> a change of a decision, as JSON
//	past          asset id, a zero byte, microseconds of a moment (big-endian) -> what stood under assets until then
//	searches      id of a saved search -> a bucket of its own:
//	  record        what the caller keeps of it
//	  counts        number of its last entry, horizon, members, left (big-endian uint64 each)
//	  members       asset id -> number of the entry by which it entered the result
//	  left          asset id -> number of the entry by which it left
//	  log           number (big-endian) -> "+" or "-", asset id
package mirror

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"semdex"
)

// format is the version of the keys above. A file of another version is refused, not guessed at.
const format = 1

var (
	bucketMeta         = []byte("meta")
	bucketAssets       = []byte("assets")
	bucketDeleted      = []byte("deleted")
	bucketForgotten    = []byte("forgotten")
	bucketChanges      = []byte("changes")
	bucketVocabularies = []byte("vocabularies")
	bucketCursors      = []byte("cursors")
	bucketDecisions    = []byte("decisions")
	bucketHistory      = []byte("history")
	bucketSearches     = []byte("searches")
	bucketPast         = []byte("past")

	keyFormat   = []byte("format")
	keySequence = []byte("sequence")
	keyAssets   = []byte("assets")
)

// Mirror is an open mirror. Any number of goroutines may read it while one applies a batch.
type Mirror struct {
	db *bbolt.DB
}

// Open opens or makes the mirror at path. A file that another process holds is an error after a second.
func Open(path string) (*Mirror, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the mirror: %w", err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType, InitialMmapSize: addressSpace()})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		return nil, &semdex.Error{Code: semdex.Conflict, Message: "the mirror is open in another process", Err: err}
	}
	if err != nil {
		return nil, fmt.Errorf("open mirror %s: %w", path, err)
	}
	m := &Mirror{db: db}
	if err := m.prepare(); err != nil {
		db.Close()
		return nil, fmt.Errorf("open mirror %s: %w", path, err)
	}
	return m, nil
}

// addressSpace is how much of the address space the file is mapped into at once, so that a long read, such as
// an export to a slow pipe, never makes a growing file wait to be mapped again, and all readers behind it.
// Windows would make the file itself that large.
func addressSpace() int {
	if runtime.GOOS == "windows" || strconv.IntSize < 64 {
		return 0
	}
	return 64 << 30
}

func (m *Mirror) prepare() error {
	buckets := [][]byte{bucketMeta, bucketAssets, bucketDeleted, bucketForgotten, bucketChanges, bucketVocabularies, bucketCursors, bucketSearches, bucketDecisions, bucketHistory, bucketPast}
	found, whole := uint64(0), true
	err := m.db.View(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			whole = whole && tx.Bucket(name) != nil
		}
		if b := tx.Bucket(bucketMeta); b != nil {
			found = number(b.Get(keyFormat))
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case found == format && whole:
		return nil
	case found != 0 && found != format:
		return &semdex.Error{Code: semdex.Conflict, Message: fmt.Sprintf("the mirror has format %d, this program reads %d", found, format),
			Hint: "use the version of semdex that wrote it, or move the file away and index again"}
	}
	return m.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(keyFormat, key(format))
	})
}

// Close waits for running transactions and closes the file.
func (m *Mirror) Close() error { return m.db.Close() }

// Sequence is the number of the newest change, 0 for an empty mirror.
func (m *Mirror) Sequence() (uint64, error) {
	var seq uint64
	err := m.db.View(func(tx *bbolt.Tx) error {
		seq = number(tx.Bucket(bucketMeta).Get(keySequence))
		return nil
	})
	return seq, err
}

// Asset reads one record; nil where there is none. Whoever keeps a text of it keeps the whole record.
func (m *Mirror) Asset(id semdex.AssetID) (*semdex.Asset, error) {
	var asset *semdex.Asset
	err := m.db.View(func(tx *bbolt.Tx) error {
		raw := tx.Bucket(bucketAssets).Get([]byte(id))
		if raw == nil {
			return nil
		}
		body, err := bodyOf(id, raw)
		if err != nil {
			return err
		}
		if asset, err = semdex.ReadRecord(body); err != nil {
			return fmt.Errorf("record of %s: %w", id, err)
		}
		return nil
	})
	return asset, err
}

// Has reports whether the mirror holds id.
func (m *Mirror) Has(id semdex.AssetID) (bool, error) {
	found := false
	err := m.db.View(func(tx *bbolt.Tx) error {
		found = tx.Bucket(bucketAssets).Get([]byte(id)) != nil
		return nil
	})
	return found, err
}

// Each calls yield for every asset in the order of ids, from one state of the mirror, until yield fails.
// yield must not call Apply, which may wait for Each to end.
func (m *Mirror) Each(yield func(*semdex.Asset) error) error {
	return m.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketAssets).ForEach(func(k, raw []byte) error {
			asset, err := readRecord(semdex.AssetID(k), raw)
			if err != nil {
				return err
			}
			return yield(asset)
		})
	})
}

// Hashes gives the fingerprint of every asset whose id begins with the source's prefix and a colon.
func (m *Mirror) Hashes(source string) (map[semdex.AssetID]semdex.Hash, error) {
	hashes := map[semdex.AssetID]semdex.Hash{}
	prefix := []byte(source + ":")
	err := m.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketAssets).Cursor()
		for k, raw := c.Seek(prefix); hasPrefix(k, prefix); k, raw = c.Next() {
			if len(raw) < recordHead {
				return fmt.Errorf("record of %s is cut short", k)
			}
			hashes[semdex.AssetID(k)] = semdex.Hash(raw[8:recordHead])
		}
		return nil
	})
	return hashes, err
}

// Sources gives what the ids of the assets begin with, up to the first colon, sorted.
func (m *Mirror) Sources() ([]string, error) {
	var sources []string
	err := m.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketAssets).Cursor()
		for k, _ := c.First(); k != nil; {
			source := semdex.AssetID(k).Source()
			sources = append(sources, source)
			k, _ = c.Seek([]byte(source + ";")) // the first key behind those of source and a colon
		}
		return nil
	})
	return sources, err
}

func hasPrefix(k, prefix []byte) bool {
	return len(k) >= len(prefix) && string(k[:len(prefix)]) == string(prefix)
}

const recordHead = 8 + 16

// readRecord reads a record for those who read many and keep texts of them, each of which is a copy of its own.
func readRecord(id semdex.AssetID, raw []byte) (*semdex.Asset, error) {
	body, err := bodyOf(id, raw)
	if err != nil {
		return nil, err
	}
	var a semdex.Asset
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, fmt.Errorf("record of %s: %w", id, err)
	}
	return &a, nil
}

func bodyOf(id semdex.AssetID, raw []byte) ([]byte, error) {
	if len(raw) < recordHead {
		return nil, fmt.Errorf("record of %s is cut short", id)
	}
	return raw[recordHead:], nil
}

func key(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func number(b []byte) uint64 {
	if len(b) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
