package library

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"semdex"
	"semdex/api"
	"semdex/internal/mirror"
	"semdex/search"
)

// followBatch is how many changed assets are looked at in one search, and maxFollowed from how many on the whole
// result is compared instead.
const (
	followBatch = 1000
	maxFollowed = 20_000
)

// follow brings the result of a saved search up to the index, and stores it. Where the plan is that of last time, it
// looks at the assets that changed since; where it is another one, as after a change of vocabulary or at a new day
// of rights, and once a day whatever the plan, it compares the whole result. stored is false where nothing was new.
//
// The number of the last change that is to be seen is read before the state is pinned, so the state may be newer: what
// changed in between is looked at once more next time, which changes nothing.
func (l *Library) follow(ctx context.Context, s *savedSearch) (stored bool, err error) {
	r, err := l.savedRequest(s)
	if err != nil {
		return false, err
	}
	applied := l.index.shown.Load()
	w, err := l.search.Watch(ctx, r)
	if err != nil {
		return false, err
	}
	defer w.Release()
	if w.Total > maxSavedResult {
		return false, &semdex.Error{Code: semdex.Conflict, Message: fmt.Sprintf("the saved search finds %d assets", w.Total),
			Hint: fmt.Sprintf("at most %d are followed; narrow it, or follow GET /v1/changes instead", maxSavedResult)}
	}
	plan := hex.EncodeToString(w.Plan[:])
	whole := plan != s.Plan || l.today(s.Compared) != l.today(l.now()) || applied < s.Applied || applied-s.Applied > maxFollowed
	if !whole && applied == s.Applied && s.Problem == "" {
		return false, nil
	}
	var d mirror.ResultDelta
	if whole {
		s.Compared = l.now().UTC()
		d, err = l.compareResult(ctx, s, w)
	} else {
		d, err = l.compareChanged(ctx, s, w, applied)
	}
	if err != nil {
		return false, err
	}
	s.Plan, s.Applied, s.Problem = plan, applied, ""
	return true, l.storeSaved(s, d)
}

// today is the day of a moment in the library's time zone.
func (l *Library) today(t time.Time) semdex.Date {
	if l.config.Zone != nil {
		t = t.In(l.config.Zone)
	}
	return semdex.DateOf(t)
}

// compareResult tells how a result differs from what it was, all assets of both.
func (l *Library) compareResult(ctx context.Context, s *savedSearch, w *search.Watch) (mirror.ResultDelta, error) {
	now, err := w.All(ctx, maxSavedResult)
	if err != nil {
		return mirror.ResultDelta{}, err
	}
	before, err := l.mirror.ResultMembers(s.ID)
	if err != nil {
		return mirror.ResultDelta{}, err
	}
	slices.Sort(now)
	return mirror.ResultDelta{Entered: sortedWithout(now, before), Left: sortedWithout(before, now)}, nil
}

// sortedWithout gives what of list is not in other; both are sorted.
func sortedWithout(list, other []semdex.AssetID) []semdex.AssetID {
	var out []semdex.AssetID
	for _, id := range list {
		if _, in := slices.BinarySearch(other, id); !in {
			out = append(out, id)
		}
	}
	return out
}

// compareChanged tells which of the assets that changed since the last time entered or left a result.
func (l *Library) compareChanged(ctx context.Context, s *savedSearch, w *search.Watch, through uint64) (mirror.ResultDelta, error) {
	var d mirror.ResultDelta
	for after := s.Applied; after < through; {
		changes, err := l.mirror.Changes(after, followBatch)
		if err != nil || len(changes) == 0 {
			return d, err
		}
		after = changes[len(changes)-1].Number
		var ids []semdex.AssetID
		for _, c := range changes {
			if c.Kind == mirror.AssetChange && c.Number <= through {
				ids = append(ids, assetID(c.ID))
			}
		}
		if err := l.compareSome(ctx, s, w, ids, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (l *Library) compareSome(ctx context.Context, s *savedSearch, w *search.Watch, ids []semdex.AssetID, d *mirror.ResultDelta) error {
	if len(ids) == 0 {
		return nil
	}
	found, err := w.Of(ctx, ids)
	if err != nil {
		return err
	}
	before, err := l.mirror.InResult(s.ID, ids)
	if err != nil {
		return err
	}
	slices.Sort(found)
	for i, id := range ids {
		_, now := slices.BinarySearch(found, id)
		switch {
		case now && !before[i]:
			d.Entered = append(d.Entered, id)
		case !now && before[i]:
			d.Left = append(d.Left, id)
		}
	}
	return nil
}

// SearchChanges gives what entered and left the result of a saved search, as its key may see it. A reader who begins
// at the start has no asset yet, so none leaves that left before he began.
func (l *Library) SearchChanges(ctx context.Context, id, cursor string, limit int, lang string) (api.ResultChanges, error) {
	none := api.ResultChanges{}
	l.saved.mu.Lock()
	defer l.saved.mu.Unlock()
	s, err := l.loadSaved(id)
	if err != nil {
		return none, err
	}
	if _, err := l.follow(ctx, s); err != nil {
		return none, err
	}
	at, err := readResultCursor(cursor, s)
	if err != nil {
		return none, err
	}
	page, err := l.resultPage(s, at, math.MaxUint64, limit, cmp.Or(lang, s.Request.Lang))
	return api.ResultChanges{Changes: page.changes, NextCursor: page.next.String()}, err
}

// resultPage is a piece of the feed of a result.
type resultPage struct {
	changes []api.ResultChange
	next    resultCursor
	whole   bool // it goes to where it was asked to
}

// resultPage reads the feed from a place on, up to an entry. It ends before an asset that changed since the result was brought up to
// date, so that it is no longer to be seen: what became of it comes next time.
func (l *Library) resultPage(s *savedSearch, at resultCursor, through uint64, limit int, lang string) (resultPage, error) {
	page := resultPage{changes: []api.ResultChange{}, next: at, whole: true}
	r, err := l.savedRequest(s)
	if err != nil {
		return page, err
	}
	reader := l.search.Reader()
	defer reader.Release()
	access := reader.Restrict(r.Access)
	for len(page.changes) < limit {
		entries, err := l.mirror.ResultChanges(s.ID, page.next.after, limit-len(page.changes))
		if err != nil || len(entries) == 0 {
			return page, err
		}
		for _, e := range entries {
			if e.Number > through {
				return page, nil
			}
			change := api.ResultChange{ID: e.ID, Op: api.Left}
			if !e.Left {
				asset, err := l.mirror.Asset(e.ID)
				if err != nil {
					return page, err
				}
				if asset == nil || !access.Visible(asset) {
					page.whole = false
					return page, nil
				}
				change.Op, change.Asset = api.Entered, reader.View(asset, access, lang)
			}
			if !e.Left || e.Number > at.began {
				page.changes = append(page.changes, change)
			}
			page.next.after = e.Number
		}
	}
	return page, nil
}

// resultCursor is a place in the feed of a saved search: go on after the one entry; whoever reads began when the other
// was the newest.
type resultCursor struct {
	search       string
	after, began uint64
}

func (c resultCursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "r%d.%d.%s", c.after, c.began, c.search))
}

func readResultCursor(text string, s *savedSearch) (resultCursor, error) {
	if text == "" {
		return resultCursor{s.ID, 0, s.Result.Newest}, nil
	}
	bad := func(message string) (resultCursor, error) {
		return resultCursor{}, &semdex.Error{Code: semdex.Invalid, Message: message, Hint: "leave it out to begin at the start"}
	}
	var c resultCursor
	body, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = fmt.Sscanf(string(body), "r%d.%d.", &c.after, &c.began)
		_, rest, _ := strings.Cut(string(body), ".")
		_, c.search, _ = strings.Cut(rest, ".")
	}
	switch {
	case err != nil || c.String() != text:
		return bad("the cursor is not one of ours")
	case c.search != s.ID || c.after > s.Result.Newest:
		return bad("the cursor belongs to another saved search")
	case max(c.after, c.began) < s.Result.Horizon:
		return bad("the cursor is too old: more assets left the result since than are remembered")
	}
	return c, nil
}
