package analytics

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

func view(id string) semdex.Event {
	return semdex.Event{ID: id, Type: semdex.AssetView, OccurredAt: start, Asset: "a1"}
}

func views(ids ...string) (out []semdex.Event) {
	for _, id := range ids {
		out = append(out, view(id))
	}
	return out
}

func TestRecord(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	tests := []struct {
		name   string
		events []semdex.Event
		want   Receipt
	}{
		{"new ones are accepted", views("1", "2"), Receipt{Accepted: 2}},
		{"known ones are duplicates", views("2", "3", "1"), Receipt{Accepted: 1, Duplicates: 2}},
		{"twice in one batch is once", views("4", "4"), Receipt{Accepted: 1, Duplicates: 1}},
		{"without an id the content tells apart, and how many came before", views("", "", "9", ""), Receipt{Accepted: 4}},
		{"so the same batch again is all duplicates", views("", "", "9", ""), Receipt{Duplicates: 4}},
		{"none is nothing", nil, Receipt{}},
		{"bad ones are named and hold nobody up", []semdex.Event{{Type: "asset.looked"}, view("5"), {Type: semdex.AssetView, OccurredAt: start},
			{ID: "6", Type: semdex.LicensePurchase, OccurredAt: start, Value: &semdex.Money{Amount: math.NaN()}}},
			Receipt{Accepted: 1, Rejected: []Rejection{
				{0, "unknown_type", `unknown event type "asset.looked"`}, {2, "missing_asset", "an asset.view event needs an asset_id"},
				{3, "invalid_value", "the event cannot be written: json: unsupported value: NaN"}}}},
	}
	for _, flush := range []bool{false, true} { // what is known stands in the set, and then in DuckDB
		for _, tt := range tests {
			got := record(t, s, tt.events...)
			if flush {
				tt.want.Duplicates, tt.want.Accepted = tt.want.Duplicates+tt.want.Accepted, 0
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (flushed: %v): want-, got+\n%s", tt.name, flush, diff)
			}
		}
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Stats(); got.Events != 9 || got.Pending != 0 || got.Applied != s.log.End() {
		t.Errorf("stats: %+v", got)
	}
}

// nasty has everything an event can have, and what no table likes.
func nasty() semdex.Event {
	total, count := 1<<40, int64(7)
	return semdex.Event{ID: "n\x00asty '\"\n", Type: semdex.SearchResultClick, OccurredAt: time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC),
		ReceivedAt: later, Asset: "files:ä\x00", Rendition: "web", QueryID: "q_1", Position: 1 << 40, Query: "a\tb\x00", Lang: "de", Total: &total,
		Concepts: []string{"z", "a\nb", "", "a\nb"}, Actor: semdex.Actor{ID: "u", Type: "user", BusinessUnit: "retail"}, Session: "s",
		Client: semdex.Client{Name: "c", Integration: "cms"}, Context: map[string]string{"": "empty", "a'b\x00": "v", "region": "DE"},
		Value: &semdex.Money{Amount: 1e300, Currency: "EUR"}, Count: &count, Source: "client"}
}

func TestExportGivesWhatCameIn(t *testing.T) {
	s := open(t, t.TempDir(), Options{SegmentBytes: 1000})
	old := view("old")
	old.OccurredAt = time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)
	last := view("last")
	last.OccurredAt = start.Add(time.Hour)
	record(t, s, last, view("b"), view("a"), nasty(), old)
	var got []semdex.Event
	err := s.Export(t.Context(), func(e semdex.Event) error { got = append(got, e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	want := []semdex.Event{old, nasty(), view("b"), view("a"), last}
	for i := range want {
		want[i].ReceivedAt = later
		want[i].Actor.ID = s.who.Of(want[i].Actor.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want-, got+\n%s", diff)
	}
	if err := s.Export(t.Context(), func(semdex.Event) error { return io.ErrShortWrite }); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("error of yield: got %v", err)
	}
}

// file writes events as a file of them, plain or gzip, with bad lines between.
func file(t *testing.T, zipped bool, lines ...string) []byte {
	var b bytes.Buffer
	w := io.Writer(&b)
	if zipped {
		z := gzip.NewWriter(&b)
		defer z.Close()
		w = z
	}
	for _, l := range lines {
		fmt.Fprintf(w, "%s\n", l)
	}
	if z, ok := w.(*gzip.Writer); ok {
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestImport(t *testing.T) {
	line := `{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z","asset_id":"a1"}`
	lines := []string{"\ufeff" + line, line, "", "{", `{"type":"asset.view","occurred_at":"2026-01-01T00:00:00Z"}`,
		`{"q":"` + strings.Repeat("x", MaxLine) + `"}`, strings.Replace(line, "{", `{"event_id":"x","more":[1],`, 1) + "\r"}
	for _, zipped := range []bool{false, true} {
		s := open(t, t.TempDir(), Options{})
		data := file(t, zipped, lines...)
		var rejected []string
		reject := func(line int, reason string, raw []byte) {
			rejected = append(rejected, fmt.Sprintf("%d %s %d", line, reason, len(raw)))
		}
		for i, want := range []Receipt{{Accepted: 3}, {Duplicates: 3}} {
			got, err := s.Import(t.Context(), bytes.NewReader(data), "events.jsonl", later, reject)
			if err != nil {
				t.Fatal(err)
			}
			if got.Accepted != want.Accepted || got.Duplicates != want.Duplicates || len(got.Rejected) != 3 || got.Rejected[2].Index != 5 {
				t.Errorf("time %d: got %+v", i+1, got)
			}
		}
		want := []string{"4 not an event in JSON: unexpected end of JSON input 1", "5 an asset.view event needs an asset_id 58",
			"6 the line is longer than 1048576 bytes 4096"}
		if diff := cmp.Diff(append(want, want...), rejected); diff != "" {
			t.Errorf("rejected: want-, got+\n%s", diff)
		}
	}
}

func TestImportOfManyIsOneByOne(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, e := range append(someEvents(3*importBatch), someEvents(10)...) {
		if err := enc.Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Import(t.Context(), &b, "many", later, nil)
	if err != nil || got.Accepted != 3*importBatch || got.Duplicates != 10 {
		t.Errorf("got %+v, %v", got, err)
	}
	if n, err := s.Count(t.Context()); err != nil || n != 3*importBatch {
		t.Errorf("count %d, %v", n, err)
	}
}

func TestImportTellsOfABrokenFile(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	data := file(t, true, slices.Repeat([]string{`{"type":"user.login","occurred_at":"2026-01-01T00:00:00Z"}`}, 5000)...)
	got, err := s.Import(t.Context(), bytes.NewReader(data[:len(data)-12]), "events.jsonl.gz", later, nil)
	if err == nil || !strings.Contains(err.Error(), "import events.jsonl.gz, line ") || got.Accepted == 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// damages are what may befall a folder between two runs; none may cost or double an event.
func TestReopen(t *testing.T) {
	inDB := func(t *testing.T, dir, statement string) {
		db, err := attach(t.Context(), filepath.Join(dir, "usage.duckdb"), Options{}.withDefaults())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		damage func(t *testing.T, dir string) error
	}{
		{"nothing happened", func(*testing.T, string) error { return nil }},
		{"DuckDB file lost", func(_ *testing.T, dir string) error { return os.Remove(filepath.Join(dir, "usage.duckdb")) }},
		{"DuckDB file damaged", func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "usage.duckdb"), bytes.Repeat([]byte("x"), 9000), 0o644)
		}},
		{"other format", func(t *testing.T, dir string) error {
			inDB(t, dir, "UPDATE usage.applied SET version = 0")
			return nil
		}},
		{"DuckDB ahead of the log", func(t *testing.T, dir string) error {
			inDB(t, dir, "UPDATE usage.applied SET bytes = bytes + 1000")
			return nil
		}},
		{"torn last line", func(_ *testing.T, dir string) error {
			return appendTo(lastFile(dir), `{"event_id":"torn","type":"asset.view"`)
		}},
		{"garbage in the log", func(_ *testing.T, dir string) error { return appendTo(lastFile(dir), "\x00\x00\x00\n{}\n") }},
		{"a new file of the log, not begun", func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "events", "00000099.jsonl"), nil, 0o644)
		}},
		{"strange files in the log", func(_ *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, "events", "00000001.jsonl.bak"), []byte("x"), 0o644)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			events := someEvents(100)
			s := open(t, dir, Options{SegmentBytes: 10_000})
			record(t, s, events[:60]...)
			record(t, s, events[60:]...)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := tt.damage(t, dir); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				s = open(t, dir, Options{SegmentBytes: 10_000})
				if r := record(t, s, events...); r.Duplicates != 100 {
					t.Errorf("after: %+v", r)
				}
				if ids := exported(t, s); len(ids) != 100 {
					t.Errorf("after: %d events", len(ids))
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			s = open(t, dir, Options{})
			if r := record(t, s, view("new")); r.Accepted != 1 {
				t.Errorf("new one: %+v", r)
			}
			if ids := exported(t, s); len(ids) != 101 {
				t.Errorf("with a new one: %d events", len(ids))
			}
		})
	}
}

func lastFile(dir string) string {
	files, _ := filepath.Glob(filepath.Join(dir, "events", "*.jsonl"))
	return slices.Max(files)
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// What a running store has on disk is copied at any moment and opened elsewhere, as after a power cut.
func TestCopyOfARunningStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{ApplyEvery: time.Hour, ApplyAfter: 30})
	for i, e := range someEvents(100) {
		record(t, s, e)
		if i%25 != 7 {
			continue
		}
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		c := open(t, copied, Options{})
		if ids := exported(t, c); len(ids) != i+1 {
			t.Errorf("copied after %d events: %d", i+1, len(ids))
		}
	}
}

func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, Options{})
	if _, err := Open(dir, Options{}); semdex.CodeOf(err) != semdex.Conflict {
		t.Errorf("got %v", err)
	}
	if _, err := Open(filepath.Join(dir, "what?"), Options{}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("question mark: got %v", err)
	}
	s := open(t, filepath.Join(dir, "50% 'odd' #1"), Options{})
	record(t, s, view("1"))
}

func TestClosed(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	_, err := s.Record(t.Context(), views("1"), later)
	if semdex.CodeOf(err) != semdex.Busy {
		t.Errorf("record: got %v", err)
	}
	if _, err := s.Usage(t.Context(), brand(), Request{}); semdex.CodeOf(err) != semdex.Busy {
		t.Errorf("usage: got %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := open(t, t.TempDir(), Options{ApplyEvery: 5 * time.Millisecond, ApplyAfter: 50, SegmentBytes: 20_000})
	events, d := someEvents(600), brand()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var sum Receipt
	for i := range 4 {
		wg.Go(func() { // each event is sent by two
			for batch := range slices.Chunk(events[i%2*300:i%2*300+300], 10) {
				r, err := s.Record(t.Context(), batch, later)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				sum.Accepted += r.Accepted
				sum.Duplicates += r.Duplicates
				mu.Unlock()
			}
		})
		wg.Go(func() {
			for range 4 {
				if _, err := s.Usage(t.Context(), d, Request{By: []string{"topic", "region"}}); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			defer cancel()
			_, _ = s.Usage(ctx, d, Request{By: []string{"topic"}})
		})
	}
	wg.Wait()
	if sum.Accepted != 600 || sum.Duplicates != 600 {
		t.Errorf("got %+v", sum)
	}
	checkUsage(t, s, d, events, Request{By: []string{"topic", "region"}, TZ: time.UTC})
}

func TestHardened(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	for _, q := range []string{"SET threads = 4", "SELECT * FROM read_csv('/etc/passwd')", "COPY usage.events TO 'x.csv'", "ATTACH 'x.duckdb'", "INSTALL fts"} {
		if _, err := s.db.Exec(q); err == nil {
			t.Errorf("%s was allowed", q)
		}
	}
}
