package search_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/graph"
	"semdex/graph/rdf"
	"semdex/indexer"
	"semdex/indexer/files"
	"semdex/search"
	"semdex/search/eval"
	"semdex/testdata/brand"
)

var update = flag.Bool("update", false, "write the golden files again")

// brandSettings are those of testdata/brand/semdex.yaml.
var brandSettings = search.Settings{Languages: []string{"en", "de"}, Dimensions: []search.Dimension{
	{Name: "topic", HasScheme: true, Scheme: "https://voc.firnhain.example/topics"},
	{Name: "product", Field: "field:Product", HasScheme: true, Scheme: "https://voc.firnhain.example/products", ByNotation: true},
	{Name: "region", Field: "field:Region", HasScheme: true, Scheme: "https://voc.firnhain.example/regions", ByNotation: true},
	{Name: "audience", Field: "field:Audience", HasScheme: true, Scheme: "https://voc.firnhain.example/audiences"},
	{Name: "campaign", Field: "field:Campaign"},
}}

func brandLibrary(t testing.TB) *search.Service {
	t.Helper()
	path := filepath.Join(t.TempDir(), "assets.jsonl")
	if err := os.WriteFile(path, brandFile(t, "assets.jsonl"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := library(t, brandSettings, readGraph(t, "taxonomy.ttl", bytes.NewReader(brandFile(t, "taxonomy.ttl"))), readAssets(t, "brand", path)...)
	return s
}

func brandFile(t testing.TB, name string) []byte {
	t.Helper()
	body, err := brand.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// readAssets reads an assets file as the indexer does.
func readAssets(t testing.TB, prefix, path string) []*semdex.Asset {
	t.Helper()
	var assets []*semdex.Asset
	_, err := (&files.Source{Prefix: prefix, Path: path}).Fetch(context.Background(), nil, func(i indexer.Item) error {
		if i.Rejected != nil {
			t.Errorf("%s, line %d: %s", path, i.Line, i.Rejected.Reason)
			return nil
		}
		assets = append(assets, i.Asset)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return assets
}

func readGraph(t testing.TB, name string, body *bytes.Reader) *graph.Graph {
	t.Helper()
	format, _ := rdf.FormatOf(name)
	triples, err := rdf.Collect(context.Background(), body, rdf.Options{Format: format})
	if err != nil {
		t.Fatal(err)
	}
	return graph.Build(graph.Document{Name: name, Triples: triples})
}

// evaluate measures a service on queries; expand is the mode.
func evaluate(t *testing.T, s *search.Service, queries []eval.Query, qrels eval.Qrels, expand search.Mode, depth int) *eval.Report {
	t.Helper()
	r, err := eval.Run(context.Background(), func(ctx context.Context, q eval.Query) ([]string, error) {
		ranked, err := s.Rank(ctx, search.Request{Query: q.Text, Lang: q.Lang, Expand: expand, Access: search.Access{All: true}, Limit: depth})
		out := make([]string, len(ranked))
		for i, id := range ranked {
			out[i] = string(id)
		}
		return out, err
	}, queries, qrels, eval.Options{Depth: depth})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestBrandRanking measures the ranking on the judged queries of the demo library. The golden file makes every
// change in ranking a change to read; -update writes it again.
func TestBrandRanking(t *testing.T) {
	s := brandLibrary(t)
	queries, err := eval.ReadQueries(bytes.NewReader(brandFile(t, "queries.jsonl")), "queries.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	qrels, err := eval.ReadQrels(bytes.NewReader(brandFile(t, "qrels.tsv")), "qrels.tsv", func(id string) (string, bool) {
		full, ok := s.Resolve(id)
		if !ok {
			t.Errorf("qrels.tsv judges %s, which is no asset", id)
		}
		return string(full), ok
	})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for _, mode := range search.Modes {
		r := evaluate(t, s, queries, qrels, mode, 1000)
		got.WriteString("expand=" + string(mode) + "\n")
		if err := r.WriteText(&got); err != nil {
			t.Fatal(err)
		}
		got.WriteString("\n")
		if mode == search.ExpandNarrower && (r.Mean.NDCG10 < .9 || r.Mean.MRR < .97) {
			t.Errorf("NDCG@10 is %.4f and MRR %.4f, want at least 0.90 and 0.97", r.Mean.NDCG10, r.Mean.MRR)
		}
	}
	golden := filepath.Join("testdata", "brand-eval.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); d != "" {
		t.Errorf("the ranking changed; -update takes it over (-want +got)\n%s", d)
	}
}

// TestBrandFacets guards that every facet value gives, as a filter, as many assets as it counted.
func TestBrandFacets(t *testing.T) {
	s := brandLibrary(t)
	for _, query := range []string{"", "sustainable packaging", "jacket -rain"} {
		for _, name := range []string{"topic", "product", "region", "audience", "campaign", "concept", "type", "tags", "year", "Photographer", "created", "modified", "size", "width", "height", "duration"} {
			f, err := s.Facet(context.Background(), search.FacetRequest{Field: name, Limit: 1000}, search.Request{Query: query, Lang: "de", Access: search.Access{All: true}})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range f.Values {
				a := ask(t, s, search.Request{Query: query, Lang: "de", Access: search.Access{All: true}, Filters: map[string][]string{name: {v.Value}}})
				if a.Total != v.Count {
					t.Errorf("%q: %s=%s counts %d, the filter finds %d", query, name, v.Value, v.Count, a.Total)
				}
			}
		}
	}
}
