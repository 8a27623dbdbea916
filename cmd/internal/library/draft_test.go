package library

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"semdex"
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
	more := draft(packagingLabel, packagingLabel+` ; skos:altLabel "Oxvelu"@en`)
	if got, live := ranking(t, more, "oxvelu"), ranking(t, l.search, "oxvelu"); len(got) < 10 || len(live) != 0 {
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
	}
}
