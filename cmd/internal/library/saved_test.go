package library

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"semdex"
	"semdex/api"
	"semdex/internal/remote"
)

// ring holds keys by their ids: "plain", "all" that sees the unapproved too, and "dogs" that sees what is tagged so.
type ring struct{ void map[string]bool }

func (r *ring) Find(id string, _ time.Time) (api.Key, error) {
	if r.void[id] {
		return api.Key{}, &semdex.Error{Code: semdex.Unauthorized, Message: "void"}
	}
	k := api.Key{ID: id, Scopes: []api.Scope{api.ScopeSearch}}
	switch id {
	case "all":
		k.Scopes = append(k.Scopes, api.ScopeUnapproved)
	case "dogs":
		k.Filter = api.Filter{"tags": {"dog"}}
	}
	return k, nil
}

// saving opens the library of a home with keys.
func (h *home) saving(keys *ring) *Library {
	h.t.Helper()
	l := h.synced()
	l.SetKeys(keys)
	return l
}

func saves(t *testing.T, l *Library, s api.SavedSearch) api.SavedSearch {
	t.Helper()
	if s.Key == "" {
		s.Key = "plain"
	}
	out, err := l.SaveSearch(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func asking(query string) api.SavedRequest {
	return api.SavedRequest{Query: query, Expand: "narrower"}
}

// follower reads the feed of a saved search to its end, page by page, as a client does.
type follower struct {
	t      *testing.T
	l      *Library
	id     string
	cursor string
	has    map[semdex.AssetID]bool
}

func follow(t *testing.T, l *Library, id string) *follower {
	return &follower{t: t, l: l, id: id, has: map[semdex.AssetID]bool{}}
}

// read gives what came, as +id and -id.
func (f *follower) read() []string {
	f.t.Helper()
	news := []string{}
	for {
		page, err := f.l.SearchChanges(context.Background(), f.id, f.cursor, 3, "")
		if err != nil {
			f.t.Fatal(err)
		}
		for _, c := range page.Changes {
			short := strings.TrimPrefix(string(c.ID), "files:")
			if c.Op == api.Left {
				delete(f.has, c.ID)
				news = append(news, "-"+short)
				continue
			}
			if c.Asset == nil || c.Asset.ID != c.ID {
				f.t.Errorf("%s enters as %+v", c.ID, c.Asset)
			}
			f.has[c.ID] = true
			news = append(news, "+"+short)
		}
		f.cursor = page.NextCursor
		if len(page.Changes) < 3 {
			return news
		}
	}
}

// reads checks what comes, in any order.
func (f *follower) reads(why string, want ...string) {
	f.t.Helper()
	got := f.read()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		f.t.Errorf("%s: got %v, want %v", why, got, want)
	}
}

// TestTheFeedOfASavedSearch guards what makes an asset enter and leave: its own change, that of the vocabulary, its
// approval, and the day.
func TestTheFeedOfASavedSearch(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.saving(&ring{})
	plain := follow(t, l, saves(t, l, api.SavedSearch{Name: "Packaging", SavedRequest: asking("sustainable packaging")}).ID)
	all := follow(t, l, saves(t, l, api.SavedSearch{Key: "all", SavedRequest: asking("sustainable packaging")}).ID)
	late := follow(t, l, plain.id)
	plain.reads("the start gives all that is in it", "+a1")
	all.reads("for a key that sees more, more", "+a1", "+a3")
	plain.reads("then nothing")
	h.edit("assets.jsonl", `"title":"Plain"`, `"title":"Plain","tags":["recyclable"]`)
	h.sync(l, SyncOptions{})
	plain.reads("a tag", "+a4")
	h.edit("assets.jsonl", `"approval":"pending"`, `"approval":"approved"`)
	h.sync(l, SyncOptions{})
	plain.reads("an approval", "+a3")
	all.reads("which is nothing new to whom saw it", "+a4")
	h.edit("assets.jsonl", `"title":"Plain","tags":["recyclable"]`, `"title":"Plain"`)
	h.sync(l, SyncOptions{})
	plain.reads("a tag taken away", "-a4")
	h.edit("taxonomy.ttl", `v:dog a skos:Concept`, `v:dog skos:broader v:recyclable . v:dog a skos:Concept`)
	h.sync(l, SyncOptions{})
	plain.reads("a broader link", "+a2", "+a4")
	h.edit("assets.jsonl", `"title":"Old walk"`, `"title":"Old walk","rights":{"valid_until":"2026-05-01"}`)
	h.sync(l, SyncOptions{})
	plain.reads("a right that ends today")
	h.syncs.Add(24 * 60)
	plain.reads("and has ended tomorrow", "-a2")
	all.reads("which does not count for whom sees all", "+a2")
	h.edit("assets.jsonl", `{"id":"a1","title":"Blue box","tags":["recyclable"],"md5":"aa"}`+"\n", "")
	h.sync(l, SyncOptions{AllowDeletes: true})
	plain.reads("a deletion", "-a1")
	late.reads("who begins now has nothing to lose", "+a3", "+a4")
	l.Close()
	l = h.open()
	l.SetKeys(&ring{})
	plain.l = l
	plain.reads("a restart changes nothing")
}

// TestTheFeedOfAKeyWithAFilter guards that nothing beyond the filter of the key ever appears.
func TestTheFeedOfAKeyWithAFilter(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.saving(&ring{})
	f := follow(t, l, saves(t, l, api.SavedSearch{Key: "dogs", SavedRequest: asking("")}).ID)
	f.reads("what has the tag", "+a2")
	h.tags(l, "", recyclable)
	f.reads("another tag")
	h.tags(l, recyclable, `,"tags":["dog"]`)
	f.reads("that tag", "+a4")
	h.edit("assets.jsonl", `"tags":["dog"]}
{"id":"a3"`, `"tags":["cat"]}
{"id":"a3"`)
	h.sync(l, SyncOptions{})
	f.reads("it is taken away", "-a2")
}

func TestAChangedRequestGoesOnInTheFeed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.saving(&ring{})
	s := saves(t, l, api.SavedSearch{SavedRequest: asking("sustainable packaging")})
	f := follow(t, l, s.ID)
	f.reads("packaging", "+a1")
	s.SavedRequest = asking("dog")
	if s = saves(t, l, s); s.Assets != 2 {
		t.Errorf("it has %d assets, want 2", s.Assets)
	}
	f.reads("dog", "-a1", "+a2", "+a4")
	s.SavedRequest.Filters = map[string][]string{"id": {"a2"}}
	saves(t, l, s)
	f.reads("one dog", "-a4")
}

func TestCursorsOfAFeed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.saving(&ring{})
	one, other := saves(t, l, api.SavedSearch{SavedRequest: asking("dog")}), saves(t, l, api.SavedSearch{SavedRequest: asking("sustainable packaging")})
	f := follow(t, l, other.ID)
	f.read()
	for why, cursor := range map[string]string{"nonsense": "x", "that of another search": f.cursor, "a place that is not there yet": resultCursor{one.ID, 99, 0}.String(), "that of another feed": feedCursor{1, 1}.String()} {
		if _, err := l.SearchChanges(context.Background(), one.ID, cursor, 10, ""); semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%s: got %v", why, err)
		}
	}
}

func TestWhatCannotBeSavedIsRefused(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.saving(&ring{void: map[string]bool{"void": true}})
	hook := func(url, secret string) *api.Notify { return &api.Notify{URL: url, Secret: secret} }
	tests := []struct {
		rule string
		s    api.SavedSearch
		code semdex.Code
	}{
		{"a filter that no one knows", api.SavedSearch{SavedRequest: api.SavedRequest{Filters: map[string][]string{"nope": {"x"}}}}, semdex.Invalid},
		{"an unknown expansion", api.SavedSearch{SavedRequest: api.SavedRequest{Expand: "all"}}, semdex.Invalid},
		{"a receiver in this network", api.SavedSearch{Notify: hook("https://10.0.0.1/x", "")}, semdex.Invalid},
		{"a receiver that is not https", api.SavedSearch{Notify: hook("http://hooks.example.com/x", "")}, semdex.Invalid},
		{"a short secret", api.SavedSearch{Notify: hook("https://hooks.example.com/x", "hunter2")}, semdex.Invalid},
		{"one that is not there", api.SavedSearch{ID: "srch_none"}, semdex.NotFound},
		{"one of a key that is void", api.SavedSearch{Key: "void"}, semdex.Conflict},
	}
	for _, tt := range tests {
		tt.s.Key = cmp.Or(tt.s.Key, "plain")
		if _, err := l.SaveSearch(context.Background(), tt.s); semdex.CodeOf(err) != tt.code {
			t.Errorf("%s: got %v", tt.rule, err)
		}
	}
	for range maxSavedOfKey {
		saves(t, l, api.SavedSearch{SavedRequest: asking("dog")})
	}
	if _, err := l.SaveSearch(context.Background(), api.SavedSearch{Key: "plain"}); semdex.CodeOf(err) != semdex.Conflict {
		t.Errorf("one more than a key may have: got %v", err)
	}
	if list, err := l.SavedSearches(context.Background()); err != nil || len(list) != maxSavedOfKey {
		t.Errorf("there are %d, %v", len(list), err)
	}
}

// TestReplayOfAFeed guards that whoever follows the feed has the result, whatever changes: assets, tags, approval,
// rights, labels, links, days.
func TestReplayOfAFeed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write("events.jsonl", "")
	random := rand.New(rand.NewPCG(7, 11))
	assets := map[string]string{}
	write := func() {
		var b strings.Builder
		for _, id := range slices.Sorted(maps.Keys(assets)) {
			b.WriteString(assets[id] + "\n")
		}
		h.write("assets.jsonl", b.String())
	}
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	change := func() {
		switch id := fmt.Sprintf("r%d", random.IntN(12)); random.IntN(8) {
		case 0:
			delete(assets, id)
		case 1:
			h.write("taxonomy.ttl", taxonomy+pick("", "v:dog skos:broader v:recyclable .", `v:dog skos:altLabel "box"@en .`, `v:packaging skos:altLabel "hound"@en .`))
		case 2:
			h.syncs.Add(24 * 60)
		default:
			assets[id] = fmt.Sprintf(`{"id":%q,"title":%q,"tags":[%q],"approval":%q,"rights":{"valid_until":"2026-05-%02d"},"fields":{"Region":[%q]}}`, id,
				pick("Blue box", "Walk", "Sustainable packaging"), pick("dog", "recyclable", "hound", "Recyclable"), pick("approved", "approved", "pending"), 1+random.IntN(28), pick("DACH", "dach", "UK"))
		}
	}
	for range 10 {
		change()
	}
	write()
	l := h.saving(&ring{})
	var followers []*follower
	for _, s := range []api.SavedSearch{{SavedRequest: asking("sustainable packaging")}, {SavedRequest: asking("dog -walk")}, {Key: "all", SavedRequest: asking("hound")}, {SavedRequest: asking("")},
		{SavedRequest: api.SavedRequest{Query: "box", Expand: "none"}}, {SavedRequest: api.SavedRequest{Filters: map[string][]string{"tags": {"recyclable"}}}}} {
		followers = append(followers, follow(t, l, saves(t, l, s).ID))
	}
	for round := range 60 {
		for range 1 + random.IntN(3) {
			change()
		}
		write()
		h.sync(l, SyncOptions{AllowDeletes: true})
		for i, f := range followers {
			if random.IntN(3) == 0 {
				continue
			}
			f.read()
			s, err := l.loadSaved(f.id)
			if err != nil {
				t.Fatal(err)
			}
			r, err := l.savedRequest(s)
			if err != nil {
				t.Fatal(err)
			}
			r.Limit = 1000
			want, err := l.search.Rank(context.Background(), r)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(want)
			if got := slices.Sorted(maps.Keys(f.has)); !slices.Equal(got, want) {
				t.Fatalf("round %d, search %d: the reader has %v, the search finds %v", round, i, got, want)
			}
		}
	}
}

// TestWhoReadsBesideASyncMissesNothing guards that a result is never taken to be farther than what was looked at.
func TestWhoReadsBesideASyncMissesNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.saving(&ring{})
	f := follow(t, l, saves(t, l, api.SavedSearch{SavedRequest: asking("recyclable")}).ID)
	stop, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		for {
			select {
			case <-stop:
				return
			default:
				f.read()
			}
		}
	}()
	lines, want := assets, map[semdex.AssetID]bool{"files:a1": true}
	for i := range 25 {
		lines += fmt.Sprintf(`{"id":"n%d","tags":["recyclable"]}`+"\n", i)
		h.write("assets.jsonl", lines)
		h.sync(l, SyncOptions{})
		want[semdex.AssetID(fmt.Sprintf("files:n%d", i))] = true
	}
	close(stop)
	<-read
	f.read()
	if !maps.Equal(f.has, want) {
		t.Errorf("the reader has %d, want %d", len(f.has), len(want))
	}
}

// receiver takes notifications in, and checks what every one must be.
type receiver struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	secret string
	answer func(http.ResponseWriter)
	ids    []string
	got    []api.ResultNotice
	bodies [][]byte
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, answer: func(http.ResponseWriter) {}}
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(q.Body)
	if err != nil {
		r.t.Error(err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.secret, "whsec_"))
	if err != nil {
		r.t.Error(err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", q.Header.Get("webhook-id"), q.Header.Get("webhook-timestamp"), body)
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); q.Header.Get("webhook-signature") != want || q.Method != http.MethodPost || q.Header.Get("Content-Type") != "application/json" {
		r.t.Errorf("the signature is %q, want %q", q.Header.Get("webhook-signature"), want)
	}
	var n api.ResultNotice
	if err := json.Unmarshal(body, &n); err != nil {
		r.t.Errorf("%v in %s", err, body)
	}
	r.ids, r.got, r.bodies = append(r.ids, q.Header.Get("webhook-id")), append(r.got, n), append(r.bodies, body)
	r.answer(w)
}

// news gives what came since the last time, as +id and -id, one text for each notification.
func (r *receiver) news() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, n := range r.got {
		var list []string
		for _, e := range n.Entered {
			if e.Asset == nil || e.Asset.ID != e.ID {
				r.t.Errorf("%s enters as %+v", e.ID, e.Asset)
			}
			list = append(list, "+"+strings.TrimPrefix(string(e.ID), "files:"))
		}
		for _, id := range n.Left {
			list = append(list, "-"+strings.TrimPrefix(string(id), "files:"))
		}
		slices.Sort(list)
		out = append(out, strings.Join(list, " "))
	}
	r.got = nil
	return out
}

func (r *receiver) answers(status int, header ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(w http.ResponseWriter) {
		for _, h := range header {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
	}
}

// notifying saves a search that tells a receiver on this machine.
func notifying(t *testing.T, h *home, query string) (*Library, *receiver, api.SavedSearch) {
	t.Helper()
	h.config.Notify.Allow = []string{"127.0.0.1"}
	l, r := h.saving(&ring{}), newReceiver(t)
	s := saves(t, l, api.SavedSearch{Name: "N", SavedRequest: asking(query), Notify: &api.Notify{URL: r.URL + "/x?code=1"}})
	if r.secret = s.Notify.Secret; r.secret == "" {
		t.Fatal("no secret was made")
	}
	return l, r, s
}

// round does one round of following and telling.
func round(t *testing.T, l *Library) time.Time {
	t.Helper()
	transport := l.receivers().Transport()
	defer transport.CloseIdleConnections()
	return l.watch(context.Background(), transport)
}

func (r *receiver) hears(why string, want ...string) {
	r.t.Helper()
	if got := r.news(); !slices.Equal(got, want) {
		r.t.Errorf("%s: it hears %q, want %q", why, got, want)
	}
}

// tags gives the asset a4 a tag, and brings it in.
func (h *home) tags(l *Library, old, new string) {
	h.t.Helper()
	h.edit("assets.jsonl", `"title":"Plain"`+old, `"title":"Plain"`+new)
	h.sync(l, SyncOptions{})
}

const recyclable = `,"tags":["recyclable"]`

func TestANotificationTellsWhatEnters(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, s := notifying(t, h, "sustainable packaging")
	round(t, l)
	r.hears("what was there is not new")
	h.tags(l, "", recyclable)
	round(t, l)
	r.hears("a new one", "+a4")
	round(t, l)
	r.hears("and once alone")
	h.tags(l, recyclable, "")
	round(t, l)
	r.hears("what leaves is not told by itself")
	h.edit("assets.jsonl", `"approval":"pending"`, `"approval":"approved"`)
	h.sync(l, SyncOptions{})
	round(t, l)
	r.hears("but with what enters; what is approved enters", "+a3 -a4")
	s.SavedRequest = asking("dog")
	s.Notify.Secret = ""
	saves(t, l, s)
	round(t, l)
	r.hears("what another request finds is not new")
	shown, err := l.SavedSearch(context.Background(), s.ID)
	if err != nil || shown.Notify.Secret != "" || shown.Notification.State != api.NotifyIdle || shown.Notification.LastSent == nil {
		t.Errorf("it shows as %+v %+v, %v", shown.Notify, shown.Notification, err)
	}
}

// TestTheCursorOfANotification guards that the feed goes on where the notification ends.
func TestTheCursorOfANotification(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, s := notifying(t, h, "dog")
	h.edit("assets.jsonl", `"tags":["recyclable"],"md5":"aa"}`, `"tags":["recyclable","dog"],"md5":"aa"}`)
	h.sync(l, SyncOptions{})
	round(t, l)
	r.mu.Lock()
	n := r.got[0]
	r.mu.Unlock()
	if n.Type != "search.entered" || n.Search != (api.NoticeSearch{Library: "mine", ID: s.ID, Name: "N"}) || !n.At.Equal(h.now()) {
		t.Errorf("the notification is %+v", n)
	}
	f := follow(t, l, s.ID)
	f.cursor = n.Cursor
	f.reads("nothing beyond it")
	h.tags(l, `,"concepts":["https://voc.example/dog"]`, "")
	f.reads("then what comes later", "-a4")
}

func TestAFailedNotificationIsSentAgain(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, s := notifying(t, h, "sustainable packaging")
	l.saved.retries = []time.Duration{time.Minute, time.Hour}
	state := func() api.NotificationState {
		shown, err := l.SavedSearch(context.Background(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		return *shown.Notification
	}
	r.answers(http.StatusInternalServerError)
	h.tags(l, "", recyclable)
	next := round(t, l)
	r.hears("the first attempt", "+a4")
	if n := state(); n.State != api.NotifyRetrying || n.Attempts != 1 || !strings.Contains(n.LastError, "500") || n.NextAttempt.Before(h.now().Add(time.Minute)) || !next.Equal(*n.NextAttempt) {
		t.Errorf("then it is %+v, next round %v", n, next)
	}
	round(t, l)
	r.hears("none before its time")
	l.Close() // as a restart in between
	l = h.open()
	l.SetKeys(&ring{})
	l.saved.retries = []time.Duration{time.Minute, time.Hour}
	h.syncs.Add(2)
	r.answers(http.StatusTooManyRequests, "Retry-After: 290")
	h.edit("assets.jsonl", `"approval":"pending"`, `"approval":"approved"`)
	h.sync(l, SyncOptions{})
	round(t, l)
	r.hears("after the restart the same, though more came", "+a4")
	if n := state(); n.Attempts != 2 || n.NextAttempt.Before(h.now().Add(time.Hour)) {
		t.Errorf("then it is %+v", n)
	}
	h.syncs.Add(70)
	r.answers(http.StatusNoContent)
	round(t, l)
	r.hears("then it goes through, and the rest with it", "+a4", "+a3")
	r.mu.Lock()
	ids := r.ids
	r.mu.Unlock()
	if len(ids) != 4 || ids[0] != ids[1] || ids[1] != ids[2] || ids[3] == ids[0] || strings.Contains(ids[0], ".") {
		t.Errorf("their ids are %v: what is sent again keeps its own", ids)
	}
	if n := state(); n.State != api.NotifyIdle || n.LastError != "" || n.NextAttempt != nil {
		t.Errorf("in the end it is %+v", n)
	}
	if st, err := l.Status(context.Background()); err != nil || st.Saved != (api.SavedStatus{Searches: 1, Delivered: 2, Failed: 1}) {
		t.Errorf("the status is %+v, %v", st.Saved, err)
	}
}

// TestWhatIsSentAgainIsWhatStillHolds guards that an asset that is no longer to be seen is not in a later attempt.
func TestWhatIsSentAgainIsWhatStillHolds(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, _ := notifying(t, h, "sustainable packaging")
	l.saved.retries = []time.Duration{time.Second, time.Second}
	r.answers(http.StatusBadGateway)
	h.edit("assets.jsonl", `"approval":"pending"`, `"approval":"approved"`)
	h.tags(l, "", recyclable)
	round(t, l)
	r.hears("two enter", "+a3 +a4")
	h.edit("assets.jsonl", `"approval":"approved"`, `"approval":"restricted"`)
	h.sync(l, SyncOptions{})
	r.answers(http.StatusOK)
	h.syncs.Add(1)
	round(t, l)
	r.hears("one of them is withdrawn meanwhile", "+a4")
	r.answers(http.StatusBadGateway)
	h.edit("assets.jsonl", `"approval":"restricted"`, `"approval":"approved"`)
	h.sync(l, SyncOptions{})
	round(t, l)
	r.hears("it comes back", "+a3")
	h.edit("assets.jsonl", `"approval":"approved"`, `"approval":"restricted"`)
	h.sync(l, SyncOptions{})
	h.syncs.Add(1)
	round(t, l)
	r.hears("and is gone before it could be told")
}

func TestANotificationIsGivenUp(t *testing.T) {
	t.Parallel()
	for why, status := range map[string]int{"after the last attempt": http.StatusInternalServerError, "at once where the receiver is gone": http.StatusGone} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			l, r, s := notifying(t, h, "sustainable packaging")
			l.saved.retries = []time.Duration{time.Second}
			r.answers(status)
			h.tags(l, "", recyclable)
			for range 4 {
				round(t, l)
				h.syncs.Add(1)
			}
			attempts := map[int]int{http.StatusInternalServerError: 2, http.StatusGone: 1}[status]
			if got := r.news(); len(got) != attempts {
				t.Errorf("it was sent %d times, want %d", len(got), attempts)
			}
			shown, err := l.SavedSearch(context.Background(), s.ID)
			if err != nil || shown.Notification.State != api.NotifyStopped || shown.Notification.LastError == "" || shown.Notification.NextAttempt != nil {
				t.Errorf("it shows %+v, %v", shown.Notification, err)
			}
			if st, err := l.Status(context.Background()); err != nil || st.Saved.Stopped != 1 || st.Saved.Waiting != 0 || st.Saved.Failed != int64(attempts) {
				t.Errorf("the status is %+v, %v", st.Saved, err)
			}
			d, err := l.diagnoseSaved()
			if err != nil || len(d) != 2 || !strings.Contains(d[1].Message, "given up") {
				t.Errorf("the diagnosis is %+v, %v", d, err)
			}
			r.answers(http.StatusOK)
			saves(t, l, api.SavedSearch{ID: s.ID, Name: "N", SavedRequest: s.SavedRequest, Notify: &api.Notify{URL: r.URL}})
			round(t, l)
			r.hears("a change begins again with what was not told", "+a4")
		})
	}
}

// TestASlowReceiverHoldsNobodyUp guards that others are told while one does not answer.
func TestASlowReceiverHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, slow, _ := notifying(t, h, "sustainable packaging")
	quick := newReceiver(t)
	quick.secret = saves(t, l, api.SavedSearch{SavedRequest: asking("recyclable"), Notify: &api.Notify{URL: quick.URL}}).Notify.Secret
	heard, let := make(chan struct{}), make(chan struct{})
	slow.answer = func(http.ResponseWriter) { <-let }
	quick.answer = func(http.ResponseWriter) { close(heard) }
	h.tags(l, "", recyclable)
	done := make(chan struct{})
	go func() { defer close(done); round(t, l) }()
	<-heard // while the slow one waits
	close(let)
	<-done
	quick.hears("the quick one", "+a4")
	slow.hears("the slow one", "+a4")
}

func TestAVoidKeyHearsNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, s := notifying(t, h, "sustainable packaging")
	l.SetKeys(&ring{void: map[string]bool{"plain": true}})
	h.tags(l, "", recyclable)
	round(t, l)
	r.hears("its key is revoked")
	shown, err := l.SavedSearch(context.Background(), s.ID)
	if err != nil || !strings.Contains(shown.Problem, "revoked") {
		t.Errorf("it shows %+v, %v", shown, err)
	}
	l.SetKeys(&ring{})
	round(t, l)
	r.hears("and good again", "+a4")
	if shown, err = l.SavedSearch(context.Background(), s.ID); err != nil || shown.Problem != "" {
		t.Errorf("it shows %+v, %v", shown, err)
	}
}

func TestManyThatEnterComeInParts(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, _ := notifying(t, h, "sustainable packaging")
	var more strings.Builder
	for i := range 2*noticeEntries + 1 {
		fmt.Fprintf(&more, `{"id":"m%d","tags":["recyclable"]}`+"\n", i)
	}
	h.write("assets.jsonl", assets+more.String())
	h.sync(l, SyncOptions{})
	round(t, l)
	told := map[semdex.AssetID]bool{}
	for _, n := range r.got {
		for _, e := range n.Entered {
			told[e.ID] = true
		}
	}
	if len(r.got) != 3 || len(told) != 2*noticeEntries+1 {
		t.Errorf("%d notifications tell of %d assets", len(r.got), len(told))
	}
}

// TestKeepWatchRunsByItself guards the loop: a sync and a change wake it, and it ends with its context.
func TestKeepWatchRunsByItself(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, _ := notifying(t, h, "sustainable packaging")
	heard := make(chan struct{}, 9)
	r.answer = func(http.ResponseWriter) { heard <- struct{}{} }
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); l.KeepWatch(ctx) }()
	h.tags(l, "", recyclable)
	waits(t, heard)
	h.edit("taxonomy.ttl", `v:dog a skos:Concept`, `v:dog skos:broader v:recyclable . v:dog a skos:Concept`)
	h.sync(l, SyncOptions{})
	waits(t, heard)
	stop()
	waits(t, ended)
	r.hears("both", "+a4", "+a2")
}

// waits for a channel to give or close, and fails the test where it does neither in a minute.
func waits(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(time.Minute):
		t.Fatal("nothing came in a minute")
	}
}

func TestADroppedSearchTellsNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, s := notifying(t, h, "sustainable packaging")
	h.tags(l, "", recyclable)
	if err := l.DropSearch(context.Background(), s.ID); err != nil {
		t.Fatal(err)
	}
	round(t, l)
	r.hears("nothing")
	if err := l.DropSearch(context.Background(), s.ID); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("dropped again: %v", err)
	}
	if _, err := l.SearchChanges(context.Background(), s.ID, "", 1, ""); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("its feed: %v", err)
	}
}

func TestASecretIsKeptUntilAnotherIsGiven(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l, r, s := notifying(t, h, "sustainable packaging")
	again := saves(t, l, api.SavedSearch{ID: s.ID, SavedRequest: s.SavedRequest, Notify: &api.Notify{URL: r.URL}})
	if again.Notify.Secret != "" {
		t.Error("it is shown again")
	}
	h.tags(l, "", recyclable)
	round(t, l)
	r.hears("by the first secret", "+a4")
	own := string(remote.NewWebhookSecret())
	r.mu.Lock()
	r.secret = own
	r.mu.Unlock()
	if again = saves(t, l, api.SavedSearch{ID: s.ID, SavedRequest: s.SavedRequest, Notify: &api.Notify{URL: r.URL, Secret: own}}); again.Notify.Secret != "" {
		t.Error("a secret that was given is shown")
	}
	h.edit("assets.jsonl", `"approval":"pending"`, `"approval":"approved"`)
	h.sync(l, SyncOptions{})
	round(t, l)
	r.hears("by the second", "+a3")
}
