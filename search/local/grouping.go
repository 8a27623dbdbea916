package local

import (
	"sync"
	"sync/atomic"

	"semdex/search"
)

// groupsOf remembers which groups a grouping puts each value in.
type groupsOf struct {
	used atomic.Uint64 // by which search, as dictionary counts them

	mu     sync.RWMutex
	fields map[string]*groupList
	taken  bitset // groups that a value is in
	shared bool   // a group has more values than one
	codes  codes
}

// groupList holds the groups of values by their number. It grows at its ends alone, so what was read stays true.
type groupList struct {
	starts []uint32 // where the groups of a value begin; one more than there are values
	groups []int32
}

func (l *groupList) of(value uint32) []int32 { return l.groups[l.starts[value]:l.starts[value+1]] }

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
		for old, o := range d.groupings {
			if gone(old) || d.searches-o.used.Load() > idleGroupings || len(d.groupings) >= maxGroupings {
				delete(d.groupings, old)
			}
		}
		t = &groupsOf{fields: map[string]*groupList{}}
		d.groupings[g] = t
	}
	t.used.Store(d.searches)
	return t
}

// of gives the groups by value number for a field, for the values that a view knows. Later values are not asked
// about: the caller may have linked only those that its view gives.
func (t *groupsOf) of(g search.Grouping, field string, values []string) groupList {
	t.mu.RLock()
	list := t.fields[field]
	if list != nil && len(list.starts) > len(values) {
		defer t.mu.RUnlock()
		return *list
	}
	t.mu.RUnlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	list = t.fields[field]
	if list == nil {
		list = &groupList{starts: []uint32{0}}
		t.fields[field] = list
	}
	for _, groups := range allGroups(g, field, len(list.starts)-1, values) {
		t.take(groups)
		list.groups = append(list.groups, groups...)
		list.starts = append(list.starts, uint32(len(list.groups)))
	}
	return *list
}

// allGroups gives the groups of the values from a number on.
func allGroups(g search.Grouping, field string, from int, values []string) [][]int32 {
	if whole, ok := g.(search.WholeGrouping); ok {
		return whole.AllGroups(field, from, values[from:])
	}
	var out [][]int32
	for _, value := range values[from:] {
		out = append(out, g.Groups(search.Value{Field: field, Value: value}))
	}
	return out
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

// state tells how many groups there may be, and whether any has more values than one.
func (t *groupsOf) state() (groups int, shared bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return 64 * len(t.taken), t.shared
}

// grouped is a grouping made ready for one view.
type grouped struct {
	*groupsOf
	fields []string
	lists  []groupList // by field
	groups int         // all have lower numbers
	shared bool        // a group has more values than one: a document may be in it twice
}

func (v *view) grouped(g search.Grouping) *grouped {
	out := &grouped{groupsOf: v.dictionary.grouping(g), fields: g.Fields()}
	for _, field := range out.fields {
		out.lists = append(out.lists, out.groupsOf.of(g, field, v.values[field]))
	}
	out.groups, out.shared = out.state()
	return out
}

// source is a column with the groups of its values.
type source struct {
	field  int // in grouped.fields
	column *column
	groups groupList
}

func (g *grouped) sources(a *segmentArrays) []source {
	var out []source
	for i, field := range g.fields {
		if c := a.columns[field]; c != nil && len(g.lists[i].groups) > 0 {
			out = append(out, source{i, c, g.lists[i]})
		}
	}
	return out
}
