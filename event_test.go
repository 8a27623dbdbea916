package semdex_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestEventTypesAreSorted(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(semdex.EventTypes) || len(slices.Compact(slices.Clone(semdex.EventTypes))) != len(semdex.EventTypes) {
		t.Errorf("got %q, want it sorted and each type once", semdex.EventTypes)
	}
}

func TestEventCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", semdex.MaxEventText+1)
	number := func(n int64) *int64 { return &n }
	detail := func(n int, text string) *semdex.SearchDetail {
		return &semdex.SearchDetail{Added: slices.Repeat([]string{text}, n)}
	}
	tests := []struct {
		name   string
		change func(*semdex.Event)
		want   string // code; "" for an event to keep
	}{
		{"a good event", func(e *semdex.Event) {}, ""},
		{"unknown type", func(e *semdex.Event) { e.Type = "asset.viewed" }, "unknown_type"},
		{"no type", func(e *semdex.Event) { e.Type = "" }, "unknown_type"},
		{"no time", func(e *semdex.Event) { e.OccurredAt = time.Time{} }, "missing_time"},
		{"a day ahead", func(e *semdex.Event) { e.OccurredAt = noon.Add(24 * time.Hour) }, ""},
		{"more than a day ahead", func(e *semdex.Event) { e.OccurredAt = noon.Add(24*time.Hour + 1) }, "future_time"},
		{"years late", func(e *semdex.Event) { e.OccurredAt = noon.AddDate(-5, 0, 0) }, ""},
		{"count 0", func(e *semdex.Event) { e.Count = number(0) }, ""},
		{"negative count", func(e *semdex.Event) { e.Count = number(-1) }, "negative_count"},
		{"an asset event without asset", func(e *semdex.Event) { e.Asset = "" }, "missing_asset"},
		{"a search needs no asset", func(e *semdex.Event) { e.Type, e.Asset = semdex.SearchExecuted, "" }, ""},
		{"a text of just the bound", func(e *semdex.Event) { e.Query = long[1:] }, ""},
		{"overlong event_id", func(e *semdex.Event) { e.ID = long }, "too_long"},
		{"overlong asset_id", func(e *semdex.Event) { e.Asset = long }, "too_long"},
		{"overlong rendition", func(e *semdex.Event) { e.Rendition = long }, "too_long"},
		{"overlong query_id", func(e *semdex.Event) { e.QueryID = long }, "too_long"},
		{"overlong query", func(e *semdex.Event) { e.Query = long }, "too_long"},
		{"overlong language", func(e *semdex.Event) { e.Lang = long }, "too_long"},
		{"overlong concept", func(e *semdex.Event) { e.Concepts = []string{"x", long} }, "too_long"},
		{"overlong actor", func(e *semdex.Event) { e.Actor.BusinessUnit = long }, "too_long"},
		{"overlong session", func(e *semdex.Event) { e.Session = long }, "too_long"},
		{"overlong client", func(e *semdex.Event) { e.Client.Integration = long }, "too_long"},
		{"overlong value in the context", func(e *semdex.Event) { e.Context = map[string]string{"uri": long} }, "too_long"},
		{"overlong key in the context", func(e *semdex.Event) { e.Context = map[string]string{long: "x"} }, "too_long"},
		{"overlong currency", func(e *semdex.Event) { e.Value = &semdex.Money{Currency: long} }, "too_long"},
		{"found by the words", func(e *semdex.Event) { e.Found = semdex.FoundByText }, ""},
		{"found by expansion", func(e *semdex.Event) { e.Found = semdex.FoundByExpansion }, ""},
		{"found by something else", func(e *semdex.Event) { e.Found = long }, "unknown_found_by"},
		{"a search with its detail", func(e *semdex.Event) { e.Search = detail(semdex.MaxSearchAdded, "x") }, ""},
		{"too many in a list of the search", func(e *semdex.Event) { e.Search = detail(semdex.MaxSearchAdded+1, "x") }, "too_many"},
		{"too many expansion hits", func(e *semdex.Event) {
			e.Search = &semdex.SearchDetail{ExpansionHits: make([]string, semdex.MaxExpansionHits+1)}
		}, "too_many"},
		{"too many kinds", func(e *semdex.Event) { e.Search = &semdex.SearchDetail{Kinds: make([]string, semdex.MaxSearchKinds+1)} }, "too_many"},
		{"too many values of filters", func(e *semdex.Event) {
			e.Search = &semdex.SearchDetail{Filters: map[string][]string{"a": make([]string, semdex.MaxSearchFilters), "b": nil}}
		}, "too_many"},
		{"overlong text in a list of the search", func(e *semdex.Event) { e.Search = detail(1, long) }, "too_long"},
		{"overlong expansion hit", func(e *semdex.Event) { e.Search = &semdex.SearchDetail{ExpansionHits: []string{long}} }, "too_long"},
		{"overlong filter", func(e *semdex.Event) { e.Search = &semdex.SearchDetail{Filters: map[string][]string{"a": {long}}} }, "too_long"},
		{"overlong field of a filter", func(e *semdex.Event) { e.Search = &semdex.SearchDetail{Filters: map[string][]string{long: nil}} }, "too_long"},
		{"overlong sort", func(e *semdex.Event) { e.Search = &semdex.SearchDetail{Sort: long} }, "too_long"},
		{"overlong corrected query", func(e *semdex.Event) { e.Search = &semdex.SearchDetail{Corrected: long} }, "too_long"},
		{"overlong source", func(e *semdex.Event) { e.Source = long }, "too_long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := semdex.Event{Type: semdex.AssetView, OccurredAt: noon, Asset: "a1"}
			tt.change(&e)
			got := ""
			if bad := e.Check(noon); bad != nil {
				got = string(bad.Code)
				if bad.Message == "" || bad.Hint == "" || len(bad.Message) > semdex.MaxEventText {
					t.Errorf("message %q, hint %q: want both, and short", bad.Message, bad.Hint)
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEventIdentify(t *testing.T) {
	t.Parallel()
	event := func(change func(*semdex.Event)) semdex.Event {
		e := semdex.Event{Type: semdex.AssetView, OccurredAt: noon, Asset: "a1", Context: map[string]string{"region": "dach", "channel": "web"}}
		change(&e)
		return e
	}
	id := func(nth int, change func(*semdex.Event)) string {
		e := event(change)
		e.Identify(nth)
		return e.ID
	}
	base := id(0, func(*semdex.Event) {})
	if len(base) != 34 || !strings.HasPrefix(base, "h_") {
		t.Errorf("got %q, want h_ and 32 hex digits", base)
	}
	tests := []struct {
		name string
		got  string
		same bool
	}{
		{"the same content", id(0, func(e *semdex.Event) { e.Context = map[string]string{"channel": "web", "region": "dach"} }), true},
		{"what the server adds is no content", id(0, func(e *semdex.Event) { e.Found = semdex.FoundByText }), true},
		{"when it was received is no content", id(0, func(e *semdex.Event) { e.ReceivedAt = noon }), true},
		{"the second of identical content", id(1, func(*semdex.Event) {}), false},
		{"another asset", id(0, func(e *semdex.Event) { e.Asset = "a2" }), false},
		{"another context", id(0, func(e *semdex.Event) { e.Context["region"] = "uk" }), false},
	}
	for _, tt := range tests {
		if (tt.got == base) != tt.same {
			t.Errorf("%s: got %s beside %s, want same to be %v", tt.name, tt.got, base, tt.same)
		}
	}
	if got := id(3, func(e *semdex.Event) { e.ID = "mine" }); got != "mine" {
		t.Errorf("a given id: got %q, want it kept", got)
	}
}

func TestEventWeight(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int64{`{"type":"asset.view"}`: 1, `{"count":0}`: 0, `{"count":7}`: 7} {
		var e semdex.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if got := e.Weight(); got != want {
			t.Errorf("%s: got %d, want %d", line, got, want)
		}
	}
}
