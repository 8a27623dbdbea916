package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kills is how many kills a test makes: a few by default, SEMDEX_KILLS of them in the long run.
func kills(t *testing.T, few int) int {
	t.Helper()
	s := os.Getenv("SEMDEX_KILLS")
	if s == "" {
		return few
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("SEMDEX_KILLS is %q", s)
	}
	return n
}

// process prepares a run of the program in dir.
func process(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), runAsSemdex+"=1")
	return c
}

// output runs the program to its end and gives what it printed.
func output(t *testing.T, dir string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	c := process(t, dir, args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		t.Fatalf("semdex %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out.String()
}

// brandFolder makes a folder with the brand library and its configuration. Actors keep their ids: pseudonyms would differ from folder to folder.
func brandFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"taxonomy.ttl", "assets.jsonl", "events.jsonl"} {
		copyFile(t, filepath.Join("..", "..", "testdata", "brand", name), filepath.Join(dir, name))
	}
	const library = "  brand:\n"
	text := readFile(t, filepath.Join("..", "..", "testdata", "brand", "semdex.yaml"))
	plain := strings.Replace(text, library, library+"    analytics: {users: plain}\n", 1)
	if plain == text {
		t.Fatal("the configuration does not name the library")
	}
	writeTo(t, dir, "semdex.yaml", plain)
	return dir
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	body, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, body, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// killedSyncs runs a first sync in fresh folders, kills it at n moments spread over its length, finishes it,
// and compares the state with that of an undisturbed run.
func killedSyncs(t *testing.T, folder func(*testing.T) string, n, timed int) {
	var whole string
	length := time.Hour
	for range timed { // the quickest of some runs says how long one takes
		whole = folder(t)
		started := time.Now()
		output(t, whole, "index")
		length = min(length, time.Since(started))
	}
	want := output(t, whole, "export", "state")
	if len(want) < 1000 {
		t.Fatalf("the state of an undisturbed run has %d bytes", len(want))
	}
	cut, tries := 0, 0
	for ; cut < n && tries < 3*n; tries++ {
		dir := folder(t)
		moment := length * time.Duration(2*cut+1) / time.Duration(2*n)
		phase, met := killedAfter(t, dir, moment)
		output(t, dir, "index")
		if got := output(t, dir, "export", "state"); got != want {
			t.Errorf("killed after %v (%s): the state differs from an undisturbed run's: %s", moment, phase, firstDifference(got, want))
		}
		os.RemoveAll(dir)
		if met {
			cut++
		} else { // it was quicker this time: the moments are spread over less
			length = length * 9 / 10
		}
	}
	t.Logf("%d kills at moments spread over %v cut a sync off (%d came too late); every state equals that of the undisturbed run", cut, length, tries-cut)
	if cut < n {
		t.Errorf("only %d of %d kills met a running sync", cut, tries)
	}
}

// killedAfter kills a sync after a time, and says what it had reported by then and whether it was running.
func killedAfter(t *testing.T, dir string, moment time.Duration) (phase string, cut bool) {
	t.Helper()
	var said bytes.Buffer
	c := process(t, dir, "index")
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(moment)
	c.Process.Kill()
	err := c.Wait()
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	return "after: " + lines[len(lines)-1], err != nil
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			at := 0
			for at < min(len(g[i]), len(w[i])) && g[i][at] == w[i][at] {
				at++
			}
			at = max(0, at-100)
			return fmt.Sprintf("line %d, from %d: got %.300q, want %.300q", i+1, at, g[i][at:], w[i][at:])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func TestKilledSyncOfTheBrandLibraryEndsLikeAnUndisturbedOne(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes; not with -short")
	}
	killedSyncs(t, brandFolder, kills(t, 6), 3)
}

func TestRealKilledSyncOfTate(t *testing.T) {
	data := os.Getenv("SEMDEX_REAL_DATA")
	if data == "" || os.Getenv("SEMDEX_KILLS") == "" {
		t.Skip("needs SEMDEX_REAL_DATA, the folder of the public data sets, and SEMDEX_KILLS; make kill sets both")
	}
	killedSyncs(t, func(t *testing.T) string { return tateFolder(t, data) }, 5, 1)
}

// tateFolder makes a folder with a configuration for Tate's works.
func tateFolder(t *testing.T, data string) string {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf("libraries:\n  tate:\n    sources:\n      - {type: files, assets: %q, prefix: tate}\n    vocabularies:\n      - {type: file, path: %q}\n",
		filepath.Join(data, "tate", "assets.jsonl.gz"), filepath.Join(data, "tate", "tate-subjects.ttl.gz"))
	if err := os.WriteFile(filepath.Join(dir, "semdex.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestAcknowledgedEventsSurviveKills posts events to a server, kills it in the middle, and finds every
// acknowledged event once.
func TestAcknowledgedEventsSurviveKills(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes; not with -short")
	}
	dir := brandFolder(t)
	output(t, dir, "index")
	key := strings.TrimSpace(output(t, dir, "keys", "create", "--scope", "events"))
	acknowledged := map[string]bool{}
	for round := range 3 {
		server := startServer(t, dir)
		stop := time.After(time.Duration(200+150*round) * time.Millisecond)
	posting:
		for n := 0; ; n++ {
			select {
			case <-stop:
				break posting
			default:
			}
			postEvents(t, server.url, key, fmt.Sprintf("k%d-%d", round, n), acknowledged)
		}
		go postEvents(t, server.url, key, fmt.Sprintf("k%d-last", round), map[string]bool{}) // on its way when the kill comes
		server.kill(t)
	}
	counts := map[string]int{}
	for line := range strings.SplitSeq(strings.TrimSpace(output(t, dir, "export", "events")), "\n") {
		var e struct {
			ID string `json:"event_id"`
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		counts[e.ID]++
	}
	if len(acknowledged) == 0 {
		t.Fatal("no event was acknowledged")
	}
	for id := range acknowledged {
		if counts[id] != 1 {
			t.Errorf("acknowledged event %s is there %d times", id, counts[id])
		}
	}
	t.Logf("%d events acknowledged before 3 kills, each there once", len(acknowledged))
}

func postEvents(t *testing.T, url, key, prefix string, acknowledged map[string]bool) {
	var ids, events []string
	for i := range 20 {
		id := fmt.Sprintf("%s-%d", prefix, i)
		ids = append(ids, id)
		events = append(events, fmt.Sprintf(`{"event_id":%q,"type":"asset.view","occurred_at":"2026-05-01T10:00:00Z","asset_id":"img-0001"}`, id))
	}
	body := `{"events":[` + strings.Join(events, ",") + `]}`
	request, err := http.NewRequest(http.MethodPost, url+"/v1/events", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return // the server was killed: not acknowledged
	}
	defer answer.Body.Close()
	if _, err := io.ReadAll(answer.Body); err != nil {
		return
	}
	if answer.StatusCode != http.StatusAccepted {
		t.Errorf("POST /v1/events answered %s", answer.Status)
		return
	}
	for _, id := range ids {
		acknowledged[id] = true
	}
}

// server is a running semdex serve.
type server struct {
	cmd *exec.Cmd
	url string
}

// startServer starts a server on a free port and waits until it is ready.
func startServer(t *testing.T, dir string, args ...string) *server {
	t.Helper()
	c := process(t, dir, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	said := &lockedBuffer{}
	c.Stderr = said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: c}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		if _, after, ok := strings.Cut(said.String(), "listening on "); ok && s.url == "" && strings.Contains(after, "\n") {
			s.url, _, _ = strings.Cut(after, "\n")
		}
		if s.url != "" {
			if answer, err := http.Get(s.url + "/readyz"); err == nil {
				answer.Body.Close()
				if answer.StatusCode == http.StatusOK {
					return s
				}
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server was not ready in time:\n%s", said.String())
	return nil
}

func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.cmd.Wait()
}
