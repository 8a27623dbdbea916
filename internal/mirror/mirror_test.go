package mirror_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"semdex"
	"semdex/internal/mirror"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, path string) *mirror.Mirror {
	t.Helper()
	m, err := mirror.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func fresh(t *testing.T) *mirror.Mirror {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "mirror.bolt"))
}

func record(t *testing.T, id, title string) semdex.Record {
	t.Helper()
	r, err := semdex.NewRecord(&semdex.Asset{ID: semdex.AssetID(id), Title: semdex.Text{"en": title}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func vocabulary(name, content string) mirror.Vocabulary {
	return mirror.Vocabulary{Name: name, Hash: sha256.Sum256([]byte(content)), Snapshot: []byte(content)}
}

func apply(t *testing.T, m *mirror.Mirror, b mirror.Batch) uint64 {
	t.Helper()
	n, err := m.Apply(b)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// story shows the change log as "1 a+files:a".
func story(t *testing.T, m *mirror.Mirror) []string {
	t.Helper()
	changes, err := m.Changes(0, math.MaxInt)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, c := range changes {
		op := "+"
		if c.Deleted {
			op = "-"
		}
		lines = append(lines, fmt.Sprintf("%d %c%s%s", c.Number, c.Kind, op, c.ID))
	}
	return lines
}

func TestSequence(t *testing.T) {
	t.Parallel()
	put := func(pairs ...string) mirror.Batch {
		var b mirror.Batch
		for i := 0; i < len(pairs); i += 2 {
			b.Put = append(b.Put, record(t, pairs[i], pairs[i+1]))
		}
		return b
	}
	del := func(ids ...semdex.AssetID) mirror.Batch { return mirror.Batch{Delete: ids} }
	voc := func(name, content string) mirror.Batch {
		return mirror.Batch{Vocabularies: []mirror.Vocabulary{vocabulary(name, content)}}
	}
	forget := func(names ...string) mirror.Batch { return mirror.Batch{Forget: names} }
	tests := []struct {
		name    string
		batches []mirror.Batch
		want    []string // the change log
		last    uint64
	}{
		{"an empty mirror is at 0", nil, []string{}, 0},
		{"assets take numbers in the order given", []mirror.Batch{put("f:b", "1", "f:a", "1")}, []string{"1 a+f:b", "2 a+f:a"}, 2},
		{"an equal record takes no number", []mirror.Batch{put("f:a", "1"), put("f:a", "1")}, []string{"1 a+f:a"}, 1},
		{"a changed record leaves its old place", []mirror.Batch{put("f:a", "1", "f:b", "1"), put("f:a", "2")}, []string{"2 a+f:b", "3 a+f:a"}, 3},
		{"a record changed back is a change", []mirror.Batch{put("f:a", "1"), put("f:a", "2"), put("f:a", "1")}, []string{"3 a+f:a"}, 3},
		{"a deletion says so", []mirror.Batch{put("f:a", "1"), del("f:a")}, []string{"2 a-f:a"}, 2},
		{"what is not there cannot be deleted", []mirror.Batch{del("f:a")}, []string{}, 0},
		{"nor deleted twice", []mirror.Batch{put("f:a", "1"), del("f:a", "f:a"), del("f:a")}, []string{"2 a-f:a"}, 2},
		{"added again after deletion: one entry", []mirror.Batch{put("f:a", "1"), del("f:a"), put("f:a", "1")}, []string{"3 a+f:a"}, 3},
		{"deleted and added many times: one entry", []mirror.Batch{put("f:a", "1"), del("f:a"), put("f:a", "1"), del("f:a"), put("f:a", "2"), del("f:a")}, []string{"6 a-f:a"}, 6},
		{"in one batch deletions come after assets", []mirror.Batch{{Put: put("f:a", "1").Put, Delete: []semdex.AssetID{"f:a"}}}, []string{"2 a-f:a"}, 2},
		{"twice in one batch: the last one stays", []mirror.Batch{put("f:a", "1", "f:a", "2")}, []string{"2 a+f:a"}, 2},
		{"vocabularies share the sequence", []mirror.Batch{put("f:a", "1"), voc("v", "1"), put("f:b", "1")}, []string{"1 a+f:a", "2 v+v", "3 a+f:b"}, 3},
		{"an equal vocabulary takes no number", []mirror.Batch{voc("v", "1"), voc("v", "1")}, []string{"1 v+v"}, 1},
		{"a changed vocabulary leaves its old place", []mirror.Batch{voc("v", "1"), voc("w", "1"), voc("v", "2")}, []string{"2 v+w", "3 v+v"}, 3},
		{"a vocabulary that is forgotten", []mirror.Batch{voc("v", "1"), forget("v", "v", "w")}, []string{"2 v-v"}, 2},
		{"forgotten and read again: one entry", []mirror.Batch{voc("v", "1"), forget("v"), voc("v", "1"), forget("v"), voc("v", "1")}, []string{"5 v+v"}, 5},
		{"an asset and a vocabulary of one name are two things", []mirror.Batch{put("x", "1"), voc("x", "1"), forget("x"), del("x")}, []string{"3 v-x", "4 a-x"}, 4},
		{"a cursor takes no number", []mirror.Batch{put("f:a", "1"), {Cursors: map[string][]byte{"f": []byte("c")}}}, []string{"1 a+f:a"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := fresh(t)
			for i, b := range tt.batches {
				got := apply(t, m, b)
				if seq, err := m.Sequence(); err != nil || got != seq {
					t.Errorf("batch %d: Apply gave %d, Sequence %d (error %v), want them equal", i, got, seq, err)
				}
			}
			if diff := cmp.Diff(tt.want, story(t, m)); diff != "" {
				t.Errorf("change log (-want +got):\n%s", diff)
			}
			if got, err := m.Sequence(); err != nil || got != tt.last {
				t.Errorf("sequence: got %d (error %v), want %d", got, err, tt.last)
			}
		})
	}
}

// TestLogIsBounded applies the same few things many times over: the log has one entry of each, no more.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	for round := range 50 {
		content := fmt.Sprint(round)
		apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", content), record(t, "f:b", content)}, Vocabularies: []mirror.Vocabulary{vocabulary("v", content)}})
		apply(t, m, mirror.Batch{Delete: []semdex.AssetID{"f:b"}, Forget: []string{"v"}})
	}
	if got := story(t, m); len(got) != 3 {
		t.Errorf("got %d entries, want 3: %q", len(got), got)
	}
}

func TestReads(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:b", "B"), record(t, "f:a", "A"), record(t, "fx:a", "X"), record(t, "g:a", "G")}})
	apply(t, m, mirror.Batch{Delete: []semdex.AssetID{"g:a"}})

	got, err := m.Asset("f:a")
	if err != nil || got == nil || got.Title["en"] != "A" {
		t.Errorf("asset f:a: got %v (error %v), want it with title A", got, err)
	}
	if got, err := m.Asset("g:a"); err != nil || got != nil {
		t.Errorf("a deleted asset: got %v (error %v), want none", got, err)
	}
	for id, want := range map[semdex.AssetID]bool{"f:a": true, "g:a": false, "f:": false} {
		if got, err := m.Has(id); err != nil || got != want {
			t.Errorf("has %s: got %v (error %v), want %v", id, got, err, want)
		}
	}
	if n, err := m.Count(); err != nil || n != 3 {
		t.Errorf("count: got %d (error %v), want 3", n, err)
	}
	var ids []semdex.AssetID
	if err := m.Each(func(a *semdex.Asset) error { ids = append(ids, a.ID); return nil }); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]semdex.AssetID{"f:a", "f:b", "fx:a"}, ids); diff != "" {
		t.Errorf("each, in the order of ids (-want +got):\n%s", diff)
	}
	stop := errors.New("enough")
	if err := m.Each(func(*semdex.Asset) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("each that is stopped: got error %v, want %v", err, stop)
	}
	hashes, err := m.Hashes("f")
	if err != nil {
		t.Error(err)
	}
	want := map[semdex.AssetID]semdex.Hash{"f:a": record(t, "f:a", "A").Hash, "f:b": record(t, "f:b", "B").Hash}
	if diff := cmp.Diff(want, hashes); diff != "" {
		t.Errorf("fingerprints of one source only (-want +got):\n%s", diff)
	}
}

func TestApplyIsAtomic(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		bad  mirror.Batch
	}{
		{"an asset that cannot be stored", mirror.Batch{Put: []semdex.Record{{ID: "", Body: []byte("{}")}}}},
		{"a vocabulary that cannot be stored", mirror.Batch{Vocabularies: []mirror.Vocabulary{{Name: ""}}}},
		{"a cursor that cannot be stored", mirror.Batch{Cursors: map[string][]byte{"": []byte("c")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := fresh(t)
			apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", "1")}, Cursors: map[string][]byte{"f": []byte("old")}})
			tt.bad.Put = append([]semdex.Record{record(t, "f:a", "2"), record(t, "f:b", "1")}, tt.bad.Put...)
			tt.bad.Delete = []semdex.AssetID{"f:a"}
			if _, err := m.Apply(tt.bad); err == nil {
				t.Fatal("got no error, want one")
			}
			if diff := cmp.Diff([]string{"1 a+f:a"}, story(t, m)); diff != "" {
				t.Errorf("change log after a failed batch (-want +got):\n%s", diff)
			}
			if a, err := m.Asset("f:a"); err != nil || a == nil || a.Title["en"] != "1" {
				t.Errorf("asset after a failed batch: got %v (error %v), want it as before", a, err)
			}
			if c, err := m.Cursor("f"); err != nil || string(c) != "old" {
				t.Errorf("cursor after a failed batch: got %q (error %v), want %q", c, err, "old")
			}
			if got := apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:b", "1")}}); got != 2 {
				t.Errorf("the next number: got %d, want 2", got)
			}
		})
	}
}

func TestCursors(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	steps := []struct {
		name  string
		store []byte
		want  []byte
	}{
		{"a cursor is kept", []byte("one"), []byte("one")},
		{"and replaced", []byte("two"), []byte("two")},
		{"an empty one is not none", []byte{}, []byte{}},
		{"nil removes it", nil, nil},
		{"nil again changes nothing", nil, nil},
	}
	for _, step := range steps { // one after the other
		apply(t, m, mirror.Batch{Cursors: map[string][]byte{"f": step.store, "other": []byte("stays")}})
		got, err := m.Cursor("f")
		if err != nil || !bytes.Equal(got, step.want) || (got == nil) != (step.want == nil) {
			t.Errorf("%s: got %#v (error %v), want %#v", step.name, got, err, step.want)
		}
	}
	if got, err := m.Cursor("other"); err != nil || string(got) != "stays" {
		t.Errorf("another source's cursor: got %q (error %v), want %q", got, err, "stays")
	}
}

func TestVocabularies(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	newest := func() uint64 {
		t.Helper()
		_, n, err := m.Vocabularies()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := newest(); got != 0 {
		t.Errorf("without vocabularies: got number %d, want 0", got)
	}
	apply(t, m, mirror.Batch{Vocabularies: []mirror.Vocabulary{vocabulary("w", "W"), vocabulary("v", "V")}}) // 1, 2
	apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", "1")}})                                   // 3
	got, number, err := m.Vocabularies()
	if err != nil || number != 2 {
		t.Errorf("number: got %d (error %v), want 2, since assets do not count", number, err)
	}
	if diff := cmp.Diff([]mirror.Vocabulary{vocabulary("v", "V"), vocabulary("w", "W")}, got); diff != "" {
		t.Errorf("in the order of names (-want +got):\n%s", diff)
	}
	hash, found, err := m.VocabularyHash("w")
	if want := vocabulary("w", "W").Hash; err != nil || !found || hash != want {
		t.Errorf("hash: got %x, %v (error %v), want %x", hash, found, err, want)
	}
	if _, found, err := m.VocabularyHash("x"); err != nil || found {
		t.Errorf("hash of an unknown one: got %v (error %v), want none", found, err)
	}
	apply(t, m, mirror.Batch{Forget: []string{"w"}}) // 4
	if got := newest(); got != 4 {
		t.Errorf("a removal is a change to vocabularies: got number %d, want 4", got)
	}
	if _, found, err := m.VocabularyHash("w"); err != nil || found {
		t.Errorf("hash of a forgotten one: got %v (error %v), want none", found, err)
	}
}

func TestChangedAssetsPaging(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", "1"), record(t, "f:b", "1")}})                                  // 1, 2
	apply(t, m, mirror.Batch{Vocabularies: []mirror.Vocabulary{vocabulary("u", "1"), vocabulary("v", "1"), vocabulary("w", "1")}}) // 3, 4, 5
	apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:c", "1")}, Delete: []semdex.AssetID{"f:a"}, Forget: []string{"w"}}) // 6, 7, 8
	for _, limit := range []int{1, 2, 3, 100} {
		t.Run(fmt.Sprintf("%d at a time", limit), func(t *testing.T) {
			var got []string
			after, pages := uint64(0), 0
			for {
				assets, through, err := m.ChangedAssets(after, limit)
				if err != nil {
					t.Fatal(err)
				}
				if through == after {
					break
				}
				for _, a := range assets {
					if (a.Asset == nil) != a.Deleted || (a.Asset != nil && string(a.Asset.ID) != a.ID) {
						t.Errorf("change %d of %s: got record %v", a.Number, a.ID, a.Asset)
					}
					got = append(got, fmt.Sprintf("%d %s %v", a.Number, a.ID, a.Deleted))
				}
				after = through
				if pages++; pages > 10 {
					t.Fatal("the log does not end")
				}
			}
			if diff := cmp.Diff([]string{"2 f:b false", "6 f:c false", "7 f:a true"}, got); diff != "" {
				t.Errorf("changes of assets (-want +got):\n%s", diff)
			}
			if after != 8 {
				t.Errorf("read through %d, want 8, the vocabulary at the end included", after)
			}
		})
	}
}

func TestChangesAfterTheEnd(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", "1")}})
	for _, after := range []uint64{1, 2, math.MaxUint64} {
		if got, err := m.Changes(after, 10); err != nil || len(got) != 0 {
			t.Errorf("after %d: got %v (error %v), want none", after, got, err)
		}
	}
}

func TestReopenKeepsAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "folder", "mirror.bolt")
	m := open(t, path)
	apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", "1")}, Cursors: map[string][]byte{"f": []byte("c")}})
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	before := contents(t, path)
	m = open(t, path)
	if got := story(t, m); len(got) != 1 || got[0] != "1 a+f:a" {
		t.Errorf("got %q, want the log as it was", got)
	}
	if got := apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", "1")}, Cursors: map[string][]byte{"f": []byte("c")}}); got != 1 {
		t.Errorf("an equal batch: got number %d, want 1", got)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, contents(t, path)) {
		t.Error("the file changed though nothing was to be written")
	}
}

func contents(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	t.Run("a file of another format", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "mirror.bolt")
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucket([]byte("meta"))
			if err != nil {
				return err
			}
			return b.Put([]byte("format"), binary.BigEndian.AppendUint64(nil, 99))
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		before := contents(t, path)
		_, err = mirror.Open(path)
		var told *semdex.Error
		if !errors.As(err, &told) || told.Code != semdex.Conflict || told.Hint == "" {
			t.Errorf("got %v, want a Conflict with a hint", err)
		}
		if !bytes.Equal(before, contents(t, path)) {
			t.Error("the refused file was changed")
		}
	})
	t.Run("a file that is open already, within about a second", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "mirror.bolt")
		open(t, path)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		got := make(chan error, 1)
		go func() {
			m, err := mirror.Open(path)
			if err == nil {
				m.Close()
			}
			got <- err
		}()
		select {
		case err := <-got:
			if semdex.CodeOf(err) != semdex.Conflict {
				t.Errorf("got %v, want a Conflict", err)
			}
		case <-ctx.Done():
			t.Fatal("the second open hangs")
		}
	})
	t.Run("a file that is no mirror", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "mirror.bolt")
		if err := os.WriteFile(path, bytes.Repeat([]byte("no mirror "), 5000), 0o600); err != nil {
			t.Fatal(err)
		}
		if m, err := mirror.Open(path); err == nil {
			m.Close()
			t.Error("got no error, want one")
		}
	})
}

func TestReadersBesideAWriter(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", "0"), record(t, "f:b", "0")}})
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				assets, _, err := m.ChangedAssets(0, 10)
				if err != nil || len(assets) != 2 || assets[0].Asset.Title["en"] != assets[1].Asset.Title["en"] {
					t.Errorf("got %v (error %v), want two records of one batch", assets, err)
					return
				}
			}
		})
	}
	for i := range 30 {
		title := fmt.Sprint(i + 1)
		apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", title), record(t, "f:b", title)}})
	}
	close(done)
	readers.Wait()
}

func TestCutShortRecordIsAnError(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	apply(t, m, mirror.Batch{Put: []semdex.Record{{ID: "f:a", Body: []byte(`{"id":`)}}})
	var syntax *json.SyntaxError
	if _, err := m.Asset("f:a"); !errors.As(err, &syntax) {
		t.Errorf("got error %v, want one of JSON", err)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	if got, err := m.Sources(); err != nil || len(got) != 0 {
		t.Errorf("an empty mirror: got %q and error %v, want none", got, err)
	}
	var b mirror.Batch
	for _, id := range []string{"canto:image:b", "canto:a", "can:a", "canto2:a", "files:a", "files:z", "zeta:1"} {
		b.Put = append(b.Put, record(t, id, "x"))
	}
	apply(t, m, b)
	got, err := m.Sources()
	if diff := cmp.Diff([]string{"can", "canto2", "canto", "files", "zeta"}, got); diff != "" || err != nil {
		t.Errorf("error %v, sources (-want +got):\n%s", err, diff)
	}
}
