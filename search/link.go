package search

import (
	"slices"
	"strings"
	"sync"

	"semdex"
	"semdex/internal/text"
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

// links says which concepts the raw values of a library name. It grows as values come and is dropped with
// the vocabulary it was made for.
type links struct {
	th         Thesaurus
	labels     *Labels
	dimensions []Dimension
	scopes     []Dimension // dimensions with a scheme whose labels tags and keywords may name

	mu        sync.RWMutex
	read      map[string]int // field -> how many of its values are linked
	concepts  map[Value][]int32
	values    [][]Value // by concept
	ambiguous []Ambiguity
	unknown   []Value // values of "concepts" that name none
}

func newLinks(th Thesaurus, labels *Labels, dimensions []Dimension) *links {
	l := &links{
		th: th, labels: labels, dimensions: dimensions, read: map[string]int{},
		concepts: map[Value][]int32{}, values: make([][]Value, th.Len()),
	}
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
		done := l.read[field]
		l.mu.RUnlock()
		if done < len(values) {
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
	for ; l.read[field] < len(values); l.read[field]++ {
		v := Value{field, values[l.read[field]]}
		found := l.resolve(v)
		if len(found) > 0 {
			l.concepts[v] = found
		}
		for _, c := range found {
			l.values[c] = append(l.values[c], v)
		}
	}
}

// resolve decides which concepts a raw value names.
func (l *links) resolve(v Value) []int32 {
	if c, ok := l.th.Find(semdex.ConceptID(v.Value)); ok {
		return []int32{c}
	}
	if strings.Contains(v.Value, ":") {
		if found := l.th.FindForeign(v.Value); len(found) > 0 {
			return found
		}
	}
	if v.Field == "concepts" {
		return l.resolveConcept(v)
	}
	var found []int32
	for _, d := range l.scopes {
		ofField := d.Field == v.Field
		if !ofField && !slices.Contains(conceptFields, v.Field) {
			continue // a field links only where its dimension says so
		}
		found = l.addNamed(found, v, d, ofField && d.ByNotation)
	}
	return found
}

// resolveConcept links a value of "concepts": a notation or a label that names exactly one concept.
func (l *links) resolveConcept(v Value) []int32 {
	anywhere := func(int32) bool { return true }
	named := l.labels.Noted(v.Value, anywhere)
	if len(named) == 0 {
		named = l.labels.Named(v.Value, anywhere)
	}
	switch len(named) {
	case 0:
		l.unknown = append(l.unknown, v)
		return nil
	case 1:
		return named
	}
	l.ambiguous = append(l.ambiguous, Ambiguity{v, named})
	return nil
}

// addNamed links v by label, or by notation where the dimension says so, if it names exactly one concept of
// the dimension's scheme.
func (l *links) addNamed(found []int32, v Value, d Dimension, byNotation bool) []int32 {
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
		l.ambiguous = append(l.ambiguous, Ambiguity{v, named})
	case len(named) == 1 && !slices.Contains(found, named[0]):
		found = append(found, named[0])
	}
	return found
}

// of gives the concepts that a raw value names.
func (l *links) of(v Value) []int32 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.concepts[v]
}

// bearing gives the raw values that name concept c.
func (l *links) bearing(c int32) []Value {
	l.mu.RLock()
	defer l.mu.RUnlock()
	values := l.values[c]
	return values[:len(values):len(values)]
}

// report gives what could not be linked.
func (l *links) report() (ambiguous []Ambiguity, unknown []Value) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return append(ambiguous, l.ambiguous...), append(unknown, l.unknown...)
}

// sameText reports whether two values read alike: the comparison of filters.
func sameText(a, b string) bool { return text.Exact(a) == text.Exact(b) }
