package indexer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex/indexer"
	"semdex/internal/mirror"
)

// projection keeps the ids that it was told of.
type projection struct {
	applied uint64
	ids     map[string]int
	calls   []uint64 // the numbers it was brought through to
	fail    error
	onApply func()
}

func (p *projection) Applied() (uint64, error) { return p.applied, nil }

func (p *projection) Apply(_ context.Context, changes []mirror.ChangedAsset, through uint64) error {
	if p.fail != nil {
		return p.fail
	}
	if p.ids == nil {
		p.ids = map[string]int{}
	}
	for _, c := range changes {
		p.ids[c.ID]++
	}
	p.applied, p.calls = through, append(p.calls, through)
	if p.onApply != nil {
		p.onApply()
	}
	return nil
}

// filled gives a mirror with n assets, numbered 1 to n.
func filled(t *testing.T, n int) *mirror.Mirror {
	t.Helper()
	m := newMirror(t)
	sync(t, m, &fake{items: numbered(n, "n", "1")}, indexer.Options{})
	return m
}

func project(t *testing.T, log indexer.Log, p *projection) int {
	t.Helper()
	n, err := indexer.Project(t.Context(), log, p, nil)
	if err != nil {
		t.Fatalf("project: got error %v, want none", err)
	}
	return n
}

func addVocabularies(t *testing.T, m *mirror.Mirror, n int) {
	t.Helper()
	var b mirror.Batch
	for i := range n {
		b.Vocabularies = append(b.Vocabularies, mirror.Vocabulary{Name: fmt.Sprint("v", i), Hash: [32]byte{byte(i), byte(i >> 8), 1}})
	}
	if _, err := m.Apply(b); err != nil {
		t.Fatal(err)
	}
}

func TestProject(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		assets      int
		vocabulary  int
		applied     uint64
		wantChanges int
		wantCalls   []uint64
	}{
		{"an empty log does not touch the projection", 0, 0, 0, 0, nil},
		{"all from the beginning, in batches", 2500, 0, 0, 2500, []uint64{1000, 2000, 2500}},
		{"just a batch", 1000, 0, 0, 1000, []uint64{1000}},
		{"it goes on from the number it has", 2500, 0, 1700, 800, []uint64{2500}},
		{"at the end it is not touched", 2500, 0, 2500, 0, nil},
		{"vocabularies alone move the number", 0, 3, 0, 0, []uint64{3}},
		{"vocabularies after the assets", 10, 3, 0, 10, []uint64{13}},
		{"batches of vocabularies alone are not handed on, but for the end", 10, 2500, 0, 10, []uint64{1000, 2510}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := filled(t, tt.assets)
			addVocabularies(t, m, tt.vocabulary)
			p := &projection{applied: tt.applied}
			if got := project(t, m, p); got != tt.wantChanges {
				t.Errorf("changes: got %d, want %d", got, tt.wantChanges)
			}
			if diff := cmp.Diff(tt.wantCalls, p.calls); diff != "" {
				t.Errorf("applied through (-want +got):\n%s", diff)
			}
			if len(p.ids) != tt.wantChanges {
				t.Errorf("assets: got %d, want %d", len(p.ids), tt.wantChanges)
			}
		})
	}
}

func TestProjectResumes(t *testing.T) {
	t.Parallel()
	m := filled(t, 2500)
	full := errors.New("disk full")
	p := &projection{}
	p.onApply = func() {
		if len(p.calls) == 2 {
			p.fail = full
		}
	}
	n, err := indexer.Project(t.Context(), m, p, nil)
	if !errors.Is(err, full) || n != 2000 {
		t.Fatalf("got %d changes and error %v, want 2000 and %v", n, err, full)
	}
	p.fail, p.onApply = nil, nil
	if got := project(t, m, p); got != 500 {
		t.Errorf("after the failure: got %d changes, want 500", got)
	}
	if got := project(t, m, p); got != 0 || len(p.calls) != 3 {
		t.Errorf("once more: got %d changes and %d calls in all, want 0 and 3", got, len(p.calls))
	}
	for id, times := range p.ids {
		if times != 1 {
			t.Errorf("%s: applied %d times, want once", id, times)
		}
	}
}

func TestProjectRefusesAnotherMirror(t *testing.T) {
	t.Parallel()
	p := &projection{applied: 11}
	if n, err := indexer.Project(t.Context(), filled(t, 10), p, nil); err == nil || n != 0 || p.calls != nil {
		t.Errorf("got %d changes, error %v, calls %v, want an error alone", n, err, p.calls)
	}
}

func TestProjectStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := &projection{onApply: cancel}
	n, err := indexer.Project(ctx, filled(t, 2500), p, nil)
	if !errors.Is(err, context.Canceled) || n != 1000 {
		t.Errorf("got %d changes and error %v, want 1000 and %v", n, err, context.Canceled)
	}
}

// growing is a log that gets longer while it is read.
type growing struct {
	*mirror.Mirror
	last uint64
}

func (g growing) Sequence() (uint64, error) { return g.last, nil }

func TestProjectWithALogThatGrows(t *testing.T) {
	t.Parallel()
	m := filled(t, 0)
	addVocabularies(t, m, 8)
	p := &projection{}
	project(t, growing{m, 5}, p) // it was 5 long when asked
	if p.applied != 8 {
		t.Errorf("applied: got %d, want 8, since all of it was read", p.applied)
	}
}

func TestProjectShowsProgress(t *testing.T) {
	t.Parallel()
	var got [][2]int
	if _, err := indexer.Project(t.Context(), filled(t, 1500), &projection{}, func(_ string, done, total int) { got = append(got, [2]int{done, total}) }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][2]int{{1000, 1500}, {1500, 1500}}, got); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}
