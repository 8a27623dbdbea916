package analytics

import (
	"fmt"
	"strings"
)

// Shown is a table that own questions and exports show: texts stand in place of numbers, NULL in place of what is not told.
type Shown struct {
	Name    string        `json:"name"`
	About   string        `json:"about"`
	Columns []ShownColumn `json:"columns"`
}

// ShownColumn is a column with its type in DuckDB.
type ShownColumn struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	About string `json:"about"`

	of string // SQL of it, over the table events as e
}

// ShownTables are the tables there are, by what they are about.
var ShownTables = []Shown{
	{"events", "a row for each event", shownEvents},
	{"searches", "the events of type search.executed", searchColumns()},
	{"assets", "a row for each asset of the library", []ShownColumn{
		{"id", varchar, "full id", ""}, {"title", varchar, "in the library's first language", ""}, {"type", varchar, "image, video, ...", ""},
		{"approval", varchar, "", ""}, {"created", timestampType, "UTC", ""}, {"valid_until", "DATE", "last day of use", ""},
		{"licence", varchar, "", ""}, {"cost", decimal, "of the licence", ""}, {"currency", varchar, "of cost", ""}}},
	{"asset_values", "a row for each asset, dimension and value that the asset has, what stands above its own values included", []ShownColumn{
		{"asset", varchar, "assets.id", ""}, {"dimension", varchar, "", ""}, {"value", varchar, "the value's name", ""}, {"uri", varchar, "of its concept", ""},
		{"direct", "BOOLEAN", "the asset's own value, not one that stands above it", ""}}},
	{"concepts", "a row for each concept of the vocabularies and scheme that it is in", []ShownColumn{
		{"uri", varchar, "", ""}, {"label", varchar, "in the library's first language", ""}, {"scheme", varchar, "URI; NULL where it is in none", ""}}},
	{"broader", "a row for each concept and concept one step above it", []ShownColumn{
		{"uri", varchar, "concepts.uri", ""}, {"broader", varchar, "concepts.uri", ""}}},
}

// Types of shown columns.
const (
	varchar       = "VARCHAR"
	varchars      = "VARCHAR[]"
	bigint        = "BIGINT"
	timestampType = "TIMESTAMP"
	decimal       = "DECIMAL(18,4)"
)

var shownEvents = []ShownColumn{
	{"event", bigint, "number of the event, from 1, in the order in which they came", "e.seq"},
	{"event_type", varchar, "such as asset.download", textOf(kindType)},
	{"occurred_at", timestampType, "UTC", "e.occurred_at"},
	{"received_at", timestampType, "UTC", "e.received_at"},
	{"asset", varchar, "assets.id; as the event named it where the library has no such asset", textOf(kindAsset)},
	{"rendition", varchar, "", textOf(kindRendition)},
	{"q", varchar, "the words of a search", textOf(kindQuery)},
	{"lang", varchar, "their language", textOf(kindLang)},
	{"total", bigint, "hits of a search", "e.total"},
	{"concepts", varchars, "URIs of the concepts that a search named", "string_split(" + textOf(kindConcepts) + ", chr(10))"},
	{"added", varchars, "URIs of the concepts that expansion added to a search", "string_split(added.text, chr(10))"},
	{"filters", varchar, "of a search, as JSON", textOf(kindFilters)},
	{"query", varchar, "hash of query_id, in hexadecimal digits: what came of one answer has the same", hexDigits("e.query")},
	{"position", "INTEGER", "rank of the hit acted on, from 1", "nullif(e.position, 0)"},
	{"found_by", varchar, "what found the hit: text or expansion", fmt.Sprintf("CASE e.found WHEN %d THEN 'text' WHEN %d THEN 'expansion' END", foundByText, foundByExpansion)},
	{"actor", varchar, "pseudonym of who acted", textOf(kindActor)},
	{"actor_type", varchar, "", textOf(kindActorType)},
	{"business_unit", varchar, "", textOf(kindUnit)},
	{"session", varchar, "hash of session_id, in hexadecimal digits", hexDigits("e.session")},
	{"client", varchar, "name of the reporting program", textOf(kindClient)},
	{"integration", varchar, "kind of the reporting program", textOf(kindIntegration)},
	{"region", varchar, "of the event's context, as are the next four", textOf(kindRegion)},
	{"campaign", varchar, "", textOf(kindCampaign)},
	{"audience", varchar, "", textOf(kindAudience)},
	{"channel", varchar, "", textOf(kindChannel)},
	{"intended_use", varchar, "", textOf(kindUse)},
	{"context", varchar, "the rest of the context, as JSON", textOf(kindContext)},
	{"amount", decimal, "of the event's value", "(e.amount::DECIMAL(18,0) * 0.0001::DECIMAL(4,4))::" + decimal},
	{"currency", varchar, "of amount", textOf(kindCurrency)},
	{"count", bigint, "how often it happened; sum it rather than count rows", "e.weight"},
	{"source", varchar, "", textOf(kindSource)},
}

// searchColumns are those of events that searches have.
func searchColumns() (out []ShownColumn) {
	for _, c := range shownEvents {
		switch c.Name {
		case "event_type", "asset", "rendition", "position", "found_by", "amount", "currency":
		default:
			out = append(out, c)
		}
	}
	return out
}

// nameJoins are the columns of the table events that stand for texts, and the kinds of these.
var nameJoins = []struct {
	kind   kind
	column string
}{
	{kindType, "type"}, {kindAsset, "asset"}, {kindRendition, "rendition"}, {kindQuery, "q"}, {kindLang, "lang"}, {kindConcepts, "concepts"},
	{kindActor, "actor"}, {kindActorType, "actor_type"}, {kindUnit, "business_unit"}, {kindClient, "client"}, {kindIntegration, "integration"},
	{kindRegion, "region"}, {kindCampaign, "campaign"}, {kindAudience, "audience"}, {kindChannel, "channel"}, {kindUse, "intended_use"},
	{kindContext, "context"}, {kindCurrency, "currency"}, {kindSource, "source"}, {kindFilters, "filters"},
}

func textOf(k kind) string { return fmt.Sprintf("n%d.text", k) }

func hexDigits(column string) string {
	return "CASE WHEN " + column + " > 0 THEN format('{:016x}', " + column + ") END"
}

// eventsWithTexts is SQL for the events after one number up to another, as ShownTables has them.
func eventsWithTexts(after, to int64) string {
	var columns, joins strings.Builder
	for i, c := range shownEvents {
		if i > 0 {
			columns.WriteString(", ")
		}
		fmt.Fprintf(&columns, "%s AS %s", c.of, identifier(c.Name))
	}
	join := func(as string, k kind, column string) {
		fmt.Fprintf(&joins, " LEFT JOIN (SELECT number, text FROM usage.names WHERE kind = %d) %s ON %s.number = e.%s", k, as, as, column)
	}
	for _, n := range nameJoins {
		join(fmt.Sprintf("n%d", n.kind), n.kind, n.column)
	}
	join("added", kindConcepts, "added")
	return fmt.Sprintf("SELECT %s FROM usage.events e%s WHERE e.seq > %d AND e.seq <= %d", columns.String(), joins.String(), after, to)
}

// types gives the columns with their types, as a CREATE TABLE has them.
func (t *Shown) types() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = identifier(c.Name) + " " + c.Type
	}
	return out
}

// shown gives the table of a name.
func shown(name string) *Shown {
	for i := range ShownTables {
		if ShownTables[i].Name == name {
			return &ShownTables[i]
		}
	}
	return nil
}

// shownNames lists the tables for people.
func shownNames() string {
	names := make([]string, len(ShownTables))
	for i, t := range ShownTables {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}
