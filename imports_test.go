package semdex_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors says which rooms a room may import, besides the ground and the rooms within itself. A room that is
// not listed goes by the folder above it. The roof is not bound.
var floors = map[string][]string{
	".":                               {},
	"internal/text":                   {},
	"internal/remote":                 {},
	"internal/table":                  {},
	"internal/plot":                   {},
	"search":                          {},
	"search/local":                    {"search"},
	"search/eval":                     {"search"},
	"search/neardup":                  {"search"},
	"search/tagging":                  {"search"},
	"graph":                           {"graph/rdf"},
	"graph/rdf":                       {},
	"analytics":                       {},
	"analytics/intake":                {},
	"internal/mirror":                 {},
	"indexer":                         {"internal/mirror"},
	"indexer/poolparty/poolpartytest": {"graph/rdf"}, // an imitation reads what it serves
	"api":                             {"search", "search/neardup", "analytics"},
}

var ground = []string{".", "internal/text", "internal/remote", "internal/table", "internal/table/tabletest", "internal/plot"}

// engines says in which rooms a library may be imported, by the beginning of its path.
var engines = map[string]string{
	"github.com/blevesearch/bleve":              "search/local",
	"github.com/blevesearch/zapx":               "search/local",
	"github.com/blevesearch/scorch_segment_api": "search/local",
	"github.com/blevesearch/snowballstem":       "internal/text",
	"github.com/knakk/rdf":                      "graph",
	"github.com/duckdb":                         "analytics",
	"go.etcd.io/bbolt":                          "internal/mirror",
	"github.com/gin-gonic/gin":                  "api",
	"github.com/danielgtaylor/huma":             "api",
	"github.com/xuri/excelize":                  "internal/table",
	"golang.org/x/image":                        "internal/plot",
	"github.com/klauspost/compress":             "api",
	"golang.org/x/time":                         "api",
	"golang.org/x/oauth2":                       "indexer",
	"github.com/robfig/cron":                    "indexer",
}

// sourceFile is a Go file of the module. Room is its folder, "." for the root.
type sourceFile struct {
	room, name string
	test       bool
	outside    bool // a test that stands outside its package, as package x_test
	doc        *ast.CommentGroup
	imports    []string
}

func TestImportsGoDown(t *testing.T) {
	t.Parallel()
	for _, f := range sourceFiles(t) {
		for _, imported := range f.imports {
			if why := forbidden(f, imported); why != "" {
				t.Errorf("%s imports %s: %s", path.Join(f.room, f.name), imported, why)
			}
		}
	}
}

// TestImportRules shows what the rules forbid, so that a rule which forbids nothing is seen.
func TestImportRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, room, imported string
		test, allowed        bool
	}{
		{"the ground knows the standard library", ".", "strings", false, true},
		{"the root knows no other room", ".", "semdex/internal/text", false, false},
		{"the root knows no library", ".", "golang.org/x/text/cases", false, false},
		{"a shelf knows the ground", "graph", "semdex/internal/text", false, true},
		{"a shelf knows its own folders", "graph", "semdex/graph/rdf", false, true},
		{"a folder does not know the shelf above it", "graph/rdf", "semdex/graph", false, false},
		{"a shelf does not know another", "search", "semdex/graph", false, false},
		{"nor another's folder", "analytics", "semdex/graph/rdf", false, false},
		{"what reads usage does not know what keeps it", "analytics/intake", "semdex/analytics", false, false},
		{"nor the mirror", "search", "semdex/internal/mirror", false, false},
		{"a test of a shelf neither", "search", "semdex/graph", true, false},
		{"an engine knows what it serves", "search/local", "semdex/search", false, true},
		{"search does not know its engine", "search", "semdex/search/local", false, false},
		{"but its tests may join the two", "search", "semdex/search/local", true, true},
		{"engines do not know one another", "search/neardup", "semdex/search/local", false, false},
		{"the indexer knows the mirror", "indexer", "semdex/internal/mirror", false, true},
		{"so do its sources", "indexer/canto", "semdex/internal/mirror", false, true},
		{"a source knows the indexer", "indexer/canto", "semdex/indexer", false, true},
		{"the indexer knows none of its sources", "indexer", "semdex/indexer/canto", false, false},
		{"a source knows no other", "indexer/canto", "semdex/indexer/files", false, false},
		{"a source knows its imitation in tests", "indexer/canto", "semdex/indexer/canto/cantotest", true, true},
		{"a source runs the suite in tests", "indexer/canto", "semdex/indexer/sourcetest", true, true},
		{"a suite knows what it tests", "search/enginetest", "semdex/search", false, true},
		{"a suite knows no engine", "search/enginetest", "semdex/search/local", false, false},
		{"an engine runs the suite in tests", "search/local", "semdex/search/enginetest", true, true},
		{"a source does not need its imitation", "indexer/canto", "semdex/indexer/canto/cantotest", false, false},
		{"an imitation knows its client", "indexer/canto/cantotest", "semdex/indexer/canto", false, true},
		{"the indexer knows no shelf", "indexer", "semdex/graph", false, false},
		{"the api knows result types", "api", "semdex/search/neardup", false, true},
		{"the api knows no engine", "api", "semdex/search/local", false, false},
		{"the api knows no graph", "api", "semdex/graph", false, false},
		{"the doors do not know one another", "api", "semdex/indexer", false, false},
		{"nobody knows the roof", "api", "semdex/cmd/internal/config", false, false},
		{"the roof sees all", "cmd/semdex", "semdex/search/local", false, true},
		{"the roof sees imitations", "cmd/semdex", "semdex/indexer/canto/cantotest", false, true},
		{"the roof uses no engine by itself", "cmd/semdex", "go.etcd.io/bbolt", false, false},
		{"test data is for the roof", "cmd/semdex", "semdex/testdata/brand", false, true},
		{"and for tests", "search", "semdex/testdata/brand", true, true},
		{"and for nobody else", "search", "semdex/testdata/brand", false, false},
		{"an engine stays in its room", "search", "github.com/blevesearch/bleve/v2", false, false},
		{"in its room it may be used", "search/local", "github.com/blevesearch/bleve/v2/index/scorch", false, true},
		{"stemmers are for the ground", "internal/text", "github.com/blevesearch/snowballstem/english", false, true},
		{"and for nobody else", "search/local", "github.com/blevesearch/snowballstem/english", false, false},
		{"tokens are fetched by sources", "indexer/canto", "golang.org/x/oauth2/clientcredentials", false, true},
		{"and by nobody else", "api", "golang.org/x/oauth2", false, false},
	}
	for _, tt := range tests {
		f := sourceFile{room: tt.room, test: tt.test}
		if why := forbidden(f, tt.imported); (why == "") != tt.allowed {
			t.Errorf("%s: %s imports %s: got %q, want allowed to be %v", tt.name, tt.room, tt.imported, why, tt.allowed)
		}
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, f := range sourceFiles(t) {
		if !f.test {
			described[f.room] = described[f.room] || f.doc != nil
		}
	}
	if len(described) < 5 {
		t.Fatalf("got %d packages, want all of the module", len(described))
	}
	for room, ok := range described {
		if !ok {
			t.Errorf("%s: no file has a package comment", room)
		}
	}
}

func TestATestFromOutsideJoinsRooms(t *testing.T) {
	t.Parallel()
	f := sourceFile{room: "search", test: true, outside: true}
	if why := forbidden(f, "semdex/graph"); why != "" {
		t.Errorf("a test in package search_test imports semdex/graph: got %q, want it allowed", why)
	}
	if forbidden(f, "semdex/cmd/internal/config") == "" || forbidden(f, "go.etcd.io/bbolt") == "" {
		t.Error("a test in package search_test may know neither the roof nor another room's engine")
	}
}

// forbidden says why a file may not import a package, or "".
func forbidden(f sourceFile, imported string) string {
	room, own := strings.CutPrefix(imported+"/", "semdex/")
	if !own {
		return forbiddenLibrary(f, imported)
	}
	if room = strings.TrimSuffix(room, "/"); room == "" {
		room = "."
	}
	roof := within(f.room, "cmd") || within(f.room, "testdata")
	switch {
	case room == f.room: // the tests of a package from outside
		return ""
	case within(room, "cmd") && !within(f.room, "cmd"):
		return "nobody may know the roof"
	case within(room, "testdata") && !f.test && !roof:
		return "test data is for the roof and for tests"
	case strings.HasSuffix(room, "test") && !f.test && !roof && !within(f.room, room):
		return "imitations and suites are for the roof and for tests"
	case roof || within(room, "testdata"):
		return ""
	case f.outside: // joins rooms, as the roof does
		return ""
	case f.room != "." && slices.Contains(ground, room):
		return ""
	case strings.HasSuffix(f.room, "test") && room == path.Dir(f.room): // a suite, of what it tests
		return ""
	case f.test && within(room, f.room): // a test may join a room with what serves it
		return ""
	case f.test && strings.HasSuffix(room, "test") && top(room) == top(f.room):
		return ""
	case strings.HasPrefix(room, "indexer/"):
		return forbiddenSource(f, room)
	case within(f.room, "indexer") && room == "indexer":
		return ""
	case slices.Contains(allowed(f.room), room):
		return ""
	}
	return "imports go down, never sideways, never up"
}

// forbiddenSource is forbidden for the folders below indexer, one remote system each.
func forbiddenSource(f sourceFile, room string) string {
	if source := strings.Join(strings.Split(room, "/")[:2], "/"); within(f.room, source) {
		return ""
	}
	return "a source is known to the roof alone"
}

func forbiddenLibrary(f sourceFile, imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	if f.room == "." && !f.test && strings.Contains(first, ".") {
		return "the root knows the standard library only"
	}
	for library, home := range engines {
		if strings.HasPrefix(imported, library) && !within(f.room, home) {
			return "it may be used in " + home + " only"
		}
	}
	return ""
}

// allowed gives the rooms that a room may import, by itself or by the nearest folder above it.
func allowed(room string) []string {
	for r := room; r != "."; r = path.Dir(r) {
		if rooms, listed := floors[r]; listed {
			return rooms
		}
	}
	return nil
}

func top(room string) string {
	first, _, _ := strings.Cut(room, "/")
	return first
}

func within(room, folder string) bool { return room == folder || strings.HasPrefix(room, folder+"/") }

func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		f := sourceFile{room: filepath.ToSlash(filepath.Dir(name)), name: entry.Name(), test: strings.HasSuffix(name, "_test.go"), doc: parsed.Doc}
		f.outside = f.test && strings.HasSuffix(parsed.Name.Name, "_test")
		for _, spec := range parsed.Imports {
			f.imports = append(f.imports, strings.Trim(spec.Path.Value, "`\""))
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
