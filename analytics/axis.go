package analytics

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"semdex"
)

// state is what one state of a library's dimensions says of the numbers in the tables. What was once asked is kept for the next
// report.
type state struct {
	version string

	mu     sync.Mutex
	axes   map[axisKey]*axisTable
	assets assetTable
}

type axisKey struct {
	name   string
	direct bool
}

// In the tables below, an entry that nobody has asked for is 0; a number is kept plus kept, and so is no.
const (
	unresolved = 0
	kept       = 2
	no         = -1 // no set: the next source is asked
)

// assetTable tells which numbers of assets stand for one asset: the number by which it is counted.
type assetTable struct {
	mu       sync.Mutex
	resolved []atomic.Int32
	number   map[semdex.AssetID]int32
}

// axisTable tells which values the words, assets and concepts of events have in a dimension: numbers of sets.
type axisTable struct {
	Dimension
	own    kind // of the event's own word for it; kindContext where it stands among the rest of the context
	asked  bool // the library knows it too, by asset and concept
	direct bool

	mu     sync.Mutex
	values *valueSets
	bySource
}

// bySource are the sets of what was asked, by number: no longer than what there was to ask about when it was last made longer.
type bySource struct{ byWord, byAsset, byConcepts []atomic.Int32 }

// axis is an axisTable at work in one report.
type axis struct {
	*axisTable
	bySource // as they were when the report began
	d        Dimensions
	texts    *texts
	wordOf   func(number int32) string
	past     *past    // for values as they were; nil for those of now
	filter   []string // of a filter; nil for a column
	matches  []int8   // of each set: 1 it is wanted, -1 it is not
	wordHits []int8   // of each word
	mu       sync.Mutex
}

// texts are the texts of the numbers, by kind, as far as a report needs them.
type texts [kinds][]string

// set gives the set of values that an event has: that of its own word, else of its asset, else of the concepts of a search, else 0.
func (a *axis) set(word, asset, concepts int32) int32 {
	if word > 0 {
		if s := a.ofWord(word); s != no {
			return s
		}
	}
	if !a.asked {
		return 0
	}
	if asset > 0 {
		if s := a.ofAsset(asset); s != no {
			return s
		}
	}
	if concepts > 0 {
		if s := a.ofConcepts(concepts); s != no {
			return s
		}
	}
	return 0
}

func (a *axis) ofWord(n int32) int32 {
	if s := a.byWord[n].Load(); s != unresolved {
		return s - kept
	}
	return a.resolve(&a.byWord[n], func() []Value {
		word := a.wordOf(n)
		if word == "" {
			return nil
		}
		if a.asked {
			if values := a.d.OfContext(a.Name, word, a.direct); len(values) > 0 {
				return values
			}
		}
		return []Value{{Name: word}}
	})
}

func (a *axis) ofAsset(n int32) int32 {
	if s := a.byAsset[n].Load(); s != unresolved {
		return s - kept
	}
	return a.resolve(&a.byAsset[n], func() []Value {
		if a.past != nil && int(n) >= a.past.base {
			return a.d.OfRecord(a.Name, a.past.records[int(n)-a.past.base], a.direct)
		}
		id, known := a.d.Asset(a.texts[kindAsset][n])
		if !known {
			return nil
		}
		return a.d.OfAsset(a.Name, id, a.direct)
	})
}

func (a *axis) ofConcepts(n int32) int32 {
	if s := a.byConcepts[n].Load(); s != unresolved {
		return s - kept
	}
	return a.resolve(&a.byConcepts[n], func() []Value {
		return a.d.OfConcepts(a.Name, strings.Split(a.texts[kindConcepts][n], "\n"), a.direct)
	})
}

// resolve fills an entry in.
func (t *axisTable) resolve(entry *atomic.Int32, values func() []Value) int32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := entry.Load(); s != unresolved {
		return s - kept
	}
	set := int32(no)
	if v := values(); len(v) > 0 {
		set = t.values.add(v)
	}
	entry.Store(set + kept)
	return set
}

// wants says whether a filter lets an event pass that has a set of values and, perhaps, a word of its own.
func (a *axis) wants(word, set int32) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if int(set) >= len(a.matches) {
		a.matches = append(a.matches, make([]int8, int(set)+1-len(a.matches)+64)...)
	}
	if a.matches[set] == 0 {
		a.matches[set] = -1
		if wanted(a.filter, a.valuesOf(set)) {
			a.matches[set] = 1
		}
	}
	if a.matches[set] > 0 || word == 0 {
		return a.matches[set] > 0
	}
	if a.wordHits[word] == 0 {
		a.wordHits[word] = -1
		if text := a.wordOf(word); text != "" && wantedWord(a.filter, text) {
			a.wordHits[word] = 1
		}
	}
	return a.wordHits[word] > 0
}

// valuesOf gives the values of a set, none of set 0.
func (t *axisTable) valuesOf(set int32) []Value {
	if set == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []Value
	for _, v := range t.values.sets[set] {
		out = append(out, t.values.values[v])
	}
	return out
}

// frozen gives the sets and values that there are now; the values may still be renamed.
func (t *axisTable) frozen() (sets [][]int32, values []Value) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clip(t.values.sets), slices.Clone(t.values.values)
}

// of gives the number by which an asset is counted: numbers that stand for one asset share it.
func (t *assetTable) of(resolved *atomic.Int32, n int32, name string, d Dimensions) int32 {
	if c := resolved.Load(); c != unresolved {
		return c - kept
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id, known := d.Asset(name)
	if !known {
		id = semdex.AssetID(name)
	}
	c, seen := t.number[id]
	if !seen {
		c = n
		t.number[id] = c
	}
	resolved.Store(c + kept)
	return c
}

// contextWord gives a function that tells the word which a rest of a context has for a key.
func contextWord(key string, contexts []string) func(int32) string {
	return func(n int32) string {
		var m map[string]string
		_ = json.Unmarshal([]byte(contexts[n]), &m) // it was written by us
		return m[key]
	}
}

// growTable makes room for n numbers.
func growTable(t []atomic.Int32, n int) []atomic.Int32 {
	if n <= len(t) {
		return t
	}
	out := make([]atomic.Int32, n)
	for i := range t {
		out[i].Store(t[i].Load())
	}
	return out
}
