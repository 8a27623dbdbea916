package analytics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"semdex"
)

// The kinds of risk.
const (
	riskAfterEnd  = "after_end"
	riskBefore    = "before_start"
	riskTerritory = "territory"
	riskUnclear   = "territory_unknown"
	riskChannel   = "channel"
	riskNoRights  = "no_rights"
	riskEnded     = "ended_live"
)

var rightsRiskColumns = []Figure{
	{"asset", Text, "", "id of the asset"}, {"title", Text, "", "in the library's first language that it has, else its file name"},
	{"risk", Text, "", "after_end, before_start, territory, territory_unknown, channel, no_rights, ended_live, ends_30, ends_60 or ends_90"},
	{"events", Count, "", "uses against the rights; of ended_live and ends_ the placements that are live"},
	{"first", Day, "", "of the first of these events"}, {"last", Day, "", "of the last"},
	{"where", Text, "", "regions, channels or pages, the first ones by name"}, {"valid_until", Day, "", "last day of the licence"},
}

var rightsRiskReport = Definition{
	Name: "rights-risk", Title: "Rights at risk", About: "where assets were used against their rights, and which live placements will outlast a licence",
	Formula: "A use is an event of asset.download, asset.placed or asset.embed in the window that passes the filters, by its count; its day is that of the time zone. One row for each asset and kind of risk. " +
		"after_end: used after valid_until. before_start: before valid_from. channel: the event's context names a channel that the rights do not. territory: it names a region outside the territories. " +
		"A region is within where it is one of the territories as it is written, where the vocabulary of the dimension region says that it is one of them or below one, or where all that the vocabulary " +
		"puts directly below it is within. territory_unknown: only a part of it is within, or region or territories are not known and nobody can tell; two letters but EU are a country's code, known or not, and a part after a hyphen lies within the country. An event " +
		"without region or channel is no risk of these kinds. no_rights: used without a rights record, where the library denies such use. An event may be against rights in several ways. " +
		"Live placements are those of which, up to the end of the window, asset.placed counts more than asset.unplaced for the asset and the page (context.uri; events without one together), whatever the window's " +
		"start; where there are filters, an asset.placed event of the page must pass them. ends_30, ends_60, ends_90: the licence of an asset with live placements ends within 30 days from the library's " +
		"today, today included, within 31 to 60, or 61 to 90; ended_live: it has ended. Assets that the library does not have are left out and told in the totals. " +
		"Totals: uses counts each use against rights once, live the live placements of rows. Rows come by events, most first, then by asset and risk.",
	Columns: rightsRiskColumns,
	make:    rightsRisk,
}

// holder is an asset of the library that events name.
type holder struct {
	id     semdex.AssetID
	title  string
	rights *semdex.Rights
	risks  map[string]*risk    // by kind
	judged map[string]standing // by the words for regions
}

// risk is a row in the making.
type risk struct {
	events      int64
	first, last int32 // days
	where       map[string]bool
}

func (r *risk) add(events int64, day int32, where string) {
	if r.events == 0 || day < r.first {
		r.first = day
	}
	if r.events == 0 || day > r.last {
		r.last = day
	}
	r.events = addBounded(r.events, events)
	if where != "" {
		r.where[where] = true
	}
}

// risks is the report in the making.
type risks struct {
	*run
	holders     map[semdex.AssetID]*holder
	territories *territories
	uses        int64
	unknown     int64
	live        int64
}

func rightsRisk(q *run) (*Report, error) {
	g, err := q.s.gathered(q.ctx, q.l, q.r, q.placesOf(happened+" AND "+q.s.isType("e.type", semdex.AssetDownload, semdex.AssetPlaced, semdex.AssetEmbed)))
	if err != nil {
		return nil, err
	}
	s := &risks{run: q, territories: newTerritories(q.l)}
	if s.holders, err = q.holders(g.counting); err != nil {
		return nil, err
	}
	s.used(g)
	if err := s.placed(); err != nil {
		return nil, err
	}
	return s.report(g.counting), nil
}

// placesOf counts events, and tells of each its day, region, channel and the rest of its context.
func (q *run) placesOf(where string) counted {
	return counted{slot: "CASE e.type" + q.s.whenType(1, semdex.AssetUnplaced) + " ELSE 0 END", slots: 2, where: where + " AND e.asset > 0", members: true,
		need: []kind{kindRegion, kindChannel, kindContext}, more: func(c *counting) []field {
			return []field{{c.time.day(), allBits}, {"e.region", int64(len(c.texts[kindRegion]))}, {"e.channel", int64(len(c.texts[kindChannel]))},
				{"e.context", int64(len(c.texts[kindContext]))}}
		}}
}

// holders gives the assets of the library that events name.
func (q *run) holders(c *counting) (map[semdex.AssetID]*holder, error) {
	numbers, out := c.numbers(), make(map[semdex.AssetID]*holder)
	return out, q.l.Assets(func(a *semdex.Asset) error {
		if _, named := numbers[a.ID]; named {
			h := &holder{id: a.ID, title: q.titleOf(a), risks: make(map[string]*risk), judged: make(map[string]standing)}
			if a.Rights != nil {
				r := *a.Rights
				r.Territories, r.Channels = slices.Clone(r.Territories), slices.Clone(r.Channels)
				h.rights = &r
			}
			out[a.ID] = h
		}
		return nil
	})
}

// used finds the uses that are against rights.
func (s *risks) used(g *gathering) {
	uri, of := contextOf("uri", g.texts[kindContext]), make([]*holder, len(g.texts[kindAsset]))
	for id, n := range g.numbers() {
		of[n] = s.holders[id]
	}
	for i, asset := range g.facts.first {
		h := of[asset]
		u := use{events: g.facts.add(i), day: g.more[0][i], region: g.texts[kindRegion][g.more[1][i]], channel: g.texts[kindChannel][g.more[2][i]]}
		u.place = cmp.Or(uri(g.more[3][i]), u.region, u.channel)
		switch {
		case h == nil:
			s.unknown = addBounded(s.unknown, u.events)
		case s.against(h, &u):
			s.uses = addBounded(s.uses, u.events)
		}
	}
}

// use is what an event tells of the use of an asset.
type use struct {
	events                 int64
	day                    int32
	region, channel, place string
}

// against notes in which ways a use is against the rights of its asset, and says whether it is in any.
func (s *risks) against(h *holder, u *use) (any bool) {
	risky := func(kind, where string) {
		h.risk(kind).add(u.events, u.day, where)
		any = true
	}
	if h.rights == nil {
		if s.l.Rules().Missing {
			risky(riskNoRights, u.place)
		}
		return any
	}
	switch h.rights.Refuses(semdex.Use{On: civil(int64(u.day))}, false) {
	case semdex.RightsExpired:
		risky(riskAfterEnd, u.place)
	case semdex.RightsNotYet:
		risky(riskBefore, u.place)
	}
	only := semdex.Rights{Channels: h.rights.Channels}
	if only.Refuses(semdex.Use{Channel: u.channel}, false) != semdex.Allowed {
		risky(riskChannel, u.channel)
	}
	switch s.judge(h, u.region) {
	case outside:
		risky(riskTerritory, u.region)
	case partly:
		risky(riskUnclear, u.region)
	}
	return any
}

// risk gives the row of a kind of risk, a new one where there is none.
func (h *holder) risk(kind string) *risk {
	r := h.risks[kind]
	if r == nil {
		r = &risk{where: make(map[string]bool)}
		h.risks[kind] = r
	}
	return r
}

// judge says how the region of a use and the asset's rights go together.
func (s *risks) judge(h *holder, word string) standing {
	if word == "" {
		return within
	}
	verdict, known := h.judged[word]
	if !known {
		verdict = s.territories.judge(word, h.rights)
		h.judged[word] = verdict
	}
	return verdict
}

// page is where an asset is placed.
type page struct {
	asset semdex.AssetID
	uri   string
}

// placed finds the live placements of licences that end, or have ended.
func (s *risks) placed() error {
	all := s.run.r
	all.From, all.Filter = "", nil
	g, err := s.s.gathered(s.ctx, s.l, all, s.placesOf(happened+" AND "+s.s.isType("e.type", semdex.AssetPlaced, semdex.AssetUnplaced)))
	if err != nil {
		return err
	}
	pages, net := g.pages()
	wanted := pages
	if len(s.r.Filter) > 0 {
		all.Filter = s.r.Filter
		some, err := s.s.gathered(s.ctx, s.l, all, s.placesOf(happened+" AND "+s.s.isType("e.type", semdex.AssetPlaced)))
		if err != nil {
			return err
		}
		wanted, _ = some.pages()
	}
	for p := range wanted {
		h := s.holders[p.asset]
		if h == nil || net[p] <= 0 {
			continue
		}
		if kind := ending(h.rights, s.l.Today()); kind != "" {
			r := h.risk(kind)
			r.add(net[p], pages[p].first, cmp.Or(p.uri, "(no uri)"))
			r.add(0, pages[p].last, "")
			s.live = addBounded(s.live, net[p])
		}
	}
	return nil
}

// pages gives the places where assets were placed, and by how much more often they were than taken away.
func (g *gathering) pages() (pages map[page]*risk, net map[page]int64) {
	uri := contextOf("uri", g.texts[kindContext])
	pages, net = make(map[page]*risk), make(map[page]int64)
	ids := make(map[int32]semdex.AssetID)
	for id, n := range g.numbers() {
		ids[n] = id
	}
	for i, asset := range g.facts.first {
		p := page{ids[asset], uri(g.more[3][i])}
		if g.facts.slot[i] == 1 {
			net[p] -= g.facts.add(i)
			continue
		}
		net[p] += g.facts.add(i)
		if pages[p] == nil {
			pages[p] = &risk{}
		}
		pages[p].add(g.facts.add(i), g.more[0][i], "")
	}
	return pages, net
}

// ending gives the kind of risk that a licence's end is on a day, "" where it ends later than in 90 days, or not at all.
func ending(r *semdex.Rights, today semdex.Date) string {
	if r == nil || r.ValidUntil == "" {
		return ""
	}
	if r.ValidUntil < today {
		return riskEnded
	}
	left := daysBetween(today, r.ValidUntil)
	for _, days := range []int64{30, 60, 90} {
		if left <= days {
			return fmt.Sprintf("ends_%d", days)
		}
	}
	return ""
}

func (s *risks) report(c *counting) *Report {
	var rows [][]any
	assets := int64(0)
	for _, h := range s.holders {
		if len(h.risks) > 0 {
			assets++
		}
		for kind, r := range h.risks {
			var until any
			if h.rights != nil {
				until = orNone(string(h.rights.ValidUntil))
			}
			rows = append(rows, []any{string(h.id), h.title, kind, r.events, string(civil(int64(r.first))), string(civil(int64(r.last))), shortList(sortedKeys(r.where)), until})
		}
	}
	r := c.listing("rights-risk", rightsRiskColumns, 3, rows, byLargest(3, 0, 2))
	r.Totals = []Total{{"risks", int64(len(rows))}, {"assets", assets}, {"uses", s.uses}, {"live", s.live}, {"uses_of_unknown_assets", s.unknown}}
	return r
}

// How much of a list a cell shows.
const (
	listedWords = 5
	listedRunes = 80
)

// shortList joins the first of some words, each cut where it is long, and tells how many more there are.
func shortList(words []string) string {
	shown := make([]string, 0, listedWords)
	for _, w := range words[:min(len(words), listedWords)] {
		if utf8.RuneCountInString(w) > listedRunes {
			w = string([]rune(w)[:listedRunes-1]) + "…"
		}
		shown = append(shown, w)
	}
	out := strings.Join(shown, ", ")
	if more := len(words) - len(shown); more > 0 {
		out += fmt.Sprintf(" and %d more", more)
	}
	return out
}
