package local

import "math"

// screen lets those documents of a part through that may have a score of a bound or more, and reads few bytes of the
// others: with how strong the evidence is and how many tags there are, it is known how much must be added yet.
type screen struct {
	group    *group
	levels   []uint8
	tags     []uint8
	ceilings []uint8
	added    float64 // for any document, at most
	needed   []uint16
}

// screenTags is how many numbers of tags a screen tells apart: more of them count as the most.
const screenTags = 64

// newScreen gives nil, which lets everything through, where a score depends on more.
func (t *topHits) newScreen(f *found, first first) *screen {
	r := t.run
	if !first.score || len(r.groups) != 1 || f.evidence[0].narrow == nil || f.pinned != nil || f.raised != nil || f.signals == nil {
		return nil
	}
	s := &screen{group: r.groups[0], levels: f.evidence[0].narrow, tags: f.tags, ceilings: f.signals.ceilings(), added: f.signals.mostApproval()}
	if f.texted != nil {
		s.added += r.mostText()
	}
	return s
}

// let gives the documents that are let through, in their order and in the same memory.
func (s *screen) let(docs []uint32, bound int64) []uint32 {
	if s == nil || bound == math.MinInt64 {
		return docs
	}
	s.need(float64(bound-4)/boundSteps - s.added)
	kept := 0
	for _, doc := range docs {
		docs[kept] = doc
		needed := s.needed[int(s.levels[doc])*screenTags+int(min(s.tags[doc], screenTags-1))]
		if uint16(s.ceilings[doc]) >= needed {
			kept++
		}
	}
	return docs[:kept]
}

// need notes by level and number of tags how many steps of a ceiling make a score of the bound.
func (s *screen) need(bound float64) {
	s.needed = s.needed[:0]
	for level, base := range s.group.base {
		for tags := range screenTags {
			missing := bound - base - s.group.focus[level]*focusBy[tags]
			s.needed = append(s.needed, uint16(max(0, min(ceilingSteps+1, math.Floor(missing*ceilingSteps/maxSignals)))))
		}
	}
}
