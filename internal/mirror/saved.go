package mirror

import (
	"fmt"

	"go.etcd.io/bbolt"

	"semdex"
)

// Saved is what stands of a saved search: a record in the caller's own form, and the assets that are in its result.
//
// Its result has a change log of its own, numbered from 1: an entry says that an asset entered or left the result.
// As in the change log of the library, an asset has one entry at most, its newest; so the log is bounded by the
// assets in the result and those that left it, of which the newest MaxLeft are remembered.
type Saved struct {
	ID     string
	Record []byte
	Result SavedResult
}

// SavedResult counts what is in the result of a saved search.
type SavedResult struct {
	Newest  uint64 // number of the newest entry, 0 where there was none
	Horizon uint64 // entries of assets that left are complete after this number
	Members int    // assets in the result
	left    int    // assets that are remembered as having left
}

// MaxLeft bounds how many assets are remembered as having left a result.
const MaxLeft = 100_000

// ResultDelta is how a result changed. What is in it already cannot enter, what is not cannot leave: both are passed
// over.
type ResultDelta struct {
	Entered, Left []semdex.AssetID
	Remember      int // assets that left, instead of MaxLeft
}

// ResultChange is an entry of the change log of a result.
type ResultChange struct {
	Number uint64
	Left   bool
	ID     semdex.AssetID
}

// Names within the bucket of one saved search.
var (
	savedRecord  = []byte("record")
	savedCounts  = []byte("counts") // newest, horizon, members, left; each big-endian
	savedMembers = []byte("members")
	savedLeft    = []byte("left")
	savedLog     = []byte("log")
)

// SavedSearches gives all saved searches by their ids.
func (m *Mirror) SavedSearches() ([]Saved, error) {
	var all []Saved
	err := m.db.View(func(tx *bbolt.Tx) error {
		searches := tx.Bucket(bucketSearches)
		return searches.ForEachBucket(func(id []byte) error {
			all = append(all, readSaved(searches.Bucket(id), string(id)))
			return nil
		})
	})
	return all, err
}

// SavedSearch gives one; found is false where there is none of that id.
func (m *Mirror) SavedSearch(id string) (s Saved, found bool, err error) {
	err = m.db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(bucketSearches).Bucket([]byte(id)); b != nil {
			s, found = readSaved(b, id), true
		}
		return nil
	})
	return s, found, err
}

func readSaved(b *bbolt.Bucket, id string) Saved {
	return Saved{ID: id, Record: append([]byte{}, b.Get(savedRecord)...), Result: readCounts(b)}
}

func readCounts(b *bbolt.Bucket) SavedResult {
	raw := b.Get(savedCounts)
	if len(raw) < 32 {
		return SavedResult{}
	}
	return SavedResult{number(raw), number(raw[8:]), int(number(raw[16:])), int(number(raw[24:]))}
}

func (r SavedResult) bytes() []byte {
	raw := key(r.Newest)
	for _, n := range []uint64{r.Horizon, uint64(r.Members), uint64(r.left)} {
		raw = append(raw, key(n)...)
	}
	return raw
}

// SaveSearch stores how the result of a saved search changed, with the record that is made of the result then, in one
// durable transaction. A search of a new id is made. record must not call the Mirror.
func (m *Mirror) SaveSearch(id string, d ResultDelta, record func(SavedResult) ([]byte, error)) error {
	err := m.db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.Bucket(bucketSearches).CreateBucketIfNotExists([]byte(id))
		if err != nil {
			return err
		}
		w, err := newResultWriter(b)
		if err != nil {
			return err
		}
		if err := w.apply(d); err != nil {
			return err
		}
		if err := b.Put(savedCounts, w.SavedResult.bytes()); err != nil {
			return err
		}
		body, err := record(w.SavedResult)
		if err != nil {
			return err
		}
		return b.Put(savedRecord, body)
	})
	if err != nil {
		return fmt.Errorf("store saved search %s: %w", id, err)
	}
	return nil
}

// DropSearch removes a saved search with all that is known of its result.
func (m *Mirror) DropSearch(id string) error {
	return m.db.Update(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucketSearches).Bucket([]byte(id)) == nil {
			return nil
		}
		return tx.Bucket(bucketSearches).DeleteBucket([]byte(id))
	})
}

// ResultMembers gives the assets in the result of a saved search, sorted.
func (m *Mirror) ResultMembers(id string) ([]semdex.AssetID, error) {
	var members []semdex.AssetID
	err := m.savedBucket(id, savedMembers, func(b *bbolt.Bucket) error {
		return b.ForEach(func(k, _ []byte) error {
			members = append(members, semdex.AssetID(k))
			return nil
		})
	})
	return members, err
}

// InResult says for each asset whether it is in the result of a saved search.
func (m *Mirror) InResult(id string, assets []semdex.AssetID) ([]bool, error) {
	in := make([]bool, len(assets))
	err := m.savedBucket(id, savedMembers, func(b *bbolt.Bucket) error {
		for i, a := range assets {
			in[i] = b.Get([]byte(a)) != nil
		}
		return nil
	})
	return in, err
}

// ResultChanges gives the entries after a number, oldest first, at most limit of them.
func (m *Mirror) ResultChanges(id string, after uint64, limit int) ([]ResultChange, error) {
	var changes []ResultChange
	err := m.savedBucket(id, savedLog, func(b *bbolt.Bucket) error {
		c := b.Cursor()
		for k, v := c.Seek(key(after + 1)); k != nil && len(changes) < limit; k, v = c.Next() {
			if len(v) < 1 {
				return fmt.Errorf("change %d of a result is cut short", number(k))
			}
			changes = append(changes, ResultChange{number(k), v[0] == '-', semdex.AssetID(v[1:])})
		}
		return nil
	})
	return changes, err
}

// savedBucket reads a part of a saved search, if there is one.
func (m *Mirror) savedBucket(id string, part []byte, read func(*bbolt.Bucket) error) error {
	return m.db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(bucketSearches).Bucket([]byte(id)); b != nil && b.Bucket(part) != nil {
			return read(b.Bucket(part))
		}
		return nil
	})
}

// resultWriter writes changes of a result.
type resultWriter struct {
	SavedResult
	members, gone, log *bbolt.Bucket
}

func newResultWriter(b *bbolt.Bucket) (*resultWriter, error) {
	w := &resultWriter{SavedResult: readCounts(b)}
	for name, into := range map[string]**bbolt.Bucket{string(savedMembers): &w.members, string(savedLeft): &w.gone, string(savedLog): &w.log} {
		part, err := b.CreateBucketIfNotExists([]byte(name))
		if err != nil {
			return nil, err
		}
		*into = part
	}
	return w, nil
}

func (w *resultWriter) apply(d ResultDelta) error {
	for _, id := range d.Left {
		if err := w.move(id, w.members, w.gone, '-'); err != nil {
			return err
		}
	}
	for _, id := range d.Entered {
		if w.members.Get([]byte(id)) != nil {
			continue
		}
		if err := w.move(id, w.gone, w.members, '+'); err != nil {
			return err
		}
	}
	if d.Remember == 0 {
		d.Remember = MaxLeft
	}
	return w.trim(d.Remember)
}

// move takes an asset from one side to the other and gives its entry the next number. One that enters for the
// first time comes from neither; one that leaves must be there.
func (w *resultWriter) move(id semdex.AssetID, from, to *bbolt.Bucket, op byte) error {
	old := from.Get([]byte(id))
	if old == nil && op == '-' {
		return nil
	}
	if old != nil {
		if err := w.log.Delete(old); err != nil {
			return err
		}
		if err := from.Delete([]byte(id)); err != nil {
			return err
		}
	}
	w.Newest++
	switch {
	case op == '-':
		w.Members, w.left = w.Members-1, w.left+1
	case old != nil:
		w.Members, w.left = w.Members+1, w.left-1
	default:
		w.Members++
	}
	if err := to.Put([]byte(id), key(w.Newest)); err != nil {
		return err
	}
	return w.log.Put(key(w.Newest), append([]byte{op}, id...))
}

// trim forgets the oldest assets that left, once they are a tenth more than the bound.
func (w *resultWriter) trim(bound int) error {
	if w.left <= bound+bound/10 {
		return nil
	}
	c := w.log.Cursor()
	var oldest []ResultChange
	for k, v := c.First(); k != nil && len(oldest) < w.left-bound; k, v = c.Next() {
		if v[0] == '-' {
			oldest = append(oldest, ResultChange{number(k), true, semdex.AssetID(v[1:])})
		}
	}
	for _, e := range oldest {
		if err := w.log.Delete(key(e.Number)); err != nil {
			return err
		}
		if err := w.gone.Delete([]byte(e.ID)); err != nil {
			return err
		}
		w.Horizon, w.left = e.Number, w.left-1
	}
	return nil
}
