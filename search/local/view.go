package local

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"semdex"
	"semdex/search"
)

// view is one state of the index: a snapshot of bleve, and the arrays and live documents of its segments.
// The last one who uses it closes the snapshot.
type view struct {
	snapshot   *scorch.IndexSnapshot
	parts      []part
	dictionary *dictionary
	values     map[string][]string // by field: those of its segments and of all before
	generation uint64
	live       int
	words      int64
	users      atomic.Int32
	fields     []string
}

// part is one segment as the view sees it.
type part struct {
	id      uint64
	segment segment.Segment
	arrays  *segmentArrays
	live    bitset
}

// refresh makes the newest state of bleve the current view, if it is another one. One goroutine at a time
// reads and builds; queries go on with the view before until the new one stands.
func (x *Index) refresh() error {
	x.building.Lock()
	defer x.building.Unlock()
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
	v := &view{snapshot: s, dictionary: x.dictionary, generation: generations.Add(1)}
	v.users.Store(1)
	for _, seg := range s.Segments() {
		arrays := x.segments[seg.Id()]
		if arrays == nil {
			var err error
			if arrays, err = readSegment(seg.Segment(), seg.FullSize(), x.dictionary); err != nil {
				return nil, err
			}
			x.segments[seg.Id()] = arrays
		}
		live := newBitset(arrays.docs)
		live.fill(arrays.docs)
		if deleted := seg.Deleted(); deleted != nil {
			deleted.Iterate(func(doc uint32) bool { live[doc>>6] &^= 1 << (doc & 63); return true })
		}
		v.parts = append(v.parts, part{seg.Id(), seg.Segment(), arrays, live})
		v.live += live.count()
		v.words += arrays.words
	}
	v.values = x.dictionary.all()
	v.fields = v.readFields()
	return v, nil
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

// permitted gives the documents of a part that the access lets through: live, and approved and in rights
// unless all may be seen, and within its restriction. The caller must not write to it.
func (p *part) permitted(a search.Access, d *dictionary) bitset {
	if a.Whole() {
		return p.live
	}
	allowed := p.access(a, d).clone()
	allowed.and(p.live)
	return allowed
}

// maxAccesses bounds how many answers about access a segment keeps.
const maxAccesses = 64

func (p *part) access(access search.Access, d *dictionary) bitset {
	a := p.arrays
	access.Use.Territory, access.Use.Channel = strings.ToLower(access.Use.Territory), strings.ToLower(access.Use.Channel)
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.allowed[access]; known != nil {
		return known
	}
	if len(a.allowed) >= maxAccesses {
		clear(a.allowed)
	}
	set := a.decide(access, d)
	p.restrict(set, access, d)
	a.allowed[access] = set
	return set
}

// decide says for every document what semdex.Rights.Refuses says of its record and, unless all may be seen,
// that it is approved.
func (a *segmentArrays) decide(access search.Access, d *dictionary) bitset {
	approved := newBitset(a.docs)
	if access.All {
		approved.fill(a.docs)
		if !access.Rights {
			return approved
		}
	} else {
		approved.or(a.having("approval", string(semdex.Approved), d))
	}
	if access.DenyMissing {
		approved.and(a.having(valueRights, "yes", d))
	}
	on := string(access.Use.On)
	approved.andNot(a.where(valueFrom, d, func(from string) bool { return on < from }))
	approved.andNot(a.where(valueUntil, d, func(until string) bool { return on > until }))
	a.bound(approved, valueTerritory, access.Use.Territory, d)
	a.bound(approved, valueChannel, access.Use.Channel, d)
	return approved
}

// restrict takes out the documents for which a filter of the access's restriction does not hold: all of them
// where the restriction was not resolved.
func (p *part) restrict(set bitset, access search.Access, d *dictionary) {
	switch r := access.Restriction; {
	case access.Only == "":
	case r == nil:
		clear(set)
	default:
		v := &view{dictionary: d}
		for i := range r.Filters {
			set.and(v.passing(p, &r.Filters[i]))
		}
	}
}

// bound takes out the documents that have values in the field, but not the one asked for.
func (a *segmentArrays) bound(set bitset, field, asked string, d *dictionary) {
	if asked == "" {
		return
	}
	others := a.where(field, d, func(string) bool { return true })
	others.andNot(a.having(field, boundTo(asked), d))
	set.andNot(others)
}

func (a *segmentArrays) having(field, value string, d *dictionary) bitset {
	set := newBitset(a.docs)
	if c := a.columns[field]; c != nil {
		if n, known := d.lookup(field, value); known {
			for _, doc := range c.bearing(n) {
				set.set(doc)
			}
		}
	}
	return set
}

func (a *segmentArrays) where(field string, d *dictionary, holds func(string) bool) bitset {
	set := newBitset(a.docs)
	c := a.columns[field]
	if c == nil {
		return set
	}
	values := d.values(field)
	for n := range c.entry {
		if holds(values[n]) {
			for _, doc := range c.bearing(n) {
				set.set(doc)
			}
		}
	}
	return set
}
