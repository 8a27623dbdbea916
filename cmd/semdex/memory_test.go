package main

import (
	"runtime/debug"
	"testing"
)

func TestBoundHeap(t *testing.T) {
	tests := []struct {
		name, variable, value string
		bound                 bool
	}{
		{"a server bounds its heap", "", "", true},
		{"GOGC is respected", "GOGC", "100", false},
		{"so is GOMEMLIMIT", "GOMEMLIMIT", "4GiB", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GOGC", "")
			t.Setenv("GOMEMLIMIT", "")
			if tt.variable != "" {
				t.Setenv(tt.variable, tt.value)
			}
			const before = 77
			own := debug.SetGCPercent(before)
			defer debug.SetGCPercent(own)
			want := before
			if tt.bound {
				want = heapGrowth
			}
			restore := boundHeap()
			got := debug.SetGCPercent(want)
			restore()
			if got != want {
				t.Errorf("the heap may grow by %d percent, want %d", got, want)
			}
			if got := debug.SetGCPercent(before); got != before {
				t.Errorf("afterwards by %d percent, want %d as before", got, before)
			}
		})
	}
}
