package local

import (
	"math/bits"

	"github.com/RoaringBitmap/roaring/v2"
)

// bitset is a set of document numbers of one segment.
type bitset []uint64

func newBitset(docs uint32) bitset { return make(bitset, words(docs)) }

// words is how many words a bitset of so many documents has.
func words(docs uint32) int { return int(docs+63) / 64 }

func (b bitset) set(doc uint32)      { b[doc>>6] |= 1 << (doc & 63) }
func (b bitset) unset(doc uint32)    { b[doc>>6] &^= 1 << (doc & 63) }
func (b bitset) has(doc uint32) bool { return b[doc>>6]&(1<<(doc&63)) != 0 }

func (b bitset) fill(docs uint32) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	if rest := docs & 63; rest != 0 {
		b[len(b)-1] = 1<<rest - 1
	}
}

func (b bitset) and(other bitset) {
	other = other[:len(b)]
	for i := range b {
		b[i] &= other[i]
	}
}

func (b bitset) andNot(other bitset) {
	other = other[:len(b)]
	for i := range b {
		b[i] &^= other[i]
	}
}

func (b bitset) or(other bitset) {
	other = other[:len(b)]
	for i := range b {
		b[i] |= other[i]
	}
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls yield with every document of the set, rising.
func (b bitset) each(yield func(doc uint32)) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			yield(uint32(i)<<6 + uint32(bits.TrailingZeros64(w)))
		}
	}
}

// addBitmap adds the documents of a bitmap.
func (b bitset) addBitmap(docs *roaring.Bitmap) {
	eachOf(docs, func(doc uint32) { b.set(doc) })
}

// fewDocuments is for how many documents of a bitmap a buffer does not pay.
const fewDocuments = 256

// eachOf calls yield with every document of a bitmap, rising.
func eachOf(docs *roaring.Bitmap, yield func(doc uint32)) {
	if docs.GetCardinality() < fewDocuments {
		docs.Iterate(func(doc uint32) bool { yield(doc); return true })
		return
	}
	var buffer [fewDocuments]uint32
	for it := docs.ManyIterator(); ; {
		n := it.NextMany(buffer[:])
		if n == 0 {
			return
		}
		for _, doc := range buffer[:n] {
			yield(doc)
		}
	}
}

// list gives the documents of the set, rising, in memory of s.
func (b bitset) list(s *scratch) []uint32 {
	docs := s.ranks.docs[:0]
	b.each(func(doc uint32) { docs = append(docs, doc) })
	s.ranks.docs = docs
	return docs
}
