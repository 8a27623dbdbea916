package local

import (
	"semdex"
	"semdex/internal/text"
)

// curated are the documents of one part that a plan treats apart.
type curated struct {
	pinned map[uint32]int // document -> place from 0
	raised bitset         // nil for none
	titled bitset         // nil for none
	hidden bitset         // nil for none
}

func (r *run) curated(partIndex int) (c curated, err error) {
	p := &r.view.parts[partIndex]
	for place, id := range r.plan.Pinned {
		docs, err := p.segment.DocNumbers([]string{string(id)})
		if err != nil {
			return c, err
		}
		for _, doc := range docs.ToArray() {
			if c.pinned == nil {
				c.pinned = map[uint32]int{}
			}
			if _, again := c.pinned[doc]; !again {
				c.pinned[doc] = place
			}
		}
	}
	if c.raised, err = p.among(r.plan.Raised); err != nil {
		return c, err
	}
	if c.titled, err = p.titled(r.plan.Titled); err != nil {
		return c, err
	}
	c.hidden, err = p.among(r.plan.Hidden)
	return c, err
}

// titled gives the documents whose whole title is title, but for case and accents; nil for none.
func (p *part) titled(title string) (bitset, error) {
	if title == "" {
		return nil, nil
	}
	d, err := p.segment.Dictionary(prefixString + "title")
	if err != nil {
		return nil, err
	}
	list, err := d.PostingsList([]byte(cutString(text.Fold(title))), nil, nil)
	if err != nil || list.Count() == 0 {
		return nil, err
	}
	docs, err := bitmapOf(list.Iterator(false, false, false, nil))
	if err != nil {
		return nil, err
	}
	set := newBitset(p.arrays.docs)
	docs.Iterate(func(doc uint32) bool { set.set(doc); return true })
	return set, nil
}

// among gives the documents with one of the ids, nil for none.
func (p *part) among(ids []semdex.AssetID) (bitset, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	docs, err := p.segment.DocNumbers(names)
	if err != nil || docs.IsEmpty() {
		return nil, err
	}
	set := newBitset(p.arrays.docs)
	set.addBitmap(docs)
	return set, nil
}

// fitting says how well the words of a group suit a document, 0 to 1: as well as can be where it is titled just so.
func (f *found) fitting(group int, doc uint32) float64 {
	if f.titled != nil && f.titled.has(doc) {
		return 1
	}
	s := float64(f.scores[group][doc])
	return s / (s + halfText)
}
