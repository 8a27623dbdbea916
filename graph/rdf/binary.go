package rdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// The binary form, in this order:
//
//	version   one byte, 1
//	strings   their number, the length of each, then all their bytes
//	terms     their number, then for each its kind (one byte) and its Value, Lang and Datatype as
//	          places in strings
//	triples   their number, then for each three places in terms
//	checksum  CRC-32C of all before it, four bytes, little-endian
//
// Numbers, lengths and places are uvarints. Every string and every term is there once.
const binaryVersion = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// EncodeTriples returns ts in a compact form for storage, to be read by DecodeTriples of this or a
// later version.
func EncodeTriples(ts []Triple) []byte {
	e := encoder{strings: make(map[string]uint64), terms: make(map[Term]uint64)}
	for _, t := range ts {
		for _, term := range [...]Term{t.Subject, t.Predicate, t.Object} {
			e.triples = binary.AppendUvarint(e.triples, e.term(term))
		}
	}
	out := []byte{binaryVersion}
	out = binary.AppendUvarint(out, uint64(len(e.strings)))
	out = append(append(out, e.lengths...), e.text...)
	out = binary.AppendUvarint(out, uint64(len(e.terms)))
	out = append(out, e.table...)
	out = binary.AppendUvarint(out, uint64(len(ts)))
	out = append(out, e.triples...)
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// An encoder collects the sections of the binary form.
type encoder struct {
	strings                       map[string]uint64
	terms                         map[Term]uint64
	lengths, text, table, triples []byte
}

func (e *encoder) string(s string) uint64 {
	n, ok := e.strings[s]
	if !ok {
		n = uint64(len(e.strings))
		e.strings[s] = n
		e.lengths = binary.AppendUvarint(e.lengths, uint64(len(s)))
		e.text = append(e.text, s...)
	}
	return n
}

func (e *encoder) term(t Term) uint64 {
	n, ok := e.terms[t]
	if !ok {
		n = uint64(len(e.terms))
		e.terms[t] = n
		e.table = append(e.table, byte(t.Kind))
		for _, s := range [...]string{t.Value, t.Lang, t.Datatype} {
			e.table = binary.AppendUvarint(e.table, e.string(s))
		}
	}
	return n
}

var errCorrupt = errors.New("decode triples: the data is corrupt")

// DecodeTriples reads what EncodeTriples wrote. Anything else is an error.
func DecodeTriples(b []byte) ([]Triple, error) {
	if len(b) < 5 {
		return nil, errCorrupt
	}
	if b[0] != binaryVersion {
		return nil, fmt.Errorf("decode triples: version %d is not known here, only %d", b[0], binaryVersion)
	}
	body, sum := b[:len(b)-4], b[len(b)-4:]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(sum) {
		return nil, errCorrupt
	}
	d := &reader{b: body[1:]}
	triples := d.triples(d.terms(d.strings()))
	if d.corrupt || len(d.b) > 0 {
		return nil, errCorrupt
	}
	return triples, nil
}

// A reader takes the sections of the binary form apart. After the first fault it reads only zeros
// and corrupt is set.
type reader struct {
	b       []byte
	corrupt bool
}

func (r *reader) fail() { r.b, r.corrupt = nil, true }

func (r *reader) uvarint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		n := uint64(r.b[0])
		r.b = r.b[1:]
		return n
	}
	n, width := binary.Uvarint(r.b)
	if width <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[width:]
	return n
}

// count reads how many items of at least size bytes follow. A number that the data cannot hold is a
// fault, found before memory is taken for it.
func (r *reader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.b)/size) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) strings() []string {
	lengths := make([]uint64, r.count(1))
	total := uint64(0)
	for i := range lengths {
		lengths[i] = r.uvarint()
		if total += lengths[i]; lengths[i] > uint64(len(r.b)) || total > uint64(len(r.b)) {
			r.fail()
			return nil
		}
	}
	text := string(r.b[:total]) // one copy for all
	r.b = r.b[total:]
	out := make([]string, len(lengths))
	for i, n := range lengths {
		out[i], text = text[:n], text[n:]
	}
	return out
}

func (r *reader) terms(strings []string) []Term {
	out := make([]Term, r.count(4))
	for i := range out {
		kind := r.uvarint()
		value, lang, datatype := r.uvarint(), r.uvarint(), r.uvarint()
		if n := uint64(len(strings)); kind > uint64(Literal) || value >= n || lang >= n || datatype >= n {
			r.fail()
			return nil
		}
		out[i] = Term{Kind(kind), strings[value], strings[lang], strings[datatype]}
	}
	return out
}

func (r *reader) triples(terms []Term) []Triple {
	out := make([]Triple, r.count(3))
	for i := range out {
		s, p, o := r.uvarint(), r.uvarint(), r.uvarint()
		if n := uint64(len(terms)); s >= n || p >= n || o >= n ||
			terms[s].Kind == Literal || terms[p].Kind != IRI {
			r.fail()
			return nil
		}
		out[i] = Triple{terms[s], terms[p], terms[o]}
	}
	return out
}
