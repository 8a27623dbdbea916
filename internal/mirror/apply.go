package mirror

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"semdex"
)

// Kind says what a change is about.
type Kind byte

const (
	AssetChange      Kind = 'a'
	VocabularyChange Kind = 'v'
)

// Change is one entry of the change log.
type Change struct {
	Number  uint64
	Kind    Kind
	Deleted bool
	ID      string // asset id, or the name of the vocabulary
}

// Vocabulary is a vocabulary as it was last read.
type Vocabulary struct {
	Name     string
	Hash     [32]byte // of what the source gave, to tell whether it changed
	Snapshot []byte   // in the form of whoever reads it back
}

// Batch is a set of changes that take effect together, assets in the order given, then deletions, then
// vocabularies. Cursors are stored with them and take no number.
type Batch struct {
	Put          []semdex.Record
	Delete       []semdex.AssetID
	Vocabularies []Vocabulary
	Forget       []string          // vocabularies to remove
	Cursors      map[string][]byte // source -> cursor; nil removes it
	At           time.Time         // when assets changed, for Past; where it is zero, what they were is not kept
}

// Empty reports whether applying b would change nothing.
func (b *Batch) Empty() bool {
	return len(b.Put)+len(b.Delete)+len(b.Vocabularies)+len(b.Forget)+len(b.Cursors) == 0
}

// Apply stores b in one durable transaction and gives the number of the newest change. A record equal to
// the stored one, a cursor that stands already, the deletion of what is not there: none takes a number.
func (m *Mirror) Apply(b Batch) (uint64, error) {
	var seq uint64
	err := m.db.Update(func(tx *bbolt.Tx) error {
		w := newWriter(tx)
		w.at = b.At
		if err := w.batch(b); err != nil {
			return err
		}
		seq = w.seq
		if w.writes == 0 {
			return errNothing
		}
		return w.finish()
	})
	if errors.Is(err, errNothing) {
		return seq, nil
	}
	return seq, err
}

// errNothing rolls back a transaction that has nothing to write, so that the file stays as it is.
var errNothing = errors.New("nothing to write")

type writer struct {
	tx                                          *bbolt.Tx
	assets, deleted, changes, vocabs, forgotten *bbolt.Bucket
	seq                                         uint64
	writes                                      int
	count                                       int  // of assets
	counted                                     bool // else count is not known
	at                                          time.Time
}

func newWriter(tx *bbolt.Tx) *writer {
	w := &writer{
		tx: tx, assets: tx.Bucket(bucketAssets), deleted: tx.Bucket(bucketDeleted), changes: tx.Bucket(bucketChanges),
		vocabs: tx.Bucket(bucketVocabularies), forgotten: tx.Bucket(bucketForgotten), seq: number(tx.Bucket(bucketMeta).Get(keySequence)),
	}
	w.count, w.counted = keptCount(tx)
	return w
}

// finish stores what is kept of the whole: the last number given, and how many assets there are.
func (w *writer) finish() error {
	if w.counted {
		if err := putCount(w.tx, w.count, w.seq); err != nil {
			return err
		}
	}
	return w.tx.Bucket(bucketMeta).Put(keySequence, key(w.seq))
}

func (w *writer) batch(b Batch) error {
	for _, r := range b.Put {
		if err := w.put(r); err != nil {
			return fmt.Errorf("store %s: %w", r.ID, err)
		}
	}
	for _, id := range b.Delete {
		if err := w.delete(id); err != nil {
			return fmt.Errorf("delete %s: %w", id, err)
		}
	}
	for _, v := range b.Vocabularies {
		if err := w.vocabulary(v); err != nil {
			return fmt.Errorf("store vocabulary %s: %w", v.Name, err)
		}
	}
	for _, name := range b.Forget {
		if err := w.forget(name); err != nil {
			return fmt.Errorf("forget vocabulary %s: %w", name, err)
		}
	}
	return w.cursors(b.Cursors)
}

// log gives the change the next number, in the place of the change that stood under old.
func (w *writer) log(c Change, old uint64) error {
	if old != 0 {
		if err := w.changes.Delete(key(old)); err != nil {
			return err
		}
	}
	w.seq++
	w.writes++
	op := byte('+')
	if c.Deleted {
		op = '-'
	}
	return w.changes.Put(key(w.seq), append([]byte{byte(c.Kind), op}, c.ID...))
}

func (w *writer) put(r semdex.Record) error {
	id := []byte(r.ID)
	old := w.assets.Get(id)
	if len(old) >= recordHead && semdex.Hash(old[8:recordHead]) == r.Hash {
		return nil
	}
	if old == nil {
		w.count++
	}
	if err := w.keepPast(id, old, &r); err != nil {
		return err
	}
	before := number(old)
	if tomb := w.deleted.Get(id); tomb != nil {
		before = number(tomb)
		if err := w.deleted.Delete(id); err != nil {
			return err
		}
	}
	if err := w.log(Change{Kind: AssetChange, ID: string(r.ID)}, before); err != nil {
		return err
	}
	return w.assets.Put(id, slices.Concat(key(w.seq), r.Hash[:], r.Body))
}

func (w *writer) delete(asset semdex.AssetID) error {
	id := []byte(asset)
	old := w.assets.Get(id)
	if old == nil {
		return nil
	}
	if err := w.keepPast(id, old, nil); err != nil {
		return err
	}
	before := number(old)
	w.count--
	if err := w.assets.Delete(id); err != nil {
		return err
	}
	if err := w.log(Change{Kind: AssetChange, Deleted: true, ID: string(asset)}, before); err != nil {
		return err
	}
	return w.deleted.Put(id, key(w.seq))
}

const vocabularyHead = 8 + 32

func (w *writer) vocabulary(v Vocabulary) error {
	old := w.vocabs.Get([]byte(v.Name))
	if len(old) >= vocabularyHead && [32]byte(old[8:vocabularyHead]) == v.Hash {
		return nil
	}
	before := number(old)
	if tomb := w.forgotten.Get([]byte(v.Name)); tomb != nil {
		before = number(tomb)
		if err := w.forgotten.Delete([]byte(v.Name)); err != nil {
			return err
		}
	}
	if err := w.log(Change{Kind: VocabularyChange, ID: v.Name}, before); err != nil {
		return err
	}
	return w.vocabs.Put([]byte(v.Name), slices.Concat(key(w.seq), v.Hash[:], v.Snapshot))
}

func (w *writer) forget(name string) error {
	old := w.vocabs.Get([]byte(name))
	if old == nil {
		return nil
	}
	before := number(old)
	if err := w.vocabs.Delete([]byte(name)); err != nil {
		return err
	}
	if err := w.log(Change{Kind: VocabularyChange, Deleted: true, ID: name}, before); err != nil {
		return err
	}
	return w.forgotten.Put([]byte(name), key(w.seq))
}

func (w *writer) cursors(cursors map[string][]byte) error {
	b := w.tx.Bucket(bucketCursors)
	for source, cursor := range cursors {
		old := b.Get([]byte(source))
		switch {
		case cursor == nil && old == nil, cursor != nil && old != nil && string(old) == string(cursor):
			continue
		case cursor == nil:
			if err := b.Delete([]byte(source)); err != nil {
				return err
			}
		default:
			if err := b.Put([]byte(source), cursor); err != nil {
				return err
			}
		}
		w.writes++
	}
	return nil
}
