package main

import (
	"os"
	"runtime/debug"
)

// heapGrowth is by how much, in percent of what is in use, the heap of a server may grow before it is collected. Go's own
// 100 would take a third more memory for a little less work: most of what a server holds are arrays without pointers, which
// cost a collection next to nothing.
const heapGrowth = 60

// boundHeap holds the heap of the process to heapGrowth, unless the one who runs it said by GOGC or GOMEMLIMIT what he
// wants. restore takes it back.
func boundHeap() (restore func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(heapGrowth)
	return func() { debug.SetGCPercent(before) }
}
