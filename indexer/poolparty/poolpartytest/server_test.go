package poolpartytest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"semdex"
	"semdex/graph/rdf"
	"semdex/indexer/poolparty/poolpartytest"
)

const ns = "https://voc.example/"

var project = poolpartytest.Project{ID: "P-1", Title: "Things", URISupplement: "things", DefaultLanguage: "en", AvailableLanguages: []string{"en", "de"}}

const vocabulary = `
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix x: <https://voc.example/> .
x:s a skos:ConceptScheme ; skos:prefLabel "Things"@en ; skos:hasTopConcept x:a .
x:a a skos:Concept ; skos:inScheme x:s ; skos:topConceptOf x:s ; skos:prefLabel "A"@en, "Ah"@de ; skos:definition "First."@en .
x:b a skos:Concept ; skos:inScheme x:s ; skos:broader x:a ; skos:prefLabel "B"@en ; skos:altLabel "Bee"@en ; skos:note "Noted."@en ; x:made [ x:by "us" ] .
x:c a skos:Concept ; skos:inScheme x:s ; skos:broader x:b ; skos:related x:a ; skos:prefLabel "C"@en .
`

func triples(t *testing.T) []rdf.Triple {
	t.Helper()
	list, err := rdf.Collect(t.Context(), strings.NewReader(vocabulary), rdf.Options{Format: rdf.Turtle})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func start(t *testing.T, o poolpartytest.Options) *poolpartytest.Server {
	t.Helper()
	server, err := poolpartytest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	if err := server.Load(project, triples(t)); err != nil {
		t.Fatal(err)
	}
	return server
}

// get calls a server by Basic.
func get(t *testing.T, server *poolpartytest.Server, path string, query url.Values) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+path+"?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("api", "api-secret")
	return do(t, r)
}

func do(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestExportRules(t *testing.T) {
	t.Parallel()
	all := []string{"concepts", "deprecatedConcepts", "skosnotes"}
	tests := []struct {
		name, dialect string
		query         url.Values
		status        int
		part          string
	}{
		{"N-Quads hold many modules", "", url.Values{"format": {"N-Quads"}, "modules": all}, 200, "<https://poolparty.example/P-1/skosnotes> ."},
		{"in a list with commas, too", "", url.Values{"format": {"N-Quads"}, "modules": {"concepts,skosnotes"}}, 200, "P-1/skosnotes>"},
		{"N-Triples hold one", "", url.Values{"format": {"N-Triples"}, "modules": {"skosnotes"}}, 200, `"Noted."@en .`},
		{"and no more", "", url.Values{"format": {"N-Triples"}, "modules": all}, 400, `"errorMessage":"the format N-Triples can hold one module only"`},
		{"a module without anything", "", url.Values{"format": {"N-Triples"}, "modules": {"void"}}, 200, ""},
		{"a module that is none", "", url.Values{"format": {"N-Quads"}, "modules": {"secrets"}}, 400, "unknown module"},
		{"no module", "", url.Values{"format": {"N-Quads"}}, 400, "modules is missing"},
		{"no format", "", url.Values{"modules": all}, 400, "format is missing"},
		{"a format that is not written here", "", url.Values{"format": {"TriG"}, "modules": all}, 406, "TriG"},
		{"a current server does not know the old name", "", url.Values{"format": {"N-Quads"}, "exportModules": all}, 400, "modules is missing"},
		{"an old one does not know the new", "7", url.Values{"format": {"N-Quads"}, "modules": all}, 400, "exportModules is missing"},
		{"an old one takes the old", "5", url.Values{"format": {"N-Quads"}, "exportModules": all}, 200, "<https://poolparty.example/P-1/concepts> ."},
	}
	for _, tt := range tests {
		server := start(t, poolpartytest.Options{Dialect: tt.dialect})
		status, body := get(t, server, "/PoolParty/api/projects/things/export", tt.query)
		if status != tt.status || !strings.Contains(body, tt.part) {
			t.Errorf("%s: got %d and %q, want %d and %q", tt.name, status, body, tt.status, tt.part)
		}
	}
}

func TestHistoryRules(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	server := start(t, poolpartytest.Options{Now: func() time.Time { return at }, ServerZone: time.FixedZone("CET", 3600)})
	for n := range 120 {
		if n == 110 {
			at = at.Add(48 * time.Hour)
		}
		if err := server.Relabel(project.ID, ns+"a", "en", fmt.Sprint("A", n)); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name   string
		query  url.Values
		status int
		count  int
		first  string // number of the first event
	}{
		{"100 where nothing is said, oldest first", nil, 200, 100, "1"},
		{"the rest by offset", url.Values{"offset": {"100"}}, 200, 20, "101"},
		{"all", url.Values{"limit": {"-1"}}, 200, 120, "1"},
		{"from a time, in the zone of the server", url.Values{"fromTime": {"2026-03-03T13:00:00"}}, 200, 10, "111"},
		{"a second later there is none", url.Values{"fromTime": {"2026-03-03T13:00:01"}}, 200, 0, ""},
		{"from a day", url.Values{"fromTime": {"03.03.2026"}}, 200, 10, "111"},
		{"to a time with dots", url.Values{"toTime": {"02.03.2026T10.00.00"}, "limit": {"-1"}}, 200, 110, "1"},
		{"beyond the end", url.Values{"offset": {"500"}}, 200, 0, ""},
		{"a time that is none", url.Values{"fromTime": {"March"}}, 400, 0, ""},
		{"a limit that is none", url.Values{"limit": {"many"}}, 400, 0, ""},
	}
	for _, tt := range tests {
		status, body := get(t, server, "/PoolParty/api/history/P-1", tt.query)
		var events []struct{ URI, Date, Concept, ChangeType string }
		if status == 200 {
			if err := json.Unmarshal([]byte(body), &events); err != nil {
				t.Fatalf("%s: %v in %q", tt.name, err, body)
			}
		}
		if status != tt.status || len(events) != tt.count {
			t.Errorf("%s: got %d and %d events, want %d and %d", tt.name, status, len(events), tt.status, tt.count)
			continue
		}
		if tt.count > 0 && (!strings.HasSuffix(events[0].URI, "/"+tt.first) || events[0].Concept != ns+"a" || events[0].ChangeType != "UPDATE") {
			t.Errorf("%s: got first %+v, want number %s", tt.name, events[0], tt.first)
		}
	}
	if status, body := get(t, server, "/PoolParty/api/history/things", nil); status != 400 || !strings.Contains(body, "unknown project") {
		t.Errorf("by the URI supplement: got %d and %s, want it unknown: the history takes ids only", status, body)
	}
	if _, body := get(t, server, "/PoolParty/api/indexbuilder/P-1", nil); !strings.Contains(body, `"lastChangeTime":"Tue Mar 03 13:00:00 CET 2026"`) {
		t.Errorf("last change: got %s, want it as Java prints it", body)
	}
}

func TestLoginRules(t *testing.T) {
	t.Parallel()
	password := url.Values{"grant_type": {"password"}, "client_id": {"ppt"}, "username": {"api"}, "password": {"api-secret"}}
	with := func(key, value string) url.Values {
		out := url.Values{}
		for k, v := range password {
			out[k] = v
		}
		out.Set(key, value)
		return out
	}
	tests := []struct {
		name    string
		options poolpartytest.Options
		form    url.Values
		status  int
		part    string
	}{
		{"the password grant", poolpartytest.Options{TokenLifetime: time.Minute}, password, 200, `"expires_in":60`},
		{"a wrong password", poolpartytest.Options{}, with("password", "x"), 401, "invalid_grant"},
		{"a wrong client", poolpartytest.Options{}, with("client_id", "x"), 401, "invalid_client"},
		{"a client that must show its secret", poolpartytest.Options{ClientSecret: "s"}, password, 401, "invalid_client"},
		{"and does", poolpartytest.Options{ClientSecret: "s"}, with("client_secret", "s"), 200, "access_token"},
		{"a client by itself", poolpartytest.Options{ClientSecret: "s"}, url.Values{"grant_type": {"client_credentials"}, "client_id": {"ppt"}, "client_secret": {"s"}}, 200, "access_token"},
		{"a public client by itself", poolpartytest.Options{}, url.Values{"grant_type": {"client_credentials"}, "client_id": {"ppt"}}, 401, "unauthorized_client"},
		{"another grant", poolpartytest.Options{}, with("grant_type", "magic"), 400, "unsupported_grant_type"},
		{"no OAuth", poolpartytest.Options{NoOAuth: true}, password, 404, "Realm does not exist"},
	}
	for _, tt := range tests {
		server := start(t, tt.options)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.TokenURL(), strings.NewReader(tt.form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if status, body := do(t, r); status != tt.status || !strings.Contains(body, tt.part) {
			t.Errorf("%s: got %d and %s, want %d and %s", tt.name, status, body, tt.status, tt.part)
		}
	}
}

func TestWhoIsLetIn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options poolpartytest.Options
		path    string
		status  int
	}{
		{"by Basic", poolpartytest.Options{}, "/PoolParty/api/projects", 200},
		{"not by Basic where it is off", poolpartytest.Options{NoBasic: true}, "/PoolParty/api/projects", 401},
		{"not with another password", poolpartytest.Options{Password: "other"}, "/PoolParty/api/projects", 401},
		{"everybody to the version", poolpartytest.Options{Password: "other"}, "/PoolParty/api/version", 200},
		{"nobody to what is not there", poolpartytest.Options{}, "/PoolParty/api/nothing", 404},
	}
	for _, tt := range tests {
		if status, body := get(t, start(t, tt.options), tt.path, nil); status != tt.status {
			t.Errorf("%s: got %d and %s, want %d", tt.name, status, body, tt.status)
		}
	}
	server := start(t, poolpartytest.Options{})
	get(t, server, "/PoolParty/api/projects", url.Values{"access_token": {"x"}})
	if v := server.Stats().Violations; len(v) != 1 || !strings.Contains(v[0], "access_token") {
		t.Errorf("a token in the address: got violations %v, want one", v)
	}
}

func TestThesaurusCalls(t *testing.T) {
	t.Parallel()
	server := start(t, poolpartytest.Options{})
	tests := []struct {
		name, call string
		query      url.Values
		status     int
		part       string
	}{
		{"schemes", "schemes", nil, 200, `[{"title":"Things","uri":"https://voc.example/s"}]`},
		{"a concept", "concept", url.Values{"concept": {ns + "b"}}, 200, `{"prefLabel":"B","uri":"https://voc.example/b"}`},
		{"in another language", "concept", url.Values{"concept": {ns + "a"}, "language": {"de"}}, 200, `"prefLabel":"Ah"`},
		{"with all that is known", "concept", url.Values{"concept": {ns + "b"}, "properties": {"all"}}, 200, `"broaders":["https://voc.example/a"]`},
		{"no such concept", "concept", url.Values{"concept": {ns + "z"}}, 400, "unknown concept"},
	}
	for _, tt := range tests {
		if status, body := get(t, server, "/PoolParty/api/thesaurus/P-1/"+tt.call, tt.query); status != tt.status || !strings.Contains(body, tt.part) {
			t.Errorf("%s: got %d and %s, want %d and %s", tt.name, status, body, tt.status, tt.part)
		}
	}
}

// about gives what is said of a resource, and what points to it.
func about(server *poolpartytest.Server, id string) []string {
	var lines []string
	for _, t := range server.Triples(project.ID) {
		if t.Subject.Value == ns+id || t.Object.Value == ns+id {
			line := strings.NewReplacer("http://www.w3.org/2004/02/skos/core#", "", ns, "", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "", "http://www.w3.org/2002/07/owl#", "",
				"http://purl.org/dc/terms/", "", "http://www.w3.org/2000/01/rdf-schema#", "", "^^<http://www.w3.org/2001/XMLSchema#boolean>", "").Replace(t.String())
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

func TestMergeAndDeleteLeaveStubs(t *testing.T) {
	t.Parallel()
	server := start(t, poolpartytest.Options{})
	if err := server.Merge(project.ID, ns+"b", ns+"a"); err != nil {
		t.Fatal(err)
	}
	want := []string{`<b> <deprecated> "true" .`, `<b> <isReplacedBy> <a> .`, `<b> <label> "B"@en .`, `<b> <type> <Concept> .`}
	if diff := cmp.Diff(want, about(server, "b")); diff != "" {
		t.Errorf("what is left of a merged concept (-want +got):\n%s", diff)
	}
	for _, line := range []string{`<a> <altLabel> "B"@en .`, `<a> <altLabel> "Bee"@en .`, `<c> <broader> <a> .`} {
		if !slices.Contains(about(server, "a"), line) {
			t.Errorf("got %q, which lacks %q", about(server, "a"), line)
		}
	}
	if err := server.Delete(project.ID, ns+"a"); err != nil {
		t.Fatal(err)
	}
	want = []string{`<c> <deprecated> "true" .`, `<c> <label> "C"@en .`, `<c> <type> <Concept> .`}
	if diff := cmp.Diff(want, about(server, "c")); diff != "" {
		t.Errorf("what is left of a concept below a deleted one (-want +got):\n%s", diff)
	}
	_, body := get(t, server, "/PoolParty/api/projects/P-1/export", url.Values{"format": {"N-Triples"}, "modules": {"deprecatedConcepts"}})
	if got := strings.Count(body, "deprecated> "); got != 3 {
		t.Errorf("got %d stubs in their module, want 3: %s", got, body)
	}
}

func TestEditsOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	server := start(t, poolpartytest.Options{})
	for name, err := range map[string]error{
		"relabel": server.Relabel(project.ID, ns+"z", "en", "Z"), "add": server.AddConcept(project.ID, ns+"z", ns+"y", "Y"), "merge": server.Merge(project.ID, ns+"z", ns+"a"),
		"merge into": server.Merge(project.ID, ns+"a", ns+"z"), "delete": server.Delete(project.ID, ns+"z"), "another project": server.Delete("P-2", ns+"a"),
	} {
		if semdex.CodeOf(err) != semdex.NotFound {
			t.Errorf("%s: got error %v, want it not found", name, err)
		}
	}
	if err := server.Merge(project.ID, ns+"a", ns+"a"); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("merge with itself: got error %v, want it invalid", err)
	}
}

func TestLoadTellsWhatDiffers(t *testing.T) {
	t.Parallel()
	history := func(server *poolpartytest.Server) []string {
		_, body := get(t, server, "/PoolParty/api/history/P-1", nil)
		var events []struct{ Concept, ChangeType string }
		if err := json.Unmarshal([]byte(body), &events); err != nil {
			t.Fatal(err)
		}
		out := []string{}
		for _, e := range events {
			out = append(out, e.ChangeType+" "+strings.TrimPrefix(e.Concept, ns))
		}
		return out
	}
	without := func(list []rdf.Triple, part string) []rdf.Triple {
		return slices.DeleteFunc(list, func(t rdf.Triple) bool { return strings.Contains(t.String(), part) })
	}
	tests := []struct {
		name   string
		change func(*poolpartytest.Server) error
		want   []string
	}{
		{"the same says nothing", func(s *poolpartytest.Server) error { return s.Load(project, triples(t)) }, []string{}},
		{"in another order neither", func(s *poolpartytest.Server) error {
			list := triples(t)
			slices.Reverse(list)
			return s.Load(project, append(list, list...))
		}, []string{}},
		{"what is changed, removed and added", func(s *poolpartytest.Server) error {
			if err := s.Load(project, without(without(triples(t), "Bee"), "<"+ns+"c>")); err != nil {
				return err
			}
			return s.Load(project, triples(t))
		}, []string{"UPDATE b", "REMOVAL c", "UPDATE b", "ADDITION c"}},
		{"a blank node counts for whoever points to it", func(s *poolpartytest.Server) error { return s.Load(project, without(triples(t), `"us"`)) }, []string{"UPDATE b"}},
		{"an import is silent", func(s *poolpartytest.Server) error { return s.Import(project, without(triples(t), "Bee")) }, []string{}},
	}
	for _, tt := range tests {
		server := start(t, poolpartytest.Options{})
		if err := tt.change(server); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, history(server)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestStateSurvives(t *testing.T) {
	t.Parallel()
	first := start(t, poolpartytest.Options{})
	if err := first.AddConcept(project.ID, ns+"a", ns+"d", "D"); err != nil {
		t.Fatal(err)
	}
	_, before := get(t, first, "/PoolParty/api/history/P-1", nil)
	second, err := poolpartytest.New(poolpartytest.Options{State: first.State()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { second.Close() })
	if _, body := get(t, second, "/PoolParty/api/projects", nil); strings.TrimSpace(body) != "[]" {
		t.Errorf("before it is loaded: got projects %s, want none", body)
	}
	if err := second.Load(project, first.Triples(project.ID)); err != nil {
		t.Fatal(err)
	}
	if _, after := get(t, second, "/PoolParty/api/history/P-1", nil); after != before {
		t.Errorf("got history %s, want %s", after, before)
	}
	if _, err := poolpartytest.New(poolpartytest.Options{State: []byte("no")}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("a state that is none: got error %v, want it invalid", err)
	}
}

func TestWhatCannotBeServed(t *testing.T) {
	t.Parallel()
	server := start(t, poolpartytest.Options{})
	blank := poolpartytest.Project{Title: "x"}
	bad := []rdf.Triple{{Subject: rdf.Term{Value: "no scheme"}, Predicate: rdf.Term{Value: "x:p"}, Object: rdf.Term{Value: "x:o"}}}
	for name, err := range map[string]error{"no id": server.Load(blank, nil), "a bad IRI": server.Load(project, bad), "an import of it": server.Import(project, bad)} {
		if semdex.CodeOf(err) != semdex.Invalid {
			t.Errorf("%s: got error %v, want it invalid", name, err)
		}
	}
	if _, err := poolpartytest.New(poolpartytest.Options{Dialect: "6"}); semdex.CodeOf(err) != semdex.Invalid {
		t.Errorf("a dialect that is none: got error %v, want it invalid", err)
	}
	taken := strings.TrimPrefix(server.URL(), "http://")
	if _, err := poolpartytest.New(poolpartytest.Options{Address: taken}); semdex.CodeOf(err) != semdex.Conflict {
		t.Errorf("an address that is taken: got error %v, want a conflict", err)
	}
}
