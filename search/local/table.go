package local

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sync"
)

// A group table says which groups each document of a segment is in. Two values of a document may be in the same groups,
// those above both; a document counts once for each. So each of its values is written down with the groups that no
// value before it is in, as one number: a code. To count documents is to count codes, of which there are about as many
// as values; only in the end each code counts for its groups.

// codes numbers the codes of one grouping, for all segments alike. Values with the same groups have the same codes.
type codes struct {
	making sync.Mutex // one table at a time is made: over rows, row and known

	rows  map[string]uint32 // by groups, written down
	row   [][]uint32        // by field, by value number: its row plus 1; 0 is not known yet
	known [][]coding        // by row

	mu     sync.RWMutex
	groups groupList // by code
}

// coding is a code of a row: the groups of a mask, of 64 groups of the row.
type coding struct {
	part uint32 // which 64
	code uint32
	mask uint64
}

// code gives the code of a value's groups in a mask.
func (c *codes) code(field int, value, part uint32, mask uint64, groups []int32) uint32 {
	row := c.rowOf(field, value, groups)
	for _, known := range c.known[row] {
		if known.mask == mask && known.part == part {
			return known.code
		}
	}
	code := c.add(mask, groups[64*part:])
	c.known[row] = append(c.known[row], coding{part, code, mask})
	return code
}

func (c *codes) rowOf(field int, value uint32, groups []int32) uint32 {
	for len(c.row) <= field {
		c.row = append(c.row, nil)
	}
	if more := int(value) + 1 - len(c.row[field]); more > 0 {
		c.row[field] = append(c.row[field], make([]uint32, more)...)
	}
	if row := c.row[field][value]; row != 0 {
		return row - 1
	}
	var key []byte
	for _, group := range groups {
		key = binary.LittleEndian.AppendUint32(key, uint32(group))
	}
	row, known := c.rows[string(key)]
	if !known {
		if c.rows == nil {
			c.rows = map[string]uint32{}
		}
		row = uint32(len(c.known))
		c.rows[string(key)] = row
		c.known = append(c.known, nil)
	}
	c.row[field][value] = row + 1
	return row
}

func (c *codes) add(mask uint64, groups []int32) uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.groups.starts == nil {
		c.groups.starts = []uint32{0}
	}
	for ; mask != 0; mask &= mask - 1 {
		c.groups.groups = append(c.groups.groups, groups[bits.TrailingZeros64(mask)])
	}
	c.groups.starts = append(c.groups.starts, uint32(len(c.groups.groups)))
	return uint32(len(c.groups.starts) - 2)
}

// all gives the groups of all codes.
func (c *codes) all() groupList {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.groups
}

// groupTable holds the codes of each document of a segment.
type groupTable struct {
	of     *groupsOf
	starts []uint32 // by document: where its codes begin
	narrow []uint16 // codes, where all fit; else
	wide   []uint32
}

// tableBytes bounds what the tables of a segment take together, for each document; those used last stay.
var tableBytes = 96

// table gives the table of a grouping, nil where there is none.
func (a *segmentArrays) table(g *grouped) *groupTable {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.tables, func(t *groupTable) bool { return t.of == g.groupsOf })
	if i < 0 {
		return nil
	}
	t := a.tables[i]
	copy(a.tables[1:i+1], a.tables[:i])
	a.tables[0] = t
	return t
}

// makeTable makes the table of a grouping and keeps it.
func (a *segmentArrays) makeTable(g *grouped) *groupTable {
	c := &g.groupsOf.codes
	c.making.Lock()
	defer c.making.Unlock()
	if t := a.table(g); t != nil {
		return t // another search made it just now
	}
	t := &groupTable{of: g.groupsOf, starts: make([]uint32, 1, a.docs+1)}
	w := newWalker(g, a)
	for doc := range a.docs {
		w.fresh(doc, func(s *source, value, part uint32, mask uint64) {
			t.wide = append(t.wide, c.code(s.field, value, part, mask, s.groups.of(value)))
		})
		t.starts = append(t.starts, uint32(len(t.wide)))
	}
	t.pack()
	a.keep(t)
	return t
}

// pack stores the codes in two bytes each, where they fit.
func (t *groupTable) pack() {
	if len(t.wide) > 0 && slices.Max(t.wide) > math.MaxUint16 {
		t.wide = slices.Clip(t.wide)
		return
	}
	t.narrow = make([]uint16, len(t.wide))
	for i, code := range t.wide {
		t.narrow[i] = uint16(code)
	}
	t.wide = nil
}

func (a *segmentArrays) keep(t *groupTable) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tables = append([]*groupTable{t}, a.tables...)
	left := tableBytes * int(a.docs)
	for i, t := range a.tables {
		if left -= t.size(); left < 0 && i > 0 {
			a.tables = slices.Clone(a.tables[:i])
			return
		}
	}
}

func (t *groupTable) size() int { return 4*len(t.starts) + 2*len(t.narrow) + 4*len(t.wide) }

// walker gives the groups of the documents of one part, each group once per document, from a table or from the
// documents' values.
type walker struct {
	table   *groupTable
	codes   groupList
	sources []source
	values  []*forward
	seen    []uint32 // by group: the last document (plus 1) it was given for
}

func newWalker(g *grouped, a *segmentArrays) *walker {
	w := &walker{table: a.table(g)}
	if w.table != nil {
		w.codes = g.codes.all()
		return w
	}
	w.sources = g.sources(a)
	for _, s := range w.sources {
		w.values = append(w.values, s.column.values())
	}
	w.seen = make([]uint32, g.groups)
	return w
}

func (w *walker) each(doc uint32, yield func(group int32)) {
	if t := w.table; t != nil {
		for i := t.starts[doc]; i < t.starts[doc+1]; i++ {
			for _, group := range w.codes.of(t.at(i)) {
				yield(group)
			}
		}
		return
	}
	w.fresh(doc, func(s *source, value, part uint32, mask uint64) {
		groups := s.groups.of(value)[64*part:]
		for ; mask != 0; mask &= mask - 1 {
			yield(groups[bits.TrailingZeros64(mask)])
		}
	})
}

func (t *groupTable) at(i uint32) uint32 {
	if t.wide != nil {
		return t.wide[i]
	}
	return uint32(t.narrow[i])
}

// fresh gives for each value of a document which of its groups no value before it is in, 64 at a time, where there are
// any.
func (w *walker) fresh(doc uint32, yield func(s *source, value, part uint32, mask uint64)) {
	for i, f := range w.values {
		s := &w.sources[i]
		f.of(doc, func(value uint32) {
			groups := s.groups.of(value)
			for part := 0; 64*part < len(groups); part++ {
				mask := uint64(0)
				for j, group := range groups[64*part : min(64*part+64, len(groups))] {
					if w.seen[group] != doc+1 {
						w.seen[group] = doc + 1
						mask |= 1 << j
					}
				}
				if mask != 0 {
					yield(s, value, uint32(part), mask)
				}
			}
		})
	}
}
