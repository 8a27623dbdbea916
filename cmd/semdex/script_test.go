package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts plays the stories in testdata/script. Beside the commands of testscript they have
//
//	code N CMD ARG...      run CMD; it must leave with exit code N
//	capture VAR REGEXP     put what the first group matches in stdout into a variable
//	waitfor FILE           wait until FILE is there
//	hidden FILE DIR        no file below DIR holds the text of FILE
//	same-but FILE1 FILE2 REGEXP   the files are equal, lines that match left aside
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes; not with -short")
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv(runAsSemdex, "1") // with signals, as the real program
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": scriptCode, "capture": scriptCapture, "waitfor": scriptWaitFor, "hidden": scriptHidden, "same-but": scriptSameBut,
		},
	})
}

func scriptCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N CMD ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func scriptCapture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture VAR REGEXP")
	}
	found := regexp.MustCompile(`(?m)` + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("stdout has no match of %s", args[1])
	}
	ts.Setenv(args[0], found[1])
}

func scriptWaitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor FILE")
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
	}
	ts.Fatalf("%s does not come", args[0])
}

func scriptHidden(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hidden FILE DIR")
	}
	secret := strings.TrimSpace(ts.ReadFile(args[0]))
	if len(secret) < 8 {
		ts.Fatalf("%s holds no secret", args[0])
	}
	files := 0
	err := filepath.WalkDir(ts.MkAbs(args[1]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		body, err := os.ReadFile(path)
		if strings.Contains(string(body), secret) {
			ts.Fatalf("%s holds the secret", path)
		}
		return err
	})
	ts.Check(err)
	if files == 0 {
		ts.Fatalf("%s holds no file", args[1])
	}
}

func scriptSameBut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: same-but FILE1 FILE2 REGEXP")
	}
	left := regexp.MustCompile(`(?m)^.*(?:` + args[2] + `).*\n`)
	a, b := left.ReplaceAllString(ts.ReadFile(args[0]), ""), left.ReplaceAllString(ts.ReadFile(args[1]), "")
	if len(a) < 100 {
		ts.Fatalf("%s holds nothing to compare", args[0])
	}
	if a != b {
		ts.Fatalf("%s and %s differ: %s", args[0], args[1], firstDifference(a, b))
	}
}
