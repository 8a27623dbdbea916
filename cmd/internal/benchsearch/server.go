package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"semdex"
	"semdex/cmd/internal/generate"
)

// server is a semdex serve in a process of its own.
type server struct {
	cmd     *exec.Cmd
	url     string
	key     string
	reports string // a key that may see reports
	client  *http.Client
}

func (b *bench) config() string { return filepath.Join(b.dir, generate.ConfigFile) }

func (b *bench) newKey(ctx context.Context, scopes string) (string, error) {
	out, err := exec.CommandContext(ctx, b.program, "keys", "create", "--config", b.config(), "--scope", scopes).Output()
	if err != nil {
		return "", fmt.Errorf("%s keys create: %w", b.program, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// start starts a server and waits for its first right answer. It gives the time from the start of the process.
func (b *bench) start(ctx context.Context, key string) (*server, time.Duration, error) {
	s := &server{cmd: exec.CommandContext(ctx, b.program, "serve", "--config", b.config(), "--listen", "127.0.0.1:0"), key: key,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, 0, err
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, at, found := strings.Cut(lines.Text(), "listening on "); found {
			s.url = strings.TrimSpace(at)
			break
		}
	}
	go io.Copy(io.Discard, stderr)
	if s.url == "" {
		return nil, 0, errors.Join(errors.New("the server did not start"), s.stop())
	}
	if err := b.firstAnswer(ctx, s); err != nil {
		return nil, 0, errors.Join(err, s.stop())
	}
	return s, time.Since(began), nil
}

func (b *bench) firstAnswer(ctx context.Context, s *server) error {
	asked := url.Values{"filter[concept.direct]": {string(b.kept.Concept)}, "facets": {strings.Join(facets, ",")}}
	for {
		body, status, err := s.get(ctx, "/v1/search?"+asked.Encode(), s.key)
		switch {
		case err != nil:
			return err
		case status == http.StatusOK:
			var answer struct{ Total int }
			if err := json.Unmarshal(body, &answer); err != nil {
				return err
			}
			return b.kept.right(answer.Total, semdex.DateOf(time.Now().UTC()))
		case status != http.StatusServiceUnavailable:
			return fmt.Errorf("the server answers %d: %s", status, body)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func (s *server) get(ctx context.Context, path, key string) ([]byte, int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("X-API-Key", key)
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return body, answer.StatusCode, err
}

// ask sends a query as a reader's page does.
func (s *server) ask(ctx context.Context, q query) error {
	v := url.Values{"q": {q.text}, "lang": {q.lang}, "facets": {strings.Join(facets, ",")}}
	body, status, err := s.get(ctx, "/v1/search?"+v.Encode(), s.key)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%q: %d %s", q.text, status, body)
	}
	return err
}

func (s *server) stop() error {
	s.client.CloseIdleConnections()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// memory reads what the process holds, in MiB: all of it, what is not mapped from files, and the most it ever was.
func (s *server) memory() (resident, anonymous, peak float64, err error) {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, 0, err
	}
	read := func(key string) float64 {
		_, rest, _ := strings.Cut(string(body), key+":")
		line, _, _ := strings.Cut(rest, "\n")
		kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 64)
		return kb / 1024
	}
	return read("VmRSS"), read("RssAnon"), read("VmHWM"), nil
}
