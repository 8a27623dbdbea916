package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"semdex/api"
	"semdex/cmd/internal/owner"
)

// inFolder makes a program in a folder with a small library.
func inFolder(t *testing.T, args ...string) (*program, *lockedBuffer) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"semdex.yaml":  "libraries: {mine: {sources: [{type: files, assets: assets.jsonl}]}}\n",
		"assets.jsonl": `{"id":"a","title":"Blue box"}` + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said := &lockedBuffer{}
	return &program{stdout: said, stderr: said, dir: dir, args: args, configPath: "semdex.yaml", progress: func(string, int, int) {}}, said
}

// TestAShortCommandLendsItselfToALongOne guards that a command which another process sent to the owner comes
// to its end, though the owner's own work is done long before.
func TestAShortCommandLendsItselfToALongOne(t *testing.T) {
	p, said := inFolder(t)
	data := filepath.Join(p.dir, "data")
	owned, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- p.owned(context.Background(), "search", func(context.Context, *session) error {
			close(owned)
			<-release
			return nil
		})
	}()
	<-owned
	ctx, leave := context.WithTimeout(context.Background(), 30*time.Second)
	defer leave()
	indexed, ended := make(chan struct{}), make(chan error, 1)
	go func() { // index that goes on until whoever asked for it leaves
		told := false
		_, err := owner.Ask(ctx, data, owner.Request{Args: []string{"index", "--every", "1h"}, Dir: p.dir}, func(f owner.Frame) {
			if !told && strings.Contains(string(f.Err), "1 added") {
				told = true
				close(indexed)
			}
		})
		ended <- err
	}()
	select {
	case <-indexed:
	case err := <-ended:
		t.Fatalf("the long command ended with %v", err)
	}
	close(release)
	waitUntil(t, "a word about why it goes on", func() bool { return strings.Contains(said.String(), "a command of another process") })
	if again, err := owner.Acquire(data, "third"); again != nil || err != nil {
		t.Fatalf("a third process gets the directory: %v, %v", again, err)
	}
	select {
	case err := <-ended:
		t.Fatalf("the long command was cut off: %v", err)
	case err := <-done:
		t.Fatalf("the short command left: %v", err)
	default:
	}
	leave()
	<-ended
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the short command does not leave when the long one has ended")
	}
}

func waitUntil(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not come", what)
		}
	}
}

// TestAnInterruptedOwnerCutsOthersOff guards that an owner which is interrupted ends, and leaves the directory
// free, though a command of another process would go on for ever.
func TestAnInterruptedOwnerCutsOthersOff(t *testing.T) {
	p, _ := inFolder(t)
	data := filepath.Join(p.dir, "data")
	own, err := owner.Acquire(data, "serve")
	if err != nil {
		t.Fatal(err)
	}
	running := make(chan struct{})
	if err := own.Serve(func(ctx context.Context, _ owner.Request, _ func(owner.Frame)) { close(running); <-ctx.Done() }); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := owner.Ask(context.Background(), data, owner.Request{}, func(owner.Frame) {})
		ended <- err
	}()
	<-running
	now, interrupt := context.WithCancel(context.Background())
	interrupt()
	p.lend(now, own) // does not wait
	if err := own.Close(now); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("whoever asked got no error")
	}
}

func TestOutputReplacesAFileOnlyWhenAllIsWritten(t *testing.T) {
	p, _ := inFolder(t)
	path := filepath.Join(p.dir, "report.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		fault error
		want  string
	}{{"a fault keeps what was there", context.Canceled, "old"}, {"what is whole takes its place", nil, "new"}} {
		w, done, err := p.output("report.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if err := done(tt.fault); !errors.Is(err, tt.fault) {
			t.Errorf("%s: got %v", tt.name, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != tt.want {
			t.Errorf("%s: the file holds %q, %v", tt.name, got, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(p.dir, ".semdex-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFilterFlagsAreRead(t *testing.T) {
	got, err := readFilters([]string{"region=DACH,Nordics", `campaign=Hut\, to hut`, "region=UK", "q=a=b"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"region": "DACH|Nordics|UK", "campaign": "Hut, to hut", "q": "a=b"}
	for name, values := range want {
		if joined := strings.Join(got[name], "|"); joined != values {
			t.Errorf("%s is %q, want %q", name, joined, values)
		}
	}
	for _, wrong := range []string{"region", "=DACH", ""} {
		if _, err := readFilters([]string{wrong}); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestPlainProgressIsAFewLines(t *testing.T) {
	var out bytes.Buffer
	line := plainLines(&out, 0)
	line("read", 500, 0) // short work needs no line
	line("read", 1000, 0)
	line("index", 5, 10)
	line("", 0, 0)
	if got, want := out.String(), "read: 1000\nindex: 5 of 10\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestKeysMadeAtOnceAreAllKept guards that the commands which an owner runs at once share one key store.
func TestKeysMadeAtOnceAreAllKept(t *testing.T) {
	p, _ := inFolder(t)
	err := p.owned(context.Background(), "keys", func(_ context.Context, s *session) error {
		var made sync.WaitGroup
		for range 20 {
			made.Go(func() {
				store, err := s.keys()
				if err == nil {
					_, _, err = store.Create(api.KeyRequest{})
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		made.Wait()
		store, err := s.keys()
		if err != nil {
			return err
		}
		if list, err := store.List(); err != nil || len(list) != 20 {
			t.Errorf("got %d keys (error %v), want 20", len(list), err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
