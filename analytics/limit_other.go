//go:build !linux

package analytics

import "os/exec"

// limitMemory does nothing here: DuckDB's own bound has to do.
func limitMemory(int64) error { return nil }

func dieWithUs(*exec.Cmd) {}

func onOwnThread() func() { return func() {} }
