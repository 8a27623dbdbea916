package semdex

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"
)

// ReadEvent reads an event as encoding/json does, only faster. Its texts are parts of one copy of the line: whoever keeps one
// of them keeps all. An error is that of encoding/json.
func ReadEvent(line []byte) (Event, error) {
	e, _, err := ReadEventLine(line)
	return e, err
}

// ReadEventLine reads an event as ReadEvent does. plain says that the line holds nothing but keys of an event, each at most once.
func ReadEventLine(line []byte) (e Event, plain bool, err error) {
	if utf8.Valid(line) {
		r := eventReader{jsonReader{rest: string(line)}}
		if e := r.event(); r.whole() {
			return e, true, nil
		}
	}
	err = json.Unmarshal(line, &e)
	return e, false, err
}

// eventReader reads the keys of an event in any order, each once.
type eventReader struct{ jsonReader }

var (
	eventKeys = []string{"event_id", "type", "occurred_at", "received_at", "asset_id", "rendition", "query_id", "position", "q", "lang", "total", "concepts", "actor",
		"session_id", "client", "context", "value", "count", "source", "found_by", "search"}
	searchKeys = []string{"filters", "sort", "page", "took_ms", "expand", "corrected", "added", "kinds", "expansion_hits"}
	actorKeys  = []string{"id", "type", "business_unit"}
	clientKeys = []string{"name", "integration"}
	valueKeys  = []string{"amount", "currency"}
)

func (r *eventReader) event() (e Event) {
	r.anyOrder(eventKeys, func(key string) { r.value(&e, key) })
	return e
}

func (r *eventReader) value(e *Event, key string) {
	switch key {
	case "event_id":
		e.ID = r.text()
	case "type":
		e.Type = r.text()
	case "occurred_at":
		e.OccurredAt = r.moment()
	case "received_at":
		e.ReceivedAt = r.moment()
	case "asset_id":
		e.Asset = r.text()
	case "rendition":
		e.Rendition = r.text()
	case "query_id":
		e.QueryID = r.text()
	case "position":
		e.Position = int(r.integer())
	case "q":
		e.Query = r.text()
	case "lang":
		e.Lang = r.text()
	case "total":
		n := int(r.integer())
		e.Total = &n
	case "concepts":
		e.Concepts = r.texts()
	case "actor":
		r.actor(&e.Actor)
	case "session_id":
		e.Session = r.text()
	case "client":
		r.client(&e.Client)
	case "context":
		e.Context = map[string]string{}
		r.each('{', '}', func() {
			key := r.text()
			r.expect(":")
			e.Context[key] = r.text()
		})
	case "value":
		e.Value = r.money()
	case "count":
		n := r.integer()
		e.Count = &n
	case "source":
		e.Source = r.text()
	case "found_by":
		e.Found = r.text()
	case "search":
		e.Search = r.search()
	}
}

func (r *eventReader) search() *SearchDetail {
	d := &SearchDetail{}
	r.anyOrder(searchKeys, func(key string) {
		switch key {
		case "filters":
			d.Filters = map[string][]string{}
			r.each('{', '}', func() {
				field := r.text()
				r.expect(":")
				d.Filters[field] = r.texts()
			})
		case "sort":
			d.Sort = r.text()
		case "page":
			d.Page = int(r.integer())
		case "took_ms":
			d.TookMS = r.number()
		case "expand":
			d.Expand = r.text()
		case "corrected":
			d.Corrected = r.text()
		case "added":
			d.Added = r.texts()
		case "kinds":
			d.Kinds = r.texts()
		case "expansion_hits":
			d.ExpansionHits = r.texts()
		}
	})
	return d
}

// texts reads a list of strings.
func (r *eventReader) texts() []string {
	list := []string{}
	r.each('[', ']', func() { list = append(list, r.text()) })
	return list
}

func (r *eventReader) actor(a *Actor) {
	r.anyOrder(actorKeys, func(key string) {
		switch key {
		case "id":
			a.ID = r.text()
		case "type":
			a.Type = r.text()
		case "business_unit":
			a.BusinessUnit = r.text()
		}
	})
}

func (r *eventReader) client(c *Client) {
	r.anyOrder(clientKeys, func(key string) {
		switch key {
		case "name":
			c.Name = r.text()
		case "integration":
			c.Integration = r.text()
		}
	})
}

func (r *eventReader) money() *Money {
	m := &Money{}
	r.anyOrder(valueKeys, func(key string) {
		switch key {
		case "amount":
			m.Amount = r.number()
		case "currency":
			m.Currency = r.text()
		}
	})
	return m
}

// anyOrder reads an object whose keys are among keys, each there once, and has value read what each of them holds.
func (r *eventReader) anyOrder(keys []string, value func(key string)) {
	seen := uint32(0)
	r.each('{', '}', func() {
		key := r.text()
		at := slices.Index(keys, key)
		if at < 0 || seen&(1<<at) != 0 {
			r.other = true
			return
		}
		seen |= 1 << at
		r.expect(":")
		value(key)
	})
}

// moment reads a time with its distance from UTC.
func (r *eventReader) moment() (t time.Time) {
	if s := r.text(); !r.other {
		r.other = t.UnmarshalText([]byte(s)) != nil
	}
	return t
}
