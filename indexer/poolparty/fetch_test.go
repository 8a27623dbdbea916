package poolparty_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex/graph/rdf"
	"semdex/indexer"
	"semdex/indexer/poolparty"
	"semdex/indexer/poolparty/poolpartytest"
)

var _ interface {
	indexer.Vocabulary
	indexer.Checker
} = (*poolparty.Source)(nil)

func TestTheExportIsWhatTheProjectHolds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options poolpartytest.Options
		faults  poolpartytest.Faults
		change  func(*poolparty.Config)
		formats []string
	}{
		{"a current server by Basic, in one call", poolpartytest.Options{NoOAuth: true}, poolpartytest.Faults{}, nil, []string{"nq"}},
		{"a server 7, which calls the modules otherwise", poolpartytest.Options{Dialect: "7"}, poolpartytest.Faults{}, nil, []string{"nq"}},
		{"a server 5", poolpartytest.Options{Dialect: "5"}, poolpartytest.Faults{}, nil, []string{"nq"}},
		{"by OAuth with a password", poolpartytest.Options{NoBasic: true}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Auth = "oauth" }, []string{"nq"}},
		{"by OAuth as a client", poolpartytest.Options{NoBasic: true, ClientID: "robot", ClientSecret: "hush"}, poolpartytest.Faults{}, func(c *poolparty.Config) {
			c.Username, c.Password, c.ClientID, c.ClientSecret = "", "", "robot", "hush"
		}, []string{"nq"}},
		{"with a password and a client that has a secret", poolpartytest.Options{NoBasic: true, ClientSecret: "hush"}, poolpartytest.Faults{}, func(c *poolparty.Config) {
			c.ClientSecret = "hush"
		}, []string{"nq"}},
		{"by https", poolpartytest.Options{TLS: true}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Auth = "oauth" }, []string{"nq"}},
		{"as N-Triples, one module a call", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Format = "ntriples" }, []string{"nt", "nt", "nt"}},
		{"where N-Quads are refused", poolpartytest.Options{}, poolpartytest.Faults{NoQuads: 400}, nil, []string{"nt", "nt", "nt"}},
		{"where N-Quads are not acceptable", poolpartytest.Options{Dialect: "7"}, poolpartytest.Faults{NoQuads: 406}, nil, []string{"nt", "nt", "nt"}},
		{"the address may name the application", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.URL += "/PoolParty/" }, []string{"nq"}},
		{"the project by its id", poolpartytest.Options{}, poolpartytest.Faults{}, func(c *poolparty.Config) { c.Project = strings.ToLower(outdoor.ID) }, []string{"nq"}},
		{"a few failures are nothing", poolpartytest.Options{}, poolpartytest.Faults{Failures: 2}, nil, []string{"nq"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, tt.options)
			for _, loaded := range [][]rdf.Triple{turtle(t, small), taxonomy(t)} {
				if err := server.Load(outdoor, loaded); err != nil {
					t.Fatal(err)
				}
				server.SetFaults(tt.faults)
				c := config(t, server)
				if tt.change != nil {
					tt.change(&c)
				}
				export := fetch(t, open(t, c), nil)
				if diff := cmp.Diff(plain(loaded), statements(t, export)); diff != "" {
					t.Fatalf("statements (-loaded +exported):\n%s", diff)
				}
				var formats []string
				for _, d := range export.Documents {
					formats = append(formats, d.Format)
					if !strings.HasPrefix(d.Name, "Outdoor (") {
						t.Errorf("got a document called %q, want it to name the project", d.Name)
					}
				}
				if !slices.Equal(formats, tt.formats) {
					t.Errorf("got documents %v, want %v", formats, tt.formats)
				}
			}
			if v := server.Stats().Violations; len(v) > 0 {
				t.Errorf("the client broke rules: %v", v)
			}
		})
	}
}

func TestNothingChanged(t *testing.T) {
	t.Parallel()
	server, source, at := pair(t, nil)
	first := fetch(t, source, nil)
	if err := server.Relabel(outdoor.ID, ns+"tents", "en", "Tent"); err != nil {
		t.Fatal(err)
	}
	cursor := fetch(t, source, first.Cursor).Cursor
	for range 4 {
		all, exports := calls(server, func() {
			if export := fetch(t, source, cursor); !export.Unchanged || !bytes.Equal(export.Cursor, cursor) {
				t.Errorf("got unchanged %v and cursor %s, want the cursor %s to stand", export.Unchanged, export.Cursor, cursor)
			}
		})
		if all != 2 || exports != 0 {
			t.Errorf("got %d calls and %d exports, want 2 and none", all, exports)
		}
		at.move(20 * time.Hour)
	}
}

func TestChangesAreFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*poolpartytest.Server) error
		want   string // a part of the export
		absent string
	}{
		{"a label", func(s *poolpartytest.Server) error { return s.Relabel(outdoor.ID, ns+"tents", "en", "Shelters") }, `"Shelters"@en`, `"Tents"@en`},
		{"a new concept", func(s *poolpartytest.Server) error {
			return s.AddConcept(outdoor.ID, ns+"tents", ns+"domes", "Domes")
		}, "<" + ns + "domes> <http://www.w3.org/2004/02/skos/core#broader> <" + ns + "tents>", ""},
		{"a new top concept", func(s *poolpartytest.Server) error { return s.AddConcept(outdoor.ID, ns+"s", ns+"food", "Food") }, "hasTopConcept> <" + ns + "food>", ""},
		{"a merge", func(s *poolpartytest.Server) error { return s.Merge(outdoor.ID, ns+"tarps", ns+"gear") },
			"<" + ns + "tarps> <http://purl.org/dc/terms/isReplacedBy> <" + ns + "gear>", "<" + ns + "tarps> <http://www.w3.org/2004/02/skos/core#prefLabel>"},
		{"a deletion, with what is narrower", func(s *poolpartytest.Server) error { return s.Delete(outdoor.ID, ns+"tents") },
			"<" + ns + `tarps> <http://www.w3.org/2002/07/owl#deprecated> "true"`, "core#broader> <" + ns + "tents>"},
		{"another content", func(s *poolpartytest.Server) error {
			return s.Load(outdoor, append(s.Triples(outdoor.ID), rdf.Triple{Subject: rdf.Term{Value: ns + "gear"},
				Predicate: rdf.Term{Value: "http://www.w3.org/2004/02/skos/core#altLabel"}, Object: rdf.Term{Kind: rdf.Literal, Value: "Kit", Lang: "en"}}))
		}, `"Kit"@en`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, source, at := pair(t, nil)
			first := fetch(t, source, nil)
			at.move(72 * time.Hour)
			if err := tt.change(server); err != nil {
				t.Fatal(err)
			}
			second := fetch(t, source, first.Cursor)
			got := strings.Join(statements(t, second), "\n")
			if !strings.Contains(got, tt.want) || tt.absent != "" && strings.Contains(got, tt.absent) {
				t.Errorf("got an export with %q %v and %q %v, want the first alone", tt.want, strings.Contains(got, tt.want), tt.absent, strings.Contains(got, tt.absent))
			}
			if diff := cmp.Diff(plain(server.Triples(outdoor.ID)), statements(t, second)); diff != "" {
				t.Errorf("statements (-held +exported):\n%s", diff)
			}
			if third := fetch(t, source, second.Cursor); !third.Unchanged {
				t.Error("and then nothing more: got a change, want none")
			}
		})
	}
}

func TestASilentImportIsFoundWithoutACursor(t *testing.T) {
	t.Parallel()
	server, source, _ := pair(t, nil)
	first := fetch(t, source, nil)
	if err := server.Import(outdoor, taxonomy(t)); err != nil {
		t.Fatal(err)
	}
	if second := fetch(t, source, first.Cursor); !second.Unchanged {
		t.Error("with a cursor: got a change, though the history says nothing")
	}
	if diff := cmp.Diff(plain(taxonomy(t)), statements(t, fetch(t, source, nil))); diff != "" {
		t.Errorf("without: statements (-held +exported):\n%s", diff)
	}
}

func TestAnExportThatSaysTheSameIsNoChange(t *testing.T) {
	t.Parallel()
	server, source, _ := pair(t, nil)
	first := fetch(t, source, nil)
	for _, label := range []string{"Shelters", "Tents"} {
		if err := server.Relabel(outdoor.ID, ns+"tents", "en", label); err != nil {
			t.Fatal(err)
		}
	}
	second := fetch(t, source, first.Cursor)
	if !second.Unchanged || bytes.Equal(second.Cursor, first.Cursor) {
		t.Errorf("got unchanged %v and cursor %s, want no change and a new cursor", second.Unchanged, second.Cursor)
	}
	if _, exports := calls(server, func() { fetch(t, source, second.Cursor) }); exports != 0 {
		t.Errorf("with the new cursor: got %d exports, want none", exports)
	}
}

func TestTimeZonesThatAreConfused(t *testing.T) {
	t.Parallel()
	for _, hours := range []int{-12, -5, 0, 2, 14} {
		t.Run(fmt.Sprintf("the server is %+d hours off", hours), func(t *testing.T) {
			t.Parallel()
			at := newClock()
			server := start(t, poolpartytest.Options{Now: at.now, ServerZone: time.FixedZone("", hours*3600)})
			c := config(t, server)
			c.Now = at.now
			source := open(t, c)
			cursor := fetch(t, source, nil).Cursor
			for n, wait := range []time.Duration{time.Second, time.Hour, 13 * time.Hour, 25 * time.Hour, 100 * time.Hour, time.Second} {
				at.move(wait)
				if err := server.Relabel(outdoor.ID, ns+"tents", "en", fmt.Sprint("Tents ", n)); err != nil {
					t.Fatal(err)
				}
				changed := fetch(t, source, cursor)
				if changed.Unchanged {
					t.Fatalf("change %d: got none, want it found", n)
				}
				cursor = changed.Cursor
				at.move(time.Minute)
				if _, exports := calls(server, func() { fetch(t, source, cursor) }); exports != 0 {
					t.Errorf("after change %d: got an export, want none", n)
				}
			}
		})
	}
}

// whileExporting calls f once, after an export was sent and before it is handed on.
type whileExporting struct {
	http.RoundTripper
	f    func()
	done atomic.Bool
}

func (w *whileExporting) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := w.RoundTripper.RoundTrip(r)
	if strings.HasSuffix(r.URL.Path, "/export") && !w.done.Swap(true) {
		w.f()
	}
	return response, err
}

func TestAChangeDuringAnExportIsFoundTheNextTime(t *testing.T) {
	t.Parallel()
	var server *poolpartytest.Server
	server, source, _ := pair(t, func(c *poolparty.Config) {
		c.Transport = &whileExporting{RoundTripper: c.Transport, f: func() {
			if err := server.Relabel(outdoor.ID, ns+"tents", "en", "Shelters"); err != nil {
				t.Error(err)
			}
		}}
	})
	second := fetch(t, source, fetch(t, source, nil).Cursor)
	if got := strings.Join(statements(t, second), "\n"); !strings.Contains(got, `"Shelters"@en`) {
		t.Errorf("got %s, want the label that came during the first export", got)
	}
}

func TestOtherNamesInTheHistory(t *testing.T) {
	t.Parallel()
	server, source, at := pair(t, nil)
	server.SetFaults(poolpartytest.Faults{Spelling: "other"})
	cursor := fetch(t, source, nil).Cursor
	at.move(time.Hour)
	if err := server.Relabel(outdoor.ID, ns+"tents", "en", "Shelters"); err != nil {
		t.Fatal(err)
	}
	changed := fetch(t, source, cursor)
	if changed.Unchanged {
		t.Error("got no change, want it found")
	}
	if all, exports := calls(server, func() { fetch(t, source, changed.Cursor) }); all != 2 || exports != 0 {
		t.Errorf("then: got %d calls and %d exports, want 2 and none", all, exports)
	}
}

func TestALongHistoryIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	server, source, at := pair(t, nil)
	server.SetFaults(poolpartytest.Faults{PageSize: 100})
	cursor := fetch(t, source, nil).Cursor
	at.move(time.Hour)
	for n := range 250 {
		if err := server.Relabel(outdoor.ID, ns+"tents", "en", fmt.Sprint("Tents ", n)); err != nil {
			t.Fatal(err)
		}
	}
	cursor = fetch(t, source, cursor).Cursor
	all, exports := calls(server, func() { fetch(t, source, cursor) })
	if all != 4 || exports != 0 {
		t.Errorf("nothing changed: got %d calls and %d exports, want the projects, three pages, and no export", all, exports)
	}
	if err := server.Relabel(outdoor.ID, ns+"tents", "en", "The last"); err != nil {
		t.Fatal(err)
	}
	if fetch(t, source, cursor).Unchanged {
		t.Error("one more change at the end: got none, want it found")
	}
}

func TestWithoutAHistory(t *testing.T) {
	t.Parallel()
	status := func(n int) poolpartytest.Faults {
		return poolpartytest.Faults{Status: map[string]int{"history": n}}
	}
	tests := []struct {
		name   string
		faults poolpartytest.Faults
	}{
		{"it is forbidden", status(403)},
		{"it is not there", status(404)},
		{"it is not in the licence", status(503)},
		{"it fails", status(500)},
		{"it does not like the question", status(400)},
		{"it is a web page", poolpartytest.Faults{Page: []string{"history"}}},
		{"no event says anything", poolpartytest.Faults{Spelling: "unknown"}},
		{"it gives the same page again and again", poolpartytest.Faults{PageSize: 100, DeafOffset: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, source, at := pair(t, nil)
			for n := range 150 {
				if err := server.Relabel(outdoor.ID, ns+"tents", "en", fmt.Sprint("Tents ", n)); err != nil {
					t.Fatal(err)
				}
			}
			server.SetFaults(tt.faults)
			cursor := fetch(t, source, nil).Cursor
			for run, want := range []int{1, 0, 0} { // the time of the last change is believed at the second look
				_, exports := calls(server, func() {
					export := fetch(t, source, cursor)
					if cursor = export.Cursor; !export.Unchanged {
						t.Errorf("run %d: got a change, want none", run)
					}
				})
				if exports != want {
					t.Errorf("run %d: got %d exports, want %d", run, exports, want)
				}
			}
			at.move(time.Minute)
			if err := server.Relabel(outdoor.ID, ns+"tents", "en", "Shelters"); err != nil {
				t.Fatal(err)
			}
			if fetch(t, source, cursor).Unchanged {
				t.Error("a change: got none, want it found")
			}
		})
	}
}

func TestWithoutAnyHintEveryRunExports(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*poolparty.Config)
		faults poolpartytest.Faults
		calls  int
	}{
		{"neither history nor last change answer", nil, poolpartytest.Faults{Status: map[string]int{"history": 404, "indexbuilder": 403}}, 4},
		{"the history is switched off", func(c *poolparty.Config) { c.History = "off" }, poolpartytest.Faults{}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server, source, _ := pair(t, tt.change)
			server.SetFaults(tt.faults)
			cursor := fetch(t, source, nil).Cursor
			for range 2 {
				all, exports := calls(server, func() {
					export := fetch(t, source, cursor)
					if cursor = export.Cursor; !export.Unchanged {
						t.Error("got a change, want none: the export says the same")
					}
				})
				if all != tt.calls || exports != 1 {
					t.Errorf("got %d calls and %d exports, want %d and 1", all, exports, tt.calls)
				}
			}
			if err := server.Relabel(outdoor.ID, ns+"tents", "en", "Shelters"); err != nil {
				t.Fatal(err)
			}
			if fetch(t, source, cursor).Unchanged {
				t.Error("a change: got none, want it found")
			}
		})
	}
}

func TestTheHistoryComesBack(t *testing.T) {
	t.Parallel()
	server, source, _ := pair(t, nil)
	cursor := fetch(t, source, nil).Cursor
	server.SetFaults(poolpartytest.Faults{Status: map[string]int{"history": 503, "indexbuilder": 503}})
	cursor = fetch(t, source, cursor).Cursor
	server.SetFaults(poolpartytest.Faults{})
	cursor = fetch(t, source, cursor).Cursor // what was missed is not known: once more by export
	if _, exports := calls(server, func() { fetch(t, source, cursor) }); exports != 0 {
		t.Errorf("got %d exports, want none once the history is known again", exports)
	}
}

func TestACursorOfAnotherConfigurationIsNone(t *testing.T) {
	t.Parallel()
	server, source, _ := pair(t, nil)
	cursor := fetch(t, source, nil).Cursor
	tests := []struct {
		name   string
		cursor []byte
		change func(*poolparty.Config)
	}{
		{"other modules", cursor, func(c *poolparty.Config) { c.Modules = []string{"concepts", "skosnotes"} }},
		{"another format", cursor, func(c *poolparty.Config) { c.Format = "ntriples" }},
		{"garbage", []byte("garbage"), func(*poolparty.Config) {}},
		{"of a later version", bytes.Replace(cursor, []byte(`"v":1`), []byte(`"v":2`), 1), func(*poolparty.Config) {}},
	}
	for _, tt := range tests {
		c := config(t, server)
		tt.change(&c)
		if fetch(t, open(t, c), tt.cursor).Unchanged {
			t.Errorf("%s: got no change, want an export", tt.name)
		}
	}
}

func TestAfterARestartACursorHolds(t *testing.T) {
	t.Parallel()
	server, source, at := pair(t, nil)
	if err := server.Relabel(outdoor.ID, ns+"tents", "en", "Shelters"); err != nil {
		t.Fatal(err)
	}
	cursor, held := fetch(t, source, nil).Cursor, server.Triples(outdoor.ID)
	next, err := poolpartytest.New(poolpartytest.Options{Now: at.now, State: server.State()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { next.Close() })
	at.move(time.Hour)
	if err := next.Load(outdoor, held); err != nil {
		t.Fatal(err)
	}
	c := config(t, next)
	c.Now = at.now
	source = open(t, c)
	if _, exports := calls(next, func() { fetch(t, source, cursor) }); exports != 0 {
		t.Errorf("the same content: got %d exports, want none", exports)
	}
	if err := next.Load(outdoor, turtle(t, small)); err != nil {
		t.Fatal(err)
	}
	if fetch(t, source, cursor).Unchanged {
		t.Error("another content: got no change, want it found")
	}
}

func TestModulesThatAServerDoesNotHave(t *testing.T) {
	t.Parallel()
	server, source, _ := pair(t, nil)
	server.SetFaults(poolpartytest.Faults{NoModules: []string{"deprecatedConcepts"}})
	export := fetch(t, source, nil)
	var names []string
	for _, d := range export.Documents {
		names = append(names, d.Name)
	}
	if want := []string{"Outdoor (concepts)", "Outdoor (skosnotes)"}; !slices.Equal(names, want) {
		t.Errorf("got documents %q, want %q", names, want)
	}
	server.SetFaults(poolpartytest.Faults{NoModules: []string{"concepts"}})
	_, err := source.Fetch(t.Context(), nil)
	wantError(t, err, "fetch poolparty outdoor", "refuses to export concepts", "check modules and format")
}

func TestAModuleThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	server := start(t, poolpartytest.Options{})
	c := config(t, server)
	c.Format, c.Transport = "ntriples", &failing{c.Transport, "skosnotes"}
	_, err := open(t, c).Fetch(t.Context(), nil)
	wantError(t, err, "PoolParty at "+strings.TrimPrefix(server.URL(), "http://")+" failed", "after 3 attempts")
}

// failing answers exports of one module with 500.
type failing struct {
	http.RoundTripper
	module string
}

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := f.RoundTripper.RoundTrip(r)
	if err == nil && r.URL.Query().Get("modules") == f.module {
		response.StatusCode = http.StatusInternalServerError
	}
	return response, err
}

func TestTheContextEnds(t *testing.T) {
	t.Parallel()
	server, source, _ := pair(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source.Fetch(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	if stats := server.Stats(); len(stats.Calls) > 0 {
		t.Errorf("got calls %v, want none", stats.Calls)
	}
}

func TestRealVocabulary(t *testing.T) {
	t.Parallel()
	root := os.Getenv("SEMDEX_REAL_DATA")
	if root == "" {
		t.Skip("SEMDEX_REAL_DATA is not set: it names the folder with tate/tate-subjects.ttl.gz")
	}
	packed, err := os.Open(filepath.Join(root, "tate", "tate-subjects.ttl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	file, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := rdf.Collect(t.Context(), file, rdf.Options{Format: rdf.Turtle, Name: "tate-subjects.ttl"})
	if err != nil {
		t.Fatal(err)
	}
	server := start(t, poolpartytest.Options{})
	if err := server.Load(outdoor, loaded); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"nquads", "ntriples"} {
		c := config(t, server)
		c.Format = format
		if diff := cmp.Diff(plain(loaded), statements(t, fetch(t, open(t, c), nil))); diff != "" {
			t.Errorf("%s: statements (-loaded +exported):\n%.2000s", format, diff)
		}
	}
}
