package analytics

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
)

// library is a Dimensions of maps. broader may have several parents for a value.
type library struct {
	dims    []Dimension
	assets  map[string]semdex.AssetID              // names in events to ids
	tags    map[string]map[semdex.AssetID][]string // dimension to an asset's own values
	words   map[string]map[string][]string         // dimension to context words to values
	broader map[string][]string                    // value to what stands above it
	schemes map[string]string                      // concept to the dimension it belongs to
	version string
	records map[semdex.AssetID]*semdex.Asset
	same    [][]semdex.AssetID
	past    []formerly // by asset and time
	today   semdex.Date
	rules   Rules
}

// formerly is what an asset was until a moment.
type formerly struct {
	asset *semdex.Asset
	until time.Time
}

func (l *library) Version() string { return l.version }

func (l *library) Names() []Dimension { return l.dims }

func (l *library) Assets(yield func(*semdex.Asset) error) error {
	for _, id := range slices.Sorted(maps.Keys(l.records)) {
		if err := yield(l.records[id]); err != nil {
			return err
		}
	}
	return nil
}

func (l *library) Past(yield func(a *semdex.Asset, until time.Time) error) error {
	for _, p := range l.past {
		if err := yield(p.asset, p.until); err != nil {
			return err
		}
	}
	return nil
}

// OfRecord gives what the tags of a record of the past say, for all dimensions alike: NAME:VALUE.
func (l *library) OfRecord(dim string, a *semdex.Asset, direct bool) []Value {
	if !slices.ContainsFunc(l.past, func(p formerly) bool { return p.asset == a }) {
		return l.OfAsset(dim, a.ID, direct)
	}
	var own []string
	for _, tag := range a.Tags {
		if name, value, _ := strings.Cut(tag, ":"); name == dim {
			own = append(own, value)
		}
	}
	return l.closure(dim, own, direct)
}

func (l *library) Duplicates(context.Context) ([][]semdex.AssetID, error) { return l.same, nil }

func (l *library) Parts(dim, uri string) []Value {
	var parts []string
	for n, above := range l.broader {
		if l.schemes[n] == dim && slices.Contains(above, strings.TrimPrefix(uri, "c:")) {
			parts = append(parts, n)
		}
	}
	slices.Sort(parts)
	return l.closure(dim, parts, true)
}

func (l *library) Today() semdex.Date { return l.today }

func (l *library) Rules() Rules { return l.rules }

func (l *library) Asset(given string) (semdex.AssetID, bool) {
	id, ok := l.assets[given]
	return id, ok
}

func (l *library) OfAsset(dim string, id semdex.AssetID, direct bool) []Value {
	return l.closure(dim, l.tags[dim][id], direct)
}

func (l *library) OfContext(dim, word string, direct bool) []Value {
	return l.closure(dim, l.words[dim][strings.ToLower(word)], direct)
}

func (l *library) OfConcepts(dim string, uris []string, direct bool) []Value {
	var own []string
	for _, u := range uris {
		if name := strings.TrimPrefix(u, "c:"); l.schemes[name] == dim {
			own = append(own, name)
		}
	}
	return l.closure(dim, own, direct)
}

// closure gives values with all above them; a value reached twice stands twice, which a report must bear.
func (l *library) closure(dim string, names []string, direct bool) (out []Value) {
	for _, n := range names {
		v := Value{Name: n, URI: "c:" + n, Path: l.path(n)}
		if l.schemes[n] != dim {
			v = Value{Name: n}
		}
		out = append(out, v)
		if !direct {
			out = append(out, l.closure(dim, l.broader[n], false)...)
		}
	}
	return out
}

func (l *library) path(n string) string {
	var first string
	for _, b := range l.broader[n] {
		if p := l.path(b) + " > " + n; first == "" || p < first {
			first = p
		}
	}
	if first == "" {
		return n
	}
	return first
}

func brand() *library {
	l := &library{
		dims:   []Dimension{{"topic", true}, {"region", true}, {"type", false}, {"campaign", false}, {"product line's", false}},
		assets: make(map[string]semdex.AssetID),
		tags:   map[string]map[semdex.AssetID][]string{"topic": {}, "region": {}, "type": {}, "campaign": {}},
		words: map[string]map[string][]string{"region": {"de": {"Germany"}, "dach": {"DACH"}, "at": {"Austria"}, "fr": {"France"}},
			"campaign": {"spring": {"Spring"}}},
		broader: map[string][]string{
			"Germany": {"DACH"}, "Austria": {"DACH"}, "DACH": {"EMEA"}, "France": {"EMEA"},
			"Dogs": {"Pets", "Working animals"}, "Cats": {"Pets"}, "Horses": {"Working animals"},
			"Pets": {"Animals"}, "Working animals": {"Animals"},
		},
		schemes: make(map[string]string),
	}
	for _, n := range []string{"Germany", "Austria", "DACH", "EMEA", "France"} {
		l.schemes[n] = "region"
	}
	topics := []string{"Dogs", "Cats", "Horses", "Pets", "Working animals", "Animals", "Bridges"}
	for _, n := range topics {
		l.schemes[n] = "topic"
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 25 {
		short := fmt.Sprintf("a%d", i)
		id := semdex.AssetID("files:" + short)
		l.assets[short], l.assets[string(id)] = id, id
		for range rnd.IntN(4) {
			l.tags["topic"][id] = append(l.tags["topic"][id], topics[rnd.IntN(len(topics))])
		}
		if rnd.IntN(2) == 0 {
			l.tags["region"][id] = []string{"Germany", "France"}[:1+rnd.IntN(2)]
		}
		l.tags["type"][id] = []string{[]string{"image", "video"}[rnd.IntN(2)]}
		if rnd.IntN(3) == 0 {
			l.tags["campaign"][id] = []string{"Spring", "Summer, \"hot\""}
		}
	}
	return l
}

var start = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// someEvents makes n events, the same each time, some at the edges of days, years and clock changes.
func someEvents(n int) []semdex.Event {
	rnd := rand.New(rand.NewPCG(3, 4))
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	edges := []string{"2025-12-28T23:30:00Z", "2025-12-31T22:59:59.999999Z", "2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z",
		"2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-24T22:00:00Z",
		"2027-01-03T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "1968-05-05T05:05:05Z"}
	events := make([]semdex.Event, n)
	for i := range events {
		at := time.Date(2025, 12, 1, 0, 0, rnd.IntN(400*86400), 0, time.UTC)
		if i%5 == 0 {
			at, _ = time.Parse(time.RFC3339, edges[i/5%len(edges)])
		}
		e := semdex.Event{ID: fmt.Sprintf("e%d", i), Type: semdex.EventTypes[rnd.IntN(len(semdex.EventTypes))], OccurredAt: at}
		if rnd.IntN(2) == 0 {
			e.Type = pick(semdex.AssetView, semdex.AssetDownload, semdex.SearchExecuted, semdex.SearchResultClick)
		}
		if !strings.HasPrefix(e.Type, "search.executed") {
			e.Asset = pick("", "files:") + fmt.Sprintf("a%d", rnd.IntN(28)) // three of them unknown
		}
		if strings.HasPrefix(e.Type, "search.") || rnd.IntN(10) == 0 {
			for range rnd.IntN(3) {
				e.Concepts = append(e.Concepts, "c:"+pick("Dogs", "Pets", "Bridges", "Germany", "nobody"))
			}
		}
		e.Context = map[string]string{"region": pick("", "", "DE", "dach", "Mars"), "campaign": pick("", "spring", "Winter"),
			"channel": pick("web", "", "print"), "product line's": pick("", "Boots")}
		e.Actor = semdex.Actor{ID: pick("", "u1", "u2", "u3", "u4"), BusinessUnit: pick("retail", "")}
		e.Client = semdex.Client{Name: pick("cms", "picker"), Integration: pick("", "cms")}
		if rnd.IntN(4) == 0 {
			n := int64(rnd.IntN(5))
			e.Count = &n
		}
		events[i] = e
	}
	return events
}

var later = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)

func open(t testing.TB, dir string, o Options) *Store {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func record(t testing.TB, s *Store, events ...semdex.Event) Receipt {
	t.Helper()
	var sum Receipt
	for batch := range slices.Chunk(events, 1000) {
		r, err := s.Record(t.Context(), batch, later)
		if err != nil {
			t.Fatal(err)
		}
		sum.Accepted += r.Accepted
		sum.Duplicates += r.Duplicates
		sum.Rejected = append(sum.Rejected, r.Rejected...)
	}
	return sum
}

func exported(t testing.TB, s *Store) (ids []string) {
	t.Helper()
	err := s.Export(t.Context(), func(e semdex.Event) error {
		ids = append(ids, e.ID)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}
