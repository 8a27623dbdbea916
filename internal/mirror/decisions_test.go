package mirror_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"semdex/internal/mirror"
)

// becomes is an update that stores body, whatever stood there.
func becomes(body string) func([]byte) ([]byte, error) {
	return func([]byte) ([]byte, error) {
		if body == "" {
			return nil, nil
		}
		return []byte(body), nil
	}
}

func decide(t *testing.T, m *mirror.Mirror, kind, id, by, body string, at int64) {
	t.Helper()
	if err := m.Decide(kind, id, by, time.Unix(at, 0).UTC(), becomes(body)); err != nil {
		t.Fatal(err)
	}
}

func decisions(t *testing.T, m *mirror.Mirror, kind string) []string {
	t.Helper()
	all, err := m.Decisions(kind)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, d := range all {
		out = append(out, d.Kind+" "+d.ID+" "+string(d.Body))
	}
	return out
}

func history(t *testing.T, m *mirror.Mirror, kind, id string) []string {
	t.Helper()
	all, err := m.DecisionHistory(kind, id)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, c := range all {
		out = append(out, fmt.Sprintf("%d %s %s", c.At.Unix(), c.By, c.Body))
	}
	return out
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mirror.bolt")
	m := open(t, path)
	decide(t, m, "curation", "b", "ann", `{"n":1}`, 10)
	decide(t, m, "curation", "a", "bob", `{"n":2}`, 20)
	decide(t, m, "curation", "b", "bob", `{"n":3}`, 30)
	decide(t, m, "curationist", "a", "bob", `{"n":4}`, 40)
	decide(t, m, "curation", "gone", "ann", `{"n":5}`, 50)
	decide(t, m, "curation", "gone", "bob", "", 60)
	decide(t, m, "curation", "never", "bob", "", 70)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	m = open(t, path)
	if d := cmp.Diff([]string{`curation a {"n":2}`, `curation b {"n":3}`}, decisions(t, m, "curation")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for id, want := range map[string][]string{"b": {`10 ann {"n":1}`, `30 bob {"n":3}`}, "gone": {`50 ann {"n":5}`, "60 bob "}, "never": {}} {
		if d := cmp.Diff(want, history(t, m, "curation", id)); d != "" {
			t.Errorf("history of %s (-want +got)\n%s", id, d)
		}
	}
	if n, err := m.Sequence(); n != 0 || err != nil {
		t.Errorf("decisions took a number of the change log: %d, %v", n, err)
	}
}

func TestDecisionMayBeRefused(t *testing.T) {
	t.Parallel()
	m := fresh(t)
	decide(t, m, "curation", "a", "ann", `{"n":1}`, 10)
	refusal := errors.New("no")
	err := m.Decide("curation", "a", "bob", time.Unix(20, 0), func(old []byte) ([]byte, error) {
		if string(old) != `{"n":1}` {
			t.Errorf("update was given %s", old)
		}
		return nil, refusal
	})
	if !errors.Is(err, refusal) || len(history(t, m, "curation", "a")) != 1 {
		t.Errorf("got %v and history %v, want the refusal and nothing changed", err, history(t, m, "curation", "a"))
	}
	if d := cmp.Diff([]string{`curation a {"n":1}`}, decisions(t, m, "curation")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestFileWithoutDecisionsOpens(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mirror.bolt")
	m := open(t, path)
	apply(t, m, mirror.Batch{Cursors: map[string][]byte{"files": []byte("7")}})
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { // as a version before decisions left it
		return errors.Join(tx.DeleteBucket([]byte("decisions")), tx.DeleteBucket([]byte("history")))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	m = open(t, path)
	if cursor, err := m.Cursor("files"); string(cursor) != "7" || err != nil {
		t.Errorf("the cursor is %q, %v", cursor, err)
	}
	decide(t, m, "curation", "a", "ann", `{"n":1}`, 10)
	if d := cmp.Diff([]string{`curation a {"n":1}`}, decisions(t, m, "curation")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
