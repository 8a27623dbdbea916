package search

import (
	"hash/maphash"
	"slices"

	"semdex/internal/text"
)

// fingerprint says how a raw value reads. What names a concept, by label, notation or URI, has one of the two
// in common with it: links by anything else would have to be added here.
type fingerprint struct{ exact, key uint64 }

var fingerprintSeed = maphash.MakeSeed()

func fingerprintOf(s string) fingerprint {
	return fingerprint{maphash.String(fingerprintSeed, text.Exact(s)), maphash.String(fingerprintSeed, text.Key(s))}
}

// difference is what in one vocabulary may name other concepts than in the one before.
type difference struct {
	numbers []int32 // of each concept before: its number now, -1 where it is gone
	same    bool    // all numbers are as before
	spelt   map[uint64]struct{}
}

func (d *difference) touches(s fingerprint) bool {
	_, exact := d.spelt[s.exact]
	_, key := d.spelt[s.key]
	return exact || key
}

// compare finds the labels, notations and URIs by which a value may name another concept now than before. A label
// of a deprecated concept counts only where no other has it, and then reads the same as what changed.
func compare(before, now Thesaurus, scopes []Dimension) *difference {
	d := &difference{numbers: make([]int32, before.Len()), same: before.Len() == now.Len(), spelt: map[uint64]struct{}{}}
	met := 0
	for c := range int32(before.Len()) {
		n := c
		if int(c) >= now.Len() || now.ID(c) != before.ID(c) {
			var still bool
			if n, still = now.Find(before.ID(c)); !still {
				n = -1
			}
		}
		d.numbers[c] = n
		d.same = d.same && n == c
		if n < 0 {
			d.markAll(before, c)
			continue
		}
		met++
		if !linksAlike(before, c, now, n, scopes) {
			d.markAll(before, c)
			d.markAll(now, n)
		}
	}
	if met == now.Len() {
		return d
	}
	for n := range int32(now.Len()) {
		if _, known := before.Find(now.ID(n)); !known {
			d.markAll(now, n)
		}
	}
	return d
}

// linksAlike reports whether a concept is named by the same as before.
func linksAlike(before Thesaurus, c int32, now Thesaurus, n int32, scopes []Dimension) bool {
	return slices.Equal(before.Labels(c), now.Labels(n)) && slices.Equal(before.Notations(c), now.Notations(n)) &&
		before.Deprecated(c) == now.Deprecated(n) &&
		!slices.ContainsFunc(scopes, func(d Dimension) bool { return before.InScheme(c, d.Scheme) != now.InScheme(n, d.Scheme) })
}

func (d *difference) markAll(th Thesaurus, c int32) {
	d.mark(string(th.ID(c)))
	for _, l := range th.Labels(c) {
		d.mark(l.Text)
	}
	for _, n := range th.Notations(c) {
		d.mark(n)
	}
}

func (d *difference) mark(s string) {
	reading := fingerprintOf(s)
	d.spelt[reading.exact], d.spelt[reading.key] = struct{}{}, struct{}{}
}

// shows reports whether the values that are linked stand under the same numbers in the view.
func (l *links) shows(v View) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for field, f := range l.fields {
		if values := v.Values(field); len(values) < len(f.values) || !slices.Equal(values[:len(f.values)], f.values) {
			return false
		}
	}
	return true
}

// next gives the links for another vocabulary. Only what the difference between the two touches is resolved again;
// the result is the same as that of linking every value.
func (l *links) next(th Thesaurus, labels *Labels) *links {
	out := newLinks(th, labels, l.dimensions)
	d := compare(l.th, th, l.scopes)
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, field := range l.linkedFields() {
		if f := l.fields[field]; f != nil && out.fields[field] == nil {
			out.take(field, f, d)
		}
	}
	return out
}

// take fills a field from the links before.
func (l *links) take(field string, before *linkedField, d *difference) {
	touched := make([]bool, len(before.values))
	for n, s := range before.spelt {
		touched[n] = d.touches(s)
	}
	for _, n := range before.foreign { // a mapping may have changed, which labels do not show
		touched[n] = true
	}
	f := &linkedField{values: before.values, spelt: before.spelt[:len(before.spelt):len(before.spelt)], at: make(map[string]int32, len(before.at))}
	l.fields[field] = f
	f.keep(before, touched, d)
	next := 0 // place in before.numbers
	for n, again := range touched {
		linked := next < len(before.numbers) && int(before.numbers[next]) == n
		if linked {
			next++
		}
		switch {
		case again:
			l.add(field, f, n, before.values[n])
		case linked:
			l.name(field, f, n, before.values[n], d.renumber(before.named[next-1]))
		}
	}
	slices.Sort(f.unknown)
}

// keep takes over what is to be told of the values that are not touched.
func (f *linkedField) keep(before *linkedField, touched []bool, d *difference) {
	for _, n := range before.unknown {
		if !touched[n] {
			f.unknown = append(f.unknown, n)
		}
	}
	for _, a := range before.ambiguous {
		if !d.touches(fingerprintOf(a.Value.Value)) {
			f.ambiguous = append(f.ambiguous, Ambiguity{a.Value, d.renumber(a.Concepts)})
		}
	}
}

// renumber gives the numbers that concepts have now; none of them is gone.
func (d *difference) renumber(concepts []int32) []int32 {
	if d.same {
		return concepts
	}
	out := make([]int32, len(concepts))
	for i, c := range concepts {
		out[i] = d.numbers[c]
	}
	return out
}

// sameConcepts reports whether two vocabularies have the same concepts, numbered alike.
func sameConcepts(a, b Thesaurus) bool {
	if a.Len() != b.Len() {
		return false
	}
	for c := range int32(a.Len()) {
		if a.ID(c) != b.ID(c) {
			return false
		}
	}
	return true
}

// sameLabels reports whether two vocabularies have the same concepts, numbered alike, with the same names.
func sameLabels(a, b Thesaurus) bool {
	if a.Len() != b.Len() {
		return false
	}
	for c := range int32(a.Len()) {
		if a.ID(c) != b.ID(c) || !slices.Equal(a.Labels(c), b.Labels(c)) ||
			!slices.Equal(a.Notations(c), b.Notations(c)) || a.Deprecated(c) != b.Deprecated(c) {
			return false
		}
	}
	return true
}

// sameSuccessors does the same for what has taken the place of concepts.
func sameSuccessors(a, b Thesaurus) bool {
	for c := range int32(a.Len()) {
		if !slices.Equal(a.Successors(c), b.Successors(c)) {
			return false
		}
	}
	return true
}
