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

// rightsLibrary is brand with records: rights of all kinds, costs, days of creation, duplicates. The same for the same seed.
func rightsLibrary(seed uint64) *library {
	l := brand()
	l.today, l.records = "2026-09-30", make(map[semdex.AssetID]*semdex.Asset)
	l.rules = Rules{Languages: []string{"de", "en"}, Missing: seed%2 == 0}
	rnd := rand.New(rand.NewPCG(seed, 5))
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	for i := range 25 {
		a := &semdex.Asset{ID: semdex.AssetID(fmt.Sprintf("files:a%d", i)), Name: fmt.Sprintf("a%d.jpg", i), Size: int64(rnd.IntN(1000)),
			Approval: semdex.Approval(pick("", "approved", "approved", "pending", "expired")), Type: pick("image", "video", "")}
		if rnd.IntN(3) > 0 {
			a.Title = semdex.Text{"en": fmt.Sprintf("Title %d", i), pick("de", "fr"): fmt.Sprintf("Titel %d", i)}
		}
		if rnd.IntN(5) > 0 {
			a.Created = time.Date(2025, 6, 1, 0, 0, rnd.IntN(500*86400), 0, time.UTC)
		}
		if rnd.IntN(4) > 0 {
			a.Rights = someRights(rnd, pick)
		}
		l.records[a.ID] = a
	}
	for i := range 3 {
		group := []semdex.AssetID{}
		for k := range 2 + rnd.IntN(3) {
			group = append(group, semdex.AssetID(fmt.Sprintf("files:a%d", 8*i+k)))
		}
		l.same = append(l.same, group)
	}
	return l
}

func someRights(rnd *rand.Rand, pick func(...string) string) *semdex.Rights {
	r := &semdex.Rights{License: "standard"}
	day := func() semdex.Date {
		return semdex.DateOf(time.Date(2026, 1, 1+rnd.IntN(400), 0, 0, 0, 0, time.UTC))
	}
	if rnd.IntN(2) == 0 {
		r.ValidFrom = day()
	}
	if rnd.IntN(3) > 0 {
		r.ValidUntil = day()
	}
	for range rnd.IntN(3) {
		r.Territories = append(r.Territories, pick("DE", "de", "AT", "FR", "dach", "US", "Somewhere"))
	}
	for range rnd.IntN(2) {
		r.Channels = append(r.Channels, pick("Web", "print"))
	}
	if rnd.IntN(2) == 0 {
		r.Cost = &semdex.Money{Amount: float64(rnd.IntN(100_000_000)) / 10_000, Currency: pick("EUR", "usd ", "GBP", "")}
	}
	return r
}

// rightsEvents makes n events with money, places and all that asset reports look at, some late, out of order, at the edges of days.
func rightsEvents(seed uint64, n int) []semdex.Event {
	rnd := rand.New(rand.NewPCG(seed, 6))
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	types := []string{semdex.AssetDownload, semdex.AssetPlaced, semdex.AssetUnplaced, semdex.AssetEmbed, semdex.AssetOrder, semdex.AssetView, semdex.LicensePurchase, semdex.LicenseReuse}
	events := someEvents(n)
	for i := range events {
		e := &events[i]
		e.ID = fmt.Sprintf("r%d", i)
		if rnd.IntN(3) > 0 {
			e.Type = types[rnd.IntN(len(types))]
		}
		if e.Asset == "" && strings.HasPrefix(e.Type, "asset.") || rnd.IntN(2) == 0 && !strings.HasPrefix(e.Type, "search.executed") {
			e.Asset = pick("", "files:") + fmt.Sprintf("a%d", rnd.IntN(28))
		}
		if rnd.IntN(6) > 0 && i%5 > 0 {
			e.OccurredAt = time.Date(2025, 11, 1, 0, 0, rnd.IntN(430*86400), 0, time.UTC)
		}
		if strings.HasPrefix(e.Type, "license.") {
			if rnd.IntN(3) == 0 {
				e.Asset = pick("", "a1", "a26")
			}
			if rnd.IntN(6) > 0 {
				e.Value = &semdex.Money{Amount: float64(rnd.IntN(10_000_000)-1_000_000) / 10_000, Currency: pick("EUR", "eur", " usd", "GBP", "XYZ", "")}
			}
		}
		for key, word := range map[string]string{"region": pick("", "DE", "dach", "Mars", "at", "BR", "fr", "Germany"), "campaign": pick("", "", "spring", "Spring", "Winter"),
			"channel": pick("", "web", "PRINT", "tv"), "uri": pick("", "https://a.example/1", "https://a.example/2", "https://b.example/"),
			"provider": pick("", "stock", "other"), "project": pick("", "p1", "p2")} {
			e.Context[key] = word
		}
		e.Session, e.Source = pick("", "s1", "s2"), pick("", "cms", "portal", "counter")
		if rnd.IntN(4) > 0 {
			e.Count = nil
		}
		e.QueryID, e.Client.Name = pick("", "q1", "q2", "q3"), pick("", "picker", fmt.Sprint("only ", e.Type))
		if e.Type == semdex.SearchExecuted && rnd.IntN(3) == 0 {
			e.QueryID, e.Total = "q1", new(int)
		}
		e.ReceivedAt = later
		if rnd.IntN(8) == 0 {
			e.ReceivedAt = e.OccurredAt.Add([]time.Duration{-10, 0, 100, 30 * 24, 31 * 24}[rnd.IntN(5)] * time.Hour)
		}
	}
	return events
}

// receive records events at the times at which they are received.
func receive(t *testing.T, s *Store, events []semdex.Event) {
	t.Helper()
	for len(events) > 0 {
		n := 1
		for n < len(events) && events[n].ReceivedAt.Equal(events[0].ReceivedAt) {
			n++
		}
		r, err := s.Record(t.Context(), slices.Clone(events[:n]), events[0].ReceivedAt)
		if err != nil || r.Accepted+r.Duplicates != n {
			t.Fatalf("got %+v of %d (error %v)", r, n, err)
		}
		events = events[n:]
	}
}

// shuffled lays events out in another order, as those that come late are.
func shuffled(seed uint64, events []semdex.Event) []semdex.Event {
	out := slices.Clone(events)
	rand.New(rand.NewPCG(seed, 9)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// plainAsset is the asset that an event names, and whether the library knows it.
func plainAsset(d *library, e *semdex.Event) (string, bool) {
	id, known := d.assets[e.Asset]
	return string(cmp.Or(id, semdex.AssetID(e.Asset))), known
}

// ofKind says whether an event is of one of some types.
func ofKind(e *semdex.Event, types ...string) bool { return slices.Contains(types, e.Type) }

// someRequests are requests of many shapes: windows, zones and filters, and of reports that group also dimensions and intervals.
func someRequests(t *testing.T, bys [][]string) (out []Request) {
	zones := []*time.Location{time.UTC, zone(t, "Europe/Berlin"), zone(t, "America/St_Johns"), time.FixedZone("odd", -3723)}
	filters := []map[string][]string{nil, {"topic": {"animals"}}, {"region": {"c:emea", "MARS"}}, {"region": {"(none)"}}, {"campaign": {"spring"}},
		{"channel": {"web", "(none)"}, "type": {"image"}}, {"topic": {"nothing"}}}
	windows := [][2]semdex.Date{{"", ""}, {"2026-01-01", "2026-03-29"}, {"2026-03-29", "2026-03-29"}, {"2026-05-25", ""}, {"", "2026-06-30"}}
	intervals := append([]string{""}, Intervals...)
	for i, filter := range filters {
		for j, w := range windows {
			r := Request{TZ: zones[(i+j)%len(zones)], Filter: filter, From: w[0], To: w[1], Limit: []int{0, 0, 3}[(i*j)%3], Direct: (i+j)%4 == 3}
			out = append(out, r)
			for k, by := range bys {
				r.By, r.Interval, r.Limit = by, intervals[(i+2*j+3*k)%len(intervals)], 0
				out = append(out, r)
			}
		}
	}
	if testing.Short() {
		every := slices.Clone(out)
		out = out[:0]
		for i := 0; i < len(every); i += 5 {
			out = append(out, every[i])
		}
	}
	return out
}

// compareReports makes a report of each request, and compares its rows and totals with plain ones.
func compareReports(t *testing.T, name string, bys [][]string, set func(*library), plain func(*library, []semdex.Event, Request) ([][]any, []Total)) {
	t.Helper()
	n, seeds := 0, uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		d, events := rightsLibrary(seed), shuffled(seed, rightsEvents(seed, 600))
		if set != nil {
			set(d)
		}
		s := open(t, t.TempDir(), Options{LeaveOut: LeaveOut{Counters: true}})
		receive(t, s, events)
		receive(t, s, events[:30])
		for _, r := range someRequests(t, bys) {
			got, err := s.Report(t.Context(), d, name, r)
			if err != nil {
				t.Fatalf("%+v: %v", r, err)
			}
			rows, totals := plain(d, events, r)
			if r.Limit > 0 && len(rows) > r.Limit {
				rows = rows[:r.Limit]
			}
			if diff := gocmp.Diff(rows, rowsOf(got)); diff != "" {
				t.Fatalf("seed %d, %+v: want-, got+\n%s", seed, r, diff)
			}
			if diff := gocmp.Diff(totals, got.Totals); diff != "" {
				t.Fatalf("seed %d, %+v: totals want-, got+\n%s", seed, r, diff)
			}
			n += len(rows)
		}
	}
	if n == 0 {
		t.Fatal("no rows were compared")
	}
	t.Logf("%d rows compared", n)
}

// plainSort brings rows into order by a number, the largest first and nil last, and then by texts.
func plainSort(rows [][]any, by int, then ...int) [][]any {
	value := func(v any) float64 {
		switch v := v.(type) {
		case int64:
			return float64(v)
		case float64:
			return v
		}
		return -1e300
	}
	slices.SortFunc(rows, func(a, b []any) int {
		if c := cmp.Compare(value(b[by]), value(a[by])); c != 0 {
			return c
		}
		for _, k := range then {
			if c := strings.Compare(a[k].(string), b[k].(string)); c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

// plainTitle is the title of an asset as reports show it.
func plainTitle(a *semdex.Asset) string {
	if a == nil {
		return ""
	}
	for _, lang := range []string{"de", "en"} {
		if s := a.Title[lang]; s != "" {
			return s
		}
	}
	return a.Name
}

func TestTopAssetsEqualsPlainSums(t *testing.T) {
	compareReports(t, "top-assets", nil, nil, func(d *library, events []semdex.Event, r Request) ([][]any, []Total) {
		type sums struct {
			n     [5]int64
			users map[string]bool
		}
		all, assets := sums{users: map[string]bool{}}, map[string]*sums{}
		for _, e := range events {
			if !plainMatches(d, &e, r) {
				continue
			}
			into := []*sums{&all}
			if e.Asset != "" {
				id, _ := plainAsset(d, &e)
				if assets[id] == nil {
					assets[id] = &sums{users: map[string]bool{}}
				}
				into = append(into, assets[id])
			}
			for _, s := range into {
				s.n[0] += e.Weight()
				for i, types := range [][]string{{"asset.view"}, {"asset.download"}, {"asset.share"}, {"asset.placed", "asset.embed"}} {
					if ofKind(&e, types...) {
						s.n[1+i] += e.Weight()
					}
				}
				if e.Actor.ID != "" {
					s.users[e.Actor.ID] = true
				}
			}
		}
		var rows [][]any
		for id, s := range assets {
			kind := ""
			a := d.records[semdex.AssetID(id)]
			if a != nil {
				kind = a.Type
			}
			rows = append(rows, []any{id, plainTitle(a), kind, a != nil, s.n[0], s.n[1], s.n[2], s.n[3], s.n[4], int64(len(s.users))})
		}
		return plainSort(rows, 4, 0), []Total{{"events", all.n[0]}, {"views", all.n[1]}, {"downloads", all.n[2]}, {"shares", all.n[3]},
			{"placements", all.n[4]}, {"unique_users", int64(len(all.users))}, {"unique_assets", int64(len(assets))}}
	})
}

// TestAssetReportsStandBesideTheWindowBefore guards that rows are told apart by what they are about, and totals by their names.
func TestAssetReportsStandBesideTheWindowBefore(t *testing.T) {
	d, events := rightsLibrary(1), rightsEvents(1, 400)
	d.rules.Currency = "EUR"
	s := open(t, t.TempDir(), Options{})
	receive(t, s, events)
	for _, def := range assetReports {
		now, err := s.Report(t.Context(), d, def.Name, Request{From: "2026-06-01", To: "2026-06-30", Compare: true})
		if err != nil {
			t.Fatal(err)
		}
		var was []Total
		for i := 1; i < len(now.Totals); i += 2 {
			was = append(was, Total{strings.TrimSuffix(now.Totals[i].Name, "_before"), now.Totals[i].Value})
		}
		old, err := s.Report(t.Context(), d, def.Name, Request{From: "2026-05-01", To: "2026-05-31"})
		if err != nil {
			t.Fatal(err)
		}
		for _, total := range old.Totals {
			if !slices.Contains(was, total) {
				t.Errorf("%s: %+v is not among %+v", def.Name, total, was)
			}
		}
		seen := make(map[string]bool)
		for row := range now.Rows() {
			key := fmt.Sprint(row[:max(1, now.keyColumns())])
			if seen[key] && now.keyColumns() > 0 {
				t.Errorf("%s: %s comes twice", def.Name, key)
			}
			seen[key] = true
		}
	}
}

func TestRowsOfFewUsersDoNotShow(t *testing.T) {
	d, events := rightsLibrary(1), rightsEvents(1, 400)
	s := open(t, t.TempDir(), Options{})
	receive(t, s, events)
	for _, r := range []struct {
		name  string
		ask   Request
		users int
	}{{"top-assets", Request{Limit: 5}, 9}, {"top-assets", Request{}, 9}} {
		d.rules.MinGroup = 0
		ask := r.ask
		ask.Limit, ask.Counters = 0, false
		all, err := s.Report(t.Context(), d, r.name, ask)
		if err != nil {
			t.Fatal(err)
		}
		var want [][]any
		rows := rowsOf(all)
		for _, row := range rows {
			if row[r.users].(int64) >= 4 {
				want = append(want, row)
			}
		}
		hidden := len(rows) - len(want)
		if r.ask.Limit > 0 {
			want = want[:min(len(want), r.ask.Limit)]
		}
		d.rules.MinGroup = 4
		got, err := s.Report(t.Context(), d, r.name, r.ask)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, rowsOf(got)); diff != "" || hidden == 0 || len(got.Notes) != 1 || !strings.HasSuffix(got.Notes[0], fmt.Sprint(hidden)) {
			t.Errorf("%s: %d hidden, notes %q, want-, got+\n%s", r.name, hidden, got.Notes, diff)
		}
		if diff := gocmp.Diff(all.Totals, got.Totals); diff != "" {
			t.Errorf("%s: totals want-, got+\n%s", r.name, diff)
		}
	}
}
