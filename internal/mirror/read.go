package mirror

import (
	"fmt"
	"math"

	"go.etcd.io/bbolt"

	"semdex"
)

// Cursor gives where the next fetch of source goes on, nil where none is stored.
func (m *Mirror) Cursor(source string) ([]byte, error) {
	var cursor []byte
	err := m.db.View(func(tx *bbolt.Tx) error {
		if c := tx.Bucket(bucketCursors).Get([]byte(source)); c != nil {
			cursor = append([]byte{}, c...)
		}
		return nil
	})
	return cursor, err
}

// Changes gives the changes after the given number, oldest first, at most limit of them.
func (m *Mirror) Changes(after uint64, limit int) ([]Change, error) {
	var changes []Change
	err := m.db.View(func(tx *bbolt.Tx) error {
		var err error
		changes, err = changesAfter(tx, after, limit)
		return err
	})
	return changes, err
}

// ChangedAsset is a change with the record as it stands; Asset is nil for a deletion.
type ChangedAsset struct {
	Change
	Asset *semdex.Asset
}

// ChangedAssets is Changes with the records, all from one state of the mirror, changes of vocabularies left
// out. through is the number up to which the log was read: go on from there; equal to after at the end.
func (m *Mirror) ChangedAssets(after uint64, limit int) (assets []ChangedAsset, through uint64, err error) {
	through = after
	err = m.db.View(func(tx *bbolt.Tx) error {
		changes, err := changesAfter(tx, after, limit)
		if err != nil {
			return err
		}
		for _, c := range changes {
			through = c.Number
			if c.Kind != AssetChange {
				continue
			}
			entry := ChangedAsset{Change: c}
			if !c.Deleted {
				id := semdex.AssetID(c.ID)
				if entry.Asset, err = readRecord(id, tx.Bucket(bucketAssets).Get([]byte(id))); err != nil {
					return err
				}
			}
			assets = append(assets, entry)
		}
		return nil
	})
	return assets, through, err
}

func changesAfter(tx *bbolt.Tx, after uint64, limit int) ([]Change, error) {
	if after == math.MaxUint64 {
		return nil, nil
	}
	var changes []Change
	c := tx.Bucket(bucketChanges).Cursor()
	for k, v := c.Seek(key(after + 1)); k != nil && len(changes) < limit; k, v = c.Next() {
		if len(v) < 2 {
			return nil, fmt.Errorf("change %d is cut short", number(k))
		}
		changes = append(changes, Change{Number: number(k), Kind: Kind(v[0]), Deleted: v[1] == '-', ID: string(v[2:])})
	}
	return changes, nil
}

// VocabularyHash gives the hash stored with the vocabulary of that name.
func (m *Mirror) VocabularyHash(name string) (hash [32]byte, found bool, err error) {
	err = m.db.View(func(tx *bbolt.Tx) error {
		if raw := tx.Bucket(bucketVocabularies).Get([]byte(name)); len(raw) >= vocabularyHead {
			hash, found = [32]byte(raw[8:vocabularyHead]), true
		}
		return nil
	})
	return hash, found, err
}

// Vocabularies reads all vocabularies in the order of their names, and the number of the newest change to
// any of them, a removal included (0 where there was none), from one state of the mirror.
func (m *Mirror) Vocabularies() (vocabularies []Vocabulary, newest uint64, err error) {
	err = m.db.View(func(tx *bbolt.Tx) error {
		if err := tx.Bucket(bucketForgotten).ForEach(func(_, raw []byte) error {
			newest = max(newest, number(raw))
			return nil
		}); err != nil {
			return err
		}
		return tx.Bucket(bucketVocabularies).ForEach(func(name, raw []byte) error {
			if len(raw) < vocabularyHead {
				return fmt.Errorf("vocabulary %s is cut short", name)
			}
			newest = max(newest, number(raw))
			vocabularies = append(vocabularies, Vocabulary{
				Name: string(name), Hash: [32]byte(raw[8:vocabularyHead]), Snapshot: append([]byte{}, raw[vocabularyHead:]...),
			})
			return nil
		})
	})
	return vocabularies, newest, err
}
