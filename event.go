package semdex

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Event types. What a report counts as a view, download, share, placement or search is said by their names.
const (
	SearchExecuted    = "search.executed"
	SearchSuggest     = "search.suggest"
	SearchResultClick = "search.result_click"
	AssetView         = "asset.view"
	AssetSelect       = "asset.select"
	AssetDownload     = "asset.download"
	AssetShare        = "asset.share"
	AssetEmbed        = "asset.embed"
	AssetPlaced       = "asset.placed"
	AssetUnplaced     = "asset.unplaced"
	AssetOrder        = "asset.order"
	LicensePurchase   = "license.purchase"
	LicenseReuse      = "license.reuse"
)

// EventTypes are all types an Event may have, sorted.
var EventTypes = []string{
	"asset.approved", "asset.archive", "asset.create", "asset.delete", AssetDownload, AssetEmbed, "asset.expired",
	"asset.expiring", AssetOrder, AssetPlaced, "asset.rejected", AssetSelect, AssetShare, AssetUnplaced,
	"asset.update", AssetView, "collection.view", LicensePurchase, LicenseReuse, "rights.violation",
	SearchExecuted, SearchResultClick, SearchSuggest, "user.login",
}

// Event is one thing that happened in the use of a library: a view, a download, a search.
type Event struct {
	ID         string            `json:"event_id,omitempty"` // the caller's, or derived by Identify
	Type       string            `json:"type"`
	OccurredAt time.Time         `json:"occurred_at"`
	ReceivedAt time.Time         `json:"received_at,omitzero"`
	Asset      string            `json:"asset_id,omitempty"` // as given; leading parts of the full id may be left out
	Rendition  string            `json:"rendition,omitempty"`
	QueryID    string            `json:"query_id,omitempty"`
	Position   int               `json:"position,omitempty"` // 1-based rank of the hit acted upon
	Query      string            `json:"q,omitempty"`        // search events: the words typed
	Lang       string            `json:"lang,omitempty"`
	Total      *int              `json:"total,omitempty"`    // search events: how many hits
	Concepts   []string          `json:"concepts,omitempty"` // search events: URIs of the concepts the query named
	Actor      Actor             `json:"actor,omitzero"`
	Session    string            `json:"session_id,omitempty"`
	Client     Client            `json:"client,omitzero"`
	Context    map[string]string `json:"context,omitempty"` // region, campaign, audience, channel, uri, ...
	Value      *Money            `json:"value,omitempty"`
	Count      *int64            `json:"count,omitempty"`                          // how often it happened; absent means once
	Source     string            `json:"source,omitempty"`                         // "counter": what another system counted; reports leave it out unless they are told to count it
	Found      string            `json:"found_by,omitempty" enum:"text,expansion"` // of an act on a hit: FoundByText or FoundByExpansion
	Search     *SearchDetail     `json:"search,omitempty"`                         // search events
}

// Actor is who acted, by a pseudonym.
type Actor struct {
	ID           string `json:"id,omitempty"`
	Type         string `json:"type,omitempty"`
	BusinessUnit string `json:"business_unit,omitempty"`
}

// Client is the program that reported the event.
type Client struct {
	Name        string `json:"name,omitempty"`
	Integration string `json:"integration,omitempty"`
}

// Weight is how often the event happened: Count, or 1 where none is given.
func (e *Event) Weight() int64 {
	if e.Count == nil {
		return 1
	}
	return *e.Count
}

// MaxEventCount bounds how often one event says it happened, so that no sum of a report runs over.
const MaxEventCount = 1_000_000_000

// MaxEventText bounds, in bytes, each text of an event.
const MaxEventText = 2048

// Check says what is wrong with an event that was taken in at the moment now: an unknown type, no time, a
// time more than a day ahead, a negative count, an unknown found_by, an overlong list or text. It gives nil for an event to keep.
func (e *Event) Check(now time.Time) *Error {
	wrong := func(code, hint string, format string, args ...any) *Error {
		return &Error{Code: Code(code), Message: fmt.Sprintf(format, args...), Hint: hint}
	}
	if _, known := slices.BinarySearch(EventTypes, e.Type); !known {
		return wrong("unknown_type", "types are "+strings.Join(EventTypes, ", "), "unknown event type %q", e.Type)
	}
	if e.OccurredAt.IsZero() {
		return wrong("missing_time", "give occurred_at as an RFC 3339 time", "the event has no occurred_at")
	}
	if e.OccurredAt.After(now.Add(24 * time.Hour)) {
		return wrong("future_time", "check the sender's clock", "occurred_at %s is more than a day ahead", e.OccurredAt.Format(time.RFC3339))
	}
	if e.Count != nil && *e.Count < 0 {
		return wrong("negative_count", "leave count out, or give 0 or more", "count is %d", *e.Count)
	}
	if e.Count != nil && *e.Count > MaxEventCount {
		return wrong("count_too_large", fmt.Sprintf("at most %d", int64(MaxEventCount)), "count is %d", *e.Count)
	}
	if strings.HasPrefix(e.Type, "asset.") && e.Asset == "" {
		return wrong("missing_asset", "give asset_id", "an %s event needs an asset_id", e.Type)
	}
	if e.Found != "" && e.Found != FoundByText && e.Found != FoundByExpansion {
		return wrong("unknown_found_by", "found_by is "+FoundByText+" or "+FoundByExpansion, "unknown found_by %.100q", e.Found)
	}
	if e.Search != nil {
		if long := e.Search.check(); long != nil {
			return long
		}
	}
	if name, size := e.tooLong(); size > 0 {
		return wrong("too_long", fmt.Sprintf("at most %d bytes", MaxEventText), "%s has %d bytes", name, size)
	}
	return nil
}

// tooLong gives the first text over MaxEventText, in the order of the struct, and its size.
func (e *Event) tooLong() (name string, size int) {
	if e.Search == nil && e.textBytes() <= MaxEventText { // as in nearly all
		return "", 0
	}
	texts := [][2]string{
		{"event_id", e.ID}, {"asset_id", e.Asset}, {"rendition", e.Rendition}, {"query_id", e.QueryID}, {"q", e.Query}, {"lang", e.Lang},
		{"actor.id", e.Actor.ID}, {"actor.type", e.Actor.Type}, {"actor.business_unit", e.Actor.BusinessUnit}, {"session_id", e.Session},
		{"client.name", e.Client.Name}, {"client.integration", e.Client.Integration}, {"source", e.Source},
	}
	for _, uri := range e.Concepts {
		texts = append(texts, [2]string{"concepts", uri})
	}
	for _, key := range slices.Sorted(maps.Keys(e.Context)) {
		texts = append(texts, [2]string{"a key of context", key}, [2]string{"context." + key, e.Context[key]})
	}
	if e.Value != nil {
		texts = append(texts, [2]string{"value.currency", e.Value.Currency})
	}
	if e.Search != nil {
		texts = append(texts, e.Search.texts()...)
	}
	for _, t := range texts {
		if len(t[1]) > MaxEventText {
			return t[0], len(t[1])
		}
	}
	return "", 0
}

// textBytes is the size of all texts of an event together, but for the detail of a search.
func (e *Event) textBytes() int {
	n := len(e.ID) + len(e.Asset) + len(e.Rendition) + len(e.QueryID) + len(e.Query) + len(e.Lang) + len(e.Actor.ID) + len(e.Actor.Type) +
		len(e.Actor.BusinessUnit) + len(e.Session) + len(e.Client.Name) + len(e.Client.Integration) + len(e.Source)
	for _, uri := range e.Concepts {
		n += len(uri)
	}
	for key, value := range e.Context {
		n += len(key) + len(value)
	}
	if e.Value != nil {
		n += len(e.Value.Currency)
	}
	return n
}

// Identify gives an event that has no id one derived from its content and from nth, which counts the
// events of identical content before it in the same file. An event with an id keeps it.
func (e *Event) Identify(nth int) {
	if e.ID != "" {
		return
	}
	plain := *e
	plain.ReceivedAt, plain.Found = time.Time{}, "" // which the server may add
	body, err := json.Marshal(&plain)
	if err != nil { // a float that is no number: the only value of an Event that JSON refuses
		body = fmt.Appendf(nil, "%#v", plain)
	}
	sum := sha256.Sum256(fmt.Appendf(body, "#%d", nth))
	e.ID = "h_" + hex.EncodeToString(sum[:16])
}
