package library

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/api"
	"semdex/graph"
	"semdex/search"
)

// inside are the assets that the keys of these tests are for, outside are the others.
const (
	inside = `{"id":"in1","title":"Blue box","name":"box.jpg","tags":["recyclable"],"md5":"aa","fields":{"Region":["DACH"],"Brand":["Acme"]}}
{"id":"in2","title":"Old walk","tags":["dog","outing"],"fields":{"Region":["dach"]}}
{"id":"in3","title":"Blue box, again","tags":["recyclable"],"md5":"aa","fields":{"Region":["DACH","Benelux"]}}
{"id":"in4","title":"Blue draft","tags":["dog"],"approval":"pending","fields":{"Region":["DACH"]}}
`
	outside = `{"id":"out1","title":"Blue barn","name":"barn.jpg","tags":["recyclable"],"md5":"aa","fields":{"Region":["Nordics"],"Brand":["Other"]}}
{"id":"out2","title":"Blueprint of a dog","concepts":["https://voc.example/dog"],"tags":["outing","outer"]}
{"id":"out3","title":"Plain","tags":["recyclable"],"fields":{"Region":["DACH-like"]}}
{"id":"out4","title":"Bluest draft","approval":"pending","fields":{"Region":["Nordics"]}}
`
)

// one is a data directory with one library.
type one struct{ lib *Library }

func (o one) Names() []string { return []string{"mine"} }
func (o one) Open(context.Context, string) (api.Library, func(), error) {
	return o.lib, func() {}, nil
}
func (o one) Status(context.Context) []api.Status { return nil }
func (o one) Ready() error                        { return nil }

// door is the API over one library, with one key.
type door struct {
	t   testing.TB
	h   http.Handler
	key string
}

func (h *home) door(l *Library, r api.KeyRequest) door {
	h.t.Helper()
	keys, err := api.OpenKeys(h.path("keys.json"))
	if err != nil {
		h.t.Fatal(err)
	}
	plain, _, err := keys.Create(r)
	if err != nil {
		h.t.Fatal(err)
	}
	l.SetKeys(keys)
	return door{h.t, api.New(api.Options{Libraries: one{l}, Keys: keys, Now: h.now}), plain}
}

func (d door) ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	r, rec := httptest.NewRequest(method, target, strings.NewReader(body)), httptest.NewRecorder()
	r.Header.Set("X-API-Key", d.key)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	d.h.ServeHTTP(rec, r)
	return rec
}

// libraryOf makes a library of these assets.
func libraryOf(t *testing.T, assets string) (*home, *Library) {
	t.Helper()
	h := newHome(t)
	h.write("assets.jsonl", assets)
	h.write("events.jsonl", "")
	none := 0.0 // approval would outweigh how rare words are in the one library and not in the other
	h.config.Search.Freshness, h.config.Search.Popularity, h.config.Search.Approval = &none, &none, &none
	silent := false // what is logged meanwhile would show in the status
	h.config.Analytics.Log.Searches = &silent
	return h, h.synced()
}

// moment is what differs between two libraries without telling of an asset: times, names of requests, numbers of
// changes, and scores, which weigh words and concepts by how rare they are in the library.
var moment = regexp.MustCompile(`"(took_ms|query_id|request_id|next_cursor|score|sequence|lag_seconds|last_sync)":("[^"]*"|[0-9.e+-]+|null)`)

// longText is read as a brief.
const longText = "we+need+a+blue+box+of+recyclable+paper+for+the+dog+who+walks+by+the+barn+in+nordics"

// asked are requests to all routes that show anything of assets.
var asked = []struct{ method, target, body string }{
	{"GET", "/v1/search", ""},
	{"GET", "/v1/search?q=blue&facets=Region,Brand,tags,concept,type,album,approval,source&explain=true", ""},
	{"GET", "/v1/search?q=dog&facets=concept", ""},
	{"GET", "/v1/search?q=bule", ""},
	{"GET", "/v1/search?q=nordics", ""},
	{"GET", "/v1/search?q=out1", ""},
	{"GET", "/v1/search?q=barn.jpg", ""},
	{"GET", "/v1/search?q=blue*&sort=-Region,title", ""},
	{"GET", "/v1/search?filter[Region]=Nordics&facets=Region", ""},
	{"GET", "/v1/search?filter[Region]=DACH&facets=Region", ""},
	{"GET", "/v1/search?filter[id]=out1,in1", ""},
	{"GET", "/v1/search?q=-blue", ""},
	{"GET", "/v1/search?q=Region:Nordics", ""},
	{"GET", "/v1/search?filter[created]=2000..", ""},
	{"POST", "/v1/search", `{"q":"blue","facets":["Region"],"limit":1}`},
	{"GET", "/v1/search?format=csv&sort=id", ""},
	{"GET", "/v1/search?q=outer", ""},
	{"GET", "/v1/search?q=blueprnt", ""},
	{"GET", "/v1/search?q=sustainable+packaging&filter[Brand]=Other", ""},
	{"GET", "/v1/search?q=dog+recyclable&expand=related&sort=title&facets=concept,created,size&explain=true", ""},
	{"GET", "/v1/search?q=" + longText, ""},
	{"GET", "/v1/facets/concept?below=top", ""},
	{"GET", "/v1/facets/size", ""},
	{"GET", "/v1/facets/Region", ""},
	{"GET", "/v1/facets/Brand?q=o", ""},
	{"GET", "/v1/facets/tags?query=blue", ""},
	{"GET", "/v1/suggest?q=bl", ""},
	{"GET", "/v1/suggest?q=blueprint", ""},
	{"GET", "/v1/suggest?q=do", ""},
	{"GET", "/v1/suggest?q=recyclabel", ""},
	{"GET", "/v1/assets/in1", ""},
	{"GET", "/v1/assets/out1", ""},
	{"GET", "/v1/assets/files:out2", ""},
	{"GET", "/v1/assets/in1/related?min_score=0", ""},
	{"GET", "/v1/assets/out1/related", ""},
	{"GET", "/v1/assets/in1/duplicates?min_score=0", ""},
	{"GET", "/v1/assets/out1/duplicates", ""},
	{"GET", "/v1/assets/out1/thumbnail", ""},
	{"GET", "/v1/assets/out1/rights", ""},
	{"POST", "/v1/assets/batch", `{"ids":["in1","out1","out2","in2","none"]}`},
	{"GET", "/v1/concepts?q=", ""},
	{"GET", "/v1/concept?uri=https://voc.example/dog", ""},
	{"GET", "/v1/concept/tree", ""},
	{"GET", "/v1/schemes", ""},
	{"GET", "/v1/changes", ""},
	{"GET", "/v1/status", ""},
	{"GET", "/v1/reports/usage", ""},
}

// TestAKeyWithAFilterLearnsNothingOfTheRest asks the same of a library and of one that holds other assets too.
// Every answer must be the same.
func TestAKeyWithAFilterLearnsNothingOfTheRest(t *testing.T) {
	small, own := libraryOf(t, inside)
	large, all := libraryOf(t, inside+outside)
	for name, r := range map[string]api.KeyRequest{
		"a plain key":            {Filter: api.Filter{"Region": {"DACH"}}},
		"a key that sees drafts": {Filter: api.Filter{"Region": {"DACH"}}, Scopes: []string{"search", "unapproved", "events"}},
		"a key for some ids":     {Filter: api.Filter{"id": {"in1", "in2", "in3", "in4"}}},
	} {
		t.Run(name, func(t *testing.T) {
			few, many := small.door(own, r), large.door(all, r)
			for _, q := range asked {
				want, got := few.ask(q.method, q.target, q.body), many.ask(q.method, q.target, q.body)
				if got.Code != want.Code || got.Code == http.StatusInternalServerError {
					t.Errorf("%s %s: %d, without the others %d: %s", q.method, q.target, got.Code, want.Code, got.Body)
				}
				a, b := lasting(q.target, want.Body.String()), lasting(q.target, got.Body.String())
				if diff := cmp.Diff(a, b); diff != "" {
					t.Errorf("%s %s tells of others: %s", q.method, q.target, diff)
				}
				if total := got.Header().Get("X-Total-Count"); total != want.Header().Get("X-Total-Count") {
					t.Errorf("%s %s counts %s, without the others %s", q.method, q.target, total, want.Header().Get("X-Total-Count"))
				}
			}
		})
	}
}

// lasting leaves out what differs between libraries anyway, and the id of a cluster, which is made of its members.
func lasting(target, body string) string {
	body = moment.ReplaceAllString(body, `"$1":0`)
	if strings.Contains(target, "format=csv") {
		var rows []string
		for row := range strings.Lines(body) {
			rows = append(rows, regexp.MustCompile(`,0\.[0-9]+,|,[0-9.]+,`).ReplaceAllString(row, ",0,"))
		}
		return strings.Join(rows, "")
	}
	return body
}

func (d door) found(target string) []string {
	d.t.Helper()
	var answer struct {
		Total int
		Hits  []struct{ ID string }
	}
	rec := d.ask("GET", target, "")
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || rec.Code != 200 {
		d.t.Fatalf("%s: %d %v %s", target, rec.Code, err, rec.Body)
	}
	var ids []string
	for _, h := range answer.Hits {
		ids = append(ids, strings.TrimPrefix(h.ID, "files:"))
	}
	slices.Sort(ids)
	if answer.Total != len(ids) {
		d.t.Errorf("%s: total %d with %v", target, answer.Total, ids)
	}
	return ids
}

func TestWhatAKeyWithAFilterSees(t *testing.T) {
	h, l := libraryOf(t, inside+outside)
	for _, tt := range []struct {
		rule   string
		filter api.Filter
		want   []string
	}{
		{"a custom field, whatever its case", api.Filter{"Region": {"Dach"}}, []string{"in1", "in2", "in3"}},
		{"any of several values", api.Filter{"Region": {"Benelux", "Nordics"}}, []string{"in3", "out1"}},
		{"both of two fields", api.Filter{"Region": {"DACH"}, "Brand": {"Acme"}}, []string{"in1"}},
		{"a concept and what is narrower", api.Filter{"concept": {"Sustainable packaging"}}, []string{"in1", "in3", "out1", "out3"}},
		{"a concept alone", api.Filter{"concept.direct": {"Sustainable packaging"}}, nil},
		{"an unknown value", api.Filter{"Region": {"Mars"}}, nil},
		{"an unknown field", api.Filter{"Regoin": {"DACH"}}, nil},
		{"a time that was not", api.Filter{"created": {"1900"}}, nil},
	} {
		d := h.door(l, api.KeyRequest{Filter: tt.filter})
		if got := d.found("/v1/search"); !slices.Equal(got, tt.want) {
			t.Errorf("%s: it sees %v, want %v", tt.rule, got, tt.want)
		}
		for _, id := range []string{"in1", "in2", "in3", "in4", "out1", "out2", "out3"} {
			if code := d.ask("GET", "/v1/assets/"+id, "").Code; (code == 200) != slices.Contains(tt.want, id) {
				t.Errorf("%s: %s is %d", tt.rule, id, code)
			}
		}
	}
}

func TestAFilterFollowsTheVocabularyAndTheAssets(t *testing.T) {
	h, l := libraryOf(t, inside)
	d := h.door(l, api.KeyRequest{Filter: api.Filter{"concept": {"Sustainable packaging"}}})
	if got := d.found("/v1/search"); !slices.Equal(got, []string{"in1", "in3"}) {
		t.Fatalf("it sees %v", got)
	}
	tag := d.ask("GET", "/v1/search", "").Header().Get("ETag")
	h.write("taxonomy.ttl", taxonomy+"v:dog skos:broader v:packaging .\n")
	h.edit("assets.jsonl", `"id":"in3","title":"Blue box, again","tags":["recyclable"]`, `"id":"in3","title":"Blue box, again","tags":["paper"]`)
	h.sync(l, SyncOptions{})
	if got := d.found("/v1/search"); !slices.Equal(got, []string{"in1", "in2"}) {
		t.Errorf("after the change it sees %v", got)
	}
	if rec := d.ask("GET", "/v1/search", "", "If-None-Match", tag); rec.Code != 200 {
		t.Errorf("the answer before counts still: %d", rec.Code)
	}
}

// TestTagsFollowWhatAnswersAreMadeOf changes one thing after the other.
func TestTagsFollowWhatAnswersAreMadeOf(t *testing.T) {
	h, l := libraryOf(t, inside)
	d := h.door(l, api.KeyRequest{})
	targets := []string{"/v1/search?q=blue", "/v1/search?q=sustainable+packaging", "/v1/assets/in1", "/v1/concept?uri=https://voc.example/dog", "/v1/changes"}
	tags := map[string]string{}
	same := func(moment string, want ...string) {
		t.Helper()
		for _, target := range targets {
			rec := d.ask("GET", target, "", "If-None-Match", tags[target])
			if (rec.Code == http.StatusNotModified) != slices.Contains(want, target) {
				t.Errorf("%s, %s: %d", moment, target, rec.Code)
			}
			tags[target] = rec.Header().Get("ETag")
		}
	}
	same("at first")
	same("nothing changed", targets...)
	h.edit("assets.jsonl", "Old walk", "Long walk")
	h.sync(l, SyncOptions{})
	same("another asset changed", targets[1], targets[2], targets[3]) // words weigh differently now
	h.edit("assets.jsonl", "Blue box\"", "Blue chest\"")
	h.sync(l, SyncOptions{})
	same("an asset changed", targets[3])
	h.edit("taxonomy.ttl", `"Dog"@en`, `"Hound"@en`)
	h.sync(l, SyncOptions{})
	if rec := d.ask("GET", targets[3], "", "If-None-Match", tags[targets[3]]); rec.Code != 200 || !strings.Contains(rec.Body.String(), "Hound") {
		t.Errorf("a label changed: %d %s", rec.Code, rec.Body)
	}
}

func TestSortByAnyField(t *testing.T) {
	h, l := libraryOf(t, inside+outside)
	d := h.door(l, api.KeyRequest{})
	order := func(target string) (ids []string) {
		t.Helper()
		var answer struct{ Hits []struct{ ID string } }
		rec := d.ask("GET", target, "")
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || rec.Code != 200 {
			t.Fatalf("%s: %d %v %s", target, rec.Code, err, rec.Body)
		}
		for _, hit := range answer.Hits {
			ids = append(ids, strings.TrimPrefix(hit.ID, "files:"))
		}
		return ids
	}
	for target, want := range map[string][]string{
		"/v1/search?sort=Brand,id":                           {"in2", "in3", "out2", "out3", "in1", "out1"},
		"/v1/search?sort=-brand,-id":                         {"out1", "in1", "out3", "out2", "in3", "in2"},
		"/v1/search?sort=-Region,title&filter[Region]=Dach":  {"in1", "in2", "in3"},
		"/v1/search?sort=tags,-title&filter[tags]=dog":       {"in2"},
		"/v1/search?sort=source,title&filter[concept]=Dog":   {"out2", "in2"},
		"/v1/search?sort=-filename&filter[id]=in1,out1":      {"in1", "out1"},
		"/v1/search?sort=Brand,id&limit=2&offset=4":          {"in1", "out1"},
		"/v1/search?sort=width,-height,duration,id&q=barn":   {"out1"},
		"/v1/search?sort=popularity,id&filter[Brand]=Acme,b": {"in1"},
	} {
		if got := order(target); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", target, got, want)
		}
	}
	for _, bad := range []string{"nope", "concept", "-Regoin", "-"} {
		if rec := d.ask("GET", "/v1/search?sort="+bad, ""); rec.Code != 422 || strings.Contains(rec.Body.String(), "Brand") {
			t.Errorf("sort=%s: %d %s", bad, rec.Code, rec.Body)
		}
	}
}

func TestWhyIsForWhatAKeyMaySee(t *testing.T) {
	_, l := libraryOf(t, inside+outside)
	access := l.Client()
	access.Only = search.OnlyWhere(map[string][]string{"Region": {"DACH"}})
	r := search.Request{Query: "dog", Access: access}
	if why, err := l.search.Why(t.Context(), "in1", r, access); err != nil || why.Found || len(why.Reasons) == 0 {
		t.Errorf("of what it sees: %+v %v", why, err)
	}
	for _, id := range []string{"out1", "files:out2", "out4", "nothing"} {
		if _, err := l.search.Why(t.Context(), id, r, access); semdex.CodeOf(err) != semdex.NotFound {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := l.search.CheckRule(search.CurationRule{Query: "dog", Pins: []semdex.AssetID{"out1"}}, access); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("a rule for what it does not see: %v", err)
	}
}

func TestASavedSearchSeesWhatItsKeySees(t *testing.T) {
	h, l := libraryOf(t, inside+outside)
	d := h.door(l, api.KeyRequest{Filter: api.Filter{"Region": {"Dach"}}})
	var saved struct {
		ID     string
		Assets int
	}
	rec := d.ask("POST", "/v1/searches", `{"name":"blue","q":"blue"}`)
	if err := json.Unmarshal(rec.Body.Bytes(), &saved); err != nil || rec.Code != 201 || saved.Assets != 2 {
		t.Fatalf("it is saved with %d assets: %d %v %s", saved.Assets, rec.Code, err, rec.Body)
	}
	var feed struct{ Changes []struct{ ID string } }
	rec = d.ask("GET", "/v1/searches/"+saved.ID+"/changes", "")
	if err := json.Unmarshal(rec.Body.Bytes(), &feed); err != nil || len(feed.Changes) != 2 || strings.Contains(rec.Body.String(), "out") {
		t.Errorf("its feed is %s (%v)", rec.Body, err)
	}
}

func TestVersionFollowsDecisionsAndUse(t *testing.T) {
	_, l := libraryOf(t, inside)
	seen := map[string]string{}
	changed := func(by string) {
		t.Helper()
		v, err := l.Version()
		if before := seen[v]; before != "" || err != nil {
			t.Errorf("%s: the version is that of %s (%v)", by, before, err)
		}
		if again, _ := l.Version(); again != v {
			t.Errorf("%s: the version is %s and then %s", by, v, again)
		}
		seen[v] = by
	}
	changed("the beginning")
	l.search.SetCuration([]search.CurationRule{{ID: "1", Query: "blue", Hides: []semdex.AssetID{"files:in1"}}})
	changed("a rule")
	l.search.SetPopularity(search.NewPopularity(map[semdex.AssetID]float64{"files:in2": 3}))
	changed("use")
	l.search.SetVocabulary(graph.Build())
	changed("a vocabulary")
	if _, err := l.index.rebuild(t.Context(), l.mirror, nil); err != nil {
		t.Fatal(err)
	}
	changed("another index")
}
