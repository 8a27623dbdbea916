package analytics

import "math"

// groups are events brought together by what a report cannot tell apart: on each level (the period, then
// each dimension) a group has one set of values.
type groups struct {
	levels []level
	sums   [][6]int64 // of each group: events, views, downloads, shares, placements, searches
	assets members
	actors members
}

// level is one way in which groups differ.
type level struct {
	sets   [][]int32 // the sets of values there are
	set    []int32   // of each group, which one it has
	values int       // the values are 0 to values-1
}

// members are the assets or the actors of each group, as numbers from 0 to count-1.
type members struct {
	count int32
	from  []int32 // group g has of[from[g]:from[g+1]]
	of    []int32
}

// newMembers brings pairs of group and member, each there once, into the order of groups.
func newMembers(n int, group, member []int32) members {
	m := members{from: make([]int32, n+1), of: make([]int32, len(member))}
	for _, g := range group {
		m.from[g+1]++
	}
	for g := range n {
		m.from[g+1] += m.from[g]
	}
	next := append([]int32(nil), m.from...)
	for i, g := range group {
		m.of[next[g]] = member[i]
		next[g]++
		m.count = max(m.count, member[i]+1)
	}
	return m
}

// rollUp yields a line for each combination of one value from every level that some group has, with the sums
// over all groups that have it. A group counts once in a line, and so does an asset and an actor. values is
// yield's only until it returns; an error of yield ends the walk.
//
// The walk goes down the levels and splits the groups by value at each, so it holds one path of lists, not
// the product of all values.
func (g *groups) rollUp(yield func(values []int32, t Totals) error) error {
	w := &walk{groups: g, yield: yield, values: make([]int32, len(g.levels)), parts: make([]parts, len(g.levels))}
	for i, l := range g.levels {
		w.parts[i].count = make([]int32, l.values)
	}
	w.assets.seen, w.actors.seen = make([]int32, g.assets.count), make([]int32, g.actors.count)
	all := make([]int32, len(g.sums))
	for i := range all {
		all[i] = int32(i)
	}
	if len(all) == 0 {
		return nil
	}
	return w.down(0, all)
}

// walk is a rollUp on its way.
type walk struct {
	*groups
	yield          func([]int32, Totals) error
	values         []int32
	parts          []parts // of each level, used again by each visit
	assets, actors union
}

// parts are a list of groups split by value.
type parts struct {
	count []int32 // of each value, 0 between visits
	found []int32 // the values that some group has
	ends  []int32 // where the part of each of found ends
	lists []int32 // the parts one after another
}

// down splits the list by the values of level i, and goes on with each part.
func (w *walk) down(i int, list []int32) error {
	if i == len(w.levels) {
		return w.yield(w.values, w.sum(list))
	}
	p := &w.parts[i]
	p.split(&w.levels[i], list)
	start := int32(0)
	for j, v := range p.found {
		w.values[i] = v
		if err := w.down(i+1, p.lists[start:p.ends[j]]); err != nil {
			return err
		}
		start = p.ends[j]
	}
	return nil
}

// split puts each group of the list into the part of each of its values.
func (p *parts) split(l *level, list []int32) {
	p.found, p.ends = p.found[:0], p.ends[:0]
	for _, g := range list {
		for _, v := range l.sets[l.set[g]] {
			if p.count[v] == 0 {
				p.found = append(p.found, v)
			}
			p.count[v]++
		}
	}
	total := int32(0)
	for _, v := range p.found {
		p.count[v], total = total, total+p.count[v] // from here on where its part grows
		p.ends = append(p.ends, total)
	}
	if cap(p.lists) < int(total) {
		p.lists = make([]int32, total)
	}
	p.lists = p.lists[:total]
	for _, g := range list {
		for _, v := range l.sets[l.set[g]] {
			p.lists[p.count[v]] = g
			p.count[v]++
		}
	}
	for _, v := range p.found {
		p.count[v] = 0
	}
}

// sum adds up a list of groups.
func (w *walk) sum(list []int32) Totals {
	var n [6]int64
	for _, g := range list {
		for i, x := range w.sums[g] {
			n[i] = addBounded(n[i], x)
		}
	}
	return Totals{n[0], n[1], n[2], n[3], n[4], n[5], w.assets.size(&w.groups.assets, list), w.actors.size(&w.groups.actors, list)}
}

// addBounded adds counts. A sum too large for an int64, which only absurd counts reach, stops at the largest.
func addBounded(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// union counts members of several groups, each once.
type union struct {
	seen []int32 // of each member, the last count it was seen in
	turn int32
}

func (u *union) size(m *members, list []int32) int64 {
	if u.turn == math.MaxInt32 {
		clear(u.seen)
		u.turn = 0
	}
	u.turn++
	n := int64(0)
	for _, g := range list {
		for _, x := range m.of[m.from[g]:m.from[g+1]] {
			if u.seen[x] != u.turn {
				u.seen[x] = u.turn
				n++
			}
		}
	}
	return n
}
