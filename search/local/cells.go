package local

import (
	"math/bits"
	"slices"
)

// cells hold the codes of the documents of a segment: as many cells for each document, so that all that a document has
// is read at once, without looking up where it is and how much. What finds no cell lies in cells of its own.
type cells struct {
	width  int      // cells of a document: one of cellWidths
	codes  []uint16 // by document; a cell without a code holds a number below maxCells, a code of no group
	over   bitset   // the documents with more codes than cells
	before []uint32 // by word of over: how many of them come before it
	more   *cells   // the other codes of these, by their order; nil where there are none
}

// maxCells is how many cells a document has at most; as many codes from 0 on are of no group.
const maxCells = 8

var cellWidths = []int{1, 2, 4, maxCells}

// overShare is how many documents there are, at least, for each with more codes than cells, where that can be had.
const overShare = 16

// newCells takes a list of codes, and where in it those of each document are.
func newCells(docs []span, list []uint32) cells {
	c := cells{width: widthFor(docs)}
	c.codes = make([]uint16, c.width*len(docs))
	for doc, of := range docs {
		row, codes := c.row(uint32(doc)), list[of.from:of.to]
		for i := range row {
			if row[i] = emptyCell(i); i < len(codes) {
				row[i] = uint16(codes[i])
			}
		}
	}
	c.overflow(docs, list)
	return c
}

// emptyCell gives what is in a cell without a code: not the same everywhere, so that no number is counted again and
// again.
func emptyCell(i int) uint16 { return uint16(i % maxCells) }

// overflow takes what finds no cell from a list of codes.
func (c *cells) overflow(docs []span, list []uint32) {
	c.over = newBitset(uint32(len(docs)))
	var rest []span
	for doc, of := range docs {
		if int(of.to-of.from) > c.width {
			c.over.set(uint32(doc))
			rest = append(rest, span{of.from + uint32(c.width), of.to})
		}
	}
	if len(rest) == 0 {
		return
	}
	n := 0
	for _, w := range c.over {
		c.before = append(c.before, uint32(n))
		n += bits.OnesCount64(w)
	}
	more := newCells(rest, list)
	c.more = &more
}

// order gives how many documents of over come before one.
func (c *cells) order(doc uint32) uint32 {
	return c.before[doc>>6] + uint32(bits.OnesCount64(c.over[doc>>6]&(1<<(doc&63)-1)))
}

// with gives cells in which the codes of some documents are edited in place. ok is false where edit is.
func (c *cells) with(docs bitset, edit func(doc uint32, codes []uint16) bool) (out cells, ok bool) {
	out = c.clone()
	ok = true
	var codes []uint16
	docs.each(func(doc uint32) {
		if !out.over.has(doc) {
			ok = ok && edit(doc, out.row(doc))
			return
		}
		codes = out.appendTo(codes[:0], doc)
		ok = ok && edit(doc, codes)
		out.overwrite(doc, codes)
	})
	return out, ok
}

// clone gives cells that can be written to.
func (c *cells) clone() cells {
	out := *c
	out.codes = slices.Clone(c.codes)
	if c.more != nil {
		more := c.more.clone()
		out.more = &more
	}
	return out
}

// row gives the cells of a document, but for those in more.
func (c *cells) row(doc uint32) []uint16 { return c.codes[c.width*int(doc) : c.width*(int(doc)+1)] }

// appendTo appends what is in all cells of a document.
func (c *cells) appendTo(codes []uint16, doc uint32) []uint16 {
	codes = append(codes, c.row(doc)...)
	if c.over.has(doc) {
		return c.more.appendTo(codes, c.order(doc))
	}
	return codes
}

// overwrite writes what appendTo gave.
func (c *cells) overwrite(doc uint32, codes []uint16) {
	n := copy(c.row(doc), codes)
	if c.over.has(doc) {
		c.more.overwrite(c.order(doc), codes[n:])
	}
}

func widthFor(docs []span) int {
	var having [maxCells + 1]int // by how many codes: documents with more
	for _, of := range docs {
		for n := range min(int(of.to-of.from), maxCells+1) {
			having[n]++
		}
	}
	for _, width := range cellWidths {
		if overShare*having[width] <= len(docs) {
			return width
		}
	}
	return maxCells
}

func (c *cells) size() int {
	n := 2*len(c.codes) + 8*len(c.over) + 4*len(c.before)
	if c.more != nil {
		n += c.more.size()
	}
	return n
}

// each calls yield with the codes of a document, those of no group too.
func (c *cells) each(doc uint32, yield func(code uint32)) {
	for _, code := range c.row(doc) {
		yield(uint32(code))
	}
	if c.over.has(doc) {
		c.more.each(c.order(doc), yield)
	}
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
	if c.more == nil {
		return
	}
	var orders [touchBatch]uint32
	n := 0
	for i, over := range c.over {
		for w := over & set[i]; w != 0; w &= w - 1 {
			orders[n] = c.before[i] + uint32(bits.OnesCount64(over&(w&-w-1)))
			if n++; n == len(orders) {
				c.more.countList(orders[:], counts)
				n = 0
			}
		}
	}
	c.more.countList(orders[:n], counts)
}

// countList is count for few documents.
func (c *cells) countList(docs []uint32, counts *narrowCounts) {
	c.countDocs(docs, counts)
	if c.more == nil {
		return
	}
	for _, doc := range docs {
		if c.over.has(doc) {
			c.more.each(c.order(doc), func(code uint32) { counts[code]++ })
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
