package library

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"semdex"
	"semdex/api"
	"semdex/internal/mirror"
	"semdex/internal/remote"
	"semdex/search"
)

// Bounds of saved searches.
const (
	maxSaved       = 1000    // of a library
	maxSavedOfKey  = 100     // of one key
	maxSavedResult = 100_000 // assets in the result of one that is followed
)

// savedStore is what a library holds in memory of its saved searches; the rest stands in the mirror.
type savedStore struct {
	mu   sync.Mutex // over the records in the mirror, from reading one to writing it
	keys api.KeyFinder
	wake chan struct{} // something changed that may change results

	delivered, failed atomic.Int64
	retries           []time.Duration // nil: retrySchedule
}

// SetKeys tells where the keys are that saved searches belong to. Without it there are none.
func (l *Library) SetKeys(keys api.KeyFinder) {
	l.saved.mu.Lock()
	defer l.saved.mu.Unlock()
	l.saved.keys = keys
}

// savedSearch is a saved search with what its record in the mirror holds.
type savedSearch struct {
	ID     string             `json:"-"`
	Result mirror.SavedResult `json:"-"`

	Name    string           `json:"name"`
	Key     string           `json:"key"`
	Request api.SavedRequest `json:"request"`
	Notify  *savedNotify     `json:"notify,omitempty"`
	Created time.Time        `json:"created"`
	Changed time.Time        `json:"changed"`

	// How far the result is: of which plan, at which number of the change log, and when all of it was compared last.
	Plan     string    `json:"plan,omitempty"`
	Applied  uint64    `json:"applied,omitempty"`
	Compared time.Time `json:"compared,omitzero"`
	Problem  string    `json:"problem,omitempty"` // why it is not followed
}

// savedNotify is where the notifications of a saved search go, and how far they are.
type savedNotify struct {
	URL    string               `json:"url"`
	Secret remote.WebhookSecret `json:"secret"`

	Told    uint64    `json:"told"`              // entries of the result up to this one were taken, or need not be told
	Message *message  `json:"message,omitempty"` // that is being sent
	Last    time.Time `json:"last,omitzero"`     // when one was taken
	Error   string    `json:"error,omitempty"`   // of the last attempt, where it failed
	Stopped bool      `json:"stopped,omitempty"`
}

// message is a notification under way: the entries of the result after those that were told, up to Through. It keeps
// its id however often it is sent.
type message struct {
	ID       string    `json:"id"`
	Through  uint64    `json:"through"`
	At       time.Time `json:"at"`
	Attempts int       `json:"attempts"`
	Next     time.Time `json:"next"`
}

var errNoSaved = &semdex.Error{Code: semdex.NotFound, Message: "no such saved search", Hint: "GET /v1/searches lists those of the key"}

// loadSaved reads a saved search.
func (l *Library) loadSaved(id string) (*savedSearch, error) {
	stored, found, err := l.mirror.SavedSearch(id)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errNoSaved
	}
	return readSaved(stored)
}

func readSaved(stored mirror.Saved) (*savedSearch, error) {
	s := &savedSearch{ID: stored.ID, Result: stored.Result}
	if err := json.Unmarshal(stored.Record, s); err != nil {
		return nil, fmt.Errorf("saved search %s: %w", stored.ID, err)
	}
	return s, nil
}

// storeSaved writes a saved search, with how its result changed. A notification that begins now has nothing to tell of
// what is in the result by then.
func (l *Library) storeSaved(s *savedSearch, d mirror.ResultDelta) error {
	return l.mirror.SaveSearch(s.ID, d, func(r mirror.SavedResult) ([]byte, error) {
		s.Result = r
		if s.Notify != nil && s.Notify.Told == beginsNow {
			s.Notify.Told = r.Newest
		}
		return json.Marshal(s)
	})
}

// beginsNow is Told of a notification that is yet to be stored.
const beginsNow = ^uint64(0)

// allSaved reads all saved searches.
func (l *Library) allSaved() ([]*savedSearch, error) {
	stored, err := l.mirror.SavedSearches()
	if err != nil {
		return nil, err
	}
	var out []*savedSearch
	for _, one := range stored {
		s, err := readSaved(one)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// SavedSearches gives all saved searches, by their names.
func (l *Library) SavedSearches(context.Context) ([]api.SavedSearch, error) {
	all, err := l.allSaved()
	if err != nil {
		return nil, err
	}
	out := []api.SavedSearch{}
	for _, s := range all {
		shown, err := l.showSaved(s)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	slices.SortFunc(out, func(a, b api.SavedSearch) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// SavedSearch gives one.
func (l *Library) SavedSearch(_ context.Context, id string) (api.SavedSearch, error) {
	s, err := l.loadSaved(id)
	if err != nil {
		return api.SavedSearch{}, err
	}
	return l.showSaved(s)
}

// showSaved gives a saved search as it is shown: never its secret.
func (l *Library) showSaved(s *savedSearch) (api.SavedSearch, error) {
	out := api.SavedSearch{ID: s.ID, Name: s.Name, Key: s.Key, SavedRequest: s.Request, Created: s.Created, Changed: s.Changed, Assets: s.Result.Members, Problem: s.Problem}
	if s.Notify == nil {
		return out, nil
	}
	out.Notify = &api.Notify{URL: s.Notify.URL}
	waiting, err := l.waiting(s)
	if err != nil {
		return out, err
	}
	n := &api.NotificationState{State: s.Notify.state(waiting), LastError: s.Notify.Error}
	if !s.Notify.Last.IsZero() {
		n.LastSent = &s.Notify.Last
	}
	if m := s.Notify.Message; m != nil {
		n.Attempts = m.Attempts
		if !s.Notify.Stopped {
			n.NextAttempt = &m.Next
		}
	}
	out.Notification = n
	return out, nil
}

func (n *savedNotify) state(waiting bool) string {
	switch {
	case n.Stopped:
		return api.NotifyStopped
	case n.Message != nil && n.Message.Attempts > 0:
		return api.NotifyRetrying
	case waiting:
		return api.NotifyPending
	}
	return api.NotifyIdle
}

// SaveSearch makes a saved search or changes one, and brings its result up to date.
func (l *Library) SaveSearch(ctx context.Context, given api.SavedSearch) (api.SavedSearch, error) {
	none := api.SavedSearch{}
	l.saved.mu.Lock()
	defer l.saved.mu.Unlock()
	s, err := l.draftSaved(given)
	if err != nil {
		return none, err
	}
	made, err := l.setNotify(s, given.Notify)
	if err != nil {
		return none, err
	}
	stored, err := l.follow(ctx, s)
	if err == nil && !stored {
		err = l.storeSaved(s, mirror.ResultDelta{})
	}
	if err != nil {
		return none, err
	}
	l.wake()
	shown, err := l.showSaved(s)
	if made != "" && shown.Notify != nil {
		shown.Notify.Secret = string(made)
	}
	return shown, err
}

// draftSaved gives the saved search that is to be: a new one, or the stored one with what is given in its place.
func (l *Library) draftSaved(given api.SavedSearch) (*savedSearch, error) {
	now := l.now().UTC().Truncate(time.Second)
	if given.ID == "" {
		if err := l.roomFor(given.Key); err != nil {
			return nil, err
		}
		return &savedSearch{ID: "srch_" + strings.ToLower(rand.Text()), Name: given.Name, Key: given.Key, Request: given.SavedRequest, Created: now, Changed: now}, nil
	}
	s, err := l.loadSaved(given.ID)
	if err != nil {
		return nil, err
	}
	if !sameRequest(s.Request, given.SavedRequest) && s.Notify != nil { // what it finds otherwise is not new
		s.Notify.Told, s.Notify.Message = beginsNow, nil
	}
	s.Name, s.Request, s.Changed = given.Name, given.SavedRequest, now
	return s, nil
}

func sameRequest(a, b api.SavedRequest) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

// roomFor refuses one saved search more than is good for a key or a library.
func (l *Library) roomFor(key string) error {
	all, err := l.allSaved()
	if err != nil {
		return err
	}
	own := 0
	for _, s := range all {
		if s.Key == key {
			own++
		}
	}
	if own >= maxSavedOfKey || len(all) >= maxSaved {
		return &semdex.Error{Code: semdex.Conflict, Message: fmt.Sprintf("there are %d saved searches of this key, %d in all", own, len(all)),
			Hint: fmt.Sprintf("at most %d and %d; drop one that is no longer wanted", maxSavedOfKey, maxSaved)}
	}
	return nil
}

// setNotify puts the notification that is asked for in its place, and gives the secret where it made one. What was
// given up begins again; what is under way goes to the new address.
func (l *Library) setNotify(s *savedSearch, asked *api.Notify) (made remote.WebhookSecret, err error) {
	if asked == nil {
		s.Notify = nil
		return "", nil
	}
	address, err := l.receivers().Check("notify: url", asked.URL)
	if err != nil {
		return "", err
	}
	if s.Notify == nil {
		made = remote.NewWebhookSecret()
		s.Notify = &savedNotify{Secret: made, Told: beginsNow}
	}
	if asked.Secret != "" {
		made = ""
		if s.Notify.Secret, err = remote.ReadWebhookSecret(asked.Secret); err != nil {
			return "", err
		}
	}
	s.Notify.URL, s.Notify.Stopped, s.Notify.Error = address.String(), false, ""
	if s.Notify.Message != nil {
		s.Notify.Message.Attempts, s.Notify.Message.Next = 0, l.now().UTC()
	}
	return made, nil
}

// DropSearch drops a saved search.
func (l *Library) DropSearch(_ context.Context, id string) error {
	l.saved.mu.Lock()
	defer l.saved.mu.Unlock()
	if _, err := l.loadSaved(id); err != nil {
		return err
	}
	return l.mirror.DropSearch(id)
}

// savedRequest is the request of a saved search as its key would make it now.
func (l *Library) savedRequest(s *savedSearch) (search.Request, error) {
	if l.saved.keys == nil {
		return search.Request{}, &semdex.Error{Code: semdex.Busy, Message: "saved searches are followed by a server alone", Hint: "start semdex serve"}
	}
	key, err := l.saved.keys.Find(s.Key, l.now())
	if semdex.CodeOf(err) == semdex.Unauthorized {
		err = &semdex.Error{Code: semdex.Conflict, Message: "the key that the saved search belongs to is revoked or expired", Hint: "save it again with another key"}
	}
	if err != nil {
		return search.Request{}, err
	}
	return s.Request.Request(key, l, l.now()), nil
}

// savedStatus says how saved searches and their notifications go.
func (l *Library) savedStatus() (api.SavedStatus, error) {
	out := api.SavedStatus{Delivered: l.saved.delivered.Load(), Failed: l.saved.failed.Load()}
	all, err := l.allSaved()
	if err != nil {
		return out, err
	}
	out.Searches = len(all)
	for _, s := range all {
		if s.Notify == nil {
			continue
		}
		waiting, err := l.waiting(s)
		if err != nil {
			return out, err
		}
		if s.Notify.Stopped {
			out.Stopped++
		} else if waiting {
			out.Waiting++
		}
	}
	return out, nil
}
