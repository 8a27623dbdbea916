package mirror

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
)

func TestPastKeepsWhatReportsCountBy(t *testing.T) {
	m, err := Open(filepath.Join(t.TempDir(), "mirror.bolt"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	at := func(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
	put := func(day int, a semdex.Asset) {
		t.Helper()
		r, err := semdex.NewRecord(&a)
		if err != nil {
			t.Fatal(err)
		}
		b := Batch{Put: []semdex.Record{r}}
		if day > 0 {
			b.At = at(day)
		}
		if _, err := m.Apply(b); err != nil {
			t.Fatal(err)
		}
	}
	put(1, semdex.Asset{ID: "files:a", Tags: []string{"one"}})
	put(1, semdex.Asset{ID: "files:ab", Type: "image"})
	put(2, semdex.Asset{ID: "files:a", Tags: []string{"one"}, Credit: "no one counts by that"})
	put(3, semdex.Asset{ID: "files:a", Tags: []string{"two"}})
	put(4, semdex.Asset{ID: "files:a", Tags: []string{"two"}, Fields: map[string][]string{"Region": {"DE"}}})
	put(0, semdex.Asset{ID: "files:a", Tags: []string{"three"}}) // no one says when
	for _, day := range []int{5, 6} {                            // deleted once, and then not there
		if _, err := m.Apply(Batch{Delete: []semdex.AssetID{"files:ab"}, At: at(day)}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err = m.Past(func(a *semdex.Asset, until time.Time) error {
		got = append(got, fmt.Sprint(a.ID, " ", a.Type, a.Tags, a.Fields, " until ", until.Day()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := []string{"files:a [one] map[] until 3", "files:a [two] map[] until 4", "files:ab image[] map[] until 5"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
