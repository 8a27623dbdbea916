package library

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/analytics"
	"semdex/analytics/intake"
	"semdex/api"
	"semdex/cmd/internal/config"
	"semdex/indexer"
	"semdex/search"
)

const taxonomy = `@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix v: <https://voc.example/> .
v:packaging a skos:Concept ; skos:prefLabel "Sustainable packaging"@en, "Nachhaltige Verpackung"@de .
v:recyclable a skos:Concept ; skos:prefLabel "Recyclable"@en ; skos:broader v:packaging .
v:dog a skos:Concept ; skos:prefLabel "Dog"@en .
`

const assets = `{"id":"a1","title":"Blue box","tags":["recyclable"],"md5":"aa"}
{"id":"a2","title":"Old walk","tags":["dog"]}
{"id":"a3","title":"Blue box, again","tags":["recyclable"],"md5":"aa","approval":"pending"}
{"id":"a4","title":"Plain","concepts":["https://voc.example/dog"]}
`

const events = `{"event_id":"e1","type":"asset.view","occurred_at":"2026-01-02T10:00:00Z","asset_id":"a1"}
{"event_id":"e2","type":"asset.download","occurred_at":"2026-01-02T11:00:00Z","asset_id":"files:a2","count":3}
`

// home is a folder with the files of a library, and the library that is made of them.
type home struct {
	t      testing.TB
	dir    string
	config config.Library
	syncs  atomic.Int64 // so many minutes after noon it is
}

func newHome(t testing.TB) *home {
	t.Helper()
	h := &home{t: t, dir: t.TempDir()}
	h.write("taxonomy.ttl", taxonomy)
	h.write("assets.jsonl", assets)
	h.write("events.jsonl", events)
	h.config = config.Library{
		Languages: []string{"en"}, Zone: time.UTC, Rights: config.Rights{Missing: "allow"},
		Sources:      []config.Source{{Type: "files", Prefix: "files", Assets: h.path("assets.jsonl"), Events: config.EventFiles{{Path: h.path("events.jsonl"), Format: "semdex"}}}},
		Vocabularies: []config.Vocabulary{{Type: "file", Path: h.path("taxonomy.ttl")}},
	}
	return h
}

func (h *home) now() time.Time {
	return time.Date(2026, 5, 1, 12, int(h.syncs.Load()), 0, 0, time.UTC)
}

func (h *home) path(name string) string { return filepath.Join(h.dir, name) }

func (h *home) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(h.path(name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// edit replaces text in a file.
func (h *home) edit(name, old, new string) {
	h.t.Helper()
	body, err := os.ReadFile(h.path(name))
	if err != nil {
		h.t.Fatal(err)
	}
	if !strings.Contains(string(body), old) {
		h.t.Fatalf("%s holds no %q", name, old)
	}
	h.write(name, strings.ReplaceAll(string(body), old, new))
}

func (h *home) open() *Library {
	h.t.Helper()
	l, err := Open(context.Background(), "mine", h.path("library"), h.config, slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	l.now = h.now
	h.t.Cleanup(func() { l.Close() })
	return l
}

// synced opens the library and syncs it once.
func (h *home) synced() *Library {
	h.t.Helper()
	l := h.open()
	h.sync(l, SyncOptions{})
	return l
}

// sync runs a sync that must go well.
func (h *home) sync(l *Library, o SyncOptions) *SyncResult {
	h.t.Helper()
	h.syncs.Add(1)
	r, err := l.Sync(context.Background(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *home) state(l *Library) string {
	h.t.Helper()
	var out bytes.Buffer
	if err := l.ExportState(context.Background(), &out); err != nil {
		h.t.Fatal(err)
	}
	return out.String()
}

// finds checks what a query finds, in any order.
func (h *home) finds(l *Library, query string, want ...string) {
	h.t.Helper()
	h.findsAs(l, l.Owner(), query, want...)
}

func (h *home) findsAs(l *Library, access search.Access, query string, want ...string) {
	h.t.Helper()
	answer, err := l.Search(context.Background(), search.Request{Query: query, Access: access, Limit: 100})
	if err != nil {
		h.t.Fatal(err)
	}
	got := []string{}
	for _, hit := range answer.Hits {
		got = append(got, strings.TrimPrefix(string(hit.ID), "files:"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		h.t.Errorf("%q finds %v, want %v", query, got, want)
	}
}

func TestSyncBringsEverythingIn(t *testing.T) {
	h := newHome(t)
	l := h.open()
	h.finds(l, "sustainable packaging")
	var said []string
	r := h.sync(l, SyncOptions{Say: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }})
	if r.Vocabularies != 1 || r.Sources[0].Added != 4 || r.Indexed != 4 || r.Events != (EventResult{Accepted: 2}) || len(r.Problems) != 0 {
		t.Errorf("got %+v", r)
	}
	if want := "files: 4 added, 0 changed, 0 deleted, 0 unchanged, 0 rejected"; !slices.Contains(said, want) {
		t.Errorf("it said %q, want %q among it", said, want)
	}
	h.finds(l, "sustainable packaging", "a1", "a3")
	h.findsAs(l, l.Client(), "sustainable packaging", "a1")
	status, err := l.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want := api.Status{Library: "mine", Assets: 4, Concepts: 3, Events: 2, Sequence: status.Sequence, Sources: status.Sources}
	if diff := cmp.Diff(want, status); diff != "" || status.Sequence == 0 {
		t.Error(diff)
	}
	source := status.Sources[0]
	if source.Name != "files" || source.LastSync == nil || !source.LastSync.Equal(h.now()) || source.LastError != "" || source.Counts["added"] != 4 {
		t.Errorf("the source stands as %+v", source)
	}
}

func TestAVocabularyWithASyntaxErrorStopsNothingElse(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	h.edit("taxonomy.ttl", `v:dog a skos:Concept ; skos:prefLabel "Dog"@en .`, "v:dog a skos:Concept ;;; skos:prefLabel \"Cat\"@en ]\n")
	h.edit("assets.jsonl", `"title":"Plain"`, `"title":"Fancy"`)
	_, err := l.Sync(context.Background(), SyncOptions{})
	if err == nil || semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), h.path("taxonomy.ttl")+":5:") {
		t.Errorf("got %v, want an error at line 5", err)
	}
	h.finds(l, "sustainable packaging", "a1", "a3")
	h.finds(l, "dog", "a2", "a4")
	h.finds(l, "fancy", "a4")
	l.Close()
	h.finds(h.open(), "dog", "a2", "a4")
}

func TestAVocabularyThatCannotBeReadLeavesTheLastOneInUse(t *testing.T) {
	for name, break_ := range map[string]func(*home){
		"gone":            func(h *home) { os.Remove(h.path("taxonomy.ttl")) },
		"without concept": func(h *home) { h.write("taxonomy.ttl", "<urn:a> <urn:b> <urn:c> .") },
		"empty":           func(h *home) { h.write("taxonomy.ttl", "") },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			l := h.synced()
			break_(h)
			_, err := l.Sync(context.Background(), SyncOptions{})
			if err == nil || semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), h.path("taxonomy.ttl")) {
				t.Errorf("got %v", err)
			}
			h.finds(l, "sustainable packaging", "a1", "a3")
		})
	}
}

func TestSeveralVocabulariesAreOneGraph(t *testing.T) {
	h := newHome(t)
	if err := os.Mkdir(h.path("more"), 0o700); err != nil {
		t.Fatal(err)
	}
	h.write("more/taxonomy.ttl", "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n<https://voc.example/puppy> a skos:Concept ; skos:prefLabel \"Puppy\"@en ; skos:broader <https://voc.example/dog> .\n")
	h.edit("assets.jsonl", `"title":"Plain"`, `"title":"Plain","tags":["puppy"]`)
	both := append(slices.Clone(h.config.Vocabularies), config.Vocabulary{Type: "file", Path: h.path("more/taxonomy.ttl")})
	h.config.Vocabularies = both
	l := h.synced()
	h.edit("assets.jsonl", `,"concepts":["https://voc.example/dog"]`, "")
	h.sync(l, SyncOptions{})
	h.finds(l, "dog", "a2", "a4")
	l.Close()

	h.config.Vocabularies = both[:1] // the second is no longer wanted
	l = h.open()
	if r := h.sync(l, SyncOptions{}); r.Vocabularies != 1 {
		t.Errorf("%d vocabularies changed, want 1 to be forgotten", r.Vocabularies)
	}
	h.finds(l, "dog", "a2")
	h.finds(l, "puppy", "a4") // it is a word still
	l.Close()

	h.config.Vocabularies = nil
	l = h.open()
	h.sync(l, SyncOptions{})
	h.finds(l, "sustainable packaging")
	if status, err := l.Status(context.Background()); err != nil || status.Concepts != 0 {
		t.Errorf("%d concepts are left: %v", status.Concepts, err)
	}
}

func TestAChangedVocabularyRewritesNothing(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	h.edit("taxonomy.ttl", `"Recyclable"@en ; skos:broader v:packaging`, `"Recyclable"@en, "Recycelbar"@de ; skos:broader v:dog`)
	if r := h.sync(l, SyncOptions{}); r.Vocabularies != 1 || r.Indexed != 0 {
		t.Errorf("%d vocabularies read, %d assets indexed; want 1 and 0", r.Vocabularies, r.Indexed)
	}
	h.finds(l, "sustainable packaging")
	h.finds(l, "recycelbar", "a1", "a3")
	h.finds(l, "dog", "a1", "a2", "a3", "a4")
}

func TestEditsAndDeletesShowAfterTheNextSync(t *testing.T) {
	h := newHome(t)
	h.manyAssets(20)
	l := h.synced()
	h.edit("assets.jsonl", `{"id":"a2","title":"Old walk","tags":["dog"]}`, `{"id":"a2","title":"New stroll","tags":["recyclable"]}`)
	h.edit("assets.jsonl", `{"id":"a1","title":"Blue box","tags":["recyclable"],"md5":"aa"}`+"\n", "")
	r := h.sync(l, SyncOptions{}).Sources[0]
	if r.Added != 0 || r.Changed != 1 || r.Deleted != 1 || r.Unchanged != 22 {
		t.Errorf("got %+v", r)
	}
	h.finds(l, "sustainable packaging", "a2", "a3")
	h.finds(l, "walk")
	h.finds(l, "stroll", "a2")
	h.finds(l, "dog", "a4")
	if a, err := l.Asset(context.Background(), "a1", l.Owner(), ""); err == nil {
		t.Errorf("the deleted asset is still given: %v", a)
	}
}

// manyAssets adds n assets m0, m1, ... to the assets file.
func (h *home) manyAssets(n int) {
	h.t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"id\":\"m%d\",\"title\":\"Filler %d\"}\n", i, i)
	}
	h.write("assets.jsonl", assets+b.String())
}

func TestManyDeletesWantAWord(t *testing.T) {
	h := newHome(t)
	h.manyAssets(20)
	l := h.synced()
	h.write("assets.jsonl", assets+`{"id":"new","title":"Newcomer"}`+"\n")
	_, err := l.Sync(context.Background(), SyncOptions{})
	var e *semdex.Error
	if !errors.As(err, &e) || e.Code != semdex.Conflict || !strings.Contains(e.Hint, "--allow-deletes") {
		t.Fatalf("got %v, want a conflict that names --allow-deletes", err)
	}
	h.finds(l, "filler 7 OR newcomer", append([]string{"new"}, numbered("m", 20)...)...)
	status, err := l.Status(context.Background())
	if err != nil || !strings.Contains(status.Sources[0].LastError, "nothing was deleted") {
		t.Errorf("the status says %q, %v", status.Sources[0].LastError, err)
	}
	if r := h.sync(l, SyncOptions{AllowDeletes: true}).Sources[0]; r.Deleted != 20 {
		t.Errorf("got %+v", r)
	}
	h.finds(l, "filler")
	if status, err = l.Status(context.Background()); err != nil || status.Assets != 5 || status.Sources[0].LastError != "" {
		t.Errorf("the status is %+v, %v", status, err)
	}
}

func numbered(prefix string, n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("%s%d", prefix, i))
	}
	return out
}

func TestADryRunChangesNothing(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	before := h.state(l)
	tree := hashTree(t, h.path("library"))
	h.edit("assets.jsonl", "Plain", "Fancy")
	h.edit("assets.jsonl", `{"id":"a2"`, `{"id":"a5"`)
	h.edit("taxonomy.ttl", "Dog", "Hound")
	h.write("events.jsonl", strings.ReplaceAll(events, `"e1"`, `"e9"`)+"no event\n")
	r := h.sync(l, SyncOptions{DryRun: true, AllowDeletes: true})
	if s := r.Sources[0]; r.Vocabularies != 1 || s.Added != 1 || s.Changed != 1 || s.Deleted != 1 {
		t.Errorf("it would do %+v", r)
	}
	if got := h.state(l); got != before {
		t.Error("the state is another")
	}
	if diff := cmp.Diff(tree, hashTree(t, h.path("library"))); diff != "" {
		t.Errorf("files changed: %s", diff)
	}
	if status, err := l.Status(context.Background()); err != nil || status.Sources[0].LastSync.Equal(h.now()) {
		t.Errorf("the dry run counts as a sync: %+v, %v", status.Sources[0], err)
	}
}

func (h *home) rejected(l *Library) []string {
	h.t.Helper()
	body, err := os.ReadFile(l.RejectedFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.t.Fatal(err)
	}
	out := []string{}
	for line := range strings.Lines(string(body)) {
		var r struct {
			File string
			Line int
			Raw  string
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			h.t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s:%d: %s", filepath.Base(r.File), r.Line, r.Raw))
	}
	return out
}

// TestRejectedRecordsAreKeptUntilMended guards that rejected.jsonl tells of each file what its last reading
// left out: a file that is not read again keeps its records there, whatever happens to its neighbour.
func TestRejectedRecordsAreKeptUntilMended(t *testing.T) {
	h := newHome(t)
	h.write("assets.jsonl", assets+"no asset\n{\"id\":\"a1\"}\n")
	h.write("events.jsonl", events+"no event\n")
	l := h.open()
	r := h.sync(l, SyncOptions{})
	if len(r.Rejected) != 3 || r.Events.Rejected != 1 || r.Sources[0].Added != 4 {
		t.Fatalf("got %+v", r)
	}
	badAssets := []string{"assets.jsonl:5: no asset", `assets.jsonl:6: {"id":"files:a1","approval":"approved"}`}
	badEvent := "events.jsonl:3: no event"
	check := func(when string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, h.rejected(l)); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
	}
	check("after the first sync", append(slices.Clone(badAssets), badEvent)...)
	h.sync(l, SyncOptions{})
	check("after a sync of nothing new", append(slices.Clone(badAssets), badEvent)...)
	h.edit("assets.jsonl", "Plain", "Fancy")
	h.sync(l, SyncOptions{})
	check("after the assets were read again", append([]string{badEvent}, badAssets...)...)
	h.write("assets.jsonl", assets)
	h.sync(l, SyncOptions{})
	check("after the assets were mended", badEvent)
	l.Close()
	l = h.open()
	h.sync(l, SyncOptions{})
	check("after a restart", badEvent)
	h.write("events.jsonl", events)
	h.sync(l, SyncOptions{})
	check("after the events were mended", []string{}...)
}

func TestABadRecordKeepsWhatWasStored(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	h.edit("assets.jsonl", `{"id":"a1","title":"Blue box",`, `{"id":"a1","title":"Blue box","width":"wide",`)
	if r := h.sync(l, SyncOptions{}); len(r.Rejected) != 1 || r.Sources[0].Deleted != 0 {
		t.Errorf("got %+v", r)
	}
	h.finds(l, "sustainable packaging", "a1", "a3")
}

func TestOneMissingFileDoesNotKeepTheOthersOut(t *testing.T) {
	h := newHome(t)
	h.write("late.jsonl", strings.ReplaceAll(strings.ReplaceAll(events, "e1", "l1"), "e2", "l2"))
	h.config.Sources = []config.Source{
		{Type: "files", Prefix: "gone", Assets: h.path("gone.jsonl"), Events: config.EventFiles{{Path: h.path("gone-events.jsonl"), Format: "semdex"}}},
		{Type: "files", Prefix: "files", Assets: h.path("assets.jsonl"), Events: config.EventFiles{{Path: h.path("late.jsonl"), Format: "semdex"}}},
	}
	l := h.open()
	r, err := l.Sync(context.Background(), SyncOptions{})
	if err == nil || !strings.Contains(err.Error(), "gone.jsonl") || !strings.Contains(err.Error(), "gone-events.jsonl") || semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("got %v, want both files named", err)
	}
	if r.Events.Accepted != 2 {
		t.Errorf("%d events came in, want 2", r.Events.Accepted)
	}
	h.finds(l, "sustainable packaging", "a1", "a3")
}

func TestEventsFilesOfOneNameAreToldApart(t *testing.T) {
	h := newHome(t)
	if err := os.Mkdir(h.path("more"), 0o700); err != nil {
		t.Fatal(err)
	}
	h.write("more/events.jsonl", strings.ReplaceAll(strings.ReplaceAll(events, "e1", "m1"), "e2", "m2"))
	h.config.Sources = append(h.config.Sources, config.Source{Type: "files", Prefix: "files", Events: config.EventFiles{{Path: h.path("more/events.jsonl"), Format: "semdex"}}})
	l := h.open()
	if r := h.sync(l, SyncOptions{}); r.Events.Accepted != 4 {
		t.Errorf("got %+v", r.Events)
	}
	if r := h.sync(l, SyncOptions{}); r.Events != (EventResult{}) {
		t.Errorf("unchanged files were read again: %+v", r.Events)
	}
	if r := h.sync(l, SyncOptions{Full: true}); r.Events != (EventResult{Duplicates: 4}) {
		t.Errorf("a full sync finds %+v", r.Events)
	}
}

func TestAnEventsFileIsReadAgainWhenItsMapChanges(t *testing.T) {
	h := newHome(t)
	h.write("usage.csv", "When,Asset,Unit\n2026-01-02,a1,retail\n2026-01-02,a2,\n")
	file := config.EventFile{Path: h.path("usage.csv"), Format: "csv", Map: map[string]string{"When": "occurred_at", "Asset": "asset_id"}, Constants: map[string]string{"type": "asset.view"}}
	h.config.Sources[0].Events = config.EventFiles{file}
	l := h.open()
	for _, want := range []EventResult{{Accepted: 2}, {}} {
		if r := h.sync(l, SyncOptions{}); r.Events != want {
			t.Errorf("got %+v, want %+v", r.Events, want)
		}
	}
	l.Close()
	file.Map = map[string]string{"When": "occurred_at", "Asset": "asset_id", "Unit": "actor.business_unit"}
	h.config.Sources[0].Events = config.EventFiles{file}
	if r := h.sync(h.open(), SyncOptions{}); r.Events != (EventResult{Accepted: 1, Duplicates: 1}) { // what has no id of its own is known by its content
		t.Errorf("with another map: got %+v", r.Events)
	}
}

func TestImportKeepsAsideWhatItCannotRead(t *testing.T) {
	h := newHome(t)
	l := h.open()
	bad := strings.Repeat("nothing\n", maxRejected+5)
	h.write("other.jsonl", bad+`{"event_id":"o","type":"asset.view","occurred_at":"2026-01-02T10:00:00Z","asset_id":"a1"}`+"\n")
	o := intake.Options{Format: intake.Semdex}
	first, result, _, err := l.Preview(t.Context(), h.path("other.jsonl"), o, 10)
	if want := (EventResult{Accepted: 1, Rejected: maxRejected + 5}); err != nil || result != want || len(first) != 1 {
		t.Errorf("a preview gives %d events, %+v, %v", len(first), result, err)
	}
	told := 0
	result, rejected, err := l.Import(t.Context(), h.path("other.jsonl"), o, SyncOptions{Progress: func(step string, done, total int) { told = done }})
	if want := (EventResult{Accepted: 1, Rejected: maxRejected + 5}); err != nil || result != want || len(rejected) != maxRejected {
		t.Errorf("got %+v with %d named, %v", result, len(rejected), err)
	}
	if told != (len(bad)+89)>>10 {
		t.Errorf("progress ends at %d KiB of a file of %d bytes", told, len(bad))
	}
	h.sync(l, SyncOptions{})
	if n := l.rejectedOf(Imported); n != maxRejected {
		t.Errorf("after a sync %d are kept aside, want %d", n, maxRejected)
	}
	h.write("other.jsonl", "")
	if _, _, err := l.Import(t.Context(), h.path("other.jsonl"), o, SyncOptions{}); err != nil || l.rejectedOf(Imported) != 0 {
		t.Errorf("after the mended file %d are kept aside, %v", l.rejectedOf(Imported), err)
	}
}

func TestDiagnoseReadsEventFiles(t *testing.T) {
	h := newHome(t)
	h.write("good.csv", "occurred_at,type,asset_id\n2026-01-02,asset.view,a1\n")
	h.write("half.json", `[{"id":"1","eventType":"user.login","dateTime":"2026-01-02"},{"id":"2","eventType":"user.logout","dateTime":"2026-01-02"}]`)
	h.write("bad.jsonl", "nothing\n")
	csv := map[string]string{"When": "occurred_at"}
	tests := []struct {
		name  string
		file  config.EventFile
		level indexer.Level
		want  string
	}{
		{"a file that is right", config.EventFile{Path: h.path("good.csv"), Format: "csv"}, indexer.Fine, "can be read as csv"},
		{"a map of a column that is not there", config.EventFile{Path: h.path("good.csv"), Format: "csv", Map: csv}, indexer.Failure, `unknown column "When"`},
		{"a map of a key that is nowhere", config.EventFile{Path: h.path("half.json"), Format: "bynder", Map: map[string]string{"unit": "actor.business_unit"}}, indexer.Warning, "no value of unit in the first 2 records"},
		{"some records that cannot be read", config.EventFile{Path: h.path("half.json"), Format: "bynder"}, indexer.Warning, `1 of the first 2 records cannot be read: line 1: record 2: column eventType: "user.logout"`},
		{"none that can", config.EventFile{Path: h.path("bad.jsonl"), Format: "semdex"}, indexer.Failure, "1 of the first 1 records"},
		{"a file that is not there", config.EventFile{Path: h.path("gone.csv"), Format: "csv"}, indexer.Failure, "no such file"},
	}
	for _, tt := range tests {
		h.config.Sources[0].Events = config.EventFiles{tt.file}
		l := h.open()
		diagnoses, err := l.Diagnose(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(diagnoses, func(d Diagnosis) bool {
			return d.Part == "events of files" && slices.ContainsFunc(d.Findings, func(f indexer.Finding) bool {
				return f.Level == tt.level && strings.Contains(f.Message, tt.want) && (f.Mend != "") == (tt.level != indexer.Fine)
			})
		})
		if !found {
			t.Errorf("%s: got %+v", tt.name, diagnoses)
		}
		l.Close()
	}
}

// hashTree fingerprints every file of a folder, once nothing moves in it any more.
func hashTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	last := hashOnce(t, dir)
	for range 100 {
		time.Sleep(30 * time.Millisecond)
		now := hashOnce(t, dir)
		if maps.Equal(now, last) {
			return now
		}
		last = now
	}
	t.Fatal("the files do not come to rest")
	return nil
}

func hashOnce(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "sources.json" { // which says when it was last looked
			return ignoreGone(err)
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return ignoreGone(err)
		}
		sum := sha256.Sum256(body)
		name, err := filepath.Rel(dir, path)
		sums[name] = fmt.Sprintf("%d bytes, %s", len(body), hex.EncodeToString(sum[:8]))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func TestASyncOfNothingNewWritesNothing(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	before := hashTree(t, h.path("library"))
	if len(before) < 4 {
		t.Fatalf("the library has the files %v", before)
	}
	r := h.sync(l, SyncOptions{})
	if r.Vocabularies != 0 || r.Indexed != 0 || r.Events != (EventResult{}) || r.Sources[0].Added+r.Sources[0].Changed+r.Sources[0].Deleted != 0 {
		t.Errorf("it did %+v", r)
	}
	if diff := cmp.Diff(before, hashTree(t, h.path("library"))); diff != "" {
		t.Errorf("files changed: %s", diff)
	}
}

// TestASyncOfNothingNewAfterARestart guards the same over a restart. The index engine writes its table of
// segments anew whenever it is opened; no segment may come or go.
func TestASyncOfNothingNewAfterARestart(t *testing.T) {
	h := newHome(t)
	for range 2 {
		h.synced().Close()
	}
	before := hashTree(t, h.path("library"))
	h.synced().Close()
	after := hashTree(t, h.path("library"))
	table := filepath.Join("index", "1", "bleve", "store", "root.bolt")
	if before[table] == "" {
		t.Fatalf("the library has the files %v", before)
	}
	delete(before, table)
	delete(after, table)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("files changed: %s", diff)
	}
}

func TestRebuildGivesTheSameState(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	h.edit("assets.jsonl", "Plain", "Fancy")
	h.sync(l, SyncOptions{})
	before := h.state(l)
	view := l.index.View()
	r := h.sync(l, SyncOptions{Rebuild: true})
	if r.Indexed != 4 {
		t.Errorf("%d changes were applied, want 4", r.Indexed)
	}
	if after := h.state(l); after != before {
		t.Errorf("the state is another:\n%s\nwas\n%s", after, before)
	}
	h.finds(l, "sustainable packaging", "a1", "a3")
	if found := view.Resolve("a4"); len(found) != 1 { // held from before the swap
		t.Errorf("the view that was held finds %v", found)
	}
	if result, err := view.Search(context.Background(), &search.Plan{Access: l.Owner(), Limit: 10}); err != nil || result.Total != 4 {
		t.Errorf("the view that was held gives %v, %v", result, err)
	}
	view.Release()
	if left, err := os.ReadDir(h.path("library/index")); err != nil || len(left) != 2 {
		t.Errorf("the index lies in %v, want a folder and what says that it is in use; %v", left, err)
	}
	l.Close()
	if after := h.state(h.open()); after != before {
		t.Error("after a restart the state is another")
	}
}

func TestARebuildThatFailsLeavesTheOldIndexInUse(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	if err := os.Mkdir(h.path("library/index/current.new"), 0o700); err != nil { // where the name of the new one is written
		t.Fatal(err)
	}
	if _, err := l.Sync(context.Background(), SyncOptions{Rebuild: true}); err == nil {
		t.Fatal("the rebuild did not fail")
	}
	h.finds(l, "sustainable packaging", "a1", "a3")
	h.edit("assets.jsonl", "Plain", "Fancy")
	h.sync(l, SyncOptions{})
	before := h.state(l)
	l.Close()
	l = h.open()
	if after := h.state(l); after != before {
		t.Error("after a restart the state is another")
	}
	if r := h.sync(l, SyncOptions{Rebuild: true}); r.Indexed != 4 {
		t.Errorf("then %d changes were applied, want 4", r.Indexed)
	}
	h.finds(l, "sustainable packaging", "a1", "a3")
}

// TestRebuildWithNewValues guards that values which come in with a rebuild are linked to their concepts: the
// new index numbers values in an order of its own.
func TestRebuildWithNewValues(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	h.finds(l, "dog", "a2", "a4")
	h.edit("assets.jsonl", `"tags":["recyclable"]`, `"tags":["Sustainable Packaging"]`)
	h.edit("assets.jsonl", `"title":"Plain"`, `"title":"Plain","tags":["RECYCLABLE"]`)
	h.sync(l, SyncOptions{Rebuild: true})
	for concept, want := range map[string]int{"packaging": 3, "recyclable": 1, "dog": 2} {
		filter := map[string][]string{"concept": {"https://voc.example/" + concept}}
		if a, err := l.Search(context.Background(), search.Request{Filters: filter, Access: l.Owner()}); err != nil || a.Total != want {
			t.Errorf("%s: %d assets bear it, %v, want %d", concept, a.Total, err, want)
		}
	}
}

func TestQueriesGoOnDuringARebuild(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			a, err := l.Search(context.Background(), search.Request{Query: "box", Access: l.Owner()})
			if err != nil || a.Total != 2 {
				stopped <- fmt.Errorf("during a rebuild: %v, %v", a, err)
				return
			}
			if _, err := l.Status(context.Background()); err != nil && semdex.CodeOf(err) != semdex.Busy {
				stopped <- fmt.Errorf("during a rebuild: %w", err)
				return
			}
		}
	}()
	for range 3 {
		h.sync(l, SyncOptions{Rebuild: true})
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if status, err := l.Status(context.Background()); err != nil || status.Events != 2 {
		t.Errorf("%d events are left: %v", status.Events, err)
	}
}

func TestOtherLanguagesRebuildTheIndexAtOpen(t *testing.T) {
	h := newHome(t)
	h.edit("assets.jsonl", "Plain", "Alte Häuser")
	l := h.synced()
	h.finds(l, "haus")
	l.Close()
	h.config.Languages = []string{"de", "en"}
	l = h.open()
	h.finds(l, "haus", "a4")
	h.finds(l, "nachhaltige verpackung", "a1", "a3")
}

func TestALostIndexIsFilledAgainAtOpen(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	before := h.state(l)
	l.Close()
	for _, lost := range []string{"index", "usage/usage.duckdb"} {
		if err := os.RemoveAll(h.path("library/" + lost)); err != nil {
			t.Fatal(err)
		}
	}
	if after := h.state(h.open()); after != before {
		t.Errorf("the state is another:\n%s\nwas\n%s", after, before)
	}
}

func TestADamagedIndexIsBuiltAgainAtOpen(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	before := h.state(l)
	l.Close()
	for _, name := range []string{"semdex.json", "bleve/index_meta.json"} {
		if err := os.WriteFile(h.path("library/index/1/"+name), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		l = h.open()
		if after := h.state(l); after != before {
			t.Errorf("with a damaged %s the state is another:\n%s\nwas\n%s", name, after, before)
		}
		l.Close()
	}
}

func TestANewReaderOfChangesLearnsNothingWithdrawn(t *testing.T) {
	h := newHome(t)
	h.write("assets.jsonl", `{"id":"open","title":"Open"}`+"\n"+`{"id":"secret","title":"Secret","approval":"pending"}`+"\n"+`{"id":"gone","title":"Gone"}`+"\n")
	l := h.open()
	h.sync(l, SyncOptions{})
	h.edit("assets.jsonl", `{"id":"gone","title":"Gone"}`+"\n", "")
	h.sync(l, SyncOptions{AllowDeletes: true})
	told := func(cursor string) (ids []string, next string) {
		t.Helper()
		for range 10 {
			changes, err := l.Changes(context.Background(), cursor, 1, "", l.Client())
			if err != nil {
				t.Fatal(err)
			}
			cursor = changes.NextCursor
			if len(changes.Changes) == 0 {
				break
			}
			for _, c := range changes.Changes {
				ids = append(ids, string(c.Op)+" "+string(c.ID))
			}
		}
		return ids, cursor
	}
	ids, cursor := told("")
	if diff := cmp.Diff([]string{"changed files:open"}, ids); diff != "" {
		t.Errorf("a new reader is told (-want +got):\n%s", diff)
	}
	h.edit("assets.jsonl", `"title":"Open"`, `"title":"Open","approval":"expired"`)
	h.sync(l, SyncOptions{})
	if ids, _ := told(cursor); !slices.Equal(ids, []string{"withdrawn files:open"}) {
		t.Errorf("later the reader is told %v, want the withdrawal", ids)
	}
}

func TestAnIndexAheadOfTheMirrorIsFilledAgain(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	l.Close()
	older, err := os.ReadFile(h.path("library/mirror.bolt"))
	if err != nil {
		t.Fatal(err)
	}
	h.edit("assets.jsonl", "Blue box", "Red chest")
	l = h.open()
	h.sync(l, SyncOptions{})
	h.finds(l, "chest", "a1", "a3")
	l.Close()
	if err := os.WriteFile(h.path("library/mirror.bolt"), older, 0o600); err != nil {
		t.Fatal(err)
	}
	l = h.open()
	h.finds(l, "chest")
	h.finds(l, "blue", "a1", "a3")
}

func TestChangesGoOnFromACursor(t *testing.T) {
	h := newHome(t)
	h.manyAssets(20)
	l := h.synced()
	ctx := context.Background()
	page := func(cursor string, limit int, access search.Access) (ops []string, next string) {
		t.Helper()
		changes, err := l.Changes(ctx, cursor, limit, "", access)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes.Changes {
			if (c.Asset != nil) != (c.Op == api.Changed) {
				t.Errorf("%s %s with asset %v", c.Op, c.ID, c.Asset)
			}
			ops = append(ops, fmt.Sprintf("%s %s", c.Op, strings.TrimPrefix(string(c.ID), "files:")))
		}
		return ops, changes.NextCursor
	}
	var all []string
	cursor := ""
	for range 10 {
		ops, next := page(cursor, 7, l.Owner())
		all, cursor = append(all, ops...), next
		if len(ops) < 7 {
			break
		}
	}
	if len(all) != 24 {
		t.Errorf("got %d changes, want 24: %v", len(all), all)
	}
	if ops, next := page(cursor, 7, l.Owner()); len(ops) != 0 || next != cursor {
		t.Errorf("at the end there is %v and the cursor moves", ops)
	}
	h.edit("assets.jsonl", `{"id":"a2","title":"Old walk"`, `{"id":"a2","approval":"rejected","title":"New walk"`)
	h.edit("assets.jsonl", `{"id":"a1","title":"Blue box","tags":["recyclable"],"md5":"aa"}`+"\n", "")
	h.sync(l, SyncOptions{})
	ops, _ := page(cursor, 100, l.Owner())
	slices.Sort(ops)
	if diff := cmp.Diff([]string{"changed a2", "deleted a1"}, ops); diff != "" {
		t.Error(diff)
	}
	ops, _ = page(cursor, 100, l.Client())
	slices.Sort(ops)
	if diff := cmp.Diff([]string{"deleted a1", "withdrawn a2"}, ops); diff != "" {
		t.Errorf("to a plain key: %s", diff)
	}
	for _, bad := range []string{"x", "!", "Yy0x", "MQ"} { // the last two are "c-1" and "1"
		if _, err := l.Changes(ctx, bad, 10, "", l.Owner()); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("cursor %q gives %v", bad, err)
		}
	}
}

func TestDuplicatesShowOnlyToThoseWhoSeeThem(t *testing.T) {
	h := newHome(t)
	h.edit("assets.jsonl", `"title":"Plain"`, `"title":"Plain","md5":"AA"`)
	l := h.synced()
	ctx := context.Background()
	of := func(access search.Access) (ids []string) {
		t.Helper()
		found, err := l.DuplicatesOf(ctx, search.SimilarRequest{ID: "a1", Access: access})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			ids = append(ids, string(d.ID))
		}
		return ids
	}
	clusters := func(access search.Access) (ids []string) {
		t.Helper()
		found, next, err := l.Duplicates(ctx, "", 10, access)
		if err != nil || next != "" {
			t.Fatal(next, err)
		}
		for _, c := range found {
			for _, m := range c.Assets {
				ids = append(ids, string(m.ID))
			}
		}
		slices.Sort(ids)
		return ids
	}
	for _, cursor := range []string{"x", "dup_", "dup_0821d79d1963dafz"} {
		if _, _, err := l.Duplicates(ctx, cursor, 10, l.Owner()); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("the cursor %q: got %v, want it refused", cursor, err)
		}
	}
	if found, _, err := l.Duplicates(ctx, "dup_ffffffffffffffff", 10, l.Owner()); err != nil || len(found) != 0 {
		t.Errorf("after the last cluster: got %v %v", found, err)
	}
	if diff := cmp.Diff([]string{"files:a3", "files:a4"}, of(l.Owner())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"files:a4"}, of(l.Client())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"files:a1", "files:a3", "files:a4"}, clusters(l.Owner())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"files:a1", "files:a4"}, clusters(l.Client())); diff != "" {
		t.Error(diff)
	}
	if _, err := l.DuplicatesOf(ctx, search.SimilarRequest{ID: "a3", Access: l.Client()}); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("a plain key asks for a pending asset and gets %v", err)
	}
	h.edit("assets.jsonl", `"AA"`, `"bb"`)
	h.sync(l, SyncOptions{})
	if got := clusters(l.Client()); got != nil {
		t.Errorf("after the files differ: %v", got)
	}
	if diff := cmp.Diff([]string{"files:a3"}, of(l.Owner())); diff != "" {
		t.Error(diff)
	}
}

func TestRecordedEventsAreReported(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	ctx := context.Background()
	event := semdex.Event{ID: "x1", Type: semdex.AssetShare, OccurredAt: h.now(), Asset: "a1"}
	for _, want := range []analytics.Receipt{{Accepted: 1}, {Duplicates: 1}} {
		got, err := l.Record(ctx, []semdex.Event{event})
		if err != nil || got.Accepted != want.Accepted || got.Duplicates != want.Duplicates {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	report, err := l.Report(ctx, "usage", analytics.Request{By: []string{"topic"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []analytics.Total{{Name: "events", Value: int64(5)}, {Name: "views", Value: int64(1)}, {Name: "downloads", Value: int64(3)}, {Name: "shares", Value: int64(1)},
		{Name: "placements", Value: int64(0)}, {Name: "searches", Value: int64(0)}, {Name: "unique_assets", Value: int64(2)}, {Name: "unique_users", Value: int64(0)}}
	if diff := cmp.Diff(want, report.Totals); diff != "" {
		t.Error(diff)
	}
	if _, err := l.Report(ctx, "nope", analytics.Request{}); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("an unknown report gives %v", err)
	}
	if _, err := l.Report(ctx, "usage", analytics.Request{By: []string{"nope"}}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("an unknown dimension gives %v", err)
	}
}

func TestExportedAssetsAreTheSameAssets(t *testing.T) {
	h := newHome(t)
	l := h.synced()
	var out bytes.Buffer
	if err := l.ExportAssets(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	other := newHome(t)
	other.write("assets.jsonl", out.String())
	if got, want := other.state(other.synced()), h.state(l); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestASyncThatIsInterruptedSaysSo(t *testing.T) {
	h := newHome(t)
	l := h.open()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Sync(ctx, SyncOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	h.sync(l, SyncOptions{})
	h.finds(l, "sustainable packaging", "a1", "a3")
}
