package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"semdex"
	"semdex/search"
)

// SavedSearches are the searches that a library keeps, and how their results change. A missing one is NotFound.
type SavedSearches interface {
	SavedSearches(ctx context.Context) ([]SavedSearch, error)
	SavedSearch(ctx context.Context, id string) (SavedSearch, error)
	// SaveSearch makes a saved search, or changes the one of that ID. What it gives back holds a secret only where
	// one was made just now. A request that cannot be searched for is Invalid.
	SaveSearch(ctx context.Context, s SavedSearch) (SavedSearch, error)
	DropSearch(ctx context.Context, id string) error
	// SearchChanges gives what entered and left the result since cursor ("" is the start), oldest first.
	SearchChanges(ctx context.Context, id, cursor string, limit int, lang string) (ResultChanges, error)
}

// KeyFinder tells what the key of an id permits now; one that is void is Unauthorized. *KeyStore satisfies it.
type KeyFinder interface {
	Find(id string, now time.Time) (Key, error)
}

// SavedSearch is a search that is kept. It belongs to a key, and sees what that key sees.
type SavedSearch struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Key  string `json:"key" doc:"id of the key that it belongs to"`
	SavedRequest
	Notify       *Notify            `json:"notify,omitempty"`
	Created      time.Time          `json:"created"`
	Changed      time.Time          `json:"changed"`
	Assets       int                `json:"assets" doc:"in its result"`
	Problem      string             `json:"problem,omitempty" doc:"why its result is not followed any more"`
	Notification *NotificationState `json:"notification,omitempty"`
}

// SavedRequest is the part of a search request that says what is found.
type SavedRequest struct {
	Query     string              `json:"q"`
	Lang      string              `json:"lang,omitempty"`
	Expand    string              `json:"expand,omitempty"`
	Depth     *int                `json:"depth,omitempty"`
	Exclude   []string            `json:"exclude,omitempty"`
	Schemes   []string            `json:"scheme,omitempty"`
	Correct   *bool               `json:"correct,omitempty"`
	Filters   map[string][]string `json:"filters,omitempty"`
	Territory string              `json:"territory,omitempty"`
	Channel   string              `json:"channel,omitempty"`
}

// Notify is where to tell of what enters a result.
type Notify struct {
	URL    string `json:"url"`
	Secret string `json:"secret,omitempty" doc:"shown once, where it was made for you"`
}

// States of a notification.
const (
	NotifyIdle     = "idle"     // there is nothing to tell
	NotifyPending  = "pending"  // there is, and it is about to be sent
	NotifyRetrying = "retrying" // it failed, and will be sent again
	NotifyStopped  = "stopped"  // it failed too often, or the receiver wants no more
)

// NotificationState says how the notifications of a saved search go.
type NotificationState struct {
	State       string     `json:"state" enum:"idle,pending,retrying,stopped" doc:"stopped: given up; a PUT begins again with what was not told"`
	LastSent    *time.Time `json:"last_sent" doc:"when the receiver last took one; null before"`
	Attempts    int        `json:"attempts" doc:"at the message that is to be sent"`
	NextAttempt *time.Time `json:"next_attempt" doc:"null where there is none"`
	LastError   string     `json:"last_error,omitempty"`
}

// ResultOp is what happened to an asset in a result.
type ResultOp string

const (
	Entered ResultOp = "entered"
	Left    ResultOp = "left" // deleted, changed or no longer for these eyes
)

// ResultChange is one entry of the feed of a saved search. Asset is set for Entered alone.
type ResultChange struct {
	ID    semdex.AssetID    `json:"id"`
	Op    ResultOp          `json:"op" enum:"entered,left"`
	Asset *search.AssetView `json:"asset,omitempty"`
}

// ResultChanges is a page of that feed. NextCursor is where to go on, now or later; it is never empty. The page is the
// last one for now when it holds fewer changes than asked for.
type ResultChanges struct {
	Changes    []ResultChange `json:"changes"`
	NextCursor string         `json:"next_cursor"`
}

// ResultNotice is the body of a notification.
type ResultNotice struct {
	Type    string           `json:"type"` // search.entered
	At      time.Time        `json:"at"`   // when it was first to be told
	Search  NoticeSearch     `json:"search"`
	Entered []NoticeAsset    `json:"entered"`
	Left    []semdex.AssetID `json:"left"`
	Cursor  string           `json:"cursor"` // of the feed: all that is told here lies before it
}

// NoticeSearch names the saved search of a notification.
type NoticeSearch struct {
	Library string `json:"library"`
	ID      string `json:"id"`
	Name    string `json:"name"`
}

// NoticeAsset is an asset that entered.
type NoticeAsset struct {
	ID    semdex.AssetID    `json:"id"`
	Asset *search.AssetView `json:"asset"`
}

// SavedList are the saved searches that a key may read.
type SavedList struct {
	Searches []SavedSearch `json:"searches"`
}

// maxSavedName bounds the name of a saved search, in bytes.
const maxSavedName = 200

var savedIDParam = param{name: "id", kind: str, required: true, max: 64, about: "Id of the saved search."}

var savedBody = []param{
	{name: "name", kind: str, max: maxSavedName, about: "What it is called."},
	{name: "q", kind: str, max: search.MaxQuery, about: "What to search for. All that the key may see where it is left out."}, langParam, expandParam, depthParam, excludeParam, schemesParam, correctParam,
	{name: "filters", kind: filters, about: filterAbout}, accessParams[0], accessParams[1],
	{name: "notify", kind: object, items: Notify{}, about: "Where to tell of what enters the result: url, and a secret to sign by (whsec_ and 24 to 64 bytes in base64). " +
		"Without a secret the one before stays, or one is made and shown once."},
}

const savedAbout = "It belongs to the key that made it and sees what that key sees, whoever reads it. "

const noticeAbout = "With notify, a POST with a JSON body (type, at, search, entered, left, cursor) goes to url when something enters the result, " +
	"signed by the Standard Webhooks specification in webhook-id, webhook-timestamp and webhook-signature. An answer in 2xx takes it; else it is sent again, with growing " +
	"waits, for about three days. It may come twice, under the same webhook-id. "

var savedRoutes = []route{
	{method: http.MethodGet, path: "/v1/searches", id: "savedSearches", group: "Saved searches", scope: ScopeSearch, also: ScopeManage, summary: "Saved searches",
		about: "Those of the key; with the scope manage those of all keys.", params: []param{}, serve: (*call).savedList, answers: ok("The searches, by their names.", SavedList{})},
	{method: http.MethodPost, path: "/v1/searches", id: "saveSearch", group: "Saved searches", scope: ScopeSearch, also: ScopeManage, heavy: true, summary: "Save a search",
		about: savedAbout + noticeAbout + "What is in the result already is not told.", body: savedBody, serve: (*call).saveSearch,
		answers: []answer{{status: http.StatusCreated, about: "It is saved.", media: []media{{typeJSON, SavedSearch{}}}, headers: []string{"Location"}}}},
	{method: http.MethodGet, path: "/v1/searches/{id}", id: "savedSearch", group: "Saved searches", scope: ScopeSearch, also: ScopeManage, summary: "One saved search",
		about: "With how its notifications go. The secret is never shown.", params: []param{savedIDParam}, serve: (*call).savedSearch, answers: ok("The search.", SavedSearch{})},
	{method: http.MethodPut, path: "/v1/searches/{id}", id: "changeSearch", group: "Saved searches", scope: ScopeSearch, also: ScopeManage, heavy: true, summary: "Change a saved search",
		about: "All of it is replaced but the secret, which stays where notify brings none, and its key. By another request the result changes, and the feed tells so; " +
			"no notification does. Notifications that were given up begin again.",
		params: []param{savedIDParam}, body: savedBody, serve: (*call).changeSearch, answers: ok("The search.", SavedSearch{})},
	{method: http.MethodDelete, path: "/v1/searches/{id}", id: "dropSearch", group: "Saved searches", scope: ScopeSearch, also: ScopeManage, summary: "Drop a saved search",
		params: []param{savedIDParam}, serve: (*call).dropSearch, answers: []answer{{status: http.StatusNoContent, about: "It is dropped."}}},
	{method: http.MethodGet, path: "/v1/searches/{id}/changes", id: "searchChanges", group: "Saved searches", scope: ScopeSearch, also: ScopeManage, heavy: true, summary: "What entered and left its result",
		about: "The delta feed of the result. Start without a cursor, which gives all that is in it, keep next_cursor, and come back with it. " +
			"Whoever follows it from the start has the result. For the key that it belongs to, and for keys with manage and unapproved.",
		params: []param{savedIDParam, {name: "cursor", kind: str, about: "next_cursor of the answer before. The start where it is left out."},
			{name: "limit", kind: integer, min: 1, max: search.MaxLimit, value: search.MaxLimit, about: "Changes to show."}, langParam},
		serve: (*call).searchChanges, answers: ok("The changes; fewer than limit when there are no more for now.", ResultChanges{})},
}

func (c *call) savedList() error {
	all, err := c.lib.SavedSearches(c.ctx())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, SavedList{slices.DeleteFunc(all, func(s SavedSearch) bool { return !c.maySee(s) })})
}

// maySee says whether the key may read and change a saved search.
func (c *call) maySee(s SavedSearch) bool { return s.Key == c.key.ID || c.key.Has(ScopeManage) }

// mayRead says whether the key may see the result of a saved search, which is what its own key sees.
func (c *call) mayRead(s SavedSearch) bool {
	return s.Key == c.key.ID || c.key.Has(ScopeManage) && c.key.Has(ScopeUnapproved)
}

// saved finds the saved search that the path names. One of another key is as good as none.
func (c *call) saved() (SavedSearch, error) {
	s, err := c.lib.SavedSearch(c.ctx(), c.args.text("id"))
	if err == nil && !c.maySee(s) || err != nil && semdex.CodeOf(err) == semdex.NotFound {
		return s, &semdex.Error{Code: semdex.NotFound, Message: "no such saved search", Hint: "GET /v1/searches lists those of the key"}
	}
	return s, err
}

func (c *call) savedSearch() error {
	s, err := c.saved()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, s)
}

// savedFromBody reads what a body says of a saved search.
func (c *call) savedFromBody() (SavedSearch, error) {
	s := SavedSearch{Name: c.args.text("name"), SavedRequest: SavedRequest{Query: c.args.text("q"), Lang: c.args.text("lang"), Expand: c.args.text("expand"),
		Depth: given[int](c.args, "depth"), Exclude: c.args.list("exclude"), Schemes: c.args.list("scheme"), Correct: given[bool](c.args, "correct"),
		Filters: get[map[string][]string](c.args, "filter"), Territory: c.args.text("territory"), Channel: c.args.text("channel")}}
	raw := get[json.RawMessage](c.args, "notify")
	if raw == nil {
		return s, nil
	}
	notify := args{}
	err := readMembers([]param{{name: "url", kind: str, required: true, max: 2048, about: "address of the receiver, https"}, {name: "secret", kind: str, max: 256}}, raw, notify)
	s.Notify = &Notify{URL: notify.text("url"), Secret: notify.text("secret")}
	return s, within("notify", err)
}

// given is a parameter where it is given, nil where it is not.
func given[T any](a args, name string) *T {
	v, ok := a[name].(T)
	if !ok {
		return nil
	}
	return &v
}

func (c *call) saveSearch() error {
	s, err := c.savedFromBody()
	if err != nil {
		return err
	}
	s.Key = c.key.ID
	if s, err = c.lib.SaveSearch(c.ctx(), s); err != nil {
		return err
	}
	c.gin.Header("Location", "/v1/searches/"+url.PathEscape(s.ID))
	return c.json(http.StatusCreated, s)
}

func (c *call) changeSearch() error {
	old, err := c.saved()
	if err != nil {
		return err
	}
	s, err := c.savedFromBody()
	if err != nil {
		return err
	}
	s.ID, s.Key = old.ID, old.Key
	if s, err = c.lib.SaveSearch(c.ctx(), s); err != nil {
		return err
	}
	return c.json(http.StatusOK, s)
}

func (c *call) dropSearch() error {
	s, err := c.saved()
	if err != nil {
		return err
	}
	if err := c.lib.DropSearch(c.ctx(), s.ID); err != nil {
		return err
	}
	c.gin.Status(http.StatusNoContent)
	return nil
}

func (c *call) searchChanges() error {
	s, err := c.saved()
	if err != nil {
		return err
	}
	if !c.mayRead(s) {
		return &semdex.Error{Code: semdex.Forbidden, Message: "the saved search belongs to another key, whose assets this key need not see",
			Hint: "use the key that made it, or one with the scopes manage and unapproved"}
	}
	changes, err := c.lib.SearchChanges(c.ctx(), s.ID, c.args.text("cursor"), c.args.integer("limit", search.MaxLimit), c.args.text("lang"))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, changes)
}

// Request is the request of a saved search as its key would make it now.
func (r SavedRequest) Request(k Key, lib Library, now time.Time) search.Request {
	a := args{}
	for name, value := range map[string]string{"lang": r.Lang, "expand": r.Expand, "territory": r.Territory, "channel": r.Channel} {
		if value != "" {
			a[name] = value
		}
	}
	for name, values := range map[string][]string{"exclude": r.Exclude, "scheme": r.Schemes} {
		if len(values) > 0 {
			a[name] = values
		}
	}
	if len(r.Filters) > 0 {
		a["filter"] = r.Filters
	}
	if r.Depth != nil {
		a["depth"] = *r.Depth
	}
	if r.Correct != nil {
		a["correct"] = *r.Correct
	}
	c := &call{service: &service{now: func() time.Time { return now }}, key: k, lib: lib, args: a}
	return c.request(r.Query)
}
