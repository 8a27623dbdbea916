package local

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"semdex"
)

// view is one state of the index: a snapshot of bleve, and the arrays and live documents of its segments.
// The last one who uses it closes the snapshot.
type view struct {
	snapshot   *scorch.IndexSnapshot
	parts      []part
	bySize     []int // places in parts, the largest first
	dictionary *dictionary
	lexicons   *lexicons
	helpers    helpers
	values     map[string][]string // by field: those of its segments and of all before
	generation uint64
	live       int
	total      int // documents, deleted ones included
	words      int64
	users      atomic.Int32
	fields     []string
}

// part is one segment as the view sees it.
type part struct {
	id      uint64
	segment segment.Segment
	arrays  *segmentArrays
	lexis   *lexis
	live    bitset
}

// refresh makes the newest state of bleve the current view, if it is another one. One goroutine at a time
// reads and builds; queries go on with the view before until the new one stands.
func (x *Index) refresh() error {
	x.building.Lock()
	defer x.building.Unlock()
	if x.closed {
		return bleve.ErrorIndexClosed // bleve would give nothing, and no error
	}
	advanced, err := x.bleve.Advanced()
	if err != nil {
		return err
	}
	reader, err := advanced.Reader()
	if err != nil {
		return err
	}
	snapshot, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		reader.Close()
		return fmt.Errorf("the index gives a %T, not a scorch snapshot", reader)
	}
	if x.current != nil && x.current.shows(snapshot) {
		return snapshot.Close()
	}
	next, err := x.newView(snapshot)
	if err != nil {
		snapshot.Close()
		return err
	}
	x.forget(next)
	x.mu.Lock()
	old := x.current
	x.current = next
	x.mu.Unlock()
	if old != nil {
		old.Release()
	}
	return nil
}

// shows reports whether the view is of the same segments with the same deletions.
func (v *view) shows(s *scorch.IndexSnapshot) bool {
	return slices.EqualFunc(v.snapshot.Segments(), s.Segments(), func(a, b *scorch.SegmentSnapshot) bool {
		return a.Id() == b.Id() && a.Segment() == b.Segment() && a.Deleted() == b.Deleted()
	})
}

// generations counts the states of all indexes of the process: one that takes another's place has others.
var generations atomic.Uint64

func (x *Index) newView(s *scorch.IndexSnapshot) (*view, error) {
	if err := x.readSegments(s); err != nil {
		return nil, err
	}
	v := &view{snapshot: s, dictionary: x.dictionary, lexicons: x.lexicons, helpers: x.helpers, generation: generations.Add(1)}
	v.users.Store(1)
	for _, seg := range s.Segments() {
		p := part{id: seg.Id(), segment: seg.Segment(), arrays: x.segments[seg.Id()]}
		if old := x.current.part(seg.Id()); old != nil && old.segment == p.segment {
			p.lexis = old.lexis
		} else {
			p.lexis = newLexis(p.segment, p.arrays.docs)
		}
		p.live = newBitset(p.arrays.docs)
		p.live.fill(p.arrays.docs)
		if deleted := seg.Deleted(); deleted != nil {
			eachOf(deleted, p.live.unset)
		}
		v.bySize = append(v.bySize, len(v.parts))
		v.parts = append(v.parts, p)
		v.live += p.live.count()
		v.words += p.arrays.words
		v.total += int(p.arrays.docs)
	}
	slices.SortStableFunc(v.bySize, func(a, b int) int { return int(v.parts[b].arrays.docs) - int(v.parts[a].arrays.docs) })
	v.values = x.dictionary.all()
	v.fields = v.readFields()
	return v, nil
}

// part gives the part with that id, nil where there is none.
func (v *view) part(id uint64) *part {
	if v == nil {
		return nil
	}
	for i := range v.parts {
		if v.parts[i].id == id {
			return &v.parts[i]
		}
	}
	return nil
}

// readSegments reads the arrays of the segments that are new, several at once.
func (x *Index) readSegments(s *scorch.IndexSnapshot) error {
	var missing []*scorch.SegmentSnapshot
	for _, seg := range s.Segments() {
		if x.segments[seg.Id()] == nil {
			missing = append(missing, seg)
		}
	}
	read, faults := make([]*segmentArrays, len(missing)), make([]error, len(missing))
	var next atomic.Int32
	var readers sync.WaitGroup
	for range min(len(missing), runtime.GOMAXPROCS(0)) {
		readers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(missing); i = int(next.Add(1)) - 1 {
				read[i], faults[i] = readSegment(missing[i].Segment(), missing[i].FullSize(), x.dictionary)
			}
		})
	}
	readers.Wait()
	if err := errors.Join(faults...); err != nil {
		return err
	}
	for i, seg := range missing {
		x.segments[seg.Id()] = read[i]
	}
	return nil
}

// forget drops the arrays of segments that the newest view no longer has. Older views keep theirs.
func (x *Index) forget(newest *view) {
	for id := range x.segments {
		if !slices.ContainsFunc(newest.parts, func(p part) bool { return p.id == id }) {
			delete(x.segments, id)
		}
	}
}

// Release gives the view back.
func (v *view) Release() {
	if v.users.Add(-1) == 0 {
		v.snapshot.Close()
	}
}

// Len is the number of assets.
func (v *view) Len() int { return v.live }

// Generation numbers the states of all indexes of the process.
func (v *view) Generation() uint64 { return v.generation }

// Values gives the distinct values of a field by number.
func (v *view) Values(field string) []string { return v.values[field] }

// Fields gives the fields of Value, the engine's own left out, sorted.
func (v *view) Fields() []string { return v.fields }

func (v *view) readFields() []string {
	seen := map[string]bool{}
	for _, p := range v.parts {
		for name := range p.arrays.columns {
			seen[name] = seen[name] || !strings.HasPrefix(name, "#")
		}
	}
	var fields []string
	for name, shown := range seen {
		if shown {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}

// Resolve tries an id as it stands, and then behind what ids begin with in this index.
func (v *view) Resolve(id string) []semdex.AssetID {
	if _, _, ok := v.find(id); ok {
		return []semdex.AssetID{semdex.AssetID(id)}
	}
	var found []semdex.AssetID
	for _, prefix := range v.values[valuePrefix] {
		for end := len(prefix); end >= 0; end = strings.LastIndexByte(prefix[:end], ':') {
			full := prefix[:end] + ":" + id
			if _, _, ok := v.find(full); ok && !slices.Contains(found, semdex.AssetID(full)) {
				found = append(found, semdex.AssetID(full))
			}
			if end == 0 {
				break
			}
		}
	}
	slices.Sort(found)
	return found[:min(len(found), 2)]
}

// find gives the part and the document of an asset.
func (v *view) find(id string) (partIndex int, doc uint32, ok bool) {
	for i, p := range v.parts {
		docs, err := p.segment.DocNumbers([]string{id})
		if err != nil || docs == nil {
			continue
		}
		for _, d := range docs.ToArray() {
			if p.live.has(d) {
				return i, d, true
			}
		}
	}
	return 0, 0, false
}

// id gives the id of a document.
func (v *view) id(partIndex int, doc uint32) (semdex.AssetID, error) {
	raw, err := v.parts[partIndex].segment.DocID(uint64(doc))
	return semdex.AssetID(raw), err
}
