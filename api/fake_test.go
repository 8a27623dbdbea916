package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/search"
	"semdex/search/neardup"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeLibrary has 45 assets a1 to a45 by the arithmetic of its answers; "secret" is there but not approved.
type fakeLibrary struct {
	name string

	mu       sync.Mutex
	asked    search.Request // the last
	like     search.SimilarRequest
	typed    search.SuggestRequest
	facet    search.FacetRequest
	report   analytics.Request
	question analytics.Question
	access   search.Access
	id       string
	caller   string
	events   []semdex.Event
	logged   []*semdex.Event
	mute     []string         // types of events that are not logged
	known    []*search.Answer // that were remembered
	rule     search.CurationRule
	eyes     search.Access

	block   chan struct{} // a search waits for it, or for its context
	fails   error         // of a search
	version string
	hits    int // that a search has, by cursor; 0 is a single one, -1 none
	breaks  int // the hit from which on a search fails; 0 is none
	asks    int // searches so far

	draft   string // format of the draft vocabulary, "" where there is none
	queries analytics.QueryRequest

	saved []SavedSearch
	given SavedSearch // the last to be saved
}

func (f *fakeLibrary) Name() string             { return f.name }
func (f *fakeLibrary) TimeZone() *time.Location { return time.FixedZone("Far East", 14*3600) }
func (f *fakeLibrary) DenyMissingRights() bool  { return true }

func (f *fakeLibrary) Version() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.version, nil
}

func (f *fakeLibrary) CustomFields() []string { return []string{"region", "title"} }

const fakeTotal = 45

func (f *fakeLibrary) Search(ctx context.Context, r search.Request) (*search.Answer, error) {
	f.mu.Lock()
	f.asked, f.access, f.caller = r, r.Access, Caller(ctx)
	f.asks++
	block, fails, hits, asks := f.block, f.fails, f.hits, f.asks
	if at, _ := strconv.Atoi(r.Cursor); f.breaks > 0 && at >= f.breaks {
		fails = errDisk
	}
	f.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if fails != nil {
		return nil, fails
	}
	if r.Query == "panic" {
		panic("the words " + r.Query)
	}
	if hits != 0 {
		return fakePage(r, hits), nil
	}
	for _, k := range r.Sort {
		if !slices.Contains(search.SortFields, k.Field) && k.Field != "region" {
			return nil, &semdex.Error{Code: semdex.Invalid, Message: "no such sort field: " + k.Field, Hint: "try region"}
		}
	}
	for _, field := range r.Facets {
		if !slices.Contains(f.CustomFields(), field) {
			return nil, &semdex.Error{Code: semdex.Invalid, Message: "no such facet: " + field, Hint: "try region"}
		}
	}
	a := &search.Answer{QueryID: fmt.Sprint("q_", asks), TookMS: float64(asks), Query: r.Query, Total: fakeTotal, TotalRelation: "eq", Page: r.Page, PerPage: r.Limit,
		TotalPages: (fakeTotal + r.Limit - 1) / r.Limit}
	if r.Cursor != "" || r.Offset < fakeTotal {
		a.Hits = []search.Hit{{ID: "files:a1", Score: 1, Asset: fakeView("files:a1"), Highlights: map[string][]string{"title": {"<em>Eco</em> & more"}}}}
		a.NextCursor = "next"
	}
	if r.Query == "green Kiste" {
		box := search.NamedConcept{URI: "https://voc.example/box", Matched: &search.MatchedLabel{Kind: "altLabel"}, Added: []search.AddedConcept{{URI: "https://voc.example/crate"}}}
		a.Expansion.Concepts = []search.NamedConcept{box, box}
		a.Hits = append(a.Hits, search.Hit{ID: "files:a2", Asset: fakeView("files:a2"), Matched: search.Matched{Found: semdex.FoundByExpansion}})
	}
	if r.Query == "ecco" {
		a.Corrections, a.DidYouMean = []search.Correction{{Typed: "ecco", Read: "eco", Span: [2]int{0, 4}}}, "eco"
		a.Offers, a.Without = []search.Offer{{URI: "https://voc.example/eco", Label: "Eco", Via: "broader", Count: 3}}, []search.Without{{Field: "type", Count: 2}}
	}
	if len(r.Facets) > 0 {
		a.Facets = []search.FacetCounts{{Field: "region", Label: "Region"}}
	}
	return a, nil
}

// fakePage gives a page of so many hits n1, n2 and so on; a cursor is the number of the hit before.
func fakePage(r search.Request, hits int) *search.Answer {
	hits = max(hits, 0)
	a := &search.Answer{QueryID: "q_1", Query: r.Query, Total: hits}
	for _, field := range r.Facets {
		a.Facets = append(a.Facets, search.FacetCounts{Field: field})
	}
	if len(a.Facets) > 0 {
		a.Facets[0].TotalValues = 1
	}
	at, _ := strconv.Atoi(r.Cursor)
	for ; at < hits && len(a.Hits) < r.Limit; at++ {
		id := fmt.Sprint("files:n", at+1)
		v := fakeView(id)
		v.Fields = map[string][]string{"region": {"DACH", "=2+2"}, "title": {"hidden column"}}
		a.Hits = append(a.Hits, search.Hit{ID: semdex.AssetID(id), Score: 1.5, Asset: v, Matched: search.Matched{Because: "@because"}})
	}
	if len(a.Hits) == r.Limit && r.Limit > 0 {
		a.NextCursor = strconv.Itoa(at)
	}
	return a
}

func fakeView(id string) *search.AssetView {
	thumb := "https://source.example/t/1.jpg?a=1&b=2"
	return &search.AssetView{ID: semdex.AssetID(id), Title: "R&D <x>", Titles: semdex.Text{"en": "R&D <x>", "de": "F&E \\u003c"},
		URLs: search.AssetURLs{Thumbnail: &thumb}, Rights: search.AssetRights{Usable: true, Status: semdex.Approved}}
}

func (f *fakeLibrary) Facet(_ context.Context, of search.FacetRequest, r search.Request) (*search.FacetCounts, error) {
	if of.Field != "region" && of.Field != "a/b c" {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "no such field: " + of.Field}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.facet = r, of
	one := 1
	return &search.FacetCounts{Field: of.Field, Values: []search.FacetValue{{Value: of.Text + "...", Count: of.Limit, Path: "World > EMEA", Narrower: &one,
		Matched: &search.MatchedLabel{Label: "Europa", Kind: "altLabel", Lang: "de"}}}}, nil
}

func (f *fakeLibrary) Suggest(_ context.Context, r search.SuggestRequest) (*search.Suggestions, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.typed, f.access = r, r.Access
	if r.Query == "++" {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "nothing is typed", Hint: "type a letter"}
	}
	none := 0
	return &search.Suggestions{Query: r.Query, Suggestions: []search.Suggestion{
		{Kind: search.ConceptSuggestion, URI: "https://voc.example/eco", Label: "Eco", Path: "Things > Eco", Scheme: "Things", Count: &none,
			Matched: &search.MatchedLabel{Label: "Öko", Kind: "prefLabel", Lang: "de"}},
		{Kind: search.TitleSuggestion, Text: "R&D <x>", ID: "files:a1"}}}, nil
}

func (f *fakeLibrary) Asset(_ context.Context, id string, access search.Access, lang string) (*search.AssetView, error) {
	f.mu.Lock()
	f.id, f.access = id, access
	f.mu.Unlock()
	switch {
	case id == "missing":
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "there is no asset missing"}
	case id == "secret" && !access.All:
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "secret is pending"}
	case id == "austrian" && access.Use.Territory == "DE" && (!access.All || access.Rights):
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "austrian is not cleared for DE"}
	case id == "plain":
		v := fakeView(id)
		v.URLs.Thumbnail = nil
		return v, nil
	case id == "script":
		v, bad := fakeView(id), "javascript:alert(1)"
		v.URLs.Thumbnail = &bad
		return v, nil
	}
	return fakeView(id), nil
}

func (f *fakeLibrary) Related(ctx context.Context, r search.SimilarRequest) ([]search.Similar, error) {
	f.mu.Lock()
	f.like = r
	f.mu.Unlock()
	if _, err := f.Asset(ctx, r.ID, r.Access, r.Lang); err != nil {
		return nil, err
	}
	return []search.Similar{{ID: "files:a2", Score: .5, Asset: fakeView("files:a2")}}, nil
}

func (f *fakeLibrary) DuplicatesOf(ctx context.Context, r search.SimilarRequest) ([]Duplicate, error) {
	if _, err := f.Asset(ctx, r.ID, r.Access, r.Lang); err != nil {
		return nil, err
	}
	return []Duplicate{{ID: "files:a2", Score: 1, Kind: neardup.Identical, Reasons: []string{"the same bytes"}}}, nil
}

func (f *fakeLibrary) Duplicates(context.Context, string, int, search.Access) ([]neardup.Cluster, string, error) {
	return []neardup.Cluster{{ID: "dup_1", Survivor: "files:a1"}}, "n", nil
}

func (f *fakeLibrary) Concept(_ context.Context, uri, _ string, _ search.Access) (*search.ConceptView, error) {
	if uri != "https://voc.example/eco" {
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "no such concept"}
	}
	return &search.ConceptView{URI: semdex.ConceptID(uri), Path: "Things > Eco"}, nil
}

func (f *fakeLibrary) Concepts(_ context.Context, _, _, _ string, offset, limit int, _ search.Access) (int, []search.ConceptView, error) {
	if offset >= fakeTotal {
		return fakeTotal, nil, nil
	}
	return fakeTotal, []search.ConceptView{{URI: "https://voc.example/eco"}}, nil
}

func (f *fakeLibrary) Tree(context.Context, string, string, string, search.Access) ([]search.ConceptView, error) {
	return nil, nil
}

func (f *fakeLibrary) Schemes(context.Context, string) ([]Scheme, error) {
	return []Scheme{{URI: "https://voc.example/", Label: "Topics", Concepts: 3}}, nil
}

func (f *fakeLibrary) Changes(_ context.Context, cursor string, _ int, _ string, _ search.Access) (Changes, error) {
	if cursor == "bad" {
		return Changes{}, &semdex.Error{Code: semdex.Invalid, Message: "no such cursor", Hint: "start again without one"}
	}
	return Changes{Changes: []Change{{ID: "files:a1", Op: Changed, Asset: fakeView("files:a1")}, {ID: "files:a9", Op: Deleted}}, NextCursor: "7"}, nil
}

func (f *fakeLibrary) Record(_ context.Context, events []semdex.Event) (analytics.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = events
	var out analytics.Receipt
	for i := range events {
		if bad := events[i].Check(noon); bad != nil {
			out.Rejected = append(out.Rejected, analytics.Rejection{Index: i, Code: string(bad.Code), Message: bad.Message})
			continue
		}
		out.Accepted++
	}
	return out, nil
}

func (f *fakeLibrary) EraseEvents(_ context.Context, user string, dryRun bool) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	left := slices.DeleteFunc(slices.Clone(f.events), func(e semdex.Event) bool { return e.Actor.ID == user })
	n := len(f.events) - len(left)
	if !dryRun {
		f.events = left
	}
	return int64(n), nil
}

func (f *fakeLibrary) Logs(kind string) bool { return !slices.Contains(f.mute, kind) }

func (f *fakeLibrary) Log(e *semdex.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logged = append(f.logged, e)
}

func (f *fakeLibrary) Answered(a *search.Answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known = append(f.known, a)
}

func (f *fakeLibrary) Reports() []ReportInfo { return []ReportInfo{{Name: "usage"}} }

func (f *fakeLibrary) Report(_ context.Context, name string, r analytics.Request) (*analytics.Report, error) {
	if name != "usage" {
		return nil, &semdex.Error{Code: semdex.NotFound, Message: "no such report: " + name}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.report = r
	return analytics.NewReport(name, []analytics.Column{{Name: "topic", Kind: analytics.Text}, {Name: "events", Kind: analytics.Count}}, [][]any{{"Wörter", int64(3)}}), nil
}

func (f *fakeLibrary) Ask(_ context.Context, q analytics.Question) (*analytics.Answer, error) {
	if strings.HasPrefix(q.SQL, "DROP") {
		return nil, &semdex.Error{Code: semdex.Invalid, Message: "only questions are taken", Hint: "SELECT"}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.question = q
	return &analytics.Answer{Report: analytics.NewReport("sql", []analytics.Column{{Name: "n", Kind: analytics.Count}, {Name: "day", Kind: analytics.Day},
		{Name: "at", Kind: analytics.Moment}, {Name: "sure", Kind: analytics.Flag}, {Name: "part", Kind: analytics.Number}},
		[][]any{{int64(3), "2026-01-31", time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), true, nil}}), Truncated: q.Limit == 1}, nil
}

func (f *fakeLibrary) Status(context.Context) (Status, error) {
	return Status{Library: f.name, Assets: fakeTotal, Log: LogStatus{Logged: 5, Dropped: 2}, Sources: []SourceStatus{
		{Name: "files", Kind: "assets", LagSeconds: &fakeLag, LastSync: &fakeSynced}, {Name: "new", Kind: "concepts", LastError: "down"}}}, nil
}

// fakeLibraries hands out its libraries and counts those not given back.
type fakeLibraries struct {
	libs   map[string]*fakeLibrary
	notyet error

	mu   sync.Mutex
	open int
}

func (f *fakeLibraries) Names() []string {
	var out []string
	for name := range f.libs {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func (f *fakeLibraries) Open(_ context.Context, name string) (Library, func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	lib, ok := f.libs[name]
	if !ok {
		return nil, nil, &semdex.Error{Code: semdex.NotFound, Message: "no such library"}
	}
	f.open++
	return lib, func() {
		f.mu.Lock()
		f.open--
		f.mu.Unlock()
	}, nil
}

func (f *fakeLibraries) Status(ctx context.Context) []Status {
	var out []Status
	for _, name := range f.Names() {
		s, _ := f.libs[name].Status(ctx)
		out = append(out, s)
	}
	return out
}

func (f *fakeLibraries) Ready() error { return f.notyet }

// noon is the time of all tests; in the library's time zone the next day has begun.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world is a whole API over the fake, with a key for each need.
type world struct {
	t    *testing.T
	libs *fakeLibraries
	lib  *fakeLibrary
	keys *KeyStore
	h    http.Handler
	log  *bytes.Buffer // slog serializes its writes
	use  map[string]string
}

// newWorld makes keys named like their one scope, and "none" which is wrong. Options may be changed.
func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	w := &world{t: t, log: &bytes.Buffer{}, use: map[string]string{"none": "sdx_wrong"}}
	w.lib = &fakeLibrary{name: "acme"}
	w.libs = &fakeLibraries{libs: map[string]*fakeLibrary{"acme": w.lib}}
	var err error
	if w.keys, err = OpenKeys(filepath.Join(t.TempDir(), "keys.json")); err != nil {
		t.Fatal(err)
	}
	w.keys.now = func() time.Time { return noon }
	for _, s := range Scopes {
		w.key(string(s), KeyRequest{Name: "client " + string(s), Scopes: []string{string(s)}})
	}
	o := Options{Libraries: w.libs, Keys: w.keys, Version: "1.2.3", Now: func() time.Time { return noon },
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, f := range change {
		f(&o)
	}
	w.h = New(o)
	return w
}

func (w *world) key(name string, r KeyRequest) {
	w.t.Helper()
	plain, _, err := w.keys.Create(r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.use[name] = plain
}

// do sends a request with the key of that name, "" for none. A header is "Name: value".
func (w *world) do(method, target, key, body string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+w.use[key])
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	w.libs.mu.Lock()
	defer w.libs.mu.Unlock()
	if w.libs.open != 0 {
		w.t.Errorf("%s %s: %d libraries were not given back", method, target, w.libs.open)
	}
	return rec
}

// get sends a GET as a plain client does.
func (w *world) get(target string) *httptest.ResponseRecorder {
	return w.do(http.MethodGet, target, "search", "")
}

// decode reads a JSON answer.
func decode[T any](t *testing.T, rec *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		t.Fatalf("answer %d is no JSON: %v\n%s", rec.Code, err, rec.Body)
	}
	return v
}

// problem reads a problem and checks what all problems have.
func problem(t *testing.T, rec *httptest.ResponseRecorder, status int, code semdex.Code) Problem {
	t.Helper()
	p := decode[Problem](t, rec)
	if rec.Code != status || p.Status != status || p.Code != string(code) {
		t.Fatalf("got %d, problem %d %s; want %d %s\n%s", rec.Code, p.Status, p.Code, status, code, rec.Body)
	}
	if got := rec.Header().Get("Content-Type"); got != typeProblem {
		t.Errorf("Content-Type of a problem is %q", got)
	}
	if p.Title == "" || p.Detail == "" || p.RequestID == "" || p.RequestID != rec.Header().Get("X-Request-Id") {
		t.Errorf("problem lacks something: %+v", p)
	}
	return p
}

var errDisk = errors.New("disk /var/secret/path is full")

var fakeLag = 2.0

var fakeSynced = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
