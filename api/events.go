package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"semdex"
	"semdex/analytics"
)

// MaxEvents bounds the events of one batch.
const MaxEvents = 1000

var eventRoutes = []route{
	{method: http.MethodPost, path: "/v1/events", id: "events", group: "Usage", scope: ScopeEvents, summary: "Report usage",
		about: "Takes in a batch of usage events: views, downloads, placements. What is accepted is on disk. Events are told apart by event_id, " +
			"so a batch may be sent again. One that is wrong is listed under rejected and stops no other. " +
			"Acts on hits tell the query_id of the answer and the position; found_by, as the hit has it, is added where it is left out and the answer is a recent one.",
		body: []param{{name: "events", kind: objects, required: true, max: MaxEvents, items: semdex.Event{},
			about: fmt.Sprintf("Up to %d events, 2 MiB in all; 413 beyond.", MaxEvents)}},
		serve:   (*call).events,
		answers: []answer{{status: http.StatusAccepted, about: "What became of them.", media: []media{{typeJSON, analytics.Receipt{}}}}}},
	{method: http.MethodDelete, path: "/v1/events", id: "eraseEvents", group: "Usage", scope: ScopeAdmin, summary: "Erase the events of a person",
		about: "Removes all events of a person from the log and from all reports. They are gone from disk when it answers. A person who is not known has none. " +
			"Events that are sent or imported again come in again.",
		params: []param{{name: "user", kind: str, required: true, max: semdex.MaxEventText, about: "Id of the person as events had it, or the pseudonym that exports have."},
			{name: "dry_run", kind: flag, value: false, about: "Count the events, and erase none."}},
		serve: (*call).eraseEvents, answers: ok("How many there were.", Erased{})},
}

// Erased says how many events of a person were erased, or would be.
type Erased struct {
	Events int64 `json:"events"`
	DryRun bool  `json:"dry_run"`
}

func (c *call) eraseEvents() error {
	dryRun := c.args.flag("dry_run")
	n, err := c.lib.EraseEvents(c.ctx(), c.args.text("user"), dryRun)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, Erased{n, dryRun})
}

// events takes in a batch. Each event is read by itself, so that a bad one is refused alone.
func (c *call) events() error {
	given := get[[]json.RawMessage](c.args, "events")
	if len(given) > MaxEvents {
		return &semdex.Error{Code: semdex.TooLarge, Message: fmt.Sprintf("%d events in one batch", len(given)),
			Hint: fmt.Sprintf("at most %d; send them in parts", MaxEvents)}
	}
	var events []semdex.Event
	var place []int // of each event in what was given
	var refused []analytics.Rejection
	for i, raw := range given {
		e, err := readEvent(raw)
		if err != nil {
			refused = append(refused, analytics.Rejection{Index: i, Code: "malformed", Message: err.Error()})
			continue
		}
		events, place = append(events, e), append(place, i)
	}
	receipt := analytics.Receipt{}
	if len(events) > 0 {
		var err error
		if receipt, err = c.lib.Record(c.ctx(), events); err != nil {
			return err
		}
	}
	for _, r := range receipt.Rejected {
		if r.Index >= 0 && r.Index < len(place) {
			r.Index = place[r.Index]
		}
		refused = append(refused, r)
	}
	slices.SortStableFunc(refused, func(a, b analytics.Rejection) int { return cmp.Compare(a.Index, b.Index) })
	receipt.Rejected = refused
	return c.json(http.StatusAccepted, receipt)
}

// readEvent reads one event, and says what is wrong in the words of its JSON.
func readEvent(raw json.RawMessage) (semdex.Event, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return semdex.Event{}, errors.New("an event is a JSON object")
	}
	e, err := semdex.ReadEvent(raw)
	var form *json.UnmarshalTypeError
	var moment *time.ParseError
	switch {
	case errors.As(err, &form):
		return e, fmt.Errorf("%s cannot be a %s", form.Field, form.Value)
	case errors.As(err, &moment):
		return e, errors.New("a time is not of the form 2026-01-31T10:00:00Z")
	case err != nil:
		return e, errors.New("the event cannot be read")
	}
	return e, nil
}
