package api

import (
	"net/http"
	"strings"
	"testing"

	"semdex/search"
)

func TestTagsOfAnswers(t *testing.T) {
	for _, target := range []string{"/v1/search?q=eco", "/v1/suggest?q=eco", "/v1/facets/region", "/v1/assets/a1", "/v1/assets/a1/related",
		"/v1/assets/a1/duplicates", "/v1/assets/a1/rights", "/v1/concepts?q=eco", "/v1/concept?uri=https://voc.example/eco", "/v1/concept/tree",
		"/v1/schemes", "/v1/changes", "/v1/duplicates"} {
		w := newWorld(t)
		w.lib.version = "1"
		first := w.get(target)
		tag := first.Header().Get("ETag")
		if first.Code != 200 || !strings.HasPrefix(tag, `W/"`) {
			t.Errorf("%s: %d with the tag %s", target, first.Code, tag)
			continue
		}
		for rule, header := range map[string]string{"as it was sent": tag, "among others": `"x", W/"y.z", ` + tag, "in its strong form": strings.TrimPrefix(tag, "W/")} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				rec := w.do(method, target, "search", "", "If-None-Match: "+header)
				if rec.Code != 304 || rec.Body.Len() != 0 || rec.Header().Get("ETag") != tag {
					t.Errorf("%s %s, the tag %s: %d %s", method, target, rule, rec.Code, rec.Header().Get("ETag"))
				}
			}
		}
		for rule, header := range map[string]string{"another": `W/"a.b"`, "none of ours": `"a"`, "broken": `W/"a.`, "empty parts": `W/"."`} {
			if rec := w.do("GET", target, "search", "", "If-None-Match: "+header); rec.Code != 200 {
				t.Errorf("%s, %s: %d", target, rule, rec.Code)
			}
		}
	}
}

func TestNothingIsSearchedWhileNothingChanged(t *testing.T) {
	w := newWorld(t)
	w.lib.version = "1"
	tag := w.get("/v1/search?q=eco").Header().Get("ETag")
	asks := w.lib.asks
	if rec := w.do("GET", "/v1/search?q=eco", "search", "", "If-None-Match: "+tag); rec.Code != 304 || w.lib.asks != asks {
		t.Errorf("nothing changed: %d, and %d searches", rec.Code, w.lib.asks-asks)
	}
	w.lib.version = "2"
	rec := w.do("GET", "/v1/search?q=eco", "search", "", "If-None-Match: "+tag)
	if rec.Code != 304 || w.lib.asks != asks+1 || rec.Header().Get("ETag") != tag {
		t.Errorf("the same answer of a later state: %d, %d searches, tag %s instead of %s", rec.Code, w.lib.asks-asks, rec.Header().Get("ETag"), tag)
	}
	w.lib.hits = 3
	rec = w.do("GET", "/v1/search?q=eco", "search", "", "If-None-Match: "+tag)
	if rec.Code != 200 || rec.Header().Get("ETag") == tag {
		t.Errorf("another answer: %d with the tag %s", rec.Code, rec.Header().Get("ETag"))
	}
}

func TestTagsDiffer(t *testing.T) {
	w := newWorld(t)
	w.key("sees", KeyRequest{Scopes: []string{"search", "unapproved"}})
	w.key("filtered", KeyRequest{Filter: Filter{"region": {"DACH"}}})
	state := func(rec string) string { s, _, _ := strings.Cut(rec, "."); return s }
	seen := map[string]string{}
	for _, tt := range [][2]string{{"/v1/search?q=eco", "search"}, {"/v1/search?q=eco", "sees"}, {"/v1/search?q=eco", "filtered"},
		{"/v1/search?q=egg", "search"}, {"/v1/search?q=eco&territory=AT", "search"}, {"/v1/search?q=eco&on=2026-01-01", "search"}, {"/v1/assets/a1", "search"}} {
		tag := state(w.do("GET", tt[0], tt[1], "").Header().Get("ETag"))
		if seen[tag] != "" {
			t.Errorf("%v has the state of %s", tt, seen[tag])
		}
		seen[tag] = strings.Join(tt[:], " by ")
	}
}

func TestWhatHasNoTag(t *testing.T) {
	w := newWorld(t)
	for _, tt := range [][3]string{{"POST", "/v1/search", `{"q":"eco"}`}, {"GET", "/v1/reports/usage", ""}, {"GET", "/v1/status", ""}, {"GET", "/v1/assets/missing", ""}, {"GET", "/v1/search?format=csv", ""}} {
		if rec := w.do(tt[0], tt[1], "admin", tt[2], `If-None-Match: W/"a.b"`); rec.Header().Get("ETag") != "" || rec.Code == 304 {
			t.Errorf("%v: %d with the tag %s", tt, rec.Code, rec.Header().Get("ETag"))
		}
	}
	if rec := w.get("/v1/search"); rec.Header().Get("Cache-Control") != "private, no-cache" || !strings.Contains(strings.Join(rec.Header().Values("Vary"), ","), "Authorization, X-API-Key, Origin, Accept-Encoding,Accept") {
		t.Errorf("caches are told %v", rec.Header())
	}
}

func TestTagIgnoresTheMoment(t *testing.T) {
	nasty := `"took_ms":0,"query_id":""`
	hits := []search.Hit{{ID: "a", Asset: fakeView("a"), Matched: search.Matched{Because: nasty}}}
	a := &search.Answer{QueryID: "q_1", Query: nasty, TookMS: 3.25, Total: 7, Hits: hits}
	b := &search.Answer{QueryID: "q_2", Query: nasty, TookMS: 0, Total: 7, Hits: hits}
	var lasting []string
	for _, v := range []any{a, b, &search.Suggestions{Query: nasty, TookMS: 2}, fakeView("x")} {
		whole, err := encode(v)
		if err != nil {
			t.Fatal(err)
		}
		without, moments := withoutMoment(v)
		body, err := encode(without)
		if err != nil {
			t.Fatal(err)
		}
		lasting = append(lasting, string(body))
		var sent buffer
		if err := sent.withMoment(body, moments); sent.String() != string(whole) || err != nil {
			t.Errorf("the answer is %s (%v), want %s", &sent, err, whole)
		}
	}
	if lasting[0] != lasting[1] || a.QueryID != "q_1" {
		t.Errorf("%s and %s differ, or the answer was changed: %+v", lasting[0], lasting[1], a)
	}
}
