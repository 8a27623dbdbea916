package semdex

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// AppendEvent appends the JSON of an event to dst, byte for byte what encoding/json makes of it, only faster. An error is
// that of encoding/json, for a number or a time that JSON has no form for.
func AppendEvent(dst []byte, e *Event) ([]byte, error) {
	w := jsonWriter{out: append(dst, '{')}
	w.text("event_id", e.ID)
	w.key("type")
	w.quote(e.Type)
	w.key("occurred_at")
	w.time(e.OccurredAt)
	if !e.ReceivedAt.IsZero() {
		w.key("received_at")
		w.time(e.ReceivedAt)
	}
	w.text("asset_id", e.Asset)
	w.text("rendition", e.Rendition)
	w.text("query_id", e.QueryID)
	w.integer("position", int64(e.Position), e.Position != 0)
	w.text("q", e.Query)
	w.text("lang", e.Lang)
	if e.Total != nil {
		w.integer("total", int64(*e.Total), true)
	}
	w.texts("concepts", e.Concepts)
	if e.Actor != (Actor{}) {
		w.open("actor")
		w.text("id", e.Actor.ID)
		w.text("type", e.Actor.Type)
		w.text("business_unit", e.Actor.BusinessUnit)
		w.close()
	}
	w.text("session_id", e.Session)
	if e.Client != (Client{}) {
		w.open("client")
		w.text("name", e.Client.Name)
		w.text("integration", e.Client.Integration)
		w.close()
	}
	if len(e.Context) > 0 {
		w.open("context")
		for _, key := range slices.Sorted(maps.Keys(e.Context)) {
			w.key(key)
			w.quote(e.Context[key])
		}
		w.close()
	}
	if e.Value != nil {
		w.other("value", e.Value)
	}
	if e.Count != nil {
		w.integer("count", *e.Count, true)
	}
	w.text("source", e.Source)
	w.text("found_by", e.Found)
	if e.Search != nil {
		w.other("search", e.Search)
	}
	w.out = append(w.out, '}')
	return w.out, w.err
}

// jsonWriter writes an object as encoding/json does.
type jsonWriter struct {
	out []byte
	err error
}

// key begins a member. The brace before the first one tells that it needs no comma.
func (w *jsonWriter) key(name string) {
	if w.out[len(w.out)-1] != '{' {
		w.out = append(w.out, ',')
	}
	w.quote(name)
	w.out = append(w.out, ':')
}

func (w *jsonWriter) open(name string) {
	w.key(name)
	w.out = append(w.out, '{')
}

func (w *jsonWriter) close() { w.out = append(w.out, '}') }

// text writes a member that is left out where it is empty.
func (w *jsonWriter) text(name, value string) {
	if value != "" {
		w.key(name)
		w.quote(value)
	}
}

func (w *jsonWriter) texts(name string, values []string) {
	if len(values) == 0 {
		return
	}
	w.key(name)
	for i, v := range values {
		w.out = append(w.out, "[,"[min(i, 1)])
		w.quote(v)
	}
	w.out = append(w.out, ']')
}

func (w *jsonWriter) integer(name string, n int64, given bool) {
	if given {
		w.key(name)
		w.out = strconv.AppendInt(w.out, n, 10)
	}
}

// quote writes a string. One that needs escapes is left to encoding/json.
func (w *jsonWriter) quote(s string) {
	if !plainText(s) {
		w.marshal(s)
		return
	}
	w.out = append(w.out, '"')
	w.out = append(w.out, s...)
	w.out = append(w.out, '"')
}

// plainText reports whether encoding/json writes s as it is.
func plainText(s string) bool {
	ascii := true
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

// time writes a moment in UTC; another is left to encoding/json.
func (w *jsonWriter) time(t time.Time) {
	if t.Location() != time.UTC || t.Year() < 0 || t.Year() > 9999 {
		w.marshal(t)
		return
	}
	w.out = append(w.out, '"')
	w.out = t.AppendFormat(w.out, time.RFC3339Nano)
	w.out = append(w.out, '"')
}

func (w *jsonWriter) other(name string, value any) {
	w.key(name)
	w.marshal(value)
}

func (w *jsonWriter) marshal(value any) {
	body, err := json.Marshal(value)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.out = append(w.out, body...)
}
