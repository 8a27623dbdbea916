package analytics

import (
	"math"
	"math/bits"
	"runtime"
	"slices"
)

// sort brings the rows into order, by the numbers in a column, the largest first, and then by the keys. It keeps the first
// limit of them, all where it is 0.
func (r *Report) sort(by, limit int) {
	for i := r.keys - 1; i >= 0; i-- {
		if texts, ok := r.cells[i].(*textCells); ok {
			ranks := texts.ranks()
			r.order = sortBy(r.order, func(row int32) uint64 { return uint64(ranks[texts.number[row]]) })
		}
	}
	key := func(row int32) uint64 { return ^rising(r.cells[by].at(row)) }
	if counts, ok := r.cells[by].(countCells); ok {
		key = func(row int32) uint64 { return ^(uint64(counts[row]) ^ 1<<63) }
	}
	r.order = sortBy(r.order, key)
	if limit > 0 && len(r.order) > limit {
		r.order = r.order[:limit]
	}
}

// rising turns a cell into a number that rises with it: nil, then numbers.
func rising(cell any) uint64 {
	switch v := cell.(type) {
	case int64:
		return uint64(v) ^ 1<<63
	case float64:
		b := math.Float64bits(v)
		if v < 0 {
			return ^b
		}
		return b | 1<<63
	}
	return 0
}

// digit is how many bits sortBy looks at in one pass.
const digit = 11

// sortBy sorts rows by a key, and leaves those of equal keys in their order: radix sort, from the last digit to the first, without the digits
// in which all keys agree.
func sortBy(rows []int32, key func(int32) uint64) []int32 {
	if len(rows) < 2 {
		return rows
	}
	keys := make([]uint64, len(rows))
	differ := uint64(0)
	for i, r := range rows {
		keys[i] = key(r)
		differ |= keys[i] ^ keys[0]
	}
	if len(rows) < 256 {
		at := make([]int32, len(rows))
		for i := range at {
			at[i] = int32(i)
		}
		slices.SortStableFunc(at, func(a, b int32) int {
			switch {
			case keys[a] < keys[b]:
				return -1
			case keys[a] > keys[b]:
				return 1
			}
			return 0
		})
		out := make([]int32, len(rows))
		for i, a := range at {
			out[i] = rows[a]
		}
		return out
	}
	nextRows, nextKeys := make([]int32, len(rows)), make([]uint64, len(rows))
	for shift := bits.TrailingZeros64(differ); shift < 64 && differ>>shift != 0; shift += digit {
		if differ>>shift&(1<<digit-1) == 0 {
			continue
		}
		runtime.Gosched()
		var from [1<<digit + 1]int32
		for _, k := range keys {
			from[k>>shift&(1<<digit-1)+1]++
		}
		for i := range len(from) - 1 {
			from[i+1] += from[i]
		}
		for i, k := range keys {
			d := k >> shift & (1<<digit - 1)
			nextRows[from[d]], nextKeys[from[d]] = rows[i], k
			from[d]++
		}
		rows, nextRows, keys, nextKeys = nextRows, rows, nextKeys, keys
	}
	return rows
}
