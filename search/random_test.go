package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/internal/text"
	"semdex/search"
)

// brandWords are words that stand in the brand library, in its vocabulary and in neither.
func brandWords(t *testing.T) []string {
	t.Helper()
	var words []string
	for _, body := range [][]byte{brandFile(t, "queries.jsonl"), brandFile(t, "assets.jsonl")[:40_000], brandFile(t, "taxonomy.ttl")[:20_000]} {
		for _, token := range text.Tokens(string(body)) {
			words = append(words, token.Lower)
		}
	}
	words = append(words, "zeppelin", "Kinderwagenrad", "FH-RJ-210-YEL", "img-0053", "-rain", `"hut to hut"`, "OR", "jack*", "type:video", "Region:DACH", "created:2026")
	slices.Sort(words)
	return slices.Compact(words)
}

// randomQueries gives queries of one to 20 words.
func randomQueries(words []string, n int) []string {
	random := rand.New(rand.NewPCG(7, 7))
	out := make([]string, n)
	for i := range out {
		query := make([]string, 1+random.IntN(4)+random.IntN(2)*random.IntN(16))
		for j := range query {
			query[j] = words[random.IntN(len(words))]
		}
		out[i] = strings.Join(query, " ")
	}
	return out
}

func ranking(t *testing.T, s *search.Service, query string, mode search.Mode) []semdex.AssetID {
	t.Helper()
	ids, err := s.Rank(context.Background(), search.Request{Query: query, Expand: mode, AsTyped: true, Access: search.Access{All: true}, Limit: 500})
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	return ids
}

// TestExpandNoneIsPlainText guards that with expansion off a vocabulary changes nothing.
func TestExpandNoneIsPlainText(t *testing.T) {
	t.Parallel()
	with := brandLibrary(t)
	without := brandLibrary(t)
	without.SetVocabulary(search.NewVocabulary(nil, nil))
	found := 0
	for _, query := range randomQueries(brandWords(t), 250) {
		got, want := ranking(t, with, query, search.ExpandNone), ranking(t, without, query, search.ExpandNarrower)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-without a vocabulary +with)\n%s", query, d)
		}
		found += len(got)
	}
	if found == 0 {
		t.Error("none of the queries finds anything")
	}
}

// TestRandomQueriesThatNameNoConcept guards that a query that names no concept gives the same answer in every mode. Typing errors are another thing: they are not forgiven here.
func TestRandomQueriesThatNameNoConcept(t *testing.T) {
	t.Parallel()
	s := brandLibrary(t)
	without := brandLibrary(t)
	without.SetVocabulary(search.NewVocabulary(nil, nil))
	tried := 0
	for _, query := range randomQueries(brandWords(t), 700) {
		a := ask(t, s, search.Request{Query: query, AsTyped: true, Access: search.Access{All: true}})
		if len(a.Expansion.Concepts) > 0 {
			continue
		}
		tried++
		want := ranking(t, without, query, search.ExpandNone)
		for _, mode := range search.Modes {
			if d := cmp.Diff(want, ranking(t, s, query, mode)); d != "" {
				t.Errorf("%q, which names no concept, in mode %s (-want +got)\n%s", query, mode, d)
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d of the queries name no concept", tried)
	}
}

// TestPlanningTellsNothingOfHiddenAssets guards that assets which a plain reader may not see change nothing in how
// his queries are read.
func TestPlanningTellsNothingOfHiddenAssets(t *testing.T) {
	t.Parallel()
	hidden := func(i int) *semdex.Asset {
		return &semdex.Asset{ID: semdex.AssetID(fmt.Sprintf("files:secret-%d", i)), Approval: semdex.Pending, Name: "secret.jpg",
			Title: semdex.Text{"": "Kinderrucksack Winterzelt sewn gestalten"}, Concepts: []string{search.Base + "hardshell", search.Base + "source"}}
	}
	assets := outdoorAssets()
	plain, _ := library(t, outdoorSettings, outdoor, assets...)
	for i := range 40 {
		assets = append(assets, hidden(i))
	}
	more, _ := library(t, outdoorSettings, outdoor, assets...)
	for _, query := range []string{"Kinderrucksack", "Winterzelt", "shell", "spring", "secret-1", "secret.jpg", "gestalten",
		"a jacket for winter and for spring with a shell that is sewn, and a photo of kids up far in the wet Winterzelt. Then a tent."} {
		var told [2]*search.Answer
		for i, s := range []*search.Service{plain, more} {
			told[i] = ask(t, s, search.Request{Query: query, Lang: "de", Access: everyone, Limit: 100})
			for j := range told[i].Hits {
				told[i].Hits[j].Score = 0 // words are scored by all assets
			}
		}
		if d := cmp.Diff(told[0].Expansion, told[1].Expansion); d != "" || told[0].Total != told[1].Total {
			t.Errorf("%q (-without hidden assets +with)\n%s", query, d)
		}
	}
}
