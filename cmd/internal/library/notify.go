package library

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"net/http"
	"sync"
	"time"

	"semdex"
	"semdex/api"
	"semdex/internal/mirror"
	"semdex/internal/remote"
)

// retrySchedule is how long after each failed attempt the next one comes, as the Standard Webhooks specification
// proposes: ten attempts in about three days. Then the notification is given up until someone changes it.
var retrySchedule = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// Bounds of one notification.
const (
	noticeEntries = 100              // entries of the result that one tells
	noticeTimeout = 15 * time.Second // for the receiver to answer
	noticeAnswer  = 64 << 10         // bytes of the answer that are read
	noticeSenders = 8                // receivers that are called at once
	noticeRound   = 20               // notifications of one saved search in a row
	checkEvery    = time.Hour        // saved searches are followed at least so often
)

// receivers is what the configuration lets notifications be sent to.
func (l *Library) receivers() *remote.Guard { return &remote.Guard{Allow: l.config.Notify.Allow} }

// wake has results followed and notifications sent soon.
func (l *Library) wake() {
	select {
	case l.saved.wake <- struct{}{}:
	default:
	}
}

// KeepWatch follows the saved searches and sends their notifications, until ctx ends: after each change of assets or
// vocabulary, when the day changes, and when a notification that failed is to be sent again.
func (l *Library) KeepWatch(ctx context.Context) {
	transport := l.receivers().Transport()
	defer transport.CloseIdleConnections()
	for ctx.Err() == nil {
		next := l.watch(ctx, transport)
		timer := time.NewTimer(max(0, next.Sub(l.now())))
		select {
		case <-ctx.Done():
		case <-l.saved.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// watch does one round, and says when the next one is due.
func (l *Library) watch(ctx context.Context, transport http.RoundTripper) time.Time {
	all, err := l.allSaved()
	if err != nil {
		l.log.Error("the saved searches cannot be read", "err", err)
	}
	places := make(chan struct{}, noticeSenders)
	var senders sync.WaitGroup
	var mu sync.Mutex
	next := l.nextRound()
	for _, s := range all {
		if ctx.Err() != nil {
			break
		}
		if !l.followAlone(ctx, s.ID) || s.Notify == nil {
			continue
		}
		places <- struct{}{}
		senders.Go(func() {
			defer func() { <-places }()
			if due := l.send(ctx, s.ID, transport); !due.IsZero() {
				mu.Lock()
				defer mu.Unlock()
				if due.Before(next) {
					next = due
				}
			}
		})
	}
	senders.Wait()
	return next
}

// nextRound is the next midnight, when rights begin and end, or an hour from now if that is earlier.
func (l *Library) nextRound() time.Time {
	now := l.now()
	if l.config.Zone != nil {
		now = now.In(l.config.Zone)
	}
	midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 1, 0, now.Location())
	if soon := now.Add(checkEvery); soon.Before(midnight) {
		return soon
	}
	return midnight
}

// followAlone brings a result up to date, and says whether it is. Why it is not is told by the saved search.
func (l *Library) followAlone(ctx context.Context, id string) bool {
	l.saved.mu.Lock()
	defer l.saved.mu.Unlock()
	s, err := l.loadSaved(id)
	if err != nil {
		return false // dropped meanwhile
	}
	if _, err = l.follow(ctx, s); err == nil || ctx.Err() != nil {
		return err == nil
	}
	public := semdex.Public(err)
	if public.Code == semdex.Internal {
		l.log.Error("a saved search cannot be followed", "search", id, "err", err)
	}
	if s.Problem != public.Message {
		s.Problem = public.Message
		if err := l.storeSaved(s, mirror.ResultDelta{}); err != nil {
			l.log.Error("a saved search cannot be stored", "search", id, "err", err)
		}
	}
	return false
}

// waiting reports whether there is a notification to send: something entered that was not told.
func (l *Library) waiting(s *savedSearch) (bool, error) {
	if s.Notify.Message != nil {
		return true, nil
	}
	for after := s.Notify.Told; after < s.Result.Newest; {
		entries, err := l.mirror.ResultChanges(s.ID, after, 1000)
		if err != nil || len(entries) == 0 {
			return false, err
		}
		for _, e := range entries {
			if after = e.Number; !e.Left {
				return true, nil
			}
		}
	}
	return false, nil
}

// send sends what a saved search has to tell, notification by notification, and says when to go on; never where the
// moment is zero.
func (l *Library) send(ctx context.Context, id string, transport http.RoundTripper) time.Time {
	for range noticeRound {
		n, due, err := l.nextNotice(id)
		if err != nil {
			l.log.Error("a notification cannot be made", "search", id, "err", err)
			return time.Time{}
		}
		if n == nil {
			return due
		}
		err = l.post(ctx, n, transport)
		if ctx.Err() != nil {
			return time.Time{} // it is sent again
		}
		if due, err = l.sent(n, err); err != nil {
			l.log.Error("a notification cannot be kept", "search", id, "err", err)
			return time.Time{}
		}
		if !due.IsZero() {
			return due
		}
	}
	return l.now()
}

// notice is a notification ready to be sent.
type notice struct {
	search, message, url string
	header               http.Header
	body                 []byte
}

// nextNotice makes the notification that is due, nil where none is; then it says when to look again.
func (l *Library) nextNotice(id string) (*notice, time.Time, error) {
	l.saved.mu.Lock()
	defer l.saved.mu.Unlock()
	s, err := l.loadSaved(id)
	if errors.Is(err, errNoSaved) { // dropped meanwhile
		return nil, time.Time{}, nil
	}
	for err == nil && s.Notify != nil && !s.Notify.Stopped {
		if m := s.Notify.Message; m != nil && m.Next.After(l.now()) {
			return nil, m.Next, nil
		}
		waiting, err := l.waiting(s)
		if err != nil || !waiting {
			return nil, time.Time{}, err
		}
		n, settled, err := l.makeNotice(s)
		if err != nil || n != nil {
			return n, time.Time{}, err
		}
		if !settled {
			return nil, l.now().Add(time.Minute), nil
		}
	}
	return nil, time.Time{}, err
}

// makeNotice makes the next message of a saved search, or the one under way once more: of what of it still holds, for
// an asset that changed since has its newest entry farther on. A new message is stored before it is sent, so that it
// keeps its id. There is none where nothing of it holds any more, and none yet where it is not settled: something of it
// changed while the result was not brought up to date.
func (l *Library) makeNotice(s *savedSearch) (n *notice, settled bool, err error) {
	m, through := s.Notify.Message, uint64(math.MaxUint64)
	if m != nil {
		through = m.Through
	}
	page, err := l.resultPage(s, resultCursor{search: s.ID, after: s.Notify.Told}, through, noticeEntries, s.Request.Lang)
	if err != nil || !page.whole && (m != nil || len(page.changes) == 0) {
		return nil, false, err
	}
	if m != nil && len(page.changes) == 0 {
		s.Notify.Told, s.Notify.Message = m.Through, nil
		return nil, true, l.storeSaved(s, mirror.ResultDelta{})
	}
	if m == nil {
		m = &message{ID: "msg_" + rand.Text(), Through: page.next.after, At: l.now().UTC(), Next: l.now().UTC()}
		s.Notify.Message = m
		if err := l.storeSaved(s, mirror.ResultDelta{}); err != nil {
			return nil, false, err
		}
	}
	n, err = l.sign(s, m, page.changes)
	return n, true, err
}

// sign writes a message out.
func (l *Library) sign(s *savedSearch, m *message, changes []api.ResultChange) (*notice, error) {
	body := api.ResultNotice{Type: "search.entered", At: m.At, Search: api.NoticeSearch{Library: l.name, ID: s.ID, Name: s.Name},
		Entered: []api.NoticeAsset{}, Left: []semdex.AssetID{}, Cursor: resultCursor{s.ID, m.Through, 0}.String()}
	for _, c := range changes {
		if c.Op == api.Entered {
			body.Entered = append(body.Entered, api.NoticeAsset{ID: c.ID, Asset: c.Asset})
		} else {
			body.Left = append(body.Left, c.ID)
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	header, err := signed(s.Notify.Secret, m.ID, l.now(), text)
	if err != nil {
		return nil, err
	}
	return &notice{search: s.ID, message: m.ID, url: s.Notify.URL, header: header, body: text}, nil
}

// signed gives the headers of a message in JSON.
func signed(secret remote.WebhookSecret, id string, now time.Time, body []byte) (http.Header, error) {
	header, err := secret.Sign(id, now, body)
	if err != nil {
		return nil, err
	}
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", "Semdex")
	return header, nil
}

// deliver sends a message once.
func (n *notice) deliver(ctx context.Context, transport http.RoundTripper) error {
	client := remote.Client{System: "the receiver", Transport: transport}
	_, err := client.Do(ctx, remote.Request{Method: http.MethodPost, URL: n.url, Header: n.header, Body: n.body, Timeout: noticeTimeout, MaxBody: noticeAnswer, Once: true})
	return err
}

// post sends a notification once. When it is sent again is decided by sent, and outlives this process.
func (l *Library) post(ctx context.Context, n *notice, transport http.RoundTripper) error {
	err := n.deliver(ctx, transport)
	if err == nil {
		l.saved.delivered.Add(1)
	} else if ctx.Err() == nil {
		l.saved.failed.Add(1)
	}
	return err
}

// sent keeps what came of a notification, and says when it is to be sent again: never where the moment is zero.
func (l *Library) sent(n *notice, failure error) (time.Time, error) {
	l.saved.mu.Lock()
	defer l.saved.mu.Unlock()
	s, err := l.loadSaved(n.search)
	if errors.Is(err, errNoSaved) || err == nil && (s.Notify == nil || s.Notify.Message == nil || s.Notify.Message.ID != n.message) {
		return time.Time{}, nil // changed meanwhile
	}
	if err != nil {
		return time.Time{}, err
	}
	if failure == nil {
		s.Notify.Told, s.Notify.Message, s.Notify.Last, s.Notify.Error = s.Notify.Message.Through, nil, l.now().UTC(), ""
		return time.Time{}, l.storeSaved(s, mirror.ResultDelta{})
	}
	l.failed(s, failure)
	if err := l.storeSaved(s, mirror.ResultDelta{}); err != nil || s.Notify.Stopped {
		return time.Time{}, err
	}
	return s.Notify.Message.Next, nil
}

// failed notes an attempt that failed: the next one comes later than the one before, or as late as the receiver asks.
// After the last one, or where the receiver says that it is gone (410), the notification is given up.
func (l *Library) failed(s *savedSearch, failure error) {
	m := s.Notify.Message
	m.Attempts++
	s.Notify.Error = failureText(failure, remote.FaultOf(failure))
	wait, again := l.waitAfter(m.Attempts, failure)
	if !again {
		s.Notify.Stopped = true
		l.log.Warn("notifications of a saved search are given up", "search", s.ID, "attempts", m.Attempts, "err", failure)
		return
	}
	m.Next = l.now().UTC().Add(wait)
}

// waitAfter says how long to wait after so many attempts, of which the last one failed so; false is to give up.
func (l *Library) waitAfter(attempts int, failure error) (time.Duration, bool) {
	schedule := l.saved.retries
	if schedule == nil {
		schedule = retrySchedule
	}
	fault := remote.FaultOf(failure)
	if attempts > len(schedule) || fault != nil && fault.Status == http.StatusGone {
		return 0, false
	}
	wait := schedule[attempts-1]
	wait += mathrand.N(wait/10 + 1)
	if fault != nil {
		wait = max(wait, fault.RetryAfter())
	}
	return wait, true
}

// failureText says why a notification failed, to whoever may see the saved search: no more than a stranger may know
// of the network that this machine stands in.
func failureText(failure error, fault *remote.Fault) string {
	text := semdex.Public(failure).Message
	switch {
	case errors.Is(failure, remote.ErrNotPublic):
		text += ": " + remote.ErrNotPublic.Error()
	case fault != nil && fault.Status != 0:
		text += fmt.Sprintf(": status %d", fault.Status)
	}
	return text
}
