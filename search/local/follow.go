package local

import (
	"context"
	"math"
	"math/bits"
	"slices"
	"sync"

	"semdex/search"
)

// Prepare makes the tables of groupings, and what else is made when it is first asked for.
func (v *view) Prepare(ctx context.Context, groupings []search.Grouping) {
	var all []*grouped
	for _, g := range groupings {
		all = append(all, v.grouped(g))
	}
	v.eachPart(func(i int) error {
		p := &v.parts[i]
		for _, g := range all {
			if err := ctx.Err(); err != nil {
				return err
			}
			if g.tabled(g.sources(p.arrays)) && p.arrays.table(g) == nil {
				p.arrays.makeTable(g)
			}
		}
		p.arrays.focus()
		_, err := p.arrays.number(p.segment, "modified")
		return err // a search that needs it tells of it
	})
}

// Follow makes the tables of groupings of those of the ones before: a vocabulary changes often, and little at a time.
func (v *view) Follow(following []search.Following) {
	all := make([]*followed, len(following))
	var compared sync.WaitGroup
	for i, f := range following {
		compared.Go(func() { all[i] = v.follow(f) })
	}
	compared.Wait()
	all = slices.DeleteFunc(all, func(f *followed) bool { return f == nil })
	v.eachPart(func(i int) error { // which gives none
		for _, f := range all {
			f.table(v.parts[i].arrays)
		}
		return nil
	})
}

// followed is a grouping that takes the place of another.
type followed struct {
	before    *groupsOf
	now       *grouped
	moved     []int32         // groups that values are newly in, or no longer
	elsewhere []fieldValues   // values that are in other groups than before
	within    [][]fieldValues // by place in moved: the values that are in the group now
	places    []uint8         // by group: its place in moved, plus 1
}

// maxMoved is how many groups a mask tells apart.
const maxMoved = 64

// follow gives nil where nothing is known of the grouping before, or where another beginning is better.
func (v *view) follow(following search.Following) *followed {
	before, now := v.dictionary.followed(following)
	if before == nil {
		return nil
	}
	f := &followed{before: before, now: v.groupedBy(now, following.Now)}
	was := v.groupedBy(before, following.Before)
	if !slices.Equal(was.fields, f.now.fields) {
		return nil
	}
	f.places = make([]uint8, max(was.groups, f.now.groups))
	for i, field := range f.now.fields {
		elsewhere := fieldValues{field: field}
		for value := range min(len(was.values[i]), len(f.now.values[i])) {
			if was.values[i][value] == 0 && f.now.values[i][value] == 0 {
				continue
			}
			if f.differ(was.sets.of(was.values[i][value]), f.now.sets.of(f.now.values[i][value])) {
				elsewhere.numbers = append(elsewhere.numbers, uint32(value))
			}
		}
		if elsewhere.numbers != nil {
			f.elsewhere = append(f.elsewhere, elsewhere)
		}
	}
	f.gather()
	return f
}

// differ reports whether a value is in other groups than before, and notes those that it is newly in, or no longer.
func (f *followed) differ(before, now []int32) bool {
	if slices.Equal(before, now) {
		return false
	}
	for _, pair := range [][2][]int32{{before, now}, {now, before}} {
		for _, group := range pair[0] {
			if f.places[group] == 0 && len(f.moved) < maxMoved && !slices.Contains(pair[1], group) {
				f.moved = append(f.moved, group)
				f.places[group] = uint8(len(f.moved))
			}
		}
	}
	return true
}

// gather notes the values in the groups that moved.
func (f *followed) gather() {
	f.within = make([][]fieldValues, len(f.moved))
	if len(f.moved) == 0 {
		return
	}
	for i, field := range f.now.fields {
		for value, set := range f.now.values[i] {
			for _, group := range f.now.sets.of(set) {
				if place := f.places[group]; place != 0 {
					f.noteWithin(int(place-1), field, uint32(value))
				}
			}
		}
	}
}

// noteWithin notes that a value is in a group that moved. Values of one field come after one another, rising.
func (f *followed) noteWithin(place int, field string, value uint32) {
	within := f.within[place]
	if n := len(within); n == 0 || within[n-1].field != field {
		within = append(within, fieldValues{field: field})
	}
	last := &within[len(within)-1]
	last.numbers = append(last.numbers, value)
	f.within[place] = within
}

// followed prepares the new grouping to go on with the codes of the one before, and gives both: they belong together even
// where one of them is forgotten meanwhile.
func (d *dictionary) followed(f search.Following) (before, now *groupsOf) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before = d.groupings[f.Before]
	if before == nil || d.groupings[f.Now] != nil || before.codes.len() > maxCodes {
		return nil, nil
	}
	return before, d.addGrouping(f.Now, before.codes)
}

// table makes the table of a segment, where there is one of the grouping before.
func (f *followed) table(a *segmentArrays) {
	t := a.table(&grouped{groupsOf: f.before})
	switch {
	case t == nil:
		return
	case t.places != nil || len(f.moved) == maxMoved:
		a.makeTable(f.now)
		return
	}
	next := *t
	next.of = f.now.groupsOf
	docs := newBitset(a.docs)
	if a.addBearing(docs, f.elsewhere); docs.count() > 0 {
		var ok bool
		m := f.newMover(a)
		if next.cells, ok = t.with(docs, m.edit); !ok {
			a.makeTable(f.now)
			return
		}
	}
	a.keep(&next)
}

// mover turns the codes of the documents of a segment into those for the groups they are in now. A group is in one code of
// a document at most, so those that moved can be taken out and put in without looking at what else the document bears.
type mover struct {
	*followed
	wanted []bitset // by place in moved: the documents that are in the group now
	masks  []uint64 // by code: which of moved are in it
	groups groupList
	known  map[moving]uint32
	last   moving // the one asked for last, of very many that are the same, and its code
	code   uint32
	key    []byte
}

// moving is a code, and which of the groups that moved it is to have.
type moving struct {
	code uint32
	mask uint64
}

func (f *followed) newMover(a *segmentArrays) *mover {
	m := &mover{followed: f, groups: f.before.codes.all(), known: map[moving]uint32{}}
	for _, values := range f.within {
		set := newBitset(a.docs)
		a.addBearing(set, values)
		m.wanted = append(m.wanted, set)
	}
	m.masks = make([]uint64, m.groups.len())
	for code := range m.masks {
		for _, group := range m.groups.of(uint32(code)) {
			if place := f.places[group]; place != 0 {
				m.masks[code] |= 1 << (place - 1)
			}
		}
	}
	return m
}

// wantedBy gives the groups that moved that a document is in now.
func (m *mover) wantedBy(doc uint32) (wanted uint64) {
	for i, set := range m.wanted {
		if set.has(doc) {
			wanted |= 1 << i
		}
	}
	return wanted
}

// edit changes the codes of a document. It is false where a code does not fit. What is missing joins a code that changes
// anyway, or comes into a cell without one, or joins any code.
func (m *mover) edit(doc uint32, codes []uint16) bool {
	wanted, has, into, leaves := m.wantedBy(doc), uint64(0), 0, false
	for i, code := range codes {
		mask := m.masks[code]
		has |= mask
		switch {
		case mask&^wanted != 0:
			into, leaves = i, true
		case code < maxCells && !leaves:
			into = i
		}
	}
	missing := wanted &^ has
	if !leaves {
		return missing == 0 || m.put(codes, into, m.masks[codes[into]]|missing)
	}
	for i, code := range codes {
		to := m.masks[code] & wanted
		if i == into {
			to |= missing
		}
		if to != m.masks[code] && !m.put(codes, i, to) {
			return false
		}
	}
	return true
}

// put makes a code one with those of moved that are in the mask, unless that does not fit.
func (m *mover) put(codes []uint16, i int, mask uint64) bool {
	next := m.with(uint32(codes[i]), mask)
	if codes[i] = uint16(next); next == 0 {
		codes[i] = emptyCell(i)
	}
	return next <= math.MaxUint16
}

// with gives the code for what is in a code and did not move, and for those of moved that are in the mask: 0 for no group.
func (m *mover) with(code uint32, mask uint64) uint32 {
	if code < maxCells {
		code = 0
	}
	key := moving{code, mask}
	if key == m.last {
		return m.code
	}
	out, known := m.known[key]
	if m.last, m.code = key, out; known {
		return out
	}
	var groups []int32
	for _, group := range m.groups.of(code) {
		if m.places[group] == 0 {
			groups = append(groups, group)
		}
	}
	for left := mask; left != 0; left &= left - 1 {
		groups = append(groups, m.moved[bits.TrailingZeros64(left)])
	}
	if len(groups) > 0 {
		out, m.key = m.before.codes.of(groups, m.key)
	}
	m.known[key], m.code = out, out
	return out
}
