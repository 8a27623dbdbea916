package analytics

import (
	"slices"
	"time"

	"semdex"
)

// past tells what assets were when an event occurred. What an asset was until a change has a number of its own, beyond those of
// the texts, so that an event counts for it as for another asset.
type past struct {
	base    int // the first of these numbers
	records []*semdex.Asset
	until   []int64                  // of each record, in microseconds
	of      map[semdex.AssetID][]int // of each asset that changed, its records by time
	numbers []int32                  // of each number of an asset, 1 and where its records begin in lists; 0 where not asked yet, -1 for none
	lists   [][]int
}

// readPast reads what assets were. assets is how many numbers assets have.
func readPast(d Dimensions, assets int) (*past, error) {
	p := &past{base: assets, of: make(map[semdex.AssetID][]int), numbers: make([]int32, assets)}
	err := d.Past(func(a *semdex.Asset, until time.Time) error {
		p.of[a.ID] = append(p.of[a.ID], len(p.records))
		p.records, p.until = append(p.records, a), append(p.until, until.UnixMicro())
		return nil
	})
	return p, err
}

// at gives the number by which an asset's values are asked for at a moment, in microseconds: that of the record that stood until the next
// change, its own after the last one.
func (p *past) at(asset int32, name string, d Dimensions, moment int64) int32 {
	if asset == 0 || len(p.of) == 0 {
		return asset
	}
	if p.numbers[asset] == 0 {
		id, known := d.Asset(name)
		if !known {
			id = semdex.AssetID(name) // which may be gone
		}
		p.numbers[asset] = -1
		if list := p.of[id]; len(list) > 0 {
			p.lists = append(p.lists, list)
			p.numbers[asset] = int32(len(p.lists))
		}
	}
	if p.numbers[asset] < 0 {
		return asset
	}
	list := p.lists[p.numbers[asset]-1]
	i, _ := slices.BinarySearchFunc(list, moment, func(record int, moment int64) int {
		if p.until[record] > moment {
			return 1
		}
		return -1
	})
	if i == len(list) {
		return asset
	}
	return int32(p.base + list[i])
}
