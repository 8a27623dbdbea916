package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what commands print into the README")

// TestReadmeShowsWhatCommandsPrint runs the commands of the README's console blocks beside a demo and compares
// what they print with what stands there.
func TestReadmeShowsWhatCommandsPrint(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes; not with -short")
	}
	path := filepath.Join("..", "..", "README.md")
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	demo := startDemo(t, dir)
	defer demo.stop(t)
	const open, end = "```console\n$ bin/semdex ", "```\n"
	var out bytes.Buffer
	rest, blocks := string(body), 0
	for {
		before, after, found := strings.Cut(rest, open)
		out.WriteString(before)
		if !found {
			break
		}
		blocks++
		block, following, _ := strings.Cut(after, end)
		command, shown, _ := strings.Cut(block, "\n")
		printed := output(t, dir, words(command)...)
		if !*update && printed != shown {
			t.Errorf("semdex %s prints\n%s\nthe README shows\n%s", command, printed, shown)
		}
		out.WriteString(open + command + "\n" + printed + end)
		rest = following
	}
	if blocks == 0 {
		t.Error("the README shows no command")
	}
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// words parts a command line as a shell does where there are only blanks and double quotes.
func words(line string) []string {
	var out []string
	for i, piece := range strings.Split(line, `"`) {
		if i%2 == 1 {
			out = append(out, piece)
			continue
		}
		out = append(out, strings.Fields(piece)...)
	}
	return out
}
