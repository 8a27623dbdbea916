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

// strengths weighs the evidence for a group in one part.
func (r *run) strengths(g *group, partIndex int, s *scratch) strengths {
	part := &r.view.parts[partIndex]
	docs := part.arrays.docs
	room := 64 * words(docs)
	out := strengths{}
	switch {
	case len(g.levels) <= 1 || g.plan.Excluded:
		return strengths{has: r.having(g, partIndex, s)}
	case len(g.levels) <= math.MaxUint8:
		out.narrow = s.bytes.take(room)
		weigh(r, g, partIndex, out.narrow)
	default:
		out.wide = s.shorts.take(room)
		weigh(r, g, partIndex, out.wide)
	}
	switch {
	case r.evidence(g, partIndex) < int(docs)/sparseShare:
		out.has = r.having(g, partIndex, s)
	case out.narrow != nil:
		out.has = s.bitset(docs)
		nonZero(out.narrow, out.has)
	default:
		out.has = s.bitset(docs)
		for doc, l := range out.wide[:docs] {
			if l != 0 {
				out.has.set(uint32(doc))
			}
		}
	}
	return out
}

// evidence counts what there is for a group, documents as often as they are named.
func (r *run) evidence(g *group, partIndex int) int {
	n := 0
	for _, v := range g.values {
		list, set := r.view.parts[partIndex].arrays.columns[v.field].bearing(v.number)
		n += len(list) + 64*len(set)
	}
	for _, c := range g.codes {
		n += len(c.parts[partIndex])
	}
	for _, t := range g.texts {
		n += t.parts[partIndex].count()
	}
	return n
}

// having gives the documents with any evidence for a group.
func (r *run) having(g *group, partIndex int, s *scratch) bitset {
	arrays := r.view.parts[partIndex].arrays
	has := s.bitset(arrays.docs)
	for _, v := range g.values {
		if c := arrays.columns[v.field]; c != nil {
			c.addTo(has, v.number)
		}
	}
	for _, c := range g.codes {
		for _, n := range c.parts[partIndex] {
			has.set(n.doc)
		}
	}
	for _, t := range g.texts {
		t.parts[partIndex].addTo(has)
	}
	return has
}

// weigh writes the best level of evidence for a group, by document. The values of a group come weakest first, so that
// the best is written last; the rest is compared.
func weigh[T uint8 | uint16](r *run, g *group, partIndex int, levels []T) {
	arrays := r.view.parts[partIndex].arrays
	for _, v := range g.values {
		list, set := arrays.columns[v.field].bearing(v.number)
		for _, doc := range list {
			levels[doc] = T(v.level)
		}
		set.each(func(doc uint32) { levels[doc] = T(v.level) })
	}
	for _, c := range g.codes {
		for _, n := range c.parts[partIndex] {
			raise(levels, n.doc, T(c.level))
		}
	}
	var buffer [512]uint32
	for _, t := range g.texts {
		found := t.parts[partIndex]
		for _, doc := range found.list {
			raise(levels, doc, T(t.level))
		}
		if found.bitmap == nil {
			continue
		}
		it := found.bitmap.ManyIterator()
		for n := it.NextMany(buffer[:]); n > 0; n = it.NextMany(buffer[:]) {
			for _, doc := range buffer[:n] {
				raise(levels, doc, T(t.level))
			}
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
