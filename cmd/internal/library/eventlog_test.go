package library

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/api"
	"semdex/search"
)

// logged reads the event log of a library that is closed.
func (h *home) logged() []semdex.Event {
	h.t.Helper()
	files, err := filepath.Glob(filepath.Join(h.path("library"), "usage", "*", "*.jsonl"))
	if err != nil {
		h.t.Fatal(err)
	}
	var out []semdex.Event
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			h.t.Fatal(err)
		}
		for line := range bytes.Lines(body) {
			var e semdex.Event
			if err := json.Unmarshal(line, &e); err != nil {
				h.t.Fatal(err)
			}
			out = append(out, e)
		}
	}
	return out
}

func (h *home) answer(l *Library, query string) *search.Answer {
	h.t.Helper()
	a, err := l.Search(context.Background(), search.Request{Query: query, Access: l.Owner()})
	if err != nil {
		h.t.Fatal(err)
	}
	l.Answered(a)
	return a
}

// click is an event of the server about a hit.
func (h *home) click(a *search.Answer, asset string) *semdex.Event {
	return &semdex.Event{Type: semdex.SearchResultClick, OccurredAt: h.now(), QueryID: a.QueryID, Asset: asset, Source: "semdex"}
}

// TestTheLogIsWrittenWhenALibraryIsClosed guards that nothing that waits is lost, and that the log opens the store itself.
func TestTheLogIsWrittenWhenALibraryIsClosed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.config.Sources[0].Events = nil
	h.config.Search.Expand = "narrower"
	l := h.synced()
	if l.usage.opened() != nil {
		t.Fatal("the usage store is open before it is wanted")
	}
	a := h.answer(l, "sustainable packaging")
	l.Log(&semdex.Event{Type: semdex.SearchExecuted, OccurredAt: h.now(), QueryID: a.QueryID, Query: "sustainable packaging", Source: "semdex", Search: &semdex.SearchDetail{Page: 1}})
	const clicks = 3 * logBatch / 2
	for range clicks {
		l.Log(h.click(a, "files:a1"))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	events := h.logged()
	if len(events) != clicks+1 {
		t.Fatalf("%d events are in the log, want %d", len(events), clicks+1)
	}
	if e := events[0]; e.Search.Expand != "narrower" || e.QueryID != a.QueryID || e.ID == "" {
		t.Errorf("got %+v, want it with the expansion of the library", e)
	}
	for _, e := range events[1:] {
		if e.Found != semdex.FoundByExpansion {
			t.Fatalf("a click has found_by %q", e.Found)
		}
	}
	if s := l.eventLog.status(); s.Logged != clicks+1 || s.Dropped != 0 {
		t.Errorf("got %+v", s)
	}
}

// TestTheLogIsWrittenSoon guards that events stand in reports while the library is open.
func TestTheLogIsWrittenSoon(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.synced()
	before, err := l.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	l.Log(&semdex.Event{Type: semdex.SearchExecuted, OccurredAt: h.now(), Query: "dog", Source: "semdex"})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s, err := l.Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if s.Events == before.Events+1 && s.Log.Logged == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("got %+v after %+v", s, before)
		}
	}
}

// TestAFullQueueStopsNobody guards that what cannot be taken is counted.
func TestAFullQueueStopsNobody(t *testing.T) {
	t.Parallel()
	l := &Library{}
	l.eventLog.queue = make(chan *semdex.Event, 2)
	for range 5 {
		l.Log(&semdex.Event{})
	}
	if s := l.eventLog.status(); s.Dropped != 3 || s.Logged != 0 {
		t.Errorf("got %+v, want 3 dropped", s)
	}
}

// TestWhatCannotBeWrittenIsCounted guards that a log that cannot be opened is told and stops nothing.
func TestWhatCannotBeWrittenIsCounted(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.config.Sources[0].Events = nil
	l := h.synced()
	h.write("library/usage", "this is no folder")
	l.Log(&semdex.Event{Type: semdex.SearchExecuted, OccurredAt: h.now()})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if s := l.eventLog.status(); s.Dropped != 1 || s.Logged != 0 {
		t.Errorf("got %+v, want 1 dropped", s)
	}
}

// TestFoundByIsAdded guards that acts on hits of recent answers get found_by, whoever tells them.
func TestFoundByIsAdded(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.synced()
	boxes, packaging, none := h.answer(l, "blue box"), h.answer(l, "sustainable packaging"), h.answer(l, "")
	tests := []struct {
		name, query, asset, said, want string
	}{
		{"words", boxes.QueryID, "files:a1", "", semdex.FoundByText},
		{"expansion", packaging.QueryID, "files:a1", "", semdex.FoundByExpansion},
		{"a part of the id", packaging.QueryID, "a1", "", semdex.FoundByExpansion},
		{"what the client says counts", packaging.QueryID, "files:a1", semdex.FoundByText, semdex.FoundByText},
		{"no hit", packaging.QueryID, "files:a2", "", ""},
		{"an unknown asset", packaging.QueryID, "files:zzz", "", ""},
		{"an unknown answer", "q_other", "files:a1", "", ""},
		{"no query", "", "files:a1", "", ""},
		{"browsing", none.QueryID, "files:a1", "", ""},
	}
	given := make([]semdex.Event, len(tests))
	for i, tt := range tests {
		given[i] = semdex.Event{ID: fmt.Sprint("t", i), Type: semdex.AssetSelect, OccurredAt: h.now(), QueryID: tt.query, Asset: tt.asset, Found: tt.said}
	}
	kept := append([]semdex.Event{}, given...)
	if _, err := l.Record(context.Background(), given); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(kept, given); d != "" {
		t.Errorf("the caller's events were changed (-want +got)\n%s", d)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range h.logged() {
		got[e.ID] = e.Found
	}
	for i, tt := range tests {
		if f, there := got[given[i].ID]; !there || f != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, f, tt.want)
		}
	}
}

// TestAnswersAreForgotten guards that memory is bounded, and that the oldest go first.
func TestAnswersAreForgotten(t *testing.T) {
	t.Parallel()
	m := &answerMemory{}
	add := func(i int) {
		m.add(&search.Answer{QueryID: fmt.Sprint("q", i), Hits: []search.Hit{
			{ID: "files:a", Matched: search.Matched{Found: semdex.FoundByExpansion}}, {ID: "files:b", Matched: search.Matched{Found: semdex.FoundByText}}}})
	}
	for i := range rememberedAnswers + 10 {
		add(i)
	}
	for i, want := range map[int]bool{0: false, 9: false, 10: true, rememberedAnswers + 9: true} {
		if _, known := m.found(fmt.Sprint("q", i), "files:a"); known != want {
			t.Errorf("answer %d: known is %v, want %v", i, known, want)
		}
	}
	if len(m.of) != rememberedAnswers || len(m.ring) != rememberedAnswers {
		t.Errorf("%d answers are remembered, %d in the ring", len(m.of), len(m.ring))
	}
	for asset, want := range map[string]string{"files:a": semdex.FoundByExpansion, "files:b": semdex.FoundByText, "files:c": ""} {
		if got, _ := m.found("q100", asset); got != want {
			t.Errorf("%s: got %q, want %q", asset, got, want)
		}
	}
}

func TestWhatALibraryLogs(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.config.Analytics.Log.Views = true
	l := h.open()
	var got []string
	for _, kind := range semdex.EventTypes {
		if l.Logs(kind) {
			got = append(got, kind)
		}
	}
	if want := "asset.view search.executed search.result_click"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// TestSearchesAndClicksThroughTheDoor follows a search and a click from the request into the log.
func TestSearchesAndClicksThroughTheDoor(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.config.Sources[0].Events = nil
	h.config.Search.Expand = "narrower"
	l := h.synced()
	d := h.door(l, api.KeyRequest{Name: "site", Scopes: []string{"search", "events", "unapproved"}})
	var a search.Answer
	rec := d.ask("GET", "/v1/search?q=nachhaltige+Verpackung&lang=de&territory=DE", "", "Semdex-Session", "s1", "Semdex-User", "u1")
	if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil || len(a.Hits) == 0 {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	hit := a.Hits[0]
	if hit.Matched.Found != semdex.FoundByExpansion {
		t.Errorf("the hit was found by %q", hit.Matched.Found)
	}
	if rec := d.ask("GET", "/v1/assets/"+string(hit.ID)+"?position=1&query_id="+a.QueryID, "", "Semdex-Session", "s1"); rec.Code != 200 {
		t.Errorf("the click: %d", rec.Code)
	}
	body := fmt.Sprintf(`{"events":[{"event_id":"mine","type":"asset.download","occurred_at":"2026-05-01T12:00:00Z","asset_id":%q,"query_id":%q}]}`, hit.ID, a.QueryID)
	if rec := d.ask("POST", "/v1/events", body); rec.Code != 202 || !strings.Contains(rec.Body.String(), `"accepted":1`) {
		t.Errorf("the download: %d %s", rec.Code, rec.Body)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got := map[string]semdex.Event{}
	for _, e := range h.logged() {
		if e.Source == "semdex" && !strings.HasPrefix(e.ID, "log_") || !e.OccurredAt.Equal(e.OccurredAt.Truncate(time.Second)) {
			t.Errorf("%s has id %q and time %s", e.Type, e.ID, e.OccurredAt)
		}
		if e.Search != nil {
			e.Search.TookMS = 0
		}
		e.ID, e.ReceivedAt, e.OccurredAt = "", time.Time{}, time.Time{}
		got[e.Type] = e
	}
	who, err := l.usage.pseudonyms()
	if err != nil {
		t.Fatal(err)
	}
	total, client := a.Total, semdex.Client{Name: "site", Integration: "api"}
	want := map[string]semdex.Event{
		semdex.SearchExecuted: {Type: semdex.SearchExecuted, QueryID: a.QueryID, Query: "nachhaltige Verpackung", Lang: "de", Total: &total, Concepts: []string{"https://voc.example/packaging"},
			Actor: semdex.Actor{ID: who.Of("u1"), Type: "user"}, Session: "s1", Client: client, Context: map[string]string{"region": "DE"}, Source: "semdex",
			Search: &semdex.SearchDetail{Page: 1, Expand: "narrower", Added: []string{"https://voc.example/recyclable"}, Kinds: []string{"prefLabel"}, ExpansionHits: []string{string(a.Hits[0].ID), string(a.Hits[1].ID)}}},
		semdex.SearchResultClick: {Type: semdex.SearchResultClick, QueryID: a.QueryID, Asset: string(hit.ID), Position: 1, Session: "s1", Client: client, Source: "semdex", Found: semdex.FoundByExpansion},
		semdex.AssetDownload:     {Type: semdex.AssetDownload, QueryID: a.QueryID, Asset: string(hit.ID), Found: semdex.FoundByExpansion},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// BenchmarkLoggedSearch shows what the log costs the path of a search.
func BenchmarkLoggedSearch(b *testing.B) {
	for _, logs := range []bool{false, true} {
		b.Run(fmt.Sprint("log=", logs), func(b *testing.B) {
			h := newHome(b)
			h.config.Analytics.Log.Searches = &logs
			d := h.door(h.synced(), api.KeyRequest{})
			b.ReportAllocs()
			for b.Loop() {
				if rec := d.ask("GET", "/v1/search?q=sustainable+packaging", ""); rec.Code != 200 {
					b.Fatal(rec.Body)
				}
			}
		})
	}
}
