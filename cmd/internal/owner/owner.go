// Package owner makes sure that one process at a time owns a data directory, and lets every other semdex
// command work through that process.
//
// Whoever holds the lock file listens on a local socket. A command that finds the lock held sends its
// arguments there; the owner runs it and streams back what it prints, its progress and its exit code. So
// there are never two writers, and never a wait without an end.
package owner

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"semdex"
)

// Request is a command for the owner to run.
type Request struct {
	Args   []string `json:"args"`
	Dir    string   `json:"dir"`    // where relative paths of the arguments start
	Config string   `json:"config"` // fingerprint of the configuration that the asker read
}

// Frame is one piece of what a command gives back.
type Frame struct {
	Out  []byte `json:"out,omitempty"` // for standard output
	Err  []byte `json:"err,omitempty"` // for standard error
	Step string `json:"step,omitempty"`
	Done int    `json:"done,omitempty"`
	Of   int    `json:"of,omitempty"`
	Exit *int   `json:"exit,omitempty"` // the last frame
}

// Handler runs a command and sends frames, the last one with Exit. ctx ends when the asker goes away.
type Handler func(ctx context.Context, r Request, send func(Frame))

// Owner is the right to a data directory.
type Owner struct {
	lock   *flock.Flock
	info   string
	server *http.Server
	socket string
	done   sync.WaitGroup

	mu      sync.Mutex
	running int
	leaving bool // takes no more commands
}

// info is what the owner tells of itself in the data directory.
type info struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`
	Socket  string `json:"socket"`
}

const (
	lockName = "semdex.lock"
	infoName = "semdex.owner"
)

// maxSocketPath is what the shortest of the systems we run on takes.
const maxSocketPath = 100

// Acquire takes the directory, or gives nil where another process has it.
func Acquire(dir, command string) (*Owner, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "cannot make the data directory", Err: err, Hint: "check data: in the configuration"}
	}
	lock := flock.New(filepath.Join(dir, lockName))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if !got {
		return nil, nil
	}
	o := &Owner{lock: lock, info: filepath.Join(dir, infoName), socket: socketPath(dir)}
	body, err := json.Marshal(info{os.Getpid(), command, o.socket})
	if err == nil {
		err = os.WriteFile(o.info, body, 0o600)
	}
	if err != nil {
		lock.Unlock()
		return nil, fmt.Errorf("own %s: %w", dir, err)
	}
	return o, nil
}

// socketPath is in the data directory, unless its path is too long for a socket.
func socketPath(dir string) string {
	path := filepath.Join(dir, "semdex.sock")
	if len(path) <= maxSocketPath {
		return path
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(os.TempDir(), "semdex-"+hex.EncodeToString(sum[:8])+".sock")
}

// Serve begins to run commands for others.
func (o *Owner) Serve(handle Handler) error {
	os.Remove(o.socket) // left over from an owner that was killed; the lock says that there is none now
	listener, err := net.Listen("unix", o.socket)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", o.socket, err)
	}
	if err := os.Chmod(o.socket, 0o600); err != nil {
		listener.Close()
		return err
	}
	o.server = &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.run(w, r, handle)
	})}
	o.done.Add(1)
	go func() {
		defer o.done.Done()
		o.server.Serve(listener)
	}()
	return nil
}

func (o *Owner) run(w http.ResponseWriter, r *http.Request, handle Handler) {
	var request Request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !o.begin() {
		http.Error(w, "leaving", http.StatusServiceUnavailable)
		return
	}
	defer o.end()
	w.WriteHeader(http.StatusOK) // from here on the command is taken: the asker must not send it again
	http.NewResponseController(w).Flush()
	var mu sync.Mutex
	out := json.NewEncoder(w)
	handle(r.Context(), request, func(f Frame) {
		mu.Lock()
		defer mu.Unlock()
		if out.Encode(f) == nil {
			http.NewResponseController(w).Flush()
		}
	})
}

func (o *Owner) begin() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.leaving {
		return false
	}
	o.running++
	return true
}

func (o *Owner) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running--
}

func (o *Owner) idle(leave bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.leaving = o.leaving || leave && o.running == 0
	return o.running == 0
}

// Finish waits until no command of another process runs, and takes none from then on. It reports false where
// ctx ends before; then commands are still taken.
func (o *Owner) Finish(ctx context.Context) bool { return o.await(ctx, true) }

func (o *Owner) await(ctx context.Context, leave bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !o.idle(leave) {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

// cutOff is how long commands that were cancelled have to notice.
const cutOff = 5 * time.Second

// Drain takes no more commands and lets running ones end; those that are not done when ctx ends are cancelled.
// The directory is still owned after it, so that stores can be closed before another process opens them.
func (o *Owner) Drain(ctx context.Context) {
	if o.server == nil {
		return
	}
	if o.server.Shutdown(ctx) != nil {
		o.server.Close()
		noticed, cancel := context.WithTimeout(context.WithoutCancel(ctx), cutOff)
		defer cancel()
		o.await(noticed, false)
	}
	o.done.Wait()
	os.Remove(o.socket)
}

// Close is Drain, and then gives the directory back.
func (o *Owner) Close(ctx context.Context) error {
	o.Drain(ctx)
	os.Remove(o.info)
	return o.lock.Unlock()
}

// Describe says who owns the directory, for messages.
func Describe(dir string) string {
	i, err := readInfo(dir)
	if err != nil {
		return "another process"
	}
	return fmt.Sprintf("process %d (semdex %s)", i.PID, i.Command)
}

// Command gives the command that owns the directory, "" where that is not known.
func Command(dir string) string {
	i, err := readInfo(dir)
	if err != nil {
		return ""
	}
	return i.Command
}

func readInfo(dir string) (info, error) {
	var i info
	body, err := os.ReadFile(filepath.Join(dir, infoName))
	if err != nil {
		return i, err
	}
	return i, json.Unmarshal(body, &i)
}

// ErrGone means that the owner went away before it took the command: try to own the directory again.
var ErrGone = errors.New("the owner of the data directory went away")

// Ask has the owner of dir run a command, and hands on every frame but the last, whose exit code it gives.
func Ask(ctx context.Context, dir string, request Request, receive func(Frame)) (exit int, err error) {
	i, err := readInfo(dir)
	if err != nil {
		return 0, ErrGone
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "unix", i.Socket)
	}}}
	defer client.CloseIdleConnections()
	body, err := json.Marshal(request)
	if err != nil {
		return 0, err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://owner/run", strings.NewReader(string(body)))
	if err != nil {
		return 0, err
	}
	answer, err := client.Do(post)
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return 0, ErrGone
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusServiceUnavailable {
		return 0, ErrGone
	}
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the owner of the data directory answered %s", answer.Status)
	}
	return frames(answer.Body, receive)
}

func frames(r io.Reader, receive func(Frame)) (int, error) {
	in := json.NewDecoder(bufio.NewReader(r))
	for {
		var f Frame
		if err := in.Decode(&f); err != nil {
			return 0, fmt.Errorf("the owner of the data directory stopped in the middle of the command: %w", err)
		}
		if f.Exit != nil {
			return *f.Exit, nil
		}
		receive(f)
	}
}
