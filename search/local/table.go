package local

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// A group table says which groups each document of a segment is in. Two values of a document may be in the same groups,
// those above both; a document counts once for each. So each of its values is written down with the groups that no
// value before it is in, as one number: a code. To count documents is to count codes, of which there are about as many
// as values; only in the end each code counts for its groups.

// codes numbers the sets of groups that stand for values or for several values of a document, for all segments alike.
type codes struct {
	mu     sync.RWMutex
	number map[string]uint32 // by groups, written down
	groups groupList         // by code
}

// maxCodes is how many codes may be known where another grouping goes on with them.
const maxCodes = 3 << 14

func newCodes() *codes {
	return &codes{number: map[string]uint32{}, groups: groupList{starts: make([]uint32, 1+maxCells)}} // the first ones are of no group
}

// of gives the code of a set of groups; key is room to write in.
func (c *codes) of(groups []int32, key []byte) (uint32, []byte) {
	key = key[:0]
	for _, group := range groups {
		key = binary.LittleEndian.AppendUint32(key, uint32(group))
	}
	c.mu.RLock()
	code, known := c.number[string(key)]
	c.mu.RUnlock()
	if known {
		return code, key
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if code, known = c.number[string(key)]; known {
		return code, key
	}
	code = c.groups.add(groups)
	c.number[string(key)] = code
	return code, key
}

func (c *codes) len() int {
	list := c.all()
	return list.len()
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
	m := newTableMaker(g, a)
	joined := m.joins()
	docs, list, most := make([]span, a.docs), make([]uint32, 0, a.docs), uint32(0)
	for doc := range docs {
		docs[doc].from = uint32(len(list))
		for _, code := range m.codes(uint32(doc), joined) {
			list = append(list, code)
			most = max(most, code)
		}
		docs[doc].to = uint32(len(list))
	}
	t := &groupTable{of: g.groupsOf}
	if most <= math.MaxUint16 {
		t.cells = newCells(docs, list)
	} else {
		t.places, t.wide = append(make([]uint32, 0, a.docs+1), 0), list
		for _, of := range docs {
			t.places = append(t.places, of.to)
		}
	}
	a.keep(t)
	return t
}

// tableMaker finds the codes of the documents of one segment.
type tableMaker struct {
	*walker
	all   *codes
	memo  *codeMemo
	pairs map[uint64]uint32 // by two codes: the one for both
	found []uint32
	rest  []int32
	key   []byte
}

func newTableMaker(g *grouped, a *segmentArrays) *tableMaker {
	return &tableMaker{walker: walkerOf(g, a), all: g.codes, memo: g.remembered(g.sets), pairs: map[uint64]uint32{}}
}

// codes gives those of a document, one for all where they are to be joined. The next call writes over them.
func (m *tableMaker) codes(doc uint32, joined bool) []uint32 {
	m.found = m.found[:0]
	for _, set := range m.setsOf(doc) {
		groups, mask := m.sets.of(set), uint64(0)
		for i, group := range groups[:min(len(groups), 64)] {
			if m.seen[group] != doc+1 {
				m.seen[group] = doc + 1
				mask |= 1 << i
			}
		}
		if mask != 0 {
			m.found = append(m.found, m.code(set, groups, mask))
		}
		if len(groups) > 64 {
			m.addLong(doc, groups[64:])
		}
	}
	if !joined || len(m.found) == 0 {
		return m.found
	}
	for _, more := range m.found[1:] {
		m.found[0] = m.both(m.found[0], more)
	}
	return m.found[:1]
}

// addLong adds a code for those of many groups that a document is not yet in.
func (m *tableMaker) addLong(doc uint32, groups []int32) {
	m.rest = m.rest[:0]
	for _, group := range groups {
		if m.seen[group] != doc+1 {
			m.seen[group] = doc + 1
			m.rest = append(m.rest, group)
		}
	}
	if len(m.rest) > 0 {
		var code uint32
		code, m.key = m.all.of(m.rest, m.key)
		m.found = append(m.found, code)
	}
}

// code gives the code of those groups of a set that a mask names.
func (m *tableMaker) code(set uint32, groups []int32, mask uint64) uint32 {
	known := m.memo.at(set, mask)
	if known != nil {
		if code := atomic.LoadUint32(known); code != 0 {
			return code
		}
	}
	m.rest = m.rest[:0]
	for left := mask; left != 0; left &= left - 1 {
		m.rest = append(m.rest, groups[bits.TrailingZeros64(left)])
	}
	var code uint32
	code, m.key = m.all.of(m.rest, m.key)
	if known != nil {
		atomic.StoreUint32(known, code)
	}
	return code
}

// codeMemo keeps the codes of sets of few groups, by which of them are meant.
type codeMemo struct {
	starts []uint32 // by set: where its codes begin
	codes  []uint32 // by mask; 0 where it was not asked yet
}

// fewGroups is how many groups of a set are remembered in all their combinations.
const fewGroups = 6

// at gives the place of a code, nil where it has none.
func (m *codeMemo) at(set uint32, mask uint64) *uint32 {
	from, to := m.starts[set], m.starts[set+1]
	if uint64(to-from) <= mask {
		return nil
	}
	return &m.codes[uint64(from)+mask]
}

// remembered gives the memo for the sets.
func (t *groupsOf) remembered(sets groupList) *codeMemo {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.memo.Load()
	if before != nil && len(before.starts) >= len(sets.starts) {
		return before
	}
	m := &codeMemo{starts: make([]uint32, 1, len(sets.starts))}
	n := uint32(0)
	for set := range uint32(sets.len()) {
		if few := len(sets.of(set)); few <= fewGroups {
			n += 1 << few
		}
		m.starts = append(m.starts, n)
	}
	m.codes = make([]uint32, n)
	if before != nil {
		for i := range before.codes {
			m.codes[i] = atomic.LoadUint32(&before.codes[i])
		}
	}
	t.memo.Store(m)
	return m
}

// both gives the code for the groups of two codes, which have none in common.
func (m *tableMaker) both(a, b uint32) uint32 {
	pair := uint64(a)<<32 | uint64(b)
	code, known := m.pairs[pair]
	if !known {
		list := m.all.all()
		groups := slices.Concat(list.of(a), list.of(b))
		slices.Sort(groups)
		code, m.key = m.all.of(groups, m.key)
		m.pairs[pair] = code
	}
	return code
}

// What joining codes is worth: how many documents are looked at, and how many of those with several codes there must be
// for each combination of them.
const (
	joinSample = 2048
	joinShare  = 8
)

// joins reports whether few combinations of codes stand for most documents.
func (m *tableMaker) joins() bool {
	several, seen := 0, map[string]bool{}
	for doc := range min(joinSample, m.docs) {
		codes := m.codes(doc, false)
		if len(codes) < 2 {
			continue
		}
		several++
		m.key = m.key[:0]
		for _, code := range codes {
			m.key = binary.LittleEndian.AppendUint32(m.key, code)
		}
		seen[string(m.key)] = true
	}
	clear(m.seen) // the same documents come again
	return joinShare*len(seen) <= several
}

func (a *segmentArrays) keep(t *groupTable) {
	a.mu.Lock()
	defer a.mu.Unlock()
	others := slices.DeleteFunc(slices.Clone(a.tables), func(o *groupTable) bool { return o.of == t.of || o.of.forgotten.Load() })
	a.tables = slices.Insert(others, 0, t)
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
	docs   uint32
	table  *groupTable
	groups groupList // by code, where there is a table

	sets    groupList
	sources []source
	values  []*forward // by source
	seen    []uint32   // by group: the last document (plus 1) it was given for
	of      []uint32   // the sets of a document
}

func newWalker(g *grouped, a *segmentArrays) *walker {
	if t := a.table(g); t != nil {
		return &walker{docs: a.docs, table: t, groups: g.codes.all()}
	}
	return walkerOf(g, a)
}

// walkerOf gives one that reads the values.
func walkerOf(g *grouped, a *segmentArrays) *walker {
	w := &walker{docs: a.docs, sets: g.sets, sources: g.sources(a), seen: make([]uint32, g.groups)}
	for _, s := range w.sources {
		w.values = append(w.values, s.column.values())
	}
	return w
}

func (w *walker) each(doc uint32, yield func(group int32)) {
	if w.table != nil {
		w.table.each(doc, func(code uint32) {
			for _, group := range w.groups.of(code) {
				yield(group)
			}
		})
		return
	}
	for _, set := range w.setsOf(doc) {
		for _, group := range w.sets.of(set) {
			if w.seen[group] != doc+1 {
				w.seen[group] = doc + 1
				yield(group)
			}
		}
	}
}

// setsOf gives the sets of the values of a document. The next call writes over them.
func (w *walker) setsOf(doc uint32) []uint32 {
	w.of = w.of[:0]
	for i, f := range w.values {
		sets, at := w.sources[i].sets, len(w.of)
		w.of = f.appendTo(w.of, doc)
		n := at
		for _, value := range w.of[at:] {
			if set := sets[value]; set != 0 {
				w.of[n] = set
				n++
			}
		}
		w.of = w.of[:n]
	}
	return w.of
}
