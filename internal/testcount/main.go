// Command testcount reads the JSON stream of go test, prints what failed and, last, how many tests passed,
// failed and were skipped, with the reason of each skip.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of go test -json.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

func main() {
	if err := count(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
		os.Exit(1)
	}
}

// tally gathers what a stream says.
type tally struct {
	out                     io.Writer
	passed, failed, skipped int
	output                  map[string][]string // of the tests and packages that run
	builds                  bool                // a package did not build
}

func count(in io.Reader, out io.Writer) error {
	t := &tally{out: out, output: map[string][]string{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text()) // what the go command says beside the stream
			continue
		}
		t.take(e)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	if t.failed > 0 || t.builds {
		return fmt.Errorf("tests failed")
	}
	if t.passed == 0 {
		return fmt.Errorf("no test ran")
	}
	return nil
}

func (t *tally) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		t.output[key] = append(t.output[key], e.Output)
		return
	case "build-output":
		fmt.Fprint(t.out, e.Output)
		return
	case "pass", "fail", "skip":
	default:
		return
	}
	if e.Test == "" {
		t.pack(e, key)
	} else {
		t.test(e, key)
	}
	delete(t.output, key)
}

func (t *tally) test(e event, key string) {
	switch e.Action {
	case "pass":
		t.passed++
	case "fail":
		t.failed++
		fmt.Fprint(t.out, strings.Join(t.output[key], ""))
	case "skip":
		t.skipped++
		fmt.Fprintf(t.out, "skipped %s: %s\n", e.Test, reason(t.output[key]))
	}
}

func (t *tally) pack(e event, key string) {
	switch e.Action {
	case "fail":
		t.builds = true
		fmt.Fprint(t.out, strings.Join(t.output[key], ""))
	case "pass":
		fmt.Fprintf(t.out, "ok   %-28s %6.1f s\n", e.Package, e.Elapsed)
	}
}

// reason finds what a skipped test said.
func reason(output []string) string {
	for _, line := range output {
		if _, said, ok := strings.Cut(line, ".go:"); ok {
			_, said, _ = strings.Cut(said, ": ")
			return strings.TrimSpace(said)
		}
	}
	return "no reason given"
}
