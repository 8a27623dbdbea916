package local

import (
	"cmp"
	"container/heap"
	"slices"
	"strconv"
	"strings"

	"semdex/search"
)

// candidate is a document that may be among the hits to give.
type candidate struct {
	part    int
	doc     uint32
	score   float64
	keys    []sortValue
	created int64
	tie     uint64
	levels  []uint16 // by group
	pinned  bool
}

// sortValue is what a sort key compares: a number, or a string.
type sortValue struct {
	number int64
	text   string
}

func (c *candidate) position() search.Position {
	p := search.Position{Score: c.score, Create: c.created, Tie: c.tie}
	for _, k := range c.keys {
		if k.text != "" {
			p.Keys = append(p.Keys, "s"+k.text)
		} else {
			p.Keys = append(p.Keys, "n"+strconv.FormatInt(k.number, 10))
		}
	}
	return p
}

// candidateAt reads a position back for comparison.
func candidateAt(p *search.Position) *candidate {
	c := &candidate{score: p.Score, created: p.Create, tie: p.Tie}
	for _, k := range p.Keys {
		var v sortValue
		if text, ok := strings.CutPrefix(k, "s"); ok {
			v.text = text
		} else {
			v.number, _ = strconv.ParseInt(strings.TrimPrefix(k, "n"), 10, 64)
		}
		c.keys = append(c.keys, v)
	}
	return c
}

// topHits keeps the best candidates seen, in a heap with the worst on top. The order is total: sort keys,
// or the score, then the newer asset, then the hash of the id.
type topHits struct {
	run     *run
	sort    []search.SortKey
	after   *candidate
	wanted  int
	skip    int
	heap    candidateHeap
	best    bound
	columns []sortColumn // by sort key, of the part at hand
	folded  map[string][]string
	scratch candidate // most documents are no hits to give: they are looked at in one place
	screen  screen
}

func newTopHits(p *search.Plan, r *run) *topHits {
	t := &topHits{run: r, sort: p.Sort, wanted: p.Offset + p.Limit, skip: p.Offset, folded: map[string][]string{}}
	if len(t.sort) == 0 && r.ranked == 0 {
		t.sort = []search.SortKey{{Field: "modified", Desc: true}}
	}
	if p.After != nil {
		t.after = candidateAt(p.After)
	}
	t.heap.order = t.compare
	t.best.size = t.wanted
	return t
}

// compare orders the better candidate first.
func (t *topHits) compare(a, b *candidate) int {
	if c := -cmp.Compare(max(a.score, scoreFound), max(b.score, scoreFound)); c != 0 {
		return c
	}
	for i, k := range t.sort {
		var c int
		switch {
		case k.Field == "score":
			c = cmp.Compare(a.score, b.score)
		case i < len(a.keys) && i < len(b.keys):
			c = cmp.Or(cmp.Compare(a.keys[i].number, b.keys[i].number), strings.Compare(a.keys[i].text, b.keys[i].text))
		}
		if k.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Or(-cmp.Compare(a.score, b.score), -cmp.Compare(a.created, b.created), cmp.Compare(a.tie, b.tie))
}

// add takes in the hits of a part. Their texts are scored only where that may decide.
func (t *topHits) add(partIndex int, f *found) error {
	if t.wanted == 0 {
		return nil
	}
	if err := t.readKeys(partIndex); err != nil {
		return err
	}
	docs := t.promising(f)
	if len(docs) == 0 {
		return nil
	}
	if err := t.run.scoreTexts(partIndex, f, docs); err != nil {
		return err
	}
	defer f.returnScores(docs)
	arrays := t.run.view.parts[partIndex].arrays
	for _, doc := range docs {
		c := &t.scratch
		score, full := t.run.score(f, doc), len(t.heap.list) == t.wanted
		if full && len(t.sort) == 0 && score < t.heap.list[0].score {
			continue
		}
		*c = candidate{part: partIndex, doc: doc, score: score, created: arrays.created.at(doc), tie: arrays.ties[doc], keys: c.keys[:0]}
		t.addKeys(c, f)
		if t.after != nil && t.compare(c, t.after) <= 0 || full && t.compare(c, t.heap.list[0]) >= 0 {
			continue
		}
		t.keep(f, full)
	}
	return nil
}

// join takes in what another worker kept.
func (t *topHits) join(other *topHits) {
	for _, c := range other.heap.list {
		switch {
		case len(t.heap.list) < t.wanted:
			heap.Push(&t.heap, c)
		case t.compare(c, t.heap.list[0]) < 0:
			t.heap.list[0] = c
			heap.Fix(&t.heap, 0)
		}
	}
}

// keep takes the scratch candidate among the best, in the place of the worst where the heap is full.
func (t *topHits) keep(f *found, full bool) {
	c := t.scratch
	c.keys = slices.Clone(c.keys)
	_, c.pinned = f.pinned[c.doc]
	for i := range t.run.groups {
		c.levels = append(c.levels, f.evidence[i].at(c.doc))
	}
	if full {
		t.heap.list[0] = &c
		heap.Fix(&t.heap, 0)
	} else {
		heap.Push(&t.heap, &c)
	}
}

func (t *topHits) addKeys(c *candidate, f *found) {
	for i, k := range t.sort {
		var v sortValue
		switch column := &t.columns[i]; {
		case k.Field == "score":
		case k.Field == "popularity":
			if f.signals != nil && f.popular != nil {
				v.number = int64(1e6 * f.popular[c.doc])
			}
		case k.Field == "id":
			if id, err := t.run.view.id(c.part, c.doc); err == nil {
				v.text = string(id)
			}
		case column.isString:
			v.text = column.strings.of(c.doc)
		case column.isNumber:
			v.number = column.numbers.at(c.doc)
		default:
			v.text = t.least(k.Field, c)
		}
		c.keys = append(c.keys, v)
	}
}

// sortColumn is what a sort key reads of a part.
type sortColumn struct {
	isNumber, isString bool
	numbers            *numbers // nil where no document has one
	strings            *sorted  // nil where no document has one
}

// readKeys makes the sort keys of a part ready.
func (t *topHits) readKeys(partIndex int) error {
	p := &t.run.view.parts[partIndex]
	t.columns = t.columns[:0]
	for _, k := range t.sort {
		var c sortColumn
		var err error
		switch {
		case k.Field == "title" || k.Field == "name":
			c.isString = true
			c.strings, err = p.arrays.sorted(p.segment, k.Field)
		case slices.Contains(search.NumberFields, k.Field):
			c.isNumber = true
			c.numbers, err = p.arrays.number(p.segment, k.Field)
		}
		if err != nil {
			return err
		}
		t.columns = append(t.columns, c)
	}
	return nil
}

// least gives the first by order of the values that a document has in a field of Value, "" where it has none.
func (t *topHits) least(field string, c *candidate) string {
	column := t.run.view.parts[c.part].arrays.columns[field]
	if column == nil {
		return ""
	}
	folded := t.folded[field]
	if folded == nil {
		folded = t.run.view.dictionary.folded(field)
		t.folded[field] = folded
	}
	least, first := "", true
	column.values().of(c.doc, func(n uint32) {
		if s := folded[n]; first || s < least {
			least, first = s, false
		}
	})
	return least
}

// sorted gives the hits to give, best first.
func (t *topHits) sorted() []*candidate {
	list := slices.Clone(t.heap.list)
	slices.SortFunc(list, t.compare)
	return list[min(t.skip, len(list)):]
}

type candidateHeap struct {
	list  []*candidate
	order func(a, b *candidate) int
}

func (h *candidateHeap) Len() int           { return len(h.list) }
func (h *candidateHeap) Less(i, j int) bool { return h.order(h.list[i], h.list[j]) > 0 }
func (h *candidateHeap) Swap(i, j int)      { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *candidateHeap) Push(x any)         { h.list = append(h.list, x.(*candidate)) }
func (h *candidateHeap) Pop() any {
	last := len(h.list) - 1
	c := h.list[last]
	h.list = h.list[:last]
	return c
}
