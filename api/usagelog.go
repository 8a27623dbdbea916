package api

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"semdex"
	"semdex/search"
)

// UsageLog keeps events of what the API is asked, made by the server itself. None of its methods waits for anything.
type UsageLog interface {
	// Logs reports whether the library keeps events of a type that the server makes.
	Logs(kind string) bool
	// Log takes an event, which is the library's from then on. Where more come than can be written, it is left out and counted.
	Log(e *semdex.Event)
	// Answered remembers by what the hits of an answer were found, for acts on them that tell its query_id.
	Answered(a *search.Answer)
}

// LogStatus says how the server's own events go.
type LogStatus struct {
	Logged  int64 `json:"logged" doc:"events written since the start"`
	Dropped int64 `json:"dropped" doc:"events left out since the start: more came than could be written, or writing failed"`
}

// eventSource is the source of events that the server makes.
const eventSource = "semdex"

// Headers by which a client tells whom it asks for.
const (
	sessionHeader     = "Semdex-Session"
	userHeader        = "Semdex-User"
	campaignHeader    = "Semdex-Campaign"
	integrationHeader = "Semdex-Integration"
)

// maxTold bounds the value of such a header, in bytes. One that is longer, or holds what is no text, counts as left out: a log
// is no reason to refuse a request.
const maxTold = 128

var toldHeaders = []param{
	{name: sessionHeader, kind: str, max: maxTold, about: "Session of the reader, for the usage log: a name that a client makes up, the same for all that belongs together."},
	{name: userHeader, kind: str, max: maxTold, about: "Who asks, for the usage log: kept as a pseudonym, unless the library is set to keep ids as they are."},
	{name: campaignHeader, kind: str, max: maxTold, about: "Campaign that the reader works for, for the usage log."},
	{name: integrationHeader, kind: str, max: maxTold, value: "api", about: "Kind of the client, for the usage log: cms, portal."},
}

func (c *call) told(header string) string {
	v := c.gin.GetHeader(header)
	if len(v) > maxTold || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		return ""
	}
	return strings.Clone(strings.TrimSpace(v))
}

// trial reports a request that is no use of the library: a draft is tried, a HEAD shows nothing.
func (c *call) trial() bool {
	return c.gin.Request.Method == http.MethodHead || c.args.text("vocabulary") == vocabularyDraft
}

// logs reports whether the request is to be noted as an event of a type.
func (c *call) logs(kind string) bool { return !c.trial() && c.lib.Logs(kind) }

// event begins an event about the request: who asked, from where, for what. It holds no address and nothing of the key but
// its name.
func (c *call) event(kind string) *semdex.Event {
	e := &semdex.Event{Type: kind, OccurredAt: c.now(), Lang: c.args.text("lang"), Session: c.told(sessionHeader), Source: eventSource,
		Client: semdex.Client{Name: cut(Caller(c.ctx())), Integration: c.told(integrationHeader)}}
	if e.Client.Integration == "" {
		e.Client.Integration = "api"
	}
	if user := c.told(userHeader); user != "" {
		e.Actor = semdex.Actor{ID: user, Type: "user"}
	}
	for _, place := range [][2]string{{"region", c.args.text("territory")}, {"channel", c.args.text("channel")}, {"campaign", c.told(campaignHeader)}} {
		if place[1] != "" {
			if e.Context == nil {
				e.Context = map[string]string{}
			}
			e.Context[place[0]] = place[1]
		}
	}
	return e
}

// answered remembers an answer that is about to be sent.
func (c *call) answered(a *search.Answer) {
	if !c.trial() {
		c.lib.Answered(a)
	}
}

// logSearch notes a search that was answered. Pages after the first are the same search.
func (c *call) logSearch(r search.Request, a *search.Answer) {
	if r.Offset > 0 || r.Cursor != "" || c.gin.Writer.Status() != http.StatusOK || !c.logs(semdex.SearchExecuted) {
		return
	}
	e, total := c.event(semdex.SearchExecuted), a.Total
	e.QueryID, e.Query, e.Total, e.Search = a.QueryID, cut(a.Query), &total, searchDetail(r, a)
	for i := range a.Expansion.Concepts {
		if uri := string(a.Expansion.Concepts[i].URI); !slices.Contains(e.Concepts, uri) {
			e.Concepts = append(e.Concepts, uri)
		}
	}
	c.lib.Log(e)
}

func searchDetail(r search.Request, a *search.Answer) *semdex.SearchDetail {
	d := &semdex.SearchDetail{Filters: loggedFilters(r.Filters), Sort: cut(sortText(r.Sort)), Page: 1, TookMS: a.TookMS, Expand: string(r.Expand), Corrected: cut(corrected(a))}
	for i := range a.Expansion.Concepts {
		named := &a.Expansion.Concepts[i]
		if m := named.Matched; m != nil && !slices.Contains(d.Kinds, m.Kind) {
			d.Kinds = append(d.Kinds, m.Kind)
		}
		for _, added := range named.Added {
			if len(d.Added) < semdex.MaxSearchAdded && !slices.Contains(d.Added, string(added.URI)) {
				d.Added = append(d.Added, string(added.URI))
			}
		}
	}
	for i := range a.Hits {
		if a.Hits[i].Matched.Found == semdex.FoundByExpansion && len(d.ExpansionHits) < semdex.MaxExpansionHits {
			d.ExpansionHits = append(d.ExpansionHits, strings.Clone(string(a.Hits[i].ID))) // which is a part of the record
		}
	}
	return d
}

// loggedFilters gives as much of filters as an event takes.
func loggedFilters(filters map[string][]string) map[string][]string {
	if len(filters) == 0 {
		return nil
	}
	out, room := make(map[string][]string, len(filters)), semdex.MaxSearchFilters
	for field, values := range filters {
		values = values[:min(len(values), room)]
		if len(values) == 0 {
			continue
		}
		kept := make([]string, len(values))
		for i, v := range values {
			kept[i] = cut(v)
		}
		out[cut(field)] = kept
		room -= len(values)
	}
	return out
}

// sortText writes fields to sort by as requests do.
func sortText(keys []search.SortKey) string {
	var fields []string
	for _, k := range keys {
		if k.Desc {
			k.Field = "-" + k.Field
		}
		fields = append(fields, k.Field)
	}
	return strings.Join(fields, ",")
}

// corrected gives the query as it was read, "" where that is how it was typed.
func corrected(a *search.Answer) string {
	if len(a.Corrections) == 0 {
		return ""
	}
	typed, at := []rune(a.Query), 0
	var b strings.Builder
	for _, c := range a.Corrections {
		if c.Span[0] < at || c.Span[1] > len(typed) {
			continue
		}
		b.WriteString(string(typed[at:c.Span[0]]) + c.Read)
		at = c.Span[1]
	}
	return b.String() + string(typed[at:])
}

// cut shortens a text to what an event takes.
func cut(s string) string {
	if len(s) <= semdex.MaxEventText {
		return s
	}
	return strings.ToValidUTF8(s[:semdex.MaxEventText], "")
}

// logSuggestions notes what was typed so far, and how many suggestions there were.
func (c *call) logSuggestions(found *search.Suggestions) {
	if !c.logs(semdex.SearchSuggest) {
		return
	}
	e, total := c.event(semdex.SearchSuggest), len(found.Suggestions)
	e.Query, e.Total = cut(found.Query), &total
	c.lib.Log(e)
}

// logAsset notes that an asset was looked at: a click, where the request says on which answer, and a view.
func (c *call) logAsset(id semdex.AssetID) {
	query := c.args.text("query_id")
	for _, kind := range []string{semdex.SearchResultClick, semdex.AssetView} {
		if kind == semdex.SearchResultClick && query == "" || !c.logs(kind) {
			continue
		}
		e := c.event(kind)
		e.Asset, e.QueryID = strings.Clone(string(id)), query
		if query != "" {
			e.Position = c.args.integer("position", 0)
		}
		c.lib.Log(e)
	}
}
