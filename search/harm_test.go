package search_test

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/graph"
	"semdex/internal/text"
	"semdex/search"
)

// harmless is how many queries are asked of each kind.
const harmless = 100

// scoredHit is a hit as far as it must be the same.
type scoredHit struct {
	ID    semdex.AssetID
	Score float64
}

// firstHits are the total and the first 50 hits of a query, taken as it is typed: that a rare word is read for a
// frequent one too is not expansion, but it is done only where a query is expanded.
func firstHits(t *testing.T, s *search.Service, query, lang string, mode search.Mode) (int, []scoredHit) {
	t.Helper()
	a, err := s.Search(context.Background(), search.Request{Query: query, Lang: lang, Expand: mode, AsTyped: true, Access: search.Access{All: true}, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	hits := make([]scoredHit, len(a.Hits))
	for i, h := range a.Hits {
		hits[i] = scoredHit{h.ID, h.Score}
	}
	return a.Total, hits
}

// unchanged asks for queries in two ways and wants the same hits in the same order, with the same scores.
func unchanged(t *testing.T, what string, queries []string, a, b func(query string) (int, []scoredHit)) {
	t.Helper()
	found, faults := 0, 0
	for _, query := range queries {
		total, hits := a(query)
		otherTotal, others := b(query)
		if total > 0 {
			found++
		}
		if d := cmp.Diff(hits, others); d != "" || total != otherTotal {
			if faults++; faults <= 5 {
				t.Errorf("%s, %q: %d hits, else %d (-want +got)\n%.600s", what, query, total, otherTotal, d)
			}
		}
	}
	t.Logf("%s: %d of %d queries are answered the same, %d of them with hits", what, len(queries)-faults, len(queries), found)
	if found < len(queries)*9/10 {
		t.Errorf("%s: only %d of %d queries find anything", what, found, len(queries))
	}
}

// noHarm guards that expansion changes nothing where a query names no concept, and that without expansion an answer
// is that of a service without a vocabulary, whatever the query names.
func noHarm(t *testing.T, s, plain *search.Service, lang string, named, free []string) {
	ask := func(s *search.Service, mode search.Mode) func(string) (int, []scoredHit) {
		return func(query string) (int, []scoredHit) { return firstHits(t, s, query, lang, mode) }
	}
	for _, mode := range []search.Mode{search.ExpandSynonyms, search.ExpandNarrower, search.ExpandRelated} {
		unchanged(t, "no concept named, expand="+string(mode), free, ask(s, search.ExpandNone), ask(s, mode))
	}
	both := slices.Concat(named, free)
	unchanged(t, "no vocabulary, expand=none", both, ask(plain, search.ExpandNone), ask(s, search.ExpandNone))
	unchanged(t, "no vocabulary, expand=narrower there", both, ask(plain, search.ExpandNarrower), ask(s, search.ExpandNone))
}

func tateNoHarm(t *testing.T, c *tate, works *collection, s *search.Service) {
	labels := slices.Collect(maps.Values(c.labels))
	var titles []string
	for _, a := range works.records {
		titles = append(titles, a.Title.In("en"))
	}
	named, free := namingAndNot(t, titles, labels, []string{"en"}, harmless, namesConcept(t, s, "en"))
	noHarm(t, s, works.service([]string{"en"}), "en", named, free)
}

// TestBrandNoHarm does the same on the demo library, in its two languages.
func TestBrandNoHarm(t *testing.T) {
	s := brandLibrary(t)
	g := readGraph(t, "taxonomy.ttl", bytes.NewReader(brandFile(t, "taxonomy.ttl")))
	var labels []string
	for c := range int32(g.Len()) {
		for _, l := range g.Labels(c) {
			labels = append(labels, l.Text)
		}
	}
	path := filepath.Join(t.TempDir(), "assets.jsonl")
	if err := os.WriteFile(path, brandFile(t, "assets.jsonl"), 0o600); err != nil {
		t.Fatal(err)
	}
	assets := readAssets(t, "brand", path)
	plain := s.With(graph.Build())
	for _, lang := range brandSettings.Languages {
		t.Run(lang, func(t *testing.T) {
			var titles []string
			for _, a := range assets {
				titles = append(titles, a.Title[lang], a.Description[lang])
			}
			named, free := namingAndNot(t, titles, labels, brandSettings.Languages, harmless, namesConcept(t, s, lang))
			noHarm(t, s, plain, lang, named, free)
		})
	}
}

// TestBrandCompounds guards that what a compound brings by its parts comes behind all that has the word itself.
func TestBrandCompounds(t *testing.T) {
	s := brandLibrary(t)
	path := filepath.Join(t.TempDir(), "assets.jsonl")
	if err := os.WriteFile(path, brandFile(t, "assets.jsonl"), 0o600); err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, a := range readAssets(t, "brand", path) {
		for _, token := range text.Tokens(a.Title["de"] + " " + a.Description["de"]) {
			words[token.Lower] = true
		}
	}
	split, more := 0, 0
	for _, word := range slices.Sorted(maps.Keys(words)) {
		a := ask(t, s, search.Request{Query: word, Lang: "de", AsTyped: true, Explain: true, Access: search.Access{All: true}, Limit: 100})
		if len(a.Expansion.Compounds) == 0 {
			continue
		}
		split++
		hasNot := func(h search.Hit) bool {
			return !slices.ContainsFunc(h.Explain, func(e search.Explanation) bool { return e.Part == word })
		}
		first := slices.IndexFunc(a.Hits, hasNot)
		if first < 0 {
			continue
		}
		more++
		if i := slices.IndexFunc(a.Hits[first:], func(h search.Hit) bool { return !hasNot(h) }); first == 0 || i >= 0 {
			t.Errorf("%s: hit %d has not the word, a later one has", word, first+1)
		}
	}
	t.Logf("of %d words %d are taken apart, %d of them find more by that", len(words), split, more)
	if split < harmless || more == 0 {
		t.Errorf("%d words are taken apart, of which %d find more; want at least %d", split, more, harmless)
	}
}

// namesConcept reports whether the answer to a query says that it names a concept, be it by a part of a compound or by a
// noun made of a verb.
func namesConcept(t *testing.T, s *search.Service, lang string) func(query string) bool {
	return func(query string) bool {
		a, err := s.Search(context.Background(), search.Request{Query: query, Lang: lang, AsTyped: true, Access: search.Access{All: true}, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		return len(a.Expansion.Concepts) > 0
	}
}

// namingAndNot takes words and phrases of texts as queries, n of each kind: those that hold a label, be it inflected, or
// name a concept in another way, and those that do not. At most a tenth of the first kind may be of the second way.
func namingAndNot(t *testing.T, texts, labels, langs []string, n int, names func(query string) bool) (naming, not []string) {
	t.Helper()
	keys := map[string]bool{}
	for _, label := range labels {
		keys[text.Key(label)] = true
		for _, lang := range langs {
			keys[text.StemKey(text.Tokens(label), lang)] = true
		}
	}
	texts = slices.Compact(slices.Sorted(slices.Values(texts)))
	random := rand.New(rand.NewPCG(200, 3))
	otherwise := 0
	random.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	for _, s := range texts {
		words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\"“”,;:*()[]", r) })
		length := 1 + random.IntN(4)
		if len(words) < length {
			continue
		}
		from := random.IntN(len(words) - length + 1)
		query := strings.Join(words[from:from+length], " ")
		switch tokens := text.Tokens(query); {
		case len(tokens) == 0:
		case holdsAny(tokens, keys, langs):
			naming = append(naming, query)
		case names(query):
			naming = append(naming, query)
			otherwise++
		default:
			not = append(not, query)
		}
	}
	if len(naming) < n || len(not) < n {
		t.Fatalf("%d queries name a concept, %d do not; want %d of each", len(naming), len(not), n)
	}
	t.Logf("%d of %d queries name a concept, %d of them otherwise than by a label", len(naming), len(naming)+len(not), otherwise)
	if 10*otherwise > len(naming) {
		t.Errorf("%d of %d queries that name a concept do so otherwise than by a label, want a tenth at most", otherwise, len(naming))
	}
	return naming[:n], not[:n]
}

// holdsAny reports whether a run of tokens is one of the keys, as they stand or stemmed.
func holdsAny(tokens []text.Token, keys map[string]bool, langs []string) bool {
	for i := range tokens {
		for j := i + 1; j <= len(tokens); j++ {
			stemmed := func(lang string) bool { return keys[text.StemKey(tokens[i:j], lang)] }
			if keys[text.Join(tokens[i:j])] || slices.ContainsFunc(langs, stemmed) {
				return true
			}
		}
	}
	return false
}
