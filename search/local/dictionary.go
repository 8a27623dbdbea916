package local

import (
	"hash/maphash"
	"strings"
	"sync"

	"semdex/internal/text"
	"semdex/search"
)

// dictionary numbers the distinct values of each field, for all segments alike. Numbers are never reused.
type dictionary struct {
	mu        sync.RWMutex
	fields    map[string]*valueTable
	groupings map[search.Grouping]*groupsOf
	searches  uint64 // that asked for a grouping
	popular   *popularity
	sorted    map[string][]string // by field: its values folded, by number
}

func newDictionary() *dictionary {
	return &dictionary{fields: map[string]*valueTable{}, groupings: map[search.Grouping]*groupsOf{}, sorted: map[string][]string{}}
}

// table gives the values of a field, for one who adds to them.
func (d *dictionary) table(field string) *valueTable {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.fields[field]
	if t == nil {
		t = &valueTable{seed: maphash.MakeSeed()}
		d.fields[field] = t
	}
	return t
}

// known gives the values of a field, nil where it has none.
func (d *dictionary) known(field string) *valueTable {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.fields[field]
}

func (d *dictionary) lookup(field, value string) (uint32, bool) {
	t := d.known(field)
	if t == nil {
		return 0, false
	}
	return t.lookup(value)
}

// values gives all values of a field by number. The slice is never written to again.
func (d *dictionary) values(field string) []string {
	t := d.known(field)
	if t == nil {
		return nil
	}
	return t.all()
}

// folded gives the values of a field in the form that they are sorted by, by number.
func (d *dictionary) folded(field string) []string {
	values := d.values(field)
	d.mu.Lock()
	defer d.mu.Unlock()
	folded := d.sorted[field]
	for n := len(folded); n < len(values); n++ {
		folded = append(folded, cutString(text.Fold(values[n])))
	}
	d.sorted[field] = folded
	return folded
}

// all gives the values of all fields.
func (d *dictionary) all() map[string][]string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	all := make(map[string][]string, len(d.fields))
	for field, t := range d.fields {
		all[field] = t.all()
	}
	return all
}

// valueTable numbers the values of one field from 0. A field may have as many values as there are assets, so it is
// a hash table of numbers alone, and the values lie in large pieces.
type valueTable struct {
	mu     sync.RWMutex
	seed   maphash.Seed
	values []string
	slots  []uint32 // by hash, going on at the next one: a number plus 1; 0 is free
	piece  strings.Builder
}

// pieceSize is how many bytes of values lie together.
const pieceSize = 1 << 14

// find gives the number of a value, or the free slot where it belongs.
func (t *valueTable) find(hash uint64, value string) (number uint32, slot uint64, known bool) {
	if len(t.slots) == 0 {
		return 0, 0, false
	}
	mask := uint64(len(t.slots) - 1)
	for slot = hash & mask; ; slot = (slot + 1) & mask {
		n := t.slots[slot]
		if n == 0 {
			return 0, slot, false
		}
		if t.values[n-1] == value {
			return n - 1, slot, true
		}
	}
}

func (t *valueTable) lookup(value string) (uint32, bool) {
	hash := maphash.String(t.seed, value)
	t.mu.RLock()
	defer t.mu.RUnlock()
	n, _, known := t.find(hash, value)
	return n, known
}

// number gives the number of a value, a new one where it has none.
func (t *valueTable) number(value string) uint32 {
	hash := maphash.String(t.seed, value)
	t.mu.Lock()
	defer t.mu.Unlock()
	n, _, known := t.find(hash, value)
	if known {
		return n
	}
	if 4*(len(t.values)+1) > 3*len(t.slots) {
		t.grow()
	}
	_, slot, _ := t.find(hash, value)
	t.values = append(t.values, t.keep(value))
	t.slots[slot] = uint32(len(t.values))
	return uint32(len(t.values) - 1)
}

func (t *valueTable) grow() {
	t.slots = make([]uint32, max(16, 2*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for n, v := range t.values {
		slot := maphash.String(t.seed, v) & mask
		for t.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		t.slots[slot] = uint32(n + 1)
	}
}

// keep copies a value to the others.
func (t *valueTable) keep(value string) string {
	if len(value) > pieceSize/8 {
		return strings.Clone(value)
	}
	if t.piece.Cap()-t.piece.Len() < len(value) {
		size := min(pieceSize, max(64, 16*len(t.values)))
		t.piece = strings.Builder{}
		t.piece.Grow(max(size, len(value)))
	}
	from := t.piece.Len()
	t.piece.WriteString(value)
	return t.piece.String()[from:]
}

func (t *valueTable) all() []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.values[:len(t.values):len(t.values)]
}
