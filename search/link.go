package search

import (
	"slices"
	"strings"
	"sync"

	"semdex"
)

// Dimension is a way to sort assets: by the concepts of a scheme, by a custom field, or by both at once.
//
// An asset's values in a dimension are the concepts of its scheme that the asset is linked to, by whatever
// route, and the raw values of its field that link to no concept.
type Dimension struct {
	Name       string
	Field      string // field of Value ("field:Region", "type", ...); "" where only the scheme counts
	HasScheme  bool
	Scheme     semdex.SchemeID // "" with HasScheme: every scheme
	ByNotation bool            // values of the field link by notation too
}

// Hierarchical reports whether the dimension rolls up.
func (d *Dimension) Hierarchical() bool { return d.HasScheme }

// conceptFields are the fields whose values may link to any dimension's scheme.
var conceptFields = []string{"concepts", "tags", "keywords"}

// Ambiguity is a raw value that names several concepts of one scheme, and so links to none of them.
type Ambiguity struct {
	Value    Value
	Concepts []int32
}

// links says which concepts the raw values of a library name. It grows as values come. The links for another
// vocabulary are made of those for the one before (relink.go).
type links struct {
	th         Thesaurus
	labels     *Labels
	dimensions []Dimension
	scopes     []Dimension // dimensions with a scheme whose labels tags and keywords may name

	mu     sync.RWMutex
	fields map[string]*linkedField
	values [][]bearing // by concept
}

// bearing is a raw value that names a concept.
type bearing struct {
	Value
	number int32 // in View.Values; -1 where it is not known
	among  int   // how many concepts it names
}

// linkedField holds the values of one field that are linked so far, by their numbers in View.Values.
type linkedField struct {
	values    []string
	spelt     []fingerprint
	numbers   []int32          // of the values that name concepts, ascending
	named     [][]int32        // by the place in numbers
	at        map[string]int32 // value that names concepts -> its place in numbers
	foreign   []int32          // numbers of the values that look like a URI and are that of no concept
	ambiguous []Ambiguity
	unknown   []int32 // of "concepts", numbers of the values that name none
}

func newLinks(th Thesaurus, labels *Labels, dimensions []Dimension) *links {
	l := &links{th: th, labels: labels, dimensions: dimensions, fields: map[string]*linkedField{}, values: make([][]bearing, th.Len())}
	for _, d := range dimensions {
		if d.HasScheme {
			l.scopes = append(l.scopes, d)
		}
	}
	if len(l.scopes) == 0 {
		l.scopes = []Dimension{{HasScheme: true}}
	}
	return l
}

// update links the values that came since the last update.
func (l *links) update(v View) {
	for _, field := range l.linkedFields() {
		values := v.Values(field)
		l.mu.RLock()
		f := l.fields[field]
		done := f != nil && len(f.values) >= len(values)
		l.mu.RUnlock()
		if !done {
			l.link(field, values)
		}
	}
}

// linkedFields are the fields whose values may name concepts.
func (l *links) linkedFields() []string {
	fields := append([]string{}, conceptFields...)
	for _, d := range l.dimensions {
		if d.HasScheme && d.Field != "" {
			fields = append(fields, d.Field)
		}
	}
	return fields
}

func (l *links) link(field string, values []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.fields[field]
	if f == nil {
		f = &linkedField{at: map[string]int32{}}
		l.fields[field] = f
	}
	for n := len(f.values); n < len(values); n++ {
		f.spelt = append(f.spelt, fingerprintOf(values[n]))
		l.add(field, f, n, values[n])
	}
	if len(f.values) < len(values) {
		f.values = values[:len(values):len(values)]
	}
}

// add links the value with the number n, which is higher than those of f so far.
func (l *links) add(field string, f *linkedField, n int, value string) {
	if named := l.resolve(f, int32(n), Value{field, value}); len(named) > 0 {
		l.name(field, f, n, value, named)
	}
}

// name notes which concepts a value names.
func (l *links) name(field string, f *linkedField, n int, value string, named []int32) {
	f.at[value] = int32(len(f.numbers))
	f.numbers, f.named = append(f.numbers, int32(n)), append(f.named, named)
	for _, c := range named {
		l.values[c] = append(l.values[c], bearing{Value{field, value}, int32(n), len(named)})
	}
}

// resolve decides which concepts a raw value names, and notes what has to be looked at again or told.
func (l *links) resolve(f *linkedField, n int32, v Value) []int32 {
	if c, ok := l.th.Find(semdex.ConceptID(v.Value)); ok {
		return []int32{c}
	}
	if strings.Contains(v.Value, ":") {
		f.foreign = append(f.foreign, n)
		if found := l.th.FindForeign(v.Value); len(found) > 0 {
			return found
		}
	}
	if v.Field == "concepts" {
		return l.resolveConcept(f, n, v)
	}
	var found []int32
	for _, d := range l.scopes {
		ofField := d.Field == v.Field
		if !ofField && !slices.Contains(conceptFields, v.Field) {
			continue // a field links only where its dimension says so
		}
		found = l.addNamed(f, found, v, d, ofField && d.ByNotation)
	}
	return found
}

// resolveConcept links a value of "concepts": a notation or a label that names exactly one concept.
func (l *links) resolveConcept(f *linkedField, n int32, v Value) []int32 {
	anywhere := func(int32) bool { return true }
	named := l.labels.Noted(v.Value, anywhere)
	if len(named) == 0 {
		named = l.labels.Named(v.Value, anywhere)
	}
	switch len(named) {
	case 0:
		f.unknown = append(f.unknown, n)
		return nil
	case 1:
		return named
	}
	f.ambiguous = append(f.ambiguous, Ambiguity{v, named})
	return nil
}

// addNamed links v by label, or by notation where the dimension says so, if it names exactly one concept of
// the dimension's scheme.
func (l *links) addNamed(f *linkedField, found []int32, v Value, d Dimension, byNotation bool) []int32 {
	in := func(c int32) bool { return l.th.InScheme(c, d.Scheme) }
	var named []int32
	if byNotation {
		named = l.labels.Noted(v.Value, in)
	}
	if len(named) == 0 {
		named = l.labels.Named(v.Value, in)
	}
	switch {
	case len(named) > 1:
		f.ambiguous = append(f.ambiguous, Ambiguity{v, named})
	case len(named) == 1 && !slices.Contains(found, named[0]):
		found = append(found, named[0])
	}
	return found
}

// of gives the concepts that a raw value names. The caller must not write to it.
func (l *links) of(v Value) []int32 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.fields[v.Field].of(v.Value)
}

func (f *linkedField) of(value string) []int32 {
	if f == nil {
		return nil
	}
	if i, linked := f.at[value]; linked {
		return f.named[i]
	}
	return nil
}

// each calls yield for those of values, the first of which has the number from in View.Values, that name concepts.
func (l *links) each(field string, from int, values []string, yield func(i int, named []int32)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	f := l.fields[field]
	if f == nil {
		return
	}
	if from+len(values) > len(f.values) || !slices.Equal(values, f.values[from:from+len(values)]) { // of another index
		for i, value := range values {
			if named := f.of(value); len(named) > 0 {
				yield(i, named)
			}
		}
		return
	}
	first, _ := slices.BinarySearch(f.numbers, int32(from))
	for i := first; i < len(f.numbers) && int(f.numbers[i]) < from+len(values); i++ {
		yield(int(f.numbers[i])-from, f.named[i])
	}
}

// bearing gives the raw values that name concept c.
func (l *links) bearing(c int32) []bearing {
	l.mu.RLock()
	defer l.mu.RUnlock()
	values := l.values[c]
	return values[:len(values):len(values)]
}

// report gives what could not be linked.
func (l *links) report() (ambiguous []Ambiguity, unknown []Value) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, field := range l.linkedFields() {
		if f := l.fields[field]; f != nil {
			ambiguous = append(ambiguous, f.ambiguous...)
			for _, n := range f.unknown {
				unknown = append(unknown, Value{field, f.values[n]})
			}
		}
	}
	return ambiguous, unknown
}
