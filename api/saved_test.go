package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/search"
)

// The fake keeps saved searches as they come, in the order in which they were made.

func (f *fakeLibrary) SavedSearches(context.Context) ([]SavedSearch, error) {
	return slices.Clone(f.saved), nil
}

func (f *fakeLibrary) savedAt(id string) (int, error) {
	i := slices.IndexFunc(f.saved, func(s SavedSearch) bool { return s.ID == id })
	if i < 0 {
		return i, &semdex.Error{Code: semdex.NotFound, Message: "nothing under " + id}
	}
	return i, nil
}

func (f *fakeLibrary) SavedSearch(_ context.Context, id string) (SavedSearch, error) {
	i, err := f.savedAt(id)
	if err != nil {
		return SavedSearch{}, err
	}
	return f.saved[i], nil
}

func (f *fakeLibrary) SaveSearch(_ context.Context, s SavedSearch) (SavedSearch, error) {
	f.given = s
	out := s
	if s.Notify != nil {
		s.Notify, out.Notify = &Notify{URL: s.Notify.URL}, &Notify{URL: s.Notify.URL, Secret: "whsec_made"}
		s.Notification = &NotificationState{State: NotifyIdle}
	}
	if i, err := f.savedAt(s.ID); err == nil {
		f.saved[i] = s
		return out, nil
	}
	s.ID = fmt.Sprintf("s%d", len(f.saved)+1)
	out.ID = s.ID
	f.saved = append(f.saved, s)
	return out, nil
}

func (f *fakeLibrary) DropSearch(_ context.Context, id string) error {
	i, err := f.savedAt(id)
	if err == nil {
		f.saved = slices.Delete(f.saved, i, i+1)
	}
	return err
}

func (f *fakeLibrary) SearchChanges(_ context.Context, id, cursor string, limit int, lang string) (ResultChanges, error) {
	f.id = fmt.Sprint(id, " ", cursor, " ", limit, " ", lang)
	return ResultChanges{Changes: []ResultChange{{ID: "files:a1", Op: Entered, Asset: fakeView("files:a1")}, {ID: "files:a2", Op: Left}}, NextCursor: "c"}, nil
}

func (w *world) keyID(name string) string {
	w.t.Helper()
	k, err := w.keys.Check(w.use[name], noon)
	if err != nil {
		w.t.Fatal(err)
	}
	return k.ID
}

func TestASavedSearchIsMadeChangedAndDropped(t *testing.T) {
	w := newWorld(t)
	rec := w.do("POST", "/v1/searches", "search", `{"name":"Eco","q":"eco","lang":"de","filters":{"type":["image"]},"territory":"AT","notify":{"url":"https://hooks.example.com/x"}}`)
	if rec.Code != http.StatusCreated || rec.Header().Get("Location") != "/v1/searches/s1" {
		t.Fatalf("got %d at %q: %s", rec.Code, rec.Header().Get("Location"), rec.Body)
	}
	want := SavedSearch{Name: "Eco", Key: w.keyID("search"), Notify: &Notify{URL: "https://hooks.example.com/x"},
		SavedRequest: SavedRequest{Query: "eco", Lang: "de", Filters: map[string][]string{"type": {"image"}}, Territory: "AT"}}
	if diff := cmp.Diff(want, w.lib.given); diff != "" {
		t.Error(diff)
	}
	if made := decode[SavedSearch](t, rec); made.Notify.Secret != "whsec_made" {
		t.Errorf("the secret that was made is not shown: %+v", made.Notify)
	}
	if body := w.get("/v1/searches/s1").Body.String(); strings.Contains(body, "whsec") || !strings.Contains(body, `"q":"eco"`) {
		t.Errorf("later it shows %s", body)
	}
	if rec := w.do("PUT", "/v1/searches/s1", "search", `{"name":"All"}`); rec.Code != 200 || w.lib.given.ID != "s1" || w.lib.given.Query != "" || w.lib.given.Notify != nil {
		t.Errorf("a change gives %d and %+v", rec.Code, w.lib.given)
	}
	if rec := w.get("/v1/searches/s1/changes?limit=7&cursor=c&lang=de"); rec.Code != 200 || w.lib.id != "s1 c 7 de" {
		t.Errorf("the feed gives %d for %q", rec.Code, w.lib.id)
	}
	if rec := w.do("DELETE", "/v1/searches/s1", "search", ""); rec.Code != http.StatusNoContent || len(w.lib.saved) != 0 {
		t.Errorf("dropping it gives %d", rec.Code)
	}
	problem(t, w.get("/v1/searches/s1"), 404, semdex.NotFound)
}

// TestASavedSearchIsForItsKey guards that another plain key cannot tell it from one that does not exist.
func TestASavedSearchIsForItsKey(t *testing.T) {
	w := newWorld(t)
	w.key("other", KeyRequest{})
	w.key("curator", KeyRequest{Scopes: []string{"search", "manage"}})
	w.key("librarian", KeyRequest{Scopes: []string{"search", "manage", "unapproved"}})
	if rec := w.do("POST", "/v1/searches", "search", `{"q":"eco"}`); rec.Code != 201 {
		t.Fatal(rec.Body)
	}
	tests := []struct {
		key, method, path string
		status            int
	}{
		{"search", "GET", "/v1/searches/s1", 200}, {"search", "GET", "/v1/searches/s1/changes", 200},
		{"other", "GET", "/v1/searches/s1", 404}, {"other", "GET", "/v1/searches/s1/changes", 404}, {"other", "PUT", "/v1/searches/s1", 404}, {"other", "DELETE", "/v1/searches/s1", 404},
		{"manage", "GET", "/v1/searches/s1", 200}, {"manage", "GET", "/v1/searches/s1/changes", 403},
		{"curator", "PUT", "/v1/searches/s1", 200}, {"curator", "GET", "/v1/searches/s1/changes", 403},
		{"librarian", "GET", "/v1/searches/s1/changes", 200},
		{"events", "GET", "/v1/searches", 403}, {"unapproved", "GET", "/v1/searches/s1/changes", 403},
	}
	for _, tt := range tests {
		if rec := w.do(tt.method, tt.path, tt.key, `{"q":"eco"}`); rec.Code != tt.status {
			t.Errorf("%s: %s %s gives %d, want %d: %s", tt.key, tt.method, tt.path, rec.Code, tt.status, rec.Body)
		}
	}
	if w.lib.saved[0].Key != w.keyID("search") {
		t.Error("a change by another key made it its own")
	}
	missing, foreign := w.do("GET", "/v1/searches/none", "other", "").Body.String(), w.do("GET", "/v1/searches/s1", "other", "").Body.String()
	cut := func(s string) string { before, _, _ := strings.Cut(s, `"request_id"`); return before }
	if cut(missing) != cut(foreign) {
		t.Errorf("a foreign one tells itself from a missing one: %s %s", missing, foreign)
	}
	for key, want := range map[string]int{"search": 1, "other": 0, "manage": 1, "admin": 1} {
		if got := decode[SavedList](t, w.do("GET", "/v1/searches", key, "")); len(got.Searches) != want {
			t.Errorf("%s sees %d, want %d", key, len(got.Searches), want)
		}
	}
}

func TestWrongSavedSearches(t *testing.T) {
	w := newWorld(t)
	for body, parameter := range map[string]string{
		`{"notify":"https://x.example"}`: "notify", `{"notify":{}}`: "notify.url", `{"notify":{"url":"https://x.example","secre":"x"}}`: "notify.secre",
		`{"notify":{"url":7}}`: "notify.url", `{"facets":["region"]}`: "facets", `{"expand":"all"}`: "expand", `{"name":"` + strings.Repeat("x", 300) + `"}`: "name",
	} {
		p := problem(t, w.do("POST", "/v1/searches", "search", body), 422, semdex.Invalid)
		if len(p.Errors) != 1 || p.Errors[0].Parameter != parameter {
			t.Errorf("%s: got %+v", body, p.Errors)
		}
	}
	if len(w.lib.saved) != 0 {
		t.Errorf("there is %+v", w.lib.saved)
	}
}

// TestASavedRequestIsThatOfASearch guards that what is followed is what a search with the same words finds.
func TestASavedRequestIsThatOfASearch(t *testing.T) {
	w := newWorld(t)
	for _, key := range []string{"search", "admin"} {
		if rec := w.do("POST", "/v1/search", key, `{"q":"eco","lang":"de","expand":"related","depth":2,"exclude":["a","b"],"scheme":["topic"],"correct":false,"filters":{"type":["image"]},"territory":"AT","channel":"web"}`); rec.Code != 200 {
			t.Fatal(rec.Body)
		}
		k, err := w.keys.Find(w.keyID(key), noon)
		if err != nil {
			t.Fatal(err)
		}
		depth, correct := 2, false
		saved := SavedRequest{Query: "eco", Lang: "de", Expand: "related", Depth: &depth, Exclude: []string{"a", "b"}, Schemes: []string{"topic"}, Correct: &correct, Filters: map[string][]string{"type": {"image"}}, Territory: "AT", Channel: "web"}
		want := w.lib.asked
		want.Limit, want.Page = 0, 0
		if diff := cmp.Diff(want, saved.Request(k, w.lib, noon)); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	plain := SavedRequest{}.Request(Key{Scopes: []Scope{ScopeSearch}}, w.lib, noon)
	if plain.Access != (search.Access{Use: semdex.Use{On: "2026-03-02"}, DenyMissing: true}) { // the next day has begun there
		t.Errorf("got %+v", plain.Access)
	}
}

func TestAVoidKeyIsNotFound(t *testing.T) {
	w := newWorld(t)
	w.key("brief", KeyRequest{Expires: noon.Add(time.Hour)})
	id := w.keyID("brief")
	if k, err := w.keys.Find(id, noon); err != nil || k.ID != id {
		t.Errorf("got %+v, %v", k, err)
	}
	if _, err := w.keys.Find(id, noon.Add(time.Hour)); semdex.CodeOf(err) != semdex.Unauthorized {
		t.Errorf("expired: %v", err)
	}
	if err := w.keys.Revoke(id); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{id, "key_none", ""} {
		if _, err := w.keys.Find(id, noon); semdex.CodeOf(err) != semdex.Unauthorized {
			t.Errorf("%q: %v", id, err)
		}
	}
}
