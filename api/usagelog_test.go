package api

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"semdex"
	"semdex/search"

	"github.com/google/go-cmp/cmp"
)

// logged gives the events that a request was noted as.
func (w *world) logged(ask func()) []*semdex.Event {
	w.lib.mu.Lock()
	w.lib.logged = nil
	w.lib.mu.Unlock()
	ask()
	w.lib.mu.Lock()
	defer w.lib.mu.Unlock()
	return w.lib.logged
}

func TestWhatIsLogged(t *testing.T) {
	total := fakeTotal
	event := func(kind string, change func(*semdex.Event)) *semdex.Event {
		e := &semdex.Event{Type: kind, OccurredAt: noon, Client: semdex.Client{Name: "client search", Integration: "api"}, Source: "semdex"}
		if kind == semdex.SearchExecuted {
			e.QueryID, e.Total, e.Search = "q_1", &total, &semdex.SearchDetail{Page: 1, TookMS: 1}
		}
		change(e)
		return e
	}
	searched := func(change func(*semdex.Event)) []*semdex.Event {
		return []*semdex.Event{event(semdex.SearchExecuted, change)}
	}
	all := []string(nil)
	quiet := []string{semdex.SearchSuggest, semdex.AssetView}
	tests := []struct {
		name, method, target, body string
		headers                    []string
		mute                       []string
		want                       []*semdex.Event
	}{
		{"a search", "GET", "/v1/search?q=eco", "", nil, all, searched(func(e *semdex.Event) { e.Query = "eco" })},
		{"browsing", "GET", "/v1/search", "", nil, all, searched(func(e *semdex.Event) {})},
		{"a search by body", "POST", "/v1/search", `{"q":"eco","lang":"de-at","expand":"related","filters":{"region":["DACH","UK"]},"sort":"-modified,title"}`, nil, all, searched(func(e *semdex.Event) {
			e.Query, e.Lang = "eco", "de-at"
			e.Search.Expand, e.Search.Filters, e.Search.Sort = "related", map[string][]string{"region": {"DACH", "UK"}}, "-modified,title"
		})},
		{"what it was understood as", "GET", "/v1/search?q=green+Kiste", "", nil, all, searched(func(e *semdex.Event) {
			e.Query, e.Concepts = "green Kiste", []string{"https://voc.example/box"}
			e.Search.Added, e.Search.Kinds, e.Search.ExpansionHits = []string{"https://voc.example/crate"}, []string{"altLabel"}, []string{"files:a2"}
		})},
		{"a typing error", "GET", "/v1/search?q=ecco", "", nil, all, searched(func(e *semdex.Event) { e.Query, e.Search.Corrected = "ecco", "eco" })},
		{"where and for what", "GET", "/v1/search?q=eco&territory=DE&channel=web", "", []string{"Semdex-Campaign: Spring", "Semdex-Session: s1", "Semdex-User: u_1", "Semdex-Integration: cms"}, all, searched(func(e *semdex.Event) {
			e.Query, e.Session, e.Actor, e.Client.Integration = "eco", "s1", semdex.Actor{ID: "u_1", Type: "user"}, "cms"
			e.Context = map[string]string{"region": "DE", "channel": "web", "campaign": "Spring"}
		})},
		{"headers that cannot be meant", "GET", "/v1/search?q=eco", "", []string{"Semdex-Session: " + strings.Repeat("x", 129), "Semdex-User: \xff", "Semdex-Campaign: a\tb", "Semdex-Integration:  "}, all, searched(func(e *semdex.Event) { e.Query = "eco" })},
		{"a file", "GET", "/v1/search?q=eco&format=csv", "", nil, all, searched(func(e *semdex.Event) { e.Query = "eco" })},
		{"the next page", "GET", "/v1/search?q=eco&page=2", "", nil, all, nil},
		{"the next page by offset", "GET", "/v1/search?q=eco&offset=20", "", nil, all, nil},
		{"the next page by cursor", "GET", "/v1/search?q=eco&cursor=next", "", nil, all, nil},
		{"HEAD", "HEAD", "/v1/search?q=eco", "", nil, all, nil},
		{"a draft", "GET", "/v1/search?q=eco&vocabulary=draft", "", nil, all, nil},
		{"a wrong request", "GET", "/v1/search?q=eco&page=0", "", nil, all, nil},
		{"searches are not logged", "GET", "/v1/search?q=eco", "", nil, []string{semdex.SearchExecuted}, nil},
		{"why is no search", "GET", "/v1/assets/a1/why?q=eco", "", nil, all, nil},
		{"suggestions", "GET", "/v1/suggest?q=ec", "", nil, all, []*semdex.Event{event(semdex.SearchSuggest, func(e *semdex.Event) { n := 2; e.Query, e.Total = "ec", &n })}},
		{"suggestions are not logged", "GET", "/v1/suggest?q=ec", "", nil, quiet, nil},
		{"a click", "GET", "/v1/assets/files:a2?query_id=q_abc234&position=3", "", []string{"Semdex-Session: s1"}, quiet, []*semdex.Event{event(semdex.SearchResultClick, func(e *semdex.Event) {
			e.Asset, e.QueryID, e.Position, e.Session = "files:a2", "q_abc234", 3, "s1"
		})}},
		{"a click is a view too", "GET", "/v1/assets/files:a2?query_id=q_abc234", "", nil, all, []*semdex.Event{
			event(semdex.SearchResultClick, func(e *semdex.Event) { e.Asset, e.QueryID = "files:a2", "q_abc234" }),
			event(semdex.AssetView, func(e *semdex.Event) { e.Asset, e.QueryID = "files:a2", "q_abc234" })}},
		{"a view", "GET", "/v1/assets/files:a2?position=3", "", nil, all, []*semdex.Event{event(semdex.AssetView, func(e *semdex.Event) { e.Asset = "files:a2" })}},
		{"views are not logged", "GET", "/v1/assets/files:a2", "", nil, quiet, nil},
		{"an asset that may not be seen", "GET", "/v1/assets/secret?query_id=q_abc234", "", nil, all, nil},
		{"a query id of somebody else", "GET", "/v1/assets/files:a2?query_id=x", "", nil, all, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.lib.draft, w.lib.mute = "ttl", tt.mute
			got := w.logged(func() { w.do(tt.method, tt.target, "search", tt.body, tt.headers...) })
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			for _, e := range got {
				if bad := e.Check(noon); bad != nil {
					t.Errorf("the event would be refused: %v", bad)
				}
			}
		})
	}
}

// TestCachedAnswersAndTheLog guards that an answer which the client has already is no new search, while a click is a click.
func TestCachedAnswersAndTheLog(t *testing.T) {
	w := newWorld(t)
	w.lib.version = "1"
	for target, want := range map[string]int{"/v1/search?q=eco": 0, "/v1/assets/files:a2?query_id=q_abc234": 2} {
		tag := w.get(target).Header().Get("ETag")
		again := w.logged(func() {
			if rec := w.do("GET", target, "search", "", "If-None-Match: "+tag); rec.Code != 304 {
				t.Errorf("%s: got %d, want 304", target, rec.Code)
			}
		})
		if len(again) != want {
			t.Errorf("%s: got %d events for 304, want %d", target, len(again), want)
		}
	}
}

// TestAnswersAreRemembered guards that every page is remembered before it is sent, and trials are not.
func TestAnswersAreRemembered(t *testing.T) {
	w := newWorld(t)
	w.lib.draft, w.lib.mute = "ttl", semdex.EventTypes
	var want []string
	for target, kept := range map[string]bool{"/v1/search?q=eco": true, "/v1/search?q=eco&page=2": true, "/v1/search?q=eco&format=csv": true, "/v1/search?q=eco&vocabulary=draft": false} {
		rec := w.get(target)
		if kept {
			want = append(want, rec.Header().Get("X-Query-Id"))
		}
	}
	w.do("HEAD", "/v1/search?q=eco", "search", "")
	var got []string
	for _, a := range w.lib.known {
		got = append(got, a.QueryID)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestLoggedEventsHaveBounds guards that whatever is asked makes an event that is taken.
func TestLoggedEventsHaveBounds(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("ü", 1500)
	filters := map[string][]string{}
	for i := range 3 {
		for j := range 300 {
			filters[fmt.Sprint("f", i)] = append(filters[fmt.Sprint("f", i)], fmt.Sprint(long[:2000], j))
		}
	}
	body, err := json.Marshal(map[string]any{"q": long + "x", "filters": filters})
	if err != nil {
		t.Fatal(err)
	}
	got := w.logged(func() { w.do("POST", "/v1/search", "search", string(body)) })
	if len(got) != 1 {
		t.Fatalf("got %d events", len(got))
	}
	if bad := got[0].Check(noon); bad != nil || !strings.HasPrefix(long, got[0].Query) || len(got[0].Query) < semdex.MaxEventText-1 {
		t.Errorf("got %v and a query of %d bytes", bad, len(got[0].Query))
	}
	a := &search.Answer{Hits: make([]search.Hit, 101), Expansion: search.Expansion{Concepts: make([]search.NamedConcept, 2)}}
	for i := range a.Hits {
		a.Hits[i].ID, a.Hits[i].Matched.Found = semdex.AssetID(fmt.Sprint(i)), semdex.FoundByExpansion
	}
	for i := range 60 {
		n := &a.Expansion.Concepts[i%2]
		n.Added = append(n.Added, search.AddedConcept{URI: semdex.ConceptID(fmt.Sprint(i))})
	}
	if d := searchDetail(search.Request{}, a); len(d.ExpansionHits) != semdex.MaxExpansionHits || len(d.Added) != semdex.MaxSearchAdded {
		t.Errorf("got %d expansion hits and %d added concepts", len(d.ExpansionHits), len(d.Added))
	}
}

func TestCorrectedQuery(t *testing.T) {
	tests := []struct {
		query string
		made  []search.Correction
		want  string
	}{
		{"tent", nil, ""},
		{"Über tnet und lantrn!", []search.Correction{{Read: "tent", Span: [2]int{5, 9}}, {Read: "lantern", Span: [2]int{14, 20}}}, "Über tent und lantern!"},
		{"tnet", []search.Correction{{Read: "tent", Span: [2]int{0, 4}}, {Read: "net", Span: [2]int{1, 9}}}, "tent"},
	}
	for _, tt := range tests {
		if got := corrected(&search.Answer{Query: tt.query, Corrections: tt.made}); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.query, got, tt.want)
		}
	}
}

// TestTheLogKeepsNoSecret guards that events hold neither address nor key.
func TestTheLogKeepsNoSecret(t *testing.T) {
	w := newWorld(t)
	got := w.logged(func() {
		w.do("GET", "/v1/search?q=eco", "search", "", "X-Forwarded-For: 203.0.113.9", "User-Agent: Firefox")
	})
	body, err := json.Marshal(got)
	if err != nil || len(got) != 1 {
		t.Fatal(len(got), err)
	}
	for _, secret := range []string{w.use["search"], "192.0.2.1", "203.0.113.9", "Firefox"} { // the second is that of httptest
		if strings.Contains(string(body), secret) {
			t.Errorf("%s is in %s", secret, body)
		}
	}
}

// TestLoggedRoutesTellTheirHeaders guards that the document has the headers, and that pages may send them.
func TestLoggedRoutesTellTheirHeaders(t *testing.T) {
	w := newWorld(t)
	for _, r := range routes() {
		for _, p := range toldHeaders {
			op := r.operation(document("").Components.Schemas)
			told := false
			for _, o := range op.Parameters {
				told = told || o.In == "header" && o.Name == p.name
			}
			if told != r.logged {
				t.Errorf("%s %s: %s is told: %v, want %v", r.method, r.path, p.name, told, r.logged)
			}
		}
	}
	w.key("page", KeyRequest{Origins: []string{"https://cms.example"}})
	rec := w.do("OPTIONS", "/v1/search", "", "", "Origin: https://cms.example", "Access-Control-Request-Method: GET")
	sent := strings.Split(rec.Header().Get("Access-Control-Allow-Headers"), ", ")
	for _, p := range toldHeaders {
		if !slices.Contains(sent, p.name) {
			t.Errorf("pages may not send %s: %v", p.name, sent)
		}
	}
}

func TestClicksThatCannotBeMeant(t *testing.T) {
	w := newWorld(t)
	for query, name := range map[string]string{"query_id=abc": "query_id", "query_id=q_": "query_id", "query_id=" + url.QueryEscape("q_a b"): "query_id",
		"query_id=q_" + strings.Repeat("a", 33): "query_id", "query_id=q_a&position=0": "position", "query_id=q_a&position=x": "position"} {
		p := problem(t, w.get("/v1/assets/a1?"+query), 422, semdex.Invalid)
		if len(p.Errors) != 1 || !strings.Contains(fmt.Sprint(p.Errors), name) {
			t.Errorf("%s: got %+v, want it to name %s", query, p.Errors, name)
		}
	}
}
