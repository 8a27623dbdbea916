package library

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/analytics"
	"semdex/api"
	"semdex/cmd/internal/config"
	"semdex/search"
)

// brandHome is the brand library in a folder of its own, synced.
func brandHome(t *testing.T) (dir string, l *Library) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"semdex.yaml", "taxonomy.ttl", "assets.jsonl", "events.jsonl"} {
		body, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "brand", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Load(filepath.Join(dir, "semdex.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	l, err = Open(context.Background(), "brand", filepath.Join(dir, "data"), c.Libraries["brand"], slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if _, err := l.Sync(context.Background(), SyncOptions{}); err != nil {
		t.Fatal(err)
	}
	return dir, l
}

// changedTaxonomy gives the brand taxonomy with a text replaced.
func changedTaxonomy(t *testing.T, dir, old, new string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(dir, "taxonomy.ttl"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), old) {
		t.Fatalf("the taxonomy holds no %q", old)
	}
	return strings.Replace(string(body), old, new, 1)
}

const packagingLabel = `skos:prefLabel "Sustainable packaging"@en`

// ranking gives the ids that a service finds, best first.
func ranking(t *testing.T, s interface {
	Rank(context.Context, search.Request) ([]semdex.AssetID, error)
}, query string) []semdex.AssetID {
	t.Helper()
	ids, err := s.Rank(context.Background(), search.Request{Query: query, Access: search.Access{All: true}, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// TestADraftOfFilesIsSearchedBesideTheLiveVocabulary guards that a draft finds what its labels and links say,
// while the live answers stay as they are.
func TestADraftOfFilesIsSearchedBesideTheLiveVocabulary(t *testing.T) {
	t.Parallel()
	dir, l := brandHome(t)
	before := ranking(t, l.search, "sustainability")
	draft := func(old, new string) *search.Service {
		path := filepath.Join(dir, "draft.ttl")
		if err := os.WriteFile(path, []byte(changedTaxonomy(t, dir, old, new)), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := l.Draft(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	more := draft(packagingLabel, `skos:altLabel "Xyloquin"@en ; `+packagingLabel)
	if got, live := ranking(t, more, "xyloquin"), ranking(t, l.search, "xyloquin"); len(got) < 10 || len(live) != 0 {
		t.Errorf("with the new altLabel it finds %d, live %d; want some and none", len(got), len(live))
	}
	less := draft("    skos:broader t:sustainability ;\n", "")
	if got := ranking(t, less, "sustainability"); len(got) >= len(before) {
		t.Errorf("without a broader link it finds %d, live %d; want fewer", len(got), len(before))
	}
	if got := ranking(t, l.search, "sustainability"); !slices.Equal(got, before) {
		t.Errorf("the live answer changed from %d assets to %d", len(before), len(got))
	}
}

func TestADraftThatIsNoVocabularyIsRefused(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.synced()
	h.write("empty.ttl", "<urn:a> <urn:b> <urn:c> .")
	h.write("broken.ttl", "<urn:a> <urn:b> ]")
	for name, part := range map[string]string{"empty.ttl": "no skos:Concept", "broken.ttl": "broken.ttl:1:", "none.ttl": "cannot read"} {
		_, err := l.Draft(context.Background(), h.path(name))
		if err == nil || semdex.CodeOf(err) != semdex.Invalid || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: got %v, want Invalid with %q", name, err, part)
		}
		if n := strings.Count(err.Error(), "cannot read"); n > 1 {
			t.Errorf("%s: it is said %d times: %v", name, n, err)
		}
	}
}

// sends takes a document as the draft.
func sends(t *testing.T, l *Library, format, body string) api.DraftInfo {
	t.Helper()
	info, err := l.PutDraft(context.Background(), format, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// totals gives what a query finds by the vocabulary in use and by the draft, as a plain key sees it.
func totals(t *testing.T, l *Library, query string) (live, draft int) {
	t.Helper()
	by, err := l.WithDraft(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for s, into := range map[api.Searcher]*int{l: &live, by: &draft} {
		a, err := s.Search(context.Background(), search.Request{Query: query, Access: l.Client()})
		if err != nil {
			t.Fatal(err)
		}
		*into = a.Total
	}
	return live, draft
}

func TestADraftIsKeptUntilItIsDropped(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHome(t)
	l := h.synced()
	for name, try := range map[string]func() error{
		"info": func() error { _, err := l.DraftInfo(ctx); return err }, "search": func() error { _, err := l.WithDraft(ctx); return err },
		"drop": func() error { return l.DropDraft(ctx) }, "impact": func() error { _, err := l.DraftImpact(ctx, analytics.QueryRequest{Limit: 1}, l.Owner()); return err },
	} {
		if err := try(); semdex.CodeOf(err) != semdex.NotFound {
			t.Errorf("%s without a draft: got %v", name, err)
		}
	}
	if _, err := l.PutDraft(ctx, "ttl", []byte("<urn:a> <urn:b> <urn:c> .")); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("without a concept: got %v", err)
	}
	info := sends(t, l, "ttl", strings.ReplaceAll(taxonomy, `"Dog"@en`, `"Dog"@en ; skos:altLabel "Pooch"@en`)+"v:cat a skos:Concept .")
	want := api.DraftInfo{Origin: "upload", Taken: info.Taken, Concepts: 4, Difference: api.Differences{
		Concepts: api.DifferenceCount{Added: 1, Changed: 1}, Labels: api.DifferenceCount{Added: 1},
		Added: []semdex.ConceptID{"https://voc.example/cat"}, Changed: []semdex.ConceptID{"https://voc.example/dog"}}}
	if diff := cmp.Diff(want, info); diff != "" || info.Taken.IsZero() {
		t.Error(diff)
	}
	version := func() string {
		v, err := l.Version()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before := version()
	sends(t, l, "nt", "<https://voc.example/dog> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .")
	sends(t, l, "ttl", strings.ReplaceAll(taxonomy, `"Dog"@en`, `"Dog"@en ; skos:altLabel "Pooch"@en`))
	if version() == before {
		t.Error("another draft is no other state: answers by the first would be taken for current")
	}
	for range 2 { // the second time from the disk
		if live, draft := totals(t, l, "pooch"); live != 0 || draft != 2 {
			t.Errorf("pooch finds %d, by the draft %d", live, draft)
		}
		l.Close()
		l = h.open()
	}
	h.sync(l, SyncOptions{Rebuild: true})
	if live, draft := totals(t, l, "pooch"); live != 0 || draft != 2 {
		t.Errorf("after a rebuild pooch finds %d, by the draft %d", live, draft)
	}
	if err := l.DropDraft(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := l.WithDraft(ctx); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("it is still there: %v", err)
	}
}

// TestADraftSeesNewAssets guards that draft and live answer over the same index.
func TestADraftSeesNewAssets(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	l := h.synced()
	sends(t, l, "ttl", strings.ReplaceAll(taxonomy, `"Dog"@en`, `"Dog"@en ; skos:altLabel "Pooch"@en`))
	h.edit("assets.jsonl", `{"id":"a4"`, `{"id":"a5","title":"Walkies","tags":["pooch"]}`+"\n"+`{"id":"a4"`)
	h.sync(l, SyncOptions{})
	if live, draft := totals(t, l, "dog"); live != 2 || draft != 3 {
		t.Errorf("dog finds %d, by the draft, which links the new tag, %d", live, draft)
	}
}

func TestAConfiguredDraftIsReadAtEachSync(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHome(t)
	h.write("next.ttl", strings.ReplaceAll(taxonomy, `"Dog"@en`, `"Dog"@en ; skos:altLabel "Pooch"@en`))
	h.config.Draft = []config.Vocabulary{{Type: "file", Path: h.path("next.ttl")}}
	l := h.synced()
	if live, draft := totals(t, l, "pooch"); live != 0 || draft != 2 {
		t.Errorf("pooch finds %d, by the draft %d", live, draft)
	}
	if info, err := l.DraftInfo(ctx); err != nil || info.Origin != "configuration" {
		t.Errorf("got %+v, %v", info, err)
	}
	if err := l.DropDraft(ctx); semdex.CodeOf(err) != semdex.Conflict {
		t.Errorf("it stands in the configuration: %v", err)
	}
	sends(t, l, "ttl", taxonomy)
	if _, draft := totals(t, l, "pooch"); draft != 0 {
		t.Error("what was sent does not go before what is configured")
	}
	if err := l.DropDraft(ctx); err != nil {
		t.Fatal(err)
	}
	h.edit("next.ttl", "Pooch", "Cur")
	h.sync(l, SyncOptions{})
	if _, draft := totals(t, l, "cur"); draft != 2 {
		t.Error("the changed file was not read")
	}
	h.write("next.ttl", "broken ]")
	if _, err := l.Sync(ctx, SyncOptions{}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("a draft with a syntax error: %v", err)
	}
	if live, draft := totals(t, l, "cur"); live != 0 || draft != 2 {
		t.Errorf("then the last good one is kept: cur finds %d, by the draft %d", live, draft)
	}
	l.Close()
	h.config.Draft = nil
	l = h.open()
	h.sync(l, SyncOptions{})
	if _, err := l.WithDraft(ctx); semdex.CodeOf(err) != semdex.NotFound {
		t.Errorf("one that is configured no longer is still there: %v", err)
	}
}

// TestImpactOfADraft guards the comparison on the logged queries of the brand library against searches one by one.
func TestImpactOfADraft(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir, l := brandHome(t)
	edited := changedTaxonomy(t, dir, packagingLabel, `skos:altLabel "Bikepacking"@de, "bikepacking"@en ; `+packagingLabel)
	edited = strings.Replace(edited, "    skos:broader t:sustainability ;\n", "", 1)
	sends(t, l, "ttl", edited)
	impact, err := l.DraftImpact(ctx, analytics.QueryRequest{Limit: 50}, l.Client())
	if err != nil {
		t.Fatal(err)
	}
	if impact.Compared != 50 || impact.LoggedQueries <= 50 || impact.LoggedSearches < impact.Searches || impact.Changed == 0 || impact.Changed == 50 || impact.Found == 0 || impact.Overlap <= 0 || impact.Overlap >= 1 {
		t.Errorf("got %+v", impact)
	}
	changed, searches := 0, int64(0)
	for i, q := range impact.Queries {
		if live, draft := totals(t, l, q.Query); q.Lang == "" && (live != q.Before || draft != q.After) {
			t.Errorf("%q finds %d and %d, the impact says %d and %d", q.Query, live, draft, q.Before, q.After)
		}
		if q.Changed {
			changed, searches = changed+1, searches+q.Searches
		}
		if next := i + 1; next < len(impact.Queries) && q.Changed == impact.Queries[next].Changed && q.Searches < impact.Queries[next].Searches {
			t.Errorf("%q with %d searches comes before %q", q.Query, q.Searches, impact.Queries[next].Query)
		}
	}
	if changed != impact.Changed || searches != impact.SearchesChanged {
		t.Errorf("%d queries and %d searches change, the sums say %d and %d", changed, searches, impact.Changed, impact.SearchesChanged)
	}
	bikes := impact.Queries[slices.IndexFunc(impact.Queries, func(q api.QueryImpact) bool { return q.Query == "Bikepacking" })]
	if bikes.Before != 0 || bikes.After == 0 || len(bikes.NewlyNamed) != 1 || bikes.NewlyNamed[0].Label != "Nachhaltige Verpackung" || len(bikes.Gained) == 0 || bikes.Overlap != 0 {
		t.Errorf("Bikepacking: %+v", bikes)
	}
}
