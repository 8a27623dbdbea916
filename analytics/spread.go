package analytics

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
)

// facts are events as a report counts them, in columns. Each adds an amount to one slot of the sums: a usage report has a slot
// for views, one for downloads, and so on.
type facts struct {
	tuple  []int32 // number of the fact's tuple
	set    []int32 // number of the fact's set on the wide axis
	slot   []uint8
	amount []int64 // nil where each adds 1
	first  []int32 // the asset, -1 for none; nil where they are not counted
	second []int32 // the user, likewise
}

func (f *facts) len() int { return len(f.set) }

func (f *facts) add(at int) int64 {
	if f.amount == nil {
		return 1
	}
	return f.amount[at]
}

// spreading brings facts together by a set on one axis, the wide one, which may have very many sets, and by a tuple of sets on all
// others. It then counts for each value of the wide axis, and each combination of one value from every other axis, what
// the facts add up to that have them all. A fact counts once in a line, and so does an asset or a user.
//
// It visits the combinations one by one. Of each it sums the facts by set first, of which there are few beside the facts where
// it is large, and spreads the sums over the values of the sets. So all it touches at once fits the cache.
type spreading struct {
	facts
	slots  int
	wide   [][]int32 // of each set, its values
	values int       // on the wide axis: 0 to values-1
	tuples [][]int32 // of each tuple, the combinations it belongs to
	combos int
	flat   []bool   // of each combination, that it counts for the value all alone; nil for none
	all    int32    // the value of the wide axis that stands for all
	count  [2]int32 // assets, users: 0 to count-1
}

// line is one line of the outcome.
type line struct {
	combo, value  int32
	assets, users int64
	sums          []int64 // by slot
}

// run gives the lines, by combination and within it in the order in which their values were found.
func (s *spreading) run(ctx context.Context) ([]line, error) {
	from, order := s.bucket()
	of := make([][]int32, s.combos)
	size := make([]int, s.combos)
	for t, combos := range s.tuples {
		for _, c := range combos {
			if from[t] < from[t+1] {
				of[c] = append(of[c], int32(t))
				size[c] += int(from[t+1] - from[t])
			}
		}
	}
	queue := make([]int32, s.combos)
	for i := range queue {
		queue[i] = int32(i)
	}
	slices.SortFunc(queue, func(a, b int32) int { return cmp.Or(cmp.Compare(size[b], size[a]), cmp.Compare(a, b)) })
	results := make([][]line, s.combos)
	next := make(chan int32)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		workers.Go(func() {
			w := s.worker(from, order)
			for c := range next {
				results[c] = w.combo(c, of[c])
			}
		})
	}
	for _, c := range queue {
		if size[c] > 0 && ctx.Err() == nil {
			next <- c
		}
	}
	close(next)
	workers.Wait()
	return slices.Concat(results...), ctx.Err()
}

// bucket gives the facts in the order of their tuples: those of tuple t are order[from[t]:from[t+1]].
func (s *spreading) bucket() (from, order []int32) {
	from, order = make([]int32, len(s.tuples)+1), make([]int32, s.len())
	for _, t := range s.tuple {
		from[t+1]++
	}
	for t := range s.tuples {
		from[t+1] += from[t]
	}
	next := slices.Clone(from)
	for i, t := range s.tuple {
		order[next[t]] = int32(i)
		next[t]++
	}
	return from, order
}

// spreader is the workplace of one goroutine.
type spreader struct {
	*spreading
	from, order []int32

	place []int32 // of each set of the wide axis, its place in sets plus 1
	sets  []int32 // that the combination has
	sums  []int64 // of each of them, by slot
	size  []int32 // and its facts

	lists   []int32 // of each value, places of sets that have it, one list after the other
	ends    []int32 // of each value found, where its list ends
	found   []int32 // the values
	counted []int32 // of each value, 0 between visits

	under []int32 // the values that all sets count for; nil for their own

	assets, users member
}

// valuesOf gives the values that a set counts for.
func (w *spreader) valuesOf(set int32) []int32 {
	if w.under != nil {
		return w.under
	}
	return w.wide[set]
}

// member counts assets, or users.
type member struct {
	of   []int32 // of each fact
	list []int32 // of each set, its facts' members each once, one list after the other
	from []int32 // where they begin
	ends []int32
	seen []int32 // of each member, the turn it was last seen in
	turn int32
}

func (s *spreading) worker(from, order []int32) *spreader {
	w := &spreader{spreading: s, from: from, order: order, place: make([]int32, len(s.wide)), counted: make([]int32, s.values)}
	w.assets = member{of: s.first, seen: make([]int32, s.count[0])}
	w.users = member{of: s.second, seen: make([]int32, s.count[1])}
	return w
}

func (w *spreader) combo(c int32, tuples []int32) []line {
	w.bySet(tuples)
	w.under = nil
	if w.flat != nil && w.flat[c] {
		w.under = []int32{w.all}
	}
	w.assets.gather(w, tuples)
	w.users.gather(w, tuples)
	w.spread()
	out := w.lines(c)
	for _, set := range w.sets {
		w.place[set] = 0
	}
	return out
}

// bySet sums the facts of the tuples by their sets.
func (w *spreader) bySet(tuples []int32) {
	w.sets, w.sums, w.size = w.sets[:0], w.sums[:0], w.size[:0]
	for _, t := range tuples {
		for n, i := range w.order[w.from[t]:w.from[t+1]] {
			giveWay(n)
			set := w.set[i]
			place := w.place[set]
			if place == 0 {
				w.sets = append(w.sets, set)
				w.size = append(w.size, 0)
				for range w.slots {
					w.sums = append(w.sums, 0)
				}
				place = int32(len(w.sets))
				w.place[set] = place
			}
			w.size[place-1]++
			sum := &w.sums[int(place-1)*w.slots+int(w.slot[i])]
			*sum = addBounded(*sum, w.add(int(i)))
		}
	}
}

// gather lists the members of each set.
func (m *member) gather(w *spreader, tuples []int32) {
	if m.of == nil {
		return
	}
	m.from, m.ends = grow(m.from, len(w.sets)), grow(m.ends, len(w.sets))
	total := int32(0)
	for p, n := range w.size {
		m.from[p], m.ends[p] = total, total
		total += n
	}
	m.list = grow(m.list, int(total))
	for _, t := range tuples {
		for n, i := range w.order[w.from[t]:w.from[t+1]] {
			giveWay(n)
			if x := m.of[i]; x >= 0 {
				p := w.place[w.set[i]] - 1
				m.list[m.ends[p]] = x
				m.ends[p]++
			}
		}
	}
	for p := range w.sets {
		if m.ends[p]-m.from[p] > 1 {
			m.ends[p] = m.from[p] + m.once(m.list[m.from[p]:m.ends[p]])
		}
	}
}

// once moves the members of a list to its beginning, each once, and counts them.
func (m *member) once(list []int32) (n int32) {
	turn := m.next()
	for _, x := range list {
		if m.seen[x] != turn {
			m.seen[x] = turn
			list[n] = x
			n++
		}
	}
	return n
}

func (m *member) next() int32 {
	if m.turn == math.MaxInt32 {
		clear(m.seen)
		m.turn = 0
	}
	m.turn++
	return m.turn
}

// union counts the members of several sets, given by their places.
func (m *member) union(places []int32) (n int64) {
	if m.of == nil {
		return 0
	}
	if len(places) == 1 {
		return int64(m.ends[places[0]] - m.from[places[0]])
	}
	turn := m.next()
	for _, p := range places {
		for _, x := range m.list[m.from[p]:m.ends[p]] {
			if m.seen[x] != turn {
				m.seen[x] = turn
				n++
			}
		}
	}
	return n
}

// spread lists for each value the places of the sets that have it.
func (w *spreader) spread() {
	w.found, w.ends = w.found[:0], w.ends[:0]
	for _, set := range w.sets {
		for _, v := range w.valuesOf(set) {
			if w.counted[v] == 0 {
				w.found = append(w.found, v)
			}
			w.counted[v]++
		}
	}
	total := int32(0)
	for _, v := range w.found {
		w.counted[v], total = total, total+w.counted[v] // from here on where its list grows
		w.ends = append(w.ends, total)
	}
	w.lists = grow(w.lists, int(total))
	for p, set := range w.sets {
		giveWay(p)
		for _, v := range w.valuesOf(set) {
			w.lists[w.counted[v]] = int32(p)
			w.counted[v]++
		}
	}
	for _, v := range w.found {
		w.counted[v] = 0
	}
}

func (w *spreader) lines(c int32) []line {
	out := make([]line, len(w.found))
	sums := make([]int64, len(w.found)*w.slots)
	start := int32(0)
	visited := 0
	for i, v := range w.found {
		if visited += int(w.ends[i] - start); visited > wayEvery {
			visited = 0
			runtime.Gosched()
		}
		places := w.lists[start:w.ends[i]]
		start = w.ends[i]
		sum := sums[i*w.slots : (i+1)*w.slots : (i+1)*w.slots]
		for _, p := range places {
			for j, x := range w.sums[int(p)*w.slots : int(p+1)*w.slots] {
				sum[j] = addBounded(sum[j], x)
			}
		}
		out[i] = line{c, v, w.assets.union(places), w.users.union(places), sum}
	}
	return out
}

// wayEvery is how many steps a report takes, less than a millisecond's, before it lets others run: a search does not wait for the ten that
// Go would leave it.
const wayEvery = 8192

// giveWay lets others run now and then, by the number of steps done.
func giveWay(n int) {
	if n&(wayEvery-1) == wayEvery-1 {
		runtime.Gosched()
	}
}

// grow gives a slice of n elements, the old one where it is large enough.
func grow(s []int32, n int) []int32 {
	if cap(s) < n {
		return make([]int32, n, n+n/4)
	}
	return s[:n]
}

// addBounded adds counts. A sum too large for an int64, which only absurd counts reach, stops at the largest.
func addBounded(a, b int64) int64 {
	if b > 0 && a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
