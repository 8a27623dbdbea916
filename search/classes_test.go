package search_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"semdex"
	"semdex/internal/text"
	"semdex/search"
	"semdex/search/enginetest"
	"semdex/search/eval"
)

// classOrder is the order of the classes of evidence, best first, as the design has it.
var classOrder = []string{"exact", "tagged", "words", "synonym", "narrower", "narrower label", "related", "related label", "misspelt"}

// randomVocabulary names the first n concepts of enginetest.Generate by its words, and relates them at random.
func randomVocabulary(r *rand.Rand, n int) *search.Vocabulary {
	name := func(i int) string { return strings.TrimPrefix(enginetest.ConceptURI(i), search.Base) }
	labels, relations := map[string]string{}, map[string]string{}
	for i := range n {
		words := []string{enginetest.Words[r.IntN(len(enginetest.Words))] + "@en"}
		for range r.IntN(3) {
			words = append(words, "~"+enginetest.Words[r.IntN(len(enginetest.Words))]+"@"+[]string{"en", "de"}[r.IntN(2)])
		}
		labels[name(i)] = strings.Join(words, " | ")
		if i > 0 && r.IntN(3) > 0 {
			key := name(r.IntN(i)) + " narrower"
			relations[key] += " " + name(i)
		}
		if i > 0 && r.IntN(3) == 0 {
			relations[name(i)+[]string{" related", " exact", " close"}[r.IntN(3)]] = name(r.IntN(i))
		}
	}
	return search.NewVocabulary(labels, relations)
}

// TestClassesComeBeforeAllScores guards the order of design.md section 5 on random libraries, queries, signals and
// boosts: more groups first, then better classes, whatever words, weights, age, use and curation say.
func TestClassesComeBeforeAllScores(t *testing.T) {
	libraries := 6
	if testing.Short() {
		libraries = 2
	}
	for seed := range uint64(libraries) {
		t.Run(fmt.Sprint("library ", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 77))
			assets := enginetest.Generate(seed, 300, 60)
			set := settings
			for _, share := range []*float64{&set.Signals.Freshness, &set.Signals.Popularity, &set.Signals.Approval} {
				*share = r.Float64() * search.MaxSignals / 3
			}
			s, _ := library(t, set, randomVocabulary(r, 60), assets...)
			uses := map[semdex.AssetID]float64{}
			for _, a := range assets {
				uses[a.ID] = r.ExpFloat64() * 1000
			}
			s.SetPopularity(search.NewPopularity(uses))
			for range 60 {
				checkClasses(t, s, randomQuery(r), randomBoosts(r, assets))
			}
		})
	}
}

func randomQuery(r *rand.Rand) search.Request {
	var words []string
	for range 1 + r.IntN(4) {
		words = append(words, enginetest.Words[r.IntN(len(enginetest.Words))])
	}
	return search.Request{Query: strings.Join(words, " "), Lang: []string{"", "en", "de"}[r.IntN(3)], Expand: search.Modes[r.IntN(4)],
		Access: search.Access{All: r.IntN(2) == 0, Use: semdex.Use{On: "2026-03-15"}}, Limit: 1000, Explain: true}
}

func randomBoosts(r *rand.Rand, assets []*semdex.Asset) search.CurationRule {
	var rule search.CurationRule
	for _, i := range r.Perm(len(assets))[:20] {
		rule.Boosts = append(rule.Boosts, assets[i].ID)
	}
	return rule
}

func checkClasses(t *testing.T, s *search.Service, request search.Request, boosts search.CurationRule) {
	t.Helper()
	boosts.Query = request.Query
	s.SetCuration([]search.CurationRule{boosts})
	var before *search.Hit
	standing := func(h *search.Hit) (groups, classes int) {
		for _, e := range h.Explain {
			groups++
			classes += slices.Index(classOrder, e.Class)
		}
		return groups, classes
	}
	for _, h := range ask(t, s, request).Hits {
		if slices.ContainsFunc(h.Explain, func(e search.Explanation) bool { return !slices.Contains(classOrder, e.Class) }) {
			t.Fatalf("%q: a class that nobody knows: %+v", request.Query, h.Explain)
		}
		if before != nil {
			groups, classes := standing(&h)
			aheadGroups, aheadClasses := standing(before)
			boosted, aheadBoosted := slices.Contains(boosts.Boosts, h.ID), slices.Contains(boosts.Boosts, before.ID) || text.Fold(before.Asset.Title) == text.Fold(request.Query)
			switch {
			case aheadGroups < groups || aheadGroups == groups && aheadClasses > classes:
				t.Fatalf("%+v\n%s with %+v comes before\n%s with %+v", request, before.ID, before.Explain, h.ID, h.Explain)
			case aheadGroups == groups && aheadClasses == classes && boosted && !aheadBoosted:
				t.Fatalf("%+v: %s is raised and comes after %s, which suits as well", request, h.ID, before.ID)
			}
		}
		before = &h
	}
}

func TestSignals(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	asset := func(id string, created time.Time, approval semdex.Approval) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID("files:" + id), Title: semdex.Text{"en": "A hut"}, Tags: []string{"hut"}, Created: created, Approval: approval}
	}
	open := func(w search.SignalWeights) *search.Service {
		set := settings
		set.Signals = w
		_, r, x := openLibrary(t, set, packaging, asset("old", now.AddDate(-3, 0, 0), semdex.Approved), asset("new", now.AddDate(0, 0, -1), semdex.Pending),
			asset("used", now.AddDate(-3, 0, -1), semdex.Approved), asset("undated", time.Time{}, semdex.Pending))
		s := search.New(search.Options{Engine: x, Records: r, Settings: set, Now: func() time.Time { return now }, NewID: func() string { return "q" }})
		s.SetVocabulary(packaging)
		s.SetPopularity(search.NewPopularity(map[semdex.AssetID]float64{"files:used": 50, "files:old": 1}))
		return s
	}
	for _, tt := range []struct {
		name    string
		weights search.SignalWeights
		want    string
	}{
		{"newer first where nothing else tells", search.SignalWeights{}, "new old used undated"},
		{"freshness", search.SignalWeights{Freshness: 0.05}, "new old used undated"},
		{"popularity", search.SignalWeights{Popularity: 0.05}, "used old new undated"},
		{"approval", search.SignalWeights{Approval: 0.05}, "old used new undated"},
		{"use outweighs age with the shipped weights", search.DefaultSignals, "used new old undated"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := hitIDs(ask(t, open(tt.weights), search.Request{Query: "hut", Lang: "en", Access: everythingAccess})); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestShippedSignalsDoNoHarm compares the ranking of the demo library's judged queries with the shipped weights and
// the uses in its events with that without signals.
func TestShippedSignalsDoNoHarm(t *testing.T) {
	queries, err := eval.ReadQueries(bytes.NewReader(brandFile(t, "queries.jsonl")), "queries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	measure := func(w search.SignalWeights) eval.Metrics {
		l, _ := brandPairs(t)
		set := brandSettings
		set.Signals = w
		s := search.New(search.Options{Engine: l.index, Records: l.records, Settings: set, NewID: func() string { return "q" },
			Now: func() time.Time { return time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC) }})
		s.SetVocabulary(readGraph(t, "taxonomy.ttl", bytes.NewReader(brandFile(t, "taxonomy.ttl"))))
		s.SetPopularity(search.NewPopularity(brandUses(t)))
		qrels, err := eval.ReadQrels(bytes.NewReader(brandFile(t, "qrels.tsv")), "qrels.tsv", func(id string) (string, bool) {
			full, ok := s.Resolve(id)
			return string(full), ok
		})
		if err != nil {
			t.Fatal(err)
		}
		return evaluate(t, s, queries, qrels, search.ExpandNarrower, 1000).Mean
	}
	without, with := measure(search.SignalWeights{}), measure(search.DefaultSignals)
	t.Logf("NDCG@10 %.4f, with signals %.4f; MRR %.4f, with signals %.4f", without.NDCG10, with.NDCG10, without.MRR, with.MRR)
	if with.NDCG10 < without.NDCG10-0.005 || with.MRR < without.MRR-0.005 {
		t.Errorf("signals make the ranking worse: NDCG@10 from %.4f to %.4f, MRR from %.4f to %.4f", without.NDCG10, with.NDCG10, without.MRR, with.MRR)
	}
}

// brandUses counts the views, downloads and placements of each asset in the demo library's events.
func brandUses(t *testing.T) map[semdex.AssetID]float64 {
	t.Helper()
	weights := map[string]float64{semdex.AssetView: 1, semdex.AssetDownload: 3, semdex.AssetPlaced: 5}
	uses := map[semdex.AssetID]float64{}
	for line := range bytes.Lines(brandFile(t, "events.jsonl")) {
		var e semdex.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if w := weights[e.Type]; w > 0 && e.Asset != "" {
			uses[semdex.AssetID("brand:"+e.Asset)] += w
		}
	}
	return uses
}

func TestPopularityIsScaledByTheLogarithm(t *testing.T) {
	p := search.NewPopularity(map[semdex.AssetID]float64{"most": 999, "tenth": 99, "one": 1, "none": 0})
	if p.By["most"] != 1 || p.By["tenth"] < .66 || p.By["tenth"] > .67 || p.By["one"] < .1 || p.By["one"] > .11 {
		t.Errorf("got %v", p.By)
	}
	if _, kept := p.By["none"]; kept || len(search.NewPopularity(map[semdex.AssetID]float64{"none": 0}).By) != 0 {
		t.Error("what is not used is kept")
	}
}
