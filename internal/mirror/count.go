package mirror

import (
	"errors"
	"slices"

	"go.etcd.io/bbolt"
)

// Count gives how many assets there are. The number is kept with the records; only where a file has none yet are they
// counted, once.
func (m *Mirror) Count() (int, error) {
	n, known := 0, false
	err := m.db.View(func(tx *bbolt.Tx) error {
		n, known = keptCount(tx)
		return nil
	})
	if err != nil || known {
		return n, err
	}
	return m.keepCount()
}

// keepCount counts the assets and keeps the number.
func (m *Mirror) keepCount() (int, error) {
	n, known := 0, false
	err := m.db.Update(func(tx *bbolt.Tx) error {
		if n, known = keptCount(tx); known {
			return errNothing
		}
		n = tx.Bucket(bucketAssets).Stats().KeyN
		return putCount(tx, n, number(tx.Bucket(bucketMeta).Get(keySequence)))
	})
	if errors.Is(err, errNothing) {
		err = nil
	}
	return n, err
}

// keptCount gives the kept number of assets, if it is of the records as they stand.
func keptCount(tx *bbolt.Tx) (int, bool) {
	meta := tx.Bucket(bucketMeta)
	kept, seq := meta.Get(keyAssets), number(meta.Get(keySequence))
	switch {
	case seq == 0: // nothing was ever stored
		return 0, true
	case len(kept) != 16, number(kept[8:]) != seq:
		return 0, false
	}
	return int(number(kept)), true
}

// putCount keeps a number of assets that holds when seq is the last number given.
func putCount(tx *bbolt.Tx, n int, seq uint64) error {
	return tx.Bucket(bucketMeta).Put(keyAssets, slices.Concat(key(uint64(n)), key(seq)))
}
