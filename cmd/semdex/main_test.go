package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// runAsSemdex makes the test binary act as the program, so that tests can start, kill and script it.
const runAsSemdex = "SEMDEX_TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	answerInstead()
	if os.Getenv(runAsSemdex) != "" {
		ctx, stop := signalContext()
		code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){
		"semdex": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) },
	})
}
