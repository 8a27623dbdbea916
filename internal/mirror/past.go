package mirror

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"semdex"
)

// What an asset was until a change is kept under its id, a zero byte and the moment of the change, so that reports can count an event for
// what the asset was when it occurred. Only changes of what reports count by are kept.

func pastKey(id []byte, until time.Time) []byte {
	return slices.Concat(id, []byte{0}, key(uint64(until.UnixMicro())))
}

const pastTail = 1 + 8

// keepPast keeps a record that is about to be replaced, by nothing where after is nil.
func (w *writer) keepPast(id, old []byte, after *semdex.Record) error {
	if w.at.IsZero() || len(old) < recordHead {
		return nil
	}
	if after != nil {
		was, err := readRecord(semdex.AssetID(id), old)
		if err != nil {
			return err
		}
		is, err := semdex.ReadRecord(after.Body)
		if err != nil || sameValues(was, is) {
			return err
		}
	}
	return w.tx.Bucket(bucketPast).Put(pastKey(id, w.at), old)
}

// sameValues reports whether reports would count two states of an asset for the same values.
func sameValues(a, b *semdex.Asset) bool {
	if a.Type != b.Type || a.Approval != b.Approval || !a.Created.Equal(b.Created) || len(a.Fields) != len(b.Fields) {
		return false
	}
	for name, values := range a.Fields {
		if fmt.Sprint(values) != fmt.Sprint(b.Fields[name]) {
			return false
		}
	}
	return slices.Equal(a.Tags, b.Tags) && slices.Equal(a.Keywords, b.Keywords) && slices.Equal(a.Concepts, b.Concepts) && slices.Equal(a.Albums, b.Albums)
}

// Past yields what assets were, each until a moment, by asset and time. It holds changes since the mirror has kept them. An error of yield
// ends it and is returned; yield must not call Apply.
func (m *Mirror) Past(yield func(a *semdex.Asset, until time.Time) error) error {
	return m.db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketPast).ForEach(func(k, raw []byte) error {
			if len(k) < pastTail {
				return fmt.Errorf("past of asset %q is cut short", k)
			}
			id, until := bytes.Clone(k[:len(k)-pastTail]), time.UnixMicro(int64(number(k[len(k)-8:]))).UTC()
			asset, err := readRecord(semdex.AssetID(id), raw)
			if err != nil {
				return err
			}
			return yield(asset, until)
		})
	})
}
