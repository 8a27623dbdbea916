package analytics

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

// of gives the events of an actor, and without those of the others.
func of(actor string, events []semdex.Event) (his, others []semdex.Event) {
	for _, e := range events {
		if e.Actor.ID == actor {
			his = append(his, e)
		} else {
			others = append(others, e)
		}
	}
	return his, others
}

// ids gives the ids of events, sorted.
func ids(events []semdex.Event) (out []string) {
	for _, e := range events {
		out = append(out, e.ID)
	}
	slices.Sort(out)
	return out
}

// checkHolds compares what a store has with what it should have: the export, a report, and once more after DuckDB is built anew.
func checkHolds(t *testing.T, dir string, want []semdex.Event) {
	t.Helper()
	for _, rebuilt := range []bool{false, true} {
		if rebuilt {
			if err := os.Remove(filepath.Join(dir, "usage.duckdb")); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Open(dir, Options{SegmentBytes: 20_000})
		if err != nil {
			t.Fatal(err)
		}
		got := exported(t, s)
		slices.Sort(got)
		if diff := gocmp.Diff(ids(want), got); diff != "" {
			t.Errorf("rebuilt %v: want-, got+\n%s", rebuilt, diff)
		}
		checkUsage(t, s, brand(), want, Request{By: []string{"topic", "region"}, Interval: "month", TZ: time.UTC})
		if n, err := s.Count(t.Context()); err != nil || n != int64(len(want)) {
			t.Errorf("rebuilt %v: %d events (error %v), want %d", rebuilt, n, err, len(want))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestErase(t *testing.T) {
	tests := []struct {
		name, user string // user is a format of the pseudonym
		segment    int64
	}{
		{"by the id", "u2", 0},
		{"by the pseudonym", "%s", 0},
		{"in many files", "u2", 2000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, events := t.TempDir(), someEvents(400)
			for i := range events {
				if events[i].Actor.ID == "u2" {
					events[i].Query, events[i].Rendition = fmt.Sprint("what only u2 asked ", i), "print"
				}
			}
			s, err := Open(dir, Options{SegmentBytes: tt.segment, RollAfter: 50})
			if err != nil {
				t.Fatal(err)
			}
			d := brand()
			d.version = "1"
			record(t, s, events[:300]...)
			if err := s.Keep(t.Context(), d, Rollup{By: []string{"topic", "region", "campaign"}, TZ: time.UTC}); err != nil {
				t.Fatal(err)
			}
			record(t, s, events[300:]...)
			his, others := of("u2", events)
			user := strings.Replace(tt.user, "%s", s.who.Of("u2"), 1)
			for _, step := range []struct {
				user   string
				dryRun bool
				want   int
			}{{user, true, len(his)}, {"nobody", false, 0}, {user, false, len(his)}, {user, false, 0}} {
				if n, err := s.Erase(t.Context(), step.user, step.dryRun); err != nil || n != int64(step.want) {
					t.Fatalf("%+v: got %d, %v", step, n, err)
				}
			}
			checkRolled(t, s, d, others, time.UTC, "")
			more := view("later")
			more.Actor.ID, more.Query = "u2", "what only u2 asked 7"
			record(t, s, more)
			others = append(others, more)
			checkUsage(t, s, d, others, Request{By: []string{"topic"}, TZ: time.UTC})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			found := filesWith(t, filepath.Join(dir, "events"), "what only u2")
			if len(found) != 1 { // the one that came later
				t.Errorf("what was erased stands in %v", found)
			}
			checkHolds(t, dir, others)
		})
	}
}

func TestEraseNobody(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	if _, err := s.Erase(t.Context(), "", false); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("got %v", err)
	}
}

// TestWhatOnlyOneSaidIsForgotten looks into the names.
func TestWhatOnlyOneSaidIsForgotten(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	for i, q := range []string{"shared", "mine", "shared", "yours"} {
		e := semdex.Event{ID: fmt.Sprint(i), Type: semdex.SearchExecuted, OccurredAt: start, Query: q, Actor: semdex.Actor{ID: []string{"me", "you"}[i/2]}}
		record(t, s, e)
	}
	if n, err := s.Erase(t.Context(), "me", false); n != 2 || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
	texts := func() (out []string) {
		for _, k := range []kind{kindQuery, kindActor} {
			list, err := s.names.all(t.Context(), s.db.DB, k)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, list...)
		}
		return out
	}
	want := []string{"", "shared", "", "yours", "", "", s.who.Of("you")}
	if diff := gocmp.Diff(want, texts()); diff != "" {
		t.Errorf("want-, got+\n%s", diff)
	}
	record(t, s, semdex.Event{ID: "new", Type: semdex.SearchExecuted, OccurredAt: start, Query: "mine", Actor: semdex.Actor{ID: "me"}})
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	want = []string{"", "shared", "", "yours", "mine", "", "", s.who.Of("you"), s.who.Of("me")}
	if diff := gocmp.Diff(want, texts()); diff != "" {
		t.Errorf("said again: want-, got+\n%s", diff)
	}
}

// TestEraseWhileEventsCome erases what was there, and nothing of what comes.
func TestEraseWhileEventsCome(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{SegmentBytes: 5000, ApplyEvery: time.Millisecond, ApplyAfter: 10})
	if err != nil {
		t.Fatal(err)
	}
	var all []semdex.Event
	for i := range 60 {
		e := view(fmt.Sprint("old ", i))
		e.Actor.ID = fmt.Sprint("someone ", i%3)
		all = append(all, e)
	}
	record(t, s, all...)
	_, all = of("someone 0", all)
	came := make(chan []semdex.Event)
	go func() {
		var out []semdex.Event
		for i := range 60 {
			e := view(fmt.Sprint("new ", i))
			e.Actor.ID = fmt.Sprint("someone else ", i%3)
			if _, err := s.Record(context.Background(), []semdex.Event{e}, later); err != nil {
				t.Error(err)
			}
			out = append(out, e)
		}
		came <- out
	}()
	if n, err := s.Erase(t.Context(), "someone 0", false); n != 20 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	all = append(all, <-came...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	checkHolds(t, dir, all)
}

// TestEraseIsEndedWhereverItStopped leaves off after each step that a crash may leave behind.
func TestEraseIsEndedWhereverItStopped(t *testing.T) {
	events := someEvents(120)
	_, others := of("u2", events)
	steps := []struct {
		name string
		stop func(s *Store, b *blanking) error
		want []semdex.Event
	}{
		{"before it is noted", func(*Store, *blanking) error { return nil }, events},
		{"when it is noted", func(s *Store, b *blanking) error { return s.log.begin(b) }, others},
		{"amid the first file", func(s *Store, b *blanking) error {
			if err := s.log.begin(b); err != nil {
				return err
			}
			r := b.Ranges[0]
			r.Bytes /= 2
			return s.log.blank([]lineRange{r})
		}, others},
		{"before DuckDB follows", func(s *Store, b *blanking) error {
			if err := s.log.begin(b); err != nil {
				return err
			}
			return s.log.blank(b.Ranges)
		}, others},
		{"when all but the note is done", func(s *Store, b *blanking) error {
			if err := s.log.begin(b); err != nil {
				return err
			}
			if err := s.finish(context.Background(), b); err != nil {
				return err
			}
			return s.log.begin(b)
		}, others},
	}
	for _, step := range steps {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, DuckDB lost %v", step.name, lost), func(t *testing.T) {
				dir := t.TempDir()
				s, err := Open(dir, Options{SegmentBytes: 4000})
				if err != nil {
					t.Fatal(err)
				}
				record(t, s, events...)
				if err := s.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				b, _, err := s.rangesOf(t.Context(), fmt.Sprintf("actor = %d", s.names.find(kindActor, s.who.Of("u2"))))
				if err != nil {
					t.Fatal(err)
				}
				if err := step.stop(s, b); err != nil {
					t.Fatal(err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if lost {
					if err := os.Remove(filepath.Join(dir, "usage.duckdb")); err != nil {
						t.Fatal(err)
					}
				}
				checkHolds(t, dir, step.want)
				if found := filesWith(t, dir, `"ranges"`); len(found) > 0 {
					t.Errorf("what was ended is still noted: %v", found)
				}
			})
		}
	}
}

// TestKillWhileErasing kills a process that erases one actor after the other while events come in. Whoever was said to be erased is gone,
// and nobody else has lost an event.
func TestKillWhileErasing(t *testing.T) {
	if dir := os.Getenv("SEMDEX_ERASE_DIR"); dir != "" {
		eraseUntilKilled(dir)
	}
	if testing.Short() {
		t.Skip("it takes a while")
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 5 {
		dir := t.TempDir()
		const actors, each = 40, 50
		s, err := Open(dir, Options{SegmentBytes: 20_000})
		if err != nil {
			t.Fatal(err)
		}
		for i := range each {
			var batch []semdex.Event
			for a := range actors {
				e := view(fmt.Sprintf("%d of %d", i, a))
				e.Actor.ID = fmt.Sprint("actor ", a)
				batch = append(batch, e)
			}
			record(t, s, batch...)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		erased := wordsBeforeKill(t, "TestKillWhileErasing", "SEMDEX_ERASE_DIR="+dir, time.Duration(rnd.IntN(700))*time.Millisecond)
		s = open(t, dir, Options{SegmentBytes: 20_000})
		left := make(map[string]int)
		if err := s.Export(t.Context(), func(e semdex.Event) error { left[e.Actor.ID]++; return nil }); err != nil {
			t.Fatal(err)
		}
		partly := 0
		for a := range actors {
			n := left[s.who.Of(fmt.Sprint("actor ", a))]
			switch {
			case a < erased && n > 0:
				t.Errorf("actor %d was erased and has %d events", a, n)
			case n == 0 && a >= erased:
				partly++
			case n != 0 && n != each:
				t.Errorf("actor %d has %d of %d events", a, n, each)
			}
		}
		if partly > 1 {
			t.Errorf("%d actors are gone that nobody was said to have been", partly)
		}
		t.Logf("%d erased, %d more at the next start", erased, partly)
	}
}

// wordsBeforeKill runs a test in a process of its own, for a while after its first byte, and counts the others.
func wordsBeforeKill(t *testing.T, test, env string, after time.Duration) (n int) {
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), env)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1)
	for first := true; ; first = false {
		if _, err := out.Read(buf); err != nil {
			break
		}
		if first {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		} else {
			n++
		}
	}
	_ = cmd.Wait() // it was killed
	return n
}

// eraseUntilKilled writes a byte when it begins, and one for each actor that it has erased.
func eraseUntilKilled(dir string) {
	s, err := Open(dir, Options{SegmentBytes: 20_000, ApplyEvery: 10 * time.Millisecond})
	if err != nil {
		panic(err)
	}
	fmt.Print("!")
	for a := 0; ; a++ {
		if _, err := s.Erase(context.Background(), fmt.Sprint("actor ", a), false); err != nil {
			panic(err)
		}
		fmt.Print(".")
	}
}
