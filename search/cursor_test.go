package search_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"semdex"
	"semdex/search"
	"semdex/search/enginetest"
	"semdex/search/local"
)

// shelf makes n assets for paging: tags that name concepts or do not, titles of one or several words.
func shelf(prefix string, n int) []*semdex.Asset {
	assets := make([]*semdex.Asset, n)
	for i := range assets {
		a := &semdex.Asset{ID: semdex.AssetID(fmt.Sprintf("%s:%d", prefix, i)), Approval: semdex.Approved, Created: time.Date(2024, 1, 1+i%700, 0, 0, i%7, 0, time.UTC)}
		a.Title = semdex.Text{"en": strings.Join(enginetest.Words[i%20:i%20+1+i%5], " ") + strings.Repeat(" jacket", 1+i%3)}
		a.Tags = [][]string{{"recyclable"}, {"kraft paper"}, {"eco-friendly", "outdoor"}, {"Sustainable packaging"}}[i%4]
		assets[i] = a
	}
	return assets
}

// TestPagingBesideAWriter goes through more than 10,000 hits by cursor while a writer adds assets that suit the query
// and deletes others: none comes twice, none that nobody touched is lost.
func TestPagingBesideAWriter(t *testing.T) {
	stay, perPage := 10_050, 250
	if testing.Short() {
		stay, perPage = 2_000, 50
	}
	signals := settings
	signals.Signals = search.SignalWeights{Freshness: 0.03, Popularity: 0.05, Approval: 0.01}
	steady, fleeting := shelf("steady", stay), shelf("fleeting", 2_000)
	s, r, x := openLibrary(t, signals, packaging, append(slices.Clone(steady), fleeting...)...)
	locked := &lockedRecords{records: r}
	*s = *search.New(search.Options{Engine: x, Records: locked, Settings: signals, Now: time.Now, NewID: func() string { return "q" }})
	s.SetVocabulary(packaging)
	for name, request := range map[string]search.Request{
		"words by score":   {Query: "jacket forest"},
		"concept by score": {Query: "sustainable packaging"},
		"words by title":   {Query: "jacket", Sort: []search.SortKey{{Field: "title"}}},
		"concept, newest":  {Query: "sustainable packaging", Sort: []search.SortKey{{Field: "created", Desc: true}, {Field: "name"}}},
		"everything":       {},
	} {
		t.Run(name, func(t *testing.T) {
			request.Lang, request.Access, request.Limit = "en", everyone, perPage
			w := startWriter(t, s, x, locked, fleeting)
			defer w.stop()
			seen := map[semdex.AssetID]int{}
			total := 0
			for pages := 0; pages < 3*stay/perPage; pages++ {
				a := ask(t, s, request)
				for _, h := range a.Hits {
					seen[h.ID]++
				}
				if request.Cursor = a.NextCursor; request.Cursor == "" {
					break
				}
				total = pages
				w.step(t)
			}
			for _, a := range steady {
				if seen[a.ID] != 1 {
					t.Fatalf("%s came %d times in %d pages", a.ID, seen[a.ID], total)
				}
			}
			for id, n := range seen {
				if n > 1 {
					t.Fatalf("%s came %d times", id, n)
				}
			}
		})
	}
}

// lockedRecords are records that change while they are read.
type lockedRecords struct {
	mu sync.RWMutex
	records
}

func (r *lockedRecords) Asset(id semdex.AssetID) (*semdex.Asset, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.records[id], nil
}

// writer deletes assets, brings them back, and adds new ones, without a pause; at times what is popular changes.
type writer struct {
	done  chan struct{}
	wrote chan struct{}
	ended sync.WaitGroup
}

func startWriter(t *testing.T, s *search.Service, x *local.Index, r *lockedRecords, fleeting []*semdex.Asset) *writer {
	w := &writer{done: make(chan struct{}), wrote: make(chan struct{}, 1)}
	w.ended.Go(func() {
		for round := 0; ; round++ {
			select {
			case <-w.done:
				return
			default:
			}
			var batch []local.Change
			r.mu.Lock()
			for i := range 100 {
				a := fleeting[(round*100+i)%len(fleeting)]
				if i%2 == round%2 {
					batch = append(batch, local.Change{ID: a.ID})
					delete(r.records, a.ID)
					continue
				}
				fresh := *fleeting[i] // what comes again is the same again
				fresh.ID = semdex.AssetID(fmt.Sprintf("new:%d-%d", round%30, i))
				fresh.Title = semdex.Text{"en": strings.Repeat("jacket forest ", 1+i%9)}
				batch = append(batch, local.Change{ID: a.ID, Asset: a}, local.Change{ID: fresh.ID, Asset: &fresh})
				r.records[a.ID], r.records[fresh.ID] = a, &fresh
			}
			r.mu.Unlock()
			if err := x.Apply(context.Background(), batch, uint64(time.Now().UnixNano())); err != nil {
				t.Error(err)
				return
			}
			if round%40 == 5 && round < 100 {
				s.SetPopularity(search.NewPopularity(map[semdex.AssetID]float64{"steady:3": float64(round), "steady:4": 7, "steady:40": 100}))
			}
			select {
			case w.wrote <- struct{}{}:
			default:
			}
		}
	})
	return w
}

// step waits for the writer now and then, so that the index changes between pages on any machine.
func (w *writer) step(t *testing.T) {
	t.Helper()
	select {
	case <-w.wrote:
	case <-time.After(time.Minute):
		t.Fatal("the writer stands still")
	}
}

func (w *writer) stop() {
	close(w.done)
	w.ended.Wait()
}

func TestCursorKeepsWhatScoresDependOn(t *testing.T) {
	clock := time.Unix(1_800_000_000, 0)
	signals := settings
	signals.Signals = search.DefaultSignals
	s, r, x := openLibrary(t, signals, packaging, shelf("steady", 300)...)
	secret := []byte("a secret of the library")
	make := func() *search.Service {
		s := search.New(search.Options{Engine: x, Records: r, Settings: signals, Now: func() time.Time { return clock }, NewID: func() string { return "q" }, Secret: secret})
		s.SetVocabulary(packaging)
		return s
	}
	*s = *make()
	s.SetPopularity(search.NewPopularity(map[semdex.AssetID]float64{"steady:17": 9, "steady:250": 3}))
	request := search.Request{Query: "jacket running", Lang: "en", Access: everyone, Limit: 10}
	first := ask(t, s, request)
	request.Cursor = first.NextCursor
	second := ask(t, s, request)

	clock = clock.AddDate(2, 0, 0)
	s.SetPopularity(search.NewPopularity(map[semdex.AssetID]float64{"steady:18": 9}))
	if err := x.Apply(context.Background(), []local.Change{{Asset: &semdex.Asset{ID: "new:1", Title: semdex.Text{"en": "jacket running jacket running"}, Approval: semdex.Approved}}}, 9); err != nil {
		t.Fatal(err)
	}
	later := ask(t, s, request)
	if hitIDs(later) != hitIDs(second) || later.NextCursor != second.NextCursor {
		t.Errorf("years later the second page is %s, it was %s", hitIDs(later), hitIDs(second))
	}
	for i := range later.Hits {
		if later.Hits[i].Score != second.Hits[i].Score {
			t.Errorf("the score of %s moved from %v to %v", later.Hits[i].ID, second.Hits[i].Score, later.Hits[i].Score)
		}
	}
	if again := ask(t, make(), request); len(again.Hits) != len(second.Hits) {
		t.Errorf("another service with the same secret gives %s", hitIDs(again))
	}
	secret = []byte("another")
	if _, err := make().Search(context.Background(), request); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("a cursor sealed with another secret: %v, want it refused", err)
	}
	if body, err := base64.RawURLEncoding.DecodeString(first.NextCursor); err != nil || bytes.Contains(body, []byte(`"p"`)) {
		t.Errorf("the cursor can be read: %s, %v", body, err)
	}
	for i := range first.NextCursor {
		request.Cursor = first.NextCursor[:i] + string('A'+(first.NextCursor[i]+1)%26) + first.NextCursor[i+1:]
		if _, err := s.Search(context.Background(), request); request.Cursor != first.NextCursor && semdex.CodeOf(err) != semdex.Invalid {
			t.Fatalf("a cursor changed at %d: %v, want it refused", i, err)
		}
	}
}

// TestPagesGoOnByTheRulesOfTheDayTheyBegan pages past midnight, when a rule of the curation ends and another begins.
func TestPagesGoOnByTheRulesOfTheDayTheyBegan(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)
	s, r, x := openLibrary(t, settings, packaging, shelf("steady", 30)...)
	*s = *search.New(search.Options{Engine: x, Records: r, Settings: settings, Now: func() time.Time { return clock }, NewID: func() string { return "q" }})
	s.SetVocabulary(packaging)
	s.SetCuration([]search.CurationRule{{ID: "ends", Query: "jacket", Pins: []semdex.AssetID{"steady:20"}, Boosts: []semdex.AssetID{"steady:21"}, Until: semdex.DateOf(clock)},
		{ID: "begins", Query: "jacket", Pins: []semdex.AssetID{"steady:10"}, From: semdex.DateOf(clock.AddDate(0, 0, 1))}})
	request, seen := search.Request{Query: "jacket", Access: everyone, Limit: 5}, map[semdex.AssetID]int{}
	for range 7 {
		a := ask(t, s, request)
		for _, h := range a.Hits {
			seen[h.ID]++
		}
		if request.Cursor = a.NextCursor; request.Cursor == "" {
			break
		}
		clock = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	}
	for i := range 30 {
		if id := semdex.AssetID(fmt.Sprint("steady:", i)); seen[id] != 1 {
			t.Errorf("%s came %d times, want once", id, seen[id])
		}
	}
}

func TestPagesSortedByLongValues(t *testing.T) {
	t.Parallel()
	var assets []*semdex.Asset
	for i := range 5 {
		long := strings.Repeat("a note of many words ", 300) + fmt.Sprint(i)
		assets = append(assets, &semdex.Asset{ID: semdex.AssetID(fmt.Sprint("files:", i)), Approval: semdex.Approved, Name: long, Title: semdex.Text{"en": long}, Fields: map[string][]string{"Note": {long}}})
	}
	s, _ := library(t, settings, packaging, assets...)
	for _, field := range []string{"title", "name", "Note"} {
		request, got := search.Request{Access: everyone, Limit: 2, Sort: []search.SortKey{{Field: field}}}, ""
		for range 3 {
			a := ask(t, s, request)
			got += " " + hitIDs(a)
			request.Cursor = a.NextCursor
		}
		if sorted(got) != "0 1 2 3 4" {
			t.Errorf("by %s three pages have %s, want each once", field, got)
		}
	}
}

func FuzzCursor(f *testing.F) {
	s, _ := library(f, settings, packaging, story()...)
	s.SetPopularity(search.NewPopularity(map[semdex.AssetID]float64{"files:both": 1}))
	requests := []search.Request{
		{Query: "sustainable packaging jacket", Lang: "en", Access: everyone, Limit: 2},
		{Query: "box", Access: everyone, Limit: 1, Sort: []search.SortKey{{Field: "title"}, {Field: "created", Desc: true}, {Field: "popularity"}}},
		{Access: everyone, Limit: 3},
	}
	for i, r := range requests {
		a := ask(f, s, r)
		body, ok := s.OpenCursor(a.NextCursor)
		if !ok {
			f.Fatalf("request %d: the cursor %q does not open", i, a.NextCursor)
		}
		f.Add(body, a.NextCursor, byte(i))
		f.Add(body, a.NextCursor, byte(i+1)) // what was understood is of another query
	}
	for _, body := range []string{`{}`, `null`, `{"p":{"s":1e300,"k":["n9","s","x",""]}}`, `{"p":{"s":-1,"c":-9223372036854775808},"w":{"n":-1}}`, `{"w":{"n":3,"w":1e308,"f":[0,-0,1e9]},"o":-9223372036854775808,"u":-1}`} {
		f.Add([]byte(body), body, byte(1))
	}
	f.Fuzz(func(t *testing.T, body []byte, raw string, which byte) {
		r := requests[int(which)%len(requests)]
		sealed, err := s.SealCursor(body, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, r.Cursor = range []string{raw, sealed} {
			a, err := s.Search(context.Background(), r)
			if err != nil && semdex.CodeOf(err) != semdex.Invalid {
				t.Errorf("cursor %q: %v, want an answer or a refusal", r.Cursor, err)
			}
			if err == nil && len(a.NextCursor) > 4096 {
				t.Errorf("the next cursor has %d bytes", len(a.NextCursor))
			}
		}
	})
}
