package local

import (
	"math"

	"semdex/search"
)

// focused are the fields whose values say what an asset is about.
var focused = []string{"concepts", "tags", "keywords"}

// focus tells for each document how much it is about any one of its tags: 1 for one that bears a single one, less for
// what bears many. It is what the length of a text is for words.
func (a *segmentArrays) focus() []uint8 {
	a.focusOnce.Do(func() {
		a.tags = make([]uint8, a.docs)
		for _, field := range focused {
			c := a.columns[field]
			if c == nil {
				continue
			}
			c.each(func(_, doc uint32) {
				if a.tags[doc] < math.MaxUint8 {
					a.tags[doc]++
				}
			})
		}
	})
	return a.tags
}

// focusBy gives the share of the score by how many tags there are.
var focusBy = func() (by [math.MaxUint8 + 1]float64) {
	for n := 1; n < len(by); n++ {
		by[n] = shareFocus / math.Sqrt(float64(n))
	}
	return by
}()

// isTag reports the classes of what an asset is tagged with.
func isTag(c search.Class) bool {
	return c == search.Tagged || c == search.Narrower || c == search.Related
}
