package mirror_test

import (
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"semdex"
	"semdex/internal/mirror"
)

func TestCount(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	steps := []struct {
		name  string
		batch mirror.Batch
		want  int
	}{
		{"an empty mirror", mirror.Batch{}, 0},
		{"new assets count", mirror.Batch{Put: []semdex.Record{record(t, "f:a", "A"), record(t, "f:b", "B")}}, 2},
		{"an asset that is as it was does not", mirror.Batch{Put: []semdex.Record{record(t, "f:a", "A")}}, 2},
		{"nor does one that changed", mirror.Batch{Put: []semdex.Record{record(t, "f:a", "other")}}, 2},
		{"nor one that stands twice in a batch", mirror.Batch{Put: []semdex.Record{record(t, "f:c", "1"), record(t, "f:c", "2")}}, 3},
		{"deletions count, of what is there", mirror.Batch{Delete: []semdex.AssetID{"f:a", "f:a", "f:none"}}, 2},
		{"what came and went in one batch does not", mirror.Batch{Put: []semdex.Record{record(t, "f:d", "D")}, Delete: []semdex.AssetID{"f:d"}}, 2},
		{"what comes back counts again", mirror.Batch{Put: []semdex.Record{record(t, "f:a", "A")}}, 3},
		{"a vocabulary changes nothing", mirror.Batch{Vocabularies: []mirror.Vocabulary{vocabulary("v", "1")}}, 3},
		{"nor does a cursor", mirror.Batch{Cursors: map[string][]byte{"f": []byte("c")}}, 3},
	}
	for _, step := range steps {
		apply(t, m, step.batch)
		if n, err := m.Count(); err != nil || n != step.want {
			t.Errorf("%s: got %d (error %v), want %d", step.name, n, err, step.want)
		}
	}
	if _, err := m.Apply(mirror.Batch{Put: []semdex.Record{record(t, "f:x", "X"), {ID: "", Body: []byte("{}")}}}); err == nil {
		t.Fatal("an asset without an id was stored")
	}
	if n, err := m.Count(); err != nil || n != 3 {
		t.Errorf("after a batch that failed: got %d (error %v), want 3", n, err)
	}
}

// A file that an older program made has no number, or one that it left behind.
func TestCountOfOlderFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before func(meta *bbolt.Bucket) error
	}{
		{"no number", func(meta *bbolt.Bucket) error { return meta.Delete([]byte("assets")) }},
		{"a number of another state", func(meta *bbolt.Bucket) error { return meta.Put([]byte("assets"), make([]byte, 16)) }},
		{"a number cut short", func(meta *bbolt.Bucket) error { return meta.Put([]byte("assets"), []byte{1}) }},
	}
	for _, tt := range tests {
		for _, first := range []string{"counted first", "written first"} {
			t.Run(tt.name+", "+first, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "mirror.bolt")
				m := open(t, path)
				apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:a", "A"), record(t, "f:b", "B")}})
				m.Close()
				edit(t, path, tt.before)
				m = open(t, path)
				want := 2
				if first == "written first" {
					apply(t, m, mirror.Batch{Put: []semdex.Record{record(t, "f:c", "C")}})
					want++
				}
				for range 2 {
					if n, err := m.Count(); err != nil || n != want {
						t.Errorf("got %d (error %v), want %d", n, err, want)
					}
				}
				apply(t, m, mirror.Batch{Delete: []semdex.AssetID{"f:a"}})
				if n, err := m.Count(); err != nil || n != want-1 {
					t.Errorf("after a deletion: got %d (error %v), want %d", n, err, want-1)
				}
			})
		}
	}
}

// edit changes the meta bucket of a mirror that is closed.
func edit(t *testing.T, path string, do func(meta *bbolt.Bucket) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bbolt.Tx) error { return do(tx.Bucket([]byte("meta"))) }); err != nil {
		t.Fatal(err)
	}
}
