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

// borne are the documents of one part that bear a value of a group.
type borne struct {
	list  []uint32
	set   bitset
	level uint16
}

// bearing looks the values of a group up in one part, the weakest first, and counts all evidence there is, documents as
// often as they are named.
func (g *group) bearing(partIndex int, a *segmentArrays, s *scratch) ([]borne, int) {
	s.borne = s.borne[:0]
	n := 0
	for values := g.values; len(values) > 0; {
		same := values[:alike(values)]
		level, c := same[0].level(), a.columns[g.fields[same[0].field()]]
		c.findAll(same, func(entry uint32) {
			list, set := c.documents(entry)
			s.borne = append(s.borne, borne{list, set, level})
			n += len(list) + 64*len(set)
		})
		values = values[len(same):]
	}
	for _, c := range g.codes {
		n += len(c.parts[partIndex])
	}
	for _, t := range g.texts {
		n += t.parts[partIndex].docs
	}
	return s.borne, n
}

// strengths weighs the evidence for a group in one part.
func (r *run) strengths(g *group, partIndex int, s *scratch) strengths {
	docs := r.view.parts[partIndex].arrays.docs
	values, n := g.bearing(partIndex, r.view.parts[partIndex].arrays, s)
	out := strengths{has: s.bitset(docs)}
	levels := len(g.levels)
	switch {
	case levels <= 1 || g.plan.Excluded || n == 0:
		g.addTo(out.has, partIndex, values)
		return out
	case levels <= math.MaxUint8:
		out.narrow = s.bytes.take(64 * words(docs))
		weigh(g, partIndex, values, out.narrow)
	default:
		out.wide = s.shorts.take(64 * words(docs))
		weigh(g, partIndex, values, out.wide)
	}
	switch {
	case n < int(docs)/sparseShare:
		g.addTo(out.has, partIndex, values)
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

// addTo adds the documents with any evidence for the group to a set.
func (g *group) addTo(has bitset, partIndex int, values []borne) {
	for _, v := range values {
		for _, doc := range v.list {
			has.set(doc)
		}
		if v.set != nil {
			has.or(v.set)
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
}

// weigh writes the best level of evidence for a group, by document. Values come weakest first, so that the best is
// written last; the rest is compared.
func weigh[T uint8 | uint16](g *group, partIndex int, values []borne, levels []T) {
	for _, v := range values {
		for _, doc := range v.list {
			levels[doc] = T(v.level)
		}
		v.set.each(func(doc uint32) { levels[doc] = T(v.level) })
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
