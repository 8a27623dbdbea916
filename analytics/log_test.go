package analytics

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

func logged(t *testing.T, l *Log, from Position) (ids []string, at []Position) {
	t.Helper()
	err := l.Read(from, func(e semdex.Event, next Position) error {
		ids, at = append(ids, e.ID), append(at, next)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids, at
}

func TestLogReadsOnFromAnyPlace(t *testing.T) {
	l, err := OpenLog(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.segment = 250 // two events a file
	want := []string{"1", "2", "3", "4", "5"}
	for _, id := range want {
		if err := l.Append(t.Context(), views(id)); err != nil {
			t.Fatal(err)
		}
	}
	ids, at := logged(t, l, Position{})
	if !slices.Equal(ids, want) {
		t.Fatalf("got %q", ids)
	}
	if l.End().File < 3 {
		t.Errorf("the log did not go on in a new file: %v", l.End())
	}
	for i, p := range at {
		if ids, _ := logged(t, l, p); !slices.Equal(ids, want[i+1:]) {
			t.Errorf("from %v: got %q", p, ids)
		}
		if !l.holds(p) || l.holds(Position{p.File, p.Offset + 1}) {
			t.Errorf("holds is wrong about %v", p)
		}
	}
	stop := errors.New("stop")
	if err := l.Read(Position{}, func(semdex.Event, Position) error { return stop }); err != stop {
		t.Errorf("got %v", err)
	}
}

func TestLogCutsATornTail(t *testing.T) {
	for _, tail := range []string{"", "{", `{"event_id":"torn"}`, "\x00\x00\x00\x00", string(make([]byte, 200_000))} {
		dir := t.TempDir()
		l, err := OpenLog(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(l.Append(t.Context(), views("1", "2")), l.Close()); err != nil {
			t.Fatal(err)
		}
		if err := appendTo(filepath.Join(dir, "00000001.jsonl"), tail); err != nil {
			t.Fatal(err)
		}
		if l, err = OpenLog(dir); err != nil {
			t.Fatal(err)
		}
		if err := l.Append(t.Context(), views("3")); err != nil {
			t.Fatal(err)
		}
		if ids, _ := logged(t, l, Position{}); !slices.Equal(ids, []string{"1", "2", "3"}) {
			t.Errorf("tail %.20q: got %q", tail, ids)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLogTakesAFailedWriteBack(t *testing.T) {
	l, err := OpenLog(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), views("1")); err != nil {
		t.Fatal(err)
	}
	if err := l.file.Close(); err != nil { // as a disk that is gone
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Append(t.Context(), views("2")); !errors.Is(err, os.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
	if ids, _ := logged(t, l, Position{}); !slices.Equal(ids, []string{"1"}) {
		t.Errorf("got %q", ids)
	}
}

// What is taken from a file as it stands must be in the log what it would be if it were written anew.
func TestLinesAreTakenAsTheyAre(t *testing.T) {
	lines := []string{
		`{"event_id":"1","type":"asset.view","occurred_at":"2026-01-02T03:04:05Z","asset_id":"a","q":"<b> & ü"}`,
		` { "type":"asset.view", "event_id":"2","occurred_at":"2026-01-02T03:04:05.123456Z","asset_id":"a"}  ` + "\r",
		`{"event_id":"3","type":"asset.view","occurred_at":"2026-01-02T05:04:05.1234567+02:00","asset_id":"a"}`,
		`{"event_id":"4","type":"asset.view","occurred_at":"2026-01-02T03:04:05Z","asset_id":"a","received_at":"2020-01-01T00:00:00Z"}`,
		`{"event_id":"5","type":"asset.view","occurred_at":"2026-01-02T03:04:05Z","asset_id":"a","more":1}`,
		`{"type":"asset.view","occurred_at":"2026-01-02T03:04:05Z","asset_id":"a"}`,
		`{"event_id":"7","type":"asset.view","occurred_at":"2026-01-02T03:04:05Z","asset_id":"\ufffd\n"}`,
	}
	s := open(t, t.TempDir(), Options{})
	receipt, err := s.Import(t.Context(), strings.NewReader(strings.Join(lines, "\n")), "events.jsonl", later, nil)
	if err != nil || receipt.Accepted != len(lines) {
		t.Fatalf("%+v %v", receipt, err)
	}
	var want []semdex.Event
	for _, line := range lines {
		e, err := semdex.ReadEvent([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		e.Identify(0)
		e.ReceivedAt, e.OccurredAt = later, e.OccurredAt.UTC().Truncate(time.Microsecond)
		want = append(want, e)
	}
	var got []semdex.Event
	if err := s.log.Read(Position{}, func(e semdex.Event, _ Position) error {
		got = append(got, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want-, got+\n%s", diff)
	}
	if ids := exported(t, s); len(ids) != len(lines) {
		t.Errorf("%d events in DuckDB, want %d", len(ids), len(lines))
	}
}
