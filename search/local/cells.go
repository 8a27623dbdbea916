package local

import (
	"math"
	"math/bits"
	"slices"
)

// cells hold the codes of the documents of a segment: as many cells for each document, so that all that a document has
// is read at once, without looking up where it is and how much. What finds no cell lies apart.
type cells struct {
	width  int      // cells of a document: one of cellWidths
	codes  []uint16 // by document; a cell without a code holds the number of its place, a code of no group
	over   bitset   // the documents with more codes than cells
	before []uint32 // by word of over: how many of them come before it
	starts []uint32 // by their order: where the rest of their codes begins
	rest   []uint16
}

// maxCells is how many cells a document has at most; as many codes from 0 on are of no group.
const maxCells = 8

var cellWidths = []int{1, 2, 4, maxCells}

// overShare is how many documents there are, at least, for each with more codes than cells, where that can be had.
const overShare = 16

// newCells takes lists of codes, those of a document from one of starts to before the next.
func newCells(starts, codes []uint32) cells {
	docs := len(starts) - 1
	c := cells{width: widthFor(starts), over: newBitset(uint32(docs)), starts: []uint32{0}}
	c.codes = make([]uint16, c.width*docs)
	for doc := range docs {
		row, of := c.row(uint32(doc)), codes[starts[doc]:starts[doc+1]]
		for i := range row {
			if row[i] = uint16(i); i < len(of) {
				row[i] = uint16(of[i])
			}
		}
		if len(of) <= c.width {
			continue
		}
		c.over.set(uint32(doc))
		for _, code := range of[c.width:] {
			c.rest = append(c.rest, uint16(code))
		}
		c.starts = append(c.starts, uint32(len(c.rest)))
	}
	c.rank()
	return c
}

// rank notes how many documents of over come before each of its words.
func (c *cells) rank() {
	c.before = make([]uint32, len(c.over))
	n := 0
	for i, w := range c.over {
		c.before[i] = uint32(n)
		n += bits.OnesCount64(w)
	}
}

// with gives cells in which some documents have other codes than before. edit changes the cells of a document in place; where
// it returns false, of gives all codes. ok is false where one of these does not fit.
func (c *cells) with(docs bitset, edit func(doc uint32, row []uint16) bool, of func(doc uint32) []uint32) (out cells, ok bool) {
	out = cells{width: c.width, codes: slices.Clone(c.codes), over: slices.Clone(c.over), starts: make([]uint32, 1, len(c.starts)+len(c.starts)/4)}
	out.rest = make([]uint16, 0, len(c.rest)+len(c.rest)/4)
	var long, from []uint32 // documents that are written anew, and where what finds no cell begins in rest
	var rest []uint16
	most := uint32(0)
	docs.each(func(doc uint32) {
		row := out.row(doc)
		if !c.over.has(doc) && edit(doc, row) {
			return
		}
		for i := range row {
			row[i] = uint16(i)
		}
		out.over.unset(doc)
		long, from = append(long, doc), append(from, uint32(len(rest)))
		for i, code := range of(doc) {
			most = max(most, code)
			if i < out.width {
				row[i] = uint16(code)
			} else {
				out.over.set(doc)
				rest = append(rest, uint16(code))
			}
		}
	})
	from = append(from, uint32(len(rest)))
	next := 0 // place in long
	out.over.each(func(doc uint32) {
		for next < len(long) && long[next] < doc {
			next++
		}
		if next < len(long) && long[next] == doc {
			out.rest = append(out.rest, rest[from[next]:from[next+1]]...)
		} else {
			out.rest = append(out.rest, c.left(doc)...)
		}
		out.starts = append(out.starts, uint32(len(out.rest)))
	})
	out.rank()
	return out, most <= math.MaxUint16
}

// row gives the cells of a document.
func (c *cells) row(doc uint32) []uint16 { return c.codes[c.width*int(doc) : c.width*(int(doc)+1)] }

func widthFor(starts []uint32) int {
	var having [maxCells + 1]int // by how many codes: documents with more
	for doc, to := range starts[1:] {
		for n := range min(int(to-starts[doc]), maxCells+1) {
			having[n]++
		}
	}
	for _, width := range cellWidths {
		if overShare*having[width] <= len(starts)-1 {
			return width
		}
	}
	return maxCells
}

func (c *cells) size() int {
	return 2*len(c.codes) + 8*len(c.over) + 4*len(c.before) + 4*len(c.starts) + 2*len(c.rest)
}

// each calls yield with the codes of a document, those of no group too.
func (c *cells) each(doc uint32, yield func(code uint32)) {
	for _, code := range c.row(doc) {
		yield(uint32(code))
	}
	if c.over.has(doc) {
		for _, code := range c.left(doc) {
			yield(uint32(code))
		}
	}
}

// left gives the codes of a document that found no cell, where there are any.
func (c *cells) left(doc uint32) []uint16 {
	n := c.before[doc>>6] + uint32(bits.OnesCount64(c.over[doc>>6]&(1<<(doc&63)-1)))
	return c.rest[c.starts[n]:c.starts[n+1]]
}

// touchBatch is how many documents are touched before their codes are counted.
const touchBatch = 256

// count counts the codes of the documents of a set, listed too. Few documents among many are found by waiting for memory:
// these are touched first, some at a time, which does not depend on one another and so is waited for at once.
func (c *cells) count(set bitset, docs []uint32, counts *narrowCounts) {
	if c.width < maxCells || len(docs)*spanShare > len(c.codes)/c.width {
		c.countDocs(docs, counts)
	} else {
		for some := range slices.Chunk(docs, touchBatch) {
			touched := uint16(0)
			for _, doc := range some {
				touched += c.codes[maxCells*int(doc)]
			}
			keepTouched(uint32(touched))
			c.countDocs(some, counts)
		}
	}
	for i, w := range c.over {
		for w &= set[i]; w != 0; w &= w - 1 {
			for _, code := range c.left(uint32(i<<6 + bits.TrailingZeros64(w))) {
				counts[code]++
			}
		}
	}
}

// countDocs does most of the work of large answers: no index of counts is checked, and the processor does not have to
// guess how many codes there are.
func (c *cells) countDocs(docs []uint32, counts *narrowCounts) {
	codes := c.codes
	switch c.width {
	case 1:
		for _, doc := range docs {
			counts[codes[doc]]++
		}
	case 2:
		for _, doc := range docs {
			row := (*[2]uint16)(codes[2*int(doc):])
			counts[row[0]]++
			counts[row[1]]++
		}
	case 4:
		for _, doc := range docs {
			row := (*[4]uint16)(codes[4*int(doc):])
			counts[row[0]]++
			counts[row[1]]++
			counts[row[2]]++
			counts[row[3]]++
		}
	default:
		for _, doc := range docs {
			row := (*[maxCells]uint16)(codes[maxCells*int(doc):])
			counts[row[0]]++
			counts[row[1]]++
			counts[row[2]]++
			counts[row[3]]++
			counts[row[4]]++
			counts[row[5]]++
			counts[row[6]]++
			counts[row[7]]++
		}
	}
}
