package files_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/indexer"
	"semdex/indexer/files"
	"semdex/indexer/sourcetest"
	"semdex/testdata/brand"
)

// write makes a file with the content in a folder of the test.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t *testing.T, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// list shows what a source gives: "1 files:a" for an asset in line 1, "2 !files:b reason" for a rejection.
func list(t *testing.T, src *files.Source) []string {
	t.Helper()
	got := []string{}
	_, err := src.Fetch(t.Context(), nil, func(i indexer.Item) error {
		if i.File != src.Path {
			t.Errorf("line %d: got file %q, want %q", i.Line, i.File, src.Path)
		}
		if r := i.Rejected; r != nil {
			if r.File != src.Path || r.Line != i.Line {
				t.Errorf("rejection at %s:%d, want %s:%d", r.File, r.Line, src.Path, i.Line)
			}
			got = append(got, fmt.Sprintf("%d !%s %s", i.Line, r.ID, r.Reason))
			return nil
		}
		got = append(got, fmt.Sprintf("%d %s", i.Line, i.Asset.ID))
		return nil
	})
	if err != nil {
		t.Fatalf("fetch: got error %v, want none", err)
	}
	return got
}

const bom = "\xef\xbb\xbf"

// realAssets is how many works the real library has.
const realAssets = 41_693

func TestFetch(t *testing.T) {
	t.Parallel()
	long := `{"id":"a","description":"` + strings.Repeat("x", files.MaxLine) + `"}`
	just := `{"id":"a","description":"` + strings.Repeat("x", files.MaxLine-len(`{"id":"a","description":""}`)-1) + `"}`
	tests := []struct {
		name, content string
		want          []string
	}{
		{"one object a line", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n", []string{"1 files:a", "2 files:b"}},
		{"no newline at the end", "{\"id\":\"a\"}\n{\"id\":\"b\"}", []string{"1 files:a", "2 files:b"}},
		{"line ends of Windows", "{\"id\":\"a\"}\r\n{\"id\":\"b\"}\r\n", []string{"1 files:a", "2 files:b"}},
		{"blank lines count and say nothing", "\n  \n{\"id\":\"a\"}\n\t\r\n\n{\"id\":\"b\"}\n\n", []string{"3 files:a", "6 files:b"}},
		{"a byte order mark", bom + "{\"id\":\"a\"}\n", []string{"1 files:a"}},
		{"a byte order mark alone", bom, []string{}},
		{"an empty file", "", []string{}},
		{"gzip, whatever the name", gzipped(t, "{\"id\":\"a\"}\n"), []string{"1 files:a"}},
		{"gzip of several members", gzipped(t, "{\"id\":\"a\"}\n") + gzipped(t, "{\"id\":\"b\"}\n"), []string{"1 files:a", "2 files:b"}},
		{"gzip with a byte order mark", gzipped(t, bom+"{\"id\":\"a\"}"), []string{"1 files:a"}},
		{"an id that has the prefix keeps it as it is", `{"id":"files:a"}`, []string{"1 files:a"}},
		{"an id with another prefix gets ours", `{"id":"canto:image:a"}`, []string{"1 files:canto:image:a"}},
		{"a number as id", `{"id":7}`, []string{"1 files:7"}},
		{"duplicates are listed; the sync decides", "{\"id\":\"a\"}\n{\"id\":\"a\"}\n", []string{"1 files:a", "2 files:a"}},
		{"a line of just the bound", just + "\n{\"id\":\"b\"}", []string{"1 files:a", "2 files:b"}},
		{"a line over the bound stops nothing", long + "\n{\"id\":\"b\"}\n", []string{"1 !files:a line is longer than 1048576 bytes", "2 files:b"}},
		{"a line over the bound at the end", "{\"id\":\"b\"}\n" + long, []string{"1 files:b", "2 !files:a line is longer than 1048576 bytes"}},
		{"of a line over the bound only the beginning counts", `{"x":"` + strings.Repeat("x", files.MaxLine) + `","id":"a"}`, []string{"1 ! line is longer than 1048576 bytes"}},
		{"not UTF-8", "{\"id\":\"a\",\"name\":\"\xff\"}\n", []string{"1 !files:a not UTF-8; save the file as UTF-8"}},
		{"no JSON", "id;name\n{\"id\":\"b\"}\n", []string{"1 ! invalid character 'i' looking for beginning of value", "2 files:b"}},
		{"JSON that breaks off keeps its id", `{"id":"a\u0062","name":"`, []string{"1 !files:ab unexpected end of JSON input"}},
		{"a number breaks off too", `{"id":7,"name":"`, []string{"1 !files:7 unexpected end of JSON input"}},
		{"no object", `["a"]`, []string{"1 ! not a JSON object"}},
		{"no id", `{"name":"x"}`, []string{"1 ! id: missing"}},
		{"an id of another kind", `{"id":["a"]}`, []string{"1 ! id: want a string"}},
		{"a wrong value keeps the id", `{"id":" a ","size":"big"}`, []string{`1 !files:a size: "big" is no number`}},
		{"a wrong value keeps a number as id", `{"id":7,"size":"big"}`, []string{`1 !files:7 size: "big" is no number`}},
		{"a wrong value keeps the id of the asset, no other", `{"x":{"id":"b"},"id":"a","size":"big"}`, []string{`1 !files:a size: "big" is no number`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := &files.Source{Path: write(t, "assets.jsonl", tt.content)}
			if diff := cmp.Diff(tt.want, list(t, src)); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFetchReadsAssets(t *testing.T) {
	t.Parallel()
	src := &files.Source{Prefix: "shoot26", Path: write(t, "a.jsonl", `{"id":"a","Lens":"50 mm"}
{"id":"shoot26:b","approval":"pending"}`)}
	if src.Name() != "shoot26" {
		t.Errorf("name: got %q, want the prefix", src.Name())
	}
	var got []*semdex.Asset
	if _, err := src.Fetch(t.Context(), nil, func(i indexer.Item) error { got = append(got, i.Asset); return nil }); err != nil {
		t.Fatal(err)
	}
	want := []*semdex.Asset{
		{ID: "shoot26:a", Approval: semdex.Approved, Fields: map[string][]string{"Lens": {"50 mm"}}}, // approved where nothing is said
		{ID: "shoot26:b", Approval: semdex.Pending},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("assets (-want +got):\n%s", diff)
	}
}

func TestRejectedLinesAreKept(t *testing.T) {
	t.Parallel()
	src := &files.Source{Path: write(t, "a.jsonl", "not \xff json\n"+strings.Repeat("y", 2*indexer.MaxRaw))}
	var got []string
	if _, err := src.Fetch(t.Context(), nil, func(i indexer.Item) error { got = append(got, i.Rejected.Raw); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"not \uFFFD json", strings.Repeat("y", indexer.MaxRaw)}, got); diff != "" {
		t.Errorf("raw lines, as text and cut (-want +got):\n%s", diff)
	}
}

func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	whole := gzipped(t, strings.Repeat("{\"id\":\"a\"}\n", 5000))
	tests := []struct {
		name, path string
		cause      error // nil where any will do
	}{
		{"a file that is not there", filepath.Join(t.TempDir(), "none.jsonl"), fs.ErrNotExist},
		{"a folder", t.TempDir(), nil},
		{"gzip that breaks off", write(t, "a.jsonl.gz", whole[:len(whole)/2]), nil},
		{"gzip that never was", write(t, "a.jsonl.gz", "\x1f\x8bno gzip"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			listing, err := (&files.Source{Path: tt.path}).Fetch(t.Context(), nil, func(indexer.Item) error { return nil })
			var told *semdex.Error
			if !errors.As(err, &told) || told.Code != semdex.Invalid || !strings.Contains(told.Message, tt.path) || !strings.Contains(told.Hint, "configuration") {
				t.Errorf("got %v, want Invalid with the path and what to do", err)
			}
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("got %v, want it to wrap %v", err, tt.cause)
			}
			if listing.Complete || listing.Cursor != nil {
				t.Errorf("got listing %+v, want none", listing)
			}
		})
	}
}

func TestAFileThatDidNotChangeListsNothing(t *testing.T) {
	t.Parallel()
	src := &files.Source{Path: write(t, "a.jsonl", "{\"id\":\"a\"}\nbroken\n")}
	count := func(cursor []byte) (int, indexer.Listing) {
		t.Helper()
		n := 0
		listing, err := src.Fetch(t.Context(), cursor, func(indexer.Item) error { n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n, listing
	}
	n, first := count(nil)
	if n != 2 || !first.Complete || first.Cursor == nil {
		t.Fatalf("first: got %d items and %+v, want 2, complete, with a cursor", n, first)
	}
	if n, again := count(first.Cursor); n != 0 || again.Complete || !bytes.Equal(again.Cursor, first.Cursor) {
		t.Errorf("unchanged: got %d items and %+v, want none, not complete, the same cursor", n, again)
	}
	if err := os.WriteFile(src.Path, []byte("{\"id\":\"b\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, changed := count(first.Cursor); n != 1 || !changed.Complete || bytes.Equal(changed.Cursor, first.Cursor) {
		t.Errorf("changed: got %d items and %+v, want 1, complete, another cursor", n, changed)
	}
	if n, _ := count([]byte("of another program")); n != 1 {
		t.Errorf("unknown cursor: got %d items, want 1", n)
	}
}

func TestErrorsOfYieldNameTheFile(t *testing.T) {
	t.Parallel()
	src := &files.Source{Path: write(t, "a.jsonl", `{"id":"a"}`)}
	if _, err := src.Fetch(t.Context(), nil, func(indexer.Item) error { return context.Canceled }); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), src.Path) {
		t.Errorf("got %v, want %v with the file before it", err, context.Canceled)
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]files.Source{"plain": {}, "gzip and a prefix": {Prefix: "shoot26"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, func(t *testing.T) (indexer.Source, sourcetest.Library) { return library(t, src) })
		})
	}
}

// library is a source over a file that can change.
func library(t *testing.T, src files.Source) (indexer.Source, sourcetest.Library) {
	src.Path = filepath.Join(t.TempDir(), "assets.jsonl")
	ids := []string{"a", "b", "c"}
	save := func(t *testing.T) {
		t.Helper()
		var b strings.Builder
		for _, id := range ids {
			fmt.Fprintf(&b, "{\"id\":%q,\"title\":{\"de\":\"D\",\"en\":\"E\"},\"x\":1,\"y\":2}\n", id)
		}
		content := b.String()
		if src.Prefix != "" {
			content = gzipped(t, content)
		}
		if err := os.WriteFile(src.Path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save(t)
	lib := sourcetest.Library{
		Add: func(t *testing.T) semdex.AssetID {
			ids = append(ids, "d")
			save(t)
			return semdex.AssetID(src.Name() + ":d")
		},
		Delete: func(t *testing.T, id semdex.AssetID) {
			kept := ids[:0]
			for _, one := range ids {
				if semdex.AssetID(src.Name()+":"+one) != id {
					kept = append(kept, one)
				}
			}
			ids = kept
			save(t)
		},
	}
	for _, id := range ids {
		lib.Assets = append(lib.Assets, semdex.AssetID(src.Name()+":"+id))
	}
	return &src, lib
}

// TestBrandLibrary reads the library that is shipped: nothing of it is rejected.
func TestBrandLibrary(t *testing.T) {
	t.Parallel()
	data, err := brand.Files.ReadFile("assets.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	got := list(t, &files.Source{Path: write(t, "assets.jsonl", string(data))})
	if len(got) < 50 {
		t.Errorf("got %d assets, want the whole library", len(got))
	}
	for _, line := range got {
		if strings.Contains(line, "!") {
			t.Errorf("rejected: %s", line)
		}
	}
}

// TestRealAssets reads the works of a real museum.
func TestRealAssets(t *testing.T) {
	t.Parallel()
	root := os.Getenv("SEMDEX_REAL_DATA")
	if root == "" {
		t.Skip("SEMDEX_REAL_DATA is not set: it names the folder with real assets (tate) and vocabularies (skos)")
	}
	src := &files.Source{Prefix: "tate", Path: filepath.Join(root, "tate", "assets.jsonl.gz")}
	assets := 0
	_, err := src.Fetch(t.Context(), nil, func(i indexer.Item) error {
		if i.Rejected != nil {
			t.Errorf("line %d is rejected: %s", i.Line, i.Rejected.Reason)
			return nil
		}
		assets++
		return nil
	})
	if err != nil || assets != realAssets {
		t.Errorf("got %d assets (error %v), want %d", assets, err, realAssets)
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	whole := filepath.Join(dir, "a.jsonl")
	if err := os.WriteFile(whole, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty.ttl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, path string
		want       indexer.Level
	}{
		{"a file that is there", whole, indexer.Fine},
		{"one with nothing in it can be read, too", empty, indexer.Fine},
		{"one that is not there", filepath.Join(dir, "gone"), indexer.Failure},
		{"a folder", dir, indexer.Failure},
	} {
		for _, c := range []indexer.Checker{&files.Source{Path: tt.path}, &files.Vocabulary{Path: tt.path}} {
			got := c.Check(t.Context())
			if len(got) != 1 || got[0].Level != tt.want || (got[0].Mend == "") != (tt.want == indexer.Fine) {
				t.Errorf("%s: got %+v, want level %v and a mend where it fails", tt.name, got, tt.want)
			}
		}
	}
}
