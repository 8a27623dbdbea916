package analytics

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"semdex"
)

// plainCounted is what rules leave of events, one by one as they read, and how many they leave out for each reason.
func plainCounted(events []semdex.Event, o LeaveOut) (out []semdex.Event, counters, bots, repeats int) {
	minute := func(e *semdex.Event) string {
		return fmt.Sprint(cmp.Or(e.Actor.ID, "session "+e.Session), e.OccurredAt.Unix()-int64(e.OccurredAt.Second()))
	}
	perMinute := map[string]int{}
	for i := range events {
		if e := &events[i]; e.Source != "counter" && (e.Actor.ID != "" || e.Session != "") {
			perMinute[minute(e)]++
		}
	}
	again := func(i int) bool {
		e := &events[i]
		for j := range events {
			f := &events[j]
			if i == j || f.Type != semdex.AssetView || f.Source == "counter" || f.Actor.ID != e.Actor.ID || f.Asset != e.Asset {
				continue
			}
			gap := e.OccurredAt.Sub(f.OccurredAt)
			if gap > 0 && gap <= o.Repeats || gap == 0 && hashText(f.ID) < hashText(e.ID) {
				return true
			}
		}
		return false
	}
	for i := range events {
		e := &events[i]
		bot := slices.ContainsFunc(o.BotTypes, func(t string) bool { return strings.EqualFold(t, e.Actor.Type) }) ||
			slices.ContainsFunc(o.BotClients, func(p string) bool {
				ok, _ := path.Match(strings.ToLower(p), strings.ToLower(e.Client.Name))
				return ok
			}) || o.PerMinute > 0 && e.Source != "counter" && perMinute[minute(e)] > o.PerMinute
		switch {
		case e.Source == "counter" && !o.Counters:
			counters++
		case bot:
			bots++
		case o.Repeats > 0 && e.Type == semdex.AssetView && e.Source != "counter" && e.Actor.ID != "" && again(i):
			repeats++
		default:
			out = append(out, *e)
		}
	}
	return out, counters, bots, repeats
}

// busyEvents are events close to one another: bots, repeated views, counters.
func busyEvents(n int) []semdex.Event {
	rnd, events := rand.New(rand.NewPCG(11, 12)), someEvents(n)
	for i := range events {
		e := &events[i]
		e.OccurredAt = time.Date(2026, 3, 28, 20, 0, rnd.IntN(20*3600), 0, time.UTC)
		if rnd.IntN(2) == 0 {
			e.Type, e.Asset = semdex.AssetView, fmt.Sprintf("a%d", rnd.IntN(3))
		}
		if i > 0 && rnd.IntN(6) == 0 { // at the same moment as another
			e.OccurredAt = events[i-1].OccurredAt
		}
		e.Actor.Type = []string{"", "user", "Bot", "service"}[rnd.IntN(4)]
		e.Client.Name = []string{"", "cms", "Crawler 1", "crawler_2", "my%crawler"}[rnd.IntN(5)]
		e.Session = []string{"", "s1", "s2"}[rnd.IntN(3)]
		if rnd.IntN(8) == 0 {
			e.Source = "counter"
		}
	}
	return events
}

func TestLeftOutEqualsThePlainRules(t *testing.T) {
	events, d := busyEvents(500), brand()
	d.version = "1"
	dir := t.TempDir()
	for i, o := range []LeaveOut{
		{}, {Counters: true}, {BotTypes: []string{"bot", "SERVICE"}}, {BotClients: []string{"crawler*", "c?s"}}, {BotClients: []string{"crawler_2", "my%*"}, Counters: true},
		{PerMinute: 1}, {PerMinute: 2, Counters: true}, {Repeats: 30 * time.Minute}, {Repeats: 90 * time.Second, Counters: true},
		{BotTypes: []string{"bot"}, BotClients: []string{"*1"}, PerMinute: 1, Repeats: 10 * time.Minute},
	} {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			s, err := Open(dir, Options{LeaveOut: o, RollAfter: 100})
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				record(t, s, events...)
			}
			left, counters, bots, repeats := plainCounted(events, o)
			if (bots > 0) != (len(o.BotTypes)+len(o.BotClients)+o.PerMinute > 0) || (repeats > 0) != (o.Repeats > 0) || (counters > 0) == o.Counters {
				t.Errorf("the events show nothing: %d of counters, %d of bots, %d again", counters, bots, repeats)
			}
			for _, kept := range []bool{false, true} {
				if kept {
					if err := s.Keep(t.Context(), d, Rollup{By: []string{"topic", "region", "campaign"}, TZ: time.UTC}); err != nil {
						t.Fatal(err)
					}
					if serves := s.rollups.get() != nil; serves == o.acrossEvents() {
						t.Errorf("sums are kept: %v", serves)
					}
					if !o.acrossEvents() {
						checkRolled(t, s, d, left, time.UTC, "sums")
					}
				}
				for _, r := range []Request{{}, {By: []string{"topic", "region"}}, {Interval: "hour"}, {By: []string{"event"}, From: "2026-03-29"}, {By: []string{"client"}, To: "2026-03-28"}} {
					r.TZ = zone(t, "Europe/Berlin")
					checkUsage(t, s, d, left, r)
				}
			}
			r, err := s.Report(t.Context(), d, "usage", Request{})
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, reason := range []struct {
				n    int
				what string
			}{{counters, countersLeft}, {bots, "of bots"}, {repeats, fmt.Sprintf("of assets viewed again within %s", o.Repeats)}} {
				if reason.n > 0 {
					want = append(want, fmt.Sprintf("left out: %d events %s", reason.n, reason.what))
				}
			}
			if diff := gocmp.Diff(want, r.Notes); diff != "" {
				t.Errorf("notes want-, got+\n%s", diff)
			}
			if n, err := s.Count(t.Context()); err != nil || n != int64(len(events)) {
				t.Errorf("%d events are kept (error %v), want all", n, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestLeftOutWhateverTheOrder brings the same events in in other orders, one part after the other, and reports in between.
func TestLeftOutWhateverTheOrder(t *testing.T) {
	o := LeaveOut{PerMinute: 2, Repeats: 20 * time.Minute}
	events, d := busyEvents(300), brand()
	s := open(t, t.TempDir(), Options{LeaveOut: o})
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	have := 0
	for part := range slices.Chunk(events, 75) {
		record(t, s, part...)
		have += len(part)
		left, _, _, _ := plainCounted(events[:have], o)
		checkUsage(t, s, d, left, Request{By: []string{"topic"}, Interval: "day", TZ: time.UTC})
	}
}

// TestBotsAreNoReaders guards that what is left out neither makes an asset popular nor counts as a query.
func TestBotsAreNoReaders(t *testing.T) {
	s := open(t, t.TempDir(), Options{LeaveOut: LeaveOut{BotTypes: []string{"bot"}}})
	for i, who := range []string{"user", "bot"} {
		actor := semdex.Actor{ID: who, Type: who}
		record(t, s, semdex.Event{ID: fmt.Sprint("v", i), Type: semdex.AssetView, OccurredAt: start, Asset: "of a " + who, Actor: actor},
			semdex.Event{ID: fmt.Sprint("s", i), Type: semdex.SearchExecuted, OccurredAt: start, Query: "of a " + who, Actor: actor})
	}
	uses, err := s.Uses(t.Context(), start)
	if err != nil || len(uses) != 1 || uses["of a user"] == 0 {
		t.Errorf("got uses %v, %v", uses, err)
	}
	queries, all, _, err := s.Queries(t.Context(), QueryRequest{Limit: 9})
	if err != nil || all != 1 || queries[0].Query != "of a user" {
		t.Errorf("got queries %v, %v", queries, err)
	}
}

// TestCountedSumsOfOldEvents guards that rules hold for what is summed up, at the time it is.
func TestCountedSumsOfOldEvents(t *testing.T) {
	events, d, dir := busyEvents(400), brand(), t.TempDir()
	o := LeaveOut{BotTypes: []string{"bot"}, Repeats: 30 * time.Minute}
	day := time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC)
	for i, counters := range []bool{false, true} {
		o.Counters = counters
		s, err := Open(dir, Options{LeaveOut: o})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			record(t, s, events...)
			if n, err := s.Retain(t.Context(), day, time.UTC); err != nil || n != int64(len(events)) {
				t.Fatalf("got %d, %v", n, err)
			}
		}
		all := o // counters are told apart later; bots and repeats are not
		all.Counters = true
		left, _, _, _ := plainCounted(events, all)
		left = slices.DeleteFunc(left, func(e semdex.Event) bool { return !counters && e.Source == "counter" })
		left, _ = plainPast(left, day, time.UTC)
		checkUsage(t, s, d, left, Request{By: []string{"topic"}, Interval: "month", TZ: time.UTC})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
