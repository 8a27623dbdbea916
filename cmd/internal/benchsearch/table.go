package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// table prints figures, one a line, beside their targets.
type table struct {
	out                io.Writer
	within, overTarget int
}

func (t *table) heading(format string, args ...any) {
	fmt.Fprintf(t.out, "\n%s\n", fmt.Sprintf(format, args...))
}

// note prints a figure that has no target.
func (t *table) note(what, format string, args ...any) {
	fmt.Fprintf(t.out, "  %-72s %s\n", what, fmt.Sprintf(format, args...))
}

func (t *table) atMost(what string, got, target float64, unit string) {
	t.row(what, got, "<=", target, unit, got <= target)
}

func (t *table) atLeast(what string, got, target float64, unit string) {
	t.row(what, got, ">=", target, unit, got >= target)
}

func (t *table) row(what string, got float64, sign string, target float64, unit string, ok bool) {
	verdict := "ok"
	if !ok {
		verdict = "missed"
		t.overTarget++
	} else {
		t.within++
	}
	fmt.Fprintf(t.out, "  %-72s %9.2f %-3s  target %s %g  %s\n", what, got, unit, sign, target, verdict)
}

func (t *table) sum() { t.heading("%d targets ok, %d missed", t.within, t.overTarget) }

// times are how long requests took.
type times []time.Duration

// quantile gives the time in ms that the share q of them did not exceed.
func (t times) quantile(q float64) float64 {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return ms(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))])
}

func (t times) String() string {
	return fmt.Sprintf("p50 %.2f  p95 %.2f  p99 %.2f ms  (%d requests)", t.quantile(.5), t.quantile(.95), t.quantile(.99), len(t))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
