// Command semdex is a semantic search and analytics index server for digital asset libraries.
//
// Each file holds one command. A command that works on a data directory runs in the process that owns it:
// here, if the directory is free, else in the owner, which streams back what the command prints.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"semdex"
	"semdex/analytics"
	"semdex/cmd/internal/library"
	"semdex/graph/rdf"
)

func main() {
	answerInstead()
	ctx, stop := signalContext()
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// answerInstead makes this process the one that answers an own question, where its arguments say so.
func answerInstead() {
	if len(os.Args) == 2 && os.Args[1] == library.AnswererCommand {
		os.Exit(analytics.AnswerQuestion(os.Stdin, os.Stdout))
	}
}

// signalContext ends at the first interrupt; the second one leaves at once.
func signalContext() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, cancel
}

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitPartly      = 3
	exitInterrupted = 130
)

// run is the whole program: arguments in, exit code out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(stderr, "semdex: error:", err)
		return exitFailed
	}
	p := &program{stdout: stdout, stderr: stderr, dir: dir, args: args}
	p.progress = newBar(stderr)
	return p.run(ctx)
}

// program is one command under way: where it writes, where relative paths start, and, inside an owner that
// runs it for another process, the session it works in.
type program struct {
	stdout, stderr io.Writer
	dir            string
	args           []string
	configPath     string
	library        string
	progress       func(step string, done, total int)
	session        *session
	answered       bool // a demo has had its first answer
}

func (p *program) run(ctx context.Context) int {
	root := p.command()
	root.SetArgs(p.args)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	err := root.ExecuteContext(ctx)
	p.progress("", 0, 0)
	return p.exit(err)
}

// usageError is a command line that cannot be meant.
type usageError struct{ error }

// forwarded is the exit code of a command that the owner ran; what there was to say has been said.
type forwarded int

func (f forwarded) Error() string { return fmt.Sprintf("exit code %d", int(f)) }

// exit says what went wrong, and gives the code to leave with.
func (p *program) exit(err error) int {
	var remote forwarded
	if errors.As(err, &remote) {
		return int(remote)
	}
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(p.stderr, "semdex: interrupted")
		return exitInterrupted
	}
	for _, message := range messages(err) {
		fmt.Fprintln(p.stderr, "semdex: error:", message)
	}
	said := map[string]bool{}
	for _, hint := range hints(err) {
		if said[hint] { // one for all that went wrong in the same way
			continue
		}
		said[hint] = true
		fmt.Fprintln(p.stderr, "semdex: hint:", hint)
	}
	var usage usageError
	switch {
	case errors.As(err, &usage):
		fmt.Fprintln(p.stderr, "semdex: hint: semdex help lists the commands, semdex help COMMAND its flags")
		return exitUsage
	case semdex.CodeOf(err) == semdex.Invalid, semdex.CodeOf(err) == semdex.NotFound:
		return exitUsage
	case semdex.CodeOf(err) == semdex.Partial:
		return exitPartly
	}
	return exitFailed
}

// messages gives one line for each of the errors that were joined.
func messages(err error) []string {
	return strings.Split(err.Error(), "\n")
}

// hints gives the hints of all Errors in the tree of err.
func hints(err error) []string {
	var out []string
	var walk func(error)
	walk = func(err error) {
		switch e := err.(type) {
		case nil:
			return
		case *semdex.Error:
			if e.Hint != "" {
				out = append(out, e.Hint)
			}
			walk(e.Err)
		case *rdf.SyntaxError:
			if e.Hint != "" {
				out = append(out, e.Hint)
			}
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				walk(one)
			}
		default:
			walk(errors.Unwrap(err))
		}
	}
	walk(err)
	return out
}

func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use: "semdex", Short: "Semantic search and analytics for digital asset libraries",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Version:           version,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().StringVar(&p.configPath, "config", "semdex.yaml", "the configuration file")
	root.PersistentFlags().StringVar(&p.library, "library", "", "the library to work on (default: the only one); keys create takes several, by commas")
	root.AddCommand(p.demo(), p.serve(), p.index(), p.importCommand(), p.erase(), p.searchCommand(), p.report(), p.sql(), p.eval(), p.export(), p.doctor(), p.keys())
	root.Args = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return fmt.Errorf("no command %s", args[0])
	}
	root.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	wrapArgs(root)
	return root
}

// wrapArgs makes wrong arguments usage errors.
func wrapArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		check = cobra.NoArgs
	}
	c.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{err}
		}
		return nil
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}

// version is set when a release is built.
var version = "dev"
