package analytics

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

// searched is a library that knows the nearest concept of some words.
type searched struct{ *library }

func (searched) Nearest(words, lang string) (label, uri string) {
	if strings.HasPrefix(words, "d") {
		return "Dogs " + lang, "c:Dogs"
	}
	return "", ""
}

// visits makes events of sessions in which people search and act on what they find: late ones, events at the same moment, without
// a session or a query_id, searches told twice, selects of answers that nobody has told.
func visits(seed uint64, n int) []semdex.Event {
	rnd := rand.New(rand.NewPCG(seed, 17))
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	var events []semdex.Event
	for i := 0; len(events) < n; i++ {
		session, actor := pick("", fmt.Sprintf("s%d", i), fmt.Sprintf("s%d", i), fmt.Sprintf("s%d", rnd.IntN(i+1))), pick("", "u1", "u2", "u3", "u4", "u5")
		at := time.Date(2026, 3, 27, 0, 0, rnd.IntN(220*86400), 1000*rnd.IntN(1e6), time.UTC)
		if i%4 == 0 {
			at = []time.Time{time.Date(2026, 3, 28, 22, 50, 0, 0, time.UTC), time.Date(2026, 10, 24, 23, 40, 0, 0, time.UTC), time.Date(2026, 5, 31, 21, 55, 0, 0, time.UTC)}[i/4%3]
		}
		unit, query := pick("retail", "", "web"), ""
		for range 1 + rnd.IntN(7) {
			at = at.Add([]time.Duration{0, time.Second, 300 * time.Millisecond, 7 * time.Minute, 10 * time.Minute, 30 * time.Minute}[rnd.IntN(6)])
			e := semdex.Event{ID: fmt.Sprintf("v%d-%d", seed, len(events)), OccurredAt: at, Session: session, Actor: semdex.Actor{ID: actor, BusinessUnit: unit}}
			e.Context = map[string]string{"region": pick("", "", "DE", "dach", "Mars"), "campaign": pick("", "spring", "Winter"), "product line's": pick("", "", "Boots")}
			if rnd.IntN(2) == 0 {
				query = pick("", fmt.Sprintf("q%d", len(events)), fmt.Sprintf("q%d", len(events)), fmt.Sprintf("q%d", rnd.IntN(len(events)+1)))
				e.Type, e.QueryID, e.Query, e.Lang = semdex.SearchExecuted, query, pick("dog", " Dog ", "dog  house", "DOG\thouse", "katze", "Straße", "", "STRASSE", "é", "e\u0301"), pick("", "en", "de")
				if total := rnd.IntN(9) - 1; total >= 0 {
					total = max(0, total-2)
					e.Total = &total
				}
				for range rnd.IntN(3) {
					e.Concepts = append(e.Concepts, "c:"+pick("Dogs", "Pets", "Bridges", "Germany", "nobody"))
				}
				if rnd.IntN(3) > 0 {
					e.Search = &semdex.SearchDetail{Expand: pick("", "narrower")}
					for range rnd.IntN(4) {
						e.Search.ExpansionHits = append(e.Search.ExpansionHits, pick("", "files:")+fmt.Sprintf("a%d", rnd.IntN(6)))
					}
					if rnd.IntN(3) == 0 {
						e.Search.Added = []string{"c:Cats"}
					}
				}
			} else {
				e.Type = pick(append(actTypes, semdex.AssetShare)...)
				e.Asset, e.QueryID, e.Position = pick("", "files:")+fmt.Sprintf("a%d", rnd.IntN(6)+22*rnd.IntN(2)), pick("", query, query, "lost"), max(0, rnd.IntN(12)-2)
				e.Found = pick("", "", semdex.FoundByText, semdex.FoundByExpansion)
			}
			if rnd.IntN(5) == 0 {
				n := int64(rnd.IntN(4))
				e.Count = &n
			}
			events = append(events, e)
		}
	}
	rnd.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

// plainHappened gives the events that did not happen no times, in the order of the log.
func plainHappened(events []semdex.Event) (out []semdex.Event) {
	for _, e := range events {
		if e.Weight() > 0 {
			out = append(out, e)
		}
	}
	return out
}

func isSelect(e *semdex.Event) bool {
	return slices.Contains([]string{"search.result_click", "asset.select", "asset.download", "asset.placed"}, e.Type)
}

func weights(events []semdex.Event) (n int64) {
	for i := range events {
		n += events[i].Weight()
	}
	return n
}

func plainWords(q string) string {
	q = strings.NewReplacer("ß", "ss", "e\u0301", "é").Replace(strings.ToLower(q))
	return strings.Join(strings.Fields(q), " ")
}

// plainLines groups events by the dimensions of a request and gives the rows of their figures, by the figure of number first and then by dimensions, and
// the figures of all.
func plainLines(d *library, events []semdex.Event, r Request, first int, figures func([]semdex.Event) []any) (rows [][]any, all []any) {
	groups, cells := make(map[string][]semdex.Event), make(map[string][]any)
	var matching []semdex.Event
	for _, e := range events {
		if !plainMatches(d, &e, r) {
			continue
		}
		matching = append(matching, e)
		for _, c := range plainCells(d, &e, r) {
			key := fmt.Sprintf("%q", c)
			groups[key], cells[key] = append(groups[key], e), c
		}
	}
	if len(r.By) == 0 && r.Interval == "" && len(matching) == 0 {
		groups[""] = nil
	}
	keys := 0
	for key, events := range groups {
		keys = len(cells[key])
		rows = append(rows, append(slices.Clone(cells[key]), figures(events)...))
	}
	sortRows(rows, keys, keys+first)
	return rows, figures(matching)
}

// sortRows orders rows by a column of numbers, the largest first and nil last, and then by their first columns.
func sortRows(rows [][]any, keys, by int) {
	slices.SortFunc(rows, func(a, b []any) int {
		if c := cmp.Compare(rising(b[by]), rising(a[by])); c != 0 {
			return c
		}
		for i := range keys {
			if c := strings.Compare(a[i].(string), b[i].(string)); c != 0 {
				return c
			}
		}
		return 0
	})
}

// searchRequests are requests of all sorts; those of a report with rows of its own have neither dimensions nor interval.
func searchRequests(t *testing.T, groups bool) (out []Request) {
	zones := []*time.Location{time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/St_Johns")}
	bys := [][]string{nil, {"topic"}, {"region"}, {"topic", "region"}, {"campaign"}, {"business_unit", "product line's"}}
	filters := []map[string][]string{nil, {"topic": {"animals"}}, {"region": {"c:emea", "MARS"}}, {"region": {"(none)"}}, {"business_unit": {"retail"}, "campaign": {"spring", "winter"}}, {"topic": {"nothing"}}}
	windows := [][2]semdex.Date{{"", ""}, {"2026-03-29", "2026-06-01"}, {"2026-05-31", "2026-05-31"}, {"2026-10-25", ""}}
	intervals := []string{"", "month", "", "day", "week", "hour"}
	for i, by := range bys {
		for j, filter := range filters {
			turn := i + j
			r := Request{Filter: filter, TZ: zones[turn%len(zones)], From: windows[turn%len(windows)][0], To: windows[turn%len(windows)][1]}
			if groups {
				r.By, r.Interval, r.Direct = by, intervals[(i+2*j)%len(intervals)], turn%4 == 3
			}
			if turn%5 == 4 {
				r.Limit = 3
			}
			out = append(out, r)
		}
	}
	return out
}

// searchStores opens stores of several seeds' events.
func searchStores(t *testing.T, check func(s *Store, d *library, events []semdex.Event)) {
	for seed := range uint64(4) {
		d, events := brand(), visits(seed, 400)
		s := open(t, t.TempDir(), Options{})
		record(t, s, events...)
		record(t, s, events[:50]...)
		check(s, d, events)
	}
}

// checkReport compares a report with rows and totals.
func checkReport(t *testing.T, s *Store, l Library, name string, r Request, rows [][]any, totals []any) {
	t.Helper()
	got, err := s.Report(t.Context(), l, name, r)
	if err != nil {
		t.Fatalf("%s %+v: %v", name, r, err)
	}
	if r.Limit > 0 && len(rows) > r.Limit {
		rows = rows[:r.Limit]
	}
	if len(rows) == 0 {
		rows = nil
	}
	if diff := gocmp.Diff(rows, rowsOf(got)); diff != "" {
		t.Fatalf("%s %+v: rows want-, got+\n%s", name, r, diff)
	}
	var cells []any
	for _, total := range got.Totals {
		cells = append(cells, total.Value)
	}
	if diff := gocmp.Diff(totals, cells); diff != "" {
		t.Fatalf("%s %+v: totals want-, got+\n%s", name, r, diff)
	}
	def, _ := FindReport(name)
	for i, f := range def.Columns {
		column := got.Columns[len(got.Columns)-len(def.Columns)+i]
		if column.Name != f.Name || column.Kind != f.Kind || column.Unit != f.Unit {
			t.Fatalf("%s has the column %+v, its definition says %+v", name, column, f)
		}
	}
}

// plainWordings groups searches by words and language.
func plainWordings(events []semdex.Event) map[[2]string][]semdex.Event {
	out := make(map[[2]string][]semdex.Event)
	for _, e := range events {
		key := [2]string{cmp.Or(plainWords(e.Query), "(none)"), cmp.Or(e.Lang, "(none)")}
		out[key] = append(out[key], e)
	}
	return out
}

// plainUsers counts the different actors.
func plainUsers(events []semdex.Event) int64 {
	users := make(map[string]bool)
	for _, e := range events {
		if e.Actor.ID != "" {
			users[e.Actor.ID] = true
		}
	}
	return int64(len(users))
}
