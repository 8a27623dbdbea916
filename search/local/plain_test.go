package local_test

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/files"
	"semdex/internal/text"
	"semdex/search"
	"semdex/search/eval"
	"semdex/testdata/brand"
)

// judged are queries on plain English text, with judgements.
type judged struct {
	name    string
	queries []eval.Query
	qrels   eval.Qrels
}

// ranker gives the first hits of a query, best first.
type ranker func(ctx context.Context, q eval.Query) ([]string, error)

const plainDepth = 100

// TestPlainText compares ranking without a vocabulary with bleve's own, by the judged English queries of the demo
// library over its English texts.
func TestPlainText(t *testing.T) {
	assets := englishOnly(readAssets(t, "brand", embedded(t, "assets.jsonl")))
	queries, err := eval.ReadQueries(bytes.NewReader(brandFile(t, "queries.jsonl")), "queries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	queries = slices.DeleteFunc(queries, func(q eval.Query) bool { return q.Lang != "en" || special.MatchString(q.Text) })
	qrels, err := eval.ReadQrels(bytes.NewReader(brandFile(t, "qrels.tsv")), "qrels.tsv", func(id string) (string, bool) { return "brand:" + id, true })
	if err != nil {
		t.Fatal(err)
	}
	atLeastBleve(t, assets, judged{"brand library, English", queries, qrels})
}

// TestRealPlainText does the same on Tate's works: some words of a title, a whole title, and the names of subjects,
// for the works that bear them.
func TestRealPlainText(t *testing.T) {
	folder := os.Getenv("SEMDEX_REAL_DATA")
	if folder == "" {
		t.Skip("SEMDEX_REAL_DATA is not set: it names the folder with tate/assets.jsonl.gz")
	}
	assets := readAssets(t, "tate", filepath.Join(folder, "tate", "assets.jsonl.gz"))
	random := rand.New(rand.NewPCG(300, 4))
	some, whole := knownItems(assets, random)
	atLeastBleve(t, assets, some, whole, wordAndArtist(assets, random))
}

// special is what ours reads as operators or codes, and bleve's match query as words.
var special = regexp.MustCompile(`(^| )-|"|\w:\w| OR |\d\d|_`)

// atLeastBleve wants NDCG@10 and MRR over each set to be at least those of bleve, in its best form.
func atLeastBleve(t *testing.T, assets []*semdex.Asset, sets ...judged) {
	t.Helper()
	ours := rankOurs(t, assets)
	theirs := rankBleve(t, assets)
	for _, set := range sets {
		mine := measure(t, set, ours)
		t.Logf("%s, %d queries: ours NDCG@10 %.4f, MRR %.4f", set.name, mine.Judged, mine.Mean.NDCG10, mine.Mean.MRR)
		var best eval.Metrics
		for _, name := range slices.Sorted(maps.Keys(theirs)) {
			m := measure(t, set, theirs[name]).Mean
			t.Logf("  %s: NDCG@10 %.4f, MRR %.4f", name, m.NDCG10, m.MRR)
			best.NDCG10, best.MRR = max(best.NDCG10, m.NDCG10), max(best.MRR, m.MRR)
		}
		if mine.Mean.NDCG10 < best.NDCG10 || mine.Mean.MRR < best.MRR {
			t.Errorf("%s: bleve does better: NDCG@10 %.4f, MRR %.4f", set.name, best.NDCG10, best.MRR)
		}
		if mine.Judged < 40 {
			t.Errorf("%s: only %d queries", set.name, mine.Judged)
		}
	}
}

func measure(t *testing.T, set judged, rank ranker) *eval.Report {
	t.Helper()
	r, err := eval.Run(context.Background(), rank, set.queries, set.qrels, eval.Options{Depth: plainDepth})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rankOurs indexes the assets and searches them without a vocabulary.
func rankOurs(t *testing.T, assets []*semdex.Asset) ranker {
	t.Helper()
	x := openAt(t, t.TempDir(), []string{"en"})
	for i, changes := range batches(assets) {
		apply(t, x, changes, uint64(i+1))
	}
	s := search.New(search.Options{Engine: x, Settings: search.Settings{Languages: []string{"en"}}, Now: time.Now})
	return func(ctx context.Context, q eval.Query) ([]string, error) {
		ids, err := s.Rank(ctx, search.Request{Query: q.Text, Lang: "en", Access: search.Access{All: true}, Limit: plainDepth})
		out := make([]string, len(ids))
		for i, id := range ids {
			out[i] = string(id)
		}
		return out, err
	}
}

// rankBleve indexes the same texts with bleve, scored by BM25: all of an asset in one field, and its title, its body
// and the rest in three. The forms differ in which of them are searched.
func rankBleve(t *testing.T, assets []*semdex.Asset) map[string]ranker {
	t.Helper()
	m := bleve.NewIndexMapping()
	m.ScoringModel = index.BM25Scoring
	words := bleve.NewTextFieldMapping()
	words.Analyzer, words.Store, words.IncludeInAll, words.IncludeTermVectors, words.DocValues = en.AnalyzerName, false, false, false, false
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	for _, field := range []string{"title", "body", "rest", "all"} {
		m.DefaultMapping.AddFieldMappingsAt(field, words)
	}
	x, err := bleve.NewUsing(filepath.Join(t.TempDir(), "bleve"), m, scorch.Name, scorch.Name, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	for part := range slices.Chunk(assets, benchBatch) {
		batch := x.NewBatch()
		for _, a := range part {
			if err := batch.Index(string(a.ID), prose(a)); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.Batch(batch); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]ranker{
		"bleve, one field":                  bleveRanker(x, map[string]float64{"all": 1}),
		"bleve, title twice, and all":       bleveRanker(x, map[string]float64{"title": 2, "all": 1}),
		"bleve, title twice, body and rest": bleveRanker(x, map[string]float64{"title": 2, "body": 1, "rest": 1}),
	}
}

// prose is an asset as fields of bleve: the same texts that ours are made of.
func prose(a *semdex.Asset) map[string]any {
	title := a.Title.In("en")
	body := []string{a.Description.In("en"), a.Alt.In("en")}
	rest := slices.Concat(a.Tags, a.Keywords, []string{a.Name}, a.Albums, []string{a.Credit, a.Copyright})
	for _, name := range slices.Sorted(maps.Keys(a.Fields)) {
		rest = append(rest, a.Fields[name]...)
	}
	return map[string]any{"title": title, "body": body, "rest": rest, "all": slices.Concat([]string{title}, body, rest)}
}

// bleveRanker matches a query in some fields, each with a boost; any word is enough.
func bleveRanker(x bleve.Index, boosts map[string]float64) ranker {
	return func(ctx context.Context, q eval.Query) ([]string, error) {
		var matches []query.Query
		for _, field := range slices.Sorted(maps.Keys(boosts)) {
			match := bleve.NewMatchQuery(q.Text)
			match.SetField(field)
			match.SetBoost(boosts[field])
			matches = append(matches, match)
		}
		result, err := x.SearchInContext(ctx, bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(matches...), plainDepth, 0, false))
		if err != nil {
			return nil, err
		}
		var out []string
		for _, hit := range result.Hits {
			out = append(out, hit.ID)
		}
		return out, nil
	}
}

// knownItems asks for works by three words of their title in order, and by the whole of it. The works that bear the
// title are judged relevant.
func knownItems(assets []*semdex.Asset, random *rand.Rand) (some, whole judged) {
	bearing := map[string][]string{}
	for _, a := range assets {
		key := text.Key(a.Title.In("en"))
		bearing[key] = append(bearing[key], string(a.ID))
	}
	some, whole = judged{name: "three words of a title", qrels: eval.Qrels{}}, judged{name: "whole titles", qrels: eval.Qrels{}}
	for _, i := range random.Perm(len(assets)) {
		title := assets[i].Title.In("en")
		words := telling(title)
		same := bearing[text.Key(title)]
		if len(words) < 4 || len(same) > 3 {
			continue
		}
		id := string(assets[i].ID)
		picked := random.Perm(len(words))[:3]
		slices.Sort(picked)
		some.add(id, words[picked[0]]+" "+words[picked[1]]+" "+words[picked[2]], same)
		whole.add(id, title, same)
		if len(some.queries) == 200 {
			break
		}
	}
	return some, whole
}

// telling are the words of a text that are no stop words.
func telling(s string) []string {
	var words []string
	for _, token := range text.Tokens(s) {
		if !text.IsStop(token.Term, []string{"en"}) && len(token.Term) > 2 {
			words = append(words, s[token.Start:token.End])
		}
	}
	return words
}

// wordAndArtist asks for one telling word of a title with the artist's surname, as one does who remembers half of
// it. That artist's works whose title has the word, be it inflected, are judged relevant.
func wordAndArtist(assets []*semdex.Asset, random *rand.Rand) judged {
	type key struct{ artist, stem string }
	bearing := map[key][]string{}
	stem := func(word string) string { return text.StemKey(text.Tokens(word), "en") }
	for _, a := range assets {
		for _, artist := range a.Fields["Artist"] {
			words := telling(a.Title.In("en"))
			for i := range words {
				words[i] = stem(words[i])
			}
			slices.Sort(words)
			for _, w := range slices.Compact(words) {
				bearing[key{artist, w}] = append(bearing[key{artist, w}], string(a.ID))
			}
		}
	}
	set := judged{name: "a word of a title, and the artist", qrels: eval.Qrels{}}
	for _, i := range random.Perm(len(assets)) {
		words, artists := telling(assets[i].Title.In("en")), assets[i].Fields["Artist"]
		if len(words) == 0 || len(artists) != 1 {
			continue
		}
		word, names := words[random.IntN(len(words))], strings.Fields(artists[0])
		if same := bearing[key{artists[0], stem(word)}]; len(same) <= 20 {
			set.add(string(assets[i].ID), word+" "+names[len(names)-1], same)
		}
		if len(set.queries) == 200 {
			break
		}
	}
	return set
}

func (j *judged) add(id, query string, relevant []string) {
	grades := map[string]int{}
	for _, r := range relevant {
		grades[r] = 1
	}
	j.qrels[id] = grades
	j.queries = append(j.queries, eval.Query{ID: id, Text: query, Lang: "en"})
}

// englishOnly leaves out what is said in another language where it is said in English too.
func englishOnly(assets []*semdex.Asset) []*semdex.Asset {
	only := func(t semdex.Text) semdex.Text {
		if s, ok := t["en"]; ok {
			return semdex.Text{"en": s}
		}
		return t
	}
	for _, a := range assets {
		a.Title, a.Description, a.Alt = only(a.Title), only(a.Description), only(a.Alt)
	}
	return assets
}

func brandFile(t *testing.T, name string) []byte {
	t.Helper()
	body, err := brand.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// embedded writes a file of the demo library out.
func embedded(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, brandFile(t, name), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAssets reads an assets file as the indexer does.
func readAssets(t *testing.T, prefix, path string) []*semdex.Asset {
	t.Helper()
	var assets []*semdex.Asset
	_, err := (&files.Source{Prefix: prefix, Path: path}).Fetch(context.Background(), nil, func(i indexer.Item) error {
		if i.Asset != nil {
			assets = append(assets, i.Asset)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return assets
}
