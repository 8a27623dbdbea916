package canto_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/canto"
	"semdex/indexer/canto/cantotest"
	"semdex/internal/remote"
)

// fetched is what a Fetch gave.
type fetched struct {
	ids      []semdex.AssetID
	rejected []indexer.Rejection
	listing  indexer.Listing
	err      error
}

func fetch(t *testing.T, src indexer.Source, cursor []byte) fetched {
	t.Helper()
	var got fetched
	seen := map[semdex.AssetID]bool{}
	got.listing, got.err = src.Fetch(t.Context(), cursor, func(item indexer.Item) error {
		if item.Rejected != nil {
			got.rejected = append(got.rejected, *item.Rejected)
			return nil
		}
		if seen[item.Asset.ID] {
			t.Errorf("%s was listed twice", item.Asset.ID)
		}
		seen[item.Asset.ID] = true
		got.ids = append(got.ids, item.Asset.ID)
		return nil
	})
	return got
}

func TestSchemesTooLargeToPageThroughAreParted(t *testing.T) {
	t.Parallel()
	winter := time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		units  []string // that the server understands
		unit   string   // of the configuration
		spread time.Duration
	}{
		{"in milliseconds", []string{"ms"}, "auto", time.Millisecond},
		{"in digits", []string{"17"}, "auto", time.Millisecond},
		{"in seconds", []string{"s"}, "auto", time.Second},
		{"over months, and clocks that are set forward and back", []string{"17"}, "auto", 5 * time.Hour},
		{"as the configuration says", []string{"17"}, "17", time.Minute},
		{"all at once in parts of a second", []string{"s"}, "auto", 50 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			records := images(500)
			for i := range records {
				records[i].Uploaded = winter.Add(time.Duration(i) * tt.spread)
			}
			s := tenant(t, cantotest.Options{MaxOffset: 120, Behaviour: cantotest.Behaviour{TimeUnits: tt.units}}, records...)
			got := fetch(t, source(t, s, func(c *canto.Config) { c.TimeUnit = tt.unit }), nil)
			if got.err != nil || len(got.ids) != 500 || !got.listing.Complete || got.listing.Total != 500 {
				t.Fatalf("got %d assets, %+v and error %v, want all 500 and a complete listing", len(got.ids), got.listing, got.err)
			}
			for i, id := range got.ids {
				if want := semdex.AssetID(fmt.Sprintf("canto:image:i%04d", i)); id != want {
					t.Fatalf("asset %d is %s, want %s: in the order of upload", i, id, want)
				}
			}
		})
	}
}

func TestSchemesThatCannotBeParted(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		unit  string
		bound int // of the configuration; that of the server is 120
		units []string
	}{
		{"no unit is understood", "auto", 120, []string{"none"}},
		{"the one of the configuration is not", "s", 120, []string{"ms"}},
		{"the bound of the server is not known", "auto", 1000, nil},
		{"all came within one second, and no finer unit is understood", "auto", 120, []string{"s"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			records := images(300)
			for i := range records {
				records[i].Uploaded = time.Date(2026, 1, 1, 0, 0, 0, i*1e6, time.UTC)
			}
			s := tenant(t, cantotest.Options{MaxOffset: 120, Behaviour: cantotest.Behaviour{TimeUnits: tt.units}}, records...)
			got := fetch(t, source(t, s, func(c *canto.Config) { c.TimeUnit, c.MaxOffset = tt.unit, tt.bound }), nil)
			public := semdex.Public(got.err)
			if public.Code != semdex.Upstream || !strings.Contains(public.Hint, "max_offset") || !strings.Contains(public.Hint, "time_unit") {
				t.Errorf("got error %v with hint %q, want an Upstream one with a hint at max_offset and time_unit", got.err, public.Hint)
			}
			if len(got.ids) < 100 || got.listing.Complete || got.listing.Cursor != nil {
				t.Errorf("got %d assets and %+v, want what can be listed, and no claim", len(got.ids), got.listing)
			}
		})
	}
}

func TestWithoutABoundEverythingIsPagedThrough(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, images(300)...)
	got := fetch(t, source(t, s, func(c *canto.Config) { c.MaxOffset = -1 }), nil)
	if got.err != nil || len(got.ids) != 300 || !got.listing.Complete {
		t.Errorf("got %d assets and error %v, want all 300", len(got.ids), got.err)
	}
	if n := s.Stats().ListPages; n > 30 {
		t.Errorf("it took %d pages, want pages of 25 with an overlap", n)
	}
}

func TestPagesOfAnySize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 3, 7, 19, 20, 21, 100} {
		s := tenant(t, cantotest.Options{PageSize: size, MaxOffset: 500}, images(40)...)
		if got := fetch(t, source(t, s), nil); got.err != nil || len(got.ids) != 40 || !got.listing.Complete {
			t.Errorf("pages of %d: got %d assets and error %v, want 40", size, len(got.ids), got.err)
		}
		s.SetFaults(cantotest.Faults{NoFound: true})
		if got := fetch(t, source(t, s), nil); got.err != nil || len(got.ids) != 40 || !got.listing.Complete || got.listing.Total != 0 {
			t.Errorf("pages of %d without a count: got %d assets and error %v, want 40", size, len(got.ids), got.err)
		}
	}
}

func TestARecordThatBreaksThePage(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, images(90)...)
	src := source(t, s)
	bad := map[string]cantotest.Malformation{"image/i0031": cantotest.BadJSON, "image/i0089": cantotest.BadJSON}
	s.SetFaults(cantotest.Faults{Malformed: bad})
	got := fetch(t, src, nil)
	if got.err != nil || len(got.ids) != 88 || len(got.rejected) != 2 {
		t.Fatalf("got %d assets, %d rejected and error %v, want 88 and 2", len(got.ids), len(got.rejected), got.err)
	}
	for i, line := range []int{32, 90} {
		if r := got.rejected[i]; r.File != "canto list image" || r.Line != line || r.ID != "" || !strings.Contains(r.Reason, "cannot be read") {
			t.Errorf("got %+v, want it to be named by its place %d", r, line)
		}
	}
	gone, err := src.Confirm(t.Context(), []semdex.AssetID{"canto:image:i0030", "canto:image:i0031", "canto:image:nowhere"}, func(indexer.Item) error { return nil })
	if err != nil || len(gone) != 1 || gone[0] != "canto:image:nowhere" {
		t.Errorf("got %q and error %v, want only the one that is nowhere to be gone", gone, err)
	}
	for _, r := range images(90)[:30] {
		bad["image/"+r.ID] = cantotest.BadJSON
	}
	s.SetFaults(cantotest.Faults{Malformed: bad})
	if got := fetch(t, src, nil); semdex.CodeOf(got.err) != semdex.Upstream || !strings.Contains(got.err.Error(), "more than 20 places") {
		t.Errorf("got error %v, want an end after 20 places", got.err)
	}
}

func TestARecordThatBreaksThePageOfALargeScheme(t *testing.T) {
	t.Parallel()
	records := images(300)
	for i := range records {
		records[i].Uploaded = time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC)
	}
	s := tenant(t, cantotest.Options{MaxOffset: 120}, records...)
	s.SetFaults(cantotest.Faults{Malformed: map[string]cantotest.Malformation{"image/i0000": cantotest.BadJSON, "image/i0140": cantotest.BadJSON, "image/i0299": cantotest.BadJSON}})
	got := fetch(t, source(t, s), nil)
	if got.err != nil || len(got.ids) != 297 || len(got.rejected) != 3 || !got.listing.Complete {
		t.Fatalf("got %d assets, %+v, %+v and error %v, want all but the three, each told once", len(got.ids), got.rejected, got.listing, got.err)
	}
	for _, r := range got.rejected {
		if !strings.HasPrefix(r.File, "canto list image ") || !strings.Contains(r.File, "..") {
			t.Errorf("got %s, want it to name the window that the place is in", r.Place())
		}
	}
}

func TestWindowsThatDoNotAddUpAreNotUsed(t *testing.T) {
	t.Parallel()
	counted := 0
	src := odd(t, func(w http.ResponseWriter, r *http.Request) {
		window := r.FormValue("uploadedTime")
		if r.URL.Path != "/api/v1/image" && r.URL.Path != "/api/v1/search" {
			fmt.Fprint(w, `{"found":0}`)
			return
		}
		if window != "" {
			counted++
			found := 40
			if strings.HasPrefix(window, "7") { // after the year 2190 there is nothing
				found = 0
			} else if counted > 3 { // parts of the whole have less than the whole
				found = 1
			}
			fmt.Fprintf(w, `{"found":%d}`, found)
			return
		}
		start, _ := strconv.Atoi(r.FormValue("start"))
		limit, _ := strconv.Atoi(r.FormValue("limit"))
		var rows []string
		for i := start; i < min(start+limit, 40); i++ {
			rows = append(rows, fmt.Sprintf(`{"id":"i%02d","scheme":"image","lastUploaded":"20260101000000%03d"}`, i, i))
		}
		fmt.Fprintf(w, `{"results":[%s],"found":40}`, strings.Join(rows, ","))
	}, func(c *canto.Config) { c.PageSize, c.MaxOffset = 10, 20 })
	got := fetch(t, src, nil)
	if got.err != nil || len(got.ids) != 40 || !got.listing.Complete || counted != 5 {
		t.Errorf("got %d assets and error %v after %d counts, want all 40 by their places after 5", len(got.ids), got.err, counted)
	}
}

func TestAServerThatDoesNotSortByModification(t *testing.T) {
	t.Parallel()
	refused := 0
	src := odd(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.FormValue("sortBy") == "last_modified":
			refused++
			says(400, `{"code":3301,"message":"there is no order by that name"}`)(w, r)
		case r.URL.Path == "/api/v1/image", r.URL.Path == "/api/v1/search":
			fmt.Fprint(w, `{"results":[{"id":"a","scheme":"image","lastUploaded":"20260101000000000"}],"found":1}`)
		default:
			fmt.Fprint(w, `{"found":0}`)
		}
	})
	first := fetch(t, src, nil)
	for _, got := range []fetched{first, fetch(t, src, first.listing.Cursor)} {
		if got.err != nil || len(got.ids) != 1 || !got.listing.Complete || got.listing.Total != 1 {
			t.Errorf("got %q, %+v and error %v, want everything each time", got.ids, got.listing, got.err)
		}
	}
	if f := told(t, src.Check(t.Context()), "stamps"); f.Level != indexer.Warning || !strings.Contains(f.Message, "does not sort") || refused != 3 {
		t.Errorf("got %+v after %d tries, want a warning", f, refused)
	}
}

func TestASyncKeepsWhatCannotBeReadForAWhile(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]cantotest.Malformation{"a shape": cantotest.BadShape, "no JSON": cantotest.BadJSON} {
		s := tenant(t, cantotest.Options{}, images(60)...)
		j := join(t, s)
		j.wants("the first sync", [4]int{60, 0, 0, 0})
		s.SetFaults(cantotest.Faults{Malformed: map[string]cantotest.Malformation{"image/i0031": kind}})
		got, err := indexer.Sync(t.Context(), j.source, j.mirror, indexer.Options{Full: true})
		if err != nil || got.Deleted != 0 || len(got.Rejected) == 0 {
			t.Errorf("%s: got %+v and error %v, want it rejected and nothing deleted", name, got, err)
		}
		if j.asset("canto:image:i0031") == nil {
			t.Errorf("%s: the asset is gone, want it kept", name)
		}
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, append(images(230), cantotest.Record{Scheme: "video", ID: "v", Name: "v"})...)
	src := source(t, s, func(c *canto.Config) { c.Schemes = []string{"image"} })
	s.Delete("image", "i0005")
	ids := []semdex.AssetID{"canto:video:v", "canto:x", "canto:image:none"}
	for _, r := range images(230) {
		ids = append(ids, semdex.AssetID("canto:image:"+r.ID))
	}
	listed := 0
	gone, err := src.Confirm(t.Context(), ids, func(item indexer.Item) error {
		if item.Asset == nil {
			t.Errorf("got %+v, want an asset", item)
		}
		listed++
		return nil
	})
	want := "[canto:image:i0005 canto:image:none canto:video:v canto:x]"
	if err != nil || fmt.Sprint(gone) != want || listed != 229 {
		t.Errorf("got %v gone, %d there and error %v, want %s, 229 there: what is of no use here is gone, too", gone, listed, err, want)
	}
	if n := s.Stats().Calls["batch"]; n != 3 {
		t.Errorf("it took %d batches, want 3 of a hundred", n)
	}
	s.SetFaults(cantotest.Faults{Forbidden: []string{"batch"}})
	if gone, err := src.Confirm(t.Context(), ids, func(indexer.Item) error { return nil }); !remote.Is(err, remote.Forbidden) || len(gone) > 0 {
		t.Errorf("got %v gone and error %v, want an error and nothing gone", gone, err)
	}
}

// odd serves tokens, an empty tree and whatever answer it is told for everything else.
func odd(t *testing.T, answer func(w http.ResponseWriter, r *http.Request), change ...func(*canto.Config)) *canto.Source {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/oauth/"):
			fmt.Fprint(w, `{"access_token":"t","expires_in":60}`)
		case r.URL.Path == "/api/v1/tree":
			fmt.Fprint(w, `{"results":[],"sortBy":"name"}`)
		default:
			answer(w, r)
		}
	}))
	t.Cleanup(s.Close)
	c := canto.Config{URL: s.URL, OAuthURL: s.URL, AppID: "a", AppSecret: "hush", Attempts: 2, Backoff: time.Microsecond, LimitWait: time.Microsecond}
	for _, f := range change {
		f(&c)
	}
	src, err := canto.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func says(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestAnswersThatAreNoLists(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request)
		kind   remote.Kind
		says   string
	}{
		{"a message", says(200, `{"code":1,"message":"no"}`), remote.Unreadable, "something else"},
		{"a web page", says(200, `<!DOCTYPE html><p>sign in`), remote.Unreadable, "web page"},
		{"a way to a login", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login?x=1", http.StatusFound) }, remote.Redirected, "web page"},
		{"no rights", says(403, `{"code":403,"message":"no"}`), remote.Forbidden, "may not"},
		{"a token that is never good enough", says(401, ``), remote.Unauthorized, "a moment ago"},
		{"nothing there", says(404, ``), remote.Missing, "does not know"},
		{"a failure", says(500, ``), remote.Broken, "failed"},
		{"too many calls", says(429, ``), remote.Limited, "fewer calls"},
		{"half a list", says(200, `{"results":[{"id":"a"},{"id":`), remote.Cut, "cut off"},
		{"a list of another kind", says(200, `["a"]`), remote.Unreadable, "something else"},
		{"results of another kind", says(200, `{"results":{"a":1}}`), remote.Unreadable, "something else"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := fetch(t, odd(t, tt.answer), nil)
			public := semdex.Public(got.err)
			if !remote.Is(got.err, tt.kind) || public.Code != semdex.Upstream || !strings.Contains(public.Message, tt.says) || public.Hint == "" {
				t.Errorf("got error %v, want an Upstream one of kind %d that says %q and what to try", got.err, tt.kind, tt.says)
			}
			if len(got.ids) > 0 || got.listing.Complete || got.listing.Cursor != nil {
				t.Errorf("got %+v, want nothing", got.listing)
			}
			if strings.Contains(fmt.Sprint(got.err), "hush") {
				t.Errorf("%v shows the secret", got.err)
			}
		})
	}
}

func TestFewerAssetsThanThereAreSaidToBe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		found    func(call int) int
		complete bool
	}{
		{"as many at every pass: the others cannot be listed", func(int) int { return 2 }, true},
		{"another number each time: they may yet come", func(call int) int { return 2 + call }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			src := odd(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/v1/image" {
					fmt.Fprint(w, `{"found":0}`)
					return
				}
				calls++
				fmt.Fprintf(w, `{"results":[{"id":"a"}],"found":%d}`, tt.found(calls))
			})
			got := fetch(t, src, nil)
			if got.err != nil || len(got.ids) != 1 || got.listing.Complete != tt.complete || (got.listing.Cursor != nil) != tt.complete {
				t.Errorf("got %q, %+v and error %v, want one asset, and complete to be %v", got.ids, got.listing, got.err, tt.complete)
			}
			if calls == 0 || calls > 40 {
				t.Errorf("it took %d calls, want a few passes", calls)
			}
		})
	}
}

func TestASearchThatCountsOtherwise(t *testing.T) {
	t.Parallel()
	found := 2
	src := odd(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/image":
			fmt.Fprint(w, `{"results":[{"id":"a"}],"found":1}`)
		case "/api/v1/search":
			fmt.Fprintf(w, `{"results":[{"id":"a","scheme":"image"}],"found":%d}`, found)
		case "/api/v1/other":
			if found == 3 { // they become invisible on the way
				found = 1
			}
			fmt.Fprint(w, `{"found":0}`)
		default:
			fmt.Fprint(w, `{"found":0}`)
		}
	})
	if got := fetch(t, src, nil); got.err != nil || !got.listing.Complete || got.listing.Total != 2 {
		t.Errorf("always one more: got %+v and error %v, want it taken as it is", got.listing, got.err)
	}
	found = 3
	if got := fetch(t, src, nil); got.err != nil || got.listing.Complete {
		t.Errorf("fewer in the end: got %+v and error %v, want a listing that is not complete", got.listing, got.err)
	}
}

func TestAnOrderThatIsNotWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	records := images(60)
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range records {
		records[i].Uploaded, records[i].Modified = day.Add(time.Duration(i)*time.Hour), day.Add(time.Duration(1000-7*i%60)*time.Hour)
	}
	s := tenant(t, cantotest.Options{}, records...)
	src := source(t, s, func(c *canto.Config) { c.Modified = "time" }) // which is not what the list is sorted by
	first := fetch(t, src, nil)
	if got := fetch(t, src, first.listing.Cursor); got.err != nil || len(got.ids) != 60 || !got.listing.Complete {
		t.Errorf("got %d assets, %+v and error %v, want everything again", len(got.ids), got.listing, got.err)
	}
}

func TestAStampInTheFutureHidesNothing(t *testing.T) {
	t.Parallel()
	records := images(60)
	records[7].Modified = time.Now().AddDate(50, 0, 0)
	s := tenant(t, cantotest.Options{}, records...)
	src := source(t, s)
	first := fetch(t, src, nil)
	if err := s.Edit("image", "i0020", func(r *cantotest.Record) { r.Name = "edited" }); err != nil {
		t.Fatal(err)
	}
	got := fetch(t, src, first.listing.Cursor)
	if got.err != nil || got.listing.Complete || !strings.Contains(fmt.Sprint(got.ids), "canto:image:i0020") {
		t.Errorf("got %v and error %v, want what was edited", got.ids, got.err)
	}
}

func TestManyChangesAreReadInPages(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	old := now.AddDate(-1, 0, 0)
	records := images(400)
	for i := range records {
		records[i].Uploaded, records[i].Modified = old.Add(time.Duration(i)*time.Minute), old.Add(time.Duration(i)*time.Minute)
	}
	o := cantotest.Options{MaxOffset: 250, Now: func() time.Time { return now }}
	s := tenant(t, o, records...)
	src := source(t, s)
	first := fetch(t, src, nil)
	edit := func(n int) {
		for _, r := range records[:n] {
			if err := s.Edit("image", r.ID, func(r *cantotest.Record) { r.Name += "x" }); err != nil {
				t.Fatal(err)
			}
		}
	}
	edit(180)
	got := fetch(t, src, first.listing.Cursor)
	if got.err != nil || got.listing.Complete || len(got.ids) < 180 || len(got.ids) > 240 || got.listing.Total != 400 {
		t.Errorf("180 edits: got %d assets, %+v and error %v, want those and few others", len(got.ids), got.listing, got.err)
	}
	now = now.Add(time.Hour)
	edit(300)
	got = fetch(t, src, got.listing.Cursor)
	if got.err != nil || !got.listing.Complete || len(got.ids) != 400 {
		t.Errorf("more edits than may be paged through: got %d assets, %+v and error %v, want everything", len(got.ids), got.listing, got.err)
	}
}

func TestEditsWhereClocksAreSetBack(t *testing.T) {
	t.Parallel()
	// 02:59:30 CEST, half a minute before it is 02:00 CET again
	now := time.Date(2026, 10, 25, 0, 59, 30, 0, time.UTC)
	s := tenant(t, cantotest.Options{Now: func() time.Time { return now }}, images(150)...)
	src := source(t, s)
	first := fetch(t, src, nil)
	now = now.Add(time.Minute) // 02:00:30 CET
	if err := s.Edit("image", "i0020", func(r *cantotest.Record) { r.Name = "edited" }); err != nil {
		t.Fatal(err)
	}
	got := fetch(t, src, first.listing.Cursor)
	if got.err != nil || !strings.Contains(fmt.Sprint(got.ids), "canto:image:i0020") {
		t.Errorf("got %d assets and error %v, want what was edited within the hour that came twice", len(got.ids), got.err)
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	s := tenant(t, cantotest.Options{}, append(images(1), cantotest.Record{Scheme: "other", ID: "a/b ?#..%2F", Name: "odd"})...)
	src := source(t, s)
	for _, id := range []semdex.AssetID{"canto:image:i0000", "canto:other:a/b ?#..%2F"} {
		s.ExpireTokens()
		body, err := src.Preview(t.Context(), id)
		if err != nil || !bytes.HasPrefix(body, []byte("\x89PNG")) {
			t.Errorf("%s: got %d bytes and error %v, want a picture", id, len(body), err)
		}
	}
	for _, id := range []semdex.AssetID{"canto:image:none", "files:a", "canto:image:", "canto:a"} {
		if _, err := src.Preview(t.Context(), id); semdex.CodeOf(err) != semdex.NotFound {
			t.Errorf("%s: got error %v, want one with code %s", id, err, semdex.NotFound)
		}
	}
	if violations := s.Stats().Violations; len(violations) > 0 {
		t.Errorf("got %q, want no violations", violations)
	}
	page := odd(t, says(200, "<html>sign in"))
	if _, err := page.Preview(t.Context(), "canto:image:a"); !remote.Is(err, remote.Unreadable) {
		t.Errorf("a web page: got error %v, want it refused", err)
	}
}

func TestIDsOfAnyKindComeBack(t *testing.T) {
	t.Parallel()
	var records []cantotest.Record
	for i, id := range []string{"a:b", "a/b", "..", "ä ö", `"q"`, strconv.Itoa(7)} {
		records = append(records, cantotest.Record{Scheme: "other", ID: id, Name: strconv.Itoa(i)})
	}
	j := join(t, tenant(t, cantotest.Options{}, records...))
	j.wants("the first sync", [4]int{6, 0, 0, 0})
	for _, r := range records {
		j.Delete("other", r.ID)
		if err := j.Put(cantotest.Record{Scheme: "other", ID: r.ID + "'", Name: r.Name}); err != nil {
			t.Fatal(err)
		}
		got, err := indexer.Sync(t.Context(), j.source, j.mirror, indexer.Options{AllowDeletes: true})
		if err != nil || counts(got) != [4]int{1, 0, 1, 0} {
			t.Errorf("%s: got %v and error %v, want one for the other", r.ID, counts(got), err)
		}
	}
}
