package local

import (
	"encoding/binary"
	"math"
)

// strengths say how strong the best evidence for a group is, by document of one part.
type strengths struct {
	has    bitset  // the documents with evidence
	narrow []uint8 // levels by document, 0 where there is no evidence; nil where the group has one level alone, or more than fit
	wide   []uint16
}

// at gives the level of a document, 0 where there is no evidence.
func (s *strengths) at(doc uint32) uint16 {
	switch {
	case s.narrow != nil:
		return uint16(s.narrow[doc])
	case s.wide != nil:
		return s.wide[doc]
	case s.has.has(doc):
		return 1
	}
	return 0
}

// sparseShare is how few of a part's documents evidence must name, at most, for them to be noted one by one.
var sparseShare = 32

// evidence is what there is for a group in one part.
type evidence struct {
	group   *group
	part    int
	columns []*column // by field of the group
	borne   []borne   // the weakest first
}

// borne is where the documents that bear a value of a group lie in the column of its field.
type borne struct {
	span
	level uint16
	field uint16
}

// documents gives those that bear a value: a list or a set.
func (e *evidence) documents(b borne) (list []uint32, set bitset) {
	return e.columns[b.field].documents(b.span)
}

// find looks the values up, and gives how many documents have evidence at most.
func (e *evidence) find(s *scratch) int {
	s.borne = s.borne[:0]
	n := 0
	for values := e.group.values; len(values) > 0; {
		same := values[:alike(values)]
		level, field := same[0].level(), same[0].field()
		c := e.columns[field]
		c.findAll(same, func(posts span) {
			s.borne = append(s.borne, borne{posts, level, uint16(field)})
			n += c.count(posts)
		})
		values = values[len(same):]
	}
	e.borne = s.borne
	for _, c := range e.group.codes {
		n += len(c.parts[e.part])
	}
	for _, t := range e.group.standing[e.part] {
		n += t.docs
	}
	return n
}

// strengths weighs the evidence for a group in one part.
func (r *run) strengths(g *group, partIndex int, s *scratch) strengths {
	docs := r.view.parts[partIndex].arrays.docs
	in := evidence{group: g, part: partIndex, columns: s.columns[:0]}
	for _, field := range g.fields {
		in.columns = append(in.columns, r.view.parts[partIndex].arrays.columns[field])
	}
	s.columns = in.columns
	n := in.find(s)
	out := strengths{has: s.bitset(docs)}
	levels := len(g.levels)
	switch {
	case levels <= 1 || g.plan.Excluded || n == 0:
		in.addTo(out.has)
		return out
	case levels <= math.MaxUint8:
		out.narrow = s.bytes.take(64 * words(docs))
		weigh(&in, out.narrow)
	default:
		out.wide = s.shorts.take(64 * words(docs))
		weigh(&in, out.wide)
	}
	switch {
	case n < int(docs)/sparseShare:
		in.addTo(out.has)
	case out.narrow != nil:
		nonZero(out.narrow, out.has)
	default:
		for doc, l := range out.wide[:docs] {
			if l != 0 {
				out.has.set(uint32(doc))
			}
		}
	}
	return out
}

// addTo adds the documents with any evidence to a set.
func (e *evidence) addTo(has bitset) {
	for _, b := range e.borne {
		list, set := e.documents(b)
		for _, doc := range list {
			has.set(doc)
		}
		if set != nil {
			has.or(set)
		}
	}
	for _, c := range e.group.codes {
		for _, n := range c.parts[e.part] {
			has.set(n.doc)
		}
	}
	for _, t := range e.group.standing[e.part] {
		t.addTo(has)
	}
}

// weigh writes the best level of evidence, by document: the weakest first, so that the best is written last.
func weigh[T uint8 | uint16](e *evidence, levels []T) {
	next := 0
	writeValues := func(least uint16) {
		for ; next < len(e.borne) && e.borne[next].level >= least; next++ {
			level := T(e.borne[next].level)
			list, set := e.documents(e.borne[next])
			for _, doc := range list {
				levels[doc] = level
			}
			set.each(func(doc uint32) { levels[doc] = level })
		}
	}
	var buffer [512]uint32
	for _, t := range e.group.standing[e.part] {
		writeValues(t.level)
		level := T(t.level)
		for _, doc := range t.list {
			levels[doc] = level
		}
		if t.bitmap == nil {
			continue
		}
		it := t.bitmap.ManyIterator()
		for n := it.NextMany(buffer[:]); n > 0; n = it.NextMany(buffer[:]) {
			for _, doc := range buffer[:n] {
				levels[doc] = level
			}
		}
	}
	writeValues(0)
	for _, c := range e.group.codes {
		for _, n := range c.parts[e.part] {
			raise(levels, n.doc, T(c.level))
		}
	}
}

func raise[T uint8 | uint16](levels []T, doc uint32, level T) {
	if old := levels[doc]; old == 0 || level < old {
		levels[doc] = level
	}
}

// nonZero adds the places of all bytes that are not 0 to a set. levels is 64 bytes long for each word of the set.
func nonZero(levels []uint8, has bitset) {
	const low, high = 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
	for i := range has {
		word := uint64(0)
		for j := range 8 {
			x := binary.LittleEndian.Uint64(levels[64*i+8*j:])
			if x == 0 {
				continue
			}
			x = ((x&low + low) | x) & high                         // the high bit of each byte that is not 0
			word |= (x >> 7 * 0x0102040810204080 >> 56) << (8 * j) // gathered
		}
		has[i] |= word
	}
}
