package library

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"semdex"
	"semdex/analytics"
	"semdex/api"
	"semdex/internal/mirror"
	"semdex/search"
)

// Name is the name of the library in the configuration.
func (l *Library) Name() string { return l.name }

// TimeZone is where the library's days begin.
func (l *Library) TimeZone() *time.Location { return l.config.Zone }

// DenyMissingRights says whether assets without a rights record are refused.
func (l *Library) DenyMissingRights() bool { return l.config.Rights.Missing == "deny" }

// Owner is the access of whoever owns the data: everything, judged by today's date.
func (l *Library) Owner() search.Access {
	a := l.Client()
	a.All = true
	return a
}

// Client is the access of a plain key today.
func (l *Library) Client() search.Access {
	return search.Access{Use: semdex.Use{On: semdex.DateOf(l.now().In(l.config.Zone))}, DenyMissing: l.DenyMissingRights()}
}

// CustomFields gives the names of the custom fields that assets bear.
func (l *Library) CustomFields() []string {
	reader := l.search.Reader()
	defer reader.Release()
	return reader.CustomFields()
}

// Warm makes ready what the first queries would wait for, unless ctx ends before.
func (l *Library) Warm(ctx context.Context) { l.search.Warm(ctx) }

// Search answers a request.
func (l *Library) Search(ctx context.Context, r search.Request) (*search.Answer, error) {
	return l.search.Search(ctx, r)
}

// Facet gives the values of one facet.
func (l *Library) Facet(ctx context.Context, f search.FacetRequest, r search.Request) (*search.FacetCounts, error) {
	return l.live().Facet(ctx, f, r)
}

// Suggest completes what a reader types.
func (l *Library) Suggest(ctx context.Context, r search.SuggestRequest) (*search.Suggestions, error) {
	return l.live().Suggest(ctx, r)
}

// Asset gives one asset.
func (l *Library) Asset(ctx context.Context, id string, access search.Access, lang string) (*search.AssetView, error) {
	return l.search.Asset(ctx, id, access, lang)
}

// Related gives assets about the same concepts.
func (l *Library) Related(ctx context.Context, r search.SimilarRequest) ([]search.Similar, error) {
	return l.search.Related(ctx, r)
}

// Concept gives one concept.
func (l *Library) Concept(ctx context.Context, uri, lang string, access search.Access) (*search.ConceptView, error) {
	return l.live().Concept(ctx, uri, lang, access)
}

// Concepts finds concepts by their labels.
func (l *Library) Concepts(ctx context.Context, q, scheme, lang string, offset, limit int, access search.Access) (int, []search.ConceptView, error) {
	return l.live().Concepts(ctx, q, scheme, lang, offset, limit, access)
}

// Tree gives the concepts below one, or the top ones.
func (l *Library) Tree(ctx context.Context, uri, scheme, lang string, access search.Access) ([]search.ConceptView, error) {
	return l.live().Tree(ctx, uri, scheme, lang, access)
}

// Schemes gives the concept schemes.
func (l *Library) Schemes(ctx context.Context, lang string) ([]api.Scheme, error) {
	return l.live().Schemes(ctx, lang)
}

// Changes gives what changed since a cursor, each asset once, as the access may see it. A reader who begins at
// the start has no asset yet, so nothing is withdrawn from him that was withdrawn or deleted before he began.
func (l *Library) Changes(_ context.Context, cursor string, limit int, lang string, access search.Access) (api.Changes, error) {
	applied, err := l.index.Applied() // beyond that, records are newer than the links to their concepts
	if err != nil {
		return api.Changes{}, err
	}
	at, err := readFeedCursor(cursor, applied)
	if err != nil {
		return api.Changes{}, err
	}
	reader := l.search.Reader()
	defer reader.Release()
	access = reader.Restrict(access)
	out := api.Changes{Changes: []api.Change{}}
	for len(out.Changes) < limit && at.after < applied {
		changed, through, err := l.mirror.ChangedAssets(at.after, int(min(uint64(limit-len(out.Changes)), applied-at.after)))
		if err != nil {
			return api.Changes{}, err
		}
		for _, c := range changed {
			if entry := change(c, reader, access, lang); c.Number <= applied && told(entry, c.Number > at.began, access) {
				out.Changes = append(out.Changes, entry)
			}
		}
		if through == at.after {
			break
		}
		at.after = min(through, applied)
	}
	out.NextCursor = at.String()
	return out, nil
}

// told reports whether an entry of the feed is for the access: what it may see always is. What is gone is no news
// before the reader began, unless he sees everything. An access with a restriction is told of nothing else: the
// log does not say whether it ever saw what is gone.
func told(entry api.Change, since bool, access search.Access) bool {
	return entry.Op == api.Changed || access.Only == "" && (access.All || since)
}

// change tells a change as the access may see it.
func change(c mirror.ChangedAsset, reader *search.Reader, access search.Access, lang string) api.Change {
	entry := api.Change{ID: assetID(c.ID), Op: api.Changed}
	switch {
	case c.Deleted:
		entry.Op = api.Deleted
	case !access.Visible(c.Asset):
		entry.Op = api.Withdrawn
	default:
		entry.Asset = reader.View(c.Asset, access, lang)
	}
	return entry
}

// feedCursor is a place in the change log: go on after the one number; whoever reads began when the other was
// the newest.
type feedCursor struct{ after, began uint64 }

func (c feedCursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "c%d.%d", c.after, c.began))
}

func readFeedCursor(s string, newest uint64) (feedCursor, error) {
	if s == "" {
		return feedCursor{0, newest}, nil
	}
	var c feedCursor
	body, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		_, err = fmt.Sscanf(string(body), "c%d.%d", &c.after, &c.began)
	}
	if err != nil || c.String() != s {
		return c, badCursor()
	}
	return c, nil
}

func badCursor() error {
	return &semdex.Error{Code: semdex.Invalid, Message: "the cursor is not one of ours", Hint: "leave it out to begin at the start"}
}

// Record takes events in. Where they tell acts on hits of recent answers, it adds by what these were found.
func (l *Library) Record(ctx context.Context, events []semdex.Event) (analytics.Receipt, error) {
	events = slices.Clone(events)
	for i := range events {
		l.addFound(&events[i])
	}
	store, err := l.usage.open()
	if err != nil {
		return analytics.Receipt{}, err
	}
	defer l.usage.touch()
	return store.Record(ctx, events, l.now())
}

// Why says why an asset is not in the answer to a request, or not higher up.
func (l *Library) Why(ctx context.Context, id string, r search.Request, eyes search.Access) (*search.Why, error) {
	return l.search.Why(ctx, id, r, eyes)
}

// Status says how the library stands.
func (l *Library) Status(ctx context.Context) (api.Status, error) {
	s := api.Status{Library: l.name, Concepts: l.graph.Load().Len(), Problems: len(l.graph.Load().Problems()), Sources: []api.SourceStatus{}}
	var err error
	if s.Assets, err = l.mirror.Count(); err != nil {
		return s, err
	}
	if s.Sequence, err = l.mirror.Sequence(); err != nil {
		return s, err
	}
	store, err := l.usage.open()
	if err != nil {
		return s, err
	}
	if s.Events, err = store.Count(ctx); err != nil {
		return s, err
	}
	if s.Saved, err = l.savedStatus(); err != nil {
		return s, err
	}
	s.Log = l.eventLog.status()
	for _, src := range l.sources {
		s.Sources = append(s.Sources, l.sourceStatus(src.Name(), "assets"))
	}
	for _, v := range l.vocabularies {
		s.Sources = append(s.Sources, l.sourceStatus(v.Name(), "concepts"))
	}
	for _, n := range *l.rejected.Load() {
		s.Problems += n
	}
	return s, nil
}

func (l *Library) sourceStatus(name, kind string) api.SourceStatus {
	s := api.SourceStatus{Name: name, Kind: kind}
	run, ran := l.runs.of(name)
	if !ran {
		return s
	}
	s.Counts, s.LastError = run.Counts, run.Error
	if !run.Synced.IsZero() {
		lag := max(0, l.now().Sub(run.Synced).Seconds())
		s.LastSync, s.LagSeconds = &run.Synced, &lag
	}
	return s
}

// Rank gives the ids of the hits of a request, best first.
func (l *Library) Rank(ctx context.Context, r search.Request) ([]string, error) {
	ids, err := l.search.Rank(ctx, r)
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out, err
}

// ResolveID gives the full id of an asset of which leading parts may have been left out.
func (l *Library) ResolveID(id string) (string, bool) {
	full, ok := l.search.Resolve(id)
	return string(full), ok
}
