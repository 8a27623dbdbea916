package analytics

import (
	"database/sql"
	"fmt"
	"strings"

	"semdex"
)

var dataQualityColumns = []Figure{
	{"measure", Text, "", "what is looked at"}, {"about", Text, "", "what count counts, of what"}, {"count", Count, "", "how many there are"},
	{"of", Count, "", "of how many"}, {"share", Number, "", "count to of"}, {"advice", Text, "", "what to do"},
}

// dataQualityReport is the report on how far the others may be trusted.
var dataQualityReport = Definition{
	Name: "data-quality", Title: "Data quality", About: "how complete events and records are, and what to do about what is missing",
	Formula: "One row for each measure. Events are counted as they were sent, one each, whatever their count, in the window and as filters go by their values: without actor.id; without session_id; without a word for region, or " +
		"campaign, in their context; of an asset that the library does not have, and the different ones of these; search.executed without total; search.result_click without query_id, and with one that no " +
		"search.executed or search.suggest of any time has; received before they occurred, or more than 30 days after; of a client (client.name) that sends counters as well as single events of the type, at any time, counters being events of the source counter or of a count other than 1; " +
		"with a value whose currency is no code of ISO 4217. Assets are all of the library that pass the filters by their own values, whatever the window: without a value in the dimension topic (where the " +
		"library has none: in any dimension that is a hierarchy); without a type; approved without a rights record. share is empty where there is nothing to look at. Rows come by share, the largest first, then by measure.",
	Columns: dataQualityColumns,
	make:    dataQuality,
}

// quality is a measure.
type quality struct{ name, about, advice string }

// The measures; their numbers are those of the counters, and of the bits below where there is one.
const (
	noActor = iota
	noSession
	noRegion
	noCampaign
	search // the bits from here on say what an event is
	noTotal
	click
	noQuery
	strangeQuery
	early
	late
	mixed
	valued
	badCurrency
	strangeEvents
	strangeAssets
	noTopic
	noType
	noRights
	qualities
)

var qualityNames = [qualities]quality{
	noActor:       {"events_without_actor", "events without actor.id, of all", "send a pseudonym of the user: without it, users are not counted"},
	noSession:     {"events_without_session", "events without session_id, of all", "send the session: time to find and search success need it"},
	noRegion:      {"events_without_region", "events without context.region, of all", "send the region of the user or page: the asset's own stands in for it"},
	noCampaign:    {"events_without_campaign", "events without context.campaign, of all", "send the campaign: the asset's own stands in for it, and reuse across campaigns is not seen"},
	noTotal:       {"searches_without_total", "search.executed without total, of all", "send how many hits there were: searches without any are not found otherwise"},
	noQuery:       {"clicks_without_query_id", "search.result_click without query_id, of all", "pass the query_id of the answer on with the click"},
	strangeQuery:  {"clicks_of_unknown_query", "search.result_click whose query_id no search has, of those that have one", "send the searches too, or let the server note them"},
	early:         {"received_before_occurred", "events received before they occurred, of all", "set the sender's clock"},
	late:          {"received_late", "events received more than 30 days after, of all", "expect reports of past months to change, or send sooner"},
	mixed:         {"counters_and_single_events", "events of a client that sends counters as well as single events of the type, of all", "see whether the counters hold the single events: then they are counted twice"},
	badCurrency:   {"bad_currency", "events with a value whose currency is no code of ISO 4217, of those with a value", "send codes such as EUR: other amounts are not converted"},
	strangeEvents: {"events_of_unknown_assets", "events of assets that the library does not have, of those that name one", "compare the ids: they need the source's prefix, or the assets are not indexed"},
	strangeAssets: {"unknown_assets", "different assets that events name and the library does not have, of all that they name", "see top-assets, where known is false"},
	noTopic:       {"assets_without_topic", "assets without a topic, of all", "tag them, or add their words to the vocabulary"},
	noType:        {"assets_without_type", "assets without a type, of all", "set the type at the source"},
	noRights:      {"approved_without_rights", "assets approved without a rights record, of those approved", "record the rights, even where they have no end"},
}

// tallied are the counts of measures, and of how many.
type tallied struct {
	*run
	count, of  [qualities]int64
	currencies []int8 // of each, 1 where it is bad and -1 where it is not
	known      []int8 // of each name of an asset, likewise
	met        map[int32]bool
	events     int64
	assets     int64
}

func dataQuality(q *run) (*Report, error) {
	s := &tallied{run: q, met: make(map[int32]bool)}
	var c *counting
	what := counted{slot: "0", slots: 1, need: []kind{kindCurrency},
		more: func(c *counting) []field {
			return []field{{q.s.qualityBits(c.last), 1<<(valued+1) - 1}, {"e.currency", int64(len(c.texts[kindCurrency]))}}
		},
		prepare: func(own *counting, _ *sql.Conn) error {
			c = own
			s.currencies, s.known = make([]int8, len(c.texts[kindCurrency])), make([]int8, len(c.texts[kindAsset]))
			c.what.take = func(asset int32, more [][]int64, i int) { s.event(c, asset, more[0][i], int32(more[1][i])) }
			return nil
		}}
	if _, err := q.s.gathered(q.ctx, q.l, q.r, what); err != nil {
		return nil, err
	}
	if err := s.library(c); err != nil {
		return nil, err
	}
	return s.report(c), nil
}

// qualityBits is SQL for what an event lacks and is, as bits.
func (s *Store) qualityBits(last int64) string {
	executed, clicked := s.isType("e.type", semdex.SearchExecuted), s.isType("e.type", semdex.SearchResultClick)
	bits := map[int]string{
		noActor: "e.actor = 0", noSession: "e.session = 0", noRegion: "e.region = 0", noCampaign: "e.campaign = 0",
		search: executed, noTotal: executed + " AND e.total IS NULL", click: clicked, noQuery: clicked + " AND e.query = 0",
		strangeQuery: clicked + fmt.Sprintf(" AND e.query <> 0 AND e.query NOT IN (SELECT query FROM usage.events WHERE seq <= %d AND query <> 0 AND %s)", last,
			s.isType("type", semdex.SearchExecuted, semdex.SearchSuggest)),
		early: "e.received_at < e.occurred_at", late: "e.received_at > e.occurred_at + INTERVAL 30 DAY",
		mixed: fmt.Sprintf("e.client * 1000::BIGINT + e.type IN (SELECT client * 1000::BIGINT + type FROM usage.events WHERE seq <= %d AND client > 0 "+
			"GROUP BY client, type HAVING bool_or(weight = 1 AND source <> %[2]d) AND bool_or(weight <> 1 OR source = %[2]d))", last, s.counterSource()),
		valued: "e.amount IS NOT NULL",
	}
	parts := make([]string, 0, len(bits))
	for bit := range valued + 1 {
		if sql, there := bits[bit]; there {
			parts = append(parts, fmt.Sprintf("CASE WHEN %s THEN %d ELSE 0 END", sql, 1<<bit))
		}
	}
	return strings.Join(parts, " + ")
}

// counterSource gives the number of the source that says an event stands for many which another system counted, -1 where there is none.
func (s *Store) counterSource() int32 {
	if n := s.names.find(kindSource, "counter"); n > 0 {
		return n
	}
	return -1
}

// event counts one event.
func (s *tallied) event(c *counting, asset int32, bits int64, currency int32) {
	s.events++
	is := func(bit int) bool { return bits>>bit&1 == 1 }
	note := func(measure int, of, yes bool) {
		if of {
			s.of[measure]++
		}
		if of && yes {
			s.count[measure]++
		}
	}
	for _, m := range []int{noActor, noSession, noRegion, noCampaign, early, late, mixed} {
		note(m, true, is(m))
	}
	note(noTotal, is(search), is(noTotal))
	note(noQuery, is(click), is(noQuery))
	note(strangeQuery, is(click) && !is(noQuery), is(strangeQuery))
	note(badCurrency, is(valued), is(valued) && s.bad(c, currency))
	if asset == 0 {
		return
	}
	strange := s.strange(c, asset)
	note(strangeEvents, true, strange)
	if n := c.counted(asset); !s.met[n] {
		s.met[n] = true
		note(strangeAssets, true, strange)
	}
}

func (s *tallied) bad(c *counting, currency int32) bool {
	return remembered(s.currencies, currency, func() bool { return !semdex.IsCurrency(c.texts[kindCurrency][currency]) })
}

func (s *tallied) strange(c *counting, asset int32) bool {
	return remembered(s.known, asset, func() bool {
		_, known := c.d.Asset(c.texts[kindAsset][asset])
		return !known
	})
}

// remembered asks once for each number.
func remembered(answers []int8, n int32, ask func() bool) bool {
	if answers[n] == 0 {
		answers[n] = -1
		if ask() {
			answers[n] = 1
		}
	}
	return answers[n] > 0
}

// library counts the assets of the library.
func (s *tallied) library(c *counting) error {
	type record struct {
		id                         semdex.AssetID
		typed, approved, hasRights bool
	}
	var records []record
	err := s.l.Assets(func(a *semdex.Asset) error {
		records = append(records, record{a.ID, a.Type != "", a.Approval == semdex.Approved, a.Rights != nil})
		return nil
	})
	if err != nil {
		return err
	}
	topics := topicDimensions(s.l)
	for _, a := range records {
		if !c.keep(a.id) {
			continue
		}
		s.assets++
		for m, about := range map[int][2]bool{noTopic: {len(topics) > 0, len(topics) > 0 && !s.topical(topics, a.id)}, noType: {true, !a.typed}, noRights: {a.approved, !a.hasRights}} {
			if about[0] {
				s.of[m]++
			}
			if about[0] && about[1] {
				s.count[m]++
			}
		}
	}
	return s.ctx.Err()
}

// topicDimensions are the dimensions that say what an asset shows.
func topicDimensions(d Dimensions) (names []string) {
	if dim, asked, _ := findDimension(d, "topic"); asked {
		return []string{dim.Name}
	}
	for _, dim := range d.Names() {
		if dim.Hierarchical {
			names = append(names, dim.Name)
		}
	}
	return names
}

func (s *tallied) topical(dims []string, id semdex.AssetID) bool {
	for _, dim := range dims {
		if len(s.l.OfAsset(dim, id, true)) > 0 {
			return true
		}
	}
	return false
}

func (s *tallied) report(c *counting) *Report {
	var rows [][]any
	for m, q := range qualityNames {
		if q.name != "" {
			rows = append(rows, []any{q.name, q.about, s.count[m], s.of[m], share(s.count[m], s.of[m]), q.advice})
		}
	}
	r := c.listing("data-quality", dataQualityColumns, 1, rows, byLargest(4, 0))
	r.Totals = []Total{{"events", s.events}, {"assets", s.assets}}
	return r
}
