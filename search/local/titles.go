package local

import (
	"context"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"semdex"
	"semdex/search"
)

// maxCompleted bounds to how many words of one part the beginning of a word is completed, so that a single
// letter does not read half of the index.
const maxCompleted = 2048

// titles gathers assets by their titles.
type titles struct {
	view    *view
	ask     *search.TitleStart
	allowed []bitset        // by part
	seen    map[string]bool // titles to sort by
	ids     []semdex.AssetID
	found   map[partDoc]bool
}

type partDoc struct {
	part int
	doc  uint32
}

// Titles looks titles up in the dictionary of those to sort by, and words in that of titles.
func (v *view) Titles(ctx context.Context, t *search.TitleStart) ([]semdex.AssetID, error) {
	c := &titles{view: v, ask: t, seen: map[string]bool{}, found: map[partDoc]bool{}}
	memory := scratches.Get().(*scratch)
	defer scratches.Put(memory)
	memory.reset()
	for i := range v.parts {
		permitted, err := v.parts[i].permitted(t.Access, v.dictionary, memory)
		if err != nil {
			return nil, err
		}
		c.allowed = append(c.allowed, permitted)
	}
	if err := c.beginning(ctx); err != nil {
		return nil, err
	}
	for i := range v.parts {
		if len(c.ids) >= t.Limit {
			break
		}
		if err := c.words(ctx, i); err != nil {
			return nil, err
		}
	}
	return c.ids, nil
}

// beginning adds the assets whose title begins with the text, by alphabet.
func (c *titles) beginning(ctx context.Context) error {
	type titled struct {
		title string
		partDoc
	}
	var all []titled
	for i := range c.view.parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, n := newMatcher(c.view.parts[i].segment), 0
		err := m.each(prefixString+"title", c.ask.Text, func(title string, docs *roaring.Bitmap) bool {
			if doc, ok := firstOf(docs, c.allowed[i]); ok {
				all = append(all, titled{title, partDoc{i, doc}})
				n++
			}
			return n < c.ask.Limit
		})
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(all, func(a, b titled) int { return strings.Compare(a.title, b.title) })
	for _, t := range all {
		if err := c.add(t.partDoc); err != nil {
			return err
		}
	}
	return nil
}

// words adds the assets of a part in whose titles all words stand, the last one as the beginning of a word.
func (c *titles) words(ctx context.Context, partIndex int) error {
	m := newMatcher(c.view.parts[partIndex].segment)
	last := len(c.ask.Words) - 1
	var within *roaring.Bitmap // nil is all
	for _, word := range c.ask.Words[:last] {
		bearing, err := m.bitmap(fieldTitle, word)
		if err != nil || bearing == nil {
			return err
		}
		if within == nil {
			within = bearing.Clone() // the other belongs to the segment
		} else {
			within.And(bearing)
		}
	}
	var fault error
	err := m.each(fieldTitle, c.ask.Words[last], func(_ string, docs *roaring.Bitmap) bool {
		if within != nil {
			docs = roaring.And(docs, within)
			within.AndNot(docs) // these need not be found again
		}
		for it := docs.Iterator(); it.HasNext() && fault == nil && len(c.ids) < c.ask.Limit; {
			if doc := it.Next(); c.allowed[partIndex].has(doc) {
				fault = c.add(partDoc{partIndex, doc})
			}
		}
		if fault == nil {
			fault = ctx.Err()
		}
		return fault == nil && len(c.ids) < c.ask.Limit && (within == nil || !within.IsEmpty())
	})
	if err == nil {
		err = fault
	}
	return err
}

// add takes an asset in, unless one with its title is there.
func (c *titles) add(d partDoc) error {
	p := &c.view.parts[d.part]
	titles, err := p.arrays.sorted(p.segment, "title")
	if err != nil {
		return err
	}
	title := titles.of(d.doc)
	if len(c.ids) >= c.ask.Limit || c.found[d] || c.seen[title] {
		return nil
	}
	id, err := c.view.id(d.part, d.doc)
	if err == nil {
		c.found[d], c.seen[title] = true, title != ""
		c.ids = append(c.ids, id)
	}
	return err
}

// firstOf gives the first document that is allowed.
func firstOf(docs *roaring.Bitmap, allowed bitset) (uint32, bool) {
	for it := docs.Iterator(); it.HasNext(); {
		if doc := it.Next(); allowed.has(doc) {
			return doc, true
		}
	}
	return 0, false
}

// each calls yield with the terms of a field that begin with prefix, by alphabet, and the documents that hold
// each, until it gives false. It stops after maxCompleted terms.
func (m *matcher) each(field, prefix string, yield func(term string, docs *roaring.Bitmap) bool) error {
	d, err := m.dictionary(field)
	if err != nil {
		return err
	}
	all := terms(d, []byte(prefix), append([]byte(prefix), 0xff))
	for range maxCompleted {
		entry, err := all.Next()
		if err != nil || entry == nil {
			return err
		}
		docs, err := m.bitmap(field, entry.Term)
		if err != nil {
			return err
		}
		if docs != nil && !yield(entry.Term, docs) {
			return nil
		}
	}
	return nil
}
