package owner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what must come; it ends long before.
const patience = 20 * time.Second

// acquire owns dir until the test ends.
func acquire(t *testing.T, dir string) *Owner {
	t.Helper()
	o, err := Acquire(dir, "test")
	if err != nil || o == nil {
		t.Fatalf("Acquire gives %v, %v", o, err)
	}
	t.Cleanup(func() { o.Close(canceled()) })
	return o
}

func serve(t *testing.T, dir string, handle Handler) *Owner {
	t.Helper()
	o := acquire(t, dir)
	if err := o.Serve(handle); err != nil {
		t.Fatal(err)
	}
	return o
}

// canceled is a context that waits for nothing.
func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// wait fails the test where what does not close in time.
func wait(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
	}
}

func exit(code int) Frame { return Frame{Exit: &code} }

func TestOnlyOneOwnsADirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	first := acquire(t, dir)
	if second, err := Acquire(dir, "second"); second != nil || err != nil {
		t.Fatalf("the second gets %v, %v", second, err)
	}
	if err := first.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	acquire(t, dir)
}

func TestADirectoryThatCannotBeMadeIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if o, err := Acquire(filepath.Join(file, "data"), "test"); o != nil || err == nil {
		t.Errorf("got %v, %v", o, err)
	}
}

func TestDescribeNamesTheOwner(t *testing.T) {
	dir := t.TempDir()
	if got := Describe(dir); got != "another process" {
		t.Errorf("without an owner: %q", got)
	}
	acquire(t, dir)
	if got, want := Describe(dir), fmt.Sprintf("process %d (semdex test)", os.Getpid()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheOwnerRunsTheCommandAndStreamsWhatItGives(t *testing.T) {
	dir := t.TempDir()
	asked := make(chan Request, 1)
	heard := make(chan struct{})
	serve(t, dir, func(_ context.Context, r Request, send func(Frame)) {
		asked <- r
		send(Frame{Out: []byte("first\n")})
		<-heard // the next pieces come only after the first was heard: it is a stream
		send(Frame{Err: []byte("warning\n")})
		send(Frame{Step: "index", Done: 3, Of: 7})
		send(Frame{Out: bytes.Repeat([]byte{0, 0xff}, 100_000)})
		send(exit(3))
	})
	var frames []Frame
	request := Request{Args: []string{"search", "ä \x00\n"}, Dir: "/somewhere", Config: "v1"}
	code, err := Ask(patient(t), dir, request, func(f Frame) {
		frames = append(frames, f)
		if len(frames) == 1 {
			close(heard)
		}
	})
	if err != nil || code != 3 {
		t.Fatalf("got %d, %v", code, err)
	}
	if r := <-asked; fmt.Sprint(r) != fmt.Sprint(request) {
		t.Errorf("the owner was asked %v, want %v", r, request)
	}
	if len(frames) != 4 || string(frames[0].Out) != "first\n" || string(frames[1].Err) != "warning\n" || len(frames[3].Out) != 200_000 {
		t.Errorf("got %d frames", len(frames))
	}
	if f := frames[2]; f.Step != "index" || f.Done != 3 || f.Of != 7 {
		t.Errorf("progress came as %+v", f)
	}
}

func TestManyCommandsRunAtOnce(t *testing.T) {
	dir := t.TempDir()
	const n = 8
	var all sync.WaitGroup
	all.Add(n)
	serve(t, dir, func(_ context.Context, r Request, send func(Frame)) {
		all.Done()
		all.Wait() // none ends before all run
		send(Frame{Out: []byte(r.Args[0])})
		send(exit(0))
	})
	var asking sync.WaitGroup
	for i := range n {
		asking.Go(func() {
			want := fmt.Sprint(i)
			_, err := Ask(patient(t), dir, Request{Args: []string{want}}, func(f Frame) {
				if string(f.Out) != want {
					t.Errorf("%s got %q", want, f.Out)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
}

func TestACommandEndsWithTheOneWhoAsked(t *testing.T) {
	dir := t.TempDir()
	running, ended := make(chan struct{}), make(chan struct{})
	serve(t, dir, func(ctx context.Context, _ Request, _ func(Frame)) {
		close(running)
		<-ctx.Done()
		close(ended)
	})
	ctx, leave := context.WithCancel(context.Background())
	answered := make(chan error, 1)
	go func() {
		_, err := Ask(ctx, dir, Request{}, func(Frame) {})
		answered <- err
	}()
	wait(t, "the command", running)
	leave()
	wait(t, "the end of the command", ended)
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("the one who left got %v, want context.Canceled", err)
	}
}

func TestAnOwnerThatGoesAwayInTheMiddleIsAnError(t *testing.T) {
	for name, piece := range map[string]bool{"before it said anything": false, "after it said something": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			running := make(chan struct{})
			o := serve(t, dir, func(ctx context.Context, _ Request, send func(Frame)) {
				if piece {
					send(Frame{Out: []byte("x")})
				}
				close(running)
				<-ctx.Done()
			})
			answered := make(chan error, 1)
			go func() {
				_, err := Ask(patient(t), dir, Request{}, func(Frame) {})
				answered <- err
			}()
			wait(t, "the command", running)
			o.server.Close() // as when the process ends
			select {
			case err := <-answered:
				if err == nil || errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "stopped in the middle of the command") {
					t.Errorf("got %v: a command that was taken must not be sent again", err)
				}
			case <-time.After(patience):
				t.Fatal("whoever asked waits still")
			}
		})
	}
}

func TestWithoutAnOwnerNobodyAnswers(t *testing.T) {
	dir := t.TempDir()
	ask := func() error {
		_, err := Ask(patient(t), dir, Request{}, func(Frame) {})
		return err
	}
	if err := ask(); !errors.Is(err, ErrGone) {
		t.Errorf("in an empty directory: %v, want ErrGone", err)
	}
	leaveBehind(t, dir)
	if err := ask(); !errors.Is(err, ErrGone) {
		t.Errorf("after an owner was killed: %v, want ErrGone", err)
	}
	acquire(t, dir)
	if err := ask(); !errors.Is(err, ErrGone) {
		t.Errorf("of an owner that does not listen yet: %v, want ErrGone", err)
	}
}

// leaveBehind leaves what an owner that was killed does: a socket where nobody listens, and its description.
func leaveBehind(t *testing.T, dir string) {
	t.Helper()
	socket := socketPath(dir)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	listener.Close()
	body, err := json.Marshal(info{1, "serve", socket})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, infoName), body, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheSocketOfAKilledOwnerIsReplaced(t *testing.T) {
	dir := t.TempDir()
	leaveBehind(t, dir)
	o := serve(t, dir, func(_ context.Context, _ Request, send func(Frame)) { send(exit(0)) })
	if code, err := Ask(patient(t), dir, Request{}, func(Frame) {}); code != 0 || err != nil {
		t.Errorf("got %d, %v", code, err)
	}
	if mode := stat(t, o.socket).Mode().Perm(); mode != 0o600 {
		t.Errorf("the socket has mode %o: others may use it", mode)
	}
	if err := o.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != lockName {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	i, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestADirectoryWithALongPathHasAShortSocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 40))
	o := serve(t, dir, func(_ context.Context, _ Request, send func(Frame)) { send(exit(7)) })
	if len(o.socket) > maxSocketPath || filepath.Dir(o.socket) == dir {
		t.Errorf("the socket is at %s", o.socket)
	}
	if other := socketPath(dir + "r"); other == o.socket {
		t.Errorf("two directories share the socket %s", other)
	}
	if code, err := Ask(patient(t), dir, Request{}, func(Frame) {}); code != 7 || err != nil {
		t.Errorf("got %d, %v", code, err)
	}
	if err := o.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(o.socket); err == nil {
		t.Error("the socket was left behind")
	}
}

// TestFinishWaitsForCommandsOfOthers guards that a command which another process sent is not cut off because
// the owner's own work is done.
func TestFinishWaitsForCommandsOfOthers(t *testing.T) {
	dir := t.TempDir()
	running, goOn := make(chan struct{}), make(chan struct{})
	o := serve(t, dir, func(_ context.Context, _ Request, send func(Frame)) {
		close(running)
		<-goOn
		send(exit(5))
	})
	answered := make(chan int, 1)
	go func() {
		code, err := Ask(patient(t), dir, Request{}, func(Frame) {})
		if err != nil {
			t.Error(err)
		}
		answered <- code
	}()
	wait(t, "the command", running)
	if o.Finish(canceled()) {
		t.Fatal("Finish came to its end while a command ran")
	}
	close(goOn)
	if !o.Finish(patient(t)) {
		t.Fatal("Finish did not come to its end")
	}
	if code := <-answered; code != 5 {
		t.Errorf("the command ended with %d", code)
	}
	if _, err := Ask(patient(t), dir, Request{}, func(Frame) {}); !errors.Is(err, ErrGone) {
		t.Errorf("after Finish a command gets %v, want ErrGone", err)
	}
}

// TestDrainKeepsTheDirectory guards that stores can be closed before another process may open them, and that
// a command that does not come to its end is cancelled.
func TestDrainKeepsTheDirectory(t *testing.T) {
	dir := t.TempDir()
	running, ended := make(chan struct{}), make(chan struct{})
	o := serve(t, dir, func(ctx context.Context, _ Request, _ func(Frame)) {
		close(running)
		<-ctx.Done()
		close(ended)
	})
	go Ask(patient(t), dir, Request{}, func(Frame) {})
	wait(t, "the command", running)
	o.Drain(canceled())
	select {
	case <-ended:
	default:
		t.Error("Drain came back before the command that it cancelled")
	}
	if second, err := Acquire(dir, "second"); second != nil || err != nil {
		t.Fatalf("a drained directory was given to another: %v, %v", second, err)
	}
	if err := o.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	acquire(t, dir)
}

func TestWhatIsNoRequestIsRefused(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, func(context.Context, Request, func(Frame)) { t.Error("it was run") })
	long := Request{Args: []string{strings.Repeat("x", 1<<20)}}
	if _, err := Ask(patient(t), dir, long, func(Frame) {}); err == nil || errors.Is(err, ErrGone) {
		t.Errorf("got %v", err)
	}
}
