package library

import (
	"hash/maphash"
	"sync"

	"semdex"
	"semdex/search"
)

// rememberedAnswers is how many answers are remembered: at most 800 bytes each, a hash for each hit.
const rememberedAnswers = 10_000

// answerMemory remembers of recent answers, by their query ids, by what their hits were found. The zero value is ready for use.
type answerMemory struct {
	mu   sync.Mutex
	of   map[string][]uint64 // hash of the asset's id; its last bit says that only expansion found it
	ring []string            // the query ids in it
	next int                 // place in ring of the oldest, once it is full
}

var memorySeed = maphash.MakeSeed()

func hashAsset(id string) uint64 { return maphash.String(memorySeed, id) &^ 1 }

// add remembers an answer. One without words has nothing to remember.
func (m *answerMemory) add(a *search.Answer) {
	var hits []uint64
	for i := range a.Hits {
		h := &a.Hits[i]
		if h.Matched.Found == "" {
			return
		}
		if hits == nil {
			hits = make([]uint64, 0, len(a.Hits))
		}
		hash := hashAsset(string(h.ID))
		if h.Matched.Found == semdex.FoundByExpansion {
			hash |= 1
		}
		hits = append(hits, hash)
	}
	if len(hits) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		m.of = map[string][]uint64{}
	}
	if len(m.ring) < rememberedAnswers {
		m.ring = append(m.ring, a.QueryID)
	} else {
		delete(m.of, m.ring[m.next])
		m.ring[m.next] = a.QueryID
		m.next = (m.next + 1) % len(m.ring)
	}
	m.of[a.QueryID] = hits
}

// found gives by what a hit of an answer was found, "" where it is no hit of it. known says whether the answer is remembered.
func (m *answerMemory) found(queryID, asset string) (found string, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	hits, known := m.of[queryID]
	hash := hashAsset(asset)
	for _, h := range hits {
		switch h {
		case hash:
			return semdex.FoundByText, true
		case hash | 1:
			return semdex.FoundByExpansion, true
		}
	}
	return "", known
}
