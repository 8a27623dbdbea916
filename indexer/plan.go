package indexer

import (
	"slices"

	"semdex"
)

// Action is what a listed asset means for the mirror.
type Action uint8

const (
	Add Action = iota
	Change
	Unchanged
	Duplicate // listed before in the same run; the first one counts
)

// Plan compares what a source lists with what the mirror holds of it. It has no I/O and no clock.
type Plan struct {
	known map[semdex.AssetID]semdex.Hash // what the mirror holds once all that was said so far is done
	seen  map[semdex.AssetID]state
}

// state is what the listing has said of an asset so far.
type state uint8

const (
	listed state = iota + 1
	kept         // its record could not be read
	gone         // the source said that it is deleted
)

// NewPlan starts a comparison with the fingerprints known of the source's assets, and keeps them from there on.
func NewPlan(known map[semdex.AssetID]semdex.Hash) *Plan {
	return &Plan{known: known, seen: make(map[semdex.AssetID]state, len(known))}
}

// Next takes the next listed asset and says what to do about it.
func (p *Plan) Next(id semdex.AssetID, hash semdex.Hash) Action {
	before := p.seen[id]
	if before == listed {
		return Duplicate
	}
	p.seen[id] = listed
	old, known := p.known[id]
	p.known[id] = hash
	switch {
	case before == gone: // to be stored again, even as it was
		return Change
	case !known:
		return Add
	case old != hash:
		return Change
	}
	return Unchanged
}

// Delete takes what the source says to be deleted, and says whether there is anything to delete.
func (p *Plan) Delete(id semdex.AssetID) bool {
	_, known := p.known[id]
	p.seen[id] = gone
	delete(p.known, id)
	return known
}

// Keep marks an asset whose record could not be read, so that it is not taken for deleted. A readable record
// of it may still follow.
func (p *Plan) Keep(id semdex.AssetID) {
	if p.seen[id] == 0 {
		p.seen[id] = kept
	}
}

// Restart begins the listing again, on top of what was said so far.
func (p *Plan) Restart() { clear(p.seen) }

// Holds reports whether the mirror holds an asset once all that was said so far is done.
func (p *Plan) Holds(id semdex.AssetID) bool {
	_, known := p.known[id]
	return known
}

// Held is how many assets the mirror holds once all that was said so far is done.
func (p *Plan) Held() int { return len(p.known) }

// Missing gives the known assets that were not listed, sorted: after a complete listing, the deleted ones.
func (p *Plan) Missing() []semdex.AssetID {
	var missing []semdex.AssetID
	for id := range p.known {
		if _, listed := p.seen[id]; !listed {
			missing = append(missing, id)
		}
	}
	slices.Sort(missing)
	return missing
}

// TooManyDeletes says whether deleting n of a library's assets wants a person's word: more than a tenth of
// them at once looks the same as a credential that lost a folder.
func TooManyDeletes(n, library int) bool { return n*10 > library }
