package poolparty

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"semdex/internal/remote"
)

const (
	// overlap is how far before the newest event the history is read again: more than any two time zones differ.
	overlap = 26 * time.Hour
	// pageLimit is how many events are asked for at once.
	pageLimit = 1000
	// defaultPage is what a server gives that knows no limit: a page that is shorter is the last one.
	defaultPage = 100
	// maxPages bounds a history: more is as good as none.
	maxPages = 200
	// timeParameter is the form of times in parameters, in the zone of the server.
	timeParameter = "2006-01-02T15:04:05"
)

// event is one change of a project.
type event struct {
	URI     string
	Concept string
	Date    string // as it came
	at      time.Time
}

// events are those from a time on.
type events struct {
	count  int
	newest time.Time // zero where there is none
	digest string    // the same for the same set of events
}

// errNoHistory says why the history cannot be used, though the server answers.
type errNoHistory string

func (e errNoHistory) Error() string { return "the history of the project is of no use: " + string(e) }

// history reads the events from a time on, page by page.
func (s *Source) history(ctx context.Context, p project, from time.Time) (events, error) {
	seen := map[string]bool{}
	var all events
	var keys []string
	for range maxPages {
		query := url.Values{"fromTime": {from.In(s.config.ServerZone).Format(timeParameter)}, "limit": {strconv.Itoa(pageLimit)}, "offset": {strconv.Itoa(all.count)}}
		var page []event
		_, err := s.read(ctx, s.request("/PoolParty/api/history/"+url.PathEscape(p.ID), query), func(body []byte) (err error) {
			page, err = decodeEvents(body, s.config.ServerZone)
			return err
		})
		if err != nil {
			return events{}, err
		}
		fresh := 0
		for _, e := range page {
			if key := e.key(); e.URI == "" || !seen[key] {
				seen[key] = true
				keys, fresh = append(keys, key), fresh+1
			}
			if e.at.After(all.newest) {
				all.newest = e.at
			}
		}
		if len(page) > 0 && fresh == 0 {
			return events{}, errNoHistory("it gives the same page whatever the offset")
		}
		all.count += len(page)
		if len(page) < defaultPage {
			all.digest = digestOf(keys)
			return all, nil
		}
	}
	return events{}, errNoHistory("it is too long")
}

// noHistory reports whether an error means that there is no history to be used, rather than that nothing works.
func noHistory(err error) bool {
	var useless errNoHistory
	if errors.As(err, &useless) {
		return true
	}
	fault := remote.FaultOf(err)
	return fault != nil && slices.Contains([]remote.Kind{remote.Forbidden, remote.Missing, remote.Broken, remote.Refused,
		remote.Unreadable, remote.TimedOut, remote.TooLarge, remote.Cut}, fault.Kind)
}

// key tells an event from all others.
func (e event) key() string { return e.URI + "\x00" + e.Date + "\x00" + e.Concept }

func digestOf(keys []string) string {
	slices.Sort(keys)
	sum := sha256.Sum256([]byte(strings.Join(keys, "\x01")))
	return hex.EncodeToString(sum[:])
}

// decodeEvents reads a page of the history. The names of its fields differ between servers. An event that cannot be
// understood counts by its text; where none can, the page cannot be read.
func decodeEvents(body []byte, zone *time.Location) ([]event, error) {
	items, err := decodeRaw(body)
	if err != nil {
		return nil, err
	}
	understood := 0
	list := make([]event, len(items))
	for i, item := range items {
		e, ok := decodeEvent(item, zone)
		if !ok {
			list[i] = event{URI: string(item)}
			continue
		}
		list[i] = e
		understood++
	}
	if len(items) > 0 && understood == 0 {
		return nil, errors.New("none of the events has a date and a name")
	}
	return list, nil
}

// decodeRaw reads a list that stands alone or in an object.
func decodeRaw(body []byte) ([]json.RawMessage, error) {
	var list []json.RawMessage
	err := json.Unmarshal(body, &list)
	if err == nil {
		return list, nil
	}
	var outer object
	if json.Unmarshal(body, &outer) != nil {
		return nil, err
	}
	for _, key := range []string{"events", "history", "historyevents", "items", "results"} {
		if json.Unmarshal(outer[key], &list) == nil {
			return list, nil
		}
	}
	return nil, err
}

func decodeEvent(raw json.RawMessage, zone *time.Location) (event, bool) {
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return event{}, false
	}
	e := event{
		URI:     o.text("uri", "eventuri", "@id", "id", "event"),
		Concept: o.text("concept", "concepturi", "resource", "resourceuri", "subject", "subjectofchange", "changedconcept"),
		Date:    o.text("date", "createddate", "creationtime", "creationdate", "datetime", "timestamp", "time", "created"),
	}
	var ok bool
	e.at, ok = parseTime(e.Date, zone)
	return e, ok && (e.URI != "" || e.Concept != "")
}

// timeLayouts are the dresses of times, those with a zone first.
var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "Mon Jan 2 15:04:05 MST 2006", time.RFC1123,
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02", "02.01.2006T15.04.05", "02.01.2006 15:04:05", "02.01.2006",
}

// parseTime reads a time as servers write it, or a number of milliseconds or seconds since 1970. What has no zone is
// in the zone given; a zone that is only an abbreviation may be some hours off.
func parseTime(text string, zone *time.Location) (time.Time, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n < 1e11 {
			n *= 1000
		}
		return sane(time.UnixMilli(n).UTC())
	}
	for _, layout := range timeLayouts {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return sane(at.UTC())
		}
	}
	return time.Time{}, false
}

func sane(at time.Time) (time.Time, bool) { return at, at.Year() >= 1970 && at.Year() < 2200 }

// lastChange asks for the time of the last change, as it stands there; "" where it cannot be told.
func (s *Source) lastChange(ctx context.Context, p project) (string, error) {
	var last string
	_, err := s.read(ctx, s.request("/PoolParty/api/indexbuilder/"+url.PathEscape(p.ID), nil), func(body []byte) error {
		var o object
		if err := json.Unmarshal(body, &o); err != nil {
			return err
		}
		last = cmp.Or(o.text("lastchangetime"), last)
		return nil
	})
	if noHistory(err) {
		return "", nil
	}
	return last, err
}
