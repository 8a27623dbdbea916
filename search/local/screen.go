package local

import "math"

// screen lets those documents of a part through that may have a score of a bound or more, and reads few bytes of the
// others: with how strong the evidence is and how many tags there are, it is known how much must be added yet.
type screen struct {
	group    *group
	levels   []uint8
	tags     []uint8
	ceilings []uint8
	approved float64 // what approval adds at most
	texted   bitset  // the documents to which texts may add, too; nil for none
	text     float64 // what they add at most
	bound    int64   // that needed is for
	needed   []uint16
	beside   []uint16 // needed of what is texted
}

// screenTags is how many numbers of tags a screen tells apart: more of them count as the most.
const screenTags = 64

// screenOf gives nil, which lets everything through, where a score depends on more.
func (t *topHits) screenOf(f *found, first first) *screen {
	r, s := t.run, &t.screen
	if !first.score || len(r.groups) != 1 || f.evidence[0].narrow == nil || f.pinned != nil || f.raised != nil || f.signals == nil {
		return nil
	}
	s.group, s.levels, s.tags = r.groups[0], f.evidence[0].narrow, f.tags
	s.ceilings, s.approved = f.signals.ceilings(), f.signals.mostApproval()
	s.texted, s.text = f.texted, r.mostText()
	return s
}

// let gives the documents that are let through, in their order and in the same memory.
func (s *screen) let(docs []uint32, bound int64) []uint32 {
	if s == nil || bound == math.MinInt64 {
		return docs
	}
	if s.needed == nil || s.bound != bound {
		least := float64(bound-4)/boundSteps - s.approved
		s.bound, s.needed, s.beside = bound, s.need(s.needed[:0], least), s.need(s.beside[:0], least-s.text)
	}
	kept := 0
	for _, doc := range docs {
		docs[kept] = doc
		at, ceiling := int(s.levels[doc])*screenTags+int(min(s.tags[doc], screenTags-1)), uint16(s.ceilings[doc])
		if ceiling >= s.needed[at] || s.texted != nil && s.texted.has(doc) && ceiling >= s.beside[at] {
			kept++
		}
	}
	return docs[:kept]
}

// need appends, by level and number of tags, how many steps of a ceiling make a score.
func (s *screen) need(needed []uint16, score float64) []uint16 {
	for level, base := range s.group.base {
		for tags := range screenTags {
			missing := score - base - s.group.focus[level]*focusBy[tags]
			needed = append(needed, uint16(max(0, min(ceilingSteps+1, math.Floor(missing*ceilingSteps/maxSignals)))))
		}
	}
	return needed
}
