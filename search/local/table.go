package local

import (
	"encoding/binary"
	"fmt"
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
	joint map[uint64]uint32 // by two codes: the one for both

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
	var of []int32
	for ; mask != 0; mask &= mask - 1 {
		of = append(of, groups[bits.TrailingZeros64(mask)])
	}
	return c.addGroups(of)
}

func (c *codes) addGroups(groups []int32) uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.groups.starts == nil {
		c.groups.starts = make([]uint32, 1+maxCells) // the first codes are of no group
	}
	c.groups.groups = append(c.groups.groups, groups...)
	c.groups.starts = append(c.groups.starts, uint32(len(c.groups.groups)))
	return uint32(len(c.groups.starts) - 2)
}

// What joining codes is worth: documents that are looked at, and how many of those with several codes there must be for
// each combination of them.
const (
	joinSample = 2048
	joinShare  = 8
)

// join gives each document one code for all its groups, where few combinations of codes stand for most documents.
func (c *codes) join(t *groupTable) {
	several, seen := 0, map[string]bool{}
	for doc := range min(joinSample, len(t.places)-1) {
		if of := t.wide[t.places[doc]:t.places[doc+1]]; len(of) > 1 {
			several++
			seen[fmt.Sprint(of)] = true
		}
	}
	if joinShare*len(seen) > several {
		return
	}
	from, n := uint32(0), 0
	for doc, to := range t.places[1:] {
		if from < to {
			code := t.wide[from]
			for _, more := range t.wide[from+1 : to] {
				code = c.both(code, more)
			}
			t.wide[n] = code
			n++
		}
		from = to
		t.places[doc+1] = uint32(n)
	}
	t.wide = t.wide[:n]
}

// both gives the code for the groups of two codes, which have none in common.
func (c *codes) both(a, b uint32) uint32 {
	pair := uint64(a)<<32 | uint64(b)
	code, known := c.joint[pair]
	if !known {
		if c.joint == nil {
			c.joint = map[uint64]uint32{}
		}
		list := c.all()
		code = c.addGroups(slices.Concat(list.of(a), list.of(b)))
		c.joint[pair] = code
	}
	return code
}

// all gives the groups of all codes.
func (c *codes) all() groupList {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.groups
}

// groupTable holds the codes of each document of a segment.
type groupTable struct {
	of *groupsOf
	cells
	places []uint32 // by document: where its codes begin in wide; nil where they lie in cells
	wide   []uint32 // codes, where not all fit into cells
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
	t := &groupTable{of: g.groupsOf, places: make([]uint32, 1, a.docs+1), wide: make([]uint32, 0, a.docs)}
	w := newWalker(g, a)
	for doc := range a.docs {
		w.fresh(doc, func(s *source, value, part uint32, mask uint64) {
			t.wide = append(t.wide, c.code(s.field, value, part, mask, s.groups.of(value)))
		})
		t.places = append(t.places, uint32(len(t.wide)))
	}
	c.join(t)
	if len(t.wide) == 0 || slices.Max(t.wide) <= math.MaxUint16 {
		t.cells = newCells(t.places, t.wide)
		t.places, t.wide = nil, nil
	}
	a.keep(t)
	return t
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

func (t *groupTable) size() int { return t.cells.size() + 4*len(t.places) + 4*len(t.wide) }

// each calls yield with the codes of a document; some may be of no group.
func (t *groupTable) each(doc uint32, yield func(code uint32)) {
	if t.places == nil {
		t.cells.each(doc, yield)
		return
	}
	for _, code := range t.wide[t.places[doc]:t.places[doc+1]] {
		yield(code)
	}
}

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
		t.each(doc, func(code uint32) {
			for _, group := range w.codes.of(code) {
				yield(group)
			}
		})
		return
	}
	w.fresh(doc, func(s *source, value, part uint32, mask uint64) {
		groups := s.groups.of(value)[64*part:]
		for ; mask != 0; mask &= mask - 1 {
			yield(groups[bits.TrailingZeros64(mask)])
		}
	})
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
