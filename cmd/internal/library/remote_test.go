package library

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/api"
	"semdex/cmd/internal/config"
	"semdex/indexer"
)

// remoteAssets is a source that lists what it is told to.
type remoteAssets struct {
	items    []indexer.Item
	complete bool
	err      error
	onFetch  func()
	fetched  int
}

func (r *remoteAssets) Name() string { return "remote" }

func (r *remoteAssets) Fetch(_ context.Context, _ []byte, yield func(indexer.Item) error) (indexer.Listing, error) {
	r.fetched++
	if r.onFetch != nil {
		r.onFetch()
	}
	for _, item := range r.items {
		if err := yield(item); err != nil {
			return indexer.Listing{}, err
		}
	}
	return indexer.Listing{Cursor: fmt.Append(nil, r.fetched), Complete: r.complete}, r.err
}

func item(id, title string) indexer.Item {
	return indexer.Item{Asset: &semdex.Asset{ID: semdex.AssetID("remote:" + id), Title: semdex.Text{"": title}}}
}

func bad(id string) indexer.Item {
	return indexer.Item{Rejected: &indexer.Rejection{File: "list", Line: 7, ID: semdex.AssetID("remote:" + id), Reason: "size: no number"}}
}

// remoteConcepts is a vocabulary with so many concepts.
type remoteConcepts struct {
	name    string
	n       int
	err     error
	stub    bool     // one more is deprecated
	version string   // goes into the cursor
	cursors []string // that it was asked with
}

func (r *remoteConcepts) Name() string { return r.name }

func (r *remoteConcepts) Fetch(_ context.Context, cursor []byte) (indexer.Export, error) {
	r.cursors = append(r.cursors, string(cursor))
	next := fmt.Sprint(r.n, r.version)
	if r.err != nil || string(cursor) == next {
		return indexer.Export{Unchanged: true, Cursor: cursor}, r.err
	}
	var b strings.Builder
	for i := range r.n {
		fmt.Fprintf(&b, "<https://remote.example/%d> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .\n", i)
	}
	if r.stub {
		b.WriteString("<https://remote.example/old> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .\n" +
			"<https://remote.example/old> <http://www.w3.org/2002/07/owl#deprecated> \"true\" .\n")
	}
	return indexer.Export{Documents: []indexer.Document{{Name: "remote (concepts)", Format: "nt", Body: []byte(b.String())}}, Cursor: []byte(next)}, nil
}

// remoteHome is a home with a source and a vocabulary of other systems beside the files.
func remoteHome(t *testing.T) (*home, *Library, *remoteAssets, *remoteConcepts) {
	t.Helper()
	h := newHome(t)
	h.config.Sources = append(h.config.Sources, config.Source{Type: "canto", Prefix: "remote", Tenant: "a.canto.de", AppID: "x", AppSecret: "y", Zone: h.config.Zone})
	l := h.open()
	source, concepts := &remoteAssets{complete: true}, &remoteConcepts{name: "poolparty remote", n: 20}
	l.sources[1] = source
	l.vocabularies = append(l.vocabularies, concepts)
	return h, l, source, concepts
}

func TestAVocabularyIsAskedForWhatChanged(t *testing.T) {
	h, l, _, concepts := remoteHome(t)
	for range 2 {
		h.sync(l, SyncOptions{})
	}
	h.sync(l, SyncOptions{Full: true})
	if diff := cmp.Diff([]string{"", "20", ""}, concepts.cursors); diff != "" {
		t.Errorf("asked with cursors (-want +got):\n%s", diff)
	}
	if got := l.graph.Load().Len(); got != 23 {
		t.Errorf("got %d concepts, want 3 of the file and 20 of the other system", got)
	}
}

func TestAVocabularyThatLosesMuchIsNotTaken(t *testing.T) {
	h, l, _, concepts := remoteHome(t)
	h.sync(l, SyncOptions{})
	concepts.n = 17
	_, err := l.Sync(context.Background(), SyncOptions{})
	if semdex.CodeOf(err) != semdex.Conflict || !strings.Contains(err.Error(), "had 20 concepts and now has 17") || !strings.Contains(semdex.HintOf(err), "--allow-deletes") {
		t.Errorf("got error %v (%s), want one that tells of the loss", err, semdex.HintOf(err))
	}
	if got := l.graph.Load().Len(); got != 23 {
		t.Errorf("got %d concepts, want the 23 from before", got)
	}
	concepts.n = 18 // a tenth may go
	h.sync(l, SyncOptions{})
	concepts.n = 2
	h.sync(l, SyncOptions{AllowDeletes: true})
	if got := l.graph.Load().Len(); got != 5 {
		t.Errorf("got %d concepts, want 5: it was allowed", got)
	}
}

func TestAVocabularyThatFailsLeavesTheRest(t *testing.T) {
	h, l, source, concepts := remoteHome(t)
	h.sync(l, SyncOptions{})
	concepts.err = &semdex.Error{Code: semdex.Upstream, Message: "PoolParty cannot be reached", Hint: "check the host"}
	source.items = []indexer.Item{item("a", "one")}
	if _, err := l.Sync(context.Background(), SyncOptions{}); semdex.CodeOf(err) != semdex.Upstream {
		t.Errorf("got error %v, want that of the vocabulary", err)
	}
	if n, _ := l.mirror.Count(); n != 5 || l.graph.Load().Len() != 23 {
		t.Errorf("got %d assets and %d concepts, want 5 and 23", n, l.graph.Load().Len())
	}
}

func sourceOf(t *testing.T, l *Library, name string) api.SourceStatus {
	t.Helper()
	s, err := l.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(s.Sources, func(s api.SourceStatus) bool { return s.Name == name })
	if at < 0 {
		t.Fatalf("no status of %s in %+v", name, s.Sources)
	}
	return s.Sources[at]
}

func TestLagSurvivesARestart(t *testing.T) {
	h, l, source, _ := remoteHome(t)
	if s := sourceOf(t, l, "remote"); s.LastSync != nil || s.LagSeconds != nil {
		t.Errorf("before the first run: got %+v, want nothing", s)
	}
	h.sync(l, SyncOptions{})
	h.syncs.Store(40)
	source.err = &semdex.Error{Code: semdex.Upstream, Message: "Canto failed", Hint: "wait"}
	if _, err := l.Sync(context.Background(), SyncOptions{}); err == nil {
		t.Fatal("got no error")
	}
	l.Close()
	l = h.open()
	h.syncs.Store(50)
	s := sourceOf(t, l, "remote")
	if s.LastSync == nil || *s.LagSeconds != 49*60 || s.LastError != "Canto failed" || s.Kind != "assets" {
		t.Errorf("got %+v, want 49 minutes behind the run that went well, and the error of the last one", s)
	}
	if s := sourceOf(t, l, "taxonomy.ttl"); s.Kind != "concepts" || *s.LagSeconds != 10*60 || s.LastError != "" {
		t.Errorf("the vocabulary: got %+v, want 10 minutes", s)
	}
}

func rejectedIDs(t *testing.T, l *Library) string {
	t.Helper()
	body, err := os.ReadFile(l.RejectedFile())
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var ids []string
	for line := range strings.Lines(string(body)) {
		_, id, _ := strings.Cut(line, `"id":"remote:`)
		id, _, _ = strings.Cut(id, `"`)
		ids = append(ids, id)
	}
	return strings.Join(ids, " ")
}

func TestRejectedRecordsOfARemoteSourceStayUntilTheyAreMended(t *testing.T) {
	h, l, source, _ := remoteHome(t)
	steps := []struct {
		name     string
		complete bool
		items    []indexer.Item
		want     string
	}{
		{"two are bad", true, []indexer.Item{item("a", "1"), bad("b"), bad("c")}, "b c"},
		{"what changed says nothing of them", false, []indexer.Item{item("a", "2")}, "b c"},
		{"one is mended, and another gets bad", false, []indexer.Item{item("b", "1"), bad("d")}, "c d"},
		{"one is bad again, and counts once", false, []indexer.Item{bad("c")}, "d c"},
		{"a whole listing has the last word", true, []indexer.Item{item("a", "2"), item("b", "1"), bad("d")}, "d"},
	}
	for _, step := range steps {
		source.items, source.complete = step.items, step.complete
		h.sync(l, SyncOptions{})
		if got := rejectedIDs(t, l); got != step.want {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
	}
}

func TestASyncOfOneSourceLeavesTheOthers(t *testing.T) {
	h, l, source, concepts := remoteHome(t)
	h.sync(l, SyncOptions{Only: []string{"remote"}})
	if n, _ := l.mirror.Count(); n != 0 || source.fetched != 1 || len(concepts.cursors) != 0 {
		t.Errorf("got %d assets of files, %d fetches and %d of concepts, want 0, 1 and 0", n, source.fetched, len(concepts.cursors))
	}
	h.sync(l, SyncOptions{Only: []string{"files"}, Vocabularies: true})
	if n, _ := l.mirror.Count(); n != 4 || source.fetched != 1 || len(concepts.cursors) != 1 {
		t.Errorf("got %d assets of files, %d fetches and %d of concepts, want 4, 1 and 1", n, source.fetched, len(concepts.cursors))
	}
}

func TestJobsFollowTheSchedules(t *testing.T) {
	h := newHome(t)
	h.config.Schedule, h.config.Reconcile = "*/15 * * * *", "0 3 * * *"
	h.config.Sources = append(h.config.Sources, config.Source{Type: "files", Prefix: "apart", Assets: h.path("assets.jsonl"), Schedule: "@hourly"})
	l := h.open()
	jobs, err := l.Jobs()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, j := range jobs {
		got = append(got, j.Name+" "+j.Schedule.Next(h.now()).Format("15:04"))
	}
	want := []string{"mine: source apart 13:00", "mine: schedule 12:15", "mine: reconcile 03:00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("jobs (-want +got):\n%s", diff)
	}
	jobs[1].Run(context.Background())
	if n, _ := l.mirror.Count(); n != 4 {
		t.Errorf("after the library's own schedule: got %d assets, want the 4 of the source without one", n)
	}
	jobs[0].Run(context.Background())
	if n, _ := l.mirror.Count(); n != 8 {
		t.Errorf("after that of the source: got %d assets, want 8", n)
	}
}

func TestRejectedRecordsCountUntilTheyAreMended(t *testing.T) {
	h, l, source, _ := remoteHome(t)
	source.items = []indexer.Item{item("a", "1"), bad("b"), bad("c")}
	h.sync(l, SyncOptions{})
	source.items, source.complete = nil, false
	h.sync(l, SyncOptions{})
	problems := func(l *Library) int {
		s, err := l.Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return s.Problems
	}
	if got := problems(l); got != 2 {
		t.Errorf("after a run that found nothing new: got %d problems, want 2", got)
	}
	findings := l.diagnoseSystem(context.Background(), source, "remote")
	if !slices.ContainsFunc(findings, func(f indexer.Finding) bool {
		return f.Subject == "rejected records" && strings.HasPrefix(f.Message, "2 ")
	}) {
		t.Errorf("the doctor found %+v, want 2 rejected records", findings)
	}
	l.Close()
	if got := problems(h.open()); got != 2 {
		t.Errorf("after a restart: got %d problems, want 2", got)
	}
}

func TestRejectedPlacesWithoutAnIDStay(t *testing.T) {
	h, l, source, _ := remoteHome(t)
	place := indexer.Item{Rejected: &indexer.Rejection{File: "list", Line: 9, Reason: "unreadable"}}
	source.items = []indexer.Item{item("a", "1"), place}
	h.sync(l, SyncOptions{})
	source.items, source.complete = []indexer.Item{bad("d")}, false
	h.sync(l, SyncOptions{})
	if got := rejectedIDs(t, l); got != " d" {
		t.Errorf("got %q, want the place without an id, and d", got)
	}
	source.items = []indexer.Item{place}
	h.sync(l, SyncOptions{})
	if got := rejectedIDs(t, l); got != "d " {
		t.Errorf("once more at the same place: got %q, want d and the place once", got)
	}
}

func TestAVocabularyIsNotForgottenForOneThatFails(t *testing.T) {
	h, l, _, concepts := remoteHome(t)
	h.sync(l, SyncOptions{})
	other := &remoteConcepts{name: "poolparty renamed", n: 20, err: &semdex.Error{Code: semdex.Upstream, Message: "wrong password"}}
	l.vocabularies[1] = other
	if _, err := l.Sync(context.Background(), SyncOptions{}); err == nil {
		t.Fatal("got no error")
	}
	if got := l.graph.Load().Len(); got != 23 {
		t.Errorf("got %d concepts, want the 23 from before: what was to replace %s failed", got, concepts.name)
	}
	other.err = nil
	if r := h.sync(l, SyncOptions{}); l.graph.Load().Len() != 23 || r.Vocabularies != 2 {
		t.Errorf("got %d concepts and %d changes, want 23 by one forgotten and one read", l.graph.Load().Len(), r.Vocabularies)
	}
	s := sourceOf(t, l, "poolparty renamed")
	h.sync(l, SyncOptions{})
	if again := sourceOf(t, l, "poolparty renamed"); s.Counts["concepts"] != 20 || again.Counts["concepts"] != 20 {
		t.Errorf("got counts %v and %v, want 20 concepts, changed or not", s.Counts, again.Counts)
	}
}

func TestAnInterruptedSyncSaysNothingOfTheSource(t *testing.T) {
	h, l, source, _ := remoteHome(t)
	h.sync(l, SyncOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	source.items, source.err = []indexer.Item{item("a", "1")}, context.Canceled
	source.onFetch = cancel
	if _, err := l.Sync(ctx, SyncOptions{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v, want %v", err, context.Canceled)
	}
	if s := sourceOf(t, l, "remote"); s.LastError != "" || s.LastSync == nil {
		t.Errorf("got %+v, want what the run before left", s)
	}
}

func TestASyncThatWaitsHeedsItsContext(t *testing.T) {
	_, l, source, _ := remoteHome(t)
	held, release := make(chan struct{}), make(chan struct{})
	source.onFetch = func() { close(held); <-release }
	done := make(chan error)
	go func() {
		_, err := l.Sync(context.Background(), SyncOptions{})
		done <- err
	}()
	<-held
	var said []string
	ctx, cancel := context.WithCancel(context.Background())
	_, err := l.Sync(ctx, SyncOptions{Say: func(format string, args ...any) {
		said = append(said, fmt.Sprintf(format, args...))
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || len(said) != 1 || !strings.Contains(said[0], "another sync") {
		t.Errorf("got error %v after %q, want it to say that it waits, and to end", err, said)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAssetsOfASourceThatIsGone(t *testing.T) {
	h, l, source, _ := remoteHome(t)
	source.items = []indexer.Item{item("a", "1"), item("b", "1")}
	h.sync(l, SyncOptions{})
	l.sources = l.sources[:1]
	var said []string
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	h.sync(l, SyncOptions{Say: say})
	if n, _ := l.mirror.Count(); n != 6 || !strings.Contains(strings.Join(said, "\n"), "remote: no source has this prefix any more; its 2 assets stay") {
		t.Errorf("got %d assets after %q, want all 6, and a word about the two", n, said)
	}
	findings, err := l.diagnoseLinks()
	if err != nil || !slices.ContainsFunc(findings, func(f indexer.Finding) bool { return f.Subject == "assets of remote" }) {
		t.Errorf("the doctor found %+v, error %v, want the assets of remote among it", findings, err)
	}
	h.sync(l, SyncOptions{AllowDeletes: true, DryRun: true})
	if n, _ := l.mirror.Count(); n != 6 {
		t.Errorf("a dry run left %d assets, want 6", n)
	}
	h.sync(l, SyncOptions{AllowDeletes: true})
	if n, _ := l.mirror.Count(); n != 4 {
		t.Errorf("got %d assets, want the 4 of files", n)
	}
}

func TestDeprecatedConceptsDoNotVanishAtOnce(t *testing.T) {
	h, l, _, concepts := remoteHome(t)
	concepts.stub = true
	h.sync(l, SyncOptions{})
	concepts.stub, concepts.version = false, "2"
	_, err := l.Sync(context.Background(), SyncOptions{})
	if semdex.CodeOf(err) != semdex.Conflict || !strings.Contains(err.Error(), "had 1 deprecated concepts and now has none") {
		t.Errorf("got error %v, want one that tells of the loss", err)
	}
	h.sync(l, SyncOptions{AllowDeletes: true})
}
