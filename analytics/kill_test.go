package analytics

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestKill kills a process that records as fast as it can and keeps sums, again and again (SEMDEX_INGEST_KILLS times, 6 where it is not set), and
// looks for every event that the process had said was taken: there once, in the log, in DuckDB and in the sums.
func TestKill(t *testing.T) {
	if dir := os.Getenv("SEMDEX_KILL_DIR"); dir != "" {
		recordUntilKilled(dir, os.Getenv("SEMDEX_KILL_ROUND"))
	}
	dir, rnd := t.TempDir(), rand.New(rand.NewPCG(5, 6))
	acknowledged := make(map[string]bool)
	rounds := 6
	if n, err := strconv.Atoi(os.Getenv("SEMDEX_INGEST_KILLS")); err == nil {
		rounds = n
	}
	for round := range rounds {
		for _, id := range killed(t, dir, round, time.Duration(50+rnd.IntN(400))*time.Millisecond) {
			acknowledged[id] = true
		}
		if round%50 == 3 {
			if err := os.Remove(dir + "/usage.duckdb"); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := open(t, dir, Options{RollAfter: killRoll})
	if err := s.Keep(t.Context(), brand(), Rollup{By: []string{"type"}}); err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, id := range exported(t, s) {
		if seen[id] {
			t.Errorf("%s is there twice", id)
		}
		seen[id] = true
	}
	for id := range acknowledged {
		if !seen[id] {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	if len(acknowledged) == 0 {
		t.Error("nothing was acknowledged")
	}
	if kept := s.rollups.get(); len(seen) > killRoll && (kept == nil || kept.seq == 0) {
		t.Error("no sums are kept")
	}
	for _, counters := range []bool{false, true} { // one by one, and from the sums
		r, err := s.Usage(t.Context(), brand(), Request{Counters: counters})
		if err != nil || total(r, "events") != int64(len(seen)) || total(r, "views") != int64(len(seen)) {
			t.Errorf("the report counts %+v (%v), want %d", r.Totals, err, len(seen))
		}
	}
	t.Logf("%d acknowledged, %d there", len(acknowledged), len(seen))
}

const killRoll = 60 // events after which sums are brought up to date

// killed runs the recording process for a while after its first word and gives the ids it acknowledged.
func killed(t *testing.T, dir string, round int, after time.Duration) (ids []string) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), "SEMDEX_KILL_DIR="+dir, fmt.Sprintf("SEMDEX_KILL_ROUND=%d", round))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var timer *time.Timer
	for lines.Scan() {
		if timer == nil {
			timer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		if id, ok := strings.CutSuffix(lines.Text(), " ok"); ok { // a last line may be cut
			ids = append(ids, id)
		}
	}
	_ = cmd.Wait() // it was killed
	return ids
}

// recordUntilKilled sends batches, some of them again, and prints the ids of each once it is acknowledged.
func recordUntilKilled(dir, round string) {
	s, err := Open(dir, Options{ApplyEvery: 10 * time.Millisecond, ApplyAfter: 20, SegmentBytes: 20_000, RollAfter: killRoll})
	if err != nil {
		panic(err)
	}
	go func() {
		d := brand()
		d.version = round
		for {
			if err := s.Keep(context.Background(), d, Rollup{By: []string{"type"}}); err != nil {
				panic(err)
			}
		}
	}()
	fmt.Println("begun")
	for i := 0; ; i++ {
		var ids []string
		for j := range 10 {
			ids = append(ids, fmt.Sprintf("%s-%d", round, i/2*10+j))
		}
		if _, err := s.Record(context.Background(), views(ids...), later); err != nil {
			panic(err)
		}
		fmt.Println(strings.Join(ids, " ok\n") + " ok")
	}
}
