package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// newBar shows progress: a bar with count, rate and time left on a terminal, now and then a line elsewhere.
// A call with an empty step takes the bar away.
func newBar(w io.Writer) func(step string, done, total int) {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return terminalBar(w)
	}
	return plainLines(w, 5*time.Second)
}

func terminalBar(w io.Writer) func(step string, done, total int) {
	var bar *progressbar.ProgressBar
	shown := ""
	return func(step string, done, total int) {
		if bar != nil && step != shown {
			bar.Clear()
			bar = nil
		}
		if shown = step; step == "" {
			return
		}
		if bar == nil {
			bar = progressbar.NewOptions(max(total, -1), progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(step),
				progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true),
				progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
		}
		if total > 0 {
			bar.ChangeMax(total)
		}
		bar.Set(done)
	}
}

func plainLines(w io.Writer, every time.Duration) func(step string, done, total int) {
	var last time.Time
	return func(step string, done, total int) {
		now := time.Now()
		switch {
		case step == "" || !last.IsZero() && now.Sub(last) < every:
			return
		case last.IsZero():
			last = now
			return // short work needs no line
		case total > 0:
			fmt.Fprintf(w, "%s: %d of %d\n", step, done, total)
		default:
			fmt.Fprintf(w, "%s: %d\n", step, done)
		}
		last = now
	}
}
