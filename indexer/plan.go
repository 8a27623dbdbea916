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
	known map[semdex.AssetID]semdex.Hash
	seen  map[semdex.AssetID]struct{}
}

// NewPlan starts a comparison with the fingerprints known of the source's assets.
func NewPlan(known map[semdex.AssetID]semdex.Hash) *Plan {
	return &Plan{known: known, seen: make(map[semdex.AssetID]struct{}, len(known))}
}

// Next takes the next listed asset and says what to do about it.
func (p *Plan) Next(id semdex.AssetID, hash semdex.Hash) Action {
	if _, again := p.seen[id]; again {
		return Duplicate
	}
	p.seen[id] = struct{}{}
	switch old, known := p.known[id]; {
	case !known:
		return Add
	case old != hash:
		return Change
	}
	return Unchanged
}

// Keep marks an asset as listed although its record could not be read, so that it is not taken for deleted.
func (p *Plan) Keep(id semdex.AssetID) { p.seen[id] = struct{}{} }

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
