package local

import (
	"sync"
	"sync/atomic"

	"semdex/search"
)

// groupsOf remembers which groups a grouping puts each value in. Values in the same groups share one set of them. All
// grows at its ends alone, so what was read stays true.
type groupsOf struct {
	used      atomic.Uint64 // by which search, as dictionary counts them
	forgotten atomic.Bool   // its tables are of no use
	codes     *codes        // that tables are written in
	memo      atomic.Pointer[codeMemo]

	mu     sync.RWMutex
	fields map[string][]uint32 // by value number: its set, 0 for none
	sets   groupList           // the first one is of no group
	taken  bitset              // groups that a value is in
	shared bool                // a group has more values than one
}

func newGroupsOf(c *codes) *groupsOf {
	return &groupsOf{fields: map[string][]uint32{}, sets: groupList{starts: []uint32{0, 0}}, codes: c}
}

// groupList holds groups by the number of a set or a code.
type groupList struct {
	starts []uint32 // where the groups of a number begin; one more than there are numbers
	groups []int32
}

func (l *groupList) of(number uint32) []int32 { return l.groups[l.starts[number]:l.starts[number+1]] }

func (l *groupList) len() int { return len(l.starts) - 1 }

func (l *groupList) add(groups []int32) (number uint32) {
	l.groups = append(l.groups, groups...)
	l.starts = append(l.starts, uint32(len(l.groups)))
	return uint32(l.len() - 1)
}

// What is remembered of groupings, at most: those of vocabularies that are gone go when new ones come.
const (
	maxGroupings  = 64
	idleGroupings = 1000 // searches after which a grouping is no longer in use
)

// grouping gives what is remembered of a grouping.
func (d *dictionary) grouping(g search.Grouping) *groupsOf {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.searches++
	t := d.groupings[g]
	if t == nil {
		t = d.addGrouping(g, newCodes())
	}
	t.used.Store(d.searches)
	return t
}

// addGrouping remembers a grouping from now on, and no longer those that are not in use. The caller holds mu.
func (d *dictionary) addGrouping(g search.Grouping, c *codes) *groupsOf {
	var idlest search.Grouping
	for old, o := range d.groupings {
		if gone(old) || d.searches-o.used.Load() > idleGroupings {
			d.forget(old)
		} else if idlest == nil || o.used.Load() < d.groupings[idlest].used.Load() {
			idlest = old
		}
	}
	if len(d.groupings) >= maxGroupings {
		d.forget(idlest)
	}
	t := newGroupsOf(c)
	t.used.Store(d.searches)
	d.groupings[g] = t
	return t
}

func (d *dictionary) forget(g search.Grouping) {
	d.groupings[g].forgotten.Store(true)
	delete(d.groupings, g)
}

// of gives the sets by value number for a field, for the values that a view knows. Later values are not asked
// about: the caller may have linked only those that its view gives.
func (t *groupsOf) of(g search.Grouping, field string, values []string) []uint32 {
	t.mu.RLock()
	known := t.fields[field]
	t.mu.RUnlock()
	if len(known) >= len(values) && known != nil {
		return known
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	known = t.fields[field]
	from := len(known)
	if known != nil && from >= len(values) {
		return known // another search came first
	}
	known = append(known, make([]uint32, len(values)-from)...)
	if known == nil {
		known = []uint32{}
	}
	numbers := map[*int32]uint32{} // values that name the same have the very same groups
	allGroups(g, field, from, values, func(i int, groups []int32) {
		t.take(groups)
		number, again := numbers[&groups[0]]
		if !again {
			number = t.sets.add(groups)
		}
		if len(groups) > 1 { // else it is one more number at most
			numbers[&groups[0]] = number
		}
		known[from+i] = number
	})
	t.fields[field] = known
	return known
}

// allGroups calls yield with the groups of the values from a number on that are in any.
func allGroups(g search.Grouping, field string, from int, values []string, yield func(i int, groups []int32)) {
	if whole, ok := g.(search.WholeGrouping); ok {
		whole.AllGroups(field, from, values[from:], yield)
		return
	}
	for i, value := range values[from:] {
		if groups := g.Groups(search.Value{Field: field, Value: value}); len(groups) > 0 {
			yield(i, groups)
		}
	}
}

// gone reports whether a grouping is of a vocabulary that another has taken the place of.
func gone(g search.Grouping) bool {
	whole, ok := g.(search.WholeGrouping)
	return ok && whole.Gone()
}

// take notes that a value is in the groups.
func (t *groupsOf) take(groups []int32) {
	for _, group := range groups {
		if more := words(uint32(group)+1) - len(t.taken); more > 0 {
			t.taken = append(t.taken, make(bitset, more)...)
		}
		t.shared = t.shared || t.taken.has(uint32(group))
		t.taken.set(uint32(group))
	}
}

// grouped is a grouping made ready for one view.
type grouped struct {
	*groupsOf
	fields []string
	values [][]uint32 // by field: by value number, its set
	sets   groupList
	groups int  // all have lower numbers
	shared bool // a group has more values than one: a document may be in it twice
}

func (v *view) grouped(g search.Grouping) *grouped { return v.groupedBy(v.dictionary.grouping(g), g) }

// groupedBy is grouped for one who has what is remembered of the grouping.
func (v *view) groupedBy(t *groupsOf, g search.Grouping) *grouped {
	out := &grouped{groupsOf: t, fields: g.Fields()}
	for _, field := range out.fields {
		out.values = append(out.values, t.of(g, field, v.values[field]))
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	out.sets, out.groups, out.shared = t.sets, 64*len(t.taken), t.shared
	return out
}

// source is a column with the sets of its values.
type source struct {
	field  int // in grouped.fields
	column *column
	sets   []uint32
}

func (g *grouped) sources(a *segmentArrays) []source {
	var out []source
	for i, field := range g.fields {
		if c := a.columns[field]; c != nil {
			out = append(out, source{i, c, g.values[i]})
		}
	}
	return out
}
